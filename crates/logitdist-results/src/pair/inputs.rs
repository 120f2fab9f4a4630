//! `inputs.csv`: the distances at each input, and where they are largest.

use super::comparison::PairComparison;
use super::lines::ParsedLines;
use crate::error::ResultsError;
use crate::number::or_blank;
use logitdist::PerInput;
use std::io::{self, Write};
use std::path::Path;

/// Columns of the file.
pub(crate) const COLUMNS: [&str; 4] = ["input", "d_logit_x", "kl_ab_x", "kl_ba_x"];

/// The distances at each input, under their tokens.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inputs {
    /// `d_logit_x` of every input; none where labels are masked, for it does not exist then.
    pub d_logit_x: Vec<f64>,
    /// `kl_ab_x` and `kl_ba_x` with their inputs, where they were computed.
    pub kl: Vec<(usize, [f64; 2])>,
}

impl Inputs {
    /// The distances that a comparison kept.
    pub fn of(per_input: &PerInput) -> Inputs {
        let PerInput { d_logit_x, probability_inputs, kl_ab_x, kl_ba_x } = per_input;
        let kl = kl_ab_x.iter().zip(kl_ba_x).map(|(&ab, &ba)| [ab, ba]);
        // A divergence beyond the range is in no file, and on no axis.
        let kl =
            probability_inputs.iter().copied().zip(kl).filter(|(_, kl)| kl.iter().all(|x| x.is_finite()));
        Inputs { d_logit_x: d_logit_x.clone(), kl: kl.collect() }
    }

    /// Writes a line per input; distances are blank where they were not computed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, n_inputs: usize, file: &mut impl Write) -> io::Result<()> {
        writeln!(file, "{}", COLUMNS.join(","))?;
        let mut divergences = self.kl.iter().peekable();
        for input in 0..n_inputs {
            let kl = divergences.next_if(|(of, _)| *of == input);
            let [ab, ba] = kl.map_or_else(Default::default, |(_, kl)| kl.map(or_blank));
            let d_logit = self.d_logit_x.get(input).map_or_else(String::new, |d| or_blank(*d));
            writeln!(file, "{input},{d_logit},{ab},{ba}")?;
        }
        Ok(())
    }

    /// Reads `inputs.csv`; it must have the inputs of the comparison.
    ///
    /// # Errors
    /// A file that cannot be read, is cut off, or is of another comparison.
    pub fn read(path: &Path, comparison: &PairComparison) -> Result<Inputs, ResultsError> {
        let lines = ParsedLines::read(path, &COLUMNS, |line| {
            let distance = |column: usize| match line.number(column)? {
                Some(x) if x < 0.0 => Err(format!("`{}` is {x}; a distance is at least 0", COLUMNS[column])),
                other => Ok(other),
            };
            Ok((line.count(0)?, distance(1)?, distance(2)?.zip(distance(3)?)))
        })?;
        if let Some(at) = (0..lines.lines.len()).find(|&i| lines.lines[i].0 != i) {
            let found = lines.lines[at].0;
            return Err(lines.error(at, format!("`input` is {found} and {at} is due; were lines lost?")));
        }
        let needed = comparison.count("n_inputs");
        if lines.lines.len() != needed {
            let found = lines.lines.len();
            return Err(lines.error_at_end(format!(
                "the file has {found} inputs and comparison.csv says {needed}; are both of the same run?"
            )));
        }
        let d_logit_x: Vec<f64> = lines.lines.iter().filter_map(|line| line.1).collect();
        if let Some(at) = lines.lines.iter().position(|line| line.1.is_none() && !d_logit_x.is_empty()) {
            return Err(lines.error(at, "`d_logit_x` is blank; a number is needed".into()));
        }
        let kl = lines.lines.iter().filter_map(|(input, _, kl)| kl.map(|(ab, ba)| (*input, [ab, ba])));
        Ok(Inputs { kl: kl.collect(), d_logit_x })
    }

    /// `kl_ab_x` or `kl_ba_x`, by the number of the direction.
    pub fn kl_values(&self, direction: usize) -> Vec<f64> {
        self.kl.iter().map(|(_, kl)| kl[direction]).collect()
    }

    /// The inputs at which the logit distance is largest, the first of equals first; those at distance 0 are none.
    pub fn worst_by_logit_distance(&self, count: usize) -> Vec<usize> {
        largest(self.d_logit_x.iter().copied().enumerate(), count)
    }

    /// The inputs at which a KL divergence is largest.
    pub fn worst_by_kl(&self, direction: usize, count: usize) -> Vec<usize> {
        largest(self.kl.iter().map(|(input, kl)| (*input, kl[direction])), count)
    }

    /// The KL divergences at an input, if they were computed.
    pub fn kl_at(&self, input: usize) -> Option<[f64; 2]> {
        let at = self.kl.binary_search_by_key(&input, |(of, _)| *of).ok()?;
        Some(self.kl[at].1)
    }
}

/// The keys of the largest positive values, in falling order.
fn largest(values: impl Iterator<Item = (usize, f64)>, count: usize) -> Vec<usize> {
    let mut positive: Vec<(usize, f64)> = values.filter(|(_, x)| *x > 0.0).collect();
    positive.sort_by(|x, y| y.1.total_cmp(&x.1));
    positive.into_iter().take(count).map(|(key, _)| key).collect()
}
