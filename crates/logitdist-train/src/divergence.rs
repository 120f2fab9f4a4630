//! When a training has failed: numbers that are not finite, or so large that the loss is rounding error.

/// 2²⁴: an f32 has 24 bits, so a number is lost when it is added to one that is 2²⁴ times as large.
const PRECISION: f64 = 16_777_216.0;

/// The size beyond which logits mean nothing: 2²⁴ times the largest number that they are compared with.
///
/// They are compared with three things: one nat, the size of differences that cross-entropy and KL divergence look at; the teacher's
/// logits; and the network's own logits at the start, which are large if the features are. Subtract any of these from a logit over the
/// limit, and the result is that logit again. The loss may be finite, but it consists of rounding errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limit {
    compared_with: f64,
}

impl Limit {
    /// The limit for a student of these logits, of which there may be none.
    pub(crate) fn of(teacher: &[f32]) -> Limit {
        Limit { compared_with: teacher.iter().fold(1.0, |largest, &z| f64::from(z.abs()).max(largest)) }
    }

    /// Takes the largest logit before the first step into account.
    pub(crate) fn start_from(&mut self, largest: f32) {
        self.compared_with = self.compared_with.max(largest.into());
    }

    /// What is wrong with logits of which the largest has this magnitude.
    pub(crate) fn passed_by(&self, largest: f32) -> Option<String> {
        let compared_with = self.compared_with;
        (f64::from(largest) > PRECISION * compared_with).then(|| {
            format!(
                "a logit is {largest:.1e} in magnitude, over 2^24 times all that it is compared with (at most {compared_with:.1e}), so that the loss is one of rounding errors"
            )
        })
    }
}

/// What is wrong with a number that is infinite or NaN.
pub(crate) fn not_finite(name: &str, value: f64) -> Option<String> {
    (!value.is_finite()).then(|| format!("{name} is {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_limit_differences_are_lost_and_below_it_they_are_not() {
        for (teacher, start) in [(&[][..], 0.3), (&[0.2, -0.7], 0.0), (&[3.0, -40.0], 1.0), (&[1e9], 2e9)] {
            let mut limit = Limit::of(teacher);
            limit.start_from(start);
            let compared_with = teacher.iter().fold(start.max(1.0), |most: f32, z| most.max(z.abs()));
            let largest = compared_with * PRECISION as f32;
            assert_eq!(limit.passed_by(largest), None);
            let over = largest * 2.1;
            assert_eq!(over - compared_with, over, "{compared_with}");
            assert_ne!(largest / 2.0 - compared_with, largest / 2.0);
            assert!(limit.passed_by(over).unwrap().starts_with("a logit is "));
        }
    }

    #[test]
    fn a_limit_beyond_the_range_is_not_passed_and_numbers_beyond_it_have_their_own_reason() {
        assert_eq!(Limit::of(&[f32::MAX]).passed_by(f32::MAX), None);
        assert_eq!(not_finite("the loss", 1e300), None);
        assert_eq!(not_finite("the loss", f64::INFINITY).unwrap(), "the loss is inf");
    }
}
