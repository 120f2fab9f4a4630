//! The inputs of a pair in blocks, and all of them but one block: what held-out values and errors over inputs are made of.

use crate::error::Error;
use crate::inputs::InputSide;
use crate::model::Pair;
use crate::reduced::Reduced;
use crate::summary::PairSummary;
use logitdist_linalg::Mat;
use rayon::prelude::*;
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
        let second = side.frame.second(written);
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
