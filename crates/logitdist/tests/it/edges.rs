//! Pairs on which single numbers are hard to get right, against values that were computed with 50 digits.

use crate::fixtures::{fixture, network};
use crate::pairs::{compared, model, rng, value};
use logitdist::{Comparison, LogitPrecision, Mat, Model, Pair, Settings, Statement, compare};
use logitdist_io::{ReadOptions, Source, read_model};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

/// One model of a pair in `fixtures/edges`.
fn edge(name: &str) -> Model {
    read_model(&Source::Path(fixture(&format!("edges/{name}"))), &ReadOptions::default()).unwrap()
}

fn edge_pair(name: &str) -> Comparison {
    compared(&edge(&format!("{name}-a.npz")), &edge(&format!("{name}-b.npz")))
}

fn in_single_precision(a: &Model, b: &Model) -> Comparison {
    let settings = Settings { logit_precision: LogitPrecision::F32, ..Settings::default() };
    compare(&Pair::new(a, b).unwrap(), &settings, &mut ChaCha8Rng::seed_from_u64(0)).unwrap()
}

#[track_caller]
fn near(comparison: &Comparison, token: &str, right: f64, relative: f64) {
    let got = value(comparison, token);
    assert!((got - right).abs() <= relative * right.abs(), "{token} is {got}, right is {right}");
}

const MASKED: [(&str, f64); 4] = [
    ("kl_ab", 0.029_666_316_459_377_2),
    ("kl_ba", 0.028_859_211_196_528_8),
    ("tv", 0.083_606_732_040_941_5),
    ("top1_agreement", 0.906_666_666_666_667),
];

#[test]
fn masked_labels_leave_the_others_alone_in_both_precisions() {
    let (a, b) = (edge("masked-bf16-a.safetensors"), edge("masked-bf16-b.safetensors"));
    let (double, single) = (compared(&a, &b), in_single_precision(&a, &b));
    for (token, right) in MASKED {
        near(&double, token, right, 1e-12);
        near(&single, token, right, 1e-5);
    }
    for comparison in [&double, &single] {
        assert_eq!(value(comparison, "tau"), 0.0);
        for token in ["d_logit", "d_ls_ab", "d_rep_ba", "llv_t1", "d_fg", "log_tau", "rank_logits_a"] {
            let reason = comparison.scalar(token).unwrap().clone().unwrap_err().to_string();
            assert!(
                reason.contains("are masked in both models") && reason.contains("leave these labels out")
            );
        }
        for (_, bound) in comparison.all_bounds() {
            assert_eq!(bound.status.name(), "not_applicable", "{}", bound.theorem.token);
        }
        assert!(comparison.certificate.probe_cost.is_err());
        assert!(value(comparison, "m_cca") > 0.0 && value(comparison, "cka") > 0.0);
        let note = &comparison.notes.iter().find(|(token, _)| *token == "kl_ab").unwrap().1;
        assert!(note.contains("masked in both models"), "{note}");
    }
}

/// The pair with labels added whose biases are as given.
fn with_more_labels(m: &Model, biases: &[f64]) -> Model {
    let (k, dim) = (m.n_labels(), m.dim());
    let g = m.unembeddings();
    let g = Mat::from_fn(k + biases.len(), dim, |y, j| if y < k { g[(y, j)] } else { (y + j) as f64 * 0.1 });
    let zeros = vec![0.0; k];
    let bias = m.bias().unwrap_or(&zeros).iter().chain(biases).copied().collect();
    Model::new(m.embeddings().to_owned(), g, Some(bias)).unwrap()
}

#[test]
fn whatever_masks_a_label_masks_it_and_what_is_above_is_a_logit() {
    let mut rng = rng(40);
    let (a, b) = (model(80, 7, 3, true, &mut rng), model(80, 7, 3, true, &mut rng));
    let tokens = ["kl_ab", "kl_ba", "jeffreys", "js", "tv", "hellinger", "top1_agreement", "kl_ab_se"];
    let plain = compared(&a, &b);
    for mask in [f64::NEG_INFINITY, f64::MIN, f64::from(f32::MIN), -3.3895e38, -1e10] {
        let masked = compared(&with_more_labels(&a, &[mask; 2]), &with_more_labels(&b, &[mask, f64::MIN]));
        tokens.iter().for_each(|token| near(&masked, token, value(&plain, token), 1e-12));
        assert!(masked.scalar("d_logit").unwrap().is_err());
    }
    // So low that its probability is 0 to double precision, and yet a logit.
    let ordinary = compared(&with_more_labels(&a, &[-1e4]), &with_more_labels(&b, &[-1e4]));
    tokens.iter().for_each(|token| near(&ordinary, token, value(&plain, token), 1e-12));
    assert!(value(&ordinary, "d_logit") > 0.0 && value(&ordinary, "log_tau") < -9e3);
    assert!(!ordinary.any_violation());
}

#[test]
fn a_label_masked_in_one_model_makes_one_direction_of_kl_infinite_and_says_so() {
    let mut rng = rng(41);
    let (a, b) = (model(60, 6, 2, true, &mut rng), model(60, 6, 2, true, &mut rng));
    let c = compared(&with_more_labels(&a, &[f64::NEG_INFINITY]), &with_more_labels(&b, &[0.0]));
    assert!(value(&c, "kl_ab").is_finite() && value(&c, "kl_ab") > 0.0);
    assert_eq!((value(&c, "kl_ba"), value(&c, "jeffreys")), (f64::INFINITY, f64::INFINITY));
    assert!(c.scalar("kl_ba_se").unwrap().clone().unwrap_err().to_string().contains("infinite"));
    assert!(value(&c, "kl_ab_se") > 0.0 && value(&c, "tv") < 1.0 && value(&c, "js") < 0.69);
    let note = &c.notes.iter().find(|(token, _)| *token == "kl_ab").unwrap().1;
    assert!(note.contains("label 6 is masked in model a alone") && note.contains("KL(b ‖ a) is ∞"), "{note}");
    assert!(!c.any_violation());
    let nothing_left = Model::new(Mat::zeros(2, 1), Mat::zeros(2, 1), Some(vec![f64::MIN, -1e10]));
    assert!(nothing_left.unwrap_err().to_string().contains("all labels are masked"));
}

#[test]
fn standard_errors_of_what_hardly_varies_have_their_digits() {
    let c = edge_pair("se-nearly-constant");
    near(&c, "kl_ab_se", 1.52358e-11, 1e-4);
    near(&c, "tv_se", 9.76406e-12, 1e-4);
}

#[test]
fn one_input_has_no_standard_error() {
    let mut rng = rng(42);
    let (a, b) = (model(1, 5, 2, true, &mut rng), model(1, 5, 2, true, &mut rng));
    let c = compared(&a, &b);
    for token in ["kl_ab_se", "kl_ba_se", "js_se", "tv_se", "hellinger_se"] {
        let reason = c.scalar(token).unwrap().clone().unwrap_err().to_string();
        assert_eq!(reason, "1 inputs; at least 2 are needed", "{token}");
    }
}

fn bound(comparison: &Comparison, token: &str) -> (f64, f64) {
    let found = comparison.bounds.iter().find(|b| b.theorem.token == token).unwrap();
    match found.statement {
        Some(Statement::AtLeast { bound, value }) => (bound, value),
        _ => panic!("{token}: {:?}", found.status),
    }
}

#[test]
fn bounds_on_m_cca_need_no_rank_of_a_head_and_bound_m_cca_itself() {
    let wide = edge_pair("na-wide-b");
    assert!(value(&wide, "rank_unembeddings_b") < value(&wide, "dim_b"));
    let narrower = compared(&network("digits-m8-a"), &network("digits-m4-a"));
    for c in [&wide, &narrower] {
        for token in ["m_cca_linear", "m_cca_sharp", "m_cca_two_spectra"] {
            let (bound, measured) = bound(c, token);
            assert_eq!(measured, value(c, "m_cca"), "{token}");
            assert!(bound <= measured, "{token}: {bound} > {measured}");
        }
        assert!(c.certificate.m_cca.is_ok() && c.certificate_ba.m_cca.is_ok() && !c.any_violation());
    }
    let (certified, measured) = bound(&narrower, "m_cca_two_spectra");
    assert!((measured - 0.920).abs() < 1e-3 && (certified - 0.640).abs() < 1e-3, "{certified} of {measured}");
}
