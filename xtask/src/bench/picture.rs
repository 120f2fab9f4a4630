//! The table as pictures.

use super::measure::Measured;
use super::plan::{Entry, Library, Operation};
use super::report::{all_threads, measured, speed};
use super::{Outcome, Row};
use logitdist_report::plot::{Axis, Colour, Figure, Form, Mark, Panel, Shape, Width, palette};
use std::cmp::Reverse;
use std::collections::BTreeSet;

fn style(library: Library) -> (Colour, Shape) {
    let place = Library::ALL.iter().position(|&l| l == library).unwrap_or(0);
    (palette::UNORDERED[place % palette::UNORDERED.len()], Shape::of(place))
}

/// The libraries that were measured on these numbers of threads with the panels that they are in, those in most first: an operation on a number of
/// threads is a panel.
fn in_key(rows: &[Row], threads: &[usize]) -> Vec<(Library, usize)> {
    let panels = |library: Library| {
        let mut own: Vec<(&str, usize)> = measured(rows)
            .filter(|(row, ..)| row.library == library && threads.contains(&row.threads))
            .map(|(row, entry, _)| (entry.operation.name(), row.threads))
            .collect();
        own.sort_unstable();
        own.dedup();
        own.len()
    };
    let all = Library::ALL.into_iter().map(|library| (library, panels(library)));
    let mut all: Vec<(Library, usize)> = all.filter(|(_, panels)| *panels > 0).collect();
    all.sort_by_key(|(_, panels)| Reverse(*panels));
    all
}

/// Why libraries are not in all panels, and not at all sizes.
fn absent(rows: &[Row], threads: &[usize]) -> String {
    let key = in_key(rows, threads);
    let most = key.first().map_or(0, |(_, panels)| *panels);
    let fewer = key.into_iter().filter(|(_, panels)| *panels < most);
    let reasons = fewer.filter_map(|(library, _)| Some(format!("{} {}", library.words(), library.lacks()?)));
    let reasons: Vec<String> = reasons.collect();
    let is_long = |row: &Row| {
        matches!(row.outcome, Outcome::LeftOut(_)) && row.entry.is_some() && threads.contains(&row.threads)
    };
    let long = if rows.iter().any(is_long) {
        " Sizes that would take a library many seconds are left out."
    } else {
        ""
    };
    match reasons.is_empty() {
        true => long.trim_start().to_owned(),
        false => format!("Not in all panels: {}.{long}", reasons.join("; ")),
    }
}

/// The sizes of an operation as ticks.
fn sizes(rows: &[Row], operation: Operation) -> Vec<(f64, String)> {
    let own = measured(rows).filter(|(_, entry, _)| entry.operation == operation);
    let all: BTreeSet<usize> = own.map(|(_, entry, _)| entry.cols).collect();
    all.into_iter().map(|n| (n as f64, n.to_string())).collect()
}

/// What the columns of a matrix do not tell of its size.
fn shapes(rows: &[Row]) -> String {
    let entries = |is_own: fn(&Entry) -> bool| {
        measured(rows).map(|(_, entry, _)| entry).filter(move |entry| is_own(entry))
    };
    let ends = |all: BTreeSet<usize>| match (all.first(), all.last()) {
        (Some(least), Some(most)) if least != most => format!("{least} to {most}"),
        (Some(one), _) => one.to_string(),
        _ => String::new(),
    };
    let high = ends(entries(|entry| entry.rows != entry.cols).map(|entry| entry.rows).collect());
    let many = ends(entries(|entry| entry.operation == Operation::Solve).map(|entry| entry.batch).collect());
    let mut said = Vec::new();
    if !high.is_empty() {
        said.push(format!("Matrices of R factors and thin QR have {high} rows, all others are square."));
    }
    if !many.is_empty() {
        said.push(format!("Linear systems are {many} at a time with one right-hand side each."));
    }
    if entries(|entry| entry.operation == Operation::SolveTriangular).next().is_some() {
        said.push("Triangular systems have as many right-hand sides as columns.".into());
    }
    said.join(" ")
}

/// Speed and error against size: a panel for each operation and number of threads, a line for each library.
pub fn figures(rows: &[Row]) -> Vec<(&'static str, Figure)> {
    let threads: Vec<usize> = all_threads(rows).into_iter().collect();
    let line = |library: Library, points: Vec<(f64, f64)>| {
        let (colour, shape) = style(library);
        Mark::new(Form::DottedLine(points), colour).with_shape(shape).labelled(library.words())
    };
    let figure = |label: &str, threads: &[usize], value: &dyn Fn(&Entry, &Measured) -> f64| {
        let libraries: Vec<Library> = in_key(rows, threads).into_iter().map(|(library, _)| library).collect();
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
            let x = Axis::log("columns of a matrix").ticked(sizes(rows, operation));
            let panel = Panel::new(title, x, Axis::log(label));
            // In the key in their order, whichever panels have them.
            let key = libraries.iter().map(|&library| line(library, Vec::new()));
            key.chain(lines).fold(panel, Panel::with)
        };
        let of_operation = |operation| threads.iter().map(move |&n| (operation, n));
        let panels = Operation::ALL.into_iter().flat_map(of_operation).map(panel).collect();
        let columns = if threads.len() == 2 { 4 } else { 3 };
        Figure::new(Width::Full, panels).in_columns(columns)
    };
    let counted = "10⁹ operations a second, by the usual counts of each operation; medians of calls.";
    let relative = "The largest error of the result, relative to the size of what the operation was given: 1.1×10⁻¹⁶ is half a unit in the last place.";
    let first = &threads[..threads.len().min(1)];
    let speeds = figure("speed (GFLOP/s)", &threads, &speed);
    vec![
        ("speed", speeds.noted(counted).noted(shapes(rows)).noted(absent(rows, &threads))),
        (
            "error",
            figure("error (relative)", first, &|_, m| m.error)
                .noted(relative)
                .noted(shapes(rows))
                .noted(absent(rows, first)),
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
    fn pictures_say_how_large_matrices_are_beside_their_columns() {
        let row = |operation, rows, cols, batch| Row {
            library: Library::Faer,
            version: String::new(),
            threads: 1,
            entry: Some(Entry { operation, rows, cols, batch }),
            outcome: Outcome::Measured(Measured { median: 0.1, least: 0.1, calls: 3, error: 1e-16 }),
        };
        let rows = [
            row(Operation::RFactor, 20_000, 16, 1),
            row(Operation::RFactor, 20_000, 64, 1),
            row(Operation::Solve, 16, 16, 10_000),
            row(Operation::Solve, 128, 128, 2_000),
        ];
        for (name, figure) in figures(&rows) {
            let note = &figure.note;
            assert!(note.contains("have 20000 rows") && note.contains("2000 to 10000 at a time"), "{note}");
            assert!(!note.contains("Triangular"), "{note}");
            let ticks: Vec<&str> = figure.panels[0].x.ticks.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(ticks, ["16", "64"], "{name}");
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
        // These are as high as wide; nothing is said of what was not measured.
        assert!(!figure.note.contains(" rows") && !figure.note.contains("systems"), "{}", figure.note);
        // Of one thread alone a library is in all panels that is in half of those of two.
        let two = |row: Row| Row { threads: 2, ..row };
        let both = [
            row(Library::Nalgebra, Operation::Svd, measured()),
            row(Library::Faer, Operation::Svd, measured()),
            two(row(Library::Faer, Operation::Svd, measured())),
        ];
        let notes =
            figures(&both).into_iter().map(|(_, figure)| figure.note.contains("nalgebra computes on one"));
        assert_eq!(notes.collect::<Vec<_>>(), [true, false]);
        rows.push(row(Library::Faer, Operation::Matmul, Outcome::LeftOut("would take about 7 s".into())));
        let (_, figure) = &figures(&rows)[0];
        assert!(figure.note.ends_with("many seconds are left out."), "{}", figure.note);
    }
}
