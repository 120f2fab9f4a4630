//! The answer that the output begins with: predictions, inside, guarantee, and what limits them.

mod predictions;
mod representations;
mod thresholds;
mod warnings;

use crate::compare::shown::at_least as rounded_down;
use crate::wrapped::wrapped;
use logitdist::measure::chance::chance_limit;
use logitdist::{Certificate, Comparison, NullLaw};
use logitdist_results::number::short;
pub use thresholds::Level;

/// Most lines of the answer.
const MOST_LINES: usize = 12;

/// What a comparison amounts to.
#[derive(Debug, Clone)]
pub struct Answer {
    /// How alike the predictions are.
    pub predictions: Part,
    /// How alike the representations are.
    pub representations: Part,
    /// What the predictions alone certify about the representations.
    pub guarantee: Guarantee,
    /// What other comparisons beside it say, each with its heading.
    pub beside: Vec<(&'static str, String)>,
    /// What limits the answer.
    pub warnings: Vec<String>,
}

/// A level and its sentence.
#[derive(Debug, Clone)]
pub struct Part {
    pub level: Option<Level>,
    pub words: String,
}

/// The best lower bound on `m_cca` that follows from the predictions.
#[derive(Debug, Clone)]
pub struct Guarantee {
    pub at_least: Option<f64>,
    pub by: Option<&'static str>,
    /// Whether it is more than unrelated models would show.
    pub says_something: bool,
    pub words: String,
}

impl Answer {
    /// The answer, with warnings of the caller first.
    pub fn of(comparison: &Comparison, mut warnings: Vec<String>) -> Answer {
        let (predictions, undecided) = predictions::of(comparison);
        let representations = representations::of(comparison);
        warnings.extend(undecided);
        warnings.extend(warnings::of(comparison, representations.level));
        Answer {
            predictions,
            representations,
            guarantee: guarantee(comparison),
            beside: Vec::new(),
            warnings,
        }
    }

    /// Its sentences, each with its heading.
    pub fn sentences(&self) -> Vec<(&'static str, &str)> {
        let mut sentences = vec![
            ("Predictions", self.predictions.words.as_str()),
            ("Inside", self.representations.words.as_str()),
            ("Guarantee", self.guarantee.words.as_str()),
        ];
        sentences.extend(self.beside.iter().map(|(heading, said)| (*heading, said.as_str())));
        sentences.extend(self.warnings.iter().map(|warning| ("Limits", warning.as_str())));
        sentences
    }

    /// The answer as lines, [`MOST_LINES`] at most.
    pub fn lines(&self) -> Vec<String> {
        const INDENT: usize = 13;
        let mut lines = Vec::new();
        let mut last = "";
        for (heading, sentence) in self.sentences() {
            let first = if heading == last { "" } else { heading };
            last = heading;
            lines.extend(wrapped(&format!("{first:INDENT$}"), INDENT, sentence));
        }
        if lines.len() > MOST_LINES {
            lines.truncate(MOST_LINES - 1);
            lines.push(format!("{:INDENT$}… more: --format json has all of it", ""));
        }
        lines
    }
}

/// The similarity that the answer is about: that of the embeddings, or of the logits if a model has no embeddings.
fn similarity_token(comparison: &Comparison) -> &'static str {
    let (a, b) = (&comparison.reduced.a, &comparison.reduced.b);
    if a.has_embeddings() && b.has_embeddings() { "m_cca" } else { "m_cca_logits" }
}

/// What unrelated models hardly ever exceed of `m_cca`: by reorderings of the inputs if there were any. `None` where there is no `m_cca`.
fn limit_of_chance(comparison: &Comparison) -> Option<f64> {
    comparison.value(similarity_token(comparison)).ok()?;
    if let Some(law) = null_of_m_cca(comparison) {
        return Some(law.q99);
    }
    let (a, b) = (&comparison.reduced.a, &comparison.reduced.b);
    Some(chance_limit(a.rank_embeddings(), b.rank_embeddings(), comparison.reduced.n_inputs))
}

fn null_of_m_cca(comparison: &Comparison) -> Option<&NullLaw> {
    comparison.nulls.as_ref()?.get("m_cca")
}

fn guarantee(comparison: &Comparison) -> Guarantee {
    let both = [&comparison.certificate, &comparison.certificate_ba];
    let token = similarity_token(comparison);
    let of = |c: &'_ Certificate| if token == "m_cca" { c.m_cca.clone() } else { c.m_cca_logits.clone() };
    let best = both.iter().filter_map(|c| of(c).ok());
    let best = best.reduce(|best, other| if other.0 > best.0 { other } else { best });
    let nothing = |words: String| Guarantee { at_least: None, by: None, says_something: false, words };
    match best {
        None => nothing(match of(&comparison.certificate) {
            Err(reason) => format!("the predictions certify nothing about the inside: {reason}"),
            Ok(_) => unreachable!("it would be the best"),
        }),
        Some((at_least, _)) if at_least <= 0.0 => Guarantee {
            at_least: Some(0.0),
            ..nothing("the predictions are too far apart to certify anything about the inside".to_owned())
        },
        Some((at_least, by)) => {
            let point = null_of_m_cca(comparison).map(|law| law.q95).or_else(|| limit_of_chance(comparison));
            let chance = point.filter(|point| at_least <= *point);
            let words = match chance {
                Some(_) => format!(
                    "from the predictions alone {token} ≥ {} (by {by}), which says nothing: unrelated models show {}",
                    rounded_down(at_least),
                    comparison.value("m_cca_null").map_or_else(|_| "as much".to_owned(), short)
                ),
                None => format!("from the predictions alone {token} ≥ {} (by {by})", rounded_down(at_least)),
            };
            Guarantee { at_least: Some(at_least), by: Some(by), says_something: chance.is_none(), words }
        }
    }
}
