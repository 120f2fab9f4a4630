//! Any texts as the tables of a sweep. A NUL divides `rows.csv`, `bounds.csv`, `failures.csv` and `manifest.json`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use logitdist_fuzz::Scratch;
use logitdist_report::{difference, pictures};
use logitdist_results::{Study, summarise};
use std::sync::LazyLock;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

const FILES: [&str; 4] = ["rows.csv", "bounds.csv", "failures.csv", "manifest.json"];

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(FILES.len(), |&byte| byte == 0);
    for file in FILES {
        match parts.next() {
            Some(part) => drop(SCRATCH.write(file, part)),
            None => drop(std::fs::remove_file(SCRATCH.path().join(file))),
        }
    }
    let study = Study::read(SCRATCH.path());
    // To read tables once more takes as long again, and all pictures much longer.
    if !data.len().is_multiple_of(8) {
        return;
    }
    let summary = summarise(SCRATCH.path());
    if let Ok(study) = study {
        let summary = summary.expect("the bounds of a study can be summarised");
        assert_eq!(summary.to_csv(), study.summary.to_csv());
        if data.len().is_multiple_of(64) {
            let _ = pictures(&study);
        }
        if let Ok(difference) = difference(SCRATCH.path(), SCRATCH.path()) {
            assert!(difference.is_none(), "tables differ from themselves: {}", difference.to_table());
        }
    }
});
