//! Distances between the distributions, on N×K logits.

use super::arithmetic::{Rows, centred_logits, columns_centred, log_probabilities, mean, minus, sd};
use super::{Case, Definition, close};
use logitdist::Model;

pub const ALL: &[Definition] = &[
    close("d_logit", 1e-11, |case| vec![mean(squared_distances(case).into_iter()).sqrt()]),
    close("d_logit_centred", 1e-11, |case| {
        let [u, v] = [&case.a, &case.b].map(|m| columns_centred(&centred_logits(m)));
        let squares = u.iter().zip(&v).map(|(u, v)| square(&minus(u, v)));
        vec![mean(squares).sqrt()]
    }),
    close("kl_ab", 1e-10, |case| average(case, kl)),
    close("kl_ab_se", 1e-9, |case| error(case, kl)),
    close("kl_ab_x", 1e-9, |case| at_inputs(case, kl)),
    close("jeffreys", 1e-10, |case| average(case, |p, q| kl(p, q) + kl(q, p))),
    close("js", 1e-10, |case| average(case, js)),
    close("js_se", 1e-9, |case| error(case, js)),
    close("tv", 1e-10, |case| average(case, tv)),
    close("tv_se", 1e-9, |case| error(case, tv)),
    close("hellinger", 1e-10, |case| average(case, hellinger)),
    close("hellinger_se", 1e-9, |case| error(case, hellinger)),
    close("tau", 1e-10, |case| vec![log_tau(case).exp()]),
    close("log_tau", 1e-10, |case| vec![log_tau(case)]),
    close("top1_agreement", 1e-10, |case| average(case, |p, q| f64::from(top(p) == top(q)))),
    close("kl_ab_median", 1e-9, |case| percentile(at_inputs(case, kl), 0.5)),
    close("kl_ab_q90", 1e-9, |case| percentile(at_inputs(case, kl), 0.9)),
    close("kl_ab_q99", 1e-9, |case| percentile(at_inputs(case, kl), 0.99)),
    close("kl_ab_q999", 1e-9, |case| percentile(at_inputs(case, kl), 0.999)),
    close("kl_ab_max", 1e-9, |case| percentile(at_inputs(case, kl), 1.0)),
    close("d_logit_median", 1e-10, |case| percentile(distances(case), 0.5)),
    close("d_logit_q90", 1e-10, |case| percentile(distances(case), 0.9)),
    close("d_logit_q99", 1e-10, |case| percentile(distances(case), 0.99)),
    close("d_logit_q999", 1e-10, |case| percentile(distances(case), 0.999)),
    close("d_logit_max", 1e-10, |case| percentile(distances(case), 1.0)),
    close("top5_agreement", 1e-12, |case| average(case, |p, q| f64::from(overlap(p, q, 5) == 1.0))),
    close("top5_overlap", 1e-12, |case| average(case, |p, q| overlap(p, q, 5))),
    close("top10_agreement", 1e-12, |case| average(case, |p, q| f64::from(overlap(p, q, 10) == 1.0))),
    close("top10_overlap", 1e-12, |case| average(case, |p, q| overlap(p, q, 10))),
    close("logit_error", 1e-6, |case| {
        vec![single_precision_error(&case.a).max(single_precision_error(&case.b))]
    }),
];

/// ‖u(x) − u′(x)‖² at every input.
pub fn squared_distances(case: &Case) -> Vec<f64> {
    let [u, v] = [&case.a, &case.b].map(centred_logits);
    u.iter().zip(&v).map(|(u, v)| square(&minus(u, v))).collect()
}

/// log p and log p′ at the inputs of the probability part.
pub fn predictions(case: &Case) -> [Rows; 2] {
    [&case.a, &case.b].map(|m| {
        let all = log_probabilities(&super::arithmetic::logits(m));
        case.inputs.iter().map(|&x| all[x].clone()).collect()
    })
}

/// A distance of two log-distributions at every input of the probability part.
pub fn at_inputs(case: &Case, distance: fn(&[f64], &[f64]) -> f64) -> Vec<f64> {
    let [p, q] = predictions(case);
    p.iter().zip(&q).map(|(p, q)| distance(p, q)).collect()
}

fn average(case: &Case, distance: fn(&[f64], &[f64]) -> f64) -> Vec<f64> {
    vec![mean(at_inputs(case, distance).into_iter())]
}

fn error(case: &Case, distance: fn(&[f64], &[f64]) -> f64) -> Vec<f64> {
    let all = at_inputs(case, distance);
    vec![sd(&all) / (all.len() as f64 - 1.0).sqrt()]
}

fn sum(p: &[f64], q: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    p.iter().zip(q).map(|(&p, &q)| term(p, q)).sum()
}

pub fn kl(p: &[f64], q: &[f64]) -> f64 {
    sum(p, q, |p, q| p.exp() * (p - q))
}

pub fn js(p: &[f64], q: &[f64]) -> f64 {
    let log_mean = |p: f64, q: f64| (0.5 * (p.exp() + q.exp())).ln();
    sum(p, q, |p, q| 0.5 * (p.exp() * (p - log_mean(p, q)) + q.exp() * (q - log_mean(p, q))))
}

pub fn tv(p: &[f64], q: &[f64]) -> f64 {
    sum(p, q, |p, q| 0.5 * (p.exp() - q.exp()).abs())
}

pub fn hellinger(p: &[f64], q: &[f64]) -> f64 {
    (0.5 * sum(p, q, |p, q| ((0.5 * p).exp() - (0.5 * q).exp()).powi(2))).sqrt()
}

/// The smallest log-probability of an input.
pub fn smallest(p: &[f64], q: &[f64]) -> f64 {
    p.iter().chain(q).copied().fold(f64::INFINITY, f64::min)
}

pub fn log_tau(case: &Case) -> f64 {
    at_inputs(case, smallest).into_iter().fold(f64::INFINITY, f64::min)
}

pub fn top(p: &[f64]) -> usize {
    (0..p.len()).rev().max_by(|&i, &j| p[i].total_cmp(&p[j])).unwrap()
}

/// The share of the `most` most probable labels that both have in common.
fn overlap(p: &[f64], q: &[f64], most: usize) -> f64 {
    let [a, b] = [p, q].map(|p| {
        let mut labels: Vec<usize> = (0..p.len()).collect();
        labels.sort_by(|&i, &j| p[j].total_cmp(&p[i]));
        labels.truncate(most);
        labels
    });
    a.iter().filter(|y| b.contains(y)).count() as f64 / a.len() as f64
}

/// ‖Δ(x)‖ at every input of the probability part.
fn distances(case: &Case) -> Vec<f64> {
    let all = squared_distances(case);
    case.inputs.iter().map(|&x| all[x].sqrt()).collect()
}

/// The value that a share of the values does not exceed, between the two nearest ones by the rule of three.
fn percentile(mut values: Vec<f64>, level: f64) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    let at = level * (values.len() - 1) as f64;
    let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
    vec![low + (at - at.floor()) * (high - low)]
}

pub fn square(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

/// The largest error of f(x)·g(y) in single precision at the first input; in one dimension it has a single rounding of a product.
fn single_precision_error(m: &Model) -> f64 {
    assert_eq!(m.dim(), 1, "the order of a sum would matter");
    let g = super::arithmetic::column(&super::arithmetic::unembeddings(m), 0);
    let f = m.embeddings()[(0, 0)];
    let error = |g: &f64| (f64::from(f as f32 * *g as f32) - f * g).abs();
    g.iter().map(error).fold(0.0, f64::max)
}
