//! Rounding to few bits, as in quantised storage.

use crate::error::SynthError;
use logitdist::Model;
use logitdist_linalg::{Mat, MatRef};

/// One step for all embeddings, one for all unembeddings.
pub(super) fn per_tensor(model: &Model, bits: u32) -> Result<Model, SynthError> {
    rounded(model, round_tensor(model.embeddings(), bits), round_tensor(model.unembeddings(), bits))
}

/// One step for every row.
pub(super) fn per_row(model: &Model, bits: u32) -> Result<Model, SynthError> {
    rounded(model, round_rows(model.embeddings(), bits), round_rows(model.unembeddings(), bits))
}

/// Entries rounded to `bits` bits, from 2 to 16, with one step for all: `v ↦ s·round(v/s)`, `s = max|·|/(2^(bits−1) − 1)`.
///
/// The grid is symmetric, with 2^bits − 1 values; 0 and the largest entry are on it.
pub fn round_tensor(a: MatRef<'_, f64>, bits: u32) -> Mat<f64> {
    let step = step(a.norm_max(), bits);
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| round_to(a[(i, j)], step))
}

/// [`round_tensor`] of every row by itself, each with its own step.
pub fn round_rows(a: MatRef<'_, f64>, bits: u32) -> Mat<f64> {
    let steps: Vec<f64> = a.row_iter().map(|row| step(row.norm_max(), bits)).collect();
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| round_to(a[(i, j)], steps[i]))
}

/// The symmetric grid of b bits has 2^(b−1) − 1 steps on either side of 0.
fn step(largest: f64, bits: u32) -> f64 {
    assert!((2..=16).contains(&bits), "{bits} bits; from 2 to 16 are possible");
    largest / ((1u32 << (bits - 1)) - 1) as f64
}

fn round_to(value: f64, step: f64) -> f64 {
    // All zero, or so small that the step underflows: nothing to round.
    if step == 0.0 { value } else { (value / step).round() * step }
}

fn rounded(model: &Model, f: Mat<f64>, g: Mat<f64>) -> Result<Model, SynthError> {
    Ok(Model::new(f, g, model.bias().map(<[f64]>::to_vec))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Perturbation;
    use crate::perturbation::tests::model;
    use crate::random::rng;

    #[test]
    fn entries_are_whole_multiples_of_the_step_within_half_of_one() {
        let model = model(30, 9, 4, 1.0, 2);
        for bits in 2..=16 {
            for perturbation in [Perturbation::RoundTensor, Perturbation::RoundRow] {
                let rounded = perturbation.apply(&model, bits as f64, &mut rng(0, 0)).unwrap();
                assert_eq!(rounded.bias(), model.bias());
                for (a, b) in [
                    (model.embeddings(), rounded.embeddings()),
                    (model.unembeddings(), rounded.unembeddings()),
                ] {
                    for i in 0..a.nrows() {
                        let largest = if perturbation == Perturbation::RoundRow {
                            a.row(i).norm_max()
                        } else {
                            a.norm_max()
                        };
                        let step = largest / ((1 << (bits - 1)) - 1) as f64;
                        for j in 0..a.ncols() {
                            let steps = b[(i, j)] / step;
                            assert!((steps - steps.round()).abs() < 1e-9, "{perturbation} to {bits}");
                            let error = (b[(i, j)] - a[(i, j)]).abs();
                            assert!(error <= 0.5000001 * step, "{perturbation} to {bits}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn two_bits_leave_three_values_and_the_largest_entry_stays() {
        let f = Mat::from_fn(2, 3, |i, j| [[1.0, -0.4, 0.6], [0.1, 0.05, -0.04]][i][j]);
        let model = Model::new(f, Mat::zeros(2, 3), None).unwrap();
        let tensor = per_tensor(&model, 2).unwrap();
        assert_eq!(tensor.embeddings(), Mat::from_fn(2, 3, |i, j| [[1.0, 0.0, 1.0], [0.0; 3]][i][j]));
        let row = per_row(&model, 2).unwrap();
        assert_eq!(row.embeddings(), Mat::from_fn(2, 3, |i, j| [[1.0, 0.0, 1.0], [0.1, 0.1, 0.0]][i][j]));
        assert_eq!(row.unembeddings(), Mat::<f64>::zeros(2, 3));
    }
}
