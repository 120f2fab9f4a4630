//! `logitdist distill`.

use super::config;
use super::progress::Progress;
use super::result::{Output, in_words};
use crate::output::to_stdout;
use crate::whole::{from_one, from_zero};
use anyhow::Context;
use logitdist_train::{
    Duration, Loss, Network, Recipe, Splits, Task, TeacherLogits, check_data, load_network, train,
};
use std::path::PathBuf;
use std::process::ExitCode;

/// Train a student on the logits of a teacher that `train` or `distill` wrote, on the same inputs.
///
/// Data, network and training are those of the teacher, except for what the options change. The seed is the teacher's plus one.
/// Exit codes: 0 fine, 2 bad usage or input, or a training that diverged.
#[derive(clap::Args)]
pub struct Arguments {
    /// The teacher's file.
    teacher: PathBuf,
    /// The loss.
    #[arg(long, value_enum)]
    loss: StudentLoss,
    /// Temperature of kl and reverse_kl.
    #[arg(long, value_name = "T", default_value_t = 1.0, allow_negative_numbers = true)]
    temperature: f64,
    /// The loss is MIX · loss + (1 − MIX) · cross-entropy with the labels.
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    mix: f64,
    /// Widths of the student's hidden layers, for example 64,64.
    #[arg(long, value_delimiter = ',', value_name = "WIDTHS", allow_negative_numbers = true, value_parser = from_zero::<usize>)]
    width: Option<Vec<usize>>,
    /// Dimension of the student's embedding.
    #[arg(long, value_name = "M", allow_negative_numbers = true, value_parser = from_one::<usize>)]
    dim: Option<usize>,
    /// Epochs to train.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = from_zero::<usize>)]
    epochs: Option<usize>,
    /// Seed of the student's first weights, of the order of inputs and of dropout.
    #[arg(long, allow_negative_numbers = true, value_parser = from_zero::<u64>)]
    seed: Option<u64>,
    /// Override any other key of the teacher's config, for example `--set training.batch=64`. May be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    #[command(flatten)]
    output: Output,
}

// Spelled as in configs.
#[derive(Clone, Copy, clap::ValueEnum)]
enum StudentLoss {
    /// KL(teacher‖student).
    #[value(name = "kl")]
    Kl,
    /// KL(student‖teacher).
    #[value(name = "reverse_kl")]
    ReverseKl,
    /// Mean absolute difference of logits.
    #[value(name = "l1")]
    L1,
    /// Sum over labels of squared differences of logits.
    #[value(name = "l2")]
    L2,
    /// The same of logits centred over labels: d_logit².
    #[value(name = "centred_l2")]
    CentredL2,
}

impl From<StudentLoss> for Loss {
    fn from(loss: StudentLoss) -> Loss {
        match loss {
            StudentLoss::Kl => Loss::Kl,
            StudentLoss::ReverseKl => Loss::ReverseKl,
            StudentLoss::L1 => Loss::L1,
            StudentLoss::L2 => Loss::L2,
            StudentLoss::CentredL2 => Loss::CentredL2,
        }
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (teacher, of_teacher) = load_network(&arguments.teacher)?;
    let recipe = arguments.recipe(&of_teacher)?;
    arguments.output.check(&super::files(&arguments.teacher, &recipe))?;
    let name = || format!("{}, the teacher", arguments.teacher.display());
    let data = recipe.data.load().with_context(name)?;
    if recipe.data == of_teacher.data {
        check_data(&arguments.teacher)?;
    }
    if teacher.n_labels() != data.train.n_labels() {
        anyhow::bail!(
            "{}: it has {} labels and the data {}; a student needs a teacher of its own labels",
            name(),
            teacher.n_labels(),
            data.train.n_labels()
        );
    }
    let logits = TeacherLogits::of(&teacher, &data.train, Some(&data.validation)).with_context(name)?;
    let task = Task { train: &data.train, validation: Some(&data.validation), teacher: Some(&logits) };
    let mut progress = Progress::new(recipe.training.duration);
    let trained = train(&recipe.network, &recipe.training, &task, recipe.seed, &mut progress);
    progress.finish();
    let trained = trained?;
    arguments.output.write(&trained, &recipe, &data)?;
    let text = format!(
        "{}, {}; {}\n",
        in_words(&trained, &data)?,
        agreement(&teacher, &trained.network, &data)?,
        arguments.output.in_words()
    );
    to_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

impl Arguments {
    /// The teacher's recipe with what the options change.
    fn recipe(&self, of_teacher: &Recipe) -> anyhow::Result<Recipe> {
        let mut recipe = of_teacher.clone();
        recipe.training.loss = self.loss.into();
        recipe.training.temperature = self.temperature;
        recipe.training.mix = self.mix;
        recipe.seed = self.seed.unwrap_or(of_teacher.seed.wrapping_add(1));
        if let Some(width) = &self.width {
            recipe.network.hidden.clone_from(width);
        }
        if let Some(dim) = self.dim {
            recipe.network.dim = dim;
        }
        if let Some(epochs) = self.epochs {
            recipe.training.duration = Duration::Epochs(epochs);
        }
        self.check_overrides()?;
        config::changed(&recipe, &self.overrides)
    }

    /// Refuses a key that an option has already set.
    fn check_overrides(&self) -> anyhow::Result<()> {
        let options = [
            ("training.loss", "--loss", true),
            ("network.hidden", "--width", self.width.is_some()),
            ("network.dim", "--dim", self.dim.is_some()),
            ("training.duration", "--epochs", self.epochs.is_some()),
            ("seed", "--seed", self.seed.is_some()),
        ];
        for text in &self.overrides {
            let key = text.split('=').next().unwrap_or_default().trim();
            let given = |(of, _, given): &&(&str, &str, bool)| {
                *given && (key == *of || key.starts_with(&format!("{of}.")))
            };
            if let Some((of, option, _)) = options.iter().find(given) {
                anyhow::bail!("--set {text}: {option} sets {of}; only one of them can");
            }
        }
        Ok(())
    }
}

/// How often student and teacher agree on the test inputs.
fn agreement(teacher: &Network, student: &Network, data: &Splits) -> anyhow::Result<String> {
    let says = |network: &Network| network.predictions(data.test.features());
    let (a, b) = (says(teacher)?, says(student)?);
    let same = a.iter().zip(&b).filter(|(a, b)| a == b).count();
    let teacher = teacher.accuracy(&data.test)?;
    Ok(format!("teacher's {teacher:.3}, agreement {:.3}", same as f64 / a.len() as f64))
}
