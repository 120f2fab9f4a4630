//! The only part that needs logits: KL divergence and its relatives, tile by tile.
//!
//! A tile is a few inputs × all labels. Every term of every sum is computed from d = log p′ − log p and is ≥ 0, so the
//! sums are relatively accurate however close the models are; `Σ p (log p − log p′)` would be off by 1e-16 absolutely.

use crate::error::Error;
use crate::factor::{Factor, block_rows};
use crate::labels::{LabelSide, Labels};
use crate::model::Pair;
use crate::progress::{Stage, Watch};
use crate::rows::{ModelRows, rows_of};
use crate::tree::merge_tree;
use logitdist_linalg::{Mat, matmul_into};
use rayon::prelude::*;

/// Numbers in one tile and model; with its fixed size the sums do not depend on threads.
const TILE_ENTRIES: usize = 1 << 17;

/// Sum and sum of squares of a quantity over inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    sum: f64,
    sum_of_squares: f64,
}

impl Moments {
    fn push(&mut self, x: f64) {
        self.sum += x;
        self.sum_of_squares += x * x;
    }

    fn merge(self, other: Moments) -> Moments {
        Moments { sum: self.sum + other.sum, sum_of_squares: self.sum_of_squares + other.sum_of_squares }
    }

    /// Mean over `n` inputs.
    pub fn mean(&self, n: usize) -> f64 {
        self.sum / n as f64
    }

    /// Standard error of the mean over `n` inputs, `sd / √n` with the sample sd (n − 1); 0 for one input.
    pub fn standard_error(&self, n: usize) -> f64 {
        if n < 2 {
            return 0.0;
        }
        let mean = self.mean(n);
        let variance = (self.sum_of_squares / n as f64 - mean * mean).max(0.0);
        (variance / (n - 1) as f64).sqrt()
    }
}

/// Sums over inputs of everything that is a function of p(·|x) and p′(·|x).
#[derive(Debug, Clone, PartialEq)]
pub struct ProbabilitySums {
    /// Number of inputs summed over.
    pub n: usize,
    /// KL(p(·|x) ‖ p′(·|x)), nats.
    pub kl_ab: Moments,
    /// KL(p′(·|x) ‖ p(·|x)), nats.
    pub kl_ba: Moments,
    /// Jensen–Shannon divergence, nats.
    pub js: Moments,
    /// Total variation.
    pub tv: Moments,
    /// Hellinger distance.
    pub hellinger: Moments,
    /// Inputs on which both models have the same most probable label.
    pub agreeing: usize,
    /// log min p, over inputs, labels and both models.
    pub log_tau: f64,
    /// Σ_x (2/τ(x)) KL(p ‖ p′), infinite once τ(x) underflows.
    pub kl_ab_over_tau: f64,
    /// Σ_x (2/τ(x)) KL(p′ ‖ p).
    pub kl_ba_over_tau: f64,
    /// Σ_x ‖Δ(x)‖², so that KL and logit distance can be compared over the same inputs.
    pub squared_logit_distance: f64,
}

impl ProbabilitySums {
    fn none() -> ProbabilitySums {
        ProbabilitySums {
            n: 0,
            kl_ab: Moments::default(),
            kl_ba: Moments::default(),
            js: Moments::default(),
            tv: Moments::default(),
            hellinger: Moments::default(),
            agreeing: 0,
            log_tau: f64::INFINITY,
            kl_ab_over_tau: 0.0,
            kl_ba_over_tau: 0.0,
            squared_logit_distance: 0.0,
        }
    }

    fn merge(&self, other: &ProbabilitySums) -> ProbabilitySums {
        ProbabilitySums {
            n: self.n + other.n,
            kl_ab: self.kl_ab.merge(other.kl_ab),
            kl_ba: self.kl_ba.merge(other.kl_ba),
            js: self.js.merge(other.js),
            tv: self.tv.merge(other.tv),
            hellinger: self.hellinger.merge(other.hellinger),
            agreeing: self.agreeing + other.agreeing,
            log_tau: self.log_tau.min(other.log_tau),
            kl_ab_over_tau: self.kl_ab_over_tau + other.kl_ab_over_tau,
            kl_ba_over_tau: self.kl_ba_over_tau + other.kl_ba_over_tau,
            squared_logit_distance: self.squared_logit_distance + other.squared_logit_distance,
        }
    }
}

/// What the inputs' distributions leave behind: sums, and the factor of some labels' log-probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbabilityPart {
    /// Sums over the inputs.
    pub sums: ProbabilitySums,
    /// Factor of [1, log p(y|x), log p′(y|x)] over the tracked labels y.
    pub tracked: Factor,
}

/// KL divergences at one input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputDivergences {
    /// KL(p(·|x) ‖ p′(·|x)), nats, ≥ 0.
    pub kl_ab: f64,
    /// KL(p′(·|x) ‖ p(·|x)), nats, ≥ 0.
    pub kl_ba: f64,
}

impl ProbabilityPart {
    /// The part of the given inputs of a pair. `inputs` must not be empty. Memory: one tile per thread.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if a model's embeddings cannot be read.
    pub fn of(
        pair: &Pair<'_>,
        labels: &LabelSide,
        inputs: &[usize],
        tracked: &[usize],
    ) -> Result<ProbabilityPart, Error> {
        ProbabilityPart::keeping(pair, labels, inputs, tracked, &|_| (), &|_, _| ()).map(|(part, _)| part)
    }

    /// The part, and what `keep` makes of each input, in the order of `inputs`. Nothing is kept for `()`.
    pub(crate) fn keeping<T: Send>(
        pair: &Pair<'_>,
        labels: &LabelSide,
        inputs: &[usize],
        tracked: &[usize],
        keep: &(impl Fn(InputDivergences) -> T + Sync),
        watch: Watch<'_>,
    ) -> Result<(ProbabilityPart, Vec<T>), Error> {
        type Part<T> = Result<(ProbabilityPart, Vec<T>), Error>;
        let step = block_rows(1 + 2 * tracked.len());
        merge_tree(
            inputs.len().div_ceil(step),
            &|i| {
                let block = &inputs[i * step..inputs.len().min((i + 1) * step)];
                Self::of_block(pair, labels, block, tracked, keep, watch)
            },
            &|a: Part<T>, b: Part<T>| {
                let ((a, mut kept), (b, kept_b)) = (a?, b?);
                kept.extend(kept_b);
                Ok((a.merge(&b), kept))
            },
        )
        .expect("at least one input")
    }

    /// The tiles of one block of the factor.
    fn of_block<T: Send>(
        pair: &Pair<'_>,
        labels: &LabelSide,
        inputs: &[usize],
        tracked: &[usize],
        keep: &(impl Fn(InputDivergences) -> T + Sync),
        watch: Watch<'_>,
    ) -> Result<(ProbabilityPart, Vec<T>), Error> {
        let step = (TILE_ENTRIES / pair.n_labels()).clamp(1, 512);
        let watched_tile = |chunk: &[usize]| {
            let tile = tile(pair, labels, chunk, tracked, keep);
            watch(Stage::Probability, chunk.len());
            tile
        };
        let tiles: Vec<_> = inputs.par_chunks(step).map(watched_tile).collect::<Result<_, Error>>()?;
        let mut columns = Mat::zeros(inputs.len(), 1 + 2 * tracked.len());
        let mut sums = ProbabilitySums::none();
        let mut kept = Vec::new();
        for tile in tiles {
            columns.as_mut().subrows_mut(sums.n, tile.sums.n).copy_from(&tile.tracked);
            sums = sums.merge(&tile.sums);
            kept.extend(tile.kept);
        }
        Ok((ProbabilityPart { sums, tracked: Factor::of_block(columns) }, kept))
    }

    /// The part of the inputs of both.
    pub fn merge(&self, other: &ProbabilityPart) -> ProbabilityPart {
        ProbabilityPart { sums: self.sums.merge(&other.sums), tracked: self.tracked.merge(&other.tracked) }
    }
}

/// What one tile of inputs leaves behind.
struct Tile<T> {
    sums: ProbabilitySums,
    /// Rows of [1, log p, log p′] for the tracked labels.
    tracked: Mat<f64>,
    /// What is kept of each input.
    kept: Vec<T>,
}

fn tile<T>(
    pair: &Pair<'_>,
    labels: &LabelSide,
    inputs: &[usize],
    tracked: &[usize],
    keep: &impl Fn(InputDivergences) -> T,
) -> Result<Tile<T>, Error> {
    let log_p = log_probabilities(pair.a(), &labels.a, inputs)?;
    let log_q = log_probabilities(pair.b(), &labels.b, inputs)?;
    let columns = tracked.len();
    let rows = Mat::from_fn(inputs.len(), 1 + 2 * columns, |i, j| match j {
        0 => 1.0,
        j if j <= columns => log_p[(tracked[j - 1], i)],
        j => log_q[(tracked[j - 1 - columns], i)],
    });
    let mut sums = ProbabilitySums::none();
    let kept = (0..inputs.len())
        .map(|i| keep(add_input(&mut sums, log_p.col_as_slice(i), log_q.col_as_slice(i))))
        .collect();
    Ok(Tile { sums, tracked: rows, kept })
}

/// log p(y|x), K×n, a column per input.
fn log_probabilities(model: &dyn ModelRows, labels: &Labels, inputs: &[usize]) -> Result<Mat<f64>, Error> {
    let rows = rows_of(model, inputs)?;
    let mut logits = Mat::zeros(model.n_labels(), inputs.len());
    matmul_into(logits.as_mut(), labels.unembeddings.as_ref(), rows.transpose());
    for i in 0..inputs.len() {
        let column = logits.col_as_slice_mut(i);
        column.iter_mut().zip(&labels.bias).for_each(|(l, b)| *l += b);
        let largest = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let normaliser = largest + column.iter().map(|l| (l - largest).exp()).sum::<f64>().ln();
        column.iter_mut().for_each(|l| *l -= normaliser);
    }
    Ok(logits)
}

/// Adds one input with log-probabilities `log_p` and `log_q` over the labels; returns its own divergences.
fn add_input(sums: &mut ProbabilitySums, log_p: &[f64], log_q: &[f64]) -> InputDivergences {
    sums.n += 1;
    let labels = log_p.len() as f64;
    let mean_difference = log_p.iter().zip(log_q).map(|(p, q)| p - q).sum::<f64>() / labels;
    let (mut kl_ab, mut kl_ba, mut js, mut l1, mut hellinger) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let (mut log_tau, mut distance) = (f64::INFINITY, 0.0);
    for (&lp, &lq) in log_p.iter().zip(log_q) {
        let d = lq - lp;
        let term = divergence_terms(lp.exp(), lq.exp(), d);
        kl_ab += term.kl_ab;
        kl_ba += term.kl_ba;
        js += term.js;
        l1 += term.l1;
        hellinger += term.squared_hellinger;
        log_tau = log_tau.min(lp.min(lq));
        let delta = -d - mean_difference;
        distance += delta * delta;
    }
    sums.kl_ab.push(kl_ab);
    sums.kl_ba.push(kl_ba);
    sums.js.push(js);
    sums.tv.push(0.5 * l1);
    sums.hellinger.push((0.5 * hellinger).sqrt());
    sums.agreeing += usize::from(position_of_largest(log_p) == position_of_largest(log_q));
    sums.log_tau = sums.log_tau.min(log_tau);
    sums.kl_ab_over_tau += over_tau(kl_ab, log_tau);
    sums.kl_ba_over_tau += over_tau(kl_ba, log_tau);
    sums.squared_logit_distance += distance;
    InputDivergences { kl_ab, kl_ba }
}

/// `2 KL / τ` from log τ.
///
/// A KL divergence so small beside a τ so small has lost terms to underflow, and an upper bound made of it would be too
/// small: it is infinite then.
pub(crate) fn over_tau(kl: f64, log_tau: f64) -> f64 {
    match kl {
        _ if kl < 1e-290 && log_tau < -600.0 => f64::INFINITY,
        0.0 => 0.0,
        _ => ((2.0 * kl).ln() - log_tau).exp(),
    }
}

/// The first of the largest entries.
fn position_of_largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (i, &v) in values.iter().enumerate() {
        if v > values[best] {
            best = i;
        }
    }
    best
}

/// What one label adds to each divergence; all ≥ 0.
struct DivergenceTerms {
    kl_ab: f64,
    kl_ba: f64,
    js: f64,
    l1: f64,
    squared_hellinger: f64,
}

/// Terms for probabilities p and q with d = log q − log p.
///
/// `kl_ab = p (e^d − 1 − d)`, `kl_ba = q (e^−d − 1 + d)`, `js = ½ m [(1−t) ln(1−t) + (1+t) ln(1+t)]` with
/// m = (p + q)/2 and t = tanh(d/2). Near d = 0 all come from series, elsewhere from p, q and d themselves.
fn divergence_terms(p: f64, q: f64, d: f64) -> DivergenceTerms {
    if d.abs() < 0.1 {
        let half = (0.5 * d).exp_m1();
        let t = half_tanh(d);
        let s = t * t;
        DivergenceTerms {
            kl_ab: p * exp_minus_one_minus(d),
            kl_ba: q * exp_minus_one_minus(-d),
            js: 0.25 * (p + q) * s * (1.0 + s * (1.0 / 6.0 + s * (1.0 / 15.0 + s * (1.0 / 28.0 + s / 45.0)))),
            l1: p * d.exp_m1().abs(),
            squared_hellinger: p * half * half,
        }
    } else {
        let root = p.sqrt() - q.sqrt();
        // x ln(x / m) → 0 as x → 0, which 0 · −∞ would miss.
        let towards_mean = |x: f64| if x == 0.0 { 0.0 } else { x * (2.0 * x / (p + q)).ln() };
        DivergenceTerms {
            kl_ab: (q - p - p * d).max(0.0),
            kl_ba: (p - q + q * d).max(0.0),
            js: 0.5 * (towards_mean(p) + towards_mean(q)).max(0.0),
            l1: (p - q).abs(),
            squared_hellinger: root * root,
        }
    }
}

/// `e^d − 1 − d` for |d| < 0.1, to full relative accuracy.
fn exp_minus_one_minus(d: f64) -> f64 {
    let series = (3..=11).rev().fold(1.0, |tail, k| 1.0 + tail * d / f64::from(k));
    0.5 * d * d * series
}

/// `tanh(d/2)` for |d| < 0.1, to full relative accuracy.
fn half_tanh(d: f64) -> f64 {
    let e = d.exp_m1();
    e / (e + 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_agree_across_the_switch_between_series_and_closed_form() {
        for d in [0.0999999_f64, -0.0999999, 0.05, -0.07] {
            let p: f64 = 0.3;
            let q = p * d.exp();
            let near = divergence_terms(p, q, d);
            let m = 0.5 * (p + q);
            let pairs = [
                (near.kl_ab, q - p - p * d),
                (near.kl_ba, p - q + q * d),
                (near.js, 0.5 * (p * (p / m).ln() + q * (q / m).ln())),
                (near.l1, (p - q).abs()),
                (near.squared_hellinger, (p.sqrt() - q.sqrt()).powi(2)),
            ];
            for (i, (got, want)) in pairs.into_iter().enumerate() {
                assert!((got - want).abs() < 1e-12 * want, "term {i} at d = {d}: {got} {want}");
            }
        }
    }

    #[test]
    fn terms_are_relatively_accurate_for_tiny_differences() {
        for d in [1e-3, 1e-8, 1e-12, -1e-12] {
            let t = divergence_terms(0.25, 0.25 * f64::exp(d), d);
            assert!((t.kl_ab / (0.125 * d * d * (1.0 + d / 3.0)) - 1.0).abs() < 1e-6, "{d}");
            assert!((t.kl_ba / t.kl_ab - (1.0 + d / 3.0)).abs() < 1e-6, "{d}");
            assert!((t.js / (0.25 * d * d / 8.0) - 1.0).abs() < 2.0 * d.abs() + 1e-12, "{d}");
        }
    }

    #[test]
    fn vanished_probabilities_give_finite_terms() {
        for (p, q, d) in [(0.0, 0.0, 700.0), (0.0, 1.0, 1e100), (1.0, 0.0, -1e100), (0.0, 0.0, 0.0)] {
            let t = divergence_terms(p, q, d);
            for x in [t.kl_ab, t.kl_ba, t.js, t.l1, t.squared_hellinger] {
                assert!(x.is_finite() && x >= 0.0, "p = {p}, q = {q}, d = {d}: {x}");
            }
        }
    }

    #[test]
    fn an_underflowing_tau_never_gives_nan() {
        assert_eq!(over_tau(0.0, -1.0), 0.0);
        assert_eq!(over_tau(0.0, -1e9), f64::INFINITY);
        assert_eq!(over_tau(1e-30, -1e9), f64::INFINITY);
    }
}
