//! Distances by the size of what is compared, and what chance shows.

use super::alignment::residuals;
use super::arithmetic::{
    Rows, centred_logits, columns_centred, dot, embeddings, gram_schmidt, matrix, mean, transposed,
};
use super::distribution::squared_distances;
use super::{Case, Definition, close};

pub const ALL: &[Definition] = &[
    close("d_logit_relative", 1e-10, |case| {
        let sizes = [&case.a, &case.b].map(|m| mean(centred_logits(m).iter().map(|u| dot(u, u))));
        vec![(mean(squared_distances(case).into_iter()) / (0.5 * (sizes[0] + sizes[1]))).sqrt()]
    }),
    close("d_logit_per_label", 1e-10, |case| {
        vec![(mean(squared_distances(case).into_iter()) / case.a.n_labels() as f64).sqrt()]
    }),
    close("d_ls_relative_ab", 1e-8, |case| {
        let variance = |rows| mean(columns_centred(&rows).iter().map(|x| dot(x, x)));
        vec![(variance(residuals(case)) / variance(embeddings(&case.a))).sqrt()]
    }),
    close("m_cca_null", 1e-9, |case| vec![wachter(case)]),
    close("m_cca_cv", 1e-8, |case| vec![held_out(case)]),
];

/// Directions from all rows but a block's, scores of the block's, for every block.
fn held_out(case: &Case) -> f64 {
    let models = [&case.a, &case.b].map(embeddings);
    let inputs = models[0].len();
    let pairs = models[0][0].len().min(models[1][0].len());
    let mut sums = vec![[0.0; 3]; pairs];
    for block in (0..20).map(|i| i * inputs / 20..(i + 1) * inputs / 20) {
        let others = models.each_ref().map(|rows| -> Rows {
            rows.iter().enumerate().filter(|(i, _)| !block.contains(i)).map(|(_, row)| row.clone()).collect()
        });
        // Coefficients whose scores are orthonormal over the others: V S⁻¹ of their centred rows.
        let decomposed = others.each_ref().map(|rows| matrix(&columns_centred(rows)).thin_svd().unwrap());
        let [a, b] = &decomposed;
        let cross = (a.U().transpose() * b.U()).thin_svd().unwrap();
        let turned = [cross.U().to_owned(), cross.V().to_owned()];
        for x in block {
            let scores = [0, 1].map(|m| -> Vec<f64> {
                let means = transposed(&others[m]).into_iter().map(|column| mean(column.into_iter()));
                let centred: Vec<f64> = models[m][x].iter().zip(means).map(|(f, mean)| f - mean).collect();
                let (v, s) = (decomposed[m].V(), decomposed[m].S().column_vector());
                let white: Vec<f64> = (0..v.ncols())
                    .map(|k| (0..v.nrows()).map(|j| v[(j, k)] * centred[j]).sum::<f64>() / s[k])
                    .collect();
                (0..pairs).map(|j| (0..white.len()).map(|k| turned[m][(k, j)] * white[k]).sum()).collect()
            });
            for (j, sums) in sums.iter_mut().enumerate() {
                let (x, y) = (scores[0][j], scores[1][j]);
                [x * y, x * x, y * y].into_iter().zip(sums).for_each(|(term, sum)| *sum += term);
            }
        }
    }
    mean(sums.into_iter().map(|[products, x, y]| products / (x * y).sqrt()))
}

/// The mean of √x under Wachter's law, by Simpson's rule in the angle.
fn wachter(case: &Case) -> f64 {
    let mut ranks = [&case.a, &case.b].map(|m| gram_schmidt(&columns_centred(&embeddings(m))).len() as f64);
    ranks.sort_by(f64::total_cmp);
    let [a, b] = ranks.map(|rank| rank / (case.a.n_inputs() as f64 - 1.0));
    let middle = a + b - 2.0 * a * b;
    let half = 2.0 * (a * b * (1.0 - a) * (1.0 - b)).sqrt();
    let value = |theta: f64| {
        let x = middle - half * theta.cos();
        (half * theta.sin()).powi(2) / (x.sqrt() * (1.0 - x))
    };
    const STEPS: usize = 20_000;
    let step = std::f64::consts::PI / STEPS as f64;
    // Both ends are 0.
    let sum: f64 = (1..STEPS).map(|i| if i % 2 == 1 { 4.0 } else { 2.0 } * value(i as f64 * step)).sum();
    sum * step / 3.0 / (2.0 * std::f64::consts::PI * a)
}
