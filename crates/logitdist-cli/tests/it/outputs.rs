//! Where commands write: never over what they read, and nothing if they fail.

use crate::{Files, logitdist, program};
use logitdist_testing::{npy_of, run, wait};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

const SWEEP: &str = "question = \"q\"\nexpected = \"e\"\n[model]\ndim = 2\nlabels = 4\ninputs = 8\n[perturbation.independent]\n";

/// Every file of a folder with its bytes.
fn all(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all(&path));
            found.insert(path, Vec::new());
        } else {
            let bytes = fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}

/// Files to train on, and a config that names them.
fn training(files: &Files) -> [String; 3] {
    let features: String = (0..40).map(|i| format!("{i},{}\n", i % 7)).collect();
    let labels: String = (0..40).map(|i| format!("{}\n", i % 2)).collect();
    let config = "[data]\nkind = \"files\"\nfeatures = \"x.csv\"\nlabels = \"y.csv\"\n[network]\nhidden = [3]\n[training]\nduration = { epochs = 1 }\n";
    [("t.toml", config), ("x.csv", &features), ("y.csv", &labels)]
        .map(|(name, text)| files.bytes(name, text.as_bytes()))
}

/// Other names of a file.
#[cfg(unix)]
fn names(files: &Files, path: &str) -> Vec<String> {
    let folder = Path::new(path).parent().unwrap();
    let extension = Path::new(path).extension().unwrap().to_str().unwrap();
    let [hard, soft] = ["hard", "soft"].map(|name| files.path(&format!("{name}.{extension}")));
    let _ = (fs::remove_file(&hard), fs::remove_file(&soft));
    fs::hard_link(path, &hard).unwrap();
    std::os::unix::fs::symlink(path, &soft).unwrap();
    let around =
        folder.join("..").join(folder.file_name().unwrap()).join(Path::new(path).file_name().unwrap());
    vec![path.to_owned(), around.to_str().unwrap().to_owned(), hard, soft]
}

#[cfg(unix)]
#[test]
fn no_output_replaces_an_input_by_any_name() {
    let files = Files::new();
    let (a, b) = (files.model("a.npz", 20, 5, 3), files.model("b.npz", 20, 5, 3));
    let probe = files.bytes("w.npy", &npy_of("(1, 3)", &[1.0; 3]));
    let [config, features, labels] = training(&files);
    let teacher = files.path("teacher.npz");
    logitdist(&["train", &config, "--out", &teacher]).ok();
    let network = files.path("n.npz");
    let before = all(files.folder.path());
    for (input, line) in [
        (&a, &["compare", &a, &b, "--out"][..]),
        (&b, &["compare", &a, &b, "--format", "json", "--out"]),
        (&probe, &["compare", &a, &b, "--probe", &probe, "--out"]),
        (&config, &["train", &config, "--out", &network, "--history"]),
        (&features, &["train", &config, "--out", &network, "--history"]),
        (&labels, &["train", &config, "--out", &network, "--history"]),
        (&teacher, &["distill", &teacher, "--loss", "kl", "--out"]),
        (&features, &["distill", &teacher, "--loss", "kl", "--out", &network, "--history"]),
    ] {
        for name in names(&files, input) {
            let line: Vec<&str> = line.iter().copied().chain([name.as_str()]).collect();
            logitdist(&line).refused(&[&name, "would be replaced; another name is needed"]);
        }
    }
    let folder = files.path("folder");
    fs::create_dir(&folder).unwrap();
    for (name, shape, rows) in [("embeddings", "(20, 3)", 20), ("unembeddings", "(5, 3)", 5)] {
        let values: Vec<f64> = (0..3 * rows).map(|i| f64::from(i * i % 11)).collect();
        files.bytes(&format!("folder/{name}.npy"), &npy_of(shape, &values));
    }
    let linked = files.path("linked");
    std::os::unix::fs::symlink(&folder, &linked).unwrap();
    let array = files.path("folder/embeddings.npy");
    logitdist(&["compare", &folder, &b, "--report", &linked]).refused(&["linked", "would be replaced"]);
    logitdist(&["compare", &folder, &b, "--out", &array]).refused(&["embeddings.npy", "would be replaced"]);
    let inside = files.path("r/comparison.csv");
    logitdist(&["compare", &a, &b, "--report", &files.path("r"), "--out", &inside]).refused(&["--report"]);
    // A folder takes no file's place, and that is said before anything is computed.
    let empty = files.path("empty");
    fs::create_dir(&empty).unwrap();
    for line in [
        &["compare", "typo", &b, "--out", &empty][..],
        &["matrix", "typo", &b, "--out", &empty],
        &["reduce", "typo", &b, "--out", &empty],
        &["budget", "typo", "--out", &empty],
    ] {
        logitdist(line).refused(&["it is a folder; the name of a file is needed"]);
    }
    fs::remove_dir(&empty).unwrap();
    let nowhere = files.path("no/such/folder.json");
    for line in [&["compare", "typo", &b, "--out", &nowhere][..], &["matrix", "typo", &b, "--out", &nowhere]]
    {
        logitdist(line).refused(&["there is no folder", "no/such"]);
    }
    let after = all(files.folder.path());
    assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)));
    assert!(!after.contains_key(Path::new(&network)) && !Path::new(&files.path("r")).exists());
}

#[cfg(unix)]
#[test]
fn a_report_does_not_replace_its_tables_through_links() {
    let files = Files::new();
    let (config, out) = (files.bytes("s.toml", SWEEP.as_bytes()), files.path("out"));
    logitdist(&["sweep", &config, "--out", &out]).ok();
    fs::create_dir(files.path("out/plots")).unwrap();
    for (link, target) in [("out/report.html", "rows.csv"), ("out/plots/tightness.svg", "../bounds.csv")] {
        std::os::unix::fs::symlink(target, files.path(link)).unwrap();
        let before = all(files.folder.path());
        logitdist(&["report", &out]).refused(&[link, "would be replaced"]);
        assert!(all(files.folder.path()) == before);
        fs::remove_file(files.path(link)).unwrap();
    }
    logitdist(&["report", &out]).ok();
}

#[test]
fn a_comparison_that_fails_leaves_the_older_report_and_result() {
    let files = Files::new();
    let a = files.model("a.npz", 30, 6, 3);
    let b = files.model_with_phase("b.npz", [30, 6, 3], 0.3);
    let fewer = files.model("fewer.npz", 29, 6, 3);
    let (report, out) = (files.path("r"), files.path("out.txt"));
    logitdist(&["compare", &a, &b, "--report", &report, "--out", &out]).ok();
    fs::write(files.path("r/mine.txt"), "mine").unwrap();
    let blocked = files.path("blocked");
    fs::create_dir_all(files.path("blocked/report.html")).unwrap();
    let before = all(files.folder.path());
    for line in [
        &["compare", "typo", &b, "--report", &report, "--out", &out][..],
        &["compare", &a, &fewer, "--report", &report, "--out", &out],
        &["compare", &a, &b, "--report", &report, "--out", &out, "--llv-labels", "0,0"],
        &["compare", &a, &b, "--report", &report, "--out", &files.path("no/such/folder")],
        &["compare", &a, &b, "--report", &blocked, "--out", &out],
        &["compare", &a, &fewer, "--report", &files.path("new/folder")],
    ] {
        logitdist(line).refused(&[]);
        assert!(all(files.folder.path()) == before, "{line:?}");
    }
    logitdist(&["compare", &b, &a, "--report", &report, "--out", &out]).ok();
    let after = all(files.folder.path());
    assert!(before.keys().eq(after.keys()), "the files are the same ones");
    for name in ["r/comparison.csv", "r/report.html", "out.txt"] {
        let path = PathBuf::from(files.path(name));
        assert_ne!(before[&path], after[&path], "{name}");
    }
    assert_eq!(fs::read_to_string(files.path("r/mine.txt")).unwrap(), "mine");
}

#[test]
fn a_sweep_replaces_nothing_that_no_sweep_has_written() {
    let files = Files::new();
    let config = files.bytes("s.toml", SWEEP.as_bytes());
    let (mine, out) = (files.path("mine"), files.path("out"));
    fs::create_dir(&mine).unwrap();
    for name in ["rows.csv", "bounds.csv", "summary.csv", "failures.csv", "config.toml", "manifest.json"] {
        let file = files.bytes(&format!("mine/{name}"), b"mine");
        for more in [&[][..], &["--fresh"], &["--shard", "0/2"]] {
            let line: Vec<&str> = ["sweep", &config, "--out", &mine].iter().chain(more).copied().collect();
            logitdist(&line).refused(&[&file, "no journal of a sweep"]);
        }
        assert_eq!(all(Path::new(&mine)).into_values().collect::<Vec<_>>(), [b"mine"], "{name}");
        fs::remove_file(file).unwrap();
    }
    // Its own config may be that of the results, but only as it is.
    logitdist(&["sweep", &config, "--out", &out]).ok();
    let own = files.path("out/config.toml");
    let before = fs::read(&own).unwrap();
    for more in [&[][..], &["--fresh"]] {
        let line: Vec<&str> = ["sweep", &own, "--out", &out].iter().chain(more).copied().collect();
        logitdist(&line).ok();
    }
    for more in [&["--set", "seed=5"][..], &["--set", "seed=5", "--fresh"], &["--set", "replicates=2"]] {
        let line: Vec<&str> = ["sweep", &own, "--out", &out].iter().chain(more).copied().collect();
        logitdist(&line).refused(&["config.toml", "would be replaced"]);
    }
    assert_eq!(fs::read(&own).unwrap(), before);
    // Results whose journal was deleted go on with their own config, and otherwise with --fresh.
    fs::remove_dir_all(files.path("out/journal")).unwrap();
    logitdist(&["sweep", &config, "--out", &out, "--set", "seed=6"]).refused(&["--fresh"]);
    logitdist(&["sweep", &config, "--out", &out, "--set", "seed=6", "--fresh"]).ok();
    fs::remove_dir_all(files.path("out/journal")).unwrap();
    logitdist(&["sweep", &config, "--out", &out, "--set", "seed=6"]).ok();
    // A merge asks the same.
    let merged = files.path("merged");
    fs::create_dir(&merged).unwrap();
    let rows = files.bytes("merged/rows.csv", b"mine");
    logitdist(&["sweep", "merge", &merged, &out]).refused(&[&rows, "no journal of a sweep"]);
    assert_eq!(all(Path::new(&merged)).len(), 1);
}

#[cfg(unix)]
#[test]
fn a_sweep_stops_when_its_folder_is_removed_or_moved() {
    let files = Files::new();
    // Hours of work.
    let text = SWEEP.replace("inputs = 8", "inputs = 2000").replace("labels = 4", "labels = 500");
    let config = files.bytes("s.toml", format!("replicates = 100000\n{text}").as_bytes());
    for (name, moved) in [("removed", false), ("moved", true)] {
        let out = files.path(name);
        let mut command = program();
        command.args(["sweep", &config, "--out", &out, "--threads", "1"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let journal = Path::new(&out).join("journal/0-of-1.journal");
        let limit = Instant::now() + Duration::from_secs(120);
        while fs::metadata(&journal).map_or(0, |found| found.len()) < 10_000 {
            assert!(Instant::now() < limit, "the sweep does not begin");
            std::thread::sleep(Duration::from_millis(10));
        }
        if moved {
            fs::rename(&out, files.path("elsewhere")).unwrap();
        } else {
            fs::remove_dir_all(&out).unwrap();
        }
        wait(child).refused(&["0-of-1.journal", "was removed or moved"]);
        assert!(!Path::new(&out).exists(), "nothing is written where the folder was");
    }
    logitdist(&["sweep", "status", &files.path("elsewhere")]).ok();
}

#[test]
fn numbers_of_threads_and_times_have_limits() {
    let files = Files::new();
    let (a, config) = (files.model("a.npz", 20, 5, 3), files.bytes("s.toml", SWEEP.as_bytes()));
    let out = files.path("out");
    for line in [
        &["compare", &a, &a, "--threads", "10000"][..],
        &["sweep", &config, "--out", &out, "--threads", "10000"],
        &["sweep", "plan", &config, "--threads", "10000"],
        &["sweep", &config, "--out", &out, "--slurm", "--dry-run", "--cpus", "10000"],
    ] {
        logitdist(line).refused(&["10000", "from 1 to 1024"]);
    }
    for time in ["9999999999999999999", "9999999999999999999s", "87601h"] {
        let line = ["sweep", &config, "--out", &out, "--time-limit", time];
        logitdist(&line).refused(&[time, "the longest time is 87600h"]);
    }
    for time in ["9999999999999999999", "99999-0"] {
        let line = ["sweep", &config, "--out", &out, "--slurm", "--dry-run", "--time", time];
        logitdist(&line).refused(&[time, "at most 366 days"]);
    }
    let line = ["probe", &a, &a, "--labels", &a];
    for variable in ["RAYON_NUM_THREADS", "RAYON_RS_NUM_CPUS"] {
        run(program().env(variable, "99999").args(line)).refused(&[variable, "99999", "at most 1024"]);
        run(program().env(variable, "2").args(["compare", &a, &a])).ok();
    }
    assert!(!Path::new(&out).exists());
}
