//! The table as CSV and as a page.

use super::measure::Measured;
use super::plan::{Entry, Library, Operation};
use super::{Outcome, Row};
use crate::processor::processor;
use std::collections::BTreeSet;

/// Speed in GFLOP/s by the usual counts, of the median time.
pub fn speed(entry: &Entry, measured: &Measured) -> f64 {
    entry.flops() / measured.median / 1e9
}

/// The measured lines.
pub fn measured(rows: &[Row]) -> impl Iterator<Item = (&Row, &Entry, &Measured)> {
    rows.iter().filter_map(|row| match (&row.entry, &row.outcome) {
        (Some(entry), Outcome::Measured(measured)) => Some((row, entry, measured)),
        _ => None,
    })
}

/// The fastest call of the largest product on so many threads, in GFLOP/s, and whose it is.
fn gemm_peak(rows: &[Row], threads: usize) -> Option<(f64, Library, Entry)> {
    let products =
        || measured(rows).filter(|(row, e, _)| row.threads == threads && e.operation == Operation::Matmul);
    let largest = products().map(|(_, entry, _)| entry.rows).max()?;
    let of_largest = products().filter(|(_, entry, _)| entry.rows == largest);
    of_largest
        .map(|(row, e, m)| (e.flops() / m.least / 1e9, row.library, *e))
        .max_by(|x, y| x.0.total_cmp(&y.0))
}

pub fn all_threads(rows: &[Row]) -> BTreeSet<usize> {
    rows.iter().map(|row| row.threads).collect()
}

/// One line an entry; what was not measured has its reason in the last column.
pub fn csv(rows: &[Row]) -> String {
    let mut text = String::from(
        "backend,threads,operation,rows,cols,batch,seconds_median,seconds_min,calls,gflops,gemm_peak_share,error,version,note\n",
    );
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    for row in rows {
        let (operation, sizes) = row.entry.map_or(("", ",,".to_owned()), |entry| {
            (entry.operation.name(), format!("{},{},{}", entry.rows, entry.cols, entry.batch))
        });
        let (numbers, note) = match (&row.entry, &row.outcome) {
            (Some(entry), Outcome::Measured(m)) => {
                let gflops = speed(entry, m);
                let share = gemm_peak(rows, row.threads)
                    .map_or(String::new(), |(peak, ..)| format!("{:.4}", gflops / peak));
                let (median, least) = (m.median, m.least);
                (format!("{median:.4e},{least:.4e},{},{gflops:.4},{share},{:.2e}", m.calls, m.error), "")
            }
            (_, Outcome::LeftOut(note) | Outcome::Failed(note)) => (",,,,,".to_owned(), note.as_str()),
            (None, Outcome::Measured(_)) => unreachable!("what is measured has an entry"),
        };
        text.push_str(&format!(
            "{},{},{operation},{sizes},{numbers},{},{}\n",
            row.library.name(),
            row.threads,
            quoted(&row.version),
            quoted(note)
        ));
    }
    text
}

/// The page: what ran, the fastest of each, all numbers.
pub fn page(rows: &[Row], command: &str) -> String {
    let mut text = format!(
        "# Linear-algebra libraries on this workload\n\nWhich library is best for this? `{command}` makes this page, `bench.csv` and the pictures on this machine: {}.\n\n",
        processor()
    );
    text.push_str(ABOUT);
    text.push_str("| backend | version, kernels |\n|---|---|\n");
    for library in Library::ALL {
        if let Some(row) = rows.iter().find(|row| row.library == library && !row.version.is_empty()) {
            text.push_str(&format!("| {} | {} |\n", library.name(), row.version));
        }
    }
    if let Ok(core) = std::env::var("OPENBLAS_CORETYPE") {
        text.push_str(&format!("\nThe environment has OPENBLAS_CORETYPE={core}.\n"));
    }
    text.push('\n');
    for threads in all_threads(rows) {
        if let Some((peak, library, entry)) = gemm_peak(rows, threads) {
            text.push_str(&format!(
                "Gemm peak on {threads} thread{}: {peak:.1} GFLOP/s ({}, {}).\n",
                if threads == 1 { "" } else { "s" },
                library.name(),
                entry.size()
            ));
        }
    }
    text.push_str("\n## Fastest\n\n");
    text.push_str(&fastest(rows));
    text.push_str("\nSpeed: ![GFLOP/s against columns, a panel for each operation, a line for each library](plots/speed.svg)\n\nError: ![relative error against columns, a panel for each operation, a line for each library](plots/error.svg)\n");
    for operation in Operation::ALL {
        let of = rows.iter().filter(|row| row.entry.is_some_and(|e| e.operation == operation));
        let lines: Vec<String> = of.map(|row| line(rows, row)).collect();
        if !lines.is_empty() {
            text.push_str(&format!(
                "\n## {}\n\n| size | threads | backend | ms, median | ms, least | GFLOP/s | of gemm peak | error |\n|---|---|---|---|---|---|---|---|\n{}",
                operation.name(),
                lines.concat()
            ));
        }
    }
    let absent: Vec<_> = rows.iter().filter(|row| row.entry.is_none()).collect();
    if !absent.is_empty() {
        text.push_str("\n## Not measured\n\n");
        for row in absent {
            if let Outcome::LeftOut(note) | Outcome::Failed(note) = &row.outcome {
                text.push_str(&format!("- {} on {} threads: {note}\n", row.library.name(), row.threads));
            }
        }
    }
    text
}

const ABOUT: &str = "\
Each library runs in a process of its own. A measurement is a call, repeated for half a second (medians and minima); matrices are made outside of the time, copies that a library
needs are inside. `solve` is a batch of systems with one right-hand side each, with the estimate of the reciprocal condition; on two threads the systems are given
out to two threads of which each calls a library on one. `logitdist` is this project's R factor, in blocks. Backends that compute on one thread have no other lines for two.

GFLOP/s are by the usual counts, whatever a library really does: for m×n R 2mn² − 2n³/3, thin QR twice that; for n×n singular values 8n³/3, with vectors 22n³, symmetric
eigenvalues with vectors 9n³, LU with one right-hand side 2n³/3 + 2n², triangle with n right-hand sides n³, product 2n³.

Errors are relative, of sums in twice the precision (1.1e-16 is half a unit in the last place). R and QR: matrices of whole numbers, |RᵀR − AᵀA| over lengths of columns with the exact AᵀA,
|Q R − A| and |QᵀQ − I|. Singular values and eigenvalues: matrices whose values are known exactly, |found − exact| over the largest, |A v − λ u| and the vectors' |VᵀV − I|. Systems: the
residual over ‖row‖₁ ‖x‖∞. Products: over the lengths of row and column. The largest of the entries looked at: all of small results, a sample of large ones.

";

/// For each operation and size the fastest on each number of threads, and how much faster it is than the program's own library.
fn fastest(rows: &[Row]) -> String {
    let threads = all_threads(rows);
    let mut text = String::from("| operation | size |");
    threads.iter().for_each(|n| {
        text.push_str(&format!(" {n} thread{} | times faer |", if *n == 1 { "" } else { "s" }))
    });
    text.push_str("\n|---|---|");
    text.push_str(&"---|---|".repeat(threads.len()));
    text.push('\n');
    let mut entries: Vec<Entry> = Vec::new();
    for (_, entry, _) in measured(rows) {
        if !entries.contains(entry) {
            entries.push(*entry);
        }
    }
    let place = |operation| Operation::ALL.iter().position(|&o| o == operation);
    entries.sort_by_key(|e| (place(e.operation), e.cols));
    for entry in entries {
        text.push_str(&format!("| {} | {} |", entry.operation.name(), entry.size()));
        for &n in &threads {
            let same = || measured(rows).filter(|(row, e, _)| row.threads == n && **e == entry);
            let best = same().min_by(|x, y| x.2.median.total_cmp(&y.2.median));
            let faer = same().find(|(row, ..)| row.library == Library::Faer);
            let name = best.map_or("", |(row, ..)| row.library.name());
            let ratio = best.zip(faer).map_or(String::new(), |((_, _, best), (_, _, faer))| {
                format!("{:.2}", faer.median / best.median)
            });
            text.push_str(&format!(" {name} | {ratio} |"));
        }
        text.push('\n');
    }
    text
}

fn line(rows: &[Row], row: &Row) -> String {
    let Some(entry) = row.entry else { return String::new() };
    let start = format!("| {} | {} | {} |", entry.size(), row.threads, row.library.name());
    match &row.outcome {
        Outcome::Measured(m) => {
            let gflops = speed(&entry, m);
            let share = gemm_peak(rows, row.threads)
                .map_or(String::new(), |(peak, ..)| format!("{:.1} %", 100.0 * gflops / peak));
            let (median, least) = (1e3 * m.median, 1e3 * m.least);
            format!("{start} {median:.3} | {least:.3} | {gflops:.2} | {share} | {:.1e} |\n", m.error)
        }
        Outcome::LeftOut(note) | Outcome::Failed(note) => format!("{start} {note} | | | | |\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let row = |library, operation, n, median| Row {
            library,
            version: "of \"today\"".to_owned(),
            threads: 1,
            entry: Some(Entry { operation, rows: n, cols: n, batch: 1 }),
            outcome: Outcome::Measured(Measured { median, least: median, calls: 3, error: 1e-16 }),
        };
        vec![
            row(Library::Faer, Operation::Svd, 100, 0.022),
            row(Library::Mkl, Operation::Svd, 100, 0.011),
            row(Library::Faer, Operation::Matmul, 10, 1e-9),
            row(Library::Faer, Operation::Matmul, 1000, 0.2),
            row(Library::Mkl, Operation::Matmul, 1000, 0.1),
            Row {
                library: Library::Openblas,
                version: String::new(),
                threads: 1,
                entry: None,
                outcome: Outcome::LeftOut("install it".to_owned()),
            },
        ]
    }

    #[test]
    fn shares_are_of_the_fastest_of_the_largest_products() {
        let rows = rows();
        let (peak, library, entry) = gemm_peak(&rows, 1).unwrap();
        assert_eq!((peak.round(), library, entry.rows), (20.0, Library::Mkl, 1000));
        assert!(gemm_peak(&rows, 2).is_none());
        let text = csv(&rows);
        let svd = text.lines().nth(2).unwrap();
        assert_eq!(
            svd,
            "mkl,1,svd,100,100,1,1.1000e-2,1.1000e-2,3,2.0000,0.1000,1.00e-16,\"of \"\"today\"\"\",\"\""
        );
        assert!(text.lines().all(|line| line.matches(',').count() == 13), "{text}");
        assert!(text.ends_with("openblas,1,,,,,,,,,,,\"\",\"install it\"\n"), "{text}");
    }

    #[test]
    fn the_page_names_the_fastest_and_what_is_missing() {
        let text = page(&rows(), "cargo xtask bench");
        assert!(text.contains("| svd | 100×100 | mkl | 2.00 |"), "{text}");
        assert!(text.contains("| 100×100 | 1 | mkl | 11.000 | 11.000 | 2.00 | 10.0 % | 1.0e-16 |"), "{text}");
        assert!(text.contains("- openblas on 1 threads: install it"));
    }
}
