//! Any bytes as an `.npz` archive. The mutator repairs checksums, which would hide whatever else is wrong.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use logitdist_fuzz::{Scratch, read_both_ways};
use logitdist_io::read_text;
use std::io::{Cursor, Read, Write};
use std::sync::LazyLock;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

/// The mutator compresses one entry of so many.
const COMPRESSED: u32 = 17;

/// The mutator unpacks no larger entry.
const LARGEST: u64 = 1 << 16;

fuzz_target!(|data: &[u8]| {
    let path = SCRATCH.write("model.npz", data);
    read_both_ways(&path);
    let _ = read_text(&path, "note");
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // Every fourth time the bytes of the archive itself, checksums and all.
    let rewritten = if seed.is_multiple_of(4) { None } else { with_entry_changed(&data[..size], seed) };
    match rewritten.filter(|bytes| bytes.len() <= max_size) {
        Some(bytes) => {
            data[..bytes.len()].copy_from_slice(&bytes);
            bytes.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});

/// The archive with one entry mutated and given its right checksum; `None` if it is no archive.
///
/// The others are copied as they are, and the changed one is mostly stored: to compress takes longer than all that the reader does.
fn with_entry_changed(archive: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).ok()?;
    let chosen = seed as usize / 4 % archive.len().max(1);
    let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..archive.len() {
        if i != chosen {
            packed.raw_copy_file(archive.by_index_raw(i).ok()?).ok()?;
            continue;
        }
        let entry = archive.by_index(i).ok()?;
        let name = entry.name().ok()?.into_owned();
        let mut content = Vec::new();
        // A wrong checksum is an error only at the end: what was read until then is good enough.
        let _ = entry.take(LARGEST).read_to_end(&mut content);
        let size = content.len();
        content.resize(size + 64, 0);
        let size = fuzzer_mutate(&mut content, size, size + 64);
        content.truncate(size);
        let is_compressed = seed.is_multiple_of(COMPRESSED);
        let method = if is_compressed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        packed.start_file(name, SimpleFileOptions::default().compression_method(method)).ok()?;
        packed.write_all(&content).ok()?;
    }
    Some(packed.finish().ok()?.into_inner())
}
