//! What one input adds to every divergence, from its logits under both models.
//!
//! Labels go through in chunks of eight without a branch, so that the compiler makes registers of them: near d = 0 and far from it
//! each term is computed both ways and one is taken.

/// Labels that are worked on together.
const CHUNK: usize = 8;

type Chunk = [f64; CHUNK];

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
    /// Whether the first of the most probable labels is the same.
    pub agreeing: bool,
    /// log min p, over labels and both models.
    pub log_tau: f64,
    /// ‖Δ‖², over labels.
    pub squared_logit_distance: f64,
    /// log Σ exp of the logits of each model.
    pub normalisers: [f64; 2],
}

impl InputTerms {
    /// The terms of logits `u` and `v`, K ≥ 1 each.
    pub(super) fn of(u: &[f64], v: &[f64]) -> InputTerms {
        let chunks = || Chunks { u, v };
        let (largest_u, largest_v) = (largest(u), largest(v));
        let (mut sum_u, mut sum_v, mut difference) = ([0.0; CHUNK], [0.0; CHUNK], [0.0; CHUNK]);
        chunks().for_each(|u, v, there| {
            let (e_u, e_v) = (exp(less(u, largest_u)), exp(less(v, largest_v)));
            for i in 0..CHUNK {
                sum_u[i] += there[i] * e_u[i];
                sum_v[i] += there[i] * e_v[i];
                difference[i] += there[i] * (u[i] - v[i]);
            }
        });
        let normalisers = [largest_u + total(sum_u).ln(), largest_v + total(sum_v).ln()];
        let mean_difference = total(difference) / u.len() as f64;
        let mut sums = Sums::default();
        chunks().for_each(|u, v, there| sums.add(u, v, there, normalisers, mean_difference));
        let position = |values: &[f64], largest| values.iter().position(|&x| x == largest);
        InputTerms {
            kl_ab: total(sums.kl_ab),
            kl_ba: total(sums.kl_ba),
            js: total(sums.js),
            tv: 0.5 * total(sums.l1),
            hellinger: (0.5 * total(sums.squared_hellinger)).sqrt(),
            agreeing: position(u, largest_u) == position(v, largest_v),
            log_tau: sums.log_tau.into_iter().fold(0.0, f64::min),
            squared_logit_distance: total(sums.squared_logit_distance),
            normalisers,
        }
    }
}

/// Chunks of two slices of one length.
struct Chunks<'a> {
    u: &'a [f64],
    v: &'a [f64],
}

impl Chunks<'_> {
    /// Calls `f` with each chunk and 1 where a label is there. The last chunk is filled up with copies of its first label and 0.
    #[inline(always)]
    fn for_each(self, mut f: impl FnMut(Chunk, Chunk, Chunk)) {
        let (u_chunks, u_rest) = self.u.as_chunks::<CHUNK>();
        let (v_chunks, v_rest) = self.v.as_chunks::<CHUNK>();
        for (u, v) in u_chunks.iter().zip(v_chunks) {
            f(*u, *v, [1.0; CHUNK]);
        }
        if let (Some(&u), Some(&v)) = (u_rest.first(), v_rest.first()) {
            let (mut u, mut v, mut there) = ([u; CHUNK], [v; CHUNK], [0.0; CHUNK]);
            u[..u_rest.len()].copy_from_slice(u_rest);
            v[..v_rest.len()].copy_from_slice(v_rest);
            there[..u_rest.len()].fill(1.0);
            f(u, v, there);
        }
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
    log_tau: Chunk,
    squared_logit_distance: Chunk,
}

impl Sums {
    #[inline(always)]
    fn add(&mut self, u: Chunk, v: Chunk, there: Chunk, normalisers: [f64; 2], mean_difference: f64) {
        let log_p = less(u, normalisers[0]);
        let log_q = less(v, normalisers[1]);
        let shift = normalisers[1] - normalisers[0];
        let mut d = [0.0; CHUNK];
        for i in 0..CHUNK {
            d[i] = (v[i] - u[i]) - shift;
        }
        let (p, q) = (exp(log_p), exp(log_q));
        let mut size = d;
        size.iter_mut().for_each(|d| *d = -d.abs());
        let ratio = exp(size);
        for i in 0..CHUNK {
            let term = divergence_terms(p[i], q[i], d[i], ratio[i]);
            self.kl_ab[i] += there[i] * term.kl_ab;
            self.kl_ba[i] += there[i] * term.kl_ba;
            self.js[i] += there[i] * term.js;
            self.l1[i] += there[i] * term.l1;
            self.squared_hellinger[i] += there[i] * term.squared_hellinger;
            self.log_tau[i] = smaller(self.log_tau[i], smaller(log_p[i], log_q[i]));
            let delta = (u[i] - v[i]) - mean_difference;
            self.squared_logit_distance[i] += there[i] * delta * delta;
        }
    }
}

/// What one label adds to each divergence; all ≥ 0.
struct DivergenceTerms {
    kl_ab: f64,
    kl_ba: f64,
    js: f64,
    l1: f64,
    squared_hellinger: f64,
}

/// Under this |d| the terms come from series: their closed forms would cancel.
const NEAR: f64 = 0.1;

/// Terms for probabilities p and q with d = log q − log p and ratio = e^−|d|.
///
/// `kl_ab = p (e^d − 1 − d)`, `kl_ba = q (e^−d − 1 + d)`, `js = ½ m [(1−t) ln(1−t) + (1+t) ln(1+t)]` with
/// m = (p + q)/2 and t = tanh(d/2).
#[inline(always)]
fn divergence_terms(p: f64, q: f64, d: f64, ratio: f64) -> DivergenceTerms {
    let near = if d.abs() < NEAR { d } else { 0.0 };
    let series = Series::at(near);
    // min(p, q) |d| → 0 as the probability vanishes, and so it is 0 once it has.
    let (size, rare) = (d.abs(), smaller(p, q));
    let root = p.sqrt() - q.sqrt();
    let far_js = 0.5 * ((p + q) * (std::f64::consts::LN_2 - log_one_plus(ratio)) - rare * size);
    let is_near = d.abs() < NEAR;
    let choose = |near: f64, far: f64| if is_near { near } else { far };
    DivergenceTerms {
        kl_ab: choose(p * series.above, larger(q - p - p * d, 0.0)),
        kl_ba: choose(q * series.below, larger(p - q + q * d, 0.0)),
        js: choose(0.25 * (p + q) * series.js, larger(far_js, 0.0)),
        l1: choose(p * (near + series.above).abs(), (p - q).abs()),
        squared_hellinger: choose(p * series.half * series.half, root * root),
    }
}

/// Functions of d near 0, to full relative accuracy.
struct Series {
    /// `e^d − 1 − d`.
    above: f64,
    /// `e^−d − 1 + d`.
    below: f64,
    /// `e^{d/2} − 1`.
    half: f64,
    /// `(1−t) ln(1−t) + (1+t) ln(1+t)` with t = tanh(d/2).
    js: f64,
}

impl Series {
    #[inline(always)]
    fn at(d: f64) -> Series {
        let square = d * d;
        // cosh d − 1 and sinh d − d, of which the last terms are under 1e-17 of the first.
        let even = square
            * polynomial(square, [1.0 / 2.0, 1.0 / 24.0, 1.0 / 720.0, 1.0 / 40_320.0, 1.0 / 3_628_800.0]);
        let odd = square
            * d
            * polynomial(
                square,
                [1.0 / 6.0, 1.0 / 120.0, 1.0 / 5_040.0, 1.0 / 362_880.0, 1.0 / 39_916_800.0],
            );
        let h = 0.5 * d;
        let half = h * polynomial(
            h,
            [
                1.0,
                1.0 / 2.0,
                1.0 / 6.0,
                1.0 / 24.0,
                1.0 / 120.0,
                1.0 / 720.0,
                1.0 / 5_040.0,
                1.0 / 40_320.0,
                1.0 / 362_880.0,
            ],
        );
        let e = d + even + odd;
        let t = e / (e + 2.0);
        let s = t * t;
        let js = s * polynomial(s, [1.0, 1.0 / 6.0, 1.0 / 15.0, 1.0 / 28.0, 1.0 / 45.0]);
        Series { above: even + odd, below: even - odd, half, js }
    }
}

/// `ln(1 + r)` for r in [0, 1], to 1e-15: twice the inverse hyperbolic tangent of r / (2 + r).
#[inline(always)]
fn log_one_plus(r: f64) -> f64 {
    let s = r / (2.0 + r);
    let coefficients = std::array::from_fn::<f64, 16, _>(|k| 1.0 / (2 * k + 1) as f64);
    2.0 * s * polynomial(s * s, coefficients)
}

/// `Σ_k c_k x^k` by Horner's rule.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    coefficients.into_iter().rev().fold(0.0, |sum, c| sum.mul_add(x, c))
}

/// `e^x` for x ≤ 0, to about one unit in the last place; 0 under −708, where it would lose digits.
#[inline(always)]
fn exp(x: Chunk) -> Chunk {
    let mut powers = x;
    for power in &mut powers {
        *power = exp_of(*power);
    }
    powers
}

#[inline(always)]
fn exp_of(x: f64) -> f64 {
    /// Adding and taking away 3·2^51 rounds to a whole number and leaves it in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const LOWEST: f64 = -708.0;
    let kept = larger(x, LOWEST);
    let shifted = kept.mul_add(std::f64::consts::LOG2_E, ROUND);
    let whole = shifted - ROUND;
    let rest = whole.mul_add(-LN_2_LOW, whole.mul_add(-LN_2_HIGH, kept));
    let coefficients = [
        1.0,
        1.0,
        1.0 / 2.0,
        1.0 / 6.0,
        1.0 / 24.0,
        1.0 / 120.0,
        1.0 / 720.0,
        1.0 / 5_040.0,
        1.0 / 40_320.0,
        1.0 / 362_880.0,
        1.0 / 3_628_800.0,
        1.0 / 39_916_800.0,
        1.0 / 479_001_600.0,
        1.0 / 6_227_020_800.0,
    ];
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0_f64.to_bits()));
    let value = polynomial(rest, coefficients) * power;
    if x < LOWEST { 0.0 } else { value }
}

/// `x − y`. Like all functions of chunks a loop over an array in place, which the compiler vectorises where `map` calls a function.
#[inline(always)]
fn less(mut x: Chunk, y: f64) -> Chunk {
    x.iter_mut().for_each(|x| *x -= y);
    x
}

/// The smaller of two numbers that are not NaN; unlike `f64::min` one instruction.
#[inline(always)]
fn smaller(x: f64, y: f64) -> f64 {
    if x < y { x } else { y }
}

#[inline(always)]
fn larger(x: f64, y: f64) -> f64 {
    if x > y { x } else { y }
}

/// The largest of a non-empty slice.
fn largest(values: &[f64]) -> f64 {
    let (chunks, rest) = values.as_chunks::<CHUNK>();
    let mut sizes = [f64::NEG_INFINITY; CHUNK];
    for chunk in chunks {
        for i in 0..CHUNK {
            sizes[i] = larger(chunk[i], sizes[i]);
        }
    }
    sizes.into_iter().chain(rest.iter().copied()).fold(f64::NEG_INFINITY, larger)
}

/// The sum of a chunk, added as a tree.
fn total(s: Chunk) -> f64 {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(p: f64, q: f64, d: f64) -> DivergenceTerms {
        divergence_terms(p, q, d, (-d.abs()).exp())
    }

    #[test]
    fn exponentials_are_those_of_the_standard_library() {
        let mut worst = 0.0_f64;
        for i in 0..200_000 {
            let x = -f64::from(i) * 0.003_541;
            let (got, want) = (exp([x; CHUNK])[3], x.exp());
            if x > -708.0 {
                worst = worst.max((got / want - 1.0).abs());
            }
        }
        assert!(worst < 4e-16, "{worst:e}");
        for (x, want) in [(0.0, 1.0), (-708.1, 0.0), (-1e300, 0.0), (f64::NEG_INFINITY, 0.0), (-1e-300, 1.0)]
        {
            assert_eq!(exp([x; CHUNK]), [want; CHUNK], "{x}");
        }
    }

    #[test]
    fn logarithms_are_those_of_the_standard_library() {
        for i in 0..=10_000 {
            let r = f64::from(i) * 1e-4;
            assert!((log_one_plus(r) - r.ln_1p()).abs() <= 1e-15 * r.ln_1p(), "{r}");
        }
        assert!((log_one_plus(1e-200) / 1e-200 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn terms_agree_across_the_switch_between_series_and_closed_form() {
        for d in [0.0999999_f64, -0.0999999, 0.05, -0.07] {
            let p: f64 = 0.3;
            let q = p * d.exp();
            let near = terms(p, q, d);
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
    fn terms_far_from_zero_are_their_definitions() {
        for (p, d) in [(0.3, 0.2_f64), (0.3, -0.5), (0.01, 3.0), (0.9, -8.0), (1e-9, 15.0), (0.5, -300.0)] {
            let q = p * d.exp();
            let (got, m) = (terms(p, q, d), 0.5 * (p + q));
            let js = 0.5 * (p * (p / m).ln() + q * (q / m).ln());
            for (got, want) in [(got.kl_ab, q - p - p * d), (got.kl_ba, p - q + q * d), (got.js, js)] {
                assert!(
                    (got - want).abs() < 1e-13 * (p + q) + 1e-12 * want,
                    "p = {p}, d = {d}: {got} {want}"
                );
            }
        }
    }

    #[test]
    fn terms_are_relatively_accurate_for_tiny_differences() {
        for d in [1e-3, 1e-8, 1e-12, -1e-12] {
            let t = terms(0.25, 0.25 * f64::exp(d), d);
            assert!((t.kl_ab / (0.125 * d * d * (1.0 + d / 3.0)) - 1.0).abs() < 1e-6, "{d}");
            assert!((t.kl_ba / t.kl_ab - (1.0 + d / 3.0)).abs() < 1e-6 + d * d, "{d}");
            assert!((t.js / (0.25 * d * d / 8.0) - 1.0).abs() < 2.0 * d.abs() + 1e-12, "{d}");
            assert!((t.l1 / (0.25 * d.exp_m1().abs()) - 1.0).abs() < 1e-15, "{d}");
            assert!((t.squared_hellinger / (0.25 * (0.5 * d).exp_m1().powi(2)) - 1.0).abs() < 1e-14, "{d}");
        }
    }

    #[test]
    fn vanished_probabilities_give_finite_terms() {
        for (p, q, d) in [(0.0, 0.0, 700.0), (0.0, 1.0, 1e100), (1.0, 0.0, -1e100), (0.0, 0.0, 0.0)] {
            let t = terms(p, q, d);
            for x in [t.kl_ab, t.kl_ba, t.js, t.l1, t.squared_hellinger] {
                assert!(x.is_finite() && x >= 0.0, "p = {p}, q = {q}, d = {d}: {x}");
            }
        }
    }

    #[test]
    fn every_number_of_labels_gives_the_plain_sums() {
        for labels in [1, 2, 7, 8, 9, 16, 31, 100] {
            let u: Vec<f64> = (0..labels).map(|y| (f64::from(y) * 1.7).sin() * 3.0).collect();
            let v: Vec<f64> = (0..labels).map(|y| (f64::from(y) * 1.7 + 0.3).sin() * 3.1).collect();
            let got = InputTerms::of(&u, &v);
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
                (got.normalisers[0], a),
                (got.normalisers[1], b),
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
}
