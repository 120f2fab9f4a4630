//! Axes of pictures from the axes of a study.

use crate::plot::{Axis, Colour, Shape, palette};
use crate::typeset::minus;
use crate::words;
use logitdist_results::StudyAxis;

/// What is said where curves are moved; what is in a strip has one place there.
pub fn moved(has_strip: bool) -> &'static str {
    match has_strip {
        true => {
            "Curves are moved a little sideways, so that no interval hides another, but not in the strip of 0."
        }
        false => "Curves are moved a little sideways, so that no interval hides another.",
    }
}

/// The most values that are shown as ticks of their own.
const MOST_TICKS: usize = 12;

/// The horizontal axis of a study's axis.
pub fn axis(axis: &StudyAxis) -> Axis {
    let label = words::axis(&axis.name, None);
    let names: Vec<String> = axis.values.iter().map(|value| words::value_of(&axis.name, value)).collect();
    let Some(numbers) = axis.numbers() else { return Axis::places(label, &names) };
    let plot = if axis.logarithmic { Axis::log(label) } else { Axis::linear(label) };
    if numbers.len() > MOST_TICKS || (axis.logarithmic && !are_short(&axis.values)) {
        return plot;
    }
    let ticks = numbers.into_iter().zip(names).filter(|(x, _)| {
        // Zero has a gutter with a name.
        !axis.logarithmic || *x > 0.0
    });
    plot.ticked(ticks.collect())
}

/// Losses in the order of their colours, which are the same in all pictures of all studies.
const LOSSES: [&str; 6] = ["kl", "l2", "cross_entropy", "reverse_kl", "l1", "centred_l2"];

/// The colour and the shape of a value of an axis: numbers from dark to light, losses as everywhere.
pub fn level_style(axis: &StudyAxis, value: usize) -> (Colour, Shape) {
    if axis.name == "loss" {
        let place = place_of_loss(&axis.values, value);
        return (palette::UNORDERED[place % palette::UNORDERED.len()], Shape::of(place));
    }
    let colour = match axis.numbers() {
        Some(_) => palette::ordered(axis.values.len())[value],
        None => palette::UNORDERED[value % palette::UNORDERED.len()],
    };
    (colour, Shape::of(value))
}

/// The place of a loss among colours and shapes: one that all studies know has its own, another the next that no known one of the axis has.
fn place_of_loss(values: &[String], value: usize) -> usize {
    let known = |loss: &String| LOSSES.iter().position(|own| own == loss);
    let own = known(&values[value]);
    let before = values[..value].iter().filter(|loss| known(loss).is_none()).count();
    let is_free = |place: &usize| !values.iter().any(|loss| known(loss) == Some(*place));
    own.unwrap_or_else(|| (0..).filter(is_free).nth(before).unwrap_or(0))
}

/// Whether values are short enough to be ticks: `0.01`, but not `0.03162277660168379` or `1e-6`.
fn are_short(values: &[String]) -> bool {
    values.iter().all(|v| v.len() <= 5 && !v.contains('e'))
}

/// Where a value of an axis stands on it.
pub fn at(axis: &StudyAxis, value: usize) -> f64 {
    axis.values[value].parse().ok().filter(|_| axis.numbers().is_some()).unwrap_or(value as f64)
}

/// An axis between two ends with at least three ticks, as far apart as that allows.
pub fn ticked(label: &str, low: f64, high: f64) -> Axis {
    let axis = Axis::linear(label).between(low, high);
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return axis;
    }
    let power = span.log10().floor();
    let steps = [power, power - 1.0].map(|p| [(5.0, p), (2.0, p), (1.0, p)]).concat();
    let ticks = |(factor, power): (f64, f64)| {
        let step = factor * 10f64.powf(power);
        let places = (-power).max(0.0) as usize;
        let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
        // Adding 0 makes a negative zero positive.
        let tick = |i: i64| (i as f64 * step, minus(format!("{:.places$}", i as f64 * step + 0.0)));
        (first..=last).map(tick).collect::<Vec<_>>()
    };
    let chosen = steps.into_iter().map(ticks).find(|ticks| ticks.len() >= 3);
    chosen.map_or(axis.clone(), |ticks| axis.ticked(ticks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_that_no_other_study_has_look_like_no_other_of_their_axis() {
        let values = ["none", "l2", "weighted", "kl", "mixture"].map(String::from);
        assert_eq!([0, 1, 2, 3, 4].map(|value| place_of_loss(&values, value)), [2, 1, 3, 0, 4]);
    }

    #[test]
    fn a_short_axis_has_three_ticks_at_least() {
        for (low, high, want) in [
            (0.0, 1.0, "0.0 0.5 1.0"),
            (0.12, 1.0, "0.2 0.4 0.6 0.8 1.0"),
            (-0.02, 0.99, "0.0 0.2 0.4 0.6 0.8"),
            (0.971, 1.0, "0.98 0.99 1.00"),
            (0.0, 30.0, "0 10 20 30"),
        ] {
            let texts: Vec<String> = ticked("", low, high).ticks.into_iter().map(|(_, text)| text).collect();
            assert_eq!(texts.join(" "), want, "{low} to {high}");
        }
        assert!(ticked("", 1.0, 1.0).ticks.is_empty());
    }
}
