//! Networks adapted to a second task, whether a concept holds: each once, whatever cells ask.

use super::TrainedNetwork;
use crate::cell::hash;
use logitdist_train::{Concept, FineTuneSpec, Splits, fine_tune};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

/// An accuracy, or why there is none.
type Accuracy = Result<f64, String>;

/// Accuracies of adapted networks by all that they come from. Threads that need one while another adapts it wait for that one.
#[derive(Debug, Default)]
pub struct Tuned(Mutex<HashMap<String, Arc<OnceLock<Accuracy>>>>);

impl Tuned {
    /// Accuracy of a network, adapted to telling where a concept of digits holds, on the test inputs of that task.
    ///
    /// The seed comes from the network's recipe alone: a network and its smaller copy begin with the same new head.
    ///
    /// # Errors
    /// A training that diverged.
    pub fn accuracy(
        &self,
        trained: &TrainedNetwork,
        tuning: &FineTuneSpec,
        splits: &Splits,
        concept: Concept,
    ) -> Accuracy {
        let TrainedNetwork { network, recipe, compression } = trained;
        let training = tuning.training.fingerprint();
        let name = format!("{recipe} {compression:?} {concept} {:?} {training}", tuning.frozen);
        let place = Arc::clone(self.0.lock().expect("no thread panicked").entry(name).or_default());
        let adapted = || {
            let second = splits.relabelled(2, |digit| concept.holds(digit).into())?;
            Ok(fine_tune(network, tuning, &second, hash(&format!("tuned\n{recipe}")), &mut ())?.accuracy)
        };
        place.get_or_init(|| adapted().map_err(|e: logitdist_train::TrainError| e.to_string())).clone()
    }
}
