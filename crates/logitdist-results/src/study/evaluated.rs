//! What `bounds.csv` says: the summary of all, the bounds of chosen cells, and the extreme ones.

use super::rows::seed;
use crate::cell::{Cell, Evaluation, State};
use crate::csv_file::CsvFile;
use crate::dictionary::Dictionary;
use crate::error::ResultsError;
use crate::extremes::Extremes;
use crate::summary::{Collector, Columns, Summary, number};
use std::collections::{BTreeMap, HashSet};

/// What `bounds.csv` says: the summary of all, the bounds of chosen cells, and the extreme ones.
pub struct Evaluated {
    summary: Summary,
    bounds: Vec<(String, String)>,
    evaluations: Vec<(u64, u64, Evaluation)>,
    pub extremes: Extremes,
}

struct Part {
    collector: Collector,
    bounds: Dictionary,
    evaluations: Vec<(u64, u64, Evaluation)>,
    extremes: Extremes,
}

impl Evaluated {
    pub fn read(table: &CsvFile, chosen: &HashSet<u64>) -> Result<Evaluated, ResultsError> {
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
    pub fn hand_to(self, cells: &mut [Cell]) -> (Vec<(String, String)>, Summary) {
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
