//! What a claim says of a table: a statistic of a column, or a ratio or difference of two.

use super::table::{Condition, Table};

/// What the right side of a claim can be; for messages.
const FORMS: &str = "count, share of CONDITION, value COLUMN, sum COLUMN, mean COLUMN, min COLUMN, max COLUMN, \
                     median COLUMN, q0.05 COLUMN (any quantile) or interval, each with `where CONDITION …`";

/// One or two statistics.
#[derive(Debug)]
pub enum Expression {
    One(Statistic),
    Ratio(Statistic, Statistic),
    Difference(Statistic, Statistic),
}

/// A statistic of the rows that meet all conditions.
#[derive(Debug)]
pub struct Statistic {
    kind: Kind,
    conditions: Vec<Condition>,
}

#[derive(Debug)]
enum Kind {
    Count,
    /// Of the rows, those that meet one more condition.
    Share(Condition),
    /// Of the one row there is.
    Value(String),
    Sum(String),
    Mean(String),
    Quantile(f64, String),
    /// The mean and half the interval of the one row of measures.csv that there is.
    Interval,
}

/// What was recomputed; `half` is half the width of an interval.
#[derive(Clone, Copy, Debug)]
pub struct Recomputed {
    pub value: f64,
    pub half: Option<f64>,
}

impl Expression {
    /// Reads the words of a claim's right side; `common` conditions are those of the comment.
    pub fn parse(words: &[String], common: &[Condition]) -> Result<Self, String> {
        let Some(at) = words.iter().position(|word| word == "/" || word == "-") else {
            return Ok(Self::One(Statistic::parse(words, common)?));
        };
        let first = Statistic::parse(&words[..at], common)?;
        let second = Statistic::parse(&words[at + 1..], common)?;
        match words[at].as_str() {
            "/" => Ok(Self::Ratio(first, second)),
            _ => Ok(Self::Difference(first, second)),
        }
    }

    /// Its value in a table.
    pub fn of(&self, table: &Table) -> Result<Recomputed, String> {
        let alone = |value| Recomputed { value, half: None };
        match self {
            Self::One(statistic) => statistic.of(table),
            Self::Ratio(a, b) => Ok(alone(a.of(table)?.value / b.of(table)?.value)),
            Self::Difference(a, b) => Ok(alone(a.of(table)?.value - b.of(table)?.value)),
        }
    }
}

impl Statistic {
    fn parse(words: &[String], common: &[Condition]) -> Result<Self, String> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let end = words.iter().position(|word| *word == "where").unwrap_or(words.len());
        let column = |name: &str| name.to_owned();
        let kind = match &words[..end] {
            ["count"] => Kind::Count,
            ["interval"] => Kind::Interval,
            ["share", "of", condition] => Kind::Share(Condition::parse(condition)?),
            ["value", name] => Kind::Value(column(name)),
            ["sum", name] => Kind::Sum(column(name)),
            ["mean", name] => Kind::Mean(column(name)),
            ["min", name] => Kind::Quantile(0.0, column(name)),
            ["median", name] => Kind::Quantile(0.5, column(name)),
            ["max", name] => Kind::Quantile(1.0, column(name)),
            [quantile, name] => match quantile.strip_prefix('q').and_then(|q| q.parse().ok()) {
                Some(q) if (0.0..=1.0).contains(&q) => Kind::Quantile(q, column(name)),
                _ => return Err(format!("`{quantile} {name}` is no statistic; known are {FORMS}")),
            },
            other => return Err(format!("`{}` is no statistic; known are {FORMS}", other.join(" "))),
        };
        let mut conditions = common.to_vec();
        for word in words.iter().skip(end + 1) {
            conditions.push(Condition::parse(word)?);
        }
        Ok(Self { kind, conditions })
    }

    fn of(&self, table: &Table) -> Result<Recomputed, String> {
        let rows = table.select(&self.conditions)?;
        if rows.is_empty() && !matches!(self.kind, Kind::Count) {
            let conditions: Vec<String> = self.conditions.iter().map(ToString::to_string).collect();
            return Err(format!("no row has {}", conditions.join(" ")));
        }
        let one = |column: &str| match table.numbers(&rows, column)?.as_slice() {
            [value] if rows.len() == 1 => Ok(*value),
            numbers => {
                Err(format!("{} rows with {} numbers in {column}, not one", rows.len(), numbers.len()))
            }
        };
        let some = |column: &str| match table.numbers(&rows, column)? {
            numbers if numbers.is_empty() => Err(format!("{column} is blank in all {} rows", rows.len())),
            numbers => Ok(numbers),
        };
        let value = match &self.kind {
            Kind::Count => rows.len() as f64,
            Kind::Share(condition) => {
                let mut conditions = self.conditions.clone();
                conditions.push(condition.clone());
                table.select(&conditions)?.len() as f64 / rows.len() as f64
            }
            Kind::Value(column) => one(column)?,
            Kind::Sum(column) => some(column)?.iter().sum(),
            Kind::Mean(column) => {
                let numbers = some(column)?;
                numbers.iter().sum::<f64>() / numbers.len() as f64
            }
            Kind::Quantile(q, column) => quantile(some(column)?, *q),
            Kind::Interval => {
                let half = (one("high")? - one("low")?) / 2.0;
                return Ok(Recomputed { value: one("mean")?, half: Some(half) });
            }
        };
        Ok(Recomputed { value, half: None })
    }
}

/// A quantile, on the straight line between the two order statistics beside it.
fn quantile(mut values: Vec<f64>, q: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = q * (values.len() - 1) as f64;
    let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
    if below == above { below } else { below + (above - below) * place.fract() }
}
