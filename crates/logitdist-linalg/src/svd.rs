//! Singular values and vectors.

use crate::scale::{divided, scale_of};
use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::svd::{self as faer_svd, ComputeSvdVectors};
use faer::{Mat, MatRef, Par};

/// `A = U diag(s) Vᵀ` with U m×k, V n×k, k = min(m, n), and `s[0] ≥ s[1] ≥ … ≥ 0`.
#[derive(Debug, Clone)]
pub struct Svd {
    /// Left singular vectors, m×k.
    pub u: Mat<f64>,
    /// Singular values, largest first.
    pub s: Vec<f64>,
    /// Right singular vectors, n×k.
    pub v: Mat<f64>,
}

/// The thin singular value decomposition of A (m×n). Empty A gives empty factors.
pub fn svd(a: MatRef<'_, f64>) -> Svd {
    let (rows, cols) = a.shape();
    let size = rows.min(cols);
    let mut u = Mat::zeros(rows, size);
    let mut v = Mat::zeros(cols, size);
    let s = decompose(a, Some(&mut u), Some(&mut v));
    Svd { u, s, v }
}

/// The left singular vectors of A (m×n), m×min(m, n), and its singular values, largest first: [`svd`] without the right ones.
pub fn left_singular_vectors(a: MatRef<'_, f64>) -> (Mat<f64>, Vec<f64>) {
    let mut u = Mat::zeros(a.nrows(), a.nrows().min(a.ncols()));
    let s = decompose(a, Some(&mut u), None);
    (u, s)
}

/// The singular values of A (m×n), largest first; min(m, n) of them.
pub fn singular_values(a: MatRef<'_, f64>) -> Vec<f64> {
    decompose(a, None, None)
}

/// Values at or under `max(rows, cols) · ε · s[0]` count as zero.
///
/// `s` holds singular values, largest first; no values give 0.
pub fn rank_tolerance(s: &[f64], rows: usize, cols: usize) -> f64 {
    s.first().map_or(0.0, |largest| rows.max(cols) as f64 * f64::EPSILON * largest)
}

/// Entries under this times the largest are taken for 0: no digit of a singular value depends on them.
const NEGLIGIBLE: f64 = 1e-150;

fn decompose(a: MatRef<'_, f64>, u: Option<&mut Mat<f64>>, v: Option<&mut Mat<f64>>) -> Vec<f64> {
    // faer 0.24 squares entries on its way: vectors are wrong when all are under 1e-160, and nothing converges when one is above 1e154.
    let largest = a.norm_max();
    if largest > 0.0 && largest.is_finite() && !(1e-100..=1e100).contains(&largest) {
        let scale = scale_of(a);
        return decompose(divided(a, scale).as_ref(), u, v).iter().map(|s| s * scale).collect();
    }
    // It takes all values but the first for 0 where entries are so small that a product of theirs is none: reflections of rows that
    // depend on one another leave such entries, one smaller than the other.
    let negligible = NEGLIGIBLE * largest;
    let is_small = |x: f64| x != 0.0 && x.abs() < negligible;
    if a.col_iter().any(|column| column.iter().any(|&x| is_small(x))) {
        let kept =
            Mat::from_fn(a.nrows(), a.ncols(), |i, j| if is_small(a[(i, j)]) { 0.0 } else { a[(i, j)] });
        return decompose(kept.as_ref(), u, v);
    }
    let (rows, cols) = a.shape();
    let size = rows.min(cols);
    let mut s = Diag::<f64>::zeros(size);
    if size > 0 {
        let wanted = |m: &Option<&mut Mat<f64>>| {
            if m.is_some() { ComputeSvdVectors::Thin } else { ComputeSvdVectors::No }
        };
        let scratch =
            faer_svd::svd_scratch::<f64>(rows, cols, wanted(&u), wanted(&v), Par::Seq, Default::default());
        faer_svd::svd(
            a,
            s.as_mut(),
            u.map(Mat::as_mut),
            v.map(Mat::as_mut),
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
        )
        .unwrap_or_else(|_| panic!("SVD of a {rows}×{cols} matrix did not converge: is every entry finite?"));
    }
    s.column_vector().iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{matmul, matmul_tn};

    #[test]
    fn factors_multiply_back() {
        for (rows, cols) in [(1, 1), (1, 4), (4, 1), (6, 6), (30, 7), (7, 30), (150, 140)] {
            let a = Mat::from_fn(rows, cols, |i, j| ((i * 31 + j * 17 + i * j) as f64).cos());
            let Svd { u, s, v } = svd(a.as_ref());
            let scaled = Mat::from_fn(rows, s.len(), |i, j| u[(i, j)] * s[j]);
            let error = matmul(scaled.as_ref(), v.transpose()) - &a;
            assert!(error.norm_max() < 1e-12, "{rows}×{cols}: {}", error.norm_max());
            let gram = matmul_tn(u.as_ref(), u.as_ref()) - Mat::<f64>::identity(s.len(), s.len());
            assert!(gram.norm_max() < 1e-12);
            assert!(s.windows(2).all(|w| w[0] >= w[1]) && s.iter().all(|&x| x >= 0.0));
            let alone = singular_values(a.as_ref());
            assert!(s.iter().zip(&alone).all(|(x, y)| (x - y).abs() < 1e-12 * s[0]));
            let (left, beside) = left_singular_vectors(a.as_ref());
            assert!(s.iter().zip(&beside).all(|(x, y)| (x - y).abs() < 1e-12 * s[0]));
            // Each reaches as far along A as its value says, whatever its sign.
            for (j, value) in beside.iter().enumerate() {
                let reach = matmul_tn(a.as_ref(), left.get(.., j..j + 1)).norm_l2();
                assert!((reach - value).abs() < 1e-12 * s[0], "{rows}×{cols}, vector {j}");
            }
        }
    }

    #[test]
    fn entries_that_fall_to_nothing_hide_no_values() {
        // What reflections leave of rows that depend on one another, down to the smallest numbers that there are.
        let noise = |i: usize, j: usize| ((i * 31 + j * 17 + i * j) as f64 * 1.7).sin();
        let (first, second) = (Mat::from_fn(20, 3, noise), Mat::from_fn(3, 900, |i, j| noise(i + 7, j)));
        let rows = matmul(first.as_ref(), second.as_ref());
        let mut qr = crate::TallQr::new(900);
        qr.append(rows.clone().as_mut());
        let r = qr.into_r();
        let (found, wanted) = (singular_values(r.as_ref()), singular_values(rows.as_ref()));
        for i in 0..4 {
            assert!((found[i] - wanted[i]).abs() < 1e-12 * wanted[0], "{i}: {} {}", found[i], wanted[i]);
        }
        let fading = Mat::from_fn(300, 300, |i, j| if i <= j { 10_f64.powf(-((i + j) as f64)) } else { 0.0 });
        assert!(fading.norm_max() == 1.0 && fading[(150, 160)] > 0.0);
        let (values, dense) = (singular_values(fading.as_ref()), fading.get(..40, ..40));
        for (value, wanted) in values.iter().zip(singular_values(dense)).take(3) {
            assert!((value - wanted).abs() < 1e-14, "{value} {wanted}");
        }
    }

    #[test]
    fn scales_far_from_one_do_no_harm() {
        for scale in [1e-280, 1e-140, 1e-8, 1e8, 1e140, 1e280] {
            let a = Mat::from_fn(160, 150, |i, j| scale * ((i * 31 + j * 17 + i * j) as f64).cos());
            let Svd { u, s, v } = svd(a.as_ref());
            let scaled = Mat::from_fn(160, s.len(), |i, j| u[(i, j)] * s[j]);
            let error = matmul(scaled.as_ref(), v.transpose()) - &a;
            assert!(error.norm_max() < 1e-12 * scale, "scale {scale}: {}", error.norm_max() / scale);
            let alone = singular_values(a.as_ref());
            assert!(s.iter().zip(&alone).all(|(x, y)| (x - y).abs() < 1e-12 * s[0]), "scale {scale}");
        }
    }

    #[test]
    fn empty_matrices_have_no_values() {
        assert!(singular_values(Mat::zeros(0, 3).as_ref()).is_empty());
        assert_eq!(svd(Mat::zeros(3, 0).as_ref()).u.shape(), (3, 0));
        assert_eq!(rank_tolerance(&[], 3, 0), 0.0);
    }
}
