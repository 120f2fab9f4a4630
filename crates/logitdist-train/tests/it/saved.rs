//! Networks saved and read again.

use logitdist_io::{ReadOptions, Source, read_model, write_npz};
use logitdist_train::*;

fn recipe() -> Recipe {
    Recipe {
        data: DataSpec::Radial(Radial { classes: 5, inputs: 400, seed: 3 }),
        network: NetworkSpec {
            hidden: vec![6],
            dim: 3,
            activation: Activation::Tanh,
            head: Head::Network { hidden: vec![4] },
            ..NetworkSpec::default()
        },
        training: TrainingSpec {
            schedule: Schedule::Decay { warm_up: 2, decay: 0.99 },
            patience: Some(5),
            ..TrainingSpec::default()
        },
        seed: 8,
    }
}

#[test]
fn a_network_comes_back_with_its_recipe_and_is_a_model_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.npz");
    let with_bias =
        Recipe { network: NetworkSpec { head: Head::Linear { bias: true }, ..recipe().network }, ..recipe() };
    for recipe in [recipe(), with_bias] {
        let data = recipe.data.load().unwrap();
        let network = Network::new(&recipe.network, 2, 5, 1).unwrap();
        save_network(&path, &network, &recipe, data.test.features()).unwrap();
        assert_eq!(load_network(&path).unwrap(), (network.clone(), recipe));
        let model = read_model(&Source::Path(path.clone()), &ReadOptions::default()).unwrap();
        assert_eq!(model, network.model(data.test.features()).unwrap());
    }
    let bytes = std::fs::read(&path).unwrap();
    let (network, recipe) = load_network(&path).unwrap();
    let data = recipe.data.load().unwrap();
    save_network(&path, &network, &recipe, data.test.features()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "the same network gives the same bytes");
}

#[test]
fn a_model_without_its_network_and_a_damaged_one_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.npz");
    let network = Network::new(&recipe().network, 2, 5, 1).unwrap();
    let data = recipe().data.load().unwrap();
    write_npz(&path, &network.model(data.test.features()).unwrap()).unwrap();
    let message = load_network(&path).unwrap_err().to_string();
    assert!(message.contains("model.npz: a model without its network"), "{message}");
    let larger = NetworkSpec { hidden: vec![7], ..recipe().network };
    let other = Network::new(&larger, 2, 5, 1).unwrap();
    save_network(&path, &other, &recipe(), data.test.features()).unwrap();
    assert_eq!(load_network(&path).unwrap().0, other, "the network's own spec is what is saved");
    let cut = &std::fs::read(&path).unwrap()[..500];
    std::fs::write(&path, cut).unwrap();
    assert!(load_network(&path).unwrap_err().to_string().contains("model.npz"));
}

#[test]
fn fingerprints_tell_recipes_apart() {
    let all = [
        recipe(),
        Recipe { seed: 9, ..recipe() },
        Recipe { data: DataSpec::Radial(Radial { classes: 5, inputs: 400, seed: 4 }), ..recipe() },
        Recipe { network: NetworkSpec { dim: 4, ..recipe().network }, ..recipe() },
        Recipe { training: TrainingSpec { batch: 8, ..recipe().training }, ..recipe() },
    ];
    let names: Vec<String> = all.iter().map(|recipe| recipe.fingerprint().unwrap()).collect();
    for (i, name) in names.iter().enumerate() {
        assert_eq!(name.len(), 32);
        assert!(!names[..i].contains(name), "{i}");
    }
}
