//! What stands on the two sides of bounds from above, in words with units.

/// What the left side is, and the unit of both sides: empty for pure numbers. By token, as bounds of one number may be about different things.
const SIDES: [(&str, &str, &str); 18] = [
    ("cca_spectral", "lost variance of the logits", "nats²"),
    ("cca_two_spectra", "lost variance of the logits", "nats²"),
    ("compression_floor", "variance beyond the smaller dimension", "nats²"),
    ("d_ls", "error of the best linear map", "units of f"),
    ("probe_transfer", "error of the worst carried probe", "nats"),
    ("d_rep_worst_subset", "linear identifiability dissimilarity", "units of f"),
    ("d_rep_per_subset", "linear identifiability dissimilarity", "units of f"),
    ("logit_from_kl", "squared logit distance", "nats²"),
    ("logit_from_kl_pointwise", "squared logit distance", "nats²"),
    ("kl_from_logit", "KL divergence", "nats"),
    ("kl_from_logit_sharp", "KL divergence", "nats"),
    ("tv_from_logit", "total variation", ""),
    ("hellinger_from_logit", "Hellinger distance", ""),
    ("js_from_logit", "Jensen–Shannon divergence", "nats"),
    ("kl_weighted_lower", "half the weighted variance", "nats"),
    ("kl_weighted_upper", "KL divergence", "nats"),
    ("d_fg_linear", "PLS-SVD dissimilarity", ""),
    ("d_fg_quadratic", "PLS-SVD dissimilarity", ""),
];

/// What the left sides of some bounds of a family are, after what the family is about where that does not say it.
pub fn title(family: &str, tokens: &[&str]) -> String {
    let mut quantities: Vec<&str> = Vec::new();
    for (what, _) in tokens.iter().filter_map(|token| side(token)) {
        if !quantities.contains(&what) {
            quantities.push(what);
        }
    }
    match quantities[..] {
        [one] if one == family => family.to_owned(),
        [_] | [_, _] => format!("{family}: {}", quantities.join(", ")),
        // Bounds about so many things are named by them.
        _ => family.to_owned(),
    }
}

/// The name of the axis of a side with the unit of these bounds: `left side (nats²)`.
pub fn side_label(name: &str, tokens: &[&str]) -> String {
    let mut units: Vec<&str> = tokens.iter().filter_map(|token| Some(side(token)?.1)).collect();
    units.sort_unstable();
    units.dedup();
    match units[..] {
        [] | [""] => name.to_owned(),
        // In one line.
        [unit] => format!("{name} ({})", unit.replace(' ', "\u{a0}")),
        // Bounded divergences are shares but for this one.
        _ => format!("{name} (JS:\u{a0}{})", units[units.len() - 1]),
    }
}

fn side(token: &str) -> Option<(&'static str, &'static str)> {
    SIDES.iter().find(|(own, ..)| *own == token).map(|(_, what, unit)| (*what, *unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use logitdist::{BoundSide, measure, theorems};

    #[test]
    fn every_bound_from_above_has_sides_with_the_unit_of_its_measure() {
        for row in theorems().filter(|row| row.side == BoundSide::AtMost) {
            let (what, unit) = side(row.token).unwrap_or_else(|| panic!("{} has no sides", row.token));
            assert!(!what.is_empty());
            if let Some((measured, _)) = measure(row.left) {
                assert_eq!(unit, measured.unit.words(), "{}", row.token);
            }
        }
    }

    #[test]
    fn panels_say_what_left_sides_are_and_axes_their_unit() {
        let divergences = ["tv_from_logit", "hellinger_from_logit", "js_from_logit"];
        for (family, tokens, want, label) in [
            (
                "a",
                &["cca_spectral", "cca_two_spectra"][..],
                "a: lost variance of the logits",
                "left side (nats²)",
            ),
            ("PLS-SVD dissimilarity", &["d_fg_linear"], "PLS-SVD dissimilarity", "left side"),
            (
                "a",
                &["kl_weighted_lower", "kl_weighted_upper"],
                "a: half the weighted variance, KL divergence",
                "left side (nats)",
            ),
            ("a", &divergences, "a", "left side (JS:\u{a0}nats)"),
            ("a", &["d_ls"], "a: error of the best linear map", "left side (units\u{a0}of\u{a0}f)"),
            ("unheard_of", &["unheard_of"], "unheard_of", "left side"),
        ] {
            assert_eq!((title(family, tokens), side_label("left side", tokens)), (want.into(), label.into()));
        }
    }
}
