//! What the tiles of one block of inputs add up to.

use super::terms::InputTerms;
use super::tile::{Tile, Tiling};
use super::{ProbabilityPart, ProbabilitySums, lower};
use crate::factor::Factor;
use logitdist_linalg::Mat;

/// The part of a block, tile by tile.
pub(super) struct BlockPart {
    part: ProbabilityPart,
    /// Rows of [1, log p, log p′] for the tracked labels.
    columns: Mat<f64>,
    keeps_confidence: bool,
    is_counted: bool,
}

impl BlockPart {
    /// The part of no tile, of a block of so many inputs.
    pub fn new(tiling: &Tiling<'_>, inputs: usize) -> BlockPart {
        let part = ProbabilityPart {
            gaps: [Vec::with_capacity(inputs), Vec::with_capacity(inputs)],
            smallest: vec![f64::INFINITY; tiling.pair.n_labels()],
            at_inputs: Vec::with_capacity(inputs),
            near: tiling.near,
            ..ProbabilityPart::of_sums(ProbabilitySums::none())
        };
        let columns = Mat::zeros(inputs, 1 + 2 * tiling.kept.tracked.len());
        BlockPart { part, columns, keeps_confidence: tiling.kept.confidence, is_counted: tiling.kept.counted }
    }

    /// Adds the next tile.
    pub fn add(&mut self, tile: Tile) {
        let part = &mut self.part;
        self.columns.as_mut().subrows_mut(part.sums.n, tile.terms.len()).copy_from(&tile.tracked);
        let mut of_tile = ProbabilitySums { logit_error: tile.logit_error, ..ProbabilitySums::none() };
        tile.terms.iter().for_each(|terms| of_tile.add(terms));
        part.sums = part.sums.merge(&of_tile);
        for (model, gaps) in part.gaps.iter_mut().enumerate() {
            gaps.extend(tile.terms.iter().map(|terms| terms.gaps[model]));
        }
        lower(&mut part.smallest, &tile.smallest);
        part.at_inputs.extend(tile.terms.iter().map(InputTerms::divergences));
        part.at_targets.extend(tile.at_targets);
        if self.keeps_confidence {
            part.confidence.extend(tile.terms.iter().map(|terms| terms.confidence));
        }
    }

    /// The part of all its tiles.
    pub fn finish(self) -> ProbabilityPart {
        let part = ProbabilityPart { tracked: Factor::of_block(self.columns.as_ref()), ..self.part };
        if self.is_counted { part.into_counted() } else { part }
    }
}
