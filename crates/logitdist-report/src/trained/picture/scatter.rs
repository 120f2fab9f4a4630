//! A mark per pair of networks: how alike they are inside against something else, coloured by the loss.

use super::correlation;
use super::split::{Split, Values};
use crate::picture::axes::ticked;
use crate::picture::sample;
use crate::plot::{Axis, Figure, Form, Mark, Panel, Point};
use crate::trained::arms::{LastEpochs, own_values};
use crate::view::View;
use crate::words;
use logitdist_results::Cell;
use logitdist_results::Study;
use std::collections::BTreeMap;

/// The most panels of a figure, and the most pairs.
const MOST_PANELS: usize = 12;
const PAIRS_DRAWN: usize = 1000;

/// Whether pairs of the same predictions have the same inside.
#[derive(Debug)]
pub struct Sameness;

/// Whether networks that are alike inside can be tuned alike.
#[derive(Debug)]
pub struct Tuning;

impl View<Study> for Sameness {
    const VIEW: &'static str = "training-sameness";
    const TITLE: &'static str = "Same predictions, same inside?";
    type Numbers = Scatter;

    fn all(_: &Study) -> Vec<Sameness> {
        vec![Sameness]
    }

    fn question(&self, study: &Study) -> String {
        format!(
            "Same predictions, same inside? Each mark is a pair of networks at the last epoch: how alike they are inside ({}) against how often \
             they are of one opinion.",
            words::measure_name(correlation(study))
        )
    }

    fn numbers(&self, study: &Study) -> Option<Scatter> {
        Scatter::of(study, "top1_agreement", correlation(study))
    }

    fn figures(&self, study: &Study, scatter: &Scatter) -> Vec<Figure> {
        vec![scatter.figure(study)]
    }
}

impl View<Study> for Tuning {
    const VIEW: &'static str = "training-tuning";
    const TITLE: &'static str = "Tuned to other labels";
    type Numbers = Scatter;

    fn all(_: &Study) -> Vec<Tuning> {
        vec![Tuning]
    }

    fn question(&self, study: &Study) -> String {
        format!(
            "Each mark is a pair of networks: accuracy of the second one tuned to other labels against how alike the two were \
             inside before ({}).",
            words::measure_name(correlation(study))
        )
    }

    fn numbers(&self, study: &Study) -> Option<Scatter> {
        Scatter::of(study, correlation(study), "tuned_accuracy_b")
    }

    fn figures(&self, study: &Study, scatter: &Scatter) -> Vec<Figure> {
        vec![scatter.figure(study)]
    }
}

/// Pairs along two measures.
#[derive(Debug)]
pub struct Scatter {
    along: &'static str,
    up: &'static str,
    pairs: Vec<Pair>,
}

/// A pair's values on the axes, and its place.
#[derive(Debug)]
struct Pair {
    values: Vec<Option<usize>>,
    place: sample::SampledCell,
}

impl Scatter {
    fn of(study: &Study, along: &'static str, up: &'static str) -> Option<Scatter> {
        let (x, y) = study.measure(along).zip(study.measure(up))?;
        let last = LastEpochs::of(study);
        let at_the_end = |cell: &&Cell| study.is_trained(&cell.values) && last.contain(&cell.values);
        // A pair has a row for each of several concepts, in which its other measures are the same.
        let mut pairs: BTreeMap<(Vec<Option<usize>>, &str), sample::SampledCell> = BTreeMap::new();
        for cell in study.sample().filter(at_the_end) {
            if let (Some(x), Some(y)) = (cell.measures[x], cell.measures[y]) {
                let values = own_values(study, &[along, up], &cell.values);
                pairs.entry((values, &cell.replicate)).or_insert((x, y, cell.seed));
            }
        }
        let pairs = pairs.into_iter().filter(|(_, (x, y, _))| x.is_finite() && y.is_finite());
        let pairs: Vec<Pair> = pairs.map(|((values, _), place)| Pair { values, place }).collect();
        (!pairs.is_empty()).then_some(Scatter { along, up, pairs })
    }

    fn figure(&self, study: &Study) -> Figure {
        let mut pairs: Vec<&Pair> = self.pairs.iter().collect();
        let mut notes = vec![sample::note(study)];
        if pairs.len() > PAIRS_DRAWN {
            notes.push(format!("{PAIRS_DRAWN} of {} pairs are drawn, chosen by their seeds.", pairs.len()));
            pairs.sort_by_key(|pair| pair.place.2);
            pairs.truncate(PAIRS_DRAWN);
        }
        let all: Vec<&Values> = pairs.iter().map(|pair| &pair.values[..]).collect();
        let split = Split::of(study, &all, &[]);
        let panels = split.all(all.iter().copied());
        let levels = split.levels(all.iter().copied());
        if panels.len() > MOST_PANELS {
            notes.push(format!("{} more panels are left out.", panels.len() - MOST_PANELS));
        }
        let drawn = panels.len().min(MOST_PANELS);
        let (x, y) = (
            axis(self.along, pairs.iter().map(|p| p.place.0)),
            axis(self.up, pairs.iter().map(|p| p.place.1)),
        );
        let plots = panels.iter().take(drawn).map(|panel| {
            let plot = Panel::new(split.title(study, panel), x.clone(), y.clone());
            let plot = plot.shaped(if drawn == 1 { 0.7 } else { 0.85 });
            levels.iter().fold(plot, |plot, &level| {
                let (name, colour, shape) = split.style(study, level);
                let belongs =
                    |pair: &&&Pair| split.panel(&pair.values) == *panel && split.level(&pair.values) == level;
                let points: Vec<Point> =
                    pairs.iter().filter(belongs).map(|p| sample::point(&p.place)).collect();
                // Without a point it is in the key nevertheless, in its place.
                plot.with(Mark::new(Form::Points(points, shape), colour).labelled(name))
            })
        });
        notes.iter().fold(Figure::arranged(plots.collect()), Figure::noted)
    }
}

/// An axis of shares, the same in all panels, with some room at its ends.
fn axis(token: &str, values: impl Iterator<Item = f64>) -> Axis {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
    let room = 0.06 * (high - low).max(0.01);
    ticked(&words::measure_of(token), low - room, high + room)
}
