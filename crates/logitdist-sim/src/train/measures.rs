//! What is measured of trained networks beyond a comparison of models: it needs labels, or the networks themselves.

use super::TrainedPair;
use logitdist::Comparison;

/// Tokens of these measures, in the order of their columns: they follow those of a comparison in every run with trained networks.
pub const TOKENS: [&str; 2] = ["accuracy_a", "accuracy_b"];

/// A pair's comparison with these measures.
///
/// # Errors
/// Networks that do not fit the data.
pub fn added(mut comparison: Comparison, pair: &TrainedPair) -> Result<Comparison, String> {
    let accuracies = [&pair.a, &pair.b].map(|network| network.accuracy(&pair.data));
    for (token, accuracy) in TOKENS.into_iter().zip(accuracies) {
        comparison.scalars.push((token, Ok(accuracy.map_err(|e| e.to_string())?)));
    }
    Ok(comparison)
}
