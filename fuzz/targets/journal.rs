//! Any bytes as the journal of a sweep. The mutator repairs checksums, which would hide whatever else is wrong.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use logitdist_fuzz::Scratch;
use logitdist_sim::{Config, Document, cells_of_journal, merge, status};
use std::sync::LazyLock;

/// Every frame of a journal begins with this.
const MARK: [u8; 4] = [0xF1, b'l', b'd', 0x0A];

/// Bytes of a frame before its content: mark, kind, length, cell, identity, and a checksum each of these and of the content.
const HEADER: usize = 37;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(|| {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path().join("journal")).expect("a temporary folder");
    scratch.write("config.toml", include_bytes!("../journal.toml"));
    scratch
});

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let document = Document::read(&SCRATCH.path().join("config.toml"), &[]).expect("a config");
    Config::of(&document).expect("a good config")
});

fuzz_target!(|data: &[u8]| {
    let path = SCRATCH.write("journal/0-of-1.journal", data);
    let _ = cells_of_journal(&path, &CONFIG);
    // The command reads the config each time, and making tables takes much longer.
    if data.len().is_multiple_of(8) {
        let known = status(SCRATCH.path());
        if !data.len().is_multiple_of(64) {
            return;
        }
        let merged = merge(SCRATCH.path(), &[SCRATCH.path().to_path_buf()], true);
        assert!(known.is_ok() || merged.is_err(), "tables are made of a journal that cannot be read");
        assert!(std::fs::read(path).expect("the journal") == data, "the journal was changed");
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let size = fuzzer_mutate(data, size, max_size);
    if !seed.is_multiple_of(8) {
        repair(&mut data[..size]);
    }
    size
});

/// Gives every frame, from one mark to the next, the length and the checksums that it should have.
fn repair(journal: &mut [u8]) {
    let mut marks: Vec<usize> = (0..journal.len()).filter(|&at| journal[at..].starts_with(&MARK)).collect();
    marks.push(journal.len());
    for pair in marks.windows(2) {
        let frame = &mut journal[pair[0]..pair[1]];
        if frame.len() < HEADER {
            continue;
        }
        let length = (frame.len() - HEADER) as u32;
        frame[5..9].copy_from_slice(&length.to_le_bytes());
        let check = blake3::hash(&frame[..25]);
        frame[25..29].copy_from_slice(&check.as_bytes()[..4]);
        let check = blake3::hash(&frame[HEADER..]);
        frame[29..HEADER].copy_from_slice(&check.as_bytes()[..8]);
    }
}
