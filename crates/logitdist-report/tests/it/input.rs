//! Results that are broken, empty, tiny or odd: a clear message or a sensible picture, never a panic.

use crate::sweep;
use logitdist_report::report;
use logitdist_results::Damaged;
use std::path::Path;

/// Reports a sweep whose tables were changed; what went wrong, or the sentences.
fn changed(change: impl Fn(&Path, String, String)) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    sweep::write(folder.path());
    let (rows, bounds) = sweep::tables();
    change(folder.path(), rows, bounds);
    let made = report(folder.path(), Damaged::Refused, None).map_err(|e| e.to_string())?;
    assert!(made.files.iter().all(|file| file.is_file()));
    Ok(made.sentences)
}

fn put(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

#[test]
fn what_is_no_result_names_file_line_and_what_is_needed() {
    type Change = fn(&Path, String, String);
    let cases: [(Change, &str); 11] = [
        (|f, r, _| put(f, "rows.csv", &r[..r.len() - 30]), "rows.csv:77: the last line has no end"),
        (|f, _, b| put(f, "bounds.csv", &b[..b.len() - 60]), "bounds.csv:481: the last line has no end"),
        (|f, _, _| put(f, "rows.csv", ""), "rows.csv:1: the file is empty"),
        (|f, _, _| put(f, "bounds.csv", ""), "bounds.csv:1: the file is empty"),
        (
            |f, r, _| put(f, "rows.csv", &r.replacen("cell_seed", "seed", 1)),
            "rows.csv:1: there is no column `cell_seed`",
        ),
        (
            |f, _, b| put(f, "bounds.csv", &b.replacen(",rhs", ",right", 1)),
            "bounds.csv:1: there is no column `rhs`",
        ),
        (
            |f, _, _| put(f, "manifest.json", "{\"result_version\": 99}"),
            "the results are of version 99; this program reads up to",
        ),
        (|f, r, _| put(f, "rows.csv", &r.replacen(",ok,", ",good,", 1)), "rows.csv:2: `status` is \"good\""),
        (
            |f, r, _| put(f, "rows.csv", &r.replacen(",0.99,", ",x,", 1)),
            "rows.csv:2: `m_cca` is \"x\"; a number is needed",
        ),
        (
            |f, r, _| put(f, "rows.csv", &r.replacen("9e3779b97f4a7c15", "zz", 1)),
            "rows.csv:2: `cell_seed` is \"zz\"",
        ),
        (|f, _, _| std::fs::remove_file(f.join("rows.csv")).unwrap(), "rows.csv: cannot read"),
    ];
    for (change, message) in cases {
        let error = changed(change).unwrap_err();
        assert!(error.contains(message), "{error}");
    }
    assert!(report(Path::new("nowhere"), Damaged::Refused, None).is_err());
}

#[test]
fn tiny_and_odd_results_have_a_report() {
    let head = |text: &str| text.lines().next().unwrap().to_owned() + "\n";
    // No cell at all.
    let none = changed(|f, r, b| {
        put(f, "rows.csv", &head(&r));
        put(f, "bounds.csv", &head(&b));
    });
    assert_eq!(none.unwrap(), ["0 cells.", "No bound exists in any cell."]);
    // One cell.
    let one = changed(|f, r, b| {
        put(f, "rows.csv", &r.lines().take(2).map(|l| format!("{l}\n")).collect::<String>());
        put(f, "bounds.csv", &b.lines().take(9).map(|l| format!("{l}\n")).collect::<String>());
    });
    assert_eq!(one.unwrap()[..2], ["1 cells.", "None of 6 bounds is violated."]);
    // Every cell without a comparison.
    let without = changed(|f, r, b| {
        let rows: String = r
            .lines()
            .skip(1)
            .map(|l| {
                let start: Vec<&str> = l.split(',').take(6).collect();
                format!("{},not_applicable,why,,,,\n", start.join(","))
            })
            .collect();
        put(f, "rows.csv", &(head(&r) + &rows));
        put(f, "bounds.csv", &head(&b));
    });
    assert!(without.unwrap()[0].ends_with("76 of them without a pair to compare."));
    // Neither manifest nor config.
    let bare = changed(|f, _, _| {
        std::fs::remove_file(f.join("manifest.json")).unwrap();
        std::fs::remove_file(f.join("config.toml")).unwrap();
    });
    assert!(bare.is_ok());
    // Zeros and infinities everywhere.
    let odd = changed(|f, r, b| {
        put(f, "rows.csv", &r.replace(",0.99,", ",0,").replace(",0.1,", ",inf,"));
        put(
            f,
            "bounds.csv",
            &b.replace(",1,0.", ",inf,0.").replace(",ok,0.05,", ",ok,-inf,").replace(",ok,0.5,", ",ok,0,"),
        );
    });
    assert!(odd.is_ok(), "{odd:?}");
}

#[test]
fn violated_bounds_come_first() {
    let found = changed(|f, _, b| put(f, "bounds.csv", &b.replacen(",true,", ",false,", 3))).unwrap();
    assert_eq!(
        found[1],
        "VIOLATED, so that a proof or the program is wrong: T7 (least-squares alignment) in 1, T2 (linear) in 1 and T3 (one spectrum) in 1 of 360 bounds."
    );
}
