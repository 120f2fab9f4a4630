//! Which tensor of a checkpoint is its last layer.

use crate::error::Problem;
use crate::regular::read_config;
use serde_json::Value;
use std::path::Path;

/// What last layers are called, as a whole or after a dot.
const HEADS: [&str; 4] = ["lm_head.weight", "classifier.weight", "head.weight", "fc.weight"];

/// What the embeddings of tokens are called, which are the last layer, too, where both are tied.
const TOKENS: [&str; 2] = ["embed_tokens.weight", "wte.weight"];

/// A last layer: its unembeddings, and its bias if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) weight: String,
    pub(crate) bias: Option<String>,
}

/// The last layer among the tensors of a checkpoint in this folder.
pub(crate) fn find(names: &[String], folder: &Path) -> Result<Head, Problem> {
    let called = |heads: &[&str]| -> Vec<&String> {
        let is = |name: &&String| {
            heads.iter().any(|head| {
                name.strip_suffix(head).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            })
        };
        names.iter().filter(is).collect()
    };
    let mut candidates = called(&HEADS);
    if candidates.is_empty() && is_tied(folder) {
        candidates = called(&TOKENS);
    }
    match candidates[..] {
        [weight] => {
            let bias = weight.strip_suffix("weight").map(|stem| format!("{stem}bias"));
            Ok(Head { weight: weight.clone(), bias: bias.filter(|bias| names.contains(bias)) })
        }
        [] => Err(Problem::Head(format!(
            "no last layer was found: there is none of {}, and no config.json beside it that says `tie_word_embeddings`; name it as FILE::ARRAY",
            HEADS.join(", ")
        ))),
        _ => {
            let all: Vec<String> = candidates.iter().map(|name| format!("`{name}`")).collect();
            Err(Problem::Head(format!(
                "several tensors may be the last layer: {}; name one as FILE::ARRAY",
                all.join(", ")
            )))
        }
    }
}

/// The last layer among the tensors of a GGUF file: without one of its own, it is that of the tokens.
pub(crate) fn find_in_gguf(names: &[String]) -> Result<Head, Problem> {
    let has = |name: &str| names.iter().any(|found| found == name);
    let weight = ["output.weight", "token_embd.weight"].into_iter().find(|name| has(name));
    let weight = weight.ok_or_else(|| {
        Problem::Head("no last layer was found: there is no output.weight and no token_embd.weight; name it as FILE::ARRAY".into())
    })?;
    let bias = (weight == "output.weight" && has("output.bias")).then(|| "output.bias".to_owned());
    Ok(Head { weight: weight.to_owned(), bias })
}

/// Whether the config in a folder says that the last layer is that of the tokens.
fn is_tied(folder: &Path) -> bool {
    let Ok(bytes) = read_config(&folder.join("config.json")) else { return false };
    let Ok(config) = serde_json::from_slice::<Value>(&bytes) else { return false };
    let says = |config: &Value| config.get("tie_word_embeddings").and_then(Value::as_bool);
    says(&config).or_else(|| says(config.get("text_config")?)).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str], config: Option<&str>) -> Result<Head, String> {
        let folder = tempfile::tempdir().unwrap();
        if let Some(config) = config {
            std::fs::write(folder.path().join("config.json"), config).unwrap();
        }
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        find(&names, folder.path()).map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_head_is_found_by_its_name_and_a_tied_one_only_if_the_config_says_so() {
        let head =
            |weight: &str, bias: Option<&str>| Head { weight: weight.into(), bias: bias.map(str::to_owned) };
        let llama = ["lm_head.weight", "model.embed_tokens.weight", "model.layers.0.attn_head.weight"];
        assert_eq!(found(&llama, None), Ok(head("lm_head.weight", None)));
        let resnet = ["module.fc.bias", "module.fc.weight", "module.conv1.weight"];
        assert_eq!(found(&resnet, None), Ok(head("module.fc.weight", Some("module.fc.bias"))));
        let tied = ["model.embed_tokens.weight", "model.norm.weight"];
        let config = r#"{"tie_word_embeddings": true}"#;
        assert_eq!(found(&tied, Some(config)), Ok(head("model.embed_tokens.weight", None)));
        let nested = r#"{"text_config": {"tie_word_embeddings": true}}"#;
        assert_eq!(found(&tied, Some(nested)), Ok(head("model.embed_tokens.weight", None)));
        for config in [None, Some("{}"), Some("no JSON"), Some(r#"{"tie_word_embeddings": false}"#)] {
            assert!(found(&tied, config).unwrap_err().contains("no last layer was found"));
        }
        let two = found(&["classifier.weight", "head.weight"], None).unwrap_err();
        assert!(
            two.contains("several tensors") && two.contains("`classifier.weight`, `head.weight`"),
            "{two}"
        );
    }
}
