//! What can be said on the command line of the models' last layers.

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use logitdist_io::Fold;

/// How last layers are found, and what they do beside f·g + b.
#[derive(Args)]
pub struct Heads {
    /// Find the last layer of a checkpoint by its name: lm_head.weight, classifier.weight, head.weight or fc.weight; or the embeddings of
    /// the tokens, if the model's config.json says that they are tied. The output says what was taken.
    #[arg(long, value_enum, value_name = "auto", help_heading = HEADS)]
    pub head: Option<Find>,
    /// Multiply all logits with this number, bias included, before --softcap: the scale of a cosine head, the inverse of a temperature.
    #[arg(long, value_name = "S", default_value = "1", allow_negative_numbers = true, value_parser = positive, help_heading = HEADS)]
    pub logit_scale: f64,
    /// The same of B, if it differs from that of A.
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = positive, help_heading = HEADS)]
    pub logit_scale_b: Option<f64>,
    /// Bend logits z to C·tanh(z/C), as some models do. The model is then given by its logits alone.
    #[arg(long, value_name = "C", default_value = "none", allow_negative_numbers = true, value_parser = softcap, help_heading = HEADS)]
    pub softcap: Softcap,
    /// The same of B, if it differs from that of A; `none` for none.
    #[arg(long, value_name = "C", allow_negative_numbers = true, value_parser = softcap, help_heading = HEADS)]
    pub softcap_b: Option<Softcap>,
    /// Divide embeddings, unembeddings or both by their lengths, as cosine heads do.
    #[arg(long, value_enum, default_value = "none", value_name = "ARRAYS", help_heading = HEADS)]
    pub normalise: Normalised,
    /// The same of B, if it differs from that of A.
    #[arg(long, value_enum, value_name = "ARRAYS", help_heading = HEADS)]
    pub normalise_b: Option<Normalised>,
}

const HEADS: &str = "Last layers";

/// How a last layer is found.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Find {
    /// By the names that last layers usually have.
    Auto,
}

/// What is divided by its length.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Normalised {
    /// Nothing.
    None,
    /// Embeddings.
    Embeddings,
    /// Unembeddings.
    Unembeddings,
    /// Both.
    Both,
}

/// The bound that logits are bent to, if any.
#[derive(Clone, Copy, PartialEq)]
pub struct Softcap(Option<f64>);

impl Heads {
    /// What the heads of A and of B do.
    pub fn folds(&self) -> [Fold; 2] {
        let fold = |scale: f64, Softcap(softcap): Softcap, normalise: Normalised| Fold {
            scale,
            normalise_embeddings: matches!(normalise, Normalised::Embeddings | Normalised::Both),
            normalise_unembeddings: matches!(normalise, Normalised::Unembeddings | Normalised::Both),
            softcap,
        };
        [
            fold(self.logit_scale, self.softcap, self.normalise),
            fold(
                self.logit_scale_b.unwrap_or(self.logit_scale),
                self.softcap_b.unwrap_or(self.softcap),
                self.normalise_b.unwrap_or(self.normalise),
            ),
        ]
    }
}

fn positive(text: &str) -> anyhow::Result<f64> {
    let number: f64 = text.parse().ok().context("a number above 0 is needed")?;
    ensure!((1e-30..=1e30).contains(&number), "a number from 1e-30 to 1e30 is needed");
    Ok(number)
}

fn softcap(text: &str) -> anyhow::Result<Softcap> {
    Ok(Softcap(if text == "none" { None } else { Some(positive(text)?) }))
}
