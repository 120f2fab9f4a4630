//! The random generator, and matrices of random numbers.

use logitdist_linalg::Mat;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal, StudentT};

/// The generator of random numbers for a seed and a stream: ChaCha with 8 rounds, the same numbers on every
/// machine.
///
/// Streams of one seed do not overlap, so a cell of a study can draw from several without one draw moving
/// another.
pub fn rng(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng
}

/// A rows×cols matrix of independent draws, filled row by row.
pub(crate) fn random_matrix<R: Rng + ?Sized>(
    rows: usize,
    cols: usize,
    distribution: impl Distribution<f64>,
    rng: &mut R,
) -> Mat<f64> {
    let mut matrix = Mat::zeros(rows, cols);
    for i in 0..rows {
        for j in 0..cols {
            matrix[(i, j)] = distribution.sample(rng);
        }
    }
    matrix
}

/// A rows×cols matrix of independent standard normal numbers.
pub(crate) fn normal_matrix<R: Rng + ?Sized>(rows: usize, cols: usize, rng: &mut R) -> Mat<f64> {
    random_matrix(rows, cols, StandardNormal, rng)
}

/// One standard normal number.
pub(crate) fn normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    StandardNormal.sample(rng)
}

/// +1 or −1 with equal probability.
pub(crate) fn sign<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    if rng.random_bool(0.5) { 1.0 } else { -1.0 }
}

/// Student's t distribution and the factor √((ν − 2)/ν) that gives it variance 1. Needs ν > 2.
pub(crate) fn unit_student_t(degrees_of_freedom: f64) -> (StudentT<f64>, f64) {
    let distribution = StudentT::new(degrees_of_freedom).expect("ν > 2 was checked");
    (distribution, ((degrees_of_freedom - 2.0) / degrees_of_freedom).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_stream_always_give_the_same_numbers() {
        assert_eq!(
            [0, 1, 2].map(|stream| rng(1, stream).next_u64()),
            [7424550030962593201, 15715005604373573095, 16166618085559792950]
        );
        assert_ne!(rng(1, 0).next_u64(), rng(2, 0).next_u64());
    }

    #[test]
    fn a_matrix_is_filled_row_by_row() {
        let short = normal_matrix(3, 2, &mut rng(5, 0));
        let long = normal_matrix(9, 2, &mut rng(5, 0));
        assert_eq!(long.subrows(0, 3), short);
    }
}
