//! Vectors in chunks of eight, which the compiler turns into registers.

/// Entries that are worked on together.
const CHUNK: usize = 8;

/// `Σ x y` in N interleaved sums, so that the additions need not wait for one another.
fn inner<const N: usize>(x: &[[f64; N]], y: &[[f64; N]]) -> f64 {
    let mut s = [0.0; N];
    for (x, y) in x.iter().zip(y) {
        for l in 0..N {
            s[l] = x[l].mul_add(y[l], s[l]);
        }
    }
    total(s)
}

/// ‖x − y‖².
pub(crate) fn squared_distance(x: &[f64], y: &[f64]) -> f64 {
    const N: usize = 2 * CHUNK;
    let (chunks, rest) = x.as_chunks::<N>();
    let (other_chunks, other_rest) = y.as_chunks::<N>();
    let mut s = [0.0; N];
    for (x, y) in chunks.iter().zip(other_chunks) {
        for l in 0..N {
            s[l] = (x[l] - y[l]).mul_add(x[l] - y[l], s[l]);
        }
    }
    rest.iter().zip(other_rest).fold(total(s), |sum, (x, y)| (x - y).mul_add(x - y, sum))
}

/// The sum of a chunk, N a power of two, as a tree.
pub(crate) fn total<const N: usize>(mut s: [f64; N]) -> f64 {
    let mut half = N / 2;
    while half > 0 {
        for l in 0..half {
            s[l] += s[l + half];
        }
        half /= 2;
    }
    s[0]
}

/// `Σ x y`.
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<16>(), y.as_chunks::<16>());
    inner(x, y) + x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum::<f64>()
}

/// ‖x‖, also where squares would overflow or lose digits. NaN if an entry is.
pub fn norm(x: &[f64]) -> f64 {
    let squares = dot(x, x);
    if (1e-280..1e280).contains(&squares) || squares.is_nan() {
        return squares.sqrt();
    }
    let largest = x.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * x.iter().map(|x| (x / largest) * (x / largest)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_norm_is_right_at_every_length_and_scale() {
        for n in [0, 1, 7, 16, 17, 100] {
            for scale in [1.0, 1e-310, 1e-160, 1e160, 1e300] {
                let x = vec![3.0 * scale; n];
                let expected = 3.0 * scale * (n as f64).sqrt();
                assert!((norm(&x) - expected).abs() <= 1e-14 * expected, "{n} of {scale:e}");
            }
        }
        assert_eq!(norm(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
        for x in [vec![f64::NAN], vec![1.0, f64::NAN], vec![f64::INFINITY, f64::NAN]] {
            assert!(norm(&x).is_nan(), "{x:?}");
        }
    }
}
