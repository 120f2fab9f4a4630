//! The training loop: one network on one thread, the same weights for the same seed.

use crate::adam::Adam;
use crate::data::shuffle;
use crate::divergence::{Limit, not_finite};
use crate::error::TrainError;
use crate::loss::{Batch, Objective};
use crate::network::{Network, NetworkSpec};
use crate::pass::{Frozen, Pass};
use crate::spec::{Duration, TrainingSpec};
use crate::task::{Examples, Task};
use logitdist::Mat;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Observes a training while it runs. Clone the network that is shown to make a checkpoint.
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

/// The record of an epoch.
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
/// A setting outside its range, data or a teacher of other numbers, or [`TrainError::Diverged`]: a loss or a weight that is not finite, or a
/// logit over 2²⁴ times the largest of one nat, the teacher's logits and the network's own before the first step. f32 has 24 bits, so the loss
/// then consists of rounding errors.
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

/// Continues from a network's weights, with new moments.
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
    task.check(&network, training)?;
    Trainer::new(network, training, task, frozen, seed).run(observer)
}

/// All memory of a training; a step allocates nothing.
struct Trainer<'a> {
    training: &'a TrainingSpec,
    objective: Objective,
    frozen: Frozen,
    network: Network,
    examples: Examples<'a>,
    validation: Option<Examples<'a>>,
    limit: Limit,
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

/// Inputs that judge the last weights of an epoch without validation. A few suffice: bad weights are bad at nearly all inputs.
const GLANCED_AT: usize = 32;

/// Sums over the inputs seen.
#[derive(Default)]
struct Tally {
    loss: f64,
    right: usize,
    inputs: usize,
    /// The largest magnitude of a logit.
    largest: f32,
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
        let examples = Examples::new(task.train, teacher.map(|t| t.train.as_ref()));
        Trainer {
            training,
            objective: training.objective(),
            frozen,
            limit: Limit::of(&examples.teacher),
            examples,
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
            let of_last_weights = validation.unwrap_or_else(|| self.glance());
            self.check_epoch(&record, &of_last_weights)?;
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
            if *step == 1 {
                self.limit.start_from(tally.largest);
            }
            if let Some(reason) = not_finite("the loss", loss).or_else(|| self.limit.passed_by(tally.largest))
            {
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

    /// The logits of a few inputs of the last step, by the weights that it made.
    fn glance(&mut self) -> Tally {
        let Network { layout, parameters, .. } = &self.network;
        let (d, k, n) = (layout.n_features(), layout.n_labels(), self.labels.len().min(GLANCED_AT));
        layout.forward(parameters, &self.inputs[..n * d], &mut self.pass, None);
        let batch = Batch { logits: &self.pass.logits[..n * k], teacher: &[], labels: &self.labels[..n] };
        let mut tally = Tally::default();
        tally.add(0.0, &batch);
        tally
    }

    /// Judges the weights made by the last step, which no step has seen yet. `seen` is the network with these weights.
    fn check_epoch(&self, record: &EpochRecord, seen: &Tally) -> Result<(), TrainError> {
        let parts = || self.network.layout.parts();
        let weight = self.network.parameters.iter().position(|p| !p.is_finite()).map(|i| {
            let part = parts().into_iter().find(|part| part.range.contains(&i));
            let name = part.map_or_else(String::new, |part| part.name);
            format!("a weight of `{name}` is {}", self.network.parameters[i])
        });
        let reason = weight
            .or_else(|| not_finite("the validation loss", record.validation_loss.unwrap_or_default()))
            .or_else(|| self.limit.passed_by(seen.largest));
        let Some(reason) = reason else { return Ok(()) };
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
        self.largest = batch.logits.iter().fold(self.largest, |largest, z| largest.max(z.abs()));
        self.loss += loss;
        self.inputs += batch.labels.len();
    }
}
