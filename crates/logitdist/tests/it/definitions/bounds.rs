//! Both sides of every bound: lhs and rhs, or the certified value and the measured one.

use super::alignment::{d_ls, d_rep, of_subsets, per_subset_rhs, sigma_min};
use super::arithmetic::{
    centred_logits, columns_centred, dot, embeddings, gram_schmidt, mean, minus, singular_values,
    unembeddings,
};
use super::correlations::{rho, spectrum};
use super::distribution::{at_inputs, kl, log_tau, smallest, square, squared_distances};
use super::llv::{d_fg, d_llv, given};
use super::{Case, Definition, close};

pub const ALL: &[Definition] = &[
    close("cca_spectral", 1e-8, |case| {
        let lost = lost(case).into_iter().chain(std::iter::repeat(1.0));
        vec![spectrum(&case.a).iter().zip(lost).map(|(sigma, lost)| sigma * lost).sum(), budget(case)]
    }),
    close("cca_two_spectra", 1e-8, |case| {
        let (weights, mismatch) = weights(spectrum(&case.a), spectrum(&case.b));
        let rho = rho(case, centred_logits).into_iter().chain(std::iter::repeat(0.0));
        let kept: f64 = weights.iter().zip(rho).map(|(w, rho)| 2.0 * (1.0 - rho) * w).sum();
        vec![mismatch + kept, budget(case)]
    }),
    close("m_cca_linear", 1e-8, |case| {
        let (r, sigma) = (rank(case), spectrum(&case.a));
        vec![1.0 - left_for(r, case) / (r as f64 * sigma[r - 1]), m_cca(case)]
    }),
    close("m_cca_sharp", 1e-8, |case| {
        let (r, sigma) = (rank(case), spectrum(&case.a));
        vec![least(&sigma[..r], left_for(r, case), |left| (1.0 - left).sqrt()) / r as f64, m_cca(case)]
    }),
    close("m_cca_two_spectra", 1e-8, |case| vec![least_two_spectra(case, rank(case)), m_cca(case)]),
    close("m_cca_logits_sharp", 1e-8, |case| {
        let (sigma, rho) = (spectrum(&case.a), rho(case, centred_logits));
        let sum = least(&sigma, budget(case), |left| (1.0 - left).sqrt());
        vec![sum / rho.len() as f64, mean(rho.into_iter())]
    }),
    close("m_cca_logits_two_spectra", 1e-8, |case| {
        let rho = rho(case, centred_logits);
        vec![least_two_spectra(case, rho.len()), mean(rho.into_iter())]
    }),
    close("compression_floor", 1e-8, |case| {
        vec![spectrum(&case.a).iter().skip(case.b.dim()).sum(), budget(case)]
    }),
    close("d_ls", 1e-8, |case| {
        let g = singular_values(&columns_centred(&unembeddings(&case.a)));
        vec![d_ls(case), d_logit(case) / g.last().unwrap()]
    }),
    close("probe_transfer", 1e-8, |case| {
        let range = gram_schmidt(&columns_centred(&unembeddings(&case.a)));
        let (u, v) = (centred_logits(&case.a), centred_logits(&case.b));
        let seen = |u: &Vec<f64>, v: &Vec<f64>| range.iter().map(|q| dot(q, &minus(u, v))).collect();
        let seen: Vec<Vec<f64>> = u.iter().zip(&v).map(|(u, v)| seen(u, v)).collect();
        vec![singular_values(&seen)[0] / (u.len() as f64).sqrt(), d_logit(case)]
    }),
    close("d_rep_worst_subset", 1e-8, |case| {
        let (m, k) = (case.a.dim() as f64, case.a.n_labels() as f64);
        let delta = match case.per_pivot {
            None => (2.0 * m / (k - 1.0)).sqrt() * d_logit(case),
            Some(_) => mean(of_subsets(case, |s| s.delta).into_iter()).sqrt(),
        };
        vec![d_rep(case), delta / sigma_min(case)]
    }),
    close("d_rep_per_subset", 1e-8, |case| vec![d_rep(case), per_subset_rhs(case)]),
    close("logit_from_kl", 1e-8, |case| {
        vec![sampled_distance(case), 2.0 / log_tau(case).exp() * mean(at_inputs(case, kl).into_iter())]
    }),
    close("logit_from_kl_pointwise", 1e-8, |case| {
        let terms = at_inputs(case, |p, q| 2.0 / smallest(p, q).exp() * kl(p, q));
        vec![sampled_distance(case), mean(terms.into_iter())]
    }),
    close("kl_from_logit", 1e-8, |case| {
        vec![mean(at_inputs(case, kl).into_iter()), 0.25 * sampled_distance(case)]
    }),
    close("d_fg_linear", 1e-8, |case| vec![d_fg(case), 2.0 * case.set_size() as f64 * d_llv(given(case))]),
    close("d_fg_quadratic", 1e-8, |case| vec![d_fg(case), 2.0 * d_llv(given(case)).powi(2)]),
];

fn d_logit(case: &Case) -> f64 {
    mean(squared_distances(case).into_iter()).sqrt()
}

/// E‖u − u′‖² over the inputs of the probability part.
pub fn sampled_distance(case: &Case) -> f64 {
    let all = squared_distances(case);
    mean(case.inputs.iter().map(|&x| all[x]))
}

/// d̄².
pub fn budget(case: &Case) -> f64 {
    let [u, v] = [&case.a, &case.b].map(|m| columns_centred(&centred_logits(m)));
    mean(u.iter().zip(&v).map(|(u, v)| square(&minus(u, v))))
}

fn lost(case: &Case) -> Vec<f64> {
    rho(case, centred_logits).iter().map(|rho| 1.0 - rho * rho).collect()
}

/// The smaller rank of the embeddings.
fn rank(case: &Case) -> usize {
    case.a.dim().min(case.b.dim())
}

/// What the budget leaves for the first r eigenvalues when all beyond them are lost.
fn left_for(r: usize, case: &Case) -> f64 {
    (budget(case) - spectrum(&case.a)[r..].iter().sum::<f64>()).max(0.0)
}

/// The mean correlation of the embeddings.
fn m_cca(case: &Case) -> f64 {
    rho(case, embeddings).iter().take(rank(case)).sum::<f64>() / rank(case) as f64
}

/// √(σᵢσ′ᵢ) and Σ (√σᵢ − √σ′ᵢ)², the shorter spectrum padded with zeros.
fn weights(mut a: Vec<f64>, mut b: Vec<f64>) -> (Vec<f64>, f64) {
    let count = a.len().max(b.len());
    a.resize(count, 0.0);
    b.resize(count, 0.0);
    let roots = a.iter().zip(&b).map(|(a, b)| (a.sqrt(), b.sqrt()));
    (roots.clone().map(|(a, b)| a * b).collect(), roots.map(|(a, b)| (a - b).powi(2)).sum())
}

fn least_two_spectra(case: &Case, divisor: usize) -> f64 {
    least_of_spectra(spectrum(&case.a), spectrum(&case.b), budget(case), divisor)
}

/// The least mean of `divisor` correlations at a distance of two spectra.
pub fn least_of_spectra(a: Vec<f64>, b: Vec<f64>, budget: f64, divisor: usize) -> f64 {
    let (mut weights, mismatch) = weights(a, b);
    weights.resize(divisor.max(weights.len()), 0.0);
    let left = (0.5 * (budget - mismatch)).max(0.0);
    least(&weights, left, |left| 1.0 - left) / divisor as f64
}

/// The smallest Σ ρᵢ that a budget pays for: every choice of correlations that are 0 and of one that is `kept` of the share of its
/// price that is left; the others are 1.
pub fn least(prices: &[f64], budget: f64, kept: fn(f64) -> f64) -> f64 {
    let count = prices.len();
    let mut best = count as f64;
    for lost in 0..1usize << count {
        let is_lost = |i: &usize| lost >> i & 1 == 1;
        let left = budget - (0..count).filter(is_lost).map(|i| prices[i]).sum::<f64>();
        if left < 0.0 {
            continue;
        }
        let ones = count as f64 - f64::from(lost.count_ones());
        let partial =
            (0..count).filter(|i| !is_lost(i) && prices[*i] > left).map(|i| kept(left / prices[i]) - 1.0);
        best = best.min(ones + partial.fold(0.0, f64::min));
    }
    best
}
