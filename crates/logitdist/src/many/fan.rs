//! Factors of matrices that begin with the same columns, block by block.

use crate::factor::{Blocks, Factor, appended_rows};
use crate::tree::merge_range;
use logitdist_linalg::{FanQr, Mat, MatMut, ReborrowMut};
use rayon::prelude::*;

/// The factor of the columns that all have in common, and that of each whole.
pub(super) type Fan = (Factor, Vec<Factor>);

/// The factors of A and of `[A B₁]`, `[A B₂]`, … of so many rows, which never are in memory as a whole: `fill_first(start, rows)` writes those
/// of A from `start` on over zeros, and `fill(i, start, …, rows)` those of B_i, from what `fill_first` returned of them.
///
/// # Errors
/// One of what writes rows.
///
/// # Panics
/// If there are fewer rows than columns of a whole.
pub(super) fn fan<C, E: Send>(
    rows: usize,
    first: usize,
    others: &[usize],
    fill_first: impl Fn(usize, MatMut<'_, f64>) -> Result<C, E> + Sync,
    fill: impl Fn(usize, usize, &C, MatMut<'_, f64>) -> Result<(), E> + Sync,
) -> Result<Fan, E> {
    let widest = first + others.iter().max().copied().unwrap_or(0);
    assert!(widest <= rows, "a triangle of as many rows as columns");
    let blocks = Blocks::of(rows, widest);
    let leaf = |block: usize| -> Result<Fan, E> {
        let range = blocks.rows(block);
        let mut qr = FanQr::new(first, others);
        let step = appended_rows(widest);
        let mut space = Mat::zeros(range.len().min(step), first);
        for start in range.clone().step_by(step) {
            let mut piece = space.as_mut().get_mut(..step.min(range.end - start), ..);
            piece.fill(0.0);
            let content = fill_first(start, piece.rb_mut())?;
            qr.append(piece, |i, rows| fill(i, start, &content, rows))?;
        }
        let (r, all) = qr.into_r();
        let factor = |r| Factor::of_triangle(r, range.len());
        Ok((factor(r), all.into_iter().map(factor).collect()))
    };
    let merge = |a: Result<Fan, E>, b: Result<Fan, E>| {
        let ((first, all), (first_of_b, all_of_b)) = (a?, b?);
        let all = all.par_iter().zip(&all_of_b).map(|(a, b)| a.merge(b)).collect();
        Ok((first.merge(&first_of_b), all))
    };
    merge_range(0, blocks.count(), &leaf, &merge)
}
