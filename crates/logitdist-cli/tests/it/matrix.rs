//! `logitdist matrix`: one model against many, or each against each.

use crate::{Files, fixture, json, logitdist};
use logitdist_testing::{npy_of, rows};
use serde_json::Value;
use std::fs;

const DIGITS: [&str; 5] =
    ["digits-m8-a.npz", "digits-m8-b.npz", "digits-m8-a-int8.npz", "digits-m4-a.npz", "digits-m16-relu.npz"];

fn digits() -> Vec<String> {
    DIGITS.iter().map(|name| fixture(name).to_str().unwrap().to_owned()).collect()
}

/// `matrix` of some models, with more arguments.
fn matrix(models: &[String], more: &[&str]) -> logitdist_testing::Run {
    let models = models.iter().map(String::as_str);
    logitdist(&["matrix"].into_iter().chain(models).chain(more.iter().copied()).collect::<Vec<_>>())
}

/// Five models on the same inputs and labels, two of them with one head.
fn generated(files: &Files) -> Vec<String> {
    let phases = [0.0, 0.2, 0.1, 1.3, 0.05];
    (0..)
        .zip(phases)
        .map(|(i, phase)| files.model_with_phase(&format!("step-{}.npz", 10 * i), [60, 9, 3], phase))
        .collect()
}

fn close(x: &Value, y: &Value) -> bool {
    match (x.as_f64(), y.as_f64()) {
        (Some(x), Some(y)) => x == y || (x - y).abs() <= 1e-12 * x.abs().max(y.abs()),
        _ => x == y,
    }
}

#[test]
fn every_number_is_that_of_its_own_comparison() {
    let models = digits();
    let found = json(matrix(&models, &["--format", "json", "--intervals"]));
    assert_eq!(found["pairs"].as_array().unwrap().len(), 4);
    for pair in found["pairs"].as_array().unwrap() {
        let b = pair["model_b"].as_str().unwrap();
        let tokens: Vec<&String> = pair["measures"].as_object().unwrap().keys().collect();
        let only = tokens.iter().map(|token| token.as_str()).chain(["bounds"]).collect::<Vec<_>>().join(",");
        let own =
            json(logitdist(&["compare", &models[0], b, "--format", "json", "--intervals", "--only", &only]));
        for token in tokens {
            assert!(close(&pair["measures"][token], &own[token]), "{b}: {token}: {}", own[token]);
        }
        let certified = &own["certificate"]["m_cca"]["at_least"];
        assert!(close(&pair["certificate"]["m_cca"], certified), "{b}: {certified}");
        let ends = &pair["intervals"]["d_logit"];
        let interval = &own["intervals"]["d_logit"];
        for (i, end) in ["low", "high"].into_iter().enumerate() {
            let [x, y] = [&ends[i], &interval[end]].map(|x| x.as_f64().unwrap());
            assert!((x - y).abs() < 1e-9 * y.abs(), "{b}: {x} {y}");
        }
    }
}

#[test]
fn the_others_are_ranked_with_paired_intervals_as_against_gives_them() {
    let models = digits();
    let found = json(matrix(&models, &["--format", "json"]));
    let ranking = found["ranking"].as_array().unwrap();
    let values: Vec<f64> = ranking.iter().map(|place| place["value"].as_f64().unwrap()).collect();
    assert!(values.is_sorted() && values.len() == 4);
    assert!(ranking[0]["further_than_the_one_before"].is_null());
    let [near, far] = [&ranking[1], &ranking[2]].map(|place| place["model"].as_str().unwrap());
    let own = json(logitdist(&["compare", &models[0], far, "--against", near, "--format", "json"]));
    let against = own["against"]["of"]["d_logit"].clone();
    let step = &ranking[2]["further_than_the_one_before"];
    let difference = against["difference"].as_f64().unwrap_or_else(|| panic!("{}", own["against"]));
    assert!((step["difference"].as_f64().unwrap() - difference).abs() < 1e-9, "{step} {against}");
    let low = step["interval"][0].as_f64().unwrap();
    assert!((low - against["interval"][0].as_f64().unwrap()).abs() < 1e-9, "{step} {against}");
    // The other way round for a similarity.
    let by_cca = json(matrix(&models, &["--format", "json", "--by", "m_cca"]));
    let values: Vec<f64> =
        by_cca["ranking"].as_array().unwrap().iter().map(|place| place["value"].as_f64().unwrap()).collect();
    assert!(values.iter().rev().is_sorted(), "{values:?}");
}

#[test]
fn the_table_fits_a_terminal_and_says_what_cannot_be_told_apart() {
    let files = Files::new();
    let models = generated(&files);
    for more in [&[][..], &["--all"], &["--by", "d_logit_relative"], &["--all", "--square", "m_cca"]] {
        let table = matrix(&models, more).ok().stdout;
        assert!(table.lines().all(|line| line.contains('/') || line.chars().count() <= 80), "{table}");
        assert!(table.contains("step-40"), "{table}");
    }
    let table = matrix(&models, &[]).ok().stdout;
    assert!(table.contains("beyond the one before") && table.contains("after 1"), "{table}");
    let many: Vec<String> = models.iter().cycle().take(12).cloned().collect();
    let table = matrix(&many, &["--all", "--no-intervals"]).ok().stdout;
    assert!(table.contains("columns are not shown"), "{table}");
    assert!(!matrix(&models, &["--no-intervals"]).ok().stdout.contains("beyond the one before"));
}

#[test]
fn all_pairs_are_tidy_lines_and_squares() {
    let files = Files::new();
    let models = generated(&files);
    let lines =
        rows(&matrix(&models, &["--all", "--format", "csv", "--only", "d_logit,kl_ab,kl_ba"]).ok().stdout);
    let d_logit: Vec<_> = lines.iter().filter(|line| line["token"] == "d_logit").collect();
    assert_eq!(d_logit.len(), 10);
    let square = |token: &str| {
        let text = matrix(&models, &["--all", "--format", "csv", "--square", token]).ok().stdout;
        text.lines()
            .skip(1)
            .map(|line| line.split(',').skip(1).map(|x| x.parse().unwrap()).collect())
            .collect::<Vec<Vec<f64>>>()
    };
    let (distances, kl) = (square("d_logit"), square("kl_ab"));
    for line in d_logit {
        let place = |model: &str| models.iter().position(|path| path == &line[model]).unwrap();
        let (a, b) = (place("model_a"), place("model_b"));
        let value: f64 = line["value"].parse().unwrap();
        assert_eq!((distances[a][b], distances[b][a], distances[a][a]), (value, value, 0.0));
        let back = lines.iter().find(|other| {
            other["token"] == "kl_ba"
                && other["model_a"] == line["model_a"]
                && other["model_b"] == line["model_b"]
        });
        assert_eq!(kl[b][a], back.unwrap()["value"].parse::<f64>().unwrap());
    }
    let found = json(matrix(&models, &["--all", "--format", "json"]));
    assert_eq!(found["squares"]["d_logit"][1][2].as_f64().unwrap(), distances[1][2]);
    let one = json(matrix(&models, &["--all", "--format", "json", "--square", "m_cca"]));
    assert_eq!(one["square"][3][3].as_f64().unwrap(), 1.0);
    assert_eq!(one["models"][4].as_str().unwrap(), models[4]);
}

#[test]
fn a_folder_stands_for_its_models_without_the_reference() {
    let files = Files::new();
    let models = generated(&files);
    files.bytes("notes.txt", b"no model");
    let folder = files.folder.path().to_str().unwrap().to_owned();
    let found = json(matrix(&[models[0].clone(), folder.clone()], &["--format", "json", "--sequence"]));
    let names: Vec<&str> =
        found["models"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(names, models);
    assert_eq!(
        found["steps"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect::<Vec<_>>(),
        [10.0, 20.0, 30.0, 40.0]
    );
    let all = json(matrix(std::slice::from_ref(&folder), &["--format", "json", "--all"]));
    assert_eq!(all["pairs"].as_array().unwrap().len(), 10);
    matrix(std::slice::from_ref(&folder), &[])
        .refused(&["a folder of models cannot be the reference", "--all"]);
    let empty = files.path("empty");
    fs::create_dir(&empty).unwrap();
    matrix(&[models[0].clone(), empty], &[]).refused(&["empty", "no models in the folder"]);
    matrix(&models[..1], &[]).refused(&["1 model is given; a reference and at least one other are needed"]);
    matrix(&models[..1], &["--all"]).refused(&["at least two are needed"]);
}

#[test]
fn a_model_that_does_not_fit_is_named() {
    let files = Files::new();
    let mut models = generated(&files);
    models.push(files.model("shorter.npz", 59, 9, 3));
    matrix(&models, &[]).refused(&["shorter.npz", "59", "60 inputs"]);
    models[5] = files.model("fewer.npz", 60, 8, 3);
    matrix(&models, &[]).refused(&["fewer.npz", "8", "9 labels"]);
    models[5] = files.path("missing.npz");
    matrix(&models, &[]).refused(&["missing.npz"]);
    models[5] = files.bytes("cut.npz", b"PK");
    matrix(&models, &[]).refused(&["cut.npz"]);
    models.pop();
    matrix(&models, &["--by", "n_inputs"]).refused(&["n_inputs says nothing of how far", "d_logit"]);
    matrix(&models, &["--by", "d_lgit"]).refused(&["d_lgit", "d_logit"]);
    matrix(&models, &["--square", "d_logit"]).refused(&["--all"]);
    matrix(&models, &["--groups", &files.bytes("groups.txt", b"1\n2\n")])
        .refused(&["2 groups and 60 inputs"]);
    matrix(&models, &["--out", &models[2].clone()]).refused(&["the command reads"]);
}

#[test]
fn the_same_file_twice_is_compared_and_said() {
    let files = Files::new();
    let models = generated(&files);
    let twice = vec![models[0].clone(), models[1].clone(), models[0].clone()];
    let found = json(matrix(&twice, &["--format", "json"]));
    assert_eq!(found["ranking"][0]["value"], 0.0);
    assert!(
        found["notes"][0].as_str().unwrap().contains("step-0 (2) are the same file"),
        "{}",
        found["notes"]
    );
}

/// A folder of .npy files with names of its inputs and labels, whose numbers follow from these.
fn named(files: &Files, name: &str, inputs: &[usize], labels: &[usize], phase: f64) -> String {
    let wave = |i: usize, j: usize| ((7 * i + 3 * j + i * j) as f64 + phase).sin();
    let array =
        |rows: &[usize]| -> Vec<f64> { rows.iter().flat_map(|&i| (0..3).map(move |j| wave(i, j))).collect() };
    let path = files.path(name);
    fs::create_dir_all(&path).unwrap();
    let write = |array: &str, shape: &str, values: &[f64]| {
        files.bytes(&format!("{name}/{array}.npy"), &npy_of(shape, values));
    };
    write("embeddings", &format!("({}, 3)", inputs.len()), &array(inputs));
    write("unembeddings", &format!("({}, 3)", labels.len()), &array(labels));
    let lines = |rows: &[usize]| rows.iter().map(|i| format!("name {i}\n")).collect::<String>();
    files.bytes(&format!("{name}.labels.txt"), lines(labels).as_bytes());
    path
}

#[test]
fn inputs_that_are_not_finite_in_any_model_are_dropped_in_all_and_chosen_labels_are_those_of_all() {
    let files = Files::new();
    let models = generated(&files);
    let with_gap = |name: &str, row: usize, phase: f64| {
        let path = named(&files, name, &(0..60).collect::<Vec<_>>(), &(0..9).collect::<Vec<_>>(), phase);
        let mut values: Vec<f64> = (0..180).map(|at| ((at * 7) as f64 + phase).sin()).collect();
        values[3 * row] = f64::NAN;
        files.bytes(&format!("{name}/embeddings.npy"), &npy_of("(60, 3)", &values));
        path
    };
    let some = vec![models[0].clone(), with_gap("x", 4, 0.3), with_gap("y", 50, 0.4), models[1].clone()];
    matrix(&some, &[]).refused(&["x", "NaN"]);
    let found = json(matrix(&some, &["--format", "json", "--drop-nonfinite", "--labels", "0:7"]));
    assert_eq!((found["n_inputs"].as_u64(), found["n_labels"].as_u64()), (Some(58), Some(7)));
    // The same rows, chosen by hand, for a model that had none of them.
    let own = json(logitdist(&[
        "compare", &models[0], &models[1], "--inputs", "-{4,50}", "--labels", "0:7", "--format", "json",
    ]));
    let last = found["pairs"][2]["measures"].clone();
    assert!(close(&last["d_logit"], &own["d_logit"]) && close(&last["kl_ab"], &own["kl_ab"]), "{last}");
}

#[test]
fn labels_are_matched_by_name_with_the_reference() {
    let files = Files::new();
    let inputs: Vec<usize> = (0..40).collect();
    let moved = [3, 1, 2, 0, 4, 5];
    let (a, b, c) = (
        named(&files, "a", &inputs, &[0, 1, 2, 3, 4, 5], 0.0),
        named(&files, "b", &inputs, &moved, 0.1),
        named(&files, "c", &inputs, &moved, 0.2),
    );
    let names = |model: &str| files.path(&format!("{model}.labels.txt"));
    let more = ["--label-names-a", &names("a"), "--label-names-b", &names("b"), "--format", "json"];
    let found = json(matrix(&[a.clone(), b.clone(), c.clone()], &more));
    let own = json(logitdist(&["compare", &a, &c].into_iter().chain(more).collect::<Vec<_>>()));
    assert!(close(&found["pairs"][1]["measures"]["d_logit"], &own["d_logit"]));
    assert!(
        found["notes"][0].as_str().unwrap().contains("2 of 6 labels stand elsewhere"),
        "{}",
        found["notes"]
    );
    files.bytes("b.labels.txt", b"1\n2\n3\n4\n5\n6\n");
    matrix(&[a, b, c], &more).refused(&["labels of a and b are not the same"]);
}

#[test]
fn nothing_depends_on_the_number_of_threads() {
    let models = digits();
    let of = |threads: &str| matrix(&models, &["--all", "--format", "csv", "--threads", threads]).ok().stdout;
    assert_eq!(of("1"), of("3"));
}

#[test]
fn a_report_has_a_page_with_pictures_and_tables() {
    let files = Files::new();
    let models = generated(&files);
    let (all, star) = (files.path("all"), files.path("star"));
    matrix(&models, &["--all", "--sequence", "--report", &all]).ok();
    let there = |folder: &str, name: &str| {
        fs::read(format!("{folder}/{name}")).unwrap_or_else(|e| panic!("{name}: {e}"))
    };
    for name in ["dendrogram", "map", "heat-d_logit", "heat-m_cca", "steps"] {
        assert!(there(&all, &format!("plots/{name}.svg")).starts_with(b"<svg"));
        assert_eq!(&there(&all, &format!("plots/{name}.png"))[1..4], b"PNG");
        assert!(there(&all, &format!("plots/{name}.pdf")).starts_with(b"%PDF"));
    }
    let page = String::from_utf8(there(&all, "report.html")).unwrap();
    assert!(page.contains("stress ") && page.contains("Average linkage") && page.contains("step-40"));
    assert!(!page.contains("<script") && !page.contains("src=\"http") && !page.contains("href=\"http"));
    assert_eq!(rows(&String::from_utf8(there(&all, "square-d_logit.csv")).unwrap()).len(), 5);
    let pairs = String::from_utf8(there(&all, "pairs.csv")).unwrap();
    assert_eq!(pairs, matrix(&models, &["--all", "--sequence", "--format", "csv"]).ok().stdout);
    matrix(&models, &["--report", &star]).ok();
    let page = String::from_utf8(there(&star, "report.html")).unwrap();
    assert!(page.contains("the nearest first") && page.contains("picture-ranking"), "{page}");
    assert!(fs::metadata(format!("{star}/plots/map.svg")).is_err());
}
