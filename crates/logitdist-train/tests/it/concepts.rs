//! Concepts of real digits, from a trained teacher to its students and to compressed networks.

use logitdist::Pair;
use logitdist_train::*;

#[test]
fn digits_keep_their_concepts_under_a_certificate_that_holds() {
    let data = Digits::default().load().unwrap();
    let spec = NetworkSpec { hidden: vec![32], dim: 8, ..NetworkSpec::default() };
    let training = TrainingSpec {
        duration: Duration::Epochs(30),
        batch: 64,
        learning_rate: 3e-3,
        ..TrainingSpec::default()
    };
    let task = Task { train: &data.train, validation: None, teacher: None };
    let teacher = train(&spec, &training, &task, 0, &mut ()).unwrap().network;
    let logits = TeacherLogits::of(&teacher, &data.train, None).unwrap();
    let imitation = TrainingSpec { loss: Loss::CentredL2, ..training };
    let student =
        train(&spec, &imitation, &Task { teacher: Some(&logits), ..task }, 1, &mut ()).unwrap().network;
    let other = Network::new(&spec, 64, 10, 2).unwrap();
    let rounded = |bits| Compression::RoundRow(bits).of_network(&teacher).unwrap();

    let transfer = |network: &Network, concept| {
        let model = |network: &Network, data: &Dataset| network.model(data.features()).unwrap();
        let (a_fit, b_fit) = (model(&teacher, &data.train), model(network, &data.train));
        let (a, b) = (model(&teacher, &data.test), model(network, &data.test));
        let (pair, fit_pair) = (Pair::new(&a, &b).unwrap(), Pair::new(&a_fit, &b_fit).unwrap());
        let (fit_labels, labels) = (data.train.labels(), data.test.labels());
        let t =
            concept_transfer(&pair, &fit_pair, fit_labels, labels, concept, &ProbeSpec::default()).unwrap();
        assert!(t.certificate_holds && t.probe_error <= t.probe_certificate, "{concept}: {t:?}");
        t
    };
    for concept in Concept::ALL {
        let taught = transfer(&student, concept);
        assert!(taught.probe_accuracy_a > taught.probe_majority + 0.1, "{concept}: {taught:?}");
        assert_eq!(
            taught.probe_accuracy_a, taught.probe_accuracy_determined,
            "{concept}: nine directions suffice for 8"
        );
        let untrained = transfer(&other, concept);
        assert!(taught.probe_error < untrained.probe_error, "{concept}: {taught:?}, {untrained:?}");
        assert!(
            taught.probe_accuracy_carried > untrained.probe_accuracy_carried,
            "{concept}: {taught:?}, {untrained:?}"
        );
        let (fine, coarse) = (transfer(&rounded(8), concept), transfer(&rounded(3), concept));
        assert!(fine.probe_error < coarse.probe_error, "{concept}: {fine:?}, {coarse:?}");
        assert!((fine.probe_accuracy_carried - fine.probe_accuracy_a).abs() < 0.02, "{concept}: {fine:?}");
    }
}
