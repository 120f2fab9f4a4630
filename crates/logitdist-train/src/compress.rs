//! Networks and models made smaller: fewer bits, fewer entries, fewer directions.

use crate::error::{TrainError, require};
use crate::network::Network;
use logitdist::{Mat, MatRef, Model};
use logitdist_linalg::{matmul, matmul_nt, svd};
use logitdist_synth::{Perturbation, prune_entries, rng, round_rows, round_tensor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A way to make weights or representations smaller, without training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Every matrix rounded to this many bits, from 2 to 16, with one step for the matrix: [`round_tensor`].
    RoundTensor(u32),
    /// The same with one step for each row, that is for each output of a layer, or each input and label of a model.
    RoundRow(u32),
    /// This fraction of each matrix's entries, those of smallest magnitude, set to 0: [`prune_entries`].
    Prune(f64),
    /// Every matrix replaced by the closest of this rank ≥ 1 (Eckart–Young); one that has no larger rank stays bit for bit.
    LowRank(usize),
}

impl Compression {
    /// # Errors
    /// A number of bits, a fraction or a rank outside its range.
    pub fn check(self) -> Result<(), TrainError> {
        match self {
            Compression::RoundTensor(bits) | Compression::RoundRow(bits) => {
                require((2..=16).contains(&bits), "bits", bits, "from 2 to 16")
            }
            Compression::Prune(fraction) => {
                require((0.0..=1.0).contains(&fraction), "fraction", fraction, "from 0 to 1")
            }
            Compression::LowRank(rank) => require(rank >= 1, "rank", rank, "at least 1"),
        }
    }

    /// The network with each of its weight matrices compressed by itself. Biases stay as they are, as is usual: they are few.
    ///
    /// # Errors
    /// As [`check`](Compression::check).
    pub fn of_network(self, network: &Network) -> Result<Network, TrainError> {
        self.check()?;
        let mut parameters = network.parameters().to_vec();
        for part in network.parts().iter().filter(|part| part.name.ends_with(".weight")) {
            let weights = &mut parameters[part.range.clone()];
            let matrix = Mat::from_fn(part.rows, part.cols, |i, j| f64::from(weights[i + j * part.rows]));
            let compressed = self.of_matrix(matrix.as_ref());
            for (j, column) in weights.chunks_exact_mut(part.rows).enumerate() {
                column.iter_mut().enumerate().for_each(|(i, w)| *w = compressed[(i, j)] as f32);
            }
        }
        network.with_parameters(parameters)
    }

    /// The exported model with its embeddings and unembeddings compressed.
    ///
    /// [`LowRank`](Compression::LowRank) gives the model of that dimension with the smallest logit distance, at T11's floor
    /// ([`Perturbation::Truncate`]); a model that has no more dimensions stays as it is.
    ///
    /// # Errors
    /// As [`check`](Compression::check).
    pub fn of_model(self, model: &Model) -> Result<Model, TrainError> {
        self.check()?;
        let (perturbation, level) = match self {
            Compression::RoundTensor(bits) => (Perturbation::RoundTensor, f64::from(bits)),
            Compression::RoundRow(bits) => (Perturbation::RoundRow, f64::from(bits)),
            Compression::Prune(fraction) => (Perturbation::Prune, fraction),
            Compression::LowRank(rank) => (Perturbation::Truncate, model.dim().saturating_sub(rank) as f64),
        };
        // None of these draws anything.
        Ok(perturbation.apply(model, level, &mut rng(0, 0))?)
    }

    fn of_matrix(self, matrix: MatRef<'_, f64>) -> Mat<f64> {
        match self {
            Compression::RoundTensor(bits) => round_tensor(matrix, bits),
            Compression::RoundRow(bits) => round_rows(matrix, bits),
            Compression::Prune(fraction) => prune_entries(matrix, fraction),
            Compression::LowRank(rank) => low_rank(matrix, rank),
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Compression::RoundTensor(bits) => write!(f, "round_tensor({bits})"),
            Compression::RoundRow(bits) => write!(f, "round_row({bits})"),
            Compression::Prune(fraction) => write!(f, "prune({fraction})"),
            Compression::LowRank(rank) => write!(f, "low_rank({rank})"),
        }
    }
}

fn low_rank(matrix: MatRef<'_, f64>, rank: usize) -> Mat<f64> {
    if matrix.nrows().min(matrix.ncols()) <= rank {
        return matrix.to_owned();
    }
    let directions = svd(matrix).v.subcols(0, rank).to_owned();
    matmul_nt(matmul(matrix, directions.as_ref()).as_ref(), directions.as_ref())
}

/// The model with its head replaced by the closest of a rank, written in that many dimensions: `g = Vᵀ g`, `f = Vᵀ f`, V the first
/// `rank` right singular vectors of G (M×rank).
///
/// What a network with [`Compression::LowRank`] weights is, without the dimensions that its head no longer reads: so
/// [`compare`](logitdist::compare) sets T11's floor beside it. In general not the closest model of that dimension, which depends on
/// the embeddings too: see [`Compression::of_model`].
///
/// # Errors
/// A rank of 0.
pub fn low_rank_head(model: &Model, rank: usize) -> Result<Model, TrainError> {
    Compression::LowRank(rank).check()?;
    let directions = svd(model.unembeddings()).v;
    let directions = directions.subcols(0, rank.min(directions.ncols()));
    Ok(Model::new(
        matmul(model.embeddings(), directions),
        matmul(model.unembeddings(), directions),
        model.bias().map(<[f64]>::to_vec),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Head, NetworkSpec};
    use logitdist::bound;
    use logitdist::{Bound, Direction, Pair, PairSummary, ProbabilityInputs, Reduced, Statement, Status};
    use logitdist_linalg::singular_values;

    fn network(head: Head) -> Network {
        let spec = NetworkSpec {
            hidden: vec![20, 12],
            dim: 8,
            activation: Activation::Tanh,
            head,
            ..NetworkSpec::default()
        };
        Network::new(&spec, 6, 10, 4).unwrap()
    }

    fn features() -> Mat<f64> {
        Mat::from_fn(150, 6, |i, j| 3.0 * ((7 * i + 11 * j + i * j) as f64).sin())
    }

    fn weights<'a>(network: &'a Network) -> impl Iterator<Item = (String, bool, Mat<f64>)> + 'a {
        network.parts().into_iter().map(|part| {
            let values = &network.parameters()[part.range.clone()];
            let matrix = Mat::from_fn(part.rows, part.cols, |i, j| f64::from(values[i + j * part.rows]));
            (part.name.clone(), part.name.ends_with(".weight"), matrix)
        })
    }

    fn both_heads() -> [Network; 2] {
        [network(Head::Linear { bias: true }), network(Head::Network { hidden: vec![9] })]
    }

    #[test]
    fn every_weight_matrix_is_compressed_and_no_bias() {
        for whole in both_heads() {
            for compression in [
                Compression::RoundTensor(3),
                Compression::RoundRow(2),
                Compression::Prune(0.6),
                Compression::LowRank(3),
            ] {
                let compressed = compression.of_network(&whole).unwrap();
                for ((name, is_matrix, before), (_, _, after)) in weights(&whole).zip(weights(&compressed)) {
                    let case = format!("{compression}, {name}");
                    assert_eq!(before != after, is_matrix, "{case}");
                    if !is_matrix {
                        continue;
                    }
                    let entries = || after.col_iter().flat_map(|column| column.iter().copied());
                    match compression {
                        Compression::RoundTensor(bits) => {
                            let mut values: Vec<f64> = entries().map(|v| v + 0.0).collect();
                            values.sort_by(f64::total_cmp);
                            values.dedup();
                            assert!(values.len() < 1 << bits, "{case}: {values:?}");
                            assert_eq!(before.norm_max(), after.norm_max(), "{case}");
                        }
                        Compression::RoundRow(_) => {
                            for (row, rounded) in before.row_iter().zip(after.row_iter()) {
                                let largest = row.norm_max();
                                assert!(rounded.iter().all(|v| [0.0, largest].contains(&v.abs())), "{case}");
                            }
                        }
                        Compression::Prune(fraction) => {
                            let zeros = entries().filter(|v| *v == 0.0).count();
                            let all = before.nrows() * before.ncols();
                            assert_eq!(zeros, (fraction * all as f64).round() as usize, "{case}");
                        }
                        Compression::LowRank(rank) => {
                            let (s, kept) =
                                (singular_values(before.as_ref()), singular_values(after.as_ref()));
                            assert!(kept[rank..].iter().all(|v| *v < 1e-6), "{case}: {kept:?}");
                            let lost: f64 = s[rank..].iter().map(|v| v * v).sum();
                            let error = (before - after).squared_norm_l2();
                            assert!((error / lost - 1.0).abs() < 1e-5, "{case}: {error}, {lost}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_takes_nothing_away_changes_nothing() {
        for network in both_heads() {
            for compression in [Compression::Prune(0.0), Compression::LowRank(20)] {
                assert_eq!(compression.of_network(&network).unwrap(), network, "{compression}");
                let model = network.model(features().as_ref()).unwrap();
                assert_eq!(compression.of_model(&model).unwrap(), model, "{compression}");
            }
            let all_gone = Compression::Prune(1.0).of_network(&network).unwrap();
            assert!(weights(&all_gone).all(|(_, is_matrix, w)| !is_matrix || w.norm_max() == 0.0));
        }
    }

    #[test]
    fn more_bits_and_more_directions_are_closer() {
        for whole in both_heads() {
            let distance = |compression: Compression| {
                let compressed = compression.of_network(&whole).unwrap();
                let (a, b) = (
                    whole.model(features().as_ref()).unwrap(),
                    compressed.model(features().as_ref()).unwrap(),
                );
                logitdist::measure::d_logit::d_logit(&reduced(&a, &b))
            };
            for kind in [Compression::RoundTensor, Compression::RoundRow] {
                let moved = [3, 6, 12].map(|bits| distance(kind(bits)));
                assert!(moved[0] > moved[1] && moved[1] > moved[2] && moved[2] > 0.0, "{moved:?}");
                // Twice the bits of a grid: half the step each.
                assert!(moved[2] < moved[1] / 20.0, "{moved:?}");
            }
            assert!(distance(Compression::LowRank(2)) > distance(Compression::LowRank(6)));
            assert!(distance(Compression::Prune(0.9)) > distance(Compression::Prune(0.1)));
        }
    }

    fn reduced(a: &Model, b: &Model) -> Reduced {
        let pair = Pair::new(a, b).unwrap();
        Reduced::of(&PairSummary::of(&pair, &ProbabilityInputs::None, &[]).unwrap())
    }

    fn floor(a: &Model, b: &Model) -> Bound {
        bound::compression_floor(&reduced(a, b), Direction::Ab)
    }

    #[test]
    fn no_compressed_network_is_under_the_floor_and_the_best_model_is_on_it() {
        for whole in both_heads() {
            let model = whole.model(features().as_ref()).unwrap();
            for rank in 1..8 {
                let compressed = Compression::LowRank(rank).of_network(&whole).unwrap();
                let compressed = compressed.model(features().as_ref()).unwrap();
                let head_alone = low_rank_head(&model, rank).unwrap();
                let best = Compression::LowRank(rank).of_model(&model).unwrap();
                let mut reached = Vec::new();
                for narrow in [&best, &head_alone, &low_rank_head(&compressed, rank).unwrap()] {
                    assert_eq!(narrow.dim(), rank);
                    let bound = floor(&model, narrow);
                    assert_eq!((bound.holds, &bound.status), (Some(true), &Status::Ok), "rank {rank}");
                    let Some(Statement::AtMost { rhs, .. }) = bound.statement else { panic!("T11 applies") };
                    reached.push((rhs, bound.tightness.unwrap()));
                }
                assert!(reached[0].1 > 1.0 - 1e-9, "rank {rank}: {reached:?}");
                assert!(reached[1].1 < 1.0 - 1e-6 && reached[1].0 > reached[0].0, "rank {rank}: {reached:?}");
                assert!(reached[2].0 > reached[0].0, "rank {rank}: {reached:?}");
            }
        }
    }

    #[test]
    fn a_head_of_low_rank_says_the_same_in_fewer_dimensions() {
        let whole = network(Head::Linear { bias: true });
        let model = whole.model(features().as_ref()).unwrap();
        let low = low_rank(model.unembeddings(), 3);
        let same_width =
            Model::new(model.embeddings().to_owned(), low, model.bias().map(<[f64]>::to_vec)).unwrap();
        let narrow = low_rank_head(&model, 3).unwrap();
        assert!(logitdist::measure::d_logit::d_logit(&reduced(&same_width, &narrow)) < 1e-12);
        assert_eq!(low_rank_head(&model, 50).unwrap().dim(), 8);
    }

    #[test]
    fn settings_outside_their_range_are_refused_by_name() {
        let network = network(Head::Linear { bias: false });
        for (compression, message) in [
            (Compression::RoundTensor(1), "`bits` is 1; it must be from 2 to 16"),
            (Compression::RoundRow(17), "`bits` is 17; it must be from 2 to 16"),
            (Compression::Prune(1.5), "`fraction` is 1.5; it must be from 0 to 1"),
            (Compression::Prune(f64::NAN), "`fraction` is NaN; it must be from 0 to 1"),
            (Compression::LowRank(0), "`rank` is 0; it must be at least 1"),
        ] {
            assert_eq!(compression.of_network(&network).unwrap_err().to_string(), message);
            let model = network.model(features().as_ref()).unwrap();
            assert_eq!(compression.of_model(&model).unwrap_err().to_string(), message);
        }
        assert!(low_rank_head(&network.model(features().as_ref()).unwrap(), 0).is_err());
    }
}
