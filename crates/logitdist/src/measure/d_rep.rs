//! The linear identifiability dissimilarity d_rep, over subsets of labels.

mod evaluation;

use super::invariance::Change;
use super::source::LOGIT_DISTANCE;
use super::table::{Measure, Part, Range, Same, Uncertainty, Unit, Value};
use crate::applicable::{Applicable, Reason};
use crate::measure::percentiles::percentiles;
use crate::measure::subsets::ChosenSubsets;
use crate::reduced::{Direction, Reduced};
use crate::shared::Shared;
use evaluation::{Evaluation, SubsetValues};

const LENGTH: Measure = Measure {
    source: LOGIT_DISTANCE,
    same: Same::Zero("equal up to an affine map"),
    part: Part::DRep,
    ..Measure::DISSIMILARITY
};
const COUNT: Measure = Measure {
    unit: Unit::Count,
    same: Same::Neither,
    invariance: [Change::Affine, Change::Any],
    uncertainty: Uncertainty::Never("it is a count"),
    ..LENGTH
};

pub(super) const ROWS: [Measure; 9] = [
    Measure {
        tokens: &["d_rep_ab_median", "d_rep_ba_median"],
        name: "median of d_rep over label subsets",
        meaning: "Median over label subsets, with {b} carried onto {a}",
        formula: "median of √(E‖f − A f′ − c‖²)",
        headline: true,
        value: Value::Number(|shared, d| Ok(shared.d_rep(d)?.median)),
        ..LENGTH
    },
    Measure {
        tokens: &["d_rep_ab", "d_rep_ba"],
        name: "linear identifiability dissimilarity",
        meaning: "Linear identifiability dissimilarity, with {b} carried onto {a}, over label subsets",
        formula: "√(mean over label subsets of E‖f − A f′ − c‖²), A = L⁻ᵀL′ᵀ, c = L⁻ᵀ(β′ − β), L the labels' \
                  differences of model {a}, β its biases'",
        headline: true,
        value: Value::Number(|shared, d| Ok(shared.d_rep(d)?.d_rep)),
        note: |shared| heavy(shared),
        ..LENGTH
    },
    Measure {
        tokens: &["d_rep_ab_se", "d_rep_ba_se"],
        name: "standard error of d_rep",
        meaning: "Standard error of d_rep over label subsets, with {b} carried onto {a}",
        formula: "from the spread between sampled pivots",
        range: Range::at_least(0.0).with("0 if every subset was used"),
        same: Same::Neither,
        uncertainty: Uncertainty::Never("it is an error itself"),
        value: Value::Number(|shared, d| Ok(shared.d_rep(d)?.standard_error)),
        ..LENGTH
    },
    Measure {
        tokens: &["d_rep_ab_max", "d_rep_ba_max"],
        name: "maximum of d_rep over subsets",
        meaning: "Maximum over label subsets, with {b} carried onto {a}",
        formula: "max of √(E‖f − A f′ − c‖²)",
        uncertainty: Uncertainty::Never("it is a maximum over label subsets"),
        value: Value::Number(|shared, d| Ok(shared.d_rep(d)?.max)),
        ..LENGTH
    },
    Measure {
        tokens: &["n_subsets_ab", "n_subsets_ba"],
        name: "label subsets used",
        meaning: "Label subsets used for d_rep, with {b} carried onto {a}",
        formula: "a pivot and M further labels each",
        value: Value::Number(|shared, d| Ok(shared.d_rep(d)?.used as f64)),
        ..COUNT
    },
    Measure {
        tokens: &["n_subsets_skipped_ab", "n_subsets_skipped_ba"],
        name: "label subsets skipped",
        meaning: "Label subsets skipped, with {b} carried onto {a}: L is singular, or the value is beyond the \
                  floating-point range",
        formula: "reciprocal condition of L under 1e-12",
        source: "numerical convention of this project",
        value: Value::Number(|shared, d| Ok(shared.d_rep(d)?.skipped as f64)),
        ..COUNT
    },
    Measure {
        tokens: &["sigma_min_ab", "sigma_min_ba"],
        name: "smallest singular value over subsets",
        meaning: "Smallest singular value of L over the label subsets used, with {b} carried onto {a}",
        formula: "min over subsets of σ_min(L)",
        unit: Unit::Unembedding,
        range: Range::at_least(0.0).with("above 0"),
        same: Same::Neither,
        invariance: [Change::Rotation, Change::Any],
        uncertainty: Uncertainty::Never("it is of the labels, and no inputs are in it"),
        value: Value::Number(|shared, d| Ok(shared.d_rep(d)?.sigma_min)),
        ..LENGTH
    },
    Measure {
        tokens: &["d_rep_per_subset_rhs_ab", "d_rep_per_subset_rhs_ba"],
        name: "per-subset bound on d_rep",
        meaning: "Right side of the per-subset bound on d_rep (T6′), with {b} carried onto {a}",
        formula: "√(mean over subsets of E‖δ_L‖²/σ_min(L)²)",
        source: "this project",
        range: Range::at_least(0.0).with("at least d_rep"),
        value: Value::Number(|shared, d| Ok(shared.d_rep(d)?.per_subset_rhs)),
        ..LENGTH
    },
    Measure {
        tokens: &["d_rep_subset_violations_ab", "d_rep_subset_violations_ba"],
        name: "violated label subsets",
        meaning: "Label subsets whose own bound (T6′) fails, with {b} carried onto {a}",
        formula: "count of E‖f − A f′ − c‖² > E‖δ_L‖²/σ_min(L)²",
        source: "this project",
        range: Range::at_least(0.0).with("0, always"),
        value: Value::Number(|shared, d| Ok(shared.d_rep(d)?.violations as f64)),
        ..COUNT
    },
];

/// How many times its median the mean may be before a word on it is due.
const HEAVY: f64 = 3.0;

/// Where few subsets carry the mean.
fn heavy(shared: &Shared) -> Option<String> {
    let times = |d| shared.d_rep(d).ok().map_or(0.0, |own| own.d_rep / own.median);
    let times = times(Direction::Ab).max(times(Direction::Ba));
    (times > HEAVY && times.is_finite()).then(|| {
        format!("a mean over label subsets that a few of them carry: it is {times:.1} times the median, and other subsets give others")
    })
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
    /// Subsets skipped because L is singular, or the value beyond the floating-point range.
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
/// each label is needed, no inputs and no A. In coordinates that begin with those of 1 and f′, split f into (f₁, f₂) and δ_L into (δ₁, δ₂).
/// Then `δ₂ = L^T f₂`, because no affine map of f′ reaches f₂. So `L^{−T} δ₂ = f₂` for every subset, and only δ₁ needs a solve.
///
/// Subsets whose L has reciprocal condition under 1e-12, or whose value or bound is beyond the floating-point range, are skipped and
/// counted. Not applicable if K < M + 1 or every subset is singular. Source: Nielsen et al. 2026.
pub fn d_rep(reduced: &Reduced, direction: Direction, chosen: &ChosenSubsets) -> Applicable<DRep> {
    let (model, _) = reduced.models(direction);
    if reduced.n_labels <= model.dim {
        return Err(Reason::Labels { labels: reduced.n_labels, needed: model.dim + 1 });
    }
    let evaluation = Evaluation::of(reduced, direction);
    let mut outcomes = Vec::with_capacity(chosen.len());
    for part in chosen.parts() {
        outcomes.extend(evaluation.of_all(part));
        if chosen.per_pivot().is_some_and(|per_pivot| is_known(&outcomes, per_pivot)) {
            break;
        }
    }
    summarise(&outcomes, chosen.per_pivot()).ok_or(Reason::SingularSubsets { subsets: chosen.len() })
}

/// To what part of itself the median over subsets is to be known.
const KNOWN: f64 = 0.1;

/// Whether the 95 % interval of the median, as of as many independent subsets as there are pivots, is within a tenth of it.
fn is_known(outcomes: &[Option<SubsetValues>], per_pivot: usize) -> bool {
    let errors: Vec<f64> = outcomes.iter().flatten().map(|o| o.error.sqrt()).collect();
    if errors.is_empty() {
        return false;
    }
    let pivots = (outcomes.len() / per_pivot) as f64;
    let half = (0.98 / pivots.sqrt()).min(0.5);
    let [low, median, high] = percentiles(errors, [0.5 - half, 0.5, 0.5 + half]);
    high - low <= 2.0 * KNOWN * median
}

/// Statistics over the regular subsets; `None` if there are none.
fn summarise(outcomes: &[Option<SubsetValues>], per_pivot: Option<usize>) -> Option<DRep> {
    let regular: Vec<&SubsetValues> = outcomes.iter().flatten().collect();
    let used = regular.len();
    if used == 0 {
        return None;
    }
    let mean =
        |value: &dyn Fn(&SubsetValues) -> f64| regular.iter().map(|o| value(o)).sum::<f64>() / used as f64;
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
fn standard_error_between_pivots(outcomes: &[Option<SubsetValues>], per_pivot: usize) -> f64 {
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
    use crate::measure::subsets::Subsets;
    use crate::model::{Model, Pair};
    use crate::summary::{PairSummary, ProbabilityInputs};
    use logitdist_linalg::Mat;
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

    fn outcomes(errors: impl Iterator<Item = f64>) -> Vec<Option<SubsetValues>> {
        let of = |error: f64| SubsetValues {
            error,
            delta: 1.0,
            sigma_min: 1.0,
            solve_error: 0.0,
            violated: false,
        };
        errors.map(|error| Some(of(error))).collect()
    }

    #[test]
    fn a_median_is_known_if_its_interval_is_narrow() {
        let spread =
            |by: f64, count: usize| outcomes((0..count).map(move |i| (1.0 + by * (i % 16) as f64).powi(2)));
        assert!(is_known(&spread(0.0, 16), 1));
        // A sixteenth of them apart by 0.02 each, of which the interval holds half.
        assert!(is_known(&spread(0.02, 16), 1) && !is_known(&spread(0.04, 16), 1));
        // More pivots tell more; more subsets of as many pivots do not.
        assert!(is_known(&spread(0.04, 128), 1) && !is_known(&spread(0.04, 128), 8));
        // Whatever the unit.
        let scaled = |by: f64, unit: f64| {
            let of = move |i| ((1.0 + by * (i % 16) as f64) * unit).powi(2);
            is_known(&outcomes((0..16).map(of)), 1)
        };
        for unit in [1e-6, 1e6] {
            assert!(scaled(0.02, unit) && !scaled(0.04, unit));
        }
        assert!(is_known(&outcomes([0.0; 16].into_iter()), 1));
        assert!(!is_known(&[None, None], 1));
    }

    #[test]
    fn models_with_one_head_need_few_subsets() {
        let entry = |i: usize, j: usize, seed: f64| ((i * 31 + j * 17 + i * j) as f64 * 0.61 + seed).sin();
        let (n, k, m) = (700, 310, 300);
        let g = Mat::from_fn(k, m, |y, j| entry(y, j, 0.3) + f64::from(u8::from(y == j)));
        let f = Mat::from_fn(n, m, |x, j| entry(x, j * j, 0.0));
        let near = Mat::from_fn(n, m, |x, j| f[(x, j)] + 0.1 * entry(x + 5, j * j, 2.0));
        let (a, b) = (Model::new(f, g.clone(), None).unwrap(), Model::new(near, g, None).unwrap());
        let pair = Pair::new(&a, &b).unwrap();
        let reduced = Reduced::of(&PairSummary::of(&pair, &ProbabilityInputs::None, &[]).unwrap());
        let chosen = Subsets::default()
            .choose(k, m, &mut ChaCha8Rng::seed_from_u64(0))
            .expect("subsets of the labels");
        let found = d_rep(&reduced, Direction::Ab, &chosen).unwrap();
        // Sixteen of a hundred pivots, and E‖f − f′‖² of every subset.
        assert_eq!((found.used + found.skipped, chosen.len()), (48, 300));
        let size =
            (0..n).map(|x| (a.embeddings().row(x) - b.embeddings().row(x)).squared_norm_l2()).sum::<f64>();
        assert!((found.d_rep / (size / n as f64).sqrt() - 1.0).abs() < 1e-6, "{}", found.d_rep);
        assert!(!found.exhaustive && found.violations == 0);
    }
}
