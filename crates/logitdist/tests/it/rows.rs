//! What every row says of its measure or bound. Columns, schemas and pages are made of these words.
//!
//! `INSTA_UPDATE=always cargo test -p logitdist --test it rows` writes them anew after a change that is meant.

use logitdist::glossary::{Entry, glossary};
use logitdist::{Measure, Theorem, Uncertainty, Value, measures, theorems};
use std::fmt::Write;

#[test]
fn rows_of_measures_say_what_they_said() {
    let mut text = String::new();
    for row in measures() {
        // Field by field, so that a new one is not forgotten. Functions are tested by what they give.
        #[rustfmt::skip]
        let Measure {
            tokens, name, meaning, formula, source, of, unit, range, same, invariance, whose, section, part, steps,
            log_p, headline, uncertainty, value, note: _,
        } = row;
        let value = match value {
            Value::Number(_) => "Number",
            Value::List(_) => "List",
            Value::Elsewhere => "Elsewhere",
        };
        let uncertainty = match uncertainty {
            Uncertainty::Share(_) => "Share".to_owned(),
            Uncertainty::Percentile(share, _) => format!("Percentile({share})"),
            Uncertainty::TargetShare(_) => "TargetShare".to_owned(),
            Uncertainty::TargetPercentile(share, _) => format!("TargetPercentile({share})"),
            other => format!("{other:?}"),
        };
        writeln!(text, "{}: {name}\n  {meaning}\n  {formula}\n  {source}", tokens.join(", ")).unwrap();
        writeln!(text, "  {of:?}, {unit:?}, {range:?}, {same:?}, {invariance:?}, {whose:?}, {section:?}")
            .unwrap();
        writeln!(text, "  {part:?}, {steps:?}, log_p {log_p}, headline {headline}, {uncertainty}, {value}")
            .unwrap();
        writeln!(text, "  {}, {}", row.range_words(), row.is_list()).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn rows_of_bounds_say_what_they_said() {
    let mut text = String::new();
    for row in theorems() {
        #[rustfmt::skip]
        let Theorem {
            token, number, name, family, meaning, statement, needs, side, form, source, equality, anchor, invariance,
            whose, part, steps, log_p, left, unsure, evaluate: _,
        } = row;
        writeln!(text, "{token}: {number}, {name}\n  {family}\n  {meaning}\n  {statement}\n  {needs}")
            .unwrap();
        writeln!(text, "  {source}\n  {equality}\n  {anchor}\n  {left}\n  {unsure:?}").unwrap();
        writeln!(text, "  {side:?}, {form:?}, {invariance:?}, {whose:?}, {part:?}, {steps:?}, log_p {log_p}")
            .unwrap();
        writeln!(text, "  {}, {}", row.range_words(), row.about()).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_glossary_says_what_it_said() {
    let line = |entry: &Entry| {
        format!("{}, {}: {}; {}", entry.section.heading(), entry.token, entry.meaning, entry.invariance)
    };
    insta::assert_snapshot!(glossary().iter().map(line).collect::<Vec<_>>().join("\n"));
}
