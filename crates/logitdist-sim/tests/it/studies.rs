//! The configs of this repository.

use logitdist_sim::{Config, Document};
use std::path::Path;

#[test]
fn every_study_can_be_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let configs: Vec<_> = files.filter(|file| file.extension().is_some_and(|e| e == "toml")).collect();
    assert!(configs.len() >= 13, "{configs:?}");
    for file in configs {
        let config = Config::read(&file, &[]).unwrap_or_else(|e| panic!("{e}"));
        // Values may exclude each other; no value of a study is impossible with all others.
        assert!(
            (0..config.grid.len()).all(|cell| {
                let cell = config.grid.cell(cell);
                cell.block.recipe(&cell.values).is_ok()
            }),
            "{}",
            file.display()
        );
    }
}

#[test]
fn pictures_that_a_config_declares_are_checked_with_it() {
    let read = |plot: &str| {
        let text = format!(
            "question = \"q\"\nexpected = \"e\"\n[perturbation.noise_embeddings]\nlevel = [0.1, 1]\n{plot}"
        );
        let document = Document::parse(Path::new("c.toml"), &text, &[]).unwrap();
        Config::of(&document).map_err(|e| e.to_string())
    };
    let good =
        "[[plot]]\nbound = [\"d_ls\"]\nx = \"level\"\ncolour = \"none\"\nwhere = { direction = \"ab\" }\n";
    let config = read(good).unwrap();
    // They are kept with the config of the results, and no result depends on them.
    assert!(config.toml.contains("[[plot]]"), "{}", config.toml);
    assert_eq!(config.measured(), read("").unwrap().measured());
    assert!(Config::of(&Document::parse(Path::new("c.toml"), &config.toml, &[]).unwrap()).is_ok());
    for (plot, message) in [
        (
            "[plot]\nx = \"level\"\n",
            "c.toml:5: `plot`: is no list of tables; each picture begins with [[plot]]",
        ),
        ("[[plot]]\nhue = \"level\"\n", "c.toml:5: `plot`: unknown key `hue` of a picture"),
        ("[[plot]]\nbound = \"d_lz\"\n", "`bound` is d_lz, which is no bound; did you mean `d_ls`?"),
        ("[[plot]]\nx = \"levle\"\n", "levle is no axis of this config; there are source,"),
        ("[[plot]]\nwhere = \"width==3\"\n", "width is no axis of this config"),
    ] {
        let error = read(plot).unwrap_err();
        assert!(error.contains(message), "{error}");
    }
}
