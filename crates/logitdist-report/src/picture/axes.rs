//! Axes of pictures from the axes of a study.

use crate::plot::Axis;
use crate::typeset::minus;
use logitdist_results::{Study, StudyAxis};

/// The most axes that pictures are drawn over.
const AXES_DRAWN: usize = 4;

/// The most values that are shown as ticks of their own.
const MOST_TICKS: usize = 12;

/// The horizontal axis of a study's axis.
pub fn axis(axis: &StudyAxis) -> Axis {
    let Some(numbers) = axis.numbers() else { return Axis::places(&axis.name, &axis.values) };
    let plot = if axis.logarithmic { Axis::log(&axis.name) } else { Axis::linear(&axis.name) };
    if numbers.len() > MOST_TICKS || (axis.logarithmic && !are_short(&axis.values)) {
        return plot;
    }
    let ticks = numbers.into_iter().zip(axis.values.iter().cloned()).filter(|(x, _)| {
        // Zero has a gutter with a name.
        !axis.logarithmic || *x > 0.0
    });
    plot.ticked(ticks.collect())
}

/// Whether values are short enough to be ticks: `0.01`, but not `0.03162277660168379` or `1e-6`.
fn are_short(values: &[String]) -> bool {
    values.iter().all(|v| v.len() <= 5 && !v.contains('e'))
}

/// Where a value of an axis stands on it.
pub fn at(axis: &StudyAxis, value: usize) -> f64 {
    axis.values[value].parse().ok().filter(|_| axis.numbers().is_some()).unwrap_or(value as f64)
}

/// A vertical axis for values between 0 and 1: logarithmic if they are small or of very different size.
pub fn share_axis(label: &str, medians: impl Iterator<Item = f64>) -> Axis {
    let (mut least, mut most) = (f64::INFINITY, 0.0f64);
    for median in medians.filter(|&x| x > 0.0) {
        (least, most) = (least.min(median), most.max(median));
    }
    if most > 0.0 && (most < 0.05 || least < 0.02 * most) {
        Axis::log(label)
    } else {
        Axis::linear(label).between(0.0, most.max(1.0))
    }
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

/// The axes that pictures are drawn over: those with the most values.
pub fn drawn(study: &Study) -> Vec<usize> {
    let mut varied = study.varied_of_pairs();
    varied.truncate(AXES_DRAWN);
    varied
}

/// The sources that are seen apart along an axis; `None` alone if they are not.
pub fn sources(study: &Study, axis: usize) -> Vec<Option<usize>> {
    match study.sources_apart(axis) {
        apart if apart.is_empty() => vec![None],
        apart => apart.into_iter().map(Some).collect(),
    }
}

/// The name of a source; empty for all.
pub fn source_name(study: &Study, source: Option<usize>) -> &str {
    source.zip(study.sources()).map_or("", |(source, axis)| &study.axes[axis].values[source])
}

#[cfg(test)]
mod tests {
    use super::*;

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
