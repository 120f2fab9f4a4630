//! The second round of bounds, and the whitened distance.

use super::alignment::residuals;
use super::arithmetic::{
    Rows, centred_logits, columns_centred, dot, embeddings, matrix, mean, minus, singular_values,
};
use super::bounds::{budget, least, least_of_spectra, sampled_distance};
use super::correlations::{r2, rho, spectrum};
use super::distribution::{at_inputs, hellinger, js, kl, predictions, square, top, tv};
use super::{Case, Definition, close};
use logitdist::Model;

pub const MEASURES: &[Definition] = &[
    close("d_white_ab", 1e-8, |case| {
        let Principal { directions, roots } = Principal::of(&case.a);
        let delta = columns_centred(&difference(case));
        let along = |d: &Vec<f64>| directions.iter().zip(&roots).map(|(p, s)| (dot(p, d) / s).powi(2)).sum();
        let all: Vec<f64> = delta.iter().map(along).collect();
        vec![(mean(all.into_iter()) / case.a.dim() as f64).sqrt()]
    }),
    close("budget_m_cca_a", 1e-8, |case| {
        let rising: Vec<f64> = spectrum(&case.a).into_iter().rev().collect();
        // What the weakest directions have lost at a distance, each wholly before the next.
        let certified = |distance: f64| {
            let mut left = distance * distance;
            let rho = rising.iter().map(|sigma| {
                let paid = left.min(*sigma);
                left -= paid;
                (1.0 - paid / sigma).max(0.0).sqrt()
            });
            rho.sum::<f64>() / rising.len() as f64
        };
        let (mut low, mut high) = (0.0, 1e6);
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if certified(middle) >= 0.95 { low = middle } else { high = middle }
        }
        vec![low]
    }),
    close("budget_agreement_a", 1e-8, |case| {
        let mut costs: Vec<f64> = predictions(case)[0].iter().map(|p| 0.5 * gap(p).powi(2)).collect();
        costs.sort_by(f64::total_cmp);
        let n = costs.len();
        vec![(costs[..=n / 100].iter().sum::<f64>() / n as f64).sqrt()]
    }),
];

pub const BOUNDS: &[Definition] = &[
    close("kl_from_logit_sharp", 1e-8, |case| {
        let r = range(case);
        vec![average(case, kl), (r.exp_m1() / r).ln() - 1.0 + r / r.exp_m1()]
    }),
    close("tv_from_logit", 1e-8, |case| vec![average(case, tv), (0.25 * range(case)).tanh()]),
    close("hellinger_from_logit", 1e-8, |case| {
        vec![average(case, hellinger), (1.0 - 1.0 / (0.25 * range(case)).cosh()).sqrt()]
    }),
    close("js_from_logit", 1e-8, |case| {
        let p = 1.0 / (1.0 + (-0.5 * range(case)).exp());
        let entropy = -p * p.ln() - (1.0 - p) * (1.0 - p).ln();
        vec![average(case, js), 2f64.ln() - entropy]
    }),
    close("kl_weighted_lower", 1e-8, |case| {
        vec![average(case, |p, q| 0.5 * variance(&weights(p, q, f64::min), &minus(p, q))), average(case, kl)]
    }),
    close("kl_weighted_upper", 1e-8, |case| {
        let rhs = average(case, |p, q| {
            let shared: f64 = weights(p, q, f64::min).iter().sum();
            0.5 * variance(&weights(p, q, f64::max), &minus(p, q)) / shared
        });
        vec![average(case, kl), rhs]
    }),
    close("top1_from_logit", 1e-8, |case| {
        let [p, _] = predictions(case);
        let mut costs: Vec<f64> = p.iter().map(|p| 0.5 * gap(p).powi(2)).collect();
        costs.sort_by(f64::total_cmp);
        let n = costs.len();
        let paid =
            (1..=n).take_while(|&k| costs[..k].iter().sum::<f64>() <= n as f64 * sampled_distance(case));
        vec![1.0 - paid.count() as f64 / n as f64, average(case, |p, q| f64::from(top(p) == top(q)))]
    }),
    close("m_cca_contrasts", 1e-8, |case| {
        let rho = rho(case, embeddings);
        let [u, v] = [&case.a, &case.b].map(|m| columns_centred(&centred_logits(m)));
        let mut best = least_of_spectra(variances(&u), variances(&v), budget(case), rho.len());
        for Principal { directions, roots } in [Principal::of(&case.a), Principal::of(&case.b)] {
            for exponent in [0.0, 0.25, 0.5, 0.75, 1.0] {
                let seen = |u: &Vec<f64>| -> Vec<f64> {
                    directions.iter().zip(&roots).map(|(p, s)| dot(p, u) * s.powf(-exponent)).collect()
                };
                let [hu, hv]: [Rows; 2] = [&u, &v].map(|u| u.iter().map(seen).collect());
                let apart = mean(hu.iter().zip(&hv).map(|(u, v)| square(&minus(u, v))));
                best = best.max(least_of_spectra(variances(&hu), variances(&hv), apart, rho.len()));
            }
        }
        vec![best, mean(rho.into_iter())]
    }),
    close("m_cca_from_kl", 1e-8, |case| {
        let rho = rho(case, embeddings);
        let [p, q] = predictions(case);
        let tau: Vec<f64> = (0..case.a.n_labels())
            .map(|y| p.iter().chain(&q).map(|p| p[y].exp()).fold(f64::INFINITY, f64::min))
            .collect();
        let total: f64 = tau.iter().sum();
        let seen = |u: &Vec<f64>| -> Vec<f64> {
            let centre = dot(&tau, u) / total;
            tau.iter().zip(u).map(|(tau, u)| tau.sqrt() * (u - centre)).collect()
        };
        let seen: Rows = columns_centred(&centred_logits(&case.a)).iter().map(seen).collect();
        let sigma = variances(&seen);
        let left = (2.0 * average(case, kl) - sigma[rho.len()..].iter().sum::<f64>()).max(0.0);
        let sum = least(&sigma[..rho.len()], left, |left| (1.0 - left).sqrt());
        vec![sum / rho.len() as f64, mean(rho.into_iter())]
    }),
    close("r2_from_logit", 1e-8, |case| {
        let variance = |x: &Rows| mean(columns_centred(x).iter().map(|x| square(x)));
        vec![1.0 - variance(&residuals(case)) / variance(&embeddings(&case.a)), r2(case)]
    }),
];

/// The principal directions of a model's logits over labels, and standard deviations along them.
struct Principal {
    directions: Vec<Vec<f64>>,
    roots: Vec<f64>,
}

impl Principal {
    fn of(m: &Model) -> Principal {
        let u = columns_centred(&centred_logits(m));
        let svd = matrix(&u).thin_svd().unwrap();
        let roots = svd.S().column_vector().iter().take(m.dim());
        Principal {
            roots: roots.map(|s| s / (u.len() as f64).sqrt()).collect(),
            directions: (0..m.dim()).map(|j| svd.V().col(j).iter().copied().collect()).collect(),
        }
    }
}

/// Eigenvalues of the covariance of rows that are centred, largest first, as many as there are columns.
fn variances(rows: &Rows) -> Vec<f64> {
    singular_values(rows).iter().map(|s| s * s / rows.len() as f64).collect()
}

fn difference(case: &Case) -> Rows {
    let [u, v] = [&case.a, &case.b].map(centred_logits);
    u.iter().zip(&v).map(|(u, v)| minus(u, v)).collect()
}

/// √2 d_logit over the inputs of the probability part.
fn range(case: &Case) -> f64 {
    (2.0 * sampled_distance(case)).sqrt()
}

fn average(case: &Case, of: fn(&[f64], &[f64]) -> f64) -> f64 {
    mean(at_inputs(case, of).into_iter())
}

fn weights(p: &[f64], q: &[f64], pick: fn(f64, f64) -> f64) -> Vec<f64> {
    p.iter().zip(q).map(|(p, q)| pick(p.exp(), q.exp())).collect()
}

/// Σ π (d − d̄)², d̄ the mean with the same weights.
fn variance(weights: &[f64], d: &[f64]) -> f64 {
    let centre = dot(weights, d) / weights.iter().sum::<f64>();
    weights.iter().zip(d).map(|(w, d)| w * (d - centre).powi(2)).sum()
}

/// The largest less the second largest.
fn gap(p: &[f64]) -> f64 {
    let mut sorted = p.to_vec();
    sorted.sort_by(|x, y| y.total_cmp(x));
    sorted[0] - sorted[1]
}
