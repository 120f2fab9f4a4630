//! Words for the values of parameters.

use super::{bound, copies, spaced};
use crate::typeset::{minus, power_of_ten, superscript, typeset};
use logitdist::theorem;
use logitdist_results::networks::name_of;

/// The most characters of a number that is written as the data have it.
const SHORT: usize = 6;

/// Values that are written otherwise than their tokens, and the parameter that they are of; empty for all.
const VALUES: [(&str, &str, &str); 37] = [
    ("", "kl", "KL"),
    ("", "reverse_kl", "reverse KL"),
    ("", "gaussian", "Gaussian"),
    ("", "l1", "L1"),
    ("", "l2", "L2"),
    ("", "centred_l2", "centred L2"),
    ("loss", "weighted", "weighted distance"),
    ("loss", "mixture", "KL and centred L2"),
    ("loss", "none", "not trained"),
    ("loss", "copy", "a copy"),
    ("source", "noise_logits", "noise on the logits"),
    ("source", "noise_embeddings", "noise on the embeddings"),
    ("source", "noise_unembeddings", "noise on the unembeddings"),
    ("source", "linear_change", "linear change of the embeddings"),
    ("source", "prune", "pruned"),
    ("source", "truncate", "truncated"),
    ("source", "round_row", "rounded, a scale per row"),
    ("source", "round_tensor", "rounded, a scale per matrix"),
    ("source", "int", "rounded weights"),
    ("source", "rank", "truncated"),
    ("source", "finetune", "fine-tuned"),
    ("source", "distil", "distilled"),
    ("source", "lens", "read out at a layer"),
    ("source", "train.held_out", "trained on a part"),
    ("source", "train.everywhere", "trained everywhere"),
    ("per", "row", "a scale per row"),
    ("per", "tensor", "a scale per matrix"),
    ("group", "row", "a scale per row"),
    ("tune", "head", "head tuned"),
    ("tune", "whole", "all layers tuned"),
    ("method", "full", "all weights"),
    ("method", "head", "head alone"),
    ("part", "all", "whole model"),
    ("part", "head", "head alone"),
    ("part", "body", "body alone"),
    ("part", "held_out", "inputs held out"),
    ("part", "test", "test inputs"),
];

/// Words with a number in them, where `#` stands, by what the number is of.
const NUMBERED: [(&str, &str); 6] = [
    ("bits", "# bits"),
    ("weights that share a scale", "groups of #"),
    ("training steps", "# training steps"),
    ("number of labels", "# labels"),
    ("number of inputs", "# inputs"),
    ("number of classes", "# classes"),
];

/// What makes numbers into a value, by how its token begins.
const FUNCTIONS: [(&str, &str); 2] =
    [("step(leading(", "#1 eigenvalues of 1, others #2"), ("student_t(", "Student’s t, ν = #1")];

/// A value of any parameter in few words: `power law 1`, `noise embeddings`, 0.01; a bound by its number and name.
pub fn value(text: &str) -> String {
    value_of("", text)
}

/// A value of a parameter in few words: of `tune` is `head` the head that was tuned.
pub fn value_of(name: &str, text: &str) -> String {
    if theorem(text).is_some() {
        return bound(text);
    }
    if let Ok(x) = text.parse::<f64>() {
        // As axes have them: what has a power of ten there has it here.
        let is_short = text.len() <= SHORT && !text.contains('e') && (x == 0.0 || x.abs() >= 1e-3);
        return if is_short { minus(text.to_owned()) } else { typeset(x) };
    }
    let is_own = |(of, token, _): &&(&str, &str, &str)| *token == text && (of.is_empty() || *of == name);
    if let Some((.., words)) = VALUES.iter().find(is_own) {
        return (*words).to_owned();
    }
    if name == "copy" {
        return copies::words(text);
    }
    if let Some(target) = text.strip_prefix("search.") {
        return format!("search, {}", spaced(target));
    }
    let text = name_of(text);
    let numbers = |text: &str| -> Vec<String> {
        let parts = text.split([';', '(', ')', ' ', ',']).filter(|part| part.parse::<f64>().is_ok());
        parts.map(value).collect()
    };
    if let Some((_, words)) = FUNCTIONS.iter().find(|(begin, _)| text.starts_with(begin)) {
        let put = |words: String, (i, own): (usize, String)| words.replace(&format!("#{}", i + 1), &own);
        return numbers(text).into_iter().enumerate().fold((*words).to_owned(), put);
    }
    let (function, inside) = text.split_once('(').unwrap_or((text, ""));
    match (numbers(inside), numbers(text)) {
        (own, _) if !own.is_empty() => format!("{} {}", spaced(function), own.join(", ")),
        // A list of numbers.
        (_, all) if all.len() > 1 => format!("({})", all.join(", ")),
        _ => spaced(text),
    }
}

/// Whether a value in words says by itself which parameter it is of, as `head tuned` does.
pub fn says_what_it_is_of(name: &str, text: &str) -> bool {
    VALUES.iter().any(|(of, token, _)| *of == name && *token == text)
}

/// A number with what it is of: `dimension 8`, `4 bits`, `logit distance 0.1 nats`.
pub fn of_number(words: &str, number: &str) -> String {
    if let Some((name, unit)) = words.strip_suffix(')').and_then(|words| words.rsplit_once(" (")) {
        return format!("{name} {number} {unit}");
    }
    let own = NUMBERED.iter().find(|(known, _)| *known == words);
    let words = own.map_or_else(|| format!("{words} {number}"), |(_, form)| form.replace('#', number));
    if number == "1" && own.is_some() { words.trim_end_matches('s').to_owned() } else { words }
}

/// A value of several in few words: where they are powers of ten and one of them has to be written as such, all are.
pub fn value_among(text: &str, all: &[&str]) -> String {
    let power = |text: &&str| power_of_ten(text.parse::<f64>().ok()?);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_short_and_have_no_syntax() {
        for (text, want) in [
            ("0.009999999999999998", "0.01"),
            ("0.001", "0.001"),
            ("-1", "−1"),
            ("power_law(1)", "power law 1"),
            ("step(leading(4);ratio(0.001))", "4 eigenvalues of 1, others 0.001"),
            ("student_t(3)", "Student’s t, ν = 3"),
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
    fn what_a_token_is_follows_from_its_parameter() {
        let of = |(name, text): (&str, &str)| value_of(name, text);
        assert_eq!(
            [("tune", "head"), ("method", "head"), ("embeddings", "head")].map(of),
            ["head tuned", "head alone", "head"]
        );
        assert_eq!(of(("source", "round_row")), "rounded, a scale per row");
        assert_eq!(of(("copy", "int4-g32")), "4 bits, groups of 32");
        assert_eq!(
            [("bits", "4"), ("bits", "1"), ("dimension", "1")].map(|(words, n)| of_number(words, n)),
            ["4 bits", "1 bit", "dimension 1"]
        );
        assert_eq!(of_number("logit distance (nats)", "0.1"), "logit distance 0.1 nats");
    }
}
