//! Arms: pairs of trained networks that differ in their networks only, and the means over them.

use super::interval::{Design, Estimate, Observation, estimate};
use logitdist_results::Cell;
use logitdist_results::networks::{NETWORKS, depends};
use logitdist_results::{Study, StudyAxis};
use std::collections::BTreeMap;

/// Whether a measure is of the first network alone, which does not vary with the second: its token says so.
fn is_of_teachers(token: &str) -> bool {
    token.ends_with("_a")
}

/// The loss of networks that are trained on labels alone, so that all teachers share them.
const INDEPENDENT: &str = "cross_entropy";

/// Pairs that differ in their networks only: a mean over them is about everything else.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Position of its value on each axis; `None` on axes that it has no value on, and on those that the measure does not depend on.
    pub values: Vec<Option<usize>>,
    /// The mean and its interval.
    pub estimate: Estimate,
}

/// The means of a measure, in all arms that have it, in the order of the axes' values.
pub fn arms(study: &Study, token: &str) -> Vec<Arm> {
    let Some(position) = study.training.measures.iter().position(|m| *m == token) else {
        return Vec::new();
    };
    let pairs = study.training.pairs.iter();
    let measured =
        pairs.filter_map(|pair| Some((&pair.values[..], &pair.replicate[..], pair.measures[position]?)));
    grouped(&study.axes, token, measured)
}

/// The means of something that sampled cells have, such as a side of a bound.
pub fn arms_of(study: &Study, of: impl Fn(&Cell) -> Option<f64>) -> Vec<Arm> {
    let cells = study.sample().filter(|cell| study.is_trained(&cell.values));
    let measured = cells.filter_map(|cell| Some((&cell.values[..], &cell.replicate[..], of(cell)?)));
    grouped(&study.axes, "", measured)
}

/// The means of a measure at the last epoch that each source has.
pub fn arms_at_the_end(study: &Study, token: &str) -> Vec<Arm> {
    at_the_end(study, arms(study, token))
}

/// The arms of the last epoch that each source has.
pub fn at_the_end(study: &Study, arms: Vec<Arm>) -> Vec<Arm> {
    let last = LastEpochs::of(study);
    arms.into_iter().filter(|arm| last.contain(&arm.values)).collect()
}

/// The last epoch of every source.
pub struct LastEpochs {
    source: Option<usize>,
    epoch: Option<usize>,
    /// Positions of values by position of the source.
    last: BTreeMap<Option<usize>, Option<usize>>,
}

impl LastEpochs {
    pub fn of(study: &Study) -> LastEpochs {
        let [source, epoch] = ["source", "epoch"].map(|name| study.axis(name));
        let mut last = BTreeMap::new();
        for pair in &study.training.pairs {
            let own = at(&pair.values, epoch);
            let known = last.entry(at(&pair.values, source)).or_insert(own);
            // Positions of numbers are in ascending order.
            *known = (*known).max(own);
        }
        LastEpochs { source, epoch, last }
    }

    /// Whether values are at the last epoch of their source.
    pub fn contain(&self, values: &[Option<usize>]) -> bool {
        self.last.get(&at(values, self.source)) == Some(&at(values, self.epoch))
    }
}

fn at(values: &[Option<usize>], axis: Option<usize>) -> Option<usize> {
    axis.and_then(|axis| values[axis])
}

/// Values of a pair on the axes that one of several measures depends on.
pub fn own_values(study: &Study, measures: &[&str], values: &[Option<usize>]) -> Vec<Option<usize>> {
    let depend = |axis: &StudyAxis| measures.iter().any(|measure| depends(measure, &axis.name));
    values.iter().zip(&study.axes).map(|(value, axis)| value.filter(|_| depend(axis))).collect()
}

/// Arms of measured pairs, each with values, replicate and what was measured.
fn grouped<'a>(
    axes: &[StudyAxis],
    token: &str,
    measured: impl Iterator<Item = (&'a [Option<usize>], &'a str, f64)>,
) -> Vec<Arm> {
    let find = |name: &str| axes.iter().position(|axis| axis.name == name);
    let [teacher, student, loss] = ["teacher", "student", "loss"].map(find);
    let mut numbers: BTreeMap<(&str, Option<usize>), usize> = BTreeMap::new();
    let mut number = |replicate, own| {
        let next = numbers.len();
        *numbers.entry((replicate, own)).or_insert(next)
    };
    let mut groups: BTreeMap<Vec<Option<usize>>, Vec<Observation>> = BTreeMap::new();
    for (values, replicate, value) in measured {
        let is_of_arm =
            |axis: &StudyAxis| depends(token, &axis.name) && !NETWORKS.contains(&axis.name.as_str());
        let own = values.iter().zip(axes).map(|(value, axis)| value.filter(|_| is_of_arm(axis)));
        let (teacher, student) =
            (number(replicate, at(values, teacher)), number(replicate, at(values, student)));
        groups.entry(own.collect()).or_default().push(Observation { teacher, student, value });
    }
    let design = |values: &[Option<usize>]| match loss.zip(at(values, loss)) {
        _ if is_of_teachers(token) => Design::Nested,
        Some((axis, value)) if axes[axis].values[value] == INDEPENDENT => Design::Crossed,
        _ => Design::Nested,
    };
    let arm = |(values, observations): (Vec<Option<usize>>, Vec<Observation>)| {
        let estimate = estimate(&observations, design(&values))?;
        Some(Arm { values, estimate })
    };
    groups.into_iter().filter_map(arm).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn pairs_of_trained_networks_are_all_there_in_order_however_few_cells_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut rows = String::from("source,teacher,student,replicate,cell_seed,status,reason,m_cca\n");
        for i in 0..500u32 {
            let seed = u64::from(i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let source =
                if i % 5 == 0 { "noise,,".to_owned() } else { format!("train.a,{},{}", i % 2, i / 2) };
            writeln!(rows, "{source},0,{seed:016x},ok,,0.{i:03}").unwrap();
        }
        std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
        let header = "source,teacher,student,replicate,cell_seed,direction,bound,form,status,lhs,rhs,tightness,slack,holds\n";
        std::fs::write(folder.path().join("bounds.csv"), header).unwrap();
        let study = Study::read_keeping(folder.path(), 10).unwrap();
        let values: Vec<f64> = study.training.pairs.iter().filter_map(|pair| pair.measures[0]).collect();
        assert_eq!((values.len(), study.sample().count()), (400, 10));
        assert!(values.is_sorted());
        let arms = arms(&study, "m_cca");
        assert_eq!((arms.len(), arms[0].estimate.n, arms[0].estimate.teachers), (1, 400, 2));
    }
}
