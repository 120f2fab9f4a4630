//! Where an interval does not hold the value of all inputs as often as it says, and there is a mark or no interval: rules that the table of
//! `results/coverage` justifies.

use super::{Asked, Evidence, Interval};
use crate::measure::chance::chance_limit;
use crate::measure::table::Uncertainty;
use crate::probability::InputDivergences;
use crate::shared::Shared;

/// Share of a mean that one input may carry, and a block, before its interval is marked.
const HEAVY: [f64; 2] = [0.05, 0.3];

/// Inputs for each dimension of both models together from which the interval of `m_cca_cv` holds the value of all inputs as often as it
/// should. With fewer the directions fitted on 19 blocks show too little on the last one.
const HELD_OUT_INPUTS: f64 = 100.0;

/// A mean correlation under so many times what chance reaches is biased more than the jackknife sees.
const NEAR_CHANCE: f64 = 1.5;

/// Correlation of the logit distances of neighbouring inputs from which these are said to be alike, and at how many standard errors of it at
/// least.
const ALIKE: (f64, f64) = (0.2, 4.0);

/// Inputs beyond a percentile that its interval needs where neighbours are alike.
const BEYOND: f64 = 20.0;

impl Evidence {
    /// Why an interval may be too narrow or lie too low, if there is a reason.
    pub(super) fn mark(&self, asked: Asked<'_>, interval: &Interval, whole: &Shared) -> Option<String> {
        match asked.row.uncertainty {
            Uncertainty::HeldOut if interval.se > 0.0 => {
                self.fitted_on_few(whole).or_else(|| self.alike_neighbours(whole.reduced.n_inputs))
            }
            Uncertainty::Percentile(level, _) => {
                let beyond = level.min(1.0 - level) * self.seen() as f64;
                self.alike_neighbours(whole.reduced.n_inputs).filter(|_| beyond < BEYOND)
            }
            Uncertainty::Fisher if interval.se > 0.0 => near_chance(asked, whole),
            _ => self.carried_by_few(asked.token, whole.reduced.n_inputs),
        }
    }

    /// Why the interval of what is held out may lie too low.
    fn fitted_on_few(&self, whole: &Shared) -> Option<String> {
        let ranks = whole.reduced.a.rank_embeddings() + whole.reduced.b.rank_embeddings();
        let needed = HELD_OUT_INPUTS * ranks as f64;
        ((self.independent as f64) < needed).then(|| {
            format!(
                "directions are fitted on {} independent inputs: under about {needed} it lies too low",
                self.independent
            )
        })
    }

    /// Inputs that the probability part saw.
    fn seen(&self) -> usize {
        self.kept.iter().map(Vec::len).sum()
    }

    /// Whether inputs depend on their neighbours, and nobody said so by groups. Those of a sample are no neighbours.
    fn alike_neighbours(&self, n_inputs: usize) -> Option<String> {
        if self.independent < n_inputs || self.seen() < n_inputs {
            return None;
        }
        let distances: Vec<Vec<f64>> =
            self.kept.iter().map(|block| block.iter().map(InputDivergences::d_logit).collect()).collect();
        let correlation = of_neighbours(&distances)?;
        let error = 1.0 / (n_inputs as f64).sqrt();
        (correlation > ALIKE.0.max(ALIKE.1 * error)).then(|| {
            format!(
                "neighbouring inputs are alike (their logit distances have correlation {correlation:.2}): --groups would tell"
            )
        })
    }

    /// Why the interval of a mean may be too narrow. Alignment errors are made of the same differences as the logit distance; both are over
    /// all inputs, and a sample of these says nothing of them.
    pub(super) fn carried_by_few(&self, token: &str, n_inputs: usize) -> Option<String> {
        let term: fn(&InputDivergences) -> f64 = match token {
            "kl_ab" => |input| input.kl_ab,
            "kl_ba" => |input| input.kl_ba,
            "jeffreys" => |input| input.kl_ab + input.kl_ba,
            "js" => |input| input.js,
            "tv" => |input| input.tv,
            "hellinger" => |input| input.hellinger,
            "d_logit" | "d_logit_relative" | "d_logit_per_label" | "d_ls_ab" | "d_ls_ba"
            | "d_ls_relative_ab" | "d_ls_relative_ba"
                if self.seen() == n_inputs =>
            {
                |input| input.squared_logit_distance
            }
            _ => return None,
        };
        let sums: Vec<f64> = self.kept.iter().map(|block| block.iter().map(term).sum()).collect();
        let total: f64 = sums.iter().sum();
        let largest = self.kept.iter().flatten().map(term).fold(0.0, f64::max);
        let heaviest = sums.into_iter().fold(0.0, f64::max);
        let percent = |x: f64| (100.0 * x / total).round();
        match [largest, heaviest] {
            [input, _] if input > HEAVY[0] * total => {
                Some(format!("one input carries {} % of it: the interval may be too narrow", percent(input)))
            }
            [_, block] if block > HEAVY[1] * total => Some(format!(
                "one block of inputs carries {} % of it: the interval may be too narrow",
                percent(block)
            )),
            _ => None,
        }
    }
}

/// The correlation of each number with the next one of its block; `None` if they do not vary or are too few.
fn of_neighbours(blocks: &[Vec<f64>]) -> Option<f64> {
    let count: usize = blocks.iter().map(Vec::len).sum();
    let mean = blocks.iter().flatten().sum::<f64>() / count as f64;
    let squares: f64 = blocks.iter().flatten().map(|x| (x - mean) * (x - mean)).sum();
    let pairs: usize = blocks.iter().map(|block| block.len().saturating_sub(1)).sum();
    let products: f64 =
        blocks.iter().flat_map(|block| block.windows(2)).map(|w| (w[0] - mean) * (w[1] - mean)).sum();
    let correlation = (products / pairs as f64) / (squares / count as f64);
    correlation.is_finite().then_some(correlation)
}

/// What a mean correlation of unrelated models hardly ever exceeds, for those that Wachter's law is about.
fn limit_of_chance(token: &str, whole: &Shared) -> Option<f64> {
    let reduced = &whole.reduced;
    let limit = |[a, b]: [usize; 2]| chance_limit(a, b, reduced.n_inputs);
    match token {
        "m_cca" | "pwcca_ab" | "pwcca_ba" => {
            Some(limit([reduced.a.rank_embeddings(), reduced.b.rank_embeddings()]))
        }
        "m_cca_logits" => Some(limit([reduced.a.rank_logits(), reduced.b.rank_logits()])),
        _ => None,
    }
}

/// Correlations that chance explains have no interval. Other similarities of the embeddings have none where `m_cca` has none.
pub(super) fn check_chance(asked: Asked<'_>, whole: &Shared) -> Result<(), String> {
    let own = match asked.nulls.and_then(|nulls| nulls.get(asked.token)) {
        Some(law) => Some(law.q99),
        None => limit_of_chance(asked.token, whole),
    };
    if let Some(limit) = own {
        let is_beyond = asked.value > limit;
        return is_beyond
            .then_some(())
            .ok_or_else(|| "it cannot be told from chance: unrelated models show as much".to_owned());
    }
    let limit = limit_of_chance("m_cca", whole).unwrap_or(0.0);
    match whole.embeddings_cca() {
        Ok(correlations) if correlations.mean() <= limit => {
            Err("m_cca cannot be told from chance; --null would tell whether this can".to_owned())
        }
        _ => Ok(()),
    }
}

/// Why the interval of a mean correlation that is hardly beyond chance may not hold.
fn near_chance(asked: Asked<'_>, whole: &Shared) -> Option<String> {
    let limit = limit_of_chance(asked.token, whole)?;
    // Of a limit that is large itself, a quarter of the way to 1.
    let near = (NEAR_CHANCE * limit).min(0.75 * limit + 0.25);
    (asked.value < near).then(|| {
        format!("unrelated models show up to {limit:.3}: so near to chance the interval may not hold")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_those_of_a_block() {
        let up: Vec<f64> = (0..100).map(f64::from).collect();
        assert!(of_neighbours(std::slice::from_ref(&up)).unwrap() > 0.95);
        let alternating: Vec<f64> = (0..100).map(|i| f64::from(i % 2)).collect();
        assert!((of_neighbours(&[alternating]).unwrap() + 1.0).abs() < 1e-12);
        // Blocks of single inputs have no neighbours, and constants no correlation.
        assert_eq!(of_neighbours(&up.iter().map(|x| vec![*x]).collect::<Vec<_>>()), None);
        assert_eq!(of_neighbours(&[vec![1.0; 10]]), None);
        assert_eq!(of_neighbours(&[]), None);
    }
}
