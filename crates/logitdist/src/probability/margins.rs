//! How far a model's answers are from others: its two leading labels at every input.

use super::Kept;
use super::tile::Tiling;
use crate::error::Error;
use crate::label_side::LabelSide;
use crate::model::Pair;

/// The two labels of the largest logits at an input, the more probable first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin {
    /// The labels; the first twice if there is no other.
    pub labels: [usize; 2],
    /// The logit of the first less that of the second, nats; infinite for one label.
    pub gap: f64,
}

/// The margins of the first model of a pair at every input, in the order of the inputs: those of the pair's probability part. Memory:
/// a tile of logits per thread, and 24 bytes an input.
///
/// # Errors
/// [`Error::Unreadable`] if embeddings cannot be read.
pub(crate) fn margins(pair: &Pair<'_>, labels: &LabelSide) -> Result<Vec<Margin>, Error> {
    let kept = Kept::default();
    let tiling = Tiling { pair, labels, kept: &kept, near: false, watch: &|_, _| () };
    tiling.of_first(&(0..pair.n_inputs()).collect::<Vec<usize>>(), &margin)
}

fn margin(logits: &[f64]) -> Margin {
    let mut leading = [(0, f64::NEG_INFINITY); 2];
    for (y, &logit) in logits.iter().enumerate() {
        if logit > leading[0].1 {
            leading = [(y, logit), leading[0]];
        } else if logit > leading[1].1 {
            leading[1] = (y, logit);
        }
    }
    let [first, second] = leading;
    Margin { labels: [first.0, second.0], gap: first.1 - second.1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_largest_logits_are_found_wherever_they_are() {
        for (logits, labels, gap) in [
            (&[1.0, 4.0, 2.5][..], [1, 2], 1.5),
            (&[4.0, 1.0, 2.5], [0, 2], 1.5),
            (&[-3.0, -1.0, 2.0, 2.0], [2, 3], 0.0),
            (&[7.0], [0, 0], f64::INFINITY),
        ] {
            assert_eq!(margin(logits), Margin { labels, gap }, "{logits:?}");
        }
    }
}
