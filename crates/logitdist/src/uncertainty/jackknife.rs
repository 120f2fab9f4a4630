//! The jackknife over blocks of unequal size.

/// What values without one block say of the value with all.
pub(super) struct LeaveOneOut {
    /// The value less its bias.
    pub corrected: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl LeaveOneOut {
    /// With `h_i = N/m_i` for blocks of m_i inputs out of N: the corrected value is `B θ − Σ (1 − 1/h_i) θ_(i)`, and its variance the mean of
    /// `(h_i θ − (h_i − 1) θ_(i) − corrected)² / (h_i − 1)`. Source: Busing, Meijer & van der Leeden 1999.
    pub(super) fn of(theta: f64, rests: &[f64], sizes: &[f64]) -> LeaveOneOut {
        let total: f64 = sizes.iter().sum();
        let count = rests.len() as f64;
        let pairs = || rests.iter().zip(sizes.iter().map(|size| total / size));
        // As differences, which keep their digits.
        let bias: f64 = pairs().map(|(rest, h)| (1.0 - 1.0 / h) * (rest - theta)).sum();
        let corrected = theta - bias;
        let squares = pairs().map(|(rest, h)| ((h - 1.0) * (theta - rest) + bias).powi(2) / (h - 1.0));
        LeaveOneOut { corrected, standard_error: (squares.sum::<f64>() / count).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_mean_it_is_the_standard_error_whatever_the_blocks() {
        let values: Vec<f64> = (0..60).map(|i| (f64::from(i) * 1.7).sin() + 2.0).collect();
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        let theta = mean(&values);
        for cuts in [vec![1; 60], vec![3; 20], vec![10; 6]] {
            let (mut rests, mut sizes, mut start) = (Vec::new(), Vec::new(), 0);
            for size in cuts {
                let rest: Vec<f64> = [&values[..start], &values[start + size..]].concat();
                rests.push(mean(&rest));
                sizes.push(size as f64);
                start += size;
            }
            let found = LeaveOneOut::of(theta, &rests, &sizes);
            let blocks: Vec<f64> = values.chunks(sizes[0] as usize).map(mean).collect();
            let spread = blocks.iter().map(|x| (x - theta).powi(2)).sum::<f64>();
            let n = blocks.len() as f64;
            assert!((found.standard_error - (spread / (n * (n - 1.0))).sqrt()).abs() < 1e-13);
            assert!((found.corrected - theta).abs() < 1e-13);
        }
    }

    #[test]
    fn it_takes_away_a_bias_that_falls_with_the_inputs() {
        // θ(N) = 1 + 3/N, in blocks of unequal size.
        let sizes = [10.0, 20.0, 30.0, 40.0];
        let rests = sizes.map(|size| 1.0 + 3.0 / (100.0 - size));
        let found = LeaveOneOut::of(1.03, &rests, &sizes);
        assert!((found.corrected - 1.0).abs() < 1e-12, "{}", found.corrected);
    }
}
