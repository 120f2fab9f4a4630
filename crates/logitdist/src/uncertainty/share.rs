//! Intervals of shares: Clopper and Pearson's, with as many inputs as independent ones would be.

/// The share of those that belong, and how many independent inputs would give its variance between blocks: at most all. `counts` are,
/// block by block, those that belong and all; no block is empty.
pub(super) fn effective_inputs(counts: &[[f64; 2]]) -> (f64, f64) {
    let [belonging, inputs] = [0, 1].map(|i| counts.iter().map(|block| block[i]).sum::<f64>());
    let share = belonging / inputs;
    let blocks = counts.len() as f64;
    // The variance of a ratio estimate.
    let squares: f64 = counts.iter().map(|[own, all]| (own - share * all).powi(2)).sum();
    let variance = squares * blocks / (blocks - 1.0) / (inputs * inputs);
    let binomial = share * (1.0 - share) / inputs;
    let effective = if variance > binomial { inputs * binomial / variance } else { inputs };
    (share, effective)
}

/// The 95 % interval of Clopper and Pearson for the probability of which `successes` of `trials` were seen; neither need be whole.
pub(super) fn clopper_pearson(successes: f64, trials: f64) -> [f64; 2] {
    let failures = trials - successes;
    let low = if successes <= 0.0 { 0.0 } else { beta_quantile(0.025, successes, failures + 1.0) };
    let high = if failures <= 0.0 { 1.0 } else { beta_quantile(0.975, successes + 1.0, failures) };
    [low, high]
}

/// The quantile of the beta distribution, by bisection until neighbours.
fn beta_quantile(level: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if incomplete_beta(middle, a, b) < level { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz & Stegun 26.5.8; Lentz).
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    // The fraction converges fast under the mean only.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    const TINY: f64 = 1e-300;
    let away = |z: f64| if z.abs() < TINY { TINY } else { z };
    let (mut c, mut d) = (1.0, 1.0 / away(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..10_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            change *= c * d;
        }
        fraction *= change;
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    let log_front = a * x.ln() + b * (-x).ln_1p() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    log_front.exp() * fraction / a
}

/// ln Γ(x) for x > 0: Stirling's series after raising x to 10.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut below) = (x, 0.0);
    while x < 10.0 {
        below += x.ln();
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
    let tail = series.iter().rev().fold(0.0, |sum, c| sum * square + c) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + tail - below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_shares_are_those_of_the_tables() {
        // scipy.stats.binomtest(k, n).proportion_ci(method="exact")
        for (k, n, low, high) in [
            (0.0, 10.0, 0.0, 0.308_497_1),
            (10.0, 10.0, 0.691_502_9, 1.0),
            (3.0, 10.0, 0.066_739_5, 0.652_452_9),
            (873.0, 899.0, 0.957_909_8, 0.981_022_7),
            (50.0, 100.0, 0.398_321_1, 0.601_678_9),
        ] {
            let [l, h] = clopper_pearson(k, n);
            assert!((l - low).abs() < 2e-6 && (h - high).abs() < 2e-6, "{k} of {n}: {l}, {h}");
        }
    }

    #[test]
    fn blocks_that_differ_count_for_fewer_inputs_and_never_for_more() {
        let even = vec![[5.0, 10.0]; 20];
        assert_eq!(effective_inputs(&even), (0.5, 200.0));
        let apart: Vec<[f64; 2]> = (0..20).map(|i| [if i % 2 == 0 { 10.0 } else { 0.0 }, 10.0]).collect();
        let (share, inputs) = effective_inputs(&apart);
        assert_eq!(share, 0.5);
        assert!((inputs - 19.0).abs() < 1e-9, "{inputs}");
        assert_eq!(effective_inputs(&[[10.0, 10.0]; 20]), (1.0, 200.0));
    }
}
