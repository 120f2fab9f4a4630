//! The table of linear-algebra libraries.

use crate::program;
use logitdist_testing::{rows, run};
use std::fs;

#[test]
fn libraries_that_are_there_are_measured_and_one_that_is_missing_says_how_to_install_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut command = program();
    command.args(["bench", "--quick", "--backends", "logitdist,faer,mkl", "--threads", "1", "--out"]);
    run(command.arg(&out).env("LOGITDIST_MKL", folder.path().join("nothing.so"))).ok();
    let rows = rows(&fs::read_to_string(out.join("bench.csv")).unwrap());
    let of = |backend: &str| rows.iter().filter(|row| row["backend"] == backend).collect::<Vec<_>>();
    assert!(of("logitdist").iter().all(|row| row["operation"] == "r_factor"));
    for operation in [
        "r_factor",
        "thin_qr",
        "singular_values",
        "svd",
        "symmetric_eigen",
        "solve",
        "solve_triangular",
        "matmul",
    ] {
        let measured =
            of("faer").into_iter().find(|row| row["operation"] == operation && !row["error"].is_empty());
        assert!(measured.is_some(), "{operation}");
    }
    for row in [of("logitdist"), of("faer")].concat() {
        // A busy machine may leave out the largest sizes, and says so.
        if row["note"].starts_with("would take about") {
            continue;
        }
        let number = |name: &str| row[name].parse::<f64>().unwrap_or_else(|_| panic!("{name}: {row:?}"));
        assert!(number("error") < 1e-13 && number("gflops") > 0.0, "{row:?}");
        assert!(number("seconds_min") <= number("seconds_median") && number("calls") >= 2.0, "{row:?}");
        assert!(number("gemm_peak_share") > 0.0);
    }
    let [missing] = of("mkl")[..] else { panic!("{rows:?}") };
    assert!(
        missing["note"].contains("pip install mkl") && missing["note"].contains("nothing.so"),
        "{missing:?}"
    );
    let page = fs::read_to_string(out.join("README.md")).unwrap();
    assert!(page.contains("`cargo xtask bench --quick") && page.contains("pip install mkl"), "{page}");
    for picture in ["speed.svg", "speed.png", "error.svg", "error.png"] {
        assert!(out.join("plots").join(picture).exists(), "{picture}");
    }
}
