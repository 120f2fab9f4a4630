//! `comparison.csv`: what was compared, every measure and bound, and the verdict.

use super::lines::{Line, Lines};
use crate::error::ResultsError;
use std::collections::HashMap;
use std::path::Path;

/// Columns of the file.
const COLUMNS: [&str; 5] = ["section", "token", "side", "value", "reason"];
/// A number, or why there is none; the reason is empty for a number beyond the floating-point range.
pub type Value = Result<f64, String>;

/// One bound in one direction.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BoundLine {
    /// Its token.
    pub token: String,
    /// `published` or `sharpened`.
    pub form: String,
    /// `ok`, `vacuous` or `not_applicable`.
    pub status: String,
    /// Why it is vacuous or not applicable, else empty.
    pub reason: String,
    /// Whether it holds; `None` if not applicable.
    pub holds: Option<bool>,
    /// The numbers by side: lhs, rhs and tightness, or bound, value and slack. Without those that are blank.
    pub sides: HashMap<String, f64>,
}

/// A comparison as its file tells it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// `model_a`, `model_b`, `seed`, `version`, `command`.
    pub run: HashMap<String, String>,
    /// Measures with a single value, in order.
    pub measures: Vec<(String, Value)>,
    /// Reasons why a list does not exist, by token.
    pub lists_without: HashMap<String, String>,
    /// Bounds with a's spectrum and labels.
    pub bounds: Vec<BoundLine>,
    /// Bounds with b's spectrum and labels.
    pub bounds_ba: Vec<BoundLine>,
    /// The verdict, a sentence each.
    pub verdict: Vec<String>,
    /// Remarks by token.
    pub notes: Vec<(String, String)>,
}

/// Tokens of lists: positions from 1 in the column `side`.
const LISTS: [&str; 5] = ["rho", "rho_unembeddings", "rho_logits", "spectrum_a", "spectrum_b"];

impl Comparison {
    /// Reads `comparison.csv` of a folder.
    ///
    /// # Errors
    /// A file that cannot be read, is cut off, not a comparison, or of a newer version.
    pub fn read(path: &Path) -> Result<Comparison, ResultsError> {
        let lines = Lines::read(path, &COLUMNS, |line| {
            check_version(line)?;
            let mut fields: [String; 5] = Default::default();
            for (column, field) in fields.iter_mut().enumerate() {
                line.text(column)?.clone_into(field);
            }
            Ok(fields)
        })?;
        let mut comparison = Comparison::default();
        for (position, fields) in lines.lines.iter().enumerate() {
            comparison.add(fields).map_err(|message| lines.error(position, message))?;
        }
        let run = ["model_a", "model_b", "seed", "version", "command"];
        if let Some(absent) = run.iter().find(|token| !comparison.run.contains_key(**token)) {
            return Err(lines.error_at_end(format!(
                "there is no line `run,{absent}`; was the file written by `logitdist compare`?"
            )));
        }
        for token in ["n_inputs", "n_labels", "d_logit"] {
            if comparison.value(token).is_none() {
                return Err(lines.error_at_end(format!(
                    "there is no line `measure,{token}` with a number; was the file written by `logitdist compare`?"
                )));
            }
        }
        if comparison.verdict.is_empty() {
            return Err(lines.error_at_end("the verdict is missing; was the file cut off?".into()));
        }
        Ok(comparison)
    }

    /// A measure's value, if it has one.
    pub fn value(&self, token: &str) -> Option<f64> {
        let (_, value) = self.measures.iter().find(|(t, _)| t == token)?;
        value.as_ref().ok().copied()
    }

    /// A measure's value as the count that it is, 0 if it has none.
    pub fn count(&self, token: &str) -> usize {
        self.value(token).map_or(0, |x| x as usize)
    }

    /// An entry of the section `run`, which is there.
    pub fn run(&self, token: &str) -> &str {
        self.run.get(token).map_or("", String::as_str)
    }

    fn add(&mut self, fields: &[String; 5]) -> Result<(), String> {
        let [section, token, side, value, reason] = fields.each_ref().map(String::as_str);
        let number = || -> Result<f64, String> {
            let parsed = value.parse().ok().filter(|x: &f64| !x.is_nan());
            parsed.ok_or_else(|| format!("`value` of {token} is {value:?}; a number is needed"))
        };
        match section {
            "run" => {
                self.run.insert(token.to_owned(), value.to_owned());
            }
            "measure" if LISTS.contains(&token) => {
                if value.is_empty() {
                    self.lists_without.insert(token.to_owned(), reason.to_owned());
                } else {
                    number()?;
                }
            }
            "measure" => {
                let value = if value.is_empty() { Err(reason.to_owned()) } else { Ok(number()?) };
                self.measures.push((token.to_owned(), value));
            }
            "bounds" | "bounds_ba" => {
                let bounds = if section == "bounds" { &mut self.bounds } else { &mut self.bounds_ba };
                if bounds.last().is_none_or(|last| last.token != token) {
                    bounds.push(BoundLine { token: token.to_owned(), ..BoundLine::default() });
                }
                let bound = bounds.last_mut().expect("one was pushed");
                match side {
                    "form" => bound.form = value.to_owned(),
                    "status" => {
                        if !["ok", "vacuous", "not_applicable"].contains(&value) {
                            return Err(format!(
                                "`status` is {value:?}; ok, vacuous or not_applicable is needed"
                            ));
                        }
                        bound.status = value.to_owned();
                        bound.reason = reason.to_owned();
                    }
                    "holds" => bound.holds = (!value.is_empty()).then_some(value == "true"),
                    _ if value.is_empty() => {}
                    _ => {
                        bound.sides.insert(side.to_owned(), number()?);
                    }
                }
            }
            "verdict" => self.verdict.push(value.to_owned()),
            "note" => self.notes.push((token.to_owned(), value.to_owned())),
            "certificate" | "certificate_ba" | "probe" => {}
            other => return Err(format!("`section` is {other:?}, which no comparison has")),
        }
        Ok(())
    }
}

/// A file of a newer version may mean other things by the same words.
fn check_version(line: &Line<'_>) -> Result<(), String> {
    if (line.text(0)?, line.text(1)?) != ("run", "version") {
        return Ok(());
    }
    let (found, own) = (line.text(3)?, env!("CARGO_PKG_VERSION"));
    let parts = |version: &str| -> Option<(u64, u64)> {
        let (major, rest) = version.split_once('.')?;
        Some((major.parse().ok()?, rest.split('.').next()?.parse().ok()?))
    };
    match (parts(found), parts(own)) {
        (Some(found_parts), Some(own_parts)) if found_parts > own_parts => Err(format!(
            "written by logitdist {found}, newer than this one, {own}: update it to read the file"
        )),
        (Some(_), _) => Ok(()),
        (None, _) => Err(format!("`version` is {found:?}; one like {own} is needed")),
    }
}
