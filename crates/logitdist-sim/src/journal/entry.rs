//! What the frames of a journal hold, as JSON.

use super::frame::{Frame, Kind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The result of a cell, ready for the tables: the part of each row after the coordinates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellRecord {
    /// Of `rows.csv`.
    pub row: String,
    /// Of `bounds.csv`.
    pub bounds: Vec<String>,
    /// Whether the combination of parameters has a comparison.
    pub applicable: bool,
    /// Tokens of violated bounds.
    pub violated: Vec<String>,
}

/// A cell that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong, and where for a panic.
    pub message: String,
}

impl Frame {
    /// A frame that belongs to no cell.
    pub fn of(kind: Kind, content: &impl Serialize) -> Frame {
        Frame::of_cell(kind, 0, 0, content)
    }

    /// A frame of a cell.
    pub fn of_cell(kind: Kind, cell: usize, identity: u64, content: &impl Serialize) -> Frame {
        let payload = serde_json::to_vec(content).expect("entries are plain data");
        Frame { kind, cell: cell as u64, identity, payload }
    }

    /// The content of a frame.
    ///
    /// # Errors
    /// It has another type, since another version of the program wrote it.
    pub fn content<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_slice(&self.payload).map_err(|e| e.to_string())
    }
}
