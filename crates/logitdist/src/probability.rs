//! The only part that needs logits: KL divergence and its relatives, tile by tile.
//!
//! A tile is a few inputs × all labels. Every term of every sum is computed from d = log p′ − log p and is ≥ 0, so the
//! sums are relatively accurate however close the models are; `Σ p (log p − log p′)` would be off by 1e-16 absolutely.

mod at_target;
mod block;
mod chunk;
mod counts;
mod divergence;
mod given;
mod margins;
mod moments;
mod sums;
mod terms;
mod tile;
mod top_labels;

use crate::error::Error;
use crate::factor::Factor;
use crate::label_side::LabelSide;
use crate::measure::llv::LogProbabilities;
use crate::model::Pair;
use crate::progress::Watch;
use crate::reduced::Direction;
use crate::share::Share;
use crate::summary::ProbabilityInputs;
use crate::tree::{Stream, Subtrees, merge_range};
use block::BlockPart;
use logitdist_linalg::Mat;
use serde::{Deserialize, Serialize};
use tile::{FIRST_INPUTS, Tiling};

pub use at_target::AtTarget;
pub use counts::{Counted, Counts, MOST_EACH};
pub use given::GivenInput;
pub(crate) use given::are_near;
pub use margins::Margin;
pub(crate) use margins::margins;
pub use moments::Moments;
pub use sums::ProbabilitySums;
pub(crate) use sums::over_tau;
pub use tile::LogitPrecision;
pub use top_labels::{CommonLabels, TOP};

/// Inputs whose tracked log-probabilities (`cols` columns) are in memory together. A function of the width alone, as sums must not
/// depend on threads.
fn block_inputs(cols: usize) -> usize {
    (4 * cols).max(512)
}

/// What is to be kept beside sums and divergences, and how logits are computed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Kept<'a> {
    /// Labels whose log-probabilities are.
    pub tracked: &'a [usize],
    /// The right label of each input of the pair, if right answers are looked at.
    pub targets: Option<&'a [Option<usize>]>,
    /// Whether the first model's largest probabilities are.
    pub confidence: bool,
    /// Whether values at inputs are counted, and none is kept.
    pub counted: bool,
    /// Precision of the logits.
    pub precision: LogitPrecision,
}

/// What the inputs' distributions leave behind: sums, and the factor of some labels' log-probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbabilityPart {
    /// Sums over the inputs.
    pub sums: ProbabilitySums,
    /// Divergences at each input, in the order of the inputs; empty if they were counted.
    pub at_inputs: Vec<InputDivergences>,
    /// What both models make of the right answer at each input, `None` where there is none; empty if no right answers were given.
    pub at_targets: Vec<Option<AtTarget>>,
    /// The first model's largest probability at each input; empty if it was not asked for.
    pub confidence: Vec<f64>,
    /// Largest minus second largest logit at each input, in the order of the inputs, of each model; infinite for one label;
    /// empty if they were counted.
    pub gaps: [Vec<f64>; 2],
    /// Values at inputs in ranges, in place of both.
    pub counted: Option<Counted>,
    /// τ_y, the smallest p(y|x) of each label over inputs and both models, K; 0 where it underflows.
    pub smallest: Vec<f64>,
    /// Factor of [1, log p(y|x), log p′(y|x)] over the tracked labels y, both plus log K; of near models, log p − log p′ is in place of
    /// log p′.
    pub tracked: Factor,
    /// Whether it is.
    pub near: bool,
}

/// Divergences at one input.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct InputDivergences {
    /// KL(p(·|x) ‖ p′(·|x)), nats, ≥ 0.
    pub kl_ab: f64,
    /// KL(p′(·|x) ‖ p(·|x)), nats, ≥ 0.
    pub kl_ba: f64,
    /// Jensen–Shannon divergence, nats.
    pub js: f64,
    /// Total variation.
    pub tv: f64,
    /// Hellinger distance.
    pub hellinger: f64,
    /// ‖Δ(x)‖², ≥ 0; of no meaning if a label is masked.
    pub squared_logit_distance: f64,
    /// Whether both models have the same most probable label.
    pub agreeing: bool,
    /// What the sets of the five, or ten, most probable labels have in common.
    pub top: [CommonLabels; 2],
}

impl InputDivergences {
    /// KL divergence from the first model of the direction to the second.
    pub fn kl(&self, direction: Direction) -> f64 {
        match direction {
            Direction::Ab => self.kl_ab,
            Direction::Ba => self.kl_ba,
        }
    }

    /// ‖Δ(x)‖.
    pub fn d_logit(&self) -> f64 {
        self.squared_logit_distance.sqrt()
    }
}

impl ProbabilityPart {
    /// The part of the given inputs of a pair. `inputs` must not be none. Memory: one tile per thread, and 72 bytes an input.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if a model's embeddings cannot be read.
    pub fn of(
        pair: &Pair<'_>,
        labels: &LabelSide,
        inputs: &ProbabilityInputs,
        tracked: &[usize],
    ) -> Result<ProbabilityPart, Error> {
        ProbabilityPart::watched(pair, labels, inputs, &Kept { tracked, ..Kept::default() }, &|_, _| ())
    }

    /// Sums alone, of which nothing is asked but what [`ProbabilitySums::of_kept`] has.
    pub(crate) fn of_sums(sums: ProbabilitySums) -> ProbabilityPart {
        ProbabilityPart {
            sums,
            at_inputs: Vec::new(),
            at_targets: Vec::new(),
            confidence: Vec::new(),
            gaps: [Vec::new(), Vec::new()],
            counted: None,
            smallest: Vec::new(),
            tracked: Factor::of_triangle(Mat::zeros(0, 1), 0),
            near: false,
        }
    }

    /// The part, with all that is to be kept, and `watch` is told how far it is.
    pub(crate) fn watched(
        pair: &Pair<'_>,
        labels: &LabelSide,
        inputs: &ProbabilityInputs,
        kept: &Kept<'_>,
        watch: Watch<'_>,
    ) -> Result<ProbabilityPart, Error> {
        let subtrees = Self::subtrees(pair, labels, inputs, kept, Share::WHOLE, watch)?;
        Ok(subtrees.into_whole().expect("the whole was asked for").expect("at least one input"))
    }

    /// A share of the parts of blocks of inputs that the part of all is merged from.
    pub(crate) fn subtrees(
        pair: &Pair<'_>,
        labels: &LabelSide,
        inputs: &ProbabilityInputs,
        kept: &Kept<'_>,
        share: Share,
        watch: Watch<'_>,
    ) -> Result<Subtrees<ProbabilityPart>, Error> {
        let count = inputs.len(pair.n_inputs());
        let near = tile::are_near(pair, [&labels.a, &labels.b], &inputs.at(0..count.min(FIRST_INPUTS)))?;
        let of_pair = Self::of_tilings(&[Tiling { pair, labels, kept, near, watch }], inputs, share)?;
        Ok(of_pair.map(|mut parts| parts.pop().expect("a part for the pair")))
    }

    /// The part of each of several pairs that have their first model in common: its logits are computed once.
    ///
    /// # Errors
    /// As [`of`](ProbabilityPart::of).
    pub(crate) fn of_many(
        pairs: &[Pair<'_>],
        labels: &[&LabelSide],
        inputs: &ProbabilityInputs,
        kept: &[Kept<'_>],
        watch: Watch<'_>,
    ) -> Result<Vec<ProbabilityPart>, Error> {
        let count = inputs.len(pairs[0].n_inputs());
        let first = inputs.at(0..count.min(FIRST_INPUTS));
        let mut all: Vec<Tiling<'_>> = Vec::with_capacity(pairs.len());
        for ((pair, &labels), kept) in pairs.iter().zip(labels).zip(kept) {
            let near = tile::are_near(pair, [&labels.a, &labels.b], &first)?;
            all.push(Tiling { pair, labels, kept, near, watch });
        }
        // Blocks follow from the number of tracked labels.
        let mut parts = Vec::with_capacity(pairs.len());
        for some in all.chunk_by(|x, y| x.kept.tracked.len() == y.kept.tracked.len()) {
            let subtrees = Self::of_tilings(some, inputs, Share::WHOLE)?;
            parts
                .extend(subtrees.into_whole().expect("the whole was asked for").expect("at least one input"));
        }
        Ok(parts)
    }

    /// A share of the parts of blocks of inputs that the parts of all are merged from, for each pair.
    fn of_tilings(
        pairs: &[Tiling<'_>],
        inputs: &ProbabilityInputs,
        share: Share,
    ) -> Result<Subtrees<Vec<ProbabilityPart>>, Error> {
        type Parts = Result<Vec<ProbabilityPart>, Error>;
        let own = &pairs[0];
        let count = inputs.len(own.pair.n_inputs());
        let step = block_inputs(1 + 2 * own.kept.tracked.len());
        let blocks = count.div_ceil(step);
        let block = |i: usize| Self::of_block(pairs, &inputs.at(i * step..count.min((i + 1) * step)));
        let merge = |a: Parts, b: Parts| Ok(a?.into_iter().zip(b?).map(|(a, b)| a.followed_by(b)).collect());
        let node = |start: usize, count: usize| {
            if own.one_at_a_time() {
                let mut stream = Stream::new();
                for i in start..start + count {
                    stream.push(Ok(block(i)?), merge);
                }
                stream.finish(merge).expect("a node has a leaf")
            } else {
                merge_range(start, count, &block, &merge)
            }
        };
        Subtrees::of(blocks, &share.of(blocks), node)
    }

    /// The tiles of one block of the factor, for each pair.
    fn of_block(pairs: &[Tiling<'_>], inputs: &[usize]) -> Result<Vec<ProbabilityPart>, Error> {
        let mut parts: Vec<BlockPart> = pairs.iter().map(|pair| BlockPart::new(pair, inputs.len())).collect();
        for tiles in tile::tiles(pairs, inputs)? {
            parts.iter_mut().zip(tiles).for_each(|(part, tile)| part.add(tile));
        }
        Ok(parts.into_iter().map(BlockPart::finish).collect())
    }

    /// The part of the inputs of both.
    pub fn merge(&self, other: &ProbabilityPart) -> ProbabilityPart {
        self.clone().followed_by(other.clone())
    }

    pub(crate) fn followed_by(mut self, mut other: ProbabilityPart) -> ProbabilityPart {
        if self.counted.is_some() != other.counted.is_some() {
            return self.into_counted().followed_by(other.into_counted());
        }
        let near = self.near && other.near;
        let tracked = if self.near == other.near {
            self.tracked.merge(&other.tracked)
        } else {
            self.apart().merge(&other.apart())
        };
        let sums = self.sums.merge(&other.sums);
        for (gaps, others) in self.gaps.iter_mut().zip(other.gaps) {
            gaps.extend(others);
        }
        // Where right answers were given for some inputs alone, the others have none.
        if self.at_targets.is_empty() != other.at_targets.is_empty() {
            self.at_targets.resize(self.sums.n, None);
            other.at_targets.resize(other.sums.n, None);
        }
        self.at_targets.extend(other.at_targets);
        self.at_inputs.extend(other.at_inputs);
        self.confidence.extend(other.confidence);
        lower(&mut self.smallest, &other.smallest);
        let counted = self.counted.zip(other.counted).map(|(own, others)| own.merge(&others));
        ProbabilityPart { sums, tracked, near, counted, ..self }
    }

    /// The factor of [1, log p, log p′].
    fn apart(&self) -> Factor {
        let (r, count) = (self.tracked.r(), (self.tracked.cols() - 1) / 2);
        let is_difference = |j: usize| self.near && j > count;
        let apart = Mat::from_fn(r.nrows(), r.ncols(), |i, j| {
            if is_difference(j) { r[(i, j - count)] - r[(i, j)] } else { r[(i, j)] }
        });
        Factor::of_triangle(apart, self.tracked.rows())
    }

    /// Log-probabilities of tracked labels over the inputs; `chosen` are their positions, the pivot first.
    pub(crate) fn over_inputs(&self, chosen: &[usize]) -> LogProbabilities {
        LogProbabilities::over_inputs(&self.tracked, self.near, chosen)
    }
}

/// The smaller of each two entries.
fn lower(smallest: &mut [f64], others: &[f64]) {
    smallest.iter_mut().zip(others).for_each(|(s, o)| *s = s.min(*o));
}
