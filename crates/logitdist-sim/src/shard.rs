//! Shards: which cells each of several processes computes.

use std::fmt;

/// Shard `index` of `count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 0 to `count` − 1.
    pub index: usize,
    /// At least 1.
    pub count: usize,
}

/// Variables with which schedulers number their processes, from 0.
const INDEX_VARIABLES: [&str; 2] = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"];

impl Shard {
    /// Everything: one process.
    pub const WHOLE: Shard = Shard { index: 0, count: 1 };

    /// Reads `I/N`. For `auto/N` the index is a scheduler's variable, which `variable` looks up.
    ///
    /// # Errors
    /// Another form, an index that is too large, or no such variable; in words.
    pub fn parse(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
        const FORM: &str = "the form is I/N, for example 0/4 to 3/4, or auto/4 inside a job array";
        let (index, count) = text.split_once('/').ok_or(FORM)?;
        let count: usize = count.parse().map_err(|_| FORM)?;
        let index = match index {
            "auto" => {
                let found =
                    INDEX_VARIABLES.iter().find_map(|name| variable(name).map(|value| (*name, value)));
                let (name, value) = found.ok_or_else(|| {
                    format!("auto needs {} in the environment; {FORM}", INDEX_VARIABLES.join(" or "))
                })?;
                value.parse().map_err(|_| format!("{name} is {value:?}, which is no number"))?
            }
            index => index.parse().map_err(|_| FORM)?,
        };
        if index >= count {
            return Err(format!("shard {index} of {count}: shards count from 0 to N - 1; {FORM}"));
        }
        Ok(Shard { index, count })
    }

    /// Whether this shard has a unit: a cell, or a combination if replicates are added as needed.
    pub fn contains(&self, unit: usize) -> bool {
        Shard::owner(unit, self.count) == self.index
    }

    /// How many of the units 0 to `units` − 1 this shard has.
    pub fn size(&self, units: usize) -> usize {
        let rows = units / self.count;
        rows + (rows * self.count..units).filter(|&unit| self.contains(unit)).count()
    }

    /// The index of the shard that has a unit.
    ///
    /// Every `count` units in a row go to different shards, in an order that shifts from row to row. Without the shift, an axis whose
    /// length divides the count would give all its slow cells to one shard.
    pub fn owner(unit: usize, count: usize) -> usize {
        (unit + unit / count) % count
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_in_one_shard_and_shares_are_even() {
        for count in [1, 2, 3, 4, 7, 64] {
            let mut sizes = vec![0usize; count];
            for unit in 0..1000 {
                let owners: Vec<usize> =
                    (0..count).filter(|&index| Shard { index, count }.contains(unit)).collect();
                assert_eq!(owners.len(), 1, "unit {unit} of {count}");
                sizes[owners[0]] += 1;
            }
            for (index, size) in sizes.iter().enumerate() {
                assert_eq!(Shard { index, count }.size(1000), *size, "{index}/{count}");
            }
            assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
        }
    }

    #[test]
    fn dear_cells_that_come_every_fourth_time_are_shared_by_four() {
        let dear = (0..400).step_by(4);
        let shard = Shard { index: 1, count: 4 };
        assert_eq!(dear.filter(|&unit| shard.contains(unit)).count(), 25);
    }

    #[test]
    fn texts_and_schedulers_are_understood_or_refused() {
        let none = |_: &str| None;
        assert_eq!(Shard::parse("2/4", none), Ok(Shard { index: 2, count: 4 }));
        assert_eq!(Shard { index: 2, count: 4 }.to_string(), "2/4");
        for name in INDEX_VARIABLES {
            let set = |asked: &str| (asked == name).then(|| "3".to_owned());
            assert_eq!(Shard::parse("auto/4", set), Ok(Shard { index: 3, count: 4 }));
        }
        for (text, message) in [
            ("4/4", "from 0 to N - 1"),
            ("1", "the form is"),
            ("a/4", "the form is"),
            ("0/0", "from 0 to N - 1"),
            ("-1/4", "the form is"),
            ("auto/4", "SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX"),
        ] {
            assert!(Shard::parse(text, none).unwrap_err().contains(message), "{text}");
        }
        assert!(Shard::parse("auto/4", |_| Some("x".into())).unwrap_err().contains("is \"x\""));
    }
}
