//! Pairs of trained networks: what was measured on them, in arms of pairs that differ in their networks only.

mod interval;
mod table;

pub use interval::{Design, Estimate, Observation, estimate};
pub use table::{MeasureTable, csv, tables};

use crate::cell::Cell;
use crate::study::{Study, StudyAxis};
use std::collections::BTreeMap;

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

/// Measures of the first network alone, which do not vary with the second.
const OF_TEACHERS: [&str; 3] = ["accuracy_a", "probe_accuracy_a", "tuned_accuracy_a"];

/// What the tables of means show, in words.
pub const INTERVALS: &str = "Means over teachers at the last epoch, ± half a 95 % confidence interval (Student’s t over teachers’ means; networks trained on \
    labels alone are shared by all teachers, and then both vary). All arms are in measures.csv.";

/// What every source of trained networks begins with.
const SOURCE: &str = "train.";

/// The loss of networks that are trained on labels alone, so that all teachers share them.
const INDEPENDENT: &str = "cross_entropy";

/// Everything that is known of pairs of trained networks. Each is kept, however many there are: they cost a training, and few numbers.
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

/// Pairs that differ in their networks only: a mean over them is about everything else.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Position of its value on each axis; `None` on axes that it has no value on, and on those that the measure does not depend on.
    pub values: Vec<Option<usize>>,
    /// The mean and its interval.
    pub estimate: Estimate,
}

/// Whether a measure depends on an axis: what the second network is made to do afterwards changes nothing of the pair itself.
fn depends(measure: &str, axis: &str) -> bool {
    match axis {
        "concept" => measure.starts_with("probe_") || measure.starts_with("tuned_"),
        "tune" | "tune_epochs" => measure.starts_with("tuned_"),
        _ => true,
    }
}

/// Values of a pair on the axes that one of several measures depends on.
pub fn own_values(study: &Study, measures: &[&str], values: &[Option<usize>]) -> Vec<Option<usize>> {
    let depend = |axis: &StudyAxis| measures.iter().any(|measure| depends(measure, &axis.name));
    values.iter().zip(&study.axes).map(|(value, axis)| value.filter(|_| depend(axis))).collect()
}

/// Whether a source is one of trained networks.
pub fn is_trained(source: &str) -> bool {
    source.starts_with(SOURCE)
}

/// A source's name without what all of trained networks begin with.
pub fn name_of(source: &str) -> &str {
    source.strip_prefix(SOURCE).unwrap_or(source)
}

impl Study {
    /// The means of a measure of trained networks, in all arms that have it, in the order of the axes' values.
    pub fn arms(&self, measure: &str) -> Vec<Arm> {
        let Some(position) = self.training.measures.iter().position(|m| *m == measure) else {
            return Vec::new();
        };
        let pairs = self.training.pairs.iter();
        let measured =
            pairs.filter_map(|pair| Some((&pair.values[..], &pair.replicate[..], pair.measures[position]?)));
        arms(&self.axes, measure, measured)
    }

    /// The means of something that sampled cells of trained networks have, such as a side of a bound.
    pub fn arms_of(&self, of: impl Fn(&Cell) -> Option<f64>) -> Vec<Arm> {
        let cells = self.sample().filter(|cell| self.is_trained(&cell.values));
        let measured = cells.filter_map(|cell| Some((&cell.values[..], &cell.replicate[..], of(cell)?)));
        arms(&self.axes, "", measured)
    }

    /// The axes of [`varied`](Study::varied) that bounds and measures of a pair depend on: over the others there is nothing to see of them.
    pub fn varied_of_pairs(&self) -> Vec<usize> {
        let mut varied = self.varied();
        varied.retain(|&axis| depends("", &self.axes[axis].name));
        varied
    }

    /// Whether a cell with these values is a pair of trained networks.
    pub fn is_trained(&self, values: &[Option<usize>]) -> bool {
        let source = self.axis("source");
        source.is_some_and(|s| values[s].is_some_and(|v| is_trained(&self.axes[s].values[v])))
    }
}

/// Arms of measured pairs, each with values, replicate and what was measured.
fn arms<'a>(
    axes: &[StudyAxis],
    measure: &str,
    measured: impl Iterator<Item = (&'a [Option<usize>], &'a str, f64)>,
) -> Vec<Arm> {
    let find = |name: &str| axes.iter().position(|axis| axis.name == name);
    let [teacher, student, loss] = ["teacher", "student", "loss"].map(find);
    let at = |values: &[Option<usize>], axis: Option<usize>| axis.and_then(|axis| values[axis]);
    let mut numbers: BTreeMap<(&str, Option<usize>), usize> = BTreeMap::new();
    let mut number = |replicate, own| {
        let next = numbers.len();
        *numbers.entry((replicate, own)).or_insert(next)
    };
    let mut groups: BTreeMap<Vec<Option<usize>>, Vec<Observation>> = BTreeMap::new();
    for (values, replicate, value) in measured {
        let is_of_arm =
            |axis: &StudyAxis| depends(measure, &axis.name) && !NETWORKS.contains(&axis.name.as_str());
        let own = values.iter().zip(axes).map(|(value, axis)| value.filter(|_| is_of_arm(axis)));
        let (teacher, student) =
            (number(replicate, at(values, teacher)), number(replicate, at(values, student)));
        groups.entry(own.collect()).or_default().push(Observation { teacher, student, value });
    }
    let design = |values: &[Option<usize>]| match loss.zip(at(values, loss)) {
        _ if OF_TEACHERS.contains(&measure) => Design::Nested,
        Some((axis, value)) if axes[axis].values[value] == INDEPENDENT => Design::Crossed,
        _ => Design::Nested,
    };
    let arm = |(values, observations): (Vec<Option<usize>>, Vec<Observation>)| {
        let estimate = estimate(&observations, design(&values))?;
        Some(Arm { values, estimate })
    };
    groups.into_iter().filter_map(arm).collect()
}
