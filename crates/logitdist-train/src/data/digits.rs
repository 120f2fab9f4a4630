//! Handwritten digits, shipped with the program.

use super::{Dataset, Splits};
use crate::error::TrainError;
use logitdist::Mat;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

/// The optical digits of the UCI repository: 1797 images of 8×8 pixels, ten classes.
///
/// Pixels, row by row, are divided by 16 and so from 0 to 1. Three of them (0, 32 and 39) are constant. Source and licence:
/// [`DIGITS_CITATION`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Digits {
    /// Seed of the division into half, a quarter and a quarter of each class.
    pub seed: u64,
}

/// Whom the digits are from.
pub const DIGITS_CITATION: &str = "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, \
     https://doi.org/10.24432/C50P49, CC BY 4.0";

/// Lines of 64 pixels (0 to 16) and a digit.
const CSV: &str = include_str!("../../data/digits.csv");
const PIXELS: usize = 64;

impl Digits {
    /// All images in the order of the file.
    pub fn all() -> Dataset {
        let rows: Vec<Vec<u8>> = CSV
            .lines()
            .map(|line| line.split(',').map(|v| v.parse().expect("the shipped file holds numbers")).collect())
            .collect();
        let features = Mat::from_fn(rows.len(), PIXELS, |i, j| f64::from(rows[i][j]) / 16.0);
        let labels = rows.iter().map(|row| row[PIXELS].into()).collect();
        Dataset::new(features, labels, 10).expect("the shipped file has ten classes")
    }

    /// The images, divided.
    ///
    /// # Errors
    /// None: the file is part of the program.
    pub fn load(&self) -> Result<Splits, TrainError> {
        Splits::stratified(&Digits::all(), &mut ChaCha8Rng::seed_from_u64(self.seed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_the_known_one() {
        let digits = Digits::all();
        assert_eq!((digits.n_inputs(), digits.n_features(), digits.n_labels()), (1797, 64, 10));
        let counts: Vec<usize> =
            (0..10).map(|y| digits.labels().iter().filter(|&&label| label == y).count()).collect();
        // As documented by scikit-learn and UCI.
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!(digits.constant_features(), [0, 32, 39]);
        let sum: f64 = (0..64).map(|j| digits.features().col(j).iter().sum::<f64>()).sum();
        // The mean pixel is 4.884164579855314 of 16.
        assert!((sum / (1797.0 * 64.0) * 16.0 - 4.884164579855314).abs() < 1e-12, "{sum}");
    }
}
