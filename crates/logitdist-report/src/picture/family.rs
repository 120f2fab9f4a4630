//! Bounds that are about the same thing, to be seen side by side.

use crate::plot::{Colour, palette};
use logitdist::{BoundSide, Form, Theorem, theorems};
use logitdist_results::Study;

/// Families: a title, and bounds from the published to the sharpest.
const FAMILIES: [(&str, &[&str]); 14] = [
    ("canonical correlations", &["cca_spectral", "cca_two_spectra"]),
    ("m_cca", &["m_cca_linear", "m_cca_sharp", "m_cca_two_spectra", "m_cca_contrasts", "m_cca_from_kl"]),
    ("m_cca_logits", &["m_cca_logits_sharp", "m_cca_logits_two_spectra"]),
    ("d_rep", &["d_rep_worst_subset", "d_rep_per_subset"]),
    ("alignment", &["d_ls", "probe_transfer"]),
    ("d_logit from KL", &["logit_from_kl", "logit_from_kl_pointwise"]),
    ("KL from d_logit", &["kl_from_logit", "kl_from_logit_sharp"]),
    ("bounded divergences from d_logit", &["tv_from_logit", "hellinger_from_logit", "js_from_logit"]),
    ("KL as a weighted distance", &["kl_weighted_lower", "kl_weighted_upper"]),
    ("agreement", &["top1_from_logit"]),
    ("decisions of a probe", &["probe_agreement"]),
    ("explained variance", &["r2_from_logit"]),
    ("d_fg", &["d_fg_linear", "d_fg_quadratic"]),
    ("compression", &["compression_floor"]),
];

/// A family as far as a study has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// What it is about.
    pub title: String,
    /// Positions of its bounds, each with its colour.
    pub bounds: Vec<(usize, Colour)>,
    /// Whether its bounds certify a correlation.
    pub certifies: bool,
}

/// The families of a study; a bound that is in none is one of its own.
pub fn families(study: &Study) -> Vec<Family> {
    let known = FAMILIES.iter().map(|(title, tokens)| {
        let bounds: Vec<usize> = tokens.iter().filter_map(|token| study.bound(token)).collect();
        ((*title).to_owned(), bounds)
    });
    let listed = |token: &str| FAMILIES.iter().any(|(_, tokens)| tokens.contains(&token));
    let others = study.bounds.iter().enumerate().filter(|(_, (token, _))| !listed(token));
    let others = others.map(|(i, (token, _))| (token.clone(), vec![i]));
    let all = known.chain(others).filter(|(_, bounds)| !bounds.is_empty());
    all.map(|(title, bounds)| {
        let certifies = bounds.iter().any(|&b| certifies(study, b));
        Family { title, bounds: coloured(study, &bounds), certifies }
    })
    .collect()
}

/// Published bounds in vermillion, sharpened ones in blue and green.
fn coloured(study: &Study, bounds: &[usize]) -> Vec<(usize, Colour)> {
    let mut sharpened = [palette::BLUE, palette::GREEN, palette::PURPLE].into_iter().cycle();
    let mut colour = |bound: usize| match study.bounds[bound].1 {
        Form::Published => palette::VERMILLION,
        Form::Sharpened => sharpened.next().unwrap_or(palette::BLUE),
    };
    bounds.iter().map(|&bound| (bound, colour(bound))).collect()
}

/// The bounds that certify `m_cca`, from the published to the sharpest.
pub fn certificates_of_m_cca() -> impl Iterator<Item = &'static Theorem> {
    theorems().filter(|theorem| theorem.side == BoundSide::AtLeast("m_cca"))
}

/// Whether a bound certifies a correlation, so that it has a slack and no tightness.
pub fn certifies(study: &Study, bound: usize) -> bool {
    let all = study.summary.groups.iter().find(|g| g.axis == "all" && g.bound == study.bounds[bound].0);
    all.is_some_and(|g| !g.slack.is_empty())
}

/// Token and form: `d_ls, sharpened`.
pub fn name(study: &Study, bound: usize) -> String {
    let (token, form) = &study.bounds[bound];
    format!("{token}, {form}")
}
