//! The folder that command lines run in: files good and bad to read, and what every file in it looks like.

use anyhow::{Context, ensure};
use logitdist::{Mat, Model};
use logitdist_io::write_npz;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Command;

const SWEEP: &str = "question = \"q\"\nexpected = \"e\"\nseed = 3\n[model]\ndim = [2, 3]\nlabels = 5\ninputs = 16\n\
                     [perturbation.noise_embeddings]\nlevel = [0.0, 1.0]\n";

const TRAIN: &str = "seed = 0\n[data]\nkind = \"spirals\"\npoints_per_arm = 24\n[network]\nhidden = [4]\ndim = 2\n\
                     activation = \"relu\"\n[training]\nduration = { epochs = 2 }\nbatch = 16\n";

/// Makes the files. Folders of results are made by the program itself.
pub fn make(folder: &Path, program: &dyn Fn(&Path, &[&str]) -> Command) -> anyhow::Result<()> {
    let inputs = folder.join("in");
    for name in ["in/arrays", "out", "tmp", "home"] {
        fs::create_dir_all(folder.join(name))?;
    }
    let write =
        |name: &str, bytes: &[u8]| fs::write(inputs.join(name), bytes).with_context(|| name.to_owned());
    models(&inputs)?;
    for name in ["pipe.npz", "pipe.npy", "pipe-sweep.toml", "pipe-train.toml"] {
        pipe(&inputs.join(name))?;
    }
    let good = fs::read(inputs.join("a.npz"))?;
    write("cut.npz", &good[..good.len() / 2])?;
    let mut flipped = good.clone();
    flipped[good.len() / 3] ^= 0x20;
    write("flipped.npz", &flipped)?;
    write("empty.npz", b"")?;
    write("text.npz", b"Dear diary\n")?;
    write("a.safetensors", &safetensors())?;
    write("cut.safetensors", &safetensors()[..60])?;
    let numbers =
        |count: usize, f: &dyn Fn(f64) -> f64| (0..count).map(|i| f(i as f64)).collect::<Vec<f64>>();
    let f = npy("(12, 2)", &numbers(24, &f64::sin));
    write("f.npy", &f)?;
    write("arrays/embeddings.npy", &f)?;
    let g = npy("(6, 2)", &numbers(12, &f64::cos));
    write("g.npy", &g)?;
    write("arrays/unembeddings.npy", &g)?;
    write("bias.npy", &npy("(6,)", &numbers(6, &f64::sqrt)))?;
    write("probe.npy", &npy("(2, 3)", &numbers(6, &f64::cos)))?;
    write("answers.npy", &npy("(12, 2)", &numbers(24, &|i| f64::from(i % 3.0 < 1.0))))?;
    write("digits.npy", &npy("(12,)", &numbers(12, &|i| i % 10.0)))?;
    write("mask.npy", &npy_of_type("|b1", "(12,)", &[1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1]))?;
    let names: Vec<u8> = "xyzuvw".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    write("labels.npy", &npy_of_type("<U1", "(6,)", &names))?;
    write("probabilities.npy", &npy("(12, 2)", &[0.5; 24]))?;
    fs::create_dir_all(inputs.join("checkpoint"))?;
    write(
        "checkpoint/model.safetensors.index.json",
        br#"{"weight_map": {"lm_head.weight": "gone.safetensors"}}"#,
    )?;
    write("names.txt", b"x\ny\nz\nu\nv\nw\n")?;
    write("vocab.json", br#"{"x": 0, "y": 1, "w": 3}"#)?;
    write("nan.npy", &npy("(12, 2)", &[f64::NAN; 24]))?;
    write("huge.npy", &npy("(1152921504606846976, 1)", &[0.0; 8]))?;
    write("cut.npy", &f[..40])?;
    write("sweep.toml", SWEEP.as_bytes())?;
    write("sweep-unknown.toml", format!("{SWEEP}[oracle]\nlevel = 1\n").as_bytes())?;
    write("sweep-broken.toml", &SWEEP.as_bytes()[..90])?;
    write("sweep-binary.toml", &good)?;
    write("train.toml", TRAIN.as_bytes())?;
    write("train-broken.toml", TRAIN.replace("spirals", "spiral").as_bytes())?;
    for words in [
        &["train", "in/train.toml", "--out", "in/teacher.npz"][..],
        &["sweep", "in/sweep.toml", "--out", "out/swept"],
        &["sweep", "in/sweep.toml", "--out", "out/half", "--shard", "0/2"],
        &["compare", "in/a.npz", "in/b.npz", "--report", "out/pair", "--out", "out/file"],
    ] {
        let output = program(folder, words).output()?;
        // A shard alone does not finish the sweep.
        let fine = output.status.success() || (words.contains(&"--shard") && output.status.code() == Some(3));
        ensure!(fine, "`{}` fails: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    copy(&folder.join("out/swept"), &folder.join("out/damaged"))?;
    let rows = fs::read(folder.join("out/damaged/rows.csv"))?;
    fs::write(folder.join("out/damaged/rows.csv"), &rows[..rows.len() / 2])?;
    let journal = folder.join("out/damaged/journal/0-of-1.journal");
    let mut bytes = fs::read(&journal)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    Ok(fs::write(journal, bytes)?)
}

/// A pipe that nobody writes to: whoever opens it waits for ever.
fn pipe(path: &Path) -> anyhow::Result<()> {
    let made = Command::new("mkfifo").arg(path).status().context("mkfifo cannot be started")?;
    ensure!(made.success(), "{}: no pipe can be made", path.display());
    Ok(())
}

fn models(inputs: &Path) -> anyhow::Result<()> {
    let model = |n: usize, k: usize, m: usize, phase: f64| {
        let embeddings = Mat::from_fn(n, m, |i, j| (phase + (i * m + j) as f64).sin());
        let unembeddings = Mat::from_fn(k, m, |y, j| (phase + (3 * y + 7 * j * j) as f64).cos());
        Model::new(embeddings, unembeddings, None)
    };
    for (name, n, k, m, phase) in [
        ("a", 12, 6, 3, 0.0),
        ("b", 12, 6, 2, 1.0),
        ("c", 12, 6, 3, 2.0),
        ("longer", 13, 6, 3, 0.0),
        ("one", 1, 1, 1, 0.0),
    ] {
        write_npz(&inputs.join(format!("{name}.npz")), &model(n, k, m, phase)?)?;
    }
    let constant = Model::new(Mat::zeros(12, 3), Mat::from_fn(6, 3, |_, _| 1.0), None)?;
    Ok(write_npz(&inputs.join("constant.npz"), &constant)?)
}

/// An `.npy` file; the numbers need not fill the shape.
fn npy(shape: &str, numbers: &[f64]) -> Vec<u8> {
    npy_of_type("<f8", shape, &numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>())
}

fn npy_of_type(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn safetensors() -> Vec<u8> {
    let header = "{\"embeddings\":{\"dtype\":\"F64\",\"shape\":[12,1],\"data_offsets\":[0,96]},\
                  \"unembeddings\":{\"dtype\":\"F64\",\"shape\":[6,1],\"data_offsets\":[96,144]}}";
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend((0..18).flat_map(|i| f64::from(i).sin().to_le_bytes()));
    bytes
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if entry.file_type()?.is_fifo() {
            pipe(&target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// What tells whether a file was written: its length, time, number and mode. Of a folder, that it is there.
pub type Looks = BTreeMap<PathBuf, Option<(u64, i64, i64, u64, u32)>>;

/// All that is in a folder, by its path from there.
pub fn looks(folder: &Path) -> anyhow::Result<Looks> {
    let mut found = Looks::new();
    let mut open = vec![PathBuf::new()];
    while let Some(inside) = open.pop() {
        for entry in fs::read_dir(folder.join(&inside))? {
            let entry = entry?;
            let path = inside.join(entry.file_name());
            let metadata = entry.path().symlink_metadata()?;
            let is_folder = metadata.is_dir();
            let m = &metadata;
            let look = (!is_folder).then(|| (m.len(), m.mtime(), m.mtime_nsec(), m.ino(), m.mode()));
            found.insert(path.clone(), look);
            if is_folder {
                open.push(path);
            }
        }
    }
    Ok(found)
}

/// What is new, gone or changed and belongs to none of the outputs.
pub fn foreign(before: &Looks, after: &Looks, outputs: &[PathBuf]) -> Vec<PathBuf> {
    let changed = after.iter().filter(|(path, look)| before.get(*path) != Some(*look)).map(|(path, _)| path);
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    // A folder above an output may be made for it.
    let belongs = |path: &PathBuf| {
        let is_folder = after.get(path) == Some(&None);
        outputs.iter().any(|output| path.starts_with(output) || (is_folder && output.starts_with(path)))
    };
    changed.chain(gone).filter(|path| !belongs(path)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_written_beside_the_outputs_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["kept", "changed", "gone"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let before = looks(folder.path()).unwrap();
        assert_eq!(foreign(&before, &looks(folder.path()).unwrap(), &[]), Vec::<PathBuf>::new());
        fs::remove_file(folder.path().join("gone")).unwrap();
        fs::write(folder.path().join("changed"), "longer than it was").unwrap();
        fs::create_dir_all(folder.path().join("out/1")).unwrap();
        fs::write(folder.path().join("out/1/new"), "").unwrap();
        fs::write(folder.path().join("out/2"), "").unwrap();
        let after = looks(folder.path()).unwrap();
        let found = foreign(&before, &after, &[PathBuf::from("out/1")]);
        assert_eq!(found, ["changed", "out/2", "gone"].map(PathBuf::from));
    }
}
