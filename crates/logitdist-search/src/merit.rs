//! What a search maximises.

use crate::direct::{centred_logits, d_logit};
use crate::shape::Matrices;
use logitdist::bound::evaluate;
use logitdist::{Bound, Direction, Model, Pair, RELATIVE_TOLERANCE, Settings, Statement, Theorem};
use logitdist_synth::rng;

/// How tight a bound is on a pair, and which of the two says so.
///
/// Ordered: the better a pair, the larger. A tightness is in [0, 1] if the bound holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Merit {
    /// There is no such pair, or the bound does not exist for it, or rounding errors would decide.
    Impossible,
    /// A lower bound that is not positive; the bound.
    Vacuous(f64),
    /// The tightness: lhs/rhs; for a lower bound the share (1 − value)/(1 − bound) of the loss that it allows.
    Tight(f64),
    /// The bound fails, by this ratio.
    Violated(f64),
}

impl Merit {
    /// What is climbed: the tightness, and something negative where there is none.
    pub fn height(self) -> f64 {
        match self {
            Merit::Impossible => -2.0,
            // From −1 far below up to 0 where it begins to say something.
            Merit::Vacuous(bound) => bound / (1.0 - bound),
            Merit::Tight(ratio) | Merit::Violated(ratio) => ratio,
        }
    }

    /// The tightness, if the bound says something.
    pub fn tightness(self) -> Option<f64> {
        match self {
            Merit::Tight(ratio) | Merit::Violated(ratio) => Some(ratio),
            Merit::Impossible | Merit::Vacuous(_) => None,
        }
    }

    /// The merit of an evaluated bound.
    pub fn of(bound: &Bound) -> Merit {
        let (lhs, rhs) = match bound.statement {
            None => return Merit::Impossible,
            Some(Statement::AtMost { lhs, rhs }) => (lhs, rhs),
            Some(Statement::AtLeast { bound: least, value }) => {
                if bound.is_violated() {
                    return Merit::Violated(((1.0 - value) / (1.0 - least)).max(1.0 + RELATIVE_TOLERANCE));
                }
                if least <= 0.0 {
                    return Merit::Vacuous(if least.is_finite() { least } else { -1e300 });
                }
                if 1.0 - least < LEAST_LOSS {
                    return Merit::Impossible;
                }
                (1.0 - value, 1.0 - least)
            }
        };
        let ratio = lhs / rhs;
        if bound.is_violated() {
            return Merit::Violated(if ratio.is_nan() { f64::INFINITY } else { ratio });
        }
        // What exceeds 1 and still holds does so by the tolerance for rounding errors: they decide here.
        let normal = LEAST_SIDE..f64::INFINITY;
        let decided = ratio.is_finite() && normal.contains(&rhs) && ratio <= 1.0 + RELATIVE_TOLERANCE;
        if decided { Merit::Tight(ratio.min(1.0)) } else { Merit::Impossible }
    }
}

/// A lower bound that allows less loss than this is not searched: rounding errors of correlations would decide.
const LEAST_LOSS: f64 = 1e-6;

/// Nor is a right side under this, where floating-point numbers have lost digits.
const LEAST_SIDE: f64 = f64::MIN_POSITIVE / f64::EPSILON;

/// Nor is a pair whose distance is under this share of its logits before centring.
const LEAST_DISTANCE: f64 = 1e-3;

/// The merit of a pair.
pub fn merit(pair: &Matrices, theorem: &'static Theorem, direction: Direction) -> Merit {
    let distance = d_logit(&centred_logits(pair));
    let size = |side: usize| {
        let (f, g) = (&pair.f[side], &pair.g[side]);
        f.norm_l2() / (f.nrows() as f64).sqrt() * g.norm_l2()
    };
    if distance.is_nan() || distance <= LEAST_DISTANCE * size(0).hypot(size(1)) {
        return Merit::Impossible;
    }
    let Some((a, b)) = models(pair) else { return Merit::Impossible };
    let pair = Pair::new(&a, &b).expect("both have the same shape");
    // The shapes are small, so that every subset is taken and nothing is drawn.
    match evaluate(&pair, theorem, direction, &Settings::default(), &mut rng(0, 0)) {
        Ok(bound) => Merit::of(&bound),
        Err(_) => Merit::Impossible,
    }
}

/// The pair as models; `None` if entries are too large or too small for any.
pub fn models(pair: &Matrices) -> Option<(Model, Model)> {
    let model = |side: usize| Model::new(pair.f[side].clone(), pair.g[side].clone(), None).ok();
    Some((model(0)?, model(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shape;
    use logitdist::{Scale, compare, theorem, theorems};

    #[test]
    fn the_merit_is_what_a_comparison_reports() {
        let shape = Shape { dim: 2, other_dim: 2, labels: 4, inputs: 6 };
        for seed in 0..8 {
            let point = crate::starts::random_point(&shape, &mut rng(seed, 0)).0;
            let matrices = shape.matrices(&point);
            let (a, b) = models(&matrices).unwrap();
            let pair = Pair::new(&a, &b).unwrap();
            let all = compare(&pair, &Settings::default(), &mut rng(0, 0)).unwrap();
            for (direction, bound) in all.all_bounds() {
                let alone = evaluate(&pair, bound.theorem, direction, &Settings::default(), &mut rng(0, 0));
                assert_eq!(&alone.unwrap(), bound, "seed {seed}");
                let merit = merit(&matrices, bound.theorem, direction);
                if let Some(tightness) = bound.tightness {
                    let found = merit.tightness();
                    assert!(
                        found.is_none_or(|found| (found - tightness).abs() < 1e-12),
                        "seed {seed}: {bound:?}"
                    );
                }
            }
        }
        assert!(theorems().count() >= 17);
    }

    #[test]
    fn better_pairs_are_higher_and_rounding_errors_do_not_count() {
        let upper = theorem("kl_from_logit").unwrap();
        let lower = theorem("m_cca_sharp").unwrap();
        let at_most = |lhs, rhs| Merit::of(&Bound::at_most(upper, lhs, rhs, Scale::Linear(1.0)));
        let at_least = |value, bound| Merit::of(&Bound::at_least(lower, value, bound, bound));
        assert_eq!(at_most(0.5, 1.0), Merit::Tight(0.5));
        assert_eq!(at_most(2.0, 1.0), Merit::Violated(2.0));
        assert_eq!(at_most(3e-13, 1e-13), Merit::Impossible, "it holds by the tolerance alone");
        assert_eq!(at_most(1.0, f64::INFINITY), Merit::Impossible);
        assert_eq!(at_most(2e-308, 2e-308), Merit::Impossible, "both have a few digits only");
        assert_eq!(at_most(1e-290, 2e-290), Merit::Tight(0.5));
        assert_eq!(at_least(0.75, 0.5), Merit::Tight(0.5));
        assert_eq!(at_least(0.75, -1.0), Merit::Vacuous(-1.0));
        assert!(matches!(at_least(0.5, 0.75), Merit::Violated(r) if r == 2.0));
        let heights = [Merit::Impossible, Merit::Vacuous(-3.0), Merit::Vacuous(-0.1), Merit::Tight(0.2)];
        assert!(heights.map(Merit::height).is_sorted());
    }
}
