//! The linear identifiability dissimilarity d_rep, over subsets of labels.

use super::invariance::Change;
use super::source::LOGIT_DISTANCE;
use super::table::{Measure, Part, Range, Same, Uncertainty, Unit, Value};
use crate::applicable::{Applicable, Reason};
use crate::labels::Labels;
use crate::measure::subsets::ChosenSubsets;
use crate::reduced::{Direction, Reduced, ReducedModel};
use crate::shared::Shared;
use crate::tolerance::{ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE};
use logitdist_linalg::{Mat, ReborrowMut, Simplex, Simplices, matmul_into, r_factor, upper_matmul_into};
use rayon::prelude::*;

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
    let (model, other) = reduced.models(direction);
    if reduced.n_labels <= model.dim {
        return Err(Reason::Labels { labels: reduced.n_labels, needed: model.dim + 1 });
    }
    let paired = reduced.near.as_ref().map_or_else(Vec::new, |near| near.paired.clone());
    let evaluation = Evaluation {
        inputs: InputSide::of(model, other, beyond(reduced, direction).as_ref(), paired),
        labels: reduced.labels(direction),
        order: order(model),
        slack: ABSOLUTE_TOLERANCE * reduced.squared_scale(),
    };
    let outcomes = evaluation.of_all(chosen);
    summarise(&outcomes, chosen.per_pivot()).ok_or(Reason::SingularSubsets { subsets: chosen.len() })
}

/// The first model's embeddings in a direction, of near models less the other's in columns that have a twin.
fn beyond(reduced: &Reduced, direction: Direction) -> Option<Mat<f64>> {
    let (model, _) = reduced.models(direction);
    let sign = if direction == Direction::Ab { -1.0 } else { 1.0 };
    reduced.near.as_ref().map(|near| {
        Mat::from_fn(model.embeddings.nrows(), model.dim, |i, j| {
            if near.paired[j] { sign * near.embeddings[(i, j)] } else { model.embeddings[(i, j)] }
        })
    })
}

/// Numbers held at a time in the logit errors of labels.
const MOST_ENTRIES: usize = 1 << 22;

/// Labels whose logit errors are computed by one task.
const LABELS_PER_TASK: usize = 256;

/// Both embeddings in orthonormal coordinates of the inputs that begin with the constant and the other model's embeddings: an affine map of
/// f′ has no more than these.
struct InputSide {
    /// The first model's embeddings, or what they have beyond the other's, p×M. From row h on, everything under the diagonal is zero.
    model: Mat<f64>,
    /// In which columns it is what they have beyond.
    paired: Vec<bool>,
    /// The other's, h×M′: its further coordinates are zero. From row 1 on, everything under the diagonal is.
    other: Mat<f64>,
    /// First coordinate of the constant, ±1.
    constant: f64,
    /// E‖f − A f′ − c‖² at the best A and c: the squared length of what the first model has in coordinates after h.
    unexplained: f64,
}

impl InputSide {
    /// `beyond` stands in for F where it is known, F − F′ in `paired` columns: no affine map of f′ reaches more of one than of the other, and small differences keep
    /// their digits.
    fn of(
        model: &ReducedModel,
        other: &ReducedModel,
        beyond: Option<&Mat<f64>>,
        paired: Vec<bool>,
    ) -> InputSide {
        let (m, m_other) = (model.dim, other.dim);
        let embeddings = beyond.unwrap_or(&model.embeddings);
        let both = Mat::from_fn(model.embeddings.nrows(), 1 + m_other + m, |i, j| match j {
            0 => {
                if i == 0 {
                    model.constant
                } else {
                    0.0
                }
            }
            j if j <= m_other => other.embeddings[(i, j - 1)],
            j => embeddings[(i, j - 1 - m_other)],
        });
        // In one direction they are these coordinates already.
        let is_upper = both.col_iter().enumerate().all(|(j, c)| c.iter().skip(j + 1).all(|&x| x == 0.0));
        let size = both.nrows().min(both.ncols());
        let r = if is_upper { both.get(..size, ..).to_owned() } else { r_factor(both) };
        let head = r.nrows().min(1 + m_other);
        let model = r.get(.., 1 + m_other..).to_owned();
        InputSide {
            unexplained: model.get(head.., ..).squared_norm_l2(),
            other: r.get(..head, 1..1 + m_other).to_owned(),
            constant: r[(0, 0)],
            paired,
            model,
        }
    }

    /// M and the number of coordinates, p.
    fn dims(&self) -> (usize, usize) {
        (self.model.ncols(), self.model.nrows())
    }

    /// Coordinates that differ from subset to subset, h.
    fn head(&self) -> usize {
        self.other.nrows()
    }
}

/// What the subsets of one direction have in common.
struct Evaluation<'a> {
    inputs: InputSide,
    labels: (&'a Labels, &'a Labels),
    /// Coordinates of g̃ as subsets have them.
    order: Vec<usize>,
    /// Rounding errors in squared logits.
    slack: f64,
}

/// The coordinates of g̃ in the order in which subsets have them, on which no value depends but for rounding. Reflections are accurate for
/// coordinates of very different size if the largest come first. One label far from all others can put a coordinate first that is small in
/// a subset without it; what is lost then is within the error that the condition of the subset foretells.
fn order(model: &ReducedModel) -> Vec<usize> {
    let norms: Vec<f64> = model.unembeddings.col_iter().map(|g| g.norm_l2()).collect();
    let mut order: Vec<usize> = (0..norms.len()).collect();
    order.sort_by(|&i, &j| norms[j].total_cmp(&norms[i]));
    order
}

impl Evaluation<'_> {
    /// Outcomes in the order of the subsets; `None` where L is singular.
    fn of_all(&self, chosen: &ChosenSubsets) -> Vec<Option<SubsetValues>> {
        let labels = self.labels.0.bias.len();
        let (m, p) = self.inputs.dims();
        let subsets = if labels * (p + m) <= MOST_ENTRIES {
            chosen.len().max(1)
        } else {
            // Large vocabularies: only the labels of a few subsets at a time.
            (MOST_ENTRIES / ((m + 1) * (p + m))).max(1)
        };
        let batches = chosen.labels().chunks(subsets * (m + 1));
        batches
            .flat_map(|batch| {
                let mut is_used = vec![false; labels];
                batch.iter().for_each(|&label| is_used[label] = true);
                let used: Vec<usize> = (0..labels).filter(|&label| is_used[label]).collect();
                self.of_batch(batch, &used)
            })
            .collect()
    }

    /// Outcomes of subsets whose labels are all in `used`, a sorted list.
    fn of_batch(&self, subsets: &[usize], used: &[usize]) -> Vec<Option<SubsetValues>> {
        let m = self.inputs.dims().0;
        let columns = self.of_labels(used);
        let mut places = vec![usize::MAX; self.labels.0.bias.len()];
        used.iter().enumerate().for_each(|(place, &label)| places[label] = place);
        let vector = |label: usize| columns.col_as_slice(places[label]);
        let mut outcomes: Vec<Option<SubsetValues>> = (0..subsets.len() / (m + 1)).map(|_| None).collect();
        let together = Simplices::together(m);
        // Small subsets are given out many at a time: a task is to take much longer than to give it out.
        let least = (8 * 16_usize.pow(3) / m.pow(3)).clamp(1, 8);
        outcomes
            .par_chunks_mut(together)
            .zip(subsets.par_chunks(together * (m + 1)))
            .with_min_len(least)
            .for_each_init(
                || Simplices::new(m, self.inputs.head()),
                |simplices, (outcomes, subsets)| {
                    let of_label = |s: usize, i: usize| vector(subsets[s * (m + 1) + i]);
                    let found = simplices.evaluate(outcomes.len(), of_label);
                    for (outcome, found) in outcomes.iter_mut().zip(found) {
                        *outcome = found.map(|simplex| self.outcome(&simplex));
                    }
                },
            );
        outcomes
    }

    /// A column for each of the labels: g̃(y) (M entries), and under it the label's logit error over the inputs,
    /// `w_y = C g̃(y) − D g̃′(y) + r_0 (b̃(y) − b̃′(y))` (p entries).
    fn of_labels(&self, used: &[usize]) -> Mat<f64> {
        let ((m, p), head) = (self.inputs.dims(), self.inputs.head());
        let mut columns = Mat::zeros(m + p, used.len());
        columns.par_col_chunks_mut(LABELS_PER_TASK).zip(used.par_chunks(LABELS_PER_TASK)).for_each(
            |(part, used)| {
                let (mut unembeddings, mut errors) = part.split_at_row_mut(m);
                let of_model = |labels: &Labels| {
                    let g = &labels.unembeddings;
                    Mat::from_fn(g.ncols(), used.len(), |j, y| g[(used[y], j)])
                };
                let g = of_model(self.labels.0);
                let model = self.inputs.model.as_ref();
                let (mut reached, rest) = errors.rb_mut().split_at_row_mut(head);
                matmul_into(reached.rb_mut(), model.get(..head, ..), g.as_ref());
                upper_matmul_into(rest, model.get(head.., ..), g.as_ref());
                let (other, mut other_g) = (self.inputs.other.as_ref(), of_model(self.labels.1));
                // C g − D g′ = (C − D) g − D (g′ − g).
                for (j, _) in self.inputs.paired.iter().enumerate().filter(|(_, paired)| **paired) {
                    other_g.col_iter_mut().zip(g.col_iter()).for_each(|(mut other, g)| other[j] -= g[j]);
                }
                let mut logits = Mat::zeros(head, used.len());
                let (first, rest) = logits.as_mut().split_at_row_mut(1);
                matmul_into(first, other.get(..1, ..), other_g.as_ref());
                upper_matmul_into(rest, other.get(1.., ..), other_g.as_ref());
                reached -= &logits;
                for (column, &y) in used.iter().enumerate() {
                    reached[(0, column)] +=
                        self.inputs.constant * (self.labels.0.bias[y] - self.labels.1.bias[y]);
                }
                for (row, &j) in self.order.iter().enumerate() {
                    unembeddings.rb_mut().row_mut(row).copy_from(g.row(j));
                }
            },
        );
        columns
    }

    /// One subset, from its simplex of unembeddings with logit errors: `A = L^T`.
    fn outcome(&self, simplex: &Simplex) -> SubsetValues {
        let m = self.inputs.dims().0;
        let (delta, sigma_min) = (simplex.squared_norm, simplex.sigma_min);
        let error = simplex.solved_squared_norm + self.inputs.unexplained;
        // The solve itself is accurate to about ε times the condition of L.
        let solve_error = 8.0 * m as f64 * f64::EPSILON / simplex.reciprocal_condition;
        let relative = 1.0 + RELATIVE_TOLERANCE + 2.0 * solve_error;
        // Not ≤ also where a side is NaN.
        let holds = error <= (delta * relative + self.slack) / (sigma_min * sigma_min);
        SubsetValues { error, delta, sigma_min, solve_error, violated: !holds }
    }
}

/// What one regular subset gives.
struct SubsetValues {
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
