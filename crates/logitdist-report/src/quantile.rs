//! Quantiles of a sample.

/// The q-quantile of sorted values, q in [0, 1], linear between order statistics (Hyndman & Fan's type 7); `None` for none.
pub fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = q * last as f64;
    let (below, share) = (position.floor() as usize, position.fract());
    let above = (below + 1).min(last);
    // Not a weighted sum: between infinities that would be NaN.
    Some(if share == 0.0 { sorted[below] } else { sorted[below] + share * (sorted[above] - sorted[below]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_between_order_statistics() {
        let values = [1.0, 2.0, 4.0, 8.0];
        for (q, want) in [(0.0, 1.0), (1.0, 8.0), (0.5, 3.0), (1.0 / 3.0, 2.0), (0.25, 1.75)] {
            assert!((quantile(&values, q).unwrap() - want).abs() < 1e-15, "{q}");
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0], 0.9), Some(3.0));
    }
}
