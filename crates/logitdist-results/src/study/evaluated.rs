//! What `bounds.csv` says: the summary of all, the bounds of chosen cells, and the extreme ones.

use crate::bound::BoundColumns;
use crate::cell::{Cell, Evaluation};
use crate::csv_file::CsvFile;
use crate::error::ResultsError;
use crate::extremes::Extremes;
use crate::parameters::Parameters;
use crate::row::parse_seed;
use crate::summary::{Collector, Summary};
use logitdist::Form;
use std::collections::{BTreeMap, HashSet};

/// What `bounds.csv` says: the summary of all, the bounds of chosen cells, and the extreme ones.
pub struct Evaluated {
    summary: Summary,
    bounds: Vec<(String, Form)>,
    evaluations: Vec<(u64, u64, Evaluation)>,
    pub extremes: Extremes,
}

struct Part<'a> {
    collector: Collector<'a>,
    evaluations: Vec<(u64, u64, Evaluation)>,
    extremes: Extremes,
}

impl Evaluated {
    pub fn read(
        table: &CsvFile,
        parameters: &Parameters,
        chosen: &HashSet<u64>,
    ) -> Result<Evaluated, ResultsError> {
        let columns = BoundColumns::of(table)?;
        let fresh = || Part {
            collector: Collector::new(parameters),
            evaluations: Vec::new(),
            extremes: Extremes::default(),
        };
        let parts = table.read(fresh, |part, record, place| {
            let row = columns.row(record)?;
            let seed = parse_seed(&record[columns.seed])?;
            let bound = part.collector.add(seed, &row, place);
            let evaluation = Evaluation::of(bound, &row);
            part.extremes.offer(seed, place, evaluation);
            if chosen.contains(&seed) {
                part.evaluations.push((seed, place, evaluation));
            }
            Ok(())
        })?;
        let mut whole = fresh();
        for mut part in parts {
            let numbers = whole.collector.merge(&part.collector);
            part.evaluations.iter_mut().for_each(|(_, _, e)| e.bound = numbers[e.bound]);
            whole.evaluations.extend(part.evaluations);
            whole.extremes.merge(part.extremes, &numbers);
        }
        let order = whole.collector.bounds_in_order();
        let summary = whole.collector.finish();
        // From here on, bounds have the numbers of their order in the file.
        let mut numbers = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| numbers[old] = new);
        whole.evaluations.iter_mut().for_each(|(_, _, e)| e.bound = numbers[e.bound]);
        let mut extremes = Extremes::default();
        extremes.merge(whole.extremes, &numbers);
        let all = summary.groups.iter().filter(|g| g.axis == "all");
        let bounds = all.map(|g| (g.bound.clone(), g.form)).collect();
        Ok(Evaluated { summary, bounds, evaluations: whole.evaluations, extremes })
    }

    /// Gives every cell its evaluations, in the order of the file, and returns the rest.
    pub fn hand_to(self, cells: &mut [Cell]) -> (Vec<(String, Form)>, Summary) {
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
