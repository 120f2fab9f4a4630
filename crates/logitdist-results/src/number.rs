//! Numbers for people.

/// A number with six significant digits, whole numbers as they are.
pub fn number(x: f64) -> String {
    significant(x, 6)
}

/// A number with three significant digits, for a terminal.
pub fn short(x: f64) -> String {
    significant(x, 3)
}

fn significant(x: f64, digits: usize) -> String {
    if x == 0.0 || (x.fract() == 0.0 && x.abs() < 1e6) {
        return format!("{x:.0}").replace("-0", "0");
    }
    // Rounding first: 9.9999999 has the exponent of 10.
    let scientific = format!("{x:.*e}", digits - 1);
    let exponent: i32 = scientific.split_once('e').map_or(0, |(_, e)| e.parse().expect("an exponent"));
    if (-4..digits as i32).contains(&exponent) {
        format!("{x:.*}", (digits as i32 - 1 - exponent) as usize)
    } else {
        scientific
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_significant_digits() {
        for (x, text) in [
            (0.785_120_054_7, "0.785120"),
            (7.964_658_395, "7.96466"),
            (899.0, "899"),
            (1e-20, "1.00000e-20"),
            (123_456_789.5, "1.23457e8"),
            (9.999_999_9, "10.0000"),
            (-31.611_891, "-31.6119"),
            (0.000_123_456_7, "0.000123457"),
            (0.0, "0"),
        ] {
            assert_eq!(number(x), text);
        }
    }
}
