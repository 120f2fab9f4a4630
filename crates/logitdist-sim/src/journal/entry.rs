//! What the frames of a journal hold, as JSON.

use super::frame::{Frame, Kind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The start of a process. The cells that follow have their numbers in the grid of its config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Version of the numbers and columns.
    pub result_version: u32,
    /// Version of the program.
    pub version: String,
    /// Commit of the working tree that it ran in, if it was one.
    pub commit: Option<String>,
    /// Whether that tree had uncommitted changes.
    pub uncommitted_changes: Option<bool>,
    /// The config as run, overrides included.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub config: String,
    /// The shard, as `I/N`.
    pub shard: String,
    /// When it began, UTC.
    pub started: String,
    /// Name of the computer.
    pub host: String,
    /// Number of the process.
    pub process: u32,
    /// Threads used.
    pub threads: usize,
    /// The machine.
    pub machine: Machine,
}

/// The machine of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Operating system.
    pub os: String,
    /// Architecture.
    pub arch: String,
    /// The processor's name, where the system tells it.
    pub processor: Option<String>,
    /// Processors available to the program.
    pub available_processors: usize,
}

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

/// The orderly end of a process. A process that was killed has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// How it ended.
    pub ended: Ended,
    /// How long it took.
    pub seconds: f64,
    /// Number of cells that this process computed.
    pub cells: usize,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Nothing was left to do.
    Complete,
    /// A signal or the time limit stopped it.
    Interrupted,
    /// A cell failed, and the run was to end then.
    Failed,
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
