//! Another comparison beside that of a pair: with a third model, or of the first one with another run of it.

use super::shown::rounded;
use logitdist::{Comparison, Interval, Measure, Paired, Same, Section, jointly, measure, paired};
use logitdist_results::number::short;

/// Another comparison of the first model, over the same inputs.
#[derive(Debug, Clone)]
pub struct OtherPair {
    /// What the other model is called.
    pub model: String,
    /// The comparison with it.
    pub comparison: Comparison,
}

/// Where a measure lies between the floor, how far the first model is from itself, and chance.
#[derive(Debug, Clone)]
pub struct Placed {
    pub token: &'static str,
    /// Its value for the pair, and the floor.
    pub values: [f64; 2],
    /// How many times as far from the same as the floor, with its interval; or why there is no such number.
    pub times: Result<(f64, Option<[f64; 2]>), String>,
    /// What unrelated models would show, if that is known, and the share of the way from the floor to there with its interval.
    pub chance: Option<(f64, f64, Option<[f64; 2]>)>,
}

/// Whether a row is shown beside another comparison: a headline that says how alike something is.
fn is_shown(row: &Measure) -> bool {
    row.headline
        && row.same != Same::Neither
        && !matches!(row.section, Section::Size | Section::Bound | Section::Detail)
}

/// The paired differences of the pair and another one, of all measures or of the headlines.
pub fn differences(own: &Comparison, other: &OtherPair, headlines: bool) -> Vec<Paired> {
    let of_interest = |pair: &Paired| !headlines || measure(pair.token).is_some_and(|(row, _)| is_shown(row));
    paired(own, &other.comparison).into_iter().filter(of_interest).collect()
}

/// Every headline between floor and chance.
pub fn placed(own: &Comparison, floor: &OtherPair) -> Vec<Placed> {
    let both = own.scalars.iter().filter_map(|(token, value)| {
        let (row, _) = measure(token).filter(|(row, _)| is_shown(row))?;
        let values = [*value.as_ref().ok()?, floor.comparison.value(token).ok()?];
        Some(place(own, floor, token, row.same, values))
    });
    both.collect()
}

fn place(own: &Comparison, floor: &OtherPair, token: &'static str, same: Same, values: [f64; 2]) -> Placed {
    let is_similarity = matches!(same, Same::One(_));
    let far = move |x: f64| if is_similarity { 1.0 - x } else { x };
    let [value, least] = values.map(far);
    let ends = |interval: Result<Interval, String>| interval.ok().map(|found| [found.low, found.high]);
    let times = if least > 0.0 {
        let log_ratio = jointly(own, &floor.comparison, token, |x, y| (far(x) / far(y)).ln());
        Ok((value / least, ends(log_ratio).map(|ends| ends.map(f64::exp))))
    } else {
        Err("the floor is 0: both runs are the same in that".to_owned())
    };
    let chance = chance(own, token).map(|chance| {
        let unrelated = far(chance);
        let way = move |x: f64, y: f64| (far(x) - far(y)) / (unrelated - far(y));
        let interval = ends(jointly(own, &floor.comparison, token, way));
        (chance, way(values[0], values[1]), interval)
    });
    Placed { token, values, times, chance }
}

/// What unrelated models would show of a measure, where that is known.
fn chance(comparison: &Comparison, token: &str) -> Option<f64> {
    if let Some(law) = comparison.nulls.as_ref().and_then(|all| all.get(token)) {
        return Some(law.mean);
    }
    // Unrelated logits are as far apart as the root of the sum of their squares.
    let unrelated = std::f64::consts::SQRT_2;
    match token {
        "m_cca" => comparison.value("m_cca_null").ok(),
        "d_logit_relative" => Some(unrelated),
        "d_logit" | "d_logit_per_label" => {
            let relative = comparison.value("d_logit_relative").ok().filter(|x| *x > 0.0)?;
            Some(comparison.value(token).ok()? / relative * unrelated)
        }
        _ => None,
    }
}

/// The measures that the answer's sentences are on.
const IN_WORDS: [&str; 3] = ["d_logit", "m_cca", "top1_agreement"];

/// A sentence on each of them: which of the other models is nearer.
pub fn against_in_words(own: &Comparison, other: &OtherPair) -> Option<String> {
    let all = paired(own, &other.comparison);
    let said: Vec<String> = IN_WORDS
        .into_iter()
        .filter_map(|token| {
            let pair = all.iter().find(|pair| pair.token == token)?;
            let (row, _) = measure(token)?;
            let nearer_if_less = matches!(row.same, Same::Zero(_));
            let Ok(found) = &pair.interval else {
                return Some(format!(
                    "{token} {} here and {} there",
                    short(pair.values[0]),
                    short(pair.values[1])
                ));
            };
            let verdict = match (found.low > 0.0, found.high < 0.0) {
                (false, false) => "cannot be told apart",
                (more, _) if more == nearer_if_less => "b is further from a",
                _ => "b is nearer to a",
            };
            Some(format!(
                "{verdict} by {token}, {} {}",
                signed(pair.difference),
                rounded([found.low, found.high])
            ))
        })
        .collect();
    (!said.is_empty()).then(|| format!("beside {}: {}", other.model, said.join("; ")))
}

/// A sentence on where the pair lies between another run of the first model and chance.
pub fn floor_in_words(own: &Comparison, floor: &OtherPair) -> Option<String> {
    let said: Vec<String> = placed(own, floor)
        .into_iter()
        .filter(|placed| IN_WORDS.contains(&placed.token))
        .map(|placed| format!("{} is {}", placed.token, placed.words()))
        .collect();
    (!said.is_empty()).then(|| format!("{} is a's other run: {}", floor.model, said.join("; ")))
}

impl Placed {
    /// For instance `3.1× the floor [2.8, 3.4], 4 % of the way to chance`.
    pub fn words(&self) -> String {
        let times = match &self.times {
            Ok((times, Some(ends))) => format!("{}× the floor {}", short(*times), rounded(*ends)),
            Ok((times, None)) => format!("{}× the floor", short(*times)),
            Err(_) => format!("{} where the floor is {}", short(self.values[0]), short(self.values[1])),
        };
        match self.chance {
            Some((_, way, _)) => format!("{times}, {} % of the way to chance", short(100.0 * way)),
            None => times,
        }
    }
}

/// A number with its sign.
pub fn signed(x: f64) -> String {
    if x > 0.0 { format!("+{}", short(x)) } else { short(x) }
}
