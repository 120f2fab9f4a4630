//! A sweep in memory: its axes, a summary of all of it, and as many of its cells as fit.

mod evaluated;
pub mod networks;
mod rows;

use crate::cell::Cell;
use crate::csv_file::CsvFile;
use crate::dictionary::Dictionary;
use crate::error::ResultsError;
use crate::parameters::Parameters;
use crate::run::Run;
use crate::summary::Summary;
use evaluated::Evaluated;
use logitdist::Form;
use networks::{NETWORKS, Training, depends, is_trained};
use rows::Rows;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

/// Cells that are kept; of larger sweeps, those with the smallest seeds, which are hashes and so a fair sample.
pub const CELLS_KEPT: usize = 10_000;

/// An axis of the sweep: a column before `replicate`.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyAxis {
    /// Name of the column.
    pub name: String,
    /// Its values for people and in commands: numbers in ascending order without a point where they are whole, other values in the order of
    /// the file.
    pub values: Vec<String>,
    /// The same as the file has them.
    pub written: Vec<String>,
    /// Whether its values are numbers that the config or their span puts on a logarithmic scale.
    pub logarithmic: bool,
}

/// A sweep in memory.
#[derive(Debug, Clone)]
pub struct Study {
    /// What is known of the run.
    pub run: Run,
    /// All columns before `replicate`.
    pub axes: Vec<StudyAxis>,
    /// Tokens of the measures, columns of numbers in `rows.csv`.
    pub measures: Vec<String>,
    /// Tokens and forms of the bounds.
    pub bounds: Vec<(String, Form)>,
    /// Cells in the order of the file: all, or a sample and the extreme ones.
    pub cells: Vec<Cell>,
    /// How many cells there are, and how many of them have no comparison.
    pub total: u64,
    /// Cells without a comparison.
    pub not_applicable: u64,
    /// Everything, per bound and axis value.
    pub summary: Summary,
    /// All pairs of trained networks.
    pub training: Training,
}

impl Study {
    /// Reads a folder of results, on all processors and with memory that does not grow with the number of cells.
    ///
    /// # Errors
    /// A file that is missing or cannot be read, that is not what a sweep writes, or of a newer version.
    pub fn read(results: &Path) -> Result<Study, ResultsError> {
        Study::read_keeping(results, CELLS_KEPT)
    }

    /// [`read`](Study::read), with so many cells kept.
    ///
    /// # Errors
    /// As there.
    pub fn read_keeping(results: &Path, kept: usize) -> Result<Study, ResultsError> {
        let run = Run::read(results)?;
        let rows = Rows::of(CsvFile::open(&results.join("rows.csv"))?)?;
        let table = CsvFile::open(&results.join("bounds.csv"))?;
        let sample = rows.sample(kept)?;
        let chosen: HashSet<u64> = sample.kept.iter().map(|k| k.seed).collect();
        let evaluated = Evaluated::read(&table, &sample.parameters, &chosen)?;
        let mut records = sample.kept.into_sorted_vec();
        let missing: HashSet<u64> = evaluated.extremes.seeds().filter(|s| !chosen.contains(s)).collect();
        if !missing.is_empty() {
            records.extend(rows.records(&missing)?);
        }
        records.sort_by_key(|kept| kept.place);
        let axes = axes(&sample.parameters, &run);
        let mut numbers: Vec<BTreeMap<String, usize>> =
            axes.iter().map(|axis| axis.written.iter().cloned().zip(0..).collect()).collect();
        let mut cells = Vec::with_capacity(records.len());
        for kept in records {
            cells.push(rows.cell(&kept, &mut numbers, chosen.contains(&kept.seed)));
        }
        let (bounds, summary) = evaluated.hand_to(&mut cells);
        let training = rows.training(&axes)?;
        Ok(Study {
            run,
            axes,
            measures: rows.measures.iter().map(|&m| rows.table.header()[m].clone()).collect(),
            bounds,
            cells,
            total: sample.total,
            not_applicable: sample.not_applicable,
            summary,
            training,
        })
    }

    /// The sample, without cells that are there because they are extreme.
    pub fn sample(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|cell| cell.sampled)
    }

    /// Whether the sample is not everything.
    pub fn is_thinned(&self) -> bool {
        (self.sample().count() as u64) < self.total
    }

    /// Position of a measure.
    pub fn measure(&self, token: &str) -> Option<usize> {
        self.measures.iter().position(|m| m == token)
    }

    /// Position of a bound.
    pub fn bound(&self, token: &str) -> Option<usize> {
        self.bounds.iter().position(|(t, _)| t == token)
    }

    /// Position of an axis.
    pub fn axis(&self, name: &str) -> Option<usize> {
        self.axes.iter().position(|axis| axis.name == name)
    }

    /// Positions of the axes that are varied, those with most values first: without `source`, without those whose value follows from it, and
    /// without those that tell replicates of training apart.
    pub fn varied(&self) -> Vec<usize> {
        let told_apart = self.told_apart(self.sample().map(|cell| &cell.values[..]));
        let of_interest =
            |&axis: &usize| self.axes[axis].name != "source" && self.axes[axis].values.len() > 1;
        let mut varied: Vec<usize> = told_apart.into_iter().filter(of_interest).collect();
        varied.sort_by_key(|&axis| (std::cmp::Reverse(self.axes[axis].values.len()), axis));
        varied
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

    /// The sources whose values on an axis are to be seen apart, since they are not the same: the `level` of rounding is in bits and that of
    /// noise is relative. None if all that have the axis share its values.
    pub fn sources_apart(&self, axis: usize) -> Vec<usize> {
        let Some(source) = self.sources() else { return Vec::new() };
        let mut values: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for cell in self.sample() {
            if let (Some(source), Some(value)) = (cell.values[source], cell.values[axis]) {
                values.entry(source).or_default().insert(value);
            }
        }
        let first = values.values().next();
        if values.values().all(|other| Some(other) == first) {
            return Vec::new();
        }
        values.into_iter().filter(|(_, own)| own.len() > 1).map(|(source, _)| source).collect()
    }

    /// The axes that tell values apart, in the order of the file: those on which some of one source differ, and `source` if that does. Axes that
    /// tell replicates of training apart are left out.
    pub fn told_apart<'a>(&self, all: impl Iterator<Item = &'a [Option<usize>]>) -> Vec<usize> {
        let source = self.axis("source");
        let mut first: BTreeMap<Option<usize>, &[Option<usize>]> = BTreeMap::new();
        let mut differs = vec![false; self.axes.len()];
        for values in all {
            let known = first.entry(source.and_then(|axis| values[axis])).or_insert(values);
            for (differs, (own, known)) in differs.iter_mut().zip(values.iter().zip(*known)) {
                *differs |= own != known;
            }
        }
        if let Some(source) = source {
            differs[source] = first.len() > 1;
        }
        let is_network = |axis: usize| NETWORKS.contains(&self.axes[axis].name.as_str());
        (0..self.axes.len()).filter(|&axis| differs[axis] && !is_network(axis)).collect()
    }

    /// Position of the axis `source`, if cells come from more than one.
    pub fn sources(&self) -> Option<usize> {
        self.axis("source").filter(|&axis| self.axes[axis].values.len() > 1)
    }
}

impl StudyAxis {
    /// The values as numbers, if all are.
    pub fn numbers(&self) -> Option<Vec<f64>> {
        self.values.iter().map(|v| v.parse().ok().filter(|x: &f64| x.is_finite())).collect()
    }
}

/// The axes with their values; numbers in ascending order, other values in the order of the file.
fn axes(parameters: &Parameters, run: &Run) -> Vec<StudyAxis> {
    let axis = |(name, dictionary): (&String, &Dictionary)| {
        let written: Vec<String> = dictionary.in_order().into_iter().map(|n| dictionary.text(n)).collect();
        let mut axis = StudyAxis { name: name.clone(), values: written.clone(), written, logarithmic: false };
        if let Some(numbers) = axis.numbers() {
            let mut order: Vec<usize> = (0..numbers.len()).collect();
            order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
            axis.values = order.iter().map(|&i| for_people(&axis.written[i])).collect();
            axis.written = order.iter().map(|&i| axis.written[i].clone()).collect();
            let positive = numbers.iter().copied().filter(|&x| x > 0.0);
            let (least, most) = positive.fold((f64::INFINITY, 0.0f64), |(l, m), x| (l.min(x), m.max(x)));
            let spans_decades = numbers.len() > 2 && most >= 10.0 * least;
            let possible = most > 0.0 && numbers.iter().all(|&x| x >= 0.0);
            axis.logarithmic = possible && (run.logarithmic.contains(&axis.name) || spans_decades);
        }
        axis
    };
    parameters.names.iter().zip(&parameters.values).map(axis).collect()
}

/// A number as people write it: 10 for 10.0.
fn for_people(number: &str) -> String {
    number.strip_suffix(".0").unwrap_or(number).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn a_large_sweep_is_a_sample_by_seed_and_the_extreme_cells() {
        let folder = tempfile::tempdir().unwrap();
        let mut rows = String::from("source,dim,replicate,cell_seed,status,reason,m_cca\n");
        let mut bounds =
            String::from("cell_seed,direction,bound,form,status,lhs,rhs,tightness,slack,holds,reason\n");
        let seed = |i: u64| (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for i in 0..3000u64 {
            let start = format!("noise,{}.0,{i},s{:016x}", i % 3, seed(i));
            let (tightness, holds) = (i as f64 / 6000.0, i != 1234);
            writeln!(rows, "{start},ok,,0.5").unwrap();
            writeln!(bounds, "s{:016x},ab,d_ls,sharpened,ok,{tightness},1,{tightness},,{holds},", seed(i))
                .unwrap();
        }
        std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
        std::fs::write(folder.path().join("bounds.csv"), bounds).unwrap();
        let study = Study::read_keeping(folder.path(), 100).unwrap();
        assert!(study.is_thinned() && study.total == 3000);
        let mut smallest: Vec<u64> = (0..3000).map(seed).collect();
        smallest.sort_unstable();
        smallest.truncate(100);
        let mut sample: Vec<u64> = study.sample().map(|cell| cell.seed).collect();
        sample.sort_unstable();
        assert_eq!(sample, smallest);
        for i in [1234, 2995, 2996, 2997, 2998, 2999] {
            let cell = study.cells.iter().find(|cell| cell.seed == seed(i)).unwrap();
            assert_eq!(cell.evaluations[0].violated, i == 1234);
            assert_eq!(cell.evaluations.len(), 1);
        }
        assert_eq!(study.summary.groups[0].n, 3000);
        let dim = &study.axes[1];
        assert_eq!(dim.values, ["0", "1", "2"]);
        assert_eq!(dim.written, ["0.0", "1.0", "2.0"]);
        let cell = study.sample().next().unwrap();
        let number = (0..3000).find(|&i| seed(i) == cell.seed).unwrap();
        assert_eq!(cell.values[1], Some(number as usize % 3));
    }
}
