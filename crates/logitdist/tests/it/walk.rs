//! A walk along the tables of measures and bounds: each token has a slow definition that agrees with it, a tested invariance, and
//! a place in the theory.

use crate::definitions::{self, Case, Definition};
use crate::pairs::{model, regular_pair, rng};
use logitdist::{
    Bound, Change, Comparison, Direction, LogitPrecision, Measure, Model, Pair, Part, Reason, Settings,
    Statement, Status, Subsets, Theorem, Value, compare, label_geometry, measures, theorem, theorems,
};
use logitdist_testing::changed;
use std::path::Path;

/// Whether a part is computed here; the others need networks or a search, and logitdist-train, logitdist-search and logitdist-sim test them.
fn is_of_a_pair(part: Part) -> bool {
    match part {
        Part::Geometry
        | Part::DRep
        | Part::Probability
        | Part::SinglePrecision
        | Part::Llv
        | Part::HeldOut
        | Part::Baselines
        | Part::Budget
        | Part::Detail => true,
        // Right answers have tests of their own.
        Part::Targets | Part::Accuracy | Part::Concept | Part::Tuned | Part::Search => false,
    }
}

fn of_a_pair() -> impl Iterator<Item = &'static Measure> {
    measures().filter(|row| is_of_a_pair(row.part))
}

fn settings() -> Settings {
    Settings { per_input: true, budget: true, ..Settings::default() }
}

fn single_precision() -> Settings {
    Settings { logit_precision: LogitPrecision::F32, ..settings() }
}

fn compared(a: &Model, b: &Model, settings: &Settings) -> Comparison {
    compare(&Pair::new(a, b).unwrap(), settings, &mut rng(0)).unwrap()
}

/// The values that a comparison has of a token.
fn values(comparison: &Comparison, row: &Measure, token: &str, direction: Direction) -> Vec<f64> {
    match (row.value, row.tokens[0]) {
        (Value::Number(_), _) => vec![comparison.value(token).unwrap()],
        (Value::List(_), _) => comparison.list(token).unwrap().to_vec(),
        (Value::Elsewhere, first) => {
            let per_input = comparison.per_input.as_ref().unwrap();
            let geometry = label_geometry(&comparison.reduced, usize::MAX);
            let labels = geometry.labels.len();
            let place = |y| geometry.labels.iter().position(|&z| z == y).unwrap();
            match (first, direction) {
                ("d_logit_x", _) => per_input.d_logit_x.clone(),
                ("kl_ab_x", Direction::Ab) => per_input.kl_ab_x.clone(),
                ("kl_ab_x", Direction::Ba) => per_input.kl_ba_x.clone(),
                ("label_correlation_a", direction) => {
                    let of = if direction == Direction::Ab { &geometry.a } else { &geometry.b };
                    let pairs = (0..labels).flat_map(|y| (0..labels).map(move |z| (y, z)));
                    pairs.map(|(y, z)| of.get(place(y), place(z)).unwrap()).collect()
                }
                _ => panic!("{token} is computed elsewhere: say here where its values are"),
            }
        }
    }
}

fn bounds_of_a_pair() -> impl Iterator<Item = &'static Theorem> {
    theorems().filter(|theorem| is_of_a_pair(theorem.part))
}

fn bound<'a>(comparison: &'a Comparison, theorem: &Theorem, direction: Direction) -> &'a Bound {
    let bounds = if direction == Direction::Ab { &comparison.bounds } else { &comparison.bounds_ba };
    bounds.iter().find(|bound| bound.theorem == theorem).unwrap()
}

/// Both sides of a bound in a direction.
fn sides(comparison: &Comparison, theorem: &Theorem, direction: Direction) -> Vec<f64> {
    match bound(comparison, theorem, direction).statement.unwrap() {
        Statement::AtMost { lhs, rhs } => vec![lhs, rhs],
        Statement::AtLeast { bound, value } => vec![bound, value],
    }
}

/// The first difference between two lists that is more than a part of the larger entries, none below 1e-3.
fn difference(got: &[f64], want: &[f64], relative: f64) -> Option<String> {
    if got.len() != want.len() {
        return Some(format!("{} values, expected {}", got.len(), want.len()));
    }
    let near = |got: f64, want: f64| (got - want).abs() <= relative * want.abs().max(1e-3);
    got.iter()
        .zip(want)
        .find(|(got, want)| !near(**got, **want))
        .map(|(got, want)| format!("{got}, expected {want}"))
}

/// What a token lacks: a definition, an anchor in the theory.
fn lacks(token: &str, definition: Option<&Definition>, anchor: &str, theory: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if definition.is_none() {
        complaints.push(format!("{token} has no slow definition in tests/it/definitions"));
    }
    for anchor in [anchor, token] {
        if !theory.contains(&format!("<a id=\"{anchor}\"></a>")) {
            complaints.push(format!("{token} has no <a id=\"{anchor}\"></a> in docs/theory.md"));
        }
    }
    complaints
}

fn theory() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/theory.md")).unwrap()
}

#[test]
fn every_token_has_a_definition_and_a_place_in_the_theory() {
    let theory = theory();
    let mut complaints = Vec::new();
    for row in measures() {
        for (token, _) in row.directions() {
            let mut of_token = lacks(token, definitions::of(row.tokens[0]), token, &theory);
            of_token.retain(|complaint| is_of_a_pair(row.part) || !complaint.contains("slow definition"));
            complaints.extend(of_token);
        }
    }
    for theorem in theorems() {
        let mut of_token =
            lacks(theorem.token, definitions::of_bound(theorem.token), theorem.anchor, &theory);
        of_token.retain(|complaint| is_of_a_pair(theorem.part) || !complaint.contains("slow definition"));
        complaints.extend(of_token);
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    for definition in definitions::measures() {
        assert!(measures().any(|row| row.tokens[0] == definition.token), "no measure {}", definition.token);
    }
    for definition in definitions::bounds() {
        assert!(theorem(definition.token).is_some(), "no bound {}", definition.token);
    }
}

#[test]
fn an_invented_token_lacks_everything() {
    let complaints = lacks("d_new_ab", definitions::of("d_new_ab"), "t99", &theory());
    assert_eq!(complaints.len(), 3, "{complaints:?}");
    // A definition of something else is noticed, too.
    let wrong =
        Definition { of: |case| vec![case.a.n_labels() as f64], ..*definitions::of("m_cca").unwrap() };
    let (a, b) = regular_pair(0);
    let case = &Case::of(&a, &b, &settings())[0];
    let value = compared(&a, &b, &settings()).value("m_cca").unwrap();
    assert!(difference(&[value], &(wrong.of)(case), wrong.tolerance).is_some());
}

/// Compares every value of the table that the settings ask for with its definition.
fn check_all(a: &Model, b: &Model, settings: &Settings, what: &str) {
    let comparison = compared(a, b, settings);
    let cases = Case::of(a, b, settings);
    let check = |definition: Option<&Definition>, token: &str, direction, got: &[f64]| {
        let definition = definition.unwrap_or_else(|| panic!("{token} has no slow definition"));
        let case = &cases[usize::from(direction == Direction::Ba)];
        if let Some(difference) = difference(got, &(definition.of)(case), definition.tolerance) {
            panic!("{what}: {token}: {difference}");
        }
    };
    for row in of_a_pair().filter(|row| row.part == Part::Detail || settings.asks_for(row.part)) {
        for (token, direction) in row.directions() {
            let got = values(&comparison, row, token, direction);
            check(definitions::of(row.tokens[0]), token, direction, &got);
        }
    }
    for theorem in bounds_of_a_pair().filter(|theorem| settings.asks_for(theorem.part)) {
        for direction in [Direction::Ab, Direction::Ba] {
            if theorem.token == "m_cca_from_kl" && settings.inputs_limit.is_some() {
                // It needs the probabilities of every input.
                assert!(matches!(
                    bound(&comparison, theorem, direction).status,
                    Status::NotApplicable(Reason::Inputs { .. })
                ));
                continue;
            }
            let got = sides(&comparison, theorem, direction);
            check(definitions::of_bound(theorem.token), theorem.token, direction, &got);
        }
    }
}

#[test]
fn every_value_is_that_of_its_definition() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        check_all(&a, &b, &settings(), &format!("seed {seed}"));
    }
}

#[test]
fn values_of_samples_are_those_of_what_was_drawn() {
    for seed in 0..16 {
        let (a, b) = regular_pair(100 + seed);
        let subsets = Subsets::Sampled { pivots: 4, per_pivot: 3 };
        // Budgets are of all inputs.
        let sampled = Settings { subsets, inputs_limit: Some(9), budget: false, ..settings() };
        check_all(&a, &b, &sampled, &format!("sampled, seed {seed}"));
    }
}

#[test]
fn the_error_of_single_precision_is_that_of_one_rounding() {
    for seed in 0..16 {
        let mut rng = rng(seed);
        let (a, b) = (model(30, 6, 1, true, &mut rng), model(30, 6, 1, false, &mut rng));
        let comparison = compared(&a, &b, &single_precision());
        let definition = definitions::of("logit_error").unwrap();
        let want = (definition.of)(&Case::of(&a, &b, &settings())[0]);
        let got = comparison.value("logit_error").unwrap();
        assert!(
            (got / want[0] - 1.0).abs() < definition.tolerance,
            "seed {seed}: {got}, expected {}",
            want[0]
        );
    }
}

/// The first value of a pair that these changes of its models alter, by more than rounding.
fn altered(row: &Measure, invariance: [Change; 2], seed: u64) -> Option<String> {
    let (a, b) = regular_pair(seed);
    let settings = if row.part == Part::SinglePrecision { single_precision() } else { settings() };
    let plain = compared(&a, &b, &settings);
    row.tokens.iter().zip([Direction::Ab, Direction::Ba]).find_map(|(token, direction)| {
        let [x, y] = directed(&a, &b, invariance, direction, seed);
        let other = compared(&x, &y, &settings);
        let of = |comparison| values(comparison, row, token, direction);
        difference(&of(&other), &of(&plain), 1e-8).map(|found| format!("{token}: {found}"))
    })
}

/// Both models, the first of the direction changed by the first change.
fn directed(
    a: &Model,
    b: &Model,
    [first, second]: [Change; 2],
    direction: Direction,
    seed: u64,
) -> [Model; 2] {
    let mut rng = rng(5000 + seed);
    let changes = if direction == Direction::Ab { [first, second] } else { [second, first] };
    [changed(a, changes[0], &mut rng), changed(b, changes[1], &mut rng)]
}

#[test]
fn every_measure_survives_the_changes_that_its_row_names() {
    for row in of_a_pair() {
        for seed in 0..16 {
            if let Some(found) = altered(row, row.invariance, seed) {
                panic!("seed {seed}, {:?}: {found}", row.invariance);
            }
        }
    }
}

#[test]
fn every_bound_survives_the_changes_that_its_row_names() {
    for theorem in bounds_of_a_pair() {
        for seed in 0..16 {
            let (a, b) = regular_pair(seed);
            let plain = compared(&a, &b, &settings());
            for direction in [Direction::Ab, Direction::Ba] {
                let [x, y] = directed(&a, &b, theorem.invariance, direction, seed);
                let other = compared(&x, &y, &settings());
                let of = |comparison| sides(comparison, theorem, direction);
                let found = difference(&of(&other), &of(&plain), 1e-8);
                assert!(found.is_none(), "seed {seed}, {}: {}", theorem.token, found.unwrap());
            }
        }
    }
}

#[test]
fn a_change_that_is_too_wide_is_noticed() {
    let row = |token| measures().find(|row| row.tokens[0] == token).unwrap();
    for (token, too_wide) in [
        ("d_logit", [Change::Affine, Change::Coordinates]),
        ("d_logit", [Change::Similarity; 2]),
        ("m_cca", [Change::Any, Change::Affine]),
        ("cka", [Change::Affine, Change::Similarity]),
        ("d_rep_ab", [Change::Coordinates; 2]),
        ("d_ls_ab", [Change::Rotation, Change::Affine]),
        ("sigma_min_ab", [Change::Coordinates, Change::Any]),
        ("pwcca_ab", [Change::Similarity, Change::Affine]),
        ("spectrum_a", [Change::Affine, Change::Any]),
    ] {
        let noticed = (0..16).any(|seed| altered(row(token), too_wide, seed).is_some());
        assert!(noticed, "{token} under {too_wide:?}");
    }
}

#[test]
fn changes_are_those_that_their_names_say() {
    for seed in 0..16 {
        let (a, _) = regular_pair(seed);
        let distance = |change| compared(&a, &changed(&a, change, &mut rng(seed)), &settings())["d_logit"];
        for keeps_predictions in [Change::Coordinates, Change::Rotation, Change::Nothing] {
            assert!(distance(keeps_predictions) < 1e-8, "seed {seed}: {keeps_predictions:?}");
        }
        for other in [Change::Any, Change::Affine, Change::Similarity, Change::Scaling] {
            assert!(distance(other) > 1e-3, "seed {seed}: {other:?}");
        }
    }
}
