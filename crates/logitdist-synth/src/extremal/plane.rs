//! Models in the plane whose labels and inputs are given by angles and lengths.

use logitdist_linalg::Mat;
use rand::{Rng, RngExt};

/// Points of one length at the given angles, a row each: points×2.
pub(super) fn points_at(length: f64, angles: &[f64]) -> Mat<f64> {
    Mat::from_fn(angles.len(), 2, |i, j| length * direction(angles[i], j))
}

/// Coordinate j of the unit vector at an angle.
pub(super) fn direction(angle: f64, j: usize) -> f64 {
    if j == 0 { angle.cos() } else { angle.sin() }
}

/// Uniform on ±`half_width`.
pub(super) fn uniform<R: Rng + ?Sized>(half_width: f64, rng: &mut R) -> f64 {
    rng.random_range(-half_width..half_width)
}
