//! Models that are given by single files.

use anyhow::Context;
use clap::Args;
use logitdist_io::{LogitForm, Source, array_in_file};
use std::path::PathBuf;

/// Arrays in files of their own, in place of a MODEL.
#[derive(Args)]
pub struct Single {
    /// Embeddings of A as a file of their own, in place of a MODEL: an .npy, or FILE::ARRAY for an array of an .npz, a .safetensors, a
    /// model.safetensors.index.json or a model's folder.
    #[arg(long, value_name = "FILE", requires = "unembeddings_a")]
    pub embeddings_a: Option<PathBuf>,
    /// Unembeddings of A as a file of their own.
    #[arg(long, value_name = "FILE", requires = "embeddings_a")]
    pub unembeddings_a: Option<PathBuf>,
    /// Bias of A as a file of their own.
    #[arg(long, value_name = "FILE", requires = "embeddings_a")]
    pub bias_a: Option<PathBuf>,
    /// Logits of A (inputs × labels), or their log-probabilities, as a file of their own in place of a MODEL: then no embeddings are
    /// needed. `-` and named pipes are read once, as .npy, and kept in a temporary file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["embeddings_a", "unembeddings_a", "bias_a", "probabilities_a"])]
    pub logits_a: Option<PathBuf>,
    /// Probabilities of A (inputs × labels), as a single .npy file in place of a MODEL.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["embeddings_a", "unembeddings_a", "bias_a"])]
    pub probabilities_a: Option<PathBuf>,
    /// Embeddings of B as a file of their own, in place of a MODEL.
    #[arg(long, value_name = "FILE", requires = "unembeddings_b")]
    pub embeddings_b: Option<PathBuf>,
    /// Unembeddings of B as a file of their own.
    #[arg(long, value_name = "FILE", requires = "embeddings_b")]
    pub unembeddings_b: Option<PathBuf>,
    /// Bias of B as a file of their own.
    #[arg(long, value_name = "FILE", requires = "embeddings_b")]
    pub bias_b: Option<PathBuf>,
    /// Logits or log-probabilities of B, as for --logits-a.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["embeddings_b", "unembeddings_b", "bias_b", "probabilities_b"])]
    pub logits_b: Option<PathBuf>,
    /// Probabilities of B.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["embeddings_b", "unembeddings_b", "bias_b"])]
    pub probabilities_b: Option<PathBuf>,
    /// Take a label whose probability is 0 at some inputs for a masked one, at all inputs. It is an error otherwise; a probability of 0 at
    /// every input is a mask in any case.
    #[arg(long)]
    pub zero_is_mask: bool,
    /// Of logits alone, take the R largest directions in which they vary over the labels. Without this all that are beyond rounding are
    /// taken; of over 4096 labels at most 1014 are looked for.
    #[arg(long, value_name = "R", allow_negative_numbers = true, value_parser = rank)]
    pub rank: Option<usize>,
}

fn rank(text: &str) -> anyhow::Result<usize> {
    let rank = text.parse().ok().filter(|rank| (1..=100_000).contains(rank));
    rank.context("a whole number from 1 to 100000 is needed")
}

impl Single {
    /// Where the arrays of A, and of B, are, if single files are given.
    pub fn sources(&self) -> [Option<Source>; 2] {
        let of = |[f, g, bias, logits, probabilities]: [&Option<PathBuf>; 5]| match (
            f,
            g,
            logits,
            probabilities,
        ) {
            (Some(f), Some(g), ..) => {
                Some(Source::Files { embeddings: f.clone(), unembeddings: g.clone(), bias: bias.clone() })
            }
            (.., Some(logits), _) => Some(Source::Logits(logits.clone(), LogitForm::Logits)),
            (.., Some(probabilities)) => {
                Some(Source::Logits(probabilities.clone(), LogitForm::Probabilities))
            }
            _ => None,
        };
        [
            of([
                &self.embeddings_a,
                &self.unembeddings_a,
                &self.bias_a,
                &self.logits_a,
                &self.probabilities_a,
            ]),
            of([
                &self.embeddings_b,
                &self.unembeddings_b,
                &self.bias_b,
                &self.logits_b,
                &self.probabilities_b,
            ]),
        ]
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        let a =
            [&self.embeddings_a, &self.unembeddings_a, &self.bias_a, &self.logits_a, &self.probabilities_a];
        let b =
            [&self.embeddings_b, &self.unembeddings_b, &self.bias_b, &self.logits_b, &self.probabilities_b];
        a.into_iter().chain(b).flatten().map(|path| array_in_file(path).0)
    }
}
