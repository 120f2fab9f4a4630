//! Counts and distributions of one bound: over all lines and per value of every axis.

use crate::bound::{BoundRow, BoundStatus};
use crate::distribution::Distribution;

/// The most values by which an axis is split; what has more is no axis to summarise by.
pub const MOST_VALUES: usize = 1000;

/// Counts and distributions of some lines.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Lines.
    pub n: u64,
    /// Of these, bounds that failed.
    pub violations: u64,
    /// Of these, bounds that are trivially true.
    pub vacuous: u64,
    /// Of these, bounds that do not exist, by kind of reason.
    pub reasons: Vec<(usize, u64)>,
    /// lhs/rhs.
    pub tightness: Distribution,
    /// Measured minus certified value.
    pub slack: Distribution,
    /// Certified value.
    pub certified: Distribution,
    /// certified/measured.
    pub share: Distribution,
}

impl Tally {
    /// Adds a line with the number of its reason, if the bound does not exist.
    pub fn add(&mut self, row: &BoundRow<'_>, reason: Option<usize>) {
        self.n += 1;
        self.violations += u64::from(row.is_violated());
        self.vacuous += u64::from(row.status == BoundStatus::Vacuous);
        if let Some(reason) = reason {
            self.add_reason(reason, 1);
        }
        if let Some(tightness) = row.tightness.filter(|t| t.is_finite()) {
            self.tightness.add(tightness);
        }
        if let Some((slack, certified)) = row.slack.zip(row.lhs) {
            self.slack.add(slack);
            self.certified.add(certified);
        }
        row.share().into_iter().for_each(|share| self.share.add(share));
    }

    fn add_reason(&mut self, reason: usize, count: u64) {
        match self.reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, n)) => *n += count,
            None => self.reasons.push((reason, count)),
        }
    }

    fn merge(&mut self, other: &Tally, reasons: &[usize]) {
        self.n += other.n;
        self.violations += other.violations;
        self.vacuous += other.vacuous;
        other.reasons.iter().for_each(|&(reason, count)| self.add_reason(reasons[reason], count));
        self.tightness.merge(&other.tightness);
        self.slack.merge(&other.slack);
        self.certified.merge(&other.certified);
        self.share.merge(&other.share);
    }
}

/// The tallies of an axis's values.
#[derive(Debug, Clone)]
enum Split {
    /// All lines so far had this value, so that the tally of all is its own: most axes of a sweep have one value only.
    One(Option<usize>),
    /// A tally per number of a value.
    Many(Vec<Option<Box<Tally>>>),
    /// More values than an axis has.
    TooMany,
}

/// The tallies of one bound.
#[derive(Debug, Clone)]
pub struct BoundTally {
    /// All lines.
    pub all: Tally,
    axes: Vec<Split>,
}

impl BoundTally {
    /// Nothing yet, for so many axes.
    pub fn new(axes: usize) -> BoundTally {
        BoundTally { all: Tally::default(), axes: vec![Split::One(None); axes] }
    }

    /// Adds a line with the number of its reason, if the bound does not exist; `values` has the number of each axis's value, `None` where
    /// it is blank.
    pub fn add(&mut self, row: &BoundRow<'_>, reason: Option<usize>, values: &[Option<usize>]) {
        for (split, &value) in self.axes.iter_mut().zip(values) {
            if let Split::One(one) = split {
                if self.all.n == 0 {
                    *one = value;
                } else if *one != value {
                    *split = Split::Many(many(*one, &self.all));
                }
            }
            match (&mut *split, value) {
                (Split::Many(_), Some(value)) if value >= MOST_VALUES => *split = Split::TooMany,
                (Split::Many(tallies), Some(value)) => of_value(tallies, value).add(row, reason),
                _ => {}
            }
        }
        self.all.add(row, reason);
    }

    /// Adds the lines of another part, whose numbers of reasons have these numbers here. Values have the same numbers in all parts.
    pub fn merge(&mut self, other: &BoundTally, reasons: &[usize]) {
        for (split, theirs) in self.axes.iter_mut().zip(&other.axes) {
            let single = match theirs {
                Split::One(one) => Some(*one),
                _ => None,
            };
            match (&*split, single) {
                (_, Some(theirs)) if self.all.n == 0 => {
                    *split = Split::One(theirs);
                    continue;
                }
                (Split::One(own), Some(theirs)) if *own == theirs || other.all.n == 0 => continue,
                (Split::One(own), _) => *split = Split::Many(many(*own, &self.all)),
                _ => {}
            }
            let Split::Many(tallies) = split else { continue };
            match theirs {
                Split::One(Some(value)) => of_value(tallies, *value).merge(&other.all, reasons),
                Split::One(None) => {}
                Split::Many(theirs) => {
                    for (value, tally) in theirs.iter().enumerate() {
                        if let Some(tally) = tally {
                            of_value(tallies, value).merge(tally, reasons);
                        }
                    }
                }
                Split::TooMany => *split = Split::TooMany,
            }
        }
        self.all.merge(&other.all, reasons);
    }

    /// The tally of a value of an axis, if the axis is split and has that value.
    pub fn of(&self, axis: usize, value: usize) -> Option<&Tally> {
        match &self.axes[axis] {
            Split::One(one) => (*one == Some(value)).then_some(&self.all),
            Split::Many(tallies) => tallies.get(value)?.as_deref(),
            Split::TooMany => None,
        }
    }
}

/// The tallies of an axis that had one value, or only blanks, so far.
fn many(one: Option<usize>, all: &Tally) -> Vec<Option<Box<Tally>>> {
    let mut tallies = Vec::new();
    if let Some(value) = one {
        *of_value(&mut tallies, value) = all.clone();
    }
    tallies
}

fn of_value(tallies: &mut Vec<Option<Box<Tally>>>, value: usize) -> &mut Tally {
    if tallies.len() <= value {
        tallies.resize(value + 1, None);
    }
    tallies[value].get_or_insert_default()
}
