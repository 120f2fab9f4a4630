//! Which pair is given, and how its files are read.

use super::heads::Heads;
use super::single::Single;
use super::which::Which;
use crate::whole::from_one;
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use logitdist_io::{ArrayNames, Directions, Fold, INFLATION_LIMIT, ReadOptions, Source, Transpose};
use std::path::PathBuf;

/// The two models of a command line.
#[derive(Args)]
pub struct Given {
    /// The models A and B. The bounds are evaluated in both directions.
    #[arg(value_name = "MODEL", num_args = 0..=2)]
    pub models: Vec<PathBuf>,
    /// Arrays in files of their own.
    #[command(flatten)]
    pub single: Single,
    /// How they are read.
    #[command(flatten)]
    pub reading: Reading,
}

/// How the files of models A and B are read.
#[derive(Args)]
pub struct Reading {
    /// Other names of the arrays, for example embeddings=h,unembeddings=lm_head.weight.
    #[arg(long, value_name = "NAMES")]
    pub array_names: Option<ArrayNames>,
    /// Names of the arrays in B, if they differ from those in A.
    #[arg(long, value_name = "NAMES")]
    pub array_names_b: Option<ArrayNames>,
    /// Arrays stored with their axes exchanged, in both models. Shapes are never used to guess this.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ARRAY")]
    pub transpose: Vec<Transposed>,
    /// Exchanged arrays of B, if they differ from those of A; `none` if only A has any.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ARRAY")]
    pub transpose_b: Option<Vec<Transposed>>,
    /// Largest growth of a compressed array: one that claims more bytes for each compressed byte is refused, as a small file could fill
    /// the memory.
    #[arg(long, value_name = "TIMES", default_value_t = INFLATION_LIMIT, allow_negative_numbers = true, value_parser = from_one::<u64>)]
    pub inflation_limit: u64,
    /// Last layers.
    #[command(flatten)]
    pub heads: Heads,
    /// Which labels and inputs.
    #[command(flatten)]
    pub which: Which,
}

/// Which array of a model is stored the other way round.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Transposed {
    /// Embeddings are stored dimension × inputs.
    Embeddings,
    /// Unembeddings are stored dimension × labels.
    Unembeddings,
    /// No array of this model.
    None,
}

impl Given {
    /// The files and folders that are read.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        let named = self.models.iter().chain(self.reading.which.files()).cloned();
        named.chain(self.single.files())
    }

    /// Where each model is and how it is read. The single files of a side stand in for its MODEL.
    pub fn sources(&self) -> anyhow::Result<[(Source, ReadOptions); 2]> {
        let [a, b] = self.single.sources();
        let needed = usize::from(a.is_none()) + usize::from(b.is_none());
        if self.models.len() != needed {
            bail!(
                "{} model paths are given and {needed} needed: A and B, where --embeddings-a and --unembeddings-a \
                 stand for A, and --embeddings-b and --unembeddings-b for B, and --logits-a or --logits-b as well",
                self.models.len()
            );
        }
        let mut paths = self.models.iter().cloned().map(Source::Path);
        let mut next =
            |files: Option<Source>| files.or_else(|| paths.next()).context("a model path is missing");
        let (a, b) = (next(a)?, next(b)?);
        let logits = |source: &Source| match source {
            Source::Logits(path, _) => Some(path.clone()),
            _ => None,
        };
        if let (Some(a), Some(b)) = (logits(&a), logits(&b))
            && a == b
            && (a.as_os_str() == "-" || (a.exists() && !a.is_file() && !a.is_dir()))
        {
            bail!(
                "{} is given for A and for B, and can be read once: one of them needs another pipe or a file",
                a.display()
            );
        }
        let [options_a, options_b] = self.reading.options(self.single.zero_is_mask, self.single.rank);
        Ok([(a, options_a), (b, options_b)])
    }
}

impl Reading {
    /// How A is read, and how B is.
    pub fn options(&self, zero_is_mask: bool, rank: Option<usize>) -> [ReadOptions; 2] {
        let options = |names: ArrayNames, arrays: &[Transposed], fold: Fold| ReadOptions {
            names,
            transpose: Transpose {
                embeddings: arrays.contains(&Transposed::Embeddings),
                unembeddings: arrays.contains(&Transposed::Unembeddings),
            },
            flatten: self.which.flatten,
            zero_is_mask,
            find_head: self.heads.head.is_some(),
            fold,
            directions: Directions { rank, ..Directions::default() },
            inflation_limit: self.inflation_limit,
        };
        let names_a = self.array_names.clone().unwrap_or_default();
        let names_b = self.array_names_b.clone().unwrap_or_else(|| names_a.clone());
        let transpose_b = self.transpose_b.as_ref().unwrap_or(&self.transpose);
        let [fold_a, fold_b] = self.heads.folds();
        let options_a = options(names_a, &self.transpose, fold_a);
        [options_a, options(names_b, transpose_b, fold_b)]
    }
}
