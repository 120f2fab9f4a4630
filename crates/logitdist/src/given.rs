//! A pair whose factors and divergences were computed elsewhere, such as on a graphics processor.

use crate::error::Error;
use crate::factor::Factor;
use crate::inputs::InputSide;
use crate::label_side::LabelSide;
use crate::model::Pair;
use crate::near::Frame;
use crate::partial::check_scale;
use crate::probability::{self, ProbabilityPart};
use crate::summary::PairSummary;
use logitdist_linalg::Mat;
use std::sync::Arc;

/// How a pair is to be written by whoever computes its factors.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// How embeddings are written before they are factored.
    pub frame: Frame,
    /// Whether differences of logits are to be products of differences, `f·(g − g′) + (f − f′)·g′ + b − b′`.
    pub near: bool,
}

impl Start {
    /// What suits a pair with these first inputs; 128 of them are looked at.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if embeddings cannot be read.
    pub fn of(pair: &Pair<'_>) -> Result<Start, Error> {
        let (a, b) = (pair.a().labels(), pair.b().labels());
        Ok(Start { frame: Frame::of(pair)?, near: probability::are_near(pair, [&a, &b])? })
    }
}

impl PairSummary {
    /// The summary of so many inputs of which `r` is the factor of [1 F F′ ‖f‖² ‖f′‖²], written in a frame; squared lengths are those of
    /// what is left when the shifts are taken away. No label is tracked.
    ///
    /// # Errors
    /// [`Error::Option`] for an R that is none, of other dimensions than the labels, or embeddings so small that their powers underflow.
    pub fn of_factor(
        labels: Arc<LabelSide>,
        frame: Frame,
        r: Mat<f64>,
        rows: usize,
        probability: Option<ProbabilityPart>,
    ) -> Result<PairSummary, Error> {
        let dims = [labels.a.means.len(), labels.b.means.len()];
        if frame.dims() != dims {
            let [a, b] = frame.dims();
            return Err(Error::Option(format!(
                "the embeddings have {a} and {b} columns and the unembeddings {} and {}; both need the models' dimensions",
                dims[0], dims[1]
            )));
        }
        let factor = Factor::given(r, rows, 3 + dims[0] + dims[1])?;
        let inputs = InputSide { frame, factor };
        check_scale(&inputs, dims[0])?;
        Ok(PairSummary { labels, inputs, tracked: Vec::new(), probability })
    }
}
