//! A comparison and what is said of it, whatever the format: what the command prints and Python hands out.

use super::json;
use super::table;
use super::verdict::sentences;
use anyhow::Context;
use logitdist::bound::{ProbeTransfer, probe_transfer};
use logitdist::{Comparison, Direction, MatRef, Pair, Settings, Watch, compare_watched};
use logitdist_results::number::short;
use logitdist_results::pair::{PairComparison, PairRun};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// A comparison and everything that is printed with it.
#[derive(Debug, Clone)]
pub struct ComparedPair {
    /// What was compared, and how.
    pub run: PairRun,
    /// Measures and bounds.
    pub comparison: Comparison,
    /// Probes carried over from b to a.
    pub probes: Vec<ProbeTransfer>,
}

impl ComparedPair {
    /// Compares a pair with the seed of `run`. `probes` are weight vectors of a, a row each, and the name that errors give them.
    ///
    /// # Errors
    /// Settings or probes that do not fit the pair, or embeddings that cannot be read.
    pub fn of(
        pair: &Pair<'_>,
        settings: &Settings,
        run: PairRun,
        probes: Option<(&str, MatRef<'_, f64>)>,
        watch: Watch<'_>,
    ) -> anyhow::Result<ComparedPair> {
        let mut rng = ChaCha8Rng::seed_from_u64(run.seed);
        ComparedPair::with(compare_watched(pair, settings, &mut rng, watch)?, run, probes)
    }

    /// What was compared elsewhere, and its probes.
    ///
    /// # Errors
    /// Probes that do not fit the pair.
    pub fn with(
        mut comparison: Comparison,
        run: PairRun,
        probes: Option<(&str, MatRef<'_, f64>)>,
    ) -> anyhow::Result<ComparedPair> {
        comparison.notes.extend(lost_digits(&comparison));
        let probes = probes.map_or(Ok(Vec::new()), |(name, rows)| {
            let transfer = |i: usize| {
                let w: Vec<f64> = rows.row(i).iter().copied().collect();
                let transfer = probe_transfer(&comparison.reduced, Direction::Ab, &w);
                transfer.with_context(|| format!("{name}: row {i}"))
            };
            (0..rows.nrows()).map(transfer).collect::<anyhow::Result<_>>()
        })?;
        Ok(ComparedPair { run, comparison, probes })
    }

    /// The comparison as it is written and read.
    pub fn results(&self) -> PairComparison {
        PairComparison::of(self.run.clone(), &self.comparison, &self.probes, self.verdict())
    }

    /// The verdict, a sentence each.
    pub fn verdict(&self) -> Vec<String> {
        sentences(self)
    }

    /// One JSON object, tokens as keys.
    pub fn to_json(&self) -> String {
        json::render(self)
    }

    /// The table for people.
    pub fn to_table(&self) -> String {
        table::render(self)
    }

    /// Tokens of the bounds that are violated, in either direction: a proof or this program is wrong.
    pub fn violated(&self) -> Vec<&'static str> {
        let violated = self.comparison.all_bounds().filter(|(_, bound)| bound.is_violated());
        violated.map(|(_, bound)| bound.theorem.token).collect()
    }
}

/// A note where rounding of logits alone changes probabilities by more than a millionth of themselves.
///
/// −log τ is how far the logits of an input are apart at most, and a logit z in f64 is uncertain by ε|z|, a probability relatively by as much.
fn lost_digits(comparison: &Comparison) -> Option<(&'static str, String)> {
    const TOO_COARSE: f64 = 1e-6;
    let apart = -comparison.scalar("log_tau")?.as_ref().ok()?;
    let rounding = f64::EPSILON * apart;
    (rounding > TOO_COARSE).then(|| {
        let note = format!(
            "logits of one input are up to {} apart, so that rounding alone changes probabilities by up to {} of themselves; so few digits of kl, jeffreys, js, tv, hellinger and d_llv mean anything",
            short(apart),
            short(rounding)
        );
        ("log_tau", note)
    })
}
