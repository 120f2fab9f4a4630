//! Files written by numpy, ml_dtypes and safetensors themselves; `data/make.py` says how.

use logitdist::{Mat, Model};
use logitdist_io::{ReadOptions, Source, read_matrix, read_model};
use std::path::{Path, PathBuf};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

#[test]
fn every_file_holds_the_model_that_its_script_describes() {
    let expected = Model::new(
        Mat::from_fn(5, 3, |i, j| (10 * i + j) as f64 / 4.0),
        Mat::from_fn(4, 3, |i, j| j as f64 - i as f64 / 2.0),
        Some((0..4).map(|y| f64::from(y) / 8.0).collect()),
    )
    .unwrap();
    let mut names = vec!["directory".to_owned()];
    for ty in ["f16", "f16be", "bf16", "f32", "f32be", "f64", "f64be"] {
        names.extend([format!("{ty}-C.npz"), format!("{ty}-F.npz")]);
    }
    names.extend(["f16", "bf16", "f32", "f64"].map(|ty| format!("{ty}.safetensors")));
    for name in names {
        let model = read_model(&Source::Path(path(&name)), &ReadOptions::default());
        assert_eq!(model.unwrap_or_else(|e| panic!("{e}")), expected, "{name}");
    }
}

#[test]
fn objects_and_records_are_refused_by_name() {
    for (name, expected) in [("objects.npy", "`|O` (Python objects)"), ("record.npy", "structured")] {
        let message = read_matrix(&path(name)).unwrap_err().to_string();
        assert!(message.contains(name) && message.contains(expected), "{message}");
    }
}
