//! What tells panels apart, and what the marks of one panel.

use crate::picture::level_style;
use crate::plot::{Colour, Shape, palette};
use crate::words;
use logitdist_results::Study;
use std::collections::{BTreeMap, BTreeSet};

/// What is said where means have no interval for having been of too few networks.
pub const FEW: &str = "Means of fewer than three networks have no interval.";

/// Positions of values on all axes.
pub type Values = [Option<usize>];

/// The most levels that are told apart by their colours.
const MOST_SERIES: usize = 8;

/// Axes of panels, and the axis that colours tell apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// A panel for each combination of their values.
    pub panels: Vec<usize>,
    /// A colour for each of its values.
    pub series: Option<usize>,
    /// What all have in common, where the study has others.
    fixed: Vec<(usize, usize)>,
    /// The axes that differ inside each source: the others need not be told.
    told: BTreeMap<Option<usize>, Vec<usize>>,
}

impl Split {
    /// Of what differs in `all`, but for axes that are shown otherwise: colours for the loss or, without one, for the axis with most values.
    pub fn of(study: &Study, all: &[&Values], shown: &[usize]) -> Split {
        let mut panels = study.told_apart(all.iter().copied());
        panels.retain(|axis| !shown.contains(axis));
        let count = |&axis: &usize| all.iter().map(|values| values[axis]).collect::<BTreeSet<_>>().len();
        let is = |axis: usize, name: &str| study.axes[axis].name == name;
        let loss = panels.iter().copied().find(|&axis| is(axis, "loss"));
        let others =
            panels.iter().copied().filter(|&axis| !is(axis, "source") && count(&axis) <= MOST_SERIES);
        // Of equally many, the first.
        let series = loss.or_else(|| others.min_by_key(|axis| std::cmp::Reverse(count(axis))));
        panels.retain(|&axis| Some(axis) != series);
        let source = |values: &Values| study.axis("source").and_then(|axis| values[axis]);
        let mut by_source: BTreeMap<Option<usize>, Vec<&Values>> = BTreeMap::new();
        for &values in all {
            by_source.entry(source(values)).or_default().push(values);
        }
        let told = by_source.into_iter().map(|(source, own)| (source, study.told_apart(own.into_iter())));
        let one = |axis: usize| {
            let first = all.first().and_then(|values| values[axis])?;
            let is_one = all.iter().all(|values| values[axis] == Some(first));
            (is_one && study.axes[axis].values.len() > 1).then_some((axis, first))
        };
        let fixed = (0..study.axes.len()).filter(|axis| !shown.contains(axis)).filter_map(one).collect();
        Split { panels, series, fixed, told: told.collect() }
    }

    /// What was left of several values of an axis, as a sentence; nothing if there is none.
    pub fn fixed(&self, study: &Study) -> String {
        let named = |&(axis, value): &(usize, usize)| {
            let own = &study.axes[axis];
            match own.values[value].parse::<f64>() {
                Ok(_) => level(study, axis, value),
                Err(_) if own.name == "source" => format!("kind of pair ({})", level(study, axis, value)),
                Err(_) => format!("{} {}", words::axis(&own.name, None), level(study, axis, value)),
            }
        };
        match self.fixed.is_empty() {
            true => String::new(),
            false => format!("Fixed: {}.", self.fixed.iter().map(named).collect::<Vec<_>>().join(", ")),
        }
    }

    /// The same with a panel, and no colour, for each value of the axis that colours would tell apart.
    pub fn without_series(mut self) -> Split {
        self.panels.extend(self.series.take());
        self
    }

    /// The panel that values belong to.
    pub fn panel(&self, values: &Values) -> Vec<Option<usize>> {
        self.panels.iter().map(|&axis| values[axis]).collect()
    }

    /// All panels of `all`, in the order of the axes' values.
    pub fn all<'a>(&self, all: impl Iterator<Item = &'a Values>) -> Vec<Vec<Option<usize>>> {
        all.map(|values| self.panel(values)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// A panel in words: `dimension 2, interpolation`.
    pub fn title(&self, study: &Study, panel: &Values) -> String {
        let is_source = |axis: usize| study.axes[axis].name == "source";
        let levels = self.panels.iter().copied().zip(panel.iter().copied());
        let source = levels.clone().find(|&(axis, _)| is_source(axis)).and_then(|(_, value)| value);
        let told =
            |axis: usize| source.is_none() || self.told.get(&source).is_some_and(|own| own.contains(&axis));
        let names = levels.filter(|&(axis, _)| is_source(axis) || told(axis));
        let names = names.filter_map(|(axis, value)| Some(level(study, axis, value?)));
        names.collect::<Vec<_>>().join(", ")
    }

    /// The level that colours tell apart, of values.
    pub fn level(&self, values: &Values) -> Option<usize> {
        self.series.and_then(|axis| values[axis])
    }

    /// All levels that colours tell apart, in order; `None` alone without such an axis.
    pub fn levels<'a>(&self, all: impl Iterator<Item = &'a Values>) -> Vec<Option<usize>> {
        all.map(|values| self.level(values)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What the names of levels are of, where they do not say it.
    pub fn heading(&self, study: &Study) -> String {
        self.series.map_or_else(String::new, |axis| words::heading(&study.axes[axis].name))
    }

    /// A level's name, colour and shape.
    pub fn style(&self, study: &Study, level_of: Option<usize>) -> (String, Colour, Shape) {
        let Some((axis, value)) = self.series.zip(level_of) else {
            return (String::new(), palette::BLUE, Shape::Disc);
        };
        let (colour, shape) = level_style(&study.axes[axis], value);
        (level(study, axis, value), colour, shape)
    }
}

/// A value of an axis in words: a number with its axis, a name alone.
fn level(study: &Study, axis: usize, value: usize) -> String {
    let own = &study.axes[axis];
    let text = words::value_of(&own.name, &own.values[value]);
    match own.values[value].parse::<f64>() {
        Ok(_) => words::of_number(&words::axis(&own.name, None), &text),
        Err(_) => text,
    }
}
