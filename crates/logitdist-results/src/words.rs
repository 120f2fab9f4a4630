//! Words that are no tokens: columns of CSV files and parameters of cells.

use crate::kind::Kind;

/// A word, or several with one meaning.
#[derive(Debug)]
pub struct Word {
    /// As it is written in files.
    pub names: &'static [&'static str],
    /// What stands in a column of this name.
    pub kind: Kind,
    /// The values that it can take, in words; empty where the kind says it all.
    pub range: &'static str,
    /// One line.
    pub meaning: &'static str,
    /// The page and the place in it that says more.
    pub place: &'static str,
}

/// A text.
const fn word(names: &'static [&'static str], meaning: &'static str, place: &'static str) -> Word {
    Word { names, kind: Kind::Text, range: "", meaning, place }
}

impl Word {
    /// A whole number instead.
    const fn whole(self) -> Word {
        Word { kind: Kind::Integer, range: "≥ 0", ..self }
    }

    /// A number of this range instead.
    const fn float(self, range: &'static str) -> Word {
        Word { kind: Kind::Float, range, ..self }
    }
}

/// Where results are explained; the tables of the schema, too, are told apart by it.
pub const CELL: &str = "docs/results.md#columns-that-name-a-cell";
pub const ROWS: &str = "docs/results.md#rowscsv";
pub const BOUNDS: &str = "docs/results.md#boundscsv";
pub const SUMMARY: &str = "docs/results.md#summarycsv";
pub const MEASURES: &str = "docs/results.md#measurescsv";
pub const SWEEP: &str = "docs/results.md#a-sweep";
pub const PAIR: &str = "docs/results.md#a-pair";
pub const COMPARISON: &str = "docs/results.md#a-comparison-as-csv";
const MODEL: &str = "docs/configs.md#model-the-first-model";
const PERTURBATION: &str = "docs/configs.md#perturbationname-change-the-first-model";
const FAMILY: &str = "docs/configs.md#familyname-pairs-made-for-a-bound";
const TRAINED: &str = "docs/configs.md#trained-networks";
const TRAINING: &str = "docs/training.md";

/// Suffixes of quantiles in `summary.csv`, and what they are.
pub const QUANTILES: [(&str, &str); 6] = [
    ("_q05", "5 % quantile"),
    ("_q25", "25 % quantile"),
    ("_q50", "median"),
    ("_q75", "75 % quantile"),
    ("_q95", "95 % quantile"),
    ("_max", "largest value"),
];

/// Suffixes of means and intervals in summaries by several axes.
pub const MEANS: [(&str, &str); 3] = [
    ("_mean", "mean over cells"),
    ("_low", "lower end of the 95 % confidence interval of the mean"),
    ("_high", "upper end of the 95 % confidence interval of the mean"),
];

const HOLDS: Word = Word {
    kind: Kind::Boolean,
    ..word(&["holds"], "Whether a bound is true up to rounding. It must be", "docs/theory.md#holds")
};

/// All words, those of results before those of configs.
pub const WORDS: &[Word] = &[
    // rows.csv and bounds.csv.
    word(&["source"], "Where a cell's pair comes from: the perturbation, the family, or `train.NAME`", CELL),
    word(&["replicate"], "The number of a cell's replicate, from 0", CELL).whole(),
    word(
        &["cell_seed"],
        "s and 16 hexadecimal digits that name a cell; its randomness follows from them",
        CELL,
    ),
    word(
        &["status"],
        "ok; partial (a measure does not exist) or not_applicable (there is no such pair)",
        ROWS,
    ),
    word(&["status"], "Of a bound: ok, vacuous (true of any two models) or not_applicable", BOUNDS),
    word(
        &["reason"],
        "Why something does not exist or says nothing, with the numbers that were compared",
        ROWS,
    ),
    word(&["direction"], "ab: the spectrum and labels of a are used; ba: those of b", BOUNDS),
    word(&["bound"], "The token of a bound", BOUNDS),
    word(&["bound"], "Side of a lower bound: the value that it certifies", COMPARISON),
    word(&["form"], "published (stated in a paper) or sharpened (proved in this project)", BOUNDS),
    word(&["theorem"], "The number of the theorem that proves a bound", BOUNDS),
    word(&["lhs", "rhs"], "The two sides of a bound from above: lhs ≤ rhs", BOUNDS).float("≥ 0"),
    word(&["tightness"], "lhs/rhs, in [0, 1]; 1 where the bound is attained", "docs/theory.md#tightness")
        .float("0 to 1"),
    word(
        &["certified"],
        "What a lower bound guarantees from the distributions alone; negative where it is vacuous",
        "docs/theory.md#certified",
    )
    .float("≤ 1"),
    word(&["measured"], "The value that a lower bound speaks of", BOUNDS).float("0 to 1"),
    word(&["share"], "certified/measured, clipped to [0, 1]; 1 where the bound is attained", BOUNDS)
        .float("0 to 1"),
    word(
        &["slack"],
        "measured − certified, for lower bounds only; 0 where the bound is attained",
        "docs/theory.md#slack",
    )
    .float("≥ 0"),
    HOLDS,
    word(
        &["vacuous"],
        "The bound holds for a trivial reason and says nothing; in summary.csv how many do",
        "docs/theory.md#vacuous",
    )
    .whole(),
    word(
        &["not_applicable"],
        "What a bound speaks of does not exist for the pair; in summary.csv for how many",
        "docs/theory.md#not_applicable",
    )
    .whole(),
    // summary.csv, measures.csv, failures.csv.
    word(
        &["axis"],
        "A parameter by whose values the bounds are counted; `all` for all cells together",
        SUMMARY,
    ),
    word(&["value"], "A value of the axis", SUMMARY),
    word(&["n"], "Number of evaluations of a bound, over cells and directions", SUMMARY).whole(),
    word(&["n"], "Number of pairs of networks that a mean is made of", MEASURES).whole(),
    word(&["violations"], "How often the bound failed: 0, or a proof or the program is wrong", SUMMARY)
        .whole(),
    word(&["vacuous_share"], "Share of vacuous bounds among those that exist", SUMMARY).float("0 to 1"),
    word(
        &["not_applicable_reasons"],
        "Why bounds do not exist, with counts; numbers in them are left out",
        SUMMARY,
    ),
    word(&["measure"], "The token of a measure", MEASURES),
    word(
        &["teachers", "students"],
        "Numbers of teachers, and of students where all teachers share them",
        MEASURES,
    )
    .whole(),
    word(&["mean"], "Mean over teachers", MEASURES).float(""),
    word(&["low", "high"], "Ends of a 95 % confidence interval of the mean", MEASURES).float(""),
    word(&["message"], "Why a cell failed", SWEEP),
    word(&["command"], "The command that computes a cell alone, or gives a comparison again", SWEEP),
    // The files of a pair.
    word(
        &["section"],
        "What a line is about: run, measure, interval, null, bounds, certificate, probe, verdict or note",
        COMPARISON,
    ),
    word(&["token"], "The measure, the bound, or what is said of the run or the probe", COMPARISON),
    word(
        &["side"],
        "Side of a bound, end of an interval, position in a list, row of a probe, or bound that certifies",
        COMPARISON,
    ),
    word(
        &["value"],
        "A number or text of the comparison; side of a lower bound: the measured value",
        COMPARISON,
    ),
    word(
        &["probe_cost"],
        "The most that a probe of unit weight can lose when it is carried over",
        "docs/theory.md#t8",
    ),
    word(
        &["relative_probe_cost"],
        "The most that a probe that the labels determine can lose, in standard deviations of its score",
        "docs/theory.md#t8",
    ),
    word(&["input"], "The number of an input, from 0", PAIR).whole(),
    word(&["label", "other"], "The numbers of two labels, from 0", PAIR).whole(),
    word(&["axis"], "What is named: label or input", PAIR),
    word(&["index"], "The number of what is named, from 0", PAIR).whole(),
    word(&["name"], "What it is called in the models' files", PAIR),
    word(&["position"], "Position in a list, from 1", PAIR).whole(),
    // Training.
    word(&["step"], "Steps of the optimiser so far", TRAINING).whole(),
    word(&["validation_loss"], "Mean loss on the inputs held back from training", TRAINING).float("≥ 0"),
    word(
        &["accuracy"],
        "Accuracy on the inputs held back from training, or on those trained on if none are",
        TRAINING,
    )
    .float("0 to 1"),
    // Parameters of models.
    word(&["dim"], "Dimension of the embeddings", MODEL).whole(),
    word(&["labels"], "Number of labels; of trained networks on your files: the file with the labels", MODEL)
        .whole(),
    word(&["inputs"], "Number of inputs", MODEL).whole(),
    word(&["embeddings"], "How embeddings are drawn", MODEL),
    word(&["spectrum"], "Variances of the embeddings", MODEL),
    word(&["unembeddings"], "How unembeddings are drawn", MODEL),
    word(&["condition"], "Condition number of the centred unembeddings", MODEL).float("≥ 1"),
    word(&["scale"], "Root mean square of the centred logits", MODEL).float("> 0"),
    word(&["bias"], "Standard deviation of the bias", MODEL).float("≥ 0"),
    word(
        &["level"],
        "How far the perturbation goes; its unit depends on the perturbation, 0 changes nothing",
        PERTURBATION,
    )
    .float("≥ 0"),
    word(&["rank"], "Rank of the noise on the logits", PERTURBATION).whole(),
    word(&["rank"], "Rank that each weight matrix of the second network is reduced to", TRAINED).whole(),
    word(&["degrees_of_freedom"], "Of Student's t, of which the noise is drawn", PERTURBATION).float("> 0"),
    word(&["rho", "spectrum_b", "permutation", "cluster_size", "flipped"], "A parameter of a family", FAMILY),
    word(
        &["family_rho", "family_spectrum_b"],
        "Column of a parameter of a family whose name is that of a measure",
        FAMILY,
    ),
    word(&["family_tau"], "Column of a parameter of a family whose name is that of a measure", FAMILY)
        .float(""),
    word(&["tau", "epsilon", "gamma", "spread", "range"], "A parameter of a family", FAMILY).float(""),
    // Parameters of trained networks.
    word(&["data"], "The data that networks are trained on", TRAINED),
    word(&["points", "region"], "Spirals: points on each arm, and the radii trained on", TRAINED),
    word(&["classes"], "Radial data: number of classes", TRAINED).whole(),
    word(&["features"], "Your files: the file with the features", TRAINED),
    word(&["width", "layers"], "Width and number of the hidden layers", TRAINED).whole(),
    word(&["student_width", "student_dim"], "Width and dimension of the second network", TRAINED).whole(),
    word(&["activation"], "What hidden layers apply", TRAINED),
    word(&["dropout"], "Probability that training sets a hidden value to 0", TRAINED).float("0 to 1"),
    word(&["head"], "Where the unembeddings come from: a matrix, or a second network", TRAINED),
    word(&["batch", "warm_up"], "How the optimiser steps", TRAINED).whole(),
    word(&["learning_rate", "decay"], "How the optimiser steps", TRAINED).float("≥ 0"),
    word(&["patience"], "Stop after so many epochs without a smaller validation loss", TRAINED).whole(),
    word(&["teacher_epochs", "epoch"], "Epochs of the teacher and of the second network", TRAINED).whole(),
    word(&["loss"], "What a student minimises; in a history, its mean over the epoch", TRAINED),
    word(
        &["temperature", "mix"],
        "Of the loss `kl`: its temperature, and its share beside cross-entropy",
        TRAINED,
    )
    .float("≥ 0"),
    word(&["part"], "The inputs that networks are compared on", TRAINED),
    word(&["bits", "per", "prune"], "How the second network's weights are compressed", TRAINED),
    word(&["concept"], "What probes are to tell of an input", TRAINED),
    word(&["tune", "tune_epochs"], "How networks are adapted to the concept, and how long", TRAINED),
    word(&["student", "teacher"], "Numbers that tell networks apart: replicates of training", TRAINED)
        .whole(),
];

/// The words of a name; of a quantile or a mean, those of what it is one of.
pub fn words(name: &str) -> impl Iterator<Item = &'static Word> {
    let of_quantile = ["tightness", "slack", "certified", "share"]
        .into_iter()
        .find(|what| QUANTILES.iter().chain(&MEANS).any(|(part, _)| name == format!("{what}{part}")));
    let name = of_quantile.unwrap_or(name).to_owned();
    WORDS.iter().filter(move |word| word.names.contains(&name.as_str()))
}
