//! Names of labels and inputs, by which two models are matched: from arrays, texts and tokenizers.

use crate::archive::Archive;
use crate::error::{Place, Problem, ReadError};
use crate::npy;
use crate::regular::read_text_file;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;

/// A token with a larger number is a mistake: no vocabulary has as many, and a list up to it would fill the memory.
const LARGEST_TOKEN: u64 = 1 << 24;

/// The name of each label, or of each input, in the order of a model's rows. No name comes twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    place: Place,
    names: Vec<Option<String>>,
}

impl Names {
    /// Reads names from a file: an `.npy` of texts or whole numbers, a `tokenizer.json` or `vocab.json`, or a text with a name in each
    /// line.
    ///
    /// # Errors
    /// The file cannot be read, is none of these, or has a name twice.
    pub fn of_file(path: &Path) -> Result<Names, ReadError> {
        let place = Place::file(path);
        let is = |extension: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(extension));
        if is("npy") {
            return Names::new(place, npy::open(path)?.texts()?.into_iter().map(Some).collect());
        }
        let text = read_text_file(path).map_err(|e| place.error(Problem::Io(e)))?;
        if is("json") {
            let names = of_tokenizer(&text).map_err(|problem| place.error(Problem::Names(problem)))?;
            return Names::new(place, names);
        }
        Names::new(place, text.lines().map(|line| Some(line.to_owned())).collect())
    }

    /// Reads names from an array of an archive; `None` if it has none of that name.
    ///
    /// # Errors
    /// As [`Names::of_file`].
    pub fn in_archive(path: &Path, array: &str, inflation_limit: u64) -> Result<Option<Names>, ReadError> {
        let mut archive = Archive::open(path, inflation_limit)?;
        let Some(array) = archive.array(array)? else { return Ok(None) };
        let place = array.place.clone();
        Names::new(place, array.texts()?.into_iter().map(Some).collect()).map(Some)
    }

    /// Names that are in memory; errors call them `what`.
    ///
    /// # Errors
    /// A name comes twice.
    pub fn given(what: &str, names: Vec<String>) -> Result<Names, ReadError> {
        Names::new(Place::file(Path::new(what)), names.into_iter().map(Some).collect())
    }

    fn new(place: Place, names: Vec<Option<String>>) -> Result<Names, ReadError> {
        let mut seen = HashMap::with_capacity(names.len());
        for (i, name) in names.iter().enumerate() {
            let Some(name) = name else { continue };
            if let Some(first) = seen.insert(name.as_str(), i) {
                let problem = format!(
                    "the name `{}` comes twice, at {first} and at {i} (counted from 0)",
                    shortened(name)
                );
                return Err(place.error(Problem::Names(problem)));
            }
        }
        Ok(Names { place, names })
    }

    /// One for each row; `None` where a tokenizer has none.
    pub fn as_slice(&self) -> &[Option<String>] {
        &self.names
    }

    /// The names of so many rows. A tokenizer may have fewer than a padded model has labels; whatever else has another number is refused.
    ///
    /// # Errors
    /// There are other numbers of names and of `what`.
    pub fn for_rows(mut self, count: usize, what: &str) -> Result<Names, ReadError> {
        let is_tokenizer = self.place.file.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
        if self.names.len() < count && is_tokenizer {
            self.names.resize(count, None);
        }
        if self.names.len() != count {
            let problem = format!(
                "there are {} names and the model has {count} {what}; a name for each is needed (--{what} order goes without names)",
                self.names.len()
            );
            return Err(self.place.error(Problem::Names(problem)));
        }
        Ok(self)
    }
}

/// The start of a name, in a message.
pub fn shortened(name: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = name.chars().take(LONGEST).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    shown.escape_debug().to_string()
}

/// What is read of a `tokenizer.json`: its vocabulary, and the tokens added to it.
#[derive(Deserialize)]
struct Tokenizer {
    #[serde(default)]
    added_tokens: Vec<Added>,
    model: Vocabulary,
}

#[derive(Deserialize)]
struct Added {
    id: u64,
    content: String,
}

#[derive(Deserialize)]
struct Vocabulary {
    /// `{token: number}`, or `[[token, score], …]` in the order of the numbers.
    vocab: Value,
}

/// The tokens of a `tokenizer.json` or a `vocab.json`, by number.
fn of_tokenizer(text: &str) -> Result<Vec<Option<String>>, String> {
    const NEEDED: &str = "a tokenizer.json or a vocab.json, {\"token\": number, …}, is needed";
    let value: Value = serde_json::from_str(text).map_err(|e| format!("this is no JSON: {e}"))?;
    let (vocab, added) = if value.get("model").is_some_and(Value::is_object) {
        let tokenizer: Tokenizer = serde_json::from_value(value).map_err(|e| format!("{e}; {NEEDED}"))?;
        (tokenizer.model.vocab, tokenizer.added_tokens)
    } else {
        (value, Vec::new())
    };
    let mut tokens: Vec<(u64, String)> = match vocab {
        Value::Object(tokens) => {
            let numbered = |(token, number): (String, Value)| {
                let number = number
                    .as_u64()
                    .ok_or_else(|| format!("the token `{}` has no number; {NEEDED}", shortened(&token)))?;
                Ok((number, token))
            };
            tokens.into_iter().map(numbered).collect::<Result<_, String>>()?
        }
        Value::Array(tokens) => {
            let numbered = |(number, token): (usize, Value)| {
                let text = token.get(0).and_then(Value::as_str);
                let text = text.ok_or_else(|| format!("token {number} has no text; {NEEDED}"))?;
                Ok((number as u64, text.to_owned()))
            };
            tokens.into_iter().enumerate().map(numbered).collect::<Result<_, String>>()?
        }
        _ => return Err(format!("there is no vocabulary in it; {NEEDED}")),
    };
    tokens.extend(added.into_iter().map(|added| (added.id, added.content)));
    let Some(last) = tokens.iter().map(|(number, _)| *number).max() else {
        return Err(format!("the vocabulary is empty; {NEEDED}"));
    };
    if last > LARGEST_TOKEN {
        return Err(format!("a token has the number {last}; no vocabulary is that large"));
    }
    let mut names: Vec<Option<String>> = vec![None; last as usize + 1];
    for (number, token) in tokens {
        match &names[number as usize] {
            // Added tokens are often in the vocabulary, too.
            Some(other) if *other != token => {
                return Err(format!(
                    "two tokens have the number {number}: `{}` and `{}`",
                    shortened(other),
                    shortened(&token)
                ));
            }
            _ => names[number as usize] = Some(token),
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_vocabulary_is_understood() {
        let names = |text: &str| of_tokenizer(text).unwrap();
        let some = |token: &str| Some(token.to_owned());
        assert_eq!(names(r#"{"b": 1, "a": 0}"#), [some("a"), some("b")]);
        let bpe = r#"{"model": {"type": "BPE", "vocab": {"a": 0, "<s>": 2}},
                      "added_tokens": [{"id": 2, "content": "<s>"}, {"id": 4, "content": "<pad>"}]}"#;
        assert_eq!(names(bpe), [some("a"), None, some("<s>"), None, some("<pad>")]);
        let unigram = r#"{"model": {"vocab": [["a", 0.0], ["b", -1.5]]}}"#;
        assert_eq!(names(unigram), [some("a"), some("b")]);
        // A token may be called like a key.
        assert_eq!(names(r#"{"model": 1, "added_tokens": 0}"#), [some("added_tokens"), some("model")]);
    }

    #[test]
    fn what_is_no_vocabulary_is_said() {
        for (text, expected) in [
            ("{", "no JSON"),
            ("[]", "is empty"),
            ("3", "no vocabulary"),
            (r#"{"a": "b"}"#, "`a` has no number"),
            (r#"{"a": -1}"#, "`a` has no number"),
            (r#"{"a": 0, "b": 0}"#, "two tokens have the number 0: `a` and `b`"),
            (r#"{"a": 1152921504606846976}"#, "no vocabulary is that large"),
            (r#"{"model": {"type": "BPE"}}"#, "vocab"),
            ("[3]", "token 0 has no text"),
        ] {
            let message = of_tokenizer(text).unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
