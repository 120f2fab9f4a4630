//! The configs of this repository.

use logitdist_sim::{Config, Document, run_cell};
use std::collections::BTreeMap;
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

#[test]
fn intervals_and_nulls_are_columns_where_they_are_asked_for_and_change_no_other() {
    let config = |measures: &str| {
        let text = format!(
            "question = \"q\"\nexpected = \"e\"\nmeasures = [{measures}]\n[model]\ninputs = 60\ndim = 3\n[perturbation.noise_embeddings]\nlevel = [0.1]\n"
        );
        Config::of(&Document::parse(Path::new("c.toml"), &text, &[]).unwrap()).unwrap()
    };
    let row = |config: &Config| {
        let columns = config.columns();
        let outcome = run_cell(config, &config.grid.cell(0)).unwrap();
        let header = columns.row_header();
        let coordinates = columns.coordinate_header().len();
        let fields = columns.row(&outcome.comparison);
        assert_eq!(header.len() - coordinates, fields.len());
        header[coordinates..].iter().cloned().zip(fields).collect::<BTreeMap<String, String>>()
    };
    let parts = "\"probability\", \"baselines\"";
    let (plain, with) = (config(parts), config(&format!("{parts}, \"intervals\", \"null\"")));
    assert_ne!(plain.measured(), with.measured());
    let (plain, with) = (row(&plain), row(&with));
    for (name, value) in &plain {
        assert_eq!(with[name], *value, "{name}");
    }
    let number = |name: &str| with[name].parse::<f64>().unwrap();
    assert!(number("d_logit_low") < number("d_logit") && number("d_logit") < number("d_logit_high"));
    assert!(number("cka_null_mean") < number("cka_null_q99") && number("cka_null_share") <= 1.0);
    assert!(!with.contains_key("n_inputs_low") && !plain.contains_key("d_logit_low"));
}
