//! What a training leaves: the network's file, its history, and a sentence.

use crate::output::{Beside, beside};
use anyhow::{Context, bail};
use logitdist_io::{Claims, say, visible};
use logitdist_results::number::{number, or_blank};
use logitdist_train::{Dataset, Recipe, Splits, Trained, save_network};
use std::path::{Path, PathBuf};

/// Where a trained network goes.
#[derive(clap::Args)]
pub(super) struct Output {
    /// File of the network, an .npz: the model on the inputs of --on, and the weights. It appears whole or not at all.
    #[arg(long, value_name = "NPZ")]
    out: PathBuf,
    /// Inputs that the model in the file is evaluated on.
    #[arg(long, value_enum, default_value = "test")]
    on: On,
    /// Write every epoch's loss and accuracy to a CSV file.
    #[arg(long, value_name = "CSV")]
    history: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum On {
    /// The quarter of each class that training never sees.
    Test,
    /// The half that is trained on.
    Train,
    /// The quarter that decides when to stop.
    Validation,
    /// The region that is held out, if the data have one.
    HeldOut,
}

impl Output {
    /// Refuses, before the training, files that cannot be written after it or that it reads.
    pub(super) fn check(&self, read: &[&Path]) -> anyhow::Result<()> {
        if self.out.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("npz")) {
            bail!("--out {}: the name of a network's file ends in .npz", self.out.display());
        }
        let mut claims = Claims::reading(read.iter().copied());
        for (option, file) in [("--out", Some(&self.out)), ("--history", self.history.as_ref())] {
            let Some(file) = file else { continue };
            claims.write_file(option, file)?;
        }
        Ok(())
    }

    pub(super) fn write(&self, trained: &Trained, recipe: &Recipe, data: &Splits) -> anyhow::Result<()> {
        let on = match self.on {
            On::Train => &data.train,
            On::Validation => &data.validation,
            On::Test => &data.test,
            On::HeldOut => data.held_out.as_ref().context(
                "--on held-out: the data have no region held out; spirals have with `region` interpolation or extrapolation",
            )?,
        };
        let history =
            self.history.as_ref().map(|path| beside(path, history(trained)?.as_slice())).transpose()?;
        save_network(&self.out, &trained.network, recipe, on.features())?;
        history.map_or(Ok(()), Beside::finish)
    }

    pub(super) fn in_words(&self) -> String {
        format!("written to {}", visible(&self.out.display().to_string()))
    }
}

fn history(trained: &Trained) -> anyhow::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["epoch", "step", "learning_rate", "loss", "validation_loss", "accuracy"])?;
    for record in &trained.history {
        csv.write_record([
            record.epoch.to_string(),
            record.step.to_string(),
            or_blank(record.learning_rate),
            or_blank(record.loss),
            record.validation_loss.map_or_else(String::new, or_blank),
            or_blank(record.accuracy),
        ])?;
    }
    csv.into_inner().context("the history cannot be written")
}

/// `epoch 60 of 100: loss …, accuracy …; test accuracy … on 700 inputs`.
pub(super) fn in_words(trained: &Trained, data: &Splits) -> anyhow::Result<String> {
    let record = trained.history[trained.epoch - 1];
    let (epoch, of) = (trained.epoch, trained.history.len());
    let mut text = format!("epoch {epoch} of {of}: loss {}", number(record.loss));
    if let Some(loss) = record.validation_loss {
        text.push_str(&format!(", validation loss {}", number(loss)));
    }
    let parts = [("test", Some(&data.test)), ("held-out", data.held_out.as_ref())];
    for (name, part) in parts {
        let Some(part) = part else { continue };
        let accuracy = trained.network.accuracy(part)?;
        text.push_str(&format!(", {name} accuracy {accuracy:.3} on {} inputs", part.n_inputs()));
    }
    Ok(text)
}

/// Constant features are no error, but rarely meant.
pub(super) fn note_constant_features(data: &Dataset) {
    let constant = data.constant_features();
    if !constant.is_empty() {
        let list: Vec<String> = constant.iter().map(usize::to_string).collect();
        say(format_args!(
            "note: {} of {} features are constant over the inputs trained on: {}",
            constant.len(),
            data.n_features(),
            list.join(", ")
        ));
    }
}
