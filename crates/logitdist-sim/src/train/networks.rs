//! The networks of a run. Each is trained once, stays in memory while there is room, and is kept in a file among the results.

use super::folder::{FOLDER, is_model_of, path};
use super::pair::{TrainedNetwork, TrainedPair};
use super::settings::{TrainSettings, words};
use super::tuned::Tuned;
use crate::config::Config;
use crate::error::SimError;
use crate::grid::Cell;
use crate::listener::Listener;
use logitdist_train::{
    Duration, EpochRecord, Network, Observer, Recipe, Splits, Task, TeacherLogits, TrainingSpec,
    load_network, save_network_of, train,
};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// Why there is no network.
type Reason = String;

/// The networks after some epochs of a training. A training that diverges still has the earlier ones.
type Checkpoints = Vec<(usize, Result<Arc<Network>, Reason>)>;

/// All networks of a run. A thread that needs a network waits while another thread trains it.
#[derive(Debug, Default)]
pub struct Networks {
    folder: Option<PathBuf>,
    kept: Mutex<Kept>,
    /// Networks adapted to a second task.
    pub tuned: Tuned,
    progress: Option<Arc<dyn Listener>>,
}

/// Trainings by name, with the time of their last use.
#[derive(Debug, Default)]
struct Kept {
    trainings: HashMap<String, (Arc<OnceLock<Checkpoints>>, u64)>,
    uses: u64,
}

/// Data that networks are trained on, and their fingerprint.
#[derive(Clone, Copy)]
struct Data<'a> {
    splits: &'a Splits,
    fingerprint: &'a str,
}

/// Memory for weights, in bytes. The network that was unused for longest goes first; it is read again if needed.
const ROOM: usize = 256 << 20;

impl Networks {
    /// Networks in memory alone.
    pub fn in_memory() -> Networks {
        Networks::default()
    }

    /// Networks that are kept among the results of a run, too.
    pub fn of_results(out: &Path) -> Networks {
        Networks { folder: Some(out.join(FOLDER)), ..Networks::default() }
    }

    /// The same networks; `progress` hears of every epoch.
    pub fn telling(self, progress: Option<Arc<dyn Listener>>) -> Networks {
        Networks { progress, ..self }
    }

    /// The networks beside a config of results; networks in memory alone if there are none.
    pub fn beside(config: &Path) -> Networks {
        let out = config.parent().unwrap_or(Path::new(""));
        if out.join(FOLDER).is_dir() { Networks::of_results(out) } else { Networks::in_memory() }
    }

    /// The pair of a cell. This cell and others need the second network after `epochs`; one training serves them all.
    ///
    /// # Errors
    /// A training diverged, or a network cannot be saved.
    pub fn pair(
        &self,
        config: &Config,
        cell: &Cell<'_>,
        settings: &TrainSettings,
        epochs: &[usize],
    ) -> Result<TrainedPair, Reason> {
        let spec = settings.data_spec(config.seed, cell.replicate);
        let splits = config.data.splits(&spec).map_err(|e| words(&e, "width", "dim"))?;
        let fingerprint = config.data.fingerprint(&spec).map_err(|e| e.to_string())?;
        let data = Data { splits: &splits, fingerprint: &fingerprint };
        let source = cell.block.source.name();
        let recipe = settings.teacher(config.seed, cell.replicate);
        let teacher = self.trained(source, &recipe, settings.teacher_epochs, &[], data, None);
        let a = teacher.map_err(|reason| format!("the teacher: {reason}"))?;
        let second = match settings.second(config.seed, cell.replicate, data.fingerprint) {
            None => a.clone(),
            Some(recipe) => {
                let student =
                    self.trained(source, &recipe, settings.epochs(), epochs, data, Some(&a.network));
                student.map_err(|reason| format!("the second network: {reason}"))?
            }
        };
        let b = match settings.compression() {
            Some(compression) => {
                let network = compression.of_network(&second.network).map_err(|e| e.to_string())?;
                TrainedNetwork { network: Arc::new(network), compression: Some(compression), ..second }
            }
            None => second,
        };
        Ok(TrainedPair { a, b, splits })
    }

    /// The network of a recipe after `epoch` epochs. Its training goes on to the last of `epochs`, for other cells.
    fn trained(
        &self,
        source: &str,
        recipe: &Recipe,
        epoch: usize,
        epochs: &[usize],
        data: Data<'_>,
        teacher: Option<&Network>,
    ) -> Result<TrainedNetwork, Reason> {
        let recipe_at = |epoch: usize| Recipe {
            training: TrainingSpec { duration: Duration::Epochs(epoch), ..recipe.training.clone() },
            ..recipe.clone()
        };
        let mut epochs: Vec<usize> = epochs.iter().copied().chain([epoch]).collect();
        epochs.sort_unstable();
        epochs.dedup();
        let name = format!("{} at {epochs:?}", recipe_at(0).fingerprint_of(data.fingerprint));
        let training = self.take(&name);
        let checkpoints = training.get_or_init(|| {
            let recipes: Vec<(usize, Recipe)> =
                epochs.iter().map(|&epoch| (epoch, recipe_at(epoch))).collect();
            self.read(&recipes, data).unwrap_or_else(|| self.train(source, &recipes, data, teacher))
        });
        self.make_room(&name);
        let found = checkpoints.iter().find(|(at, _)| *at == epoch).map(|(_, network)| network.clone());
        Ok(TrainedNetwork {
            network: found.expect("the epoch is among those of its training")?,
            recipe: recipe_at(epoch).fingerprint_of(data.fingerprint),
            compression: None,
        })
    }

    /// The slot of a training, empty if the training has not been done.
    fn take(&self, name: &str) -> Arc<OnceLock<Checkpoints>> {
        let mut kept = self.kept.lock().expect("no thread panicked");
        kept.uses += 1;
        let now = kept.uses;
        let (training, last) = kept.trainings.entry(name.to_owned()).or_default();
        *last = now;
        Arc::clone(training)
    }

    /// Drops other trainings until the rest fit.
    fn make_room(&self, name: &str) {
        let mut kept = self.kept.lock().expect("no thread panicked");
        let bytes = |training: &OnceLock<Checkpoints>| -> usize {
            let networks =
                training.get().into_iter().flatten().filter_map(|(_, network)| network.as_ref().ok());
            networks.map(|network| size_of_val(network.parameters())).sum()
        };
        let mut total: usize = kept.trainings.values().map(|(training, _)| bytes(training)).sum();
        while total > ROOM {
            let others = kept
                .trainings
                .iter()
                .filter(|(other, (training, _))| *other != name && training.get().is_some());
            let Some(oldest) = others.min_by_key(|(_, (_, last))| *last).map(|(name, _)| name.clone()) else {
                return;
            };
            total -= kept.trainings.remove(&oldest).map_or(0, |(training, _)| bytes(&training));
        }
    }

    /// Reads the networks of these recipes from their files; `None` if one is missing, damaged, or of another recipe.
    fn read(&self, recipes: &[(usize, Recipe)], data: Data<'_>) -> Option<Checkpoints> {
        let folder = self.folder.as_ref()?;
        let networks = recipes.iter().map(|(epoch, recipe)| {
            let path = path(folder, recipe, data.fingerprint);
            let (network, found) = load_network(&path).ok()?;
            (found == *recipe && is_model_of(&path, &network, data.splits))
                .then(|| (*epoch, Ok(Arc::new(network))))
        });
        networks.collect()
    }

    /// Trains a network and saves it after the epochs of each recipe. The recipes differ in their epochs alone.
    fn train(
        &self,
        source: &str,
        recipes: &[(usize, Recipe)],
        data: Data<'_>,
        teacher: Option<&Network>,
    ) -> Checkpoints {
        let epochs = recipes.iter().map(|(epoch, _)| *epoch).collect();
        let mut reached = Reached { epochs, networks: vec![], source, progress: self.progress.as_deref() };
        let last = &recipes[recipes.len() - 1].1;
        let ended = self.train_observed(last, data.splits, teacher, &mut reached);
        if last.training.patience.is_some() {
            // The weights of the smallest validation loss, whatever the epoch.
            reached.networks = ended.iter().cloned().collect();
        }
        let mut networks = reached.networks.into_iter();
        let checkpoints = recipes.iter().map(|(epoch, recipe)| {
            let network = match (networks.next(), &ended) {
                (Some(network), _) => self.save(&network, recipe, data).map(|()| Arc::new(network)),
                (None, Err(reason)) => Err(reason.clone()),
                (None, Ok(_)) => panic!("a training of {epoch} epochs ended earlier"),
            };
            (*epoch, network)
        });
        checkpoints.collect()
    }

    fn train_observed(
        &self,
        recipe: &Recipe,
        splits: &Splits,
        teacher: Option<&Network>,
        reached: &mut Reached<'_>,
    ) -> Result<Network, Reason> {
        let Recipe { network, training, seed, .. } = recipe;
        if training.duration == Duration::Epochs(0) {
            let data = &splits.train;
            let untrained = Network::new(network, data.n_features(), data.n_labels(), *seed);
            let untrained = untrained.map_err(|e| e.to_string())?;
            reached.keep(0, &untrained);
            return Ok(untrained);
        }
        let teacher = teacher.filter(|_| training.loss.needs_teacher());
        // Without early stopping there is nothing to validate.
        let validation = training.patience.map(|_| &splits.validation);
        let logits = teacher.map(|teacher| TeacherLogits::of(teacher, &splits.train, validation)).transpose();
        let logits = logits.map_err(|e| e.to_string())?;
        let task = Task { train: &splits.train, validation, teacher: logits.as_ref() };
        let trained = train(network, training, &task, *seed, reached).map_err(|e| e.to_string())?;
        Ok(trained.network)
    }

    fn save(&self, network: &Network, recipe: &Recipe, data: Data<'_>) -> Result<(), Reason> {
        let Some(folder) = &self.folder else { return Ok(()) };
        logitdist_io::make_folder(folder).map_err(|e| SimError::disk(folder, e).to_string())?;
        let (path, features) = (path(folder, recipe, data.fingerprint), data.splits.test.features());
        save_network_of(&path, network, recipe, data.fingerprint, features).map_err(|e| e.to_string())
    }
}

/// Keeps the network after certain epochs, in ascending order, and reports every epoch.
struct Reached<'a> {
    epochs: Vec<usize>,
    networks: Vec<Network>,
    source: &'a str,
    progress: Option<&'a dyn Listener>,
}

impl Reached<'_> {
    fn keep(&mut self, epoch: usize, network: &Network) {
        if self.epochs.contains(&epoch) {
            self.networks.push(network.clone());
        }
    }
}

impl Observer for Reached<'_> {
    fn step(&mut self, step: usize, network: &Network) {
        if step == 0 {
            self.keep(0, network);
        }
    }

    fn epoch(&mut self, record: &EpochRecord, network: &Network) {
        self.keep(record.epoch, network);
        if let Some(progress) = self.progress {
            progress.epoch(self.source, record);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::grid::Recipe as OfCell;

    /// The pair of the first cell of a config.
    fn first_pair(networks: &Networks, config: &Config, epochs: &[usize]) -> TrainedPair {
        let cell = config.grid.cell(0);
        let Ok(OfCell::Trained(settings)) = cell.block.recipe(&cell.values) else {
            panic!("{}", config.toml)
        };
        networks.pair(config, &cell, &settings, epochs).unwrap()
    }

    /// Sources and epochs of which it was told.
    #[derive(Debug, Default)]
    struct Told(Mutex<Vec<(String, usize)>>);

    impl Listener for Told {
        fn begin(&self, _: usize, _: usize) {}

        fn cell(&self) {}

        fn epoch(&self, source: &str, record: &EpochRecord) {
            self.0.lock().unwrap().push((source.to_owned(), record.epoch));
        }

        fn end(&self) {}
    }

    #[test]
    fn files_are_read_when_the_config_is_and_then_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let (path, out) = (|name: &str| folder.path().join(name), folder.path().join("out"));
        let features: String = (0..40).map(|i| format!("{},{}\n", i % 7, i % 5)).collect();
        std::fs::write(path("x.csv"), features).unwrap();
        std::fs::write(path("y.csv"), (0..40).map(|i| format!("{}\n", i % 2)).collect::<String>()).unwrap();
        let text = "question = \"q\"\nexpected = \"e\"\n[train.own]\ndata = \"files\"\nfeatures = \"x.csv\"\nlabels = \"y.csv\"\n\
                    width = 6\nlayers = 1\nteacher_epochs = 1\nepoch = 2\n";
        std::fs::write(path("c.toml"), text).unwrap();
        let config = Config::read(&path("c.toml"), &[]).unwrap();
        let direct = first_pair(&Networks::in_memory(), &config, &[1, 2]);
        std::fs::remove_file(path("x.csv")).unwrap();
        std::fs::write(path("y.csv"), "other labels").unwrap();
        for kept in [0, 3] {
            // Trained and saved, and then read.
            assert_eq!(std::fs::read_dir(out.join(FOLDER)).map_or(0, Iterator::count), kept);
            let pair = first_pair(&Networks::of_results(&out), &config, &[1, 2]);
            assert_eq!((&pair.a.network, &pair.b.network), (&direct.a.network, &direct.b.network));
            assert_eq!((pair.b.recipe, pair.splits), (direct.b.recipe.clone(), direct.splits.clone()));
        }
    }

    #[test]
    fn every_epoch_is_told_and_what_was_trained_is_not_trained_again() {
        let text = "question = \"q\"\nexpected = \"e\"\n[train.small]\npoints = 16\nwidth = 6\nlayers = 1\nteacher_epochs = 1\nepoch = ";
        let told = Arc::new(Told::default());
        let networks = Networks::in_memory().telling(Some(told.clone()));
        let pair = |epoch: usize| {
            let document = Document::parse(Path::new("c.toml"), &format!("{text}{epoch}"), &[]).unwrap();
            first_pair(&networks, &Config::of(&document).unwrap(), &[3, 2])
        };
        let two = pair(2);
        // The teacher's only epoch, and three of the student.
        let all = [1, 1, 2, 3].map(|epoch| ("train.small".to_owned(), epoch));
        assert_eq!(*told.0.lock().unwrap(), all);
        let three = pair(3);
        assert_eq!(*told.0.lock().unwrap(), all);
        assert!(Arc::ptr_eq(&two.a.network, &three.a.network));
        assert_ne!(two.b.network, three.b.network);
        assert_ne!(two.b.recipe, three.b.recipe);
    }
}
