//! What one label adds to the divergences between two distributions.
//!
//! Near d = 0 the terms come from series and far from it from closed forms; both are computed and one is taken, without a branch.

use super::chunk::{INVERSE_FACTORIALS, larger, log_one_plus_ratio, polynomial, smaller};

/// What one label adds to each divergence; all ≥ 0.
pub(super) struct DivergenceTerms {
    pub kl_ab: f64,
    pub kl_ba: f64,
    pub js: f64,
    pub l1: f64,
    pub squared_hellinger: f64,
}

/// Under this |d| the terms come from series: their closed forms would cancel.
const NEAR: f64 = 0.1;

impl DivergenceTerms {
    /// Terms for probabilities p and q with d = log q − log p.
    ///
    /// `kl_ab = p (e^d − 1 − d)`, `kl_ba = q (e^−d − 1 + d)`, `js = ½ m [(1−t) ln(1−t) + (1+t) ln(1+t)]` with
    /// m = (p + q)/2 and t = tanh(d/2).
    #[inline(always)]
    pub(super) fn of(p: f64, q: f64, d: f64) -> DivergenceTerms {
        let near = if d.abs() < NEAR { d } else { 0.0 };
        let series = Series::at(near);
        // min(p, q) |d| → 0 as the probability vanishes, and so it is 0 once it has.
        let (size, rare, common) = (d.abs(), smaller(p, q), larger(p, q));
        let far_js =
            0.5 * ((p + q) * (std::f64::consts::LN_2 - log_one_plus_ratio(rare, common)) - rare * size);
        let below_one = 1.0 - (rare / larger(common, f64::MIN_POSITIVE)).sqrt();
        let is_near = d.abs() < NEAR;
        let choose = |near: f64, far: f64| if is_near { near } else { far };
        DivergenceTerms {
            kl_ab: choose(p * series.above, larger(q - p - p * d, 0.0)),
            kl_ba: choose(q * series.below, larger(p - q + q * d, 0.0)),
            js: choose(0.25 * (p + q) * series.js, larger(far_js, 0.0)),
            l1: choose(p * (near + series.above).abs(), common - rare),
            squared_hellinger: choose(p * series.half * series.half, common * below_one * below_one),
        }
    }
}

/// `(e^h − 1) / h` by powers of h, of which those left out are under 1e-17 for |h| ≤ ½ NEAR.
const HALF: [f64; 9] = *INVERSE_FACTORIALS.split_at(1).1.first_chunk().unwrap();

/// Functions of d near 0, to full relative accuracy.
struct Series {
    /// `e^d − 1 − d`.
    above: f64,
    /// `e^−d − 1 + d`.
    below: f64,
    /// `e^{d/2} − 1`.
    half: f64,
    /// `(1−t) ln(1−t) + (1+t) ln(1+t)` with t = tanh(d/2).
    js: f64,
}

impl Series {
    #[inline(always)]
    fn at(d: f64) -> Series {
        let square = d * d;
        // cosh d − 1 and sinh d − d, of which the last terms are under 1e-17 of the first.
        let even = square
            * polynomial(square, [1.0 / 2.0, 1.0 / 24.0, 1.0 / 720.0, 1.0 / 40_320.0, 1.0 / 3_628_800.0]);
        let odd = square
            * d
            * polynomial(
                square,
                [1.0 / 6.0, 1.0 / 120.0, 1.0 / 5_040.0, 1.0 / 362_880.0, 1.0 / 39_916_800.0],
            );
        let h = 0.5 * d;
        let half = h * polynomial(h, HALF);
        // The derivative by d is ½ d sech²(½ d), and sech² x = 1 − x² + ⅔ x⁴ − 17/45 x⁶ + 62/315 x⁸ − 1382/14175 x¹⁰ + ….
        let js = h
            * h
            * polynomial(
                h * h,
                [1.0, -1.0 / 2.0, 2.0 / 9.0, -17.0 / 180.0, 62.0 / 1_575.0, -1_382.0 / 85_050.0],
            );
        Series { above: even + odd, below: even - odd, half, js }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_agree_across_the_switch_between_series_and_closed_form() {
        for d in [0.0999999_f64, -0.0999999, 0.05, -0.07] {
            let p: f64 = 0.3;
            let q = p * d.exp();
            let near = DivergenceTerms::of(p, q, d);
            let m = 0.5 * (p + q);
            let pairs = [
                (near.kl_ab, q - p - p * d),
                (near.kl_ba, p - q + q * d),
                (near.js, 0.5 * (p * (p / m).ln() + q * (q / m).ln())),
                (near.l1, (p - q).abs()),
                (near.squared_hellinger, (p.sqrt() - q.sqrt()).powi(2)),
            ];
            for (i, (got, want)) in pairs.into_iter().enumerate() {
                assert!((got - want).abs() < 1e-12 * want, "term {i} at d = {d}: {got} {want}");
            }
        }
    }

    #[test]
    fn terms_far_from_zero_are_their_definitions() {
        for (p, d) in [(0.3, 0.2_f64), (0.3, -0.5), (0.01, 3.0), (0.9, -8.0), (1e-9, 15.0), (0.5, -300.0)] {
            let q = p * d.exp();
            let (got, m) = (DivergenceTerms::of(p, q, d), 0.5 * (p + q));
            let js = 0.5 * (p * (p / m).ln() + q * (q / m).ln());
            for (got, want) in [(got.kl_ab, q - p - p * d), (got.kl_ba, p - q + q * d), (got.js, js)] {
                assert!(
                    (got - want).abs() < 1e-13 * (p + q) + 1e-12 * want,
                    "p = {p}, d = {d}: {got} {want}"
                );
            }
        }
    }

    #[test]
    fn terms_are_relatively_accurate_for_tiny_differences() {
        for d in [1e-3, 1e-8, 1e-12, -1e-12] {
            let t = DivergenceTerms::of(0.25, 0.25 * f64::exp(d), d);
            assert!((t.kl_ab / (0.125 * d * d * (1.0 + d / 3.0)) - 1.0).abs() < 1e-6, "{d}");
            assert!((t.kl_ba / t.kl_ab - (1.0 + d / 3.0)).abs() < 1e-6 + d * d, "{d}");
            assert!((t.js / (0.25 * d * d / 8.0) - 1.0).abs() < 2.0 * d.abs() + 1e-12, "{d}");
            assert!((t.l1 / (0.25 * d.exp_m1().abs()) - 1.0).abs() < 1e-15, "{d}");
            assert!((t.squared_hellinger / (0.25 * (0.5 * d).exp_m1().powi(2)) - 1.0).abs() < 1e-14, "{d}");
        }
    }

    #[test]
    fn vanished_probabilities_give_finite_terms() {
        for (p, q, d) in [(0.0, 0.0, 700.0), (0.0, 1.0, 1e100), (1.0, 0.0, -1e100), (0.0, 0.0, 0.0)] {
            let t = DivergenceTerms::of(p, q, d);
            for x in [t.kl_ab, t.kl_ba, t.js, t.l1, t.squared_hellinger] {
                assert!(x.is_finite() && x >= 0.0, "p = {p}, q = {q}, d = {d}: {x}");
            }
        }
    }
}
