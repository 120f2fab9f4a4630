//! What can be shown against an axis: a bound's tightness, what it certifies, how often it is vacuous, or a measure.

use super::family::certifies;
use logitdist_results::{BoundStatus, Cell, Distribution, Study};

/// A quantity of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// lhs/rhs of a bound, in both directions, or the correlation that it certifies (0 where it is vacuous) if it does that.
    Bound(usize),
    /// 1 where a bound is vacuous, 0 where it is not.
    Vacuous(usize),
    /// A measure.
    Measure(usize),
}

impl Quantity {
    /// Its values in a cell.
    pub fn of(self, cell: &Cell) -> Vec<f64> {
        match self {
            Quantity::Bound(bound) => {
                let evaluations = cell.evaluations.iter().filter(|e| e.bound == bound);
                evaluations.filter_map(|e| e.certified().or(e.tightness)).collect()
            }
            Quantity::Vacuous(bound) => {
                let own = cell.evaluations.iter().filter(|e| e.bound == bound);
                let exist = own.filter(|e| e.status != BoundStatus::NotApplicable);
                exist.map(|e| f64::from(u8::from(e.status == BoundStatus::Vacuous))).collect()
            }
            Quantity::Measure(measure) => cell.measures[measure].into_iter().collect(),
        }
    }

    /// Its name for an axis.
    pub fn label(self, study: &Study) -> String {
        match self {
            Quantity::Bound(bound) if certifies(study, bound) => certified_label(&study.bounds[bound].0),
            Quantity::Bound(_) => "tightness lhs/rhs".into(),
            Quantity::Vacuous(_) => "vacuous share".into(),
            Quantity::Measure(measure) => measure_label(&study.measures[measure]),
        }
    }
}

/// What a bound from below certifies, for an axis: its measure.
fn certified_label(token: &str) -> String {
    match token {
        "top1_from_logit" => "certified top1_agreement".into(),
        "probe_agreement" => "certified probe_kept".into(),
        "r2_from_logit" => "certified r2".into(),
        _ => "certified m_cca".into(),
    }
}

/// A measure's name for an axis: its token, with the unit if it has one.
pub fn measure_label(token: &str) -> String {
    let nats = ["d_logit", "d_logit_centred", "kl_ab", "kl_ba", "jeffreys", "js", "log_tau"];
    format!("{token}{}", if nats.contains(&token) { " (nats)" } else { "" })
}

/// Quantiles of a quantity at a value of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantiles {
    /// Position of the value on the axis.
    pub at: usize,
    /// Number of values.
    pub n: u64,
    /// 5 % of the values are at most this.
    pub q05: f64,
    /// The median.
    pub q50: f64,
    /// 95 % of the values are at most this.
    pub q95: f64,
}

/// Quantiles of a quantity per value of an axis, over the sampled cells that `belongs` says; values without any are left out.
pub fn quantiles(
    study: &Study,
    quantity: Quantity,
    axis: usize,
    belongs: impl Fn(&Cell) -> bool,
) -> Vec<Quantiles> {
    let mut groups = vec![Distribution::default(); study.axes[axis].values.len()];
    for cell in study.sample().filter(|cell| belongs(cell)) {
        let Some(value) = cell.values[axis] else { continue };
        quantity.of(cell).into_iter().for_each(|x| groups[value].add(x));
    }
    let groups = groups.iter().enumerate().filter_map(|(at, group)| {
        let [q05, q50, q95] = group.quantiles([0.05, 0.5, 0.95])?;
        Some(Quantiles { at, n: group.len(), q05, q50, q95 })
    });
    groups.collect()
}
