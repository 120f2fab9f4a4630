//! What can be said on the command line of the labels and inputs of a comparison.

use crate::matched::{Asked, Choice, NamesFrom, RowsFrom};
use clap::Args;
use std::path::{Path, PathBuf};

/// Which labels and inputs are compared.
#[derive(Args)]
pub struct Which {
    /// Labels to compare. `match`: all, by their names if both models have them, which must then be the same ones. `common`: those whose
    /// names both have. `order`: by position, whatever the names. Or those that a file lists, or at positions: 0:50257 for the first ones,
    /// '-{3,128000:128256}' for all but these.
    #[arg(long, value_name = "CHOICE", default_value = "match", allow_hyphen_values = true, help_heading = WHICH)]
    pub labels: Choice,
    /// Names of A's labels, in the order of its rows: a text with one in each line, an .npy of strings, a tokenizer.json or a vocab.json
    /// [default: the array `labels` of the model's file, if it has one].
    #[arg(long, value_name = "FILE", help_heading = WHICH)]
    pub label_names_a: Option<PathBuf>,
    /// Names of B's labels.
    #[arg(long, value_name = "FILE", help_heading = WHICH)]
    pub label_names_b: Option<PathBuf>,
    /// Inputs to compare, as for --labels.
    #[arg(long, value_name = "CHOICE", default_value = "match", allow_hyphen_values = true, help_heading = WHICH)]
    pub inputs: Choice,
    /// Names of A's inputs, as for --label-names-a [default: the array `inputs` of the model's file, if it has one].
    #[arg(long, value_name = "FILE", help_heading = WHICH)]
    pub input_names_a: Option<PathBuf>,
    /// Names of B's inputs.
    #[arg(long, value_name = "FILE", help_heading = WHICH)]
    pub input_names_b: Option<PathBuf>,
    /// Rows of the embeddings to begin with: an .npy of booleans or of positions, or a text with a position in each line. `mask` takes the
    /// array `mask` of each model's file. --inputs chooses among these.
    #[arg(long, value_name = "FILE|mask", help_heading = WHICH)]
    pub rows: Option<PathBuf>,
    /// Leave out inputs with an entry that is not finite, in both models, and say how many. They are errors otherwise.
    #[arg(long, help_heading = WHICH)]
    pub drop_nonfinite: bool,
    /// Read embeddings of three axes, batch × positions × dimension, as rows of batch · positions inputs; masks and names likewise.
    #[arg(long, help_heading = WHICH)]
    pub flatten: bool,
}

/// The word for `--rows` that means the array of this name in each file.
const OWN_MASK: &str = "mask";

const WHICH: &str = "Which labels and inputs";

impl Which {
    /// Whether some of the files' inputs may be left out.
    pub fn leaves_inputs_out(&self) -> bool {
        let keeps_all = matches!(self.inputs, Choice::Match | Choice::Order);
        self.rows.is_some() || self.drop_nonfinite || !keeps_all
    }

    /// What is asked for.
    pub fn asked(&self) -> Asked {
        let names = |file: &Option<PathBuf>| file.clone().map_or(NamesFrom::Own, NamesFrom::File);
        Asked {
            labels: self.labels.clone(),
            label_names: [names(&self.label_names_a), names(&self.label_names_b)],
            inputs: self.inputs.clone(),
            input_names: [names(&self.input_names_a), names(&self.input_names_b)],
            rows: match &self.rows {
                None => RowsFrom::All,
                Some(word) if word == Path::new(OWN_MASK) => RowsFrom::Own,
                Some(file) => RowsFrom::File(file.clone()),
            },
            drop_nonfinite: self.drop_nonfinite,
        }
    }

    /// Files that are read for it. The word for a mask may be the name of a file, and does no harm.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let listed = [&self.labels, &self.inputs].map(|choice| match choice {
            Choice::Listed(path) => Some(path),
            _ => None,
        });
        let named =
            [&self.label_names_a, &self.label_names_b, &self.input_names_a, &self.input_names_b, &self.rows];
        named.into_iter().flatten().chain(listed.into_iter().flatten())
    }
}
