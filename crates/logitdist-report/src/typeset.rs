//! Numbers as a text has them.

/// A whole number raised: ⁻¹².
pub fn superscript(n: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = |c: char| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize]);
    n.to_string().chars().map(digit).collect()
}

/// The exponent of a power of ten, up to rounding; `None` of other numbers.
pub fn power_of_ten(x: f64) -> Option<i32> {
    let power = x.log10().round();
    (power.is_finite() && (x / 10f64.powf(power) - 1.0).abs() < 1e-9).then_some(power as i32)
}

/// A number with three significant digits as a text has it: 0.25, 1200, 3×10⁻⁵.
pub fn typeset(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    if !x.is_finite() {
        // NaN is the name of a value in a table that somebody else made.
        return minus(x.to_string()).replace("inf", "∞");
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

/// A number with so many significant digits, all of them written: 0.250, 12, 3.0×10⁻⁵.
pub fn significant(x: f64, digits: usize) -> String {
    let power = if x == 0.0 || !x.is_finite() { 0.0 } else { x.abs().log10().floor() };
    if x == 0.0 || !x.is_finite() || !(-4.0..5.0).contains(&power) {
        return typeset(x);
    }
    let places = (digits as f64 - 1.0 - power).max(0.0) as usize;
    minus(format!("{x:.places$}"))
}

/// A share with so many decimals, rounded.
pub fn share(x: f64, decimals: usize) -> String {
    minus(format!("{x:.decimals$}"))
}

/// With a minus sign in place of a hyphen.
pub fn minus(text: String) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (f64::NEG_INFINITY, "−∞"),
            (f64::NAN, "NaN"),
            (100.0, "100"),
        ] {
            assert_eq!(typeset(x), want);
        }
    }

    #[test]
    fn powers_of_ten_are_known_by_their_value() {
        let found =
            [1.0, 1e-300, 999.9999999999, 1000.1, 0.0, -10.0, f64::INFINITY, f64::NAN].map(power_of_ten);
        assert_eq!(found, [Some(0), Some(-300), Some(3), None, None, None, None, None]);
    }

    #[test]
    fn numbers_of_a_map_have_the_same_digits() {
        assert_eq!([0.25, 12.34, 3e-6, 0.0].map(|x| significant(x, 2)), ["0.25", "12", "3×10⁻⁶", "0"]);
        assert_eq!(
            [0.0, 0.2, 0.9949, 0.996, 1.0].map(|x| share(x, 2)),
            ["0.00", "0.20", "0.99", "1.00", "1.00"]
        );
        assert_eq!(share(0.996, 3), "0.996");
        assert_eq!(share(-0.5, 3), "−0.500");
    }
}
