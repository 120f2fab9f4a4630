//! Which backends conform: those that are compiled and here.
//!
//! A library that is not installed is skipped with a line that says so, unless the environment's `LOGITDIST_REQUIRE_BACKENDS` (names, with commas between)
//! has it: then its absence is a failure.

use crate::conformance::conformance;
use logitdist_backends::{Backend, Faer, Reference};

const REQUIRED: &str = "LOGITDIST_REQUIRE_BACKENDS";

fn required() -> Vec<String> {
    let names = std::env::var(REQUIRED).unwrap_or_default();
    names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[test]
fn what_is_required_is_compiled() {
    let mut compiled = vec!["faer", "reference"];
    for (name, is_compiled) in [
        ("nalgebra", cfg!(feature = "nalgebra")),
        ("openblas", cfg!(feature = "openblas")),
        ("mkl", cfg!(feature = "mkl")),
    ] {
        if is_compiled {
            compiled.push(name);
        }
    }
    for name in required() {
        assert!(
            compiled.contains(&name.as_str()),
            "{REQUIRED} has `{name}`, compiled are {compiled:?}: cargo test -p logitdist-backends --features {name}"
        );
    }
}

#[test]
fn versions_are_those_of_the_build() {
    let version = Faer::default().version();
    assert!(version.starts_with("faer 0.") || version.starts_with("faer 1."), "{version}");
    #[cfg(feature = "nalgebra")]
    assert!(logitdist_backends::Nalgebra.version().starts_with("nalgebra 0."));
}

#[test]
fn reference() {
    conformance(&Reference);
}

#[test]
fn faer() {
    conformance(&Faer::default());
}

#[test]
fn faer_on_two_threads() {
    let mut faer = Faer::default();
    assert_eq!(faer.set_threads(2), 2);
    conformance(&faer);
}

#[cfg(feature = "nalgebra")]
#[test]
fn nalgebra() {
    conformance(&logitdist_backends::Nalgebra);
}

#[cfg(feature = "openblas")]
#[test]
fn openblas() {
    loaded::conforms(&logitdist_backends::OPENBLAS);
}

#[cfg(feature = "mkl")]
#[test]
fn mkl() {
    loaded::conforms(&logitdist_backends::MKL);
}

#[cfg(any(feature = "openblas", feature = "mkl"))]
mod loaded {
    use super::{conformance, required};
    use logitdist_backends::{Backend, Lapack, LoadError, Vendor};
    use std::io::Write;

    pub fn conforms(vendor: &Vendor) {
        let mut backend = match Lapack::load(vendor) {
            Ok(backend) => backend,
            Err(error) if required().iter().any(|name| name == vendor.name()) => panic!("{error}"),
            Err(error) => {
                assert!(matches!(error, LoadError::NotFound { .. }), "{error}");
                assert!(error.to_string().contains("install"), "{error}");
                // Past the harness, which keeps what a test that passes prints.
                std::io::stderr().write_all(format!("SKIPPED: {error}\n").as_bytes()).unwrap();
                return;
            }
        };
        assert!(!backend.version().is_empty());
        conformance(&backend);
        backend.set_threads(2);
        conformance(&backend);
        backend.set_threads(1);
    }
}

/// Debian's libopenblas64-0 has the names of LAPACK with 32-bit integers. Called as such it would read and write beyond its arguments.
#[cfg(feature = "openblas")]
#[test]
fn a_library_with_64_bit_integers_is_refused() {
    const WIDE: &str = "libopenblas64.so.0";
    if std::env::var_os("LOGITDIST_OPENBLAS").is_some_and(|path| path == WIDE) {
        let error = logitdist_backends::Lapack::load(&logitdist_backends::OPENBLAS).unwrap_err();
        if matches!(error, logitdist_backends::LoadError::NotFound { .. }) && required().is_empty() {
            println!("SKIPPED: {error}");
            return;
        }
        assert!(error.to_string().contains("64-bit integers"), "{error}");
        return;
    }
    // The library is chosen by the environment, which only another process can have changed.
    let this = std::env::current_exe().unwrap();
    let output = std::process::Command::new(this)
        .args(["--exact", "backends::a_library_with_64_bit_integers_is_refused", "--nocapture"])
        .env("LOGITDIST_OPENBLAS", WIDE)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    if text.contains("SKIPPED") {
        // Past the harness, as below.
        std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).unwrap();
    }
}
