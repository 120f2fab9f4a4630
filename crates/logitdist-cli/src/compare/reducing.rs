//! What decides how the inputs of a pair are reduced, whether here or on many machines.

use crate::threads::number;
use crate::whole::{from_one, from_zero};
use anyhow::Context;
use clap::{Args, ValueEnum};
use logitdist::{LogitPrecision, Settings};

/// Options that a comparison and the shares that it is made of have in common.
#[derive(Args)]
pub struct Reducing {
    /// Seed of all random choices: label subsets and sampled inputs.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = from_zero::<u64>)]
    pub seed: u64,
    /// Compute KL and its relatives on a random sample of this many inputs, with standard errors.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = from_one::<u64>)]
    pub inputs_limit: Option<u64>,
    /// Precision of the logits for KL and its relatives. f32 halves the time for a large vocabulary, and prints the largest error of a
    /// logit.
    #[arg(long, value_enum, default_value = "f64")]
    pub logits: Logits,
    /// Pivot label and labels of d_LLV, for example 0,3,5 [default: evenly spread ones].
    #[arg(long, value_delimiter = ',', value_name = "LABELS", allow_negative_numbers = true, value_parser = from_zero::<usize>)]
    pub llv_labels: Option<Vec<usize>>,
    /// Number of threads [default: all processors]. The result does not depend on it.
    #[arg(long, allow_negative_numbers = true, value_parser = number)]
    pub threads: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Logits {
    /// Double precision.
    F64,
    /// Single precision; sums are in double precision.
    F32,
}

impl Reducing {
    /// The threads that are asked for.
    ///
    /// # Errors
    /// They cannot be started.
    pub fn pool(&self) -> anyhow::Result<rayon::ThreadPool> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads.map_or(0, usize::from))
            .build()
            .context("the threads cannot be started")
    }

    /// The settings of a comparison with these options, and all else as usual.
    pub fn settings(&self) -> Settings {
        Settings {
            inputs_limit: self.inputs_limit.map(|n| usize::try_from(n).unwrap_or(usize::MAX)),
            logit_precision: match self.logits {
                Logits::F64 => LogitPrecision::F64,
                Logits::F32 => LogitPrecision::F32,
            },
            llv_labels: self.llv_labels.clone(),
            ..Settings::default()
        }
    }
}
