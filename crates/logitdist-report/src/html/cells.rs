//! The table of cells, and what a cell shows when it is opened.

use super::in_script;
use super::table::{Frame, region};
use crate::plot::Panel;
use crate::view::Picture;
use logitdist::{BoundSide, Direction, Same, Section as MeasureSection, measure, theorem};
use logitdist_io::for_shell;
use logitdist_results::{BoundStatus, Cell, CellStatus, Study, parse_seed};
use maud::{Markup, html};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Cells of the table, apart from those that pictures lead to.
const CELLS_LISTED: usize = 600;
/// Of these, cells without a comparison.
const NOT_APPLICABLE_LISTED: usize = 100;

/// Whether a measure has a column: those of the short table that compare models, of two directions the first.
fn has_column(token: &str) -> bool {
    measure(token).is_some_and(|(row, direction)| {
        let compares = [MeasureSection::Distribution, MeasureSection::Representation].contains(&row.section);
        row.headline && compares && row.same != Same::Neither && direction == Direction::Ab
    })
}

/// The table, and the data that the script opens a cell from.
pub fn content(study: &Study, name: &str, pictures: &[Picture]) -> Markup {
    let listed = chosen(study, &linked(pictures));
    let columns = ShownColumns::of(study);
    let table = html! {
        table id="cells-table" {
            thead { tr {
                @for (i, name) in columns.names(study).iter().enumerate() {
                    th scope="col" aria-sort="none" class=[(i == 0).then_some("text")] { button type="button" { (name) } }
                }
            } }
            "\n"
            tbody {
                @for cell in &listed {
                    tr id={ "cell-" (cell.id()) } {
                        td class="text" { a href={ "#cell-" (cell.id()) } { (cell.id()) } }
                        @for field in columns.fields(study, cell) { td { (field) } }
                    }
                    "\n"
                }
            }
        }
    };
    html! {
        @if (listed.len() as u64) < study.total {
            p {
                (listed.len()) " of " (study.total) " cells: those that violate a bound or come closest to it, those that the pictures \
                lead to, up to " (NOT_APPLICABLE_LISTED) " without a comparison, and a sample chosen by the cells’ seeds. All are in rows.csv."
            }
        }
        div class="choices" {
            label { "filter, for example " code { "dim=8 partial" } input id="filter" type="search" size="34"; }
            span id="shown" role="status" {}
        }
        section id="cell" tabindex="-1" aria-live="polite" aria-label="Chosen cell" hidden {}
        (region(Frame::Boxed, "Table of cells", &table))
        script type="application/json" id="data" { (in_script(&data(study, name, &columns, &listed))) }
    }
}

/// Seeds of the cells that pictures lead to.
fn linked(pictures: &[Picture]) -> BTreeSet<u64> {
    let points = pictures.iter().flat_map(|picture| &picture.figure.panels).flat_map(Panel::points);
    let seed = |link: &str| parse_seed(link.strip_prefix("#cell-")?.as_bytes()).ok();
    points.filter_map(|point| seed(point.link.as_deref()?)).collect()
}

/// The cells of the table in the order of the file.
fn chosen<'a>(study: &'a Study, linked: &BTreeSet<u64>) -> Vec<&'a Cell> {
    let is_extreme = |cell: &Cell| !cell.sampled || cell.evaluations.iter().any(|e| e.violated);
    let mut seeds: BTreeSet<u64> = study.cells.iter().filter(|c| is_extreme(c)).map(|c| c.seed).collect();
    seeds.extend(linked);
    let without = study.cells.iter().filter(|c| c.status == CellStatus::NotApplicable).map(|c| c.seed);
    let without: BTreeSet<u64> = without.collect();
    seeds.extend(without.iter().take(NOT_APPLICABLE_LISTED));
    let by_seed: BTreeSet<u64> =
        study.cells.iter().map(|c| c.seed).filter(|s| !without.contains(s)).collect();
    for seed in by_seed {
        if seeds.len() >= CELLS_LISTED {
            break;
        }
        seeds.insert(seed);
    }
    study.cells.iter().filter(|cell| seeds.contains(&cell.seed)).collect()
}

/// Which columns the table has.
struct ShownColumns {
    axes: Vec<usize>,
    measures: Vec<usize>,
}

impl ShownColumns {
    fn of(study: &Study) -> ShownColumns {
        let axes = (0..study.axes.len()).filter(|&axis| study.axes[axis].values.len() > 1).collect();
        ShownColumns {
            axes,
            measures: (0..study.measures.len()).filter(|&m| has_column(&study.measures[m])).collect(),
        }
    }

    fn names(&self, study: &Study) -> Vec<String> {
        let mut names = vec!["cell".to_owned()];
        names.extend(self.axes.iter().map(|&axis| study.axes[axis].name.clone()));
        names.extend(["replicate", "status"].map(String::from));
        names.extend(self.measures.iter().map(|&measure| study.measures[measure].clone()));
        names.extend(["certified", "tightest", "violated"].map(String::from));
        names
    }

    /// The fields after the cell's name.
    fn fields(&self, study: &Study, cell: &Cell) -> Vec<String> {
        let value = |&axis: &usize| {
            cell.values[axis].map_or_else(String::new, |v| study.axes[axis].values[v].clone())
        };
        let mut fields: Vec<String> = self.axes.iter().map(value).collect();
        fields.extend([cell.replicate.clone(), cell.status.name().to_owned()]);
        fields.extend(self.measures.iter().map(|&m| cell.measures[m].map_or_else(String::new, digits)));
        let largest =
            |values: &mut dyn Iterator<Item = f64>| values.reduce(f64::max).map_or_else(String::new, digits);
        let of_m_cca = |bound: usize| {
            theorem(&study.bounds[bound].0).is_some_and(|t| t.side == BoundSide::AtLeast("m_cca"))
        };
        let certified = cell.evaluations.iter().filter(|e| of_m_cca(e.bound)).filter_map(|e| e.certified());
        fields.push(largest(&mut certified.into_iter()));
        fields.push(largest(&mut cell.evaluations.iter().filter_map(|e| e.tightness)));
        fields.push(cell.evaluations.iter().filter(|e| e.violated).count().to_string());
        fields
    }
}

/// A number in four digits that reads as a number.
fn digits(x: f64) -> String {
    if x == 0.0 || !x.is_finite() || (1e-3..1e6).contains(&x.abs()) {
        let text = format!("{x:.4}");
        return if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        };
    }
    format!("{x:.3e}")
}

/// A number in four digits as JSON; an infinity as a text.
fn rounded(x: Option<f64>) -> Value {
    match x {
        None => Value::Null,
        Some(x) if !x.is_finite() => json!(if x > 0.0 { "∞" } else { "−∞" }),
        Some(x) => format!("{x:.3e}").parse::<f64>().map_or(Value::Null, |x| json!(x)),
    }
}

/// What the script needs to open a cell.
fn data(study: &Study, name: &str, columns: &ShownColumns, listed: &[&Cell]) -> Value {
    let cell = |cell: &&Cell| {
        let evaluations: Vec<Value> = cell
            .evaluations
            .iter()
            .map(|e| {
                let state = match e.status {
                    _ if e.violated => 3,
                    BoundStatus::Ok => 0,
                    BoundStatus::Vacuous => 1,
                    BoundStatus::NotApplicable => 2,
                };
                json!([
                    e.bound,
                    u8::from(e.direction == Direction::Ba),
                    state,
                    rounded(e.lhs),
                    rounded(e.rhs)
                ])
            })
            .collect();
        let measures: Vec<Value> = cell.measures.iter().map(|&m| rounded(m)).collect();
        (cell.id(), json!({"m": measures, "e": evaluations, "r": cell.reason}))
    };
    let mut coordinates: Vec<&str> = columns.axes.iter().map(|&a| study.axes[a].name.as_str()).collect();
    coordinates.push("replicate");
    let bounds = study.bounds.iter().map(|(token, form)| json!([token, form.to_string()]));
    json!({
        "rerun": format!("logitdist sweep cell {} --id", for_shell(&format!("results/{name}/config.toml"))),
        "coordinates": coordinates,
        "measures": study.measures,
        "bounds": bounds.collect::<Vec<_>>(),
        "cells": listed.iter().map(cell).collect::<serde_json::Map<String, Value>>(),
    })
}
