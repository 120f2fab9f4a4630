//! One parameter of a grid and the values it takes.

use crate::document::{Document, Setting};
use crate::error::SimError;
use crate::value::text;
use logitdist_io::did_you_mean;
use std::collections::HashMap;
use toml::{Table, Value};

/// A parameter and its values, in the order in which the grid goes through them.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The key inside its section, for example `dim`; also the name of the CSV column.
    pub name: String,
    /// The key with its section, for messages.
    pub path: String,
    /// The values: at least one, all different.
    pub values: Vec<Value>,
    /// Positions of the values by their texts.
    positions: HashMap<String, usize>,
}

/// Parameters of families that are lists of numbers. For them a plain list is one value, not an axis.
const LIST_PARAMETERS: [&str; 4] = ["spectrum", "spectrum_b", "rho", "permutation"];

impl Axis {
    /// The axis of a setting: a scalar, a list, `{ from, to, points, scale }`, or a table that is a single value.
    ///
    /// # Errors
    /// The list is empty, a value stands twice, or the range is wrong.
    pub fn of(document: &Document, path: &str, setting: &Setting) -> Result<Axis, SimError> {
        let error = |message: String| document.error(&setting.origin, path, message);
        let (section, name) = path.rsplit_once('.').unwrap_or(("", path));
        let is_list = section.starts_with("family") && LIST_PARAMETERS.contains(&name);
        let values = match &setting.value {
            Value::Array(numbers) if is_list && !numbers.iter().any(Value::is_array) => {
                vec![setting.value.clone()]
            }
            Value::Array(values) => values.clone(),
            Value::Table(table) if table.contains_key("from") => range(table).map_err(error)?,
            value => vec![value.clone()],
        };
        if values.is_empty() {
            return Err(error("the list is empty; an axis needs at least one value".into()));
        }
        Axis::new(name, path, values).map_err(|twice| error(format!("the value {twice} is given twice")))
    }

    /// An axis of at least one value.
    ///
    /// # Errors
    /// The text of a value that stands twice.
    pub fn new(name: &str, path: &str, values: Vec<Value>) -> Result<Axis, String> {
        let mut positions = HashMap::with_capacity(values.len());
        for (position, value) in values.iter().enumerate() {
            if positions.insert(text(value), position).is_some() {
                return Err(text(value));
            }
        }
        Ok(Axis { name: name.to_owned(), path: path.to_owned(), values, positions })
    }

    /// The position of a value. Two values are the same if their texts are, as in seeds.
    pub fn position(&self, value: &Value) -> Option<usize> {
        self.positions.get(&text(value)).copied()
    }
}

/// The most values of a range.
const MOST_POINTS: i64 = 100_000;

/// The values of `{ from, to, points, scale }`. If both ends are whole numbers, all values are, and none repeats.
fn range(table: &Table) -> Result<Vec<Value>, String> {
    const KEYS: [&str; 4] = ["from", "to", "points", "scale"];
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let hint = did_you_mean(key, KEYS);
        return Err(format!("unknown key `{key}` in a range; its keys are from, to, points and scale{hint}"));
    }
    let number = |key: &str| match table.get(key) {
        Some(Value::Integer(i)) => Ok(*i as f64),
        Some(Value::Float(x)) if x.is_finite() => Ok(*x),
        Some(other) => Err(format!("`{key}` is {}; it must be a finite number", text(other))),
        None => Err(format!("a range needs `{key}`")),
    };
    let (from, to) = (number("from")?, number("to")?);
    let points = match table.get("points") {
        Some(Value::Integer(n)) if (1..=MOST_POINTS).contains(n) => *n as usize,
        Some(other) => {
            let needed = format!("it must be a whole number from 1 to {MOST_POINTS}");
            return Err(format!("`points` is {}; {needed}", text(other)));
        }
        None => return Err("a range needs `points`".into()),
    };
    let log = match table.get("scale") {
        None => false,
        Some(Value::String(s)) if s == "linear" => false,
        Some(Value::String(s)) if s == "log" => true,
        Some(other) => return Err(format!("`scale` is {}; it must be \"log\" or \"linear\"", text(other))),
    };
    if log && (from <= 0.0 || to <= 0.0) {
        return Err(format!("from {from} to {to} on a log scale; both ends must be greater than 0"));
    }
    let whole = table["from"].is_integer() && table["to"].is_integer();
    let mut values = Vec::new();
    for i in 0..points {
        let x = match (i, i + 1 == points) {
            (0, _) => from,
            // Exactly the end, without the rounding of a power.
            (_, true) => to,
            _ => {
                let share = i as f64 / (points - 1) as f64;
                rounded(match to / from {
                    ratio if log && ratio.is_finite() && ratio > 0.0 => from * ratio.powf(share),
                    _ if log => (from.ln() + share * (to.ln() - from.ln())).exp(),
                    _ => from + share * (to - from),
                })
            }
        };
        let value = if whole { Value::Integer(x.round() as i64) } else { Value::Float(x) };
        if values.last() != Some(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

/// A number to 12 significant digits: 0.01 for a power that came out as 0.009999999999999998. It is a coordinate, and people type it.
fn rounded(x: f64) -> f64 {
    format!("{x:.11e}").parse().expect("a number was written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn axis(line: &str) -> Result<Axis, String> {
        let document = Document::parse(Path::new("a.toml"), &format!("[model]\n{line}"), &[]).unwrap();
        let name = line.split('=').next().unwrap().trim();
        let path = format!("model.{name}");
        Axis::of(&document, &path, document.get(&path).unwrap()).map_err(|e| e.to_string())
    }

    fn texts(line: &str) -> Vec<String> {
        axis(line).unwrap().values.iter().map(text).collect()
    }

    #[test]
    fn scalars_lists_ranges_and_tables_are_axes() {
        assert_eq!(texts("dim = 4"), ["4"]);
        assert_eq!(texts("dim = [2, 8]"), ["2", "8"]);
        assert_eq!(
            texts("dim = { from = 2, to = 32, points = 5, scale = \"log\" }"),
            ["2", "4", "8", "16", "32"]
        );
        assert_eq!(texts("dim = { from = 1, to = 3, points = 9 }"), ["1", "2", "3"]);
        assert_eq!(
            texts("scale = { from = 1e-2, to = 1.0, points = 3, scale = \"log\" }"),
            ["0.01", "0.1", "1"]
        );
        assert_eq!(
            texts("scale = { from = 1e-3, to = 1, points = 4, scale = \"log\" }"),
            ["0.001", "0.01", "0.1", "1"]
        );
        assert_eq!(
            texts("scale = { from = 0.1, to = 0.7, points = 7 }"),
            ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]
        );
        assert_eq!(texts("spectrum = [\"isotropic\", { power_law = 1.0 }]"), ["isotropic", "power_law(1)"]);
        assert_eq!(texts("scale = { from = 0.5, to = 9, points = 1 }"), ["0.5"]);
    }

    #[test]
    fn what_is_no_axis_names_file_line_and_key() {
        for (line, message) in [
            ("dim = []", "a.toml:2: `model.dim`: the list is empty"),
            ("dim = [2, 4, 2]", "the value 2 is given twice"),
            ("dim = { from = 1, to = 2 }", "a range needs `points`"),
            ("dim = { from = 1, to = 2, points = 0 }", "`points` is 0"),
            ("dim = { from = 1, points = 3 }", "a range needs `to`"),
            ("dim = { from = 0, to = 2, points = 3, scale = \"log\" }", "must be greater than 0"),
            ("dim = { from = 1, to = 2, points = 3, scale = \"cubic\" }", "it must be \"log\" or \"linear\""),
            ("dim = { from = \"a\", to = 2, points = 3 }", "`from` is a"),
            ("dim = { from = 1, to = 2, points = 3, step = 1 }", "unknown key `step`"),
        ] {
            let error = axis(line).unwrap_err();
            assert!(error.contains(message), "{line}: {error}");
        }
    }
}
