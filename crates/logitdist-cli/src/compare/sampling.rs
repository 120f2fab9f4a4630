//! Whether intervals are computed, and from which blocks of inputs.

use super::arguments::Arguments;
use anyhow::{Context, bail};
use logitdist::{Pair, Settings, resampling_work};
use logitdist_io::{read_array, read_text_file};
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
    /// As it is wanted; and if nobody said so, on where it costs little for all pairs.
    pub fn of(pairs: &[Pair<'_>], settings: &Settings, wanted: Option<bool>) -> Sampling {
        let work: f64 = pairs.iter().map(|pair| resampling_work(pair, settings)).sum();
        let seconds = work / OPERATIONS_A_SECOND;
        match wanted {
            Some(is_on) => Sampling { is_on, note: None },
            None if seconds <= UNASKED_SECONDS => Sampling { is_on: true, note: None },
            None => {
                let note = format!(
                    "intervals and m_cca_cv were left out: they would take about {seconds:.0} s of one processor; --intervals asks for them"
                );
                Sampling { is_on: false, note: Some(note) }
            }
        }
    }
}

/// What the command line says of intervals; `needed_by` what cannot do without them.
pub fn wanted(arguments: &Arguments, needed_by: Option<&str>) -> anyhow::Result<Option<bool>> {
    if let Some(needed_by) = needed_by.filter(|_| arguments.no_intervals) {
        bail!("--no-intervals leaves out what {needed_by} needs: leave out one of the two");
    }
    let (on, off) = (arguments.intervals || needed_by.is_some(), arguments.no_intervals);
    Ok((on || off).then_some(on))
}

/// A whole number for each input, its group or its target: an `.npy` of them, or a text file with one in each line.
pub fn read_whole_numbers(path: &Path, what: &'static str) -> anyhow::Result<Vec<i64>> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy")) {
        let groups = read_array(path, what)?;
        if groups.nrows() != 1 && groups.ncols() != 1 {
            bail!(
                "{}: the {what}s are {} × {}; a whole number for each input is needed",
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
                    format!("{}: the {what} of input {i} is {x}; a whole number is needed", path.display())
                })
            })
            .collect();
    }
    let text = read_text_file(path).with_context(|| format!("{}: cannot be read", path.display()))?;
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
