//! The search says no: bounds that are a little wrong, in ways that random pairs do not show, are caught.

use logitdist::{Applicable, Bound, Direction, Scale, Shared, Statement, Theorem, theorem};
use logitdist_search::{Constraints, Search, Shape};
use logitdist_synth::rng;

/// A theorem with another evaluation.
fn wrong(
    token: &str,
    evaluate: fn(&'static Theorem, &Shared, Direction) -> Applicable<Bound>,
) -> &'static Theorem {
    Box::leak(Box::new(Theorem { evaluate, ..*theorem(token).expect("it is in the table") }))
}

/// The bound with a constant that is 5 % too small.
fn too_small(theorem: &'static Theorem, shared: &Shared, direction: Direction) -> Applicable<Bound> {
    let right = logitdist::theorem(theorem.token).expect("it is in the table");
    let scale = Scale::Squared(shared.reduced.squared_scale());
    Ok(match (right.evaluate)(right, shared, direction)?.statement.expect("it is applicable") {
        Statement::AtMost { lhs, rhs } => Bound::at_most(theorem, lhs, 0.95 * rhs, scale),
        Statement::AtLeast { bound, value } => {
            let claimed = 1.0 - 0.95 * (1.0 - bound);
            Bound::at_least(theorem, value, claimed, claimed)
        }
    })
}

/// T1 with correlations of centred logits and moments that are not centred.
fn mixed(theorem: &'static Theorem, shared: &Shared, direction: Direction) -> Applicable<Bound> {
    let (model, _) = shared.reduced.models(direction);
    let moments = logitdist_linalg::singular_values(model.logits.as_ref());
    let lost = &shared.logits_cca().as_ref().map_err(Clone::clone)?.one_minus_rho_squared;
    let lost = lost.iter().copied().chain(std::iter::repeat(1.0));
    let lhs = moments.iter().zip(lost).map(|(s, lost)| s * s * lost).sum();
    let distance = shared.reduced.delta.norm_l2();
    let scale = Scale::Squared(shared.reduced.squared_scale());
    Ok(Bound::at_most(theorem, lhs, distance * distance, scale))
}

fn found(theorem: &'static Theorem, shape: Shape, distance: Option<f64>) -> f64 {
    let constraints = Constraints { distance, ..Constraints::default() };
    let search =
        Search { theorem, direction: Direction::Ab, shape, constraints, ascents: 8, evaluations: 1_500 };
    search.run(&mut rng(1, 0)).expect("the bound says something").tightness
}

#[test]
fn a_constant_that_is_too_small_is_caught() {
    let even = Shape { dim: 1, other_dim: 1, labels: 2, inputs: 1 };
    let plane = Shape { dim: 2, other_dim: 2, labels: 3, inputs: 5 };
    for (token, shape, distance) in [
        ("cca_spectral", plane, Some(1.0)),
        ("cca_two_spectra", plane, Some(1.0)),
        ("m_cca_sharp", plane, Some(1.0)),
        ("m_cca_two_spectra", plane, Some(1.0)),
        ("m_cca_logits_sharp", plane, Some(1.0)),
        ("m_cca_logits_two_spectra", plane, Some(1.0)),
        ("d_ls", Shape { inputs: 1, ..plane }, Some(1.0)),
        ("probe_transfer", Shape { inputs: 1, ..plane }, Some(1.0)),
        ("d_rep_worst_subset", Shape { labels: 3, ..even }, Some(1.0)),
        ("d_rep_per_subset", Shape { labels: 3, ..even }, Some(1.0)),
        ("logit_from_kl", Shape { dim: 2, other_dim: 2, labels: 3, inputs: 1 }, Some(0.1)),
        ("logit_from_kl_pointwise", Shape { dim: 2, other_dim: 2, labels: 3, inputs: 1 }, Some(0.1)),
        ("kl_from_logit", even, Some(0.1)),
        ("d_fg_quadratic", Shape { inputs: 3, ..even }, None),
        ("compression_floor", Shape { other_dim: 1, inputs: 4, ..plane }, Some(1.0)),
    ] {
        let right = found(theorem(token).unwrap(), shape, distance);
        assert!((0.95..=1.0 + 1e-9).contains(&right), "{token} itself: {right}");
        let caught = found(wrong(token, too_small), shape, distance);
        assert!(caught > 1.0 + 1e-6, "{token} with a constant 5 % too small: {caught}");
    }
}

#[test]
fn centred_correlations_with_moments_that_are_not_are_caught() {
    let shape = Shape { dim: 2, other_dim: 2, labels: 3, inputs: 5 };
    let caught = found(wrong("cca_spectral", mixed), shape, Some(1.0));
    assert!(caught > 2.0, "{caught}");
}
