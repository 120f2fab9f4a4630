//! Arrays that are no part of a model: whole numbers are read too.

use logitdist::{Mat, Model};
use logitdist_io::{
    Attached, ReadOptions, Source, read_array, read_matrix, read_model, read_text, write_npz, write_npz_with,
};
use logitdist_testing::npy;
use std::fs;

#[test]
fn every_type_of_whole_numbers_is_read_where_numbers_are_wanted_and_refused_in_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let cases: [(&str, Vec<u8>, f64); 10] = [
        ("|i1", vec![0xfe], -2.0),
        ("|u1", vec![0xfe], 254.0),
        ("<i2", (-300_i16).to_le_bytes().to_vec(), -300.0),
        (">i2", (-300_i16).to_be_bytes().to_vec(), -300.0),
        ("<u2", 65_000_u16.to_le_bytes().to_vec(), 65_000.0),
        ("<i4", (-70_000_i32).to_le_bytes().to_vec(), -70_000.0),
        ("<u4", 4_000_000_000_u32.to_le_bytes().to_vec(), 4e9),
        ("<i8", (-5_000_000_000_i64).to_le_bytes().to_vec(), -5e9),
        (">i8", 7_i64.to_be_bytes().to_vec(), 7.0),
        ("<u8", 9_u64.to_le_bytes().to_vec(), 9.0),
    ];
    for (descr, one, value) in cases {
        let data = one.repeat(6);
        fs::write(&path, npy(descr, false, "(2, 3)", &data)).unwrap();
        assert_eq!(read_array(&path, "x").unwrap(), Mat::from_fn(2, 3, |_, _| value), "{descr}");
        let message = read_matrix(&path).unwrap_err().to_string();
        assert!(message.contains(&format!("`{descr}`")) && message.contains("astype"), "{message}");
        fs::write(&path, npy(descr, false, "(6,)", &data)).unwrap();
        assert_eq!(read_array(&path, "x").unwrap(), Mat::from_fn(6, 1, |_, _| value), "{descr}");
    }
}

#[test]
fn an_array_of_an_archive_is_found_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("labels.npy"), npy("<i4", false, "(1,)", &3_i32.to_le_bytes())).unwrap();
    assert_eq!(read_array(folder.path(), "labels").unwrap()[(0, 0)], 3.0);
    let message = read_array(folder.path(), "features").unwrap_err().to_string();
    assert!(message.contains("no array `features`; there are `labels`"), "{message}");
    fs::write(folder.path().join("b.npy"), npy("|b1", false, "(1,)", &[1])).unwrap();
    assert!(read_array(folder.path(), "b").unwrap_err().to_string().contains("booleans"));
}

#[test]
fn what_is_attached_comes_back_and_the_model_does_not_see_it() {
    let folder = tempfile::tempdir().unwrap();
    let (with, without) = (folder.path().join("with.npz"), folder.path().join("without.npz"));
    let wave = |rows, cols| Mat::from_fn(rows, cols, |i, j| ((3 * i + j) as f64).sin());
    let model = Model::new(wave(6, 2), wave(4, 2), Some(vec![0.5; 4])).unwrap();
    let (array, text) = (wave(5, 1), "{\"é\": 1}\n");
    let attached = Attached { arrays: &[("weights", array.as_ref())], texts: &[("network.json", text)] };
    write_npz_with(&with, &model, &attached).unwrap();
    write_npz(&without, &model).unwrap();
    assert_eq!(read_model(&Source::Path(with.clone()), &ReadOptions::default()).unwrap(), model);
    assert_eq!(read_array(&with, "weights").unwrap(), array);
    assert_eq!(read_text(&with, "network.json").unwrap().as_deref(), Some(text));
    assert_eq!(read_text(&without, "network.json").unwrap(), None);
    fs::write(&with, "no archive").unwrap();
    assert!(read_text(&with, "network.json").unwrap_err().to_string().contains("with.npz"));
}
