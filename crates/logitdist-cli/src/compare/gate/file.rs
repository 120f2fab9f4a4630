//! Gates from a file: tables `[[gate]]` with `fail_if`, and perhaps `name` and `why`.

use super::Gate;
use crate::blame::Blame;
use anyhow::{Context, bail};
use logitdist_io::{read_config, visible};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    gate: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    fail_if: String,
    name: Option<String>,
    why: Option<String>,
}

/// The gates of a file, in their order.
pub fn read(path: &Path) -> anyhow::Result<Vec<Gate>> {
    let text = read_config(path)
        .map_err(anyhow::Error::from)
        .and_then(|bytes| Ok(String::from_utf8(bytes)?))
        .with_context(|| format!("{}: cannot be read", path.display()))?;
    let file: File = toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let Blame { line, message } = Blame::of(&text, at, error.message());
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        anyhow::anyhow!(
            "{}{line}: {message} (gates are tables [[gate]] with `fail_if`, and perhaps `name` and `why`)",
            path.display()
        )
    })?;
    if file.gate.is_empty() {
        bail!("{}: there is no gate", path.display());
    }
    let gate = |table: Table| {
        let condition = table.fail_if.parse().with_context(|| path.display().to_string())?;
        let shown = |text: String| visible(&text).into_owned();
        Ok(Gate { condition, name: table.name.map(shown), why: table.why.map(shown) })
    };
    file.gate.into_iter().map(gate).collect()
}
