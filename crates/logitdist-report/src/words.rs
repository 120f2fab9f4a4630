//! Words and symbols for what the data call by tokens: they stand on axes and in legends.

mod copies;
mod sides;
mod values;

pub use sides::{side_label, title};
pub use values::{of_number, says_what_it_is_of, value, value_among, value_of};

use logitdist::{measure, theorem};

/// What parameters are that sources mean differently: the name, how the names of the sources begin, and what it is there.
const OF_SOURCES: [(&str, &str, &str); 12] = [
    ("rank", "noise", "rank of the noise"),
    ("share", "prune", "share of entries set to zero"),
    ("level", "noise", "noise level"),
    ("level", "heavy_tailed", "noise level"),
    ("level", "linear_change", "condition number − 1"),
    ("level", "affine_change", "condition number − 1"),
    ("level", "label_permutation", "share of labels permuted"),
    ("level", "round", "bits"),
    ("level", "prune", "share of entries set to zero"),
    ("level", "truncate", "directions removed"),
    ("level", "temperature", "temperature − 1"),
    ("level", "dropout", "dropout probability"),
];

/// Parameters whose names are not words.
const PARAMETERS: [(&str, &str); 19] = [
    ("dim", "dimension"),
    ("distance", "logit distance (nats)"),
    ("labels", "number of labels"),
    ("inputs", "number of inputs"),
    ("condition", "condition number"),
    ("scale", "size of the logits"),
    ("gamma", "γ"),
    ("epsilon", "ε"),
    ("family_tau", "τ"),
    ("family_rho", "ρ"),
    ("classes", "number of classes"),
    ("family_spectrum_b", "spectrum of b"),
    ("student_dim", "dimension of the student"),
    ("points", "number of points"),
    ("per", "weights that share a scale"),
    ("group", "weights that share a scale"),
    ("target", "bound"),
    ("step", "training steps"),
    ("loss", "training loss"),
];

/// What studies measure beside the table of measures.
const MEASURED: [(&str, &str); 2] =
    [("loss_old", "loss on old text (nats a token)"), ("loss_new", "loss on new text (nats a token)")];

/// A coordinate in words, as a source means it: `level` of noise is a noise level, that of rounding is bits.
pub fn axis(name: &str, source: Option<&str>) -> String {
    let of_source = OF_SOURCES
        .iter()
        .find(|(own, begin, _)| *own == name && source.is_some_and(|source| source.starts_with(begin)));
    if let Some((.., words)) = of_source {
        return (*words).to_owned();
    }
    let known = PARAMETERS.iter().find(|(token, _)| *token == name);
    known.map_or_else(|| spaced(name), |(_, words)| (*words).to_owned())
}

/// What stands before a key whose names do not say what they are of: `KL` might be a distance or what was trained by; empty where they do.
pub fn heading(name: &str) -> String {
    if name == "loss" { axis(name, None) } else { String::new() }
}

/// A direction: whose spectrum and labels a bound uses.
pub fn direction(token: &str) -> &'static str {
    if token == "ba" { "b → a" } else { "a → b" }
}

/// A bound by its number and name: `T5 (both spectra)`; its token if the table has it no more. Of the name what its family has in common is
/// left out.
pub fn bound(token: &str) -> String {
    let Some(row) = theorem(token) else { return token.to_owned() };
    let own = row.name.strip_prefix(row.about()).and_then(|rest| rest.strip_prefix(", ")).unwrap_or(row.name);
    format!("{} ({})", row.number, plain(own))
}

/// What bounds have in common that are compared, in words.
pub fn family(about: &str) -> String {
    plain(about)
}

/// A text with the names of measures in place of their tokens.
fn plain(text: &str) -> String {
    let words = text.split(' ').map(|word| match word.contains('_') {
        true => name_of_measure(word).unwrap_or_else(|| word.to_owned()),
        false => word.to_owned(),
    });
    words.collect::<Vec<String>>().join(" ")
}

/// The name of the measure of a token, with or without a direction, in few words.
fn name_of_measure(token: &str) -> Option<String> {
    let token = token.to_lowercase();
    let (row, _) = measure(&token).or_else(|| measure(&format!("{token}_ab")))?;
    Some(row.name.split(',').next().unwrap_or(row.name).to_owned())
}

/// A similarity in few words: `mean correlation`.
pub fn similarity(token: &str) -> String {
    let name = measure_name(token).replace("canonical ", "");
    name.strip_suffix(" of the embeddings").map_or(name.clone(), str::to_owned)
}

/// A measure with its unit: `logit distance (nats)`.
pub fn measure_of(token: &str) -> String {
    let Some((row, direction)) = measure(token) else {
        let known = MEASURED.iter().find(|(own, _)| *own == token);
        return known.map_or_else(|| spaced(token), |(_, words)| (*words).to_owned());
    };
    let name = plain(&row.words(row.name, direction));
    match row.unit.words() {
        "" => name,
        unit => format!("{name} ({unit})"),
    }
}

/// A measure without its unit.
pub fn measure_name(token: &str) -> String {
    measure(token).map_or_else(|| spaced(token), |(row, direction)| plain(&row.words(row.name, direction)))
}

/// Whether a measure is between 0 and 1.
pub fn is_share(token: &str) -> bool {
    measure(token).is_some_and(|(row, _)| row.range.low >= 0.0 && row.range.high <= 1.0)
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use logitdist::theorems;

    #[test]
    fn axes_bounds_and_measures_have_words() {
        assert_eq!(axis("level", Some("noise_logits")), "noise level");
        assert_eq!(axis("level", Some("round_row")), "bits");
        assert_eq!(axis("learning_rate", None), "learning rate");
        assert_eq!(
            [Some("noise_logits"), Some("rank"), None].map(|source| axis("rank", source)),
            ["rank of the noise", "rank", "rank"]
        );
        assert_eq!(family("d_rep"), "linear identifiability dissimilarity");
        assert_eq!(family("d_fg"), "PLS-SVD dissimilarity");
        assert_eq!(family("KL from logit distance"), "KL from logit distance");
        assert_eq!(bound("m_cca_two_spectra"), "T5 (both spectra)");
        assert_eq!(bound("unheard_of"), "unheard_of");
        assert_eq!(bound("d_rep_worst_subset"), "T6 (worst subset)");
        assert_eq!(
            (similarity("m_cca"), similarity("m_cca_logits")),
            ("mean correlation".into(), "mean correlation of the logits".into())
        );
        // What is given has the words and the unit of what is measured.
        assert_eq!(
            [axis("distance", Some("search.divergence")), measure_of("d_logit")],
            ["logit distance (nats)"; 2]
        );
        assert_eq!(measure_of("loss_old"), "loss on old text (nats a token)");
        assert_eq!(measure_of("own_measure"), "own measure");
        assert!(is_share("m_cca") && is_share("top1_agreement") && !is_share("d_logit"));
        for row in theorems() {
            assert!(bound(row.token).starts_with(row.number), "{}", row.token);
            assert!(
                !bound(row.token).contains('_') && !family(row.about()).contains('_'),
                "{}",
                bound(row.token)
            );
        }
    }
}
