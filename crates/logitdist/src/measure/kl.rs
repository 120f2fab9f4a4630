//! Kullback–Leibler divergence and the other distances between p(·|x) and p′(·|x), as means over inputs.

use crate::probability::ProbabilitySums;

/// A mean over inputs with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Its standard error over inputs, as if they were drawn independently.
    pub standard_error: f64,
}

/// Distances between the distributions of two models, over the inputs of the probability part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergences {
    /// E_x KL(p ‖ p′), nats, ≥ 0.
    pub kl_ab: Mean,
    /// E_x KL(p′ ‖ p), nats, ≥ 0.
    pub kl_ba: Mean,
    /// Jeffreys divergence `kl_ab + kl_ba`, nats, ≥ 0.
    pub jeffreys: f64,
    /// E_x of the Jensen–Shannon divergence, nats, in [0, ln 2].
    pub js: Mean,
    /// E_x ½ Σ|p − p′|, in [0, 1].
    pub tv: Mean,
    /// E_x √(½ Σ(√p − √p′)²), in [0, 1].
    pub hellinger: Mean,
    /// Smallest probability over inputs, labels and both models; 0 where it underflows.
    pub tau: f64,
    /// log τ, finite where τ underflows.
    pub log_tau: f64,
    /// Share of inputs on which both have the same most probable label (the first of equals), in [0, 1].
    pub top1_agreement: f64,
}

/// All divergences from the sums over inputs.
pub fn divergences(sums: &ProbabilitySums) -> Divergences {
    let n = sums.n;
    let mean =
        |m: &crate::probability::Moments| Mean { mean: m.mean(n), standard_error: m.standard_error(n) };
    let (kl_ab, kl_ba) = (mean(&sums.kl_ab), mean(&sums.kl_ba));
    Divergences {
        kl_ab,
        kl_ba,
        jeffreys: kl_ab.mean + kl_ba.mean,
        js: mean(&sums.js),
        tv: mean(&sums.tv),
        hellinger: mean(&sums.hellinger),
        tau: sums.log_tau.exp(),
        log_tau: sums.log_tau,
        top1_agreement: sums.agreeing as f64 / n as f64,
    }
}
