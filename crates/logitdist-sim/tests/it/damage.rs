//! Journals that were cut off or changed: never a wrong row, never a whole record lost, always said.

use crate::folder::{Folder, SMALL, Tables, sweep_counted};
use logitdist_results::RESULT_VERSION;
use logitdist_sim::merge;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::fs;
use std::path::Path;

/// A finished sweep of stand-ins: its tables and its journal.
fn finished(folder: &Folder) -> (Tables, Vec<u8>) {
    let (outcome, computed) = sweep_counted(&folder.options(SMALL, "whole"));
    outcome.unwrap();
    assert_eq!(computed, 24);
    (folder.tables("whole"), fs::read(folder.journal("whole")).unwrap())
}

/// Where in a journal records begin.
fn beginnings(journal: &[u8]) -> Vec<usize> {
    let mark = [0xF1, b'l', b'd', 0x0A];
    (0..journal.len()).filter(|&at| journal[at..].starts_with(&mark)).collect()
}

/// Goes on from a journal: the tables must be those of the uninterrupted run. Cells computed again, and what was said.
fn go_on(folder: &Folder, journal: &[u8], whole: &Tables, case: &str) -> (usize, Vec<String>) {
    let out = folder.path("again");
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(out.join("journal")).unwrap();
    fs::write(folder.journal("again"), journal).unwrap();
    let (outcome, computed) = sweep_counted(&folder.options(SMALL, "again"));
    let outcome = outcome.unwrap_or_else(|e| panic!("{case}: {e}"));
    assert_eq!(&folder.tables("again"), whole, "{case}");
    (computed, outcome.notes)
}

#[test]
fn a_journal_cut_at_any_byte_of_its_last_records_gives_the_same_tables() {
    let folder = Folder::new();
    let (whole, journal) = finished(&folder);
    let records = beginnings(&journal);
    // A session, 24 cells and an end.
    assert_eq!(records.len(), 26);
    for cut in records[23]..journal.len() {
        let kept = records.iter().skip(1).zip(records.iter().skip(2)).filter(|(_, end)| **end <= cut).count();
        let (computed, notes) = go_on(&folder, &journal[..cut], &whole, &format!("cut at {cut}"));
        assert_eq!(computed, 24 - kept, "cut at {cut}");
        let at_a_border = records.contains(&cut);
        assert_eq!(notes.len(), usize::from(!at_a_border), "cut at {cut}: {notes:?}");
        assert!(notes.iter().all(|note| note.contains("torn off") && note.contains(".journal")), "{notes:?}");
    }
}

#[test]
fn a_journal_cut_in_its_first_records_begins_again() {
    let folder = Folder::new();
    let (whole, journal) = finished(&folder);
    let records = beginnings(&journal);
    for cut in (0..records[2]).step_by(7) {
        let (computed, _) = go_on(&folder, &journal[..cut], &whole, &format!("cut at {cut}"));
        assert_eq!(computed, 24, "cut at {cut}");
    }
}

#[test]
fn changed_bytes_cost_their_own_records_only_and_are_placed() {
    let folder = Folder::new();
    let (whole, journal) = finished(&folder);
    let records = beginnings(&journal);
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for round in 0..300 {
        let mut damaged = journal.clone();
        let flips = 1 + rng.next_u64() as usize % 3;
        let mut hit: Vec<usize> = Vec::new();
        for _ in 0..flips {
            let at = rng.next_u64() as usize % journal.len();
            damaged[at] ^= 1 << (rng.next_u64() % 8);
            hit.push(records.iter().filter(|&&start| start <= at).count() - 1);
        }
        hit.retain(|record| (1..25).contains(record));
        hit.sort_unstable();
        hit.dedup();
        let (computed, notes) = go_on(&folder, &damaged, &whole, &format!("round {round}"));
        // Two flips may cancel each other.
        assert!(
            computed == hit.len() || (flips > 1 && computed < hit.len()),
            "round {round}: {hit:?}, {computed}"
        );
        let said = notes.iter().filter(|note| note.contains("damaged") || note.contains("torn off")).count();
        assert!(said > 0 || damaged == journal, "round {round}: nothing was said: {notes:?}");
        for note in &notes {
            assert!(note.contains("0-of-1.journal") && note.contains("bytes"), "{note}");
        }
    }
}

#[test]
fn damage_in_the_middle_names_offset_and_cell() {
    let folder = Folder::new();
    let (whole, mut journal) = finished(&folder);
    let records = beginnings(&journal);
    // Inside the payload of the fifth cell, whose header still tells whose it is.
    journal[records[5] + 60] ^= 0x40;
    let (computed, notes) = go_on(&folder, &journal, &whole, "payload");
    assert_eq!(computed, 1);
    let place = format!("bytes {} to {} are damaged", records[5], records[6]);
    assert!(notes[0].contains(&place) && notes[0].contains("noise_embeddings dim=2"), "{notes:?}");
    assert!(notes[0].contains("is lost") && notes[0].contains("all else is kept"), "{notes:?}");
    assert!(!notes[0].contains("computed again"), "{notes:?}");
    // Told as mended from then on.
    let (outcome, computed) = sweep_counted(&folder.options(SMALL, "again"));
    assert_eq!(computed, 0);
    let notes = outcome.unwrap().notes;
    assert!(notes[0].contains("computed again"), "{notes:?}");
}

#[test]
fn damage_of_one_journal_is_not_the_torn_end_of_the_next() {
    let folder = Folder::new();
    let (_, mut journal) = finished(&folder);
    let place = beginnings(&journal)[5];
    // The next journal ends where the damage of this one begins.
    fs::write(folder.path("whole/journal/1-of-3.journal"), &journal[..place]).unwrap();
    journal[place + 60] ^= 0x40;
    fs::write(folder.journal("whole"), &journal).unwrap();
    let merged = merge(&folder.path("whole"), &[], true).unwrap();
    let said = format!("0-of-1.journal: bytes {place} to ");
    assert!(merged.notes.len() == 1 && merged.notes[0].contains(&said), "{:?}", merged.notes);
}

#[test]
fn bytes_that_are_no_journal_are_passed_over_and_kept() {
    let folder = Folder::new();
    let (whole, journal) = finished(&folder);
    let noise: Vec<u8> = (0..100_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let padded = [&noise[..], &journal, &noise, &[0; 5000], &journal[beginnings(&journal)[25]..]].concat();
    let (computed, notes) = go_on(&folder, &padded, &whole, "noise");
    assert_eq!((computed, notes.len()), (0, 2), "{notes:?}");
    assert_eq!(fs::read(folder.journal("again")).unwrap()[..padded.len()], padded);
    // A file of something else altogether is not cut to nothing.
    fs::write(folder.journal("again"), "Dear diary").unwrap();
    let error = sweep_counted(&folder.options(SMALL, "again")).0.unwrap_err().to_string();
    assert!(error.contains("nothing that this program wrote"), "{error}");
    assert_eq!(fs::read_to_string(folder.journal("again")).unwrap(), "Dear diary");
}

#[test]
fn a_session_that_is_lost_costs_no_cell_of_the_same_config() {
    let folder = Folder::new();
    let (whole, mut journal) = finished(&folder);
    journal[70] ^= 1;
    let (computed, notes) = go_on(&folder, &journal, &whole, "session");
    assert_eq!(computed, 0, "{notes:?}");
    assert!(notes[0].contains("damaged"), "{notes:?}");
}

#[test]
fn a_session_that_is_lost_costs_no_cell_of_an_extended_config() {
    let folder = Folder::new();
    let smaller = SMALL.replace("dim = [2, 3]", "dim = [3]");
    sweep_counted(&folder.options(&smaller, "whole")).0.unwrap();
    let first = fs::metadata(folder.journal("whole")).unwrap().len() as usize;
    sweep_counted(&folder.options(SMALL, "whole")).0.unwrap();
    let whole = folder.tables("whole");
    let journal = fs::read(folder.journal("whole")).unwrap();
    // In the record of the second run, and in that of the first: what follows counts cells in another grid than the one before.
    for (at, lost) in [(first + 60, 0), (60, 12)] {
        let mut damaged = journal.clone();
        damaged[at] ^= 1;
        let (computed, notes) = go_on(&folder, &damaged, &whole, &format!("byte {at}"));
        assert_eq!(computed, lost, "byte {at}: {notes:?}");
        assert_eq!(notes.iter().any(|note| note.contains("12 of its results")), lost == 12, "{notes:?}");
    }
}

#[test]
fn cells_of_a_larger_config_whose_session_is_lost_are_passed_over() {
    let folder = Folder::new();
    let smaller = SMALL.replace("dim = [2, 3]", "dim = [3]");
    sweep_counted(&folder.options(&smaller, "whole")).0.unwrap();
    sweep_counted(&folder.options(SMALL, "larger")).0.unwrap();
    let mut journal = fs::read(folder.journal("larger")).unwrap();
    journal[60] ^= 1;
    // Its numbers are 0 to 23, and the smaller config has 12.
    let options = folder.options(&smaller, "again");
    fs::create_dir_all(folder.path("again/journal")).unwrap();
    fs::write(folder.journal("again"), &journal).unwrap();
    let (outcome, computed) = sweep_counted(&options);
    let notes = outcome.unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("belong to no known cell")), "{notes:?}");
    assert!(computed <= 12, "{computed}");
    assert_eq!(folder.tables("again"), folder.tables("whole"));
}

#[test]
fn a_journal_of_another_version_is_refused() {
    let folder = Folder::new();
    let (_, journal) = finished(&folder);
    let (outcome, _) = sweep_counted(&folder.options(SMALL, "whole"));
    assert_eq!(outcome.unwrap().computed, 0);
    // The session's record with another version of the results and the checks to match.
    let length = u32::from_le_bytes(journal[5..9].try_into().unwrap()) as usize;
    let text = String::from_utf8(journal[37..37 + length].to_vec()).unwrap();
    // Of as many digits, so that the record is as long.
    let other = RESULT_VERSION ^ 1;
    let version = |version: u32| format!("\"result_version\":{version}");
    let text = text.replacen(&version(RESULT_VERSION), &version(other), 1);
    let mut newer = journal[..29].to_vec();
    newer.extend(&blake3::hash(text.as_bytes()).as_bytes()[..8]);
    newer.extend(text.as_bytes());
    newer.extend(&journal[37 + length..]);
    fs::write(folder.journal("whole"), newer).unwrap();
    let before = fs::read(folder.journal("whole")).unwrap();
    let (outcome, computed) = sweep_counted(&folder.options(SMALL, "whole"));
    let error = outcome.unwrap_err().to_string();
    let versions = format!("results of version {other}, not {RESULT_VERSION}");
    assert!(error.contains(&versions) && error.contains("--fresh"), "{error}");
    assert_eq!(computed, 0);
    assert_eq!(fs::read(folder.journal("whole")).unwrap(), before, "nothing was changed");
}

#[test]
fn what_a_killed_process_left_half_written_is_taken_away() {
    let folder = Folder::new();
    let (whole, _) = finished(&folder);
    let out = folder.path("whole");
    let stays = |name: &str| Path::new(&out).join(name);
    for name in [".rows.csv.abc123.tmp", ".bounds.csv.x.tmp"] {
        fs::write(stays(name), "half").unwrap();
    }
    fs::write(stays(".mine.tmp"), "kept").unwrap();
    sweep_counted(&folder.options(SMALL, "whole")).0.unwrap();
    assert!(!stays(".rows.csv.abc123.tmp").exists() && !stays(".bounds.csv.x.tmp").exists());
    assert!(stays(".mine.tmp").exists());
    assert_eq!(folder.tables("whole"), whole);
}
