//! The table of coverage, and its page.

use super::draw::{Dependence, Law};
use super::{Cell, Count, SIDES, TOKENS};
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

/// Coverage that an interval of 95 % should have.
const RIGHT: RangeInclusive<f64> = 0.92..=0.98;

/// What stands over the second table.
const UNMARKED: &str = "
## Without a mark

The same for the intervals that `compare` does not mark as too narrow or too low. These are the ones
to rely on.
";

/// What stands over the tables of the page.
const INTRODUCTION: &str = include_str!("introduction.txt");

/// The kind of inputs in words.
pub fn words(law: &Law) -> String {
    let tails = if law.heavy { "heavy tails" } else { "Gaussian" };
    format!("N {}, M {}, ρ {}, {tails}, {}", law.inputs, law.dim, law.rho, dependence(law.dependence))
}

fn dependence(dependence: Dependence) -> &'static str {
    match dependence {
        Dependence::Independent => "independent",
        Dependence::Grouped => "grouped",
        Dependence::Autocorrelated => "autocorrelated",
    }
}

/// What the columns and lines are of: measures, and sides of bounds.
fn names() -> impl Iterator<Item = String> {
    let measures = TOKENS.into_iter().map(str::to_owned);
    measures.chain(SIDES.into_iter().map(|(bound, side)| format!("{bound}.{side}")))
}

/// Writes coverage.csv and README.md.
pub fn write(folder: &Path, cells: &[Cell]) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = csv::Writer::from_path(folder.join("coverage.csv"))?;
    file.write_record([
        "inputs",
        "dim",
        "rho",
        "tails",
        "dependence",
        "token",
        "draws",
        "given",
        "held",
        "unmarked",
        "unmarked_held",
    ])?;
    for Cell { law, draws, counts, .. } in cells {
        for (token, count) in names().zip(counts) {
            let numbers = [*draws, count.given, count.held, count.plain, count.plain_held];
            let mut record = vec![law.inputs.to_string(), law.dim.to_string(), law.rho.to_string()];
            record.push(if law.heavy { "heavy" } else { "gaussian" }.to_owned());
            record.push(dependence(law.dependence).to_owned());
            record.push(token);
            record.extend(numbers.map(|number| number.to_string()));
            file.write_record(&record)?;
        }
    }
    file.flush()?;
    fs::write(folder.join("README.md"), page(cells))?;
    Ok(())
}

fn page(cells: &[Cell]) -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str(&table(cells, |count| (count.given, count.held)));
    page.push_str(UNMARKED);
    page.push_str(&table(cells, |count| (count.plain, count.plain_held)));
    page.push_str("\n## Chance\n\nShare of unrelated pairs whose `m_cca` is beyond the limit of chance of [verdict](../../docs/verdict.md):\n\n");
    page.push_str("| N | M | beyond |\n|---|---|---|\n");
    for Cell { law, draws, beyond_chance, .. } in cells.iter().filter(|cell| cell.law.rho == 0.0) {
        let percent = 100.0 * *beyond_chance as f64 / *draws as f64;
        page.push_str(&format!("| {} | {} | {percent:.2} % |\n", law.inputs, law.dim));
    }
    page
}

/// A row for each cell, with the coverage of those intervals that `counted` gives the numbers of: all, and those that hold the value.
fn table(cells: &[Cell], counted: impl Fn(&Count) -> (usize, usize)) -> String {
    let mut page = String::from("\n| N | M | ρ | inputs |");
    names().for_each(|token| page.push_str(&format!(" `{token}` |")));
    page.push_str(&format!("\n|{}\n", "---|".repeat(4 + names().count())));
    for Cell { law, draws, counts, .. } in cells {
        let tails = if law.heavy { "heavy tails, " } else { "" };
        page.push_str(&format!(
            "| {} | {} | {} | {tails}{} |",
            law.inputs,
            law.dim,
            law.rho,
            dependence(law.dependence)
        ));
        counts.iter().for_each(|count| page.push_str(&format!(" {} |", share(counted(count), *draws))));
        page.push('\n');
    }
    page
}

/// The coverage of the intervals that there were, in bold where it is not right; in brackets the share of draws with an interval, if not all
/// have one.
fn share((given, held): (usize, usize), draws: usize) -> String {
    if 10 * given < draws {
        return "none".to_owned();
    }
    let held = held as f64 / given as f64;
    let text = format!("{:.1}", 100.0 * held);
    let text = if RIGHT.contains(&held) { text } else { format!("**{text}**") };
    if given == draws { text } else { format!("{text} ({:.0})", 100.0 * given as f64 / draws as f64) }
}
