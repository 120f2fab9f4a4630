//! Jackknife standard errors of any measure, from summaries of blocks of inputs.

use crate::error::Error;
use crate::summary::PairSummary;

/// A measure with its leave-one-block-out error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jackknife {
    /// The measure on all blocks.
    pub estimate: f64,
    /// `√((B−1)/B Σ (θ_(i) − θ̄)²)`, θ_(i) the measure without block i of B; ≥ 0, in the units of the measure.
    pub standard_error: f64,
}

/// The measure on all blocks and its jackknife standard error.
///
/// Summaries without one block come from merges of what lies before and after it, so B blocks cost about 3B merges and B + 1
/// evaluations. Blocks should hold about equally many inputs, drawn independently. Source: Quenouille 1949; Tukey 1958.
///
/// # Errors
/// [`Error::Option`] for fewer than two blocks; [`Error::Merge`] if they are not of the same models.
pub fn jackknife(blocks: &[PairSummary], measure: impl Fn(&PairSummary) -> f64) -> Result<Jackknife, Error> {
    let count = blocks.len();
    if count < 2 {
        return Err(Error::Option(format!("the jackknife needs at least 2 blocks of inputs, not {count}")));
    }
    // suffixes[i] summarises blocks i + 1 … B.
    let mut suffixes = vec![blocks[count - 1].clone()];
    for block in blocks[1..count - 1].iter().rev() {
        suffixes.push(block.merge(&suffixes[suffixes.len() - 1])?);
    }
    suffixes.reverse();
    let mut left_out = vec![measure(&suffixes[0])];
    let mut prefix = blocks[0].clone();
    for (i, block) in blocks.iter().enumerate().skip(1) {
        left_out.push(match suffixes.get(i) {
            Some(suffix) => measure(&prefix.merge(suffix)?),
            None => measure(&prefix),
        });
        prefix = prefix.merge(block)?;
    }
    let n = count as f64;
    let mean = left_out.iter().sum::<f64>() / n;
    let spread: f64 = left_out.iter().map(|x| (x - mean) * (x - mean)).sum();
    Ok(Jackknife { estimate: measure(&prefix), standard_error: ((n - 1.0) / n * spread).sqrt() })
}
