//! How sure both sides of each bound are.

use super::{Evidence, Interval, RestValues, Transform};
use crate::bound::{Bound, Side, Statement, Theorem};
use crate::measure::table::{Part, Uncertainty, Unit, Value, measure};
use crate::reduced::Direction;
use crate::settings::Settings;
use crate::shared::Shared;

/// Intervals for both sides of a bound.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundIntervals {
    /// What it says.
    pub theorem: &'static Theorem,
    /// Whose spectrum and labels it uses.
    pub direction: Direction,
    /// The left side and the right one; of a lower bound, what is certified and what is measured. Or why there is none.
    pub sides: [Result<Interval, String>; 2],
}

/// Both sides of each bound that the settings ask for, as far as they have intervals, or why there are none.
pub(super) fn sides(shared: &Shared, settings: &Settings) -> Vec<Result<[f64; 2], String>> {
    let of = |(theorem, direction): (&'static Theorem, Direction)| match theorem.why_unsure() {
        None => both(&theorem.of(shared, direction)),
        Some(why) => Err(why.to_owned()),
    };
    settings.directed_bounds().map(of).collect()
}

fn both(bound: &Bound) -> Result<[f64; 2], String> {
    match bound.statement {
        Some(Statement::AtMost { lhs, rhs }) => Ok([lhs, rhs]),
        Some(Statement::AtLeast { bound, value }) => Ok([bound, value]),
        None => Err(bound.reason().unwrap_or_default()),
    }
}

impl Evidence {
    /// The intervals of both sides of each bound; `measured` has those of the measures.
    pub(super) fn sides(
        &self,
        whole: &Shared,
        centres: &RestValues,
        measured: &[(&'static str, Result<Interval, String>)],
        settings: &Settings,
    ) -> Vec<BoundIntervals> {
        let of = |(place, (theorem, direction)): (usize, (&'static Theorem, Direction))| {
            let bound = theorem.of(whole, direction);
            let one = |side: usize| {
                let value = both(&bound)?[side];
                let token = of_measure(theorem, side, direction);
                let known = token.and_then(|token| measured.iter().find(|(own, _)| *own == token));
                match (token, known) {
                    (Some(_), Some((token, found))) => {
                        carried(found.clone()?, token, value, whole, direction)
                    }
                    (Some(token), None) if theorem.is_lower() => Err(format!("{token} was not asked for")),
                    _ => {
                        self.side(&bound, [place, side], value, (direction, whole.reduced.n_inputs), centres)
                    }
                }
            };
            BoundIntervals { theorem, direction, sides: [0, 1].map(one) }
        };
        settings.directed_bounds().enumerate().map(of).collect()
    }

    /// The interval of a side that no measure has.
    fn side(
        &self,
        bound: &Bound,
        [place, side]: [usize; 2],
        value: f64,
        (direction, n_inputs): (Direction, usize),
        centres: &RestValues,
    ) -> Result<Interval, String> {
        let theorem = bound.theorem;
        if !theorem.unsure[side].is_empty() {
            return Err(theorem.unsure[side].to_owned());
        }
        let row = |token: &str| measure(token).map(|(row, _)| row);
        let (scale, range) = match theorem.side {
            Side::AtMost if value <= bound.rounding => return Err("it is a rounding error".to_owned()),
            Side::AtMost => (Transform::LOG, row(theorem.left).map(|row| &row.range)),
            Side::AtLeast(_) if value <= 0.0 => return Err("it certifies nothing".to_owned()),
            Side::AtLeast(token) => {
                let row = row(token).expect("it is in the table");
                let scale = match row.uncertainty {
                    Uncertainty::Fisher if row.unit == Unit::Share => Transform::LOG_REST,
                    Uncertainty::Fisher => {
                        self.check_ranks(centres)?;
                        Transform { corrected: false, ..Transform::FISHER }
                    }
                    _ => Transform::LOGIT,
                };
                (scale, Some(&row.range))
            }
        };
        let of = |rest: &RestValues| rest.sides[place].clone().map(|sides| sides[side]);
        let found = self.over_rests(value, centres, scale, of)?;
        if !(found.low..=found.high).contains(&value) {
            return Err("it is the same without any one of the blocks of inputs".to_owned());
        }
        // It is as sure as the distances that it is made of.
        let kl = in_direction("kl_ab", direction);
        let distances = ["d_logit", kl].into_iter().take(1 + usize::from(theorem.part == Part::Probability));
        let mut marks =
            distances.filter_map(|token| Some(format!("{token}: {}", self.carried_by_few(token, n_inputs)?)));
        let found = Interval { marked: marks.next(), ..found };
        // What certifies less than nothing certifies nothing.
        let found = if theorem.is_lower() { Interval { low: found.low.max(0.0), ..found } } else { found };
        Ok(range.map_or(found.clone(), |range| found.within(range)))
    }
}

/// The measure that a side is, if it is one.
fn of_measure(theorem: &Theorem, side: usize, direction: Direction) -> Option<&'static str> {
    let token = match (theorem.side, side) {
        (Side::AtMost, 0) => theorem.left,
        (Side::AtLeast(token), 1) => token,
        _ => "",
    };
    (!token.is_empty()).then(|| in_direction(token, direction))
}

/// The token of a measure in a direction, given that of ab.
fn in_direction(token: &'static str, direction: Direction) -> &'static str {
    let own = measure(token).and_then(|(row, _)| row.directions().find(|(_, own)| *own == direction));
    own.map_or(token, |(token, _)| token)
}

/// The interval of a measure, for a side that is the measure but for a factor: a mean over the common rank.
fn carried(
    found: Interval,
    token: &str,
    value: f64,
    whole: &Shared,
    direction: Direction,
) -> Result<Interval, String> {
    let Some((row, _)) = measure(token) else { return Ok(found) };
    let Value::Number(of) = row.value else { return Ok(found) };
    let times = value / super::number(whole, row, of, direction)?;
    if times == 1.0 || !times.is_finite() {
        return Ok(found);
    }
    let [se, low, high] = [found.se, found.low, found.high].map(|x| x * times);
    Ok(Interval { se, low, high, corrected: found.corrected.map(|x| x * times), ..found })
}
