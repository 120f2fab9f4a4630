//! Conditions such as `kl_ab_q99 > 0.1` and `low(top1_agreement) < 0.98`.

use logitdist::{Value, measure, tokens};
use logitdist_io::did_you_mean;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

const FORM: &str = "the form is TOKEN > NUMBER, with >, >=, < or <=, low(TOKEN) or high(TOKEN) for an end of its interval, and NUMBER * floor with --floor";

/// A measure beside a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub token: String,
    /// The end of its interval; `None` for the value itself.
    pub end: Option<End>,
    pub than: Than,
    pub number: f64,
    /// Whether the number says how many times the floor.
    pub of_floor: bool,
}

/// An end of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Low,
    High,
}

/// How a value compares with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Than {
    Over,
    AtLeast,
    Under,
    AtMost,
}

/// The signs, the longer ones first.
const SIGNS: [(&str, Than); 4] =
    [(">=", Than::AtLeast), ("<=", Than::AtMost), (">", Than::Over), ("<", Than::Under)];

impl Than {
    pub fn holds(self, value: f64, number: f64) -> bool {
        match self {
            Than::Over => value > number,
            Than::AtLeast => value >= number,
            Than::Under => value < number,
            Than::AtMost => value <= number,
        }
    }

    /// How a crossed value stands to the number.
    pub fn words(self) -> &'static str {
        match self {
            Than::Over => "over",
            Than::AtLeast => "at or over",
            Than::Under => "under",
            Than::AtMost => "at or under",
        }
    }

    fn sign(self) -> &'static str {
        SIGNS.iter().find(|(_, than)| *than == self).map_or("", |(sign, _)| sign)
    }
}

impl Condition {
    /// The token, or the end of its interval.
    pub fn subject(&self) -> String {
        match self.end {
            None => self.token.clone(),
            Some(End::Low) => format!("low({})", self.token),
            Some(End::High) => format!("high({})", self.token),
        }
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let floor = if self.of_floor { " * floor" } else { "" };
        write!(f, "{} {} {}{floor}", self.subject(), self.than.sign(), self.number)
    }
}

impl FromStr for Condition {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Condition> {
        let wrong = |what: &str| anyhow::anyhow!("gate `{text}`: {what}");
        let found = SIGNS.iter().find_map(|(sign, than)| Some((text.split_once(sign)?, *than)));
        let Some(((left, right), than)) = found else { return Err(wrong(FORM)) };
        let right = right.trim();
        let times = right.strip_suffix("floor").map(str::trim_end);
        let number = match times {
            Some("") => Some(1.0),
            Some(times) => times.strip_suffix('*').and_then(|times| times.trim_end().parse().ok()),
            None => right.parse().ok(),
        };
        let number = number.filter(|x: &f64| x.is_finite());
        let number = number.ok_or_else(|| wrong(&format!("`{right}` is no number; {FORM}")))?;
        let left = left.trim();
        let inside = |name: &str| left.strip_prefix(name)?.trim_start().strip_prefix('(')?.strip_suffix(')');
        let (token, end) = match (inside("low"), inside("high")) {
            (Some(token), _) => (token.trim(), Some(End::Low)),
            (_, Some(token)) => (token.trim(), Some(End::High)),
            _ => (left, None),
        };
        match measure(token).map(|(row, _)| row.value) {
            Some(Value::Number(_)) => {}
            Some(Value::List(_)) => {
                return Err(wrong(&format!("{token} is a list; a single number is needed")));
            }
            Some(Value::Elsewhere) => {
                return Err(wrong(&format!("{token} is no single number of a comparison")));
            }
            None => {
                let numbers = tokens().filter(|(_, row, _)| matches!(row.value, Value::Number(_)));
                let hint = did_you_mean(token, numbers.map(|(token, ..)| token));
                let other = if hint.is_empty() { format!("; {FORM}") } else { hint };
                return Err(wrong(&format!("there is no measure `{token}`{other}")));
            }
        }
        Ok(Condition { token: token.to_owned(), end, than, number, of_floor: times.is_some() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_whatever_the_spaces() {
        for (text, shown) in [
            ("kl_ab_q99 > 0.1", "kl_ab_q99 > 0.1"),
            ("kl_ab_q99>=1e-3", "kl_ab_q99 >= 0.001"),
            ("d_logit > 3*floor", "d_logit > 3 * floor"),
            ("d_logit >= floor", "d_logit >= 1 * floor"),
            (" low( m_cca_cv )<0.98 ", "low(m_cca_cv) < 0.98"),
            ("high(d_logit_relative) <= -1", "high(d_logit_relative) <= -1"),
        ] {
            assert_eq!(text.parse::<Condition>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("kl_ab_q99", "the form is TOKEN > NUMBER"),
            ("kl_ab_q99 > x", "`x` is no number"),
            ("d_logit > x * floor", "`x * floor` is no number"),
            ("kl_ab_q99 > NaN", "`NaN` is no number"),
            ("kl_ab_q98 > 1", "did you mean `kl_ab_q99`?"),
            ("low(m_cc) > 1", "did you mean `m_cca`?"),
            ("rho > 1", "rho is a list"),
            ("kl_ab_x > 1", "no single number"),
            ("= 3", "the form is"),
        ] {
            let message = text.parse::<Condition>().unwrap_err().to_string();
            assert!(message.contains(part) && message.contains(text), "{message}");
        }
    }

    #[test]
    fn a_number_at_the_threshold_is_only_at_it() {
        for (than, below, at, above) in [
            (Than::Over, false, false, true),
            (Than::AtLeast, false, true, true),
            (Than::Under, true, false, false),
            (Than::AtMost, true, true, false),
        ] {
            assert_eq!([1.0, 2.0, 3.0].map(|x| than.holds(x, 2.0)), [below, at, above]);
        }
    }
}
