//! Scales that keep squares of entries in the floating-point range.

use faer::{Mat, MatRef};

/// A power of two near the largest entry, so that dividing by it is exact. 1 for a zero matrix.
pub fn scale_of(a: MatRef<'_, f64>) -> f64 {
    match a.norm_max() {
        0.0 => 1.0,
        largest => largest.log2().floor().clamp(-1022.0, 1022.0).exp2(),
    }
}

/// `A / scale`.
pub fn divided(a: MatRef<'_, f64>, scale: f64) -> Mat<f64> {
    let mut scaled = a.to_owned();
    scaled.col_iter_mut().for_each(|column| column.iter_mut().for_each(|x| *x /= scale));
    scaled
}
