//! Which subsets of labels d_rep averages over.

use crate::error::Error;
use crate::reduced::{Reduced, ReducedModel};
use rand::{Rng, RngExt, seq::index};

/// Which label subsets d_rep averages over. A subset is a pivot y0 and M further labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Subsets {
    /// Every subset up to 20 000, else 100 pivots × 200 subsets, the sample of Nielsen et al. 2026. From dimension 80 on fewer: at most
    /// 10¹⁰/M³, and after each 16 pivots no more if the median is known to a tenth.
    #[default]
    Affordable,
    /// Every subset: K·C(K−1, M) of them.
    All,
    /// Pivots drawn uniformly with replacement, and for each as many subsets of the other labels.
    Sampled {
        /// Number of pivots.
        pivots: usize,
        /// Subsets for each pivot.
        per_pivot: usize,
    },
    /// Every subset if there are at most `at_most`, else a sample.
    AllUpTo {
        /// The most subsets that are enumerated.
        at_most: usize,
        /// Number of pivots otherwise.
        pivots: usize,
        /// Subsets for each pivot otherwise.
        per_pivot: usize,
    },
}

/// Subsets of the default and the most of them that are enumerated.
const USUAL_SUBSETS: usize = 20_000;

/// Pivots of the default.
const USUAL_PIVOTS: usize = 100;

/// Subsets × M³ that the default spends at most.
const AFFORDABLE: f64 = 1e10;

/// Pivots after which the default of large dimensions asks whether they are enough.
const PIVOTS_AT_ONCE: usize = 16;

/// Enumerations beyond this are refused: they would not end.
const MOST_SUBSETS: usize = 10_000_000;

/// The subsets to evaluate, and what they are of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenSubsets {
    /// Subset after subset: y0, l_1 … l_M, all different.
    labels: Vec<usize>,
    /// M.
    dim: usize,
    /// How many consecutive subsets share a pivot that was drawn; `None` if the list is exhaustive.
    per_pivot: Option<usize>,
    /// After how many of them it is asked whether these are enough; `None` if all are evaluated.
    at_once: Option<usize>,
}

impl ChosenSubsets {
    /// So many of them at most, evenly spread, and no more than are evaluated at once.
    pub(crate) fn thinned(&self, most: usize) -> ChosenSubsets {
        let (count, size) = (self.len(), self.dim + 1);
        let kept = most.min(self.at_once.unwrap_or(most)).min(count);
        let labels = (0..kept).flat_map(|i| {
            let at = i * count / kept;
            self.labels[at * size..(at + 1) * size].to_vec()
        });
        ChosenSubsets { labels: labels.collect(), dim: self.dim, per_pivot: None, at_once: None }
    }

    /// The labels of all subsets, M + 1 for each, its pivot first.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// The same labels, in the parts in which they are evaluated.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &[usize]> {
        let at_once = self.at_once.unwrap_or(self.len()).max(1);
        self.labels.chunks(at_once * (self.dim + 1))
    }

    /// M.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of subsets.
    pub fn len(&self) -> usize {
        self.labels.len() / (self.dim + 1)
    }

    /// Whether there are none, for want of labels.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// How many consecutive subsets share a pivot that was drawn; `None` if these are all subsets there are.
    pub fn per_pivot(&self) -> Option<usize> {
        self.per_pivot
    }
}

impl Subsets {
    /// The subsets of M = `dim` labels and a pivot among K = `labels`. Fewer than M + 1 labels give none.
    ///
    /// # Errors
    /// [`Error::Option`] if all of more than ten million are asked for, or a sample of none.
    pub fn choose(&self, labels: usize, dim: usize, rng: &mut impl Rng) -> Result<ChosenSubsets, Error> {
        if labels <= dim {
            return Ok(ChosenSubsets { labels: Vec::new(), dim, per_pivot: None, at_once: None });
        }
        let count = binomial(labels - 1, dim).and_then(|c| c.checked_mul(labels));
        let chosen = match (self.with_numbers(dim), count) {
            (Subsets::All, Some(c)) if c <= MOST_SUBSETS => Ok(every_subset(labels, dim)),
            (Subsets::All, _) => Err(Error::Option(format!(
                "all label subsets of {labels} labels in dimension {dim} are more than {MOST_SUBSETS}; sample them, for example 100x200"
            ))),
            (Subsets::AllUpTo { at_most, .. }, Some(c)) if c <= at_most.min(MOST_SUBSETS) => {
                Ok(every_subset(labels, dim))
            }
            (Subsets::Sampled { pivots, per_pivot } | Subsets::AllUpTo { pivots, per_pivot, .. }, _) => {
                sample(labels, dim, pivots, per_pivot, rng)
            }
            (Subsets::Affordable, _) => unreachable!("it has numbers"),
        }?;
        let is_dear = *self == Subsets::Affordable && chosen.len() < USUAL_SUBSETS;
        let at_once = chosen.per_pivot.filter(|_| is_dear).map(|per_pivot| PIVOTS_AT_ONCE * per_pivot);
        Ok(ChosenSubsets { at_once, ..chosen })
    }

    /// The subsets of both directions: first those of model a.
    ///
    /// # Errors
    /// As [`choose`](Subsets::choose).
    pub(crate) fn both_ways(
        &self,
        reduced: &Reduced,
        rng: &mut impl Rng,
    ) -> Result<[ChosenSubsets; 2], Error> {
        let mut of = |model: &ReducedModel| self.choose(reduced.n_labels, model.dim, rng);
        Ok([of(&reduced.a)?, of(&reduced.b)?])
    }

    /// The default as the numbers it stands for in M dimensions.
    fn with_numbers(self, dim: usize) -> Subsets {
        let Subsets::Affordable = self else { return self };
        let affordable = AFFORDABLE / (dim as f64).powi(3);
        let count = affordable.clamp(1.0, USUAL_SUBSETS as f64) as usize;
        let pivots = count.min(USUAL_PIVOTS);
        Subsets::AllUpTo { at_most: count, pivots, per_pivot: count / pivots }
    }
}

fn sample(
    labels: usize,
    dim: usize,
    pivots: usize,
    per_pivot: usize,
    rng: &mut impl Rng,
) -> Result<ChosenSubsets, Error> {
    let count = pivots.checked_mul(per_pivot).filter(|count| (1..=MOST_SUBSETS).contains(count));
    let Some(count) = count else {
        return Err(Error::Option(format!(
            "{pivots}x{per_pivot} label subsets are asked for; at least 1 and at most {MOST_SUBSETS} are possible"
        )));
    };
    let mut chosen = Vec::with_capacity(count * (dim + 1));
    for _ in 0..pivots {
        let pivot = rng.random_range(0..labels);
        for _ in 0..per_pivot {
            chosen.push(pivot);
            let others = index::sample(rng, labels - 1, dim);
            chosen.extend(others.iter().map(|l| l + usize::from(l >= pivot)));
        }
    }
    Ok(ChosenSubsets { labels: chosen, dim, per_pivot: Some(per_pivot), at_once: None })
}

/// C(n, k), or `None` on overflow.
fn binomial(n: usize, k: usize) -> Option<usize> {
    (1..=k.min(n - k)).try_fold(1usize, |c, i| c.checked_mul(n + 1 - i).map(|c| c / i))
}

fn every_subset(labels: usize, dim: usize) -> ChosenSubsets {
    let mut all = Vec::new();
    for pivot in 0..labels {
        let others: Vec<usize> = (0..labels).filter(|&y| y != pivot).collect();
        let mut chosen: Vec<usize> = (0..dim).collect();
        loop {
            all.push(pivot);
            all.extend(chosen.iter().map(|&i| others[i]));
            // The next combination in lexicographic order: advance the last index that can still move.
            let Some(i) = (0..dim).rev().find(|&i| chosen[i] < others.len() - dim + i) else { break };
            chosen[i] += 1;
            for j in i + 1..dim {
                chosen[j] = chosen[j - 1] + 1;
            }
        }
    }
    ChosenSubsets { labels: all, dim, per_pivot: None, at_once: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
    use std::collections::HashSet;

    #[test]
    fn every_subset_is_listed_once() {
        for (labels, dim, count) in [(10, 8, 90), (10, 4, 1260), (3, 2, 3), (2, 1, 2), (5, 3, 20)] {
            let chosen = every_subset(labels, dim);
            let different: HashSet<_> = chosen.labels.chunks(dim + 1).collect();
            assert_eq!((chosen.len(), different.len()), (count, count), "K = {labels}, M = {dim}");
            assert!(chosen.labels.chunks(dim + 1).all(|s| s.iter().collect::<HashSet<_>>().len() == dim + 1));
        }
    }

    #[test]
    fn a_sample_has_distinct_labels_and_its_stated_size() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let chosen = Subsets::Sampled { pivots: 7, per_pivot: 3 }.choose(12, 11, &mut rng).unwrap();
        assert_eq!(chosen.len(), 21);
        for subset in chosen.labels.chunks(12) {
            let mut all = subset.to_vec();
            all.sort_unstable();
            assert_eq!(all, (0..12).collect::<Vec<_>>());
        }
    }

    #[test]
    fn subsets_are_counted_before_they_are_listed() {
        assert_eq!(
            [(4, 0), (9, 8), (10, 3), (100, 99)].map(|(n, k)| binomial(n, k)),
            [1, 9, 120, 100].map(Some)
        );
        assert_eq!(binomial(50, 25), Some(126_410_606_437_752));
        assert_eq!(binomial(500, 250), None);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (at_most, per_pivot) in [(90, None), (89, Some(3))] {
            let subsets = Subsets::AllUpTo { at_most, pivots: 2, per_pivot: 3 };
            assert_eq!(subsets.choose(10, 8, &mut rng).unwrap().per_pivot(), per_pivot, "{at_most}");
        }
        let [none, some] = [3, 4].map(|labels| Subsets::All.choose(labels, 3, &mut rng).unwrap());
        assert!(none.is_empty() && !some.is_empty());
        assert_eq!([none.dim(), some.dim(), none.len(), some.len()], [3, 3, 0, 4]);
        // 10 593 800: a little too many.
        assert!(Subsets::All.choose(50, 4, &mut rng).is_err());
    }

    #[test]
    fn an_endless_enumeration_is_refused_and_the_default_samples() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert!(Subsets::All.choose(1000, 500, &mut rng).is_err());
        assert_eq!(Subsets::default().choose(100, 50, &mut rng).unwrap().len(), 20_000);
        assert_eq!(Subsets::default().choose(10, 8, &mut rng).unwrap().len(), 90);
        for (dim, count) in [(79, 20_000), (256, 596), (768, 22), (3000, 1)] {
            let chosen = Subsets::default().choose(4000, dim, &mut rng).unwrap();
            assert!(chosen.len() <= count && 2 * chosen.len() > count, "{dim}: {}", chosen.len());
            let parts: Vec<&[usize]> = chosen.parts().collect();
            assert_eq!(parts.concat(), chosen.labels, "{dim}");
            assert_eq!(
                parts.len(),
                if dim < 80 { 1 } else { chosen.len().div_ceil(parts[0].len() / (dim + 1)) }
            );
        }
    }
}
