//! As many inputs as a measure just needs, and fewer.

use crate::pairs::{compared, model, rng, value};
use logitdist::{Mat, Model, Pair, Reason, Settings, compare};

#[test]
fn four_inputs_are_enough_for_the_debiased_cka_and_three_are_not() {
    let of = |inputs: usize| [1, 2].map(|seed| model(inputs, 6, 2, false, &mut rng(seed)));
    let [a, b] = of(4);
    assert!(compared(&a, &b).scalar("cka_debiased").unwrap().is_ok());
    let [a, b] = of(3);
    let reason = compared(&a, &b).scalar("cka_debiased").unwrap().clone().unwrap_err();
    assert!(matches!(reason, Reason::Inputs { inputs: 3, needed: 4 }), "{reason}");
}

#[test]
fn directions_that_are_held_out_leave_inputs_to_be_fitted_on() {
    // Of ranks 3 and 5: 19 twentieths of the inputs are to be 3 + 5 + 2.
    let of = |inputs: usize| {
        let (a, b) = (model(inputs, 12, 3, false, &mut rng(1)), model(inputs, 12, 5, false, &mut rng(2)));
        compared(&a, &b).scalar("m_cca_cv").unwrap().clone()
    };
    assert!(of(11).is_ok());
    let reason = of(10).unwrap_err();
    assert!(matches!(reason, Reason::Inputs { inputs: 10, needed: 11 }), "{reason}");
}

#[test]
fn corners_of_a_simplex_have_no_debiased_cka() {
    for (seed, inputs) in [(1, 4), (2, 5), (3, 7)] {
        let b = model(inputs, 6, 2, false, &mut rng(seed));
        // At a place and a scale that rounding sees.
        let corner = |i: usize, j: usize| if i == j { 0.7 } else { 0.1 };
        let g = model(6, 6, inputs, false, &mut rng(9)).unembeddings().to_owned();
        let a = Model::new(Mat::from_fn(inputs, inputs, corner), g, None).unwrap();
        for (first, second) in [(&a, &b), (&b, &a), (&a, &a)] {
            let reason = compared(first, second).scalar("cka_debiased").unwrap().clone().unwrap_err();
            assert!(reason.to_string().contains("is 0 at"), "{inputs} inputs: {reason}");
        }
        assert!(compared(&b, &b).scalar("cka_debiased").unwrap().is_ok());
    }
}

#[test]
fn a_budget_of_agreement_needs_every_input() {
    let (a, b) = (model(40, 6, 2, false, &mut rng(1)), model(40, 6, 2, false, &mut rng(2)));
    let of = |inputs_limit| {
        let settings = Settings { budget: true, inputs_limit, ..Settings::default() };
        compare(&Pair::new(&a, &b).unwrap(), &settings, &mut rng(0)).unwrap()
    };
    assert!(value(&of(None), "budget_agreement_a") > 0.0);
    let reason = of(Some(10)).scalar("budget_agreement_a").unwrap().clone().unwrap_err();
    assert!(matches!(reason, Reason::Inputs { inputs: 10, needed: 40 }), "{reason}");
}
