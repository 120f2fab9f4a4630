//! From a TOML file and overrides to a recipe.

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
    let at_line = |error: toml::de::Error| {
        let line =
            error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        anyhow!("{}:{line}: {}", path.display(), error.message())
    };
    let mut recipe = if overrides.is_empty() {
        toml::from_str(&text).map_err(at_line)?
    } else {
        let table = toml::from_str::<toml::Table>(&text).map_err(at_line)?;
        tree(table).and_then(|tree| apply(tree, overrides)).with_context(|| path.display().to_string())?
    };
    if let Recipe { data: DataSpec::Files(files), .. } = &mut recipe {
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in [&mut files.features, &mut files.labels] {
            *file = folder.join(&*file);
        }
    }
    recipe.check().with_context(|| path.display().to_string())?;
    Ok(recipe)
}

/// A recipe changed by overrides.
pub(super) fn changed(recipe: &Recipe, overrides: &[String]) -> anyhow::Result<Recipe> {
    let recipe = apply(tree(recipe)?, overrides)?;
    recipe.check()?;
    Ok(recipe)
}

/// Settings by their keys. Not as TOML, whose numbers are too small for seeds that are hashes.
fn tree(settings: impl serde::Serialize) -> anyhow::Result<Value> {
    serde_json::to_value(settings).context("the settings cannot be written by their keys")
}

fn apply(mut settings: Value, overrides: &[String]) -> anyhow::Result<Recipe> {
    let table = settings.as_object_mut().expect("settings are a tree");
    for text in overrides {
        let put = Override::parse(text).and_then(|change| change.put_into(table));
        put.map_err(|message| anyhow!("--set {text}: {message}"))?;
    }
    serde_json::from_value(settings).map_err(|e| anyhow!("with --set {}: {e}", overrides.join(" --set ")))
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
            ("", &[], "a.toml:1: missing field `data`"),
            ("[data]\nkind = \"moons\"\n", &[], "a.toml:2: unknown variant `moons`"),
            (&format!("{data}[network]\nwidth = 3\n"), &[], "a.toml:4: unknown field `width`"),
            (&format!("{data}[network]\ndim = -3\n"), &[], "a.toml:4: invalid value: integer `-3`"),
            (&format!("{data}points = 3\n"), &[], "a.toml:1: unknown field `points`"),
            (&format!("{data}[network]\ndim = 0\n"), &[], "a.toml: `dim` is 0; it must be from 1 to"),
            (data, &["network.dim"], "a.toml: --set network.dim: an override has the form key=value"),
            (data, &["network.width=3"], "a.toml: with --set network.width=3: unknown field `width`"),
            (data, &["network.dim=[1"], "a.toml: --set network.dim=[1: the value \"[1\" is not TOML"),
            (data, &["data.kind.x=1"], "a.toml: --set data.kind.x=1: `kind` holds a value"),
            (data, &["training.batch=0"], "a.toml: `batch` is 0"),
        ] {
            let message = config(text, overrides).unwrap_err();
            assert!(message.starts_with(start), "{text:?} {overrides:?}: {message}");
        }
    }
}
