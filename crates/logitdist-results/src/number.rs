//! Numbers as text: for people, and exactly for files.

use crate::bound::refused;

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

/// A value with the ends of its interval, all with as many decimals as tell the ends apart in two digits: 0.785 [0.761, 0.808].
pub fn interval(value: f64, [low, high]: [f64; 2]) -> String {
    let (width, size) = (high - low, value.abs().max(low.abs()).max(high.abs()));
    if width > 0.0 && (1e-3..1e6).contains(&size) {
        let decimals = 1.0 - width.log10().floor();
        if decimals <= 12.0 {
            let decimals = decimals.max(0.0) as usize;
            return format!("{value:.decimals$} [{low:.decimals$}, {high:.decimals$}]");
        }
    }
    format!("{} [{}, {}]", short(value), short(low), short(high))
}

/// The shortest text that reads back as the same number, whole numbers without a point: 899, 0.1, 1e-7.
pub fn exact(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let text = format!("{x:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// The shortest text that reads back as the same number and is no whole number to any reader: 899.0, 0.1, 1e-7, inf.
pub fn float(x: f64) -> String {
    // Without the sign of −0.
    format!("{:?}", x + 0.0)
}

/// [`float`], blank beyond the floating-point range.
pub fn or_blank(x: f64) -> String {
    if x.is_finite() { float(x) } else { String::new() }
}

/// The number of a field; `None` if it is blank.
///
/// # Errors
/// It is not a number; `column` is for the message.
pub(crate) fn parse(column: &str, field: &[u8]) -> Result<Option<f64>, String> {
    if field.is_empty() {
        return Ok(None);
    }
    let parsed = std::str::from_utf8(field).ok().and_then(|text| text.parse().ok());
    let number = parsed.filter(|x: &f64| !x.is_nan());
    number.map(Some).ok_or_else(|| refused(column, field, "a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_show_what_tells_their_ends_apart() {
        for (value, ends, text) in [
            (0.785_12, [0.761_2, 0.808_3], "0.785 [0.761, 0.808]"),
            (7.964_66, [6.1, 9.9], "8.0 [6.1, 9.9]"),
            (97.107_9, [95.79, 98.1], "97.1 [95.8, 98.1]"),
            (393.27, [218.0, 1101.0], "393 [218, 1101]"),
            (1.0, [1.0, 1.0], "1 [1, 1]"),
            (5.5e-7, [5e-7, 6.1e-7], "5.50e-7 [5.00e-7, 6.10e-7]"),
        ] {
            assert_eq!(interval(value, ends), text);
        }
    }

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
    fn exact_numbers_read_back_as_themselves() {
        for x in [0.0, 1.0, -3.0, 0.1, 1e-300, 1.7976931348623157e308, 2.0f64.sqrt(), 899.0, f64::INFINITY] {
            assert_eq!(parse("x", exact(x).as_bytes()), Ok(Some(x)));
        }
        assert_eq!([exact(899.0), exact(1e-7), exact(-0.0)], ["899", "1e-7", "0"]);
        for (x, text) in [(899.0, "899.0"), (1e-7, "1e-7"), (-0.0, "0.0"), (f64::NEG_INFINITY, "-inf")] {
            assert_eq!(float(x), text);
            assert_eq!(parse("x", text.as_bytes()), Ok(Some(x)));
        }
        assert_eq!([or_blank(-0.0), or_blank(f64::INFINITY)], ["0.0", ""]);
        assert_eq!(parse("x", b""), Ok(None));
        for text in ["NaN", "1,5", "x"] {
            let message = format!("`x` is {text:?}; a number is needed");
            assert_eq!(parse("x", text.as_bytes()), Err(message));
        }
    }
}
