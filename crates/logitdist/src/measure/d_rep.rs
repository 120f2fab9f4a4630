//! The linear identifiability dissimilarity d_rep, over subsets of labels.

use crate::applicable::{Applicable, Reason};
use crate::bound::{ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE};
use crate::error::Error;
use crate::reduced::{Direction, Reduced};
use crate::summary::Labels;
use logitdist_linalg::{Lu, Mat, MatRef, matmul_nt};
use rand::{Rng, RngExt, seq::index};
use rayon::prelude::*;

/// A pivot label y0 and M further labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSubset {
    /// y0.
    pub pivot: usize,
    /// l_1 … l_M, all different and none the pivot.
    pub labels: Vec<usize>,
}

/// Which label subsets d_rep averages over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subsets {
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

impl Default for Subsets {
    /// Every subset up to 20 000, else 100 pivots × 200 subsets, the sample of Nielsen et al. 2026.
    fn default() -> Self {
        Subsets::AllUpTo { at_most: 20_000, pivots: 100, per_pivot: 200 }
    }
}

/// Enumerations beyond this are refused: they would not end.
const MOST_SUBSETS: usize = 10_000_000;

/// The subsets to evaluate, and what they are of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenSubsets {
    subsets: Vec<LabelSubset>,
    /// How many consecutive subsets share a pivot that was drawn; `None` if the list is exhaustive.
    per_pivot: Option<usize>,
}

impl Subsets {
    /// The subsets of M = `dim` labels and a pivot among K = `labels`. Fewer than M + 1 labels give none.
    ///
    /// # Errors
    /// [`Error::Option`] if all of more than ten million are asked for, or a sample of none.
    pub fn choose(&self, labels: usize, dim: usize, rng: &mut impl Rng) -> Result<ChosenSubsets, Error> {
        if labels <= dim {
            return Ok(ChosenSubsets { subsets: Vec::new(), per_pivot: None });
        }
        let count = binomial(labels - 1, dim).and_then(|c| c.checked_mul(labels));
        match (*self, count) {
            (Subsets::All, Some(c)) if c <= MOST_SUBSETS => Ok(every_subset(labels, dim)),
            (Subsets::All, _) => Err(Error::Option(format!(
                "all label subsets of {labels} labels in dimension {dim} are more than {MOST_SUBSETS}; sample them, for example 100x200"
            ))),
            (Subsets::AllUpTo { at_most, .. }, Some(c)) if c <= at_most.min(MOST_SUBSETS) => {
                Ok(every_subset(labels, dim))
            }
            (Subsets::Sampled { pivots, per_pivot } | Subsets::AllUpTo { pivots, per_pivot, .. }, _) => {
                let count = pivots.checked_mul(per_pivot).filter(|count| (1..=MOST_SUBSETS).contains(count));
                let Some(count) = count else {
                    return Err(Error::Option(format!(
                        "{pivots}x{per_pivot} label subsets are asked for; at least 1 and at most {MOST_SUBSETS} are possible"
                    )));
                };
                let mut subsets = Vec::with_capacity(count);
                for _ in 0..pivots {
                    let pivot = rng.random_range(0..labels);
                    for _ in 0..per_pivot {
                        let others = index::sample(rng, labels - 1, dim);
                        let labels = others.iter().map(|l| l + usize::from(l >= pivot)).collect();
                        subsets.push(LabelSubset { pivot, labels });
                    }
                }
                Ok(ChosenSubsets { subsets, per_pivot: Some(per_pivot) })
            }
        }
    }
}

/// C(n, k), or `None` on overflow.
fn binomial(n: usize, k: usize) -> Option<usize> {
    (1..=k.min(n - k)).try_fold(1usize, |c, i| c.checked_mul(n + 1 - i).map(|c| c / i))
}

fn every_subset(labels: usize, dim: usize) -> ChosenSubsets {
    let mut subsets = Vec::new();
    for pivot in 0..labels {
        let others: Vec<usize> = (0..labels).filter(|&y| y != pivot).collect();
        let mut chosen: Vec<usize> = (0..dim).collect();
        loop {
            subsets.push(LabelSubset { pivot, labels: chosen.iter().map(|&i| others[i]).collect() });
            // The next combination in lexicographic order: advance the last index that can still move.
            let Some(i) = (0..dim).rev().find(|&i| chosen[i] < others.len() - dim + i) else { break };
            chosen[i] += 1;
            for j in i + 1..dim {
                chosen[j] = chosen[j - 1] + 1;
            }
        }
    }
    ChosenSubsets { subsets, per_pivot: None }
}

/// d_rep over label subsets and what its bounds need. All but the counts are square roots, in the units of f.
#[derive(Debug, Clone, PartialEq)]
pub struct DRep {
    /// `d_rep = √(mean over subsets of E‖f − A f′ − c‖²)`, ≥ 0; 0 = equal up to an affine map.
    pub d_rep: f64,
    /// Standard error of d_rep from the spread between pivots; 0 if every subset was used.
    pub standard_error: f64,
    /// Median over subsets of √(E‖f − A f′ − c‖²).
    pub median: f64,
    /// Maximum over subsets of the same.
    pub max: f64,
    /// Subsets used.
    pub used: usize,
    /// Subsets skipped because L is singular.
    pub skipped: usize,
    /// Whether all subsets there are were used.
    pub exhaustive: bool,
    /// The smallest σ_min(L) over the subsets used.
    pub sigma_min: f64,
    /// √(mean over subsets of E‖δ_L‖²).
    pub delta: f64,
    /// √(mean over subsets of E‖δ_L‖² / σ_min(L)²), the per-subset bound on d_rep.
    pub per_subset_rhs: f64,
    /// Relative error of the solves, about ε times the worst condition of L.
    pub solve_error: f64,
    /// Subsets on which E‖f − A f′ − c‖² exceeds its own bound E‖δ_L‖² / σ_min(L)².
    pub violations: usize,
}

/// Linear identifiability dissimilarity of the other model carried onto the first of the direction.
///
/// For a subset with L^T = rows g(l_i) − g(y0), `f − A f′ − c = L^{−T} δ_L` with δ_i = Δ_{l_i} − Δ_{y0}: only the logit error of
/// each label is needed, no inputs and no A. Subsets whose L has reciprocal condition under 1e-12 are skipped and
/// counted. Not applicable if K < M + 1 or every subset is singular. Source: Nielsen et al. 2026.
pub fn d_rep(reduced: &Reduced, direction: Direction, chosen: &ChosenSubsets) -> Applicable<DRep> {
    let (model, _) = reduced.models(direction);
    if reduced.n_labels <= model.dim {
        return Err(Reason::Labels { labels: reduced.n_labels, needed: model.dim + 1 });
    }
    let unembeddings = &reduced.labels(direction).0.unembeddings;
    let errors = label_errors(reduced, direction);
    let slack = ABSOLUTE_TOLERANCE * reduced.squared_scale();
    let outcomes: Vec<Option<Outcome>> = chosen
        .subsets
        .par_iter()
        .map(|subset| evaluate(subset, unembeddings.as_ref(), errors.as_ref(), slack))
        .collect();
    summarise(&outcomes, chosen.per_pivot).ok_or(Reason::SingularSubsets { subsets: chosen.subsets.len() })
}

/// W, p×K: column y holds the logit error of label y, `C g̃(y) − D g̃′(y) + r_0 (b̃(y) − b̃′(y))`.
fn label_errors(reduced: &Reduced, direction: Direction) -> Mat<f64> {
    let (model, other) = reduced.models(direction);
    let (labels, other_labels) = reduced.labels(direction);
    let logits =
        |embeddings: &Mat<f64>, labels: &Labels| matmul_nt(embeddings.as_ref(), labels.unembeddings.as_ref());
    let mut errors = logits(&model.embeddings, labels) - logits(&other.embeddings, other_labels);
    for (y, (b, b_other)) in labels.bias.iter().zip(&other_labels.bias).enumerate() {
        errors[(0, y)] += model.constant * (b - b_other);
    }
    errors
}

/// What one regular subset gives.
struct Outcome {
    /// E‖f − A f′ − c‖².
    error: f64,
    /// E‖δ_L‖².
    delta: f64,
    /// σ_min(L).
    sigma_min: f64,
    /// Relative error of the solve.
    solve_error: f64,
    violated: bool,
}

fn evaluate(
    subset: &LabelSubset,
    unembeddings: MatRef<'_, f64>,
    errors: MatRef<'_, f64>,
    slack: f64,
) -> Option<Outcome> {
    let (m, p) = (subset.labels.len(), errors.nrows());
    let l_transposed =
        Mat::from_fn(m, m, |i, j| unembeddings[(subset.labels[i], j)] - unembeddings[(subset.pivot, j)]);
    let lu = Lu::new(l_transposed.as_ref())?;
    let mut aligned = Mat::from_fn(m, p, |i, j| errors[(j, subset.labels[i])] - errors[(j, subset.pivot)]);
    let delta = aligned.squared_norm_l2();
    lu.solve_in_place(aligned.as_mut());
    let error = aligned.squared_norm_l2();
    let sigma_min = lu.smallest_singular_value();
    // The solve itself is accurate to about ε times the condition of L.
    let solve_error = 8.0 * m as f64 * f64::EPSILON / lu.reciprocal_condition();
    let relative = 1.0 + RELATIVE_TOLERANCE + 2.0 * solve_error;
    let violated = error > (delta * relative + slack) / (sigma_min * sigma_min);
    Some(Outcome { error, delta, sigma_min, solve_error, violated })
}

/// Statistics over the regular subsets; `None` if there are none.
fn summarise(outcomes: &[Option<Outcome>], per_pivot: Option<usize>) -> Option<DRep> {
    let regular: Vec<&Outcome> = outcomes.iter().flatten().collect();
    let used = regular.len();
    if used == 0 {
        return None;
    }
    let mean = |value: &dyn Fn(&Outcome) -> f64| regular.iter().map(|o| value(o)).sum::<f64>() / used as f64;
    let d_rep = mean(&|o| o.error).sqrt();
    let mut sorted: Vec<f64> = regular.iter().map(|o| o.error.sqrt()).collect();
    sorted.sort_by(f64::total_cmp);
    let squared_error = per_pivot.map_or(0.0, |n| standard_error_between_pivots(outcomes, n));
    Some(DRep {
        d_rep,
        // The delta method carries the standard error of the mean square to its root.
        standard_error: if d_rep > 0.0 { squared_error / (2.0 * d_rep) } else { 0.0 },
        median: 0.5 * (sorted[(used - 1) / 2] + sorted[used / 2]),
        max: sorted[used - 1],
        used,
        skipped: outcomes.len() - used,
        exhaustive: per_pivot.is_none(),
        sigma_min: regular.iter().map(|o| o.sigma_min).fold(f64::INFINITY, f64::min),
        delta: mean(&|o| o.delta).sqrt(),
        per_subset_rhs: mean(&|o| o.delta / (o.sigma_min * o.sigma_min)).sqrt(),
        solve_error: regular.iter().map(|o| o.solve_error).fold(0.0, f64::max),
        violations: regular.iter().filter(|o| o.violated).count(),
    })
}

/// Standard error of the mean of E‖f − A f′ − c‖², from the means of the pivots: subsets of one pivot are not independent.
fn standard_error_between_pivots(outcomes: &[Option<Outcome>], per_pivot: usize) -> f64 {
    let means: Vec<f64> = outcomes
        .chunks(per_pivot)
        .filter_map(|chunk| {
            let errors: Vec<f64> = chunk.iter().flatten().map(|o| o.error).collect();
            (!errors.is_empty()).then(|| errors.iter().sum::<f64>() / errors.len() as f64)
        })
        .collect();
    let n = means.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let mean = means.iter().sum::<f64>() / n;
    let variance = means.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() / (n - 1.0);
    (variance / n).sqrt()
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
            let different: HashSet<_> = chosen.subsets.iter().map(|s| (s.pivot, s.labels.clone())).collect();
            assert_eq!((chosen.subsets.len(), different.len()), (count, count), "K = {labels}, M = {dim}");
            assert!(chosen.subsets.iter().all(|s| !s.labels.contains(&s.pivot)));
        }
    }

    #[test]
    fn a_sample_has_distinct_labels_and_its_stated_size() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let chosen = Subsets::Sampled { pivots: 7, per_pivot: 3 }.choose(12, 11, &mut rng).unwrap();
        assert_eq!(chosen.subsets.len(), 21);
        for subset in &chosen.subsets {
            let mut all = subset.labels.clone();
            all.push(subset.pivot);
            all.sort_unstable();
            assert_eq!(all, (0..12).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_endless_enumeration_is_refused_and_the_default_samples() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert!(Subsets::All.choose(1000, 500, &mut rng).is_err());
        assert_eq!(Subsets::default().choose(100, 50, &mut rng).unwrap().subsets.len(), 20_000);
        assert_eq!(Subsets::default().choose(10, 8, &mut rng).unwrap().subsets.len(), 90);
    }
}
