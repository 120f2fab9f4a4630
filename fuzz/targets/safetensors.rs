//! Any bytes as a `.safetensors` file.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use logitdist_fuzz::{Scratch, read_both_ways};
use std::sync::LazyLock;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

/// Bytes of the length before the header's text.
const START: usize = 8;

fuzz_target!(|data: &[u8]| {
    read_both_ways(&SCRATCH.write("model.safetensors", data));
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let size = fuzzer_mutate(data, size, max_size);
    // A header whose length is wrong hides whatever else is: mostly, the length is made right.
    if !seed.is_multiple_of(8)
        && size > START
        && let Some(end) = data[START..size].windows(2).position(|pair| pair == b"}}")
    {
        data[..START].copy_from_slice(&(end as u64 + 2).to_le_bytes());
    }
    size
});
