//! Files made to do harm: no byte sequence may panic, and no claim may take memory.
//!
//! A program of its own: the threads of comparisons in other tests would count as memory that a claim took.

#[path = "../it/files.rs"]
#[expect(dead_code, reason = "other tests write every type of number")]
mod files;

use files::{F64, data, gguf, matrix, npz, safetensors, vector};
use logitdist_io::{Problem, ReadError, ReadOptions, Source, read_matrix, read_model};
use logitdist_testing::{npy, npy_with_header};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use zip::CompressionMethod::{self, Deflated, Stored};

/// Reads a path with the default options and drops the model.
fn read(path: &Path) -> Result<(), ReadError> {
    read_model(&Source::Path(path.to_path_buf()), &ReadOptions::default()).map(drop)
}

fn archive(method: CompressionMethod) -> Vec<u8> {
    let (f, g) = (matrix(3, 2, |i, j| (i + j) as f64), matrix(4, 2, |y, j| (y * j) as f64));
    npz(method, &[("embeddings", &f), ("unembeddings", &g), ("bias", &vector(4, |y| y as f64))])
}

/// One small valid file of each form, by extension.
fn valid() -> [(&'static str, Vec<u8>); 5] {
    let tensors = safetensors(&[
        ("bias", "F64", "[4]", &data(F64, false, 1, 4, |_, y| y as f64)),
        ("embeddings", "F64", "[3, 2]", &data(F64, false, 3, 2, |i, j| (i + j) as f64)),
        ("unembeddings", "F64", "[4, 2]", &data(F64, false, 4, 2, |y, j| (y * j) as f64)),
    ]);
    [
        ("npy", matrix(3, 2, |i, j| (i + j) as f64)),
        ("stored.npz", archive(Stored)),
        ("deflated.npz", archive(Deflated)),
        ("safetensors", tensors),
        (
            "gguf",
            gguf(&[
                ("bias", &[4], 0, &[0; 16]),
                ("embeddings", &[32, 3], 1, &[0; 192]),
                ("unembeddings", &[32, 4], 8, &[0; 136]),
            ]),
        ),
    ]
}

/// Reads these bytes as what the name says; whether that worked, or a message if it panicked.
fn outcome(directory: &Path, name: &str, bytes: &[u8]) -> Result<bool, String> {
    let path = directory.join(format!("model.{name}"));
    // Some file systems flush a file that is overwritten to the disk, which takes ms; a new one they do not.
    let _ = fs::remove_file(&path);
    fs::write(&path, bytes).unwrap();
    let result = catch_unwind(AssertUnwindSafe(|| match name {
        "npy" => read_matrix(&path).map(drop),
        _ => read(&path),
    }));
    result.map(|read| read.is_ok()).map_err(|_| format!("{name} panicked"))
}

/// SplitMix64: a stream of numbers for a seed.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in valid() {
        assert_eq!(outcome(directory.path(), name, &bytes), Ok(true), "{name}, whole");
        for len in 0..bytes.len() {
            assert_eq!(outcome(directory.path(), name, &bytes[..len]), Ok(false), "{name}, cut at {len}");
        }
    }
}

#[test]
fn bytes_changed_at_random_never_panic() {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in valid() {
        for seed in 0..3000 {
            let mut state = seed;
            let mut changed = bytes.clone();
            for _ in 0..=random(&mut state) % 6 {
                let at = (random(&mut state) % bytes.len() as u64) as usize;
                changed[at] = match random(&mut state) % 4 {
                    0 => 0xff,
                    1 => 0,
                    2 => changed[at] ^ (1 << (random(&mut state) % 8)),
                    _ => random(&mut state) as u8,
                };
            }
            if let Err(message) = outcome(directory.path(), name, &changed) {
                panic!("seed {seed}: {message}");
            }
        }
    }
    assert_memory_is_bounded();
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let directory = tempfile::tempdir().unwrap();
    let npy_header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {}", "(".repeat(9000));
    let npy = npy_with_header(&npy_header, &[]);
    assert_eq!(outcome(directory.path(), "npy", &npy), Ok(false));
    for nested in ["[".repeat(100_000), "{\"a\":".repeat(100_000)] {
        let bytes = crate::files::safetensors_with_header(&nested, &[]);
        assert_eq!(outcome(directory.path(), "safetensors", &bytes), Ok(false));
    }
}

#[test]
fn claims_of_any_size_take_no_memory() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("claim.npy");
    for shape in ["(1152921504606846976, 1)", "(1, 1152921504606846976)", "(4294967296, 4294967296)"] {
        for fortran in [false, true] {
            let bytes = npy("<f2", fortran, shape, &[0; 64]);
            fs::write(&path, &bytes).unwrap();
            let problem = read_matrix(&path).unwrap_err().problem;
            assert!(matches!(problem, Problem::Length { found: 64, .. }), "{shape}: {problem}");
            let archive_path = directory.path().join("claim.npz");
            fs::write(&archive_path, npz(Deflated, &[("embeddings", &bytes)])).unwrap();
            let problem = read(&archive_path).unwrap_err().problem;
            assert!(matches!(problem, Problem::Length { found: 64, .. }), "{shape}: {problem}");
        }
    }
    assert_memory_is_bounded();
}

#[test]
fn an_archive_whose_directory_lies_about_sizes_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lie.npz");
    for method in [Stored, Deflated] {
        // 2³² − 16 bytes, which the array's own header confirms.
        let claimed = u32::MAX - 15;
        let array = npy("<f8", false, &format!("({}, 1)", (claimed - 80) / 8), &[0; 64]);
        let mut bytes = npz(method, &[("embeddings", &array)]);
        let central = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").expect("a central directory");
        for (start, at) in [(0, 22), (central, 24)] {
            bytes[start + at..start + at + 4].copy_from_slice(&claimed.to_le_bytes());
        }
        fs::write(&path, &bytes).unwrap();
        let message = read(&path).unwrap_err().to_string();
        assert!(message.contains("array `embeddings`") && message.contains("4294967280"), "{message}");
    }
    assert_memory_is_bounded();
}

#[test]
fn a_small_archive_that_would_fill_the_memory_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bomb.npz");
    // An honest header: 64 MiB of zeros in 64 KiB, that would be 256 MiB as f64.
    let zeros = npy("<f2", false, "(33554432, 1)", &vec![0; 64 << 20]);
    let ones = matrix(2, 1, |_, _| 1.0);
    fs::write(&path, npz(Deflated, &[("embeddings", &zeros), ("unembeddings", &ones)])).unwrap();
    let error = read(&path).unwrap_err();
    let Problem::Inflation { claimed, compressed, limit } = error.problem else { panic!("{error}") };
    assert!(claimed > 64 << 20 && compressed < 70_000 && limit == logitdist_io::INFLATION_LIMIT, "{error}");
    let message = error.to_string();
    let needed = message.split("--inflation-limit ").nth(1).unwrap().trim_end_matches(')').parse().unwrap();
    for (inflation_limit, fits) in [(needed, true), (needed - 1, false)] {
        let options = ReadOptions { inflation_limit, ..Default::default() };
        assert_eq!(read_model(&Source::Path(path.clone()), &options).is_ok(), fits, "{inflation_limit}");
    }
    // Small ones are read whatever they claim.
    let zeros = npy("<f2", false, "(2097152, 1)", &vec![0; 4 << 20]);
    fs::write(&path, npz(Deflated, &[("embeddings", &zeros), ("unembeddings", &ones)])).unwrap();
    read(&path).unwrap();
    assert_memory_is_bounded();
}

#[test]
fn a_bomb_is_defused_by_its_array_header() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bomb.npz");
    let bomb = npy("<f2", false, "(1152921504606846976, 1)", &vec![0; 64 << 20]);
    fs::write(&path, npz(Deflated, &[("embeddings", &bomb)])).unwrap();
    // Where its size alone does not give it away.
    let options = ReadOptions { inflation_limit: 2000, ..Default::default() };
    let problem = read_model(&Source::Path(path), &options).unwrap_err().problem;
    assert!(matches!(problem, Problem::Length { found: 67_108_864, .. }), "{problem}");
}

/// The largest address space this process ever had: a claim that was believed would show, even untouched.
#[cfg(target_os = "linux")]
fn assert_memory_is_bounded() {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmPeak:")).expect("VmPeak");
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes < 3 << 20, "address space of {kilobytes} kB");
}

#[cfg(not(target_os = "linux"))]
fn assert_memory_is_bounded() {}
