//! A walk along the table's measures of concepts: each by its slow definition, and under the changes that its row names.

use super::*;
use logitdist::{Change, measures};
use logitdist_testing::changed;

/// A pair with its probes, and embeddings of both models on the inputs measured.
struct Case {
    answers: Vec<bool>,
    a: Probe,
    b: Probe,
    /// f and f′, a row per input.
    embeddings: [Mat<f64>; 2],
    /// f on the inputs of the fit.
    fit: Mat<f64>,
    /// G̃⁺ of the teacher, M×K.
    inverse: Mat<f64>,
    /// G̃⁺G̃.
    onto_determined: Mat<f64>,
    /// u − u′ on the inputs measured, N×K.
    delta: Mat<f64>,
}

fn centred_logits(m: &Model) -> Mat<f64> {
    let (f, g) = (m.embeddings(), centred(m.unembeddings()));
    let bias = m.bias().map_or_else(|| vec![0.0; m.n_labels()], <[f64]>::to_vec);
    let mean = bias.iter().sum::<f64>() / bias.len() as f64;
    let product = f * g.transpose();
    Mat::from_fn(product.nrows(), product.ncols(), |i, y| product[(i, y)] + bias[y] - mean)
}

/// The pseudo-inverse, from all singular values above rounding.
fn pseudo_inverse(g: &Mat<f64>) -> Mat<f64> {
    let svd = g.thin_svd().unwrap();
    let s: Vec<f64> = svd.S().column_vector().iter().copied().collect();
    let rank = s.iter().filter(|&&x| x > 1e-9 * s[0]).count();
    let scaled = Mat::from_fn(g.ncols(), rank, |i, j| svd.V()[(i, j)] / s[j]);
    scaled * svd.U().get(.., ..rank).transpose()
}

impl Case {
    fn of(a: &Model, b: &Model, digits: &[usize], concept: Concept) -> Case {
        let answers = concept.of_labels(digits).unwrap();
        let (a_on, b_on) = (half(a, true), half(b, true));
        let probe = |m: &Model| {
            Probe::fit(half(m, false).embeddings(), &answers[..N], &ProbeSpec::default()).unwrap()
        };
        let g = centred(a.unembeddings());
        let inverse = pseudo_inverse(&g);
        Case {
            a: probe(a),
            b: probe(b),
            embeddings: [&a_on, &b_on].map(|m| m.embeddings().to_owned()),
            fit: half(a, false).embeddings().to_owned(),
            onto_determined: &inverse * g,
            inverse,
            delta: centred_logits(&a_on) - centred_logits(&b_on),
            answers: answers[N..].to_vec(),
        }
    }

    /// w as a column.
    fn probe(&self) -> Mat<f64> {
        Mat::from_fn(self.a.weights.len(), 1, |j, _| self.a.weights[j])
    }

    /// w·x + c for every row x.
    fn scores(&self, rows: &Mat<f64>, intercept: f64) -> Vec<f64> {
        (rows * self.probe()).col_as_slice(0).iter().map(|score| score + intercept).collect()
    }

    /// What the distribution determines of every row of f.
    fn determined(&self, f: &Mat<f64>) -> Mat<f64> {
        f * self.onto_determined.transpose()
    }

    /// f̂ = G̃⁺(u′ − b̃) = G̃⁺G̃ f − G̃⁺Δ.
    fn carried(&self) -> Mat<f64> {
        self.determined(&self.embeddings[0]) - &self.delta * self.inverse.transpose()
    }

    /// The intercept, with the mean of what is not determined.
    fn intercept(&self) -> f64 {
        let mean = |scores: Vec<f64>| scores.iter().sum::<f64>() / scores.len() as f64;
        mean(self.scores(&self.fit, self.a.intercept)) - mean(self.scores(&self.determined(&self.fit), 0.0))
    }

    fn accuracy(&self, scores: &[f64]) -> f64 {
        let right = scores.iter().zip(&self.answers).filter(|(score, holds)| (**score > 0.0) == **holds);
        right.count() as f64 / scores.len() as f64
    }
}

fn deviation(scores: &[f64]) -> f64 {
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    (scores.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt()
}

/// The slow definition of a token; none of a token that is not known.
fn definition(token: &str, case: &Case) -> Option<f64> {
    let [f, f_student] = &case.embeddings;
    Some(match token {
        "probe_majority" => {
            let share =
                case.answers.iter().filter(|&&holds| holds).count() as f64 / case.answers.len() as f64;
            share.max(1.0 - share)
        }
        "probe_accuracy_a" => case.accuracy(&case.scores(f, case.a.intercept)),
        "probe_accuracy_b" => case.accuracy(&case.b.scores(f_student.as_ref())),
        "probe_accuracy_carried" => case.accuracy(&case.scores(&case.carried(), case.intercept())),
        "probe_accuracy_determined" => case.accuracy(&case.scores(&case.determined(f), case.intercept())),
        "probe_error" => {
            let errors = case.scores(&(&case.delta * case.inverse.transpose()), 0.0);
            (errors.iter().map(|x| x * x).sum::<f64>() / errors.len() as f64).sqrt()
        }
        "probe_certificate" => {
            let distance = case.delta.norm_l2() / (case.delta.nrows() as f64).sqrt();
            (case.inverse.transpose() * case.probe()).norm_l2() * distance
        }
        "probe_sd" => deviation(&case.scores(f, 0.0)),
        "probe_undetermined" => deviation(&case.scores(&(f - case.determined(f)), 0.0)),
        "probe_kept" => {
            let own = case.scores(&case.determined(f), case.intercept());
            let carried = case.scores(&case.carried(), case.intercept());
            let alike = own.iter().zip(&carried).filter(|(a, b)| (**a >= 0.0) == (**b >= 0.0)).count();
            alike as f64 / own.len() as f64
        }
        _ => return None,
    })
}

/// Pairs whose distribution determines every probe, and pairs of which it does not.
fn pairs() -> impl Iterator<Item = (Model, Model, Vec<usize>)> {
    [(4, 0), (6, 1), (12, 2)].into_iter().map(|(dim, seed)| {
        let (a, digits) = teacher(dim, 0.5, seed);
        let b = Perturbation::NoiseLogits(2).apply(&a, 0.4, &mut rng(seed, 1)).unwrap();
        (a, b, digits)
    })
}

#[test]
fn every_number_is_that_of_its_definition() {
    for (a, b, digits) in pairs() {
        for concept in Concept::ALL {
            let case = Case::of(&a, &b, &digits, concept);
            for (token, got) in transfer(&a, &b, &digits, concept).numbers() {
                let want =
                    definition(token, &case).unwrap_or_else(|| panic!("{token} has no slow definition"));
                assert!(
                    (got - want).abs() < 1e-8 * (1.0 + want),
                    "{concept}, {token}: {got}, expected {want}"
                );
            }
        }
    }
    let (a, b, digits) = pairs().next().unwrap();
    assert!(definition("probe_invented", &Case::of(&a, &b, &digits, Concept::Odd)).is_none());
}

#[test]
fn every_number_survives_the_changes_that_its_row_names() {
    for (a, b, digits) in pairs() {
        let concept = Concept::Odd;
        let plain = transfer(&a, &b, &digits, concept).numbers();
        let under = |[first, second]: [Change; 2], token| {
            let mut rng = rng(9, 0);
            let (a, b) = (changed(&a, first, &mut rng), changed(&b, second, &mut rng));
            let numbers = transfer(&a, &b, &digits, concept).numbers();
            numbers.into_iter().find(|(t, _)| *t == token).unwrap().1
        };
        for (token, x) in &plain {
            let row = measures().find(|row| row.tokens[0] == *token).unwrap();
            let y = under(row.invariance, *token);
            assert!((x - y).abs() < 1e-7 * (1.0 + x), "{token} under {:?}: {x}, {y}", row.invariance);
        }
        let sd = plain.iter().find(|(token, _)| *token == "probe_error").unwrap().1;
        let wider = under([Change::Coordinates, Change::Any], "probe_error");
        assert!((sd - wider).abs() > 1e-3, "a change that is too wide is noticed: {sd}, {wider}");
    }
}
