//! `E‖f − A f′ − c‖²` of one label subset after another.

use crate::labels::Labels;
use crate::reduced::{Direction, Reduced, ReducedModel};
use crate::tolerance::{ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE};
use logitdist_linalg::{Mat, ReborrowMut, Simplex, Simplices, matmul_into, r_factor, upper_matmul_into};
use rayon::prelude::*;

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
struct InputCoordinates {
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

impl InputCoordinates {
    /// `beyond` stands in for F where it is known, F − F′ in `paired` columns: no affine map of f′ reaches more of one than of the other, and small differences keep
    /// their digits.
    fn of(
        model: &ReducedModel,
        other: &ReducedModel,
        beyond: Option<&Mat<f64>>,
        paired: Vec<bool>,
    ) -> InputCoordinates {
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
        InputCoordinates {
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
pub(super) struct Evaluation<'a> {
    inputs: InputCoordinates,
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

impl<'a> Evaluation<'a> {
    /// A direction of a pair.
    pub fn of(reduced: &'a Reduced, direction: Direction) -> Evaluation<'a> {
        let (model, other) = reduced.models(direction);
        let paired = reduced.near.as_ref().map_or_else(Vec::new, |near| near.paired.clone());
        Evaluation {
            inputs: InputCoordinates::of(model, other, beyond(reduced, direction).as_ref(), paired),
            labels: reduced.labels(direction),
            order: order(model),
            slack: ABSOLUTE_TOLERANCE * reduced.squared_scale(),
        }
    }

    /// Outcomes in the order of the subsets, of which the labels are given; `None` where L is singular.
    pub fn of_all(&self, chosen: &[usize]) -> Vec<Option<SubsetValues>> {
        let labels = self.labels.0.bias.len();
        let (m, p) = self.inputs.dims();
        let batches = chosen.chunks(at_once(labels, m, p));
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
                // A row for each label: columns of G are read from top to bottom, whose entries lie together.
                let of_model = |labels: &Labels| {
                    let g = &labels.unembeddings;
                    Mat::from_fn(used.len(), g.ncols(), |y, j| g[(used[y], j)])
                };
                let g = of_model(self.labels.0);
                let model = self.inputs.model.as_ref();
                let (mut reached, rest) = errors.rb_mut().split_at_row_mut(head);
                matmul_into(reached.rb_mut(), model.get(..head, ..), g.transpose());
                upper_matmul_into(rest, model.get(head.., ..), g.transpose());
                let (other, mut other_g) = (self.inputs.other.as_ref(), of_model(self.labels.1));
                // C g − D g′ = (C − D) g − D (g′ − g).
                for (j, _) in self.inputs.paired.iter().enumerate().filter(|(_, paired)| **paired) {
                    let columns = other_g.col_as_slice_mut(j).iter_mut().zip(g.col_as_slice(j));
                    columns.for_each(|(other, g)| *other -= g);
                }
                let mut logits = Mat::zeros(head, used.len());
                let (first, rest) = logits.as_mut().split_at_row_mut(1);
                matmul_into(first, other.get(..1, ..), other_g.transpose());
                upper_matmul_into(rest, other.get(1.., ..), other_g.transpose());
                reached -= &logits;
                for (column, &y) in used.iter().enumerate() {
                    reached[(0, column)] +=
                        self.inputs.constant * (self.labels.0.bias[y] - self.labels.1.bias[y]);
                }
                for (row, &j) in self.order.iter().enumerate() {
                    unembeddings.rb_mut().row_mut(row).copy_from(g.col(j).transpose());
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

/// How many labels of subsets, m + 1 of each, are evaluated at a time: all, unless the vocabulary is large, as M + p numbers are held of each.
fn at_once(labels: usize, m: usize, p: usize) -> usize {
    let most = (MOST_ENTRIES / ((m + 1) * (p + m))).max(1) * (m + 1);
    if labels * (p + m) <= MOST_ENTRIES { usize::MAX } else { most }
}

/// What one regular subset gives.
pub(super) struct SubsetValues {
    /// E‖f − A f′ − c‖².
    pub error: f64,
    /// E‖δ_L‖².
    pub delta: f64,
    /// σ_min(L).
    pub sigma_min: f64,
    /// Relative error of the solve.
    pub solve_error: f64,
    pub violated: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Model, Pair};
    use crate::summary::{PairSummary, ProbabilityInputs};

    #[test]
    fn large_vocabularies_are_read_a_few_subsets_at_a_time() {
        assert_eq!(at_once(1 << 17, 12, 20), usize::MAX);
        assert_eq!(at_once((1 << 17) + 1, 12, 20), (1 << 22) / (13 * 32) * 13);
        assert_eq!(at_once(50_257, 768, 1537), 2 * 769);
        assert_eq!(at_once(50_257, 4096, 8193), 4097);
    }

    #[test]
    fn a_subset_whose_bound_fails_by_more_than_rounding_is_a_violation() {
        for scale in [1e-6, 1.0, 1e6] {
            let entry = |i: usize, j: usize| ((7 * i + 5 * j + i * j) as f64).sin();
            let (f, g) = (
                Mat::from_fn(20, 3, |x, j| scale * entry(x, j)),
                Mat::from_fn(6, 3, |y, j| entry(y + 40, j)),
            );
            let a = Model::new(f, g, None).unwrap();
            let pair = Pair::new(&a, &a).unwrap();
            let reduced = Reduced::of(&PairSummary::of(&pair, &ProbabilityInputs::None, &[]).unwrap());
            let evaluation = Evaluation::of(&reduced, Direction::Ab);
            let is_violated = |error: f64, delta: f64, sigma_min: f64| {
                let [squared_norm, solved_squared_norm] = [delta, error].map(|x| x * scale * scale);
                let simplex =
                    Simplex { sigma_min, reciprocal_condition: 0.1, squared_norm, solved_squared_norm };
                evaluation.outcome(&simplex).violated
            };
            let logits: f64 = reduced.squared_scale() / (scale * scale);
            for (rounding, sigma_min) in [(0.5, 1.0), (0.5, 0.1), (2.0, 1.0), (2.0, 0.1)] {
                let error = rounding * ABSOLUTE_TOLERANCE * logits / (sigma_min * sigma_min);
                assert_eq!(is_violated(error, 0.0, sigma_min), rounding > 1.0, "{scale}: {error}");
            }
            for sigma_min in [2.0, 1.0, 0.1] {
                let bound = 1e6 * logits / (sigma_min * sigma_min);
                assert!(!is_violated(bound * (1.0 + 5e-10), 1e6 * logits, sigma_min));
                assert!(is_violated(bound * (1.0 + 2e-9), 1e6 * logits, sigma_min));
            }
            assert!(is_violated(f64::NAN, 1.0, 1.0));
            let simplex = Simplex {
                sigma_min: 1.0,
                reciprocal_condition: 1e-3,
                squared_norm: 1.0,
                solved_squared_norm: 1.0,
            };
            let want = 8.0 * 3.0 * f64::EPSILON / 1e-3;
            assert_eq!(evaluation.outcome(&simplex).solve_error, want);
            // Of a condition of 10⁸ the solve has an error of 5.3e-7, and twice that is allowed.
            for (more, is_violated) in [(1.04e-6, false), (1.1e-6, true)] {
                let delta = 1e6 * logits * scale * scale;
                let simplex = Simplex {
                    sigma_min: 0.5,
                    reciprocal_condition: 1e-8,
                    squared_norm: delta,
                    solved_squared_norm: 4.0 * delta * (1.0 + more),
                };
                assert_eq!(evaluation.outcome(&simplex).violated, is_violated, "{scale}: {more}");
            }
        }
    }
}
