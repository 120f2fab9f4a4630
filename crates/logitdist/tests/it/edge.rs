//! Degenerate pairs: a value or a reason, never NaN and never a panic.

use crate::pairs::{compared, model, normal, rng, scaled, value};
use logitdist::{Comparison, Error, Mat, Model, Pair, Reason, Side, Status};

fn reason(comparison: &Comparison, token: &str) -> Reason {
    comparison.scalar(token).unwrap().clone().unwrap_err()
}

fn bound_status<'a>(comparison: &'a Comparison, token: &str) -> &'a Status {
    &comparison.bounds.iter().find(|b| b.theorem.token == token).unwrap().status
}

#[test]
fn fewer_labels_than_dimensions_leave_d_rep_out_and_say_so() {
    let mut rng = rng(1);
    let (a, b) = (model(50, 4, 6, true, &mut rng), model(50, 4, 6, true, &mut rng));
    let c = compared(&a, &b);
    assert_eq!(reason(&c, "d_rep_ab"), Reason::Labels { labels: 4, needed: 7 });
    assert_eq!(value(&c, "rank_unembeddings_a"), 3.0);
    let deficient = Reason::UnembeddingRank { side: Side::A, rank: 3, dim: 6 };
    assert_eq!(c.certificate.probe_cost, Err(deficient.clone()));
    // Bounds on m_CCA need no rank of a head.
    for token in ["m_cca_linear", "m_cca_sharp", "m_cca_two_spectra"] {
        assert!(["ok", "vacuous"].contains(&bound_status(&c, token).name()), "{token}");
    }
    for token in ["cca_spectral", "cca_two_spectra", "d_ls", "probe_transfer"] {
        assert_eq!(bound_status(&c, token).name(), "ok", "{token}");
    }
    assert!(c.notes.iter().any(|(t, note)| *t == "m_cca_unembeddings" && note.contains("saturated")));
    assert_eq!(value(&c, "m_cca_unembeddings"), 1.0);
    assert!(deficient.to_string().contains("rank 3") && deficient.to_string().contains("dimension 6"));
}

#[test]
fn dead_units_reduce_the_rank_and_nothing_else() {
    let mut rng = rng(2);
    let (a, b) = (model(60, 9, 3, false, &mut rng), model(60, 9, 3, false, &mut rng));
    let widened = |m: &Model| {
        let wide = |x: logitdist::MatRef<'_, f64>, last: [f64; 2]| {
            Mat::from_fn(x.nrows(), 5, |i, j| if j < 3 { x[(i, j)] } else { last[j - 3] })
        };
        Model::new(wide(m.embeddings(), [0.0, 0.0]), wide(m.unembeddings(), [1.0, 2.0]), None).unwrap()
    };
    let (plain, dead) = (compared(&a, &b), compared(&widened(&a), &b));
    assert_eq!(value(&dead, "rank_embeddings_a"), 3.0);
    for token in ["d_logit", "m_cca", "m_cca_logits", "cka", "r2_ab", "d_ls_ab"] {
        let (x, y) = (value(&plain, token), value(&dead, token));
        assert!((x - y).abs() < 1e-10 * x.abs(), "{token}: {x} {y}");
    }
}

#[test]
fn constant_embeddings_have_rank_zero_however_large_they_are() {
    let mut rng = rng(3);
    let b = model(40, 5, 2, true, &mut rng);
    for size in [1.0, 1e-20, 1e9 + 0.1, 1.0 / 3.0] {
        let a = Model::new(Mat::full(40, 2, size), normal(5, 2, &mut rng), None).unwrap();
        let c = compared(&a, &b);
        assert_eq!(value(&c, "rank_embeddings_a"), 0.0, "{size}");
        assert_eq!(reason(&c, "m_cca"), Reason::Constant { what: "embeddings", side: Side::A }, "{size}");
        for token in ["cka", "procrustes", "svcca", "pwcca_ab", "r2_ba", "m_cca_logits"] {
            assert!(matches!(reason(&c, token), Reason::Constant { .. }), "{size}: {token}");
        }
        for token in ["d_llv", "d_svd_embeddings", "d_fg"] {
            assert!(matches!(reason(&c, token), Reason::ConstantDifference { .. }), "{size}: {token}");
        }
        assert!(!c.any_violation(), "{size}");
    }
}

#[test]
fn constant_embeddings_of_any_length_and_number_have_rank_zero() {
    let mut rng = rng(31);
    for n in [3, 40, 700, 5000] {
        for m in [2, 8, 33] {
            let value_of = normal(1, m, &mut rng);
            let constant = Mat::from_fn(n, m, |_, j| 1e3 * value_of[(0, j)]);
            let a = Model::new(constant, normal(5, m, &mut rng), None).unwrap();
            let b = Model::new(normal(n, 2, &mut rng), normal(5, 2, &mut rng), None).unwrap();
            let c = compared(&a, &b);
            assert_eq!(value(&c, "rank_embeddings_a"), 0.0, "{n}×{m}");
            assert_eq!(value(&c, "rank_logits_a"), 0.0, "{n}×{m}");
        }
    }
}

#[test]
fn columns_of_very_different_size_leave_the_bounds_on_m_cca_out_rather_than_break_them() {
    let mut rng = rng(10);
    let f = normal(2000, 2, &mut rng);
    let g = normal(5, 2, &mut rng);
    let skewed = |m: &Mat<f64>, s: f64| {
        Mat::from_fn(m.nrows(), 2, |i, j| if j == 0 { m[(i, 0)] } else { s * m[(i, 1)] })
    };
    let a = Model::new(skewed(&f, 1e-13), skewed(&g, 1e13), None).unwrap();
    let c = compared(&a, &a);
    assert_eq!((value(&c, "rank_embeddings_a"), value(&c, "rank_logits_a")), (1.0, 2.0));
    let reason = Reason::EmbeddingRank { side: Side::A, rank: 1, logits: 2 };
    assert_eq!(bound_status(&c, "m_cca_sharp"), &Status::NotApplicable(reason));
    assert!(!c.any_violation());
}

#[test]
fn an_offset_shared_by_all_labels_costs_no_digits() {
    let mut rng = rng(11);
    let (a, b) = (model(40, 6, 2, true, &mut rng), model(40, 6, 2, true, &mut rng));
    let moved = |m: &Model| {
        let g = m.unembeddings();
        // A power of two keeps the rounding of the sums from hiding what is tested.
        let g = Mat::from_fn(6, 2, |y, j| (g[(y, j)] * 1024.0).round() / 1024.0 + 1048576.0);
        Model::new(m.embeddings().to_owned(), g, m.bias().map(<[f64]>::to_vec)).unwrap()
    };
    let back = |m: &Model| {
        let g = Mat::from_fn(6, 2, |y, j| m.unembeddings()[(y, j)] - 1048576.0);
        Model::new(m.embeddings().to_owned(), g, m.bias().map(<[f64]>::to_vec)).unwrap()
    };
    let (far_a, far_b) = (moved(&a), moved(&b));
    let (far, near) = (compared(&far_a, &far_b), compared(&back(&far_a), &back(&far_b)));
    for token in ["d_logit", "kl_ab", "kl_ba", "js", "m_cca", "d_rep_ab", "d_ls_ba", "llv_t1"] {
        let (x, y) = (value(&far, token), value(&near, token));
        assert!((x - y).abs() < 1e-12 * y, "{token}: {x} {y}");
    }
    assert!(!far.any_violation());
}

#[test]
fn one_input_one_label_and_one_dimension_give_values_or_reasons() {
    let mut rng = rng(4);
    for (inputs, labels, dim) in [(1, 1, 1), (1, 5, 2), (30, 1, 2), (2, 2, 1), (2, 1, 1), (3, 2, 4)] {
        let (a, b) =
            (model(inputs, labels, dim, true, &mut rng), model(inputs, labels, dim, false, &mut rng));
        let c = compared(&a, &b);
        for (token, scalar) in &c.scalars {
            if let Ok(x) = scalar {
                assert!(x.is_finite(), "{inputs}×{labels}×{dim}: {token} = {x}");
            }
        }
        if labels == 1 {
            assert_eq!(value(&c, "d_logit"), 0.0);
            assert_eq!(value(&c, "kl_ab"), 0.0);
            assert_eq!(value(&c, "top1_agreement"), 1.0);
        }
        assert!(!c.any_violation());
    }
}

#[test]
fn scales_from_tiny_to_huge_change_only_units() {
    let mut rng = rng(5);
    let (a, b) = (model(50, 7, 3, false, &mut rng), model(50, 7, 3, false, &mut rng));
    let plain = compared(&a, &b);
    for scale in [1e-55, 1e-12, 1e12, 1e55] {
        // f shrinks while g grows: the distribution is the same, representations are in other units.
        let c = compared(&scaled(&a, scale, 1.0 / scale), &scaled(&b, scale, 1.0 / scale));
        for token in ["d_logit", "kl_ab", "m_cca", "cka", "cka_debiased", "procrustes", "d_llv", "pwcca_ab"] {
            let (x, y) = (value(&plain, token), value(&c, token));
            assert!((x - y).abs() < 1e-9 * x.abs(), "{scale}: {token} {x} {y}");
        }
        let (x, y) = (value(&plain, "d_rep_ab") * scale, value(&c, "d_rep_ab"));
        assert!((x - y).abs() < 1e-9 * x, "{scale}: d_rep {x} {y}");
        assert!(!c.any_violation(), "{scale}");
    }
}

#[test]
fn logits_beyond_the_range_of_exp_make_tau_vanish_but_not_log_tau() {
    let mut rng = rng(6);
    let (a, b) = (model(50, 7, 3, false, &mut rng), model(50, 7, 3, false, &mut rng));
    let c = compared(&scaled(&a, 1e4, 1.0), &scaled(&b, 1e4, 1.0));
    assert_eq!(value(&c, "tau"), 0.0);
    assert!(value(&c, "log_tau") < -1e4 && value(&c, "log_tau").is_finite());
    for token in ["logit_from_kl", "logit_from_kl_pointwise"] {
        let bound = c.bounds.iter().find(|b| b.theorem.token == token).unwrap();
        assert_eq!(bound.status.name(), "vacuous");
        assert!(bound.reason().unwrap().contains("log τ"), "{:?}", bound.reason());
    }
    assert!(!c.any_violation());
}

#[test]
fn equal_models_are_at_distance_zero_with_every_correlation_one() {
    for seed in 0..32 {
        let (a, _) = crate::pairs::regular_pair(seed);
        let c = compared(&a, &a);
        for token in ["kl_ab", "js", "tv", "hellinger", "llv_min_t1", "d_fg"] {
            assert!(value(&c, token) < 1e-12, "seed {seed}: {token} = {}", value(&c, token));
        }
        assert!(value(&c, "d_logit") < 1e-12 && value(&c, "d_rep_ab") < 1e-9, "seed {seed}");
        assert!((value(&c, "m_cca") - 1.0).abs() < 1e-14, "seed {seed}");
        assert!(c.certificate.m_cca.clone().unwrap().0 > 1.0 - 1e-9, "seed {seed}");
    }
}

#[test]
fn a_smaller_model_meets_its_compression_floor() {
    let mut rng = rng(7);
    let (a, b) = (model(60, 9, 5, false, &mut rng), model(60, 9, 2, false, &mut rng));
    let c = compared(&a, &b);
    let floor = c.bounds.iter().find(|b| b.theorem.token == "compression_floor").unwrap();
    assert_eq!(floor.status, Status::Ok);
    assert!(floor.tightness.unwrap() > 0.0);
    let back = c.bounds_ba.iter().find(|b| b.theorem.token == "compression_floor").unwrap();
    assert_eq!(back.status.name(), "vacuous");
}

#[test]
fn logits_at_both_ends_of_the_accepted_range_violate_nothing() {
    let mut rng = rng(8);
    let (a, b) = (model(30, 7, 3, false, &mut rng), model(30, 7, 2, false, &mut rng));
    for scale in [1e-59, 1e-40, 1e40, 1e59] {
        let c = compared(&scaled(&a, scale, scale), &scaled(&b, scale, scale));
        assert!(!c.any_violation(), "{scale}");
        assert!(c.scalars.iter().all(|(_, x)| x.as_ref().map_or(true, |x| x.is_finite())), "{scale}");
    }
}

#[test]
fn equal_labels_far_from_zero_leave_no_logits_and_no_violation() {
    let mut rng = rng(9);
    for size in [1.0, 1e8, 1e-8] {
        let constant = || Mat::full(7, 3, size);
        let a = Model::new(normal(30, 3, &mut rng), constant(), None).unwrap();
        let b = Model::new(normal(30, 3, &mut rng), constant(), None).unwrap();
        let c = compared(&a, &b);
        assert_eq!((value(&c, "rank_unembeddings_a"), value(&c, "rank_logits_b")), (0.0, 0.0), "{size}");
        assert!(!c.any_violation(), "{size}: {:?}", c.bounds);
    }
}

#[test]
fn bad_models_are_refused_with_the_place_and_what_is_needed() {
    let ones = |rows, cols| Mat::<f64>::full(rows, cols, 1.0);
    let with = |row: usize, col: usize, value: f64| {
        let mut m = ones(5, 2);
        m[(row, col)] = value;
        m
    };
    for (made, message) in [
        (Model::new(ones(0, 2), ones(3, 2), None), "embeddings is 0×2"),
        (Model::new(ones(4, 2), ones(3, 0), None), "unembeddings is 3×0"),
        (Model::new(ones(4, 2), ones(3, 5), None), "embeddings have 2 columns and unembeddings 5"),
        (
            Model::new(ones(4, 2), ones(3, 2), Some(vec![0.0])),
            "bias has 1 entries; it needs one per label, that is 3",
        ),
        (Model::new(with(3, 1, f64::NAN), ones(3, 2), None), "embeddings[3, 1] is NaN"),
        (Model::new(ones(4, 2), with(4, 0, f64::INFINITY), None), "unembeddings[4, 0] is inf"),
        (Model::new(with(0, 0, -1e80), ones(3, 2), None), "embeddings[0, 0] is -1"),
        (Model::new(ones(4, 2), ones(2, 2), Some(vec![0.0, f64::NAN])), "bias[1, 0] is NaN"),
        (Model::new(Mat::full(4, 2, 1e-100), ones(2, 2), None), "largest entry of embeddings is 1e-100"),
    ] {
        let error = made.unwrap_err().to_string();
        assert!(error.contains(message), "{error} does not contain {message}");
    }
    let m = |inputs, labels| Model::new(ones(inputs, 2), ones(labels, 2), None).unwrap();
    assert_eq!(Pair::new(&m(3, 4), &m(5, 4)).unwrap_err(), Error::Inputs { a: 3, b: 5 });
    assert_eq!(Pair::new(&m(3, 4), &m(3, 7)).unwrap_err(), Error::Labels { a: 4, b: 7 });
}

#[test]
fn log_probabilities_are_constant_up_to_rounding_however_many_inputs_there_are() {
    // Log-probabilities of size 20, whose difference to those of the pivot varies by δ.
    let inputs = 4096;
    let of = |vary: f64, seed: u64| {
        let noise = normal(inputs, 1, &mut rng(seed));
        let f = Mat::from_fn(inputs, 2, |i, j| if j == 0 { 1.0 } else { noise[(i, 0)] });
        let g = [[10.0, 0.0], [-10.0, vary], [0.0, 1.0]];
        Model::new(f, Mat::from_fn(3, 2, |y, j| g[y][j]), None).unwrap()
    };
    let rounding = 20.0 * 128.0 * f64::EPSILON;
    let of = |vary: f64| compared(&of(vary, 1), &of(1.0, 2)).scalar("llv_t1").unwrap().clone();
    assert!(of(8.0 * rounding).is_ok());
    let reason = of(rounding / 8.0).unwrap_err();
    assert!(matches!(reason, Reason::ConstantDifference { .. }), "{reason}");
    // Of the second model as well, whose last label has the largest ones.
    let small = model(inputs, 3, 2, false, &mut rng(3));
    let last = |vary: f64| {
        let noise = normal(inputs, 1, &mut rng(4));
        let f = Mat::from_fn(inputs, 2, |i, j| if j == 0 { 1.0 } else { noise[(i, 0)] });
        let g = [[10.0, 0.0], [0.0, 1.0], [-10.0, vary]];
        let large = Model::new(f, Mat::from_fn(3, 2, |y, j| g[y][j]), None).unwrap();
        compared(&small, &large).scalar("llv_t1").unwrap().clone()
    };
    assert!(last(1.5 * rounding).is_ok() && last(0.75 * rounding).is_err());
}

#[test]
fn logits_of_two_inputs_are_the_same_up_to_rounding_however_many_labels_there_are() {
    let of = |vary: f64, seed: u64| {
        let f = [[10.0, 0.0], [10.0, vary], [0.0, 1.0]];
        let f = Mat::from_fn(3, 2, |i, j| f[i][j]);
        Model::new(f, normal(4096, 2, &mut rng(seed)), None).unwrap()
    };
    let rounding = 10.0 * 128.0 * f64::EPSILON;
    let of = |vary: f64| compared(&of(vary, 1), &of(1.0, 2)).scalar("llv_t2").unwrap().clone();
    assert!(of(50.0 * rounding).is_ok() && of(rounding / 50.0).is_err());
}

#[test]
fn a_pivot_a_label_and_one_that_is_left_out_are_the_fewest() {
    let of = |labels: usize| {
        let [a, b] = [1, 2].map(|seed| model(30, labels, 1, false, &mut rng(seed)));
        compared(&a, &b).scalar("llv_min_t1").unwrap().clone()
    };
    assert!(of(3).is_ok());
    let reason = of(2).unwrap_err();
    assert!(matches!(reason, Reason::Labels { labels: 2, needed: 3 }), "{reason}");
}
