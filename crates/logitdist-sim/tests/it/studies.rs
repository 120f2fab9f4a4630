//! The configs of this repository.

use logitdist_sim::Config;
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
