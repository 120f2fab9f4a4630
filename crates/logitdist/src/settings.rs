//! What to compute of a pair.

use crate::leave_out::BLOCKS;
use crate::measure::subsets::Subsets;
use crate::measure::table::Part;
use crate::probability::LogitPrecision;

/// What to compute. Logit distance, canonical correlations and least-squares alignment always are: they cost nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
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
    /// Reorderings of b's inputs that tell what unrelated inputs would show; 0 for none.
    pub null: usize,
    /// Keep the distances at each input as well. They cost two numbers an input more.
    pub per_input: bool,
}

impl Default for Settings {
    /// Every measure and bound, on all inputs; nothing input by input.
    fn default() -> Self {
        Settings {
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
            null: 0,
            per_input: false,
        }
    }
}

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
            Part::Accuracy | Part::Concept | Part::Tuned | Part::Search | Part::Detail => false,
        }
    }
}
