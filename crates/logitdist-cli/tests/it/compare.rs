//! `logitdist compare` as a user runs it: what is printed, in every format.

use crate::{Files, compare, fixture, json, logitdist, program};
use logitdist::{Mat, Model};
use logitdist_io::write_npz;
use logitdist_testing::{npy_of, run};
use serde_json::Value;
use std::path::Path;

#[test]
fn json_has_the_expected_values_of_every_fixture_pair() {
    let text = std::fs::read_to_string(fixture("expected.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    for entry in &entries {
        let (a, b) = (entry["a"].as_str().unwrap(), entry["b"].as_str().unwrap());
        let got = json(compare(&format!("{a}.npz"), &format!("{b}.npz"), &["--format", "json"]));
        let equivalent = b.ends_with("equivalent");
        let close = |token: &str, got: &Value, want: &Value| {
            let (got, want) =
                (got.as_f64().unwrap_or_else(|| panic!("{b}: {token}: {got}")), want.as_f64().unwrap());
            let relative = if token.starts_with("d_rep") { 1e-6 } else { 1e-9 };
            let absolute = if equivalent { 1e-10 } else { 0.0 };
            assert!((got - want).abs() <= relative * want.abs() + absolute, "{a} {b}: {token} {got} {want}");
        };
        for (token, want) in entry["expected"].as_object().unwrap() {
            match want {
                Value::Number(_) => close(token, &got[token], want),
                Value::Array(list) => {
                    assert_eq!(got[token].as_array().unwrap().len(), list.len(), "{token}");
                    list.iter().zip(got[token].as_array().unwrap()).for_each(|(w, g)| close(token, g, w));
                }
                _ => {
                    for (token, sides) in want.as_object().unwrap() {
                        for (side, want) in sides.as_object().unwrap() {
                            close(token, &got["bounds"][token][side], want);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_not_applicable_is_null_with_its_reason() {
    let got = json(compare("digits-m16-relu.npz", "digits-m16-tanh.npz", &["--format", "json"]));
    assert_eq!(got["d_rep_ab"], Value::Null);
    assert_eq!(got["reasons"]["d_rep_ab"], "10 labels; at least 17 are needed");
    assert_eq!(
        (&got["n_subsets"], &got["reasons"]["n_subsets"]),
        (&Value::Null, &got["reasons"]["d_rep_ab"])
    );
    let d_rep = &got["bounds"]["d_rep_worst_subset"];
    assert_eq!((&d_rep["status"], &d_rep["rhs"]), (&"not_applicable".into(), &Value::Null));
    assert_eq!(d_rep["reason"], "10 labels; at least 17 are needed");
    let reason = &got["certificate"]["probe_cost"]["reason"];
    assert!(reason.as_str().unwrap().contains("rank 9, under the dimension 16"));
    assert!(got["bounds"]["m_cca_sharp"]["bound"].is_number());
    assert_eq!(got["bounds"]["cca_spectral"]["holds"], true);
    assert!(got["notes"]["m_cca_unembeddings"].as_str().unwrap().contains("saturated"));
    assert!(got["certificate"]["m_cca"]["at_least"].as_f64().unwrap() >= 0.0);
    assert!(got["certificate"]["m_cca_logits"]["at_least"].as_f64().unwrap() >= 0.0);
    let table = compare("digits-m16-relu.npz", "digits-m16-tanh.npz", &[]);
    assert!(table.stdout.contains("n/a [1]") && table.stdout.contains("[1] 10 labels"), "{}", table.stdout);
}

#[test]
fn logits_too_large_for_their_digits_have_a_note() {
    let files = Files::new();
    let note = |scale: f64, logits: &str| {
        let values = |phase: f64| (0..40).map(|i| scale * (f64::from(i) + phase).sin()).collect::<Vec<f64>>();
        let (a, b) = (files.bytes("a.npy", &npy_of("(20, 2)", &values(0.0))), files.path("b.npy"));
        files.bytes("b.npy", &npy_of("(20, 2)", &values(0.3)));
        let g = files.bytes("g.npy", &npy_of("(4, 2)", &[1.0, 0.0, 0.0, 1.0, -1.0, 0.5, 0.3, -1.0]));
        let models =
            ["--embeddings-a", &a, "--unembeddings-a", &g, "--embeddings-b", &b, "--unembeddings-b", &g];
        let compared =
            json(logitdist(&[&["compare", "--format", "json", "--logits", logits], &models[..]].concat()));
        (compared["log_tau"].as_f64().unwrap(), compared["notes"]["log_tau"].clone())
    };
    for logits in ["f64", "f32"] {
        let (log_tau, said) = note(1e11, logits);
        assert!(
            log_tau < -1e11 && said.as_str().unwrap().contains("rounding alone changes probabilities"),
            "{said}"
        );
        assert_eq!(note(1e8, logits).1, Value::Null);
    }
}

#[test]
fn large_logits_and_single_precision_are_said_whatever_is_asked_for() {
    let files = Files::new();
    let model = |name: &str, phase: f64| {
        let f = Mat::from_fn(20, 2, |i, j| 1e11 * ((2 * i + j) as f64 + phase).sin());
        let g = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.5], [0.3, -1.0]];
        let model = Model::new(f, Mat::from_fn(4, 2, |y, j| g[y][j]), None).unwrap();
        write_npz(Path::new(&files.path(name)), &model).unwrap();
        files.path(name)
    };
    let models = [model("a.npz", 0.0), model("b.npz", 0.3)];
    let run = |more: &[&str]| {
        let models = models.iter().map(String::as_str);
        json(logitdist(&more.iter().copied().chain(models).collect::<Vec<_>>()))["notes"].clone()
    };
    let (large, single) = ("rounding alone changes probabilities", "single precision");
    for (asked, token) in [
        (&["--only", "kl_ab"][..], "kl_ab"),
        (&["--only", "js,m_cca"], "js"),
        (&["--only", "hellinger"], "hellinger"),
        (&["--quick"], "kl_ab"),
    ] {
        for logits in ["f64", "f32"] {
            let notes = run(&[&["compare", "--format", "json", "--logits", logits], asked].concat());
            let said = notes[token].as_str().unwrap_or_default();
            assert!(said.contains(large), "{asked:?} {logits}: {notes}");
            assert_eq!(said.contains(single), logits == "f32", "{asked:?} {logits}: {notes}");
        }
    }
    // Nothing of what has no part in probabilities.
    assert_eq!(run(&["compare", "--format", "json", "--only", "m_cca"]).get("m_cca"), None);
    let notes = run(&["matrix", "--format", "json"]).to_string();
    assert!(notes.contains("in 1 of 1 pairs: ") && notes.contains(large), "{notes}");
}

#[test]
fn csv_has_a_line_per_number() {
    let run = compare("digits-m4-a.npz", "digits-m4-b.npz", &["--format", "csv"]).ok();
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    assert_eq!(reader.headers().unwrap(), vec!["section", "token", "side", "value", "reason"]);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let find = |section: &str, token: &str, side: &str| {
        let found = records.iter().find(|r| &r[0] == section && &r[1] == token && &r[2] == side);
        found.unwrap_or_else(|| panic!("{section} {token} {side}"))[3].parse::<f64>().unwrap()
    };
    assert!((find("measure", "d_logit", "") - 12.547932024214127).abs() < 1e-9);
    assert!((find("measure", "rho", "1") - 0.9564357216006711).abs() < 1e-9);
    assert!((find("bounds", "m_cca_sharp", "bound") - 0.11212774314164753).abs() < 1e-9);
}

#[test]
fn csv_has_the_run_the_verdict_and_the_probes_too() {
    let files = Files::new();
    let probe = files.bytes("w.npy", &npy_of("(1, 4)", &[1.0, 0.0, -1.0, 2.0]));
    let more = |format| ["--probe", &probe, "--seed", "7", "--format", format].map(str::to_owned);
    let run = |format| {
        let more = more(format);
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        compare("digits-m4-a.npz", "digits-m4-b.npz", &more)
    };
    let (csv, json) = (run("csv").stdout, json(run("json")));
    for line in [
        "run,seed,,7,".to_owned(),
        format!("probe,error,0,{:?},", json["probes"][0]["error"].as_f64().unwrap()),
        format!("probe,probe_kept,0,{:?},", json["probes"][0]["probe_agreement"]["value"].as_f64().unwrap()),
        format!(
            "probe,probe_agreement,0,{:?},",
            json["probes"][0]["probe_agreement"]["bound"].as_f64().unwrap()
        ),
        format!(
            "certificate,m_cca,m_cca_contrasts,{:?},",
            json["certificate"]["m_cca"]["at_least"].as_f64().unwrap()
        ),
        format!(
            "certificate_ba,probe_cost,,{:?},",
            json["certificate_ba"]["probe_cost"]["at_most"].as_f64().unwrap()
        ),
    ] {
        assert!(csv.lines().any(|l| l == line), "{line} is not in\n{csv}");
    }
    assert!(json["probes"][0]["error"].as_f64() <= json["probes"][0]["certified"].as_f64());
}

#[test]
fn probes_may_have_offsets_in_a_last_column_or_in_an_archive() {
    let files = Files::new();
    let folder = files.path("probes");
    std::fs::create_dir(&folder).unwrap();
    let weights = npy_of("(2, 4)", &[1.0, 0.0, -1.0, 2.0, 0.0, 1.0, 0.0, 0.0]);
    files.bytes("probes/weights.npy", &weights);
    files.bytes("probes/offsets.npy", &npy_of("(2,)", &[0.5, -3.0]));
    let column = npy_of("(2, 5)", &[1.0, 0.0, -1.0, 2.0, 0.5, 0.0, 1.0, 0.0, 0.0, -3.0]);
    let (column, plain) = (files.bytes("column.npy", &column), files.bytes("plain.npy", &weights));
    let run = |more: &[&str]| {
        let more = [&["--format", "json"], more].concat();
        json(compare("digits-m4-a.npz", "digits-m4-b.npz", &more))["probes"].clone()
    };
    let archive = run(&["--probe", &folder]);
    assert_eq!(archive, run(&["--probe", &column, "--probe-offset"]));
    let without = run(&["--probe", &plain]);
    assert_eq!(without[1]["error"], archive[1]["error"], "an offset changes no error of the score");
    assert_ne!(without[1]["probe_agreement"], archive[1]["probe_agreement"], "but where the sign changes");
    for probes in [&archive, &without] {
        for probe in probes.as_array().unwrap() {
            let agreement = &probe["probe_agreement"];
            assert!(agreement["bound"].as_f64() <= agreement["value"].as_f64(), "{agreement}");
            assert_eq!(agreement["holds"], true);
        }
    }
    std::fs::remove_file(format!("{folder}/offsets.npy")).unwrap();
    assert_eq!(run(&["--probe", &folder]), without);
}

#[test]
fn probes_of_a_wrong_shape_are_refused() {
    let files = Files::new();
    let folder = files.path("probes");
    std::fs::create_dir(&folder).unwrap();
    files.bytes("probes/weights.npy", &npy_of("(1, 4)", &[1.0, 0.0, -1.0, 2.0]));
    files.bytes("probes/offsets.npy", &npy_of("(2,)", &[0.5, -3.0]));
    let one = files.bytes("one.npy", &npy_of("(1, 1)", &[1.0]));
    let wide = files.bytes("wide.npy", &npy_of("(1, 4)", &[1.0, 0.0, -1.0, 2.0]));
    let refused = |more: &[&str], part: &str| {
        compare("digits-m4-a.npz", "digits-m4-b.npz", more).refused(&[part]);
    };
    refused(&["--probe", &folder], "there are 2 offsets and 1 probes");
    refused(&["--probe", &folder, "--probe-offset"], "an archive has an array `offsets`");
    refused(&["--probe", &one, "--probe-offset"], "the probes have 1 column");
    refused(&["--probe", &wide, "--probe-offset"], "the probe has 3 entries; model a needs 4");
    refused(&["--probe-offset"], "--probe");
}

#[test]
fn the_table_fits_into_eighty_columns() {
    let pairs = [
        ("digits-m16-relu.npz", "digits-m16-tanh.npz"),
        ("digits-m8-a.npz", "digits-m8-a-equivalent.npz"),
        ("digits-m8-a.npz", "digits-m8-a-int8.npz"),
    ];
    let fixture = |name: &str| crate::fixture(name).to_str().unwrap().to_owned();
    let (other, floor) = (fixture("digits-m8-b.npz"), fixture("digits-m8-a-int8.npz"));
    let files = Files::new();
    let targets: String = (0..899).map(|i| format!("{}\n", i % 10)).collect();
    let targets = files.bytes("targets.txt", targets.as_bytes());
    let mut more = vec!["--subsets", "2x3", "--bounds", "--null", "100", "--by-confidence"];
    more.extend(["--targets", &targets, "--against", &other, "--floor", &floor]);
    for (a, b) in pairs {
        let run = compare(a, b, &more);
        for line in run.stdout.lines().filter(|l| !l.contains(".npz")) {
            assert!(line.chars().count() <= 80 && line == line.trim_end(), "{line}");
        }
    }
}

#[test]
fn swapping_the_models_swaps_the_directions() {
    let ab = json(compare("digits-m8-a.npz", "digits-m4-a.npz", &["--format", "json"]));
    let ba = json(compare("digits-m4-a.npz", "digits-m8-a.npz", &["--format", "json"]));
    for (x, y) in [("kl_ab", "kl_ba"), ("d_ls_ab", "d_ls_ba"), ("d_rep_ab", "d_rep_ba"), ("dim_a", "dim_b")] {
        let (x, y) = (ab[x].as_f64().unwrap(), ba[y].as_f64().unwrap());
        assert!((x - y).abs() < 1e-9 * x.abs(), "{x} {y}");
    }
    let lhs = |c: &Value, bounds: &str| c[bounds]["compression_floor"]["lhs"].as_f64().unwrap();
    assert!((lhs(&ab, "bounds") - lhs(&ba, "bounds_ba")).abs() < 1e-9);
    assert!(lhs(&ab, "bounds") > 0.0);
}

#[test]
fn the_same_command_prints_the_same_bytes_at_any_number_of_threads() {
    let with = |threads: &str, seed: &str| {
        let more = [
            "--format",
            "json",
            "--subsets",
            "3x4",
            "--inputs-limit",
            "300",
            "--seed",
            seed,
            "--threads",
            threads,
        ];
        compare("digits-m4-a.npz", "digits-m4-b.npz", &more).stdout
    };
    assert_eq!(with("1", "5"), with("2", "5"));
    assert_ne!(with("1", "5"), with("1", "6"));
    let sampled: Value = serde_json::from_str(&with("1", "5")).unwrap();
    assert_eq!(
        (&sampled["n_subsets"], &sampled["n_inputs_probability"]),
        (&Value::from(12), &Value::from(300))
    );
    let sampled = ["--inputs-limit", "300", "--no-intervals"];
    let table = compare("digits-m4-a.npz", "digits-m4-b.npz", &sampled).stdout;
    assert!(table.contains(" ± "), "{table}");
}

#[test]
fn the_documents_show_what_is_printed_today() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text_of = |document: &str| std::fs::read_to_string(root.join(document)).unwrap();
    let folder = "crates/logitdist/tests/fixtures";
    let pair = ["a", "b"].map(|model| format!("{folder}/digits-m8-{model}.npz"));
    let printed = run(program().current_dir(&root).arg("compare").args(pair).arg("--bounds")).ok().stdout;
    // docs/compare.md leaves the second table of bounds out.
    let shown: Vec<&str> = printed.split("\n\n").filter(|part| !part.starts_with("Bounds, with b")).collect();
    let (page, shown) = (text_of("docs/compare.md"), shown.join("\n\n"));
    assert!(page.contains(shown.trim_end()), "docs/compare.md needs:\n{shown}");
    // The README shows single lines, in their order, and an ellipsis for those between.
    let readme = text_of("README.md");
    let block = readme.split("```text\n").find(|block| block.contains("Predictions  ")).unwrap();
    let mut rest = printed.lines();
    for line in block.split("```").next().unwrap().lines().filter(|line| *line != "…") {
        assert!(
            rest.any(|other| other == line),
            "the README's `{line}` is not printed, or not there:\n{printed}"
        );
    }
}

#[test]
fn masked_labels_are_named_where_a_value_does_not_exist_and_a_page_is_made_all_the_same() {
    let files = Files::new();
    let folder = files.path("report");
    let (a, b) = ("edges/masked-bf16-a.safetensors", "edges/masked-bf16-b.safetensors");
    let got = json(compare(a, b, &["--format", "json", "--report", &folder]));
    assert!((got["kl_ab"].as_f64().unwrap() - 0.029_666_316_459_377_2).abs() < 1e-13);
    assert_eq!(got["d_logit"], Value::Null);
    for reason in
        [&got["reasons"]["d_logit"], &got["bounds"]["d_ls"]["reason"], &got["certificate"]["m_cca"]["reason"]]
    {
        let reason = reason.as_str().unwrap();
        assert!(
            reason.contains("are masked in both models") && reason.contains("leave these labels out"),
            "{reason}"
        );
    }
    assert!(got["notes"]["kl_ab"].as_str().unwrap().contains("masked"));
    assert!(Path::new(&folder).join("report.html").exists());
    let page = std::fs::read_to_string(Path::new(&folder).join("report.html")).unwrap();
    assert!(page.contains("masked in both models"));
    let dim = got["dim_a"].as_u64().unwrap() as usize;
    let probe = files.bytes("probe.npy", &npy_of(&format!("({dim},)"), &vec![1.0; dim]));
    let run = compare(a, b, &["--probe", &probe]);
    assert!(run.code == 2 && run.stderr.contains("masked"), "{}", run.stderr);
}
