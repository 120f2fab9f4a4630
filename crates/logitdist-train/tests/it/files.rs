//! A user's data, good and bad.

use logitdist_train::{DataSpec, Files, TrainError};
use std::fs;
use std::path::{Path, PathBuf};

/// Twelve inputs of two features and three labels, changed by the caller.
fn lines() -> (Vec<String>, Vec<String>) {
    let features = (0..12).map(|i| format!("{},{}", i, 100.0 + 0.5 * f64::from(i * i))).collect();
    (features, (0..12).map(|i| (i % 3).to_string()).collect())
}

fn files(folder: &Path, features: &[String], labels: &[String]) -> Files {
    let write = |name: &str, lines: &[String]| -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, lines.join("\n")).unwrap();
        path
    };
    Files {
        features: write("features.csv", features),
        labels: write("labels.csv", labels),
        n_labels: None,
        standardise: false,
        seed: 0,
    }
}

#[test]
fn features_and_labels_are_read_divided_and_standardised() {
    let folder = tempfile::tempdir().unwrap();
    let (features, labels) = lines();
    let spec = files(folder.path(), &features, &labels);
    let splits = spec.load().unwrap();
    assert_eq!((splits.train.n_inputs(), splits.validation.n_inputs(), splits.test.n_inputs()), (6, 3, 3));
    let found: Vec<f64> = splits.train.features().col(0).iter().copied().collect();
    for (i, x) in found.iter().enumerate() {
        assert_eq!(splits.train.labels()[i], *x as usize % 3, "a label goes with its input");
    }
    let scaled = Files { standardise: true, ..spec }.load().unwrap();
    for column in scaled.train.features().col_iter() {
        let n = column.nrows() as f64;
        let mean = column.iter().sum::<f64>() / n;
        let variance = column.iter().map(|v| v * v).sum::<f64>() / n;
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_fingerprint_changes_with_the_content_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (features, mut labels) = lines();
    let before = DataSpec::Files(files(folder.path(), &features, &labels)).fingerprint().unwrap();
    assert_eq!(before, DataSpec::Files(files(folder.path(), &features, &labels)).fingerprint().unwrap());
    let moved = tempfile::tempdir().unwrap();
    assert_eq!(before, DataSpec::Files(files(moved.path(), &features, &labels)).fingerprint().unwrap());
    labels.swap(0, 1);
    assert_ne!(before, DataSpec::Files(files(folder.path(), &features, &labels)).fingerprint().unwrap());
}

#[test]
fn bad_data_are_clear_errors() {
    type Change = fn(&mut Vec<String>, &mut Vec<String>);
    let cases: [(Change, Option<usize>, &str); 11] = [
        (|f, _| f[4] = "3,".into(), None, "features.csv:5: column 2 is empty"),
        (|f, _| f[4] = "NaN,1".into(), None, "features.csv:5: column 1 is \"NaN\""),
        (|f, _| f[4] = "1,2,3".into(), None, "features.csv:5: 3 cells; the lines before have 2"),
        (|f, _| f.truncate(11), None, "there are 11 inputs (rows of the features) and 12 labels"),
        (|_, y| y[2] = "-1".into(), None, "labels.csv: the label of input 2 (counted from 0) is -1"),
        (|_, y| y[2] = "1.5".into(), None, "is 1.5; it must be a whole number from 0"),
        (|_, y| y.iter_mut().for_each(|y| *y = "0".into()), None, "there is 1 class; at least 2"),
        (|_, y| y[2] = "4".into(), None, "no input has label 3"),
        (|_, _| (), Some(4), "no input has label 3"),
        (|_, _| (), Some(2), "the label of input 2 is 2; it must be from 0 to 1"),
        (
            |f, _| f.iter_mut().for_each(|f| *f = "1,2".into()),
            None,
            "every feature (columns 0, 1) is constant over the 12 inputs",
        ),
    ];
    for (change, n_labels, needed) in cases {
        let folder = tempfile::tempdir().unwrap();
        let (mut features, mut labels) = lines();
        change(&mut features, &mut labels);
        let spec = Files { n_labels, ..files(folder.path(), &features, &labels) };
        let message = spec.load().map(|_| ()).unwrap_err().to_string();
        assert!(
            message.contains(needed) && message.contains("features.csv") | message.contains("labels.csv"),
            "{message}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let (features, labels) = lines();
    let spec = files(folder.path(), &features[..9], &labels[..9]);
    assert!(spec.load().unwrap_err().to_string().contains("label 0 has 3 examples; at least 4 are needed"));
    let missing = Files { labels: folder.path().join("none.npy"), ..spec };
    assert!(matches!(missing.load(), Err(TrainError::Read(e)) if e.to_string().contains("none.npy")));
}
