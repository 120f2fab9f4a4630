//! How values are written in CSV, in seeds and in messages.

use toml::Value;

/// A number as the shortest text that reads back as the same number, whole numbers without a point.
pub fn number(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let text = format!("{x:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A parameter: `8`, `1e-6`, `gaussian`, `power_law(1)`, `5;0;2`.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Float(x) => number(*x),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(";"),
        Value::Table(table) => {
            let entries = table.iter().map(|(key, value)| format!("{key}({})", text(value)));
            entries.collect::<Vec<_>>().join(";")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_as_themselves() {
        for x in [0.0, 1.0, -3.0, 0.1, 1e-300, 1.7976931348623157e308, 2.0f64.sqrt(), 899.0, f64::INFINITY] {
            assert_eq!(number(x).parse::<f64>().unwrap(), x);
        }
        assert_eq!([number(899.0), number(1e-7), number(-0.0)], ["899", "1e-7", "0"]);
    }
}
