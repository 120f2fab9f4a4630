//! Trains small networks: teachers on labels, students on a teacher's logits. They are exported like any other model.
//!
//! A network is a multilayer perceptron f to an embedding of M values, and unembeddings g(y), a matrix or a second perceptron;
//! its logits are `f(x)·g(y) + b(y)`. [`train`] makes one network on the calling thread; the same specs, data and seed always
//! give the same weights. To use several processors, train several networks.
//!
//! [`concept_transfer`] fits linear [`Probe`]s of a [`Concept`], carries the teacher's probe over to the student, and gives the
//! certificate for its error. [`Compression`] rounds, prunes or cuts a network or an exported model.
//!
//! ```
//! use logitdist_train::{Duration, Loss, NetworkSpec, Spirals, Task, TeacherLogits, TrainingSpec, train};
//!
//! let data = Spirals { points_per_arm: 20, ..Spirals::default() }.load()?;
//! let network = NetworkSpec { hidden: vec![32], ..NetworkSpec::default() };
//! let on_labels = TrainingSpec { duration: Duration::Epochs(5), ..TrainingSpec::default() };
//! let task = Task { train: &data.train, validation: Some(&data.validation), teacher: None };
//! let teacher = train(&network, &on_labels, &task, 0, &mut ())?.network;
//!
//! let logits = TeacherLogits::of(&teacher, &data.train, Some(&data.validation))?;
//! let on_logits = TrainingSpec { loss: Loss::CentredL2, ..on_labels };
//! let student = train(&network, &on_logits, &Task { teacher: Some(&logits), ..task }, 1, &mut ())?.network;
//!
//! let (a, b) = (teacher.model(data.test.features())?, student.model(data.test.features())?);
//! assert_eq!((a.n_inputs(), b.n_labels()), (data.test.n_inputs(), 7));
//! # Ok::<(), logitdist_train::TrainError>(())
//! ```

mod adam;
mod compress;
mod concept;
mod concept_transfer;
mod data;
mod divergence;
mod error;
mod fine_tune;
mod fingerprint;
#[cfg(test)]
mod gradients;
mod layout;
mod loss;
mod network;
mod pass;
mod perceptron;
mod probe;
mod recipe;
mod scalar;
mod spec;
mod task;
mod train;

pub use compress::{Compression, low_rank_head};
pub use concept::Concept;
pub use concept_transfer::{ConceptTransfer, answer_transfer, carry_probe, concept_transfer};
pub use data::{
    DIGITS_CITATION, DataSpec, Dataset, Digits, FileData, Files, Radial, Region, Spirals, Splits,
};
pub use error::TrainError;
pub use fine_tune::{FineTuneSpec, FineTuned, fine_tune};
pub use loss::Loss;
pub use network::{Activation, Head, Network, NetworkSpec, Part};
pub use pass::Frozen;
pub use probe::{Penalty, Probe, ProbeSpec, Regression};
pub use recipe::{Recipe, check_data, load_network, save_network, save_network_of};
pub use spec::{Duration, Schedule, TrainingSpec};
pub use task::{Task, TeacherLogits};
pub use train::{EpochRecord, Observer, Trained, train, train_from};
