//! What can be said on the command line of many models.

use crate::compare::{Reading, Reducing, parse_blocks};
use crate::output::Format;
use clap::Args;
use logitdist::BLOCKS;
use logitdist_io::{Claims, Taken};
use logitdist_report::many::FILES;
use std::path::PathBuf;

/// Compare one model with many others and rank them; with --all, compare each with each.
///
/// The first MODEL is the reference, A in the words of the options below. Each of the others is a B: options that end in -b are of all of
/// them. A folder that is no model stands for the models in it, `step-9` before `step-10`, and the reference is not compared with itself
/// there. What the models have in common is read and factored once; every number is that of `logitdist compare A B`, which also has what is
/// missing here: targets, nulls, probes, gates and arrays in files of their own.
#[derive(Args)]
pub struct Arguments {
    /// The reference, and the others. With --all, any two or more.
    #[arg(value_name = "MODEL", required = true)]
    pub models: Vec<PathBuf>,
    /// Compare each model with each.
    #[arg(long)]
    pub all: bool,
    /// The others are checkpoints of one training run, in this order: --report draws how far they are over the steps, which are the last
    /// numbers in their names.
    #[arg(long)]
    pub sequence: bool,
    /// The measure by which the others are ranked, and which the table of --all shows.
    #[arg(long, value_name = "TOKEN", default_value = "d_logit")]
    pub by: String,
    /// Compute these alone, as for `logitdist compare` [default: d_logit, m_cca, KL divergence, agreement, and what the distributions
    /// certify].
    #[arg(long, value_delimiter = ',', value_name = "TOKENS")]
    pub only: Vec<String>,
    /// Print the square matrix of this measure alone, a row for each first model.
    #[arg(long, value_name = "TOKEN", requires = "all")]
    pub square: Option<String>,
    /// Compute intervals whatever they cost. Without this they are there where they take under two seconds or so for all pairs.
    #[arg(long, conflicts_with = "no_intervals")]
    pub intervals: bool,
    /// Leave intervals out.
    #[arg(long)]
    pub no_intervals: bool,
    /// Blocks of inputs that are left out one at a time for intervals.
    #[arg(long, value_name = "N", default_value_t = BLOCKS, allow_negative_numbers = true, value_parser = parse_blocks)]
    pub blocks: usize,
    /// The group of each input, as for `logitdist compare`.
    #[arg(long, value_name = "FILE")]
    pub groups: Option<PathBuf>,
    /// How to print the result. CSV has one number of one pair in each line: model_a,model_b,section,token,value,low,high,reason.
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// Write the result to a file instead of standard output. The file appears whole or not at all.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Make a page with pictures: report.html in this folder, with its pictures and CSV files.
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Take a label whose probability is 0 at some inputs for a masked one, as for `logitdist compare`.
    #[arg(long)]
    pub zero_is_mask: bool,
    /// How files are read.
    #[command(flatten)]
    pub reading: Reading,
    /// What decides how the inputs are reduced.
    #[command(flatten)]
    pub reducing: Reducing,
}

impl Arguments {
    /// Claims the outputs of a command that reads these models.
    pub fn claim_outputs(&self, models: &[PathBuf]) -> Result<(), Taken> {
        let named = self.reading.which.files().chain(&self.groups);
        let files: Vec<&PathBuf> = models.iter().chain(named).collect();
        let mut claims = Claims::reading(files.iter().map(|path| path.as_path()));
        if let Some(folder) = &self.report {
            claims.write("--report", folder)?;
            claims.write_in("--report", folder, FILES)?;
            // The names of squares and pictures follow from what there is.
            claims.fill("--report", folder);
        }
        self.out.iter().try_for_each(|out| claims.write_file("--out", out))
    }

    /// What is said of intervals; nothing if nothing is.
    pub fn wants_intervals(&self) -> Option<bool> {
        (self.intervals || self.no_intervals).then_some(self.intervals)
    }
}
