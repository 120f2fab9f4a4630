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
    if x.is_infinite() {
        return if x > 0.0 { "∞" } else { "−∞" }.into();
    }
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

/// A whole number raised: ⁻¹².
pub(crate) fn superscript(n: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = |c: char| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize]);
    n.to_string().chars().map(digit).collect()
}

/// A number with three significant digits as a text has it: 0.25, 1200, 3×10⁻⁵.
pub fn typeset(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "∞".into() } else { "−∞".into() };
    }
    let text = format!("{x:.2e}");
    let (mantissa, power) = text.split_once('e').expect("the form has an exponent");
    let power: i32 = power.parse().expect("an exponent is a whole number");
    if (-3..5).contains(&power) {
        let places = (2 - power).max(0) as usize;
        let text = format!("{x:.places$}");
        let trimmed =
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        return minus(trimmed.to_owned());
    }
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let factor = match mantissa {
        "1" => String::new(),
        "-1" => "−".into(),
        other => format!("{}×", minus(other.to_owned())),
    };
    format!("{factor}10{}", superscript(power))
}

/// With a minus sign in place of a hyphen.
pub(crate) fn minus(text: String) -> String {
    text.replace('-', "−")
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
            (f64::INFINITY, "∞"),
        ] {
            assert_eq!(number(x), text);
        }
    }

    #[test]
    fn numbers_are_typeset() {
        for (x, want) in [
            (0.0, "0"),
            (0.25, "0.25"),
            (0.97312, "0.973"),
            (1234.5, "1234"),
            (12345.0, "12345"),
            (-0.5, "−0.5"),
            (1e-5, "10⁻⁵"),
            (-2.5e10, "−2.5×10¹⁰"),
            (f64::INFINITY, "∞"),
            (100.0, "100"),
        ] {
            assert_eq!(typeset(x), want);
        }
    }
}
