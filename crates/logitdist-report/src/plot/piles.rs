//! Places at which so many marks lie on one another that they look like one: how many there are is written beside.

use super::canvas::{Anchor, Canvas, TEXT, text_width};
use super::layout::Placed;
use super::palette::{GREY, WHITE};
use super::shape::RADIUS;

/// How near marks are that look like one, in points.
const NEAR: f64 = 1.2;

/// The fewest marks of a pile, in all and as a share of those of the panel.
const LEAST: usize = 2;
const LEAST_SHARE: f64 = 0.05;

/// The most piles of a panel that are counted, from the largest down.
const MOST: usize = 6;

/// How far piles are apart at least: what lies nearer to a larger one is of the same blot.
const APART: f64 = 8.0;

/// The width of the line from a pile to a number that stands further away, in points.
const LEADER: f64 = 0.4;

/// Marks that lie on one another.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pile {
    place: (f64, f64),
    count: usize,
}

/// A pile with its number and where that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    text: String,
    place: (f64, f64),
    /// What it covers: left, top, right and bottom.
    room: [f64; 4],
    /// A line to its pile, where it stands further away.
    leader: Option<[(f64, f64); 2]>,
}

impl Number {
    /// Whether its line may go through another number.
    fn crosses(&self, other: &Number) -> bool {
        let around =
            |[(x, y), (to_x, to_y)]: [(f64, f64); 2]| [x.min(to_x), y.min(to_y), x.max(to_x), y.max(to_y)];
        self.leader.is_some_and(|line| touch(around(line), other.room))
    }
}

/// The numbers of the piles of a panel that counts them, as far as they have room. What stands in strips is counted there.
pub fn of(placed: &Placed<'_>) -> Vec<Number> {
    if !placed.panel.counts {
        return Vec::new();
    }
    let points = || placed.panel.points();
    let marks: Vec<(f64, f64)> = points().filter_map(|point| placed.place(point.x, point.y)).collect();
    let on_axes = |places: Vec<(f64, f64)>| -> Vec<(f64, f64)> {
        let on_axes = places.into_iter().filter(|&place| placed.strips(place) == [None; 2]);
        on_axes.filter_map(|(x, y)| placed.place(x, y)).collect()
    };
    let drawn = on_axes(points().map(|point| (point.x, point.y)).collect());
    let piles = piles(drawn, on_axes(placed.panel.not_drawn.clone()));
    let mut all: Vec<Number> = Vec::new();
    for pile in piles {
        let near = [(0.0, 1.0), (0.0, -1.0), (-1.0, 0.0), (1.0, 0.0)];
        let far = [(0.0, 2.2), (0.0, 3.4)];
        let mut numbers = near.into_iter().chain(far).map(|side| number(placed, pile, side));
        let inside = |own: [f64; 4], [left, top, right, bottom]: [f64; 4]| {
            own[0] >= left && own[1] >= top && own[2] <= right && own[3] <= bottom
        };
        // It hides no mark.
        let is_free = |number: &Number| {
            let mark = |&(x, y): &(f64, f64)| [x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS];
            inside(number.room, placed.area)
                && !all.iter().any(|other| {
                    touch(number.room, other.room) || number.crosses(other) || other.crosses(number)
                })
                && !marks.iter().any(|place| touch(number.room, mark(place)))
        };
        let found = numbers.find(is_free);
        all.extend(found);
    }
    all
}

fn touch(a: [f64; 4], b: [f64; 4]) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// The number of a pile on one side of it, moved along the edges of the panel that it would leave.
fn number(placed: &Placed<'_>, pile: Pile, (dx, dy): (f64, f64)) -> Number {
    let [left, _, right, _] = placed.area;
    let text = format!("{} ×", pile.count);
    let (wide, high) = (text_width(&text) / 2.0, TEXT / 2.0);
    let x = pile.place.0 + dx * (wide + 4.0);
    let x = if dx == 0.0 { x.min(right - wide).max(left + wide + 2.0) } else { x };
    let y = pile.place.1 + dy * (high + 4.0);
    let leader = (dy > 1.0).then_some([(pile.place.0, pile.place.1 + RADIUS), (x, y - high)]);
    Number { text, place: (x, y), room: [x - wide, y - high, x + wide, y + high], leader }
}

/// Piles of what is drawn, with what is not drawn counted too.
fn piles(mut drawn: Vec<(f64, f64)>, not_drawn: Vec<(f64, f64)>) -> Vec<Pile> {
    let mut places = [&drawn[..], &not_drawn].concat();
    // From the left, so that few have to be looked at for each.
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    let least = ((LEAST_SHARE * places.len() as f64).ceil() as usize).max(LEAST);
    let distance = |a: &(f64, f64), b: &(f64, f64)| (a.0 - b.0).hypot(a.1 - b.1);
    let mut all: Vec<Pile> = Vec::new();
    while all.len() < MOST {
        let pile = |&place: &(f64, f64)| {
            let from = places.partition_point(|other| other.0 < place.0 - NEAR);
            let beside = places[from..].iter().take_while(|other| other.0 <= place.0 + NEAR);
            Pile { place, count: beside.filter(|other| distance(&place, other) <= NEAR).count() }
        };
        // Of equally many, the first.
        let largest = drawn.iter().map(pile).rev().max_by_key(|pile| pile.count);
        let Some(largest) = largest.filter(|pile| pile.count >= least) else { break };
        for own in [&mut drawn, &mut places] {
            own.retain(|place| distance(&largest.place, place) > APART);
        }
        all.push(largest);
    }
    all
}

/// Writes the numbers, on a ground that lines do not shine through.
pub fn draw(canvas: &mut dyn Canvas, placed: &Placed<'_>) {
    for number in of(placed) {
        if let Some(line) = &number.leader {
            canvas.line(line, LEADER, GREY);
        }
        canvas.rectangle(number.room, WHITE, 0.8);
        canvas.text(&number.text, number.place, Anchor::Middle, GREY);
    }
}

#[cfg(test)]
mod tests {

    #[test]
    fn what_lies_at_one_place_is_a_pile_and_what_is_spread_is_none() {
        let spread = |n: usize| (0..n).map(|i| (3.0 * i as f64, 50.0));
        let at = |n: usize, x: f64| std::iter::repeat_n((x, 7.0), n);
        let piles = |places: Vec<(f64, f64)>| super::piles(places, Vec::new());
        assert!(piles(spread(40).collect()).is_empty() && piles(at(1, 0.0).collect()).is_empty());
        let counts =
            |places: Vec<(f64, f64)>| piles(places).iter().map(|pile| pile.count).collect::<Vec<_>>();
        assert_eq!(counts(spread(40).chain(at(6, 0.0)).chain(at(9, 30.4)).collect()), [9, 6]);
        // Nine beside six are of one blot, and six of two hundred are few.
        assert_eq!(counts(at(9, 0.0).chain(at(6, 5.0)).collect()), [9]);
        assert!(piles(spread(194).chain(at(6, 0.0)).collect()).is_empty());
    }
}
