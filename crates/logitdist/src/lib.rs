//! Distances between models, dissimilarities of their representations, and the bounds between them.

mod applicable;
pub mod bound;
mod comparison;
mod error;
mod factor;
mod jackknife;
pub mod measure;
mod model;
mod probability;
mod reduced;
mod summary;
mod tree;

pub use applicable::{Applicable, Reason};
pub use bound::{Bound, Certificate, Form, Statement, Status};
pub use comparison::{Comparison, List, Scalar, Settings, compare};
pub use error::{Error, Side};
pub use factor::{Factor, block_rows};
pub use jackknife::{Jackknife, jackknife};
pub use logitdist_linalg::{Mat, MatRef};
pub use measure::d_rep::Subsets;
pub use model::{LARGEST_ENTRY, Model, Pair};
pub use probability::{Moments, ProbabilityPart, ProbabilitySums};
pub use reduced::{Direction, Reduced, ReducedModel};
pub use summary::{LabelSide, Labels, PairSummary, ProbabilityInputs, merge_summaries};
pub use tree::{Stream, merge_tree};
