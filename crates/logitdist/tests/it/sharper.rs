//! The second round of bounds against slow definitions on N×K logits, where they exist, and edge cases.

use crate::direct::{Rows, centred, column, log_probabilities, logits};
use crate::pairs::{assert_close, compared, model, normal, regular_pair, rng, value};
use logitdist::bound::{LinearProbe, largest_kl, probe_agreement, probe_transfer};
use logitdist::{Bound, Comparison, Direction, Mat, Model, Pair, Settings, Statement, compare};
use logitdist_linalg::{matmul, matmul_nt, matmul_tn, singular_values, svd};

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

fn mean(x: impl Iterator<Item = f64>) -> f64 {
    let all: Vec<f64> = x.collect();
    all.iter().sum::<f64>() / all.len() as f64
}

/// Columns with their means over rows taken away, divided by √N: XᵀX is the covariance.
fn deviations(rows: &Rows) -> Mat<f64> {
    let means: Vec<f64> = (0..rows[0].len()).map(|j| mean(column(rows, j).into_iter())).collect();
    let n = (rows.len() as f64).sqrt();
    Mat::from_fn(rows.len(), means.len(), |i, j| (rows[i][j] - means[j]) / n)
}

fn difference(u: &Rows, v: &Rows) -> Rows {
    u.iter().zip(v).map(|(u, v)| u.iter().zip(v).map(|(u, v)| u - v).collect()).collect()
}

fn spectrum(x: &Mat<f64>) -> Vec<f64> {
    singular_values(x.as_ref()).iter().map(|s| s * s).collect()
}

/// T5 by definition: give up the cheapest shares of √(σσ′) until the budget is spent.
fn two_spectra(x: &Mat<f64>, y: &Mat<f64>, rank: usize) -> f64 {
    let (mut s, mut t) = (singular_values(x.as_ref()), singular_values(y.as_ref()));
    let count = s.len().max(t.len()).max(rank);
    s.resize(count, 0.0);
    t.resize(count, 0.0);
    let mut left =
        0.5 * ((x - y).squared_norm_l2() - s.iter().zip(&t).map(|(s, t)| (s - t).powi(2)).sum::<f64>());
    let mut kept = vec![0.0; count];
    for i in (0..count).rev() {
        let share = if left > s[i] * t[i] { 1.0 } else { left.max(0.0) / (s[i] * t[i]) };
        kept[i] = 1.0 - share;
        left -= share * s[i] * t[i];
    }
    kept.iter().take(rank).sum::<f64>() / rank as f64
}

#[test]
fn every_bound_is_its_slow_definition() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        let comparison = compared(&a, &b);
        check_direction(&comparison, &comparison.bounds, &a, &b, Direction::Ab, seed);
        check_direction(&comparison, &comparison.bounds_ba, &b, &a, Direction::Ba, seed);
    }
}

fn check_direction(c: &Comparison, bounds: &[Bound], a: &Model, b: &Model, direction: Direction, seed: u64) {
    let name = |ab: &'static str, ba: &'static str| if direction == Direction::Ab { ab } else { ba };
    let what = |token: &str| format!("seed {seed}, {direction:?}: {token}");
    let at_most = |token: &str, lhs: f64, rhs: f64| {
        let got = sides(bound(bounds, token));
        assert_close(got[0], lhs, 1e-9, &what(token));
        assert_close(got[1], rhs, 1e-9, &what(token));
    };
    let (u, v) = (centred(&logits(a)), centred(&logits(b)));
    let (lp, lq) = (log_probabilities(&u), log_probabilities(&v));
    let n = a.n_inputs();
    let delta = difference(&u, &v);
    let squared: Vec<f64> = delta.iter().map(|d| d.iter().map(|x| x * x).sum()).collect();
    let d_squared = mean(squared.iter().copied());
    let r = (2.0 * d_squared).sqrt();
    let kl = value(c, name("kl_ab", "kl_ba"));

    at_most("kl_from_logit_sharp", kl, largest_kl(r));
    at_most("tv_from_logit", value(c, "tv"), (r / 4.0).tanh());
    at_most("hellinger_from_logit", value(c, "hellinger"), (1.0 - 1.0 / (r / 4.0).cosh()).sqrt());
    let half = 1.0 / (1.0 + (-r / 2.0).exp());
    let entropy = -half * half.ln() - (1.0 - half) * (1.0 - half).ln();
    at_most("js_from_logit", value(c, "js"), 2f64.ln() - entropy);

    let variance = |weights: &[f64], d: &[f64]| {
        let total: f64 = weights.iter().sum();
        let centre = weights.iter().zip(d).map(|(w, d)| w * d).sum::<f64>() / total;
        weights.iter().zip(d).map(|(w, d)| w * (d - centre).powi(2)).sum::<f64>()
    };
    let both = |pick: fn(f64, f64) -> f64, i: usize| -> Vec<f64> {
        lp[i].iter().zip(&lq[i]).map(|(p, q)| pick(p.exp(), q.exp())).collect()
    };
    let d: Rows = difference(&lp, &lq);
    let lower = mean((0..n).map(|i| 0.5 * variance(&both(f64::min, i), &d[i])));
    let upper = mean(
        (0..n).map(|i| 0.5 * variance(&both(f64::max, i), &d[i]) / both(f64::min, i).iter().sum::<f64>()),
    );
    at_most("kl_weighted_lower", lower, kl);
    at_most("kl_weighted_upper", kl, upper);

    let mut costs: Vec<f64> = u
        .iter()
        .map(|u| {
            let mut sorted = u.clone();
            sorted.sort_by(|x, y| y.total_cmp(x));
            0.5 * (sorted[0] - sorted[1]).powi(2)
        })
        .collect();
    costs.sort_by(f64::total_cmp);
    let mut spent = 0.0;
    let paid = costs.iter().take_while(|cost| {
        spent += **cost;
        spent <= n as f64 * d_squared
    });
    at_most("top1_from_logit", 1.0 - paid.count() as f64 / n as f64, value(c, "top1_agreement"));

    let (x, y) = (deviations(&u), deviations(&v));
    let rank = a.dim().min(b.dim());
    let decomposed = |x: &Mat<f64>, dim: usize| {
        let svd = svd(x.as_ref());
        (svd.s[..dim].to_vec(), svd.v.get(.., ..dim).to_owned())
    };
    let mut best = two_spectra(&x, &y, rank);
    for (s, p) in [decomposed(&x, a.dim()), decomposed(&y, b.dim())] {
        for exponent in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let h = Mat::from_fn(p.nrows(), p.ncols(), |i, j| p[(i, j)] * s[j].powf(-exponent));
            best =
                best.max(two_spectra(&matmul(x.as_ref(), h.as_ref()), &matmul(y.as_ref(), h.as_ref()), rank));
        }
    }
    at_most("m_cca_contrasts", best, value(c, "m_cca"));
    let (s, p) = decomposed(&x, a.dim());
    let whitened = Mat::from_fn(p.nrows(), p.ncols(), |i, j| p[(i, j)] / s[j]);
    let d_white = matmul(deviations(&delta).as_ref(), whitened.as_ref()).norm_l2() / (a.dim() as f64).sqrt();
    assert_close(value(c, name("d_white_ab", "d_white_ba")), d_white, 1e-8, &what("d_white"));

    let labels = a.n_labels();
    let tau: Vec<f64> =
        (0..labels).map(|y| lp.iter().chain(&lq).map(|l| l[y].exp()).fold(1.0, f64::min)).collect();
    let total: f64 = tau.iter().sum();
    let h = Mat::from_fn(labels, labels, |i, j| tau[i].sqrt() * (f64::from(i == j) - tau[j] / total));
    let mut sigma = spectrum(&matmul_nt(x.as_ref(), h.as_ref()));
    sigma.resize(labels.max(rank), 0.0);
    let mut left = (2.0 * kl - sigma[rank..].iter().sum::<f64>()).max(0.0);
    let mut kept = 0.0;
    for sigma in sigma[..rank].iter().rev() {
        let share = if left >= *sigma { 1.0 } else { left / sigma };
        left -= share * sigma;
        kept += (1.0 - share).sqrt();
    }
    at_most("m_cca_from_kl", kept / rank as f64, value(c, "m_cca"));

    // T20: G̃⁺ by the normal equations' decomposition.
    let g = a.unembeddings();
    let means: Vec<f64> = (0..a.dim()).map(|j| mean(g.col(j).iter().copied())).collect();
    let g = Mat::from_fn(labels, a.dim(), |i, j| g[(i, j)] - means[j]);
    let svd = svd(g.as_ref());
    let inverse = Mat::from_fn(a.dim(), a.dim(), |i, j| svd.v[(i, j)] / svd.s[j]);
    let inverse = matmul_nt(inverse.as_ref(), svd.u.as_ref());
    let carried = matmul_nt(deviations(&delta).as_ref(), inverse.as_ref());
    let f = a.embeddings();
    let f: Rows = (0..n).map(|i| f.row(i).iter().copied().collect()).collect();
    let explained = 1.0 - carried.squared_norm_l2() / deviations(&f).squared_norm_l2();
    at_most("r2_from_logit", explained, value(c, name("r2_ab", "r2_ba")));
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
        let v = svd_solve(&a, &probe.weights);
        let delta = difference(&centred(&logits(&a)), &centred(&logits(&b)));
        let own: Vec<f64> = (0..30)
            .map(|i| 0.2 + a.embeddings().row(i).iter().zip(&probe.weights).map(|(f, w)| f * w).sum::<f64>())
            .collect();
        let moved = |i: usize| own[i] - v.iter().zip(&delta[i]).map(|(v, d)| v * d).sum::<f64>();
        let kept = (0..30).filter(|&i| (own[i] >= 0.0) == (moved(i) >= 0.0)).count();
        assert_close(measured, kept as f64 / 30.0, 1e-12, &format!("seed {seed}"));
        let d_squared: f64 = delta.iter().flatten().map(|d| d * d).sum();
        let mut left = d_squared * v.iter().map(|v| v * v).sum::<f64>() * (1.0 + 1e-9);
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
        let (a, b) = regular_pair(seed);
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
            .filter(|b| b.theorem.token.starts_with("m_cca") && !b.theorem.token.contains("logits"))
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
