//! Models that differ by 1e-10: what is left of the digits.

use crate::pairs::{compared, model, normal, rng, value};
use logitdist::measure::{cca, d_logit};
use logitdist::{Mat, Model, Statement};
use logitdist_linalg::{
    Columns, LuSolver, matmul, matmul_nt, matmul_tn, orthonormal_columns, singular_values,
};

/// A model and its copy with embeddings moved by 1e-10 relatively, and the exact movement f′ − f.
fn close_models(seed: u64) -> (Model, Model, Mat<f64>) {
    let mut rng = rng(seed);
    let a = model(400, 9, 5, seed.is_multiple_of(2), &mut rng);
    let noise = normal(400, 5, &mut rng);
    let f = a.embeddings();
    let moved = Mat::from_fn(400, 5, |i, j| f[(i, j)] + 1e-10 * noise[(i, j)]);
    // The subtraction of neighbours is exact, so this is the movement after rounding.
    let movement = Mat::from_fn(400, 5, |i, j| moved[(i, j)] - f[(i, j)]);
    let b = Model::new(moved, a.unembeddings().to_owned(), a.bias().map(<[f64]>::to_vec)).unwrap();
    (a, b, movement)
}

fn centred(m: &Mat<f64>) -> Mat<f64> {
    let rows = m.nrows() as f64;
    Mat::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)] - m.col(j).iter().sum::<f64>() / rows)
}

#[test]
fn the_logit_distance_of_close_models_keeps_five_digits() {
    for seed in 0..16 {
        let (a, b, movement) = close_models(seed);
        let g = centred(&a.unembeddings().to_owned());
        let want = matmul_nt(movement.as_ref(), g.as_ref()).norm_l2() / 20.0;
        let got = value(&compared(&a, &b), "d_logit");
        assert!((got / want - 1.0).abs() < 1e-5, "seed {seed}: {got} against {want}");
    }
}

#[test]
fn the_gap_of_t1_is_positive_and_right_where_every_correlation_rounds_to_one() {
    for seed in 0..16 {
        let (a, b, movement) = close_models(seed);
        let comparison = compared(&a, &b);
        // To first order the sines are the singular values of the part of the movement outside span F, in units of F.
        let f = centred(&a.embeddings().to_owned());
        let q = orthonormal_columns(f.as_ref(), 400);
        let d = centred(&movement);
        let outside = &d - matmul(q.as_ref(), matmul_tn(q.as_ref(), d.as_ref()).as_ref());
        let r = matmul_tn(q.as_ref(), f.as_ref());
        // Singular values of outside · r⁻¹.
        let mut lu = LuSolver::new(5);
        lu.factor(|i, row| row.iter_mut().enumerate().for_each(|(j, x)| *x = r[(j, i)])).expect("regular");
        let mut quotient = Columns::zeros(5, outside.nrows());
        (0..5).for_each(|j| quotient.set_row(j, outside.col(j).iter().copied()));
        lu.solve(&mut quotient);
        let quotient = Mat::from_fn(outside.nrows(), 5, |i, j| quotient.get(j, i));
        let sines = singular_values(quotient.as_ref());
        let spectrum = comparison.reduced.a.spectrum().to_vec();
        let want: f64 = sines.iter().rev().zip(&spectrum).map(|(s, sigma)| s * s * sigma).sum();
        let bound = comparison.bounds.iter().find(|b| b.theorem.token == "cca_spectral").unwrap();
        let Some(Statement::AtMost { lhs, rhs }) = bound.statement else { panic!("T1 applies") };
        assert!(lhs > 0.0 && lhs <= rhs, "seed {seed}: {lhs} {rhs}");
        assert!((lhs / want - 1.0).abs() < 1e-4, "seed {seed}: {lhs} against {want}");
        let correlations = cca::embeddings(&comparison.reduced).unwrap();
        assert!(correlations.rho.iter().all(|&r| r > 1.0 - 1e-15));
        assert!(d_logit::d_logit_centred(&comparison.reduced) > 0.0);
    }
}

#[test]
fn divergences_of_close_models_are_relatively_accurate() {
    for seed in 0..16 {
        let (a, b, movement) = close_models(seed);
        let comparison = compared(&a, &b);
        // KL(p ‖ p′) = ½ Var_p(Δ) to first order in Δ, with Δ exact from the movement.
        let delta = matmul_nt(movement.as_ref(), a.unembeddings());
        let zero = vec![0.0; a.n_labels()];
        let bias = a.bias().unwrap_or(&zero);
        let logits = matmul_nt(a.embeddings(), a.unembeddings());
        let mut want = 0.0;
        for i in 0..a.n_inputs() {
            let weights: Vec<f64> = (0..a.n_labels()).map(|y| (logits[(i, y)] + bias[y]).exp()).collect();
            let total: f64 = weights.iter().sum();
            let mean: f64 = weights.iter().enumerate().map(|(y, w)| w / total * delta[(i, y)]).sum();
            let variance: f64 =
                weights.iter().enumerate().map(|(y, w)| w / total * (delta[(i, y)] - mean).powi(2)).sum();
            want += 0.5 * variance / 400.0;
        }
        for token in ["kl_ab", "kl_ba"] {
            let got = value(&comparison, token);
            assert!((got / want - 1.0).abs() < 1e-4, "seed {seed}: {token} {got} against {want}");
        }
        assert!((4.0 * value(&comparison, "js") / want - 1.0).abs() < 1e-4, "seed {seed}");
        assert!(!comparison.any_violation(), "seed {seed}");
    }
}

#[test]
fn d_rep_keeps_its_digits_whatever_the_order_of_coordinates_of_very_different_size() {
    for dim in [8, 20] {
        let mut rng = rng(dim as u64);
        let (f, g) = (normal(200, dim, &mut rng), normal(dim + 12, dim, &mut rng));
        let b = model(200, dim + 12, dim, false, &mut rng);
        let scale = |j: usize| 10_f64.powf(8.0 * j as f64 / (dim - 1) as f64 - 4.0);
        let d_rep = |place: &dyn Fn(usize) -> usize| {
            let of = |m: &Mat<f64>, power: i32| {
                Mat::from_fn(m.nrows(), dim, |i, j| m[(i, place(j))] * scale(place(j)).powi(power))
            };
            value(&compared(&Model::new(of(&f, -1), of(&g, 1), None).unwrap(), &b), "d_rep_ab")
        };
        let expected = d_rep(&|j| dim - 1 - j);
        for place in [&(|j| j) as &dyn Fn(usize) -> usize, &|j| (7 * j + 3) % dim] {
            let found = d_rep(place);
            assert!((found / expected - 1.0).abs() < 1e-9, "dimension {dim}: {found} {expected}");
        }
    }
}
