//! The second round of bounds: a probe carried over, edge cases, the certificate. Definitions of the rest are in `definitions/sharper.rs`.

use crate::definitions::arithmetic::{centred_logits, dot, mean, minus};
use crate::pairs::{assert_close, compared, model, normal, regular_pair, rng, value};
use logitdist::bound::{LinearProbe, probe_agreement, probe_transfer};
use logitdist::{Bound, BoundSide, Direction, Mat, Model, Pair, Settings, Statement, compare};
use logitdist_linalg::{matmul, matmul_tn, svd};

fn bound<'a>(bounds: &'a [Bound], token: &str) -> &'a Bound {
    bounds.iter().find(|b| b.theorem.token == token).unwrap_or_else(|| panic!("no {token}"))
}

/// Both sides: of `lhs ≤ rhs`, or of `bound ≤ value`.
fn sides(bound: &Bound) -> [f64; 2] {
    match bound.statement {
        Some(Statement::AtMost { lhs, rhs }) => [lhs, rhs],
        Some(Statement::AtLeast { bound, value }) => [bound, value],
        None => panic!("{bound:?}"),
    }
}

#[test]
fn a_carried_probe_keeps_the_decisions_that_t17_says() {
    for seed in 0..200 {
        let mut rng = rng(seed);
        let a = model(30, 6, 3, seed % 2 == 0, &mut rng);
        let level = 10f64.powi(-(seed as i32 % 5));
        let b = crate::pairs::noisy(&a, level, &mut rng);
        let comparison = compared(&a, &b);
        let probe = LinearProbe { weights: vec![0.4, -1.0, 0.7], offset: 0.2 };
        let pair = Pair::new(&a, &b).unwrap();
        let bound = probe_agreement(&pair, &comparison.reduced, Direction::Ab, &probe).unwrap();
        let [certified, measured] = sides(&bound);
        assert!(!bound.is_violated() && certified <= measured, "seed {seed}: {bound:?}");
        // By definition, on N×K logits: the carried score is the probe's less v·Δ.
        let weights = svd_solve(&a, &probe.weights);
        let (u, v) = (centred_logits(&a), centred_logits(&b));
        let delta: Vec<Vec<f64>> = u.iter().zip(&v).map(|(u, v)| minus(u, v)).collect();
        let own: Vec<f64> = (0..30)
            .map(|i| 0.2 + a.embeddings().row(i).iter().zip(&probe.weights).map(|(f, w)| f * w).sum::<f64>())
            .collect();
        let moved = |i: usize| own[i] - dot(&weights, &delta[i]);
        let kept = (0..30).filter(|&i| (own[i] >= 0.0) == (moved(i) >= 0.0)).count();
        assert_close(measured, kept as f64 / 30.0, 1e-12, &format!("seed {seed}"));
        let d_squared: f64 = delta.iter().flatten().map(|d| d * d).sum();
        let mut left = d_squared * dot(&weights, &weights) * (1.0 + 1e-9);
        let mut costs: Vec<f64> = own.iter().map(|s| s * s).collect();
        costs.sort_by(f64::total_cmp);
        let paid = costs.iter().take_while(|cost| {
            left -= **cost;
            left >= 0.0
        });
        assert_close(certified, 1.0 - paid.count() as f64 / 30.0, 1e-12, &format!("seed {seed}"));
        assert!(probe_transfer(&comparison.reduced, Direction::Ab, &probe.weights).is_ok());
    }
}

/// `G̃^{+T} w`.
fn svd_solve(a: &Model, w: &[f64]) -> Vec<f64> {
    let g = a.unembeddings();
    let labels = g.nrows();
    let g = Mat::from_fn(labels, g.ncols(), |i, j| g[(i, j)] - mean(g.col(j).iter().copied()));
    let svd = svd(g.as_ref());
    let w = Mat::from_fn(w.len(), 1, |i, _| w[i]);
    let mut along = matmul_tn(svd.v.as_ref(), w.as_ref());
    for (i, s) in svd.s.iter().enumerate() {
        along[(i, 0)] /= s;
    }
    matmul(svd.u.as_ref(), along.as_ref()).col(0).iter().copied().collect()
}

#[test]
fn a_probe_that_is_none_is_refused() {
    let (a, b) = regular_pair(3);
    let comparison = compared(&a, &b);
    let pair = Pair::new(&a, &b).unwrap();
    let of = |weights: Vec<f64>, offset: f64| {
        probe_agreement(&pair, &comparison.reduced, Direction::Ab, &LinearProbe { weights, offset })
    };
    assert!(of(vec![1.0; a.dim() + 1], 0.0).unwrap_err().to_string().contains("entries"));
    assert!(of(vec![1.0; a.dim()], f64::NAN).unwrap_err().to_string().contains("offset is NaN"));
}

#[test]
fn a_sample_of_the_inputs_has_its_own_distance_and_no_smallest_probability() {
    let mut rng = rng(5);
    let (a, b) = (model(300, 7, 3, true, &mut rng), model(300, 7, 4, true, &mut rng));
    let settings = Settings { inputs_limit: Some(40), ..Settings::default() };
    let comparison = compare(&Pair::new(&a, &b).unwrap(), &settings, &mut rng).unwrap();
    assert!(!comparison.any_violation());
    let reason = bound(&comparison.bounds, "m_cca_from_kl").reason().unwrap();
    assert_eq!(reason, "40 inputs; at least 300 are needed");
    let [share, _] = sides(bound(&comparison.bounds, "top1_from_logit"));
    assert_close((share * 40.0).fract(), 0.0, 1e-12, "a share of the sample");
}

#[test]
fn one_label_one_input_and_constant_models_have_an_answer_or_a_reason() {
    let constant =
        |labels: usize| Model::new(Mat::full(5, 2, 1.0), normal(labels, 2, &mut rng(1)), None).unwrap();
    let one_label = model(6, 1, 2, false, &mut rng(2));
    let one_input = model(1, 4, 2, false, &mut rng(3));
    let few_labels = model(20, 3, 6, true, &mut rng(4));
    for (a, b) in [
        (&constant(4), &constant(4)),
        (&constant(4), &model(5, 4, 3, true, &mut rng(5))),
        (&one_label, &one_label),
        (&one_input, &model(1, 4, 3, false, &mut rng(6))),
        (&few_labels, &model(20, 3, 2, false, &mut rng(7))),
    ] {
        let comparison = compared(a, b);
        assert!(!comparison.any_violation(), "{:?}", comparison.bounds);
        for (_, bound) in comparison.all_bounds() {
            assert!(bound.statement.is_some() || bound.reason().is_some());
        }
    }
    let comparison = compared(&few_labels, &few_labels);
    assert!(bound(&comparison.bounds, "r2_from_logit").reason().unwrap().contains("under the dimension 6"));
    assert_eq!(sides(bound(&compared(&one_label, &one_label).bounds, "top1_from_logit")), [1.0, 1.0]);
}

#[test]
fn tiny_and_huge_scales_do_not_matter_to_what_has_no_unit() {
    for seed in 0..16 {
        // Without biases: one under −1e9 would mask its label.
        let unbiased = |m: Model| Model::new(m.embeddings().to_owned(), m.unembeddings().to_owned(), None);
        let (a, b) = regular_pair(seed);
        let (a, b) = (unbiased(a).unwrap(), unbiased(b).unwrap());
        let plain = compared(&a, &b);
        for scale in [1e-25, 1e25] {
            let scaled = |m: &Model| crate::pairs::scaled(m, scale, 1.0);
            let other = compared(&scaled(&a), &scaled(&b));
            for token in ["d_white_ab", "d_white_ba"] {
                assert_close(
                    value(&other, token),
                    value(&plain, token),
                    1e-9,
                    &format!("seed {seed}: {token}"),
                );
            }
            for token in ["m_cca_contrasts", "r2_from_logit"] {
                let (got, want) = (sides(bound(&other.bounds, token)), sides(bound(&plain.bounds, token)));
                assert_close(got[0], want[0], 1e-8, &format!("seed {seed}, {scale:e}: {token}"));
            }
            assert!(!other.any_violation());
        }
    }
}

#[test]
fn the_certificate_names_the_simplest_of_the_best() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        let b = if seed % 2 == 0 { b } else { crate::pairs::noisy(&a, 1e-2, &mut rng(seed)) };
        let comparison = compared(&a, &b);
        let (best, token) = comparison.certificate.m_cca.clone().unwrap();
        let about: Vec<(&str, f64)> = comparison
            .bounds
            .iter()
            .filter(|b| b.theorem.side == BoundSide::AtLeast("m_cca"))
            .map(|b| (b.theorem.token, sides(b)[0].max(0.0)))
            .collect();
        let largest = about.iter().map(|b| b.1).fold(0.0, f64::max);
        let first = about.iter().find(|b| b.1 >= largest - 1e-12).unwrap();
        assert_eq!((token, best), *first, "seed {seed}");
        let t5 = about.iter().find(|b| b.0 == "m_cca_two_spectra").unwrap().1;
        let t19 = about.iter().find(|b| b.0 == "m_cca_contrasts").unwrap().1;
        assert!(a.dim() != b.dim() || t19 >= t5, "seed {seed}: {t19} under {t5}");
    }
}

/// Where one model's logits vanish in the directions of the other's, the two-spectra bounds divide rounding errors by rounding errors.
#[test]
fn what_rounding_decides_is_not_certified() {
    // Columns of a Hadamard matrix: exactly orthogonal, and to ones as well.
    let sign = |y: usize, bits: usize| if (y & bits).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
    for seed in 0..64 {
        let mut rng = rng(seed);
        let mut embeddings = || normal(400, 2, &mut rng);
        // Turned by an angle, so that the zeros are those of rounding.
        let angle = 0.1 + seed as f64;
        let head = |first: usize, second: usize| {
            Mat::from_fn(8, 2, |y, j| {
                let (one, other) = (sign(y, first), sign(y, second));
                [angle.cos() * one - angle.sin() * other, angle.sin() * one + angle.cos() * other][j]
            })
        };
        let a = Model::new(embeddings(), head(1, 2), None).unwrap();
        let b = Model::new(embeddings(), head(4, 5), None).unwrap();
        for (a, b) in [(&a, &b), (&b, &a)] {
            let comparison = compared(a, b);
            assert!(value(&comparison, "m_cca") < 0.2);
            for bound in comparison.all_bounds().map(|(_, bound)| bound) {
                if let Some(Statement::AtLeast { bound: certified, value }) = bound.statement {
                    let token = bound.theorem.token;
                    assert!(certified <= value + 2e-4, "seed {seed}: {token} says {certified} of {value}");
                }
            }
            assert!(!comparison.any_violation());
        }
    }
}
