//! The script that draws any picture on a page, run where there is a node to run it.

use crate::declared::write;
use logitdist_report::report;
use logitdist_results::Damaged;
use std::process::Command;

#[test]
fn three_replicates_are_bars_from_the_least_to_the_greatest() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "question = \"q\"\n");
    report(folder.path(), Damaged::Refused, None).unwrap();
    let own = |path: &str| format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    let mut node = Command::new("node");
    node.args([own("tests/it/explorer.js"), own("src/html/explorer.js")])
        .arg(folder.path().join("report.html"));
    let Ok(made) = node.output() else {
        eprintln!("there is no node here: the script was not run");
        return;
    };
    let drawn = String::from_utf8(made.stdout).unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert!(drawn.contains("medians of replicates; bars are from the least to the greatest."), "{drawn}");
    // Two lines of three places each in the panels of two sources, and no bands.
    assert_eq!(
        (drawn.matches("class=\"bar\"").count(), drawn.matches("opacity=\".13\"").count()),
        (12, 0),
        "{drawn}"
    );
}
