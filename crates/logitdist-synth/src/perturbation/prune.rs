//! Magnitude pruning.

use crate::error::SynthError;
use logitdist::Model;
use logitdist_linalg::{Mat, MatRef};

/// Sets the `fraction` of smallest entries of F, and of G, to zero.
pub(super) fn prune(model: &Model, fraction: f64) -> Result<Model, SynthError> {
    let f = prune_entries(model.embeddings(), fraction);
    let g = prune_entries(model.unembeddings(), fraction);
    Ok(Model::new(f, g, model.bias().map(<[f64]>::to_vec))?)
}

/// The `fraction`, from 0 to 1, of entries of smallest magnitude set to zero, rounded to a count.
///
/// Of entries of equal magnitude, those of earlier rows go first.
pub fn prune_entries(a: MatRef<'_, f64>, fraction: f64) -> Mat<f64> {
    let (rows, cols) = a.shape();
    let count = (fraction * (rows * cols) as f64).round() as usize;
    if count == 0 {
        return a.to_owned();
    }
    let mut entries: Vec<(usize, usize)> = (0..rows).flat_map(|i| (0..cols).map(move |j| (i, j))).collect();
    entries.select_nth_unstable_by(count - 1, |x, y| a[*x].abs().total_cmp(&a[*y].abs()).then(x.cmp(y)));
    let mut pruned = a.to_owned();
    entries[..count].iter().for_each(|&entry| pruned[entry] = 0.0);
    pruned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perturbation::tests::model;

    #[test]
    fn the_smallest_entries_are_zero_and_the_others_unchanged() {
        let model = model(25, 8, 4, 0.0, 6);
        for fraction in [0.1, 0.5, 0.77, 1.0] {
            let pruned = prune(&model, fraction).unwrap();
            for (a, b) in
                [(model.embeddings(), pruned.embeddings()), (model.unembeddings(), pruned.unembeddings())]
            {
                let pairs = || a.col_iter().zip(b.col_iter()).flat_map(|(x, y)| x.iter().zip(y.iter()));
                let (gone, kept): (Vec<_>, Vec<_>) = pairs().partition(|(_, b)| **b == 0.0);
                assert_eq!(gone.len(), (fraction * (a.nrows() * a.ncols()) as f64).round() as usize);
                assert!(kept.iter().all(|(a, b)| a == b));
                let largest_gone = gone.iter().map(|(a, _)| a.abs()).fold(0.0, f64::max);
                assert!(kept.iter().all(|(a, _)| a.abs() >= largest_gone), "fraction {fraction}");
            }
        }
    }
}
