//! Summaries of pairs as bytes: what one process reduced, another one merges.

use logitdist::{Labels, PairSummary, PartialSummary};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What the bytes begin with; the number grows when the form changes.
const MAGIC: &[u8] = b"logitdist summary 5\n";

/// Bytes of the hash after it.
const HASH: usize = 32;

/// Why bytes are no summary.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SummaryError {
    /// They begin otherwise.
    #[error("this is no summary, or one of another version of logitdist: make it again with this one")]
    Magic,
    /// They are not those that were written.
    #[error("the summary is cut off or damaged")]
    Damaged,
}

/// What a file of a summary holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SavedSummary {
    /// Inputs that were seen batch by batch, with the labels of the models.
    Batches(Box<PairSummary>),
    /// A share of a pair that was read from files, whose labels are known by a hash.
    Share {
        /// [`labels_hash`] of both models.
        labels: [u8; HASH],
        /// The labels themselves of each model that is given by its logits alone, if the files are a part of a larger whole: each part
        /// finds directions of its own.
        own: [Option<Box<Labels>>; 2],
        /// Where its first input stands in a larger whole, if its files are a part of one.
        rows_from: Option<u64>,
        /// What is left of its inputs.
        part: Box<PartialSummary>,
    },
}

/// The bytes of a summary.
pub fn summary_to_bytes(summary: &SavedSummary) -> Vec<u8> {
    let content = postcard::to_allocvec(summary).expect("a summary has lists of known lengths alone");
    let hash = blake3::hash(&content);
    [MAGIC, hash.as_bytes(), &content].concat()
}

/// The summary of bytes.
///
/// # Errors
/// The bytes are not those of [`summary_to_bytes`].
pub fn summary_from_bytes(bytes: &[u8]) -> Result<SavedSummary, SummaryError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(SummaryError::Magic)?;
    let (hash, content) = rest.split_at_checked(HASH).ok_or(SummaryError::Damaged)?;
    if blake3::hash(content).as_bytes() != hash {
        return Err(SummaryError::Damaged);
    }
    postcard::from_bytes(content).map_err(|_| SummaryError::Magic)
}

/// What stands for the labels of two models in a share.
pub fn labels_hash(a: &Labels, b: &Labels) -> [u8; HASH] {
    let mut hasher = blake3::Hasher::new();
    for labels in [a, b] {
        let g = &labels.unembeddings;
        let counts =
            [g.nrows(), g.ncols(), labels.masked.len()].into_iter().chain(labels.masked.iter().copied());
        counts.for_each(|count| {
            hasher.update(&(count as u64).to_le_bytes());
        });
        for column in g
            .col_iter()
            .map(|column| column.iter().copied().collect::<Vec<f64>>())
            .chain([labels.bias.clone()])
        {
            let bytes: Vec<u8> = column.iter().flat_map(|x| x.to_le_bytes()).collect();
            hasher.update(&bytes);
        }
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use logitdist::{LabelSide, Mat, Model, ModelRows, Pair, ProbabilityInputs, Settings, Share};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn a_summary_is_the_same_after_reading_and_damage_is_found() {
        let g = Mat::from_fn(5, 2, |y, j| ((3 * y + j) as f64).sin());
        let model = |shift: f64| {
            let f = Mat::from_fn(9, 2, |i, j| ((7 * i + 5 * j) as f64 + shift).cos());
            // A masked label makes a divergence infinite.
            Model::new(f, g.clone(), Some(vec![0.0, 1.0, 2.0, if shift > 0.0 { -2e9 } else { 0.0 }, 0.5]))
        };
        let (a, b) = (model(0.0).unwrap(), model(0.1).unwrap());
        let pair = Pair::new(&a, &b).unwrap();
        let labels = labels_hash(&a.labels(), &b.labels());
        assert_ne!(labels, labels_hash(&b.labels(), &a.labels()));
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let side = LabelSide::of(&pair);
        let part = PartialSummary::of(&pair, &side, &Settings::default(), Share::WHOLE, &mut rng, &|_, _| ());
        let batches = [ProbabilityInputs::None, ProbabilityInputs::All].map(|probability| {
            SavedSummary::Batches(Box::new(PairSummary::of(&pair, &probability, &[]).unwrap()))
        });
        for summary in batches.into_iter().chain([SavedSummary::Share {
            labels,
            own: [Some(Box::new(Labels::clone(&b.labels()))), None],
            rows_from: Some(3),
            part: Box::new(part.unwrap()),
        }]) {
            let bytes = summary_to_bytes(&summary);
            assert_eq!(summary_from_bytes(&bytes), Ok(summary));
            for at in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[at] ^= 0x20;
                assert!(summary_from_bytes(&damaged).is_err(), "byte {at}");
                assert!(summary_from_bytes(&bytes[..at]).is_err(), "cut at {at}");
            }
        }
    }
}
