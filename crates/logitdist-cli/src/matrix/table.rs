//! Many models as a table of at most 80 columns.

use crate::compare::rounded;
use crate::wrapped::{WIDTH, wrapped};
use logitdist::{Same, measure};
use logitdist_results::many::{ComparedModels, ManyComparisons, Place};
use logitdist_results::number::short;

/// Columns of a model's name.
const NAME: usize = 20;

/// Columns of a number.
const NUMBER: usize = 9;

/// Measures that have a column beside that which ranks, if they were computed; and what stands above them.
const COLUMNS: [(&str, &str); 5] = [
    ("d_logit", "d_logit"),
    ("d_logit_relative", "relative"),
    ("m_cca", "m_cca"),
    ("kl_ab", "kl_ab"),
    ("top1_agreement", "top 1"),
];

/// The whole table.
pub fn render(many: &ManyComparisons) -> String {
    let mut table = Table(String::new());
    let by = direction(&many.by);
    table.line(&format!("{} inputs, {} labels", many.n_inputs, many.n_labels));
    if many.all {
        table.line(&format!("{} of all pairs ({by})", many.by));
        table.line("");
        table.square(many, &many.by);
    } else {
        table.wrapped(&format!("reference  {}", many.models[0].path));
        table.line(&format!("ranked by {}, the nearest first ({by})", many.by));
        table.line("");
        table.ranked(many);
        table.steps(many);
    }
    if !many.notes.is_empty() {
        table.line("");
        many.notes.iter().for_each(|note| table.wrapped(note));
    }
    table.0
}

/// The square of one measure.
pub fn square(many: &ManyComparisons, token: &str) -> String {
    let mut table = Table(String::new());
    table.line(&format!("{token} of all pairs ({})", direction(token)));
    table.line("");
    table.square(many, token);
    table.0
}

/// Which values of a measure are near.
fn direction(token: &str) -> &'static str {
    match measure(token) {
        Some((row, _)) if matches!(row.same, Same::One(_)) => "1 = the same",
        _ => "0 = the same",
    }
}

struct Table(String);

impl Table {
    fn line(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// A sentence in lines of at most [`WIDTH`], but for words that are longer.
    fn wrapped(&mut self, sentence: &str) {
        wrapped("", 2, sentence).iter().for_each(|line| self.line(line));
    }

    fn ranked(&mut self, many: &ManyComparisons) {
        let own = (many.by.as_str(), many.by.as_str());
        let is_there = |token: &str| many.tokens().contains(&token);
        let others = COLUMNS.into_iter().filter(|(token, _)| *token != many.by && is_there(token));
        let has_certificate = many.pairs.iter().any(|pair| pair.certified().is_some());
        let room = (WIDTH - 5 - NAME) / NUMBER - usize::from(has_certificate);
        // A long token has a column as wide as it is.
        let extra = own.0.chars().count().saturating_sub(NUMBER - 2).div_ceil(NUMBER);
        let columns: Vec<(&str, &str)> =
            std::iter::once(own).chain(others).take(room.saturating_sub(extra).max(1)).collect();
        let width = |heading: &str| NUMBER.max(heading.chars().count() + 2);
        let mut heading = format!("{:5}{:NAME$}", "", "");
        for (_, words) in &columns {
            heading.push_str(&format!("{words:>0$}", width(words)));
        }
        if has_certificate {
            heading.push_str(&format!("{:>NUMBER$}", "m_cca ≥"));
        }
        self.line(&heading);
        for (rank, place) in (1..).zip(&many.ranking.places) {
            let Some(pair) = many.pair(0, place.model) else { continue };
            let mut line = format!("{rank:>3}  {:NAME$}", fitted(&many.models[place.model].short, NAME));
            for (token, words) in &columns {
                line.push_str(&format!("{:>1$}", shown(pair, token), width(words)));
            }
            if has_certificate {
                line.push_str(&format!("{:>NUMBER$}", pair.certified().map_or("n/a".into(), at_least)));
            }
            self.line(&line);
        }
    }

    /// How much further each is than the one before.
    fn steps(&mut self, many: &ManyComparisons) {
        let places = &many.ranking.places;
        let with_ends = |place: &&Place| place.step.as_ref().is_some_and(|step| step.ends.is_ok());
        if !places.iter().any(|place| with_ends(&place)) {
            return;
        }
        self.line("");
        self.line(&format!("{} beyond the one before, with the interval of the difference", many.by));
        for (rank, place) in (1..).zip(places) {
            let Some(step) = &place.step else { continue };
            let sign = if step.difference > 0.0 { "+" } else { "" };
            let (ends, words) = match (&step.ends, step.is_open()) {
                (Ok(ends), Some(true)) => (rounded(*ends), "  cannot be told apart"),
                (Ok(ends), _) => (rounded(*ends), ""),
                (Err(_), _) => ("no interval".to_owned(), ""),
            };
            let difference = format!("{sign}{}", short(step.difference));
            self.line(&format!("{rank:>3}  after {:<4}{difference:>12}  {ends}{words}", rank - 1));
        }
    }

    fn square(&mut self, many: &ManyComparisons, token: &str) {
        const NAME: usize = 18;
        let count = many.models.len();
        let most = (WIDTH - 5 - NAME) / NUMBER;
        let columns = count.min(most);
        let mut heading = format!("{:5}{:NAME$}", "", "");
        (1..=columns).for_each(|j| heading.push_str(&format!("{j:>NUMBER$}")));
        self.line(&heading);
        for (i, row) in many.square(token).into_iter().enumerate() {
            let mut line = format!("{:>3}  {:NAME$}", i + 1, fitted(&many.models[i].short, NAME));
            for value in &row[..columns] {
                line.push_str(&format!("{:>NUMBER$}", value.map_or("n/a".into(), short)));
            }
            self.line(&line);
        }
        if columns < count {
            self.line("");
            let beyond = count - columns;
            self.wrapped(&format!(
                "{beyond} columns are not shown: --format csv --square {token} has all, and --report DIR draws them"
            ));
        }
    }
}

fn shown(pair: &ComparedModels, token: &str) -> String {
    pair.value(token).map_or_else(|| "n/a".into(), short)
}

/// Never rounded up.
fn at_least(x: f64) -> String {
    short((x * 1e3).floor() / 1e3)
}

/// A name in so many columns: of a longer one, its end.
fn fitted(name: &str, columns: usize) -> String {
    let count = name.chars().count();
    if count < columns {
        return name.to_owned();
    }
    let end: String = name.chars().skip(count + 2 - columns).collect();
    format!("…{end}")
}
