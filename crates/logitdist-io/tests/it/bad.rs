//! One table of everything that can be wrong, and what must be said about it.

use crate::files::{F64, data, matrix, npz, safetensors, safetensors_with_header, vector};
use logitdist_io::{ReadOptions, Source, Transpose, read_matrix, read_model};
use logitdist_testing::{npy, npy_with_header};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use zip::CompressionMethod::{Deflated, Stored};

/// Asserts that a message begins with the file and says each of the facts.
fn check(error: impl std::fmt::Display, file: &Path, facts: &[&str]) {
    let message = error.to_string();
    assert!(message.starts_with(&*file.to_string_lossy()), "does not begin with the file: {message}");
    for fact in facts {
        assert!(message.contains(fact), "does not say `{fact}`: {message}");
    }
    assert!(!message.contains('\n'), "more than a line: {message}");
}

/// Writes a file and returns where it is.
fn put(directory: &TempDir, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = directory.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn entry(i: usize, j: usize) -> f64 {
    (i + 10 * j) as f64
}

#[test]
fn arrays_that_are_no_matrix_of_finite_numbers() {
    let directory = tempfile::tempdir().unwrap();
    let valid = matrix(5, 3, entry);
    let with_entry = |row, col, value| matrix(5, 3, |i, j| if (i, j) == (row, col) { value } else { 1.0 });
    let fortran_inf = data(F64, true, 5, 3, |i, j| if (i, j) == (4, 1) { f64::NEG_INFINITY } else { 0.0 });
    let header = |text: &str| npy_with_header(text, &[0; 120]);
    let typed = |descr: &str| npy(descr, false, "(5, 3)", &[0; 120]);
    let long = [&valid[..], b"more"].concat();
    let mut version = valid.clone();
    version[6] = 9;
    let mut long_header = valid[..10].to_vec();
    long_header[8..10].copy_from_slice(&60_000_u16.to_le_bytes());
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("no bytes", vec![], &["the file is empty", "an .npy file"]),
        ("text", b"1.0,2.0\n".to_vec(), &["begins with \"1.0,2.0\\n\"", "\\x93NUMPY"]),
        ("zip", npz(Stored, &[("x", &valid)]), &["zip archive", "an .npy file"]),
        ("pickle", b"\x80\x04\x95rest".to_vec(), &["Python pickle"]),
        ("HDF5", b"\x89HDF\r\n\x1a\n".to_vec(), &["HDF5"]),
        ("version", version, &["npy version 9.0 is unknown", "1.0, 2.0 or 3.0"]),
        ("cut in magic", valid[..7].to_vec(), &["malformed header", "after 7 bytes"]),
        ("cut in header", valid[..40].to_vec(), &["malformed header", "after 40 bytes"]),
        (
            "cut in data",
            valid[..valid.len() - 1].to_vec(),
            &["claims 120 bytes", "there are 119", "truncated"],
        ),
        ("trailing bytes", long, &["claims 120 bytes", "there are 124"]),
        ("long header", long_header, &["it claims 60000 bytes", "under 10000"]),
        ("no dictionary", header("[1, 2]"), &["malformed header", "no `{` in `[1, 2]`"]),
        ("no shape", header("{'descr': '<f8', 'fortran_order': False}"), &["no `shape`"]),
        (
            "negative axis",
            header("{'descr': '<f8', 'fortran_order': False, 'shape': (-5, 3)}"),
            &["`shape` that is no tuple", "(-5, 3)"],
        ),
        ("objects", typed("|O"), &["`|O` (Python objects)", "f16, bf16, f32 or f64 is needed"]),
        ("int64", typed("<i8"), &["`<i8` (integers)", "astype"]),
        ("uint8", typed("|u1"), &["`|u1` (unsigned integers)"]),
        ("bool", typed("|b1"), &["`|b1` (booleans)"]),
        ("complex", typed("<c16"), &["`<c16` (complex numbers)"]),
        ("string", typed("<U8"), &["`<U8` (strings)"]),
        ("long double", typed("<f16"), &["`<f16` (floating-point numbers of another width)"]),
        ("time", typed("<M8[ns]"), &["`<M8[ns]` (times)"]),
        ("void", typed("|V8"), &["`|V8` (bytes of no type)"]),
        ("nonsense type", typed(""), &["`` (unknown)"]),
        (
            "structured",
            header("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (5,)}"),
            &["structured (a record with fields)"],
        ),
        ("0-D", npy("<f8", false, "()", &[0; 8]), &["the shape is ()", "2-D"]),
        (
            "3-D",
            npy("<f8", false, "(5, 3, 1)", &[0; 120]),
            &["the shape is (5, 3, 1)", "2-D (rows, columns)", "needed"],
        ),
        ("no rows", npy("<f8", false, "(0, 3)", &[]), &["the shape is (0, 3)", "at least one row"]),
        ("no columns", npy("<f8", true, "(5, 0)", &[]), &["the shape is (5, 0)", "at least one"]),
        ("empty vector", npy("<f8", true, "(0,)", &[]), &["the shape is (0,)", "empty"]),
        (
            "petabytes",
            npy("<f8", false, "(1125899906842624, 1024)", &[0; 120]),
            &["claims 9223372036854775808 bytes", "there are 120"],
        ),
        (
            "beyond 64 bits",
            npy("<f8", false, "(18446744073709551615, 18446744073709551615)", &[0; 120]),
            &["claims over 2^64 bytes", "there are 120"],
        ),
        ("axis beyond 64 bits", npy("<f8", false, "(99999999999999999999, 1)", &[]), &["under 2^64"]),
        ("NaN", with_entry(3, 2, f64::NAN), &["row 3, column 2", "NaN", "finite"]),
        ("infinity", with_entry(0, 1, f64::INFINITY), &["row 0, column 1", "inf", "finite"]),
        ("infinity in Fortran order", npy("<f8", true, "(5, 3)", &fortran_inf), &["row 4, column 1", "-inf"]),
        ("huge", with_entry(1, 0, -1e80), &["row 1, column 0", "at most 1e60"]),
        ("NaN in a vector", vector(7, |i| if i == 6 { f64::NAN } else { 0.0 }), &["row 6, column 0"]),
    ];
    for (name, bytes, facts) in cases {
        let path = put(&directory, &format!("{name}.npy"), &bytes);
        check(read_matrix(&path).expect_err(name), &path, facts);
    }
}

#[test]
fn archives_that_are_damaged_or_lack_an_array() {
    let directory = tempfile::tempdir().unwrap();
    let (f, g, b) = (matrix(5, 3, entry), matrix(4, 3, entry), vector(4, |y| y as f64));
    let nan = matrix(4, 3, |i, j| if (i, j) == (2, 1) { f64::NAN } else { 0.0 });
    let archive = |g: &[u8]| npz(Deflated, &[("embeddings", &f), ("unembeddings", g)]);
    let with_bias = |b: &[u8]| npz(Stored, &[("embeddings", &f), ("unembeddings", &g), ("bias", b)]);
    let whole = with_bias(&b);
    let mut damaged = whole.clone();
    let at =
        damaged.windows(8).position(|w| w == 11.0_f64.to_le_bytes()).expect("an entry of the embeddings");
    damaged[at] ^= 1;
    let bytes = |rows, cols| data(F64, false, rows, cols, entry);
    let tensors = |dtype: &str, shape: &str, len: usize| {
        safetensors(&[
            ("embeddings", "F64", "[5, 3]", &bytes(5, 3)),
            ("unembeddings", dtype, shape, &vec![0; len]),
        ])
    };
    let whole_tensors = tensors("F64", "[4, 3]", 96);
    let tensor_header = |offsets: &str| {
        let header = format!("{{\"embeddings\": {{\"dtype\": \"F64\", \"shape\": [2, 2], {offsets}}}}}");
        safetensors_with_header(&header, &[0; 32])
    };
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("empty.npz", vec![], &["the file is empty", "an .npz file"]),
        ("wrong.npz", f.clone(), &["begins with \"\\x93N\"", "beginning with PK"]),
        ("cut.npz", whole[..whole.len() - 5].to_vec(), &["the archive cannot be read"]),
        ("damaged.npz", damaged, &["array `embeddings`", "cannot be read", "checksum"]),
        ("nothing.npz", npz(Stored, &[]), &["no array `embeddings`", "there are none"]),
        (
            "lacking.npz",
            npz(Stored, &[("h", &f), ("unembeddings", &g)]),
            &["no array `embeddings`", "there are `h`, `unembeddings`", "embeddings=NAME (--array-names)"],
        ),
        ("cut-inside.npz", archive(&g[..60]), &["array `unembeddings`", "malformed header"]),
        ("short.npz", archive(&g[..150]), &["array `unembeddings`", "claims 96 bytes", "there are"]),
        ("nan.npz", archive(&nan), &["array `unembeddings`", "row 2, column 1", "NaN"]),
        ("text.npz", archive(b"labels"), &["array `unembeddings`", "begins with \"labels\""]),
        ("vector.npz", archive(&b), &["array `unembeddings`", "the shape is (4,)", "2-D (rows, columns)"]),
        (
            "width.npz",
            archive(&matrix(4, 2, entry)),
            &["embeddings are 5×3 and unembeddings 4×2", "same number of columns"],
        ),
        (
            "turned.npz",
            archive(&matrix(3, 4, entry)),
            &["5×3 and unembeddings 3×4", "unembeddings would fit if they were transposed (--transpose)"],
        ),
        (
            "column.npz",
            with_bias(&matrix(4, 1, entry)),
            &["array `bias`", "the shape is (4, 1)", "1-D (one entry per label) is needed"],
        ),
        ("row.npz", with_bias(&matrix(1, 4, entry)), &["array `bias`", "the shape is (1, 4)", "1-D"]),
        (
            "bias-nan.npz",
            with_bias(&vector(4, |y| if y == 3 { f64::NAN } else { 0.0 })),
            &["`bias`", "row 3"],
        ),
        ("bias-length.npz", with_bias(&vector(5, |_| 0.0)), &["bias has 5 entries", "that is 4"]),
        ("empty.safetensors", vec![], &["malformed header", "the file has 0 bytes"]),
        ("wrong.safetensors", whole.clone(), &["malformed header", "is this a .safetensors file?"]),
        (
            "petabyte-header.safetensors",
            [&(1_u64 << 50).to_le_bytes()[..], b"{}"].concat(),
            &["it claims 1125899906842624 bytes, and 2 follow"],
        ),
        (
            "json.safetensors",
            safetensors_with_header("{\"embeddings\": ", &[]),
            &["malformed header", "JSON"],
        ),
        (
            "cut.safetensors",
            whole_tensors[..whole_tensors.len() - 1].to_vec(),
            &["claims 216 bytes", "there are 215", "truncated"],
        ),
        ("trailing.safetensors", [&whole_tensors[..], b"x"].concat(), &["claims 216 bytes", "there are 217"]),
        (
            "beyond.safetensors",
            tensor_header("\"data_offsets\": [8, 40]"),
            &["malformed header", "invalid offset for tensor `embeddings`"],
        ),
        (
            "size.safetensors",
            tensor_header("\"data_offsets\": [0, 24]"),
            &["invalid shape, data type, or offset"],
        ),
        (
            "overlapping.safetensors",
            safetensors_with_header(
                "{\"a\": {\"dtype\": \"F64\", \"shape\": [2], \"data_offsets\": [0, 16]}, \
                 \"b\": {\"dtype\": \"F64\", \"shape\": [2], \"data_offsets\": [8, 24]}}",
                &[0; 24],
            ),
            &["malformed header", "invalid offset for tensor `b`"],
        ),
        (
            "overflow.safetensors",
            safetensors_with_header(
                "{\"embeddings\": {\"dtype\": \"F64\", \"shape\": [4294967296, 4294967296], \"data_offsets\": [0, 8]}}",
                &[0; 8],
            ),
            &["malformed header", "overflow"],
        ),
        (
            "lacking.safetensors",
            safetensors(&[("h", "F64", "[5, 3]", &bytes(5, 3))]),
            &["no array `embeddings`", "there are `h`"],
        ),
        ("none.safetensors", safetensors(&[]), &["no array `embeddings`", "there are none"]),
        (
            "ints.safetensors",
            tensors("I32", "[4, 3]", 48),
            &["array `unembeddings`", "`<i4` (integers)", "needed"],
        ),
        ("3-d.safetensors", tensors("F32", "[4, 3, 1]", 48), &["`unembeddings`", "(4, 3, 1)", "2-D"]),
        ("no-rows.safetensors", tensors("F32", "[0, 3]", 0), &["`unembeddings`", "(0, 3)", "empty"]),
        ("scalar.safetensors", tensors("F32", "[]", 4), &["`unembeddings`", "the shape is ()", "2-D"]),
        ("model.npy", f.clone(), &[".npz file, a .safetensors file or a directory", "--embeddings-a"]),
        ("model.pt", whole.clone(), &[".npz file, a .safetensors file or a directory", "none of them"]),
        ("model", whole.clone(), &["none of them"]),
    ];
    for (name, bytes, facts) in cases {
        let path = put(&directory, name, &bytes);
        let read = read_model(&Source::Path(path.clone()), &ReadOptions::default());
        check(read.expect_err(name), &path, facts);
    }
}

#[test]
fn long_lists_of_arrays_are_cut_short() {
    let directory = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..300).map(|i| format!("layer.{i:03}.weight")).collect();
    let tensors: Vec<_> = names.iter().map(|name| (&name[..], "F32", "[1]", &[0; 4][..])).collect();
    let path = put(&directory, "checkpoint.safetensors", &safetensors(&tensors));
    let read = read_model(&Source::Path(path.clone()), &ReadOptions::default());
    check(read.unwrap_err(), &path, &["`layer.000.weight`", "`layer.019.weight` and 280 more;"]);
}

#[test]
fn directories_and_paths_without_the_files_that_are_needed() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let read =
        |path: &Path| read_model(&Source::Path(path.to_path_buf()), &ReadOptions::default()).unwrap_err();
    check(read(&root.join("absent.npz")), &root.join("absent.npz"), &["cannot be read", "No such file"]);
    check(read(&root.join("absent")), &root.join("absent"), &["No such file"]);
    check(read(root), root, &["the directory holds no .npy file", "`embeddings.npy`"]);
    put(&directory, "h.npy", &matrix(5, 3, entry));
    check(read(root), root, &["no array `embeddings`", "there are `h`;"]);
    check(read(&root.join("h.npy/inside.npz")), &root.join("h.npy/inside.npz"), &["Not a directory"]);

    put(&directory, "embeddings.npy", &matrix(5, 3, entry));
    put(&directory, "unembeddings.npy", &matrix(4, 3, entry)[..60]);
    check(read(root), &root.join("unembeddings.npy"), &["after 60 bytes"]);
    put(&directory, "unembeddings.npy", &matrix(4, 3, entry));
    fs::create_dir(root.join("bias.npy")).unwrap();
    check(read(root), &root.join("bias.npy"), &["is a directory", "an .npy file is needed"]);
    fs::remove_dir(root.join("bias.npy")).unwrap();
    assert!(read_model(&Source::Path(root.to_path_buf()), &ReadOptions::default()).is_ok());

    let options = |names: &str| ReadOptions { names: names.parse().unwrap(), ..Default::default() };
    let read = read_model(&Source::Path(root.to_path_buf()), &options("bias=lm_head.bias"));
    check(
        read.unwrap_err(),
        root,
        &["no array `lm_head.bias`", "`embeddings`, `h`, `unembeddings`", "bias=NAME"],
    );
}

#[test]
fn single_files_that_do_not_fit_together() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let f = put(&directory, "f.npy", &matrix(5, 3, entry));
    let g = put(&directory, "g.npy", &matrix(4, 3, entry));
    let narrow = put(&directory, "narrow.npy", &matrix(4, 2, entry));
    let short = put(&directory, "short.npy", &vector(3, |_| 0.0));
    let read = |embeddings: &Path, unembeddings: &Path, bias: Option<&Path>, options: &ReadOptions| {
        let source = Source::Files {
            embeddings: embeddings.to_path_buf(),
            unembeddings: unembeddings.to_path_buf(),
            bias: bias.map(Path::to_path_buf),
        };
        read_model(&source, options).unwrap_err()
    };
    let plain = ReadOptions::default();
    check(read(&root.join("no.npy"), &g, None, &plain), &root.join("no.npy"), &["No such file"]);
    check(read(&f, &g, Some(&root.join("no.npy")), &plain), &root.join("no.npy"), &["No such file"]);
    // A folder may be a model's: then its arrays have their usual names.
    check(read(root, &g, None, &plain), root, &["there is no array `embeddings`", "there are `f`, `g`"]);
    check(read(&f, &narrow, None, &plain), &narrow, &["embeddings are 5×3 and unembeddings 4×2"]);
    check(read(&f, &g, Some(&short), &plain), &short, &["bias has 3 entries", "that is 4"]);
    let turned =
        ReadOptions { transpose: Transpose { embeddings: true, unembeddings: false }, ..Default::default() };
    check(read(&f, &g, None, &turned), &g, &["3×5 and unembeddings 4×3", "the embeddings would fit"]);
}

#[test]
#[cfg(unix)]
fn devices_and_loops_are_refused_without_opening_them() {
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let endless = directory.path().join("endless.npy");
    symlink("/dev/zero", &endless).unwrap();
    check(
        read_matrix(&endless).unwrap_err(),
        &endless,
        &["device, pipe or socket", "an .npy file is needed"],
    );
    let itself = directory.path().join("itself.npz");
    symlink(&itself, &itself).unwrap();
    let read = read_model(&Source::Path(itself.clone()), &ReadOptions::default());
    check(read.unwrap_err(), &itself, &["cannot be read", "symbolic links"]);
}
