//! What a merge writes beside the tables: journals, sessions and how it ended.

use crate::folder::{Folder, SMALL, copy, shard, stand_in, sweep_counted};
use logitdist_sim::{SweepOptions, merge, status, sweep_with};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn manifest(out: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(out.join("manifest.json")).unwrap()).unwrap()
}

/// Names and contents of a folder's journals.
fn journals(out: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(out.join("journal")).unwrap().map(|entry| entry.unwrap().path());
    let journals = entries.filter(|path| path.extension().is_some_and(|end| end == "journal"));
    let mut all: Vec<_> = journals
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect();
    all.sort();
    all
}

/// Where in a journal records begin.
fn beginnings(journal: &[u8]) -> Vec<usize> {
    let mark = [0xF1, b'l', b'd', 0x0A];
    (0..journal.len()).filter(|&at| journal[at..].starts_with(&mark)).collect()
}

#[test]
fn a_merge_says_how_it_ended() {
    let folder = Folder::new();
    let options = folder.options(SMALL, "out");
    sweep_counted(&shard(&options, 0, 2)).0.unwrap();
    merge(&folder.path("out"), &[], true).unwrap();
    assert_eq!(manifest(&folder.path("out"))["status"], "partial");
    sweep_counted(&shard(&options, 1, 2)).0.unwrap();
    merge(&folder.path("out"), &[], false).unwrap();
    assert_eq!(manifest(&folder.path("out"))["status"], "complete");
    let failing = folder.options(SMALL, "failing");
    sweep_with(&shard(&failing, 0, 1), &|config, cell| {
        assert!(cell.replicate > 0, "the first replicate");
        stand_in(config, cell)
    })
    .unwrap();
    merge(&folder.path("failing"), &[], false).unwrap();
    assert_eq!(manifest(&folder.path("failing"))["status"], "failures");
}

#[test]
fn a_folder_that_is_merged_into_itself_is_copied_nowhere() {
    let folder = Folder::new();
    let options = folder.options(SMALL, "out");
    for index in 0..2 {
        sweep_counted(&shard(&options, index, 2)).0.unwrap();
    }
    let before = journals(&folder.path("out"));
    assert_eq!(before.len(), 2);
    // By another name, too.
    for itself in ["out", "../out"] {
        let itself = folder.path("out").join("..").join(itself.trim_start_matches("../"));
        merge(&folder.path("out"), &[itself], false).unwrap();
        assert!(journals(&folder.path("out")) == before);
    }
}

#[test]
fn what_is_torn_off_is_taken_away_before_more_is_written() {
    let folder = Folder::new();
    sweep_counted(&folder.options(SMALL, "other")).0.unwrap();
    let whole = folder.tables("other");
    let journal = fs::read(folder.journal("other")).unwrap();
    let records = beginnings(&journal);
    // Torn in the fifth record, and another one with a torn end beside it.
    for keeps_second in [false, true] {
        let out = folder.path(&format!("torn-{keeps_second}"));
        copy(&folder.path("other"), &out);
        fs::write(out.join("journal/0-of-1.journal"), &journal[..records[5] - 3]).unwrap();
        if keeps_second {
            fs::write(out.join("journal/1-of-3.journal"), &journal[..records[3] - 5]).unwrap();
        }
        let merged = merge(&out, &[folder.path("other")], false).unwrap();
        assert_eq!(merged.missing, (0, 24));
        // What was torn off is not damage that more was written after.
        let again = merge(&out, &[], false).unwrap();
        assert!(again.notes.is_empty(), "{:?}", again.notes);
        // The other one is nobody's to mend.
        if keeps_second {
            assert_eq!(fs::read(out.join("journal/1-of-3.journal")).unwrap(), &journal[..records[3] - 5]);
        }
        let read = |file: &str| fs::read_to_string(out.join(file)).unwrap();
        assert_eq!((read("rows.csv"), read("bounds.csv")), (whole.rows.clone(), whole.bounds.clone()));
        let kept = fs::read(out.join("journal/0-of-1.journal")).unwrap();
        assert!(kept.starts_with(&journal[..records[4]]));
        assert_eq!(beginnings(&kept)[4], records[4]);
    }
}

#[test]
fn sessions_are_those_that_computed_the_cells_and_end_as_they_ended() {
    let folder = Folder::new();
    let part = folder.options(SMALL, "part");
    sweep_counted(&SweepOptions { threads: Some(2), ..shard(&part, 1, 3) }).0.unwrap();
    let of = |name: &str| manifest(&folder.path(name))["processes"].clone();
    merge(&folder.path("part"), &[], true).unwrap();
    merge(&folder.path("merged"), &[folder.path("part")], true).unwrap();
    let (part, merged) = (of("part"), of("merged"));
    assert_eq!(part.as_array().map(Vec::len), Some(1));
    assert_eq!(part, merged);
    assert!(merged[0]["shard"] == "1/3" && merged[0]["threads"] == 2, "{merged}");
    assert!(status(&folder.path("merged")).unwrap().contains("finished"));
}

#[test]
fn the_end_of_a_session_that_is_not_copied_is_not_copied_either() {
    let folder = Folder::new();
    // Two sessions in one journal, each with its end.
    let smaller = SMALL.replace("level = [0.0, 0.1, 1.0]", "level = [0.0]");
    sweep_counted(&folder.options(&smaller, "other")).0.unwrap();
    let first = fs::read(folder.journal("other")).unwrap();
    sweep_counted(&folder.options(SMALL, "other")).0.unwrap();
    // The same, killed before the end of the first.
    copy(&folder.path("other"), &folder.path("out"));
    let end = *beginnings(&first).last().unwrap();
    fs::write(folder.journal("out"), &first[..end]).unwrap();
    merge(&folder.path("out"), &[folder.path("other")], false).unwrap();
    let (whole, merged) =
        (fs::read(folder.journal("other")).unwrap(), fs::read(folder.journal("out")).unwrap());
    // All but that end: the cells of the first, then the second session as it was.
    assert_eq!(merged.len(), whole.len() - (first.len() - end));
    assert!(merged[end..] == whole[first.len()..]);
}

#[test]
fn a_file_where_the_journals_should_be_is_an_error() {
    let folder = Folder::new();
    fs::create_dir(folder.path("out")).unwrap();
    fs::write(folder.path("out/journal"), "no folder").unwrap();
    let error = status(&folder.path("out")).unwrap_err().to_string();
    assert!(error.contains("out/journal") && error.contains("read the folder"), "{error}");
}
