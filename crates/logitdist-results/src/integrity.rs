//! Whether a folder's tables are those that its run wrote: the manifest has their rows, bytes and hashes.

use crate::error::ResultsError;
use crate::manifest::Manifest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// The tables that a manifest vouches for. `summary.csv` is not among them: every report makes it again from `bounds.csv`.
const TABLES: [&str; 3] = ["rows.csv", "bounds.csv", "failures.csv"];

/// What a table was when it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableCheck {
    /// Lines after the header. (A field may hold a line end; then it is two lines.)
    pub rows: u64,
    /// Length.
    pub bytes: u64,
    /// BLAKE3 hash of the bytes, as hexadecimal digits.
    pub blake3: String,
}

/// The tables of a manifest, by the names of their files.
pub type TableChecks = BTreeMap<String, TableCheck>;

/// What to do with tables that are not those that the run wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damaged {
    /// An error.
    Refused,
    /// They are used, and what is wrong with them is said.
    Said,
}

impl TableCheck {
    /// The rows, bytes and hash of a file; `None` if there is none.
    fn of(path: &Path) -> Result<Option<TableCheck>, ResultsError> {
        let failed = |e| ResultsError::io("read", path, e);
        let mut file = match logitdist_io::open_file(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(failed)?.0,
        };
        let (mut hasher, mut block, mut lines, mut bytes) = (blake3::Hasher::new(), vec![0; 1 << 18], 0, 0);
        loop {
            let read = file.read(&mut block).map_err(failed)?;
            if read == 0 {
                break;
            }
            hasher.update(&block[..read]);
            lines += memchr::memchr_iter(b'\n', &block[..read]).count() as u64;
            bytes += read as u64;
        }
        Ok(Some(TableCheck {
            rows: lines.saturating_sub(1),
            bytes,
            blake3: hasher.finalize().to_hex().to_string(),
        }))
    }
}

/// The checks of the tables that are in a folder.
///
/// # Errors
/// A table cannot be read.
pub fn table_checks(folder: &Path) -> Result<TableChecks, ResultsError> {
    let mut checks = TableChecks::new();
    for name in TABLES {
        if let Some(check) = TableCheck::of(&folder.join(name))? {
            checks.insert(name.to_owned(), check);
        }
    }
    Ok(checks)
}

/// What is wrong with the tables of a folder, a sentence each; nothing if its manifest does not vouch for any.
///
/// # Errors
/// A table cannot be read, the manifest is not of a sweep or of a newer version, or there is damage and it is to be refused.
pub fn damage(folder: &Path, damaged: Damaged) -> Result<Vec<String>, ResultsError> {
    let path = folder.join("manifest.json");
    let text = match logitdist_io::read_text_file(&path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text.map_err(|e| ResultsError::io("read", &path, e))?,
    };
    let vouched = Manifest::parse(&path, &text)?.tables;
    let mut sentences = Vec::new();
    if vouched.is_empty() {
        return Ok(sentences);
    }
    for name in TABLES {
        let (written, found) = (vouched.get(name), TableCheck::of(&folder.join(name))?);
        let sentence = match (written, &found) {
            (None, None) => continue,
            (Some(written), Some(found)) if written == found => continue,
            (Some(_), None) => format!("{name} is missing"),
            (None, Some(_)) => format!("{name} is not of this run"),
            (Some(written), Some(found)) if written.rows != found.rows => {
                format!("{name} has {} rows and the run wrote {}", found.rows, written.rows)
            }
            (Some(written), Some(found)) => format!(
                "{name} has been changed since the run wrote it ({} bytes now, {} then)",
                found.bytes, written.bytes
            ),
        };
        sentences.push(sentence);
    }
    if damaged == Damaged::Refused && !sentences.is_empty() {
        return Err(ResultsError::Damaged { folder: folder.to_path_buf(), what: sentences.join("; ") });
    }
    Ok(sentences)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_of_a_table_is_found_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        let (rows, bounds) = ("a,b\n1,2\n3,4\n", "c\n5\n");
        write("rows.csv", rows);
        write("bounds.csv", bounds);
        // Without a manifest, or with one of an earlier version, there is nothing to compare with.
        assert_eq!(damage(folder, Damaged::Refused).unwrap(), [""; 0]);
        write("manifest.json", "{\"status\": \"complete\"}");
        assert_eq!(damage(folder, Damaged::Refused).unwrap(), [""; 0]);
        let checks = table_checks(folder).unwrap();
        assert_eq!((checks.len(), checks["rows.csv"].rows, checks["rows.csv"].bytes), (2, 2, 12));
        write("manifest.json", &serde_json::json!({ "tables": checks }).to_string());
        assert_eq!(damage(folder, Damaged::Refused).unwrap(), [""; 0]);
        for (text, said) in [
            ("a,b\n1,2\n", "rows.csv has 1 rows and the run wrote 2"),
            ("a,b\n1,2\n3,5\n", "rows.csv has been changed since the run wrote it (12 bytes now, 12 then)"),
            ("", "rows.csv has 0 rows and the run wrote 2"),
        ] {
            write("rows.csv", text);
            assert_eq!(damage(folder, Damaged::Said).unwrap(), [said]);
            let error = damage(folder, Damaged::Refused).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("--damaged"), "{error}");
        }
        write("rows.csv", rows);
        write("failures.csv", "x\n");
        assert_eq!(damage(folder, Damaged::Said).unwrap(), ["failures.csv is not of this run"]);
        std::fs::remove_file(folder.join("failures.csv")).unwrap();
        std::fs::remove_file(folder.join("bounds.csv")).unwrap();
        assert_eq!(damage(folder, Damaged::Said).unwrap(), ["bounds.csv is missing"]);
        write("bounds.csv", bounds);
        assert_eq!(damage(folder, Damaged::Refused).unwrap(), [""; 0]);
    }
}
