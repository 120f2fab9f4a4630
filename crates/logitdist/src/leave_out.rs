//! The inputs of a pair in blocks, and all of them but one block: what held-out values and errors over inputs are made of.

use crate::error::Error;
use crate::inputs::InputSide;
use crate::model::Pair;
use crate::reduced::Reduced;
use crate::resampled::MOST_SUBSETS;
use crate::settings::Settings;
use crate::summary::PairSummary;
use logitdist_linalg::Mat;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// Blocks of inputs unless groups are fewer.
pub const BLOCKS: usize = 20;

/// Which inputs belong together in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputBlocks {
    /// The inputs of each block, rising; none is empty.
    blocks: Vec<Vec<usize>>,
}

impl InputBlocks {
    /// Blocks of neighbouring inputs: block i has the inputs ⌊iN/B⌋ … ⌊(i + 1)N/B⌋ − 1. Empty ones are left out.
    pub fn even(inputs: usize, count: usize) -> InputBlocks {
        let end = |i: usize| i * inputs / count;
        let blocks = (0..count).map(|i| (end(i)..end(i + 1)).collect::<Vec<usize>>());
        InputBlocks { blocks: blocks.filter(|block| !block.is_empty()).collect() }
    }

    /// Blocks of whole groups, `count` at most and about equally large, in the order in which groups first appear; `groups` has the group of
    /// each input.
    pub fn of_groups(groups: &[i64], count: usize) -> InputBlocks {
        let members = members(groups);
        let count = count.min(members.len());
        let mut blocks: Vec<Vec<usize>> = Vec::new();
        let (mut before, mut left) = (0, members.len());
        for group in members {
            // A block ends where its share of the inputs is reached, or where each block that is left needs a group.
            let is_full = before * count >= blocks.len() * groups.len() || left <= count - blocks.len();
            before += group.len();
            left -= 1;
            let is_last = blocks.len() == count;
            match blocks.last_mut() {
                Some(block) if !is_full || is_last => block.extend(group),
                _ => blocks.push(group),
            }
        }
        blocks.iter_mut().for_each(|block| block.sort_unstable());
        InputBlocks { blocks }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The inputs of each block.
    pub fn iter(&self) -> impl Iterator<Item = &[usize]> {
        self.blocks.iter().map(Vec::as_slice)
    }
}

/// The inputs of each group, in the order in which groups first appear.
pub(crate) fn members(groups: &[i64]) -> Vec<Vec<usize>> {
    let mut places = HashMap::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    for (input, group) in groups.iter().enumerate() {
        let place = *places.entry(group).or_insert_with(|| {
            members.push(Vec::new());
            members.len() - 1
        });
        members[place].push(input);
    }
    members
}

/// Operations that intervals and values held out take, roughly: a function of the shapes alone.
///
/// The rows are factored a second time and merged about three times a block. For each block both models are decomposed some ten times, and
/// d_rep is over a few subsets. Percentiles and shares need none of it.
pub fn resampling_work(pair: &Pair<'_>, settings: &Settings) -> f64 {
    let settings = settings.narrowed();
    if !settings.held_out && !settings.leaves_out_blocks() {
        return 0.0;
    }
    let (inputs, blocks) = (pair.n_inputs() as f64, settings.blocks as f64);
    let (a, b) = (pair.a().dim() as f64, pair.b().dim() as f64);
    let width = 1.0 + a + b;
    let height = width.min(inputs);
    let decompositions = 150.0 * height * (a * a + b * b);
    let of_subset = |m: f64| if (pair.n_labels() as f64) > m { m * m * (m + 2.0 * height) } else { 0.0 };
    let subsets = if settings.d_rep { MOST_SUBSETS as f64 * (of_subset(a) + of_subset(b)) } else { 0.0 };
    let asks_for = |token: &str| settings.bounds().any(|theorem| theorem.token == token);
    // T19 decomposes both models ten times more, without directions, and T16 sorts the margins.
    let contrasts = if asks_for("m_cca_contrasts") { 75.0 * height * (a * a + b * b) } else { 0.0 };
    let margins = if asks_for("top1_from_logit") { 1000.0 * inputs } else { 0.0 };
    let merges = 6.0 * width * width * height.min(inputs / blocks).max(1.0);
    2.0 * inputs * width * width + blocks * (decompositions + contrasts + margins + subsets + merges)
}

/// The input side of each block, and of all inputs but each block.
#[derive(Debug, Clone)]
pub struct LeaveOut {
    blocks: Vec<InputSide>,
    rests: Vec<InputSide>,
}

impl LeaveOut {
    /// Reads all rows a second time, and factors them block by block in the frame of the whole pair. Factors without a block come from
    /// merges of those before and after it.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if a model's embeddings cannot be read.
    pub(crate) fn of(pair: &Pair<'_>, whole: &InputSide, blocks: &InputBlocks) -> Result<LeaveOut, Error> {
        let sides: Vec<Result<InputSide, Error>> =
            blocks.blocks.par_iter().map(|inputs| whole.of_inputs(pair, inputs)).collect();
        let blocks = sides.into_iter().collect::<Result<Vec<InputSide>, Error>>()?;
        let (before, after) = rayon::join(
            || running(blocks.iter(), |sum, block| sum.merge(block)),
            || {
                let mut after = running(blocks.iter().rev(), |sum, block| block.merge(sum));
                after.reverse();
                after
            },
        );
        let last = blocks.len() - 1;
        let rests = (0..blocks.len()).into_par_iter().map(|i| match i {
            _ if last == 0 => blocks[0].clone(),
            0 => after[1].clone(),
            i if i == last => before[i - 1].clone(),
            i => before[i - 1].merge(&after[i + 1]),
        });
        let rests = rests.collect();
        Ok(LeaveOut { blocks, rests })
    }

    /// How many blocks there are.
    pub fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The geometry of a pair without a block.
    pub(crate) fn without(&self, whole: &PairSummary, block: usize) -> PairSummary {
        PairSummary {
            labels: Arc::clone(&whole.labels),
            inputs: self.rests[block].clone(),
            tracked: Vec::new(),
            probability: None,
        }
    }

    /// Both models' embeddings of a block, less their means over the other inputs: coordinates of as many rows as the block's factor has.
    pub(crate) fn around_means(&self, block: usize, rest: &Reduced) -> [Mat<f64>; 2] {
        let side = &self.blocks[block];
        let r = side.factor.r();
        let (m_a, m_b) = (rest.a.dim, rest.b.dim);
        let written = r.get(.., 1..1 + m_a + m_b);
        let [shifts_a, shifts_b] = side.frame.shifts();
        let second = side.frame.second(written.get(.., ..m_a), written.get(.., m_a..));
        let around =
            |x: &dyn Fn(usize, usize) -> f64, shifts: &[f64], model: &crate::reduced::ReducedModel| {
                Mat::from_fn(r.nrows(), model.dim, |i, j| {
                    let mean = model.constant * model.embeddings[(0, j)];
                    x(i, j) + r[(i, 0)] * (shifts[j] - mean)
                })
            };
        [
            around(&|i, j| written[(i, j)], &shifts_a, &rest.a),
            around(&|i, j| second[(i, j)], &shifts_b, &rest.b),
        ]
    }
}

/// The merges of the first, of the first two, and so on.
fn running<'a>(
    sides: impl Iterator<Item = &'a InputSide>,
    merge: impl Fn(&InputSide, &InputSide) -> InputSide,
) -> Vec<InputSide> {
    let mut sums: Vec<InputSide> = Vec::new();
    for side in sides {
        let sum = sums.last().map_or_else(|| side.clone(), |sum| merge(sum, side));
        sums.push(sum);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_never_cut_and_blocks_are_about_equal() {
        for (inputs, groups, count) in
            [(1000, 100, 20), (1000, 20, 20), (1000, 7, 20), (50, 50, 3), (9, 1, 20)]
        {
            // Groups come back, and some are ten times as large as others.
            let of = |i: usize| ((i * i / 3 + i % 7) % groups) as i64;
            let of_inputs: Vec<i64> = (0..inputs).map(of).collect();
            let distinct = of_inputs.iter().collect::<std::collections::HashSet<_>>().len();
            let blocks = InputBlocks::of_groups(&of_inputs, count);
            assert_eq!(blocks.len(), count.min(distinct), "{inputs}, {groups}, {count}");
            let mut seen = HashMap::new();
            for (block, inputs) in blocks.iter().enumerate() {
                assert!(!inputs.is_empty() && inputs.is_sorted());
                for input in inputs {
                    assert_eq!(*seen.entry(of_inputs[*input]).or_insert(block), block);
                }
            }
            assert_eq!(blocks.iter().map(<[usize]>::len).sum::<usize>(), inputs);
        }
        // Even groups make even blocks.
        let even: Vec<i64> = (0..1000).map(|i| i / 10).collect();
        assert!(InputBlocks::of_groups(&even, 20).iter().all(|block| block.len() == 50));
    }

    #[test]
    fn even_blocks_are_all_inputs_in_order() {
        for inputs in [1, 7, 19, 20, 21, 899, 1000] {
            let blocks = InputBlocks::even(inputs, BLOCKS);
            let all: Vec<usize> = blocks.iter().flatten().copied().collect();
            assert_eq!(all, (0..inputs).collect::<Vec<_>>());
            assert_eq!(blocks.len(), inputs.min(BLOCKS));
            assert_eq!(blocks.iter().next().unwrap().len(), (inputs / BLOCKS).max(1));
        }
    }
}
