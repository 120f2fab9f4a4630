//! Distances by the size of what is compared, and what chance shows.

use super::alignment::carried_differences;
use super::arithmetic::{centred_logits, columns_centred, dot, embeddings, gram_schmidt, mean};
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
        vec![(variance(carried_differences(case)) / variance(embeddings(&case.a))).sqrt()]
    }),
    close("m_cca_null", 1e-9, |case| vec![wachter(case)]),
];

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
    let sum: f64 =
        (1..STEPS).map(|i| if i % 2 == 1 { 4.0 } else { 2.0 } * value(i as f64 * step)).sum();
    sum * step / 3.0 / (2.0 * std::f64::consts::PI * a)
}
