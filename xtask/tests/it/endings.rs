//! Runs that end before they are done: signals, kill -9, full disks, lost permissions. The same command goes on.

use crate::{config, xtask};
use logitdist_testing::{Run, run, wait};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A sweep of half a second or so, of which a part can be told from the whole.
struct Study {
    folder: TempDir,
}

impl Study {
    fn new() -> Study {
        Study { folder: tempfile::tempdir().unwrap() }
    }

    fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, program: &Path, out: &Path, more: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(["sweep", &config("quickstart.toml"), "--set", "replicates=2", "--out"])
            .arg(out)
            .args(more);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, out: &str, more: &[&str]) -> Run {
        run(&mut self.command(&binary(), &self.out(out), more))
    }

    fn spawn(&self, out: &str, more: &[&str]) -> Child {
        self.command(&binary(), &self.out(out), more).spawn().unwrap()
    }

    fn tables(&self, out: &str) -> [Vec<u8>; 3] {
        ["rows.csv", "bounds.csv", "summary.csv"].map(|file| fs::read(self.out(out).join(file)).unwrap())
    }

    /// Waits until a run has something in its journal.
    fn wait_for_cells(&self, out: &str) {
        let journal = self.out(out).join("journal/0-of-1.journal");
        for _ in 0..3000 {
            if fs::metadata(&journal).is_ok_and(|file| file.len() > 20_000) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{} does not grow", journal.display());
    }
}

fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_xtask"))
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn signals_finish_the_cells_in_flight_and_the_same_command_goes_on() {
    let study = Study::new();
    study.run("whole", &[]).ok();
    for name in ["INT", "TERM"] {
        let child = study.spawn(name, &["--threads", "1"]);
        study.wait_for_cells(name);
        signal(&child, name);
        let said = wait(child).ended_with(3).stderr;
        assert!(said.contains("cells in flight are finished first"), "{said}");
        assert!(said.contains("interrupted: ") && said.contains("goes on"), "{said}");
        let manifest = fs::read_to_string(study.out(name).join("manifest.json")).unwrap();
        assert!(manifest.contains("\"status\": \"interrupted\""), "{manifest}");
        assert!(!study.out(name).join("rows.csv").exists());
        let status = xtask(&["sweep", "status", study.out(name).to_str().unwrap()]).ok();
        assert!(status.stdout.contains("interrupted"), "{}", status.stdout);
        study.run(name, &[]).ok();
        assert_eq!(study.tables(name), study.tables("whole"));
    }
}

#[test]
fn a_time_limit_ends_a_run_and_the_next_goes_on() {
    let study = Study::new();
    let limited = study.run("out", &["--time-limit", "1ms"]).ended_with(3);
    assert!(limited.stderr.contains("of 144 cells are done"), "{}", limited.stderr);
    study.run("out", &["--time-limit", "10m"]).ok();
    study.run("out", &["--time-limit", "10"]).refused(&["90s, 55m or 1h30m"]);
}

#[test]
fn a_run_that_is_killed_goes_on_and_gives_the_bytes_of_one_that_was_not() {
    let study = Study::new();
    study.run("whole", &["--threads", "1"]).ok();
    let mut child = study.spawn("out", &[]);
    study.wait_for_cells("out");
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    let status = xtask(&["sweep", "status", study.out("out").to_str().unwrap()]);
    assert!(status.stdout.contains("killed"), "{}", status.stdout);
    assert!(!study.out("out").join("manifest.json").exists());
    let again = study.run("out", &[]).ok();
    assert!(!again.stdout.contains("144 computed now"), "nothing was kept");
    assert_eq!(study.tables("out"), study.tables("whole"));
}

#[test]
fn two_processes_on_one_folder_do_not_meet() {
    let study = Study::new();
    let child = study.spawn("out", &["--threads", "1"]);
    study.wait_for_cells("out");
    // It holds the folder for as long as the others need to try.
    signal(&child, "STOP");
    let holder = format!("held by process {} on ", child.id());
    study.run("out", &[]).refused(&[&holder, "another shard"]);
    // --fresh must not take a running sweep's journal.
    study.run("out", &["--fresh"]).refused(&[]);
    signal(&child, "CONT");
    wait(child).ok();
}

#[test]
fn a_file_that_may_not_grow_ends_the_run_and_keeps_what_is_done() {
    // A limit on the size of files stands in for the end of the disk; the shell makes it an error and not a signal.
    let study = Study::new();
    study.run("whole", &[]).ok();
    let script = "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"";
    // In blocks of 512 bytes: the journal does not fit; then there are two journals already, and a table does not.
    for shard in ["0/2", "1/2"] {
        study.run("1700", &["--shard", shard]).ok();
    }
    for blocks in ["100", "1700"] {
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh", blocks]).arg(binary());
        command.args(study.command(&binary(), &study.out(blocks), &[]).get_args());
        let what = if blocks == "100" { ".journal: cannot write" } else { "bounds.csv: cannot write" };
        run(&mut command).refused(&[what, "make room"]);
        let left: Vec<String> = fs::read_dir(study.out(blocks))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !["journal", "config.toml", "schema.json"].contains(&name.as_str()))
            .collect();
        assert!(left.is_empty(), "half-written files are left: {left:?}");
        let again = study.run(blocks, &[]).ok();
        assert!(!again.stdout.contains("144 computed now"), "nothing was kept");
        assert_eq!(study.tables(blocks), study.tables("whole"));
    }
}

/// A tiny disk, `None` where this process may not mount one.
struct TinyDisk(PathBuf);

impl TinyDisk {
    fn new(path: PathBuf, size: &str) -> Option<TinyDisk> {
        fs::create_dir(&path).unwrap();
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(&path).output().ok()?;
        mount.status.success().then_some(TinyDisk(path))
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_is_full_ends_the_run_and_with_room_the_same_command_goes_on() {
    let study = Study::new();
    let Some(disk) = TinyDisk::new(study.out("disk"), "size=300k") else {
        eprintln!("a disk cannot be mounted here: the test of file sizes stands in for this one");
        return;
    };
    study.run("whole", &[]).ok();
    study.run("disk/out", &[]).refused(&["No space left", "make room"]);
    let grown = Command::new("mount").args(["-o", "remount,size=64M"]).arg(&disk.0).status().unwrap();
    assert!(grown.success());
    let again = study.run("disk/out", &[]).ok();
    assert!(!again.stdout.contains("144 computed now"), "nothing was kept");
    assert_eq!(study.tables("disk/out"), study.tables("whole"));
}

#[test]
fn a_permission_that_is_taken_away_midway_costs_nothing() {
    let study = Study::new();
    study.run("whole", &[]).ok();
    // No permission stops root, so as root the runs are somebody else's; the program goes where others may run it.
    let root =
        String::from_utf8(Command::new("id").arg("-u").output().unwrap().stdout).unwrap().trim() == "0";
    let program = study.out("program");
    fs::copy(binary(), &program).unwrap();
    let own = |mode: &str, path: &Path| {
        assert!(Command::new("chmod").arg(mode).arg(path).status().unwrap().success());
    };
    own("755", study.folder.path());
    fs::create_dir(study.out("out")).unwrap();
    own("777", &study.out("out"));
    let config = study.out("config.toml");
    fs::copy(crate::config("quickstart.toml"), &config).unwrap();
    own("644", &config);
    let command = || {
        let mut command = if root { Command::new("setpriv") } else { Command::new(&program) };
        if root {
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
        }
        command.arg("sweep").arg(&config).args(["--set", "replicates=2", "--threads", "1", "--out"]);
        command.arg(study.out("out")).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let child = command().spawn().unwrap();
    study.wait_for_cells("out");
    own("555", &study.out("out"));
    wait(child).refused(&["Permission denied", "restore the permission"]);
    run(&mut command()).refused(&["Permission denied"]);
    own("777", &study.out("out"));
    let again = run(&mut command()).ok();
    assert!(again.stdout.contains("; 0 computed now"), "every cell was kept");
    assert_eq!(study.tables("out"), study.tables("whole"));
}
