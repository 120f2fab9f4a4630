//! Jacobi's rotations. Source: Golub and Van Loan, Matrix Computations, Algorithms 8.5.3 (symmetric) and §8.6.3 (one-sided).

use faer::Mat;

/// After so many sweeps over all pairs it has failed; five to ten are usual.
const MOST_SWEEPS: usize = 60;

/// `(A V, V)` with V orthogonal and the columns of A V (m×n, m ≥ n) orthogonal to one another, longest first.
///
/// One-sided: each rotation makes a pair of columns orthogonal relative to their lengths. None if it does not come to an end.
pub fn orthogonal_columns(mut a: Mat<f64>) -> Option<(Mat<f64>, Mat<f64>)> {
    let (rows, cols) = a.shape();
    let mut v = Mat::identity(cols, cols);
    let tolerance = f64::EPSILON * (rows.max(1) as f64).sqrt();
    let dot =
        |a: &Mat<f64>, i, j| a.col_as_slice(i).iter().zip(a.col_as_slice(j)).map(|(x, y)| x * y).sum::<f64>();
    let is_done = (0..MOST_SWEEPS).any(|_| {
        let mut is_orthogonal = true;
        for i in 0..cols {
            for j in i + 1..cols {
                let (first, second, product) = (dot(&a, i, i), dot(&a, j, j), dot(&a, i, j));
                if product.abs() > tolerance * first.sqrt() * second.sqrt() {
                    is_orthogonal = false;
                    let rotation = rotation(first, product, second);
                    turn(&mut a, i, j, rotation);
                    turn(&mut v, i, j, rotation);
                }
            }
        }
        is_orthogonal
    });
    let mut order: Vec<usize> = (0..cols).collect();
    let lengths: Vec<f64> = a.col_iter().map(|column| column.norm_l2()).collect();
    order.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
    let sorted = |m: &Mat<f64>| Mat::from_fn(m.nrows(), cols, |i, j| m[(i, order[j])]);
    is_done.then(|| (sorted(&a), sorted(&v)))
}

/// Eigenvalues, smallest first, and eigenvectors of a symmetric A. None if it does not come to an end.
pub fn symmetric(mut a: Mat<f64>) -> Option<(Vec<f64>, Mat<f64>)> {
    let n = a.nrows();
    let mut v = Mat::identity(n, n);
    let negligible = f64::EPSILON * a.norm_l2() / (n.max(1) as f64);
    let is_done = (0..MOST_SWEEPS).any(|_| {
        let mut is_diagonal = true;
        for i in 0..n {
            for j in i + 1..n {
                if a[(i, j)].abs() > negligible {
                    is_diagonal = false;
                    let rotation = rotation(a[(i, i)], a[(i, j)], a[(j, j)]);
                    turn(&mut a, i, j, rotation);
                    let (cosine, sine) = rotation;
                    for k in 0..n {
                        let (x, y) = (a[(i, k)], a[(j, k)]);
                        a[(i, k)] = cosine * x - sine * y;
                        a[(j, k)] = sine * x + cosine * y;
                    }
                    turn(&mut v, i, j, rotation);
                }
            }
        }
        is_diagonal
    });
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[(i, i)].total_cmp(&a[(j, j)]));
    let values = order.iter().map(|&i| a[(i, i)]).collect();
    is_done.then(|| (values, Mat::from_fn(n, n, |i, j| v[(i, order[j])])))
}

/// (cos, sin) of the smaller angle that makes [[p, q], [q, r]] diagonal, q ≠ 0.
fn rotation(p: f64, q: f64, r: f64) -> (f64, f64) {
    let cotangent = (r - p) / (2.0 * q);
    let tangent = 1.0_f64.copysign(cotangent) / (cotangent.abs() + cotangent.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    (cosine, cosine * tangent)
}

/// Turns columns i < j.
fn turn(a: &mut Mat<f64>, i: usize, j: usize, (cosine, sine): (f64, f64)) {
    let (left, right) = a.split_at_col_mut(j);
    for (first, second) in left.col_mut(i).iter_mut().zip(right.col_mut(0).iter_mut()) {
        let (x, y) = (*first, *second);
        *first = cosine * x - sine * y;
        *second = sine * x + cosine * y;
    }
}
