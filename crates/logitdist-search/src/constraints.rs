//! What a pair has to fulfil. Every point is moved to a pair that does, so that the search itself is free.

use crate::direct::{centred_logits, d_logit, largest_kl};
use crate::shape::Matrices;
use logitdist_linalg::{Mat, matmul_nt, svd};

/// What the unembeddings of a pair have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Heads {
    /// Nothing.
    #[default]
    Free,
    /// Both models have those of a.
    Equal,
}

/// What embeddings have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Embeddings {
    /// Anything.
    #[default]
    Free,
    /// Centred with covariance 1, in both models. They need N ≥ M + 1.
    Orthonormal,
}

/// What a pair has to fulfil.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Constraints {
    /// d_logit has this value.
    pub distance: Option<f64>,
    /// Neither KL divergence is above this, in nats. Not together with a distance.
    pub kl: Option<f64>,
    /// No condition number of G̃ or G̃′ is above this.
    pub condition: Option<f64>,
    /// The unembeddings.
    pub heads: Heads,
    /// The embeddings.
    pub embeddings: Embeddings,
}

impl Constraints {
    /// The pair moved to one that fulfils all; `None` if there is none nearby: equal models have no distance.
    pub fn imposed(&self, mut pair: Matrices) -> Option<Matrices> {
        if self.embeddings == Embeddings::Orthonormal {
            for f in &mut pair.f {
                *f = orthonormalised(f)?;
            }
        }
        if let Some(condition) = self.condition {
            for g in &mut pair.g {
                *g = conditioned(g, condition);
            }
        }
        if self.heads == Heads::Equal {
            pair.g[1] = pair.g[0].clone();
        }
        let size = self.size(&pair)?;
        if size != 1.0 {
            for g in &mut pair.g {
                *g = Mat::from_fn(g.nrows(), g.ncols(), |i, j| size * g[(i, j)]);
            }
        }
        Some(pair)
    }

    /// What both heads are multiplied by. Logits grow with it, and so does their distance; divergences are 0 at 0.
    fn size(&self, pair: &Matrices) -> Option<f64> {
        if let Some(distance) = self.distance {
            let size = distance / d_logit(&centred_logits(pair));
            return (size.is_finite() && size > 0.0).then_some(size);
        }
        let Some(most) = self.kl else { return Some(1.0) };
        let logits = centred_logits(pair);
        if largest_kl(&logits, 1.0) <= most {
            return Some(1.0);
        }
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            if largest_kl(&logits, middle) <= most { low = middle } else { high = middle }
        }
        (low > 0.0).then_some(low)
    }
}

/// Halvings after which a size has ten digits.
const BISECTIONS: usize = 40;

/// The nearest centred matrix with orthonormal columns times √N; `None` if F has too small a rank.
fn orthonormalised(f: &Mat<f64>) -> Option<Mat<f64>> {
    let decomposed = svd(centred(f).as_ref());
    let (largest, smallest) = (decomposed.s[0], *decomposed.s.last()?);
    let root = (f.nrows() as f64).sqrt();
    let u = Mat::from_fn(f.nrows(), decomposed.s.len(), |i, j| root * decomposed.u[(i, j)]);
    let regular = f.nrows() > f.ncols() && smallest > SMALLEST_DIRECTION * largest;
    regular.then(|| matmul_nt(u.as_ref(), decomposed.v.as_ref()))
}

/// Directions of embeddings under this share of the largest are rounding errors.
const SMALLEST_DIRECTION: f64 = 1e-8;

/// G centred, with its singular values raised to the largest over `condition`: as many as centred labels can have.
fn conditioned(g: &Mat<f64>, condition: f64) -> Mat<f64> {
    let decomposed = svd(centred(g).as_ref());
    let count = decomposed.s.len().min(g.nrows() - 1);
    let least = decomposed.s[0] / condition;
    let scaled = Mat::from_fn(g.nrows(), count, |i, j| decomposed.u[(i, j)] * decomposed.s[j].max(least));
    matmul_nt(scaled.as_ref(), decomposed.v.get(.., ..count))
}

fn centred(m: &Mat<f64>) -> Mat<f64> {
    let mut centred = m.clone();
    for j in 0..m.ncols() {
        let mean = m.col(j).iter().sum::<f64>() / m.nrows() as f64;
        centred.col_mut(j).iter_mut().for_each(|x| *x -= mean);
    }
    centred
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shape;
    use logitdist_linalg::matmul_tn;

    const SHAPE: Shape = Shape { dim: 2, other_dim: 2, labels: 4, inputs: 5 };

    fn imposed(constraints: Constraints) -> Matrices {
        let point: Vec<f64> = (0..SHAPE.coordinates()).map(|i| 3.0 * (i as f64 * 1.7).sin()).collect();
        constraints.imposed(SHAPE.matrices(&point)).unwrap()
    }

    #[test]
    fn each_constraint_is_fulfilled() {
        let pair = imposed(Constraints { distance: Some(0.3), ..Constraints::default() });
        assert!((d_logit(&centred_logits(&pair)) - 0.3).abs() < 1e-14);
        for kl in [1e-8, 1e-3] {
            let pair = imposed(Constraints { kl: Some(kl), ..Constraints::default() });
            let found = largest_kl(&centred_logits(&pair), 1.0);
            assert!(found <= kl && found > 0.999_999 * kl, "{found}");
        }
        let pair = imposed(Constraints { condition: Some(1.5), ..Constraints::default() });
        for g in &pair.g {
            let s = svd(g.as_ref()).s;
            assert!(s[0] / s[1] <= 1.5 + 1e-12, "{s:?}");
        }
        let pair = imposed(Constraints { heads: Heads::Equal, ..Constraints::default() });
        assert_eq!(pair.g[0], pair.g[1]);
        let pair = imposed(Constraints { embeddings: Embeddings::Orthonormal, ..Constraints::default() });
        for f in &pair.f {
            let error =
                matmul_tn(f.as_ref(), f.as_ref()) - Mat::from_fn(2, 2, |i, j| if i == j { 5.0 } else { 0.0 });
            assert!(error.norm_max() < 1e-13 && f.col(0).iter().sum::<f64>().abs() < 1e-13, "{error:?}");
        }
    }

    #[test]
    fn all_at_once_are_fulfilled_and_none_change_nothing() {
        let all = Constraints {
            distance: Some(2.0),
            condition: Some(1.2),
            heads: Heads::Equal,
            embeddings: Embeddings::Orthonormal,
            kl: None,
        };
        let pair = imposed(all);
        assert!((d_logit(&centred_logits(&pair)) - 2.0).abs() < 1e-13 && pair.g[0] == pair.g[1]);
        let s = svd(pair.g[0].as_ref()).s;
        assert!(s[0] / s[1] <= 1.2 + 1e-12);
        let free = SHAPE.matrices(&vec![1.0; SHAPE.coordinates()]);
        assert_eq!(Constraints::default().imposed(free.clone()), Some(free.clone()));
        assert_eq!(all.imposed(free), None, "constant embeddings are of rank 0");
    }
}
