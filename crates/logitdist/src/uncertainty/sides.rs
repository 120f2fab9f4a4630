//! How sure both sides of each bound are.

use super::{Evidence, Interval, RestValues, Transform};
use crate::bound::{Bound, Side, Statement, Theorem};
use crate::measure::table::{Part, Unit, measure};
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
    let of = |(theorem, direction): (&'static Theorem, Direction)| match theorem.is_unsure() {
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
            let known = |token: &str| measured.iter().find(|(own, _)| *own == token).map(|(_, found)| found);
            // A side has the mark of the distances that it is made of.
            let kl = if direction == Direction::Ab { "kl_ab" } else { "kl_ba" };
            let distances =
                ["d_logit", kl].into_iter().take(1 + usize::from(theorem.part == Part::Probability));
            let marked = distances.filter_map(|token| known(token)?.as_ref().ok()?.marked.clone()).next();
            let one = |side: usize| match theorem.side {
                Side::AtLeast(token) if side == 1 => {
                    known(token).cloned().unwrap_or_else(|| Err(format!("{token} was not asked for")))
                }
                _ => {
                    let found = self.side(&bound, place, side, centres)?;
                    Ok(Interval { marked: marked.clone(), ..found })
                }
            };
            BoundIntervals { theorem, direction, sides: [0, 1].map(one) }
        };
        settings.directed_bounds().enumerate().map(of).collect()
    }

    fn side(
        &self,
        bound: &Bound,
        place: usize,
        side: usize,
        centres: &RestValues,
    ) -> Result<Interval, String> {
        let theorem = bound.theorem;
        if !theorem.unsure[side].is_empty() {
            return Err(theorem.unsure[side].to_owned());
        }
        let value = both(bound)?[side];
        let scale = match theorem.side {
            Side::AtMost if bound.tightness.is_none() => return Err("it is a rounding error".to_owned()),
            Side::AtMost => Transform::LOG,
            Side::AtLeast(_) if value <= 0.0 => return Err("it certifies nothing".to_owned()),
            Side::AtLeast(token) if measure(token).is_some_and(|(row, _)| row.unit == Unit::Share) => {
                Transform::LOGIT
            }
            Side::AtLeast(_) => {
                self.check_ranks(centres)?;
                Transform { corrected: false, ..Transform::FISHER }
            }
        };
        self.from_rests(value, centres, scale, |rest| rest.sides[place].clone().map(|sides| sides[side]))
    }
}
