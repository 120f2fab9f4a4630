//! One model compared with many: what the comparisons have in common is read, factored and multiplied once.

mod fan;
mod inputs;
mod labels;

use crate::comparison::{Comparison, compare_with, llv_sets, probability_inputs, targets};
use crate::error::Error;
use crate::model::Pair;
use crate::probability::{Kept, ProbabilityPart};
use crate::progress::{Stage, Watch};
use crate::rows::ModelRows;
use crate::settings::Settings;
use crate::streams::Streams;
use crate::summary::{PairSummary, ProbabilityInputs};
use rand::Rng;

/// The most pairs that are reduced together.
const AT_ONCE: usize = 16;

/// Memory that the factors of pairs reduced together may take, for each of both sides and each thread: 1 GiB.
const FACTOR_BYTES: usize = 1 << 30;

/// Compares a model with each of others, as [`compare_watched`](crate::compare_watched) would do it pair by pair, and hands each comparison
/// on, with the place of the other model, in their order. The numbers are the same up to rounding: 1e-12 of each.
///
/// The first model is read once for up to 16 others, its head and embeddings are factored once, a head that several models have is factored
/// once, and the logits of the first model are computed once. `rng` makes the same random numbers for each pair.
///
/// # Errors
/// As [`compare`](crate::compare). What was handed on before stays so.
pub fn compare_many<R: Rng>(
    first: &dyn ModelRows,
    others: &[&dyn ModelRows],
    settings: &Settings,
    rng: impl Fn() -> R,
    watch: Watch<'_>,
    mut each: impl FnMut(usize, Comparison),
) -> Result<(), Error> {
    let pairs =
        others.iter().map(|other| Pair::new(first, *other)).collect::<Result<Vec<Pair<'_>>, Error>>()?;
    let (mut start, mut known) = (0, None);
    while start < pairs.len() {
        let count = at_once(&pairs[start..]);
        let together = &pairs[start..start + count];
        for (i, summary) in (start..).zip(reduced(together, settings, &rng, watch)?) {
            let summary = |_: &ProbabilityInputs, _: &Kept<'_>| Ok(summary);
            let comparison = compare_with(&pairs[i], summary, known.as_ref(), settings, &mut rng(), watch)?;
            // The next pair has its decompositions, too.
            if i + 1 < pairs.len() {
                known = Some(comparison.reduced.a.clone());
            }
            each(i, comparison);
        }
        start += count;
    }
    Ok(())
}

/// How many of these pairs are reduced together: a function of the shapes alone.
fn at_once(pairs: &[Pair<'_>]) -> usize {
    let widest = pairs.iter().map(|pair| 3 + pair.a().dim() + pair.b().dim()).max().unwrap_or(1);
    (FACTOR_BYTES / (8 * widest * widest)).clamp(1, AT_ONCE).min(pairs.len())
}

/// The summary of each pair.
fn reduced<R: Rng>(
    pairs: &[Pair<'_>],
    settings: &Settings,
    rng: impl Fn() -> R,
    watch: Watch<'_>,
) -> Result<Vec<PairSummary>, Error> {
    let settings = &settings.narrowed();
    let inputs = probability_inputs(&pairs[0], settings, &mut Streams::of(&mut rng()).inputs)?;
    let targets = targets(&pairs[0], settings)?;
    let tracked: Vec<Vec<usize>> = pairs
        .iter()
        .map(|pair| Ok(llv_sets(pair, settings)?.map_or_else(Vec::new, |sets| sets.tracked)))
        .collect::<Result<_, Error>>()?;
    let (labels, sides) =
        rayon::join(|| labels::label_sides(pairs, watch), || inputs::input_sides(pairs, watch));
    let sides = sides?;
    let kept: Vec<Kept<'_>> = tracked
        .iter()
        .map(|tracked| Kept {
            tracked,
            targets: targets.as_deref(),
            confidence: settings.by_confidence,
            counted: inputs.are_counted(pairs[0].n_inputs()) && settings.needs_each().is_none(),
            precision: settings.logit_precision,
        })
        .collect();
    let parts = if inputs == ProbabilityInputs::None {
        pairs.iter().map(|_| None).collect()
    } else {
        watch(Stage::Probability, 0);
        let labels: Vec<_> = labels.iter().map(AsRef::as_ref).collect();
        let parts = ProbabilityPart::of_many(pairs, &labels, &inputs, &kept, watch)?;
        parts.into_iter().map(Some).collect::<Vec<_>>()
    };
    let all = labels.iter().zip(sides).zip(tracked.iter().zip(parts));
    let summary = |((labels, inputs), (tracked, probability)): ((&_, _), (&Vec<usize>, _))| PairSummary {
        labels: std::sync::Arc::clone(labels),
        inputs,
        tracked: tracked.clone(),
        probability,
    };
    Ok(all.map(summary).collect())
}
