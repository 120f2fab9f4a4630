//! What serde says about a setting, in the words of its user.

use logitdist_io::did_you_mean;

/// Keys of whole numbers that may be 0.
const FROM_ZERO: [&str; 10] = [
    "warm_up",
    "bits",
    "tune_epochs",
    "epoch",
    "student",
    "teacher",
    "seed",
    "permutation",
    "epochs",
    "pivot",
];

/// A message of serde about the key `key`, in plain words; `None` if it has none of serde's forms.
pub fn plain(message: &str, key: &str) -> Option<String> {
    if let Some(rest) = message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: ")) {
        let (given, needed) = rest.split_once(", expected ")?;
        let needed = needed.split([':', '\n']).next().unwrap_or(needed);
        return Some(format!("is {}; it must be {}", given_in_words(given), needed_in_words(needed, key)));
    }
    if let Some(field) = quoted_after(message, "missing field ") {
        return Some(format!("the key `{field}` is missing"));
    }
    let (what, mark) = [("key", "unknown field "), ("value", "unknown variant ")]
        .into_iter()
        .find(|(_, mark)| message.starts_with(mark))?;
    let given = quoted_after(message, mark)?;
    let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
    // What follows names the place, which the user is told apart from this.
    let known: Vec<&str> = match message.find(": in `") {
        Some(end) => known.into_iter().filter(|name| message[..end].contains(&format!("`{name}`"))).collect(),
        None => known,
    };
    let list =
        if known.is_empty() { "none is known".into() } else { format!("known are {}", known.join(", ")) };
    Some(format!("unknown {what} `{given}`; {list}{}", did_you_mean(given, known.iter().copied())))
}

/// The word in backquotes after a mark.
pub fn quoted_after<'a>(message: &'a str, mark: &str) -> Option<&'a str> {
    message.split_once(mark)?.1.split('`').nth(1)
}

fn given_in_words(given: &str) -> String {
    match given.split_once(' ') {
        Some(("string", text)) => text.into(),
        Some(("integer" | "boolean", value)) => value.trim_matches('`').into(),
        Some(("floating", value)) => value.trim_start_matches("point ").trim_matches('`').into(),
        _ => match given {
            "sequence" => "a list".into(),
            "map" => "a table".into(),
            "null" | "unit value" => "nothing".into(),
            other => other.into(),
        },
    }
}

fn needed_in_words(needed: &str, key: &str) -> String {
    match needed {
        "usize" | "u64" | "u32" | "u16" | "u8" => {
            format!("a whole number of at least {}", u8::from(!FROM_ZERO.contains(&key)))
        }
        "i64" | "i32" => "a whole number".into(),
        "f64" | "f32" => "a number".into(),
        "a string" | "path string" | "string or map" | "a borrowed string" => "a text".into(),
        "a boolean" => "true or false".into(),
        "a sequence" => "a list".into(),
        other => match other.split_once(' ') {
            Some(("struct" | "enum" | "internally", _)) => {
                "a table of keys, or a name where one is enough".into()
            }
            _ => other.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_serde_become_plain() {
        for (message, key, words) in [
            (
                "invalid value: integer `-3`, expected usize: in `dim`",
                "dim",
                "is -3; it must be a whole number of at least 1",
            ),
            ("invalid type: string \"x\", expected f64", "level", "is \"x\"; it must be a number"),
            (
                "invalid type: floating point `0.5`, expected usize",
                "bits",
                "is 0.5; it must be a whole number of at least 0",
            ),
            ("invalid type: integer `3`, expected path string", "features", "is 3; it must be a text"),
            ("invalid type: boolean `true`, expected a sequence", "rho", "is true; it must be a list"),
            (
                "unknown variant `centerd_l2`, expected one of `kl`, `l2`, `centred_l2`: in `loss`",
                "loss",
                "unknown value `centerd_l2`; known are kl, l2, centred_l2; did you mean `centred_l2`?",
            ),
            ("unknown field `zzz`, expected `a` or `b`", "", "unknown key `zzz`; known are a, b"),
            ("missing field `data`", "", "the key `data` is missing"),
        ] {
            assert_eq!(plain(message, key).as_deref(), Some(words));
        }
        assert_eq!(plain("dim is 0; it must be at least 1", "dim"), None);
    }
}
