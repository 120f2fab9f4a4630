//! Files that are no comparison, and folders that are.

use super::{FILES, folder, report_pair, unchanged, with};
use logitdist_report::pair::is_pair;
use logitdist_results::ResultsError;
use std::path::Path;
use tempfile::TempDir;

#[test]
fn bad_input_names_the_file_the_line_and_what_is_needed() {
    let message = |folder: &TempDir| match report_pair(folder.path()) {
        Ok(_) => panic!("it was taken"),
        Err(error @ ResultsError::Damaged { .. }) => panic!("no manifest vouches for it: {error}"),
        Err(error) => {
            assert!(!folder.path().join("report.html").exists(), "a page was written nevertheless");
            error.to_string()
        }
    };
    for (file, old, new, needed) in [
        (
            "comparison.csv",
            "section,token,side,value,reason",
            "a,b",
            "comparison.csv:1: there is no column `section`",
        ),
        (
            "comparison.csv",
            "0.1.0",
            "7.0.0",
            "comparison.csv:5: written by logitdist 7.0.0, newer than this one",
        ),
        ("comparison.csv", "0.1.0", "0.999.0", "newer than this one, 0.1.0: update it"),
        ("comparison.csv", "0.1.0", "new", "`version` is \"new\""),
        (
            "comparison.csv",
            "d_logit,,1.25",
            "d_logit,,x",
            "comparison.csv:12: `value` of d_logit is \"x\"; a number is needed",
        ),
        ("comparison.csv", "d_logit,,1.25", "d_logit,,NaN", "a number is needed"),
        ("comparison.csv", "measure,d_logit,,1.25,\n", "", "no line `measure,d_logit`"),
        ("comparison.csv", "run,seed,,7,\n", "", "no line `run,seed`"),
        (
            "comparison.csv",
            "status,ok",
            "status,fine",
            "`status` is \"fine\"; ok, vacuous or not_applicable is needed",
        ),
        ("comparison.csv", "note,d_llv", "remark,d_llv", "`section` is \"remark\""),
        ("comparison.csv", "note,d_llv,,pivot label 0,\n", "note,d_llv,,piv", "the last line has no end"),
        (
            "inputs.csv",
            "2,2.0,0.5,1.0",
            "2,2.0,0.5",
            "inputs.csv:4: the line is incomplete: it has 3 fields of 4",
        ),
        (
            "inputs.csv",
            "2,2.0,0.5,1.0",
            "2,-2.0,0.5,1.0",
            "inputs.csv:4: `d_logit_x` is -2; a distance is at least 0",
        ),
        ("inputs.csv", "2,2.0,0.5,1.0", "2,,0.5,1.0", "inputs.csv:4: `d_logit_x` is blank"),
        ("inputs.csv", "2,2.0,0.5,1.0", "two,2.0,0.5,1.0", "`input` is \"two\"; a whole number is needed"),
        ("inputs.csv", "2,2.0,0.5,1.0\n", "", "inputs.csv:4: `input` is 3 and 2 is due"),
        ("inputs.csv", "3,1.0,0.25,0.0\n", "", "the file has 3 inputs and comparison.csv says 4"),
        ("names.csv", "label,2", "label,0", "names.csv:3: label 0 has a name already"),
        ("comparison.csv", "decile,kl_ba", "decile,kl", "`token` is \"kl\", which no tenth of inputs has"),
        ("inputs.csv", "kl_ba_x", "kl", "inputs.csv:1: there is no column `kl_ba_x`"),
        ("labels.csv", "2,0,-0.5,0.25", "2,0,-1.5,0.25", "labels.csv:3: `label_correlation_a` is -1.5"),
        ("labels.csv", "0,1,,-0.25\n", "", "labels.csv:6: the labels are 1 and 1; 0 and 1 are due"),
        ("labels.csv", "1,1,,1.0\n", "", "the line of labels 1 and 1 is due; was the file cut off?"),
        ("labels.csv", "1,1,,1.0\n", "1,1,,1.0\n1,1,,1.0\n", "every pair of labels is there already"),
        ("spectra.csv", "2,0.5,,0.5", "3,0.5,,0.5", "spectra.csv:3: `position` is 3 and 2 is due"),
        ("spectra.csv", "2,0.5,,0.5", "2,0.5,0.5,0.5", "`rho_unembeddings` goes on after it has ended"),
        ("spectra.csv", "4.0,3.0", "-4.0,3.0", "`spectrum_a` is -4; it is at least 0"),
    ] {
        let got = message(&with(file, old, new));
        assert!(got.contains(needed), "{file}, {new:?}: {got}");
    }
    let cut = folder(|name, content| match name {
        "comparison.csv" => content[..content.find("verdict").unwrap()].to_owned(),
        _ => content.to_owned(),
    });
    assert!(message(&cut).contains("the verdict is missing; was the file cut off?"));
    // Without names.csv nothing has a name.
    for (file, _) in FILES.into_iter().filter(|(file, _)| *file != "names.csv") {
        let empty = folder(|name, content| if name == file { String::new() } else { content.to_owned() });
        assert!(message(&empty).contains(&format!("{file}:1: the file is empty")), "{}", message(&empty));
        std::fs::remove_file(empty.path().join(file)).unwrap();
        let missing = message(&empty);
        assert!(missing.contains(file) && missing.contains("cannot read"), "{missing}");
    }
}

#[test]
fn a_folder_is_a_pairs_by_its_comparison() {
    assert!(is_pair(unchanged().path()));
    assert!(!is_pair(tempfile::tempdir().unwrap().path()));
    assert!(!is_pair(Path::new("nowhere")));
}
