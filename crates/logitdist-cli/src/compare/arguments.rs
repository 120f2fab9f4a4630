//! What can be said on the command line of a comparison.

use super::given::Given;
use super::page;
use super::reducing::Reducing;
use crate::matched::Choice;
use crate::output::Format;
use crate::whole::from_zero;
use anyhow::{Context, bail};
use clap::{ArgAction, Args};
use logitdist::{BLOCKS, Subsets};
use logitdist_io::{Claims, Fold, Taken};
use std::path::PathBuf;

// Paragraphs are single lines: clap wraps them to the terminal.
/// What stands under the long help.
pub const EXPORTING: &str = "\
Exporting from PyTorch, with h the inputs of the last layer and head that layer:

    to_numpy = lambda t: t.detach().float().cpu().numpy()
    numpy.savez(\"model.npz\", embeddings=to_numpy(h),
                unembeddings=to_numpy(head.weight), bias=to_numpy(head.bias))

Both models must be evaluated on the same inputs and labels, in the same order or with names (arrays `inputs` and `labels`) by which they \
are matched; their dimensions may differ.

Where to look first: the output begins with an answer, and docs/verdict.md says what its words mean. `top1_agreement` and the \
percentiles of KL divergence say whether the predictions agree; `m_cca` beside `m_cca_null` and `d_ls_relative_ab` whether the \
representations do. `logitdist explain TOKEN` says what a number means.

Exit codes: 0 fine, 1 a bound was violated (a proof or this program is wrong), 2 bad usage or input, 4 a gate (--fail-if, --gate) was \
crossed.";

/// Compare two models: distances of the predictions, dissimilarities of the representations, and bounds between them.
///
/// A model is an .npz or .safetensors file with arrays `embeddings` (inputs × dimension), `unembeddings` (labels × dimension) and
/// perhaps `bias` (labels). A directory with these as .npy files works, too, and so do single .npy files, given by --embeddings-a and
/// so on. Entries may be f16, bf16, f32 or f64. Without embeddings, an array `logits`, `log_probabilities` or `probabilities` (inputs ×
/// labels) will do for what follows from the predictions.
#[derive(Args)]
#[command(after_long_help = EXPORTING)]
pub struct Arguments {
    /// The two models.
    #[command(flatten)]
    pub given: Given,
    /// Show the tables of bounds, too. JSON and CSV always have them.
    #[arg(long)]
    pub bounds: bool,
    /// Compute these alone and nothing that they do not need: tokens of measures and bounds, or the groups probability, d_rep, llv, baselines
    /// and bounds. What is left out changes no digit of the rest.
    #[arg(long, value_delimiter = ',', value_name = "TOKENS")]
    pub only: Vec<String>,
    /// Leave these out, and what nothing else needs.
    #[arg(long, value_delimiter = ',', value_name = "TOKENS")]
    pub skip: Vec<String>,
    /// The cheapest answer: d_logit, m_cca and what unrelated models would show of it, and KL and agreement on a sample of 500 inputs.
    #[arg(long, conflicts_with_all = ["only", "report"])]
    pub quick: bool,
    /// Exit with code 4 if a measure is so, for example 'kl_ab_q99 > 0.1' or 'low(top1_agreement) < 0.98'; low() and high() are the ends of
    /// its interval. A measure that does not exist for this pair counts as crossed.
    #[arg(long, value_name = "CONDITION", action = ArgAction::Append)]
    pub fail_if: Vec<String>,
    /// Gates from a TOML file: tables `[[gate]]` with `fail_if`, and perhaps `name` and `why`.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub gate: Vec<PathBuf>,
    /// Compute intervals and m_cca_cv whatever they cost. Without this they are there where they take under two seconds or so.
    #[arg(long, conflicts_with = "no_intervals")]
    pub intervals: bool,
    /// Leave intervals and m_cca_cv out.
    #[arg(long)]
    pub no_intervals: bool,
    /// Blocks of inputs that are left out one at a time for intervals and m_cca_cv.
    #[arg(long, value_name = "N", default_value_t = BLOCKS, allow_negative_numbers = true, value_parser = parse_blocks)]
    pub blocks: usize,
    /// The group of each input, such as the document it is from: an .npy, or a text file with a whole number in each line. Blocks never cut a
    /// group, so that intervals are right for inputs that depend on each other.
    #[arg(long, value_name = "FILE")]
    pub groups: Option<PathBuf>,
    /// The right label of each input, from 0, or -100 where there is none: an .npy, or a text file with one in each line. Shows how right both
    /// models are, and on which inputs that changes.
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,
    /// Show KL and agreement by tenths of the inputs, from those on which A is least sure of its answer.
    #[arg(long)]
    pub by_confidence: bool,
    /// A third model: shows for every measure how much further B is from A than this one, with the interval of the difference.
    #[arg(long, value_name = "MODEL")]
    pub against: Option<PathBuf>,
    /// Another run of A, such as one in another precision or from another seed: shows how often its distance from A fits into that of B.
    #[arg(long, value_name = "MODEL")]
    pub floor: Option<PathBuf>,
    /// Put b's inputs into another order so many times, and print what similarities that shows: what unrelated models would. Groups stay
    /// together; where neighbouring inputs depend on each other, b's are shifted.
    #[arg(long, value_name = "R", default_value_t = 0, allow_negative_numbers = true, value_parser = parse_null)]
    pub null: usize,
    /// How to print the result. CSV has one number in each line: section,token,side,value,reason.
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    /// Write the result to a file instead of standard output. The file appears whole or not at all.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Make a page with pictures, to send to a colleague: report.html in this folder, with its pictures and CSV files.
    #[arg(long, value_name = "DIR", conflicts_with = "only")]
    pub report: Option<PathBuf>,
    /// Label subsets for d_rep: `all`, or PIVOTSxSETS drawn at random [default: all up to 20000, else 100x200, fewer from dimension 80 on].
    #[arg(long, value_parser = parse_subsets, value_name = "all|PxS")]
    pub subsets: Option<Subsets>,
    /// What decides how the inputs are reduced.
    #[command(flatten)]
    pub reducing: Reducing,
    /// Summaries that `logitdist reduce` made of the inputs of A and B, or of other inputs of the same labels: what they hold is not computed
    /// again.
    #[arg(long, value_name = "SUMMARY", num_args = 1..)]
    pub summaries: Vec<PathBuf>,
    /// Pivot input and inputs of d_LLV [default: evenly spread ones].
    #[arg(long, value_delimiter = ',', value_name = "INPUTS", allow_negative_numbers = true, value_parser = from_zero::<usize>)]
    pub llv_inputs: Option<Vec<usize>>,
    /// Linear probes w·f + c of A: an .npy with a weight vector in each row, or an archive with arrays `weights` and perhaps `offsets`.
    /// Prints the error of carrying each over from B, how many of its decisions are kept, and what is certified of both.
    #[arg(long, value_name = "FILE")]
    pub probe: Option<PathBuf>,
    /// The last column of the .npy of --probe holds the offsets c, which are 0 otherwise.
    #[arg(long, requires = "probe")]
    pub probe_offset: bool,
}

impl Arguments {
    /// Refuses what needs whole distributions, where there are only lists of the most probable labels.
    pub fn check_for_lists(&self) -> anyhow::Result<()> {
        let (which, heads) = (&self.given.reading.which, &self.given.reading.heads);
        let asked = [
            ("--bounds", self.bounds),
            ("--only", !self.only.is_empty()),
            ("--skip", !self.skip.is_empty()),
            ("--quick", self.quick),
            ("--fail-if", !self.fail_if.is_empty()),
            ("--gate", !self.gate.is_empty()),
            ("--intervals", self.intervals),
            ("--groups", self.groups.is_some()),
            ("--targets", self.targets.is_some()),
            ("--by-confidence", self.by_confidence),
            ("--against", self.against.is_some()),
            ("--floor", self.floor.is_some()),
            ("--null", self.null > 0),
            ("--report", self.report.is_some()),
            ("--summaries", !self.summaries.is_empty()),
            ("--probe", self.probe.is_some()),
            ("--inputs-limit", self.reducing.inputs_limit.is_some()),
            ("--rank", self.given.single.rank.is_some()),
            ("--rows", which.rows.is_some()),
            ("--labels", which.labels != Choice::Match),
            ("--inputs", which.inputs != Choice::Match),
            ("--drop-nonfinite", which.drop_nonfinite),
            ("--flatten", which.flatten),
            ("--label-names-a", which.label_names_a.is_some()),
            ("--label-names-b", which.label_names_b.is_some()),
            ("--input-names-a", which.input_names_a.is_some()),
            ("--input-names-b", which.input_names_b.is_some()),
            ("--head", heads.head.is_some()),
            (
                "--logit-scale, --softcap or --normalise",
                heads.folds().iter().any(|fold| *fold != Fold::default()),
            ),
            ("--zero-is-mask", self.given.single.zero_is_mask),
        ];
        match asked.into_iter().find(|(_, asked)| *asked) {
            Some((option, _)) => bail!(
                "{option} needs whole distributions, and these models are given by lists of their most probable labels: leave it out"
            ),
            None => Ok(()),
        }
    }

    /// Refuses what needs the inputs, where there are only summaries of other files.
    pub fn check_without_inputs(&self) -> anyhow::Result<()> {
        let asked = [
            ("--intervals", self.intervals),
            ("--null", self.null > 0),
            ("--groups", self.groups.is_some()),
            ("--probe", self.probe.is_some()),
            ("--report", self.report.is_some()),
            ("--inputs-limit", self.reducing.inputs_limit.is_some()),
            ("--llv-labels", self.reducing.llv_labels.is_some()),
            ("--llv-inputs", self.llv_inputs.is_some()),
            ("--against", self.against.is_some()),
            ("--floor", self.floor.is_some()),
            ("--targets", self.targets.is_some()),
            ("--by-confidence", self.by_confidence),
        ];
        match asked.into_iter().find(|(_, asked)| *asked) {
            Some((option, _)) => bail!(
                "{option} needs the inputs, and these summaries are of other files than A and B, or were made without --part; those that `logitdist reduce --part` makes of A and B will do"
            ),
            None => Ok(()),
        }
    }

    /// Claims the outputs.
    ///
    /// # Errors
    /// One of them is an input, or another one.
    pub fn claim_outputs(&self) -> Result<(), Taken> {
        let own = [&self.probe, &self.groups, &self.targets, &self.against, &self.floor];
        let own = own.into_iter().flatten().chain(&self.gate).chain(&self.summaries);
        let files: Vec<PathBuf> = self.given.files().chain(own.cloned()).collect();
        let mut claims = Claims::reading(files.iter().map(PathBuf::as_path));
        if let Some(folder) = &self.report {
            claims.write("--report", folder)?;
            claims.write_in("--report", folder, page::FILES)?;
            claims.fill("--report", &folder.join(page::PICTURES));
        }
        self.out.iter().try_for_each(|out| claims.write_file("--out", out))
    }
}

pub fn parse_blocks(text: &str) -> anyhow::Result<usize> {
    let blocks = text.parse().ok().filter(|blocks| (3..=1000).contains(blocks));
    blocks.context("a whole number from 3 to 1000 is needed")
}

fn parse_null(text: &str) -> anyhow::Result<usize> {
    let count = text.parse().ok().filter(|count| *count == 0 || (100..=100_000).contains(count));
    count.context("a whole number from 100 to 100000 is needed, or 0 for none")
}

/// Reads `all` or `PIVOTSxSETS`.
///
/// # Errors
/// Neither of them.
pub fn parse_subsets(text: &str) -> anyhow::Result<Subsets> {
    if text == "all" {
        return Ok(Subsets::All);
    }
    let form = "the form is `all` or PIVOTSxSETS, for example 100x200, both at least 1";
    let (pivots, per_pivot) = text.split_once('x').context(form)?;
    match (pivots.parse(), per_pivot.parse()) {
        (Ok(pivots), Ok(per_pivot)) if pivots > 0 && per_pivot > 0 => {
            Ok(Subsets::Sampled { pivots, per_pivot })
        }
        _ => bail!(form),
    }
}
