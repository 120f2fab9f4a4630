//! `logitdist explain`: every token, theorem, family, and column of what the program writes.

use crate::{Files, compare, logitdist};
use logitdist_testing::{Run, has_anchor, npy_of};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn explain(names: &[&str]) -> Run {
    logitdist(&[&["explain"], names].concat())
}

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every paragraph ends with a place that exists.
fn check_places(explained: &str) {
    for paragraph in explained.trim_end().split("\n\n") {
        let last = paragraph.lines().last().unwrap().trim();
        let place =
            last.strip_prefix("more").unwrap_or_else(|| panic!("no place to read on in:\n{paragraph}"));
        let (file, anchor) = place.trim().split_once('#').unwrap_or((place.trim(), ""));
        let text = page(file);
        assert!(anchor.is_empty() || has_anchor(&text, anchor), "{place} is no place:\n{paragraph}");
    }
}

#[test]
fn every_token_is_explained_and_listed() {
    let list = explain(&[]).ok().stdout;
    let tokens: Vec<&str> = logitdist::glossary::glossary().iter().map(|entry| entry.token).collect();
    let all = explain(&tokens).ok().stdout;
    check_places(&all);
    for entry in logitdist::glossary::glossary() {
        assert!(list.contains(&format!("  {} ", entry.token)), "{}", entry.token);
        let heading = format!("{} (", entry.token);
        let own = all.split("\n\n").find(|p| p.starts_with(&heading) && p.contains(entry.meaning));
        let own = own.unwrap_or_else(|| panic!("{}", entry.token));
        assert!(own.contains(entry.invariance) && own.contains(entry.formula), "{own}");
    }
    let both = explain(&["d_rep"]).ok().stdout;
    assert!(both.contains("d_rep_ab") && both.contains("d_rep_ba"), "{both}");
}

#[test]
fn theorems_and_families_are_found_by_their_numbers() {
    let theory = page("docs/theory.md");
    let headings = theory.lines().filter_map(|line| line.strip_prefix("### "));
    let mut numbers = Vec::new();
    for heading in
        headings.filter(|h| h.starts_with(['T', 'E']) && h[1..].starts_with(|c: char| c.is_ascii_digit()))
    {
        let (name, title) = heading.split_once(": ").unwrap();
        let number = name.split(' ').next().unwrap();
        let explained = explain(&[number]).ok().stdout;
        let own = explained.split("\n\n").next().unwrap();
        assert!(own.starts_with(&format!("{number} (")) && own.contains(title), "{heading}:\n{explained}");
        check_places(&explained);
        numbers.push(number);
    }
    let listed = logitdist_cli::explain::NUMBERED.iter().map(|(number, ..)| *number);
    assert_eq!(listed.collect::<Vec<_>>(), numbers);
    let t5 = explain(&["T5"]).ok().stdout;
    for text in ["m_cca_two_spectra (bounds)", "m_CCA ≥ min (1/r) Σ ρᵢ", "docs/theory.md#t5"] {
        assert!(t5.contains(text), "{t5}");
    }
    for other in ["t6'", "T6'", "t6prime", "T6′"] {
        assert!(explain(&[other]).ok().stdout.starts_with("T6′ ("), "{other}");
    }
}

#[test]
fn json_has_everything_or_what_was_asked_for() {
    let parse = |names: &[&str]| -> serde_json::Value {
        let run = explain(&[names, &["--format", "json"]].concat()).ok();
        serde_json::from_str(&run.stdout).unwrap()
    };
    let all = parse(&[]);
    for entry in logitdist::glossary::glossary() {
        let is_there = ["measures", "bounds"].iter().any(|kind| all[kind].get(entry.token).is_some());
        assert!(is_there, "{}", entry.token);
    }
    for word in logitdist_cli::explain::every_word() {
        assert!(
            word.names.iter().all(|name| all["words"][name][0]["meaning"].is_string()),
            "{:?}",
            word.names
        );
    }
    let some = parse(&["kl", "T5", "level", "slack"]);
    assert_eq!(some["measures"]["kl_ab"]["unit"], "nats");
    assert_eq!(some["measures"]["kl_ab"]["type"], "float");
    assert!(some["measures"].get("m_cca").is_none());
    assert!(some["bounds"].as_object().unwrap().values().all(|bound| bound["theorem"] == "T5"), "{some}");
    assert_eq!(some["words"]["level"][0]["type"], "float");
    explain(&["m_ca", "--format", "json"]).refused(&["did you mean `m_cca`"]);
}

#[test]
fn of_several_names_the_known_are_explained_before_the_complaint() {
    let run = explain(&["m_cca", "m_ca", "slack", "leveel"]);
    let run = run.refused(&["no token `m_ca`", "did you mean `m_cca`", "`leveel`", "did you mean `level`"]);
    assert!(run.stdout.contains("m_cca (") && run.stdout.contains("slack ("), "{}", run.stdout);
}

/// A cell of every kind with every key that makes a column.
const EVERYTHING: &str = r#"
question = "q"
expected = "e"
seed = 1
[model]
dim = 2
labels = 6
inputs = 30
embeddings = "gaussian"
spectrum = "isotropic"
unembeddings = "gaussian"
condition = 3.0
scale = 2.0
bias = 0.5
[perturbation.noise_logits]
rank = 1
level = [0.0, 0.1]
[perturbation.heavy_tailed_noise]
degrees_of_freedom = 5.0
level = 0.1
[family.coupled_spectra]
inputs = 40
labels = 5
spectrum = [[2.0, 1.0]]
spectrum_b = [[1.5, 1.0]]
rho = [[0.9, 0.5]]
[family.weakest_direction]
inputs = 40
labels = 5
dim = 2
condition = 2.0
epsilon = 0.1
[family.rare_labels]
inputs = 20
labels = 6
tau = 1e-3
epsilon = 0.1
[family.permuted_clusters]
gamma = 1
permutation = [[1, 0, 2, 3, 4, 5, 6, 7]]
cluster_size = 10
[family.turned_clusters]
gamma = 1.0
spread = 0.5
cluster_size = 10
[family.distant_labels]
inputs = 20
range = 2.0
[family.moved_margins]
inputs = 20
labels = 5
flipped = 3
[train.spirals]
data = "spirals"
points = 16
region = "all"
width = 4
layers = 1
dim = 2
student_width = 4
student_dim = 2
activation = "relu"
dropout = 0.0
head = "linear"
batch = 64
learning_rate = 0.01
warm_up = 0
decay = 1.0
patience = 5
teacher_epochs = 1
epoch = 1
loss = "kl"
temperature = 1.0
mix = 1.0
part = "test"
bits = [0, 4]
per = "tensor"
student = 0
teacher = 0
[train.small]
data = "digits"
width = 4
layers = 1
batch = 256
teacher_epochs = 1
epoch = 1
prune = 0.1
concept = "odd"
tune = "head"
tune_epochs = 1
[train.ranks]
data = "radial"
classes = 3
inputs = 120
width = 4
layers = 1
batch = 64
teacher_epochs = 1
epoch = 1
rank = 1
[train.own]
data = "files"
features = "x.npy"
labels = "y.csv"
width = 4
layers = 1
batch = 16
teacher_epochs = 1
epoch = 1
"#;

/// The columns of every CSV in a folder; the files' names are added to `files`.
fn columns(folder: &str, files: &mut BTreeSet<String>) -> BTreeSet<String> {
    let mut columns = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.ends_with(".csv") {
            let mut reader = csv::Reader::from_path(entry.path()).unwrap();
            columns.extend(reader.headers().unwrap().iter().map(str::to_owned));
            files.insert(name);
        }
    }
    columns
}

#[test]
fn every_column_that_the_program_writes_is_explained() {
    let files = Files::new();
    let config = files.bytes("config.toml", EVERYTHING.as_bytes());
    let values: Vec<f64> = (0..60).map(|i| f64::from(i).sin()).collect();
    files.bytes("x.npy", &npy_of("(30, 2)", &values));
    let labels: String = (0..30).map(|i| format!("{}\n", i % 2)).collect();
    files.bytes("y.csv", labels.as_bytes());
    let (sweep, pair) = (files.path("sweep"), files.path("pair"));
    logitdist(&["sweep", &config, "--out", &sweep]).ok();
    logitdist(&["report", &sweep]).ok();
    compare("digits-m4-a.npz", "digits-m4-b.npz", &["--report", &pair]).ok();
    let mut written = BTreeSet::new();
    let mut names = columns(&sweep, &mut written);
    names.extend(columns(&pair, &mut written));
    let expected =
        ["bounds", "comparison", "inputs", "labels", "measures", "names", "rows", "spectra", "summary"];
    assert_eq!(written, expected.iter().map(|name| format!("{name}.csv")).collect());
    // Those of a failure, of a training's history, and the keys of a certificate.
    names.extend(["message", "command", "epoch", "step", "validation_loss", "accuracy"].map(String::from));
    names.extend(["probe_cost", "relative_probe_cost"].map(String::from));
    // A parameter has a column as soon as a config sets it.
    names.extend(logitdist_sim::TrainSettings::KEYS.iter().map(|key| (*key).to_owned()));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(names.len() > 150, "{names:?}");
    check_places(&explain(&names).ok().stdout);
    check_places(
        &explain(&logitdist_cli::explain::every_word().map(|word| word.names[0]).collect::<Vec<_>>())
            .ok()
            .stdout,
    );
}

#[test]
fn words_say_where_a_column_is_a_measure_and_a_parameter() {
    let tau = explain(&["tau"]).ok().stdout;
    assert!(tau.contains("Smallest probability τ") && tau.contains("parameter of a family"), "{tau}");
    for (name, text) in [
        ("slack", "measured − certified"),
        ("slack_q95", "measured − certified"),
        ("share_mean", "certified/measured, clipped"),
        ("level", "0 changes nothing"),
        ("E3", "attains T7, T8"),
        ("weakest_direction", "family of pairs"),
    ] {
        let explained = explain(&[name]).ok().stdout;
        assert!(explained.contains(text), "{explained}");
    }
}
