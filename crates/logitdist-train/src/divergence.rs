//! When a training is given up: numbers beyond the range, or so large that they mean nothing.

/// 2²⁴: beside an f32 so many times as large as itself, a number is lost in rounding.
const PRECISION: f64 = 16_777_216.0;

/// The size beyond which logits mean nothing: 2²⁴ times the largest of all that there is to compare them with.
///
/// That is one nat, since cross-entropy and KL divergence ask for differences of that size; the teacher's logits; and the network's own at
/// the start, which are large where features are. A logit over the limit and what it is compared with, less one another, are that logit:
/// the loss may be finite, but it is a function of rounding errors.
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
