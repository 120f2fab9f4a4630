//! The table as pictures.

use super::measure::Measured;
use super::plan::{Entry, Library, Operation};
use super::report::{all_threads, measured, speed};
use super::{Outcome, Row};
use logitdist_report::plot::{Axis, Colour, Figure, Form, Mark, Panel, Shape, Width, palette};
use std::cmp::Reverse;

fn style(library: Library) -> (Colour, Shape) {
    let place = Library::ALL.iter().position(|&l| l == library).unwrap_or(0);
    (palette::UNORDERED[place % palette::UNORDERED.len()], Shape::of(place))
}

/// The libraries that were measured, those in most panels first: an operation on a number of threads is a panel.
fn in_key(rows: &[Row]) -> Vec<Library> {
    let panels = |library: Library| {
        let mut own: Vec<(&str, usize)> = measured(rows)
            .filter(|(row, ..)| row.library == library)
            .map(|(row, entry, _)| (entry.operation.name(), row.threads))
            .collect();
        own.sort_unstable();
        own.dedup();
        own.len()
    };
    let mut all: Vec<Library> = Library::ALL.into_iter().filter(|&library| panels(library) > 0).collect();
    all.sort_by_key(|&library| Reverse(panels(library)));
    all
}

/// Why libraries are not in all panels, and not at all sizes.
fn absent(rows: &[Row]) -> String {
    let reasons: Vec<String> = in_key(rows)
        .into_iter()
        .filter_map(|library| Some(format!("{} {}", library.words(), library.lacks()?)))
        .collect();
    let are_long = rows.iter().any(|row| matches!(row.outcome, Outcome::LeftOut(_)) && row.entry.is_some());
    let long = if are_long { " Sizes that would take a library many seconds are left out." } else { "" };
    match reasons.is_empty() {
        true => long.trim_start().to_owned(),
        false => format!("Not in all panels: {}.{long}", reasons.join("; ")),
    }
}

/// Speed and error against size: a panel for each operation and number of threads, a line for each library.
pub fn figures(rows: &[Row]) -> Vec<(&'static str, Figure)> {
    let threads: Vec<usize> = all_threads(rows).into_iter().collect();
    let libraries = in_key(rows);
    let line = |library: Library, points: Vec<(f64, f64)>| {
        let (colour, shape) = style(library);
        Mark::new(Form::DottedLine(points), colour).with_shape(shape).labelled(library.words())
    };
    let figure = |label: &str, threads: &[usize], value: &dyn Fn(&Entry, &Measured) -> f64| {
        let panel = |(operation, threads): (Operation, usize)| {
            let title =
                format!("{}, {threads} thread{}", operation.words(), if threads == 1 { "" } else { "s" });
            let lines: Vec<Mark> = libraries
                .iter()
                .filter_map(|&library| {
                    let own = measured(rows).filter(|(row, entry, _)| {
                        row.library == library && row.threads == threads && entry.operation == operation
                    });
                    let points: Vec<(f64, f64)> = own.map(|(_, e, m)| (e.cols as f64, value(e, m))).collect();
                    (!points.is_empty()).then(|| line(library, points))
                })
                .collect();
            if lines.is_empty() {
                return Panel::empty(title, "nothing was measured");
            }
            let panel = Panel::new(title, Axis::log("columns of a matrix"), Axis::log(label));
            // In the key in their order, whichever panels have them.
            let key = libraries.iter().map(|&library| line(library, Vec::new()));
            key.chain(lines).fold(panel, Panel::with)
        };
        let of_operation = |operation| threads.iter().map(move |&n| (operation, n));
        let panels = Operation::ALL.into_iter().flat_map(of_operation).map(panel).collect();
        Figure::new(Width::Full, panels).in_columns(if threads.len() == 2 { 4 } else { 3 })
    };
    let counted = "10⁹ operations a second, by the usual counts of each operation; medians of calls.";
    let relative = "The largest error of the result, relative to the size of what the operation was given: 1.1×10⁻¹⁶ is half a unit in the last place.";
    vec![
        ("speed", figure("speed (GFLOP/s)", &threads, &speed).noted(counted).noted(absent(rows))),
        (
            "error",
            figure("error (relative)", &threads[..threads.len().min(1)], &|_, m| m.error)
                .noted(relative)
                .noted(absent(rows)),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

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
    #[test]
    fn keys_begin_with_what_is_in_most_panels_and_say_why_others_are_not() {
        let row = |library, operation, outcome| Row {
            library,
            version: String::new(),
            threads: 1,
            entry: Some(Entry { operation, rows: 10, cols: 10, batch: 1 }),
            outcome,
        };
        let measured = || Outcome::Measured(Measured { median: 0.1, least: 0.1, calls: 3, error: 1e-16 });
        let mut rows = vec![
            row(Library::Logitdist, Operation::RFactor, measured()),
            row(Library::Faer, Operation::RFactor, measured()),
            row(Library::Faer, Operation::Svd, measured()),
        ];
        let (_, figure) = &figures(&rows)[0];
        let names: Vec<&str> = figure.panels[0].marks.iter().map(|mark| mark.label.as_str()).collect();
        assert_eq!(names[..2], ["faer", "logitdist"]);
        assert!(
            figure.note.ends_with("Not in all panels: logitdist has the R factor alone."),
            "{}",
            figure.note
        );
        rows.push(row(Library::Faer, Operation::Matmul, Outcome::LeftOut("would take about 7 s".into())));
        let (_, figure) = &figures(&rows)[0];
        assert!(figure.note.ends_with("many seconds are left out."), "{}", figure.note);
    }
}
