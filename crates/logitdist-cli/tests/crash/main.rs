//! A crash of the whole machine, at every moment of a sweep: the folder that it leaves resumes to the same bytes.
//!
//! A sweep runs once under strace. From what it wrote, renamed and synced follows what may be on the disk after a crash at each moment:
//! all that was synced, and of the rest any part, in any order. From each such folder the sweep is run again.

#![cfg(target_os = "linux")]

mod disk;
mod trace;

use disk::{Disk, Survival};
use logitdist_sim::{SweepOptions, sweep};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Moments of each of the two crashes; there are a hundred together.
const CUTS: usize = 50;

fn config(replicates: usize) -> String {
    format!(
        "question = \"q\"\nexpected = \"e\"\nreplicates = {replicates}\nmeasures = [\"probability\"]\n\
         [model]\ndim = [2, 3]\nlabels = 5\ninputs = 16\n[perturbation.noise_embeddings]\nlevel = [0.0, 0.1]\n"
    )
}

/// The program, about to sweep the config beside the folder.
fn program(folder: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_logitdist"));
    let (config, out) = (folder.join("config.toml"), folder.join("results/of/a/sweep"));
    program.args(["sweep", &trace::absolute(&config), "--threads", "2", "--out", &trace::absolute(&out)]);
    program
}

/// What a finished folder must hold to the byte. Journals and manifests have times, and locks say nothing.
fn tables(folder: &Path) -> BTreeMap<&'static str, Vec<u8>> {
    let read = |name| Some((name, fs::read(folder.join("results/of/a/sweep").join(name)).ok()?));
    ["rows.csv", "bounds.csv", "summary.csv", "config.toml"].into_iter().filter_map(read).collect()
}

/// Whether the manifest says that the tables are whole.
fn is_complete(folder: &Path) -> bool {
    let text = fs::read_to_string(folder.join("results/of/a/sweep/manifest.json")).unwrap_or_default();
    text.contains("\"status\": \"complete\"")
}

fn sweep_again(folder: &Path) {
    let options = SweepOptions {
        config: folder.join("config.toml"),
        out: Some(folder.join("results/of/a/sweep")),
        threads: Some(1),
        ..SweepOptions::default()
    };
    sweep(&options).unwrap();
}

/// Crashes a traced sweep at many moments. `before` are the tables that were there first, if there were any.
fn crash_and_resume(disk: &Disk, folder: &Path, before: Option<&BTreeMap<&'static str, Vec<u8>>>) {
    let after = tables(folder);
    assert_eq!(after.len(), 4);
    assert!(disk.ops.len() >= CUTS, "only {} changes are in the trace", disk.ops.len());
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    for moment in 0..CUTS {
        let cut = (moment + 1) * disk.ops.len() / CUTS;
        for survival in [Survival::None, Survival::Some] {
            let crashed = tempfile::tempdir().unwrap();
            let crashed = crashed.path();
            disk.crash(cut, survival, &mut rng, crashed);
            let found = tables(crashed);
            if is_complete(crashed) {
                assert!(
                    found == after || Some(&found) == before,
                    "{survival:?} before change {cut}: a manifest of other tables"
                );
            }
            sweep_again(crashed);
            assert!(
                tables(crashed) == after && is_complete(crashed),
                "{survival:?} before change {cut} of {}",
                disk.ops.len()
            );
        }
    }
    // A run that has ended has lost nothing.
    let crashed = tempfile::tempdir().unwrap();
    disk.crash(disk.ops.len(), Survival::None, &mut rng, crashed.path());
    let is_lock = |name: &str| name.ends_with(".lock");
    assert_eq!(
        Disk::of(crashed.path()).files(is_lock),
        Disk::of(folder).files(is_lock),
        "lost after the end"
    );
    assert_eq!(disk.files(is_lock), Disk::of(folder).files(is_lock), "the trace lacks a change");
}

fn traced(folder: &Path) -> Option<Disk> {
    if !trace::is_possible() {
        // Past the harness, which keeps what a test that passes prints.
        std::io::stderr()
            .write_all(b"SKIPPED: crashes: strace is missing or may not trace (apt-get install strace)\n")
            .unwrap();
        return None;
    }
    let mut disk = Disk::of(folder);
    trace::run(&mut program(folder), &mut disk);
    Some(disk)
}

#[test]
fn a_new_sweep_resumes_after_a_crash_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    fs::write(folder.join("config.toml"), config(3)).unwrap();
    let Some(disk) = traced(&folder) else { return };
    crash_and_resume(&disk, &folder, None);
}

#[test]
fn a_sweep_that_goes_on_with_an_older_one_does_so_after_a_crash_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    fs::write(folder.join("config.toml"), config(2)).unwrap();
    sweep_again(&folder);
    let before = tables(&folder);
    fs::write(folder.join("config.toml"), config(4)).unwrap();
    let Some(disk) = traced(&folder) else { return };
    crash_and_resume(&disk, &folder, Some(&before));
}
