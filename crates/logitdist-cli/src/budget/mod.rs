//! `logitdist budget`: how close another model must come for what is to be kept.

mod need;
mod picture;
mod table;

use crate::compare::{Transposed, read_probes};
use crate::output::{Beside, beside, to_stdout};
use crate::threads;
use crate::whole::from_one;
use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use logitdist::ModelRows;
use logitdist::bound::{Budgets, Decisions};
use logitdist_io::{
    ArrayNames, Claims, INFLATION_LIMIT, ReadOptions, Source, Transpose, open_model, visible,
};
use need::{Budget, Distance, Need, USUAL};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Say how close another model must come to MODEL for what you need to be certified.
///
/// For whoever is about to compress, distil or fine-tune a model. Each budget is the largest logit distance, the token d_logit of
/// `logitdist compare`, at which a theorem certifies what is asked for, whatever the other model is. Without any of --certify,
/// --agreement, --tv and --kl it is m_cca=0.95, an agreement of 0.99, a total variation distance of 0.01 and a KL divergence of 0.01.
#[derive(clap::Args)]
pub struct Arguments {
    /// The model, as for `logitdist compare`.
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// What is to be certified: m_cca, top1_agreement, tv or kl, and its value. May be given several times, as the next three may.
    #[arg(long, value_name = "TOKEN=VALUE", value_parser = Need::parse)]
    certify: Vec<Need>,
    /// The share of the inputs whose most probable label must stay; with --probe, whose decision must stay, too.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = Need::agreement)]
    agreement: Vec<Need>,
    /// The largest total variation distance.
    #[arg(long, value_name = "DISTANCE", allow_negative_numbers = true, value_parser = Need::tv)]
    tv: Vec<Need>,
    /// The largest KL divergence, in either direction, nats.
    #[arg(long, value_name = "NATS", allow_negative_numbers = true, value_parser = Need::kl)]
    kl: Vec<Need>,
    /// Linear probes of the model, as for `logitdist compare`.
    #[arg(long, value_name = "FILE")]
    probe: Option<PathBuf>,
    /// The last column of the .npy of --probe holds the offsets.
    #[arg(long, requires = "probe")]
    probe_offset: bool,
    /// Other names of the arrays, for example embeddings=h,unembeddings=lm_head.weight.
    #[arg(long, value_name = "NAMES")]
    array_names: Option<ArrayNames>,
    /// Arrays stored with their axes exchanged.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ARRAY")]
    transpose: Vec<Transposed>,
    /// Largest growth of a compressed array, as for `logitdist compare`.
    #[arg(long, value_name = "TIMES", default_value_t = INFLATION_LIMIT, allow_negative_numbers = true, value_parser = from_one::<u64>)]
    inflation_limit: u64,
    /// How to print the result.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Write the result to a file instead of standard output. The file appears whole or not at all.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Draw what is certified at every distance, with the budgets, into this .svg or .png.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Number of threads [default: all processors]. The result does not depend on it.
    #[arg(long, allow_negative_numbers = true, value_parser = threads::number)]
    threads: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// One object.
    Json,
}

/// What is printed.
struct Found {
    model: String,
    n_inputs: usize,
    n_labels: usize,
    dim: usize,
    /// √E‖u‖² of the centred logits.
    size: f64,
    budgets: Vec<Budget>,
}

impl Found {
    /// The budget that all others are within, if one limits and nothing is beyond certifying.
    fn tightest(&self) -> Option<(&Budget, f64)> {
        if self.lacks() {
            return None;
        }
        let limits = self.budgets.iter().filter_map(|budget| Some((budget, budget.distance.within()?)));
        limits.min_by(|(_, x), (_, y)| x.total_cmp(y))
    }

    /// Whether something is certified at no distance.
    fn lacks(&self) -> bool {
        self.budgets.iter().any(|budget| matches!(budget.distance, Distance::Never(_)))
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads.map_or(0, usize::from))
        .build()
        .context("the threads cannot be started")?;
    arguments.claim_outputs()?;
    arguments.check_probe()?;
    let (found, picture) = pool.install(|| evaluate(arguments))?;
    let text = match arguments.format {
        Format::Table => table::render(&found),
        Format::Json => format!("{:#}\n", json(&found)),
    };
    // All is written before anything is replaced.
    let picture = picture.map(|(path, bytes)| beside(path, &bytes)).transpose()?;
    let out = arguments.out.as_ref().map(|path| beside(path, text.as_bytes())).transpose()?;
    if out.is_none() {
        to_stdout(text.as_bytes())?;
    }
    picture.into_iter().chain(out).try_for_each(Beside::finish)?;
    Ok(ExitCode::SUCCESS)
}

type Drawn<'a> = Option<(&'a Path, Vec<u8>)>;

fn evaluate(arguments: &Arguments) -> anyhow::Result<(Found, Drawn<'_>)> {
    let has = |array| arguments.transpose.contains(&array);
    let transpose =
        Transpose { embeddings: has(Transposed::Embeddings), unembeddings: has(Transposed::Unembeddings) };
    let names = arguments.array_names.clone().unwrap_or_default();
    let options = ReadOptions {
        names,
        transpose,
        inflation_limit: arguments.inflation_limit,
        ..ReadOptions::default()
    };
    let model = open_model(&Source::Path(arguments.model.clone()), &options)?;
    ensure!(
        model.has_embeddings(),
        "{}: a budget needs embeddings and unembeddings, and the file has neither",
        arguments.model.display()
    );
    // Read before anything is computed: a wrong path should not cost a pass over the model.
    let probes = match &arguments.probe {
        Some(path) => read_probes(path, arguments.probe_offset)?,
        None => Vec::new(),
    };
    let budgets = Budgets::of(&model)?;
    let decisions = |(i, probe)| {
        let of_probe = budgets.probe(&model, probe);
        of_probe.with_context(|| format!("{}: row {i}", visible_path(arguments.probe.as_deref())))
    };
    let probes: Vec<Decisions> = probes.iter().enumerate().map(decisions).collect::<anyhow::Result<_>>()?;
    let found = Found {
        model: visible_path(Some(&arguments.model)),
        n_inputs: model.n_inputs(),
        n_labels: model.n_labels(),
        dim: model.dim(),
        size: budgets.size(),
        budgets: arguments.needs().into_iter().flat_map(|need| Budget::of(need, &budgets, &probes)).collect(),
    };
    let picture = arguments.picture.as_deref();
    let drawn = picture.map(|path| (path, picture::drawn(path, &found, &budgets, &probes)));
    Ok((found, drawn))
}

fn visible_path(path: Option<&Path>) -> String {
    path.map_or_else(String::new, |path| visible(&path.display().to_string()).into_owned())
}

impl Arguments {
    fn needs(&self) -> Vec<Need> {
        let given = [&self.certify, &self.agreement, &self.tv, &self.kl];
        let given: Vec<Need> = given.into_iter().flatten().copied().collect();
        if given.is_empty() { USUAL.to_vec() } else { given }
    }

    /// Probes that nothing asks about are a mistake.
    fn check_probe(&self) -> anyhow::Result<()> {
        let asked = self.needs().iter().any(|need| matches!(need, Need::Agreement(_)));
        ensure!(
            asked || self.probe.is_none(),
            "--probe: no share of its decisions is asked for; give --agreement, too"
        );
        Ok(())
    }

    fn claim_outputs(&self) -> anyhow::Result<()> {
        let read = [Some(self.model.as_path()), self.probe.as_deref()];
        let mut claims = Claims::reading(read.into_iter().flatten());
        if let Some(picture) = &self.picture {
            if !picture::ENDINGS.iter().any(|ending| picture.extension().is_some_and(|own| own == *ending)) {
                bail!("--picture {}: its name must end in .svg or .png", visible_path(Some(picture)));
            }
            claims.write_file("--picture", picture)?;
        }
        self.out.iter().try_for_each(|out| claims.write_file("--out", out))?;
        Ok(())
    }
}

/// A budget that nothing limits, as JSON.
const NO_LIMIT: &str = "no limit";

fn json(found: &Found) -> Value {
    let budget = |budget: &Budget| {
        let mut object = Map::new();
        object.insert("token".into(), json!(budget.token));
        if let Some(probe) = budget.probe {
            object.insert("probe".into(), json!(probe));
        }
        object.insert(if budget.is_lower { "at_least" } else { "at_most" }.into(), json!(budget.asked));
        object.insert("by".into(), json!(budget.by));
        let in_units = |unit: f64| match budget.distance {
            Distance::Within(distance) => json!(Some(distance / unit).filter(|d| d.is_finite())),
            Distance::NoLimit(_) => json!(NO_LIMIT),
            Distance::Never(_) => Value::Null,
        };
        object.insert("d_logit".into(), in_units(1.0));
        object.insert("relative".into(), in_units(found.size));
        object.insert("per_label".into(), in_units((found.n_labels as f64).sqrt()));
        object.insert("lost_first".into(), json!(budget.lost_first));
        object.insert("reason".into(), json!(budget.distance.reason()));
        Value::Object(object)
    };
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "model": found.model,
        "n_inputs": found.n_inputs,
        "n_labels": found.n_labels,
        "dim": found.dim,
        "size": found.size,
        "budgets": found.budgets.iter().map(budget).collect::<Vec<_>>(),
        "d_logit": match found.tightest() {
            Some((_, distance)) => json!(distance),
            None if found.lacks() => Value::Null,
            None => json!(NO_LIMIT),
        },
    })
}
