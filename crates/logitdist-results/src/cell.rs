//! A cell of a sweep in memory.

use crate::bound::{BoundRow, BoundStatus, share};
use crate::row::{CellStatus, seed_text};
use logitdist::Direction;

/// A cell: a row of `rows.csv` with its rows of `bounds.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Names the cell, together with the run's seed.
    pub seed: u64,
    /// Position of its value on each axis; `None` where the parameter does not belong to its source.
    pub values: Vec<Option<usize>>,
    /// Replicate, from 0.
    pub replicate: String,
    /// Whether everything exists.
    pub status: CellStatus,
    /// Why not everything exists.
    pub reason: String,
    /// Its measures, `None` for those that do not exist.
    pub measures: Vec<Option<f64>>,
    /// Its bounds in both directions; of a cell outside the sample, the extreme ones only.
    pub evaluations: Vec<Evaluation>,
    /// Whether it belongs to the sample, rather than being here because it is extreme.
    pub sampled: bool,
}

impl Cell {
    /// The seed as it is written.
    pub fn id(&self) -> String {
        seed_text(self.seed)
    }
}

/// A bound of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// Position of the bound.
    pub bound: usize,
    /// Whose spectrum and labels it uses.
    pub direction: Direction,
    /// Whether it exists and says something.
    pub status: BoundStatus,
    /// Left-hand side; of a bound that certifies a correlation, the certified one.
    pub lhs: Option<f64>,
    /// Right-hand side; of a bound that certifies a correlation, the measured one.
    pub rhs: Option<f64>,
    /// lhs/rhs.
    pub tightness: Option<f64>,
    /// rhs − lhs, for lower bounds only.
    pub slack: Option<f64>,
    /// Whether it failed.
    pub violated: bool,
}

impl Evaluation {
    /// A bound without its texts.
    pub(crate) fn of(bound: usize, row: &BoundRow<'_>) -> Evaluation {
        Evaluation {
            bound,
            direction: row.direction,
            status: row.status,
            lhs: row.lhs,
            rhs: row.rhs,
            tightness: row.tightness,
            slack: row.slack,
            violated: row.is_violated(),
        }
    }

    /// certified/measured of a lower bound; `None` where what is measured is a rounding error.
    pub fn share(&self) -> Option<f64> {
        let (certified, measured) = self.slack.and(self.lhs).zip(self.rhs)?;
        share(certified, measured)
    }

    /// The correlation that is certified, at least 0, of a bound that certifies one.
    pub fn certified(&self) -> Option<f64> {
        self.slack.and(self.lhs).map(|lhs| lhs.max(0.0))
    }
}
