//! Words that are no tokens: columns of CSV files, parameters of cells, and the names of perturbations and families.

/// A word, or several with one meaning.
pub struct Word {
    /// As it is written in files.
    pub names: &'static [&'static str],
    /// One line.
    pub meaning: &'static str,
    /// The page and the place in it that says more.
    pub place: &'static str,
}

const fn word(names: &'static [&'static str], meaning: &'static str, place: &'static str) -> Word {
    Word { names, meaning, place }
}

const CELL: &str = "docs/results.md#columns-that-name-a-cell";
const ROWS: &str = "docs/results.md#rowscsv";
const BOUNDS: &str = "docs/results.md#boundscsv";
const SUMMARY: &str = "docs/results.md#summarycsv";
const MEASURES: &str = "docs/results.md#measurescsv";
const SWEEP: &str = "docs/results.md#a-sweep";
const PAIR: &str = "docs/results.md#a-pair";
const COMPARISON: &str = "docs/results.md#a-comparison-as-csv";
const MODEL: &str = "docs/configs.md#model-the-first-model";
const PERTURBATION: &str = "docs/configs.md#perturbationname-change-the-first-model";
const FAMILY: &str = "docs/configs.md#familyname-pairs-made-for-a-bound";
const TRAINED: &str = "docs/configs.md#trained-networks";
const TRAINING: &str = "docs/training.md";

/// Suffixes of quantiles in `summary.csv`.
pub const QUANTILES: [&str; 6] = ["_q05", "_q25", "_q50", "_q75", "_q95", "_max"];

/// All words, those of results before those of configs.
pub const WORDS: &[Word] = &[
    // rows.csv and bounds.csv.
    word(&["source"], "Where a cell's pair comes from: the perturbation, the family, or `train.NAME`", CELL),
    word(&["replicate"], "The number of a cell's replicate, from 0", CELL),
    word(&["cell_seed"], "16 hexadecimal digits that name a cell; its randomness follows from them", CELL),
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
    word(&["lhs", "rhs"], "The two sides of a bound: lhs ≤ rhs", BOUNDS),
    word(&["tightness"], "lhs/rhs, in [0, 1]; 1 where the bound is attained", "docs/theory.md#tightness"),
    word(
        &["slack"],
        "rhs − lhs, for lower bounds only; 0 where the bound is attained",
        "docs/theory.md#slack",
    ),
    word(&["holds"], "Whether a bound is true up to rounding. It must be", "docs/theory.md#holds"),
    word(
        &["vacuous"],
        "The bound holds for a trivial reason and says nothing; in summary.csv how many do",
        "docs/theory.md#vacuous",
    ),
    word(
        &["certified"],
        "What a lower bound guarantees from the distributions alone",
        "docs/theory.md#certified",
    ),
    word(
        &["not_applicable"],
        "What a bound speaks of does not exist for the pair; in summary.csv for how many",
        "docs/theory.md#not_applicable",
    ),
    // summary.csv, measures.csv, failures.csv.
    word(
        &["axis"],
        "A parameter by whose values the bounds are counted; `all` for all cells together",
        SUMMARY,
    ),
    word(&["value"], "A value of the axis", SUMMARY),
    word(&["n"], "Number of evaluations of a bound, over cells and directions", SUMMARY),
    word(&["n"], "Number of pairs of networks that a mean is made of", MEASURES),
    word(&["violations"], "How often the bound failed: 0, or a proof or the program is wrong", SUMMARY),
    word(&["vacuous_share"], "Share of vacuous bounds among those that exist", SUMMARY),
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
    ),
    word(&["mean"], "Mean over teachers", MEASURES),
    word(&["low", "high"], "Ends of a 95 % confidence interval of the mean", MEASURES),
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
    word(&["input"], "The number of an input, from 0", PAIR),
    word(&["label", "other"], "The numbers of two labels, from 0", PAIR),
    word(&["position"], "Position in a list, from 1", PAIR),
    // Training.
    word(&["step"], "Steps of the optimiser so far", TRAINING),
    word(&["validation_loss"], "Mean loss on the inputs held back from training", TRAINING),
    word(
        &["accuracy"],
        "Accuracy on the inputs held back from training, or on those trained on if none are",
        TRAINING,
    ),
    // Parameters of models.
    word(&["dim"], "Dimension of the embeddings", MODEL),
    word(&["labels"], "Number of labels; of trained networks on your files: the file with the labels", MODEL),
    word(&["inputs"], "Number of inputs", MODEL),
    word(&["embeddings"], "How embeddings are drawn", MODEL),
    word(&["spectrum"], "Variances of the embeddings", MODEL),
    word(&["unembeddings"], "How unembeddings are drawn", MODEL),
    word(&["condition"], "Condition number of the centred unembeddings", MODEL),
    word(&["scale"], "Root mean square of the centred logits", MODEL),
    word(&["bias"], "Standard deviation of the bias", MODEL),
    word(
        &["level"],
        "How far the perturbation goes; its unit depends on the perturbation, 0 changes nothing",
        PERTURBATION,
    ),
    word(&["rank"], "Rank of the noise on the logits", PERTURBATION),
    word(&["rank"], "Rank that each weight matrix of the second network is reduced to", TRAINED),
    word(&["degrees_of_freedom"], "Of Student's t, of which the noise is drawn", PERTURBATION),
    word(
        &logitdist_sim::Source::PERTURBATIONS,
        "A perturbation: the second model is the first one, changed",
        PERTURBATION,
    ),
    word(
        &logitdist_sim::Source::FAMILIES,
        "A family of pairs made for a bound, or a counter-example",
        FAMILY,
    ),
    word(
        &[
            "rho",
            "spectrum_b",
            "tau",
            "epsilon",
            "gamma",
            "permutation",
            "cluster_size",
            "spread",
            "range",
            "flipped",
        ],
        "A parameter of a family",
        FAMILY,
    ),
    // Parameters of trained networks.
    word(&["data"], "The data that networks are trained on", TRAINED),
    word(&["points", "region"], "Spirals: points on each arm, and the radii trained on", TRAINED),
    word(&["classes"], "Radial data: number of classes", TRAINED),
    word(&["features"], "Your files: the file with the features", TRAINED),
    word(&["width", "layers"], "Width and number of the hidden layers", TRAINED),
    word(&["student_width", "student_dim"], "Width and dimension of the second network", TRAINED),
    word(&["activation"], "What hidden layers apply", TRAINED),
    word(&["dropout"], "Probability that training sets a hidden value to 0", TRAINED),
    word(&["head"], "Where the unembeddings come from: a matrix, or a second network", TRAINED),
    word(&["batch", "learning_rate", "warm_up", "decay"], "How the optimiser steps", TRAINED),
    word(&["patience"], "Stop after so many epochs without a smaller validation loss", TRAINED),
    word(&["teacher_epochs", "epoch"], "Epochs of the teacher and of the second network", TRAINED),
    word(&["loss"], "What a student minimises; in a history, its mean over the epoch", TRAINED),
    word(
        &["temperature", "mix"],
        "Of the loss `kl`: its temperature, and its share beside cross-entropy",
        TRAINED,
    ),
    word(&["part"], "The inputs that networks are compared on", TRAINED),
    word(&["bits", "per", "prune"], "How the second network's weights are compressed", TRAINED),
    word(&["concept"], "What probes are to tell of an input", TRAINED),
    word(&["tune", "tune_epochs"], "How networks are adapted to the concept, and how long", TRAINED),
    word(&["student", "teacher"], "Numbers that tell networks apart: replicates of training", TRAINED),
];

/// The words of a name; of a quantile, those of what it is one of.
pub fn words(name: &str) -> impl Iterator<Item = &'static Word> {
    let of_quantile = ["tightness", "slack", "certified"]
        .into_iter()
        .find(|what| QUANTILES.iter().any(|quantile| name == format!("{what}{quantile}")));
    let name = of_quantile.unwrap_or(name).to_owned();
    WORDS.iter().filter(move |word| word.names.contains(&name.as_str()))
}
