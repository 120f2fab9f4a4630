//! What to compute of a pair.

use crate::bound::{Theorem, theorems};
use crate::leave_out::BLOCKS;
use crate::measure::subsets::Subsets;
use crate::measure::table::{Measure, Part, Step, Uncertainty, Value, tokens};
use crate::probability::LogitPrecision;
use crate::reduced::Direction;
use crate::selection::Selection;

/// What to compute. Logit distance, canonical correlations and least-squares alignment always are: they cost nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Which of the measures and bounds that the parts below have.
    pub selection: Selection,
    /// KL divergence and its relatives (the only part whose cost grows with N·K).
    pub probability: bool,
    /// d_rep over label subsets.
    pub d_rep: bool,
    /// d_LLV and the PLS-SVD dissimilarities. Needs `probability`.
    pub llv: bool,
    /// Baselines of others: CKA, Procrustes, SVCCA, PWCCA, R².
    pub baselines: bool,
    /// `m_cca_cv`: rows are read a second time, and canonical directions are fitted twenty times.
    pub held_out: bool,
    /// How close any other model must come for the usual guarantees, of each model. Needs `probability`.
    pub budget: bool,
    /// Label subsets for d_rep.
    pub subsets: Subsets,
    /// Run the probability part on a random sample of this many inputs if there are more.
    pub inputs_limit: Option<usize>,
    /// Precision of the logits that the probability part is made of.
    pub logit_precision: LogitPrecision,
    /// Pivot label and set of labels for d_LLV; evenly spread ones if absent.
    pub llv_labels: Option<Vec<usize>>,
    /// Pivot input and set of inputs for d_LLV; evenly spread ones if absent.
    pub llv_inputs: Option<Vec<usize>>,
    /// Random input sets that `d_llv_min` is minimised over.
    pub llv_samples: usize,
    /// An interval for every measure that follows the inputs, from leaving out blocks of them.
    pub intervals: bool,
    /// Blocks of inputs for intervals and inputs held out: at most so many.
    pub blocks: usize,
    /// For each input the group that it belongs to, such as a document: blocks never cut a group. Each is its own if absent.
    pub groups: Option<Vec<i64>>,
    /// The right label of each input, [`NO_TARGET`](crate::NO_TARGET) where there is none: how right both models are.
    pub targets: Option<Vec<i64>>,
    /// KL divergence and agreement by the first model's largest probability.
    pub by_confidence: bool,
    /// Reorderings of b's inputs that tell what unrelated inputs would show; 0 for none.
    pub null: usize,
    /// Whether to look for a shift of b's rows where the embeddings cannot be told from unrelated ones.
    pub shifts: bool,
    /// Keep the distances at each input as well. They cost two numbers an input more.
    pub per_input: bool,
}

impl Default for Settings {
    /// Every measure and bound, on all inputs; nothing input by input.
    fn default() -> Self {
        Settings {
            selection: Selection::All,
            probability: true,
            d_rep: true,
            llv: true,
            baselines: true,
            held_out: true,
            budget: false,
            subsets: Subsets::default(),
            inputs_limit: None,
            logit_precision: LogitPrecision::F64,
            llv_labels: None,
            llv_inputs: None,
            llv_samples: 10,
            intervals: false,
            blocks: BLOCKS,
            groups: None,
            targets: None,
            by_confidence: false,
            null: 0,
            shifts: false,
            per_input: false,
        }
    }
}

/// Parts that are made of probabilities.
pub(crate) const PROBABILITIES: [Part; 4] =
    [Part::Probability, Part::SinglePrecision, Part::Llv, Part::Targets];

impl Settings {
    /// Whether a comparison by these settings has the measures and bounds of a part.
    pub fn asks_for(&self, part: Part) -> bool {
        match part {
            Part::Geometry => true,
            Part::DRep => self.d_rep,
            Part::Probability => self.probability,
            Part::SinglePrecision => self.probability && self.logit_precision == LogitPrecision::F32,
            Part::Llv => self.llv,
            Part::Baselines => self.baselines,
            Part::HeldOut => self.held_out,
            Part::Budget => self.budget,
            Part::Targets => self.probability && self.targets.is_some(),
            Part::Accuracy | Part::Concept | Part::Tuned | Part::Search | Part::Detail => false,
        }
    }

    /// The measures that a comparison by these settings has: tokens with their rows, in the order of columns.
    pub fn measures(&self) -> impl Iterator<Item = (&'static str, &'static Measure, Direction)> {
        tokens().filter(|(token, row, _)| self.asks_for(row.part) && self.selection.has(token))
    }

    /// The bounds that it has.
    pub fn bounds(&self) -> impl Iterator<Item = &'static Theorem> {
        theorems().filter(|theorem| self.asks_for(theorem.part) && self.selection.has(theorem.token))
    }

    /// Those bounds in each direction, all of ab first.
    pub(crate) fn directed_bounds(&self) -> impl Iterator<Item = (&'static Theorem, Direction)> {
        [Direction::Ab, Direction::Ba]
            .into_iter()
            .flat_map(|direction| self.bounds().map(move |theorem| (theorem, direction)))
    }

    /// The same without parts that no row needs.
    pub(crate) fn narrowed(&self) -> Settings {
        if self.selection == Selection::All {
            return self.clone();
        }
        let parts: Vec<Part> =
            self.measures().map(|(_, row, _)| row.part).chain(self.bounds().map(|row| row.part)).collect();
        let has = |part: Part| parts.contains(&part);
        Settings {
            probability: self.probability
                && (self.by_confidence || has(Part::Budget) || PROBABILITIES.into_iter().any(has)),
            d_rep: has(Part::DRep),
            llv: has(Part::Llv),
            baselines: has(Part::Baselines),
            held_out: has(Part::HeldOut),
            budget: has(Part::Budget),
            targets: self.targets.clone().filter(|_| has(Part::Targets)),
            ..self.clone()
        }
    }

    /// What is asked for that takes the values at each input, if anything does.
    pub(crate) fn needs_each(&self) -> Option<&'static str> {
        match () {
            () if self.intervals => Some("intervals"),
            () if self.per_input => Some("what is told of each input"),
            () if self.by_confidence => Some("tenths by confidence"),
            () => None,
        }
    }

    /// The steps that some row needs.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps = Step::ALL.to_vec();
        if self.selection != Selection::All {
            let of_rows =
                self.measures().map(|(_, row, _)| row.steps).chain(self.bounds().map(|row| row.steps));
            let needed: Vec<&[Step]> = of_rows.filter(|steps| !steps.is_empty()).collect();
            // Intervals of similarities depend on whether chance explains m_cca.
            let is_similarity = |row: &Measure| matches!(row.uncertainty, Uncertainty::Fisher);
            let of_chance = self.intervals && self.measures().any(|(_, row, _)| is_similarity(row));
            let is_of_chance = |step: &Step| of_chance && *step == Step::EmbeddingsCca;
            steps.retain(|step| is_of_chance(step) || needed.iter().any(|needed| needed.contains(step)));
        }
        steps
    }

    /// Whether the interval of a row is made of values without a block of inputs.
    pub(crate) fn leaves_out_blocks(&self) -> bool {
        let is_by_value =
            |row: &Measure| row.uncertainty.is_by_value() && matches!(row.value, Value::Number(_));
        self.measures().any(|(_, row, _)| is_by_value(row))
            || self.bounds().any(|theorem| theorem.why_unsure().is_none())
    }
}
