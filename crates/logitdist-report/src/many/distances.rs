//! Distances of all pairs of models, by what they are made of.

use logitdist_results::many::ManyComparisons;

/// A symmetric matrix of distances.
#[derive(Debug, Clone, PartialEq)]
pub struct Distances {
    /// What they are, with the unit.
    pub label: &'static str,
    /// The distances.
    pub of: Vec<Vec<f64>>,
}

/// Distances that trees and maps are made of, where all of them exist: the logit distance, and the angle whose cosine m_cca is.
pub fn distances(many: &ManyComparisons) -> Vec<Distances> {
    if !many.all {
        return Vec::new();
    }
    let of = |token: &str, label, distance: fn(f64) -> f64| {
        let whole = many.square(token).into_iter().enumerate().map(|(i, row)| {
            let place = |(j, x): (usize, Option<f64>)| {
                let x = if i == j { 0.0 } else { distance(x?) };
                x.is_finite().then_some(x)
            };
            row.into_iter().enumerate().map(place).collect::<Option<Vec<f64>>>()
        });
        Some(Distances { label, of: whole.collect::<Option<_>>()? })
    };
    let both = [
        of("d_logit", "d_logit (nats)", |x| x),
        of("m_cca", "angle of m_cca (degrees)", |x| x.clamp(-1.0, 1.0).acos().to_degrees()),
    ];
    both.into_iter().flatten().filter(|distances| distances.of.len() > 1).collect()
}
