//! What `rows.csv` says: the values of every axis, and the lines of a sample.

use super::StudyAxis;
use super::networks::{MEASURES, TrainedPair, Training, is_trained};
use crate::cell::Cell;
use crate::csv_file::CsvFile;
use crate::error::ResultsError;
use crate::number::parse;
use crate::parameters::{Parameters, Part};
use crate::row::{CellStatus, parse_seed};
use logitdist::measure;
use std::collections::{BTreeMap, BinaryHeap, HashSet};

/// Columns of `rows.csv` that are needed; those before `replicate` are the axes.
const NEEDED: [&str; 3] = ["replicate", "cell_seed", "status"];

/// `rows.csv` and the positions of its columns.
pub struct Rows {
    pub table: CsvFile,
    axes: usize,
    seed: usize,
    status: usize,
    reason: Option<usize>,
    pub measures: Vec<usize>,
}

/// A line that is kept; ordered by seed.
#[derive(Debug)]
pub struct Kept {
    pub seed: u64,
    pub place: u64,
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

/// What `rows.csv` says of its cells, and some of its lines.
pub struct Sample {
    pub parameters: Parameters,
    pub kept: BinaryHeap<Kept>,
    pub total: u64,
    pub not_applicable: u64,
}

/// The same of a part of the file.
struct SamplePart {
    parameters: Part,
    kept: BinaryHeap<Kept>,
    total: u64,
    not_applicable: u64,
}

impl Rows {
    pub fn of(table: CsvFile) -> Result<Rows, ResultsError> {
        let [replicate, seed, status] = NEEDED.map(|name| table.column(name, &NEEDED));
        let (axes, seed, status) = (replicate?, seed?, status?);
        let reason = table.find("reason");
        let first = status.max(reason.unwrap_or(0)) + 1;
        // Lists of numbers are in no picture of a sweep.
        let is_list = |token: &str| measure(token).is_some_and(|(row, _)| row.is_list());
        let measures = (first..table.header().len()).filter(|&c| !is_list(&table.header()[c])).collect();
        Ok(Rows { table, axes, seed, status, reason, measures })
    }

    pub fn sample(&self, kept: usize) -> Result<Sample, ResultsError> {
        let fresh = || SamplePart {
            parameters: Part::new(self.axes),
            kept: BinaryHeap::new(),
            total: 0,
            not_applicable: 0,
        };
        let parts = self.table.read(fresh, |sample, record, place| {
            let seed = parse_seed(&record[self.seed])?;
            sample.parameters.add(record, seed, place);
            sample.total += 1;
            let status = CellStatus::parse(&record[self.status])?;
            sample.not_applicable += u64::from(status == CellStatus::NotApplicable);
            if sample.kept.len() < kept {
                sample.kept.push(Kept { seed, place, record: record.clone() });
            } else if sample.kept.peek().is_some_and(|largest| (seed, place) < (largest.seed, largest.place))
            {
                sample.kept.pop();
                sample.kept.push(Kept { seed, place, record: record.clone() });
            }
            for &measure in &self.measures {
                parse(&self.table.header()[measure], &record[measure])?;
            }
            Ok(())
        })?;
        let (mut kept_of_all, mut total, mut not_applicable) = (BinaryHeap::new(), 0, 0);
        let mut parameters = Vec::with_capacity(parts.len());
        for part in parts {
            parameters.push(part.parameters);
            kept_of_all.extend(part.kept);
            total += part.total;
            not_applicable += part.not_applicable;
        }
        while kept_of_all.len() > kept {
            kept_of_all.pop();
        }
        let parameters = Parameters::of(&self.table.header()[..self.axes], parameters);
        Ok(Sample { parameters, kept: kept_of_all, total, not_applicable })
    }

    /// The lines of given cells.
    pub fn records(&self, seeds: &HashSet<u64>) -> Result<Vec<Kept>, ResultsError> {
        let parts = self.table.read(Vec::new, |kept, record, place| {
            let seed = parse_seed(&record[self.seed])?;
            if seeds.contains(&seed) {
                kept.push(Kept { seed, place, record: record.clone() });
            }
            Ok(())
        })?;
        Ok(parts.into_iter().flatten().collect())
    }

    /// All pairs of trained networks. The file is read again, if it has any.
    pub fn training(&self, axes: &[StudyAxis]) -> Result<Training, ResultsError> {
        let source = axes.iter().position(|axis| axis.name == "source");
        let Some(source) = source.filter(|&axis| axes[axis].values.iter().any(|v| is_trained(v))) else {
            return Ok(Training::default());
        };
        let present = MEASURES.iter().filter_map(|token| Some((*token, self.table.find(token)?)));
        let (measures, columns): (Vec<&str>, Vec<usize>) = present.unzip();
        let numbers: Vec<BTreeMap<&[u8], usize>> = axes
            .iter()
            .map(|axis| axis.written.iter().map(|value| value.as_bytes()).zip(0..).collect())
            .collect();
        let parts = self.table.read(Vec::new, |pairs, record, place| {
            if std::str::from_utf8(&record[source]).is_ok_and(is_trained) {
                let value =
                    |(axis, known): (usize, &BTreeMap<&[u8], usize>)| known.get(&record[axis]).copied();
                let measure = |&column: &usize| parse(&self.table.header()[column], &record[column]);
                let pair = TrainedPair {
                    values: numbers.iter().enumerate().map(value).collect(),
                    replicate: String::from_utf8_lossy(&record[self.axes]).into_owned(),
                    measures: columns.iter().map(measure).collect::<Result<_, _>>()?,
                };
                pairs.push((place, pair));
            }
            Ok(())
        })?;
        let mut pairs: Vec<(u64, TrainedPair)> = parts.into_iter().flatten().collect();
        pairs.sort_by_key(|(place, _)| *place);
        Ok(Training { measures, pairs: pairs.into_iter().map(|(_, pair)| pair).collect() })
    }

    pub fn cell(&self, kept: &Kept, numbers: &mut [BTreeMap<String, usize>], sampled: bool) -> Cell {
        let text = |column: usize| String::from_utf8_lossy(&kept.record[column]).into_owned();
        let values =
            numbers.iter().enumerate().map(|(axis, known)| known.get(&text(axis)).copied()).collect();
        let measures = self.measures.iter().map(|&m| parse("", &kept.record[m]).ok().flatten()).collect();
        Cell {
            seed: kept.seed,
            values,
            replicate: text(self.axes),
            status: CellStatus::parse(&kept.record[self.status]).expect("it was read before"),
            reason: self.reason.map_or_else(String::new, text),
            measures,
            evaluations: Vec::new(),
            sampled,
        }
    }
}
