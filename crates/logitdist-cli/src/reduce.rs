//! `logitdist reduce`: a share of a comparison, on one of many machines.

use crate::compare::{Given, Reducing, rows_to_see};
use crate::models::Models;
use crate::output::to_stdout;
use crate::progress::Progress;
use crate::saved;
use crate::whole::from_zero;
use anyhow::{Context, ensure};
use logitdist::{KnownDirections, LabelSide, Labels, PartialSummary, Share};
use logitdist_io::{Claims, SavedSummary, labels_hash};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::path::PathBuf;
use std::process::ExitCode;

/// Reduce a share of the inputs of two models to a small file, on one of many machines.
///
/// `logitdist reduce A B --part 3/16 --out 3.summary` reads the third of sixteen parts of the inputs. When all parts are there,
/// `logitdist compare A B --summaries *.summary` prints what `logitdist compare A B` prints, to the last bit. If each machine has files of its
/// own, leave --part out; `compare --summaries` then takes the files' inputs in the order in which it is given them, or with --rows-from in
/// the order of their places. Labels must be in one order in all of them.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    given: Given,
    /// Which part of the inputs, and of how many [default: all, of files that may be a part of a larger whole].
    #[arg(long, value_name = "K/N", value_parser = parse_share)]
    part: Option<Share>,
    /// Place of the files' first input in a larger whole, from 0. `compare --summaries` then puts the files in their order, and refuses gaps
    /// and inputs that are there twice.
    #[arg(long, value_name = "OFFSET", allow_negative_numbers = true, value_parser = from_zero::<u64>, conflicts_with_all = ["part", "summaries"])]
    rows_from: Option<u64>,
    /// Join parts that were reduced before into a bigger one, in place of models.
    #[arg(long, value_name = "SUMMARY", num_args = 1.., conflicts_with_all = ["part", "models", "seed", "inputs_limit", "logits", "llv_labels"])]
    summaries: Vec<PathBuf>,
    /// The file that it becomes. It appears whole or not at all.
    #[arg(long, value_name = "SUMMARY")]
    out: PathBuf,
    #[command(flatten)]
    reducing: Reducing,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let read: Vec<PathBuf> = arguments.given.files().chain(arguments.summaries.iter().cloned()).collect();
    let mut claims = Claims::reading(read.iter().map(PathBuf::as_path));
    claims.write_file("--out", &arguments.out)?;
    let which = &arguments.given.reading.which;
    ensure!(
        arguments.rows_from.is_none() || !which.leaves_inputs_out(),
        "--rows-from counts the rows of whole files, and --rows, --inputs and --drop-nonfinite leave some out: leave out one of the two"
    );
    ensure!(
        arguments.given.single.rank.is_none() || arguments.part.is_some(),
        "--rank is of one file of logits: give --part, 1/1 for all of it, or leave --rank out"
    );
    let pool = arguments.reducing.pool()?;
    let Reduced { labels, own, part } = pool.install(|| {
        if arguments.summaries.is_empty() {
            return reduced(arguments);
        }
        let models = arguments.given.files().next();
        ensure!(models.is_none(), "--summaries joins what was reduced before: leave the models out");
        let (labels, part) = saved::join(&arguments.summaries)?;
        Ok(Reduced { labels, own: [None, None], part })
    })?;
    let state = if part.is_whole() { "all" } else { "some" };
    let said = format!("{}: {state} of {} inputs\n", arguments.out.display(), part.n_inputs());
    saved::write(
        &arguments.out,
        &SavedSummary::Share { labels, own, rows_from: arguments.rows_from, part: Box::new(part) },
    )?
    .finish()?;
    to_stdout(said.as_bytes()).map(|()| ExitCode::SUCCESS)
}

/// What becomes of a part.
struct Reduced {
    labels: [u8; 32],
    own: [Option<Box<Labels>>; 2],
    part: PartialSummary,
}

fn reduced(arguments: &Arguments) -> anyhow::Result<Reduced> {
    let (sources, asked) = (arguments.given.sources()?, arguments.given.reading.which.asked());
    let (models, _) = match arguments.part {
        Some(_) => Models::matched(sources, &asked)?,
        None => Models::matched_part(sources, &asked)?,
    };
    let pair = models.pair()?;
    let settings = arguments.reducing.settings();
    let progress = Progress::new(rows_to_see(&pair, &settings));
    let watch = |stage, rows| progress.watch(stage, rows);
    let labels = LabelSide::of(&pair);
    let mut rng = ChaCha8Rng::seed_from_u64(arguments.reducing.seed);
    let part = PartialSummary::of(
        &pair,
        &labels,
        &settings,
        arguments.part.unwrap_or(Share::WHOLE),
        &mut rng,
        &watch,
    )?;
    let hash = labels_hash(&labels.a, &labels.b);
    // Labels that are known by themselves need no directions.
    let finds = |labels: &Labels| labels.alone.is_some_and(|alone| alone.directions != KnownDirections::All);
    let own = [&labels.a, &labels.b].map(|labels| {
        let keeps = arguments.part.is_none() && finds(labels);
        keeps.then(|| Box::new(Labels::clone(labels)))
    });
    Ok(Reduced { labels: hash, own, part })
}

fn parse_share(text: &str) -> anyhow::Result<Share> {
    let form = "the form is K/N, for example 3/16";
    let (number, of) = text.split_once('/').context(form)?;
    Ok(Share::new(number.parse().ok().context(form)?, of.parse().ok().context(form)?)?)
}
