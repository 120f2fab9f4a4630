//! From a TOML file and overrides to a recipe.

use crate::blame::{Blame, worded};
use anyhow::{Context, anyhow};
use logitdist_sim::Override;
use logitdist_train::{DataSpec, Recipe};
use serde_json::Value;
use std::path::Path;

/// Reads a config with overrides `key=value`. Files that it names are looked for from its own folder.
pub(super) fn read(path: &Path, overrides: &[String]) -> anyhow::Result<Recipe> {
    let text = logitdist_io::read_config(path)
        .map_err(anyhow::Error::from)
        .and_then(|bytes| Ok(String::from_utf8(bytes)?))
        .with_context(|| format!("{}: the config cannot be read", path.display()))?;
    let at_line = |Blame { line, message }: Blame| match line {
        Some(line) => anyhow!("{}:{line}: {message}", path.display()),
        None => anyhow!("{}: {message}", path.display()),
    };
    let of_file = |error: &toml::de::Error| {
        at_line(Blame::of(&text, error.span().map_or(0, |span| span.start), error.message()))
    };
    let mut recipe = if overrides.is_empty() {
        let recipe: Recipe = toml::from_str(&text).map_err(|e| of_file(&e))?;
        recipe.check().map_err(|e| at_line(Blame::of_check(&text, e.to_string())))?;
        recipe
    } else {
        let table = toml::from_str::<toml::Table>(&text).map_err(|e| of_file(&e))?;
        applied(&tree(table)?, overrides).map_err(|wrong| match wrong {
            Wrong::Override(message) => anyhow!("{}: {message}", path.display()),
            // Of the file, serde knows the place if it reads the file itself.
            Wrong::Settings(message) => match toml::from_str::<Recipe>(&text) {
                Err(error) => of_file(&error),
                Ok(_) => at_line(Blame::of_check(&text, message)),
            },
        })?
    };
    if let Recipe { data: DataSpec::Files(files), .. } = &mut recipe {
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in [&mut files.features, &mut files.labels] {
            *file = folder.join(&*file);
        }
    }
    Ok(recipe)
}

/// A recipe changed by overrides.
pub(super) fn changed(recipe: &Recipe, overrides: &[String]) -> anyhow::Result<Recipe> {
    applied(&tree(recipe)?, overrides)
        .map_err(|(Wrong::Override(message) | Wrong::Settings(message))| anyhow!(message))
}

/// Settings by their keys. Not as TOML, whose numbers are too small for seeds that are hashes.
fn tree(settings: impl serde::Serialize) -> anyhow::Result<Value> {
    serde_json::to_value(settings).context("the settings cannot be written by their keys")
}

/// What is wrong, and where.
enum Wrong {
    /// An override, which the message names.
    Override(String),
    /// The settings without the overrides.
    Settings(String),
}

/// The recipe of settings and overrides. A wrong override is the one without which the settings would be right, or wrong in another way.
fn applied(settings: &Value, overrides: &[String]) -> Result<Recipe, Wrong> {
    let message = match checked(settings, overrides.iter())? {
        Ok(recipe) => return Ok(recipe),
        Err(message) => message,
    };
    for (i, text) in overrides.iter().enumerate().rev() {
        let others = overrides.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, text)| text);
        if !matches!(checked(settings, others)?, Err(other) if other == message) {
            let key = text.split('=').next().map(str::trim);
            return Err(Wrong::Override(format!("--set {text}: {}", worded(&message, key))));
        }
    }
    Err(Wrong::Settings(worded(&message, None)))
}

/// The recipe with these overrides, or what is wrong with it. The other error is an override that cannot be applied.
fn checked<'a>(
    settings: &Value,
    overrides: impl Iterator<Item = &'a String>,
) -> Result<Result<Recipe, String>, Wrong> {
    let mut settings = settings.clone();
    let table = settings.as_object_mut().expect("settings are a tree");
    for text in overrides {
        let put = Override::parse(text).and_then(|change| change.put_into(table));
        put.map_err(|message| Wrong::Override(format!("--set {text}: {message}")))?;
    }
    let recipe = serde_json::from_value::<Recipe>(settings).map_err(|e| e.to_string());
    Ok(recipe.and_then(|recipe| recipe.check().map_err(|e| e.to_string()).map(|()| recipe)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use logitdist_train::{Duration, Loss, NetworkSpec, Spirals, TrainingSpec};

    fn config(text: &str, overrides: &[&str]) -> Result<Recipe, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, text).unwrap();
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        let prefix = format!("{}/", folder.path().display());
        read(&path, &overrides).map_err(|e| format!("{e:#}").replace(&prefix, ""))
    }

    #[test]
    fn defaults_values_and_overrides() {
        let recipe = config("[data]\nkind = \"spirals\"\n", &[]).unwrap();
        assert_eq!(recipe.data, DataSpec::Spirals(Spirals::default()));
        assert_eq!((recipe.network, recipe.training), (NetworkSpec::default(), TrainingSpec::default()));
        let text = "seed = 3\n[data]\nkind = \"spirals\"\n[training]\nduration = { steps = 5 }\n";
        let overrides = ["network.hidden=[3, 4]", "training.loss=l2", "data.points_per_arm=50", "seed = 4"];
        let recipe = config(text, &overrides).unwrap();
        assert_eq!((recipe.seed, recipe.network.hidden), (4, vec![3, 4]));
        assert_eq!((recipe.training.duration, recipe.training.loss), (Duration::Steps(5), Loss::L2));
        assert_eq!(recipe.data, DataSpec::Spirals(Spirals { points_per_arm: 50, ..Spirals::default() }));
    }

    #[test]
    fn files_are_looked_for_beside_the_config() {
        let text = "[data]\nkind = \"files\"\nfeatures = \"x.npy\"\nlabels = \"/y.csv\"\n";
        let Ok(Recipe { data: DataSpec::Files(files), .. }) = config(text, &[]) else {
            panic!("files are data")
        };
        assert!(files.features.is_absolute() && files.features.ends_with("x.npy"));
        assert_eq!(files.labels, Path::new("/y.csv"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let data = "[data]\nkind = \"spirals\"\n";
        for (text, overrides, start) in [
            ("seed = ", &[][..], "a.toml:1: "),
            ("", &[], "a.toml:1: the key `data` is missing"),
            ("[data]\nkind = \"moons\"\n", &[], "a.toml:2: unknown value `moons`; known are "),
            (&format!("{data}[network]\nwidth = 3\n"), &[], "a.toml:4: unknown key `width`; known are "),
            (
                &format!("{data}[network]\ndim = -3\n"),
                &[],
                "a.toml:4: `dim` is -3; it must be a whole number of at least 1",
            ),
            (&format!("{data}points = 3\n"), &[], "a.toml:3: unknown key `points`; known are "),
            (&format!("{data}[network]\ndim = 0\n"), &[], "a.toml:4: `dim` is 0; it must be from 1 to"),
            (data, &["network.dim"], "a.toml: --set network.dim: an override has the form key=value"),
            (data, &["network.width=3"], "a.toml: --set network.width=3: unknown key `width`; known are "),
            (data, &["network.dim=[1"], "a.toml: --set network.dim=[1: the value \"[1\" is not TOML"),
            (data, &["data.kind.x=1"], "a.toml: --set data.kind.x=1: `kind` holds a value"),
            (data, &["training.batch=0"], "a.toml: --set training.batch=0: `batch` is 0"),
            (
                data,
                &["network.dim=-3", "seed=1"],
                "a.toml: --set network.dim=-3: `network.dim` is -3; it must be a whole number of at least 1",
            ),
            (data, &["seed=1", "data.kind=moons"], "a.toml: --set data.kind=moons: unknown value `moons`"),
            (
                &format!("{data}[network]\ndim = -3\n"),
                &["seed=1"],
                "a.toml:4: `dim` is -3; it must be a whole",
            ),
            (&format!("{data}[network]\ndim = 0\n"), &["seed=1"], "a.toml:4: `dim` is 0; it must be from 1"),
        ] {
            let message = config(text, overrides).unwrap_err();
            assert!(message.starts_with(start), "{text:?} {overrides:?}: {message}");
        }
    }
}
