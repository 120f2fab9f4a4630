//! Whole reports: files, tables and sentences.

use crate::sweep;
use logitdist_report::{difference, report};
use logitdist_results::Damaged;
use std::collections::BTreeMap;
use std::path::Path;

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            all.extend(files(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            all.insert(name, std::fs::read(&path).unwrap());
        }
    }
    all
}

#[test]
fn a_report_is_whole_the_same_each_time_and_removes_pictures_of_an_earlier_one() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("small");
    std::fs::create_dir_all(results.join("plots")).unwrap();
    sweep::write(&results);
    for name in ["tightness-old.svg", "mine.svg"] {
        std::fs::write(results.join("plots").join(name), "x").unwrap();
    }
    let made = report(&results, Damaged::Refused, None).unwrap();
    assert_eq!(made.violations(), 0);
    let first = files(&results);
    for file in &made.files {
        assert!(file.is_file(), "{}", file.display());
    }
    for name in [
        "plots/frontier.svg",
        "plots/frontier.png",
        "plots/frontier.pdf",
        "plots/kl-against-d_logit.svg",
        "summary.md",
        "plots/mine.svg",
    ] {
        assert!(first.contains_key(name), "{name}");
    }
    assert!(!first.contains_key("plots/tightness-old.svg"));
    report(&results, Damaged::Refused, None).unwrap();
    assert_eq!(files(&results), first);
    assert!(difference(&results, &results).unwrap().is_none());
}

#[test]
fn tables_for_which_no_manifest_vouches_are_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    sweep::write(folder.path());
    let first = |manifest: &str| {
        match manifest {
            "" => drop(std::fs::remove_file(folder.path().join("manifest.json"))),
            text => std::fs::write(folder.path().join("manifest.json"), text).unwrap(),
        }
        let made = report(folder.path(), Damaged::Refused, None).unwrap();
        let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
        let is_said = |text: &str| text.contains("Nobody knows whether these tables are whole");
        assert_eq!(is_said(&page), is_said(&made.sentences[0]));
        is_said(&page)
    };
    assert!(first(""));
    assert!(!first(
        r#"{"status": "complete", "question": "q", "expected": "e", "seed": 0, "processes": []}"#
    ));
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_older_one_whole() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path();
    sweep::write(results);
    report(results, Damaged::Refused, None).unwrap();
    std::fs::write(results.join("plots/tightness-old.svg"), "x").unwrap();
    let before = files(results);
    for obstacle in ["summary.md", "report.html", "plots/frontier.pdf"] {
        let path = results.join(obstacle);
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        // Another width would change every picture.
        let error = report(results, Damaged::Refused, Some(300.0)).unwrap_err().to_string();
        assert!(error.contains(obstacle), "{error}");
        std::fs::remove_dir(&path).unwrap();
        std::fs::write(&path, &before[obstacle]).unwrap();
        assert_eq!(files(results), before, "{obstacle}");
    }
    report(results, Damaged::Refused, Some(300.0)).unwrap();
    let after = files(results);
    assert_ne!(after["plots/frontier.svg"], before["plots/frontier.svg"]);
    assert!(!after.contains_key("plots/tightness-old.svg"));
}

#[test]
fn tables_and_sentences_say_what_the_formulas_do() {
    let folder = tempfile::tempdir().unwrap();
    sweep::write(folder.path());
    let made = report(folder.path(), Damaged::Refused, None).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    insta::assert_snapshot!("summary_md", read("summary.md"));
    insta::assert_snapshot!("summary_csv", read("summary.csv"));
    insta::assert_snapshot!("table", made.summary.to_table());
}

#[test]
fn a_page_has_everything_inside_and_no_text_as_markup() {
    let folder = tempfile::tempdir().unwrap();
    sweep::write(folder.path());
    report(folder.path(), Damaged::Refused, None).unwrap();
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    for part in [
        "Very &amp; &lt;truly&gt;.",
        "data-key=\"plot|tightness-dim\"",
        "data-key=\"plot|map-level-dim\"",
        "<div class=\"answer\">",
        "id=\"explorer-data\"",
        "<tr id=\"cell-s9e3779b97f4a7c15\">",
        "href=\"#cell-s9e3779b97f4a7c15\"",
        "logitdist sweep cell results/",
        "<dt id=\"token-m_cca_linear\"><code>m_cca_linear</code> (bound)</dt>",
        "seed 7",
        "too few, \\u003cb>labels",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<b>labels"));
    // Addresses are of the SVG name space and of papers' numbers only.
    assert!(!page.replace("http://www.w3.org/2000/svg", "").contains("http"));
}
