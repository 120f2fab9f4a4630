//! `logitdist train` and `logitdist distill`.

mod config;
pub mod distill;
mod progress;
mod result;

use anyhow::Context;
use logitdist_train::{DataSpec, Recipe, Task, train};
use progress::Progress;
use result::Output;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

// Paragraphs are single lines: clap wraps them to the terminal.
const CONFIG: &str = "\
A config names the data and may name everything else, for example

    seed = 0
    [data]
    kind = \"spirals\"                # or radial, digits, files (features = \"x.npy\", labels = \"y.csv\")
    points_per_arm = 200
    [network]
    hidden = [128, 128]             # widths of the hidden layers
    dim = 2                         # M, the dimension of the embedding
    activation = \"relu\"             # or leaky_relu, tanh
    dropout = 0.0                   # probability with which training sets a hidden value to 0
    head = { kind = \"linear\", bias = false }
    [training]
    duration = { epochs = 100 }     # or { steps = 15000 }
    batch = 256
    learning_rate = 1e-3

The same config gives the same file. Half of each class is trained on, a quarter validates, a quarter tests. \
configs/train/ has examples that take seconds.

Exit codes: 0 fine, 2 bad usage or input, or a training that diverged.";

/// Train a network on labels. The file holds the model, for `compare`, and the weights, for `distill`.
#[derive(clap::Args)]
#[command(after_long_help = CONFIG)]
pub struct Arguments {
    /// The config, for example configs/train/spirals.toml.
    config: PathBuf,
    /// Override a key of the config, for example `--set seed=1` or `--set "network.hidden=[64,64]"`. May be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    #[command(flatten)]
    output: Output,
}

/// Files that a training reads.
fn files<'a>(named: &'a Path, recipe: &'a Recipe) -> Vec<&'a Path> {
    let mut files = vec![named];
    if let DataSpec::Files(data) = &recipe.data {
        files.extend([data.features.as_path(), data.labels.as_path()]);
    }
    files
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let recipe = config::read(&arguments.config, &arguments.overrides)?;
    if recipe.training.loss.needs_teacher() {
        anyhow::bail!(
            "{}: `training.loss` compares with a teacher; train the teacher on cross_entropy, and then `logitdist distill TEACHER`",
            arguments.config.display()
        );
    }
    arguments.output.check(&files(&arguments.config, &recipe))?;
    let data = recipe.data.load().with_context(|| arguments.config.display().to_string())?;
    result::note_constant_features(&data.train);
    let task = Task { train: &data.train, validation: Some(&data.validation), teacher: None };
    let mut progress = Progress::new(recipe.training.duration);
    let trained = train(&recipe.network, &recipe.training, &task, recipe.seed, &mut progress);
    progress.finish();
    let trained = trained.with_context(|| arguments.config.display().to_string())?;
    arguments.output.write(&trained, &recipe, &data)?;
    let text = format!("{}; {}\n", result::in_words(&trained, &data)?, arguments.output.in_words());
    crate::output::to_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
