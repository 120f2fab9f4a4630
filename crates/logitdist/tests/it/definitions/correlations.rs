//! Canonical correlations, spectra, and the similarities of other authors.

use super::arithmetic::{
    Rows, centred, centred_logits, columns_centred, dot, embeddings, gram_schmidt, matrix, mean, products,
    singular_values, transposed, unembeddings,
};
use super::{Case, Definition, close};
use logitdist::Model;

pub const ALL: &[Definition] = &[
    close("rho", 1e-10, |case| rho(case, embeddings)),
    close("rho_unembeddings", 1e-10, |case| rho(case, unembeddings)),
    close("rho_logits", 1e-10, |case| rho(case, centred_logits)),
    close("m_cca", 1e-10, |case| vec![mean(rho(case, embeddings).into_iter())]),
    close("m_cca_unembeddings", 1e-10, |case| vec![mean(rho(case, unembeddings).into_iter())]),
    close("m_cca_logits", 1e-10, |case| vec![mean(rho(case, centred_logits).into_iter())]),
    close("spectrum_a", 1e-9, |case| spectrum(&case.a)),
    close("label_correlation_a", 1e-10, |case| label_correlations(&case.a)),
    close("cka", 1e-10, cka),
    close("cka_debiased", 1e-9, cka_debiased),
    close("procrustes", 1e-10, |case| {
        let [x, y] = [&case.a, &case.b].map(|m| {
            let x = columns_centred(&embeddings(m));
            let norm = x.iter().map(|x| dot(x, x)).sum::<f64>().sqrt();
            transposed(&x.iter().map(|x| x.iter().map(|x| x / norm).collect()).collect())
        });
        vec![2.0 - 2.0 * singular_values(&products(&x, &y)).iter().sum::<f64>()]
    }),
    close("svcca", 1e-9, |case| {
        let [x, y] = [&case.a, &case.b].map(principal_directions);
        let rho = singular_values(&products(&x, &y));
        vec![mean(rho.into_iter())]
    }),
    close("pwcca_ab", 1e-9, pwcca),
    close("r2_ab", 1e-10, |case| vec![r2(case)]),
];

pub fn r2(case: &Case) -> f64 {
    let basis = gram_schmidt(&columns_centred(&embeddings(&case.b)));
    let columns = transposed(&columns_centred(&embeddings(&case.a)));
    let explained: f64 = columns.iter().flat_map(|x| basis.iter().map(|q| dot(q, x).powi(2))).sum();
    explained / columns.iter().map(|x| dot(x, x)).sum::<f64>()
}

/// Cosines of the principal angles between the centred columns of both models.
pub fn rho(case: &Case, of: fn(&Model) -> Rows) -> Vec<f64> {
    let [p, q] = [&case.a, &case.b].map(|m| gram_schmidt(&columns_centred(&of(m))));
    singular_values(&products(&p, &q)).into_iter().map(|rho| rho.min(1.0)).collect()
}

/// Eigenvalues of Cov(u) that are not zero, largest first.
pub fn spectrum(m: &Model) -> Vec<f64> {
    let u = columns_centred(&centred_logits(m));
    let eigenvalues: Vec<f64> = singular_values(&u).iter().map(|s| s * s / u.len() as f64).collect();
    eigenvalues.iter().copied().filter(|x| *x > 1e-16 * eigenvalues[0]).collect()
}

/// Correlations over inputs of the centred logits of every pair of labels.
fn label_correlations(m: &Model) -> Vec<f64> {
    let columns = centred(&transposed(&centred_logits(m)));
    let correlation = |x: &[f64], y: &[f64]| dot(x, y) / (dot(x, x) * dot(y, y)).sqrt();
    columns.iter().flat_map(|x| columns.iter().map(|y| correlation(x, y))).collect()
}

fn kernel(m: &Model) -> Rows {
    let f = embeddings(m);
    products(&f, &f)
}

fn inner(x: &Rows, y: &Rows) -> f64 {
    x.iter().zip(y).map(|(x, y)| dot(x, y)).sum()
}

fn cka(case: &Case) -> Vec<f64> {
    let [k, l] = [&case.a, &case.b].map(|m| columns_centred(&centred(&kernel(m))));
    vec![inner(&k, &l) / (inner(&k, &k) * inner(&l, &l)).sqrt()]
}

fn cka_debiased(case: &Case) -> Vec<f64> {
    let n = case.a.n_inputs() as f64;
    let hsic = |k: &Rows, l: &Rows| {
        let sums = |k: &Rows| -> Vec<f64> { k.iter().map(|r| r.iter().sum()).collect() };
        let (sk, sl) = (sums(k), sums(l));
        inner(k, l) + sk.iter().sum::<f64>() * sl.iter().sum::<f64>() / ((n - 1.0) * (n - 2.0))
            - 2.0 / (n - 2.0) * dot(&sk, &sl)
    };
    let [k, l] = [&case.a, &case.b].map(|m| {
        let mut kernel = kernel(m);
        (0..kernel.len()).for_each(|i| kernel[i][i] = 0.0);
        kernel
    });
    vec![hsic(&k, &l) / (hsic(&k, &k) * hsic(&l, &l)).sqrt()]
}

/// The fewest left singular vectors of the centred embeddings that hold 99 % of their variance.
fn principal_directions(m: &Model) -> Vec<Vec<f64>> {
    let svd = matrix(&columns_centred(&embeddings(m))).thin_svd().unwrap();
    let variances: Vec<f64> = svd.S().column_vector().iter().map(|s| s * s).collect();
    let total: f64 = variances.iter().sum();
    let held = |count: usize| variances[..count].iter().sum::<f64>();
    let count = (1..=variances.len()).find(|&count| held(count) >= 0.99 * total).unwrap();
    (0..count).map(|j| svd.U().col(j).iter().copied().collect()).collect()
}

fn pwcca(case: &Case) -> Vec<f64> {
    let x = columns_centred(&embeddings(&case.a));
    let (p, q) = (gram_schmidt(&x), gram_schmidt(&columns_centred(&embeddings(&case.b))));
    let svd = matrix(&products(&p, &q)).thin_svd().unwrap();
    let (mut weighted, mut total) = (0.0, 0.0);
    for (i, rho) in svd.S().column_vector().iter().enumerate() {
        let variate: Vec<f64> =
            (0..x.len()).map(|n| p.iter().enumerate().map(|(j, p)| svd.U()[(j, i)] * p[n]).sum()).collect();
        let alpha: f64 = transposed(&x).iter().map(|x| dot(&variate, x).abs()).sum();
        weighted += alpha * rho;
        total += alpha;
    }
    vec![weighted / total]
}
