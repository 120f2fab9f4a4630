//! Teachers and students.

use logitdist::{Mat, Pair, Settings, compare};
use logitdist_train::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

fn spirals() -> Splits {
    Spirals { points_per_arm: 40, ..Spirals::default() }.load().unwrap()
}

fn network() -> NetworkSpec {
    NetworkSpec { hidden: vec![64, 64], ..NetworkSpec::default() }
}

fn epochs(n: usize) -> TrainingSpec {
    TrainingSpec { duration: Duration::Epochs(n), batch: 64, learning_rate: 3e-3, ..TrainingSpec::default() }
}

fn task(data: &Splits) -> Task<'_> {
    Task { train: &data.train, validation: Some(&data.validation), teacher: None }
}

fn scalar(a: &logitdist::Model, b: &logitdist::Model, token: &str) -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let comparison = compare(&Pair::new(a, b).unwrap(), &Settings::default(), &mut rng).unwrap();
    comparison.scalar(token).unwrap().clone().unwrap()
}

#[test]
fn a_teacher_learns_and_its_student_is_like_it() {
    let data = spirals();
    let teacher = train(&network(), &epochs(500), &task(&data), 0, &mut ()).unwrap();
    let accuracy = teacher.network.accuracy(&data.test).unwrap();
    assert!(accuracy > 0.8, "{accuracy}");
    assert_eq!(teacher.history.len(), 500);
    assert!(teacher.history[499].loss < 0.5 * teacher.history[0].loss);
    let logits = TeacherLogits::of(&teacher.network, &data.train, Some(&data.validation)).unwrap();
    let with_teacher = Task { teacher: Some(&logits), ..task(&data) };
    let untrained = Network::new(&network(), 2, 7, 1).unwrap();
    let model = |network: &Network| network.model(data.test.features()).unwrap();
    for (loss, temperature) in [
        (Loss::Kl, 1.0),
        (Loss::Kl, 4.0),
        (Loss::ReverseKl, 1.0),
        (Loss::L1, 1.0),
        (Loss::L2, 1.0),
        (Loss::CentredL2, 1.0),
    ] {
        let spec = TrainingSpec { loss, temperature, ..epochs(200) };
        let student = train(&network(), &spec, &with_teacher, 1, &mut ()).unwrap();
        let agreement = scalar(&model(&teacher.network), &model(&student.network), "top1_agreement");
        let before = scalar(&model(&teacher.network), &model(&untrained), "top1_agreement");
        assert!(agreement > before + 0.3, "{loss:?}: {agreement}, {before} before");
    }
}

#[test]
fn the_centred_loss_is_d_logit_squared_of_the_exported_pair() {
    let data = spirals();
    let teacher = train(&network(), &epochs(20), &task(&data), 0, &mut ()).unwrap().network;
    let logits = TeacherLogits::of(&teacher, &data.train, Some(&data.validation)).unwrap();
    let with_teacher = Task { teacher: Some(&logits), ..task(&data) };
    let biased = NetworkSpec { head: Head::Linear { bias: true }, dim: 3, ..network() };
    let spec = TrainingSpec { loss: Loss::CentredL2, ..epochs(7) };
    let student = train(&biased, &spec, &with_teacher, 3, &mut ()).unwrap();
    let features = data.validation.features();
    let (a, b) = (teacher.model(features).unwrap(), student.network.model(features).unwrap());
    let d_logit = scalar(&a, &b, "d_logit");
    let loss = student.history[6].validation_loss.unwrap();
    assert!((loss / (d_logit * d_logit) - 1.0).abs() < 1e-5, "{loss} against {}", d_logit * d_logit);
}

#[test]
fn a_seed_gives_the_same_bits_on_any_thread() {
    let data = spirals();
    let spec = NetworkSpec { dropout: 0.1, ..network() };
    let run = |seed| train(&spec, &epochs(3), &task(&data), seed, &mut ()).unwrap();
    let alone = run(5);
    let together: Vec<Trained> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|i| scope.spawn(move || run(5 + i / 3))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    together[..3].iter().for_each(|trained| assert_eq!(trained, &alone));
    assert_ne!(together[3].network, alone.network);
}

#[derive(Default)]
struct Seen {
    steps: Vec<usize>,
    epochs: Vec<EpochRecord>,
    first: Option<Network>,
    last: Option<Network>,
}

impl Observer for Seen {
    fn step(&mut self, step: usize, network: &Network) {
        self.steps.push(step);
        self.first.get_or_insert_with(|| network.clone());
    }

    fn epoch(&mut self, record: &EpochRecord, network: &Network) {
        self.epochs.push(*record);
        self.last = Some(network.clone());
    }
}

#[test]
fn an_observer_sees_every_step_from_the_first_weights_to_the_last() {
    let data = spirals();
    let spec = TrainingSpec { duration: Duration::Steps(25), ..epochs(1) };
    let mut seen = Seen::default();
    let trained = train(&network(), &spec, &task(&data), 2, &mut seen).unwrap();
    assert_eq!(seen.steps, (0..=25).collect::<Vec<_>>());
    assert_eq!(seen.epochs, trained.history);
    // 560 inputs are 9 steps of 64.
    assert_eq!(trained.history.iter().map(|r| r.step).collect::<Vec<_>>(), [9, 18, 25]);
    assert_eq!(seen.first.unwrap(), Network::new(&network(), 2, 7, 2).unwrap());
    assert_eq!(seen.last.unwrap(), trained.network);
}

#[test]
fn the_first_step_is_adams_and_the_rate_follows_the_schedule() {
    let data = spirals();
    let spec = TrainingSpec {
        duration: Duration::Steps(1),
        schedule: Schedule::Decay { warm_up: 4, decay: 0.9 },
        epsilon: 1e-12,
        ..epochs(1)
    };
    let trained = train(&network(), &spec, &task(&data), 2, &mut ()).unwrap();
    let first = Network::new(&network(), 2, 7, 2).unwrap();
    // Adam's first step is the rate times the sign of the gradient.
    let rate = 3e-3 / 4.0;
    assert_eq!(trained.history[0].learning_rate, rate);
    let moved = trained.network.parameters().iter().zip(first.parameters()).filter(|(a, b)| {
        let step = f64::from((*a - *b).abs());
        assert!(step == 0.0 || (step - rate).abs() < 1e-2 * rate, "{step}");
        step > 0.0
    });
    assert!(moved.count() > first.parameters().len() / 2);
}

#[test]
fn patience_stops_and_takes_the_best_weights() {
    let data = spirals();
    let spec = TrainingSpec { patience: Some(4), learning_rate: 0.02, ..epochs(400) };
    let mut seen = Seen::default();
    let trained = train(&network(), &spec, &task(&data), 0, &mut seen).unwrap();
    let losses: Vec<f64> = trained.history.iter().map(|r| r.validation_loss.unwrap()).collect();
    let best = (0..losses.len()).min_by(|&i, &j| losses[i].total_cmp(&losses[j])).unwrap();
    assert_eq!((trained.epoch, losses.len()), (best + 1, best + 5));
    assert_eq!(trained.network.accuracy(&data.validation).unwrap(), trained.history[best].accuracy);
    assert_ne!(seen.last.unwrap(), trained.network);
}

#[test]
fn divergence_is_an_error_and_never_nan() {
    let data = spirals();
    for loss in [Loss::CrossEntropy, Loss::L2] {
        let teacher = Network::new(&network(), 2, 7, 1).unwrap();
        let logits = TeacherLogits::of(&teacher, &data.train, Some(&data.validation)).unwrap();
        let task = Task { teacher: Some(&logits), ..task(&data) };
        let spec = TrainingSpec { learning_rate: 1e30, loss, ..epochs(20) };
        let error = train(&network(), &spec, &task, 0, &mut ()).unwrap_err();
        assert!(matches!(&error, TrainError::Diverged { epoch: 1, step, .. } if *step < 20), "{error}");
        assert!(error.to_string().contains("training diverged in epoch 1, at step"), "{error}");
    }
}

#[test]
fn a_loss_that_is_finite_but_means_nothing_is_divergence() {
    let data = spirals();
    let teacher = Network::new(&network(), 2, 7, 1).unwrap();
    let logits = TeacherLogits::of(&teacher, &data.train, Some(&data.validation)).unwrap();
    for loss in [Loss::CrossEntropy, Loss::Kl, Loss::ReverseKl, Loss::L1, Loss::L2, Loss::CentredL2] {
        for learning_rate in [1e2, 1e3] {
            let task = Task { teacher: Some(&logits), ..task(&data) };
            let spec = TrainingSpec { learning_rate, loss, ..epochs(3) };
            let message = train(&network(), &spec, &task, 0, &mut ()).unwrap_err().to_string();
            assert!(message.starts_with("training diverged in epoch 1, at step 2: a logit is "), "{message}");
        }
    }
    // The only step is the last one, with a validation and without.
    let spec = TrainingSpec { learning_rate: 1e6, duration: Duration::Steps(1), ..epochs(1) };
    for validation in [None, Some(&data.validation)] {
        let task = Task { validation, ..task(&data) };
        let message = train(&network(), &spec, &task, 0, &mut ()).unwrap_err().to_string();
        assert!(message.starts_with("training diverged in epoch 1, at step 1: a logit is "), "{message}");
    }
}

#[test]
fn large_numbers_that_the_data_or_the_teacher_bring_are_no_divergence() {
    let data = spirals();
    let scaled = |part: &Dataset| {
        let features = part.features();
        let large = Mat::from_fn(features.nrows(), features.ncols(), |i, j| 1e12 * features[(i, j)]);
        Dataset::new(large, part.labels().to_vec(), 7).unwrap()
    };
    let (train_large, validation) = (scaled(&data.train), scaled(&data.validation));
    let of_large = Task { train: &train_large, validation: Some(&validation), teacher: None };
    let gentle = TrainingSpec { learning_rate: 1e-4, ..epochs(2) };
    let trained = train(&network(), &gentle, &of_large, 0, &mut ()).unwrap();
    assert!(trained.history[1].loss > 1e6, "{}", trained.history[1].loss);
    // A student on the way to logits of 1e9 has a loss of 1e18.
    let small = Network::new(&network(), 2, 7, 1).unwrap();
    let mut logits = TeacherLogits::of(&small, &data.train, Some(&data.validation)).unwrap();
    logits.train.col_iter_mut().flat_map(|column| column.iter_mut()).for_each(|z| *z *= 1e9);
    let task = Task { validation: None, teacher: Some(&logits), ..task(&data) };
    let spec = TrainingSpec { loss: Loss::L2, ..epochs(2) };
    assert!(train(&network(), &spec, &task, 0, &mut ()).unwrap().history[1].loss > 1e15);
}

#[test]
fn what_does_not_fit_together_is_an_error() {
    let data = spirals();
    let radial = Radial::default().load().unwrap();
    let other = train(&network(), &epochs(1), &task(&radial), 0, &mut ()).unwrap().network;
    let logits = TeacherLogits::of(&other, &data.train, Some(&data.validation)).unwrap();
    let distil = TrainingSpec { loss: Loss::L2, ..epochs(1) };
    let message = |task: &Task<'_>, spec: &TrainingSpec| {
        train(&network(), spec, task, 0, &mut ()).unwrap_err().to_string()
    };
    let with = |teacher| Task { teacher: Some(teacher), ..task(&data) };
    assert_eq!(
        message(&with(&logits), &distil),
        "the teacher has 4 labels and the data 7; a student needs a teacher of its own labels"
    );
    assert!(message(&task(&data), &distil).contains("compares with a teacher, and there is none"));
    let teacher = Network::new(&network(), 2, 7, 1).unwrap();
    let few = TeacherLogits::of(&teacher, &data.test, Some(&data.validation)).unwrap();
    assert!(message(&with(&few), &distil).contains("560 inputs to train on and teacher's logits of 280"));
    let digits = Digits::default().load().unwrap();
    let mixed = Task { validation: Some(&digits.validation), ..task(&data) };
    assert!(message(&mixed, &epochs(1)).contains("the data have 64 features and 10 labels"));
    let patient = TrainingSpec { patience: Some(1), ..epochs(1) };
    assert!(message(&Task { validation: None, ..task(&data) }, &patient).contains("`patience` needs"));
    assert!(teacher.model(digits.test.features()).unwrap_err().to_string().contains("64 features"));
}

#[test]
fn a_second_network_makes_the_unembeddings_of_the_radial_task() {
    let data = Radial::default().load().unwrap();
    let spec = NetworkSpec {
        hidden: vec![32, 32, 32],
        activation: Activation::LeakyRelu,
        embedding_bias: false,
        head: Head::Network { hidden: vec![32, 32, 32] },
        ..NetworkSpec::default()
    };
    let trained = train(&spec, &epochs(15), &task(&data), 0, &mut ()).unwrap();
    let accuracy = trained.network.accuracy(&data.test).unwrap();
    assert!(accuracy > 0.9, "{accuracy}");
    assert_eq!(trained.network.model(data.test.features()).unwrap().unembeddings().shape(), (4, 2));
}

#[test]
fn digits_are_learnt_in_a_few_epochs() {
    let data = Digits::default().load().unwrap();
    let spec = NetworkSpec { hidden: vec![64], dim: 8, dropout: 0.1, ..NetworkSpec::default() };
    let trained = train(&spec, &epochs(20), &task(&data), 0, &mut ()).unwrap();
    let accuracy = trained.network.accuracy(&data.test).unwrap();
    assert!(accuracy > 0.93, "{accuracy}");
}

#[test]
fn a_frozen_embedder_keeps_its_weights_under_a_new_head() {
    let data = Digits::default().load().unwrap();
    let wide = NetworkSpec { dim: 8, ..network() };
    let first = train(&wide, &epochs(5), &task(&data), 0, &mut ()).unwrap().network;
    let parity = data.relabelled(2, |digit| digit % 2).unwrap();
    let embeddings = |network: &Network| network.model(data.test.features()).unwrap().embeddings().to_owned();
    let tune = |frozen| {
        let spec = FineTuneSpec { frozen, training: epochs(10), ..FineTuneSpec::default() };
        fine_tune(&first, &spec, &parity, 1, &mut ()).unwrap()
    };
    let (frozen, free) = (tune(Frozen::Embedder), tune(Frozen::Nothing));
    assert_eq!(embeddings(&frozen.trained.network), embeddings(&first));
    assert_ne!(embeddings(&free.trained.network), embeddings(&first));
    assert_eq!(free.accuracy, free.trained.network.accuracy(&parity.test).unwrap());
    assert!(free.accuracy > 0.9 && frozen.accuracy > 0.6, "{} {}", free.accuracy, frozen.accuracy);
    let distil =
        FineTuneSpec { training: TrainingSpec { loss: Loss::L2, ..epochs(1) }, ..FineTuneSpec::default() };
    let error = fine_tune(&first, &distil, &parity, 1, &mut ()).unwrap_err();
    assert!(error.to_string().contains("there is none"), "{error}");
}
