//! How large a matrix is, and its inverse from a few solutions.

use faer::MatRef;

/// The largest `‖column‖₁`.
pub fn one_norm(a: MatRef<'_, f64>) -> f64 {
    a.col_iter().map(|column| column.norm_l1()).fold(0.0, f64::max)
}

/// Hager and Higham's estimate of `‖A⁻¹‖₁`, for A n×n with n ≥ 1: at most five solutions with A and four with Aᵀ.
///
/// `solve` replaces x by A⁻¹ x, `solve_transposed` by A⁻ᵀ x. Never above the norm but for rounding, in practice within a factor of 3. Source: Higham,
/// "FORTRAN codes for estimating the one-norm of a real or complex matrix", 1988, Algorithm 4.1; LAPACK's DLACN2.
pub fn inverse_one_norm(
    n: usize,
    mut solve: impl FnMut(&mut [f64]),
    mut solve_transposed: impl FnMut(&mut [f64]),
) -> f64 {
    let norm = |x: &[f64]| x.iter().map(|x| x.abs()).sum::<f64>();
    let signs = |x: &[f64]| x.iter().map(|x| 1.0_f64.copysign(*x)).collect::<Vec<f64>>();
    let mut y = vec![1.0 / n as f64; n];
    solve(&mut y);
    let mut estimate = norm(&y);
    let mut old_signs = signs(&y);
    // x ↦ ‖A⁻¹x‖₁ is convex: its maximum over the unit ball is at some e_j, and is reached if the gradient there points at e_j itself.
    let mut tried = None;
    for _ in 0..4 {
        let mut gradient = old_signs.clone();
        solve_transposed(&mut gradient);
        let steepest =
            (0..n).fold(0, |best, j| if gradient[j].abs() > gradient[best].abs() { j } else { best });
        if tried.is_some_and(|last: usize| gradient[last].abs() >= gradient[steepest].abs()) {
            break;
        }
        tried = Some(steepest);
        y.fill(0.0);
        y[steepest] = 1.0;
        solve(&mut y);
        let new_signs = signs(&y);
        let is_better = norm(&y) > estimate;
        estimate = estimate.max(norm(&y));
        if !is_better || new_signs == old_signs {
            break;
        }
        old_signs = new_signs;
    }
    // Against matrices that cancel in all of the above.
    let growing = |i: usize| 1.0 + i as f64 / (n.max(2) - 1) as f64;
    let mut alternating: Vec<f64> =
        (0..n).map(|i| if i % 2 == 0 { growing(i) } else { -growing(i) }).collect();
    solve(&mut alternating);
    estimate.max(2.0 * norm(&alternating) / (3 * n) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use faer::{ColMut, ColRef, Mat};

    #[test]
    fn never_above_the_norm_and_seldom_far_below() {
        for n in [1, 2, 3, 10, 40] {
            for seed in 0..64 {
                // The inverse itself is drawn: solving is multiplying.
                let wave = |i, j| ((i * 37 + j * 101 + i * j * 13 + seed * 7919) as f64 * 0.618).sin();
                let inverse = Mat::from_fn(n, n, wave);
                let times = |m: MatRef<'_, f64>, x: &mut [f64]| {
                    let product = m * ColRef::from_slice(x);
                    ColMut::from_slice_mut(x).copy_from(&product);
                };
                let estimate =
                    inverse_one_norm(n, |x| times(inverse.as_ref(), x), |x| times(inverse.transpose(), x));
                let norm = one_norm(inverse.as_ref());
                let range = norm / 3.0..=norm * (1.0 + 1e-14);
                assert!(range.contains(&estimate), "n = {n}, seed {seed}: {estimate} of {norm}");
            }
        }
    }
}
