//! How values are written in CSV, in seeds and in messages.

use logitdist_results::number::exact;
use toml::Value;

/// A parameter: `8`, `1e-6`, `gaussian`, `power_law(1)`, `5;0;2`.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Float(x) => exact(*x),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(";"),
        Value::Table(table) => {
            let entries = table.iter().map(|(key, value)| format!("{key}({})", text(value)));
            entries.collect::<Vec<_>>().join(";")
        }
        other => other.to_string(),
    }
}
