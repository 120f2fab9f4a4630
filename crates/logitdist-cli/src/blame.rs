//! Which line of a config, or which override, an error is about.

use logitdist_sim::{plain, quoted_after};

/// A place in a config and what is wrong there.
#[derive(Debug, PartialEq, Eq)]
pub struct Blame {
    /// The line, from 1, if there is one.
    pub line: Option<usize>,
    /// What is wrong, the key first.
    pub message: String,
}

impl Blame {
    /// What serde says about the text of a config at a byte of it.
    pub fn of(text: &str, at: usize, message: &str) -> Blame {
        let at = at.min(text.len());
        let unknown = quoted_after(message, "unknown field ");
        // Of some tables serde knows no more than where they begin. The mistake is in a line below.
        let (line, key) = match (unknown, key_before(text, at)) {
            (Some(key), _) => (line_of_key(text, key), None),
            (None, Some(key)) => (None, Some(key)),
            (None, None) => match line_of_value(text, message) {
                Some((line, key)) => (Some(line), Some(key)),
                None => (None, None),
            },
        };
        let line = line.unwrap_or(1 + text[..at].matches('\n').count());
        Blame { line: Some(line), message: worded(message, key) }
    }

    /// What a check says about a setting; its message begins with the key.
    pub fn of_check(text: &str, message: String) -> Blame {
        let key = quoted_after(&message, "").and_then(|key| key.rsplit('.').next());
        Blame { line: key.and_then(|key| line_of_key(text, key)), message }
    }
}

/// A message of serde in plain words, with the key that it is about.
pub fn worded(message: &str, key: Option<&str>) -> String {
    let last = key.and_then(|key| key.rsplit('.').next()).unwrap_or_default();
    match (plain(message, last), key) {
        (Some(words), Some(key)) if words.starts_with("is ") => format!("`{key}` {words}"),
        (Some(words), _) => words,
        (None, _) => message.replace('\n', ", "),
    }
}

/// The key whose value begins at a byte.
fn key_before(text: &str, at: usize) -> Option<&str> {
    let (before, _) = text[..at].rsplit_once('=')?;
    let key = before.trim_end().rsplit([' ', '\t', '\n', '{', ',', '.']).next()?;
    // Only lists and other keys stand between a value and its key.
    let between = &text[before.len() + 1..at];
    (!key.is_empty() && !between.contains('\n') && !between.contains('#')).then_some(key)
}

/// The first line that sets a key.
fn line_of_key(text: &str, key: &str) -> Option<usize> {
    let sets = |line: &str| {
        let mut keys =
            line.split('=').map(|part| part.trim_end().rsplit([' ', '{', ',', '.']).next().unwrap_or(part));
        line.contains('=') && keys.any(|found| found == key)
    };
    text.lines().position(sets).map(|line| line + 1)
}

/// The first line whose value is the one that serde complains about, and its key.
fn line_of_value<'a>(text: &'a str, message: &str) -> Option<(usize, &'a str)> {
    let given = message.split_once(", expected ")?.0;
    let is_given =
        |value: &str| !value.is_empty() && (given.ends_with(value) || given.ends_with(&format!("`{value}`")));
    text.lines().enumerate().find_map(|(line, content)| {
        let (key, value) = content.split_once('=')?;
        is_given(value.split('#').next().unwrap_or(value).trim()).then_some((line + 1, key.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_about_a_key_and_its_line() {
        let text =
            "[data]\nkind = \"spirals\"\npoints = 3\nseed = \"x\"\n[training]\nduration = { epochs = -1 }\n";
        for (mark, message, line, words) in [
            (
                "-1",
                "invalid value: integer `-1`, expected usize",
                6,
                "`epochs` is -1; it must be a whole number of at least 0",
            ),
            (
                "[data]",
                "unknown field `points`, expected `points_per_arm`",
                3,
                "unknown key `points`; known are points_per_arm; did you mean `points_per_arm`?",
            ),
            (
                "[data]",
                "invalid type: string \"x\", expected u64",
                4,
                "`seed` is \"x\"; it must be a whole number of at least 0",
            ),
            ("[data]", "something else\nin two lines", 1, "something else, in two lines"),
        ] {
            let blame = Blame::of(text, text.find(mark).unwrap(), message);
            assert_eq!((blame.line, blame.message.as_str()), (Some(line), words));
        }
        let checked = |message: &str| Blame::of_check(text, message.to_owned()).line;
        assert_eq!(checked("`training.epochs` is -1; it must be more"), Some(6));
        assert_eq!(checked("`width` is 0; it must be more"), None);
    }
}
