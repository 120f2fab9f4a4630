//! A pair reduced to small matrices, in a form that merges over inputs.

use crate::error::Error;
use crate::factor::Factor;
use crate::model::{Model, Pair};
use crate::probability::{InputDivergences, ProbabilityPart};
use crate::tree::merge_tree;
use logitdist_linalg::{Mat, MatRef};
use std::sync::Arc;

/// The labels of one model, with their means over labels taken away: no probability depends on them, and an offset shared by all
/// labels would only cost digits.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    /// Centred unembeddings G̃, K×M.
    pub unembeddings: Mat<f64>,
    /// Centred bias b̃, K entries, zeros if the model has none.
    pub bias: Vec<f64>,
    /// Norms of G and b before centring, against which rounding is judged.
    pub uncentred_norms: [f64; 2],
}

impl Labels {
    fn of(model: &Model) -> Labels {
        let (g, labels) = (model.unembeddings(), model.n_labels() as f64);
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / labels;
        let means: Vec<f64> = g.col_iter().map(|column| mean(&mut column.iter().copied())).collect();
        let bias = model.bias().map_or_else(|| vec![0.0; model.n_labels()], <[f64]>::to_vec);
        let mean_bias = mean(&mut bias.iter().copied());
        Labels {
            unembeddings: Mat::from_fn(g.nrows(), g.ncols(), |y, j| g[(y, j)] - means[j]),
            uncentred_norms: [g.norm_l2(), bias.iter().map(|b| b * b).sum::<f64>().sqrt()],
            bias: bias.iter().map(|b| b - mean_bias).collect(),
        }
    }
}

/// The label side of a pair: the labels of both models as they are, and their factor.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelSide {
    /// Labels of model a.
    pub a: Labels,
    /// Labels of model b.
    pub b: Labels,
    /// R_y, the factor of [1 G̃ b̃ G̃′ b̃′] (K rows).
    pub factor: Factor,
}

impl LabelSide {
    /// The label side of a pair.
    pub fn of(pair: &Pair<'_>) -> LabelSide {
        let (a, b) = (Labels::of(pair.a()), Labels::of(pair.b()));
        let (m_a, m_b) = (pair.a().dim(), pair.b().dim());
        let factor = Factor::of_rows(pair.n_labels(), 3 + m_a + m_b, |start, end| {
            let mut block = Mat::zeros(end - start, 3 + m_a + m_b);
            block.col_mut(0).fill(1.0);
            for (labels, from, m) in [(&a, 1, m_a), (&b, 2 + m_a, m_b)] {
                block.get_mut(.., from..from + m).copy_from(labels.unembeddings.get(start..end, ..));
                for y in start..end {
                    block[(y - start, from + m)] = labels.bias[y];
                }
            }
            block
        });
        LabelSide { a, b, factor }
    }
}

/// Everything about a pair that measures and bounds need, without its N inputs.
///
/// Summaries of the same models on different inputs merge; block size and merge tree are fixed, so a result does not
/// depend on the number of threads.
#[derive(Debug, Clone, PartialEq)]
pub struct PairSummary {
    /// The label side, the same in all summaries that merge.
    pub labels: Arc<LabelSide>,
    /// R_x, the factor of [1 F F′ ‖f‖² ‖f′‖²] over the inputs. The squared lengths serve `cka_debiased` alone.
    pub inputs: Factor,
    /// Labels whose log-probabilities the probability part tracks.
    pub tracked: Vec<usize>,
    /// Sums over p(·|x) and p′(·|x), if asked for.
    pub probability: Option<ProbabilityPart>,
}

/// On which inputs the probability part runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ProbabilityInputs {
    /// On none: KL and its relatives are not computed.
    None,
    /// On all.
    #[default]
    All,
    /// On these, by index.
    These(Vec<usize>),
}

impl PairSummary {
    /// Reduces a pair: one pass over the inputs in blocks, in parallel.
    ///
    /// `tracked` names labels whose log-probabilities enter `d_llv`; it may be empty.
    ///
    /// # Errors
    /// [`Error::Option`] for a label or an input that the pair does not have, or an empty choice of inputs.
    pub fn of(
        pair: &Pair<'_>,
        probability: &ProbabilityInputs,
        tracked: &[usize],
    ) -> Result<PairSummary, Error> {
        PairSummary::keeping(pair, probability, tracked, &|_| ()).map(|(summary, _)| summary)
    }

    /// The summary, and the KL divergences at each input of the probability part, in the order in which it was given them.
    ///
    /// The same pass and the same summary as [`of`](PairSummary::of); two numbers an input are kept beside it.
    ///
    /// # Errors
    /// As [`of`](PairSummary::of).
    pub fn with_input_divergences(
        pair: &Pair<'_>,
        probability: &ProbabilityInputs,
        tracked: &[usize],
    ) -> Result<(PairSummary, Vec<InputDivergences>), Error> {
        PairSummary::keeping(pair, probability, tracked, &|divergences| divergences)
    }

    fn keeping<T: Send>(
        pair: &Pair<'_>,
        probability: &ProbabilityInputs,
        tracked: &[usize],
        keep: &(impl Fn(InputDivergences) -> T + Sync),
    ) -> Result<(PairSummary, Vec<T>), Error> {
        let labels = Arc::new(LabelSide::of(pair));
        let all: Vec<usize>;
        let chosen = match probability {
            ProbabilityInputs::None => None,
            ProbabilityInputs::All => {
                all = (0..pair.n_inputs()).collect();
                Some(&all)
            }
            ProbabilityInputs::These(chosen) => Some(chosen),
        };
        check_indices("tracked label", tracked, pair.n_labels())?;
        if let Some(chosen) = chosen {
            check_indices("input", chosen, pair.n_inputs())?;
            if chosen.is_empty() {
                return Err(Error::Option("the probability part needs at least one input".into()));
            }
        }
        let (probability, kept) =
            chosen.map(|inputs| ProbabilityPart::keeping(pair, &labels, inputs, tracked, keep)).unzip();
        let summary =
            PairSummary { inputs: input_factor(pair), probability, tracked: tracked.to_vec(), labels };
        Ok((summary, kept.unwrap_or_default()))
    }

    /// The summary over the inputs of `self` followed by those of `other`.
    ///
    /// # Errors
    /// [`Error::Merge`] if the two are not of the same models and tracked labels, or only one has a probability part.
    pub fn merge(&self, other: &PairSummary) -> Result<PairSummary, Error> {
        let same_labels = Arc::ptr_eq(&self.labels, &other.labels) || self.labels == other.labels;
        if !same_labels || self.tracked != other.tracked {
            return Err(Error::Merge);
        }
        let probability = match (&self.probability, &other.probability) {
            (Some(a), Some(b)) => Some(a.merge(b)),
            (None, None) => None,
            _ => return Err(Error::Merge),
        };
        Ok(PairSummary {
            labels: self.labels.clone(),
            inputs: self.inputs.merge(&other.inputs),
            tracked: self.tracked.clone(),
            probability,
        })
    }
}

fn check_indices(what: &str, indices: &[usize], count: usize) -> Result<(), Error> {
    match indices.iter().find(|&&i| i >= count) {
        Some(i) => {
            Err(Error::Option(format!("{what} {i} does not exist: there are {count}, counted from 0")))
        }
        None => Ok(()),
    }
}

/// R_x over all inputs.
fn input_factor(pair: &Pair<'_>) -> Factor {
    let (f_a, f_b) = (pair.a().embeddings(), pair.b().embeddings());
    let (m_a, m_b) = (f_a.ncols(), f_b.ncols());
    let width = 3 + m_a + m_b;
    Factor::of_rows(pair.n_inputs(), width, |start, end| {
        let mut block = Mat::zeros(end - start, width);
        block.col_mut(0).fill(1.0);
        block.get_mut(.., 1..1 + m_a).copy_from(f_a.get(start..end, ..));
        block.get_mut(.., 1 + m_a..1 + m_a + m_b).copy_from(f_b.get(start..end, ..));
        for i in start..end {
            block[(i - start, width - 2)] = squared_length(f_a, i);
            block[(i - start, width - 1)] = squared_length(f_b, i);
        }
        block
    })
}

fn squared_length(m: MatRef<'_, f64>, row: usize) -> f64 {
    (0..m.ncols()).map(|j| m[(row, j)] * m[(row, j)]).sum()
}

/// Merges summaries in their given order along the fixed tree. `None` for none.
///
/// # Errors
/// As [`PairSummary::merge`].
pub fn merge_summaries(summaries: &[PairSummary]) -> Result<Option<PairSummary>, Error> {
    merge_tree(summaries.len(), &|i| Ok(summaries[i].clone()), &|a: Result<PairSummary, Error>, b| {
        a?.merge(&b?)
    })
    .transpose()
}
