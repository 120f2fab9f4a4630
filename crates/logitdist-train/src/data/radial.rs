//! Sectors of the plane.

use super::{Dataset, Splits};
use crate::error::{TrainError, require};
use logitdist::Mat;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Normal points in the plane, each in the class of its direction.
///
/// `x ~ N(0, 9 I)`; the class is the sector of width π/C that holds the angle of x modulo π. Source: \[B\].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Radial {
    /// C, from 2 to 1000; 4, 6, 10 and 18 in the paper.
    pub classes: usize,
    /// Number of points before they are divided, at least 20 a class.
    pub inputs: usize,
    /// Seed of the points and of the division.
    pub seed: u64,
}

impl Default for Radial {
    /// 4 classes, 4000 points, seed 0.
    fn default() -> Radial {
        Radial { classes: 4, inputs: 4000, seed: 0 }
    }
}

impl Radial {
    /// Checks the settings, before any point is drawn.
    ///
    /// # Errors
    /// A setting outside its range.
    pub fn check(&self) -> Result<(), TrainError> {
        let classes = self.classes;
        require((2..=1000).contains(&classes), "classes", classes, "from 2 to 1000")?;
        let least = 20 * classes;
        require(
            (least..=100_000_000).contains(&self.inputs),
            "inputs",
            self.inputs,
            format!("from {least} (20 a class) to 100000000"),
        )
    }

    /// Draws the points and divides them: half, a quarter and a quarter of each class.
    ///
    /// # Errors
    /// A setting outside its range, or too few points in a class by chance.
    pub fn load(&self) -> Result<Splits, TrainError> {
        self.check()?;
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        Splits::stratified(&self.draw(&mut rng)?, &mut rng)
    }

    fn draw(&self, rng: &mut ChaCha8Rng) -> Result<Dataset, TrainError> {
        let mut features = Mat::zeros(self.inputs, 2);
        let labels = (0..self.inputs).map(|i| {
            let point: [f64; 2] = [(); 2].map(|()| 3.0 * Distribution::<f64>::sample(&StandardNormal, rng));
            (features[(i, 0)], features[(i, 1)]) = (point[0], point[1]);
            let share = point[1].atan2(point[0]).rem_euclid(PI) / PI;
            // An angle just under 0 may be rounded to π itself.
            ((share * self.classes as f64) as usize).min(self.classes - 1)
        });
        let labels = labels.collect();
        Dataset::new(features, labels, self.classes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposite_points_share_a_class_and_the_scale_is_three() {
        let radial = Radial { classes: 6, inputs: 20_000, seed: 2 };
        let data = radial.draw(&mut ChaCha8Rng::seed_from_u64(2)).unwrap();
        let mut squares = 0.0;
        for i in 0..data.n_inputs() {
            let (x, y) = (data.features()[(i, 0)], data.features()[(i, 1)]);
            squares += x * x + y * y;
            // The class from the slope of the line through 0 and the point.
            let angle = (y / x).atan();
            let angle = if angle < 0.0 { angle + PI } else { angle };
            assert_eq!(data.labels()[i], (angle / (PI / 6.0)) as usize, "input {i}");
        }
        assert!((squares / 40_000.0 - 9.0).abs() < 0.3);
    }

    #[test]
    fn settings_outside_their_range_are_named() {
        let message = |radial: Radial| radial.load().unwrap_err().to_string();
        assert!(message(Radial { classes: 1, ..Radial::default() }).starts_with("`classes` is 1"));
        assert!(message(Radial { inputs: 79, ..Radial::default() }).contains("from 80 (20 a class)"));
        // A gigabyte of points, none of which is drawn.
        Radial { inputs: 100_000_000, ..Radial::default() }.check().unwrap();
    }
}
