//! The table of measures: a row for each, from which columns, keys, words and documentation follow.
//!
//! A measure is a file that computes it and a row in that file's `ROWS`. The order here is the order of CSV columns.

use super::invariance::{CARRIED, Change, DISTRIBUTIONS};
use super::whose::Whose;
use super::{
    baselines, budget, cca, chance, d_logit, d_ls, d_rep, d_white, held_out, kl, label_geometry, llv,
    per_input, percentiles, pls_svd, relative, searched, size, targets, top_labels, trained,
};
use crate::applicable::Applicable;
use crate::probability::{AtTarget, InputDivergences};
use crate::reduced::Direction;
use crate::shared::Shared;

/// Groups of rows. Within a group, all values of direction ab come before those of ba.
const GROUPS: [&[Measure]; 34] = [
    &size::ROWS,
    &d_logit::ROWS,
    &relative::LOGIT,
    &d_white::ROWS,
    &cca::ROWS,
    &cca::SPECTRUM,
    &chance::ROWS,
    &held_out::ROWS,
    &d_ls::ROWS,
    &relative::ALIGNMENT,
    &d_rep::ROWS,
    &kl::KL,
    &percentiles::KL,
    &kl::ROWS,
    &top_labels::ROWS,
    &percentiles::LOGIT,
    &kl::PRECISION,
    &targets::ROWS,
    &llv::ROWS,
    &llv::MINIMISED,
    &pls_svd::ROWS,
    &baselines::CKA,
    &baselines::PROCRUSTES,
    &baselines::SVCCA,
    &baselines::PWCCA,
    &baselines::R2,
    &budget::ROWS,
    &trained::ACCURACY,
    &trained::CONCEPT,
    &trained::TUNED,
    &searched::ROWS,
    &per_input::ROWS,
    &per_input::KL,
    &label_geometry::ROWS,
];

/// A measure: what it is called, what it means and how it is computed.
///
/// In the texts, `{a}` stands for the first model of the direction and `{b}` for the second.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Names in code, CSV, JSON and on axes: one, or one for each direction or model, as `of` says.
    pub tokens: &'static [&'static str],
    /// Its name for people, as it stands in tables and on axes.
    pub name: &'static str,
    /// One sentence on what it measures.
    pub meaning: &'static str,
    /// Definition; empty where the meaning says it all.
    pub formula: &'static str,
    /// Where it comes from; empty for common knowledge.
    pub source: &'static str,
    /// What it is a measure of.
    pub of: Of,
    /// Its unit and scale.
    pub unit: Unit,
    /// The values it can take.
    pub range: Range,
    /// Which value means "the same", and the same in what sense.
    pub same: Same,
    /// What may change in the first model of the direction, and in the second, and leave it as it is.
    pub invariance: [Change; 2],
    /// Whose embeddings are in it.
    pub whose: Whose,
    /// Where it stands in a report.
    pub section: Section,
    /// What has to be asked for to have it.
    pub part: Part,
    /// What it needs that other rows need as well.
    pub steps: &'static [Step],
    /// Whether it needs log p of every label, which masked labels do not have.
    pub log_p: bool,
    /// Whether the short table shows it.
    pub headline: bool,
    /// How its error over the inputs is found.
    pub uncertainty: Uncertainty,
    /// How it is computed from what measures share.
    pub value: Value,
    /// A remark on the value of a pair, where one is needed.
    pub note: fn(&Shared) -> Option<String>,
}

impl Measure {
    /// Whether it is made of the directions in which logits vary, or of embeddings in their place: what is a sum over inputs is not.
    pub(crate) fn needs_directions(&self) -> bool {
        const OF_SUMS: [&str; 4] = ["n_inputs", "n_labels", "d_logit", "d_logit_per_label"];
        !matches!(self.part, Part::Probability | Part::SinglePrecision | Part::Targets)
            && !OF_SUMS.contains(&self.tokens[0])
    }
}

/// What a measure is a measure of, and so how many tokens it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Of the pair: one token.
    Pair,
    /// Of each direction: tokens for ab and ba.
    Directions,
    /// Of each model: tokens for a and b.
    Models,
}

/// The unit of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A pure number.
    One,
    /// A share of inputs or of variance.
    Share,
    /// A whole number.
    Count,
    /// Natural logarithms of probabilities.
    Nats,
    /// Their squares.
    SquaredNats,
    /// The length unit of the embeddings f.
    Embedding,
    /// The length unit of the unembeddings g.
    Unembedding,
    /// The unit of a probe's score w·f.
    Score,
}

impl Unit {
    /// The unit in words; empty for pure numbers.
    pub fn words(self) -> &'static str {
        match self {
            Unit::One | Unit::Share | Unit::Count => "",
            Unit::Nats => "nats",
            Unit::SquaredNats => "nats²",
            Unit::Embedding => "units of f",
            Unit::Unembedding => "units of g",
            Unit::Score => "units of the score",
        }
    }
}

/// The values that a measure can take, and a remark on them (empty for none).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The smallest, −∞ for none.
    pub low: f64,
    /// The largest, ∞ for none.
    pub high: f64,
    /// What else is to be known of its values.
    pub remark: &'static str,
}

impl Range {
    /// Any value from `low` up.
    pub const fn at_least(low: f64) -> Range {
        Range { low, high: f64::INFINITY, remark: "" }
    }

    /// Any value up to `high`.
    pub const fn at_most(high: f64) -> Range {
        Range { low: f64::NEG_INFINITY, high, remark: "" }
    }

    /// Any value from `low` to `high`.
    pub const fn between(low: f64, high: f64) -> Range {
        Range { low, high, remark: "" }
    }

    /// The range with a remark.
    pub const fn with(self, remark: &'static str) -> Range {
        Range { remark, ..self }
    }
}

/// Which value means that the models are the same, and in what sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// 0: smaller is closer.
    Zero(&'static str),
    /// 1: larger is closer.
    One(&'static str),
    /// Neither: it does not compare.
    Neither,
}

/// Where a quantity stands in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// Sizes and ranks.
    Size,
    /// Distances between the distributions.
    Distribution,
    /// What both models make of the right answers.
    Targets,
    /// Dissimilarities and similarities of the representations.
    Representation,
    /// Measures of others, for comparison.
    Baseline,
    /// Bounds between the two.
    Bound,
    /// What the means are made of: values at an input, and of a pair of labels.
    Detail,
}

impl Section {
    /// All sections, in the order of a report.
    pub const ALL: [Section; 7] = [
        Section::Size,
        Section::Distribution,
        Section::Targets,
        Section::Representation,
        Section::Baseline,
        Section::Bound,
        Section::Detail,
    ];

    /// The heading of a list of its tokens.
    pub fn heading(self) -> &'static str {
        match self {
            Section::Size => "Sizes and ranks",
            Section::Distribution => "Distances of the distributions",
            Section::Targets => "With the right answers",
            Section::Representation => "The representations",
            Section::Baseline => "What others measure",
            Section::Bound => "Bounds",
            Section::Detail => "Input by input, label by label",
        }
    }
}

/// What has to be asked for to have a measure or a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Nothing: every comparison has it.
    Geometry,
    /// Subsets of labels: `Settings::d_rep`.
    DRep,
    /// Probabilities: `Settings::probability`.
    Probability,
    /// Logits in single precision: `Settings::logit_precision`.
    SinglePrecision,
    /// Sets of labels and inputs: `Settings::llv`.
    Llv,
    /// Inputs held out: `Settings::held_out`.
    HeldOut,
    /// Measures of others: `Settings::baselines`.
    Baselines,
    /// How close any other model must come: `Settings::budget`.
    Budget,
    /// The right label of each input: `Settings::targets`.
    Targets,
    /// Right answers, which sweeps of trained networks have.
    Accuracy,
    /// A concept, which some sweeps of trained networks have.
    Concept,
    /// Networks adapted to a concept.
    Tuned,
    /// A search for the worst case, which some sweeps make.
    Search,
    /// Single inputs and pairs of labels, which pages about a pair show.
    Detail,
}

/// A step of the computation that several rows share. It is made once, before the rows, if one of them needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Canonical correlations of the embeddings.
    EmbeddingsCca,
    /// Canonical correlations of the unembeddings.
    UnembeddingsCca,
    /// Canonical correlations of the logits.
    LogitsCca,
    /// Both models' logits through the matrices of T19.
    Contrasts,
}

impl Step {
    /// All steps.
    pub const ALL: [Step; 4] = [Step::EmbeddingsCca, Step::UnembeddingsCca, Step::LogitsCca, Step::Contrasts];
}

/// How the error of a measure over the inputs is found, and on which scale its interval is made.
#[derive(Debug, Clone, Copy)]
pub enum Uncertainty {
    /// By the jackknife, on the logarithm: distances and divergences.
    Log,
    /// By the jackknife, on log(x/(1 − x)): means of shares.
    Logit,
    /// By the jackknife, as it is: differences that may be negative.
    Linear,
    /// By the jackknife, on Fisher's z, and around the value less its bias: correlations.
    Fisher,
    /// By leaving out a block's scores, on Fisher's z.
    HeldOut,
    /// A share of the inputs, here whether one belongs to it: Clopper and Pearson's interval with an effective number of inputs.
    Share(fn(&InputDivergences) -> bool),
    /// A percentile over the inputs, here of what: order statistics.
    Percentile(f64, fn(&InputDivergences, Direction) -> f64),
    /// A share of the inputs with a right answer.
    TargetShare(fn(&AtTarget, Direction) -> bool),
    /// A percentile over the inputs with a right answer.
    TargetPercentile(f64, fn(&AtTarget) -> f64),
    /// None, and why.
    Never(&'static str),
}

impl Uncertainty {
    /// Whether the interval is made of values without a block of inputs.
    pub(crate) fn is_by_value(&self) -> bool {
        matches!(self, Uncertainty::Log | Uncertainty::Logit | Uncertainty::Linear | Uncertainty::Fisher)
    }
}

/// How a measure is computed. For a measure of each model, direction ab stands for a and ba for b.
#[derive(Debug, Clone, Copy)]
pub enum Value {
    /// A number.
    Number(fn(&Shared, Direction) -> Applicable<f64>),
    /// A list of numbers.
    List(fn(&Shared, Direction) -> Applicable<Vec<f64>>),
    /// From more than a pair: single inputs, right answers or the networks.
    Elsewhere,
}

impl Measure {
    /// A row's fields that most rows leave as they are: a distance of distributions in nats.
    pub(crate) const DISTANCE: Measure = Measure {
        tokens: &[],
        name: "",
        meaning: "",
        formula: "",
        source: "",
        of: Of::Pair,
        unit: Unit::Nats,
        range: Range::at_least(0.0),
        same: Same::Zero("equal predictions"),
        invariance: DISTRIBUTIONS,
        whose: Whose::Nobodys,
        section: Section::Distribution,
        part: Part::Probability,
        steps: &[],
        log_p: false,
        headline: false,
        uncertainty: Uncertainty::Log,
        value: Value::Elsewhere,
        note: |_| None,
    };

    /// The same of a count, which no value marks as equal.
    pub(crate) const COUNT: Measure = Measure {
        unit: Unit::Count,
        same: Same::Neither,
        invariance: [Change::Any; 2],
        section: Section::Size,
        part: Part::Geometry,
        uncertainty: Uncertainty::Never("it is a count"),
        ..Measure::DISTANCE
    };

    /// The same of a similarity of representations.
    pub(crate) const SIMILARITY: Measure = Measure {
        unit: Unit::One,
        range: Range::between(0.0, 1.0),
        same: Same::One("linearly equivalent"),
        whose: Whose::Both,
        section: Section::Representation,
        part: Part::Geometry,
        uncertainty: Uncertainty::Fisher,
        ..Measure::DISTANCE
    };

    /// The same of a dissimilarity of representations, a length.
    pub(crate) const DISSIMILARITY: Measure = Measure {
        unit: Unit::Embedding,
        same: Same::Zero("equal up to a linear map"),
        invariance: CARRIED,
        whose: Whose::Firsts,
        section: Section::Representation,
        part: Part::Geometry,
        log_p: true,
        of: Of::Directions,
        ..Measure::DISTANCE
    };

    /// Its tokens, each with its direction.
    pub fn directions(&'static self) -> impl Iterator<Item = (&'static str, Direction)> {
        self.tokens.iter().copied().zip([Direction::Ab, Direction::Ba])
    }

    /// One of its texts in a direction, with the models' names in their places.
    pub fn words(&self, text: &str, direction: Direction) -> String {
        let (a, b) = match direction {
            Direction::Ab => ("a", "b"),
            Direction::Ba => ("b", "a"),
        };
        text.replace("{a}", a).replace("{b}", b)
    }

    /// The range, what the ends mean and the unit, in words.
    pub fn range_words(&self) -> String {
        let mut words = self.values_words();
        for part in [self.same_words().as_str(), self.range.remark, self.unit.words()] {
            if !part.is_empty() {
                words = format!("{words}; {part}");
            }
        }
        words.replace('-', "−")
    }

    /// The values that it can take, in words.
    pub fn values_words(&self) -> String {
        match (self.unit, self.range.low, self.range.high) {
            (Unit::Count, low, f64::INFINITY) => format!("a whole number, at least {low}"),
            (_, f64::NEG_INFINITY, f64::INFINITY) => "any number".to_owned(),
            (_, f64::NEG_INFINITY, high) => format!("at most {high}"),
            (_, low, f64::INFINITY) => format!("≥ {low}"),
            (_, low, std::f64::consts::LN_2) => format!("{low} to ln 2"),
            (_, low, high) => format!("{low} to {high}"),
        }
    }

    /// Which value means "the same", and in what sense; empty for neither.
    pub fn same_words(&self) -> String {
        match self.same {
            Same::Zero(how) => format!("0 = {how}; smaller is closer"),
            Same::One(how) => format!("1 = {how}; larger is closer"),
            Same::Neither => String::new(),
        }
    }

    /// Whether its values are lists.
    pub fn is_list(&self) -> bool {
        matches!(self.value, Value::List(_))
    }
}

/// All measures, in the order in which they are reported.
pub fn measures() -> impl Iterator<Item = &'static Measure> {
    GROUPS.into_iter().flatten()
}

/// All tokens of measures with their rows, in the order of columns.
pub fn tokens() -> impl Iterator<Item = (&'static str, &'static Measure, Direction)> {
    GROUPS.into_iter().flat_map(|group| {
        // Models alternate, directions do not.
        let together = |row: &'static Measure| row.directions().map(move |(token, d)| (token, row, d));
        let of = |wanted| {
            group.iter().flat_map(together).filter(move |(_, row, d)| {
                let first = row.of != Of::Directions || *d == Direction::Ab;
                first == (wanted == Direction::Ab)
            })
        };
        of(Direction::Ab).chain(of(Direction::Ba))
    })
}

/// The measure of a token, and the direction that the token names.
pub fn measure(token: &str) -> Option<(&'static Measure, Direction)> {
    measures().find_map(|row| row.directions().find(|(t, _)| *t == token).map(|(_, d)| (row, d)))
}
