//! Whether intervals are computed, and from which blocks of inputs.

use super::arguments::Arguments;
use anyhow::{Context, bail};
use logitdist::{Pair, resampling_work};
use logitdist_io::read_matrix;
use std::fs;
use std::path::Path;

/// Work that is done without being asked for.
const UNASKED_SECONDS: f64 = 2.0;

/// Operations a second that two seconds are reckoned with: the same everywhere, so that the output is.
const OPERATIONS_A_SECOND: f64 = 1.4e10;

/// Whether intervals and values held out are computed, and what to say if they are not.
pub struct Sampling {
    pub is_on: bool,
    pub note: Option<String>,
}

impl Sampling {
    /// On if they were asked for or a gate needs them, off if they were not wanted, and else on where they cost little.
    pub fn of(arguments: &Arguments, pair: &Pair<'_>, needed: bool) -> anyhow::Result<Sampling> {
        if arguments.no_intervals && needed {
            bail!("--no-intervals leaves out what a gate needs: leave out one of the two");
        }
        if arguments.no_intervals {
            return Ok(Sampling { is_on: false, note: None });
        }
        let seconds = resampling_work(pair, arguments.blocks) / OPERATIONS_A_SECOND;
        if arguments.intervals || needed || seconds <= UNASKED_SECONDS {
            return Ok(Sampling { is_on: true, note: None });
        }
        let note = format!(
            "intervals and m_cca_cv were left out: they would take about {seconds:.0} s of one processor; --intervals asks for them"
        );
        Ok(Sampling { is_on: false, note: Some(note) })
    }
}

/// The group of each input: an `.npy` of whole numbers, or a text file with one in each line.
pub fn read_groups(path: &Path) -> anyhow::Result<Vec<i64>> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy")) {
        let groups = read_matrix(path)?;
        if groups.nrows() != 1 && groups.ncols() != 1 {
            bail!(
                "{}: the groups are {} × {}; a whole number for each input is needed",
                path.display(),
                groups.nrows(),
                groups.ncols()
            );
        }
        let all = groups.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<f64>>());
        return all
            .enumerate()
            .map(|(i, x)| {
                let is_whole = x.fract() == 0.0 && x.abs() < 9e15;
                is_whole.then_some(x as i64).with_context(|| {
                    format!("{}: the group of input {i} is {x}; a whole number is needed", path.display())
                })
            })
            .collect();
    }
    let text = fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let lines = text.lines().enumerate();
    lines
        .map(|(i, line)| {
            line.trim()
                .parse()
                .ok()
                .with_context(|| format!("{}, line {}: {line:?} is no whole number", path.display(), i + 1))
        })
        .collect()
}
