//! What is written comes back, and a write that fails leaves no trace.

use logitdist::{Mat, Model};
use logitdist_io::{ReadOptions, Source, read_model, write_npz};
use std::fs;
use std::path::Path;

fn model(bias: bool) -> Model {
    let f = Mat::from_fn(30, 3, |i, j| (i as f64 - 3.0).powi(7) * 1.1e-5_f64.powi(j as i32) / 3.0);
    let g = Mat::from_fn(11, 3, |y, j| ((y * 3 + j) as f64).sin() * 1e-50);
    Model::new(f, g, bias.then(|| (0..11).map(|y| f64::from(y) / 7.0).collect())).unwrap()
}

fn files(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_written_model_reads_back_exactly_and_writes_the_same_bytes_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.npz");
    for bias in [false, true] {
        write_npz(&path, &model(bias)).unwrap();
        let read = read_model(&Source::Path(path.clone()), &ReadOptions::default()).unwrap();
        assert_eq!(read, model(bias));
        let bytes = fs::read(&path).unwrap();
        write_npz(&path, &read).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
        assert_eq!(files(directory.path()), ["model.npz"]);
    }
}

#[test]
fn a_write_that_fails_names_the_file_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("taken.npz")).unwrap();
    fs::write(directory.path().join("taken.npz/inside"), b"kept").unwrap();
    for name in ["nowhere/model.npz", "taken.npz", ".."] {
        let path = directory.path().join(name);
        let message = write_npz(&path, &model(true)).unwrap_err().to_string();
        assert!(message.starts_with(&format!("{}: cannot be written: ", path.display())), "{message}");
        assert_eq!(files(directory.path()), ["taken.npz"], "{name}");
    }
}

#[test]
#[cfg(unix)]
fn a_link_is_followed_and_a_socket_is_not_replaced() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let directory = tempfile::tempdir().unwrap();
    let (file, link) = (directory.path().join("file.npz"), directory.path().join("link.npz"));
    fs::write(&file, b"old").unwrap();
    symlink(&file, &link).unwrap();
    write_npz(&link, &model(false)).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(read_model(&Source::Path(file), &ReadOptions::default()).unwrap() == model(false));

    // A socket stands for /dev/null and its like, which a test had better not endanger.
    let socket = directory.path().join("socket.npz");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let message = write_npz(&socket, &model(false)).unwrap_err().to_string();
    assert!(message.contains("directory, device or pipe"), "{message}");
    assert!(fs::symlink_metadata(&socket).unwrap().file_type().is_socket());
    assert_eq!(files(directory.path()), ["file.npz", "link.npz", "socket.npz"]);
}
