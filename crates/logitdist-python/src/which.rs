//! Which labels and inputs Python asks for, as the command takes them.

use logitdist_cli::matched::{Asked, Choice, NamesFrom, RowsFrom};
use logitdist_io::Names;
use pyo3::prelude::*;
use std::path::PathBuf;

/// Labels and inputs of a comparison, by the names of Python's arguments.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Which {
    labels: Chosen,
    label_names_a: Option<Listed>,
    label_names_b: Option<Listed>,
    inputs: Chosen,
    input_names_a: Option<Listed>,
    input_names_b: Option<Listed>,
    rows: Option<Listed<usize>>,
    drop_nonfinite: bool,
}

/// A word, positions as text or a file, as on the command line; positions; or names.
#[derive(FromPyObject)]
enum Chosen {
    Word(String),
    Rows(Vec<usize>),
    Names(Vec<String>),
}

/// A file, or what it would list.
#[derive(FromPyObject)]
enum Listed<T = String> {
    File(PathBuf),
    Given(Vec<T>),
}

impl Which {
    /// What is asked for.
    ///
    /// # Errors
    /// Positions that are none, or a name that comes twice.
    pub fn asked(self) -> anyhow::Result<Asked> {
        Ok(Asked {
            labels: self.labels.choice()?,
            label_names: [
                names("label_names_a", self.label_names_a)?,
                names("label_names_b", self.label_names_b)?,
            ],
            inputs: self.inputs.choice()?,
            input_names: [
                names("input_names_a", self.input_names_a)?,
                names("input_names_b", self.input_names_b)?,
            ],
            rows: match self.rows {
                None => RowsFrom::All,
                Some(Listed::File(word)) if word.as_os_str() == "mask" => RowsFrom::Own,
                Some(Listed::File(file)) => RowsFrom::File(file),
                Some(Listed::Given(rows)) => RowsFrom::Given(rows),
            },
            drop_nonfinite: self.drop_nonfinite,
        })
    }
}

impl Chosen {
    fn choice(self) -> anyhow::Result<Choice> {
        Ok(match self {
            Chosen::Word(word) => word.parse()?,
            Chosen::Rows(rows) => Choice::Rows(rows),
            Chosen::Names(names) => Choice::Named(names),
        })
    }
}

fn names(argument: &str, listed: Option<Listed>) -> anyhow::Result<NamesFrom> {
    Ok(match listed {
        None => NamesFrom::Own,
        Some(Listed::File(file)) => NamesFrom::File(file),
        Some(Listed::Given(names)) => NamesFrom::Given(Names::given(argument, names)?),
    })
}
