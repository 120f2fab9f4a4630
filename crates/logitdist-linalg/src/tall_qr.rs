//! The triangular factor of a tall matrix that arrives in blocks of rows.
//!
//! Householder reflections that take the rows seen so far, already a triangle R, together with a new block B:
//! `[R; B] = Q [R′; 0]`. A reflection touches one row of R and all of B, so appending n rows costs 2np² flops and nothing is
//! factored twice. Panels of columns are halved until a few are left, and all else is matrix products, at their speed. Blocks of a
//! few hundred rows stay in the cache from one panel to the next.

use crate::chunk::{dot, norm};
use faer::linalg::matmul::matmul;
use faer::prelude::{Reborrow, ReborrowMut};
use faer::{Accum, Mat, MatMut, MatRef, Par};

/// Columns reflected together before the columns to their right hear of it.
const PANEL: usize = 32;

/// The same where many more columns hear of it than are reflected.
const WIDE_PANEL: usize = 128;

/// Columns under which a panel is reflected column by column.
const NARROW: usize = 4;

/// R of `A = Q R` for rows that come in blocks, p×p upper triangular. `RᵀR = AᵀA` for the rows A appended so far.
///
/// Householder: backward stable column by column, so columns of very different size do not disturb one another. Signs of the
/// diagonal may be negative.
#[derive(Debug, Clone, PartialEq)]
pub struct TallQr {
    r: Mat<f64>,
}

impl TallQr {
    /// The factor of no rows of width `cols`: zero.
    pub fn new(cols: usize) -> TallQr {
        TallQr { r: Mat::zeros(cols, cols) }
    }

    /// Goes on from a triangle, p×p with zeros under its diagonal.
    pub fn from_r(r: Mat<f64>) -> TallQr {
        assert_eq!(r.nrows(), r.ncols(), "a square triangle");
        TallQr { r }
    }

    /// Appends rows (n×p), which are overwritten.
    pub fn append(&mut self, rows: MatMut<'_, f64>) {
        self.reflect(rows, Shape::Full, PANEL);
    }

    /// Appends rows (n×p), which are overwritten by the vectors of the reflections; with [`carry`] these take other columns along.
    pub(crate) fn append_kept(&mut self, rows: MatMut<'_, f64>) -> Vec<Mat<f64>> {
        self.reflect(rows, Shape::Full, WIDE_PANEL)
    }

    /// Appends the rows of another triangle (p×p), at a third of the cost of p full rows.
    pub fn append_triangle(&mut self, mut triangle: Mat<f64>) {
        self.reflect(triangle.as_mut(), Shape::Triangle, PANEL);
    }

    /// R, p×p.
    pub fn into_r(self) -> Mat<f64> {
        self.r
    }

    /// The matrices T of the panels, each of as many columns as it has.
    fn reflect(&mut self, mut rows: MatMut<'_, f64>, shape: Shape, panel: usize) -> Vec<Mat<f64>> {
        let p = self.r.ncols();
        assert_eq!(rows.ncols(), p, "rows of another width");
        let mut space = Mat::zeros(panel.min(p), p);
        let mut all = Vec::with_capacity(p.div_ceil(panel));
        for start in (0..p).step_by(panel) {
            let end = p.min(start + panel);
            let width = end - start;
            // What is under the diagonal of a triangle is zero and stays so.
            let reached = match shape {
                Shape::Full => rows.nrows(),
                Shape::Triangle => end,
            };
            let (mut panel, rest) = rows.rb_mut().get_mut(..reached, start..).split_at_col_mut(width);
            let mut t = Mat::zeros(width, width);
            let (mut r_panel, r_rest) = self.r.as_mut().get_mut(start..end, start..).split_at_col_mut(width);
            reflect_panel(r_panel.rb_mut(), panel.rb_mut(), t.as_mut(), space.as_mut());
            apply(panel.rb(), t.as_ref(), r_rest, rest, space.as_mut());
            all.push(t);
        }
        all
    }
}

/// Takes columns along that stand right of those which [`TallQr::append_kept`] reflected: `r` (p×c) beside its triangle, and `rows` (n×c)
/// beside the rows that it appended, whose place `vectors` now have.
pub(crate) fn carry(
    vectors: MatRef<'_, f64>,
    reflections: &[Mat<f64>],
    mut r: MatMut<'_, f64>,
    mut rows: MatMut<'_, f64>,
) {
    let mut space = Mat::zeros(WIDE_PANEL.min(vectors.ncols()), r.ncols());
    let mut start = 0;
    for t in reflections {
        let end = start + t.ncols();
        let v = vectors.get(.., start..end);
        apply(v, t.as_ref(), r.rb_mut().get_mut(start..end, ..), rows.rb_mut(), space.as_mut());
        start = end;
    }
}

/// Which entries of appended rows may differ from zero.
#[derive(Clone, Copy)]
enum Shape {
    Full,
    Triangle,
}

/// Reflects `[R; B]` to `[R′; 0]` for R (w×w, upper triangle) and B (n×w).
///
/// Leaves V in B and T (w×w, upper triangle) such that the reflections together are `I − [I; V] T [I; V]ᵀ`.
fn reflect_panel(
    mut r: MatMut<'_, f64>,
    mut b: MatMut<'_, f64>,
    mut t: MatMut<'_, f64>,
    mut space: MatMut<'_, f64>,
) {
    let width = r.ncols();
    if width <= NARROW {
        return reflect_columns(r, b, t);
    }
    let half = width / 2;
    let (mut left, mut right) = b.rb_mut().split_at_col_mut(half);
    {
        let (r_left, r_right) = r.rb_mut().get_mut(..half, ..).split_at_col_mut(half);
        let mut t = t.rb_mut().get_mut(..half, ..half);
        reflect_panel(r_left, left.rb_mut(), t.rb_mut(), space.rb_mut());
        apply(left.rb(), t.rb(), r_right, right.rb_mut(), space.rb_mut());
    }
    reflect_panel(
        r.get_mut(half.., half..),
        right.rb_mut(),
        t.rb_mut().get_mut(half.., half..),
        space.rb_mut(),
    );
    // T₁₂ = −T₁ (V₁ᵀV₂) T₂.
    let (t_left, t_right) = t.split_at_col_mut(half);
    let (t_top, t_bottom) = t_right.split_at_row_mut(half);
    let mut product = space.get_mut(..half, ..width - half);
    matmul(product.rb_mut(), Accum::Replace, left.rb().transpose(), right.rb(), 1.0, Par::Seq);
    let mut between = Mat::zeros(half, width - half);
    matmul(between.as_mut(), Accum::Replace, t_left.rb().get(..half, ..), product.rb(), -1.0, Par::Seq);
    matmul(t_top, Accum::Replace, between.as_ref(), t_bottom.rb(), 1.0, Par::Seq);
}

/// Applies the reflections `I − [I; V] Tᵀ [I; V]ᵀ` to `[R; B]`, R w×c, B n×c.
fn apply(
    v: MatRef<'_, f64>,
    t: MatRef<'_, f64>,
    mut r: MatMut<'_, f64>,
    b: MatMut<'_, f64>,
    space: MatMut<'_, f64>,
) {
    let (width, columns) = r.shape();
    if columns == 0 {
        return;
    }
    let mut y = space.get_mut(..width, ..columns);
    y.copy_from(&r);
    matmul(y.rb_mut(), Accum::Add, v.transpose(), b.rb(), 1.0, Par::Seq);
    let mut turned = Mat::zeros(width, columns);
    matmul(turned.as_mut(), Accum::Replace, t.transpose(), y.rb(), 1.0, Par::Seq);
    r -= &turned;
    matmul(b, Accum::Add, v, turned.as_ref(), -1.0, Par::Seq);
}

/// [`reflect_panel`] one column at a time.
fn reflect_columns(mut r: MatMut<'_, f64>, mut b: MatMut<'_, f64>, mut t: MatMut<'_, f64>) {
    for j in 0..r.ncols() {
        let (mut done, mut ahead) = b.rb_mut().split_at_col_mut(j + 1);
        let (finished, mut column) = done.rb_mut().split_at_col_mut(j);
        let v = entries_mut(column.rb_mut(), 0);
        let tau = reflection(&mut r[(j, j)], v);
        for k in j + 1..r.ncols() {
            let other = entries_mut(ahead.rb_mut(), k - j - 1);
            let y = tau * (r[(j, k)] + dot(v, other));
            r[(j, k)] -= y;
            other.iter_mut().zip(&*v).for_each(|(x, v)| *x -= y * v);
        }
        // T[..j, j] = −τ T[..j, ..j] V[.., ..j]ᵀ v.
        let products: [f64; NARROW] =
            std::array::from_fn(|k| if k < j { dot(entries(finished.rb(), k), v) } else { 0.0 });
        for i in 0..j {
            t[(i, j)] = -tau * (i..j).map(|k| t[(i, k)] * products[k]).sum::<f64>();
            t[(j, i)] = 0.0;
        }
        t[(j, j)] = tau;
    }
}

/// The reflection `I − τ [1; v][1; v]ᵀ` that takes `[α; x]` to `[β; 0]`: writes β over α and v over x, and returns τ.
fn reflection(alpha: &mut f64, x: &mut [f64]) -> f64 {
    let norm = norm(x);
    if norm == 0.0 {
        x.fill(0.0);
        return 0.0;
    }
    let beta = -alpha.hypot(norm).copysign(*alpha);
    let scale = *alpha - beta;
    // A division where the reciprocal would overflow.
    if scale.abs() > 1e-290 {
        let inverse = 1.0 / scale;
        x.iter_mut().for_each(|x| *x *= inverse);
    } else {
        x.iter_mut().for_each(|x| *x /= scale);
    }
    let tau = -scale / beta;
    *alpha = beta;
    tau
}

fn entries(m: MatRef<'_, f64>, column: usize) -> &[f64] {
    m.col(column).try_as_col_major().expect("columns are contiguous").as_slice()
}

fn entries_mut(m: MatMut<'_, f64>, column: usize) -> &mut [f64] {
    m.col_mut(column).try_as_col_major_mut().expect("columns are contiguous").as_slice_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{matmul_tn, r_factor};

    fn sample(rows: usize, cols: usize) -> Mat<f64> {
        Mat::from_fn(rows, cols, |i, j| ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618).sin())
    }

    fn in_blocks(a: &Mat<f64>, block: usize) -> Mat<f64> {
        let mut qr = TallQr::new(a.ncols());
        for start in (0..a.nrows()).step_by(block) {
            qr.append(a.get(start..a.nrows().min(start + block), ..).to_owned().as_mut());
        }
        qr.into_r()
    }

    /// Both with a positive diagonal, which makes R unique.
    fn difference(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
        let signed = |m: &Mat<f64>, i: usize, j: usize| m[(i, j)] * m[(i, i)].signum();
        Mat::from_fn(a.nrows(), a.ncols(), |i, j| signed(a, i, j) - signed(b, i, j)).norm_max()
    }

    #[test]
    fn blocks_of_any_size_give_the_factor_of_all_rows() {
        for (rows, cols) in [(1, 1), (7, 3), (40, 5), (90, 33), (300, 70), (400, 200)] {
            let a = Mat::from_fn(rows, cols, |i, j| {
                ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618).sin() + if i == j { 5.0 } else { 0.0 }
            });
            let whole = r_factor(a.clone());
            for block in [1, 2, 13, 64, rows] {
                let r = in_blocks(&a, block);
                assert!(difference(&r, &whole) < 1e-12, "{rows}×{cols} in blocks of {block}");
                assert!((0..cols).all(|j| (j + 1..cols).all(|i| r[(i, j)] == 0.0)), "an upper triangle");
            }
        }
    }

    #[test]
    fn a_triangle_is_appended_as_its_rows_would_be() {
        for cols in [1, 4, 31, 32, 33, 100] {
            let (top, bottom) =
                (in_blocks(&sample(cols + 9, cols), 20), in_blocks(&sample(3 * cols, cols), 20));
            let mut as_rows = TallQr::from_r(top.clone());
            as_rows.append(bottom.clone().as_mut());
            let mut as_triangle = TallQr::from_r(top);
            as_triangle.append_triangle(bottom);
            assert!(difference(&as_rows.into_r(), &as_triangle.into_r()) < 1e-12 * cols as f64, "{cols}");
        }
    }

    #[test]
    fn rank_deficient_zero_and_badly_scaled_columns_keep_their_gram_matrix() {
        let mut a = sample(200, 40);
        for i in 0..200 {
            a[(i, 3)] = 0.0;
            a[(i, 7)] = 1e-150 * a[(i, 6)];
            a[(i, 8)] *= 1e-160;
            a[(i, 9)] *= 1e140;
            a[(i, 20)] = a[(i, 21)] + a[(i, 22)];
        }
        let r = in_blocks(&a, 64);
        let norms: Vec<f64> =
            (0..40).map(|j| norm(a.col(j).try_as_col_major().unwrap().as_slice())).collect();
        for i in 0..40 {
            for j in 0..40 {
                if norms[i] == 0.0 || norms[j] == 0.0 {
                    continue;
                }
                let of = |m: &Mat<f64>| {
                    (0..m.nrows()).map(|k| (m[(k, i)] / norms[i]) * (m[(k, j)] / norms[j])).sum::<f64>()
                };
                assert!((of(&a) - of(&r)).abs() < 1e-13, "columns {i} and {j}");
            }
        }
        assert!(r.col(3).norm_max() == 0.0);
        let zero = in_blocks(&Mat::zeros(10, 5), 3);
        assert_eq!(zero, Mat::<f64>::zeros(5, 5));
    }

    #[test]
    fn as_accurate_as_one_householder_factorisation() {
        // A graded matrix of condition 1e12: where a Gram matrix would have lost every digit of the last columns.
        let a = Mat::from_fn(900, 60, |i, j| {
            10f64.powf(-(j as f64) / 5.0) * ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618).sin()
        });
        let error = |r: &Mat<f64>| {
            let gram = matmul_tn(a.as_ref(), a.as_ref()) - matmul_tn(r.as_ref(), r.as_ref());
            let size = |i: usize| a.col(i).norm_l2();
            Mat::from_fn(60, 60, |i, j| gram[(i, j)] / (size(i) * size(j))).norm_max()
        };
        let (ours, householder) = (error(&in_blocks(&a, 128)), error(&r_factor(a.clone())));
        assert!(ours < 10.0 * householder.max(1e-15), "{ours:e} against {householder:e}");
    }
}
