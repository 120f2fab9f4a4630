//! What can be wrong with the input of a comparison.

use crate::tree::JoinError;
use thiserror::Error;

/// Which of the two models of a pair is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The first model.
    A,
    /// The second model.
    B,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Side::A => "a",
            Side::B => "b",
        })
    }
}

/// Why shares do not make a summary.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PartError {
    /// They are of other models, or of the same with other inputs.
    #[error("they are parts of different pairs of models")]
    Pair,
    /// They were made with other options.
    #[error(
        "they were made with other options: the same --seed, --inputs-limit, --logits and --llv-labels are needed"
    )]
    Options,
    /// They are of the same inputs.
    #[error("they are of the same inputs")]
    Same,
    /// Their probabilities are those of samples, which stand for different numbers of inputs.
    #[error("they hold samples (--inputs-limit) of files of their own: make them again without")]
    Sample,
    /// Some are missing, or doubled.
    #[error(transparent)]
    Join(#[from] JoinError),
}

/// Why a model or a pair of models could not be made.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Error {
    /// An array has no rows or no columns.
    #[error("{array} is {rows}×{cols}; at least one row and one column are needed")]
    Empty {
        /// `embeddings` or `unembeddings`.
        array: &'static str,
        /// Rows found.
        rows: usize,
        /// Columns found.
        cols: usize,
    },
    /// Embeddings and unembeddings have different numbers of columns.
    #[error(
        "embeddings have {embeddings} columns and unembeddings {unembeddings}; both need the model's dimension"
    )]
    Dimension {
        /// Columns of the embeddings.
        embeddings: usize,
        /// Columns of the unembeddings.
        unembeddings: usize,
    },
    /// The bias has another length than there are labels.
    #[error("bias has {found} entries; it needs one per label, that is {needed}")]
    BiasLength {
        /// Entries found.
        found: usize,
        /// Labels, the rows of the unembeddings.
        needed: usize,
    },
    /// An entry is NaN, infinite, or so large that its powers overflow.
    #[error(
        "{array}[{row}, {col}] is {value:e}; every entry must be finite and at most {:e} in magnitude",
        crate::model::LARGEST_ENTRY
    )]
    Entry {
        /// `embeddings`, `unembeddings` or `bias`.
        array: &'static str,
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        col: usize,
        /// The offending value.
        value: f64,
    },
    /// No label is left.
    #[error(
        "every entry of bias is −∞ or under {:e}: all labels are masked, and at least one is needed",
        crate::masks::MASKED_UNDER
    )]
    AllMasked,
    /// An array is so small that its powers underflow.
    #[error(
        "the largest entry of {array} is {largest:e} in magnitude; it must be 0 or at least {:e}: multiply by a constant",
        crate::model::SMALLEST_SCALE
    )]
    Scale {
        /// `embeddings` or `unembeddings`.
        array: &'static str,
        /// The largest magnitude found.
        largest: f64,
    },
    /// The models of a pair were evaluated on different numbers of inputs.
    #[error("model a has {a} inputs and model b {b}; a pair needs the same inputs in the same order")]
    Inputs {
        /// Rows of a's embeddings.
        a: usize,
        /// Rows of b's embeddings.
        b: usize,
    },
    /// The models of a pair have different numbers of labels.
    #[error("model a has {a} labels and model b {b}; a pair needs the same labels in the same order")]
    Labels {
        /// Rows of a's unembeddings.
        a: usize,
        /// Rows of b's unembeddings.
        b: usize,
    },
    /// Embeddings that are not in memory could not be read, or hold what [`Model::new`](crate::Model::new) refuses; the text says where.
    #[error("{0}")]
    Unreadable(String),
    /// Two summaries cannot be merged because they are not of the same models.
    #[error("summaries can be merged only if they have the same models, labels and tracked labels")]
    Merge,
    /// Shares of a reduction do not make the summary that is needed.
    #[error("these summaries cannot be used together: {0}")]
    Parts(PartError),
    /// An option names something that the pair does not have.
    #[error("{0}")]
    Option(String),
}
