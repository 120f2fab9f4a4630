//! Models that are nearly the same: differences before products, so that they keep their digits.
//!
//! A difference of two logits is off by 1e-16 of the logits, however small it is. `f·g − f′·g′ = f·(g − g′) + (f − f′)·g′` is not: numbers
//! within a factor of two of each other are subtracted without error.

use crate::error::Error;
use crate::model::Pair;
use logitdist_linalg::{Mat, MatMut, MatRef, norm};
use serde::{Deserialize, Serialize};

/// A column is a twin of the other model's if they are this close, relative to what varies in it: then the difference is kept.
const TWIN: f64 = 1e-3;

/// A mean this many times larger than what varies around it is taken away first.
const LARGE_MEAN: f64 = 4.0;

/// Inputs that are looked at before the others, to see around what they vary.
const FIRST_INPUTS: usize = 128;

/// What is taken away from a column: its mean, if that is far larger than what varies around it, and else nothing. Then the subtraction is
/// without error but for outliers, and twins stay twins.
pub(crate) fn shift(column: &[f64], count: usize) -> f64 {
    let mean = column.iter().sum::<f64>() / count as f64;
    let deviation = norm_around(column, mean) / (count as f64).sqrt();
    if mean.abs() > LARGE_MEAN * deviation { mean } else { 0.0 }
}

/// Whether `b` is the twin of `a`: what varies of their difference is small beside what varies of `b`.
pub(crate) fn is_twin(a: &[f64], b: &[f64]) -> bool {
    let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
    varying(&difference) <= TWIN * varying(b)
}

fn varying(column: &[f64]) -> f64 {
    norm_around(column, column.iter().sum::<f64>() / column.len() as f64)
}

fn norm_around(column: &[f64], centre: f64) -> f64 {
    let around: Vec<f64> = column.iter().map(|x| x - centre).collect();
    norm(&around)
}

/// How the embeddings of a pair are written before they are factored: less a shift for each column, and as differences to the first
/// model where they are its twins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// M, of the first model.
    dim_a: usize,
    /// Taken away from each column as it is written, M + M′.
    shifts: Vec<f64>,
    /// Whether a column of the second model is written as its difference to the first's, M′.
    twins: Vec<bool>,
}

impl Frame {
    /// The frame that suits the first inputs.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if embeddings cannot be read.
    pub fn of(pair: &Pair<'_>) -> Result<Frame, Error> {
        let (m_a, m_b) = (pair.a().dim(), pair.b().dim());
        let count = pair.n_inputs().min(FIRST_INPUTS);
        let mut rows = Mat::zeros(count, m_a + m_b);
        let (mut a, mut b) = rows.as_mut().split_at_col_mut(m_a);
        pair.a().read(0, a.as_mut())?;
        pair.b().read(0, b.as_mut())?;
        let is_twin = |a: &[f64], b: &[f64]| if count > 1 { is_twin(a, b) } else { a == b };
        let twins: Vec<bool> = (0..m_b)
            .map(|j| m_a == m_b && is_twin(rows.col_as_slice(j), rows.col_as_slice(m_a + j)))
            .collect();
        let mut frame = Frame { dim_a: m_a, shifts: vec![0.0; m_a + m_b], twins };
        frame.write(rows.as_mut());
        frame.shifts = (0..m_a + m_b).map(|j| shift(rows.col_as_slice(j), count)).collect();
        Ok(frame)
    }

    /// The frame that writes embeddings of these dimensions as they are.
    pub(crate) fn plain([m_a, m_b]: [usize; 2]) -> Frame {
        Frame { dim_a: m_a, shifts: vec![0.0; m_a + m_b], twins: vec![false; m_b] }
    }

    /// The frame of embeddings of other dimensions, that has twins where these can be.
    pub(crate) fn of_dims(&self, dims: [usize; 2]) -> Frame {
        if dims == self.dims() {
            return self.clone();
        }
        let mut frame = Frame::plain(dims);
        let (a, b) = self.shifts.split_at(self.dim_a);
        if dims[0] == dims[1] && a.len() == b.len() && b.len() <= dims[1] {
            frame.twins[..b.len()].copy_from_slice(&self.twins);
        }
        frame
    }

    /// Whether any column is written as a difference.
    pub(crate) fn has_twins(&self) -> bool {
        self.twins.contains(&true)
    }

    /// Which columns of the second model are written as differences, M′.
    pub fn twins(&self) -> &[bool] {
        &self.twins
    }

    /// What is taken away from each column of [F F′] after that, M + M′.
    pub fn taken_away(&self) -> &[f64] {
        &self.shifts
    }

    /// M of both models.
    pub(crate) fn dims(&self) -> [usize; 2] {
        [self.dim_a, self.shifts.len() - self.dim_a]
    }

    /// Writes embeddings [F F′], n×(M + M′), as the frame has them.
    pub(crate) fn write(&self, mut embeddings: MatMut<'_, f64>) {
        let (a, b) = embeddings.as_mut().split_at_col_mut(self.dim_a);
        self.write_second(b, a.as_ref());
        self.write_first(a);
    }

    /// Writes F, n×M.
    pub(crate) fn write_first(&self, a: MatMut<'_, f64>) {
        take_away(a, &self.shifts[..self.dim_a]);
    }

    /// Writes F′, n×M′, beside F as it was read.
    pub(crate) fn write_second(&self, mut b: MatMut<'_, f64>, a: MatRef<'_, f64>) {
        for (j, _) in self.twins.iter().enumerate().filter(|(_, twin)| **twin) {
            b.as_mut().col_mut(j).iter_mut().zip(a.col(j).iter()).for_each(|(b, a)| *b -= a);
        }
        take_away(b, &self.shifts[self.dim_a..]);
    }

    /// F′ from what was written of F and of it, still less the shifts: its columns, n×M′.
    pub(crate) fn second(&self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
        Mat::from_fn(
            b.nrows(),
            b.ncols(),
            |i, j| if self.twins[j] { a[(i, j)] + b[(i, j)] } else { b[(i, j)] },
        )
    }

    /// F′ − F from what was written, n×M; for models of one dimension. `one` has the coordinates of the constant 1.
    pub(crate) fn difference(&self, written: MatRef<'_, f64>, one: f64) -> Mat<f64> {
        let (a, b) = written.split_at_col(self.dim_a);
        let (shifts_a, shifts_b) = self.shifts.split_at(self.dim_a);
        Mat::from_fn(b.nrows(), b.ncols(), |i, j| {
            let constant = if i == 0 { one } else { 0.0 };
            match self.twins[j] {
                true => b[(i, j)] + shifts_b[j] * constant,
                false => b[(i, j)] - a[(i, j)] + (shifts_b[j] - shifts_a[j]) * constant,
            }
        })
    }

    /// What was taken away from F, and from F′.
    pub(crate) fn shifts(&self) -> [Vec<f64>; 2] {
        let (a, b) = self.shifts.split_at(self.dim_a);
        let second = (0..b.len()).map(|j| if self.twins[j] { a[j] + b[j] } else { b[j] }).collect();
        [a.to_vec(), second]
    }

    /// The columns [1 F F′ ‖f‖² ‖f′‖²] of a factor, as another frame would have them: each a combination of itself and those before it,
    /// so that a triangle stays one.
    pub(crate) fn rewritten(&self, other: &Frame, columns: MatRef<'_, f64>) -> Mat<f64> {
        let mut new = columns.to_owned();
        let (m_a, m) = (self.dim_a, self.shifts.len());
        let one: Vec<f64> = columns.col(0).iter().copied().collect();
        let old = columns.get(.., 1..1 + m);
        let old_second = self.second(old.get(.., ..m_a), old.get(.., m_a..));
        let ([old_a, old_b], [new_a, new_b]) = (self.shifts(), other.shifts());
        // ‖f − c′‖² = ‖f − c‖² + 2 (c − c′)·(f − c) + ‖c − c′‖².
        let mut moved = |from: MatRef<'_, f64>, at: usize, old: &[f64], now: &[f64]| {
            for (j, (old, now)) in old.iter().zip(now).enumerate() {
                let by = old - now;
                for (i, one) in one.iter().enumerate() {
                    new[(i, at)] += 2.0 * by * from[(i, j)] + by * by * one;
                }
            }
        };
        moved(old.get(.., ..m_a), 1 + m, &old_a, &new_a);
        moved(old_second.as_ref(), 2 + m, &old_b, &new_b);
        for j in 0..m {
            let twins = j.checked_sub(m_a).map(|j| (self.twins[j], other.twins[j]));
            for (i, one) in one.iter().enumerate() {
                let x = old[(i, j)];
                new[(i, 1 + j)] = match twins {
                    Some((false, true)) => {
                        let k = j - m_a;
                        x - old[(i, k)] + (old_b[k] - old_a[k] - other.shifts[j]) * one
                    }
                    Some((true, false)) => {
                        let k = j - m_a;
                        old_second[(i, k)] + (old_b[k] - other.shifts[j]) * one
                    }
                    _ => x + (self.shifts[j] - other.shifts[j]) * one,
                };
            }
        }
        new
    }
}

/// Takes a number from each column.
fn take_away(mut columns: MatMut<'_, f64>, shifts: &[f64]) {
    for (j, shift) in shifts.iter().enumerate().filter(|(_, shift)| **shift != 0.0) {
        columns.as_mut().col_mut(j).iter_mut().for_each(|x| *x -= shift);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    /// [1 F F′ ‖f‖² ‖f′‖²] as a frame has it.
    fn written(frame: &Frame, a: &Mat<f64>, b: &Mat<f64>) -> Mat<f64> {
        let m = a.ncols();
        let mut both = Mat::from_fn(a.nrows(), 2 * m, |i, j| if j < m { a[(i, j)] } else { b[(i, j - m)] });
        frame.write(both.as_mut());
        let second = frame.second(both.get(.., ..m), both.get(.., m..));
        Mat::from_fn(a.nrows(), 3 + 2 * m, |i, j| match j {
            0 => 1.0,
            j if j <= 2 * m => both[(i, j - 1)],
            j if j == 1 + 2 * m => both.row(i).get(..m).squared_norm_l2(),
            _ => second.row(i).squared_norm_l2(),
        })
    }

    #[test]
    fn a_frame_changes_into_any_other() {
        let a = Mat::from_fn(9, 3, |i, j| ((i * 7 + j * 5) as f64).sin() + 10.0 * j as f64);
        let b = Mat::from_fn(9, 3, |i, j| a[(i, j)] + if j == 1 { 1e-9 } else { 1.0 } * (i as f64).cos());
        let frames: Vec<Frame> = [[true, true, false], [false, true, true], [false; 3], [true; 3]]
            .into_iter()
            .enumerate()
            .map(|(k, twins)| Frame {
                dim_a: 3,
                shifts: (0..6).map(|j| ((j * 3 + k * 4) as f64).cos()).collect(),
                twins: twins.to_vec(),
            })
            .collect();
        for from in &frames {
            for to in &frames {
                let found = from.rewritten(to, written(from, &a, &b).as_ref());
                assert!((found - written(to, &a, &b)).norm_max() < 1e-11);
            }
        }
    }

    #[test]
    fn large_means_are_taken_away_and_near_columns_are_twins() {
        let f = Mat::from_fn(300, 3, |i, j| (i as f64 * 0.3 + j as f64).sin() + [0.0, 1e5, -3e7][j]);
        let near = Mat::from_fn(300, 3, |i, j| f[(i, j)] + [1e-9, 0.0, 0.1][j] * (i as f64).cos());
        let g = Mat::zeros(2, 3);
        let (a, b) = (Model::new(f, g.clone(), None).unwrap(), Model::new(near, g, None).unwrap());
        let frame = Frame::of(&Pair::new(&a, &b).unwrap()).unwrap();
        assert_eq!(frame.twins, [true, true, false]);
        assert_eq!((frame.shifts[0], frame.shifts[3], frame.shifts[4]), (0.0, 0.0, 0.0));
        assert!((frame.shifts[1] - 1e5).abs() < 1.0 && (frame.shifts[5] + 3e7).abs() < 1.0);
    }
}
