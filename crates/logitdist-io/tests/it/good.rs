//! Every type, order, byte order and container gives back the numbers that went in.

use crate::files::{F64, TYPES, data, matrix, npz, safetensors, vector};
use logitdist::{Mat, Model};
use logitdist_io::{ArrayNames, ReadOptions, Source, Transpose, read_matrix, read_model};
use logitdist_testing::npy;
use std::fs;
use zip::CompressionMethod;

fn f(i: usize, j: usize) -> f64 {
    (3 * i + j) as f64 / 4.0 - 1.0
}

fn g(y: usize, j: usize) -> f64 {
    j as f64 - y as f64 / 2.0
}

fn b(y: usize) -> f64 {
    -(y as f64) / 8.0
}

/// The model in all files here: N = 5, K = 4, M = 3; exact in every type.
fn expected() -> Model {
    Model::new(Mat::from_fn(5, 3, f), Mat::from_fn(4, 3, g), Some((0..4).map(b).collect())).unwrap()
}

#[test]
fn every_type_order_and_container_gives_the_same_model() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    for ty in &TYPES {
        for fortran in [false, true] {
            let embeddings = npy(ty.descr, fortran, "(5, 3)", &data(ty, fortran, 5, 3, f));
            let unembeddings = npy(ty.descr, fortran, "(4, 3)", &data(ty, fortran, 4, 3, g));
            let bias = npy(ty.descr, fortran, "(4,)", &data(ty, false, 1, 4, |_, y| b(y)));
            let entries =
                [("embeddings", &embeddings[..]), ("unembeddings", &unembeddings[..]), ("bias", &bias[..])];
            for (name, bytes) in entries {
                fs::write(path(&format!("{name}.npy")), bytes).unwrap();
            }
            fs::write(path("stored.npz"), npz(CompressionMethod::Stored, &entries)).unwrap();
            fs::write(path("deflated.NPZ"), npz(CompressionMethod::Deflated, &entries)).unwrap();
            for source in [
                Source::Path(directory.path().to_path_buf()),
                Source::Path(path("stored.npz")),
                Source::Path(path("deflated.NPZ")),
                Source::Files {
                    embeddings: path("embeddings.npy"),
                    unembeddings: path("unembeddings.npy"),
                    bias: Some(path("bias.npy")),
                },
            ] {
                let model = read_model(&source, &ReadOptions::default()).unwrap();
                assert_eq!(model, expected(), "{} fortran: {fortran} {source:?}", ty.descr);
            }
        }
        if let Some(name) = ty.safetensors {
            let bytes = safetensors(&[
                ("bias", name, "[4]", &data(ty, false, 1, 4, |_, y| b(y))),
                ("embeddings", name, "[5, 3]", &data(ty, false, 5, 3, f)),
                ("other", "I64", "[1]", &[0; 8]),
                ("unembeddings", name, "[4, 3]", &data(ty, false, 4, 3, g)),
            ]);
            fs::write(path("model.safetensors"), bytes).unwrap();
            let model = read_model(&Source::Path(path("model.safetensors")), &ReadOptions::default());
            assert_eq!(model.unwrap(), expected(), "{name}");
        }
    }
}

#[test]
fn a_bias_is_taken_where_there_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let (embeddings, unembeddings) = (matrix(5, 3, f), matrix(4, 3, g));
    let entries = [("embeddings", &embeddings[..]), ("unembeddings", &unembeddings[..])];
    let path = directory.path().join("model.npz");
    fs::write(&path, npz(CompressionMethod::Stored, &entries)).unwrap();
    let model = read_model(&Source::Path(path), &ReadOptions::default()).unwrap();
    assert_eq!(model.bias(), None);
    for (name, bytes) in entries {
        fs::write(directory.path().join(format!("{name}.npy")), bytes).unwrap();
    }
    let options = ReadOptions::default();
    let source = Source::Path(directory.path().to_path_buf());
    assert_eq!(read_model(&source, &options).unwrap().bias(), None);
    fs::write(directory.path().join("bias.npy"), vector(4, b)).unwrap();
    assert_eq!(read_model(&source, &options).unwrap(), expected());
}

#[test]
fn other_names_and_exchanged_axes_are_taken_as_said() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoint.safetensors");
    let bytes = safetensors(&[
        ("h", "F64", "[3, 5]", &data(F64, false, 3, 5, |j, i| f(i, j))),
        ("lm_head.bias", "F64", "[4]", &data(F64, false, 1, 4, |_, y| b(y))),
        ("lm_head.weight", "F64", "[3, 4]", &data(F64, false, 3, 4, |j, y| g(y, j))),
    ]);
    fs::write(&path, bytes).unwrap();
    let names: ArrayNames = "embeddings=h,unembeddings=lm_head.weight,bias=lm_head.bias".parse().unwrap();
    let transpose = Transpose { embeddings: true, unembeddings: true };
    let model =
        read_model(&Source::Path(path), &ReadOptions { names, transpose, ..Default::default() }).unwrap();
    assert_eq!(model, expected());
}

#[test]
fn arrays_larger_than_a_tile_are_put_together_right() {
    let directory = tempfile::tempdir().unwrap();
    let entry = |i: usize, j: usize| (i * 1000 + j * 7 + i * j) as f64;
    let small = directory.path().join("small.npy");
    for (rows, cols) in [(300, 700), (700, 300), (2, 70_001), (70_001, 2), (1, 140_000), (140_000, 1)] {
        for fortran in [false, true] {
            let path = directory.path().join("large.npy");
            let bytes = data(F64, fortran, rows, cols, entry);
            fs::write(&path, npy("<f8", fortran, &format!("({rows}, {cols})"), &bytes)).unwrap();
            assert!(
                read_matrix(&path).unwrap() == Mat::from_fn(rows, cols, entry),
                "{rows}×{cols} {fortran}"
            );
            fs::write(&small, matrix(2, rows, g)).unwrap();
            let source = Source::Files { embeddings: path, unembeddings: small.clone(), bias: None };
            let transpose = Transpose { embeddings: true, unembeddings: false };
            let model = read_model(&source, &ReadOptions { transpose, ..Default::default() }).unwrap();
            let transposed = Mat::from_fn(cols, rows, |j, i| entry(i, j));
            assert!(model.embeddings() == transposed, "{rows}×{cols} {fortran}, transposed");
        }
    }
}

#[test]
fn a_vector_is_a_matrix_of_one_row() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("probe.npy");
    fs::write(&path, vector(4, b)).unwrap();
    assert_eq!(read_matrix(&path).unwrap(), Mat::from_fn(1, 4, |_, j| b(j)));
    fs::write(&path, matrix(2, 4, g)).unwrap();
    assert_eq!(read_matrix(&path).unwrap(), Mat::from_fn(2, 4, g));
}

#[test]
fn a_bias_that_masks_its_label_is_read_as_minus_infinity_whatever_the_type() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("m.npz");
    for ty in &TYPES {
        // Of f16 the lowest number is an ordinary logit in every other type.
        let lowest = match ty.descr {
            "<f2" | ">f2" => -65504.0,
            "|V2" | ">V2" => half::bf16::MIN.to_f64(),
            "<f4" | ">f4" => f64::from(f32::MIN),
            _ => f64::MIN,
        };
        let biases = [0.5, lowest, f64::NEG_INFINITY, -1024.0];
        let array = |shape: &str, rows, cols, x: &dyn Fn(usize, usize) -> f64| {
            npy(ty.descr, false, shape, &data(ty, false, rows, cols, x))
        };
        let (embeddings, unembeddings) = (array("(5, 3)", 5, 3, &f), array("(4, 3)", 4, 3, &g));
        let bias = array("(4,)", 1, 4, &|_, y| biases[y]);
        let entries =
            [("embeddings", &embeddings[..]), ("unembeddings", &unembeddings[..]), ("bias", &bias[..])];
        fs::write(&path, npz(CompressionMethod::Stored, &entries)).unwrap();
        let model = read_model(&Source::Path(path.clone()), &ReadOptions::default()).unwrap();
        let read = [0.5, f64::NEG_INFINITY, f64::NEG_INFINITY, -1024.0];
        assert_eq!(model.bias(), Some(&read[..]), "{}", ty.descr);
        let largest = array("(4,)", 1, 4, &|_, _| f64::INFINITY);
        let entries =
            [("embeddings", &embeddings[..]), ("unembeddings", &unembeddings[..]), ("bias", &largest[..])];
        fs::write(&path, npz(CompressionMethod::Stored, &entries)).unwrap();
        let message =
            read_model(&Source::Path(path.clone()), &ReadOptions::default()).unwrap_err().to_string();
        assert!(message.contains("inf"), "{message}");
    }
}
