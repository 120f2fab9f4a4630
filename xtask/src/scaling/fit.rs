//! Exponents: slopes of a straight line through the logarithms.

/// The exponent e of y ∝ x^e by least squares over the logarithms; `None` for fewer than two different x or a value that is not > 0.
pub fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    if points.iter().any(|&(x, y)| !(x > 0.0 && y > 0.0 && x.is_finite() && y.is_finite())) {
        return None;
    }
    let logs: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (x.ln(), y.ln())).collect();
    let n = logs.len() as f64;
    let (mean_x, mean_y) =
        (logs.iter().map(|p| p.0).sum::<f64>() / n, logs.iter().map(|p| p.1).sum::<f64>() / n);
    let spread: f64 = logs.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
    let together: f64 = logs.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
    (spread > 1e-12).then(|| together / spread)
}

/// The points whose x is at least a tenth of the largest.
pub fn upper_decade(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let largest = points.iter().map(|p| p.0).fold(0.0, f64::max);
    // 1000 / 10 must not miss 100 by a rounding error.
    points.iter().copied().filter(|p| p.0 >= 0.1 * largest * (1.0 - 1e-9)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(e: f64, xs: &[f64]) -> Vec<(f64, f64)> {
        xs.iter().map(|&x| (x, 3.7 * x.powf(e))).collect()
    }

    #[test]
    fn a_power_law_gives_its_exponent() {
        for e in [-1.0, 0.0, 0.5, 1.0, 2.0, 3.0] {
            let found = exponent(&power(e, &[1.0, 2.0, 5.0, 10.0, 1000.0])).unwrap();
            assert!((found - e).abs() < 1e-12, "{e}: {found}");
        }
    }

    #[test]
    fn the_upper_decade_forgets_a_constant() {
        let points: Vec<(f64, f64)> =
            [1.0, 10.0, 100.0, 1000.0, 10_000.0].iter().map(|&x| (x, 500.0 + x * x)).collect();
        let (all, upper) = (exponent(&points).unwrap(), exponent(&upper_decade(&points)).unwrap());
        assert_eq!(upper_decade(&points).len(), 2);
        assert!(all < 1.6 && (upper - 2.0).abs() < 0.01, "{all} {upper}");
    }

    #[test]
    fn the_least_squares_line_is_that_of_the_normal_equations() {
        let points = [
            (1.0, 1.0),
            (std::f64::consts::E, 1.0),
            (std::f64::consts::E.powi(2), std::f64::consts::E.powi(3)),
        ];
        // x = 0, 1, 2 and y = 0, 0, 3: slope 3/2.
        assert!((exponent(&points).unwrap() - 1.5).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_slope_is_none() {
        for points in [
            &[][..],
            &[(1.0, 2.0)],
            &[(2.0, 1.0), (2.0, 3.0)],
            &[(1.0, 0.0), (2.0, 1.0)],
            &[(1.0, f64::NAN), (2.0, 1.0)],
        ] {
            assert_eq!(exponent(points), None, "{points:?}");
        }
    }
}
