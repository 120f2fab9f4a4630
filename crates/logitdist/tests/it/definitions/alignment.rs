//! Alignment errors: by label subsets, and by least squares.

use super::arithmetic::{
    Rows, bias, centred_logits, columns_centred, dot, embeddings, mean, minus, products, singular_values,
    solve, transposed, unembeddings,
};
use super::distribution::squared_distances;
use super::{Case, Definition, close, exact};

pub const ALL: &[Definition] = &[
    close("d_rep_ab", 1e-8, |case| vec![d_rep(case)]),
    close("d_rep_ab_se", 1e-6, |case| vec![standard_error(case)]),
    close("d_rep_ab_median", 1e-8, |case| {
        let mut errors = of_subsets(case, |s| s.error.sqrt());
        errors.sort_by(f64::total_cmp);
        let n = errors.len();
        vec![0.5 * (errors[(n - 1) / 2] + errors[n / 2])]
    }),
    close("d_rep_ab_max", 1e-8, |case| {
        vec![of_subsets(case, |s| s.error.sqrt()).into_iter().fold(0.0, f64::max)]
    }),
    exact("n_subsets_ab", |case| vec![case.subsets.len() as f64]),
    exact("n_subsets_skipped_ab", |_| vec![0.0]),
    close("sigma_min_ab", 1e-8, |case| vec![sigma_min(case)]),
    close("d_rep_per_subset_rhs_ab", 1e-8, |case| vec![per_subset_rhs(case)]),
    exact("d_rep_subset_violations_ab", |case| {
        let fails = |s: &Subset| f64::from(s.error > (1.0 + 1e-9) * s.delta / s.sigma_min.powi(2));
        vec![of_subsets(case, fails).iter().sum()]
    }),
    close("d_ls_ab", 1e-8, |case| vec![d_ls(case)]),
    close("d_logit_x", 1e-11, |case| squared_distances(case).into_iter().map(f64::sqrt).collect()),
];

/// What one label subset says.
pub struct Subset {
    /// E‖f − A f′ − c‖², by its own alignment, input by input.
    pub error: f64,
    /// E‖δ_L‖².
    pub delta: f64,
    /// The smallest singular value of L.
    pub sigma_min: f64,
}

/// A number of every subset.
pub fn of_subsets(case: &Case, number: impl Fn(&Subset) -> f64) -> Vec<f64> {
    let (f, f2) = (embeddings(&case.a), embeddings(&case.b));
    let (g, g2) = (unembeddings(&case.a), unembeddings(&case.b));
    let (bias, bias2) = (bias(&case.a), bias(&case.b));
    let (u, v) = (centred_logits(&case.a), centred_logits(&case.b));
    let of_subset = |subset: &Vec<usize>| {
        let (pivot, labels) = (subset[0], &subset[1..]);
        let difference = |g: &Rows, l: usize| minus(&g[l], &g[pivot]);
        // f − A f′ − c with A f′ + c = L^{−T}(L′^T f′ + β′ − β).
        let l_t: Rows = labels.iter().map(|&l| difference(&g, l)).collect();
        let residual = f.iter().zip(&f2).map(|(f, f2)| {
            let right = labels
                .iter()
                .map(|&l| dot(&difference(&g2, l), f2) + (bias2[l] - bias2[pivot]) - (bias[l] - bias[pivot]));
            let carried = solve(l_t.clone(), right.collect());
            f.iter().zip(carried).map(|(f, c)| (f - c).powi(2)).sum::<f64>()
        });
        let delta = u.iter().zip(&v).map(|(u, v)| {
            labels.iter().map(|&l| ((u[l] - v[l]) - (u[pivot] - v[pivot])).powi(2)).sum::<f64>()
        });
        let sigma_min = *singular_values(&l_t).last().unwrap();
        number(&Subset { error: mean(residual), delta: mean(delta), sigma_min })
    };
    case.subsets.iter().map(of_subset).collect()
}

pub fn d_rep(case: &Case) -> f64 {
    mean(of_subsets(case, |s| s.error).into_iter()).sqrt()
}

pub fn sigma_min(case: &Case) -> f64 {
    of_subsets(case, |s| s.sigma_min).into_iter().fold(f64::INFINITY, f64::min)
}

pub fn per_subset_rhs(case: &Case) -> f64 {
    mean(of_subsets(case, |s| s.delta / s.sigma_min.powi(2)).into_iter()).sqrt()
}

/// The standard error of the mean square between drawn pivots, carried to its root.
fn standard_error(case: &Case) -> f64 {
    let Some(per_pivot) = case.per_pivot else { return 0.0 };
    let errors = of_subsets(case, |s| s.error);
    let means: Vec<f64> = errors.chunks(per_pivot).map(|chunk| mean(chunk.iter().copied())).collect();
    let (n, all) = (means.len() as f64, mean(means.iter().copied()));
    let variance = means.iter().map(|m| (m - all).powi(2)).sum::<f64>() / (n - 1.0);
    (variance / n).sqrt() / (2.0 * d_rep(case))
}

/// √(E‖G̃⁺Δ‖²).
pub fn d_ls(case: &Case) -> f64 {
    mean(residuals(case).iter().map(|x| dot(x, x))).sqrt()
}

/// G̃⁺Δ at every input, by the normal equations.
pub fn residuals(case: &Case) -> Rows {
    let g = transposed(&columns_centred(&unembeddings(&case.a)));
    let normal = products(&g, &g);
    let (u, v) = (centred_logits(&case.a), centred_logits(&case.b));
    let residual = |(u, v): (&Vec<f64>, &Vec<f64>)| {
        let delta = minus(u, v);
        let right = g.iter().map(|g| dot(g, &delta)).collect();
        solve(normal.clone(), right)
    };
    u.iter().zip(&v).map(residual).collect()
}
