//! Means with intervals, as CSV of everything and as tables that can be read.

use super::arms::{Arm, arms, at_the_end};
use super::interval::Estimate;
use crate::table::{Column, Table, numbers, text};
use crate::typeset::typeset;
use logitdist::{Measure, Part, Section, measure};
use logitdist_results::Study;
use logitdist_results::networks::{MEASURES, NETWORKS, name_of};
use logitdist_results::number::float;
use logitdist_results::quoted;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The most rows of a table; all are in `measures.csv`.
pub const ROWS_SHOWN: usize = 60;

/// Whether a measure belongs to a table.
type Belongs = fn(&Measure) -> bool;

/// Tables: what they are about, and which measures of the tables of core belong there.
const TABLES: [(&str, Belongs); 4] = [
    ("Distributions", |row| row.section == Section::Distribution && !is_of_concepts(row)),
    ("Representations", |row| row.section != Section::Distribution && !is_of_concepts(row)),
    ("Concepts", |row| row.part == Part::Concept),
    ("Networks tuned to other labels", |row| row.part == Part::Tuned),
];

fn is_of_concepts(row: &Measure) -> bool {
    matches!(row.part, Part::Concept | Part::Tuned)
}

/// What the tables of means show, in words.
pub const INTERVALS: &str = "Means over teachers at the last epoch, ± half a 95 % confidence interval (Student’s t over teachers’ means; networks trained on \
    labels alone are shared by all teachers, and then both vary). All arms are in measures.csv.";

/// Everything as CSV: a line per measure and arm; the ends of the interval blank where there is none, `students` where every teacher has its own.
pub fn csv(study: &Study) -> String {
    let axes: Vec<usize> =
        (0..study.axes.len()).filter(|&axis| !NETWORKS.contains(&study.axes[axis].name.as_str())).collect();
    let mut text = String::from("measure");
    for &axis in &axes {
        write!(text, ",{}", study.axes[axis].name).expect("writing to a string");
    }
    text.push_str(",n,teachers,students,mean,low,high\n");
    for measure in MEASURES {
        for arm in arms(study, measure) {
            text.push_str(measure);
            for &axis in &axes {
                let value = arm.values[axis].map_or("", |v| &study.axes[axis].written[v]);
                write!(text, ",{}", quoted(value)).expect("writing to a string");
            }
            let Estimate { n, teachers, students, mean, .. } = arm.estimate;
            let students = students.map_or_else(String::new, |s| s.to_string());
            let ends = arm.estimate.interval();
            let (low, high) = ends.map_or_else(Default::default, |(low, high)| (float(low), float(high)));
            let mean = float(mean);
            writeln!(text, ",{n},{teachers},{students},{mean},{low},{high}").expect("writing to a string");
        }
    }
    text
}

/// Tables of what trained networks measured, at the last epoch of every source.
pub fn tables(study: &Study) -> Vec<Table> {
    let tables = TABLES.iter().filter_map(|(title, belongs)| {
        let own = MEASURES.into_iter().filter(|token| measure(token).is_some_and(|(row, _)| belongs(row)));
        table(study, title, &own.collect::<Vec<_>>())
    });
    tables.collect()
}

fn table(study: &Study, title: &str, measures: &[&str]) -> Option<Table> {
    let all: Vec<(&str, Vec<Arm>)> =
        measures.iter().map(|m| (*m, at_the_end(study, arms(study, m)))).collect();
    let present: Vec<&(&str, Vec<Arm>)> = all.iter().filter(|(_, arms)| !arms.is_empty()).collect();
    let mut rows: BTreeMap<&[Option<usize>], Vec<Option<Estimate>>> = BTreeMap::new();
    for (column, (_, arms)) in present.iter().enumerate() {
        for arm in arms {
            rows.entry(&arm.values).or_insert_with(|| vec![None; present.len()])[column] = Some(arm.estimate);
        }
    }
    if rows.is_empty() {
        return None;
    }
    let axes = study.told_apart(rows.keys().copied());
    let names = axes.iter().map(|&axis| text(&study.axes[axis].name));
    let columns: Vec<Column> = names.chain(present.iter().map(|(measure, _)| numbers(*measure))).collect();
    let line = |(values, estimates): (&&[Option<usize>], &Vec<Option<Estimate>>)| {
        let axis = |&axis: &usize| {
            values[axis].map_or_else(String::new, |v| name_of(&study.axes[axis].values[v]).to_owned())
        };
        axes.iter().map(axis).chain(estimates.iter().map(written)).collect()
    };
    let shown: Vec<Vec<String>> = rows.iter().take(ROWS_SHOWN).map(line).collect();
    let more = rows.len() - shown.len();
    let left_out = if more > 0 { format!("{more} more rows are in measures.csv.") } else { String::new() };
    Some(Table { title: title.to_owned(), columns, rows: shown, left_out })
}

/// A mean and half its interval: `0.873 ± 0.012`.
fn written(estimate: &Option<Estimate>) -> String {
    match estimate {
        None => String::new(),
        Some(Estimate { mean, half_width: None, .. }) => typeset(*mean),
        Some(Estimate { mean, half_width: Some(half), .. }) => {
            format!("{} ± {}", typeset(*mean), typeset(*half))
        }
    }
}
