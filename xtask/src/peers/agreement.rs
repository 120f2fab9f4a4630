//! How closely values of a peer have to agree with ours.

use std::collections::BTreeMap;

/// The peers: the papers' way, the best that numpy does at full accuracy, and at half of it.
pub const PEERS: [&str; 3] = ["direct", "factors", "moments"];

/// A value of a peer beside ours.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// What it is.
    pub token: String,
    /// The peer's value.
    pub theirs: f64,
    /// Ours.
    pub ours: f64,
    /// |theirs − ours| / |ours|, or their difference itself where ours is 0.
    pub difference: f64,
    /// The largest difference that is no contradiction.
    pub tolerance: f64,
}

impl Agreement {
    /// Whether the difference is within the tolerance; NaN is not.
    pub fn holds(&self) -> bool {
        self.difference <= self.tolerance
    }
}

/// The largest relative difference that is no contradiction.
pub fn tolerance(peer: &str, token: &str) -> f64 {
    match (peer, token) {
        // scikit-learn iterates until a component changes by less than 1e-6, and the next ones inherit its error.
        ("direct", "m_cca") => 1e-2,
        // Second moments have the square of the condition number, and differences of them half of the digits.
        ("moments", _) => 1e-6,
        // Sums of terms of both signs lose the digits that KL divergence is smaller by than its terms.
        _ => 1e-8,
    }
}

/// All values of a peer beside ours of the same token.
pub fn agreements(
    peer: &str,
    theirs: &BTreeMap<String, f64>,
    ours: &BTreeMap<String, f64>,
) -> Vec<Agreement> {
    let both = theirs.iter().filter_map(|(token, &theirs)| Some((token, theirs, *ours.get(token)?)));
    both.map(|(token, theirs, ours)| {
        let difference = (theirs - ours).abs() / if ours == 0.0 { 1.0 } else { ours.abs() };
        Agreement { token: token.clone(), theirs, ours, difference, tolerance: tolerance(peer, token) }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, f64)]) -> BTreeMap<String, f64> {
        pairs.iter().map(|&(token, value)| (token.to_owned(), value)).collect()
    }

    #[test]
    fn what_is_within_its_tolerance_agrees_and_nothing_else() {
        let ours = values(&[("m_cca", 0.5), ("kl_ab", 1e-3), ("tv", 0.0), ("d_logit", 1.0)]);
        let theirs = values(&[("m_cca", 0.503), ("kl_ab", 1.0001e-3), ("tv", 1e-9), ("d_logit", f64::NAN)]);
        let holds =
            |peer| -> Vec<bool> { agreements(peer, &theirs, &ours).iter().map(Agreement::holds).collect() };
        // In the order of tokens: d_logit, kl_ab, m_cca, tv.
        assert_eq!(holds("direct"), [false, false, true, true]);
        assert_eq!(holds("factors"), [false, false, false, true]);
    }

    #[test]
    fn only_tokens_of_both_are_compared() {
        assert!(agreements("direct", &values(&[("cka", 1.0)]), &values(&[("m_cca", 1.0)])).is_empty());
    }
}
