//! Numbers as a text has them.

/// A whole number raised: ⁻¹².
pub fn superscript(n: i32) -> String {
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
            (100.0, "100"),
        ] {
            assert_eq!(typeset(x), want);
        }
    }
}
