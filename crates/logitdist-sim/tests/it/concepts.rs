//! Concepts in sweeps of trained networks: probes carried over, and networks adapted.

use crate::folder::{Folder, tokens_of};
use logitdist::{Pair, Part};
use logitdist_sim::sweep;
use logitdist_testing::{number, rows};
use logitdist_train::{
    Concept, Duration, FineTuneSpec, Frozen, Loss, Network, ProbeSpec, Recipe, TrainingSpec,
    concept_transfer, fine_tune, load_network,
};
use std::fs;

/// A teacher and 4 students of it, of two of which a concept is asked: 2 + 16 cells.
const CONCEPTS: &str = r#"
question = "q"
expected = "e"
seed = 3
measures = ["probability"]
[train.asked]
data = "digits"
width = 12
layers = 1
dim = 3
batch = 64
decay = 0.9
teacher_epochs = 3
loss = ["kl", "l2"]
concept = ["closed_loop", "odd"]
tune = ["head", "whole"]
tune_epochs = [0, 2]
epoch = 2
[train.plain]
data = "digits"
width = 12
layers = 1
dim = 3
batch = 64
decay = 0.9
teacher_epochs = 3
epoch = [1, 2]
"#;

/// The networks of a run's folder and what they come from.
fn networks(folder: &Folder, out: &str) -> Vec<(Network, Recipe)> {
    let files = fs::read_dir(folder.path(out).join("networks")).unwrap();
    files.map(|file| load_network(&file.unwrap().path()).unwrap()).collect()
}

#[test]
fn tables_do_not_depend_on_threads_shards_or_interruptions() {
    let folder = Folder::new();
    let one = folder.tables_of(CONCEPTS, "one");
    assert!(one.failures.is_empty());
    folder.check_divided(CONCEPTS, &one);
    // Half of the journal: what is lost is computed again.
    let journal = folder.journal("two");
    let bytes = fs::read(&journal).unwrap();
    fs::write(&journal, &bytes[..bytes.len() / 2]).unwrap();
    let outcome = sweep(&folder.options(CONCEPTS, "two")).unwrap();
    assert!(outcome.computed > 0 && outcome.computed < 18, "{}", outcome.computed);
    assert_eq!(folder.tables("two"), one);
}

#[test]
fn columns_are_those_of_a_direct_call_on_the_networks_of_the_folder() {
    let folder = Folder::new();
    let table = rows(&folder.tables_of(CONCEPTS, "out").rows);
    let networks = networks(&folder, "out");
    assert_eq!(networks.len(), 1 + 3, "a teacher, and students by kl at two epochs and by l2 at one");
    let found = |loss: Loss, epochs: usize| {
        let is = |recipe: &Recipe| {
            (recipe.training.loss, recipe.training.duration) == (loss, Duration::Epochs(epochs))
        };
        networks.iter().find(|(_, recipe)| is(recipe)).unwrap()
    };
    let teacher = found(Loss::CrossEntropy, 3);
    let splits = teacher.1.data.load().unwrap();
    assert_eq!(tokens_of(Part::Tuned), ["tuned_accuracy_a", "tuned_accuracy_b"], "each is computed below");
    for row in table.iter().filter(|row| row["source"] == "train.asked") {
        let student = found(if row["loss"] == "kl" { Loss::Kl } else { Loss::L2 }, 2);
        let concept: Concept = row["concept"].parse().unwrap();
        let model =
            |network: &Network, data: &logitdist_train::Dataset| network.model(data.features()).unwrap();
        let (a, b) = (model(&teacher.0, &splits.test), model(&student.0, &splits.test));
        let (fit_a, fit_b) = (model(&teacher.0, &splits.train), model(&student.0, &splits.train));
        let direct = concept_transfer(
            &Pair::new(&a, &b).unwrap(),
            &Pair::new(&fit_a, &fit_b).unwrap(),
            splits.train.labels(),
            splits.test.labels(),
            concept,
            &ProbeSpec::default(),
        );
        for (token, value) in direct.unwrap().numbers() {
            assert_eq!(number(row, token), value, "{token} {row:?}");
        }
        for (token, (network, recipe)) in [("tuned_accuracy_a", teacher), ("tuned_accuracy_b", student)] {
            if row["tune_epochs"] == "0" {
                assert_eq!(row[token], "", "{row:?}");
                continue;
            }
            let frozen = if row["tune"] == "head" { Frozen::Embedder } else { Frozen::Nothing };
            let training = TrainingSpec {
                duration: Duration::Epochs(2),
                loss: Loss::CrossEntropy,
                ..recipe.training.clone()
            };
            let spec = FineTuneSpec { frozen, head_bias: true, training };
            let name = blake3::hash(format!("tuned\n{}", recipe.fingerprint().unwrap()).as_bytes());
            let seed = u64::from_le_bytes(name.as_bytes()[..8].try_into().unwrap());
            let second = splits.relabelled(2, |digit| concept.digits().contains(&digit).into()).unwrap();
            let direct = fine_tune(network, &spec, &second, seed, &mut ()).unwrap();
            assert_eq!(number(row, token), direct.accuracy, "{token} {row:?}");
        }
    }
}

#[test]
fn what_is_not_asked_is_blank_and_what_nobody_asks_has_no_column() {
    let folder = Folder::new();
    let table = rows(&folder.tables_of(CONCEPTS, "out").rows);
    assert_eq!(table.len(), 18);
    let plain: Vec<_> = table.iter().filter(|row| row["source"] == "train.plain").collect();
    assert_eq!(plain.len(), 2);
    for row in plain {
        assert_eq!((&*row["status"], &*row["concept"], &*row["probe_error"]), ("ok", "", ""), "{row:?}");
        assert_eq!((&*row["tuned_accuracy_a"], &*row["tuned_accuracy_b"]), ("", ""));
        assert!(number(row, "accuracy_b") > 0.0);
    }
    // The teacher's accuracy is one for all its students, and adapting its embedder is another thing than not.
    let of_teacher = |concept: &str, tune: &str| {
        let rows = table.iter().filter(|row| row["concept"] == concept && row["tune"] == tune);
        let mut found: Vec<&str> =
            rows.map(|row| &*row["tuned_accuracy_a"]).filter(|accuracy| !accuracy.is_empty()).collect();
        assert_eq!(found.len(), 2);
        found.dedup();
        assert_eq!(found.len(), 1, "{concept} {tune}: {found:?}");
        found[0].to_owned()
    };
    assert_ne!(of_teacher("odd", "head"), of_teacher("odd", "whole"));
    let [_, plain] = CONCEPTS.split("[train.plain]").collect::<Vec<_>>()[..] else { panic!("two blocks") };
    let head = CONCEPTS.split("[train").next().unwrap();
    let alone = rows(&folder.tables_of(&format!("{head}[train.plain]{plain}"), "alone").rows);
    assert!(!alone[0].contains_key("probe_error") && !alone[0].contains_key("tuned_accuracy_a"));
    for (alone, beside) in alone.iter().zip(table.iter().filter(|row| row["source"] == "train.plain")) {
        assert!(alone.iter().all(|(key, value)| beside[key] == *value), "{alone:?}\n{beside:?}");
    }
    let not_tuned = rows(&folder.tables_of(&CONCEPTS.replace("[0, 2]", "0"), "not_tuned").rows);
    assert!(not_tuned[0].contains_key("probe_error") && !not_tuned[0].contains_key("tuned_accuracy_a"));
}
