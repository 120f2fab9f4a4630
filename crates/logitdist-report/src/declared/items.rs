//! Single values with all their coordinates: the axes of the study, the direction, the bound and its family.

use super::quantity::Quantity;
use crate::words;
use logitdist::{Direction, theorem};
use logitdist_results::networks::NETWORKS;
use logitdist_results::{Cell, Study, StudyAxis};

/// The coordinates beside the axes of the study.
const BESIDE: [&str; 3] = ["direction", "bound", "family"];

/// The directions in their order.
const DIRECTIONS: [&str; 2] = ["ab", "ba"];

/// What tells values apart.
pub struct Coordinates<'a> {
    pub study: &'a Study,
    families: Vec<&'a str>,
    family_of: Vec<usize>,
}

/// A value of a cell.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    pub cell: &'a Cell,
    direction: Option<Direction>,
    bound: Option<usize>,
    pub y: f64,
}

impl<'a> Coordinates<'a> {
    pub fn of(study: &'a Study) -> Coordinates<'a> {
        let (mut families, mut family_of) = (Vec::new(), Vec::new());
        for (token, _) in &study.bounds {
            let about = theorem(token).map_or(token.as_str(), |row| row.about());
            let known = families.iter().position(|family| *family == about);
            family_of.push(known.unwrap_or(families.len()));
            if known.is_none() {
                families.push(about);
            }
        }
        Coordinates { study, families, family_of }
    }

    pub fn direction(&self) -> usize {
        self.study.axes.len()
    }

    pub fn bound(&self) -> usize {
        self.study.axes.len() + 1
    }

    pub fn family(&self) -> usize {
        self.study.axes.len() + 2
    }

    pub fn all(&self) -> std::ops::Range<usize> {
        0..self.study.axes.len() + BESIDE.len()
    }

    pub fn source(&self) -> Option<usize> {
        self.study.axis("source")
    }

    /// The axis of the study that a coordinate is, if it is one.
    pub fn axis(&self, coordinate: usize) -> Option<&'a StudyAxis> {
        self.study.axes.get(coordinate)
    }

    pub fn name(&self, coordinate: usize) -> &'a str {
        self.axis(coordinate).map_or_else(|| BESIDE[coordinate - self.study.axes.len()], |axis| &axis.name)
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.all().find(|&coordinate| self.name(coordinate) == name)
    }

    /// Whether its values tell replicates of a training apart.
    pub fn is_replicate(&self, coordinate: usize) -> bool {
        NETWORKS.contains(&self.name(coordinate))
    }

    /// All levels of a coordinate, as the data have them.
    pub fn levels(&self, coordinate: usize) -> Vec<&'a str> {
        match self.axis(coordinate) {
            Some(axis) => axis.values.iter().map(String::as_str).collect(),
            None if coordinate == self.direction() => DIRECTIONS.to_vec(),
            None if coordinate == self.bound() => {
                self.study.bounds.iter().map(|(token, _)| token.as_str()).collect()
            }
            None => self.families.clone(),
        }
    }

    /// A level of a value's text; numbers are equal if their values are.
    pub fn find_level(&self, coordinate: usize, text: &str) -> Option<usize> {
        let levels = self.levels(coordinate);
        let same = |level: &&str| match (level.parse::<f64>(), text.parse::<f64>()) {
            (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * a.abs(),
            _ => false,
        };
        let exact = levels.iter().position(|level| *level == text);
        exact
            .or_else(|| levels.iter().position(same))
            .or_else(|| levels.iter().position(|level| words::value_of(self.name(coordinate), level) == text))
    }

    /// A level in words, alone.
    pub fn level_words(&self, coordinate: usize, level: usize) -> String {
        let text = self.levels(coordinate)[level];
        match coordinate {
            c if c == self.direction() => words::direction(text).into(),
            c if c == self.bound() => words::bound(text),
            c if c == self.family() => words::family(text),
            _ => words::value_of(self.name(coordinate), text),
        }
    }

    /// A level in words with what it is of, where it does not say so: `dimension 8`, `isotropic`.
    pub fn named(&self, coordinate: usize, level: usize, source: Option<usize>) -> String {
        let alone = self.level_words(coordinate, level);
        let levels = self.levels(coordinate);
        match levels[level].parse::<f64>() {
            Ok(_) => {
                let own = words::value_among(levels[level], &levels);
                words::of_number(&self.words(coordinate, source), &own)
            }
            // A list of numbers.
            Err(_) if alone.starts_with('(') => format!("{} = {alone}", self.words(coordinate, source)),
            Err(_) => alone,
        }
    }

    /// A number of a coordinate that stands alone, with what it is of: no other one makes it a power of ten.
    pub fn named_alone(&self, coordinate: usize, level: usize) -> String {
        words::of_number(&self.words(coordinate, None), &words::value(self.levels(coordinate)[level]))
    }

    /// A coordinate in words, as a source means it; as all sources do, where none is named and they agree.
    pub fn words(&self, coordinate: usize, source: Option<usize>) -> String {
        let name = self.name(coordinate);
        let of = |source: &str| words::axis(name, Some(source));
        let sources = self.source().map_or(Vec::new(), |axis| self.levels(axis));
        match (source, &sources[..]) {
            (Some(level), all) => of(all[level]),
            (None, [first, others @ ..]) if others.iter().all(|other| of(other) == of(first)) => of(first),
            (None, _) => words::axis(name, None),
        }
    }

    /// The level of an item.
    pub fn level(&self, item: &Item<'_>, coordinate: usize) -> Option<usize> {
        match coordinate.checked_sub(self.study.axes.len()) {
            None => item.cell.values[coordinate],
            Some(0) => item.direction.map(|direction| usize::from(direction == Direction::Ba)),
            Some(1) => item.bound,
            Some(_) => item.bound.map(|bound| self.family_of[bound]),
        }
    }

    /// All values of a quantity, of these bounds if it is one of bounds.
    pub fn items(&self, quantity: Quantity, bounds: &[usize]) -> Vec<Item<'a>> {
        let cells = self.study.sample();
        if let Quantity::Measure(measure) = quantity {
            let item = |cell: &'a Cell| {
                let y = quantity.of_cell(self.study, cell, measure)?;
                Some(Item { cell, direction: None, bound: None, y })
            };
            return cells.filter_map(item).filter(|item| item.y.is_finite()).collect();
        }
        let of_cell = |cell: &'a Cell| {
            let own = cell.evaluations.iter().filter(|e| bounds.contains(&e.bound));
            own.filter_map(move |e| {
                let y = quantity.of(self.study, cell, e)?;
                Some(Item { cell, direction: Some(e.direction), bound: Some(e.bound), y })
            })
        };
        cells.flat_map(of_cell).collect()
    }
}
