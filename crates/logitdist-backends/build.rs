//! Tells the crate the versions of the libraries that it is built with, as the nearest Cargo.lock has them: a library
//! in Rust does not know its own version.

use std::path::PathBuf;

fn main() {
    let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let lock = folder.ancestors().map(|folder| folder.join("Cargo.lock")).find(|file| file.exists());
    let text = lock.as_ref().map(|file| std::fs::read_to_string(file).expect("Cargo.lock can be read"));
    for library in ["faer", "nalgebra"] {
        let start = format!("name = \"{library}\"\nversion = \"");
        let after = text.as_ref().and_then(|text| text.split_once(&start));
        let version = after.and_then(|(_, after)| after.split('"').next()).unwrap_or("of unknown version");
        println!("cargo::rustc-env={}_VERSION={version}", library.to_uppercase());
    }
    if let Some(lock) = lock {
        println!("cargo::rerun-if-changed={}", lock.display());
    }
}
