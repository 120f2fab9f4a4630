//! A mark per pair of networks: how alike they are inside against something else, coloured by the loss.

use super::curves::correlation;
use super::split::{Split, Values};
use crate::cell::Cell;
use crate::picture::axes::{sample_note, ticked};
use crate::picture::quantity::measure_label;
use crate::plot::{Axis, Figure, Form, Mark, Panel, Point, Width};
use crate::study::Study;
use crate::training::own_values;
use std::collections::BTreeMap;

/// The most panels of a figure, and the most pairs.
const MOST_PANELS: usize = 12;
const PAIRS_DRAWN: usize = 1000;

/// The inside against predictions.
pub fn sameness(study: &Study) -> (String, Vec<Figure>) {
    let inside = correlation(study);
    let caption = format!(
        "Same predictions, same inside? Each mark is a pair of networks at the last epoch: how alike they are inside ({inside}) against how often \
         they are of one opinion (top1_agreement)."
    );
    (caption, figure(study, "top1_agreement", inside).into_iter().collect())
}

/// What can be made of the second network afterwards, against the inside.
pub fn tuning(study: &Study) -> (String, Vec<Figure>) {
    let inside = correlation(study);
    let caption = format!(
        "Each mark is a pair of networks: accuracy of the second one tuned to other labels (tuned_accuracy_b) against how alike the two were \
         inside before ({inside})."
    );
    (caption, figure(study, inside, "tuned_accuracy_b").into_iter().collect())
}

/// A pair's place: its values, what is measured along both axes, and its cell.
type Placed = (Vec<Option<usize>>, f64, f64, u64);

/// A mark per pair, along two measures.
fn figure(study: &Study, along: &str, up: &str) -> Option<Figure> {
    let (x, y) = study.measure(along).zip(study.measure(up))?;
    let last = study.last_epochs();
    let at_the_end = |cell: &&Cell| study.is_trained(&cell.values) && study.is_last(&last, &cell.values);
    // A pair has a row for each of several concepts, in which its other measures are the same.
    let mut pairs: BTreeMap<(Vec<Option<usize>>, &str), Placed> = BTreeMap::new();
    for cell in study.sample().filter(at_the_end) {
        if let (Some(x), Some(y)) = (cell.measures[x], cell.measures[y]) {
            let values = own_values(study, &[along, up], &cell.values);
            pairs.entry((values.clone(), &cell.replicate)).or_insert((values, x, y, cell.seed));
        }
    }
    let mut pairs: Vec<Placed> = pairs.into_values().filter(|p| p.1.is_finite() && p.2.is_finite()).collect();
    if pairs.is_empty() {
        return None;
    }
    let mut notes = vec![sample_note(study)];
    if pairs.len() > PAIRS_DRAWN {
        notes.push(format!("{PAIRS_DRAWN} of {} pairs are drawn, chosen by their seeds.", pairs.len()));
        pairs.sort_by_key(|pair| pair.3);
        pairs.truncate(PAIRS_DRAWN);
    }
    let all: Vec<&Values> = pairs.iter().map(|pair| &pair.0[..]).collect();
    let split = Split::of(study, &all, &[]);
    let panels = split.all(all.iter().copied());
    let levels = split.levels(all.iter().copied());
    if panels.len() > MOST_PANELS {
        notes.push(format!("{} more panels are left out.", panels.len() - MOST_PANELS));
    }
    let drawn = panels.len().min(MOST_PANELS);
    let plots = panels.iter().take(drawn).map(|panel| {
        let title = split.title(study, panel);
        let mut plot =
            Panel::new(title, axis(along, pairs.iter().map(|p| p.1)), axis(up, pairs.iter().map(|p| p.2)))
                .shaped(if drawn == 1 { 0.7 } else { 0.85 });
        for &level in &levels {
            let (name, colour, shape) = split.style(study, level);
            let own =
                pairs.iter().filter(|pair| split.panel(&pair.0) == *panel && split.level(&pair.0) == level);
            let points: Vec<Point> = own
                .map(|&(_, x, y, seed)| Point { link: Some(format!("#cell-{seed:016x}")), ..Point::at(x, y) })
                .collect();
            // Without a point it is in the key nevertheless, in its place.
            plot = plot.with(Mark::new(Form::Points(points, shape), colour).labelled(name));
        }
        plot
    });
    let columns = match drawn {
        1 => 1,
        2 | 4 => 2,
        _ => 3,
    };
    notes.retain(|note| !note.is_empty());
    let width = if drawn == 1 { Width::Column } else { Width::Full };
    Some(Figure::new(width, plots.collect()).in_columns(columns).noted(notes.join(" ")))
}

/// An axis of shares, the same in all panels, with some room at its ends.
fn axis(token: &str, values: impl Iterator<Item = f64>) -> Axis {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
    let room = 0.06 * (high - low).max(0.01);
    ticked(&measure_label(token), low - room, high + room)
}
