//! Whole numbers on the command line. What is none is told which numbers are.

use std::num::IntErrorKind;
use std::ops::RangeInclusive;

/// Reads a whole number of a range.
pub fn whole<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let (least, most) = (*range.start(), *range.end());
        let number = text.parse::<u64>();
        let is_too_large = number.as_ref().is_err_and(|e| *e.kind() == IntErrorKind::PosOverflow);
        let number = number.ok().filter(|number| range.contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| match most {
            u64::MAX if is_too_large => {
                format!("it is too large; a whole number of at most {most} is needed")
            }
            u64::MAX => format!("a whole number of at least {least} is needed"),
            _ => format!("a whole number from {least} to {most} is needed"),
        })
    }
}

/// Reads a whole number of at least 0.
pub fn from_zero<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    whole(0..=u64::MAX)(text)
}

/// Reads a whole number of at least 1.
pub fn from_one<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    whole(1..=u64::MAX)(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_of_a_range_is_told_the_range() {
        assert_eq!(whole::<u16>(1..=1024)("1024"), Ok(1024));
        assert_eq!(from_zero::<u64>("18446744073709551615"), Ok(u64::MAX));
        assert_eq!((from_zero::<u64>("0"), from_one::<usize>("1")), (Ok(0), Ok(1)));
        for text in ["", "x", "-1", "0", "1025", "1.5"] {
            assert_eq!(whole::<u16>(1..=1024)(text).unwrap_err(), "a whole number from 1 to 1024 is needed");
        }
        for text in ["x", "-1", "0"] {
            assert_eq!(from_one::<u64>(text).unwrap_err(), "a whole number of at least 1 is needed");
        }
        for text in ["x", "-1"] {
            assert_eq!(from_zero::<u64>(text).unwrap_err(), "a whole number of at least 0 is needed");
        }
        assert_eq!(
            from_zero::<u64>("18446744073709551616").unwrap_err(),
            "it is too large; a whole number of at most 18446744073709551615 is needed"
        );
    }
}
