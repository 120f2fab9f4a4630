//! What the arrays of a model are called in a file.

use crate::logits::LogitForm;
use std::str::FromStr;
use thiserror::Error;

/// Names of a model's arrays inside an archive or directory; written `embeddings=h,unembeddings=lm_head.weight`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrayNames {
    /// Name of the embeddings, N×M.
    pub embeddings: String,
    /// Name of the unembeddings, K×M.
    pub unembeddings: String,
    /// Name of a bias (K) that must be there; `None` takes an array `bias` if there is one.
    pub bias: Option<String>,
    /// Name of the labels' names (K) that must be there; `None` takes an array `labels` if there is one.
    pub labels: Option<String>,
    /// Name of the inputs' names (N) that must be there; `None` takes an array `inputs` if there is one.
    pub inputs: Option<String>,
    /// Name of the mask (N).
    pub mask: String,
    /// Name of an array of logits (N×K) and what it holds, in place of embeddings and unembeddings; `None` takes an array `logits`,
    /// `log_probabilities` or `probabilities` where there are no embeddings.
    pub logits: Option<(LogitForm, String)>,
}

impl Default for ArrayNames {
    fn default() -> ArrayNames {
        ArrayNames {
            embeddings: "embeddings".to_owned(),
            unembeddings: "unembeddings".to_owned(),
            bias: None,
            labels: None,
            inputs: None,
            mask: "mask".to_owned(),
            logits: None,
        }
    }
}

/// Why a mapping of array names could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "array names `{text}`: {problem}; the form is embeddings=NAME,unembeddings=NAME,bias=NAME,labels=NAME,inputs=NAME,mask=NAME, each at most once"
)]
pub struct ParseArrayNamesError {
    text: String,
    problem: String,
}

impl FromStr for ArrayNames {
    type Err = ParseArrayNamesError;

    /// Parses `key=name` pairs separated by commas; keys left out keep their default. A name may contain `=`.
    fn from_str(text: &str) -> Result<ArrayNames, ParseArrayNamesError> {
        let error = |problem: String| ParseArrayNamesError { text: text.to_owned(), problem };
        let (mut embeddings, mut unembeddings, mut bias) = (None, None, None);
        let (mut labels, mut inputs, mut mask) = (None, None, None);
        let mut logits = LogitForm::ALL.map(|_| None);
        for pair in text.split(',') {
            let Some((key, name)) = pair.split_once('=') else {
                return Err(error(format!("`{pair}` has no `=`")));
            };
            let (key, name) = (key.trim(), name.trim());
            let slot = match key {
                "embeddings" => &mut embeddings,
                "unembeddings" => &mut unembeddings,
                "bias" => &mut bias,
                "labels" => &mut labels,
                "inputs" => &mut inputs,
                "mask" => &mut mask,
                "logits" => &mut logits[0],
                "log_probabilities" => &mut logits[1],
                "probabilities" => &mut logits[2],
                _ => return Err(error(format!("unknown key `{key}`"))),
            };
            if name.is_empty() {
                return Err(error(format!("`{key}` is given no name")));
            }
            if slot.replace(name.to_owned()).is_some() {
                return Err(error(format!("`{key}` is given twice")));
            }
        }
        let given = LogitForm::ALL.into_iter().zip(logits).filter_map(|(form, name)| Some((form, name?)));
        let logits: Vec<(LogitForm, String)> = given.collect();
        if logits.len() > 1 {
            return Err(error(
                "logits, log_probabilities and probabilities are the same thing, of which one is needed"
                    .into(),
            ));
        }
        let default = ArrayNames::default();
        Ok(ArrayNames {
            embeddings: embeddings.unwrap_or(default.embeddings),
            unembeddings: unembeddings.unwrap_or(default.unembeddings),
            bias,
            labels,
            inputs,
            mask: mask.unwrap_or(default.mask),
            logits: logits.into_iter().next(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_left_out_keep_their_defaults() {
        let names: ArrayNames = "unembeddings=lm_head.weight, embeddings = h".parse().unwrap();
        assert_eq!(
            names,
            ArrayNames {
                embeddings: "h".into(),
                unembeddings: "lm_head.weight".into(),
                ..ArrayNames::default()
            }
        );
        let names: ArrayNames = "bias=b=1".parse().unwrap();
        assert_eq!(names, ArrayNames { bias: Some("b=1".into()), ..ArrayNames::default() });
    }

    #[test]
    fn what_is_wrong_with_a_mapping_is_said() {
        for (text, expected) in [
            ("", "`` has no `=`"),
            ("embeddings", "`embeddings` has no `=`"),
            ("embeddings=h,", "`` has no `=`"),
            ("embeding=h", "unknown key `embeding`"),
            ("embeddings=", "`embeddings` is given no name"),
            ("bias=a,bias=a", "`bias` is given twice"),
            ("logits=a,probabilities=b", "one is needed"),
        ] {
            let message = text.parse::<ArrayNames>().unwrap_err().to_string();
            assert!(message.contains(expected) && message.contains(&format!("`{text}`")), "{message}");
        }
    }
}
