//! Seven classes on the 28 arms of a spiral.

use super::{Dataset, Splits, shuffle};
use crate::error::{TrainError, require};
use logitdist::Mat;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Points in the plane on 28 arms of 7 classes.
///
/// Arm b (0 … 27) has points at radius r evenly from 1 to 10 and angle `0.2π/7 · r/2 + 2πb/28 + s·π/28`, s uniform on ±0.75. Arms 0, 7, 14
/// and 21 are class 0; of the six arms after each, one is of each other class, in random order. Source: \[A\].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spirals {
    /// Points on each of the 28 arms, at least 16; 1000 in the paper.
    pub points_per_arm: usize,
    /// What is trained on.
    pub region: Region,
    /// Seed of the points, of the classes of the arms and of the division.
    pub seed: u64,
}

/// Which radii training, validation and test are from; the others are held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// All radii, nothing held out.
    #[default]
    All,
    /// Radii outside 4 to 7; 4 to 7 is held out.
    Interpolation,
    /// Radii from 3 to 7; the others are held out.
    Extrapolation,
}

impl Region {
    fn contains(self, radius: f64) -> bool {
        match self {
            Region::All => true,
            Region::Interpolation => !(4.0..=7.0).contains(&radius),
            Region::Extrapolation => (3.0..=7.0).contains(&radius),
        }
    }
}

impl Default for Spirals {
    /// 100 points an arm, all radii, seed 0.
    fn default() -> Spirals {
        Spirals { points_per_arm: 100, region: Region::All, seed: 0 }
    }
}

const CLASSES: usize = 7;
const ARMS: usize = 4 * CLASSES;

impl Spirals {
    /// Checks the settings, before any point is drawn.
    ///
    /// # Errors
    /// A setting outside its range.
    pub fn check(&self) -> Result<(), TrainError> {
        require(
            (16..=1_000_000).contains(&self.points_per_arm),
            "points_per_arm",
            self.points_per_arm,
            "from 16 to 1000000",
        )
    }

    /// Draws the points and divides them: half, a quarter and a quarter of each class.
    ///
    /// # Errors
    /// A setting outside its range.
    pub fn load(&self) -> Result<Splits, TrainError> {
        self.check()?;
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let all = self.draw(&mut rng)?;
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            (0..all.n_inputs()).partition(|&i| self.region.contains(self.radius(i % self.points_per_arm)));
        let mut splits = Splits::stratified(&all.subset(&inside)?, &mut rng)?;
        if !outside.is_empty() {
            splits.held_out = Some(all.subset(&outside)?);
        }
        Ok(splits)
    }

    /// Radius of an arm's i-th point.
    fn radius(&self, i: usize) -> f64 {
        1.0 + 9.0 * i as f64 / (self.points_per_arm - 1) as f64
    }

    /// All points, arm after arm, from the inside out.
    fn draw(&self, rng: &mut ChaCha8Rng) -> Result<Dataset, TrainError> {
        let n = self.points_per_arm;
        let mut features = Mat::zeros(ARMS * n, 2);
        let mut labels = Vec::with_capacity(ARMS * n);
        for arm in 0..ARMS {
            if arm % CLASSES == 0 {
                labels.extend(classes_of_group(rng).iter().flat_map(|&class| std::iter::repeat_n(class, n)));
            }
            for i in 0..n {
                let radius = self.radius(i);
                let jitter = rng.random_range(-0.75..0.75) * PI / ARMS as f64;
                let angle = 0.2 * PI / 7.0 * radius / 2.0 + 2.0 * PI * arm as f64 / ARMS as f64 + jitter;
                features[(arm * n + i, 0)] = radius * angle.cos();
                features[(arm * n + i, 1)] = radius * angle.sin();
            }
        }
        Dataset::new(features, labels, CLASSES)
    }
}

/// Classes of seven arms: 0, then the others in random order.
fn classes_of_group(rng: &mut ChaCha8Rng) -> [usize; CLASSES] {
    let mut classes = [0, 1, 2, 3, 4, 5, 6];
    shuffle(&mut classes[1..], rng);
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_are_where_the_protocol_says() {
        let all = Spirals::default().draw(&mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert_eq!((all.n_inputs(), all.n_labels(), all.n_features()), (2800, 7, 2));
        for arm in 0..ARMS {
            let labels = &all.labels()[arm * 100..][..100];
            assert!(
                labels.iter().all(|&y| y == labels[0]) && (labels[0] == 0) == (arm % 7 == 0),
                "arm {arm}"
            );
            for i in [0, 50, 99] {
                let (x, y) = (all.features()[(arm * 100 + i, 0)], all.features()[(arm * 100 + i, 1)]);
                let radius = x.hypot(y);
                assert!((radius - (1.0 + i as f64 / 11.0)).abs() < 1e-12, "arm {arm}, point {i}");
                let middle = 0.1 * PI / 7.0 * radius + 2.0 * PI * arm as f64 / 28.0;
                let off = (y.atan2(x) - middle).rem_euclid(2.0 * PI);
                let off = off.min(2.0 * PI - off);
                assert!(off <= 0.75 * PI / 28.0 + 1e-12, "arm {arm}, point {i}: {off}");
            }
        }
    }

    #[test]
    fn each_class_is_divided_and_a_region_is_held_out() {
        for (region, inside) in
            [(Region::All, 2800), (Region::Interpolation, 1848), (Region::Extrapolation, 1260)]
        {
            let splits = Spirals { region, ..Spirals::default() }.load().unwrap();
            let parts = [&splits.train, &splits.validation, &splits.test];
            assert_eq!(parts.iter().map(|part| part.n_inputs()).sum::<usize>(), inside, "{region:?}");
            let held_out = splits.held_out.as_ref().map_or(0, Dataset::n_inputs);
            assert_eq!(inside + held_out, 2800, "{region:?}");
            for y in 0..7 {
                let of = |part: &Dataset| part.labels().iter().filter(|&&label| label == y).count();
                assert_eq!(parts.map(of), [inside / 14, inside / 28, inside / 28], "{region:?}, label {y}");
            }
            for part in parts {
                for i in 0..part.n_inputs() {
                    let radius = part.features()[(i, 0)].hypot(part.features()[(i, 1)]);
                    let near_an_edge = [3.0, 4.0, 7.0].iter().any(|edge| (radius - edge).abs() < 1e-9);
                    assert!(region.contains(radius) || near_an_edge, "{region:?}: {radius}");
                }
            }
        }
        assert!(Spirals { points_per_arm: 3, ..Spirals::default() }.load().is_err());
    }

    #[test]
    fn a_seed_always_gives_the_same_points() {
        let load = |seed| Spirals { seed, ..Spirals::default() }.load().unwrap();
        assert_eq!(load(3), load(3));
        assert_ne!(load(3), load(4));
    }
}
