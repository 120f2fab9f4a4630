//! The training loop: one network on one thread, the same weights for the same seed.

use crate::adam::Adam;
use crate::data::{Dataset, shuffle};
use crate::error::TrainError;
use crate::loss::{Batch, Objective};
use crate::network::{Network, NetworkSpec};
use crate::pass::{Frozen, Pass};
use crate::spec::{Duration, TrainingSpec};
use logitdist::{Mat, MatRef};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What to train on.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// Inputs whose loss is made small.
    pub train: &'a Dataset,
    /// Inputs that say when to stop.
    pub validation: Option<&'a Dataset>,
    /// A teacher's logits on both, for all losses but cross-entropy.
    pub teacher: Option<&'a TeacherLogits>,
}

/// A teacher's logits on the inputs of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct TeacherLogits {
    /// N×K on the inputs trained on.
    pub train: Mat<f64>,
    /// N×K on those of the validation; needed if there are any.
    pub validation: Option<Mat<f64>>,
}

impl TeacherLogits {
    /// The logits of a network.
    ///
    /// # Errors
    /// The network takes inputs of another number of features.
    pub fn of(
        teacher: &Network,
        train: &Dataset,
        validation: Option<&Dataset>,
    ) -> Result<TeacherLogits, TrainError> {
        Ok(TeacherLogits {
            train: teacher.logits(train.features())?,
            validation: validation.map(|data| teacher.logits(data.features())).transpose()?,
        })
    }
}

/// What is told of a training while it goes on. Cloning the network that is shown makes a checkpoint.
pub trait Observer {
    /// A step is made, the `step`-th; 0 is before the first.
    fn step(&mut self, step: usize, network: &Network) {
        let _ = (step, network);
    }

    /// An epoch is finished.
    fn epoch(&mut self, record: &EpochRecord, network: &Network) {
        let _ = (record, network);
    }
}

/// Observes nothing.
impl Observer for () {}

/// How an epoch went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochRecord {
    /// Its number, from 1.
    pub epoch: usize,
    /// Steps made by its end.
    pub step: usize,
    /// Learning rate in it.
    pub learning_rate: f64,
    /// Mean loss of the inputs trained on, each at the step that saw it, with dropout.
    pub loss: f64,
    /// Mean loss of the validation's inputs at its end.
    pub validation_loss: Option<f64>,
    /// Share of the validation's inputs (without any, of those trained on, as for `loss`) whose label has the largest logit.
    pub accuracy: f64,
}

/// A trained network.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// With the last weights, or with those of the smallest validation loss if the training had a patience.
    pub network: Network,
    /// Every epoch.
    pub history: Vec<EpochRecord>,
    /// The epoch, from 1, whose weights the network has.
    pub epoch: usize,
}

/// Trains a new network.
///
/// The seed makes its first weights, the order of inputs and dropout. Nothing depends on threads: a training uses the calling one.
///
/// # Errors
/// A setting outside its range, data or a teacher of other numbers, or [`TrainError::Diverged`].
pub fn train(
    network: &NetworkSpec,
    training: &TrainingSpec,
    task: &Task<'_>,
    seed: u64,
    observer: &mut dyn Observer,
) -> Result<Trained, TrainError> {
    let network = Network::new(network, task.train.n_features(), task.train.n_labels(), seed)?;
    train_from(network, training, task, Frozen::Nothing, seed, observer)
}

/// Goes on from a network's weights, with new moments.
///
/// # Errors
/// As [`train`].
pub fn train_from(
    network: Network,
    training: &TrainingSpec,
    task: &Task<'_>,
    frozen: Frozen,
    seed: u64,
    observer: &mut dyn Observer,
) -> Result<Trained, TrainError> {
    training.check()?;
    check_task(&network, training, task)?;
    Trainer::new(network, training, task, frozen, seed).run(observer)
}

fn check_task(network: &Network, training: &TrainingSpec, task: &Task<'_>) -> Result<(), TrainError> {
    let mismatch = |message: String| Err(TrainError::Mismatch(message));
    for data in std::iter::once(task.train).chain(task.validation) {
        let (found, needed) =
            ((data.n_features(), data.n_labels()), (network.n_features(), network.n_labels()));
        if found != needed {
            return mismatch(format!(
                "the data have {} features and {} labels, and the network {} and {}",
                found.0, found.1, needed.0, needed.1
            ));
        }
    }
    if training.patience.is_some() && task.validation.is_none() {
        return mismatch("`patience` needs inputs to validate on, and there are none".to_owned());
    }
    let teacher = match task.teacher {
        _ if !training.loss.needs_teacher() => return Ok(()),
        Some(teacher) => teacher,
        None => return mismatch("the loss compares with a teacher, and there is none".to_owned()),
    };
    let pairs = [
        ("train on", Some(task.train), Some(&teacher.train)),
        ("validate on", task.validation, teacher.validation.as_ref()),
    ];
    for (purpose, data, logits) in pairs {
        let Some(data) = data else { continue };
        let (n, k) = (data.n_inputs(), data.n_labels());
        let (rows, cols) = logits.map_or((0, k), |logits| (logits.nrows(), logits.ncols()));
        if cols != k {
            return mismatch(format!(
                "the teacher has {cols} labels and the data {k}; a student needs a teacher of its own labels"
            ));
        }
        if rows != n {
            return mismatch(format!("there are {n} inputs to {purpose} and teacher's logits of {rows}"));
        }
    }
    Ok(())
}

/// Inputs, labels and teacher's logits as f32, input after input.
struct Examples<'a> {
    features: Vec<f32>,
    labels: &'a [usize],
    teacher: Vec<f32>,
}

impl<'a> Examples<'a> {
    fn new(data: &'a Dataset, teacher: Option<MatRef<'_, f64>>) -> Examples<'a> {
        Examples {
            features: by_rows(data.features()),
            labels: data.labels(),
            teacher: teacher.map(by_rows).unwrap_or_default(),
        }
    }
}

fn by_rows(matrix: MatRef<'_, f64>) -> Vec<f32> {
    matrix.row_iter().flat_map(|row| row.iter().map(|&v| v as f32)).collect()
}

/// All memory of a training; a step allocates nothing.
struct Trainer<'a> {
    training: &'a TrainingSpec,
    objective: Objective,
    frozen: Frozen,
    network: Network,
    examples: Examples<'a>,
    validation: Option<Examples<'a>>,
    order: Vec<usize>,
    rng: ChaCha8Rng,
    adam: Adam<f32>,
    gradient: Vec<f32>,
    pass: Pass<f32>,
    inputs: Vec<f32>,
    labels: Vec<usize>,
    teacher: Vec<f32>,
    scratch: Vec<f32>,
}

/// Sums over the inputs seen.
#[derive(Default)]
struct Tally {
    loss: f64,
    right: usize,
    inputs: usize,
}

impl<'a> Trainer<'a> {
    fn new(
        network: Network,
        training: &'a TrainingSpec,
        task: &Task<'a>,
        frozen: Frozen,
        seed: u64,
    ) -> Trainer<'a> {
        let teacher = task.teacher.filter(|_| training.loss.needs_teacher());
        let (d, k, batch) =
            (network.n_features(), network.n_labels(), training.batch.min(task.train.n_inputs()));
        let (beta1, beta2) = training.betas;
        // Another stream than that of the first weights.
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(1);
        Trainer {
            training,
            objective: training.objective(),
            frozen,
            examples: Examples::new(task.train, teacher.map(|t| t.train.as_ref())),
            validation: task.validation.map(|data| {
                Examples::new(data, teacher.and_then(|t| t.validation.as_ref()).map(Mat::as_ref))
            }),
            order: (0..task.train.n_inputs()).collect(),
            rng,
            adam: Adam::new(network.parameters.len(), beta1, beta2, training.epsilon),
            gradient: vec![0.0; network.parameters.len()],
            pass: Pass::new(&network.layout, batch),
            inputs: vec![0.0; batch * d],
            labels: vec![0; batch],
            teacher: vec![0.0; if teacher.is_some() { batch * k } else { 0 }],
            scratch: vec![0.0; 2 * k],
            network,
        }
    }

    fn run(mut self, observer: &mut dyn Observer) -> Result<Trained, TrainError> {
        let (mut history, mut best) = (Vec::new(), None::<(f64, usize, Vec<f32>)>);
        let (mut step, mut epoch) = (0, 0);
        observer.step(0, &self.network);
        loop {
            epoch += 1;
            let learning_rate = self.training.learning_rate * self.training.schedule.factor(epoch);
            let steps_left = match self.training.duration {
                Duration::Steps(steps) => steps - step,
                Duration::Epochs(_) => usize::MAX,
            };
            let tally = self.epoch(epoch, &mut step, steps_left, learning_rate, observer)?;
            let validation = self.validate();
            let of = validation.as_ref().unwrap_or(&tally);
            let record = EpochRecord {
                epoch,
                step,
                learning_rate,
                loss: tally.loss / tally.inputs as f64,
                validation_loss: validation.as_ref().map(|v| v.loss / v.inputs as f64),
                accuracy: of.right as f64 / of.inputs as f64,
            };
            self.check_epoch(&record)?;
            observer.epoch(&record, &self.network);
            history.push(record);
            if let (Some(patience), Some(loss)) = (self.training.patience, record.validation_loss) {
                if best.as_ref().is_none_or(|(smallest, ..)| loss < *smallest) {
                    let weights = best.take().map(|(.., weights)| weights).unwrap_or_default();
                    best = Some((loss, epoch, self.copy_weights(weights)));
                } else if best.as_ref().is_some_and(|(_, of, _)| epoch - of >= patience) {
                    break;
                }
            }
            let ended = match self.training.duration {
                Duration::Epochs(epochs) => epoch >= epochs,
                Duration::Steps(steps) => step >= steps,
            };
            if ended {
                break;
            }
        }
        if let Some((_, best_epoch, weights)) = best {
            (epoch, self.network.parameters) = (best_epoch, weights);
        }
        Ok(Trained { network: self.network, history, epoch })
    }

    fn copy_weights(&self, mut into: Vec<f32>) -> Vec<f32> {
        into.clear();
        into.extend_from_slice(&self.network.parameters);
        into
    }

    /// One pass over the inputs in a new order, or so many steps of it.
    fn epoch(
        &mut self,
        epoch: usize,
        step: &mut usize,
        steps_left: usize,
        learning_rate: f64,
        observer: &mut dyn Observer,
    ) -> Result<Tally, TrainError> {
        let (batch, mut tally) = (self.labels.len(), Tally::default());
        let mut order = std::mem::take(&mut self.order);
        shuffle(&mut order, &mut self.rng);
        for chosen in order.chunks(batch).take(steps_left) {
            self.gather(chosen);
            let loss = self.step(chosen.len(), learning_rate, &mut tally);
            *step += 1;
            if !loss.is_finite() {
                let reason = format!("the loss is {loss}");
                return Err(TrainError::Diverged { epoch, step: *step, reason });
            }
            observer.step(*step, &self.network);
        }
        self.order = order;
        Ok(tally)
    }

    /// Copies the chosen inputs to where a step reads them.
    fn gather(&mut self, chosen: &[usize]) {
        let (d, k) = (self.network.n_features(), self.network.n_labels());
        for (place, &i) in chosen.iter().enumerate() {
            self.inputs[place * d..][..d].copy_from_slice(&self.examples.features[i * d..][..d]);
            self.labels[place] = self.examples.labels[i];
            if !self.teacher.is_empty() {
                self.teacher[place * k..][..k].copy_from_slice(&self.examples.teacher[i * k..][..k]);
            }
        }
    }

    /// A step on the n inputs gathered; the sum of their losses before it.
    fn step(&mut self, n: usize, learning_rate: f64, tally: &mut Tally) -> f64 {
        let Network { spec, layout, parameters } = &mut self.network;
        let (d, k, dropout) = (layout.n_features(), layout.n_labels(), spec.dropout > 0.0);
        let inputs = &self.inputs[..n * d];
        layout.forward(parameters, inputs, &mut self.pass, dropout.then_some(&mut self.rng));
        let batch = Batch {
            logits: &self.pass.logits[..n * k],
            teacher: &self.teacher[..(n * k).min(self.teacher.len())],
            labels: &self.labels[..n],
        };
        let loss = self.objective.evaluate(&batch, &mut self.pass.d_logits[..n * k], &mut self.scratch);
        tally.add(loss, &batch);
        layout.backward(parameters, inputs, &mut self.pass, dropout, self.frozen, &mut self.gradient);
        let part = match self.frozen {
            Frozen::Nothing => 0..parameters.len(),
            Frozen::Embedder => layout.head_parameters(),
        };
        self.adam.step(parameters, &self.gradient, learning_rate, part);
        loss
    }

    /// Losses and accuracy on the validation's inputs.
    fn validate(&mut self) -> Option<Tally> {
        let examples = self.validation.as_ref()?;
        let Network { layout, parameters, .. } = &self.network;
        let (d, k, batch) = (layout.n_features(), layout.n_labels(), self.labels.len());
        let mut tally = Tally::default();
        for (b, labels) in examples.labels.chunks(batch).enumerate() {
            let n = labels.len();
            let inputs = &examples.features[b * batch * d..][..n * d];
            layout.forward(parameters, inputs, &mut self.pass, None);
            let teacher = if examples.teacher.is_empty() {
                &[][..]
            } else {
                &examples.teacher[b * batch * k..][..n * k]
            };
            let batch = Batch { logits: &self.pass.logits[..n * k], teacher, labels };
            let loss = self.objective.evaluate(&batch, &mut self.pass.d_logits[..n * k], &mut self.scratch);
            tally.add(loss, &batch);
        }
        Some(tally)
    }

    /// What the losses of the steps cannot show: weights made by the last of them.
    fn check_epoch(&self, record: &EpochRecord) -> Result<(), TrainError> {
        let parts = || self.network.layout.parts();
        let reason = if let Some(i) = self.network.parameters.iter().position(|p| !p.is_finite()) {
            let part = parts().into_iter().find(|part| part.range.contains(&i));
            let name = part.map_or_else(String::new, |part| part.name);
            format!("a weight of `{name}` is {}", self.network.parameters[i])
        } else if let Some(loss) = record.validation_loss.filter(|loss| !loss.is_finite()) {
            format!("the validation loss is {loss}")
        } else {
            return Ok(());
        };
        Err(TrainError::Diverged { epoch: record.epoch, step: record.step, reason })
    }
}

impl Tally {
    fn add(&mut self, loss: f64, batch: &Batch<'_, f32>) {
        let k = batch.logits.len() / batch.labels.len();
        let right = batch
            .logits
            .chunks_exact(k)
            .zip(batch.labels)
            .filter(|(z, y)| (0..k).fold(0, |best, k| if z[k] > z[best] { k } else { best }) == **y);
        self.right += right.count();
        self.loss += loss;
        self.inputs += batch.labels.len();
    }
}
