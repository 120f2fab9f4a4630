//! Everything that can be wrong with a file of arrays.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a file or directory could not be read as a model: the place, what was found, and what was needed.
#[derive(Debug, Error)]
#[error("{place}: {problem}")]
pub struct ReadError {
    /// The file and, inside an archive, the array.
    pub place: Place,
    /// What is wrong there.
    pub problem: Problem,
}

/// A file or directory, and the array in it if the trouble is with one array of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file or directory.
    pub file: PathBuf,
    /// The array inside an archive.
    pub array: Option<String>,
}

impl Place {
    /// A file or directory as a whole.
    pub(crate) fn file(path: &Path) -> Place {
        Place { file: path.to_path_buf(), array: None }
    }

    /// An array inside an archive.
    pub(crate) fn array(path: &Path, array: &str) -> Place {
        Place { file: path.to_path_buf(), array: Some(array.to_owned()) }
    }

    /// The error that `problem` was found here.
    pub(crate) fn error(&self, problem: Problem) -> ReadError {
        ReadError { place: self.clone(), problem }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        match &self.array {
            Some(array) => write!(f, ", array `{array}`"),
            None => Ok(()),
        }
    }
}

/// What is wrong with a file or an array.
#[derive(Debug, Error)]
pub enum Problem {
    /// The file is missing, may not be read, or failed while it was read.
    #[error("cannot be read: {0}")]
    Io(io::Error),
    /// The path leads to neither a file nor, where one would do, a directory.
    #[error("is a {found}; {needed} is needed")]
    Kind {
        /// `directory` or `device, pipe or socket`.
        found: &'static str,
        /// What should be there.
        needed: &'static str,
    },
    /// The file extension is unknown.
    #[error(
        "a model is read from an .npz file, a .safetensors file or a directory of .npy files, and this is none of them{}",
        if *.npy { "; an .npy file holds one array only: give it as --embeddings-a or --embeddings-b, beside --unembeddings-a or --unembeddings-b" } else { "" }
    )]
    Form {
        /// The file is an `.npy`, so its user wanted the one-file-per-array form.
        npy: bool,
    },
    /// A directory holds no array at all.
    #[error("the directory holds no .npy file; `{needed}` and the model's other arrays are needed")]
    EmptyDirectory {
        /// Name of the file looked for.
        needed: String,
    },
    /// A needed array is missing.
    #[error("there is no array `{name}`; there are {}; another name is given as {role}=NAME (--array-names)", quoted(.found))]
    Missing {
        /// `embeddings`, `unembeddings` or `bias`.
        role: &'static str,
        /// The name looked for.
        name: String,
        /// The names found, sorted.
        found: Vec<String>,
    },
    /// The first bytes are not those of the format.
    #[error("{found}; {needed} is needed")]
    Magic {
        /// What the file begins with, or what it seems to be.
        found: String,
        /// The format that the name promised.
        needed: &'static str,
    },
    /// The header of an array or of a safetensors file makes no sense.
    #[error("malformed header: {0}")]
    Header(String),
    /// The zip container is damaged or uses a feature that numpy never does.
    #[error("the archive cannot be read: {0}")]
    Archive(String),
    /// The entries are not f16, bf16, f32 or f64.
    #[error(
        "entries are of type {0}; f16, bf16, f32 or f64 is needed (in numpy: `array.astype(numpy.float32)`)"
    )]
    Type(String),
    /// The array has the wrong number of axes.
    #[error("the shape is {}; {needed} is needed", shape(.found))]
    Shape {
        /// Lengths of the axes found.
        found: Vec<u64>,
        /// What should be there.
        needed: &'static str,
    },
    /// An axis of the array has length 0.
    #[error("the shape is {}: the array is empty; at least one row and one column are needed", shape(.0))]
    Empty(Vec<u64>),
    /// Header and file disagree on the size. This is checked before any memory is allocated.
    #[error(
        "the header claims {} bytes of data and there are {found}; the file is truncated, overlong or damaged",
        bytes(.claimed)
    )]
    Length {
        /// Bytes that shape and type ask for; `None` if that is 2⁶⁴ or more.
        claimed: Option<u64>,
        /// Bytes there are.
        found: u64,
    },
    /// A compressed entry claims more than is believed.
    #[error(
        "the entry claims {claimed} bytes from {compressed} compressed ones; at most {limit} times as many are believed, lest a small \
         file fill the memory: if it is right, save it uncompressed (numpy.savez), or raise the limit (--inflation-limit {})",
        .claimed.div_ceil((*.compressed).max(1))
    )]
    Inflation {
        /// Bytes that the archive's directory claims.
        claimed: u64,
        /// Bytes there are.
        compressed: u64,
        /// The limit.
        limit: u64,
    },
    /// The widened array does not fit into memory.
    #[error("{rows}×{cols} entries as f64 do not fit into memory")]
    Memory {
        /// Rows of the array.
        rows: u64,
        /// Columns of the array.
        cols: u64,
    },
    /// An entry is NaN, infinite or too large.
    #[error(
        "the entry at row {row}, column {col} (counted from 0) is {value:e}; every entry must be finite and at most {:e} in magnitude",
        logitdist::LARGEST_ENTRY
    )]
    Entry {
        /// Row in the array as stored, from 0.
        row: u64,
        /// Column in the array as stored, from 0; always 0 in a bias.
        col: u64,
        /// The offending value.
        value: f64,
    },
    /// Embeddings and unembeddings have different numbers of columns.
    #[error(
        "embeddings are {}×{} and unembeddings {}×{}; both need the same number of columns, the model's dimension{hint}",
        .embeddings.0, .embeddings.1, .unembeddings.0, .unembeddings.1
    )]
    Width {
        /// Shape of the embeddings, after any transposition.
        embeddings: (usize, usize),
        /// Shape of the unembeddings, after any transposition.
        unembeddings: (usize, usize),
        /// Which array would fit if it were transposed, as a clause, or nothing.
        hint: &'static str,
    },
    /// Names of labels or inputs, a mask or a list of rows do not fit.
    #[error("{0}")]
    Names(String),
    /// The last layer of a checkpoint cannot be found.
    #[error("{0}")]
    Head(String),
    /// Logits or probabilities are not what they should be.
    #[error("{0}")]
    Logits(String),
    /// Each array is well-formed, but together they are no model.
    #[error("{0}")]
    Model(logitdist::Error),
}

/// A model that could not be written.
#[derive(Debug, Error)]
#[error("{}: cannot be written: {error}", .path.display())]
pub struct WriteError {
    /// The file that was asked for.
    pub path: PathBuf,
    /// What the system said.
    pub error: io::Error,
}

fn bytes(claimed: &Option<u64>) -> String {
    claimed.map_or_else(|| "over 2^64".to_owned(), |bytes| bytes.to_string())
}

/// As numpy prints it: `(3,)`, `(3, 4)`, `()`.
fn shape(axes: &[u64]) -> String {
    match axes {
        [single] => format!("({single},)"),
        _ => format!("({})", axes.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// Names in backticks, at most twenty: a checkpoint of a large network holds hundreds.
fn quoted(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut text = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => text.push_str("none"),
        n if n > SHOWN => text.push_str(&format!(" and {} more", n - SHOWN)),
        _ => {}
    }
    text
}
