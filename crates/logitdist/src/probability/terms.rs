//! What one input adds to every divergence, from its logits under both models.
//!
//! Two passes over the labels: the first leaves `u − v`, `e^(u − max u)` and `e^(v − max v)` of each behind and their sums; with these
//! the second has both probabilities without another exponential.

use super::InputDivergences;
use super::chunk::{CHUNK, Chunk, Extremes, exp, extremes, larger, less, polynomial, smaller, total};
use super::divergence::DivergenceTerms;
use super::top_labels::{CommonLabels, common_labels};

/// Divergences of one input, and what its logits say besides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct InputTerms {
    /// KL(p ‖ p′), nats.
    pub kl_ab: f64,
    /// KL(p′ ‖ p), nats.
    pub kl_ba: f64,
    /// Jensen–Shannon divergence, nats.
    pub js: f64,
    /// Total variation.
    pub tv: f64,
    /// Hellinger distance.
    pub hellinger: f64,
    /// The first of the most probable labels of each model.
    pub most_probable: [usize; 2],
    /// The largest probability of the first model.
    pub confidence: f64,
    /// The most probable labels that both models have in common.
    pub top: [CommonLabels; 2],
    /// log min p, over labels and both models.
    pub log_tau: f64,
    /// What T18 puts KL divergence between: ½ V_min and ½ V_max/(1 − TV).
    pub kl_between: [f64; 2],
    /// Largest minus second largest logit, of each model.
    pub gaps: [f64; 2],
    /// ‖Δ‖², over labels.
    pub squared_logit_distance: f64,
    /// Log of the mean of exp of the logits of each model: where logits are tiny, the log of their number would swamp them.
    pub normalisers: [f64; 2],
    /// log p − log p′ of a label is this more than the difference of its logits, `u − v`.
    pub between: f64,
}

/// Under this, numbers of a common size are added up as exponentials less 1.
const TINY: f64 = 1e-3;

/// What the first pass leaves of a chunk of labels. Labels that are not there have exponentials 0, and a difference that adds nothing: 0 to the
/// sum, then the mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passed {
    /// `u − v`.
    difference: Chunk,
    /// `e^(u − max u)`.
    exp_u: Chunk,
    /// `e^(v − max v)`.
    exp_v: Chunk,
}

impl InputTerms {
    /// The terms of logits `u` and `v`, K ≥ 1 each, with the memory of the input before, which keeps the smallest probability of each
    /// label. `differences` are `u − v` where they are known to more digits than the subtraction leaves.
    pub(super) fn of(u: &[f64], v: &[f64], differences: Option<&[f64]>, space: &mut Space) -> InputTerms {
        let (extremes_u, extremes_v) = (extremes(u), extremes(v));
        let (largest_u, largest_v) = (extremes_u.largest, extremes_v.largest);
        let Space { passed, smallest } = space;
        passed.clear();
        let (u_chunks, u_rest) = u.as_chunks::<CHUNK>();
        let (v_chunks, v_rest) = v.as_chunks::<CHUNK>();
        passed.extend(u_chunks.iter().zip(v_chunks).map(|(u, v)| Passed::of(*u, *v, largest_u, largest_v)));
        if !u_rest.is_empty() {
            passed.push(Passed::of_rest(u_rest, v_rest, largest_u, largest_v));
        }
        for (passed, known) in passed.iter_mut().zip(differences.unwrap_or_default().chunks(CHUNK)) {
            passed.difference[..known.len()].copy_from_slice(known);
        }
        let position = |values: &[f64], largest| values.iter().position(|&x| x == largest).unwrap_or(0);
        let (at_u, at_v) = (position(u, largest_u), position(v, largest_v));
        // The largest exponential, 1, is left out of the sums: beside it, they would lose the digits of what is rare.
        passed[at_u / CHUNK].exp_u[at_u % CHUNK] = 0.0;
        passed[at_v / CHUNK].exp_v[at_v % CHUNK] = 0.0;
        let reference = passed[at_u / CHUNK].difference[at_u % CHUNK];
        if !u_rest.is_empty() {
            let last = passed.len() - 1;
            passed[last].difference[u_rest.len()..].fill(reference);
        }
        let (mut sum_u, mut sum_v, mut difference) = ([0.0; CHUNK], [0.0; CHUNK], [0.0; CHUNK]);
        let mut farthest = [0.0; CHUNK];
        for passed in passed.iter() {
            for i in 0..CHUNK {
                sum_u[i] += passed.exp_u[i];
                sum_v[i] += passed.exp_v[i];
                let beyond = passed.difference[i] - reference;
                difference[i] += beyond;
                farthest[i] = larger(beyond.abs(), farthest[i]);
            }
        }
        passed[at_u / CHUNK].exp_u[at_u % CHUNK] = 1.0;
        passed[at_v / CHUNK].exp_v[at_v % CHUNK] = 1.0;
        let (rest_u, rest_v) = (total(sum_u), total(sum_v));
        let (sum_u, sum_v) = (1.0 + rest_u, 1.0 + rest_v);
        let normalisers =
            [largest_u + log_mean(u, extremes_u, sum_u), largest_v + log_mean(v, extremes_v, sum_v)];
        // d = log q − log p as a difference of differences: the normalisers themselves would bring the rounding of large logits into it.
        let between = if farthest.into_iter().fold(0.0, larger) < TINY {
            let mut grown = [0.0; CHUNK];
            for passed in passed.iter() {
                for ((grown, exp_u), difference) in grown.iter_mut().zip(passed.exp_u).zip(passed.difference)
                {
                    *grown += exp_u * grown_by(reference - difference);
                }
            }
            [reference, (total(grown) / sum_u).ln_1p()]
        } else {
            [largest_u - largest_v, ((rest_v - rest_u) / sum_u).ln_1p()]
        };
        let mean_difference = reference + total(difference) / u.len() as f64;
        if let Some(last) = passed.last_mut().filter(|_| !u_rest.is_empty()) {
            last.difference[u_rest.len()..].fill(mean_difference);
        }
        let (inverse_u, inverse_v) = (1.0 / sum_u, 1.0 / sum_v);
        let mut sums = Sums::default();
        smallest.resize(passed.len(), [f64::INFINITY; CHUNK]);
        for (passed, smallest) in passed.iter().zip(smallest) {
            sums.add(passed, [inverse_u, inverse_v], between, mean_difference, smallest);
        }
        let logs = [largest_u + rest_u.ln_1p(), largest_v + rest_v.ln_1p()];
        InputTerms {
            kl_ab: total(sums.kl_ab),
            kl_ba: total(sums.kl_ba),
            js: total(sums.js),
            tv: 0.5 * total(sums.l1),
            hellinger: (0.5 * total(sums.squared_hellinger)).sqrt(),
            most_probable: [at_u, at_v],
            confidence: inverse_u,
            top: common_labels(u, v),
            log_tau: (extremes_u.smallest - logs[0]).min(extremes_v.smallest - logs[1]).min(0.0),
            kl_between: sums.kl_between(),
            gaps: [extremes_u, extremes_v].map(|e| e.largest - e.second),
            squared_logit_distance: total(sums.squared_logit_distance),
            normalisers,
            between: between[1] - between[0],
        }
    }
}

impl InputTerms {
    /// What is kept of each input.
    pub(super) fn divergences(&self) -> InputDivergences {
        let InputTerms { kl_ab, kl_ba, js, tv, hellinger, squared_logit_distance, top, .. } = *self;
        let agreeing = self.most_probable[0] == self.most_probable[1];
        InputDivergences { kl_ab, kl_ba, js, tv, hellinger, squared_logit_distance, agreeing, top }
    }
}

/// Memory that goes from input to input.
#[derive(Debug, Clone, Default)]
pub(super) struct Space {
    passed: Vec<Passed>,
    /// The smallest probability of each label so far, over both models; what is beyond the last label is 0.
    smallest: Vec<Chunk>,
}

impl Space {
    /// The smallest probability of each of so many labels.
    pub(super) fn smallest(&self, labels: usize) -> Vec<f64> {
        let mut smallest = self.smallest.as_flattened().to_vec();
        smallest.resize(labels, f64::INFINITY);
        smallest
    }
}

/// The log of the mean of `exp(x − largest)`, whose sum is `sum`.
fn log_mean(logits: &[f64], extremes: Extremes, sum: f64) -> f64 {
    let Extremes { smallest, largest, .. } = extremes;
    let count = logits.len() as f64;
    if largest - smallest < TINY {
        (logits.iter().map(|x| grown_by(x - largest)).sum::<f64>() / count).ln_1p()
    } else {
        sum.ln() - count.ln()
    }
}

/// `e^x − 1` for |x| ≤ [`TINY`].
#[inline(always)]
fn grown_by(x: f64) -> f64 {
    x * polynomial(x, [1.0, 1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0])
}

impl Passed {
    #[inline(always)]
    fn of(u: Chunk, v: Chunk, largest_u: f64, largest_v: f64) -> Passed {
        let mut difference = u;
        difference.iter_mut().zip(v).for_each(|(d, v)| *d -= v);
        Passed { difference, exp_u: exp(less(u, largest_u)), exp_v: exp(less(v, largest_v)) }
    }

    /// Of less than a chunk.
    fn of_rest(u: &[f64], v: &[f64], largest_u: f64, largest_v: f64) -> Passed {
        let filled = |values: &[f64], filling: f64| {
            let mut chunk = [filling; CHUNK];
            chunk[..values.len()].copy_from_slice(values);
            chunk
        };
        let mut passed = Passed::of(filled(u, largest_u), filled(v, largest_v), largest_u, largest_v);
        for part in [&mut passed.difference, &mut passed.exp_u, &mut passed.exp_v] {
            part[u.len()..].fill(0.0);
        }
        passed
    }
}

/// Sums over labels, in eight interleaved parts.
#[derive(Default)]
struct Sums {
    kl_ab: Chunk,
    kl_ba: Chunk,
    js: Chunk,
    l1: Chunk,
    squared_hellinger: Chunk,
    squared_logit_distance: Chunk,
    /// Σ min(p, q), and its products with d and d².
    shared: [Chunk; 3],
    /// Σ max(p, q) d².
    either: Chunk,
}

impl Sums {
    #[inline(always)]
    fn add(
        &mut self,
        passed: &Passed,
        inverses: [f64; 2],
        between: [f64; 2],
        mean_difference: f64,
        smallest: &mut Chunk,
    ) {
        for (i, smallest) in smallest.iter_mut().enumerate() {
            let difference = passed.difference[i];
            let (p, q) = (passed.exp_u[i] * inverses[0], passed.exp_v[i] * inverses[1]);
            let d = (between[0] - difference) - between[1];
            let term = DivergenceTerms::of(p, q, d);
            let (rare, common) = (smaller(p, q), larger(p, q));
            *smallest = smaller(rare, *smallest);
            self.shared[0][i] += rare;
            self.shared[1][i] += rare * d;
            self.shared[2][i] += rare * d * d;
            self.either[i] += common * d * d;
            self.kl_ab[i] += term.kl_ab;
            self.kl_ba[i] += term.kl_ba;
            self.js[i] += term.js;
            self.l1[i] += term.l1;
            self.squared_hellinger[i] += term.squared_hellinger;
            let delta = difference - mean_difference;
            self.squared_logit_distance[i] += delta * delta;
        }
    }

    /// ½ V_min and ½ V_max/Σ min(p, q), weighted variances of d.
    ///
    /// The means are taken away after squaring, which costs no digits: Σ p d ≤ 0 ≤ Σ q d, so the mean with the weights max(p, q) is
    /// not far from 0 beside the spread, and Σ min(p, q) d² is at most twice the KL divergence that it is compared with.
    fn kl_between(&self) -> [f64; 2] {
        let [shared, first, second] = self.shared.map(total);
        if shared == 0.0 {
            return [0.0, f64::INFINITY];
        }
        let lower = (second - first * first / shared).max(0.0);
        // min + max = p + q: Σ max is 2 − Σ min, and Σ max d is Σ (p + q) d − Σ min d, with Σ p d = −KL(p ‖ q).
        let first_either = total(self.kl_ba) - total(self.kl_ab) - first;
        let upper = (total(self.either) - first_either * first_either / (2.0 - shared)).max(0.0);
        [0.5 * lower, 0.5 * upper / shared]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_labels_gives_the_plain_sums() {
        for labels in [1, 2, 7, 8, 9, 16, 31, 100] {
            let u: Vec<f64> = (0..labels).map(|y| (f64::from(y) * 1.7).sin() * 3.0).collect();
            let v: Vec<f64> = (0..labels).map(|y| (f64::from(y) * 1.7 + 0.3).sin() * 3.1).collect();
            let got = InputTerms::of(&u, &v, None, &mut Space::default());
            let log_sum = |x: &[f64]| x.iter().map(|x| x.exp()).sum::<f64>().ln();
            let (a, b) = (log_sum(&u), log_sum(&v));
            let sum =
                |f: &dyn Fn(f64, f64) -> f64| u.iter().zip(&v).map(|(u, v)| f(u - a, v - b)).sum::<f64>();
            let mean = u.iter().zip(&v).map(|(u, v)| u - v).sum::<f64>() / f64::from(labels);
            let wanted = [
                (got.kl_ab, sum(&|p, q| p.exp() * (p - q))),
                (got.kl_ba, sum(&|p, q| q.exp() * (q - p))),
                (got.tv, 0.5 * sum(&|p, q| (p.exp() - q.exp()).abs())),
                (got.hellinger, (0.5 * sum(&|p, q| ((0.5 * p).exp() - (0.5 * q).exp()).powi(2))).sqrt()),
                (got.squared_logit_distance, u.iter().zip(&v).map(|(u, v)| (u - v - mean).powi(2)).sum()),
                (got.normalisers[0], a - f64::from(labels).ln()),
                (got.normalisers[1], b - f64::from(labels).ln()),
            ];
            for (i, (got, want)) in wanted.into_iter().enumerate() {
                assert!(
                    (got - want).abs() < 1e-14 * (1.0 + want.abs()),
                    "{labels} labels, value {i}: {got} {want}"
                );
            }
            let lowest = u.iter().map(|u| u - a).chain(v.iter().map(|v| v - b)).fold(0.0, f64::min);
            assert!((got.log_tau - lowest).abs() < 1e-14);
        }
    }

    #[test]
    fn logits_that_are_large_together_cost_no_digits() {
        // A common offset changes no probability; those here are exact in binary.
        let u: Vec<f64> = (0..9).map(|y| f64::from(y * y % 7) * 0.25).collect();
        let v: Vec<f64> = (0..9).map(|y| f64::from(y * y % 7) * 0.25 + f64::from(y % 3) * 0.1875).collect();
        let plain = InputTerms::of(&u, &v, None, &mut Space::default());
        for offset in [1024.0, 16_384.0, 1_048_576.0, -1_073_741_824.0] {
            let moved = |x: &[f64]| x.iter().map(|x| x + offset).collect::<Vec<f64>>();
            let got = InputTerms::of(&moved(&u), &moved(&v), None, &mut Space::default());
            for (got, plain) in
                [(got.kl_ab, plain.kl_ab), (got.kl_ba, plain.kl_ba), (got.js, plain.js), (got.tv, plain.tv)]
            {
                assert!((got / plain - 1.0).abs() < 1e-13, "{offset}: {got} {plain}");
            }
        }
    }
}
