//! What a sweep found, in Markdown: question, expectation, what came out, and the tables.

use crate::sentences::{all_groups, incomplete, percent};
use crate::table::{Table, numbers, text};
use crate::trained::{self, INTERVALS};
use crate::typeset::typeset;
use logitdist_io::is_hidden;
use logitdist_results::Group;
use logitdist_results::Study;

/// `summary.md`.
pub fn markdown(study: &Study, sentences: &[String]) -> String {
    let run = &study.run.manifest;
    let mut text = match run.question.as_str() {
        "" => String::new(),
        question => format!("**Question.** {question}\n\n**Expected.** {}\n\n", run.expected),
    };
    text += "**Found.**\n\n";
    for sentence in sentences {
        text += &format!("- {sentence}\n");
    }
    if let Some(sentence) = incomplete(study) {
        text += &format!("- {sentence}\n");
    }
    text += &format!("\n{}", headline(study).to_markdown());
    let tables = trained::tables(study);
    if !tables.is_empty() {
        text += &format!("\n{INTERVALS}\n");
    }
    for table in tables {
        text += &format!("\n**{}.**\n\n{}", table.title, table.to_markdown());
        if !table.left_out.is_empty() {
            text += &format!("\n{}\n", table.left_out);
        }
    }
    // What could act on a reader in place of being seen is replaced.
    text.replace(|c: char| is_hidden(c) && c != '\n', "\u{fffd}")
}

/// The headline table: a line per bound.
pub fn headline(study: &Study) -> Table {
    let counts = ["n", "n/a", "violated", "vacuous", "q05", "median", "max"].map(numbers);
    let columns = [text("bound"), text("form")].into_iter().chain(counts).chain([text("of")]).collect();
    let row = |g: &Group| {
        let (values, of) = if g.slack.is_empty() { (&g.tightness, "tightness") } else { (&g.slack, "slack") };
        let quantiles = values.quantiles([0.05, 0.5, 1.0]);
        let mut row = vec![g.bound.clone(), g.form.to_string()];
        row.extend([g.n, g.not_applicable, g.violations].map(|n| n.to_string()));
        row.push(g.vacuous_share().map_or_else(String::new, percent));
        row.extend(quantiles.map_or_else(Default::default, |quantiles| quantiles.map(typeset)));
        row.push(of.to_owned());
        row
    };
    let rows = all_groups(study).map(row).collect();
    Table { title: "Bounds".into(), columns, rows, left_out: String::new() }
}
