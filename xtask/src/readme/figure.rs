//! A number as prose prints it, and whether it is the one that was recomputed.

use super::statistic::Recomputed;

/// A number of the prose: `235`, `26 %`, `2.7e-5`, `−0.35` or `0.81 ± 0.03`.
#[derive(Debug)]
pub struct Figure {
    /// As it must stand in the prose; without the sign of percent, which may stand once for several.
    pub text: String,
    value: Printed,
    half: Option<Printed>,
    percent: bool,
}

#[derive(Clone, Copy, Debug)]
struct Printed {
    value: f64,
    /// Half a unit of the last digit.
    tolerance: f64,
}

impl Figure {
    /// Reads the left side of a claim: one or several numbers, with spaces between them.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, String> {
        let mut figures: Vec<Self> = Vec::new();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            match (word, figures.last_mut()) {
                ("%", Some(figure)) => figure.percent = true,
                ("±", Some(figure)) => {
                    let half = words.next().ok_or("± needs a number after it")?;
                    figure.half = Some(Printed::parse(half)?);
                    figure.text = format!("{} ± {half}", figure.text);
                }
                _ => figures.push(Self {
                    text: word.to_owned(),
                    value: Printed::parse(word)?,
                    half: None,
                    percent: false,
                }),
            }
        }
        if figures.is_empty() { Err("there is no number before =".into()) } else { Ok(figures) }
    }

    /// Nothing if it is what was recomputed, rounded to its own digits; otherwise the two, in words.
    pub fn check(&self, recomputed: Recomputed) -> Result<(), String> {
        let unit = if self.percent { 100.0 } else { 1.0 };
        let (value, half) = (unit * recomputed.value, recomputed.half.map(|half| unit * half));
        let right = self.value.is(value)
            && match (self.half, half) {
                (Some(claimed), Some(half)) => claimed.is(half),
                (None, None) => true,
                _ => {
                    return Err(format!(
                        "`{}`: a number with ± goes with `interval`, and only with it",
                        self.text
                    ));
                }
            };
        if right {
            return Ok(());
        }
        let percent = if self.percent { " %" } else { "" };
        let half = half.map_or(String::new(), |half| format!(" ± {}", short(half)));
        Err(format!("{}{percent} is claimed, {}{half}{percent} is recomputed", self.text, short(value)))
    }
}

impl Printed {
    fn parse(text: &str) -> Result<Self, String> {
        let plain = text.replace('−', "-");
        let wrong = || format!("`{text}` is no number");
        let value: f64 = plain.parse().map_err(|_| wrong())?;
        let (digits, exponent) = plain.split_once('e').unwrap_or((&plain, "0"));
        let exponent: i32 = exponent.parse().map_err(|_| wrong())?;
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
        Ok(Self { value, tolerance: 0.5 * 10_f64.powi(exponent - decimals) })
    }

    /// A value in the middle of two printed ones may be rounded to either.
    fn is(self, value: f64) -> bool {
        (value - self.value).abs() <= self.tolerance * (1.0 + 1e-6)
    }
}

/// Six significant digits, as they would be printed.
fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        size if !(1e-4..1e6).contains(&size) => format!("{value:.5e}"),
        size => format!("{value:.*}", (5 - size.log10().floor() as i32).max(0) as usize),
    }
}

/// Whether the figures stand in a text one after the other, each as a number of its own.
pub fn stand_in(text: &str, figures: &[Figure]) -> bool {
    let mut rest = text;
    figures.iter().all(|figure| {
        let found = rest.match_indices(&figure.text).find(|(at, found)| {
            let (before, after) = (&rest[..*at], &rest[at + found.len()..]);
            let mut next = after.chars();
            let goes_on = match next.next() {
                Some('.') => next.next().is_some_and(|c| c.is_ascii_digit()),
                Some('e') => next.next().is_some_and(|c| c == '-' || c.is_ascii_digit()),
                Some(c) => c.is_ascii_digit(),
                None => false,
            };
            !goes_on && !before.ends_with(|c: char| c.is_ascii_digit() || c == '.' || c == '−')
        });
        match found {
            Some((at, found)) => {
                rest = &rest[at + found.len()..];
                true
            }
            None => false,
        }
    })
}
