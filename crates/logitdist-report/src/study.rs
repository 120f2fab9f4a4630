//! A sweep in memory: its axes, a summary of all of it, and as many of its cells as fit.

use crate::cell::{Cell, Evaluation, State};
use crate::dictionary::Dictionary;
use crate::error::ReportError;
use crate::extremes::Extremes;
use crate::lines::Table;
use crate::run::Run;
use crate::summary::{Collector, Columns, Summary, number};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashSet};
use std::path::Path;

/// Cells that are kept; of larger sweeps, those with the smallest seeds, which are hashes and so a fair sample.
pub const CELLS_KEPT: usize = 10_000;

/// Columns of `rows.csv` that are needed; those before `replicate` are the axes.
const NEEDED: [&str; 3] = ["replicate", "cell_seed", "status"];

/// Columns of `rows.csv` that are lists of numbers, which no picture of a sweep shows.
const LISTS: [&str; 5] = ["rho", "rho_unembeddings", "rho_logits", "spectrum_a", "spectrum_b"];

/// An axis of the sweep: a column before `replicate`.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyAxis {
    /// Name of the column.
    pub name: String,
    /// Its values in the order of the file.
    pub values: Vec<String>,
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
    pub bounds: Vec<(String, String)>,
    /// Cells in the order of the file: all, or a sample and the extreme ones.
    pub cells: Vec<Cell>,
    /// How many cells there are, and how many of them have no comparison.
    pub total: u64,
    /// Cells without a comparison.
    pub not_applicable: u64,
    /// Everything, per bound and axis value.
    pub summary: Summary,
}

impl Study {
    /// Reads a folder of results, on all processors and with memory that does not grow with the number of cells.
    ///
    /// # Errors
    /// A file that is missing or cannot be read, that is not what a sweep writes, or of a newer version.
    pub fn read(results: &Path) -> Result<Study, ReportError> {
        Study::read_keeping(results, CELLS_KEPT)
    }

    /// The same with so many cells kept.
    pub(crate) fn read_keeping(results: &Path, kept: usize) -> Result<Study, ReportError> {
        let run = Run::read(results)?;
        let rows = Rows::of(Table::open(&results.join("rows.csv"))?)?;
        let table = Table::open(&results.join("bounds.csv"))?;
        let sample = rows.sample(kept)?;
        let chosen: HashSet<u64> = sample.kept.iter().map(|k| k.seed).collect();
        let evaluated = Evaluated::read(&table, &chosen)?;
        let mut records = sample.kept.into_sorted_vec();
        let missing: HashSet<u64> = evaluated.extremes.seeds().filter(|s| !chosen.contains(s)).collect();
        if !missing.is_empty() {
            records.extend(rows.records(&missing)?);
        }
        records.sort_by_key(|kept| kept.place);
        let axes = axes(&rows, &sample.values, &run);
        let mut numbers: Vec<BTreeMap<String, usize>> =
            axes.iter().map(|axis| axis.values.iter().cloned().zip(0..).collect()).collect();
        let mut cells = Vec::with_capacity(records.len());
        for kept in records {
            cells.push(rows.cell(&kept, &mut numbers, chosen.contains(&kept.seed)));
        }
        let (bounds, summary) = evaluated.hand_to(&mut cells);
        Ok(Study {
            run,
            axes,
            measures: rows.measures.iter().map(|&m| rows.table.header()[m].clone()).collect(),
            bounds,
            cells,
            total: sample.total,
            not_applicable: sample.not_applicable,
            summary,
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

    /// Positions of the axes that have more than one value, those with most values first, without `source`.
    pub fn varied(&self) -> Vec<usize> {
        let mut varied: Vec<usize> = (0..self.axes.len())
            .filter(|&axis| self.axes[axis].values.len() > 1 && self.axes[axis].name != "source")
            .collect();
        varied.sort_by_key(|&axis| (std::cmp::Reverse(self.axes[axis].values.len()), axis));
        varied
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

    /// Position of the axis `source`, if cells come from more than one.
    pub fn sources(&self) -> Option<usize> {
        self.axes.iter().position(|axis| axis.name == "source" && axis.values.len() > 1)
    }
}

impl StudyAxis {
    /// The values as numbers, if all are.
    pub fn numbers(&self) -> Option<Vec<f64>> {
        self.values.iter().map(|v| v.parse().ok().filter(|x: &f64| x.is_finite())).collect()
    }
}

/// The axes with their values; numbers in ascending order, other values in the order of the file.
fn axes(rows: &Rows, values: &[Dictionary], run: &Run) -> Vec<StudyAxis> {
    let axis = |(column, dictionary): (usize, &Dictionary)| {
        let name = rows.table.header()[column].clone();
        let texts = dictionary.in_order().into_iter().map(|n| dictionary.text(n)).collect();
        let mut axis = StudyAxis { name, values: texts, logarithmic: false };
        if let Some(numbers) = axis.numbers() {
            let mut order: Vec<usize> = (0..numbers.len()).collect();
            order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
            axis.values = order.iter().map(|&i| axis.values[i].clone()).collect();
            let positive = numbers.iter().copied().filter(|&x| x > 0.0);
            let (least, most) = positive.fold((f64::INFINITY, 0.0f64), |(l, m), x| (l.min(x), m.max(x)));
            let spans_decades = numbers.len() > 2 && most >= 10.0 * least;
            let possible = most > 0.0 && numbers.iter().all(|&x| x >= 0.0);
            axis.logarithmic = possible && (run.logarithmic.contains(&axis.name) || spans_decades);
        }
        axis
    };
    values.iter().enumerate().map(axis).collect()
}

/// `rows.csv` and the positions of its columns.
struct Rows {
    table: Table,
    axes: usize,
    seed: usize,
    status: usize,
    reason: Option<usize>,
    measures: Vec<usize>,
}

/// A line that is kept; ordered by seed.
#[derive(Debug)]
struct Kept {
    seed: u64,
    place: u64,
    record: csv::ByteRecord,
}

impl PartialEq for Kept {
    fn eq(&self, other: &Kept) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Kept {}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Kept) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Kept {
    fn cmp(&self, other: &Kept) -> std::cmp::Ordering {
        (self.seed, self.place).cmp(&(other.seed, other.place))
    }
}

/// What a part of `rows.csv` says.
#[derive(Default)]
struct Sample {
    values: Vec<Dictionary>,
    kept: BinaryHeap<Kept>,
    total: u64,
    not_applicable: u64,
}

impl Rows {
    fn of(table: Table) -> Result<Rows, ReportError> {
        let [replicate, seed, status] = NEEDED.map(|name| table.column(name, &NEEDED));
        let (axes, seed, status) = (replicate?, seed?, status?);
        let reason = table.find("reason");
        let first = status.max(reason.unwrap_or(0)) + 1;
        let measures =
            (first..table.header().len()).filter(|&c| !LISTS.contains(&table.header()[c].as_str())).collect();
        Ok(Rows { table, axes, seed, status, reason, measures })
    }

    fn sample(&self, kept: usize) -> Result<Sample, ReportError> {
        let fresh = || Sample { values: vec![Dictionary::default(); self.axes], ..Sample::default() };
        let parts = self.table.read(fresh, |sample, record, place| {
            let seed = seed(&record[self.seed])?;
            for (column, values) in sample.values.iter_mut().enumerate() {
                if !record[column].is_empty() {
                    values.number(&record[column], place);
                }
            }
            sample.total += 1;
            match &record[self.status] {
                b"ok" | b"partial" => {}
                b"not_applicable" => sample.not_applicable += 1,
                other => {
                    let found = String::from_utf8_lossy(other);
                    return Err(format!("`status` is {found:?}; ok, partial or not_applicable is needed"));
                }
            }
            if sample.kept.len() < kept {
                sample.kept.push(Kept { seed, place, record: record.clone() });
            } else if sample.kept.peek().is_some_and(|largest| (seed, place) < (largest.seed, largest.place))
            {
                sample.kept.pop();
                sample.kept.push(Kept { seed, place, record: record.clone() });
            }
            for &measure in &self.measures {
                number(&self.table.header()[measure], &record[measure])?;
            }
            Ok(())
        })?;
        let mut whole = fresh();
        for part in parts {
            for (own, theirs) in whole.values.iter_mut().zip(&part.values) {
                own.merge(theirs);
            }
            whole.kept.extend(part.kept);
            whole.total += part.total;
            whole.not_applicable += part.not_applicable;
        }
        while whole.kept.len() > kept {
            whole.kept.pop();
        }
        Ok(whole)
    }

    /// The lines of given cells.
    fn records(&self, seeds: &HashSet<u64>) -> Result<Vec<Kept>, ReportError> {
        let parts = self.table.read(Vec::new, |kept, record, place| {
            let seed = seed(&record[self.seed])?;
            if seeds.contains(&seed) {
                kept.push(Kept { seed, place, record: record.clone() });
            }
            Ok(())
        })?;
        Ok(parts.into_iter().flatten().collect())
    }

    fn cell(&self, kept: &Kept, numbers: &mut [BTreeMap<String, usize>], sampled: bool) -> Cell {
        let text = |column: usize| String::from_utf8_lossy(&kept.record[column]).into_owned();
        let values =
            numbers.iter().enumerate().map(|(axis, known)| known.get(&text(axis)).copied()).collect();
        let measures = self.measures.iter().map(|&m| number("", &kept.record[m]).ok().flatten()).collect();
        Cell {
            seed: kept.seed,
            values,
            replicate: text(self.axes),
            status: text(self.status),
            reason: self.reason.map_or_else(String::new, text),
            measures,
            evaluations: Vec::new(),
            sampled,
        }
    }
}

/// A cell's seed: 16 hexadecimal digits.
fn seed(text: &[u8]) -> Result<u64, String> {
    let parsed = std::str::from_utf8(text).ok().and_then(|t| u64::from_str_radix(t, 16).ok());
    parsed.ok_or_else(|| {
        let found = String::from_utf8_lossy(text);
        format!("`cell_seed` is {found:?}; up to 16 hexadecimal digits are needed")
    })
}

/// What `bounds.csv` says: the summary of all, the bounds of chosen cells, and the extreme ones.
struct Evaluated {
    summary: Summary,
    bounds: Vec<(String, String)>,
    evaluations: Vec<(u64, u64, Evaluation)>,
    extremes: Extremes,
}

struct Part {
    collector: Collector,
    bounds: Dictionary,
    evaluations: Vec<(u64, u64, Evaluation)>,
    extremes: Extremes,
}

impl Evaluated {
    fn read(table: &Table, chosen: &HashSet<u64>) -> Result<Evaluated, ReportError> {
        let columns = Columns::of(table)?;
        let needed = ["cell_seed", "rhs"];
        let (seed_column, rhs) = (table.column(needed[0], &needed)?, table.column(needed[1], &needed)?);
        let fresh = || Part {
            collector: Collector::new(&columns),
            bounds: Dictionary::default(),
            evaluations: Vec::new(),
            extremes: Extremes::default(),
        };
        let parts = table.read(fresh, |part, record, place| {
            part.collector.add(&columns, record, place)?;
            let seed = seed(&record[seed_column])?;
            let bound = part.bounds.number(&record[columns.bound], place);
            let is_chosen = chosen.contains(&seed);
            let violated = &record[columns.holds] == b"false";
            if is_chosen
                || violated
                || part.extremes.may_take(bound, &record[columns.tightness], &record[columns.slack])
            {
                let evaluation = Evaluation {
                    bound,
                    reversed: &record[columns.direction] == b"ba",
                    state: match &record[columns.status] {
                        b"ok" => State::Ok,
                        b"vacuous" => State::Vacuous,
                        _ => State::NotApplicable,
                    },
                    lhs: number("lhs", &record[columns.lhs])?,
                    rhs: number("rhs", &record[rhs])?,
                    tightness: number("tightness", &record[columns.tightness])?,
                    slack: number("slack", &record[columns.slack])?,
                    violated,
                };
                part.extremes.offer(seed, place, evaluation);
                if is_chosen {
                    part.evaluations.push((seed, place, evaluation));
                }
            }
            Ok(())
        })?;
        let mut whole = fresh();
        for mut part in parts {
            whole.collector.merge(&part.collector);
            let numbers = whole.bounds.merge(&part.bounds);
            part.evaluations.iter_mut().for_each(|(_, _, e)| e.bound = numbers[e.bound]);
            whole.evaluations.extend(part.evaluations);
            whole.extremes.merge(part.extremes, &numbers);
        }
        let summary = whole.collector.finish(table.header(), &columns.axes);
        // From here on, bounds have the numbers of their order in the file.
        let order = whole.bounds.in_order();
        let mut numbers = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| numbers[old] = new);
        whole.evaluations.iter_mut().for_each(|(_, _, e)| e.bound = numbers[e.bound]);
        let mut extremes = Extremes::default();
        extremes.merge(whole.extremes, &numbers);
        let all = summary.groups.iter().filter(|g| g.axis == "all");
        let bounds = all.map(|g| (g.bound.clone(), g.form.clone())).collect();
        Ok(Evaluated { summary, bounds, evaluations: whole.evaluations, extremes })
    }

    /// Gives every cell its evaluations, in the order of the file, and returns the rest.
    fn hand_to(self, cells: &mut [Cell]) -> (Vec<(String, String)>, Summary) {
        let positions: BTreeMap<u64, usize> = cells.iter().map(|c| c.seed).zip(0..).collect();
        let is_sampled = |seed: u64| positions.get(&seed).is_some_and(|&cell| cells[cell].sampled);
        let mut all = self.evaluations;
        all.extend(self.extremes.all().filter(|&(seed, ..)| !is_sampled(seed)));
        all.sort_by_key(|(_, place, _)| *place);
        all.dedup_by_key(|(_, place, _)| *place);
        for (seed, _, evaluation) in all {
            if let Some(&cell) = positions.get(&seed) {
                cells[cell].evaluations.push(evaluation);
            }
        }
        (self.bounds, self.summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn a_large_sweep_is_a_sample_by_seed_and_the_extreme_cells() {
        let folder = tempfile::tempdir().unwrap();
        let mut rows = String::from("source,dim,replicate,cell_seed,status,reason,m_cca\n");
        let mut bounds = String::from(
            "source,dim,replicate,cell_seed,direction,bound,form,status,lhs,rhs,tightness,slack,holds,reason\n",
        );
        let seed = |i: u64| (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for i in 0..3000u64 {
            let start = format!("noise,{},{i},{:016x}", i % 3, seed(i));
            let (tightness, holds) = (i as f64 / 6000.0, i != 1234);
            writeln!(rows, "{start},ok,,0.5").unwrap();
            writeln!(bounds, "{start},ab,d_ls,sharpened,ok,{tightness},1,{tightness},,{holds},").unwrap();
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
    }
}
