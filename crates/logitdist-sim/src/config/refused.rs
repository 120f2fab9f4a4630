//! What no config may hold: unknown keys, and texts that are unfit for tables, commands and pages.

use super::{D_REP_KEYS, TOP_KEYS, model_defaults};
use crate::document::Document;
use crate::document::TABLES;
use crate::error::SimError;
use crate::grid::Source;
use crate::search::SearchSettings;
use crate::train::TrainSettings;
use logitdist_io::did_you_mean;
use logitdist_io::{RUN_BY_SPREADSHEETS, is_hidden};
use toml::Value;

/// Names and texts that are cells of the tables, or stand in commands and on pages.
pub fn unfit_texts(document: &Document) -> Result<(), SimError> {
    for (path, origin) in document.paths() {
        let unfit_name =
            path.contains(is_hidden) || path.split('.').any(|p| p.starts_with(RUN_BY_SPREADSHEETS));
        if unfit_name {
            let message = "a name has no control characters and does not begin with =, +, - or @";
            return Err(document.error(origin, path, message.into()));
        }
        let Some(setting) = document.get(path) else { continue };
        let is_statement = ["question", "expected"].contains(&path);
        let unfit = |text: &str| {
            if is_statement {
                text.contains(|c| is_hidden(c) && !['\n', '\r', '\t'].contains(&c))
            } else {
                text.contains(is_hidden) || text.starts_with(RUN_BY_SPREADSHEETS)
            }
        };
        if let Some(text) = texts(&setting.value).into_iter().find(|text| unfit(text)) {
            let rule = if is_statement { "" } else { ", and does not begin with =, +, - or @" };
            let message = format!("is {text:?}; a text has no control characters{rule}");
            return Err(document.error(origin, path, message));
        }
    }
    Ok(())
}

/// All texts in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Table(table) => {
            table.iter().flat_map(|(key, value)| texts(value).into_iter().chain([key.as_str()])).collect()
        }
        _ => Vec::new(),
    }
}

/// Keys and tables that mean nothing, with the nearest known.
pub fn unknown_keys(document: &Document) -> Result<(), SimError> {
    // A table that is unknown is the mistake, not a key in it.
    let is_section = |path: &str| document.section(path).is_some();
    let (sections, keys): (Vec<_>, Vec<_>) = document.paths().partition(|(path, _)| is_section(path));
    for (path, origin) in sections.into_iter().chain(keys) {
        let parts: Vec<&str> = path.split('.').collect();
        let model_keys = model_defaults().map(|(key, _)| key);
        let is_table = parts.len() > 1 || document.get(path).is_some_and(|setting| setting.value.is_table());
        if is_table && !TABLES.contains(&parts[0]) && !TOP_KEYS.contains(&parts[0]) {
            let (table, list) = (parts[0], TABLES.join(", "));
            let message = format!("unknown table `{table}`; known are {list}{}", did_you_mean(table, TABLES));
            return Err(document.error(origin, path, message));
        }
        let (known, of): (&[&str], _) = match parts[..] {
            [table] if TABLES.contains(&table) => continue,
            [_] => (
                &TOP_KEYS,
                "a config (beside the tables model, d_rep, perturbation, family, train and search)",
            ),
            ["model", _] => (&model_keys, "model"),
            ["d_rep", _] => (&D_REP_KEYS, "d_rep"),
            ["perturbation", _] => (&Source::PERTURBATIONS, "perturbation"),
            ["family", _] => (&Source::FAMILIES, "family"),
            ["train" | "search", _] => continue,
            ["train", _, _] => {
                (TrainSettings::KEYS, path.rsplit_once('.').map_or("train", |(section, _)| section))
            }
            ["search", _, _] => {
                (SearchSettings::KEYS, path.rsplit_once('.').map_or("search", |(section, _)| section))
            }
            ["perturbation", name, _] => (
                Source::parameters_of_perturbation(name),
                path.rsplit_once('.').map_or(path, |(table, _)| table),
            ),
            // Reading the parameters of a family says which keys it knows.
            ["family", _, _] => continue,
            _ => {
                let parent = path.rsplit_once('.').map_or(path, |(parent, _)| parent);
                let message = format!("unknown key `{path}`: `{parent}` is no table of a config");
                return Err(document.error(origin, path, message));
            }
        };
        let key = parts[parts.len() - 1];
        if !known.contains(&key) {
            let list = if known.is_empty() {
                "it has none".into()
            } else {
                format!("known are {}", known.join(", "))
            };
            let tables: &[&str] = if parts.len() == 1 { &TABLES } else { &[] };
            let hint = did_you_mean(key, known.iter().chain(tables).copied());
            return Err(document.error(origin, path, format!("unknown key `{key}` of {of}; {list}{hint}")));
        }
    }
    Ok(())
}
