//! The canonical correlation that two unrelated models would show: a finite sample alone makes it.

use super::invariance::Change;
use super::table::{Measure, Range, Same, Uncertainty, Value};
use super::whose::Whose;
use crate::applicable::Applicable;
use crate::shared::Shared;
use std::f64::consts::{FRAC_PI_2, PI};

pub(super) const ROWS: [Measure; 1] = [Measure {
    tokens: &["m_cca_null"],
    name: "what unrelated models would show of m_cca",
    meaning: "Mean canonical correlation that two unrelated models of these ranks would show on as many exchangeable inputs",
    formula: "mean of √x under Wachter's law with r/(N − 1) and r′/(N − 1)",
    source: "Wachter 1980",
    range: Range::between(0.0, 1.0).with("m_cca near it says nothing"),
    same: Same::Neither,
    invariance: [Change::Affine; 2],
    whose: Whose::Nobodys,
    headline: true,
    uncertainty: Uncertainty::Never("it follows from the ranks and the number of inputs"),
    value: Value::Number(|shared, _| m_cca_null(shared)),
    ..Measure::SIMILARITY
}];

fn m_cca_null(shared: &Shared) -> Applicable<f64> {
    let reduced = &shared.reduced;
    reduced.embeddings_vary()?;
    Ok(chance_level(reduced.a.rank_embeddings(), reduced.b.rank_embeddings(), reduced.n_inputs))
}

/// Mean canonical correlation of two unrelated representations of ranks r and r′ on N exchangeable inputs, in [0, 1].
///
/// Squared correlations follow Wachter's law: density `√((λ₊ − x)(x − λ₋)) / (2π a x (1 − x))` on (λ₋, λ₊) with
/// `λ± = (√(a(1 − b)) ± √(b(1 − a)))²`, `a = r/n`, `b = r′/n`, r ≤ r′, n = N − 1, and `r + r′ − n` ones if that is positive. It is a limit for
/// many dimensions: exact to 1 % from 16 on, to 6 % for 2. Both ranks are between 1 and n. Source: Wachter 1980.
pub fn chance_level(rank_a: usize, rank_b: usize, inputs: usize) -> f64 {
    let (r, r_other) = (rank_a.min(rank_b), rank_a.max(rank_b));
    let n = inputs.saturating_sub(1);
    if r_other >= n {
        return 1.0;
    }
    let share = |k: usize| k as f64 / n as f64;
    let (a, b) = (share(r), share(r_other));
    let ones = (r + r_other).saturating_sub(n) as f64 / r as f64;
    // Each from squares of differences: λ₋ and 1 − λ₊ may be tiny.
    let low = ((a * (1.0 - b)).sqrt() - (b * (1.0 - a)).sqrt()).powi(2);
    let width = 4.0 * (a * b * (1.0 - a) * (1.0 - b)).sqrt();
    let above = (((1.0 - a) * (1.0 - b)).sqrt() - (a * b).sqrt()).powi(2);
    // x = λ₋ + width sin²(θ/2): the root becomes ½ width sin θ, and dx as well.
    let integrand = |theta: f64, from_end: f64| {
        let (sine, cosine) = ((0.5 * theta).sin(), (0.5 * from_end).sin());
        let x = low + width * sine * sine;
        let rest = above + width * cosine * cosine;
        (width * sine * cosine).powi(2) / (x.sqrt() * rest)
    };
    (double_exponential(integrand) / (2.0 * PI * a) + ones).min(1.0)
}

/// What unrelated representations exceed in about 1 % of the cases, or in fewer; at most 1.
///
/// The sum of the correlations of unrelated Gaussians spreads by c √r/√n, c between 0.54 for equal ranks and 0.71 for very different ones,
/// whatever n; 0.75 covers r = 1, too.
pub fn chance_limit(rank_a: usize, rank_b: usize, inputs: usize) -> f64 {
    let size = (rank_a.min(rank_b) * inputs.saturating_sub(1)) as f64;
    (chance_level(rank_a, rank_b, inputs) + 2.33 * 0.75 / size.sqrt()).min(1.0)
}

/// `∫ f(θ) dθ` over (0, π) by double exponential quadrature, which singular ends do not disturb; f is told θ and π − θ.
fn double_exponential(f: impl Fn(f64, f64) -> f64) -> f64 {
    const STEP: f64 = 0.125;
    const STEPS: i32 = 26;
    let term = |k: i32| {
        let t = f64::from(k) * STEP;
        let s = FRAC_PI_2 * t.sinh();
        // Distances from both ends: π / (1 + e^{∓2s}).
        let (left, right) = (PI / (1.0 + (-2.0 * s).exp()), PI / (1.0 + (2.0 * s).exp()));
        // dθ/ds = 2 left right / π.
        f(left, right) * left * right * t.cosh()
    };
    STEP * (-STEPS..=STEPS).map(term).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_levels_are_those_of_wachter() {
        for (inputs, a, b, want) in
            [(100, 50, 50, 0.6403), (1000, 50, 50, 0.1909), (100, 10, 20, 0.424), (20, 15, 15, 0.8395)]
        {
            let got = chance_level(a, b, inputs);
            assert!((got - want).abs() < 6e-4, "{inputs}, {a}, {b}: {got}");
            assert_eq!(got, chance_level(b, a, inputs));
        }
    }

    #[test]
    fn limits_are_exceeded_once_in_a_hundred_times() {
        // One correlation of many unrelated Gaussians is |z|/√n, and |z| exceeds 2.576 in 1 %.
        let limit = chance_limit(1, 1, 1_000_001) * 1000.0;
        assert!((limit - 2.576).abs() < 0.05, "{limit}");
        // The sum of r of them spreads by 0.54 √r/√n to 0.71 √r/√n, and their mean by as much over r.
        for (r, n) in [(4, 400), (25, 10_000)] {
            let spreads = (chance_limit(r, r, n + 1) - chance_level(r, r, n + 1)) * ((r * n) as f64).sqrt();
            assert!((2.33 * 0.71..=2.33 * 0.8).contains(&spreads), "{r}, {n}: {spreads}");
        }
        assert_eq!(chance_limit(9, 9, 10), 1.0);
        assert_eq!(chance_limit(9, 3, 15), chance_limit(3, 9, 15));
    }

    #[test]
    fn full_spaces_leave_nothing_to_chance_and_many_inputs_nothing_to_find() {
        for (a, b, inputs) in [(1, 1, 2), (9, 3, 10), (1, 99, 100)] {
            assert_eq!(chance_level(a, b, inputs), 1.0);
        }
        assert!(chance_level(1, 1, 1_000_000_000) < 1e-4);
        let falling: Vec<f64> = (0..20).map(|k| chance_level(8, 8, 20 << k)).collect();
        assert!(falling.windows(2).all(|w| w[1] < w[0]), "{falling:?}");
    }
}
