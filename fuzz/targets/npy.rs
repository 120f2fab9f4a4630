//! Any bytes as an `.npy` file.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use logitdist_fuzz::Scratch;
use logitdist_io::{read_array, read_matrix};
use std::sync::LazyLock;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

/// Bytes before the header's text: the magic string, the version, and the length in two bytes.
const START: usize = 10;

fuzz_target!(|data: &[u8]| {
    let path = SCRATCH.write("array.npy", data);
    let numbers = read_array(&path, "array");
    // Numbers may be whole; a matrix may not, and is finite.
    if let Ok(matrix) = read_matrix(&path) {
        let numbers = numbers.expect("a matrix is an array of numbers");
        assert_eq!(matrix.nrows() * matrix.ncols(), numbers.nrows() * numbers.ncols());
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let size = fuzzer_mutate(data, size, max_size);
    // A header whose length is wrong hides whatever else is: mostly, the length is made right.
    if !seed.is_multiple_of(8)
        && size > START
        && data.starts_with(b"\x93NUMPY\x01")
        && let Some(end) = data[START..size].iter().position(|&byte| byte == b'\n')
    {
        data[START - 2..START].copy_from_slice(&(end as u16 + 1).to_le_bytes());
    }
    size
});
