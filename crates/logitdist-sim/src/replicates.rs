//! The number of replicates of each combination: fixed, or as many as a confidence interval needs.

use crate::document::Document;
use crate::error::SimError;
use logitdist_io::did_you_mean;
use logitdist_results::t_975;
use std::fmt;
use toml::{Table, Value};

/// The replicates of every combination.
#[derive(Debug, Clone, PartialEq)]
pub enum Replicates {
    /// This number.
    Fixed(usize),
    /// As few as possible, but at least [`LEAST`](Replicates::LEAST), until the 95 % confidence interval of a measure's mean is narrow
    /// enough.
    UntilNarrow {
        /// Full width of the interval, in the measure's units.
        width: f64,
        /// Token of the measure.
        of: String,
        /// The largest number.
        max: usize,
    },
}

/// The measure in one replicate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Known {
    /// Its value.
    Value(f64),
    /// The measure does not exist in that cell, or the cell failed.
    Nothing,
}

impl Replicates {
    /// No confidence interval is trusted before this many replicates.
    pub const LEAST: usize = 5;

    /// The setting `replicates` of a config.
    ///
    /// # Errors
    /// It is neither a whole number nor a table `{ until = "ci", width, of, max }`.
    pub fn of(document: &Document) -> Result<Replicates, SimError> {
        match document.get("replicates").map(|setting| &setting.value) {
            Some(Value::Table(table)) => {
                until_narrow(table).map_err(|message| document.error_at("replicates", message))
            }
            _ => Ok(Replicates::Fixed(document.whole("replicates", Some(1), 1)?)),
        }
    }

    /// The most replicates a combination can have.
    pub fn most(&self) -> usize {
        match self {
            Replicates::Fixed(n) => *n,
            Replicates::UntilNarrow { max, .. } => *max,
        }
    }

    /// How many replicates a combination needs, from the measure in replicates 0, 1, 2, …. `Err(n)`: there are n, and they are not
    /// enough.
    ///
    /// Replicates are judged in their order. So further replicates never change the answer.
    pub fn needed(&self, known: impl IntoIterator<Item = Known>) -> Result<usize, usize> {
        let Replicates::UntilNarrow { width, max, .. } = self else { return Ok(self.most()) };
        let mut values = Moments::default();
        let mut n = 0;
        for known in known {
            n += 1;
            if let Known::Value(x) = known {
                values.add(x);
            }
            // A measure that never existed has no interval to wait for.
            let narrow = values.interval().map_or(values.n == 0, |interval| interval <= *width);
            if n == *max || (n >= Replicates::LEAST && narrow) {
                return Ok(n);
            }
        }
        Err(n)
    }
}

impl fmt::Display for Replicates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Replicates::Fixed(n) => write!(f, "{n} replicates"),
            Replicates::UntilNarrow { width, of, max } => write!(
                f,
                "at most: {} to {max} replicates, until the 95 % confidence interval of {of} is {width} wide",
                Replicates::LEAST
            ),
        }
    }
}

fn until_narrow(table: &Table) -> Result<Replicates, String> {
    const FORM: &str = "the form is { until = \"ci\", width = 0.02, of = \"m_cca\", max = 400 }";
    const KEYS: [&str; 4] = ["until", "width", "of", "max"];
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let hint = did_you_mean(key, KEYS);
        return Err(format!("unknown key `{key}`; {FORM}{hint}"));
    }
    match table.get("until") {
        Some(Value::String(until)) if until == "ci" => {}
        _ => return Err(format!("`until` must be \"ci\"; {FORM}")),
    }
    let width = match table.get("width") {
        Some(Value::Float(x)) if x.is_finite() && *x > 0.0 => *x,
        Some(Value::Integer(n)) if *n > 0 => *n as f64,
        _ => return Err(format!("`width` must be a number greater than 0; {FORM}")),
    };
    let Some(Value::String(of)) = table.get("of") else {
        return Err(format!("`of` must be the token of a measure; {FORM}"));
    };
    match table.get("max") {
        Some(Value::Integer(max)) if *max >= Replicates::LEAST as i64 => {
            Ok(Replicates::UntilNarrow { width, of: of.clone(), max: *max as usize })
        }
        _ => Err(format!("`max` must be a whole number, at least {}; {FORM}", Replicates::LEAST)),
    }
}

/// Mean and sum of squared deviations (Welford).
#[derive(Default)]
struct Moments {
    n: usize,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, x: f64) {
        self.n += 1;
        let before = x - self.mean;
        self.mean += before / self.n as f64;
        self.squares += before * (x - self.mean);
    }

    /// Full width of the 95 % confidence interval of the mean; `None` for fewer than two values.
    fn interval(&self) -> Option<f64> {
        let freedom = self.n.checked_sub(1).filter(|&f| f > 0)?;
        let standard_error = (self.squares / freedom as f64 / self.n as f64).sqrt();
        Some(2.0 * t_975(freedom) * standard_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(width: f64, max: usize) -> Replicates {
        Replicates::UntilNarrow { width, of: "m_cca".into(), max }
    }

    #[test]
    fn the_interval_is_that_of_the_definition() {
        let mut moments = Moments::default();
        [1.0, 2.0, 3.0, 4.0, 5.0].into_iter().for_each(|x| moments.add(x));
        // Mean 3, standard deviation √2.5, t = 2.776 with 4 degrees of freedom.
        assert!((moments.interval().unwrap() - 2.0 * 2.7764 * (2.5f64 / 5.0).sqrt()).abs() < 0.01);
    }

    #[test]
    fn the_first_narrow_interval_ends_it_whatever_comes_after() {
        let wide = [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5].map(Known::Value);
        let replicates = until(0.7, 400);
        let n = replicates.needed(wide).unwrap();
        assert!((6..12).contains(&n), "{n}");
        assert_eq!(replicates.needed(wide[..n].to_vec()), Ok(n));
        assert_eq!(replicates.needed(wide[..n - 1].to_vec()), Err(n - 1));
        assert_eq!(until(0.7, 8).needed([Known::Value(0.0), Known::Value(9.0)].repeat(4)), Ok(8));
        assert_eq!(until(1e-9, 400).needed([Known::Value(3.0); 5]), Ok(5));
        assert_eq!(until(1e-9, 400).needed([Known::Value(3.0); 4]), Err(4));
        assert_eq!(until(1e-9, 400).needed([Known::Nothing; 5]), Ok(5), "nothing to wait for");
        let one = [Known::Nothing, Known::Value(1.0), Known::Nothing, Known::Nothing, Known::Nothing];
        assert_eq!(until(1.0, 400).needed(one), Err(5), "one value has no interval");
        assert_eq!(Replicates::Fixed(3).needed([]), Ok(3));
    }

    #[test]
    fn settings_are_read_or_refused_with_the_form() {
        let of = |text: &str| {
            let text = format!("replicates = {text}");
            let document = Document::parse(std::path::Path::new("c.toml"), &text, &[]).unwrap();
            Replicates::of(&document).map_err(|e| e.to_string())
        };
        assert_eq!(of("3"), Ok(Replicates::Fixed(3)));
        assert_eq!(of("{ until = \"ci\", width = 0.02, of = \"m_cca\", max = 400 }"), Ok(until(0.02, 400)));
        for (text, message) in [
            ("{ until = \"se\", width = 0.02, of = \"m_cca\", max = 400 }", "`until` must be \"ci\""),
            ("{ until = \"ci\", width = 0, of = \"m_cca\", max = 400 }", "`width` must be"),
            ("{ until = \"ci\", width = 0.1, max = 400 }", "`of` must be"),
            (
                "{ until = \"ci\", width = 0.1, of = \"m_cca\", max = 4 }",
                "`max` must be a whole number, at least 5",
            ),
            ("{ until = \"ci\", width = 0.1, of = \"m_cca\", max = 9, min = 1 }", "unknown key `min`"),
            ("0", "at least 1"),
        ] {
            let error = of(text).unwrap_err();
            assert!(error.contains(message) && error.contains("c.toml:1"), "{text}: {error}");
        }
    }
}
