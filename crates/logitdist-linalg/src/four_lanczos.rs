//! The largest singular values of the inverses of four triangles, without making them.

use crate::four_lq::FourLq;
use crate::lanczos::weight;
use crate::lanes::{LANES, Lanes};
use crate::tridiagonal::{Step, Tridiagonal};

/// Lanczos' method as of [`Lanczos`](crate::lanczos::Lanczos) for four triangles at once, whose inverses are two solves with a vector.
#[derive(Debug, Clone)]
pub(crate) struct FourLanczos {
    /// Length of a vector, filled up with zeros.
    length: usize,
    /// Orthonormal vectors, one after another.
    basis: Vec<Lanes>,
    /// What may become the next of them.
    next: Vec<Lanes>,
    /// One for each lane.
    tridiagonals: Vec<Tridiagonal>,
}

impl FourLanczos {
    /// For n×n triangles.
    pub fn new(n: usize) -> FourLanczos {
        let length = n.next_multiple_of(LANES);
        FourLanczos {
            length,
            basis: vec![Lanes::ZERO; n * length],
            next: vec![Lanes::ZERO; length],
            tridiagonals: vec![Tridiagonal::new(n); LANES],
        }
    }

    /// `size ‖L⁻¹‖₂` of each; NaN where a step leaves the floating-point range.
    pub fn largest_singular_values(&mut self, triangles: &FourLq, size: Lanes) -> Lanes {
        self.tridiagonals.iter_mut().for_each(Tridiagonal::clear);
        let beginning = self.start(triangles, size).to_array();
        let mut found = beginning.map(|length| (!(length > 0.0 && length.is_finite())).then_some(f64::NAN));
        for step in 0.. {
            let [alpha, beta, before] = self.step(triangles, size, step);
            let inverse = Lanes::ONE / beta;
            self.next.iter_mut().for_each(|x| *x *= inverse);
            let [alpha, beta, before] = [alpha, beta, before].map(Lanes::to_array);
            for (l, found) in found.iter_mut().enumerate() {
                // What goes on in a lane after it has ended is of no use and no harm.
                if found.is_none() {
                    let step = Step { alpha: alpha[l], beta: beta[l], before: before[l] };
                    *found = self.tridiagonals[l].extend(step).map(f64::sqrt);
                }
            }
            if found.iter().all(Option::is_some) {
                break;
            }
        }
        Lanes::from(found.map(|value| value.expect("all are found")))
    }

    /// Rows of the inverses with weights that have nothing in common with any matrix. Returns the length of their sum.
    fn start(&mut self, triangles: &FourLq, size: Lanes) -> Lanes {
        self.next.fill(Lanes::ZERO);
        for (i, x) in self.next.iter_mut().enumerate().take(triangles.n()) {
            *x = size * weight(i);
        }
        triangles.solve_vector_transposed(&mut self.next);
        let length = length(&self.next);
        let inverse = Lanes::ONE / length;
        self.next.iter_mut().for_each(|x| *x *= inverse);
        length
    }

    /// One product: the new diagonal entry, the length of what is orthogonal to the basis, which may become its next vector, and the
    /// length before.
    fn step(&mut self, triangles: &FourLq, size: Lanes, step: usize) -> [Lanes; 3] {
        let (basis, _) = self.basis.split_at_mut((step + 1) * self.length);
        let v = &mut basis[step * self.length..];
        v.copy_from_slice(&self.next);
        let next = &mut self.next;
        triangles.solve_vector(next);
        next.iter_mut().for_each(|x| *x *= size);
        triangles.solve_vector_transposed(next);
        next.iter_mut().for_each(|x| *x *= size);
        let alpha = inner(v, next);
        let before = length(next);
        let everywhere = Lanes::ZERO.simd_eq(Lanes::ZERO);
        let beta = without(next, basis, everywhere);
        // What is left of a vector that was almost in their span is rounding errors, which are not orthogonal to them until made so.
        let near = beta.simd_lt(before * 0.1);
        let beta = if near.any() { near.select(without(next, basis, near), beta) } else { beta };
        [alpha, beta, before]
    }
}

fn inner(x: &[Lanes], y: &[Lanes]) -> Lanes {
    let mut sums = [Lanes::ZERO; LANES];
    for (x, y) in x.as_chunks::<LANES>().0.iter().zip(y.as_chunks::<LANES>().0) {
        for i in 0..LANES {
            sums[i] = x[i].mul_add(y[i], sums[i]);
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

fn length(x: &[Lanes]) -> Lanes {
    inner(x, x).sqrt()
}

/// Takes the parts along the vectors of a basis away in the lanes of a mask, and returns the length of what is left.
fn without(x: &mut [Lanes], basis: &[Lanes], mask: Lanes) -> Lanes {
    for v in basis.chunks_exact(x.len()).rev() {
        let along = mask.select(inner(v, x), Lanes::ZERO);
        x.iter_mut().zip(v).for_each(|(x, v)| *x = v.mul_neg_add(along, *x));
    }
    length(x)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Mat;

    /// `σ_min / ‖A‖_F` of each.
    pub(crate) fn reciprocal_conditions(a: [&Mat<f64>; LANES]) -> [f64; LANES] {
        let n = a[0].nrows();
        let mut lq = FourLq::new(n);
        lq.clear();
        for i in 0..n {
            (0..n).for_each(|j| lq.set(i, j, Lanes::from(a.map(|a| a[(i, j)]))));
        }
        lq.factor();
        let size = Lanes::from(a.map(|a| a.norm_l2()));
        FourLanczos::new(n).largest_singular_values(&lq, size).to_array().map(|norm| 1.0 / norm)
    }

    #[test]
    fn a_lane_has_the_same_bits_whatever_the_others_are() {
        let easy = Mat::from_fn(21, 21, |i, j| if i == j { 1.0 + i as f64 } else { 0.01 * (i * j) as f64 });
        let hard = Mat::from_fn(21, 21, |i, j| ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618).sin());
        let zero = Mat::zeros(21, 21);
        let [of_easy, ..] = reciprocal_conditions([&easy; LANES]);
        let [of_hard, ..] = reciprocal_conditions([&hard; LANES]);
        let found = reciprocal_conditions([&hard, &zero, &easy, &hard]);
        assert_eq!([found[0], found[2], found[3]], [of_hard, of_easy, of_hard]);
        assert!(found[1].is_nan());
    }
}
