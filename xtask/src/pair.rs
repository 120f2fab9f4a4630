//! `cargo xtask pair`: a pair of files to measure with, drawn in a process of its own so that nobody else's memory grows by it.

use anyhow::{Context, ensure};
use logitdist::{Streams, Subsets};
use logitdist_io::{WholeFile, write_npz};
use logitdist_synth::{BaseModel, Embeddings, Perturbation, Spectrum, Unembeddings, rng};
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// How large a pair is, and what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Size {
    /// N.
    #[arg(long)]
    pub inputs: usize,
    /// K.
    #[arg(long)]
    pub labels: usize,
    /// M, the dimension of both models.
    #[arg(long)]
    pub dim: usize,
    /// Inputs of the probability part.
    #[arg(long)]
    pub inputs_limit: usize,
    /// Pivots of d_rep.
    #[arg(long)]
    pub pivots: usize,
    /// Label subsets for each pivot.
    #[arg(long)]
    pub per_pivot: usize,
}

/// The seed of every choice, that of `logitdist compare`.
pub const SEED: u64 = 0;

impl Size {
    /// The label subsets in the words of the library.
    pub fn subsets(&self) -> Subsets {
        Subsets::Sampled { pivots: self.pivots, per_pivot: self.per_pivot }
    }

    /// The same as arguments of a process.
    pub fn arguments(&self) -> Vec<String> {
        let options = [
            ("--inputs", self.inputs),
            ("--labels", self.labels),
            ("--dim", self.dim),
            ("--inputs-limit", self.inputs_limit),
            ("--pivots", self.pivots),
            ("--per-pivot", self.per_pivot),
        ];
        options.into_iter().flat_map(|(name, value)| [name.to_owned(), value.to_string()]).collect()
    }

    /// Draws the pair into a folder, in a process of its own.
    ///
    /// # Errors
    /// The process fails; the message is what it said.
    pub fn draw(&self, folder: &Path) -> anyhow::Result<()> {
        let mut command = Command::new(std::env::current_exe().context("this program cannot be found")?);
        let output = command.arg("pair").args(self.arguments()).arg("--out").arg(folder).output()?;
        ensure!(output.status.success(), "no pair: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}

/// Draw a pair of models and write a.npz, b.npz and task.json, the choices that a peer has to share.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    size: Size,
    /// Folder of the files.
    #[arg(long)]
    out: PathBuf,
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { size, out } = arguments;
    let base = BaseModel {
        inputs: size.inputs,
        labels: size.labels,
        dim: size.dim,
        embeddings: Embeddings::Gaussian,
        spectrum: Spectrum::PowerLaw(0.5),
        unembeddings: Unembeddings::Gaussian,
        condition: None,
        scale: 2.0,
        bias: 0.0,
    };
    let a = base.sample(&mut rng(SEED, 0))?;
    // Different embeddings and different unembeddings: no alignment is the identity.
    let b = Perturbation::NoiseEmbeddings.apply(&a, 0.1, &mut rng(SEED, 1))?;
    let b = Perturbation::NoiseUnembeddings.apply(&b, 0.1, &mut rng(SEED, 2))?;
    write_npz(&out.join("a.npz"), &a)?;
    write_npz(&out.join("b.npz"), &b)?;
    let text = serde_json::to_string(&Choices::of(size)?)?;
    let path = out.join("task.json");
    WholeFile::write(&path, text.as_bytes())
        .with_context(|| format!("{}: cannot be written", path.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// What `logitdist compare --seed 0` draws at random for a pair of equal dimensions.
#[derive(Debug, Serialize)]
struct Choices {
    inputs: Vec<usize>,
    /// A pivot and M labels each.
    subsets_ab: Vec<Vec<usize>>,
    subsets_ba: Vec<Vec<usize>>,
    per_pivot: usize,
}

impl Choices {
    fn of(size: &Size) -> anyhow::Result<Choices> {
        let mut streams = streams();
        let inputs = inputs(size, &mut streams.inputs);
        let mut subsets = || -> anyhow::Result<Vec<Vec<usize>>> {
            let chosen = size.subsets().choose(size.labels, size.dim, &mut streams.subsets)?;
            Ok(chosen.labels().chunks(size.dim + 1).map(<[usize]>::to_vec).collect())
        };
        Ok(Choices { inputs, subsets_ab: subsets()?, subsets_ba: subsets()?, per_pivot: size.per_pivot })
    }
}

/// The random numbers of `logitdist compare --seed 0`.
pub fn streams() -> Streams {
    Streams::of(&mut ChaCha8Rng::seed_from_u64(SEED))
}

/// The inputs of the probability part, as a comparison draws them.
pub fn inputs(size: &Size, rng: &mut ChaCha8Rng) -> Vec<usize> {
    if size.inputs_limit >= size.inputs {
        return (0..size.inputs).collect();
    }
    let mut sample = index::sample(rng, size.inputs, size.inputs_limit).into_vec();
    sample.sort_unstable();
    sample
}
