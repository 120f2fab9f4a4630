//! Matrices about which something is known exactly, and sums in twice the precision.

use logitdist_linalg::Mat;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Whole numbers in [−1000, 1000]: sums of up to 10⁹ of their products are exact, in any order.
pub fn whole_numbers(rows: usize, cols: usize, seed: u64) -> Mat<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Mat::from_fn(rows, cols, |_, _| f64::from(rng.next_u32() % 2001) - 1000.0)
}

/// Numbers in [−1, 1) with all their digits.
pub fn fractions(rows: usize, cols: usize, seed: u64) -> Mat<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Mat::from_fn(rows, cols, |_, _| (rng.next_u64() >> 11) as f64 / 2_f64.powi(52) - 1.0)
}

/// A matrix and its singular values (largest first), or its eigenvalues (smallest first) if it is symmetric.
pub struct Known {
    pub a: Mat<f64>,
    pub values: Vec<f64>,
}

/// `A = P H D Hᵀ Q`, n a power of two: H is Hadamard's matrix of ±1, D has whole numbers ±1, …, ±n, and P and Q exchange rows and change signs; Q = Pᵀ if A is to
/// be symmetric. Entries are whole numbers, H is √n times orthogonal, so the values are `n D`, all exactly.
pub fn known(n: usize, symmetric: bool, seed: u64) -> Known {
    assert!(n.is_power_of_two());
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let signed: Vec<f64> = {
        let order = exchange(n, &mut rng);
        order.iter().map(|&k| sign(&mut rng) * (k + 1) as f64).collect()
    };
    // Row i and column j of H D Hᵀ hold the entry i xor j of D's Walsh–Hadamard transform.
    let mut transform = signed.clone();
    let mut half = 1;
    while half < n {
        for start in (0..n).step_by(2 * half) {
            for i in start..start + half {
                let (x, y) = (transform[i], transform[i + half]);
                (transform[i], transform[i + half]) = (x + y, x - y);
            }
        }
        half *= 2;
    }
    let mut side = || (exchange(n, &mut rng), (0..n).map(|_| sign(&mut rng)).collect::<Vec<f64>>());
    let left = side();
    let right = if symmetric { left.clone() } else { side() };
    let a = Mat::from_fn(n, n, |i, j| left.1[i] * right.1[j] * transform[left.0[i] ^ right.0[j]]);
    let mut values: Vec<f64> = signed.iter().map(|d| n as f64 * d).collect();
    if symmetric {
        values.sort_by(f64::total_cmp);
    } else {
        values.iter_mut().for_each(|value| *value = value.abs());
        values.sort_by(|x, y| y.total_cmp(x));
    }
    Known { a, values }
}

fn sign(rng: &mut ChaCha8Rng) -> f64 {
    if rng.next_u32() & 1 == 0 { 1.0 } else { -1.0 }
}

fn exchange(n: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, rng.next_u32() as usize % (i + 1));
    }
    order
}

/// `Σ x y` as if computed with twice the digits and then rounded. Source: Ogita, Rump and Oishi, "Accurate sum and dot product", 2005, Algorithm 5.3 (Dot2).
pub fn dot(pairs: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    let (mut sum, mut rest) = (0.0, 0.0);
    for (x, y) in pairs {
        let product: f64 = x * y;
        let next: f64 = sum + product;
        let taken = next - sum;
        rest += (sum - (next - taken)) + (product - taken) + x.mul_add(y, -product);
        sum = next;
    }
    sum + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use logitdist_backends::{Backend, Reference};

    #[test]
    fn a_dot_product_that_cancels_keeps_its_digits() {
        let big = 2_f64.powi(60);
        assert_eq!(dot([(big, 1.0), (1.0, 1.0), (-big, 1.0)]), 1.0);
        // (1 + 2⁻³⁰)² − 1 − 2⁻²⁹ = 2⁻⁶⁰ needs the digits that a product loses.
        let x = 1.0 + 2_f64.powi(-30);
        assert_eq!(dot([(x, x), (-1.0, 1.0), (-2_f64.powi(-29), 1.0)]), 2_f64.powi(-60));
    }

    #[test]
    fn values_are_known_and_entries_whole() {
        for n in [1, 2, 16, 64] {
            for seed in 0..8 {
                let Known { a, values } = known(n, false, seed);
                assert!(a.col_iter().all(|c| c.iter().all(|x| x.fract() == 0.0)));
                let found = Reference.singular_values(a.as_ref()).unwrap();
                let near = |(x, y): (&f64, &f64)| (x - y).abs() < 1e-13 * values[0];
                assert!(found.iter().zip(&values).all(near), "n = {n}, seed {seed}: {found:?}, {values:?}");
                let Known { a, values } = known(n, true, seed);
                assert_eq!(a, a.transpose());
                let found = Reference.symmetric_eigen(a.as_ref()).unwrap().values;
                let largest = (n * n) as f64;
                let near = |(x, y): (&f64, &f64)| (x - y).abs() < 1e-13 * largest;
                assert!(found.iter().zip(&values).all(near), "n = {n}, seed {seed}: {found:?}, {values:?}");
            }
        }
    }
}
