//! The table as pictures.

use super::Row;
use super::measure::Measured;
use super::plan::{Entry, Library, Operation};
use super::report::{all_threads, measured, speed};
use logitdist_report::plot::{Axis, Colour, Figure, Form, Mark, Panel, Shape, Width, palette};

fn style(library: Library) -> (Colour, Shape) {
    let place = Library::ALL.iter().position(|&l| l == library).unwrap_or(0);
    (palette::UNORDERED[place % palette::UNORDERED.len()], Shape::of(place))
}

/// Speed and error against size: a panel for each operation and number of threads, a line for each library.
pub fn figures(rows: &[Row]) -> Vec<(&'static str, Figure)> {
    let threads: Vec<usize> = all_threads(rows).into_iter().collect();
    let figure = |label: &str, threads: &[usize], value: &dyn Fn(&Entry, &Measured) -> f64| {
        let panel = |(operation, threads): (Operation, usize)| {
            let title =
                format!("{}, {threads} thread{}", operation.words(), if threads == 1 { "" } else { "s" });
            let lines: Vec<Mark> = Library::ALL
                .into_iter()
                .filter_map(|library| {
                    let own = measured(rows).filter(|(row, entry, _)| {
                        row.library == library && row.threads == threads && entry.operation == operation
                    });
                    let points: Vec<(f64, f64)> = own.map(|(_, e, m)| (e.cols as f64, value(e, m))).collect();
                    let (colour, shape) = style(library);
                    let line = Mark::new(Form::DottedLine(points.clone()), colour).with_shape(shape);
                    (!points.is_empty()).then(|| line.labelled(library.words()))
                })
                .collect();
            if lines.is_empty() {
                return Panel::empty(title, "nothing was measured");
            }
            let panel = Panel::new(title, Axis::log("columns of a matrix"), Axis::log(label));
            lines.into_iter().fold(panel, Panel::with)
        };
        let of_operation = |operation| threads.iter().map(move |&n| (operation, n));
        let panels = Operation::ALL.into_iter().flat_map(of_operation).map(panel).collect();
        Figure::new(Width::Full, panels).in_columns(if threads.len() == 2 { 4 } else { 3 })
    };
    let counted = "10⁹ operations a second, by the usual counts of each operation; medians of calls.";
    let relative = "The largest error of the result, relative to the size of what the operation was given: 1.1×10⁻¹⁶ is half a unit in the last place.";
    vec![
        ("speed", figure("speed (GFLOP/s)", &threads, &speed).noted(counted)),
        (
            "error",
            figure("error (relative)", &threads[..threads.len().min(1)], &|_, m| m.error).noted(relative),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::Outcome;

    #[test]
    fn pictures_have_words_for_tokens_and_a_unit_on_every_axis() {
        let row = |library, n| Row {
            library,
            version: String::new(),
            threads: 1,
            entry: Some(Entry { operation: Operation::RFactor, rows: n, cols: n, batch: 1 }),
            outcome: Outcome::Measured(Measured { median: 0.1, least: 0.1, calls: 3, error: 1e-16 }),
        };
        let rows = [(Library::Faer, 10), (Library::Faer, 100), (Library::Mkl, 10), (Library::Mkl, 100)];
        for (name, figure) in figures(&rows.map(|(library, n)| row(library, n))) {
            let svg = figure.to_svg();
            for text in ["R factor, 1 thread", "MKL", "faer", "columns of a matrix"] {
                assert!(svg.contains(&format!(">{text}</text>")), "{name}: {text}");
            }
            assert!(!svg.contains("r_factor") && figure.panels[0].y.label.ends_with(')'), "{name}");
        }
    }
}
