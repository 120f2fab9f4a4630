//! "Not applicable" as a value with a reason, in place of NaN.

use crate::error::Side;
use crate::masks::Masks;
use thiserror::Error;

/// A value, or the reason why there is none.
pub type Applicable<T> = Result<T, Reason>;

/// Why a measure or a bound does not exist for a pair. Each names the numbers that were compared.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Reason {
    /// Too few labels.
    #[error("{labels} labels; at least {needed} are needed")]
    Labels {
        /// K.
        labels: usize,
        /// Labels needed.
        needed: usize,
    },
    /// Too few inputs.
    #[error("{inputs} inputs; at least {needed} are needed")]
    Inputs {
        /// N.
        inputs: usize,
        /// Inputs needed.
        needed: usize,
    },
    /// The settings leave out what it is made of.
    #[error("{0} were not asked for: the settings leave them out")]
    LeftOut(&'static str),
    /// Representations without variation have no direction to compare.
    #[error("{what} of model {side} have rank 0: they are constant")]
    Constant {
        /// `embeddings`, `unembeddings` or `logits`.
        what: &'static str,
        /// The model.
        side: Side,
    },
    /// The unembeddings do not determine the embeddings.
    #[error(
        "unembeddings of model {side} have rank {rank}, under the dimension {dim}: the distribution says nothing about some directions of f"
    )]
    UnembeddingRank {
        /// The model.
        side: Side,
        /// Rank of the centred unembeddings.
        rank: usize,
        /// Dimension of the model.
        dim: usize,
    },
    /// Directions of the embeddings were dropped as rounding errors that the logits still see.
    #[error(
        "embeddings of model {side} have numerical rank {rank}, under the rank {logits} of its logits: columns of very different size; rescale them, and the unembeddings inversely"
    )]
    EmbeddingRank {
        /// The model.
        side: Side,
        /// Rank of the centred embeddings.
        rank: usize,
        /// Rank of the centred logits.
        logits: usize,
    },
    /// Some probes have no variance to compare with.
    #[error(
        "logits of model {side} have rank {rank}, under the rank {unembeddings} of its unembeddings: some probes do not vary over the inputs"
    )]
    ConstantProbes {
        /// The model.
        side: Side,
        /// Rank of the centred logits.
        rank: usize,
        /// Rank of the centred unembeddings.
        unembeddings: usize,
    },
    /// No label subset has an invertible matrix L.
    #[error("all {subsets} label subsets are singular (reciprocal condition under 1e-12)")]
    SingularSubsets {
        /// Subsets tried.
        subsets: usize,
    },
    /// A difference of log-probabilities does not vary, so it cannot be standardised.
    #[error(
        "log-probability difference {index} of model {side} is constant over the {over}: it cannot be standardised"
    )]
    ConstantDifference {
        /// The model.
        side: Side,
        /// Position in the set of labels or inputs.
        index: usize,
        /// `inputs` or `labels`.
        over: &'static str,
    },
    /// The minimisation over all pivots would need too many columns.
    #[error(
        "{labels} labels; the minimisation over pivots tracks all of them and is done for at most {limit}"
    )]
    TooManyLabels {
        /// K.
        labels: usize,
        /// The most that are tracked.
        limit: usize,
    },
    /// Labels of probability 0 have no log-probability.
    #[error(
        "{0}: log p does not exist there; leave these labels out of both models: compare --labels {list}",
        list = .0.left_out()
    )]
    Masked(Masks),
    /// A model without embeddings.
    #[error("model {0} is given by its logits alone: its embeddings and unembeddings are not known")]
    LogitsAlone(Side),
    /// Logits that vary in more directions than were looked for.
    #[error(
        "the logits of model {side} vary in more than {width} directions, or in no clear number of them: --rank R takes the R largest, and says \
         how much of the logits is in them"
    )]
    Directions {
        /// The model.
        side: Side,
        /// The most that were looked for.
        width: usize,
    },
    /// A value that the data do not determine.
    #[error("{0}")]
    Undetermined(String),
}
