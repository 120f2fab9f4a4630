//! Networks adapted to a second task: does a concept hold? Each is adapted once for all cells.

use super::pair::TrainedNetwork;
use crate::coordinates::hash;
use logitdist_train::{Concept, FineTuneSpec, Splits, fine_tune};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

/// An accuracy, or why there is none.
type Accuracy = Result<f64, String>;

/// Accuracies of adapted networks by their origin. A thread that needs one waits while another thread adapts the network.
#[derive(Debug, Default)]
pub struct Tuned(Mutex<HashMap<String, Arc<OnceLock<Accuracy>>>>);

impl Tuned {
    /// Accuracy of a network on test inputs, after it is adapted to recognise a concept of digits.
    ///
    /// The seed comes from the network's recipe alone. So a network and its compressed copy start with the same new head.
    ///
    /// # Errors
    /// The training diverged.
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

#[cfg(test)]
mod tests {
    use super::*;
    use logitdist_train::{Compression, Digits, Duration, Frozen, Network, NetworkSpec, TrainingSpec};

    #[test]
    fn a_network_is_adapted_once_and_each_way_apart() {
        let splits = Digits::default().load().unwrap();
        let spec = NetworkSpec { hidden: vec![8], ..NetworkSpec::default() };
        let network = Arc::new(Network::new(&spec, 64, 10, 0).unwrap());
        let trained = TrainedNetwork { network, recipe: "r".into(), compression: None };
        let training = TrainingSpec { duration: Duration::Epochs(1), ..TrainingSpec::default() };
        let head = FineTuneSpec { frozen: Frozen::Embedder, training, ..FineTuneSpec::default() };
        let whole = FineTuneSpec { frozen: Frozen::Nothing, ..head.clone() };
        let tuned = Tuned::default();
        let accuracy = |trained, tuning, concept| tuned.accuracy(trained, tuning, &splits, concept);
        let first = accuracy(&trained, &head, Concept::Odd).unwrap();
        assert!((0.0..=1.0).contains(&first));
        assert_eq!(accuracy(&trained, &head, Concept::Odd), Ok(first));
        assert_eq!(tuned.0.lock().unwrap().len(), 1);
        let pruned = TrainedNetwork { compression: Some(Compression::Prune(0.5)), ..trained.clone() };
        for (trained, tuning, concept) in [
            (&trained, &whole, Concept::Odd),
            (&trained, &head, Concept::Straight),
            (&pruned, &head, Concept::Odd),
        ] {
            accuracy(trained, tuning, concept).unwrap();
        }
        assert_eq!(tuned.0.lock().unwrap().len(), 4);
    }

    #[test]
    fn adapting_that_diverges_is_no_accuracy_but_a_reason() {
        let splits = Digits::default().load().unwrap();
        let network = Arc::new(Network::new(&NetworkSpec::default(), 64, 10, 0).unwrap());
        let trained = TrainedNetwork { network, recipe: "r".into(), compression: None };
        let training =
            TrainingSpec { duration: Duration::Epochs(2), learning_rate: 1e30, ..TrainingSpec::default() };
        let tuning = FineTuneSpec { frozen: Frozen::Nothing, training, ..FineTuneSpec::default() };
        let reason = Tuned::default().accuracy(&trained, &tuning, &splits, Concept::Odd).unwrap_err();
        assert!(reason.starts_with("training diverged in epoch 1, at step "), "{reason}");
    }
}
