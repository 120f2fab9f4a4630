//! The `.npz` format: a zip archive of `.npy` entries, stored or deflated.

use crate::array::Array;
use crate::error::{Place, Problem, ReadError};
use crate::npy;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// So much may any compressed entry become.
const ALWAYS_READ: u64 = 16 << 20;

/// An open archive.
pub(crate) struct Npz {
    len: u64,
    /// Bytes believed for each compressed one.
    inflation_limit: u64,
    archive: ZipArchive<BufReader<File>>,
}

impl Npz {
    /// Opens the archive and reads its directory.
    pub(crate) fn open(path: &Path, inflation_limit: u64) -> Result<Npz, ReadError> {
        let place = Place::file(path);
        let (mut file, len) = npy::open_file(path, "an .npz file")?;
        let mut start = Vec::new();
        file.by_ref().take(2).read_to_end(&mut start).map_err(|e| place.error(Problem::Io(e)))?;
        if start != b"PK" {
            let found = match &start[..] {
                [] => "the file is empty".to_owned(),
                _ => format!("the file begins with \"{}\"", start.escape_ascii()),
            };
            return Err(place.error(Problem::Magic { found, needed: "an .npz file, beginning with PK," }));
        }
        let archive = ZipArchive::new(BufReader::new(file)).map_err(|e| place.error(zip_problem(e)))?;
        Ok(Npz { len, inflation_limit, archive })
    }

    /// Names of the arrays, sorted, without `.npy`.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .archive
            .file_names()
            .filter_map(Result::ok)
            .map(|name| name.strip_suffix(".npy").unwrap_or(&name).to_owned())
            .collect();
        names.sort();
        names
    }

    /// Whether a file is taken for an `.npz` archive, by its extension.
    pub(crate) fn is_npz(path: &Path) -> bool {
        path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npz"))
    }

    /// Reads an existing array to its end, where the checksum is verified.
    pub(crate) fn check(&mut self, place: &Place, name: &str) -> Result<(), ReadError> {
        let Some(index) = self.index(name) else { return Ok(()) };
        let mut entry = self.archive.by_index(index).map_err(|e| place.error(zip_problem(e)))?;
        io::copy(&mut entry, &mut io::sink()).map_err(|e| place.error(Problem::Io(e)))?;
        Ok(())
    }

    fn index(&self, name: &str) -> Option<usize> {
        let index = self.archive.index_for_name(&format!("{name}.npy"));
        index.or_else(|| self.archive.index_for_name(name))
    }

    /// Opens an array at `place`; `None` if there is none of that name.
    pub(crate) fn array(&mut self, place: Place, name: &str) -> Result<Option<Array<'_>>, ReadError> {
        let error = |e| place.error(zip_problem(e));
        let Some(index) = self.index(name) else {
            return Ok(None);
        };
        let mut entry = self.archive.by_index(index).map_err(error)?;
        let claimed = entry.size();
        let stored = entry.compression() == CompressionMethod::Stored;
        let compressed = entry.compressed_size();
        if !stored && claimed > ALWAYS_READ.max(compressed.saturating_mul(self.inflation_limit)) {
            let limit = self.inflation_limit;
            return Err(place.error(Problem::Inflation { claimed, compressed, limit }));
        }
        let offset = entry.data_start().filter(|_| stored);
        let found = if stored {
            // Stored data is part of the file, so it cannot claim more than the file has.
            claimed.min(self.len)
        } else {
            // A few bytes can claim to inflate to any size. So they are inflated once without being kept, only to count them.
            io::copy(&mut entry.by_ref().take(claimed.saturating_add(1)), &mut io::sink())
                .map_err(|e| place.error(Problem::Archive(format!("the compressed data is damaged: {e}"))))?
        };
        if found != claimed {
            return Err(place.error(Problem::Archive(format!(
                "the entry claims {claimed} bytes and there are {}{found}",
                if found > claimed { "at least " } else { "" }
            ))));
        }
        drop(entry);
        let entry = self.archive.by_index(index).map_err(error)?;
        npy::from_reader(place, Box::new(entry), found, offset).map(Some)
    }
}

/// Longest text read from an archive.
const LONGEST_TEXT: u64 = 1 << 24;

impl Npz {
    /// The text of an entry at `place`; `None` if there is none of that name.
    pub(crate) fn text(&mut self, place: &Place, name: &str) -> Result<Option<String>, ReadError> {
        let Some(index) = self.archive.index_for_name(name) else {
            return Ok(None);
        };
        let entry = self.archive.by_index(index).map_err(|e| place.error(zip_problem(e)))?;
        let mut text = String::new();
        entry
            .take(LONGEST_TEXT)
            .read_to_string(&mut text)
            .map_err(|e| place.error(Problem::Archive(format!("the text cannot be read: {e}"))))?;
        Ok(Some(text))
    }
}

fn zip_problem(error: ZipError) -> Problem {
    match error {
        ZipError::Io(e) if e.kind() != io::ErrorKind::UnexpectedEof => Problem::Io(e),
        other => Problem::Archive(other.to_string()),
    }
}
