//! What is certified: at the ends of the first axis, everything else fixed; and how often nothing is.

use super::{all_groups, floored, listed, percent};
use crate::declared::Quantity;
use crate::declared::defaults;
use crate::picture::certificates_of_m_cca;
use crate::typeset::typeset;
use crate::view::View;
use logitdist_results::Study;

/// The most panels that are told.
const MOST_PANELS: usize = 2;

/// A sentence for each of the first panels of the picture of m_CCA over the axis with most values.
pub fn certified(study: &Study) -> Vec<String> {
    let is_own = |bound: usize| certificates_of_m_cca().any(|row| row.token == study.bounds[bound].0);
    let pictures = defaults(study);
    let picture = pictures.iter().find(|picture| {
        let certifies = picture.quantity == Quantity::Certified && picture.colour_is_bound(study);
        certifies && picture.bounds.iter().all(|&bound| is_own(bound))
    });
    let Some((picture, drawn)) = picture.and_then(|picture| Some((picture, picture.numbers(study)?))) else {
        return Vec::new();
    };
    let fixed = picture.fixed_words(study);
    let panel = |panel: &crate::declared::DrawnPanel| {
        let places = || panel.curves.iter().flat_map(|curve| &curve.places).map(|place| place.x);
        let (first, last) = (places().min()?, places().max()?);
        let at = |x: usize| {
            let of = |curve: &crate::declared::Curve| {
                let place = curve.places.iter().find(|place| place.x == x)?;
                let number = certificates_of_m_cca()
                    .find(|row| Some(row.token) == picture.bound_of(study, curve))?
                    .number;
                Some(match place.middle {
                    0.0 => format!("nothing by {number}"),
                    y => format!("m_CCA ≥ {} by {number}", typeset(floored(y))),
                })
            };
            let all: Vec<String> = panel.curves.iter().filter_map(of).collect();
            format!("at {}, {}", picture.x_words(study, panel, x), listed(&all))
        };
        let source = picture.panel_words(study, panel);
        let given: Vec<String> = source.into_iter().chain(fixed.iter().cloned()).collect();
        let given = if given.is_empty() { String::new() } else { format!(" ({})", given.join(", ")) };
        Some(format!("Certified at the median of replicates{given}: {}; {}.", at(first), at(last)))
    };
    drawn.panels.iter().take(MOST_PANELS).filter_map(panel).collect()
}

/// The shares of cells in which bounds on m_CCA certify nothing.
pub fn vacuous(study: &Study) -> Option<String> {
    let parts: Vec<String> = certificates_of_m_cca()
        .filter_map(|row| {
            let group = all_groups(study).find(|g| g.bound == row.token)?;
            Some(format!("{} in {}", row.number, percent(group.vacuous_share()?)))
        })
        .collect();
    (!parts.is_empty())
        .then(|| format!("Vacuous, as shares of all cells and both directions: {}.", listed(&parts)))
}
