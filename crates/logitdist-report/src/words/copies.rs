//! Copies of one model, named by what was done to it: parts with hyphens between them, as `int4-g32`.

use super::values::{value, value_of};

/// What was done to a copy, in words: `4 bits, groups of 32`.
pub fn words(token: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in token.split('-') {
        let is_mantissa =
            |last: &&mut String| last.strip_suffix('e').is_some_and(|x| x.parse::<f64>().is_ok());
        match parts.last_mut().filter(is_mantissa) {
            // A negative exponent is no new part.
            Some(mantissa) => *mantissa += &format!("-{part}"),
            None => parts.push(part.to_owned()),
        }
    }
    let mut words = Vec::new();
    let mut rest = &parts[..];
    while let [part, others @ ..] = rest {
        let (said, used) = one(part, others.first().map(String::as_str));
        words.push(said);
        rest = &others[used..];
    }
    words.join(", ")
}

/// A part in words, and whether the next one is in them.
fn one(part: &str, next: Option<&str>) -> (String, usize) {
    let number = |text: &str| text.parse::<f64>().ok();
    let after = |begin: &str| part.strip_prefix(begin).filter(|rest| number(rest).is_some());
    if let Some(bits) = after("int") {
        return (format!("{bits} bits"), 0);
    }
    if let Some(size) = after("g") {
        return (format!("groups of {size}"), 0);
    }
    match (part, next) {
        ("prune", Some(share)) if number(share).is_some() => {
            (format!("{} % pruned", value(&(100.0 * number(share).unwrap_or(0.0)).to_string())), 1)
        }
        ("rank", Some(rank)) if number(rank).is_some() => (format!("rank {rank}"), 1),
        ("row", _) => (value_of("group", part), 0),
        ("head" | "body", _) => (value_of("part", part), 0),
        ("finetune", Some(method)) => (format!("fine-tuned, {}", value_of("method", method)), 1),
        (steps, None) if steps.parse::<u32>().is_ok() => (format!("{steps} steps"), 0),
        ("weighted" | "mixture", _) => (value_of("loss", part), 0),
        _ => (value(part), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn copies_are_named_by_what_was_done_to_them() {
        for (token, want) in [
            ("original", "original"),
            ("int8-row", "8 bits, a scale per row"),
            ("int4-g32", "4 bits, groups of 32"),
            ("int4-row-head", "4 bits, a scale per row, head alone"),
            ("prune-0.3", "30 % pruned"),
            ("rank-432-body", "rank 432, body alone"),
            ("student-centred_l2-30", "student, centred L2, 30 steps"),
            ("student-mixture-30", "student, KL and centred L2, 30 steps"),
            ("finetune-full-1e-05-3", "fine-tuned, all weights, 10⁻⁵, 3 steps"),
        ] {
            assert_eq!(words(token), want);
        }
    }
}
