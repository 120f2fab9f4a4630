//! Scaling in pictures.

use super::axis::{Axis, operations};
use super::{Measurements, Point, Series};
use crate::measure::{PARTS, in_words};
use crate::pair::Size;
use logitdist_report::plot::{self, Colour, Figure, Form, Mark, Panel, Shape, Width, palette};

/// Seconds of every part against inputs, labels and dimension, with what theory expects.
pub fn time(all: &Measurements) -> Figure {
    let panels = all.series.iter().map(|series| {
        let mut panel = panel(series, "time (s)");
        for (i, (part, colour)) in PARTS.into_iter().zip(palette::UNORDERED).enumerate() {
            let points = points(series, |point| point.seconds(part));
            // Through the last point: that is where the leading terms lead.
            if let (Some(last), Some(&(_, seconds))) = (series.points.last(), points.last()) {
                let scale = seconds / operations(part, &last.size);
                let theory = self::points(series, |point| scale * operations(part, &point.size));
                panel = panel.with(Mark::line(theory, colour).dashed());
            }
            panel = panel.with(line(points, colour, i).labelled(in_words(part)));
        }
        panel
    });
    let note = format!(
        "{LETTERS} Medians on {} threads. Dashed: the operations of theory, put through the last point.",
        all.threads
    );
    Figure::new(Width::Full, panels.collect()).noted(note)
}

/// Peak of memory against inputs, labels and dimension.
pub fn memory(all: &Measurements) -> Figure {
    let panels = all.series.iter().map(|series| {
        let peak = points(series, |point| point.measured.peak_mb);
        let files = points(series, file_mb);
        panel(series, "memory (MB)")
            .with(Mark::line(files, palette::GREY).dashed().labelled("both files, 8 bytes a number"))
            .with(Mark::new(Form::DottedLine(peak), palette::BLUE).labelled("peak of the process"))
    });
    Figure::new(Width::Full, panels.collect()).noted(format!("{LETTERS} On {} threads.", all.threads))
}

/// What can be said of points above the line of as many threads: why is not in the table.
const ABOVE: &str = "Points above the dashed line may come from caches that fewer threads do not have, or from what else differs between two \
    processes, as clock and other work: the table does not tell which.";

/// What stands in titles.
const LETTERS: &str = "N inputs, K labels, dimension M.";

/// How much faster than on one thread, of every part.
pub fn threads(all: &Measurements) -> Figure {
    let count = |point: &Point| point.threads as f64;
    let x = plot::Axis::linear("number of threads")
        .ticked(all.by_threads.iter().map(|point| (count(point), point.threads.to_string())).collect());
    let title = all.by_threads.first().map_or_else(String::new, |point| {
        let size = &point.size;
        format!("N = {}, K = {}, M = {}, {}", size.inputs, size.labels, size.dim, subsets(size))
    });
    let mut panel = Panel::new(title, x, plot::Axis::linear("speed (relative to that on one thread)"));
    let ideal = all.by_threads.iter().map(|point| (count(point), count(point))).collect();
    panel =
        panel.with(Mark::line(ideal, palette::GREY).dashed().labelled("twice the threads, twice the speed"));
    let mut is_above = false;
    for (i, (part, colour)) in PARTS.into_iter().zip(palette::UNORDERED).enumerate() {
        let one = all.by_threads[0].seconds(part);
        let points: Vec<(f64, f64)> =
            all.by_threads.iter().map(|point| (count(point), one / point.seconds(part))).collect();
        is_above |= points.iter().any(|(threads, speed)| speed > threads);
        panel = panel.with(line(points, colour, i).labelled(in_words(part)));
    }
    let figure = Figure::new(Width::Column, vec![panel]).noted(LETTERS);
    if is_above { figure.noted(ABOVE) } else { figure }
}

/// How many label subsets the dissimilarity is over.
fn subsets(size: &Size) -> String {
    format!("{} label subsets", size.pivots * size.per_pivot)
}

/// The line of the i-th part.
fn line(points: Vec<(f64, f64)>, colour: Colour, i: usize) -> Mark {
    Mark::new(Form::DottedLine(points), colour).with_shape(Shape::of(i))
}

/// Size of the two files as f64, MB.
pub fn file_mb(point: &Point) -> f64 {
    let size = &point.size;
    2.0 * 8.0 * ((size.inputs + size.labels) * size.dim) as f64 / 1e6
}

fn panel(series: &Series, y: &str) -> Panel {
    let title = series.points.first().map_or_else(String::new, |Point { size, .. }| {
        let fixed = match series.axis {
            Axis::Inputs => format!("K = {}, M = {}", size.labels, size.dim),
            Axis::Labels => format!("N = {}, M = {}", size.inputs, size.dim),
            Axis::Dim => format!("N = {}, K = {}", size.inputs, size.labels),
        };
        format!("{fixed}, {}", subsets(size))
    });
    let name = match series.axis {
        Axis::Inputs => "number of inputs N",
        Axis::Labels => "number of labels K",
        Axis::Dim => "dimension M",
    };
    Panel::new(title, plot::Axis::log(name), plot::Axis::log(y)).shaped(1.0)
}

fn points(series: &Series, value: impl Fn(&Point) -> f64) -> Vec<(f64, f64)> {
    series.points.iter().map(|point| (series.axis.value(&point.size) as f64, value(point))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Measured;

    #[test]
    fn points_above_the_line_of_threads_have_a_word_on_them() {
        let figure = |on_two: f64| {
            let point = |threads: usize, seconds: f64| Point {
                size: Size { inputs: 10, labels: 5, dim: 2, inputs_limit: 10, pivots: 1, per_pivot: 1 },
                threads,
                measured: Measured {
                    values: Default::default(),
                    seconds: PARTS.iter().map(|part| ((*part).to_owned(), seconds)).collect(),
                    peak_mb: 1.0,
                },
            };
            let by_threads = vec![point(1, 1.0), point(2, on_two)];
            threads(&Measurements { series: Vec::new(), by_threads, threads: 2, budget: 1.0 })
        };
        let is_said = |on_two: f64| figure(on_two).note.contains("above the dashed line");
        assert!(is_said(0.4) && !is_said(0.6));
        assert_eq!(figure(0.6).panels[0].title, "N = 10, K = 5, M = 2, 1 label subsets");
        assert!(figure(0.6).note.starts_with("N inputs, K labels"), "{}", figure(0.6).note);
    }
}
