//! Networks rounded to few bits.

use logitdist_train::{Network, Part, TrainError};
use serde::Deserialize;

/// What shares one step of the grid that weights are rounded to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// All weights of a layer.
    #[default]
    Tensor,
    /// The weights of one output of a layer.
    Row,
}

/// The network with every weight at the nearest of the 2^b − 1 multiples of a step, `−(2^(b−1) − 1) … 2^(b−1) − 1`, the largest
/// weight that shares the step being the last of them.
///
/// Biases stay as they are, as in the usual quantised formats: they are few, and added to sums of many products. `bits` is from 2 to 16.
///
/// # Errors
/// None for a network: multiples of a finite step are finite.
pub fn rounded(network: &Network, bits: u32, per: Per) -> Result<Network, TrainError> {
    let mut parameters = network.parameters().to_vec();
    for Part { rows, range, .. } in network.parts().into_iter().filter(|part| part.name.ends_with(".weight"))
    {
        let weights = &mut parameters[range];
        match per {
            Per::Tensor => round(weights.iter_mut(), bits),
            // A layer's weights stand column after column.
            Per::Row => (0..rows).for_each(|row| round(weights.iter_mut().skip(row).step_by(rows), bits)),
        }
    }
    network.with_parameters(parameters)
}

fn round<'a>(weights: impl Iterator<Item = &'a mut f32>, bits: u32) {
    let mut weights: Vec<&mut f32> = weights.collect();
    let largest = weights.iter().fold(0.0f64, |largest, w| largest.max(f64::from(w.abs())));
    let step = largest / f64::from((1u32 << (bits - 1)) - 1);
    if step > 0.0 {
        weights.iter_mut().for_each(|w| **w = ((f64::from(**w) / step).round() * step) as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use logitdist_train::NetworkSpec;
    use std::collections::BTreeSet;

    fn network() -> Network {
        let spec = NetworkSpec { hidden: vec![7], dim: 3, ..NetworkSpec::default() };
        Network::new(&spec, 5, 4, 1).unwrap()
    }

    /// Different sizes of weights of each output of each layer.
    fn sizes(network: &Network) -> Vec<BTreeSet<u32>> {
        let weights = network.parts().into_iter().filter(|part| part.name.ends_with(".weight"));
        let rows = weights.flat_map(|part| {
            let values = network.parameters()[part.range.clone()].to_vec();
            (0..part.rows)
                .map(|row| (0..part.cols).map(|col| values[col * part.rows + row].abs().to_bits()).collect())
                .collect::<Vec<BTreeSet<u32>>>()
        });
        rows.collect()
    }

    #[test]
    fn two_bits_leave_zero_and_one_size() {
        let network = network();
        for per in [Per::Tensor, Per::Row] {
            let two = rounded(&network, 2, per).unwrap();
            assert!(sizes(&two).iter().all(|sizes| sizes.len() <= 2), "{per:?}");
        }
        let different = |per| {
            let all =
                sizes(&rounded(&network, 2, per).unwrap()).into_iter().flatten().collect::<BTreeSet<_>>();
            all.len()
        };
        // A size for each of three layers and 0, or one for each of 7 + 3 + 4 outputs and perhaps 0.
        assert_eq!(different(Per::Tensor), 4);
        assert!((14..=15).contains(&different(Per::Row)));
    }

    #[test]
    fn errors_halve_with_every_bit_and_biases_stay() {
        let network = network();
        for per in [Per::Tensor, Per::Row] {
            for bits in 2..=16 {
                let rounded = rounded(&network, bits, per).unwrap();
                for part in network.parts() {
                    let pairs =
                        part.range.clone().map(|i| (network.parameters()[i], rounded.parameters()[i]));
                    let largest = pairs.clone().fold(0.0f32, |largest, (w, _)| largest.max(w.abs()));
                    let half_a_step = 0.500_01 * largest / ((1u32 << (bits - 1)) - 1) as f32;
                    let allowed = if part.name.ends_with(".bias") { 0.0 } else { half_a_step };
                    for (before, after) in pairs {
                        assert!((before - after).abs() <= allowed, "{} at {bits} bits", part.name);
                    }
                }
            }
        }
    }
}
