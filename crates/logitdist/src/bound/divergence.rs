//! T10′ and T15: the most that any divergence can be at a logit distance, which two labels attain.
//!
//! Each is a function of `r = √2 d_logit`, over the inputs of the probability part, be they all or a sample.

use super::{Bound, Theorem};
use crate::measure::table::Part;
use crate::shared::Shared;
use crate::tolerance::Scale;
use std::f64::consts::{LN_2, SQRT_2};

const EVEN_PAIR: &str = "two labels that change places, E9, at every distance";

pub(super) const ROWS: [Theorem; 4] = [
    Theorem {
        token: "kl_from_logit_sharp",
        number: "T10′",
        name: "KL from logit distance, at every distance",
        family: "KL from logit distance",
        meaning: "Best bound on KL divergence by logit distance, at every distance",
        statement: "d_KL ≤ ψ(√2 d_logit), ψ(r) = log((eʳ − 1)/r) − 1 + r/(eʳ − 1)",
        source: "proved in this project; sharpens kl_from_logit",
        equality: "two labels, E9, at every distance",
        left: "kl_ab",
        anchor: "t10prime",
        part: Part::Probability,
        evaluate: |theorem, shared, direction| {
            let kl = shared.divergences().kl(direction);
            Ok(Bound::at_most(theorem, kl, largest_kl(range(shared)), squared(shared)))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "tv_from_logit",
        number: "T15",
        name: "total variation",
        family: "bounded divergences from logit distance",
        meaning: "Best bound on total variation by logit distance",
        statement: "tv ≤ tanh(√2 d_logit/4)",
        equality: EVEN_PAIR,
        left: "tv",
        anchor: "t15",
        part: Part::Probability,
        evaluate: |theorem, shared, _| {
            let rhs = (0.25 * range(shared)).tanh();
            Ok(Bound::at_most(theorem, shared.divergences().tv, rhs, linear(shared)))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "hellinger_from_logit",
        number: "T15",
        name: "Hellinger distance",
        family: "bounded divergences from logit distance",
        meaning: "Best bound on Hellinger distance by logit distance",
        statement: "hellinger ≤ √(1 − 1/cosh(√2 d_logit/4))",
        equality: EVEN_PAIR,
        left: "hellinger",
        anchor: "t15",
        part: Part::Probability,
        evaluate: |theorem, shared, _| {
            let rhs = largest_hellinger(range(shared));
            Ok(Bound::at_most(theorem, shared.divergences().hellinger, rhs, linear(shared)))
        },
        ..Theorem::SHARPENED
    },
    Theorem {
        token: "js_from_logit",
        number: "T15",
        name: "Jensen–Shannon divergence",
        family: "bounded divergences from logit distance",
        meaning: "Best bound on Jensen–Shannon divergence by logit distance",
        statement: "js ≤ log 2 − h(ς(√2 d_logit/2)), h the binary entropy in nats, ς(t) = 1/(1 + e⁻ᵗ)",
        equality: EVEN_PAIR,
        left: "js",
        anchor: "t15",
        part: Part::Probability,
        evaluate: |theorem, shared, _| {
            let rhs = largest_js(range(shared));
            Ok(Bound::at_most(theorem, shared.divergences().js, rhs, squared(shared)))
        },
        ..Theorem::SHARPENED
    },
];

/// `ψ(r) = log((e^r − 1)/r) − 1 + r/(e^r − 1)`, the largest KL divergence of distributions whose log-odds differ by at most r ≥ 0.
///
/// With y = r/2 it is `log(sinh y / y) + y coth y − 1`. Near 0 both parts are sums of positive terms. Source: theory T10′.
pub fn largest_kl(r: f64) -> f64 {
    let y = 0.5 * r;
    if y >= 1.0 {
        let e = (-r).exp();
        return if e == 0.0 { r - r.ln() - 1.0 } else { r - r.ln() + (-e).ln_1p() - 1.0 + r * e / (1.0 - e) };
    }
    // sinh y / y − 1 = Σ y²ᵏ/(2k+1)!, and cosh y − sinh y / y = Σ 2k y²ᵏ/(2k+1)!.
    let (mut term, mut sinh, mut difference) = (1.0, 0.0, 0.0);
    for k in 1..12 {
        let even = f64::from(2 * k);
        term *= y * y / (even * (even + 1.0));
        sinh += term;
        difference += even * term;
    }
    sinh.ln_1p() + difference / (1.0 + sinh)
}

/// `√(1 − 1/cosh(r/4))`, the largest Hellinger distance. Source: theory T15.
pub fn largest_hellinger(r: f64) -> f64 {
    let y = 0.25 * r;
    // cosh y − 1 = 2 sinh²(y/2) keeps its digits near 0; far from it cosh is beyond the range, and its inverse 0.
    if y < 1.0 { SQRT_2 * (0.5 * y).sinh() / y.cosh().sqrt() } else { (1.0 - 1.0 / y.cosh()).sqrt() }
}

/// `log 2 − h(ς(r/2))`, the largest Jensen–Shannon divergence: `y tanh y − log cosh y` with y = r/4. Source: theory T15.
pub fn largest_js(r: f64) -> f64 {
    let y = 0.25 * r;
    if y < 1.0 {
        let half = (0.5 * y).sinh();
        return y * y.tanh() - (2.0 * half * half).ln_1p();
    }
    let e = (-2.0 * y).exp();
    let lost = if e == 0.0 { 0.0 } else { 2.0 * y * e / (1.0 + e) };
    LN_2 - e.ln_1p() - lost
}

/// `√2 d_logit` over the inputs of the probability part: the most that log-odds differ, in the mean square.
fn range(shared: &Shared) -> f64 {
    (2.0 * shared.squared_distance()).sqrt()
}

fn squared(shared: &Shared) -> Scale {
    Scale::Squared(shared.reduced.squared_scale())
}

fn linear(shared: &Shared) -> Scale {
    Scale::Linear(shared.reduced.squared_scale().sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_what_two_labels_have_at_every_distance() {
        let sigmoid = |t: f64| 1.0 / (1.0 + (-t).exp());
        for r in [0.3_f64, 1.0, 1.9, 2.1, 3.9, 4.1, 9.0, 30.0] {
            let s = 1.0 / r - 1.0 / (r.exp() - 1.0);
            let wanted = (1.0 + s * (r.exp() - 1.0)).ln() - s * r;
            assert!((largest_kl(r) / wanted - 1.0).abs() < 1e-13, "{r}: {} {wanted}", largest_kl(r));
            let (p, q) = (sigmoid(0.5 * r), sigmoid(-0.5 * r));
            let hellinger = (0.5 * 2.0 * (p.sqrt() - q.sqrt()).powi(2)).sqrt();
            assert!((largest_hellinger(r) / hellinger - 1.0).abs() < 1e-13, "{r}");
            let js = LN_2 + p * p.ln() + q * q.ln();
            assert!((largest_js(r) / js - 1.0).abs() < 1e-12, "{r}: {} {js}", largest_js(r));
        }
    }

    #[test]
    fn all_keep_their_digits_near_nothing_and_are_finite_far_away() {
        for r in [1e-12, 1e-6, 1e-3] {
            assert!((largest_kl(r) / (r * r / 8.0) - 1.0).abs() < r * r + 1e-14);
            assert!((largest_hellinger(r) / (r / (4.0 * SQRT_2)) - 1.0).abs() < r * r + 1e-14);
            assert!((largest_js(r) / (r * r / 32.0) - 1.0).abs() < r * r + 1e-14);
        }
        assert_eq!([largest_kl(0.0), largest_hellinger(0.0), largest_js(0.0)], [0.0; 3]);
        assert_eq!([largest_hellinger(1e60), largest_js(1e60)], [1.0, LN_2]);
        assert!((largest_kl(800.0) / (800.0 - 800f64.ln() - 1.0) - 1.0).abs() < 1e-15, "e⁻⁸⁰⁰ is no number");
        assert_eq!(largest_kl(1e60), 1e60);
    }

    #[test]
    fn each_is_concave_in_the_squared_distance() {
        for f in [largest_kl, |r: f64| (0.25 * r).tanh(), largest_hellinger, largest_js] {
            let at = |i: u32| f((0.05 * f64::from(i)).sqrt());
            for i in 1..4000 {
                assert!(at(i - 1) + at(i + 1) <= 2.0 * at(i) + 1e-13, "{i}");
                assert!(at(i) < at(i + 1) + 1e-15);
            }
        }
    }
}
