//! Distances between models, dissimilarities of their representations, and the bounds between them.
//!
//! A model is `p(y|x) ∝ exp(f(x)·g(y) + b(y))`: embeddings F (N×M, a row per input), unembeddings G (K×M, a row per label)
//! and an optional bias. Two models on the same inputs and labels are a [`Pair`]. [`compare`] reduces the pair once to two
//! small triangular factors ([`PairSummary`], then [`Reduced`]) and evaluates every measure ([`mod@measure`]) and bound ([`bound`])
//! from them.
//!
//! ```
//! use logitdist::{Mat, Model, Pair, Settings, compare};
//! use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
//!
//! let embeddings = Mat::from_fn(50, 2, |i, j| ((3 * i + 7 * j) as f64).sin());
//! let unembeddings = Mat::from_fn(4, 2, |y, j| ((5 * y + 2 * j) as f64).cos());
//! let a = Model::new(embeddings.clone(), unembeddings.clone(), None)?;
//! let nearby = Mat::from_fn(50, 2, |i, j| embeddings[(i, j)] + 1e-3 * ((i + j) as f64).cos());
//! let b = Model::new(nearby, unembeddings, None)?;
//!
//! let mut rng = ChaCha8Rng::seed_from_u64(0);
//! let comparison = compare(&Pair::new(&a, &b)?, &Settings::default(), &mut rng)?;
//! assert!(comparison["d_logit"] > 0.0 && comparison["d_logit"] < 1e-2);
//! let (certified, _) = comparison.certificate.m_cca.clone().unwrap();
//! assert!(certified <= comparison.value("m_cca")?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to find what
//!
//! | category | items |
//! |---|---|
//! | models and pairs | [`Model`], [`Pair`], [`ModelRows`] for embeddings that are not in memory, [`Labels`], [`label_directions`] for logits alone |
//! | a comparison | [`compare`], [`compare_watched`], [`Settings`], [`Selection`], [`Subsets`], [`Comparison`], [`PerInput`] |
//! | measures | [`measures`], [`Measure`], [`measure()`], and a function for each in [`mod@measure`] |
//! | bounds | [`theorems`], [`Theorem`], [`theorem`], [`Bound`], [`Statement`], [`Status`], [`Form`] |
//! | what is certified | [`Certificate`], [`bound::probe_transfer`] |
//! | how close is close enough | [`bound::Budgets`], [`bound::tv_budget`], [`bound::kl_budget`] |
//! | words | [`glossary`], [`Change`] for what leaves a measure as it is, [`Reason`] for what does not exist |
//! | lists of the most probable labels | [`TopList`], [`list_distances`] |
//! | labels to one another | [`label_geometry()`], [`LabelGeometry`] |
//! | in steps | [`PairSummary`], [`merge_summaries`], [`compare_summary`], [`Factor`], [`Reduced`], [`Shared`] |
//! | many models | [`compare_many`] |
//! | on many machines | [`PartialSummary`], [`Share`], [`compare_reduced`] |
//! | errors and rounding | [`Error`], [`Applicable`], [`RELATIVE_TOLERANCE`], [`ABSOLUTE_TOLERANCE`] |

mod applicable;
pub mod bound;
mod by_confidence;
mod comparison;
mod differences;
mod error;
mod factor;
mod given;
pub mod glossary;
mod inputs;
mod jackknife;
mod label_directions;
mod label_side;
mod labels;
mod leave_out;
mod llv_sets;
mod many;
mod masks;
pub mod measure;
mod model;
mod near;
mod notes;
mod null;
mod partial;
mod probability;
mod progress;
mod reduced;
mod resampled;
mod rows;
mod selection;
mod serial;
mod settings;
mod share;
mod shared;
mod shifted;
mod streams;
mod student_t;
mod summary;
mod targets;
mod tolerance;
mod top_lists;
mod tree;
mod uncertainty;
mod united;

pub use applicable::{Applicable, Reason};
pub use bound::{Bound, Certificate, Form, Side as BoundSide, Statement, Status, Theorem, theorem, theorems};
pub use by_confidence::Decile;
pub use comparison::{
    Comparison, List, NoValue, Scalar, compare, compare_reduced, compare_summary, compare_watched,
};
pub use error::{Error, PartError, Side};
pub use factor::{Blocks, Factor};
pub use given::Start;
pub use inputs::InputSide;
pub use jackknife::{Jackknife, jackknife};
pub use label_directions::{LabelDirections, label_directions};
pub use label_side::{LabelSide, label_twins};
pub use labels::{KnownDirections, Labels, LogitsAlone};
pub use leave_out::{BLOCKS, InputBlocks, LeaveOut, resampling_work};
pub use logitdist_linalg::{Mat, MatMut, MatRef};
pub use many::compare_many;
pub use masks::{MASKED_UNDER, Masks};
pub use measure::invariance::Change;
pub use measure::label_geometry::{LabelCorrelations, LabelGeometry, label_geometry};
pub use measure::per_input::PerInput;
pub use measure::subsets::Subsets;
pub use measure::table::{
    Measure, Of, Part, Range, Same, Section, Step, Uncertainty, Unit, Value, measure, measures, tokens,
};
pub use measure::whose::Whose;
pub use model::{LARGEST_ENTRY, Model, Pair, SMALLEST_SCALE};
pub use near::Frame;
pub use null::{NullLaw, Nulls, REORDERED, Reordering};
pub use partial::PartialSummary;
pub use probability::{
    AtTarget, CommonLabels, Counted, Counts, GivenInput, InputDivergences, LogitPrecision, MOST_EACH, Margin,
    Moments, ProbabilityPart, ProbabilitySums,
};
pub use progress::{Stage, Watch};
pub use reduced::{CENTRING_NOISE, Direction, Reduced, ReducedModel};
pub use rows::{Head, ModelRows};
pub use selection::{GROUPS_OF_ROWS, Selection};
pub use settings::Settings;
pub use share::{NoShare, Share};
pub use shared::Shared;
pub use shifted::Shift;
pub use streams::Streams;
pub use student_t::t_975;
pub use summary::{PairSummary, ProbabilityInputs, merge_summaries};
pub use targets::NO_TARGET;
pub use tolerance::{ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE, Scale};
pub use top_lists::{Between, ListDistances, TopList, list_distances};
pub use tree::{JoinError, Stream, Subtrees, merge_tree};
pub use uncertainty::{BoundIntervals, Interval, Intervals, LEVEL, Paired, jointly, jointly_of, paired};
pub use united::{FurtherDirections, further_directions};
