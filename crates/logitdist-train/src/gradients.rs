//! Gradients against finite differences, for every loss, activation and head, in f64.

use crate::loss::{Batch, Loss, Objective};
use crate::network::{Activation, Head, Network, NetworkSpec};
use crate::pass::{Frozen, Pass};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const D: usize = 3;
const K: usize = 5;
const N: usize = 11;
const LOSSES: [Loss; 6] =
    [Loss::CrossEntropy, Loss::Kl, Loss::ReverseKl, Loss::L1, Loss::L2, Loss::CentredL2];

/// A network in f64 with a batch, so far from the kinks of activations and of L1 that a step of 1e-6 meets none.
struct Case {
    network: Network,
    parameters: Vec<f64>,
    inputs: Vec<f64>,
    teacher: Vec<f64>,
    labels: Vec<usize>,
    objective: Objective,
    pass: Pass<f64>,
}

impl Case {
    fn new(spec: &NetworkSpec, objective: Objective) -> Case {
        let network = Network::new(spec, D, K, 5).unwrap();
        let wave = |n: usize, by: f64, scale: f64| (0..n).map(move |i| scale * (by * (i + 1) as f64).sin());
        Case {
            // Larger than the first weights of a training, so that all of the loss is seen.
            parameters: network.parameters().iter().map(|&p| 2.0 * f64::from(p)).collect(),
            inputs: wave(N * D, 1.7, 1.5).collect(),
            teacher: wave(N * K, 2.3, 2.0).collect(),
            labels: (0..N).map(|i| 2 * i % K).collect(),
            objective,
            pass: Pass::new(&network.layout, N + 2),
            network,
        }
    }

    /// Mean loss; with dropout always by the same masks.
    fn loss(&mut self) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let dropout = (self.network.spec().dropout > 0.0).then_some(&mut rng);
        self.network.layout.forward(&self.parameters, &self.inputs, &mut self.pass, dropout);
        let batch =
            Batch { logits: &self.pass.logits[..N * K], teacher: &self.teacher, labels: &self.labels };
        let sum = self.objective.evaluate(&batch, &mut self.pass.d_logits[..N * K], &mut [0.0; 2 * K]);
        sum / N as f64
    }

    fn gradient(&mut self, frozen: Frozen) -> Vec<f64> {
        let _ = self.loss();
        let mut gradient = vec![f64::NAN; self.parameters.len()];
        let dropout = self.network.spec().dropout > 0.0;
        let layout = &self.network.layout;
        layout.backward(&self.parameters, &self.inputs, &mut self.pass, dropout, frozen, &mut gradient);
        gradient
    }

    fn check(&mut self, name: &str) {
        const STEP: f64 = 1e-6;
        let gradient = self.gradient(Frozen::Nothing);
        assert!(gradient.iter().any(|g| g.abs() > 1e-2), "{name}: the gradient is all but zero");
        for (i, &found) in gradient.iter().enumerate() {
            let at = self.parameters[i];
            self.parameters[i] = at + STEP;
            let above = self.loss();
            self.parameters[i] = at - STEP;
            let below = self.loss();
            self.parameters[i] = at;
            let difference = (above - below) / (2.0 * STEP);
            let tolerance = 1e-8 + 1e-7 * difference.abs();
            let part = self.network.parts().into_iter().find(|part| part.range.contains(&i)).unwrap();
            assert!(
                (found - difference).abs() < tolerance,
                "{name}, {}: {found} against {difference}",
                part.name
            );
        }
        let of_head = self.gradient(Frozen::Embedder);
        let head = self.network.layout.head_parameters();
        assert_eq!(of_head[head.clone()], gradient[head], "{name}: frozen");
    }
}

fn objective(loss: Loss) -> Objective {
    Objective { loss, temperature: if loss.has_temperature() { 1.7 } else { 1.0 }, mix: 1.0 }
}

#[test]
fn every_loss_with_every_activation_and_head() {
    let heads = [
        Head::Linear { bias: false },
        Head::Linear { bias: true },
        Head::Network { hidden: vec![4, 6] },
        Head::Network { hidden: vec![] },
    ];
    for loss in LOSSES {
        for activation in [Activation::Relu, Activation::LeakyRelu, Activation::Tanh] {
            for (h, head) in heads.iter().enumerate() {
                let spec = NetworkSpec {
                    hidden: vec![7, 5],
                    dim: 3,
                    activation,
                    dropout: if h == 1 { 0.3 } else { 0.0 },
                    embedding_bias: h != 2,
                    head: head.clone(),
                };
                Case::new(&spec, objective(loss)).check(&format!("{loss:?}, {spec:?}"));
            }
        }
    }
}

#[test]
fn dropout_in_a_head_network_and_no_hidden_layer_at_all() {
    let dropout = NetworkSpec {
        hidden: vec![6],
        dim: 2,
        activation: Activation::Tanh,
        dropout: 0.25,
        head: Head::Network { hidden: vec![5] },
        ..NetworkSpec::default()
    };
    let linear = NetworkSpec { hidden: vec![], dim: 2, ..NetworkSpec::default() };
    for spec in [dropout, linear] {
        Case::new(&spec, objective(Loss::Kl)).check(&format!("{spec:?}"));
    }
}

#[test]
fn mixtures_with_labels() {
    let spec = NetworkSpec { hidden: vec![6], dim: 2, ..NetworkSpec::default() };
    for loss in &LOSSES[1..] {
        let mut mixed = Case::new(&spec, Objective { mix: 0.3, ..objective(*loss) });
        mixed.check(&format!("{loss:?}, mixed"));
        let alone = |loss| Case::new(&spec, objective(loss)).loss();
        let expected = 0.3 * alone(*loss) + 0.7 * alone(Loss::CrossEntropy);
        assert!((mixed.loss() - expected).abs() < 1e-12, "{loss:?}");
    }
}

#[test]
fn losses_are_their_definitions() {
    let (z, t) = ([0.3, -1.2, 2.0, 0.5], [1.0, -0.5, 0.1, 0.4]);
    let softmax = |z: &[f64], temperature: f64| {
        let sum: f64 = z.iter().map(|z| (z / temperature).exp()).sum();
        z.iter().map(|z| (z / temperature).exp() / sum).collect::<Vec<_>>()
    };
    let kl = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| p * (p / q).ln()).sum::<f64>();
    let d: Vec<f64> = z.iter().zip(&t).map(|(z, t)| z - t).collect();
    let mean = d.iter().sum::<f64>() / 4.0;
    let (p, q) = (softmax(&t, 2.0), softmax(&z, 2.0));
    for (loss, temperature, expected) in [
        (Loss::CrossEntropy, 1.0, -softmax(&z, 1.0)[2].ln()),
        (Loss::Kl, 2.0, 4.0 * kl(&p, &q)),
        (Loss::ReverseKl, 2.0, 4.0 * kl(&q, &p)),
        (Loss::L1, 1.0, d.iter().map(|d| d.abs()).sum::<f64>() / 4.0),
        (Loss::L2, 1.0, d.iter().map(|d| d * d).sum()),
        (Loss::CentredL2, 1.0, d.iter().map(|d| (d - mean).powi(2)).sum()),
    ] {
        let objective = Objective { loss, temperature, mix: 1.0 };
        let batch = Batch { logits: &z, teacher: &t, labels: &[2] };
        let found = objective.evaluate(&batch, &mut [0.0; 4], &mut [0.0; 8]);
        assert!((found - expected).abs() < 1e-13, "{loss:?}: {found} {expected}");
    }
}

#[test]
fn equal_logits_have_no_distance_and_no_gradient_at_any_size() {
    for scale in [1.0_f32, 1e3, 1e15] {
        let z = [0.3 * scale, -1.2 * scale, 2.0 * scale, 0.5];
        for loss in &LOSSES[1..] {
            let mut gradient = [f32::NAN; 4];
            let batch = Batch { logits: &z, teacher: &z, labels: &[2] };
            let found = objective(*loss).evaluate(&batch, &mut gradient, &mut [0.0; 8]);
            assert_eq!((found, gradient), (0.0, [0.0; 4]), "{loss:?} at {scale}");
        }
    }
}

#[test]
fn gradients_of_saturated_predictions_are_zero_rather_than_subnormal() {
    // exp(−95) is subnormal in f32, and so is every product with it.
    let (z, t) = ([0.0_f32, -95.0, -60.0], [1.0_f32, -94.0, -93.0]);
    for loss in [Loss::CrossEntropy, Loss::Kl, Loss::ReverseKl] {
        let mut gradient = [f32::NAN; 3];
        let batch = Batch { logits: &z, teacher: &t, labels: &[0] };
        let objective = Objective { loss, temperature: 1.0, mix: 1.0 };
        objective.evaluate(&batch, &mut gradient, &mut [0.0; 6]);
        assert!(gradient.iter().all(|g| g.is_finite() && !g.is_subnormal()), "{loss:?}: {gradient:?}");
        assert_eq!(gradient[1], 0.0, "{loss:?}");
        assert!(gradient[2] > 0.0, "{loss:?}");
    }
}
