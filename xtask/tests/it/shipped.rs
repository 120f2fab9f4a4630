//! The studies in configs/: each runs, and those with known answers give them.

use crate::{config, configs, read, sweep};
use logitdist_testing::rows;
use std::collections::BTreeMap;
use std::fs;

#[test]
fn every_shipped_config_runs_on_a_small_grid_without_a_violation() {
    let smaller: &[(&str, &[&str])] = &[
        ("quickstart.toml", &["model.dim=3"]),
        ("dimension.toml", &["model.dim=[2,9]", "model.labels=12", "model.inputs=64"]),
        ("labels.toml", &["model.labels=[4,5,20]", "model.inputs=64"]),
        ("spectrum.toml", &["model.inputs=64", "model.dim=5", "model.labels=9"]),
        ("samples.toml", &["model.inputs=[4,12,30]", "model.dim=[2,10]", "model.labels=12"]),
        ("extremal.toml", &[]),
        (
            "frontier.toml",
            &[
                "search.correlations.ascents=1",
                "search.correlations.evaluations=60",
                "search.alignment.ascents=1",
                "search.alignment.evaluations=60",
                "search.divergence.ascents=1",
                "search.divergence.evaluations=60",
                "search.variance.ascents=1",
                "search.variance.evaluations=60",
                "search.compression.ascents=1",
                "search.compression.evaluations=60",
            ],
        ),
        ("counterexamples.toml", &["family.permuted_clusters.cluster_size=20"]),
        ("compression.toml", &["model.dim=8", "model.inputs=64", "model.labels=12"]),
        (
            "distillation.toml",
            &[
                "train.everywhere.dim=2",
                "train.everywhere.points=20",
                "train.everywhere.teacher_epochs=3",
                "train.everywhere.epoch=[1,2]",
                "train.everywhere.student=0",
                "train.everywhere.teacher=0",
                "train.held_out.points=20",
                "train.held_out.teacher_epochs=3",
                "train.held_out.epoch=2",
                "train.held_out.student=0",
                "train.held_out.teacher=0",
            ],
        ),
        (
            "width.toml",
            &[
                "train.apart.width=[8,16]",
                "train.apart.inputs=400",
                "train.apart.teacher_epochs=2",
                "train.apart.epoch=2",
                "train.apart.student=0",
                "train.apart.teacher=[0,1]",
            ],
        ),
        (
            "digits.toml",
            &[
                "train.digits.dim=8",
                "train.digits.width=16",
                "train.digits.teacher_epochs=2",
                "train.digits.epoch=[1,2]",
                "train.digits.student=0",
                "train.digits.teacher=0",
                "train.concepts.dim=8",
                "train.concepts.width=16",
                "train.concepts.teacher_epochs=2",
                "train.concepts.tune_epochs=1",
                "train.concepts.epoch=2",
                "train.concepts.student=0",
                "train.concepts.teacher=0",
            ],
        ),
        (
            "quantisation.toml",
            &[
                "train.spirals.points=20",
                "train.spirals.teacher_epochs=2",
                "train.spirals.teacher=0",
                "train.digits.width=16",
                "train.digits.teacher_epochs=2",
                "train.digits.teacher=0",
            ],
        ),
        (
            "training-path.toml",
            &[
                "train.path.inputs=1200",
                "train.path.width=16",
                "train.path.teacher_epochs=2",
                "train.path.epoch=[0,1,2]",
                "train.path.student=0",
                "train.path.teacher=0",
            ],
        ),
    ];
    let shipped = fs::read_dir(configs()).unwrap();
    let shipped = shipped.filter(|f| f.as_ref().unwrap().path().extension().is_some_and(|e| e == "toml"));
    assert_eq!(shipped.count(), smaller.len());
    for (name, overrides) in smaller {
        let mut arguments = vec!["--set", "replicates=1"];
        for text in *overrides {
            arguments.extend(["--set", text]);
        }
        // spectrum's step needs four leading directions at least, and a dimension above them.
        let (_, folder) = sweep(&config(name), &arguments);
        assert!(!rows(&read(&folder, "rows.csv")).is_empty(), "{name}");
    }
}

#[test]
fn the_frontier_of_every_bound_is_searched() {
    let text = fs::read_to_string(config("frontier.toml")).unwrap();
    // What a probe keeps needs a probe, and a pair has none.
    for theorem in logitdist::theorems().filter(|theorem| theorem.token != "probe_agreement") {
        assert!(text.contains(&format!("\"{}\"", theorem.token)), "{} is not searched for", theorem.token);
    }
}

#[test]
fn extremal_pairs_attain_the_bounds_they_are_for() {
    let (_, folder) = sweep(&config("extremal.toml"), &[]);
    let cells: BTreeMap<String, BTreeMap<String, String>> =
        rows(&read(&folder, "rows.csv")).into_iter().map(|cell| (cell["cell_seed"].clone(), cell)).collect();
    let with_parameters = |bound: BTreeMap<String, String>| {
        let cell = cells[&bound["cell_seed"]].clone();
        cell.into_iter().chain(bound).collect::<BTreeMap<String, String>>()
    };
    let bounds: Vec<_> = rows(&read(&folder, "bounds.csv")).into_iter().map(with_parameters).collect();
    let of = |source: &str, bound: &str| {
        let found =
            bounds.iter().filter(|b| b["source"] == source && b["bound"] == bound && b["direction"] == "ab");
        found.cloned().collect::<Vec<_>>()
    };
    for (source, bound) in [
        ("shrinkage_noise", "cca_spectral"),
        ("coupled_spectra", "cca_two_spectra"),
        ("weakest_direction", "d_ls"),
        ("weakest_direction", "probe_transfer"),
    ] {
        let found = of(source, bound);
        assert!(!found.is_empty(), "{source} {bound}");
        for b in found {
            assert!(b["tightness"].parse::<f64>().unwrap() > 1.0 - 1e-9, "{b:?}");
        }
    }
    for (source, bound) in [("rare_labels", "logit_from_kl"), ("even_labels", "kl_from_logit")] {
        let limit = of(source, bound).into_iter().filter(|b| b["epsilon"] == "0.0001").collect::<Vec<_>>();
        assert!(!limit.is_empty(), "{source}");
        for b in limit {
            assert!(b["tightness"].parse::<f64>().unwrap() > 0.999, "{b:?}");
        }
    }
    for (source, bound) in [
        ("distant_labels", "kl_from_logit_sharp"),
        ("even_labels", "tv_from_logit"),
        ("even_labels", "hellinger_from_logit"),
        ("even_labels", "js_from_logit"),
    ] {
        let found = of(source, bound);
        assert!(!found.is_empty(), "{source} {bound}");
        for b in found {
            assert!(b["tightness"].parse::<f64>().unwrap() > 0.999, "{b:?}");
        }
    }
    for bound in ["kl_weighted_lower", "kl_weighted_upper"] {
        let found = of("vanishing_difference", bound);
        let limit: Vec<_> = found.iter().filter(|b| b["epsilon"] == "0.0001").collect();
        assert!(!limit.is_empty(), "{bound}");
        assert!(limit.iter().all(|b| b["tightness"].parse::<f64>().unwrap() > 0.999), "{limit:?}");
    }
    for (source, bound) in [("moved_margins", "top1_from_logit"), ("uncorrelated_residual", "r2_from_logit")]
    {
        let found = of(source, bound);
        assert!(!found.is_empty(), "{source} {bound}");
        for b in found {
            assert!(b["slack"].parse::<f64>().unwrap().abs() < 1e-9, "{b:?}");
        }
    }
    // Water-filled correlations make the lower bound on m_CCA an equality.
    let attained = of("shrinkage_noise", "m_cca_sharp");
    assert!(attained.iter().any(|b| b["slack"].parse::<f64>().is_ok_and(|s| s.abs() < 1e-7)), "{attained:?}");
}

#[test]
fn counterexamples_have_the_published_numbers() {
    let (_, folder) = sweep(&config("counterexamples.toml"), &[]);
    let rows = rows(&read(&folder, "rows.csv"));
    let number = |row: &BTreeMap<String, String>, token: &str| row[token].parse::<f64>().unwrap();
    let published = [
        ("1.0", 0.7875),
        ("2.0", 1.057),
        ("3.0", 0.887),
        ("5.0", 0.382),
        ("10.0", 0.0197),
        ("15.0", 7.6e-4),
        ("18.0", 1.0e-4),
        ("20.0", 3e-5),
    ];
    for (gamma, kl) in published {
        let of_gamma: Vec<_> =
            rows.iter().filter(|r| r["source"] == "permuted_clusters" && r["gamma"] == gamma).collect();
        assert!(!of_gamma.is_empty(), "γ = {gamma}");
        for row in of_gamma {
            assert!((number(row, "kl_ab") / kl - 1.0).abs() < 0.15, "γ = {gamma}: {}", row["kl_ab"]);
            assert!(number(row, "m_cca") < 0.003, "γ = {gamma}");
            assert!((number(row, "llv_min_t1") - 1.317).abs() < 0.02, "γ = {gamma}: {}", row["llv_min_t1"]);
            assert!(
                (number(row, "d_svd_embeddings") - 0.9992).abs() < 0.001,
                "γ = {gamma}: {}",
                row["d_svd_embeddings"]
            );
        }
    }
    for row in rows.iter().filter(|r| r["source"] == "shared_embeddings") {
        assert!((number(row, "m_cca_unembeddings") - 0.67377293228).abs() < 1e-9);
        assert!((number(row, "kl_ab") - 0.0046).abs() < 0.0006, "{}", row["kl_ab"]);
        assert!((number(row, "d_logit").powi(2) / 672.0 - 1.0).abs() < 0.03);
    }
    for row in rows.iter().filter(|r| r["source"] == "turned_clusters") {
        assert!(
            (number(row, "m_cca") - 1.0).abs() < 1e-12
                && (number(row, "m_cca_unembeddings") - 1.0).abs() < 1e-12
        );
        assert_eq!(number(row, "top1_agreement"), 0.0);
        assert!((number(row, "d_logit") / 89.9 - 1.0).abs() < 0.03);
        assert!(number(row, "d_rep_ab") > 1.0 && number(row, "d_ls_ab") > 1.0);
    }
}
