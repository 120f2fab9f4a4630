//! `compare --report` and `report` as a user runs them.

use crate::{Files, compare, json, logitdist};
use logitdist::glossary::explain;
use logitdist_testing::run;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn read(folder: &str, name: &str) -> String {
    fs::read_to_string(Path::new(folder).join(name)).unwrap_or_else(|e| panic!("{folder}/{name}: {e}"))
}

/// The fields of a CSV, header excluded, by column.
fn column(csv: &str, name: &str) -> Vec<String> {
    let position = csv.lines().next().unwrap().split(',').position(|column| column == name).unwrap();
    csv.lines().skip(1).map(|line| line.split(',').nth(position).unwrap().to_owned()).collect()
}

fn numbers(csv: &str, name: &str) -> Vec<f64> {
    column(csv, name).iter().filter(|x| !x.is_empty()).map(|x| x.parse().unwrap()).collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

/// Everything that a report must have.
fn check_report(folder: &str) {
    let names = ["headlines", "spectra", "labels", "inputs", "divergence"];
    for name in names.iter().flat_map(|name| [(*name).to_owned(), format!("{name}-column")]) {
        assert!(read(folder, &format!("plots/{name}.svg")).ends_with("</svg>\n"), "{name}");
        assert!(
            fs::read(Path::new(folder).join(format!("plots/{name}.png"))).unwrap().starts_with(b"\x89PNG")
        );
        assert!(fs::read(Path::new(folder).join(format!("plots/{name}.pdf"))).unwrap().starts_with(b"%PDF"));
    }
    let page = read(folder, "report.html");
    assert!(page.ends_with("</html>\n") && !page.contains("NaN"), "{folder}");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 8, "something is left in {folder}");
}

#[test]
fn a_report_has_the_values_at_each_input_and_label_and_a_page() {
    let text = fs::read_to_string(crate::fixture("expected.json")).unwrap();
    for entry in serde_json::from_str::<Vec<Value>>(&text).unwrap() {
        let files = Files::new();
        let folder = files.path("new/report");
        let [a, b] = ["a", "b"].map(|side| format!("{}.npz", entry[side].as_str().unwrap()));
        let values = json(compare(&a, &b, &["--format", "json", "--report", &folder]));
        check_report(&folder);
        let inputs = read(&folder, "inputs.csv");
        assert_eq!(column(&inputs, "input").len() as u64, values["n_inputs"].as_u64().unwrap());
        let close = |got: f64, token: &str| {
            let want = values[token].as_f64().unwrap();
            assert!((got - want).abs() <= 1e-10 * want + 1e-12, "{a} {b}: {token} {got} {want}");
        };
        close(mean(numbers(&inputs, "d_logit_x").iter().map(|d| d * d)).sqrt(), "d_logit");
        close(mean(numbers(&inputs, "kl_ab_x").into_iter()), "kl_ab");
        close(mean(numbers(&inputs, "kl_ba_x").into_iter()), "kl_ba");
        let spectra = read(&folder, "spectra.csv");
        for list in ["rho", "rho_logits", "spectrum_a", "spectrum_b"] {
            let want: Vec<f64> =
                values[list].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
            let got = numbers(&spectra, list);
            assert_eq!(got.len(), want.len(), "{list}");
            // Reading JSON may move the last digit.
            assert!(
                got.iter().zip(&want).all(|(x, y)| (x - y).abs() <= 1e-14 * y),
                "{list}: {got:?} {want:?}"
            );
        }
        let labels = read(&folder, "labels.csv");
        assert_eq!(labels.lines().count(), 1 + 10 * 11 / 2);
        assert!(numbers(&labels, "label_correlation_a").iter().all(|x| x.abs() <= 1.0));
        for csv in [&inputs, &labels] {
            for token in
                csv.lines().next().unwrap().split(',').filter(|c| !["input", "label", "other"].contains(c))
            {
                assert!(explain(token).count() > 0, "{token} is not explained");
            }
        }
    }
}

#[test]
fn the_page_is_made_again_from_the_csv_alone() {
    let files = Files::new();
    let (folder, elsewhere) = (files.path("report"), files.path("elsewhere"));
    let run =
        compare("digits-m16-relu.npz", "digits-m16-tanh.npz", &["--report", &folder, "--format", "csv"]).ok();
    assert_eq!(run.stdout, read(&folder, "comparison.csv"), "what is printed and what is kept differ");
    fs::create_dir(&elsewhere).unwrap();
    for name in ["comparison.csv", "inputs.csv", "labels.csv", "names.csv", "spectra.csv", "schema.json"] {
        fs::copy(Path::new(&folder).join(name), Path::new(&elsewhere).join(name)).unwrap();
    }
    assert_eq!(logitdist(&["report", &elsewhere]).code, 0);
    check_report(&elsewhere);
    for name in ["report.html", "plots/labels.svg", "plots/divergence.svg"] {
        assert!(read(&folder, name) == read(&elsewhere, name), "{name}");
    }
    let page = read(&folder, "report.html");
    for text in ["digits-m16-relu against digits-m16-tanh", "10 labels; at least 17 are needed", "saturated:"]
    {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn a_report_is_the_same_at_any_number_of_threads_and_beside_other_output() {
    let files = Files::new();
    let report = |folder: &str, more: &[&str]| {
        let folder = files.path(folder);
        let mut arguments = vec!["--report", &folder, "--inputs-limit", "300", "--seed", "3"];
        arguments.extend(more);
        let run = compare("digits-m4-a.npz", "digits-m8-a.npz", &arguments).ok();
        (
            run.stdout,
            ["comparison.csv", "inputs.csv", "labels.csv", "report.html"].map(|name| read(&folder, name)),
        )
    };
    let out = files.path("out.json");
    let (table, one) = report("one", &["--threads", "1"]);
    let (nothing, two) = report("two", &["--threads=2", "--format", "json", "--out", &out]);
    assert!(one == two);
    assert!(table.contains("Every bound holds.") && nothing.is_empty());
    assert!(fs::read_to_string(out).unwrap().starts_with('{'));
    assert_eq!(numbers(&one[1], "kl_ab_x").len(), 300);
    assert_eq!(numbers(&one[1], "d_logit_x").len(), 899);
    assert!(one[3].contains("computed at 300 of the inputs"));
    let without = compare("digits-m4-a.npz", "digits-m8-a.npz", &["--inputs-limit", "300", "--seed", "3"]);
    assert_eq!(table, without.stdout, "a report changes the result");
}

#[test]
fn equal_models_few_labels_many_labels_and_one_input_have_reports() {
    let files = Files::new();
    for (name, sizes, dim_b) in [
        ("two-labels", [50, 2, 3], 2),
        ("many-labels", [60, 1500, 4], 3),
        ("one-input", [1, 6, 3], 3),
        ("one-label", [20, 1, 2], 2),
        ("nothing", [1, 1, 1], 1),
    ] {
        let a = files.model_with_phase(&format!("{name}-a.npz"), sizes, 0.1);
        let b = files.model_with_phase(&format!("{name}-b.npz"), [sizes[0], sizes[1], dim_b], 0.3);
        for (kind, b) in [("other", &b), ("equal", &a)] {
            let folder = files.path(&format!("{name}-{kind}"));
            logitdist(&["compare", &a, b, "--report", &folder]).ok();
            check_report(&folder);
            let shown = sizes[1].min(64);
            assert_eq!(read(&folder, "labels.csv").lines().count(), 1 + shown * (shown + 1) / 2, "{name}");
            let distances = numbers(&read(&folder, "inputs.csv"), "d_logit_x");
            assert_eq!(distances.len(), sizes[0]);
            if kind == "equal" {
                assert!(distances.iter().all(|d| *d == 0.0), "{name}: {distances:?}");
                assert!(read(&folder, "report.html").contains("The models are equal at every input."));
            }
        }
    }
    let page = read(&files.path("many-labels-other"), "report.html");
    assert!(page.contains("64 of 1500 labels, those that vary most"));
}

#[test]
fn a_report_that_cannot_be_made_leaves_a_clear_message_and_no_page() {
    let files = Files::new();
    let a = files.model("a.npz", 30, 6, 3);
    let fewer = files.model("fewer.npz", 29, 6, 3);
    let file = files.bytes("file", b"");
    let sweep = files.path("sweep");
    fs::create_dir(&sweep).unwrap();
    fs::write(Path::new(&sweep).join("bounds.csv"), "").unwrap();
    let folder = files.path("report");
    let broken = files.path("broken");
    assert_eq!(logitdist(&["compare", &a, &a, "--report", &broken]).code, 0);
    fs::write(Path::new(&broken).join("inputs.csv"), "input,d_logit_x,kl_ab_x,kl_ba_x\n0,1.0").unwrap();
    let blocked = files.path("blocked");
    fs::create_dir_all(Path::new(&blocked).join("labels.csv")).unwrap();
    for (arguments, needed) in [
        (&["compare", &a, &a, "--report", &file][..], &["file", "cannot be made"][..]),
        (&["compare", &a, &a, "--report", &sweep], &["sweep", "results of a sweep"]),
        (&["compare", &a, &a, "--report", &blocked], &["labels.csv", "cannot be written"]),
        (&["compare", &a, &fewer, "--report", &folder], &["30 inputs", "29"]),
        (&["compare", &a, &a, "--report"], &["--report"]),
        (&["report", &folder], &["comparison.csv", "--report", "bounds.csv"]),
        (&["report", &sweep], &["sweep", "rows.csv: cannot read"]),
        (&["report", &files.path("missing")], &["missing", "comparison.csv"]),
        (&["report", &broken], &["inputs.csv:2", "was the file cut off?"]),
        (&["report", &broken, "--plot", "x=level"], &["broken", "--plot", "are for the results of a sweep"]),
        (&["report", &broken, "--by", "level"], &["broken", "--by are for the results of a sweep"]),
        (&["report", &sweep, "--plot", "level"], &["--plot \"level\"", "is no key=value"]),
        (&["report", &sweep, "--width", "85"], &["--width", "such as 85mm"]),
        (&["report", &sweep, "--width", "2mm"], &["--width", "from 36mm to 700mm"]),
        (&["report"], &["FOLDER"]),
    ] {
        logitdist(arguments).refused(needed);
    }
    assert!(!Path::new(&folder).join("report.html").exists());
    assert!(!Path::new(&blocked).join("comparison.csv").exists(), "an unfinished run must not look finished");
}

#[test]
fn a_report_of_a_pair_that_cannot_be_written_leaves_the_older_one_whole() {
    let files = Files::new();
    let folder = files.path("report");
    compare("digits-m4-a.npz", "digits-m8-a.npz", &["--report", &folder]).ok();
    let names = ["plots/spectra.svg", "plots/labels-column.pdf", "plots/divergence.png"];
    let pictures = || names.map(|name| fs::read(Path::new(&folder).join(name)).unwrap());
    let before = pictures();
    let page = Path::new(&folder).join("report.html");
    fs::remove_file(&page).unwrap();
    fs::create_dir(&page).unwrap();
    let run = logitdist(&["report", &folder, "--width", "60mm"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(pictures() == before && fs::read_dir(Path::new(&folder).join("plots")).unwrap().count() == 30);
    fs::remove_dir(&page).unwrap();
    assert_eq!(logitdist(&["report", &folder, "--width", "60mm"]).code, 0);
    assert!(pictures()[0] != before[0]);
}

#[test]
fn names_that_a_spreadsheet_would_run_are_plain_on_the_page() {
    let files = Files::new();
    let name = files.path("=SUM(A1).npz");
    fs::copy(crate::fixture("digits-m4-a.npz"), &name).unwrap();
    let folder = files.path("report");
    let other = fs::canonicalize(crate::fixture("digits-m8-a.npz")).unwrap();
    let mut command = crate::program();
    command.current_dir(files.path(".")).args(["compare", "=SUM(A1).npz"]).arg(other);
    run(command.args(["--report", "report"])).ok();
    assert!(read(&folder, "comparison.csv").contains("run,model_a,,'=SUM(A1).npz,"));
    let first = read(&folder, "report.html");
    assert_eq!(logitdist(&["report", &folder]).code, 0);
    let again = read(&folder, "report.html");
    assert!(first == again, "the page that was made again differs");
    assert!(again.contains(">=SUM(A1) against digits-m8-a"));
    // The command is quoted for the shell.
    let others = again.replace("'=SUM(A1).npz'", "").replace("&#39;=SUM(A1).npz&#39;", "");
    assert!(!others.contains("'=") && !others.contains("&#39;="));
}

#[test]
fn the_page_names_labels_and_inputs() {
    let files = Files::new();
    let folder = files.path("report");
    let names = files.path("names.txt");
    fs::write(&names, "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\n<eight>\n=nine\n").unwrap();
    let inputs: Vec<String> = (0..899).map(|i| format!("page {i}")).collect();
    let documents = files.path("documents.txt");
    fs::write(&documents, inputs.join("\n")).unwrap();
    let named = [
        "--label-names-a",
        &names,
        "--label-names-b",
        &names,
        "--input-names-a",
        &documents,
        "--labels",
        "-{0}",
        "--rows",
        &files.path("rows.txt"),
        "--by-confidence",
        "--report",
        &folder,
    ];
    fs::write(files.path("rows.txt"), (1..899).map(|i| format!("{i}\n")).collect::<String>()).unwrap();
    compare("digits-m8-a.npz", "digits-m8-b.npz", &named).ok();
    check_report(&folder);
    let written = read(&folder, "names.csv");
    // The first label and the first input are left out: what follows is counted from 0.
    assert!(written.starts_with("axis,index,name\nlabel,0,one\n"), "{}", &written[..200]);
    assert!(written.contains("label,8,'=nine\ninput,0,page 1\n"));
    assert_eq!(written.lines().count(), 1 + 9 + 898);
    let page = read(&folder, "report.html");
    let worst = page.rsplit("largest; nats").next().unwrap();
    assert!(worst.contains("“page "), "no input is named");
    assert!(
        page.contains("Tenths of the inputs") && read(&folder, "comparison.csv").contains("decile,kl_ba,10,")
    );
    for name in ["“one”", "“&lt;eight&gt;”"] {
        assert!(page.contains(name), "{name}");
    }
}
