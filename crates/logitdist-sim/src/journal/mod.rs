//! What a sweep has done so far, on the disk: written as cells finish, read when a sweep goes on, and the only source of its tables.

mod entry;
mod frame;
mod lock;
mod places;
mod reader;
mod store;
mod writer;

pub use entry::{CellRecord, End, Ended, Failure, Session};
pub use frame::{Frame, Kind, Scanner, Stretch};
pub use lock::Lock;
pub use places::{Place, Places};
pub use reader::Reader;
pub use store::Store;
pub use writer::{BETWEEN_SYNCS, Writer};

use crate::error::SimError;
use crate::shard::Shard;
use std::path::{Path, PathBuf};

/// The folder of the journals of a sweep's results.
pub fn folder(out: &Path) -> PathBuf {
    out.join("journal")
}

/// The journal of a shard.
pub fn path(out: &Path, shard: Shard) -> PathBuf {
    folder(out).join(format!("{}-of-{}.journal", shard.index, shard.count))
}

/// All journals of a sweep's results, in the order of their names.
///
/// # Errors
/// The folder is there but cannot be read.
pub fn all(out: &Path) -> Result<Vec<PathBuf>, SimError> {
    let folder = folder(out);
    let entries = match std::fs::read_dir(&folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|e| SimError::io("read the folder", &folder, e))?,
    };
    let mut journals = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| SimError::io("read the folder", &folder, e))?.path();
        if path.extension().is_some_and(|extension| extension == "journal") {
            journals.push(path);
        }
    }
    journals.sort();
    Ok(journals)
}
