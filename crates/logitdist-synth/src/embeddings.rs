//! How the embeddings of a base model are distributed.

use crate::error::{SynthError, require, require_non_negative};
use crate::moment::centred_columns;
use crate::random::normal_matrix;
use logitdist_linalg::{Mat, MatRef};
use rand::Rng;
use rand_distr::{ChiSquared, Distribution};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The distribution of the embeddings f(x) = Σ^½ z(x) ∈ R^M; Σ is diagonal and holds the
/// [`Spectrum`](crate::Spectrum).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Embeddings {
    /// z standard normal: Cov(f) = Σ.
    Gaussian,
    /// Clusters around the directions of labels: f(x_i) = √M g̃(y)/‖g̃(y)‖ + spread · Σ^½ z, with y = i mod K
    /// and z standard normal. The spectrum is that of the scatter inside a cluster. The number is the spread,
    /// ≥ 0.
    Clustered(f64),
    /// z multivariate Student t of variance 1: a normal vector times √((ν − 2)/χ²_ν), so whole inputs are
    /// outlying and Cov(f) = Σ. The number is ν, the degrees of freedom, > 2 (the covariance does not exist
    /// below).
    StudentT(f64),
    /// z uniform on the sphere of radius √M: Cov(f) = Σ, and with an isotropic spectrum ‖f‖ = √M exactly.
    Sphere,
}

impl Embeddings {
    /// Checks the parameters.
    pub(crate) fn check(&self) -> Result<(), SynthError> {
        match *self {
            Embeddings::Gaussian | Embeddings::Sphere => Ok(()),
            Embeddings::Clustered(spread) => require_non_negative("spread of embeddings clustered", spread),
            Embeddings::StudentT(degrees) => {
                require_degrees("degrees of freedom of embeddings student_t", degrees)
            }
        }
    }

    /// Draws F, `inputs`×M, for checked parameters, M eigenvalues and unembeddings K×M.
    pub(crate) fn draw<R: Rng + ?Sized>(
        &self,
        inputs: usize,
        eigenvalues: &[f64],
        unembeddings: MatRef<'_, f64>,
        rng: &mut R,
    ) -> Mat<f64> {
        let dim = eigenvalues.len();
        let mut f = normal_matrix(inputs, dim, rng);
        match *self {
            Embeddings::Gaussian | Embeddings::Clustered(_) => {}
            Embeddings::StudentT(degrees) => {
                let chi_squared = ChiSquared::new(degrees).expect("ν > 2 was checked");
                scale_rows(&mut f, |_| ((degrees - 2.0) / chi_squared.sample(rng)).sqrt());
            }
            Embeddings::Sphere => scale_rows(&mut f, |norm| (dim as f64).sqrt() / norm),
        }
        for (j, eigenvalue) in eigenvalues.iter().enumerate() {
            f.col_mut(j).iter_mut().for_each(|v| *v *= eigenvalue.sqrt());
        }
        if let Embeddings::Clustered(spread) = *self {
            let centres = label_directions(unembeddings);
            let labels = centres.nrows();
            f = Mat::from_fn(inputs, dim, |i, j| centres[(i % labels, j)] + spread * f[(i, j)]);
        }
        f
    }
}

/// √M g̃(y)/‖g̃(y)‖ in row y, or 0 where g̃(y) = 0 (a single label).
fn label_directions(unembeddings: MatRef<'_, f64>) -> Mat<f64> {
    let mut directions = centred_columns(unembeddings);
    let length = (unembeddings.ncols() as f64).sqrt();
    scale_rows(&mut directions, |norm| if norm > 0.0 { length / norm } else { 0.0 });
    directions
}

/// Multiplies every row by a function of its norm.
fn scale_rows(a: &mut Mat<f64>, mut factor: impl FnMut(f64) -> f64) {
    for i in 0..a.nrows() {
        let factor = factor(a.row(i).norm_l2());
        a.row_mut(i).iter_mut().for_each(|v| *v *= factor);
    }
}

/// Checks that the degrees of freedom are above 2: below, there is no variance.
pub(crate) fn require_degrees(parameter: &'static str, degrees: f64) -> Result<(), SynthError> {
    require(degrees.is_finite() && degrees > 2.0, parameter, degrees, "finite and greater than 2")
}

impl fmt::Display for Embeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Embeddings::Gaussian => f.write_str("gaussian"),
            Embeddings::Clustered(spread) => write!(f, "clustered({spread})"),
            Embeddings::StudentT(degrees) => write!(f, "student_t({degrees})"),
            Embeddings::Sphere => f.write_str("sphere"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::direct::covariance_spectrum;
    use crate::moment::rms;
    use crate::random::rng;

    #[test]
    fn the_covariance_has_the_spectrum_in_the_population() {
        let eigenvalues = [4.0, 1.0, 0.01];
        let g = Mat::<f64>::identity(3, 3);
        for embeddings in [Embeddings::Gaussian, Embeddings::StudentT(8.0), Embeddings::Sphere] {
            let f = embeddings.draw(20_000, &eigenvalues, g.as_ref(), &mut rng(1, 0));
            for (found, wanted) in covariance_spectrum(f.as_ref()).iter().zip(eigenvalues) {
                assert!((found / wanted - 1.0).abs() < 0.08, "{embeddings}: {found} for {wanted}");
            }
        }
    }

    #[test]
    fn points_of_the_sphere_have_one_length() {
        let g = Mat::<f64>::identity(5, 5);
        let f = Embeddings::Sphere.draw(50, &[1.0; 5], g.as_ref(), &mut rng(2, 0));
        assert!(f.row_iter().all(|row| (row.norm_l2() - 5f64.sqrt()).abs() < 1e-14));
    }

    #[test]
    fn clusters_without_spread_are_the_directions_of_labels() {
        let g = Mat::from_fn(3, 2, |y, j| [[1.0, 0.0], [-1.0, 1.0], [0.0, -1.0]][y][j]);
        let f = Embeddings::Clustered(0.0).draw(7, &[1.0, 1.0], g.as_ref(), &mut rng(2, 0));
        for i in 0..7 {
            let norm = g.row(i % 3).norm_l2() / 2f64.sqrt();
            assert!((0..2).all(|j| (f[(i, j)] - g[(i % 3, j)] / norm).abs() < 1e-15), "input {i}");
        }
        let spread = Embeddings::Clustered(0.5).draw(7000, &[1.0, 1.0], g.as_ref(), &mut rng(2, 0));
        let scatter = Mat::from_fn(7000, 2, |i, j| spread[(i, j)] - f[(i % 3, j)]);
        assert!((rms(scatter.as_ref()) - 0.5).abs() < 0.01);
    }
}
