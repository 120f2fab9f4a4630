//! How the unembeddings of a base model are placed.

use crate::error::{SynthError, require_count, require_non_negative};
use crate::moment::centred_columns;
use crate::orthonormal::orthonormal;
use crate::random::normal_matrix;
use logitdist_linalg::{Mat, Svd, matmul, matmul_nt, r_factor, rank_tolerance, svd};
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;
use std::fmt;

/// The placement of the unembeddings g(y) ∈ R^M of K labels, up to a common factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Unembeddings {
    /// Independent standard normal entries.
    Gaussian,
    /// Labels as evenly spread as can be, in a random orientation: the corners of a regular simplex, K ≤ M +
    /// 1.
    ///
    /// With more labels that is impossible in R^M, and the placement is the simplex' projection on min(K − 1,
    /// M) columns of the real Fourier basis of Z/K: a regular polygon for M = 2; centred, a tight frame
    /// (condition number 1) always, and of equal lengths if M is even. Benedetto, Fickus: "Finite normalized
    /// tight frames", 2003.
    Simplex,
    /// Groups of similar labels: label y is centre (y mod clusters) + spread · noise, both standard normal.
    ///
    /// A condition number imposed on them moves the groups: with 1 they are as strong as the noise.
    Clustered {
        /// The number of groups, ≥ 1.
        clusters: usize,
        /// The size of the noise in a group, ≥ 0.
        spread: f64,
    },
}

impl Unembeddings {
    /// Checks the parameters.
    pub(crate) fn check(&self) -> Result<(), SynthError> {
        let Unembeddings::Clustered { clusters, spread } = *self else { return Ok(()) };
        require_count("clusters of unembeddings clustered", clusters, 1)?;
        require_non_negative("spread of unembeddings clustered", spread)
    }

    /// Draws G, `labels`×`dim`, for checked parameters.
    pub(crate) fn draw<R: Rng + ?Sized>(&self, labels: usize, dim: usize, rng: &mut R) -> Mat<f64> {
        match *self {
            Unembeddings::Gaussian => normal_matrix(labels, dim, rng),
            Unembeddings::Simplex => {
                let frame = fourier_frame(labels, dim);
                let rotation = orthonormal(dim, dim, rng);
                matmul_nt(frame.as_ref(), rotation.subcols(0, frame.ncols()))
            }
            Unembeddings::Clustered { clusters, spread } => {
                let centres = normal_matrix(clusters, dim, rng);
                let noise = normal_matrix(labels, dim, rng);
                Mat::from_fn(labels, dim, |y, j| centres[(y % clusters, j)] + spread * noise[(y, j)])
            }
        }
    }
}

/// The first min(K − 1, M) non-constant columns of the real Fourier basis of Z/K, orthonormal: K×min(K − 1,
/// M).
fn fourier_frame(labels: usize, dim: usize) -> Mat<f64> {
    let k = labels as f64;
    Mat::from_fn(labels, dim.min(labels - 1), |y, j| {
        let frequency = j / 2 + 1;
        // Reduced before the multiplication, so that the angle is accurate for many labels.
        let angle = TAU * ((frequency * y) % labels) as f64 / k;
        let alternating = 2 * frequency == labels;
        let size = if alternating { 1.0 / k.sqrt() } else { (2.0 / k).sqrt() };
        size * if j % 2 == 0 { angle.cos() } else { angle.sin() }
    })
}

/// Gives the non-zero singular values of G̃ geometric spacing from 1 down to 1/`condition`; its singular
/// vectors stay.
///
/// # Errors
/// A condition number other than 1 when fewer than two singular values are not zero.
pub(crate) fn set_condition(g: &Mat<f64>, condition: f64) -> Result<Mat<f64>, SynthError> {
    // G̃ and its triangular factor share singular values and right singular vectors: G̃ V diag(s'/s) Vᵀ.
    let Svd { s, v, .. } = svd(r_factor(centred_columns(g.as_ref())).as_ref());
    // Relative to G rather than to G̃, which is all rounding if the labels coincide.
    let tolerance = rank_tolerance(&[g.norm_l2()], g.nrows(), g.ncols());
    let rank = s.iter().filter(|&&value| value > tolerance).count();
    if rank < 2 && condition != 1.0 {
        return Err(SynthError::Impossible(format!(
            "unembeddings of {} labels in dimension {} have {rank} non-zero singular value(s) after centring, so their \
             condition number cannot be {condition}; it can with at least 3 labels and dimension 2",
            g.nrows(),
            g.ncols()
        )));
    }
    let factor = |i: usize| condition.powf(-(i as f64) / (rank.max(2) - 1) as f64) / s[i];
    let scaled = Mat::from_fn(g.ncols(), rank, |row, i| v[(row, i)] * factor(i));
    let change = matmul_nt(scaled.as_ref(), v.subcols(0, rank));
    Ok(matmul(g.as_ref(), change.as_ref()))
}

impl fmt::Display for Unembeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unembeddings::Gaussian => f.write_str("gaussian"),
            Unembeddings::Simplex => f.write_str("simplex"),
            Unembeddings::Clustered { clusters, spread } => write!(f, "clustered({clusters};{spread})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::column_means;
    use crate::random::rng;
    use logitdist_linalg::singular_values;

    fn distance(g: &Mat<f64>, y: usize, z: usize) -> f64 {
        (g.row(y).to_owned() - g.row(z).to_owned()).norm_l2()
    }

    #[test]
    fn up_to_one_label_more_than_dimensions_the_simplex_is_regular() {
        for (labels, dim) in [(2, 1), (3, 2), (4, 3), (6, 5), (7, 6), (5, 8)] {
            let g = Unembeddings::Simplex.draw(labels, dim, &mut rng(4, 0));
            for (y, z) in (0..labels).flat_map(|y| (0..y).map(move |z| (y, z))) {
                let error = (distance(&g, y, z) - 2f64.sqrt()).abs();
                assert!(error < 1e-14, "labels {y}, {z} of {labels} in dimension {dim}");
            }
        }
    }

    #[test]
    fn more_labels_make_a_centred_tight_frame_and_a_polygon_in_the_plane() {
        for (labels, dim) in [(7, 2), (50, 3), (50, 4), (1000, 7), (6, 4)] {
            let g = Unembeddings::Simplex.draw(labels, dim, &mut rng(4, 0));
            assert!(column_means(g.as_ref()).iter().all(|mean| mean.abs() < 1e-14));
            let s = singular_values(g.as_ref());
            assert!(s.iter().all(|value| (value - 1.0).abs() < 1e-13), "{labels} labels, dimension {dim}");
            if dim % 2 == 0 {
                let length = (dim as f64 / labels as f64).sqrt();
                assert!(g.row_iter().all(|row| (row.norm_l2() - length).abs() < 1e-14));
            }
        }
        let polygon = Unembeddings::Simplex.draw(7, 2, &mut rng(4, 0));
        let side = distance(&polygon, 0, 1);
        assert!((1..7).all(|y| (distance(&polygon, y, (y + 1) % 7) - side).abs() < 1e-14));
    }

    #[test]
    fn labels_of_a_group_coincide_without_spread() {
        let g = Unembeddings::Clustered { clusters: 3, spread: 0.0 }.draw(8, 4, &mut rng(4, 0));
        assert_eq!(distance(&g, 1, 4), 0.0);
        assert!(distance(&g, 1, 2) > 0.1);
    }

    #[test]
    fn the_condition_number_is_the_one_chosen() {
        let clustered = Unembeddings::Clustered { clusters: 2, spread: 0.01 };
        for unembeddings in [Unembeddings::Gaussian, Unembeddings::Simplex, clustered] {
            for (labels, dim) in [(3, 2), (9, 8), (40, 5), (4, 9)] {
                for condition in [1.0, 10.0, 1e6] {
                    let g = unembeddings.draw(labels, dim, &mut rng(5, 0));
                    let g = set_condition(&g, condition).unwrap();
                    let s = singular_values(centred_columns(g.as_ref()).as_ref());
                    let found = s[0] / s[dim.min(labels - 1) - 1];
                    let error = (found / condition - 1.0).abs();
                    assert!(
                        error < 1e-6,
                        "{unembeddings}, {labels} labels, dimension {dim}: {found} for {condition}"
                    );
                    assert!((s[0] - 1.0).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn a_single_direction_has_no_condition_number_but_one() {
        for (labels, dim) in [(5, 1), (2, 3)] {
            let g = Unembeddings::Gaussian.draw(labels, dim, &mut rng(5, 0));
            assert!(set_condition(&g, 1.0).is_ok());
            assert!(matches!(set_condition(&g, 2.0), Err(SynthError::Impossible(_))));
        }
    }
}
