//! The triangular factors of several tall matrices that begin with the same columns.

use crate::tall_qr::{TallQr, carry};
use faer::prelude::{Reborrow, ReborrowMut};
use faer::{Mat, MatMut};

/// R of `[A B₁]`, `[A B₂]`, … for rows that come in blocks. A is reflected once, and its reflections take each B along: 2np² flops for A,
/// and 4npc + 2nc² for each B of c columns, in place of 2n(p + c)².
#[derive(Debug, Clone)]
pub struct FanQr {
    first: TallQr,
    others: Vec<Other>,
}

/// What is right of A's triangle, p×c, and what is below that, c×c.
#[derive(Debug, Clone)]
struct Other {
    beside: Mat<f64>,
    below: TallQr,
}

impl FanQr {
    /// The factors of no rows: A has `first` columns, and each B one of these widths.
    pub fn new(first: usize, others: &[usize]) -> FanQr {
        let other = |&cols: &usize| Other { beside: Mat::zeros(first, cols), below: TallQr::new(cols) };
        FanQr { first: TallQr::new(first), others: others.iter().map(other).collect() }
    }

    /// Appends rows: `first` are those of A, and `fill(i, rows)` writes those of B_i over zeros, of as many columns as it has. All are
    /// overwritten.
    ///
    /// # Errors
    /// The first of `fill`; some rows are then missing.
    pub fn append<E>(
        &mut self,
        mut first: MatMut<'_, f64>,
        mut fill: impl FnMut(usize, MatMut<'_, f64>) -> Result<(), E>,
    ) -> Result<(), E> {
        let reflections = self.first.append_kept(first.rb_mut());
        let widest = self.others.iter().map(|other| other.beside.ncols()).max().unwrap_or(0);
        let mut space = Mat::zeros(first.nrows(), widest);
        for (i, Other { beside, below }) in self.others.iter_mut().enumerate() {
            let mut rows = space.as_mut().get_mut(.., ..beside.ncols());
            rows.fill(0.0);
            fill(i, rows.rb_mut())?;
            carry(first.rb(), &reflections, beside.as_mut(), rows.rb_mut());
            below.append(rows);
        }
        Ok(())
    }

    /// R of A, and of each `[A B]`.
    pub fn into_r(self) -> (Mat<f64>, Vec<Mat<f64>>) {
        let first = self.first.into_r();
        let p = first.nrows();
        let whole = |other: Other| {
            let (beside, below) = (other.beside, other.below.into_r());
            let mut r = Mat::zeros(p + below.nrows(), p + below.ncols());
            r.as_mut().get_mut(..p, ..p).copy_from(&first);
            r.as_mut().get_mut(..p, p..).copy_from(&beside);
            r.as_mut().get_mut(p.., p..).copy_from(&below);
            r
        };
        let others = self.others.into_iter().map(whole).collect();
        (first, others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{matmul_tn, r_factor};
    use std::convert::Infallible;

    #[test]
    fn every_factor_is_that_of_its_own_columns() {
        let sample = |rows, cols, seed: usize| {
            Mat::from_fn(rows, cols, |i, j| {
                (((i + seed) * 37 + j * 101 + i * (j + seed) * 13) as f64 * 0.618).sin()
            })
        };
        for (rows, first, widths) in [(40, 3, vec![2, 5]), (700, 150, vec![1, 33, 200]), (90, 1, vec![])] {
            let a = sample(rows, first, 0);
            let others: Vec<Mat<f64>> = (1..).zip(&widths).map(|(i, &c)| sample(rows, c, i)).collect();
            let mut fan = FanQr::new(first, &widths);
            for start in (0..rows).step_by(37) {
                let count = 37.min(rows - start);
                let Ok(()) =
                    fan.append(a.get(start..start + count, ..).to_owned().as_mut(), |i, mut space| {
                        space.copy_from(others[i].get(start..start + count, ..));
                        Ok::<_, Infallible>(())
                    });
            }
            let (r, all) = fan.into_r();
            let gram = |m: &Mat<f64>| matmul_tn(m.as_ref(), m.as_ref());
            assert!((gram(&r) - gram(&a)).norm_max() < 1e-12 * rows as f64);
            for (b, r) in others.iter().zip(&all) {
                let both = Mat::from_fn(rows, first + b.ncols(), |i, j| {
                    if j < first { a[(i, j)] } else { b[(i, j - first)] }
                });
                assert!((gram(r) - gram(&both)).norm_max() < 1e-12 * rows as f64);
                assert!((0..r.ncols()).all(|j| (j + 1..r.nrows()).all(|i| r[(i, j)] == 0.0)));
                // Each as the whole is, up to signs of rows.
                let whole = r_factor(both);
                let apart = |i: usize, j: usize| (r[(i, j)].abs() - whole[(i, j)].abs()).abs();
                let rank = whole.nrows().min(rows);
                let worst = (0..rank).flat_map(|i| (i..r.ncols()).map(move |j| apart(i, j)));
                assert!(rows < first + b.ncols() || worst.fold(0.0, f64::max) < 1e-9);
            }
        }
    }
}
