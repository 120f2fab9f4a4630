//! Any bytes as a `.gguf` file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use logitdist_fuzz::{Scratch, read_both_ways};
use std::sync::LazyLock;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

fuzz_target!(|data: &[u8]| {
    read_both_ways(&SCRATCH.write("model.gguf", data));
});
