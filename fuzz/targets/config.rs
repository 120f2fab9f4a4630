//! Any text as the config of a sweep, with an override.

#![no_main]

use libfuzzer_sys::fuzz_target;
use logitdist_sim::{Config, Document};
use std::path::Path;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // What follows a NUL, which TOML does not allow, is an override.
    let (text, set) = text.split_once('\0').map_or((text, None), |(text, set)| (text, Some(set.to_owned())));
    let overrides: Vec<String> = set.into_iter().collect();
    let Ok(document) = Document::parse(Path::new("a.toml"), text, &overrides) else { return };
    let config = Config::of(&document).map_err(|error| error.to_string());
    // What was run can be run again: the text that results keep gives the same cells.
    let again = Document::parse(Path::new("a.toml"), &document.to_toml(), &[]).expect("own text is TOML");
    assert_eq!(again.to_toml(), document.to_toml());
    match (config, Config::of(&again)) {
        (Ok(config), Ok(again)) => {
            assert_eq!(config.grid.len(), again.grid.len());
            for cell in [0, config.grid.len() - 1] {
                let (coordinates, same) = (config.coordinates(cell), again.coordinates(cell));
                assert_eq!(config.identity(&coordinates), again.identity(&same));
                assert_eq!(coordinates.words(), same.words());
            }
        }
        (Err(_), Err(_)) => {}
        (config, again) => panic!("{:?}, and again {:?}", config.err(), again.err().map(|e| e.to_string())),
    }
});
