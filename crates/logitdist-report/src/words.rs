//! Words and symbols for what the data call by tokens: they stand on axes and in legends.

use crate::typeset::{minus, superscript, typeset};
use logitdist::{measure, theorem};
use logitdist_results::networks::name_of;

/// The most characters of a number that is written as the data have it.
const SHORT: usize = 6;

/// What `level` is, by how the names of sources begin.
const LEVELS: [(&str, &str); 10] = [
    ("noise", "noise level"),
    ("heavy_tailed", "noise level"),
    ("linear_change", "condition number − 1"),
    ("affine_change", "condition number − 1"),
    ("label_permutation", "share of labels permuted"),
    ("round", "bits"),
    ("prune", "share of entries set to zero"),
    ("truncate", "directions removed"),
    ("temperature", "temperature − 1"),
    ("dropout", "dropout probability"),
];

/// Parameters whose names are not words.
const PARAMETERS: [(&str, &str); 14] = [
    ("dim", "dimension"),
    ("labels", "number of labels"),
    ("inputs", "number of inputs"),
    ("condition", "condition number"),
    ("scale", "size of the logits"),
    ("rank", "rank of the noise"),
    ("gamma", "γ"),
    ("epsilon", "ε"),
    ("family_tau", "τ"),
    ("family_rho", "ρ"),
    ("classes", "number of classes"),
    ("family_spectrum_b", "spectrum of b"),
    ("student_dim", "dimension of the student"),
    ("points", "number of points"),
];

/// What studies measure beside the table of measures.
const MEASURED: [(&str, &str); 2] =
    [("loss_old", "loss on old text (nats)"), ("loss_new", "loss on new text (nats)")];

/// Values that are written otherwise than their tokens.
const VALUES: [(&str, &str); 5] =
    [("kl", "KL"), ("reverse_kl", "reverse KL"), ("l1", "L1"), ("l2", "L2"), ("centred_l2", "centred L2")];

/// A coordinate in words, as a source means it: `level` of noise is a noise level, that of rounding is bits.
pub fn axis(name: &str, source: Option<&str>) -> String {
    if let ("level", Some(source)) = (name, source)
        && let Some((_, words)) = LEVELS.iter().find(|(begin, _)| source.starts_with(begin))
    {
        return (*words).to_owned();
    }
    let known = PARAMETERS.iter().find(|(token, _)| *token == name);
    known.map_or_else(|| spaced(name), |(_, words)| (*words).to_owned())
}

/// A value in few words: `power law 1`, `step 4:0.001`, `noise embeddings`, 0.01; a bound by its number and name.
pub fn value(text: &str) -> String {
    if theorem(text).is_some() {
        return bound(text);
    }
    if let Ok(x) = text.parse::<f64>() {
        // As axes have them: what has a power of ten there has it here.
        let is_short = text.len() <= SHORT && !text.contains('e') && (x == 0.0 || x.abs() >= 1e-3);
        return if is_short { minus(text.to_owned()) } else { typeset(x) };
    }
    if let Some((_, words)) = VALUES.iter().find(|(token, _)| *token == text) {
        return (*words).to_owned();
    }
    if let Some(target) = text.strip_prefix("search.") {
        return format!("search, {}", spaced(target));
    }
    let text = name_of(text);
    let (name, inside) = text.split_once('(').unwrap_or((text, ""));
    let numbers = |text: &str| -> Vec<String> {
        let parts = text.split([';', '(', ')', ' ', ',']).filter(|part| part.parse::<f64>().is_ok());
        parts.map(value).collect()
    };
    match (numbers(inside), numbers(text)) {
        (own, _) if !own.is_empty() => format!("{} {}", spaced(name), own.join(":")),
        // A list of numbers.
        (_, all) if all.len() > 1 => format!("({})", all.join(", ")),
        _ => spaced(text),
    }
}

/// A value of several in few words: where they are powers of ten and one of them has to be written as such, all are.
pub fn value_among(text: &str, all: &[&str]) -> String {
    let power = |text: &&str| {
        let power = text.parse::<f64>().ok()?.log10().round();
        let is_power = (text.parse::<f64>().ok()? / 10f64.powf(power) - 1.0).abs() < 1e-9;
        is_power.then_some(power as i32)
    };
    let is_zero = |text: &&&str| text.parse::<f64>() == Ok(0.0);
    let mut others = all.iter().filter(|text| !is_zero(text));
    let are_powers = others.clone().all(|text| power(text).is_some());
    match power(&text) {
        Some(own) if are_powers && others.any(|text| value(text).contains("10⁻")) => {
            format!("10{}", superscript(own))
        }
        _ => value(text),
    }
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
    format!("{} ({own})", row.number)
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
    let name = row.words(row.name, direction);
    match row.unit.words() {
        "" => name,
        unit => format!("{name} ({unit})"),
    }
}

/// A measure without its unit.
pub fn measure_name(token: &str) -> String {
    measure(token).map_or_else(|| spaced(token), |(row, direction)| row.words(row.name, direction))
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
    fn values_are_short_and_have_no_syntax() {
        for (text, want) in [
            ("0.009999999999999998", "0.01"),
            ("0.001", "0.001"),
            ("-1", "−1"),
            ("power_law(1)", "power law 1"),
            ("step(leading(4);ratio(0.001))", "step 4:0.001"),
            ("4;2;1;0.5", "(4, 2, 1, 0.5)"),
            ("1e-6", "10⁻⁶"),
            ("0.0001", "10⁻⁴"),
            ("reverse_kl", "reverse KL"),
            ("search.correlations", "search, correlations"),
            ("noise_embeddings", "noise embeddings"),
            ("train.held_out", "held out"),
            ("clustered(0.1)", "clustered 0.1"),
            ("tv_from_logit", "T15 (total variation)"),
        ] {
            assert_eq!(value(text), want);
        }
    }

    #[test]
    fn powers_of_ten_are_all_written_as_such_or_none_is() {
        let of = |all: &[&str]| all.iter().map(|text| value_among(text, all)).collect::<Vec<_>>().join(" ");
        assert_eq!(of(&["0", "1e-05", "0.0001", "0.001", "1"]), "0 10⁻⁵ 10⁻⁴ 10⁻³ 10⁰");
        assert_eq!(of(&["0.01", "0.1", "1"]), "0.01 0.1 1");
        assert_eq!(of(&["1e-05", "0.0002", "0.001"]), "10⁻⁵ 2×10⁻⁴ 0.001");
        assert_eq!(of(&["head", "full"]), "head full");
    }

    #[test]
    fn axes_bounds_and_measures_have_words() {
        assert_eq!(axis("level", Some("noise_logits")), "noise level");
        assert_eq!(axis("level", Some("round_row")), "bits");
        assert_eq!(axis("learning_rate", None), "learning rate");
        assert_eq!(bound("m_cca_two_spectra"), "T5 (both spectra)");
        assert_eq!(bound("unheard_of"), "unheard_of");
        assert_eq!(bound("d_rep_worst_subset"), "T6 (worst subset)");
        assert_eq!(
            (similarity("m_cca"), similarity("m_cca_logits")),
            ("mean correlation".into(), "mean correlation of the logits".into())
        );
        assert_eq!(measure_of("d_logit"), "logit distance (nats)");
        assert_eq!(measure_of("loss_old"), "loss on old text (nats)");
        assert_eq!(measure_of("own_measure"), "own measure");
        assert!(is_share("m_cca") && is_share("top1_agreement") && !is_share("d_logit"));
        for row in theorems() {
            assert!(bound(row.token).starts_with(row.number), "{}", row.token);
        }
    }
}
