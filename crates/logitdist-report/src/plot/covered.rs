//! Lines that lie on others, so that these would not be seen.

use super::layout::Placed;
use super::mark::{Form, Mark};
use super::palette::GREY;

/// How near two lines are of which one is hardly seen, in points: a line is 1.1 wide.
const NEAR: f64 = 0.8;

/// Where along a stretch it is compared: not at its ends, which may be moved a little.
const SAMPLES: [f64; 3] = [0.15, 0.5, 0.85];

type Place = (f64, f64);

/// For each mark of a panel, on how many earlier lines each stretch between two of its points lies; empty for what is no line through values.
pub fn depths(placed: &Placed<'_>) -> Vec<Vec<usize>> {
    let mut lines: Vec<Vec<[Place; 2]>> = Vec::new();
    let depths = placed.panel.marks.iter().map(|mark| {
        let Some(own) = stretches(placed, mark) else { return Vec::new() };
        let depth = |stretch: &Option<[Place; 2]>| {
            stretch.map_or(0, |own| lines.iter().filter(|other| lies_on(own, other)).count())
        };
        let depths = own.iter().map(depth).collect();
        lines.push(own.into_iter().flatten().collect());
        depths
    });
    depths.collect()
}

/// The stretches of a line through values; `None` for those that have no place.
fn stretches(placed: &Placed<'_>, mark: &Mark) -> Option<Vec<Option<[Place; 2]>>> {
    let points = match &mark.form {
        Form::DottedLine(points) => points,
        Form::Line(points) if !mark.label.is_empty() && mark.colour != GREY => points,
        _ => return None,
    };
    let place = |&(x, y): &Place| placed.place(x, y);
    // From a strip to the axis there is no line.
    let is_drawn = |w: &[Place]| placed.strips(w[0]) == placed.strips(w[1]);
    let stretch = |w: &[Place]| if is_drawn(w) { place(&w[0]).zip(place(&w[1])) } else { None };
    Some(points.windows(2).map(|w| stretch(w).map(|(from, to)| [from, to])).collect())
}

/// Whether a stretch is as good as nowhere seen beside a line.
fn lies_on([from, to]: [Place; 2], line: &[[Place; 2]]) -> bool {
    let at = |share: f64| (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
    SAMPLES.into_iter().all(|share| line.iter().any(|other| distance(at(share), *other) <= NEAR))
}

/// How far a place is from a stretch.
fn distance(place: Place, [from, to]: [Place; 2]) -> f64 {
    let (along, own) = ((to.0 - from.0, to.1 - from.1), (place.0 - from.0, place.1 - from.1));
    let length = along.0 * along.0 + along.1 * along.1;
    let share = if length > 0.0 { (along.0 * own.0 + along.1 * own.1) / length } else { 0.0 };
    let share = share.clamp(0.0, 1.0);
    (own.0 - share * along.0).hypot(own.1 - share * along.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_lies_on_a_line_that_goes_the_same_way() {
        let line = [[(0.0, 0.0), (10.0, 0.0)], [(10.0, 0.0), (20.0, 10.0)]];
        assert!(lies_on([(1.0, 0.3), (11.0, 0.3)], &line));
        assert!(lies_on([(10.0, 0.0), (20.0, 10.0)], &line));
        assert!(!lies_on([(0.0, 0.0), (10.0, 3.0)], &line));
        assert!(!lies_on([(10.0, 0.0), (20.0, 0.0)], &line));
        assert_eq!(distance((3.0, 4.0), [(0.0, 0.0), (0.0, 0.0)]), 5.0);
    }
}
