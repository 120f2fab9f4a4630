//! Pairs of trained networks, as `rows.csv` has them.

/// Axes that tell networks apart which were trained alike: replicates of training, and nothing that is compared.
pub const NETWORKS: [&str; 2] = ["teacher", "student"];

/// Measures that are reported with intervals.
pub const MEASURES: [&str; 21] = [
    "d_logit",
    "kl_ab",
    "top1_agreement",
    "accuracy_a",
    "accuracy_b",
    "m_cca",
    "m_cca_logits",
    "d_rep_ab",
    "d_llv",
    "d_fg",
    "probe_majority",
    "probe_accuracy_a",
    "probe_accuracy_b",
    "probe_accuracy_carried",
    "probe_accuracy_determined",
    "probe_error",
    "probe_certificate",
    "probe_sd",
    "probe_undetermined",
    "tuned_accuracy_a",
    "tuned_accuracy_b",
];

/// What every source of trained networks begins with.
const SOURCE: &str = "train.";

/// All pairs of trained networks. Each is kept, however many there are: they cost a training, and few numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Training {
    /// The measures of [`MEASURES`] that the run has.
    pub measures: Vec<&'static str>,
    /// The pairs, in the order of the file.
    pub pairs: Vec<TrainedPair>,
}

/// A row of `rows.csv` about trained networks.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedPair {
    /// Position of its value on each axis.
    pub values: Vec<Option<usize>>,
    /// The replicate; networks of different replicates are different.
    pub replicate: String,
    /// Its measures.
    pub measures: Vec<Option<f64>>,
}

/// Whether a measure depends on an axis: what the second network is made to do afterwards changes nothing of the pair itself.
pub fn depends(measure: &str, axis: &str) -> bool {
    match axis {
        "concept" => measure.starts_with("probe_") || measure.starts_with("tuned_"),
        "tune" | "tune_epochs" => measure.starts_with("tuned_"),
        _ => true,
    }
}

/// Whether a source is one of trained networks.
pub fn is_trained(source: &str) -> bool {
    source.starts_with(SOURCE)
}

/// A source's name without what all of trained networks begin with.
pub fn name_of(source: &str) -> &str {
    source.strip_prefix(SOURCE).unwrap_or(source)
}
