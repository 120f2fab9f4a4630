//! Where ascents start: at random pairs and at the families that attain bounds.

use crate::shape::{Matrices, Shape};
use logitdist::Model;
use logitdist_linalg::Mat;
use logitdist_synth::extremal::{
    CoupledSpectra, DistantLabels, EvenLabels, Extremal, RareLabels, ShrinkageNoise, WeakestDirection,
};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

/// Where an ascent starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At a random pair.
    Random,
    /// At a pair of the extremal family of this number, E1 or another.
    Family(usize),
}

/// A random pair, and how far an ascent should look at first.
///
/// Entries are normal. Half of the pairs are independent. In the others model b is a with noise, as far as their shapes allow, and
/// the size of the noise is between a hundredth and all of the entries' own.
pub fn random_point<R: Rng + ?Sized>(shape: &Shape, rng: &mut R) -> (Vec<f64>, f64) {
    let normal = |rng: &mut R| -> f64 { StandardNormal.sample(rng) };
    let size = 4f64.powf(rng.random_range(-1.0..1.0));
    let near = rng.random_bool(0.5);
    let noise = 10f64.powf(rng.random_range(-2.0..0.0));
    let a: Vec<f64> = (0..shape.coordinates()).map(|_| normal(rng)).collect();
    let mut pair = shape.matrices(&a);
    if near {
        let [f_a, f_b] = &mut pair.f;
        let [g_a, g_b] = &mut pair.g;
        for (of_a, of_b) in [(f_a, f_b), (g_a, g_b)] {
            for j in 0..of_a.ncols().min(of_b.ncols()) {
                for i in 0..of_a.nrows() {
                    of_b[(i, j)] = of_a[(i, j)] + noise * of_b[(i, j)];
                }
            }
        }
    }
    let point = shape.point(&pair).into_iter().map(|x| size * x).collect();
    (point, size * if near { noise } else { 0.5 })
}

/// Pairs of the extremal families that have this shape, each with the family's number.
pub fn family_points<R: Rng + ?Sized>(shape: &Shape, rng: &mut R) -> Vec<(usize, Vec<f64>)> {
    let Shape { dim, other_dim, labels, inputs } = *shape;
    // Falling, and different enough that no two trade places.
    let spectrum: Vec<f64> = (0..dim).map(|i| 0.6f64.powi(i as i32)).collect();
    let spectrum_b: Vec<f64> = (0..dim).map(|i| 0.8 * 0.5f64.powi(i as i32)).collect();
    // What water-filling leaves: only the weakest direction loses.
    let rho: Vec<f64> = (0..dim).map(|i| if i + 1 == dim { 0.5 } else { 1.0 }).collect();
    let turned = dim.min(labels - 1) > 1;
    let families = [
        (
            1,
            Extremal::ShrinkageNoise(ShrinkageNoise {
                inputs,
                labels,
                spectrum: spectrum.clone(),
                rho: rho.clone(),
            }),
        ),
        (2, Extremal::CoupledSpectra(CoupledSpectra { inputs, labels, spectrum, spectrum_b, rho })),
        (
            3,
            Extremal::WeakestDirection(WeakestDirection {
                inputs,
                labels,
                dim,
                condition: if turned { 3.0 } else { 1.0 },
                epsilon: 0.3,
            }),
        ),
        (4, Extremal::RareLabels(RareLabels { inputs, labels, tau: 1e-3, epsilon: 0.05 })),
        (5, Extremal::EvenLabels(EvenLabels { inputs, epsilon: 0.1 })),
        (9, Extremal::DistantLabels(DistantLabels { inputs, range: 2.0 })),
    ];
    families
        .into_iter()
        .filter_map(|(number, family)| {
            let (a, b) = family.sample(rng).ok()?;
            let pair = in_shape(&a, &b, shape)?;
            let exact = dim == other_dim || number > 2;
            exact.then(|| (number, shape.point(&pair)))
        })
        .collect()
}

/// A pair in larger dimensions, in which nothing happens; `None` if it has other labels or too many dimensions.
fn in_shape(a: &Model, b: &Model, shape: &Shape) -> Option<Matrices> {
    let fits = |m: &Model, dim: usize| m.n_labels() == shape.labels && m.dim() <= dim;
    if !(fits(a, shape.dim) && fits(b, shape.other_dim)) {
        return None;
    }
    let dims = [shape.dim, shape.other_dim];
    let padded = |side: usize, of: &dyn Fn(usize, usize) -> f64, rows, cols| {
        Mat::from_fn(rows, dims[side], |i, j| if j < cols { of(i, j) } else { 0.0 })
    };
    let models = [a, b];
    let f = [0, 1].map(|s| padded(s, &|i, j| models[s].embeddings()[(i, j)], shape.inputs, models[s].dim()));
    let g =
        [0, 1].map(|s| padded(s, &|i, j| models[s].unembeddings()[(i, j)], shape.labels, models[s].dim()));
    Some(Matrices { f, g })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merit::merit;
    use logitdist::{Direction, theorem};
    use logitdist_synth::rng;

    #[test]
    fn families_start_where_they_attain_their_bounds() {
        let start = |shape: Shape, number: usize, token: &str| {
            let points = family_points(&shape, &mut rng(1, 0));
            let (_, point) = points.iter().find(|(n, _)| *n == number).expect("the family fits");
            merit(&shape.matrices(point), theorem(token).unwrap(), Direction::Ab).tightness().unwrap()
        };
        let large = Shape { dim: 2, other_dim: 2, labels: 4, inputs: 5 };
        let two = Shape { dim: 1, other_dim: 1, labels: 2, inputs: 2 };
        for (shape, number, token) in [
            (large, 1, "cca_spectral"),
            (large, 1, "m_cca_sharp"),
            (large, 2, "cca_two_spectra"),
            (large, 2, "m_cca_two_spectra"),
            (large, 3, "d_ls"),
            (large, 4, "logit_from_kl"),
            (two, 5, "kl_from_logit"),
            (two, 5, "tv_from_logit"),
            (two, 5, "js_from_logit"),
            (two, 9, "kl_from_logit_sharp"),
        ] {
            let found = start(shape, number, token);
            assert!(found > 0.95, "E{number} {token}: {found}");
        }
    }

    #[test]
    fn only_families_of_the_shape_are_offered() {
        let numbers = |shape: Shape| -> Vec<usize> {
            family_points(&shape, &mut rng(1, 0)).into_iter().map(|(number, _)| number).collect()
        };
        assert_eq!(numbers(Shape { dim: 1, other_dim: 1, labels: 2, inputs: 2 }), [3, 5, 9]);
        assert_eq!(numbers(Shape { dim: 2, other_dim: 2, labels: 3, inputs: 5 }), [1, 2, 3, 4]);
        assert!(numbers(Shape { dim: 3, other_dim: 1, labels: 5, inputs: 3 }).is_empty());
    }
}
