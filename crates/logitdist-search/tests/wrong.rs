//! The search says no: bounds that are a little wrong, in ways that random pairs do not show, are caught.

use logitdist::bound::{greedy_two_spectra, largest_kl, water_filling};
use logitdist::{Applicable, Bound, Direction, Part, Scale, Shared, Statement, Theorem, theorem};
use logitdist_linalg::singular_values;
use logitdist_search::{Constraints, Search, Shape};
use logitdist_synth::rng;

type Evaluate = fn(&'static Theorem, &Shared, Direction) -> Applicable<Bound>;

/// A theorem with another evaluation.
fn wrong(token: &str, evaluate: Evaluate) -> &'static Theorem {
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

/// What is left of a bound when its distance counts only what varies over the inputs, and its other side what does not, too.
fn centred_distance(theorem: &'static Theorem, shared: &Shared, direction: Direction) -> Applicable<Bound> {
    let right = logitdist::theorem(theorem.token).expect("it is in the table");
    let delta = &shared.reduced.delta;
    let (whole, varying) = (delta.norm_l2(), delta.get(1.., ..).norm_l2());
    let Some(Statement::AtMost { lhs, rhs }) = (right.evaluate)(right, shared, direction)?.statement else {
        panic!("{} is not a bound from above", theorem.token)
    };
    let rhs = match theorem.token {
        "kl_from_logit" => rhs * (varying / whole).powi(2),
        "kl_from_logit_sharp" => largest_kl(2f64.sqrt() * varying),
        "tv_from_logit" => (2f64.sqrt() * varying / 4.0).tanh(),
        _ => rhs * varying / whole,
    };
    Ok(Bound::at_most(theorem, lhs, rhs, Scale::Squared(shared.reduced.squared_scale())))
}

/// Eigenvalues of E uuᵀ and E u′u′ᵀ, not of the covariances, and the squared distance of what varies.
fn mixed_moments(shared: &Shared, direction: Direction) -> ([Vec<f64>; 2], f64) {
    let (model, other) = shared.reduced.models(direction);
    let moments = [model, other].map(|m| singular_values(m.logits.as_ref()).iter().map(|s| s * s).collect());
    (moments, shared.reduced.delta.get(1.., ..).squared_norm_l2())
}

/// A bound of the canonical correlations with moments that are not centred.
fn mixed(theorem: &'static Theorem, shared: &Shared, direction: Direction) -> Applicable<Bound> {
    let ([moments, others], budget) = mixed_moments(shared, direction);
    let at_most =
        |lhs: f64| Ok(Bound::at_most(theorem, lhs, budget, Scale::Squared(shared.reduced.squared_scale())));
    if theorem.token == "compression_floor" {
        return at_most(moments.iter().skip(shared.reduced.models(direction).1.dim).sum());
    }
    let correlations = shared.logits_cca().as_ref().map_err(Clone::clone)?;
    let lost = correlations.one_minus_rho_squared.iter().copied().chain(std::iter::repeat(1.0));
    let rank = correlations.rho.len();
    let mean = |rho: Vec<f64>| {
        let bound = rho.iter().take(rank).sum::<f64>() / rank as f64;
        Ok(Bound::at_least(theorem, correlations.mean(), bound, bound))
    };
    match theorem.token {
        "cca_spectral" => at_most(moments.iter().zip(lost).map(|(s, lost)| s * lost).sum()),
        "cca_two_spectra" => {
            let pairs = moments.iter().zip(&others).zip(lost);
            at_most(pairs.map(|((s, t), lost)| s + t - 2.0 * (s * t * (1.0 - lost).max(0.0)).sqrt()).sum())
        }
        "m_cca_logits_sharp" => mean(water_filling(&moments, budget)),
        "m_cca_logits_two_spectra" => mean(greedy_two_spectra(&moments, &others, budget)),
        token => panic!("{token} has no moments"),
    }
}

/// T20 with the share of a variance in E‖f‖².
fn mixed_variance(theorem: &'static Theorem, shared: &Shared, direction: Direction) -> Applicable<Bound> {
    let right = logitdist::theorem(theorem.token).expect("it is in the table");
    let Some(Statement::AtLeast { bound, value }) = (right.evaluate)(right, shared, direction)?.statement
    else {
        panic!("T20 is a bound from below")
    };
    let model = shared.model(direction);
    let share = model.centred_embeddings().squared_norm_l2() / model.embeddings.squared_norm_l2();
    let claimed = 1.0 - (1.0 - bound) * share;
    Ok(Bound::at_least(theorem, value, claimed, claimed))
}

fn found(theorem: &'static Theorem, shape: Shape, distance: Option<f64>) -> f64 {
    let constraints = Constraints { distance, ..Constraints::default() };
    let search =
        Search { theorem, direction: Direction::Ab, shape, constraints, ascents: 8, evaluations: 1_500 };
    search.run(&mut rng(1, 0)).expect("the bound says something").tightness
}

const EVEN: Shape = Shape { dim: 1, other_dim: 1, labels: 2, inputs: 1 };
const PLANE: Shape = Shape { dim: 2, other_dim: 2, labels: 3, inputs: 5 };
const POINT: Shape = Shape { inputs: 1, ..PLANE };

/// Bounds with a supremum above 0.95, and where a search comes that close to it.
const ATTAINED: &[(&str, Shape, Option<f64>)] = &[
    ("cca_spectral", PLANE, Some(1.0)),
    ("cca_two_spectra", PLANE, Some(1.0)),
    ("m_cca_linear", PLANE, Some(1.0)),
    ("m_cca_sharp", PLANE, Some(1.0)),
    ("m_cca_two_spectra", PLANE, Some(1.0)),
    ("m_cca_contrasts", PLANE, Some(1.0)),
    ("m_cca_from_kl", PLANE, Some(0.1)),
    ("m_cca_logits_sharp", PLANE, Some(1.0)),
    ("m_cca_logits_two_spectra", PLANE, Some(1.0)),
    ("compression_floor", Shape { other_dim: 1, inputs: 4, ..PLANE }, Some(1.0)),
    ("d_ls", POINT, Some(1.0)),
    ("probe_transfer", POINT, Some(1.0)),
    ("d_rep_worst_subset", Shape { labels: 3, ..EVEN }, Some(1.0)),
    ("d_rep_per_subset", Shape { labels: 3, ..EVEN }, Some(1.0)),
    ("r2_from_logit", PLANE, Some(1.0)),
    ("logit_from_kl", POINT, Some(0.1)),
    ("logit_from_kl_pointwise", POINT, Some(0.1)),
    ("kl_from_logit", EVEN, Some(0.1)),
    ("kl_from_logit_sharp", EVEN, Some(3.0)),
    ("tv_from_logit", EVEN, Some(3.0)),
    ("hellinger_from_logit", EVEN, Some(3.0)),
    ("js_from_logit", EVEN, Some(3.0)),
    ("kl_weighted_lower", POINT, Some(0.01)),
    ("kl_weighted_upper", POINT, Some(0.01)),
    ("top1_from_logit", Shape { inputs: 2, ..EVEN }, Some(1.0)),
    ("d_fg_quadratic", Shape { inputs: 3, ..EVEN }, None),
];

/// A bound that stays further below 1 on every pair: a constant 5 % too small is no violation.
const NEVER: &[&str] = &["d_fg_linear"];

fn caught_at_95_percent(cases: &[(&str, Shape, Option<f64>)]) {
    for &(token, shape, distance) in cases {
        let right = found(theorem(token).unwrap(), shape, distance);
        assert!((0.95..=1.0 + 1e-9).contains(&right), "{token} itself: {right}");
        let caught = found(wrong(token, too_small), shape, distance);
        assert!(caught > 1.0 + 1e-6, "{token} with a constant 5 % too small: {caught}");
    }
}

#[test]
fn a_constant_that_is_too_small_is_caught() {
    let (first, _) = ATTAINED.split_at(ATTAINED.len() / 2);
    caught_at_95_percent(first);
}

#[test]
fn a_constant_that_is_too_small_is_caught_in_the_other_half() {
    let (_, second) = ATTAINED.split_at(ATTAINED.len() / 2);
    caught_at_95_percent(second);
}

#[test]
fn every_bound_is_spoiled_or_never_that_tight() {
    for theorem in logitdist::theorems() {
        // What a probe keeps needs a probe, and a pair has none.
        if theorem.part == Part::Concept {
            continue;
        }
        let spoiled = ATTAINED.iter().any(|(token, ..)| *token == theorem.token);
        assert!(spoiled != NEVER.contains(&theorem.token), "{}", theorem.token);
    }
}

#[test]
fn centred_parts_mixed_with_parts_that_are_not_are_caught() {
    for (token, evaluate, shape) in [
        ("cca_spectral", mixed as Evaluate, PLANE),
        ("cca_two_spectra", mixed, PLANE),
        ("m_cca_logits_sharp", mixed, PLANE),
        ("m_cca_logits_two_spectra", mixed, PLANE),
        ("compression_floor", mixed, Shape { other_dim: 1, ..PLANE }),
        ("d_ls", centred_distance, PLANE),
        ("probe_transfer", centred_distance, PLANE),
        ("d_rep_worst_subset", centred_distance, PLANE),
        ("kl_from_logit", centred_distance, PLANE),
        ("kl_from_logit_sharp", centred_distance, PLANE),
        ("tv_from_logit", centred_distance, PLANE),
        ("r2_from_logit", mixed_variance, PLANE),
    ] {
        let caught = found(wrong(token, evaluate), shape, Some(1.0));
        assert!(caught > 1.0 + 1e-6, "{token}: {caught}");
    }
}
