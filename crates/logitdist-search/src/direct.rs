//! Distances of a small pair by their definitions: on all N×K logits, which are few.

use crate::shape::Matrices;
use logitdist_linalg::{Mat, matmul_nt};

/// Centred logits u and u′, N×K.
pub fn centred_logits(pair: &Matrices) -> [Mat<f64>; 2] {
    [0, 1].map(|side| {
        let mut u = matmul_nt(pair.f[side].as_ref(), pair.g[side].as_ref());
        for i in 0..u.nrows() {
            let mean = u.row(i).iter().sum::<f64>() / u.ncols() as f64;
            u.row_mut(i).iter_mut().for_each(|x| *x -= mean);
        }
        u
    })
}

/// d_logit of these logits.
pub fn d_logit([u, v]: &[Mat<f64>; 2]) -> f64 {
    (u - v).norm_l2() / (u.nrows() as f64).sqrt()
}

/// The larger of the two KL divergences of these logits times `size`.
pub fn largest_kl([u, v]: &[Mat<f64>; 2], size: f64) -> f64 {
    kl(u, v, size).max(kl(v, u, size))
}

fn kl(u: &Mat<f64>, v: &Mat<f64>, size: f64) -> f64 {
    let log_sum = |m: &Mat<f64>, i: usize| {
        let top = m.row(i).iter().fold(f64::NEG_INFINITY, |a, &b| a.max(size * b));
        top + m.row(i).iter().map(|x| (size * x - top).exp()).sum::<f64>().ln()
    };
    let mut sum = 0.0;
    for i in 0..u.nrows() {
        let (log_u, log_v) = (log_sum(u, i), log_sum(v, i));
        for (u, v) in u.row(i).iter().zip(v.row(i).iter()) {
            let (p, d) = ((size * u - log_u).exp(), size * (v - u) + log_u - log_v);
            // Every term is at least 0, so small divergences keep their digits.
            sum += p * (d.exp_m1() - d);
        }
    }
    sum / u.nrows() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shape;
    use logitdist::{Model, Pair, Settings, compare};
    use logitdist_synth::rng;

    #[test]
    fn distances_are_those_of_a_comparison() {
        let shape = Shape { dim: 2, other_dim: 1, labels: 4, inputs: 5 };
        let point: Vec<f64> = (0..shape.coordinates()).map(|i| (i as f64 * 1.7).sin()).collect();
        let pair = shape.matrices(&point);
        let logits = centred_logits(&pair);
        let model = |side: usize| Model::new(pair.f[side].clone(), pair.g[side].clone(), None).unwrap();
        let (a, b) = (model(0), model(1));
        let c = compare(&Pair::new(&a, &b).unwrap(), &Settings::default(), &mut rng(0, 0)).unwrap();
        assert!((d_logit(&logits) / c["d_logit"] - 1.0).abs() < 1e-12);
        assert!((largest_kl(&logits, 1.0) / c["kl_ab"].max(c["kl_ba"]) - 1.0).abs() < 1e-12);
    }
}
