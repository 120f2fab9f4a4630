//! The quantile of Student's t distribution that a 95 % confidence interval needs.

/// Degrees of freedom up to which the distribution function is inverted; beyond, four terms of the expansion err by less than 1e-7.
const EXACT: usize = 40;

/// The 97.5 % quantile of Student's t distribution: a two-sided 95 % confidence interval is mean ± t · standard error.
///
/// `freedom` is the number of degrees of freedom, n − 1 for the mean of n independent values; 12.7 for 1, towards 1.96 for many, infinite for
/// 0. Up to 40 it is found by bisection of the distribution function (Abramowitz & Stegun 26.7.3 and 26.7.4), beyond by the expansion 26.7.5.
pub fn t_975(freedom: usize) -> f64 {
    match freedom {
        0 => f64::INFINITY,
        1..=EXACT => inverted(freedom),
        _ => expansion(freedom as f64),
    }
}

fn inverted(freedom: usize) -> f64 {
    let (mut low, mut high) = (1.9, 13.0);
    // Until the two are neighbours.
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if within(middle, freedom) < 0.95 { low = middle } else { high = middle }
    }
}

/// The probability that |t| is at most `x`, for a whole number of degrees of freedom: a finite sum in θ = atan(x/√ν).
fn within(x: f64, freedom: usize) -> f64 {
    let theta = (x / (freedom as f64).sqrt()).atan();
    let (sine, cosine) = theta.sin_cos();
    // Terms cos^k θ · (k − 1)(k − 3)…/(k(k − 2)…), for k = 0, 2, 4, … or 1, 3, 5, ….
    let (mut term, mut sum) = (if freedom.is_multiple_of(2) { 1.0 } else { cosine }, 0.0);
    for k in (freedom % 2..freedom - 1).step_by(2) {
        sum += term;
        term *= cosine * cosine * (k + 1) as f64 / (k + 2) as f64;
    }
    if freedom.is_multiple_of(2) { sine * sum } else { (theta + sine * sum) * std::f64::consts::FRAC_2_PI }
}

fn expansion(freedom: f64) -> f64 {
    let z: f64 = 1.959_963_984_540_054;
    let terms = [
        z,
        (z.powi(3) + z) / 4.0,
        (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0,
        (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0,
        (79.0 * z.powi(9) + 776.0 * z.powi(7) + 1482.0 * z.powi(5) - 1920.0 * z.powi(3) - 945.0 * z)
            / 92160.0,
    ];
    terms.iter().rev().fold(0.0, |sum, term| sum / freedom + term)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (freedom, quantile) in [
            (1, 12.706_205),
            (2, 4.302_653),
            (3, 3.182_446),
            (4, 2.776_445),
            (5, 2.570_582),
            (10, 2.228_139),
            (30, 2.042_272),
            (40, 2.021_075),
            (120, 1.979_930),
            (1_000_000_000, 1.959_964),
        ] {
            assert!((t_975(freedom) - quantile).abs() < 1e-6, "{freedom}: {}", t_975(freedom));
        }
        assert_eq!(t_975(0), f64::INFINITY);
    }

    #[test]
    fn the_two_ways_meet_and_quantiles_fall() {
        assert!((inverted(EXACT) - expansion(EXACT as f64)).abs() < 1e-7);
        let all: Vec<f64> = (1..200).map(t_975).collect();
        assert!(all.windows(2).all(|w| w[1] < w[0]), "{all:?}");
    }
}
