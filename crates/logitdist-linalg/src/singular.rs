//! When a square matrix counts as singular.

use crate::svd::singular_values;
use faer::Mat;

/// A square matrix with `σ_min / σ_max` under this counts as singular.
pub const MIN_RECIPROCAL_CONDITION: f64 = 1e-12;

/// σ_min of the n×n matrix whose row `i` is written by `row(i, …)`, by a decomposition. `None` if it is singular.
///
/// For matrices near the threshold, where faster ways are in doubt.
pub(crate) fn smallest_singular_value(n: usize, row: impl Fn(usize, &mut [f64])) -> Option<f64> {
    let mut rows = vec![0.0; n * n];
    rows.chunks_exact_mut(n).enumerate().for_each(|(i, values)| row(i, values));
    let s = singular_values(Mat::from_fn(n, n, |i, j| rows[i * n + j]).as_ref());
    (s[0] > 0.0 && s[n - 1] / s[0] >= MIN_RECIPROCAL_CONDITION).then_some(s[n - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(entry: impl Fn(usize, usize) -> f64) -> Option<f64> {
        smallest_singular_value(3, |i, row| row.iter_mut().enumerate().for_each(|(j, x)| *x = entry(i, j)))
    }

    #[test]
    fn singular_and_zero_matrices_are_refused_at_any_scale() {
        assert!(of(|_, _| 0.0).is_none());
        assert!(of(|i, j| (i + j) as f64).is_none());
        for scale in [1e-200, 1e-60, 1.0, 1e60, 1e150] {
            let sigma_min = of(|i, j| scale * if i == j { 2.0 } else { 1.0 }).expect("regular");
            assert!((sigma_min / scale - 1.0).abs() < 1e-14, "{scale}");
        }
        // Just on either side of the threshold, in the second norm.
        for (small, expected) in [(2e-12, true), (0.5e-12, false)] {
            let found = of(|i, j| if i == j { [1.0, 1.0, small][i] } else { 0.0 });
            assert_eq!(found.is_some(), expected, "{small}");
        }
    }
}
