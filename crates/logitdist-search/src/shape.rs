//! The shape of a pair, and a pair as a point.

use logitdist_linalg::{Mat, MatRef};
use std::ops::Range;

/// How large the models of a pair are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// M, the dimension of model a.
    pub dim: usize,
    /// M′, the dimension of model b.
    pub other_dim: usize,
    /// K.
    pub labels: usize,
    /// N.
    pub inputs: usize,
}

/// The matrices of a pair: F, G and F′, G′.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrices {
    /// Embeddings, N×M and N×M′.
    pub f: [Mat<f64>; 2],
    /// Unembeddings, K×M and K×M′.
    pub g: [Mat<f64>; 2],
}

impl Shape {
    /// Number of coordinates of a point.
    pub fn coordinates(&self) -> usize {
        (self.inputs + self.labels) * (self.dim + self.other_dim)
    }

    /// The pair at a point: the entries of F, G, F′, G′, one after the other, each by columns.
    pub fn matrices(&self, point: &[f64]) -> Matrices {
        let part = |range: Range<usize>, rows, cols| {
            MatRef::from_column_major_slice(&point[range], rows, cols).to_owned()
        };
        let (n, k, sizes) = (self.inputs, self.labels, [self.dim, self.other_dim]);
        let f = |side: usize| {
            let from = side * (n + k) * self.dim;
            part(from..from + n * sizes[side], n, sizes[side])
        };
        let g = |side: usize| {
            let from = side * (n + k) * self.dim + n * sizes[side];
            part(from..from + k * sizes[side], k, sizes[side])
        };
        Matrices { f: [f(0), f(1)], g: [g(0), g(1)] }
    }

    /// The point of a pair of this shape; the inverse of [`matrices`](Shape::matrices).
    pub fn point(&self, pair: &Matrices) -> Vec<f64> {
        let [f_a, f_b] = &pair.f;
        let [g_a, g_b] = &pair.g;
        let entries = [f_a, g_a, f_b, g_b].into_iter().flat_map(|m| m.col_iter());
        entries.flat_map(|column| column.iter().copied().collect::<Vec<_>>()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_and_its_point_are_the_same() {
        let shape = Shape { dim: 2, other_dim: 3, labels: 4, inputs: 5 };
        let point: Vec<f64> = (0..shape.coordinates()).map(|i| i as f64).collect();
        let pair = shape.matrices(&point);
        assert_eq!(pair.f[0].shape(), (5, 2));
        assert_eq!(pair.g[1].shape(), (4, 3));
        assert_eq!((pair.f[0][(0, 1)], pair.g[0][(0, 0)], pair.f[1][(0, 0)]), (5.0, 10.0, 18.0));
        assert_eq!(shape.point(&pair), point);
    }
}
