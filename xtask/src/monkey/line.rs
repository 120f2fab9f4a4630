//! Command lines by chance: sensible words and others, in places where they belong and where they do not.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use std::path::{Path, PathBuf};

/// A command line, and what it may write.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Line {
    /// The words after the name of the program.
    pub words: Vec<String>,
    /// Files and folders that it names as its outputs.
    pub outputs: Vec<PathBuf>,
}

/// What stands in a slot of a command line.
#[derive(Clone, Copy)]
enum Slot {
    /// A model to read.
    Model,
    /// An array to read.
    Array,
    /// The config of a sweep to read.
    Config,
    /// The config of a training to read.
    Training,
    /// Results of a sweep or of a comparison to read.
    Results,
    /// The same, to write beside them.
    ResultsToReport,
    /// A file to write.
    File,
    /// A file of a network to write.
    Network,
    /// A picture to write.
    Picture,
    /// A folder to write.
    Folder,
    /// A number.
    Number,
    /// `KEY=VALUE` of the config of a sweep.
    Set,
    /// `KEY=VALUE` of the config of a training.
    TrainingSet,
    /// One of these.
    Word(&'static [&'static str]),
}

use Slot::{
    Array, Config, File, Folder, Model, Network, Number, Picture, Results, ResultsToReport, Set, Training,
    TrainingSet, Word,
};

struct Command {
    words: &'static [&'static str],
    places: &'static [Slot],
    options: &'static [(&'static str, &'static [Slot])],
}

const FORMAT: (&str, &[Slot]) = ("--format", &[Word(&["table", "json", "csv", "xml"])]);
const LABELS: &[Slot] = &[Word(&["0,1,2", "0,1,2,3", "5,5", "0", "99", "a", "", "-1"])];
const ARRAYS: &[Slot] = &[Word(&["embeddings", "unembeddings", "embeddings,unembeddings", "none", "bias"])];
const NAMES: &[Slot] = &[Word(&["embeddings=unembeddings", "bias=bias", "embeddings=", "x", "head=h"])];
const CHOICE: &[Slot] = &[Word(&[
    "match",
    "common",
    "order",
    "0:3",
    "-{1}",
    "-{0:99}",
    "2,0",
    "3:1",
    "in/names.txt",
    "in/mask.npy",
    "",
])];
const TEXTS: &[Slot] = &[Word(&["in/names.txt", "in/vocab.json", "in/labels.npy", "in/f.npy", "in/cut.npy"])];
const LOGITS: &[Slot] =
    &[Word(&["in/f.npy", "in/nan.npy", "in/a.npz::embeddings", "in/a.npz", "in/probabilities.npy"])];
const HEAD_FILES: &[Slot] =
    &[Word(&["in/a.safetensors::unembeddings", "in/vocab.json", "in/checkpoint", "in/g.npy"])];

const TOKENS: &[Slot] =
    &[Word(&["m_cca", "kl_ab_q99,d_logit", "bounds", "d_rep,llv", "probability", "m_cc", ""])];

/// Submitting to Slurm is not among them: a real cluster may be listening.
const COMMANDS: [Command; 19] = [
    Command {
        words: &["compare"],
        places: &[Model, Model],
        options: &[
            FORMAT,
            ("--out", &[File]),
            ("--report", &[Folder]),
            ("--subsets", &[Word(&["all", "3x4", "1x1", "0x1", "x", "100x200"])]),
            ("--seed", &[Number]),
            ("--inputs-limit", &[Number]),
            ("--logits", &[Word(&["f32", "f64", "f16"])]),
            ("--llv-labels", LABELS),
            ("--llv-inputs", LABELS),
            ("--probe", &[Array]),
            ("--only", TOKENS),
            ("--skip", TOKENS),
            ("--quick", &[]),
            ("--targets", &[Array]),
            ("--by-confidence", &[]),
            ("--against", &[Model]),
            ("--floor", &[Model]),
            ("--threads", &[Word(&["1", "2", "0", "-1", "10000", "many"])]),
            ("--transpose", ARRAYS),
            ("--transpose-b", ARRAYS),
            ("--array-names", NAMES),
            ("--array-names-b", NAMES),
            ("--labels", CHOICE),
            ("--inputs", CHOICE),
            ("--label-names-a", TEXTS),
            ("--label-names-b", TEXTS),
            ("--input-names-a", TEXTS),
            ("--rows", &[Word(&["mask", "in/mask.npy", "in/names.txt", "in/none"])]),
            ("--drop-nonfinite", &[]),
            ("--zero-is-mask", &[]),
            ("--head", &[Word(&["auto", "none"])]),
            ("--logit-scale", &[Number]),
            ("--softcap", &[Number]),
            ("--softcap-b", &[Word(&["none", "30", "0"])]),
            ("--normalise", &[Word(&["both", "embeddings", "none", "all"])]),
            ("--flatten", &[]),
        ],
    },
    Command {
        words: &["compare"],
        places: &[],
        options: &[
            ("--embeddings-a", &[Array]),
            ("--unembeddings-a", &[Array]),
            ("--bias-a", &[Array]),
            ("--embeddings-b", &[Array]),
            ("--unembeddings-b", &[Array]),
            ("--bias-b", &[Array]),
        ],
    },
    Command {
        words: &["compare"],
        places: &[],
        options: &[
            ("--logits-a", LOGITS),
            ("--probabilities-b", LOGITS),
            ("--embeddings-b", &[Array]),
            ("--unembeddings-b", HEAD_FILES),
            ("--head", &[Word(&["auto", "none"])]),
            ("--labels", CHOICE),
            ("--zero-is-mask", &[]),
            FORMAT,
        ],
    },
    Command {
        words: &["matrix"],
        places: &[Model, Model, Model],
        options: &[
            FORMAT,
            ("--all", &[]),
            ("--sequence", &[]),
            ("--by", &[Word(&["m_cca", "kl_ab", "n_inputs", "m_cc", ""])]),
            ("--square", &[Word(&["d_logit", "kl_ba", "dim_a", ""])]),
            ("--only", TOKENS),
            ("--out", &[File]),
            ("--report", &[Folder]),
            ("--labels", CHOICE),
            ("--inputs", CHOICE),
            ("--label-names-b", TEXTS),
            ("--drop-nonfinite", &[]),
            ("--inputs-limit", &[Number]),
            ("--no-intervals", &[]),
        ],
    },
    Command {
        words: &["reduce"],
        places: &[Model, Model],
        options: &[
            ("--part", &[Word(&["1/2", "2/2", "3/2", "0/1", "1/1000000", "x", ""])]),
            ("--out", &[File]),
            ("--inputs-limit", &[Number]),
            ("--summaries", &[Array]),
        ],
    },
    Command {
        words: &["probe"],
        places: &[Model, Model],
        options: &[
            ("--answers", &[Array]),
            ("--labels", &[Array]),
            ("--concepts", &[Word(&["odd", "closed_loop,odd", "green", ""])]),
            ("--strength", &[Number]),
            FORMAT,
        ],
    },
    Command {
        words: &["budget"],
        places: &[Model],
        options: &[
            (
                "--certify",
                &[Word(&[
                    "m_cca=0.9",
                    "top1_agreement=1",
                    "tv=0.1",
                    "kl=1e-3",
                    "m_cca=2",
                    "cka=1",
                    "m_cca",
                    "",
                ])],
            ),
            ("--agreement", &[Number]),
            ("--tv", &[Number]),
            ("--kl", &[Number]),
            ("--probe", &[Array]),
            ("--probe-offset", &[]),
            FORMAT,
            ("--out", &[File]),
            ("--picture", &[Picture]),
            ("--inflation-limit", &[Number]),
            ("--threads", &[Word(&["1", "2", "0", "-1", "10000", "many"])]),
            ("--transpose", ARRAYS),
            ("--array-names", NAMES),
        ],
    },
    Command {
        words: &["report"],
        places: &[ResultsToReport],
        options: &[
            ("--long", &[]),
            ("--wide", &[]),
            ("--by", &[Word(&["dim", "dim,direction", "level", "../dim", "", ","])]),
        ],
    },
    Command { words: &["report", "--compare"], places: &[Results, Results], options: &[] },
    Command {
        words: &["explain"],
        places: &[Word(&["m_cca", "d_rep_ab", "t21", "KL_ab", "", "m-cca"])],
        options: &[("--format", &[Word(&["text", "json", "csv"])])],
    },
    Command {
        words: &["sweep"],
        places: &[Config],
        options: &[
            ("--out", &[Folder]),
            ("--set", &[Set]),
            ("--set", &[Set]),
            ("--threads", &[Word(&["1", "2", "0", "-1", "10000", "many"])]),
            ("--shard", &[Word(&["0/2", "1/2", "2/2", "0/0", "auto/2", "-1/2", "x"])]),
            ("--resume", &[]),
            ("--fresh", &[]),
            ("--keep-going", &[]),
            ("--fail-fast", &[]),
            ("--retry-failed", &[]),
            ("--time-limit", &[Word(&["10s", "1h", "0s", "-1s", "soon", ""])]),
            ("--dry-run", &[]),
        ],
    },
    Command { words: &["sweep", "status"], places: &[Results], options: &[] },
    Command {
        words: &["sweep", "merge"],
        places: &[Folder, Results, Results],
        options: &[("--partial", &[])],
    },
    Command {
        words: &["sweep", "plan"],
        places: &[Config],
        options: &[
            ("--set", &[Set]),
            ("--threads", &[Word(&["1", "2", "0", "-1", "10000", "many"])]),
            ("--cpus", &[Number]),
        ],
    },
    Command {
        words: &["sweep", "cell"],
        places: &[Config],
        options: &[
            ("--id", &[Word(&["s00000000000000ff", "00000000000000ff", "ff", "g000000000000000"])]),
            ("--set", &[Set]),
        ],
    },
    Command {
        words: &["train"],
        places: &[Training],
        options: &[
            ("--out", &[Network]),
            ("--on", &[Word(&["test", "train", "validation", "held-out", "all"])]),
            ("--history", &[File]),
            ("--set", &[TrainingSet]),
        ],
    },
    Command {
        words: &["distill"],
        places: &[Model],
        options: &[
            ("--out", &[Network]),
            ("--loss", &[Word(&["kl", "reverse_kl", "l1", "l2", "centred_l2", "l3"])]),
            ("--temperature", &[Number]),
            ("--mix", &[Number]),
            ("--width", &[Word(&["4", "4,4", "0", "", "a"])]),
            ("--epochs", &[Number]),
            ("--seed", &[Number]),
            ("--set", &[TrainingSet]),
        ],
    },
    Command { words: &["man"], places: &[Word(&["compare", "sweep", "merge", "man", ""])], options: &[] },
    Command { words: &["completions"], places: &[Word(&["bash", "zsh", "fish", "tcsh"])], options: &[] },
];

/// Numbers that are not: too large, negative, empty, none at all. None of the good ones makes anything slow.
const NUMBERS: [&str; 12] =
    ["0", "1", "2", "3", "-1", "1.5", "1e-3", "nan", "inf", "", "many", "99999999999999999999"];

const SETS: [&str; 15] = [
    "replicates=1",
    "replicates=0",
    "seed=9",
    "model.dim=3",
    "model.dim=[2,4]",
    "model.labels=1",
    "model.inputs=-4",
    "model.scale=1e300",
    "model.spectrum=none",
    "measures=[]",
    "measures=[\"llv\"]",
    "perturbation={prune={level=[0,0.5]}}",
    "perturbation.noise_embeddings.level=-1",
    "model",
    "=",
];

const TRAINING_SETS: [&str; 8] = [
    "seed=1",
    "network.hidden=[2]",
    "network.dim=0",
    "training.duration={epochs=1}",
    "training.batch=0",
    "training.learning_rate=1e9",
    "data.kind=\"none\"",
    "x",
];

/// A line by chance. `readable` are the files and folders that there are to read.
pub fn line(readable: &[PathBuf], rng: &mut ChaCha8Rng) -> Line {
    let command = &COMMANDS[below(rng, COMMANDS.len())];
    let mut line = Line { words: command.words.iter().map(|w| (*w).to_owned()).collect(), ..Line::default() };
    // Most lines have all that they need, and some options. Where an output is missing, an input would be taken for it.
    let whole = command.places.iter().any(|place| matches!(place, Folder | ResultsToReport));
    for place in command.places {
        if whole || !one_in(rng, 20) {
            line.put(*place, readable, rng);
        }
    }
    let often = 2 + below(rng, 6);
    for (option, places) in command.options {
        let needed = ["--embeddings-a", "--unembeddings-a", "--embeddings-b", "--unembeddings-b", "--loss"];
        let needed = needed.contains(option) || command.words == ["train"] || command.words == ["distill"];
        if one_in(rng, if needed && *option != "--set" { 1 + often / 6 } else { often }) {
            line.words.push((*option).to_owned());
            places.iter().for_each(|place| line.put(*place, readable, rng));
        }
    }
    if one_in(rng, 40) {
        let more =
            ["--help", "--version", "--verbose", "-q", "-h", "--", "extra", "--out", "\u{1b}[31m", "-"];
        line.words.push(more[below(rng, more.len())].to_owned());
    }
    // A sweep without --out names its folder by its config.
    if line.words[0] == "sweep" && !line.words.iter().any(|word| word == "--out") {
        line.outputs.push(PathBuf::from("results"));
    }
    line
}

impl Line {
    fn put(&mut self, place: Slot, readable: &[PathBuf], rng: &mut ChaCha8Rng) {
        let file = |rng: &mut ChaCha8Rng, fitting: &dyn Fn(&str) -> bool| {
            let names: Vec<&str> = readable.iter().filter_map(|path| path.to_str()).collect();
            let fit: Vec<&str> = names.iter().copied().filter(|name| fitting(name)).collect();
            // Every eighth time any file, whether it fits or not.
            let from = if fit.is_empty() || one_in(rng, 8) { &names } else { &fit };
            from[below(rng, from.len())].to_owned()
        };
        let ends =
            |endings: &'static [&'static str]| move |name: &str| endings.iter().any(|e| name.ends_with(e));
        let word = match place {
            Model => file(rng, &ends(&[".npz", ".safetensors", "/arrays"])),
            Array => file(rng, &ends(&[".npy"])),
            Config => file(rng, &|name| name.contains("sweep") && name.ends_with(".toml")),
            Training => file(rng, &|name| name.contains("train") && name.ends_with(".toml")),
            Results | ResultsToReport => file(rng, &|name| name.starts_with("out/")),
            File | Network | Picture | Folder => self.output(place, rng),
            Number => NUMBERS[below(rng, NUMBERS.len())].to_owned(),
            Set => SETS[below(rng, SETS.len())].to_owned(),
            TrainingSet => TRAINING_SETS[below(rng, TRAINING_SETS.len())].to_owned(),
            Word(words) => words[below(rng, words.len())].to_owned(),
        };
        if matches!(place, ResultsToReport) && Path::new(&word).starts_with("out") {
            self.outputs.push(PathBuf::from(&word));
        }
        self.words.push(word);
    }

    /// A name for an output, which the line may write.
    fn output(&mut self, place: Slot, rng: &mut ChaCha8Rng) -> String {
        let names: &[&str] = match place {
            Network => &["out/1.npz", "out/2.npz", "out/1.txt", "out/none/1.npz", "in", "out"],
            Picture => &["out/1.svg", "out/2.png", "out/none/3.svg", "out/1.pdf", "out"],
            Folder => &["out/1", "out/2", "out/swept", "out/pair", "out/deep/er/3", "out/file"],
            _ => &["out/1.txt", "out/2.csv", "out/none/3.json", "out", "/dev/full", "/dev/null", ""],
        };
        // What the line reads must be refused as its output.
        let read: Vec<&String> = self.words.iter().filter(|word| word.starts_with("in/")).collect();
        if !read.is_empty() && one_in(rng, 10) {
            return read[below(rng, read.len())].clone();
        }
        let name = names[below(rng, names.len())];
        if name.starts_with("out/") {
            self.outputs.push(PathBuf::from(name));
        }
        name.to_owned()
    }
}

fn below(rng: &mut ChaCha8Rng, end: usize) -> usize {
    rng.next_u64() as usize % end
}

fn one_in(rng: &mut ChaCha8Rng, count: usize) -> bool {
    below(rng, count) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn a_seed_gives_the_same_lines_and_all_commands_come() {
        let readable = ["in/a.npz", "in/sweep.toml", "in/x.npy", "out/swept"].map(PathBuf::from);
        let lines = |seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            (0..2000).map(|_| line(&readable, &mut rng)).collect::<Vec<_>>()
        };
        let first = lines(1);
        assert_eq!(first, lines(1));
        assert_ne!(first, lines(2));
        for command in &COMMANDS {
            let words: Vec<String> = command.words.iter().map(|word| (*word).to_owned()).collect();
            assert!(first.iter().any(|line| line.words.starts_with(&words)), "{words:?}");
        }
        assert!(first.iter().any(|line| line.outputs.len() > 1));
        assert!(first.iter().flat_map(|line| &line.outputs).all(|path| !path.starts_with("in")));
    }
}
