//! Chunks of labels, and e^x and ln(1 + x) of them.
//!
//! What goes over a chunk is a loop over an array in place, and nothing has a branch, so that the compiler makes registers of it: `map` would
//! call a function.

/// Labels that are worked on together.
pub(super) const CHUNK: usize = 8;

pub(super) type Chunk = [f64; CHUNK];

/// 1 / k!, as many as e^x needs for |x| ≤ ½ ln 2.
pub(super) const INVERSE_FACTORIALS: [f64; 14] = [
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

/// `e^x` for x ≤ 0, to about one unit in the last place; 0 under −708, where it would lose digits.
#[inline(always)]
pub(super) fn exp(mut x: Chunk) -> Chunk {
    x.iter_mut().for_each(|x| *x = exp_of(*x));
    x
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
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0_f64.to_bits()));
    let value = polynomial(rest, INVERSE_FACTORIALS) * power;
    if x < LOWEST { 0.0 } else { value }
}

/// `ln(1 + r/c)` for 0 ≤ r ≤ c, to 2e-15: twice the inverse hyperbolic tangent of r / (2 c + r). 0 for c = 0.
#[inline(always)]
pub(super) fn log_one_plus_ratio(r: f64, c: f64) -> f64 {
    let s = r / larger(2.0 * c + r, f64::MIN_POSITIVE);
    let coefficients = std::array::from_fn::<f64, 16, _>(|k| 1.0 / (2 * k + 1) as f64);
    2.0 * s * polynomial(s * s, coefficients)
}

/// `Σ_k c_k x^k` by Horner's rule.
#[inline(always)]
pub(super) fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    coefficients.into_iter().rev().fold(0.0, |sum, c| sum.mul_add(x, c))
}

/// `x − y`.
#[inline(always)]
pub(super) fn less(mut x: Chunk, y: f64) -> Chunk {
    x.iter_mut().for_each(|x| *x -= y);
    x
}

/// The smaller of two numbers that are not NaN; unlike `f64::min` one instruction.
#[inline(always)]
pub(super) fn smaller(x: f64, y: f64) -> f64 {
    if x < y { x } else { y }
}

#[inline(always)]
pub(super) fn larger(x: f64, y: f64) -> f64 {
    if x > y { x } else { y }
}

/// What is to be known of the order of a slice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extremes {
    pub smallest: f64,
    pub largest: f64,
    /// The largest but for one place of the largest: equal to it if there are two, −∞ if there is one number.
    pub second: f64,
}

/// The extremes of a non-empty slice.
pub(super) fn extremes(values: &[f64]) -> Extremes {
    let (chunks, rest) = values.as_chunks::<CHUNK>();
    let (mut lowest, mut highest) = ([f64::INFINITY; CHUNK], [f64::NEG_INFINITY; CHUNK]);
    let mut second = highest;
    for chunk in chunks {
        for i in 0..CHUNK {
            lowest[i] = smaller(chunk[i], lowest[i]);
            second[i] = larger(second[i], smaller(chunk[i], highest[i]));
            highest[i] = larger(chunk[i], highest[i]);
        }
    }
    let smallest = lowest.iter().chain(rest).copied().fold(f64::INFINITY, smaller);
    let (largest, second) = highest
        .iter()
        .chain(rest)
        .chain(&second)
        .fold((f64::NEG_INFINITY, f64::NEG_INFINITY), |(largest, second), &x| {
            (larger(x, largest), larger(second, smaller(x, largest)))
        });
    Extremes { smallest, largest, second }
}

/// The sum of a chunk, added as a tree.
pub(super) fn total(s: Chunk) -> f64 {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert!((log_one_plus_ratio(r, 1.0) - r.ln_1p()).abs() <= 1e-15 * r.ln_1p(), "{r}");
            assert!((log_one_plus_ratio(3e-9 * r, 3e-9) - r.ln_1p()).abs() <= 2e-15 * r.ln_1p(), "{r}");
        }
        assert!((log_one_plus_ratio(1e-200, 1.0) / 1e-200 - 1.0).abs() < 1e-15);
        assert_eq!(log_one_plus_ratio(0.0, 0.0), 0.0);
    }

    #[test]
    fn extremes_are_found_wherever_they_stand() {
        for n in [1, 2, 7, 8, 9, 24, 31] {
            for at in 0..n {
                for second in [2.0, 3.0] {
                    let mut values = vec![0.5_f64; n];
                    values[(at + n / 3) % n] = second;
                    values[(at + n / 2) % n] = -2.0;
                    values[at] = 3.0;
                    let mut sorted = values.clone();
                    sorted.sort_by(|x, y| y.total_cmp(x));
                    let wanted = Extremes {
                        smallest: sorted[n - 1],
                        largest: sorted[0],
                        second: sorted.get(1).copied().unwrap_or(f64::NEG_INFINITY),
                    };
                    assert_eq!(extremes(&values), wanted, "{n}, {at}");
                }
            }
        }
    }
}
