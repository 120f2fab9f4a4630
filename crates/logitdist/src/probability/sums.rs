//! Sums over inputs of everything that is a function of both distributions.

use super::InputDivergences;
use super::moments::Moments;
use super::terms::InputTerms;
use crate::reduced::Direction;
use serde::{Deserialize, Serialize};

/// Sums over inputs of everything that is a function of p(·|x) and p′(·|x).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbabilitySums {
    /// Number of inputs summed over.
    pub n: usize,
    /// KL(p(·|x) ‖ p′(·|x)), nats; ∞ if b alone masks a label.
    pub kl_ab: Moments,
    /// KL(p′(·|x) ‖ p(·|x)), nats; ∞ if a alone masks a label.
    pub kl_ba: Moments,
    /// Jensen–Shannon divergence, nats.
    pub js: Moments,
    /// Total variation.
    pub tv: Moments,
    /// Hellinger distance.
    pub hellinger: Moments,
    /// Inputs on which both models have the same most probable label.
    pub agreeing: usize,
    /// Inputs on which both models have the same set of five, or ten, most probable labels.
    pub same_top: [usize; 2],
    /// Labels that both sets have in common, over the inputs.
    pub common_top: [usize; 2],
    /// log min p, over inputs, labels and both models; of no meaning if a label is masked.
    pub log_tau: f64,
    /// Σ_x (2/τ(x)) KL(p ‖ p′), infinite once τ(x) underflows.
    pub kl_ab_over_tau: f64,
    /// Σ_x (2/τ(x)) KL(p′ ‖ p).
    pub kl_ba_over_tau: f64,
    /// Σ_x ½ V_min(x), V_min the variance of log p − log p′ with the weights min(p, p′).
    pub kl_lower: f64,
    /// Σ_x ½ V_max(x)/(1 − TV(x)), V_max the same with the weights max(p, p′); infinite where no probability is shared.
    pub kl_upper: f64,
    /// Σ_x ‖Δ(x)‖², so that KL and logit distance can be compared over the same inputs; of no meaning if a label is masked.
    pub squared_logit_distance: f64,
    /// The largest error of a logit that is known, nats: 0 for logits in double precision.
    pub logit_error: f64,
}

impl ProbabilitySums {
    pub(crate) fn none() -> ProbabilitySums {
        ProbabilitySums {
            n: 0,
            kl_ab: Moments::default(),
            kl_ba: Moments::default(),
            js: Moments::default(),
            tv: Moments::default(),
            hellinger: Moments::default(),
            agreeing: 0,
            same_top: [0; 2],
            common_top: [0; 2],
            log_tau: f64::INFINITY,
            kl_ab_over_tau: 0.0,
            kl_ba_over_tau: 0.0,
            kl_lower: 0.0,
            kl_upper: 0.0,
            squared_logit_distance: 0.0,
            logit_error: 0.0,
        }
    }

    /// The sums over inputs of what is kept of each; all else is as if there were none.
    pub(crate) fn of_kept<'a>(inputs: impl IntoIterator<Item = &'a InputDivergences>) -> ProbabilitySums {
        let mut sums = ProbabilitySums::none();
        inputs.into_iter().for_each(|input| sums.add_kept(input));
        sums
    }

    fn add_kept(&mut self, input: &InputDivergences) {
        self.n += 1;
        self.kl_ab.push(input.kl_ab);
        self.kl_ba.push(input.kl_ba);
        self.js.push(input.js);
        self.tv.push(input.tv);
        self.hellinger.push(input.hellinger);
        self.agreeing += usize::from(input.agreeing);
        for (i, top) in input.top.into_iter().enumerate() {
            self.same_top[i] += usize::from(top.are_same());
            self.common_top[i] += usize::from(top.common);
        }
        self.squared_logit_distance += input.squared_logit_distance;
    }

    pub(super) fn add(&mut self, terms: &InputTerms) {
        self.add_divergences(&terms.divergences(), terms.log_tau, terms.kl_between);
    }

    pub(super) fn add_divergences(&mut self, input: &InputDivergences, log_tau: f64, kl_between: [f64; 2]) {
        self.add_kept(input);
        self.log_tau = self.log_tau.min(log_tau);
        self.kl_ab_over_tau += over_tau(input.kl_ab, log_tau);
        self.kl_ba_over_tau += over_tau(input.kl_ba, log_tau);
        self.kl_lower += kl_between[0];
        self.kl_upper += kl_between[1];
    }

    /// KL divergence from the first model of the direction to the second.
    pub fn kl(&self, direction: Direction) -> Moments {
        match direction {
            Direction::Ab => self.kl_ab,
            Direction::Ba => self.kl_ba,
        }
    }

    pub(crate) fn merge(&self, other: &ProbabilitySums) -> ProbabilitySums {
        ProbabilitySums {
            n: self.n + other.n,
            kl_ab: self.kl_ab.merge(other.kl_ab),
            kl_ba: self.kl_ba.merge(other.kl_ba),
            js: self.js.merge(other.js),
            tv: self.tv.merge(other.tv),
            hellinger: self.hellinger.merge(other.hellinger),
            agreeing: self.agreeing + other.agreeing,
            same_top: [0, 1].map(|i| self.same_top[i] + other.same_top[i]),
            common_top: [0, 1].map(|i| self.common_top[i] + other.common_top[i]),
            log_tau: self.log_tau.min(other.log_tau),
            kl_ab_over_tau: self.kl_ab_over_tau + other.kl_ab_over_tau,
            kl_ba_over_tau: self.kl_ba_over_tau + other.kl_ba_over_tau,
            kl_lower: self.kl_lower + other.kl_lower,
            kl_upper: self.kl_upper + other.kl_upper,
            squared_logit_distance: self.squared_logit_distance + other.squared_logit_distance,
            logit_error: self.logit_error.max(other.logit_error),
        }
    }
}

/// `2 KL / τ` from log τ.
///
/// A KL divergence so small beside a τ so small has lost terms to underflow, and an upper bound made of it would be too
/// small: it is infinite then.
pub(crate) fn over_tau(kl: f64, log_tau: f64) -> f64 {
    match kl {
        _ if kl < 1e-290 && log_tau < -600.0 => f64::INFINITY,
        0.0 => 0.0,
        _ => ((2.0 * kl).ln() - log_tau).exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_underflowing_tau_never_gives_nan() {
        assert_eq!(over_tau(0.0, -1.0), 0.0);
        assert_eq!(over_tau(0.0, -1e9), f64::INFINITY);
        assert_eq!(over_tau(1e-30, -1e9), f64::INFINITY);
    }
}
