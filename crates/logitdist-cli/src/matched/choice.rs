//! What `--labels` and `--inputs` may be.

use anyhow::{Context, bail, ensure};
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;

/// Which labels, or which inputs, are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// All, by name; the models must have the same.
    Match,
    /// Those that both models have, by name.
    Common,
    /// All, in the order of the files, whatever their names.
    Order,
    /// Those at these positions, in both models.
    At(Positions),
    /// Those that a file lists.
    Listed(PathBuf),
    /// Those at these positions, in both models.
    Rows(Vec<usize>),
    /// Those of these names, in both models.
    Named(Vec<String>),
}

/// Positions from 0, or all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Positions {
    ranges: Vec<Range<usize>>,
    are_left_out: bool,
}

impl FromStr for Choice {
    type Err = anyhow::Error;

    /// Reads `match`, `common`, `order`, positions such as `0:50257` or `-{3,128000:128256}`, or the path of a file.
    fn from_str(text: &str) -> anyhow::Result<Choice> {
        let is_positions = |text: &str| text.chars().all(|c| c.is_ascii_digit() || ":, ".contains(c));
        let left_out = text
            .strip_prefix('-')
            .map(|rest| rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest));
        Ok(match (text, left_out) {
            ("match", _) => Choice::Match,
            ("common", _) => Choice::Common,
            ("order", _) => Choice::Order,
            ("", _) => bail!("match, common, order, positions or a file is needed"),
            (_, Some(rest)) => Choice::At(Positions { ranges: ranges(rest)?, are_left_out: true }),
            (text, _) if is_positions(text) => {
                Choice::At(Positions { ranges: ranges(text)?, are_left_out: false })
            }
            (path, _) => Choice::Listed(path.into()),
        })
    }
}

/// `3`, `0:50257` and several of them with commas between.
fn ranges(text: &str) -> anyhow::Result<Vec<Range<usize>>> {
    let form = || {
        format!("`{text}`: positions are written 0:50257 or 3,7,10:20, counted from 0 and without the last")
    };
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|n| *n < usize::MAX);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for part in text.split(',') {
        let range = match part.split_once(':') {
            Some((start, end)) => number(start).with_context(form)?..number(end).with_context(form)?,
            None => {
                let one = number(part).with_context(form)?;
                one..one + 1
            }
        };
        ensure!(!range.is_empty(), form());
        let again = ranges.iter().find(|other| other.start < range.end && range.start < other.end);
        ensure!(
            again.is_none(),
            "`{text}`: position {} is named twice",
            again.map_or(0, |r| r.start.max(range.start))
        );
        ranges.push(range);
    }
    Ok(ranges)
}

impl Positions {
    /// The positions among `count`, in the order in which they are named.
    ///
    /// # Errors
    /// One that there is not, or none left.
    pub fn of(&self, count: usize) -> anyhow::Result<Vec<usize>> {
        if let Some(range) = self.ranges.iter().find(|range| range.end > count) {
            bail!("there is no position {}: there are {count}, counted from 0", range.end - 1);
        }
        if !self.are_left_out {
            return Ok(self.ranges.iter().cloned().flatten().collect());
        }
        let mut is_kept = vec![true; count];
        self.ranges.iter().for_each(|range| is_kept[range.clone()].fill(false));
        let kept: Vec<usize> = (0..count).filter(|&i| is_kept[i]).collect();
        ensure!(!kept.is_empty(), "all {count} are left out; at least one is needed");
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, count: usize) -> anyhow::Result<Vec<usize>> {
        match text.parse()? {
            Choice::At(positions) => positions.of(count),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn positions_are_taken_or_left_out() {
        assert_eq!(at("1:3", 5).unwrap(), [1, 2]);
        assert_eq!(at("4,0:2", 5).unwrap(), [4, 0, 1]);
        assert_eq!(at("-{1,3:5}", 6).unwrap(), [0, 2, 5]);
        assert_eq!(at("-2", 4).unwrap(), [0, 1, 3]);
    }

    #[test]
    fn words_and_files_are_told_from_positions() {
        let choice = |text: &str| text.parse::<Choice>().unwrap();
        assert_eq!(choice("match"), Choice::Match);
        assert_eq!(choice("common"), Choice::Common);
        assert_eq!(choice("order"), Choice::Order);
        assert_eq!(choice("7.txt"), Choice::Listed("7.txt".into()));
        assert_eq!(choice("./7"), Choice::Listed("./7".into()));
    }

    #[test]
    fn what_is_wrong_with_positions_is_said() {
        for (text, expected) in [
            ("", "is needed"),
            ("3:1", "are written"),
            ("2:2", "are written"),
            (":", "are written"),
            ("-{a}", "are written"),
            ("1,", "are written"),
            ("0:3,2", "position 2 is named twice"),
            ("0:9", "no position 8: there are 5"),
            ("-{0:5}", "all 5 are left out"),
            ("18446744073709551615", "are written"),
        ] {
            let error = at(text, 5).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
