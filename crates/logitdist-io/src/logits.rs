//! Models that are given by their logits, or by probabilities, which say as much.

use crate::embeddings::ChosenRows;
use crate::error::{Problem, ReadError};
use crate::fold::normalise;
use faer::{Mat, MatMut};
use logitdist::{
    FurtherDirections, KnownDirections, Labels, LogitsAlone, further_directions, label_directions,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::Arc;

/// Labels up to which logits take the place of embeddings as they are. Of more, the directions are found in which they vary.
pub const MOST_LOGITS: usize = 4096;

/// What the directions of logits are looked for with: two Gaussian matrices, and the same ones every time.
const SEED: u64 = 0;

/// How directions of logits are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directions {
    /// Labels up to which there is no need to: [`MOST_LOGITS`].
    pub most_labels: usize,
    /// Take so many, the largest, whatever the others hold; else all that are beyond rounding.
    pub rank: Option<usize>,
}

impl Default for Directions {
    fn default() -> Directions {
        Directions { most_labels: MOST_LOGITS, rank: None }
    }
}

/// Inputs of a model that come after others, whose labels are known.
#[derive(Debug)]
pub(crate) struct Batch {
    pub before: Option<Arc<Labels>>,
}

/// Entries looked at together.
const LOOKED_AT: usize = 1 << 20;

/// What an array of inputs × labels holds. All three determine the centred logits, and nothing else is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogitForm {
    /// Logits, up to a constant for each input.
    Logits,
    /// Logarithms of probabilities.
    LogProbabilities,
    /// Probabilities.
    Probabilities,
}

impl LogitForm {
    /// All of them.
    pub const ALL: [LogitForm; 3] =
        [LogitForm::Logits, LogitForm::LogProbabilities, LogitForm::Probabilities];

    /// The usual name of the array, which is its name in messages, too.
    pub fn name(self) -> &'static str {
        match self {
            LogitForm::Logits => "logits",
            LogitForm::LogProbabilities => "log_probabilities",
            LogitForm::Probabilities => "probabilities",
        }
    }
}

/// Centred logits that are made of the rows of a file.
#[derive(Debug)]
pub(crate) struct CentredLogits {
    origin: Origin,
    /// Labels of probability 0, rising.
    pub(crate) masked: Vec<usize>,
    /// Root mean square of what the number type changed of a logit.
    pub(crate) rounding: f64,
    labels: usize,
}

/// Where logits are from.
#[derive(Debug)]
enum Origin {
    /// The rows of the file, and their columns that are the labels; `None` for all in their order.
    File(LogitForm, Option<Vec<usize>>),
    /// `cap · tanh(z / cap)` of `z = f·g + b`, f the rows of the file.
    Capped { unembeddings: Mat<f64>, bias: Option<Vec<f64>>, cap: f64 },
}

/// What a look at all rows has found of a label.
#[derive(Clone, Copy, Default)]
struct Zeros {
    count: usize,
    first: usize,
}

impl CentredLogits {
    /// Looks at all rows: which labels have no probability, and whether the others are what they should be.
    pub(crate) fn of(
        rows: &ChosenRows<'_>,
        form: LogitForm,
        columns: Option<Vec<usize>>,
        zero_is_mask: bool,
    ) -> Result<CentredLogits, ReadError> {
        let (count, width) = (rows.count(), rows.width());
        let error = |problem: String| rows.place().error(Problem::Logits(problem));
        let ulp = rows.relative_spacing();
        let all: Vec<usize> = (0..width).collect();
        let chosen = columns.as_ref().unwrap_or(&all);
        let mut zeros = vec![Zeros::default(); chosen.len()];
        let (mut squares, mut counted) = (0.0, 0_usize);
        let step = (LOOKED_AT / width).clamp(1, 1024);
        let mut block = Mat::zeros(step.min(count), width);
        for start in (0..count).step_by(step) {
            let mut piece = block.as_mut().subrows_mut(0, step.min(count - start));
            rows.fill(start, piece.as_mut())?;
            if form == LogitForm::Probabilities {
                check_probabilities(piece.as_mut(), rows, start, ulp)?;
            }
            for (zeros, &column) in zeros.iter_mut().zip(chosen) {
                for (i, &x) in piece.as_ref().col(column).iter().enumerate() {
                    let x = if form == LogitForm::Probabilities { x.ln() } else { x };
                    if x == f64::NEG_INFINITY {
                        zeros.first = if zeros.count == 0 { start + i } else { zeros.first };
                        zeros.count += 1;
                    } else {
                        squares += x * x;
                        counted += 1;
                    }
                }
            }
        }
        let is_masked = |zeros: &Zeros| zeros.count == count || (zero_is_mask && zeros.count > 0);
        let partly = zeros.iter().enumerate().filter(|(_, zeros)| zeros.count > 0 && !is_masked(zeros));
        if let Some((y, zeros)) = partly.min_by_key(|(y, zeros)| (zeros.first, *y)) {
            return Err(error(format!(
                "the probability of label {} is 0 at input {} and not at every input (counted from 0): a logit of −∞, or a probability \
                 too small for its type; save logits or log-probabilities, or take such labels for masked ones at all inputs: --zero-is-mask",
                chosen[y],
                rows.row_in_file(zeros.first)
            )));
        }
        let masked: Vec<usize> =
            zeros.iter().enumerate().filter(|(_, z)| is_masked(z)).map(|(y, _)| y).collect();
        if masked.len() == chosen.len() {
            return Err(error("every label has probability 0; at least one needs more".to_owned()));
        }
        // An error spread evenly over the space between two numbers, which is relative for logarithms of what was rounded.
        let size = if form == LogitForm::Probabilities { 1.0 } else { (squares / counted as f64).sqrt() };
        let rounding = ulp * size / 12f64.sqrt();
        let labels = chosen.len();
        Ok(CentredLogits { origin: Origin::File(form, columns), masked, rounding, labels })
    }

    /// Logits that are bent to a bound, of embeddings and of unembeddings with a bias. Labels in `masked` have no probability.
    pub(crate) fn capped(
        unembeddings: Mat<f64>,
        bias: Option<Vec<f64>>,
        cap: f64,
        masked: Vec<usize>,
    ) -> CentredLogits {
        let labels = unembeddings.nrows();
        // None is larger than the bound, and what is computed is rounded like a number of twice its type.
        let rounding = f64::EPSILON * cap;
        CentredLogits { origin: Origin::Capped { unembeddings, bias, cap }, masked, rounding, labels }
    }

    /// The labels of the model that these logits are: the identity, or the directions in which so many of them vary. Of a batch, those of
    /// the batches before and what it has beside.
    pub(crate) fn as_labels(
        &self,
        rows: &ChosenRows<'_>,
        normalised: bool,
        wanted: Directions,
        batch: Option<&Batch>,
    ) -> Result<Arc<Labels>, ReadError> {
        match batch {
            Some(Batch { before }) if self.labels > wanted.most_labels => {
                self.in_batch(rows, normalised, before.as_ref())
            }
            _ => self.own_labels(rows, normalised, wanted).map(Arc::new),
        }
    }

    /// The labels of a batch of logits, with directions beside those of the batches before if it has any.
    fn in_batch(
        &self,
        rows: &ChosenRows<'_>,
        normalised: bool,
        before: Option<&Arc<Labels>>,
    ) -> Result<Arc<Labels>, ReadError> {
        let none = Mat::zeros(self.labels, 0);
        // With other masks they are of other models, which is refused elsewhere.
        let before = before.filter(|labels| labels.bias.len() == self.labels && labels.masked == self.masked);
        let known = before.map_or(none.as_ref(), |labels| labels.unembeddings.as_ref());
        let found = match before.and_then(|labels| labels.alone).map(|alone| alone.directions) {
            Some(KnownDirections::Beyond(_)) => FurtherDirections::Known,
            _ => {
                let fill = |start: usize, block: MatMut<'_, f64>| self.fill(rows, normalised, start, block);
                further_directions(known, rows.count(), self.rounding, fill)?
            }
        };
        let alone = |directions| LogitsAlone { rounding: self.rounding, squared_size: 0.0, directions };
        let of = |g: Mat<f64>, directions: KnownDirections| {
            let labels = Labels::alone(g, &self.masked, alone(directions)).map(Arc::new);
            labels.map_err(|error| rows.place().error(Problem::Model(error)))
        };
        match (found, before) {
            (FurtherDirections::Known, Some(before)) => {
                let directions = before.alone.map_or(KnownDirections::Found, |alone| alone.directions);
                Ok(Arc::new(Labels { alone: Some(alone(directions)), ..Labels::clone(before) }))
            }
            (FurtherDirections::Known, None) => of(Mat::zeros(self.labels, 1), KnownDirections::Found),
            (FurtherDirections::More(directions), _) => of(directions, KnownDirections::Found),
            (FurtherDirections::Beyond(width), _) => {
                of(Mat::zeros(self.labels, 1), KnownDirections::Beyond(width))
            }
        }
    }

    fn own_labels(
        &self,
        rows: &ChosenRows<'_>,
        normalised: bool,
        wanted: Directions,
    ) -> Result<Labels, ReadError> {
        let refused = |error| rows.place().error(Problem::Model(error));
        if self.labels <= wanted.most_labels && wanted.rank.is_none() {
            return Labels::of_logits(self.labels, &self.masked, self.rounding).map_err(refused);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let shape = [rows.count(), self.labels];
        let fill = |start: usize, block: MatMut<'_, f64>| self.fill(rows, normalised, start, block);
        let directions = label_directions(shape, self.rounding, wanted.rank, &mut rng, fill)?;
        let known = match (&directions.found, wanted.rank) {
            (Err(width), _) => KnownDirections::Beyond(*width),
            (Ok(_), Some(_)) => KnownDirections::Asked,
            (Ok(_), None) => KnownDirections::Found,
        };
        let alone =
            LogitsAlone { rounding: self.rounding, squared_size: directions.squared_size, directions: known };
        let g = directions.found.unwrap_or_else(|_| Mat::zeros(self.labels, 1));
        Labels::alone(g, &self.masked, alone).map_err(refused)
    }

    /// Fills `logits` (n×K) with the centred logits of the inputs from `start` on; 0 for masked labels.
    pub(crate) fn fill(
        &self,
        rows: &ChosenRows<'_>,
        normalised: bool,
        start: usize,
        mut logits: MatMut<'_, f64>,
    ) -> Result<(), ReadError> {
        match &self.origin {
            Origin::Capped { unembeddings, bias, cap } => {
                let mut f = Mat::zeros(logits.nrows(), rows.width());
                rows.fill(start, f.as_mut())?;
                if normalised {
                    normalise(f.as_mut());
                }
                logits.copy_from(f * unembeddings.transpose());
                for (y, column) in logits.as_mut().col_iter_mut().enumerate() {
                    let b = bias.as_ref().map_or(0.0, |bias| bias[y]);
                    column.iter_mut().for_each(|z| *z = cap * ((*z + b) / cap).tanh());
                }
            }
            Origin::File(_, None) => rows.fill(start, logits.as_mut())?,
            Origin::File(_, Some(columns)) => {
                let mut raw = Mat::zeros(logits.nrows(), rows.width());
                rows.fill(start, raw.as_mut())?;
                for (y, &column) in columns.iter().enumerate() {
                    logits.as_mut().col_mut(y).copy_from(raw.col(column));
                }
            }
        }
        if matches!(self.origin, Origin::File(LogitForm::Probabilities, _)) {
            for column in logits.as_mut().col_iter_mut() {
                column.iter_mut().for_each(|x| *x = x.ln());
            }
        }
        for &y in &self.masked {
            logits.as_mut().col_mut(y).fill(0.0);
        }
        // Twice: a large mean is off by as much as many a logit, at all labels alike, which would be a direction.
        self.centre(logits.as_mut());
        self.centre(logits);
        Ok(())
    }

    /// Takes the mean over the labels from the logits of each input.
    fn centre(&self, mut logits: MatMut<'_, f64>) {
        let mut means = vec![0.0; logits.nrows()];
        for column in logits.as_ref().col_iter() {
            means.iter_mut().zip(column.iter()).for_each(|(mean, x)| *mean += x);
        }
        let unmasked = (self.labels - self.masked.len()) as f64;
        means.iter_mut().for_each(|mean| *mean /= unmasked);
        for (y, column) in logits.as_mut().col_iter_mut().enumerate() {
            if self.masked.binary_search(&y).is_err() {
                column.iter_mut().zip(&means).for_each(|(x, mean)| *x -= mean);
            }
        }
    }
}

/// Probabilities are not negative, and those of an input sum to 1, as far as numbers of their type can.
fn check_probabilities(
    block: MatMut<'_, f64>,
    rows: &ChosenRows<'_>,
    start: usize,
    ulp: f64,
) -> Result<(), ReadError> {
    let error = |problem: String| rows.place().error(Problem::Logits(problem));
    let (count, width) = (block.nrows(), block.ncols());
    let tolerance = 1e-4_f64.max(4.0 * ulp);
    for i in 0..count {
        let mut sum = 0.0;
        for y in 0..width {
            let p = block[(i, y)];
            if p < 0.0 {
                let row = rows.row_in_file(start + i);
                return Err(error(format!(
                    "the probability of label {y} at input {row} is {p:e}; it must not be negative"
                )));
            }
            sum += p;
        }
        if (sum - 1.0).abs() > tolerance {
            let row = rows.row_in_file(start + i);
            return Err(error(format!(
                "the probabilities of input {row} (counted from 0) sum to {sum}, {:.1e} off 1; are they logits, or those of some labels only?",
                (sum - 1.0).abs()
            )));
        }
    }
    Ok(())
}
