//! A mark per pair of networks: how alike they are inside against something else, coloured by the loss.

use super::correlation;
use super::grid::source;
use super::split::{Split, Values};
use crate::picture::axes::ticked;
use crate::picture::sample;
use crate::plot::{Axis, Figure, Form, Mark, Panel, Point};
use crate::trained::arms::{LastEpochs, own_values};
use crate::trained::unit;
use crate::typeset::typeset;
use crate::view::View;
use crate::words;
use logitdist_results::Cell;
use logitdist_results::Study;
use std::collections::{BTreeMap, BTreeSet};

/// The most panels of a figure, the most figures, and the most pairs of a figure.
const MOST_PANELS: usize = 6;
const MOST_PARTS: usize = 3;
const PAIRS_DRAWN: usize = 1000;

/// A panel is flat if its marks take less than this share of the height.
const FLAT: f64 = 0.12;

/// What is said where panels have axes of their own.
const DIFFER: &str = "Ranges of axes differ between panels: where marks would fill little of a common axis, a panel has its own.";

/// A panel whose marks take less than this share of a common axis has its own.
const LITTLE: f64 = 0.3;

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
            "Same predictions, same inside? How alike two networks are inside ({}) against how often they are of one opinion. {}",
            words::measure_name(correlation(study)),
            unit::mark(study)
        )
    }

    fn numbers(&self, study: &Study) -> Option<Scatter> {
        Scatter::of(study, "top1_agreement", correlation(study))
    }

    fn figures(&self, study: &Study, scatter: &Scatter) -> Vec<Figure> {
        scatter.figures(study)
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
            "Accuracy of the second network tuned to other labels against how alike the two were inside before ({}). {}",
            words::measure_name(correlation(study)),
            unit::mark(study)
        )
    }

    fn numbers(&self, study: &Study) -> Option<Scatter> {
        Scatter::of(study, correlation(study), "tuned_accuracy_b")
    }

    fn figures(&self, study: &Study, scatter: &Scatter) -> Vec<Figure> {
        scatter.figures(study)
    }
}

/// Pairs along two measures.
#[derive(Debug)]
pub struct Scatter {
    along: &'static str,
    up: &'static str,
    pairs: Vec<Pair>,
    /// Kinds of pairs that are left out, all of whose pairs another kind has, and that kind.
    within: Vec<(usize, usize)>,
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
        let within = within(study, &pairs);
        let is_left_out =
            |pair: &Pair| within.iter().any(|(own, _)| source(study, &pair.values) == Some(*own));
        let pairs: Vec<Pair> = pairs.into_iter().filter(|pair| !is_left_out(pair)).collect();
        (!pairs.is_empty()).then_some(Scatter { along, up, pairs, within })
    }

    /// As many figures as the panels need, equally many panels in each; those of one have common axes as far as their marks fill them.
    fn figures(&self, study: &Study) -> Vec<Figure> {
        let all: Vec<&Values> = self.pairs.iter().map(|pair| &pair.values[..]).collect();
        let split = Split::of(study, &all, &[]);
        let (panels, still) = self.moving(&split, split.all(all.iter().copied()));
        let levels = split.levels(all.iter().copied());
        let parts = panels.len().div_ceil(MOST_PANELS).clamp(1, MOST_PARTS);
        // What stands side by side stays together.
        let abreast = panels.iter().filter_map(|panel| panel.last()).collect::<BTreeSet<_>>().len().max(1);
        let of_a_part = panels.len().div_ceil(parts).next_multiple_of(abreast).min(MOST_PANELS);
        let left_out = panels.len().saturating_sub(parts * of_a_part);
        let (all_panels, panels_drawn) = (panels.len(), panels.clone());
        let scene = Scene { study, split, levels, along: self.along, up: self.up };
        let figure = |(part, panels): (usize, &[Vec<Option<usize>>])| {
            let mut notes =
                vec![unit::mark(study), scene.split.fixed(study), sample::note(study), self.left_out(study)];
            if parts > 1 {
                let (first, last) = (part * of_a_part + 1, part * of_a_part + panels.len());
                notes.push(format!(
                    "Panels {first} to {last} of {all_panels}; figures of their own, with other ranges, have the others."
                ));
            }
            notes.push(self.not_drawn(study, &scene.split, &still, &panels_drawn));
            if left_out > 0 {
                notes.push(format!("{left_out} more panels are left out."));
            }
            notes.into_iter().fold(scene.figure(panels, &self.pairs), Figure::noted)
        };
        panels.chunks(of_a_part.max(1)).take(parts).enumerate().map(figure).collect()
    }

    /// Which kinds of pairs are left out, as another one has all of theirs.
    fn left_out(&self, study: &Study) -> String {
        let Some(axis) = study.axis("source") else { return String::new() };
        let name = |kind: usize| words::value_of("source", &study.axes[axis].values[kind]);
        let said = self.within.iter().map(|&(own, other)| {
            format!("Pairs of {} are not drawn again, as all are among those of {}.", name(own), name(other))
        });
        said.collect::<Vec<_>>().join(" ")
    }

    /// The panels with something to see, and those whose marks are all as high as each other; all, if none has anything to see.
    fn moving(&self, split: &Split, panels: Vec<Levels>) -> (Vec<Levels>, Vec<Levels>) {
        let height = |reach: (f64, f64)| reach.1 - reach.0;
        let whole = height(reach(self.pairs.iter().map(|pair| pair.place.1)));
        let is_flat = |panel: &Levels| height(self.reach_of(split, panel)) < FLAT * whole;
        let (still, moving): (Vec<Levels>, Vec<Levels>) = panels.into_iter().partition(is_flat);
        if moving.is_empty() { (still, moving) } else { (moving, still) }
    }

    /// The least and the greatest value of a panel.
    fn reach_of(&self, split: &Split, panel: &Levels) -> (f64, f64) {
        reach(self.pairs.iter().filter(|pair| split.panel(&pair.values) == *panel).map(|pair| pair.place.1))
    }

    /// Which panels are not drawn, and where their values are: together where none that has the same value is drawn, each alone otherwise.
    fn not_drawn(&self, study: &Study, split: &Split, still: &[Levels], drawn: &[Levels]) -> String {
        let said = |name: String, panels: &[&Levels]| {
            let reaches = panels.iter().map(|panel| self.reach_of(split, panel));
            let (low, high) = reach(reaches.flat_map(|(low, high)| [low, high]));
            let (low, high) = (typeset(low), typeset(high));
            if low == high {
                format!("{name} (always\u{a0}{low})")
            } else {
                format!("{name} ({low} to {high})")
            }
        };
        let mut rest: Vec<&Levels> = still.iter().collect();
        let mut names = Vec::new();
        for place in 0..split.panels.len() {
            let values: BTreeSet<Option<usize>> = rest.iter().map(|panel| panel[place]).collect();
            for value in values {
                let (own, others): (Vec<&Levels>, Vec<&Levels>) =
                    rest.iter().partition(|panel| panel[place] == value);
                if own.len() > 1 && drawn.iter().all(|panel| panel[place] != value) {
                    let mut only = vec![None; split.panels.len()];
                    only[place] = value;
                    names.push(said(split.title(study, &only), &own));
                    rest = others;
                }
            }
        }
        names.extend(rest.iter().map(|panel| said(split.title(study, panel), &[panel])));
        match names.is_empty() {
            true => String::new(),
            false => format!("Not drawn, as hardly anything moves: {}.", names.join("; ")),
        }
    }
}

/// Positions of values on the axes that panels are of.
type Levels = Vec<Option<usize>>;

/// The least and the greatest of some values.
fn reach(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
}

/// What all panels of all parts have in common.
struct Scene<'a> {
    study: &'a Study,
    split: Split,
    levels: Vec<Option<usize>>,
    along: &'static str,
    up: &'static str,
}

impl Scene<'_> {
    /// Some of the panels; of more pairs than a figure has room for, those with the smallest seeds.
    fn figure(&self, panels: &[Vec<Option<usize>>], all: &[Pair]) -> Figure {
        let belongs = |pair: &&Pair| panels.contains(&self.split.panel(&pair.values));
        let mut pairs: Vec<&Pair> = all.iter().filter(belongs).collect();
        let n = pairs.len();
        if n > PAIRS_DRAWN {
            pairs.sort_by_key(|pair| pair.place.2);
            pairs.truncate(PAIRS_DRAWN);
        }
        let mut differ = false;
        let plots = panels.iter().map(|panel| {
            let own = || pairs.iter().filter(|pair| self.split.panel(&pair.values) == *panel);
            let (x, has_own_x) = axis(self.along, pairs.iter().map(|p| p.place.0), own().map(|p| p.place.0));
            let (y, has_own_y) = axis(self.up, pairs.iter().map(|p| p.place.1), own().map(|p| p.place.1));
            differ |= has_own_x || has_own_y;
            let plot = Panel::new(self.split.title(self.study, panel), x, y);
            let plot = plot.shaped(match (panels.len(), self.columns(panels)) {
                (1, _) => 0.7,
                // Three rows of wide panels are to fit a page.
                (5.., 2) => 0.55,
                _ => 0.85,
            });
            self.levels.iter().fold(plot, |plot, &level| {
                let (name, colour, shape) = self.split.style(self.study, level);
                let belongs = |pair: &&&Pair| {
                    self.split.panel(&pair.values) == *panel && self.split.level(&pair.values) == level
                };
                let points: Vec<Point> =
                    pairs.iter().filter(belongs).map(|p| sample::point(&p.place)).collect();
                // Without a point it is in the key nevertheless, in its place.
                plot.with(Mark::new(Form::Points(points, shape), colour).labelled(name))
            })
        });
        let plots: Vec<Panel> = plots.collect();
        let figure = Figure::arranged(plots).in_columns(self.columns(panels));
        let figure = figure.noted(if differ { DIFFER } else { "" });
        let figure = figure.headed(self.split.heading(self.study));
        match n > PAIRS_DRAWN {
            true => figure.noted(format!("{PAIRS_DRAWN} of {n} pairs are drawn, chosen by their seeds.")),
            false => figure,
        }
    }

    /// Panels in a row: where the last axis has two values, both of one thing stand side by side.
    fn columns(&self, panels: &[Vec<Option<usize>>]) -> usize {
        let last: BTreeSet<_> = panels.iter().filter_map(|panel| panel.last()).collect();
        match (panels.len(), last.len()) {
            (1, _) => 1,
            (2 | 4, _) => 2,
            (n, 2) if n >= 8 => 4,
            (_, 2) => 2,
            _ => 3,
        }
    }
}

/// An axis of shares with some room at its ends, and whether it is of the panel's own values for their taking little of that of all.
fn axis(token: &str, all: impl Iterator<Item = f64>, own: impl Iterator<Item = f64>) -> (Axis, bool) {
    let (all, own) = (reach(all), reach(own));
    // A panel may have lost all its pairs to the sample.
    let has_own = own.0 <= own.1 && own.1 - own.0 < LITTLE * (all.1 - all.0);
    let (low, high) = if has_own { widened(own, all) } else { all };
    let room = 0.06 * (high - low).max(0.01);
    (ticked(&words::measure_of(token), low - room, high + room), has_own)
}

/// A range that is at least a tenth of one around it, and within that: one value alone says nothing of how far to look.
fn widened((low, high): (f64, f64), (least, most): (f64, f64)) -> (f64, f64) {
    let width = 0.1 * (most - least);
    if high - low >= width {
        return (low, high);
    }
    let low = (0.5 * (low + high - width)).clamp(least, most - width);
    (low, low + width)
}

/// The kinds of pairs all of whose marks another kind has too, and that kind: of two with the same marks the later one.
fn within(study: &Study, pairs: &[Pair]) -> Vec<(usize, usize)> {
    let Some(axis) = study.axis("source") else { return Vec::new() };
    let mut marks: BTreeMap<usize, BTreeSet<(Levels, [u64; 2])>> = BTreeMap::new();
    for pair in pairs {
        let Some(kind) = pair.values[axis] else { continue };
        let others = pair.values.iter().enumerate().filter(|(own, _)| *own != axis);
        let values = others.map(|(_, value)| *value).collect();
        marks.entry(kind).or_default().insert((values, [pair.place.0, pair.place.1].map(f64::to_bits)));
    }
    let is_within = |(own, its): (&usize, &BTreeSet<_>), (other, all): (&usize, &BTreeSet<_>)| {
        own != other && its.is_subset(all) && (its.len() < all.len() || own > other)
    };
    let found =
        marks.iter().filter_map(|one| Some((*one.0, *marks.iter().find(|other| is_within(one, *other))?.0)));
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_of_its_own_has_some_width_and_needs_a_mark() {
        let close = |(a, b): (f64, f64), (c, d): (f64, f64)| (a - c).abs() < 1e-12 && (b - d).abs() < 1e-12;
        assert!(close(widened((1.0, 1.0), (0.0, 1.0)), (0.9, 1.0)));
        assert!(close(widened((0.5, 0.5), (0.0, 1.0)), (0.45, 0.55)));
        assert!(close(widened((0.2, 0.4), (0.0, 1.0)), (0.2, 0.4)));
        let all = || [0.0, 1.0].into_iter();
        assert!(!axis("top1_agreement", all(), [].into_iter()).1, "an empty panel has the common axis");
        assert!(axis("top1_agreement", all(), [0.9].into_iter()).1);
        assert!(!axis("top1_agreement", all(), [0.1, 0.9].into_iter()).1);
    }
}
