//! Concepts carried between generated pairs, against the definitions written out.

mod walk;

use super::*;
use faer::prelude::Solve;
use logitdist::{Mat, Model};
use logitdist_linalg::matmul;
use logitdist_synth::extremal::WeakestDirection;
use logitdist_synth::{BaseModel, Embeddings, Perturbation, Spectrum, Unembeddings, rng};

const N: usize = 120;

/// A teacher of ten labels on 2 N inputs; each input's digit is the label that it finds most likely.
fn teacher(dim: usize, bias: f64, seed: u64) -> (Model, Vec<usize>) {
    let base = BaseModel {
        inputs: 2 * N,
        labels: 10,
        dim,
        embeddings: Embeddings::Gaussian,
        spectrum: Spectrum::PowerLaw(0.5),
        unembeddings: Unembeddings::Gaussian,
        condition: None,
        scale: 2.0,
        bias,
    };
    let model = base.sample(&mut rng(seed, 0)).unwrap();
    let logits = model.embeddings() * model.unembeddings().transpose();
    let best =
        |i: usize| (0..10).fold(0, |best, y| if logits[(i, y)] > logits[(i, best)] { y } else { best });
    let digits = (0..2 * N).map(best).collect();
    (model, digits)
}

/// The first half of a model's inputs, or the second.
fn half(model: &Model, second: bool) -> Model {
    let rows = if second { N..2 * N } else { 0..N };
    let f = model.embeddings().get(rows, ..).to_owned();
    Model::new(f, model.unembeddings().to_owned(), model.bias().map(<[f64]>::to_vec)).unwrap()
}

/// Fits on the first half and measures on the second.
fn transfer(a: &Model, b: &Model, digits: &[usize], concept: Concept) -> ConceptTransfer {
    let (a_fit, b_fit, a, b) = (half(a, false), half(b, false), half(a, true), half(b, true));
    let (pair, fit_pair) = (Pair::new(&a, &b).unwrap(), Pair::new(&a_fit, &b_fit).unwrap());
    concept_transfer(&pair, &fit_pair, &digits[..N], &digits[N..], concept, &ProbeSpec::default()).unwrap()
}

fn centred(g: MatRef<'_, f64>) -> Mat<f64> {
    let mean = |j: usize| g.col(j).iter().sum::<f64>() / g.nrows() as f64;
    Mat::from_fn(g.nrows(), g.ncols(), |y, j| g[(y, j)] - mean(j))
}

/// `(G̃ᵀG̃)⁻¹ x` for G̃ of full column rank.
fn solve_gram(g: &Mat<f64>, x: Mat<f64>) -> Mat<f64> {
    (g.transpose() * g).partial_piv_lu().solve(x)
}

#[test]
fn a_student_of_the_same_distribution_keeps_the_concept_in_its_place() {
    for seed in 0..4 {
        let (a, digits) = teacher(5, 1.0, seed);
        let b = Perturbation::AffineChange.apply(&a, 3.0, &mut rng(seed, 1)).unwrap();
        for concept in Concept::ALL {
            let t = transfer(&a, &b, &digits, concept);
            assert_eq!(t.probe_accuracy_a, t.probe_accuracy_carried, "seed {seed}, {concept}");
            assert_eq!(t.probe_accuracy_a, t.probe_accuracy_b, "seed {seed}, {concept}");
            assert_eq!(t.probe_accuracy_a, t.probe_accuracy_determined, "seed {seed}, {concept}");
            assert!(t.probe_error < 1e-10 * t.probe_sd && t.certificate_holds, "{t:?}");
            assert!(t.probe_undetermined < 1e-10 * t.probe_sd, "{t:?}");
            assert!(t.probe_kept == 1.0 && !t.agreement.is_violated(), "seed {seed}, {concept}: {t:?}");
            assert!((0.5..1.0).contains(&t.probe_majority), "{concept}: {t:?}");
            // Odd digits are no linear function of a random model's embeddings.
            assert!(t.probe_accuracy_a > 0.6 || concept == Concept::Odd, "seed {seed}, {concept}: {t:?}");
        }
    }
}

#[test]
fn the_error_is_that_of_the_carried_score_and_under_its_certificate() {
    let students = [
        (Perturbation::NoiseEmbeddings, 0.2),
        (Perturbation::NoiseUnembeddings, 0.5),
        (Perturbation::NoiseLogits(2), 1.0),
        (Perturbation::RoundTensor, 3.0),
        (Perturbation::Prune, 0.5),
        (Perturbation::Truncate, 2.0),
        (Perturbation::Temperature, 1.0),
        (Perturbation::LabelPermutation, 0.5),
    ];
    // Nine directions of G̃ at most: in dimension 12 a part of every probe is not determined.
    for (dim, seed) in [(4, 0), (4, 1), (9, 2), (12, 3)] {
        let (a, digits) = teacher(dim, 0.5, seed);
        for (perturbation, level) in &students {
            let b = perturbation.apply(&a, *level, &mut rng(seed, 1)).unwrap();
            for concept in Concept::ALL {
                let case = format!("{perturbation}, {concept}, dimension {dim}");
                let t = transfer(&a, &b, &digits, concept);
                assert!(
                    !t.agreement.is_violated()
                        && t.certificate_holds
                        && t.probe_error <= t.probe_certificate * (1.0 + 1e-12),
                    "{case}: {t:?}"
                );
                // The scores of both, input by input.
                let (a_fit, a_on, b_on) = (half(&a, false), half(&a, true), half(&b, true));
                let answers = concept.of_labels(&digits[..N]).unwrap();
                let probe = Probe::fit(a_fit.embeddings(), &answers, &ProbeSpec::default()).unwrap();
                let summary =
                    PairSummary::of(&Pair::new(&a_on, &b_on).unwrap(), &ProbabilityInputs::None, &[])
                        .unwrap();
                let reduced = Reduced::of(&summary);
                let there = carry_probe(&probe, &reduced).unwrap().scores(b_on.embeddings());
                let here = carry(&probe, &reduced.a, &reduced.a).scores(a_on.embeddings());
                let square: f64 = here.iter().zip(&there).map(|(x, y)| (x - y).powi(2)).sum();
                let error = (square / N as f64).sqrt();
                assert!((error - t.probe_error).abs() < 1e-9 * t.probe_sd, "{case}: {error}, {t:?}");
            }
        }
    }
}

#[test]
fn a_probe_is_carried_by_the_formula() {
    for seed in 0..8 {
        let (a, digits) = teacher(4, 1.0, seed);
        let b = Perturbation::NoiseLogits(2).apply(&a, 0.3, &mut rng(seed, 1)).unwrap();
        let probe =
            Probe::fit(a.embeddings(), &Concept::Odd.of_labels(&digits).unwrap(), &ProbeSpec::default())
                .unwrap();
        // f̂ = G̃⁺ (G̃′ f′ + b̃′ − b̃), input by input.
        let (g, g_student) = (centred(a.unembeddings()), centred(b.unembeddings()));
        let bias = |m: &Model| centred(MatRef::from_column_major_slice(m.bias().unwrap(), 10, 1));
        let shift = bias(&b) - bias(&a);
        let logits = matmul(g_student.as_ref(), b.embeddings().transpose());
        let moved = Mat::from_fn(10, 2 * N, |y, i| logits[(y, i)] + shift[(y, 0)]);
        let aligned = solve_gram(&g, g.transpose() * &moved);
        let want = probe.scores(aligned.transpose());
        let summary = PairSummary::of(&Pair::new(&a, &b).unwrap(), &ProbabilityInputs::None, &[]).unwrap();
        let found = carry_probe(&probe, &Reduced::of(&summary)).unwrap().scores(b.embeddings());
        for (x, y) in want.iter().zip(&found) {
            assert!((x - y).abs() < 1e-10 * (1.0 + x.abs()), "seed {seed}: {x}, {y}");
        }
    }
}

#[test]
fn the_certificate_is_reached_where_the_logits_move_along_the_probe() {
    // Δ = −ε s(x) v/‖v‖ with v = G̃^{+T} w = G̃ (G̃ᵀG̃)⁻¹ w, s(x) = ±1.
    for seed in 0..4 {
        let (a, digits) = teacher(5, 0.0, seed);
        for concept in Concept::ALL {
            let answers = concept.of_labels(&digits[..N]).unwrap();
            let probe = Probe::fit(half(&a, false).embeddings(), &answers, &ProbeSpec::default()).unwrap();
            let g = centred(a.unembeddings());
            let along = solve_gram(&g, Mat::from_fn(5, 1, |j, _| probe.weights[j]));
            let length = (&g * &along).norm_l2();
            let f = Mat::from_fn(2 * N, 5, |i, j| {
                let sign = if i % 3 == 0 { 1.0 } else { -1.0 };
                a.embeddings()[(i, j)] + 0.1 * sign * along[(j, 0)] / length
            });
            let b = Model::new(f, a.unembeddings().to_owned(), None).unwrap();
            let t = transfer(&a, &b, &digits, concept);
            assert!((t.probe_error / t.probe_certificate - 1.0).abs() < 1e-9, "{concept}: {t:?}");
            assert!(t.certificate_holds && t.probe_error > 0.0);
        }
    }
    // In one dimension every probe is along the weakest direction of G̃: E3 itself.
    let family = WeakestDirection { inputs: 2 * N, labels: 10, dim: 1, condition: 1.0, epsilon: 0.3 };
    let (a, b) = family.sample(&mut rng(3, 0)).unwrap();
    let digits: Vec<usize> = (0..2 * N).map(|i| i % 10).collect();
    let t = transfer(&a, &b, &digits, Concept::Odd);
    assert!((t.probe_error / t.probe_certificate - 1.0).abs() < 1e-9, "{t:?}");
}

#[test]
fn coordinates_do_not_matter_where_the_unembeddings_have_full_rank() {
    let (a, digits) = teacher(6, 0.5, 5);
    let b = Perturbation::NoiseEmbeddings.apply(&a, 0.5, &mut rng(5, 1)).unwrap();
    let changed =
        |model: &Model, stream| Perturbation::LinearChange.apply(model, 4.0, &mut rng(5, stream)).unwrap();
    let (other_a, other_b) = (changed(&a, 2), changed(&b, 3));
    for concept in Concept::ALL {
        let (t, other) = (transfer(&a, &b, &digits, concept), transfer(&other_a, &other_b, &digits, concept));
        for ((token, x), (_, y)) in t.numbers().into_iter().zip(other.numbers()) {
            assert!((x - y).abs() < 1e-8 * (1.0 + x.abs()), "{concept}, {token}: {x}, {y}");
        }
    }
}

#[test]
fn what_the_distribution_leaves_open_is_not_carried() {
    // Three labels see two of five directions; the concept is the sign of a direction that they do not see.
    let g = Mat::from_fn(3, 5, |y, j| if j < 2 { (2.0 * y as f64 + j as f64).sin() } else { 0.0 });
    let f = Mat::from_fn(2 * N, 5, |i, j| ((3 * i + 1) as f64 * (0.7 + j as f64)).sin() + 1.0);
    let digits: Vec<usize> = (0..2 * N).map(|i| usize::from(f[(i, 4)] > 1.0)).collect();
    let a = Model::new(f, g, None).unwrap();
    let t = transfer(&a, &a, &digits, Concept::Odd);
    assert!(t.probe_accuracy_a > 0.9 && t.probe_accuracy_b == t.probe_accuracy_a, "{t:?}");
    assert!(t.probe_error < 1e-14 * t.probe_sd && t.certificate_holds, "{t:?}");
    assert!((t.probe_undetermined / t.probe_sd - 1.0).abs() < 0.1, "{t:?}");
    assert!(t.probe_accuracy_carried < 0.75, "{t:?}");
    assert_eq!(t.probe_accuracy_carried, t.probe_accuracy_determined);
    // Where nothing at all is determined, the carried probe is a constant at the mean score.
    let blind = Model::new(a.embeddings().to_owned(), Mat::zeros(3, 5), None).unwrap();
    let t = transfer(&blind, &a, &digits, Concept::Odd);
    assert_eq!((t.probe_error, t.probe_certificate, t.certificate_holds), (0.0, 0.0, true));
    assert!(
        [t.probe_majority, 1.0 - t.probe_majority]
            .iter()
            .any(|share| (share - t.probe_accuracy_carried).abs() < 1e-12)
    );
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let (a, digits) = teacher(4, 0.0, 1);
    let b = Perturbation::NoiseUnembeddings.apply(&a, 0.5, &mut rng(1, 1)).unwrap();
    let pair = Pair::new(&a, &b).unwrap();
    let message = |fit: &Pair<'_>, labels_fit: &[usize], labels: &[usize]| {
        let spec = ProbeSpec::default();
        concept_transfer(&pair, fit, labels_fit, labels, Concept::Odd, &spec).unwrap_err().to_string()
    };
    let of = |found: usize, purpose| {
        format!("there are {found} labels and 240 inputs to {purpose}; a label for each input is needed")
    };
    assert_eq!(message(&pair, &digits[1..], &digits), of(239, "fit on"));
    assert_eq!(message(&pair, &digits, &[]), of(0, "measure on"));
    assert!(message(&pair.swapped(), &digits, &digits).starts_with("model a has other unembeddings"));
    let even = vec![2; 2 * N];
    assert!(message(&pair, &even, &digits).starts_with("concept odd: the concept holds at 0 of 240 inputs"));
    assert!(message(&pair, &digits, &vec![11; 2 * N]).contains("the label of input 0 is 11"));
}
