//! Labels that a model excludes: their bias says that the probability is 0.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A bias under this masks its label, as −∞ and the lowest number of a type do. Anything above is an ordinary logit.
pub const MASKED_UNDER: f64 = -1e9;

/// Labels shown by number in a message; of more, the first of them.
const SHOWN: usize = 8;

/// Whether a bias masks its label.
pub(crate) fn is_masked(bias: f64) -> bool {
    bias < MASKED_UNDER
}

/// The masked labels of a pair, rising in each list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Masks {
    /// Labels of probability 0 in both models.
    pub both: Vec<usize>,
    /// Labels of probability 0 in a alone.
    pub only_a: Vec<usize>,
    /// Labels of probability 0 in b alone.
    pub only_b: Vec<usize>,
}

impl Masks {
    /// What two models mask, each a rising list.
    pub(crate) fn of(a: &[usize], b: &[usize]) -> Masks {
        let without = |all: &[usize], taken: &[usize]| {
            all.iter().copied().filter(|y| taken.binary_search(y).is_err()).collect::<Vec<usize>>()
        };
        let both = a.iter().copied().filter(|y| b.binary_search(y).is_ok()).collect();
        Masks { both, only_a: without(a, b), only_b: without(b, a) }
    }

    /// Whether a label is masked in any model.
    pub fn contains(&self, label: usize) -> bool {
        [&self.both, &self.only_a, &self.only_b].iter().any(|labels| labels.binary_search(&label).is_ok())
    }

    /// All labels but these, as `compare --labels` takes it.
    pub(crate) fn left_out(&self) -> String {
        let mut all: Vec<usize> =
            [&self.both, &self.only_a, &self.only_b].into_iter().flatten().copied().collect();
        all.sort_unstable();
        let runs: Vec<&[usize]> = all.chunk_by(|y, next| y + 1 == *next).collect();
        if runs.len() > SHOWN {
            return "FILE, which lists the others".to_owned();
        }
        let run = |run: &&[usize]| match run {
            [one] => one.to_string(),
            _ => format!("{}:{}", run[0], run[run.len() - 1] + 1),
        };
        format!("'-{{{}}}'", runs.iter().map(run).collect::<Vec<_>>().join(","))
    }

    /// Whether no label is masked.
    pub fn is_empty(&self) -> bool {
        self.both.is_empty() && self.only_a.is_empty() && self.only_b.is_empty()
    }
}

impl fmt::Display for Masks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists =
            [(&self.both, "both models"), (&self.only_a, "model a alone"), (&self.only_b, "model b alone")];
        let said: Vec<String> = lists
            .into_iter()
            .filter(|(labels, _)| !labels.is_empty())
            .map(|(labels, models)| format!("{} masked in {models}", listed(labels)))
            .collect();
        write!(
            f,
            "{} (a bias of −∞, the lowest number of its type or under −1e9: probability 0)",
            said.join("; ")
        )
    }
}

fn listed(labels: &[usize]) -> String {
    let shown: Vec<String> = labels.iter().take(SHOWN).map(usize::to_string).collect();
    match labels {
        [one] => format!("label {one} is"),
        _ if labels.len() <= SHOWN => format!("labels {} are", shown.join(", ")),
        _ => format!("{} labels, from 0 counted {}, …, are", labels.len(), shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_told_apart_and_named() {
        let masks = Masks::of(&[1, 2, 5], &[2, 5, 7]);
        assert_eq!(masks, Masks { both: vec![2, 5], only_a: vec![1], only_b: vec![7] });
        let text = masks.to_string();
        assert!(
            text.starts_with("labels 2, 5 are masked in both models; label 1 is masked in model a alone; ")
        );
        assert!(Masks::of(&[], &[]).is_empty() && !masks.is_empty());
        assert_eq!(masks.left_out(), "'-{1:3,5,7}'");
        let scattered: Vec<usize> = (0..40).step_by(2).collect();
        assert_eq!(Masks::of(&scattered, &[]).left_out(), "FILE, which lists the others");
        let many: Vec<usize> = (100..200).collect();
        assert!(Masks::of(&many, &many).to_string().starts_with("100 labels, from 0 counted 100, 101, "));
    }

    #[test]
    fn only_what_no_logit_is_masks() {
        assert!([f64::NEG_INFINITY, f64::MIN, f64::from(f32::MIN), -1.1e9].into_iter().all(is_masked));
        assert!([-1e9, -1e8, -65504.0, -1e4, 0.0, 1e30].into_iter().all(|b| !is_masked(b)));
    }
}
