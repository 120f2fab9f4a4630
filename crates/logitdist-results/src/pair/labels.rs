//! `labels.csv`: the correlations between labels in both models, in the order in which they are shown.

use super::lines::ParsedLines;
use crate::error::ResultsError;
use crate::number::or_blank;
use logitdist::{LabelCorrelations, LabelGeometry};
use std::io::{self, Write};
use std::path::Path;

/// Columns of the file.
pub(crate) const COLUMNS: [&str; 4] = ["label", "other", "label_correlation_a", "label_correlation_b"];

/// Correlations between n labels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Labels {
    /// The labels, in the order of the pictures.
    pub labels: Vec<usize>,
    /// `label_correlation_a` and `label_correlation_b`: rows of n entries, `None` where a logit is constant.
    pub correlations: [Vec<Vec<Option<f64>>>; 2],
}

impl Labels {
    /// The correlations of a comparison.
    pub fn of(geometry: &LabelGeometry) -> Labels {
        let n = geometry.labels.len();
        let matrix =
            |own: &LabelCorrelations| (0..n).map(|i| (0..n).map(|j| own.get(i, j)).collect()).collect();
        Labels { labels: geometry.labels.clone(), correlations: [&geometry.a, &geometry.b].map(matrix) }
    }

    /// Writes a line per pair of labels; blank where a logit is constant.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, file: &mut impl Write) -> io::Result<()> {
        writeln!(file, "{}", COLUMNS.join(","))?;
        for (i, label) in self.labels.iter().enumerate() {
            for (j, other) in self.labels.iter().enumerate().skip(i) {
                let [a, b] = self.correlations.each_ref().map(|m| m[i][j].map_or_else(String::new, or_blank));
                writeln!(file, "{label},{other},{a},{b}")?;
            }
        }
        Ok(())
    }

    /// Reads `labels.csv`.
    ///
    /// # Errors
    /// A file that cannot be read, is cut off, or does not have every pair of its labels once.
    pub fn read(path: &Path) -> Result<Labels, ResultsError> {
        let lines = ParsedLines::read(path, &COLUMNS, |line| {
            let correlation = |column: usize| match line.number(column)? {
                Some(x) if x.abs() > 1.0 => {
                    Err(format!("`{}` is {x}; a correlation is between −1 and 1", COLUMNS[column]))
                }
                other => Ok(other),
            };
            Ok((line.count(0)?, line.count(1)?, [correlation(2)?, correlation(3)?]))
        })?;
        // The first label comes with every other, in order.
        let first = lines.lines.first().map(|line| line.0);
        let labels: Vec<usize> =
            lines.lines.iter().take_while(|line| Some(line.0) == first).map(|line| line.1).collect();
        let n = labels.len();
        let mut correlations = [0, 1].map(|_| vec![vec![None; n]; n]);
        let pairs = (0..n).flat_map(|i| (i..n).map(move |j| (i, j)));
        let mut count = 0;
        for (at, (i, j)) in pairs.enumerate() {
            let due = (labels[i], labels[j]);
            let Some((label, other, values)) = lines.lines.get(at) else {
                let message =
                    format!("the line of labels {} and {} is due; was the file cut off?", due.0, due.1);
                return Err(lines.error_at_end(message));
            };
            if (*label, *other) != due {
                let message = format!("the labels are {label} and {other}; {} and {} are due", due.0, due.1);
                return Err(lines.error(at, message));
            }
            for (matrix, value) in correlations.iter_mut().zip(values) {
                matrix[i][j] = *value;
                matrix[j][i] = *value;
            }
            count = at + 1;
        }
        if lines.lines.len() > count {
            return Err(lines.error(count, "every pair of labels is there already".into()));
        }
        Ok(Labels { labels, correlations })
    }

    /// The pairs of different labels whose correlations differ most, the largest difference first, with both correlations. Those that
    /// do not differ are none.
    pub fn most_differing(&self, count: usize) -> Vec<(usize, usize, [f64; 2])> {
        let [a, b] = &self.correlations;
        let n = self.labels.len();
        let mut pairs: Vec<(usize, usize, [f64; 2])> = (0..n)
            .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
            .filter_map(|(i, j)| Some((self.labels[i], self.labels[j], [a[i][j]?, b[i][j]?])))
            .filter(|(.., [a, b])| (a - b).abs() > 1e-9)
            .collect();
        pairs.sort_by(|x, y| (y.2[0] - y.2[1]).abs().total_cmp(&(x.2[0] - x.2[1]).abs()));
        pairs.truncate(count);
        pairs
    }
}
