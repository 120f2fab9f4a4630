//! `names.csv`: what labels and inputs are called in the models' files.

use super::lines::ParsedLines;
use crate::error::ResultsError;
use logitdist_io::{for_spreadsheet, visible};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// Columns of the file.
pub(crate) const COLUMNS: [&str; 3] = ["axis", "index", "name"];

/// Characters of a name in a picture.
const SHORT: usize = 10;

/// What `axis` may be.
const AXES: [&str; 2] = ["label", "input"];

/// Names by the numbers of labels and inputs, from 0. What has no name, or its number for a name, is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PairNames {
    labels: BTreeMap<usize, String>,
    inputs: BTreeMap<usize, String>,
}

impl PairNames {
    /// Names in the order of labels and of inputs. Control characters are escaped.
    pub fn new(
        labels: impl IntoIterator<Item = Option<String>>,
        inputs: impl IntoIterator<Item = Option<String>>,
    ) -> PairNames {
        PairNames { labels: named(labels.into_iter()), inputs: named(inputs.into_iter()) }
    }

    /// A label as it is shown: its number, and its name if it has one.
    pub fn label(&self, label: usize) -> String {
        shown(&self.labels, label, usize::MAX)
    }

    /// An input as it is shown.
    pub fn input(&self, input: usize) -> String {
        shown(&self.inputs, input, usize::MAX)
    }

    /// A label as it is shown where there is little room.
    pub fn short_label(&self, label: usize) -> String {
        shown(&self.labels, label, SHORT)
    }

    /// An input as it is shown where there is little room.
    pub fn short_input(&self, input: usize) -> String {
        shown(&self.inputs, input, SHORT)
    }

    /// Writes a line per name.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, file: &mut impl Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(COLUMNS)?;
        for (axis, names) in AXES.into_iter().zip([&self.labels, &self.inputs]) {
            for (index, name) in names {
                csv.write_record([axis, &index.to_string(), &for_spreadsheet(name)])?;
            }
        }
        csv.flush()
    }

    /// Reads `names.csv`. Where there is none, nothing has a name.
    ///
    /// # Errors
    /// A file that cannot be read, is cut off, or names something twice.
    pub fn read(path: &Path) -> Result<PairNames, ResultsError> {
        if !path.exists() {
            return Ok(PairNames::default());
        }
        let lines = ParsedLines::read(path, &COLUMNS, |line| {
            let axis = line.text(0)?;
            let axis = AXES.iter().position(|known| *known == axis);
            let axis =
                axis.ok_or_else(|| format!("`axis` is {:?}; label or input is needed", line.text(0)))?;
            Ok((axis, line.count(1)?, visible(line.text(2)?).into_owned()))
        })?;
        let mut names = [BTreeMap::new(), BTreeMap::new()];
        for (at, (axis, index, name)) in lines.lines.iter().enumerate() {
            if names[*axis].insert(*index, name.clone()).is_some() {
                return Err(lines.error(at, format!("{} {index} has a name already", AXES[*axis])));
            }
        }
        let [labels, inputs] = names;
        Ok(PairNames { labels, inputs })
    }
}

fn named(names: impl Iterator<Item = Option<String>>) -> BTreeMap<usize, String> {
    let of = |(index, name): (usize, Option<String>)| Some((index, visible(&name?).into_owned()));
    let is_number = |(index, name): &(usize, String)| *name == index.to_string();
    names.enumerate().filter_map(of).filter(|named| !is_number(named)).collect()
}

/// A number, and so many characters of its name at most.
fn shown(names: &BTreeMap<usize, String>, index: usize, most: usize) -> String {
    let Some(name) = names.get(&index) else { return index.to_string() };
    let end = name.char_indices().nth(most).map(|(end, _)| end);
    match end {
        Some(end) => format!("{index} “{}…”", &name[..end]),
        None => format!("{index} “{name}”"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_nothing_is_named_twice() {
        let text = |name: &str| Some(name.to_owned());
        let labels = [text("cat, \"big\""), None, text("2"), text("=1+1"), text("a\x1b[2J")];
        let names = PairNames::new(labels, [None, text("doc 7")]);
        assert_eq!(names.label(0), "0 “cat, \"big\"”");
        assert_eq!([1, 2, 9].map(|label| names.label(label)), ["1", "2", "9"]);
        assert_eq!(names.label(4), "4 “a\\u{1b}[2J”");
        assert_eq!((names.input(0), names.input(1)), ("0".into(), "1 “doc 7”".into()));
        assert_eq!(names.short_label(0), "0 “cat, \"big\"”");
        assert_eq!(names.short_label(4), "4 “a\\u{1b}[2J”");
        let long = PairNames::new([], [text("übergroße Dokumente")]);
        assert_eq!(long.short_input(0), "0 “übergroße …”");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names.csv");
        let mut file = Vec::new();
        names.write(&mut file).unwrap();
        std::fs::write(&path, &file).unwrap();
        assert_eq!(PairNames::read(&path).unwrap(), names);
        file.extend_from_slice(b"input,1,again\n");
        std::fs::write(&path, &file).unwrap();
        let message = PairNames::read(&path).unwrap_err().to_string();
        assert!(message.contains("input 1 has a name already"), "{message}");
        assert_eq!(PairNames::read(&folder.path().join("none.csv")).unwrap(), PairNames::default());
        std::fs::write(&path, "axis,index,name\ncolour,1,red\n").unwrap();
        let message = PairNames::read(&path).unwrap_err().to_string();
        assert!(message.contains("label or input is needed"), "{message}");
    }
}
