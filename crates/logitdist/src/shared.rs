//! What the measures and bounds of a pair are computed from, each part of it once.

use crate::applicable::{Applicable, Reason};
use crate::error::Error;
use crate::llv_sets::{LlvSets, LlvValues};
use crate::measure::cca::{self, CanonicalCorrelations};
use crate::measure::d_rep::{self, DRep};
use crate::measure::kl::{Divergences, divergences};
use crate::model::Pair;
use crate::probability::{LogitPrecision, ProbabilityPart, ProbabilitySums};
use crate::reduced::{Direction, Reduced, ReducedModel};
use crate::settings::Settings;
use rand::Rng;

/// A reduced pair with everything that more than one measure or bound asks for.
///
/// The parts are made here, on all threads, before the first measure: a measure that waited for another thread's part could
/// wait for itself.
#[derive(Debug)]
pub struct Shared {
    /// The pair in coordinates.
    pub reduced: Reduced,
    embeddings_cca: Applicable<CanonicalCorrelations>,
    unembeddings_cca: Applicable<CanonicalCorrelations>,
    logits_cca: Applicable<CanonicalCorrelations>,
    d_rep: Option<[Applicable<DRep>; 2]>,
    probability: Option<(ProbabilitySums, Divergences)>,
    precision: LogitPrecision,
    llv: Option<LlvValues>,
}

impl Shared {
    /// All parts that the settings ask for; sets of d_LLV come with the models. `rng` serves the label subsets of ab and ba, then the input sets of `d_llv_min`.
    pub(crate) fn of(
        reduced: Reduced,
        probability: Option<ProbabilityPart>,
        sets: Option<(&LlvSets, &Pair<'_>)>,
        settings: &Settings,
        rng: &mut impl Rng,
    ) -> Result<Shared, Error> {
        reduced.decompose();
        let (embeddings_cca, (unembeddings_cca, logits_cca)) = rayon::join(
            || cca::embeddings(&reduced),
            || rayon::join(|| cca::unembeddings(&reduced), || cca::logits(&reduced)),
        );
        let d_rep = settings.d_rep.then(|| d_rep_both_ways(&reduced, settings, rng)).transpose()?;
        let llv = match (&probability, sets) {
            (Some(part), Some((sets, pair))) => {
                Some(sets.evaluate(pair, &reduced, part, settings.llv_samples, rng)?)
            }
            _ => None,
        };
        let probability = probability.map(|part| {
            let divergences = divergences(&part.sums);
            (part.sums, divergences)
        });
        Ok(Shared {
            reduced,
            embeddings_cca,
            unembeddings_cca,
            logits_cca,
            d_rep,
            probability,
            precision: settings.logit_precision,
            llv,
        })
    }

    /// The first model of a direction: a for ab, b for ba.
    pub fn model(&self, direction: Direction) -> &ReducedModel {
        self.reduced.models(direction).0
    }

    /// Canonical correlations of f(x), f′(x).
    pub fn embeddings_cca(&self) -> &Applicable<CanonicalCorrelations> {
        &self.embeddings_cca
    }

    /// Canonical correlations of g(y), g′(y).
    pub fn unembeddings_cca(&self) -> &Applicable<CanonicalCorrelations> {
        &self.unembeddings_cca
    }

    /// Canonical correlations of u(x), u′(x).
    pub fn logits_cca(&self) -> &Applicable<CanonicalCorrelations> {
        &self.logits_cca
    }

    /// d_rep of a direction. Asked for only by rows of its part.
    pub fn d_rep(&self, direction: Direction) -> Result<&DRep, Reason> {
        let [ab, ba] = self.d_rep.as_ref().expect("the settings ask for d_rep");
        let of = match direction {
            Direction::Ab => ab,
            Direction::Ba => ba,
        };
        of.as_ref().map_err(Clone::clone)
    }

    /// Sums over p(·|x) and p′(·|x). Asked for only by rows of the probability part.
    pub fn sums(&self) -> &ProbabilitySums {
        &self.probability.as_ref().expect("the settings ask for probabilities").0
    }

    /// KL divergence and its relatives. Asked for only by rows of the probability part.
    pub fn divergences(&self) -> &Divergences {
        &self.probability.as_ref().expect("the settings ask for probabilities").1
    }

    /// d_LLV and the PLS-SVD dissimilarities. Asked for only by rows of their part.
    pub fn llv(&self) -> &LlvValues {
        self.llv.as_ref().expect("the settings ask for d_LLV")
    }

    /// What single precision costs, if logits are in it, and which labels have no probability.
    pub(crate) fn probability_note(&self) -> Option<String> {
        let error = self.sums().logit_error;
        let single = (self.precision == LogitPrecision::F32).then(|| {
            format!(
                "from logits in single precision, like all that follows from probabilities: those of the inputs checked are off by at most {error:.1e} nats"
            )
        });
        let notes: Vec<String> = single.into_iter().chain(self.masked_note()).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// What masked labels mean for divergences.
    fn masked_note(&self) -> Option<String> {
        let Reason::Masked(masks) = self.reduced.masked()? else { return None };
        let infinite: Vec<&str> = [(&masks.only_b, "KL(a ‖ b)"), (&masks.only_a, "KL(b ‖ a)")]
            .into_iter()
            .filter(|(labels, _)| !labels.is_empty())
            .map(|(_, name)| name)
            .collect();
        let infinite = if infinite.is_empty() {
            String::new()
        } else {
            format!("; so {} is ∞", infinite.join(" and "))
        };
        Some(format!("{masks}{infinite}"))
    }
}

fn d_rep_both_ways(
    reduced: &Reduced,
    settings: &Settings,
    rng: &mut impl Rng,
) -> Result<[Applicable<DRep>; 2], Error> {
    let mut choose = |model: &ReducedModel| settings.subsets.choose(reduced.n_labels, model.dim, rng);
    let (chosen_ab, chosen_ba) = (choose(&reduced.a)?, choose(&reduced.b)?);
    let (ab, ba) = rayon::join(
        || d_rep::d_rep(reduced, Direction::Ab, &chosen_ab),
        || d_rep::d_rep(reduced, Direction::Ba, &chosen_ba),
    );
    Ok([ab, ba])
}
