//! What becomes of a pair when blocks of its inputs are left out: values held out, and intervals.

use crate::applicable::{Applicable, Reason};
use crate::error::Error;
use crate::leave_out::{InputBlocks, LeaveOut, members};
use crate::measure::held_out::{self, HeldOut};
use crate::measure::subsets::ChosenSubsets;
use crate::measure::targets::TargetValues;
use crate::model::Pair;
use crate::null::Nulls;
use crate::probability::{AtTarget, ProbabilityPart, ProbabilitySums};
use crate::reduced::Reduced;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::summary::{PairSummary, ProbabilityInputs};
use crate::uncertainty::{Evidence, Intervals, RestValues};
use rayon::prelude::*;

/// Label subsets that the error over inputs of d_rep is read off: an error needs fewer digits than the value.
pub(crate) const MOST_SUBSETS: usize = 64;

/// All that leaving out blocks of inputs leaves behind.
pub(crate) struct Resampled {
    /// `m_cca_cv`, if it was asked for.
    held_out: Option<Applicable<HeldOut>>,
    /// What intervals are made of, if they were asked for.
    evidence: Option<Evidence>,
    /// A few of the label subsets.
    few_subsets: Option<[ChosenSubsets; 2]>,
}

/// What one block leaves behind.
struct WithoutBlock {
    scores: Vec<held_out::PairSums>,
    values: Option<RestValues>,
}

impl Resampled {
    /// Reads rows a second time if something that was asked for needs it.
    pub(crate) fn of(
        pair: &Pair<'_>,
        summary: &PairSummary,
        whole: &Reduced,
        inputs: &ProbabilityInputs,
        subsets: Option<&[ChosenSubsets; 2]>,
        settings: &Settings,
    ) -> Result<Resampled, Error> {
        let applies = settings.held_out.then(|| held_out::applies(whole));
        let few_subsets = subsets.map(|both| both.each_ref().map(|chosen| chosen.thinned(MOST_SUBSETS)));
        let rests = settings.intervals && settings.leaves_out_blocks();
        if !settings.intervals && !matches!(applies, Some(Ok(()))) {
            let held_out = applies.map(|reason| Err(reason.expect_err("it does not apply")));
            return Ok(Resampled { held_out, evidence: None, few_subsets });
        }
        let blocks = blocks(pair, settings)?;
        let again = rests || matches!(applies, Some(Ok(())));
        let left_out = again.then(|| LeaveOut::of(pair, &summary.inputs, &blocks)).transpose()?;
        let part = summary.probability.as_ref();
        let block_of = block_of(inputs, &blocks, pair.n_inputs());
        let kept = by_block(part.map_or(&[][..], |part| &part.at_inputs), &block_of, blocks.len());
        let at_targets = by_block(part.map_or(&[][..], |part| &part.at_targets), &block_of, blocks.len());
        let kept_targets: Vec<Vec<AtTarget>> =
            at_targets.into_iter().map(|block| block.into_iter().flatten().collect()).collect();
        let margins = settings.bounds().any(|theorem| theorem.token == "top1_from_logit");
        let gaps = [0, 1].map(|model| {
            let all = part.filter(|_| margins).map_or(&[][..], |part| &part.gaps[model]);
            by_block(all, &block_of, blocks.len())
        });
        let sums: Vec<ProbabilitySums> = kept.iter().map(ProbabilitySums::of_kept).collect();
        let without = |left_out: &LeaveOut, block: usize| {
            let rest = Reduced::of(&left_out.without(summary, block));
            let scores = match applies {
                Some(Ok(())) => held_out::scores(&rest, left_out, block),
                _ => Vec::new(),
            };
            let values = rests.then(|| {
                let others =
                    sums.iter().enumerate().filter(|(other, _)| *other != block).map(|(_, sums)| sums);
                let sums = others.fold(ProbabilitySums::none(), |sum, sums| sum.merge(sums));
                let probability = settings.probability.then(|| ProbabilityPart {
                    gaps: gaps.each_ref().map(|of| without_block(of, block)),
                    ..ProbabilityPart::of_sums(sums)
                });
                let targets = settings.targets.is_some().then(|| {
                    let others = kept_targets.iter().enumerate().filter(|(other, _)| *other != block);
                    TargetValues::of(others.flat_map(|(_, at)| at))
                });
                let few = few_subsets.as_ref();
                RestValues::of(&Shared::of_some_inputs(rest, probability, targets, few, settings), settings)
            });
            WithoutBlock { scores, values }
        };
        let all: Vec<WithoutBlock> = left_out.as_ref().map_or_else(Vec::new, |left_out| {
            (0..left_out.len()).into_par_iter().map(|block| without(left_out, block)).collect()
        });
        let (scores, values): (Vec<_>, Vec<_>) = all.into_iter().map(|one| (one.scores, one.values)).unzip();
        let pairs = whole.a.rank_embeddings().min(whole.b.rank_embeddings());
        let held_out = applies.map(|applies| applies.map(|()| HeldOut { pairs, blocks: scores }));
        let evidence = settings.intervals.then(|| Evidence {
            rests: values.into_iter().flatten().collect(),
            held_out: match &held_out {
                Some(Ok(held_out)) => (0..blocks.len()).map(|block| held_out.without(block)).collect(),
                _ => Vec::new(),
            },
            sizes: blocks.iter().map(|inputs| inputs.len() as f64).collect(),
            independent: settings.groups.as_ref().map_or(pair.n_inputs(), |groups| members(groups).len()),
            kept,
            kept_targets,
        });
        Ok(Resampled { held_out, evidence, few_subsets })
    }

    /// `m_cca_cv`, or why there is none; `None` if it was not asked for.
    pub(crate) fn held_out(&self) -> Option<Applicable<f64>> {
        let held_out = self.held_out.as_ref()?;
        Some(held_out.as_ref().map(HeldOut::value).map_err(Reason::clone))
    }

    /// The intervals of what the settings ask for.
    pub(crate) fn intervals(
        &self,
        shared: &mut Shared,
        nulls: Option<&Nulls>,
        settings: &Settings,
    ) -> Option<Intervals> {
        let evidence = self.evidence.as_ref()?;
        let centres = match &self.few_subsets {
            Some(few) => shared.over_subsets(few, |shared| RestValues::of(shared, settings)),
            None => RestValues::of(shared, settings),
        };
        Some(evidence.intervals(shared, &centres, nulls, settings))
    }
}

fn blocks(pair: &Pair<'_>, settings: &Settings) -> Result<InputBlocks, Error> {
    let inputs = pair.n_inputs();
    if settings.blocks < 2 {
        return Err(Error::Option(format!("{} blocks of inputs; at least 2 are needed", settings.blocks)));
    }
    match &settings.groups {
        None => Ok(InputBlocks::even(inputs, settings.blocks)),
        Some(groups) => Ok(InputBlocks::of_groups(groups, settings.blocks)),
    }
}

/// The block of each input of the probability part.
fn block_of(inputs: &ProbabilityInputs, blocks: &InputBlocks, count: usize) -> Vec<usize> {
    let mut block_of = vec![0; count];
    for (block, inputs) in blocks.iter().enumerate() {
        inputs.iter().for_each(|&input| block_of[input] = block);
    }
    match inputs {
        ProbabilityInputs::These(inputs) => inputs.iter().map(|&input| block_of[input]).collect(),
        _ => block_of,
    }
}

/// What is kept of inputs, by the block that they belong to.
fn by_block<T: Copy>(all: &[T], block_of: &[usize], blocks: usize) -> Vec<Vec<T>> {
    let mut kept = vec![Vec::new(); blocks];
    all.iter().zip(block_of).for_each(|(at_input, &block)| kept[block].push(*at_input));
    kept
}

/// What is kept of all inputs but those of a block.
fn without_block<T: Copy>(kept: &[Vec<T>], block: usize) -> Vec<T> {
    kept.iter().enumerate().filter(|(other, _)| *other != block).flat_map(|(_, of)| of).copied().collect()
}
