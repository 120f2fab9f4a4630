//! Vectors in chunks of eight, which the compiler turns into registers.

/// Entries that are worked on together.
pub(crate) const CHUNK: usize = 8;

/// `x + factor y`. By value, so that the compiler need not fear that one is part of the other.
pub(crate) fn added(mut x: [f64; CHUNK], factor: f64, y: [f64; CHUNK]) -> [f64; CHUNK] {
    for l in 0..CHUNK {
        x[l] = factor.mul_add(y[l], x[l]);
    }
    x
}

/// `Σ x y`.
pub(crate) fn inner(x: &[[f64; CHUNK]], y: &[[f64; CHUNK]]) -> f64 {
    let mut s = [0.0; CHUNK];
    for (x, y) in x.iter().zip(y) {
        for l in 0..CHUNK {
            s[l] = x[l].mul_add(y[l], s[l]);
        }
    }
    total(s)
}

/// The sum of a chunk, as a tree.
pub(crate) fn total(s: [f64; CHUNK]) -> f64 {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

/// ‖x‖, also where squares would overflow or lose digits.
pub(crate) fn norm(x: &[[f64; CHUNK]]) -> f64 {
    let squares = inner(x, x);
    if (1e-280..1e280).contains(&squares) {
        return squares.sqrt();
    }
    let largest = x.iter().flatten().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * x.iter().flatten().map(|x| (x / largest) * (x / largest)).sum::<f64>().sqrt()
}
