//! The label and input sets of d_LLV: chosen, evenly spread, or minimised over.

use crate::applicable::{Applicable, Reason};
use crate::error::Error;
use crate::measure::llv::{self, Llv, LogProbabilities, MOST_LABELS_MINIMISED, Terms};
use crate::model::Pair;
use crate::probability::ProbabilityPart;
use crate::reduced::Reduced;
use crate::rows::rows_of;
use crate::settings::Settings;
use rand::{Rng, seq::index};
use rayon::prelude::*;

/// The fixed sets of d_LLV, pivot first in each, and the labels that have to be tracked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LlvSets {
    labels: Vec<usize>,
    inputs: Vec<usize>,
    /// All labels if they are few enough to minimise over, else those of the fixed set.
    pub tracked: Vec<usize>,
}

impl LlvSets {
    /// The sets that the settings name, or evenly spread ones of size M = min(dim_a, dim_b), as far as there are that many.
    pub fn of(pair: &Pair<'_>, settings: &Settings) -> Result<LlvSets, Error> {
        let size = pair.a().dim().min(pair.b().dim()) + 1;
        let labels = chosen("label", settings.llv_labels.as_deref(), pair.n_labels(), size)?;
        let inputs = chosen("input", settings.llv_inputs.as_deref(), pair.n_inputs(), size)?;
        let tracked = if pair.n_labels() <= MOST_LABELS_MINIMISED {
            (0..pair.n_labels()).collect()
        } else {
            labels.clone()
        };
        Ok(LlvSets { labels, inputs, tracked })
    }

    /// d_LLV on the fixed sets and minimised, and the PLS-SVD dissimilarities of the fixed sets.
    pub fn evaluate(
        &self,
        pair: &Pair<'_>,
        reduced: &Reduced,
        tracked: &ProbabilityPart,
        samples: usize,
        rng: &mut impl Rng,
    ) -> Result<LlvValues, Error> {
        let positions: Vec<usize> = self
            .labels
            .iter()
            .map(|l| self.tracked.iter().position(|t| t == l).expect("the set is tracked"))
            .collect();
        let over_inputs = self.enough(pair, || tracked.over_inputs(&positions));
        let over_labels = match self.enough(pair, || over_labels(pair, reduced, &self.inputs)) {
            Ok(read) => Ok(read?),
            Err(reason) => Err(reason),
        };
        let terms = |x: &Applicable<LogProbabilities>| x.as_ref().map_err(Clone::clone)?.terms();
        let d_svd = |x: &Applicable<LogProbabilities>| x.as_ref().map_err(Clone::clone)?.d_svd();
        let llv = terms(&over_inputs).and_then(|l| Ok(Llv::new(l, terms(&over_labels)?)));
        let (d_svd_embeddings, d_svd_unembeddings) =
            rayon::join(|| d_svd(&over_inputs), || d_svd(&over_labels));
        drop((over_inputs, over_labels));
        let (minimised, minimised_description) = minimised(pair, reduced, tracked, samples, rng)?;
        Ok(LlvValues {
            llv,
            minimised,
            d_svd_embeddings,
            d_svd_unembeddings,
            set_size: self.labels.len() - 1,
            description: self.description(),
            minimised_description,
        })
    }

    fn description(&self) -> String {
        let (labels, inputs) = (&self.labels, &self.inputs);
        format!(
            "pivot label {}, labels {}; pivot input {}, inputs {}; sd with ddof = 0",
            labels[0],
            listed(&labels[1..]),
            inputs[0],
            listed(&inputs[1..])
        )
    }

    /// `value`, if there are M + 1 labels and inputs, M the smaller dimension.
    fn enough<T>(&self, pair: &Pair<'_>, value: impl FnOnce() -> T) -> Applicable<T> {
        let needed = pair.a().dim().min(pair.b().dim()) + 1;
        if self.labels.len() < 2 || pair.n_labels() < needed {
            return Err(Reason::Labels { labels: pair.n_labels(), needed: needed.max(2) });
        }
        if self.inputs.len() < 2 || pair.n_inputs() < needed {
            return Err(Reason::Inputs { inputs: pair.n_inputs(), needed: needed.max(2) });
        }
        Ok(value())
    }
}

/// d_LLV on both kinds of sets, the PLS-SVD dissimilarities, and the sets in words.
#[derive(Debug)]
pub struct LlvValues {
    llv: Applicable<Llv>,
    minimised: Applicable<Llv>,
    /// `d_svd_embeddings`, of logit differences over inputs.
    pub d_svd_embeddings: Applicable<f64>,
    /// `d_svd_unembeddings`, of input differences over labels.
    pub d_svd_unembeddings: Applicable<f64>,
    /// M, the number of labels in the set beside the pivot.
    pub set_size: usize,
    /// The given sets.
    pub description: String,
    /// The sets that minimise, if there are any.
    pub minimised_description: Option<String>,
}

impl LlvValues {
    /// d_LLV on the given sets.
    pub fn given(&self) -> Result<&Llv, Reason> {
        self.llv.as_ref().map_err(Clone::clone)
    }

    /// d_LLV on the sets that minimise it.
    pub fn minimised(&self) -> Result<&Llv, Reason> {
        self.minimised.as_ref().map_err(Clone::clone)
    }

    /// The larger of the two PLS-SVD dissimilarities.
    pub fn d_fg(&self) -> Applicable<f64> {
        Ok(self.d_svd_embeddings.clone()?.max(self.d_svd_unembeddings.clone()?))
    }
}

/// `d_llv_min`: t1 minimised over pivot and left-out label, t2 over random disjoint sets of M + 1 inputs; and the sets in words.
fn minimised(
    pair: &Pair<'_>,
    reduced: &Reduced,
    tracked: &ProbabilityPart,
    samples: usize,
    rng: &mut impl Rng,
) -> Result<(Applicable<Llv>, Option<String>), Error> {
    let labels = if pair.n_labels() > MOST_LABELS_MINIMISED {
        Err(Reason::TooManyLabels { labels: pair.n_labels(), limit: MOST_LABELS_MINIMISED })
    } else {
        let all: Vec<usize> = (0..pair.n_labels()).collect();
        llv::minimised_labels(&tracked.over_inputs(&all))
    };
    let inputs = minimised_inputs(pair, reduced, samples, rng)?;
    let found = labels.and_then(|labels| Ok((labels, inputs?)));
    let description = found.as_ref().ok().map(|(l, (inputs, _))| {
        format!(
            "pivot label {}, left out {}; pivot input {}, inputs {}; sd with ddof = 0",
            l.pivot,
            l.left_out,
            inputs[0],
            listed(&inputs[1..])
        )
    });
    Ok((found.map(|(labels, (_, terms))| Llv::new(labels.terms, terms)), description))
}

/// A set in words: its members, or of a large one the first, the last and how many there are.
fn listed(set: &[usize]) -> String {
    match set {
        [first, second, .., last] if set.len() > 16 => {
            format!("[{first}, {second}, … {last}], {} of them", set.len())
        }
        _ => format!("{set:?}"),
    }
}

/// The named set, or `size` evenly spread indices below `count`.
fn chosen(what: &str, named: Option<&[usize]>, count: usize, size: usize) -> Result<Vec<usize>, Error> {
    let Some(named) = named else {
        let size = size.min(count);
        return Ok((0..size).map(|i| i * count / size).collect());
    };
    let mut different = named.to_vec();
    different.sort_unstable();
    different.dedup();
    if different.len() != named.len() || named.len() < 2 || different.last().is_some_and(|&i| i >= count) {
        return Err(Error::Option(format!(
            "the {what}s of d_LLV are {named:?}; a pivot and at least one more are needed, all different and below {count}"
        )));
    }
    Ok(named.to_vec())
}

fn over_labels(pair: &Pair<'_>, reduced: &Reduced, inputs: &[usize]) -> Result<LogProbabilities, Error> {
    let (a, b) = (rows_of(pair.a(), inputs)?, rows_of(pair.b(), inputs)?);
    Ok(LogProbabilities::over_labels(reduced, a.as_ref(), b.as_ref()))
}

/// The set of M + 1 inputs with the smallest t2 among `samples` disjoint random ones (fewer where the inputs run out).
fn minimised_inputs(
    pair: &Pair<'_>,
    reduced: &Reduced,
    samples: usize,
    rng: &mut impl Rng,
) -> Result<Applicable<(Vec<usize>, Terms)>, Error> {
    let (count, size) = (pair.n_inputs(), pair.a().dim().min(pair.b().dim()) + 1);
    let mut best: Applicable<(Vec<usize>, Terms)> = Err(Reason::Inputs { inputs: count, needed: size });
    if count < size {
        return Ok(best);
    }
    let drawn = index::sample(rng, count, size * samples.clamp(1, count / size)).into_vec();
    // Collected in the order of the sets, so that the first of equals is taken.
    let of_sets: Vec<Applicable<Terms>> = drawn
        .par_chunks_exact(size)
        .map(|set| Ok(over_labels(pair, reduced, set)?.terms()))
        .collect::<Result<_, Error>>()?;
    for (set, terms) in drawn.chunks_exact(size).zip(of_sets) {
        match terms {
            Ok(terms) if best.as_ref().map_or(true, |(_, b)| terms.ratio < b.ratio) => {
                best = Ok((set.to_vec(), terms));
            }
            Err(reason) if best.is_err() => best = Err(reason),
            _ => {}
        }
    }
    Ok(best)
}
