//! Singular values of small matrices by rotating columns until they are orthogonal: Hestenes' one-sided Jacobi method.
//!
//! Up to [`MOST_COLUMNS`] columns it takes less time than a decomposition by blocks, and small values keep as many digits as large ones.

use crate::scale::scale_of;
use crate::svd::singular_values;
use faer::MatRef;

/// The most columns, or rows if these are fewer.
const MOST_COLUMNS: usize = 16;

/// Twice as many sweeps as any matrix of [`MOST_COLUMNS`] columns was seen to need.
const MOST_SWEEPS: usize = 30;

/// Squares of the singular values of A (m×n), largest first; min(m, n) of them.
pub fn squared_singular_values(a: MatRef<'_, f64>) -> Vec<f64> {
    let a = if a.ncols() > a.nrows() { a.transpose() } else { a };
    if a.ncols() > MOST_COLUMNS {
        return singular_values(a).iter().map(|s| s * s).collect();
    }
    let scale = scale_of(a);
    let rows = a.nrows();
    let mut columns: Vec<f64> =
        (0..a.ncols()).flat_map(|j| a.col(j).iter().map(move |x| x / scale)).collect();
    for _ in 0..MOST_SWEEPS {
        if !sweep(&mut columns, rows) {
            break;
        }
    }
    let squared = |column: &[f64]| column.iter().map(|x| x * x).sum::<f64>() * scale * scale;
    let mut squares: Vec<f64> = columns.chunks_exact(rows.max(1)).map(squared).collect();
    squares.sort_unstable_by(|x, y| y.total_cmp(x));
    squares
}

/// Makes every two columns orthogonal in turn; whether any two were not.
fn sweep(columns: &mut [f64], rows: usize) -> bool {
    let mut turned = false;
    let mut rest = columns;
    while rest.len() > rows {
        let (x, others) = rest.split_at_mut(rows);
        for y in others.chunks_exact_mut(rows) {
            turned |= turn(x, y);
        }
        rest = others;
    }
    turned
}

/// Turns two columns in their plane so that they are orthogonal; whether they were not.
fn turn(x: &mut [f64], y: &mut [f64]) -> bool {
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y.iter()) {
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    if xy.abs() <= f64::EPSILON * (xx * yy).sqrt() {
        return false;
    }
    // The smaller of the two angles: tan 2θ = 2 xy/(xx − yy).
    let cotangent = (yy - xx) / (2.0 * xy);
    let tangent = cotangent.signum() / (cotangent.abs() + cotangent.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use faer::Mat;

    #[test]
    fn agrees_with_the_decomposition_at_every_size_and_scale() {
        for (rows, cols) in
            [(1, 1), (2, 1), (1, 3), (2, 2), (5, 3), (8, 8), (9, 16), (16, 16), (40, 12), (20, 19)]
        {
            for scale in [1e-140, 1.0, 1e140] {
                let a = Mat::from_fn(rows, cols, |i, j| scale * ((i * 31 + j * 17 + i * j) as f64).cos());
                let (found, wanted) = (squared_singular_values(a.as_ref()), singular_values(a.as_ref()));
                assert_eq!(found.len(), rows.min(cols));
                for (found, value) in found.iter().zip(&wanted) {
                    let difference = (found.sqrt() - value).abs();
                    assert!(difference < 1e-14 * wanted[0], "{rows}×{cols}: {difference}");
                }
            }
        }
    }

    #[test]
    fn small_values_keep_their_digits_and_zeros_are_zero() {
        // Orthogonal columns, far apart in size.
        let graded = Mat::from_fn(3, 3, |i, j| {
            let u = [[1.0, 1.0, 1.0], [1.0, -1.0, 0.0], [1.0, 1.0, -2.0]];
            u[j][i] * 10f64.powi(-6 * j as i32)
        });
        let squares = squared_singular_values(graded.as_ref());
        for (found, wanted) in squares.iter().zip([3.0, 2e-12, 6e-24]) {
            assert!((found / wanted - 1.0).abs() < 1e-12, "{squares:?}");
        }
        let equal = Mat::from_fn(4, 3, |i, _| i as f64);
        let squares = squared_singular_values(equal.as_ref());
        assert!((squares[0] - 42.0).abs() < 1e-13 && squares[1] < 1e-29, "{squares:?}");
        assert_eq!(squared_singular_values(Mat::zeros(2, 2).as_ref()), [0.0, 0.0]);
        assert!(squared_singular_values(Mat::zeros(0, 3).as_ref()).is_empty());
    }
}
