//! What a declared picture draws upwards: something of bounds, or a measure.

use crate::words;
use logitdist::{BoundSide, Same, measure, theorem};
use logitdist_results::{BoundStatus, Cell, Evaluation, Study};

/// Pairs whose logit distance is under this are equal up to rounding: ratios of their sides say nothing. Ratios under it are rounding errors.
const EQUAL: f64 = 1e-12;

/// What is drawn upwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Left over right side of a bound from above.
    Tightness,
    /// What a lower bound certifies, 0 where it is vacuous.
    Certified,
    /// What is measured of what a lower bound certifies.
    Measured,
    /// Certified over measured.
    Share,
    /// Measured less certified.
    Slack,
    /// The share of replicates in which a bound is vacuous.
    Vacuous,
    /// The left side of a bound from above.
    Left,
    /// Its right side.
    Right,
    /// A measure, by its position.
    Measure(usize),
}

/// The quantities of bounds by their names.
pub const OF_BOUNDS: [(&str, Quantity); 8] = [
    ("tightness", Quantity::Tightness),
    ("certified", Quantity::Certified),
    ("measured", Quantity::Measured),
    ("share", Quantity::Share),
    ("slack", Quantity::Slack),
    ("vacuous", Quantity::Vacuous),
    ("left", Quantity::Left),
    ("right", Quantity::Right),
];

/// Whether a cell's two models are equal up to rounding.
pub fn is_equal_pair(study: &Study, cell: &Cell) -> bool {
    study.measure("d_logit").and_then(|m| cell.measures[m]).is_some_and(|distance| distance < EQUAL)
}

impl Quantity {
    /// The quantity of a name: one of bounds, or a measure of the study.
    pub fn find(study: &Study, name: &str) -> Option<Quantity> {
        let of_bounds = OF_BOUNDS.iter().find(|(known, _)| *known == name).map(|(_, quantity)| *quantity);
        of_bounds.or_else(|| study.measure(name).map(Quantity::Measure))
    }

    /// Its name.
    pub fn name(self, study: &Study) -> &str {
        match self {
            Quantity::Measure(measure) => &study.measures[measure],
            _ => OF_BOUNDS.iter().find(|(_, own)| *own == self).map_or("", |(name, _)| name),
        }
    }

    /// Its value of an evaluated bound; `None` where there is none, or only rounding errors.
    pub fn of(self, study: &Study, cell: &Cell, e: &Evaluation) -> Option<f64> {
        let is_lower = e.slack.is_some();
        // Both sides of a bound between equal models are rounding errors.
        let is_blank = || is_lower || is_equal_pair(study, cell);
        match self {
            // A vacuous bound is not tight in any sense; a ratio of rounding errors is 0.
            Quantity::Tightness if e.status != BoundStatus::Ok => None,
            Quantity::Tightness => {
                e.tightness.filter(|_| !is_blank()).map(|t| if t < EQUAL { 0.0 } else { t })
            }
            Quantity::Certified => e.certified(),
            Quantity::Measured => e.slack.and(e.rhs),
            Quantity::Share => e.share(),
            Quantity::Slack => e.slack,
            Quantity::Vacuous if e.status == BoundStatus::NotApplicable => None,
            Quantity::Vacuous => Some(f64::from(u8::from(e.status == BoundStatus::Vacuous))),
            Quantity::Left => e.lhs.filter(|_| e.tightness.is_some() && !is_blank()),
            Quantity::Right => e.rhs.filter(|_| e.tightness.is_some() && !is_blank()),
            Quantity::Measure(_) => None,
        }
    }

    /// The value of a measure in a cell; a distance between models that are equal is a rounding error, and none.
    pub fn of_cell(self, study: &Study, cell: &Cell, position: usize) -> Option<f64> {
        let is_distance =
            || measure(&study.measures[position]).is_some_and(|(row, _)| matches!(row.same, Same::Zero(_)));
        cell.measures[position].filter(|_| !is_equal_pair(study, cell) || !is_distance())
    }

    /// What pairs of equal models have of a measure that only the study knows: where training begins. Of others it is known, and where pairs
    /// differ there is none.
    pub fn of_equal_models(self, study: &Study) -> Option<f64> {
        let Quantity::Measure(position) = self else { return None };
        if measure(&study.measures[position]).is_some() {
            return None;
        }
        let equal = study.sample().filter(|cell| is_equal_pair(study, cell));
        let mut values = equal.filter_map(|cell| cell.measures[position]).filter(|y| y.is_finite());
        let first = values.next()?;
        values.all(|y| (y - first).abs() <= EQUAL * first.abs()).then_some(first)
    }

    /// Its name on an axis, for bounds of these tokens.
    pub fn words(self, study: &Study, bounds: &[&str]) -> String {
        let certified = bounds.iter().find_map(|token| match theorem(token)?.side {
            BoundSide::AtLeast(measure) => Some(measure),
            BoundSide::AtMost => None,
        });
        let same = |measure: &str| {
            let of =
                |token: &&str| theorem(token).is_some_and(|t| t.side == BoundSide::AtLeast(measure_of(t)));
            bounds
                .iter()
                .filter(|token| of(token))
                .all(|token| theorem(token).map(measure_of) == Some(measure))
        };
        let of = match certified {
            Some(measure) if same(measure) => words::similarity(measure),
            _ => "similarity".to_owned(),
        };
        match self {
            Quantity::Tightness => "tightness: left / right side".into(),
            Quantity::Certified => format!("certified {of}"),
            Quantity::Measured => format!("measured {of}"),
            Quantity::Share => "certified / measured".into(),
            Quantity::Slack => "measured − certified".into(),
            Quantity::Vacuous => "share of bounds that say nothing".into(),
            Quantity::Left => "left side of the bound".into(),
            Quantity::Right => "right side of the bound".into(),
            Quantity::Measure(measure) => words::measure_of(&study.measures[measure]),
        }
    }

    /// Whether its values are between 0 and 1.
    pub fn is_share(self, study: &Study) -> bool {
        match self {
            Quantity::Slack | Quantity::Left | Quantity::Right => false,
            Quantity::Measure(measure) => words::is_share(&study.measures[measure]),
            _ => true,
        }
    }

    /// Whether it is a mean over replicates by itself: a share of them.
    pub fn is_mean(self) -> bool {
        self == Quantity::Vacuous
    }

    /// Whether lower bounds have it, rather than bounds from above.
    pub fn of_lower(self) -> Option<bool> {
        match self {
            Quantity::Tightness | Quantity::Left | Quantity::Right => Some(false),
            Quantity::Certified | Quantity::Measured | Quantity::Share | Quantity::Slack => Some(true),
            Quantity::Vacuous | Quantity::Measure(_) => None,
        }
    }
}

/// The measure that a lower bound certifies.
fn measure_of(theorem: &logitdist::Theorem) -> &'static str {
    match theorem.side {
        BoundSide::AtLeast(measure) => measure,
        BoundSide::AtMost => "",
    }
}
