//! Whether a student still encodes a concept, and whether in the same directions: probes refitted and carried over.

use crate::concept::Concept;
use crate::error::TrainError;
use crate::probe::{Probe, ProbeSpec};
use logitdist::bound::{ProbeTransfer, probe_agreement_of_scores, probe_transfer, theorem};
use logitdist::{
    Bound, Direction, Mat, MatRef, ModelRows, Pair, PairSummary, Part, ProbabilityInputs, Reduced,
    ReducedModel, Scale, Statement, tokens,
};
use logitdist_linalg::matmul_tn;

/// A concept on a teacher (model a) and a student (model b): three accuracies, and what T8 says about the third.
///
/// If G̃ of the teacher has full column rank, nothing here depends on the coordinates of either model. Otherwise (K − 1 < M) the
/// distribution determines only a part of the teacher's probe w, w_det = G̃⁺G̃ w, and that part depends on the teacher's coordinates.
#[derive(Debug, Clone, PartialEq)]
pub struct ConceptTransfer {
    /// Share of the measured inputs with the more common answer, in [1/2, 1]: what guessing would reach.
    pub probe_majority: f64,
    /// Accuracy of the teacher's probe on the teacher, in [0, 1].
    pub probe_accuracy_a: f64,
    /// Accuracy of a probe refitted on the student, in [0, 1]: whether the concept is still there.
    pub probe_accuracy_b: f64,
    /// Accuracy of the teacher's probe carried over to the student's embeddings through G̃⁺G̃′, without refitting, in [0, 1]: whether it
    /// is still in the same place.
    pub probe_accuracy_carried: f64,
    /// Accuracy of w_det·f on the teacher itself, in [0, 1]: what the carried probe would reach on a student with the same
    /// predictions. Equal to `probe_accuracy_a` if G̃ has full column rank.
    pub probe_accuracy_determined: f64,
    /// Error of the carried score, `√(E(w_det·f − w·f̂)²)` with `f̂ = G̃⁺(G̃′f′ + b̃′ − b̃)`, ≥ 0, in units of the score.
    pub probe_error: f64,
    /// T8's certificate for it: `‖G̃^{+T} w‖ d_logit`, on the same inputs.
    pub probe_certificate: f64,
    /// Standard deviation of w·f over the measured inputs, to judge both against.
    pub probe_sd: f64,
    /// Standard deviation of (w − w_det)·f over the measured inputs: the part that is not carried, in units of the score. Up to
    /// rounding it is 0 if G̃ has full column rank.
    pub probe_undetermined: f64,
    /// Share of the measured inputs that the carried probe decides on the student as w_det·f does on the teacher, in [0, 1].
    pub probe_kept: f64,
    /// T17 for it: the least share that the distributions and the teacher's scores allow.
    pub agreement: Bound,
    /// Whether `probe_error ≤ probe_certificate` up to rounding. If not, a proof or this program is wrong.
    pub certificate_holds: bool,
}

impl ConceptTransfer {
    /// The numbers under their tokens, in the order of the table of measures.
    pub fn numbers(&self) -> Vec<(&'static str, f64)> {
        let values = [
            self.probe_majority,
            self.probe_accuracy_a,
            self.probe_accuracy_b,
            self.probe_accuracy_carried,
            self.probe_accuracy_determined,
            self.probe_error,
            self.probe_certificate,
            self.probe_sd,
            self.probe_undetermined,
            self.probe_kept,
        ];
        let of_concepts = tokens().filter(|(_, row, _)| row.part == Part::Concept);
        let numbers: Vec<_> = of_concepts.map(|(token, _, _)| token).zip(values).collect();
        assert_eq!(numbers.len(), values.len(), "the table has a row for each number");
        numbers
    }
}

/// Fits probes of a concept of digits on `fit_pair`, carries the teacher's over, and measures all on `pair`: the same two models on
/// other inputs.
///
/// `labels_fit` and `labels` are the digits of the inputs of `fit_pair` and of `pair`. The part of w that the distribution leaves
/// undetermined is not carried: it stays at its mean over the teacher's inputs in `fit_pair`.
///
/// # Errors
/// A number of labels other than of inputs, a label that is no digit, pairs of different models, and as [`Probe::fit`].
pub fn concept_transfer(
    pair: &Pair<'_>,
    fit_pair: &Pair<'_>,
    labels_fit: &[usize],
    labels: &[usize],
    concept: Concept,
    spec: &ProbeSpec,
) -> Result<ConceptTransfer, TrainError> {
    check_count(fit_pair, labels_fit.len(), "to fit on")?;
    check_count(pair, labels.len(), "to measure on")?;
    let (answers_fit, answers) = (concept.of_labels(labels_fit)?, concept.of_labels(labels)?);
    answer_transfer(pair, fit_pair, &answers_fit, &answers, spec).map_err(|error| match error {
        TrainError::Probe(reason) => TrainError::Probe(format!("concept {concept}: {reason}")),
        other => other,
    })
}

/// [`concept_transfer`] of any binary concept: `answers_fit` and `answers` say at which inputs of `fit_pair` and of `pair` it holds.
///
/// # Errors
/// A number of answers other than of inputs, pairs of different models, and as [`Probe::fit`].
pub fn answer_transfer(
    pair: &Pair<'_>,
    fit_pair: &Pair<'_>,
    answers_fit: &[bool],
    answers: &[bool],
    spec: &ProbeSpec,
) -> Result<ConceptTransfer, TrainError> {
    check_count(fit_pair, answers_fit.len(), "to fit on")?;
    check_count(pair, answers.len(), "to measure on")?;
    check_same_models(pair, fit_pair)?;
    let f_fit = embeddings(fit_pair.a())?;
    let a = Probe::fit(f_fit.as_ref(), answers_fit, spec)?;
    let b = Probe::fit(embeddings(fit_pair.b())?.as_ref(), answers_fit, spec)?;
    let reduced = Reduced::of(&PairSummary::of(pair, &ProbabilityInputs::None, &[])?);
    let mut determined = carry(&a, &reduced.a, &reduced.a);
    let mut carried = carry_probe(&a, &reduced)?;
    let left_out = mean(&a.scores(f_fit.as_ref())) - mean(&determined.scores(f_fit.as_ref()));
    determined.intercept += left_out;
    carried.intercept += left_out;
    let rest = Probe {
        weights: a.weights.iter().zip(&determined.weights).map(|(all, part)| all - part).collect(),
        intercept: 0.0,
    };
    let (f, f_student) = (embeddings(pair.a())?, embeddings(pair.b())?);
    let (f, f_student) = (f.as_ref(), f_student.as_ref());
    let holding = answers.iter().filter(|&&holds| holds).count() as f64 / answers.len() as f64;
    let transfer = probe_transfer(&reduced, Direction::Ab, &a.weights)?;
    let (own, others) = (determined.scores(f), carried.scores(f_student));
    let agreement = probe_agreement_of_scores(&reduced, Direction::Ab, &a.weights, &own, &others);
    let probe_kept = match agreement.statement {
        Some(Statement::AtLeast { value, .. }) => value,
        _ => unreachable!("T17 bounds from below, and a probe is given"),
    };
    Ok(ConceptTransfer {
        probe_majority: holding.max(1.0 - holding),
        probe_accuracy_a: a.accuracy(f, answers)?,
        probe_accuracy_b: b.accuracy(f_student, answers)?,
        probe_accuracy_carried: carried.accuracy(f_student, answers)?,
        probe_accuracy_determined: determined.accuracy(f, answers)?,
        probe_error: transfer.error,
        probe_certificate: transfer.certified,
        probe_sd: transfer.probe_sd,
        probe_undetermined: standard_deviation(&rest, f),
        probe_kept,
        agreement,
        certificate_holds: !t8(&reduced, &a, &transfer).is_violated(),
    })
}

fn embeddings(model: &dyn ModelRows) -> Result<Mat<f64>, TrainError> {
    let mut rows = Mat::zeros(model.n_inputs(), model.dim());
    model.read(0, rows.as_mut())?;
    Ok(rows)
}

/// T8 for one probe. Logits are off by rounding in units of their scale, scores by that times `‖G̃^{+T} w‖`.
fn t8(reduced: &Reduced, probe: &Probe, transfer: &ProbeTransfer) -> Bound {
    let v = reduced.a.on_logits(&probe.weights);
    let scale = v.iter().map(|v| v * v).sum::<f64>().sqrt() * reduced.squared_scale().sqrt();
    let worst_probe = theorem("probe_transfer").expect("T8 is in the table");
    Bound::at_most(worst_probe, transfer.error, transfer.certified, Scale::Linear(scale))
}

/// A probe of model a as a probe of model b: `w·f + c` becomes `w·G̃⁺(G̃′f′ + b̃′ − b̃) + c`.
///
/// With `v = G̃^{+T}w` its weights are `G̃′ᵀv` and its intercept `c + v·(b̃′ − b̃)`. Only the part of w in the range of G̃ᵀ is carried.
///
/// # Errors
/// A probe of another dimension than model a.
pub fn carry_probe(probe: &Probe, reduced: &Reduced) -> Result<Probe, TrainError> {
    if probe.weights.len() != reduced.a.dim {
        return Err(TrainError::Probe(format!(
            "the probe has {} weights; model a has dimension {}",
            probe.weights.len(),
            reduced.a.dim
        )));
    }
    Ok(carry(probe, &reduced.a, &reduced.b))
}

fn carry(probe: &Probe, from: &ReducedModel, to: &ReducedModel) -> Probe {
    let v = from.on_logits(&probe.weights);
    let weights = matmul_tn(to.unembeddings.as_ref(), MatRef::from_column_major_slice(&v, v.len(), 1));
    let shift: f64 =
        v.iter().zip(to.bias.iter().zip(&from.bias)).map(|(v, (to, from))| v * (to - from)).sum();
    Probe { weights: weights.col(0).iter().copied().collect(), intercept: probe.intercept + shift }
}

fn check_count(pair: &Pair<'_>, labels: usize, purpose: &str) -> Result<(), TrainError> {
    if labels == pair.n_inputs() {
        return Ok(());
    }
    Err(TrainError::Mismatch(format!(
        "there are {labels} labels and {} inputs {purpose}; a label for each input is needed",
        pair.n_inputs()
    )))
}

fn check_same_models(pair: &Pair<'_>, fit_pair: &Pair<'_>) -> Result<(), TrainError> {
    for (side, measured, fit) in [("a", pair.a(), fit_pair.a()), ("b", pair.b(), fit_pair.b())] {
        if measured.labels() != fit.labels() {
            return Err(TrainError::Mismatch(format!(
                "model {side} has other unembeddings in the pair to fit on than in the pair to measure on; both must be the same model"
            )));
        }
    }
    Ok(())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn standard_deviation(probe: &Probe, embeddings: MatRef<'_, f64>) -> f64 {
    let scores = probe.scores(embeddings);
    let centre = mean(&scores);
    mean(&scores.iter().map(|s| (s - centre).powi(2)).collect::<Vec<f64>>()).sqrt()
}

#[cfg(test)]
mod tests;
