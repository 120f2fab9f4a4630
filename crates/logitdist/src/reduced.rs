//! The pair in orthonormal coordinates of its inputs and of its labels, where every measure is a small computation.
//!
//! With R_x = Q_xᵀ[1 F F′ …]/√N and R_y = Q_yᵀ[1 G b G′ b′], a mean over inputs is a sum over p rows and a sum over
//! centred labels a sum over q columns: E‖u‖² = ‖U‖²_F for the p×q matrix U of the first model's logits.

mod model;

pub use model::{CENTRING_NOISE, ReducedModel};

use crate::applicable::{Applicable, Reason};
use crate::differences::Differences;
use crate::error::Side;
use crate::labels::{KnownDirections, Labels};
use crate::measure::d_logit::d_logit;
use crate::measure::whose::Whose;
use crate::probability::ProbabilitySums;
use crate::summary::PairSummary;
use crate::tolerance::Scale;
use logitdist_linalg::{Mat, MatRef};
use model::{reduced_model, without_first_row};
use std::sync::{Arc, OnceLock};

/// A pair in coordinates. Made once from a [`PairSummary`]; measures and bounds read it.
#[derive(Debug, Clone)]
pub struct Reduced {
    /// N, the number of inputs.
    pub n_inputs: usize,
    /// K, the number of labels.
    pub n_labels: usize,
    /// The first model.
    pub a: ReducedModel,
    /// The second model.
    pub b: ReducedModel,
    /// Logit differences Δ = u − u′, p×q.
    pub delta: Mat<f64>,
    /// Differences of models that have columns in common, or nearly so.
    pub(crate) near: Option<Differences>,
    labels: [Arc<Labels>; 2],
    masked: Option<Reason>,
    /// `d_logit` from the logits of every input, where Δ holds only what is known of them.
    streamed: Option<f64>,
    /// `d_logit` and `d_logit_centred`, which most bounds of both directions ask for.
    pub(crate) d_logit: OnceLock<f64>,
    pub(crate) d_logit_centred: OnceLock<f64>,
}

impl Reduced {
    /// Coordinates of a summarised pair.
    pub fn of(summary: &PairSummary) -> Reduced {
        let (labels, inputs) = (&summary.labels, &summary.inputs);
        let (n_inputs, n_labels) = (inputs.factor.rows(), labels.factor.rows());
        let (m_a, m_b) = (labels.a.unembeddings.ncols(), labels.b.unembeddings.ncols());
        let r_x = scaled(inputs.factor.r(), 1.0 / (n_inputs as f64).sqrt());
        let constant = r_x[(0, 0)];
        // Row 0 of the label side holds means over labels, which are no part of centred labels.
        let r_y = without_first_row(labels.factor.r()).get(.., 1..);
        let (g_a, g_b) = r_y.split_at_col(m_a + 1);
        let written = r_x.get(.., 1..1 + m_a + m_b);
        let [shifts_a, shifts_b] = inputs.frame.shifts();
        let side =
            |side, f: Mat<f64>, shifts: &[f64], lengths: usize, g: MatRef<'_, f64>, labels: &Labels| {
                let lengths: Vec<f64> = r_x.col(1 + m_a + m_b + lengths).iter().copied().collect();
                reduced_model(side, [n_inputs, n_labels], (f, shifts), &lengths, g, labels, constant)
            };
        let (a, b) = rayon::join(
            || side(Side::A, written.get(.., ..m_a).to_owned(), &shifts_a, 0, g_a, &labels.a),
            || {
                let g = with_twins(g_a, g_b, &labels.twins);
                side(
                    Side::B,
                    inputs.frame.second(written.get(.., ..m_a), written.get(.., m_a..)),
                    &shifts_b,
                    1,
                    g.as_ref(),
                    &labels.b,
                )
            },
        );
        let paired: Vec<bool> = (0..m_b).map(|j| inputs.frame.twins()[j] || labels.twins[j]).collect();
        let near = paired.contains(&true).then(|| {
            let difference = inputs.frame.difference(written, constant);
            let label = |i: usize, j: usize| {
                if labels.twins[j] { g_b[(i, j)] } else { g_b[(i, j)] - g_a[(i, j)] }
            };
            Differences {
                embeddings: Mat::from_fn(difference.nrows(), m_b, |i, j| {
                    if paired[j] { difference[(i, j)] } else { b.embeddings[(i, j)] }
                }),
                unembeddings: Mat::from_fn(g_b.nrows(), m_b, |i, j| {
                    if paired[j] { label(i, j) } else { -g_a[(i, j)] }
                }),
                bias: (0..g_b.nrows()).map(|i| label(i, m_b)).collect(),
                paired,
            }
        });
        let delta = near.as_ref().map_or_else(|| &a.logits - &b.logits, |near| near.delta(&a, &b));
        Reduced {
            n_inputs,
            n_labels,
            a,
            b,
            delta,
            near,
            labels: [labels.a.clone(), labels.b.clone()],
            masked: (!labels.masks.is_empty()).then(|| Reason::Masked(labels.masks.clone())),
            streamed: None,
            d_logit: OnceLock::new(),
            d_logit_centred: OnceLock::new(),
        }
    }

    /// Takes what is decomposed already of the first model in another pair, if it has the same coordinates there; and for the second model
    /// that of the same head.
    pub(crate) fn know(&mut self, first: &ReducedModel) {
        if self.a.know(first) {
            self.b.know_unembeddings(&self.a);
        }
    }

    /// The same with the logit distance over the inputs of the probability part, if that saw every input and Δ is not made of the logits
    /// themselves.
    pub(crate) fn with_streamed(self, sums: Option<&ProbabilitySums>) -> Reduced {
        let is_read = [&self.a, &self.b].into_iter().any(ReducedModel::has_logits_beside);
        let sums = sums.filter(|sums| is_read && sums.n == self.n_inputs);
        Reduced { streamed: sums.map(|sums| (sums.squared_logit_distance / sums.n as f64).sqrt()), ..self }
    }

    /// `d_logit` from the logits of every input, if Δ is not made of them.
    pub(crate) fn streamed(&self) -> Option<f64> {
        self.streamed
    }

    /// Why what is made of the directions of logits is not known, if a model is given by logits alone and has too many.
    pub(crate) fn unknown_directions(&self) -> Option<Reason> {
        [&self.a, &self.b].into_iter().find_map(|model| match model.alone?.directions {
            KnownDirections::Beyond(width) => Some(Reason::Directions { side: model.side, width }),
            _ => None,
        })
    }

    /// Makes the singular value decompositions that most measures and bounds ask for, all at once on all threads.
    pub fn decompose(&self) {
        rayon::join(|| self.a.decompose(), || self.b.decompose());
    }

    /// Why there are no canonical correlations of the embeddings, if there are none: a model's are constant.
    pub(crate) fn embeddings_vary(&self) -> Applicable<()> {
        let constant = [&self.a, &self.b].into_iter().find(|model| model.rank_embeddings() == 0);
        constant.map_or(Ok(()), |model| Err(Reason::Constant { what: "embeddings", side: model.side }))
    }

    /// The models in a direction: first the one whose labels and spectrum are used.
    pub fn models(&self, direction: Direction) -> (&ReducedModel, &ReducedModel) {
        match direction {
            Direction::Ab => (&self.a, &self.b),
            Direction::Ba => (&self.b, &self.a),
        }
    }

    /// The labels of both models in a direction.
    pub fn labels(&self, direction: Direction) -> (&Labels, &Labels) {
        let [a, b] = &self.labels;
        match direction {
            Direction::Ab => (a, b),
            Direction::Ba => (b, a),
        }
    }

    /// Why what needs log p of every label does not exist: `None` if no label is masked.
    ///
    /// Logits here are those without the biases of masked labels; whoever reads them asks this first.
    pub fn masked(&self) -> Option<&Reason> {
        self.masked.as_ref()
    }

    /// Why a measure or a bound does not exist: because labels are masked, if it needs log p of every label; or because a model is given
    /// by its logits alone, if it needs that model's embeddings.
    pub(crate) fn lacking(&self, log_p: bool, whose: Whose, direction: Direction) -> Option<Reason> {
        if let Some(masked) = self.masked().filter(|_| log_p) {
            return Some(masked.clone());
        }
        let models = [&self.a, &self.b].into_iter().zip(whose.needed(direction));
        let mut lacking = models.filter(|(model, is_needed)| *is_needed && !model.has_embeddings());
        lacking.next().map(|(model, _)| Reason::LogitsAlone(model.side))
    }

    /// The scale against which rounding errors of squared logits are judged, of both models before centring: what centring
    /// removes has left its errors behind.
    pub fn squared_scale(&self) -> f64 {
        self.a.squared_logit_scale + self.b.squared_logit_scale
    }

    /// Whether the logits of both models are equal up to rounding.
    pub fn is_equal_pair(&self) -> bool {
        (self.streamed.is_some() || self.unknown_directions().is_none())
            && d_logit(self) <= Scale::Linear(self.squared_scale().sqrt()).rounding()
    }
}

/// Which model is carried onto which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// b is carried onto a; a's labels and spectrum are used.
    Ab,
    /// a is carried onto b; b's labels and spectrum are used.
    Ba,
}

/// The labels of the second model from those of the first and what is in the factor.
fn with_twins(a: MatRef<'_, f64>, b: MatRef<'_, f64>, twins: &[bool]) -> Mat<f64> {
    Mat::from_fn(b.nrows(), b.ncols(), |i, j| if twins[j] { a[(i, j)] + b[(i, j)] } else { b[(i, j)] })
}

fn scaled(m: MatRef<'_, f64>, factor: f64) -> Mat<f64> {
    Mat::from_fn(m.nrows(), m.ncols(), |i, j| factor * m[(i, j)])
}
