//! CMA-ES: the evolution strategy with covariance matrix adaptation, of Hansen's tutorial (arXiv 1604.00772).
//!
//! A generation draws points from a normal distribution, which then moves towards the better half of them and takes their shape. The
//! choice depends on the order of the values alone, so kinks, plateaus and impossible points do no harm.

use logitdist_linalg::{Mat, svd};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// When an ascent ends, and how far it looks at first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Climb {
    /// Standard deviation of the first generation in each coordinate.
    pub step: f64,
    /// The most values that are asked for.
    pub evaluations: usize,
    /// It ends when the best values of many generations differ by less than this.
    pub tolerance: f64,
}

/// What an ascent reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Summit {
    /// The best point.
    pub point: Vec<f64>,
    /// Its value.
    pub value: f64,
    /// Values that were asked for.
    pub evaluations: usize,
}

/// Strategy parameters for n coordinates, as the tutorial sets them.
struct Strategy {
    weights: Vec<f64>,
    population: usize,
    mu_eff: f64,
    c_sigma: f64,
    d_sigma: f64,
    c_c: f64,
    c_1: f64,
    c_mu: f64,
    expected_norm: f64,
}

impl Strategy {
    fn new(n: usize) -> Strategy {
        let nf = n as f64;
        let population = 4 + (3.0 * nf.ln()).floor() as usize;
        let half = population / 2;
        let raw: Vec<f64> = (0..half).map(|i| (half as f64 + 0.5).ln() - (i as f64 + 1.0).ln()).collect();
        let sum: f64 = raw.iter().sum();
        let weights: Vec<f64> = raw.iter().map(|w| w / sum).collect();
        let mu_eff = 1.0 / weights.iter().map(|w| w * w).sum::<f64>();
        let c_sigma = (mu_eff + 2.0) / (nf + mu_eff + 5.0);
        let c_1 = 2.0 / ((nf + 1.3).powi(2) + mu_eff);
        let c_mu = (1.0 - c_1).min(2.0 * (mu_eff - 2.0 + 1.0 / mu_eff) / ((nf + 2.0).powi(2) + mu_eff));
        Strategy {
            weights,
            population,
            mu_eff,
            c_sigma,
            d_sigma: 1.0 + 2.0 * (((mu_eff - 1.0) / (nf + 1.0)).sqrt() - 1.0).max(0.0) + c_sigma,
            c_c: (4.0 + mu_eff / nf) / (nf + 4.0 + 2.0 * mu_eff / nf),
            c_1,
            c_mu,
            expected_norm: nf.sqrt() * (1.0 - 1.0 / (4.0 * nf) + 1.0 / (21.0 * nf * nf)),
        }
    }
}

/// Beyond this condition number of the covariance the drawn points are rounding errors.
const MOST_ILL_CONDITIONED: f64 = 1e14;

/// Maximises `value` from `start`. A value of −∞ is allowed; NaN is not.
///
/// # Panics
/// If `start` has no coordinates.
pub fn climb<R: Rng + ?Sized>(
    start: &[f64],
    climb: &Climb,
    mut value: impl FnMut(&[f64]) -> f64,
    rng: &mut R,
) -> Summit {
    let n = start.len();
    assert!(n > 0, "there is no direction to climb in");
    let s = Strategy::new(n);
    let mut mean = start.to_vec();
    let mut best = Summit { point: mean.clone(), value: value(start), evaluations: 1 };
    let mut sigma = climb.step;
    let (mut path_c, mut path_s) = (vec![0.0; n], vec![0.0; n]);
    let mut covariance = Mat::<f64>::identity(n, n);
    let (mut axes, mut lengths) = (Mat::<f64>::identity(n, n), vec![1.0f64; n]);
    let patience = 10 + 30 * n / s.population;
    let mut recent: Vec<f64> = Vec::new();
    for generation in 1.. {
        if best.evaluations + s.population > climb.evaluations {
            break;
        }
        // y = B D z has the covariance's shape.
        let mut drawn: Vec<(f64, Vec<f64>)> = (0..s.population)
            .map(|_| {
                let z: Vec<f64> = lengths.iter().map(|l| l * normal(rng)).collect();
                let y = times(&axes, &z);
                let point: Vec<f64> = mean.iter().zip(&y).map(|(m, y)| m + sigma * y).collect();
                let found = value(&point);
                if found > best.value {
                    best = Summit { point, value: found, ..best };
                }
                (found, y)
            })
            .collect();
        best.evaluations += s.population;
        drawn.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut step = vec![0.0; n];
        for (w, (_, y)) in s.weights.iter().zip(&drawn) {
            step.iter_mut().zip(y).for_each(|(step, y)| *step += w * y);
        }
        mean.iter_mut().zip(&step).for_each(|(m, step)| *m += sigma * step);
        // C^(−1/2) y, for the path that judges the length of steps.
        let along: Vec<f64> =
            times_transposed(&axes, &step).iter().zip(&lengths).map(|(a, l)| a / l).collect();
        let whitened = times(&axes, &along);
        let gain = (s.c_sigma * (2.0 - s.c_sigma) * s.mu_eff).sqrt();
        path_s.iter_mut().zip(&whitened).for_each(|(p, w)| *p = (1.0 - s.c_sigma) * *p + gain * w);
        let norm = path_s.iter().map(|p| p * p).sum::<f64>().sqrt();
        let decay = (1.0 - (1.0 - s.c_sigma).powi(2 * generation)).sqrt();
        let steady = norm / decay < (1.4 + 2.0 / (n as f64 + 1.0)) * s.expected_norm;
        let gain = if steady { (s.c_c * (2.0 - s.c_c) * s.mu_eff).sqrt() } else { 0.0 };
        path_c.iter_mut().zip(&step).for_each(|(p, step)| *p = (1.0 - s.c_c) * *p + gain * step);
        let lost = if steady { 0.0 } else { s.c_1 * s.c_c * (2.0 - s.c_c) };
        let kept = 1.0 - s.c_1 - s.c_mu + lost;
        for j in 0..n {
            for i in 0..=j {
                let chosen: f64 = s.weights.iter().zip(&drawn).map(|(w, (_, y))| w * y[i] * y[j]).sum();
                let entry = kept * covariance[(i, j)] + s.c_1 * path_c[i] * path_c[j] + s.c_mu * chosen;
                (covariance[(i, j)], covariance[(j, i)]) = (entry, entry);
            }
        }
        sigma *= ((s.c_sigma / s.d_sigma) * (norm / s.expected_norm - 1.0)).exp();
        // The shape moves little in a generation, and decomposing it is what small problems would spend their time on.
        if generation % (1 + n as i32 / 10) == 0 {
            let decomposed = svd(covariance.as_ref());
            lengths = decomposed.s.iter().map(|s| s.sqrt()).collect();
            axes = decomposed.u;
        }
        recent.push(drawn[0].0);
        let (longest, shortest) = (lengths[0], lengths[n - 1]);
        let flat = recent.len() >= patience && {
            let last = &recent[recent.len() - patience..];
            let (low, high) =
                last.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
            // Equal first, as infinities have no difference.
            low == high || high - low < climb.tolerance
        };
        let broken = !(sigma * longest).is_finite()
            || shortest <= 0.0
            || (longest / shortest).powi(2) > MOST_ILL_CONDITIONED;
        if flat || broken {
            break;
        }
    }
    best
}

fn normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    StandardNormal.sample(rng)
}

fn times(a: &Mat<f64>, x: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; a.nrows()];
    for (column, x) in a.col_iter().zip(x) {
        product.iter_mut().zip(column.iter()).for_each(|(p, a)| *p += a * x);
    }
    product
}

fn times_transposed(a: &Mat<f64>, x: &[f64]) -> Vec<f64> {
    a.col_iter().map(|column| column.iter().zip(x).map(|(a, x)| a * x).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use logitdist_synth::rng;

    const CLIMB: Climb = Climb { step: 0.5, evaluations: 40_000, tolerance: 1e-14 };

    #[test]
    fn summits_of_known_functions_are_reached() {
        let bowl = |x: &[f64]| -x.iter().enumerate().map(|(i, x)| 10f64.powi(i as i32) * x * x).sum::<f64>();
        let valley = |x: &[f64]| {
            -x.windows(2).map(|w| 100.0 * (w[1] - w[0] * w[0]).powi(2) + (1.0 - w[0]).powi(2)).sum::<f64>()
        };
        let kink = |x: &[f64]| -x.iter().enumerate().map(|(i, x)| (i + 1) as f64 * x.abs()).sum::<f64>();
        for seed in 0..4 {
            let of = |f: &dyn Fn(&[f64]) -> f64| climb(&[2.0; 6], &CLIMB, f, &mut rng(seed, 0));
            assert!(of(&bowl).value > -1e-10, "seed {seed}: {:?}", of(&bowl));
            assert!(of(&kink).value > -1e-5, "seed {seed}: {:?}", of(&kink));
            let found = climb(&[-0.5, 0.3, 0.2, 0.9], &CLIMB, valley, &mut rng(seed, 0));
            // The valley has a second, lower summit.
            assert!(found.value > -1e-9 || (found.value + 3.7).abs() < 0.1, "seed {seed}: {found:?}");
        }
    }

    #[test]
    fn a_seed_fixes_the_ascent_and_a_plateau_ends_it() {
        let slope = |x: &[f64]| -(x[0] - 3.0).powi(2);
        let of = |seed| climb(&[0.0], &CLIMB, slope, &mut rng(seed, 0));
        assert_eq!(of(1), of(1));
        assert_ne!(of(1).point, of(2).point);
        let flat = climb(&[0.0; 3], &CLIMB, |_| f64::NEG_INFINITY, &mut rng(1, 0));
        assert!(flat.evaluations < 1_000 && flat.point == [0.0; 3], "{flat:?}");
    }

    #[test]
    fn no_more_values_are_asked_for_than_allowed() {
        let mut asked = 0;
        let allowed = Climb { evaluations: 100, ..CLIMB };
        let value = |x: &[f64]| {
            asked += 1;
            x[0]
        };
        let found = climb(&[0.0; 4], &allowed, value, &mut rng(1, 0));
        assert!(asked <= 100 && found.evaluations == asked, "{asked}: {found:?}");
    }
}
