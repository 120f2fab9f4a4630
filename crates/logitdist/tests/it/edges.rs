//! Pairs on which single numbers are hard to get right, against values that were computed with 50 digits.

use crate::fixtures::{fixture, network};
use crate::pairs::{compared, model, normal, rng, value};
use logitdist::{
    Comparison, LogitPrecision, Mat, Model, Pair, Part, Same, Settings, Statement, compare, measure, tokens,
};
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
    // Every number that is made of probabilities and exists, percentiles among them.
    let (a_masked, b_masked) = (with_more_labels(&a, &[f64::MIN; 2]), with_more_labels(&b, &[f64::MIN; 2]));
    let (masked, single) = (compared(&a_masked, &b_masked), in_single_precision(&a_masked, &b_masked));
    let of_probabilities = masked.scalars.iter().filter(|(token, number)| {
        number.is_ok() && measure(token).is_some_and(|(row, _)| row.part == Part::Probability)
    });
    let found: Vec<&str> =
        of_probabilities.map(|(token, _)| *token).filter(|token| *token != "tau").collect();
    for token in ["kl_ab_q90", "kl_ba_q999", "top5_agreement", "js_se"] {
        assert!(found.contains(&token), "{token}: {found:?}");
    }
    for token in found {
        near(&masked, token, value(&plain, token), 1e-12);
        near(&single, token, value(&plain, token), 1e-5);
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

#[test]
fn large_means_cost_cka_no_digits() {
    let c = edge_pair("cka-debiased-offset-1e5");
    near(&c, "cka_debiased", 0.418_514_589_440_169_2, 1e-12);
    near(&c, "cka", 0.450_924_340_848_467_06, 1e-12);
    // Means 1e7 times the spreads, exact in binary.
    let mut rng = rng(43);
    let coarse =
        |m: Mat<f64>| Mat::from_fn(m.nrows(), m.ncols(), |i, j| (m[(i, j)] * 1024.0).round() / 1024.0);
    let (f, h) = (coarse(normal(60, 4, &mut rng)), coarse(normal(60, 3, &mut rng)));
    let g = [normal(5, 4, &mut rng), normal(5, 3, &mut rng)];
    let pair = |offset: f64| {
        let moved = |f: &Mat<f64>, g: &Mat<f64>| {
            let f = Mat::from_fn(f.nrows(), f.ncols(), |i, j| f[(i, j)] + offset);
            Model::new(f, g.clone(), None).unwrap()
        };
        compared(&moved(&f, &g[0]), &moved(&h, &g[1]))
    };
    let (plain, moved) = (pair(0.0), pair(16_777_216.0));
    for token in ["cka_debiased", "cka", "procrustes", "svcca", "pwcca_ab", "r2_ab", "m_cca"] {
        near(&moved, token, value(&plain, token), 1e-12);
    }
}

#[test]
fn divergences_under_rounding_have_their_digits() {
    let c = edge_pair("tv-below-eps");
    near(&c, "tv", 1.216_440_857_724_95e-18, 1e-12);
    near(&c, "kl_ab", 2.604_137_995_243_65e-19, 1e-12);
}

#[test]
fn models_equal_but_for_1e_13_have_a_distance_with_digits() {
    let c = edge_pair("near-1e-13");
    for (token, right) in [
        ("d_logit", 5.628_768_031_925_143e-13),
        ("d_logit_centred", 5.607_031_106_846_11e-13),
        ("d_ls_ab", 1.940_074_711_297_487_7e-13),
        ("d_ls_ba", 1.940_074_711_297_487_7e-13),
        ("llv_t1", 2.256_453_659_807_014_7e-13),
        ("llv_t2", 2.614_608_873_806_799e-13),
        ("llv_t3", 5.594_418_863_357_02e-14),
        ("llv_t4", 2.684_676_900_553_751_8e-13),
        ("kl_ab", 4.968_263_372_766_496e-27),
        ("tv", 3.148_262_714_567_778e-14),
        ("hellinger", 2.854_366_823_091_395e-14),
    ] {
        near(&c, token, right, 1e-8);
    }
    assert!(!c.any_violation());
}

#[test]
fn tiny_logits_are_not_swamped_by_the_log_of_their_number() {
    let c = edge_pair("llv-tiny-logits");
    for (token, right) in [
        ("d_logit", 1.797_137_767_997_550_6e-13),
        ("d_ls_ab", 0.599_863_472_445_196_4),
        ("llv_t1", 0.426_674_015_777_405_8),
        ("llv_t2", 1.635_636_049_191_654_5),
        ("llv_t3", 2.270_798_482_065_354_8e-14),
        ("llv_t4", 4.092_216_918_342_427e-14),
        ("kl_ab", 2.306_931_540_830_825_7e-27),
        ("tv", 2.518_064_648_163_576_6e-14),
        ("hellinger", 2.159_417_374_074_386e-14),
    ] {
        near(&c, token, right, 1e-8);
    }
}

/// Every distance exactly 0, every similarity exactly 1.
#[track_caller]
fn assert_the_same(c: &Comparison, what: &str) {
    for (token, row, _) in tokens() {
        let Some(Ok(x)) = c.scalar(token) else { continue };
        match row.same {
            Same::Zero(_) => assert_eq!(*x, 0.0, "{what}: {token}"),
            Same::One(_) => assert_eq!(*x, 1.0, "{what}: {token}"),
            Same::Neither => {}
        }
    }
    assert!(!c.any_violation(), "{what}");
}

#[test]
fn identical_models_are_at_distance_zero_and_similarity_one_exactly() {
    let mut rng = rng(44);
    for (inputs, labels, dim) in [(60, 9, 4), (3000, 30, 17), (40, 6, 12), (5, 40, 3), (200, 5000, 6)] {
        let m = model(inputs, labels, dim, labels % 2 == 0, &mut rng);
        let far = Mat::from_fn(inputs, dim, |i, j| m.embeddings()[(i, j)] + if j == 0 { 1e6 } else { 0.0 });
        let far = Model::new(far, m.unembeddings().to_owned(), m.bias().map(<[f64]>::to_vec)).unwrap();
        for (m, what) in [(&m, "plain"), (&far, "far from zero")] {
            let what = format!("{inputs}×{labels}×{dim} {what}");
            assert_the_same(&compared(m, m), &what);
            assert_the_same(&in_single_precision(m, m), &what);
        }
    }
    for name in ["digits-m4-a", "digits-m8-a", "digits-m16-relu"] {
        assert_the_same(&compared(&network(name), &network(name)), name);
    }
}

#[test]
fn the_published_linear_bound_on_d_fg_is_as_tight_as_explained() {
    let c = edge_pair("t12-ratio-0706");
    let bound = c.bounds.iter().find(|b| b.theorem.token == "d_fg_linear").unwrap();
    let tightness = bound.tightness.unwrap();
    assert!(tightness > 0.706 && tightness < std::f64::consts::FRAC_1_SQRT_2, "{tightness}");
    assert!(bound.theorem.equality.contains("1/(√2 M)"));
}

#[test]
fn a_twin_beside_a_column_of_another_size_costs_no_digits() {
    let mut rng = rng(45);
    let a = model(70, 8, 3, true, &mut rng);
    // The same model in other units of its second dimension, exact in binary.
    let units = |m: logitdist::MatRef<'_, f64>, unit: f64| {
        Mat::from_fn(m.nrows(), 3, |i, j| if j == 1 { unit * m[(i, j)] } else { m[(i, j)] })
    };
    for unit in [2f64.powi(20), 2f64.powi(-20)] {
        let (f, g) = (units(a.embeddings(), unit), units(a.unembeddings(), 1.0 / unit));
        let b = Model::new(f, g, a.bias().map(<[f64]>::to_vec)).unwrap();
        let c = compared(&a, &b);
        for token in ["d_logit", "d_ls_ab", "llv_t1", "llv_t2", "tv"] {
            assert!(value(&c, token) < 1e-13, "{unit}: {token} = {}", value(&c, token));
        }
        assert!(value(&c, "d_rep_ab") < 1e-12 && !c.any_violation(), "{unit}");
    }
}
