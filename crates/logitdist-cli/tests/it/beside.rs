//! `--against` and `--floor`.

use crate::{Files, compare, fixture, json};

const A: &str = "digits-m8-a.npz";
const B: &str = "digits-m8-b.npz";
const INT8: &str = "digits-m8-a-int8.npz";

fn path(name: &str) -> String {
    fixture(name).to_str().unwrap().to_owned()
}

#[test]
fn a_third_model_shows_how_much_further_b_is() {
    let (int8, b) = (path(INT8), path(B));
    let got = json(compare(A, B, &["--against", &int8, "--format", "json"]));
    let plain = json(compare(A, INT8, &["--format", "json"]));
    let d_logit = &got["against"]["of"]["d_logit"];
    assert_eq!(d_logit["value"], plain["d_logit"]);
    let difference = d_logit["difference"].as_f64().unwrap();
    assert!(
        (difference - (got["d_logit"].as_f64().unwrap() - plain["d_logit"].as_f64().unwrap())).abs() < 1e-12
    );
    let low = d_logit["interval"][0].as_f64().unwrap();
    assert!(0.0 < low && low < difference, "{d_logit}");
    // The other way round the interval has the other sign.
    let back = json(compare(A, INT8, &["--against", &b, "--format", "json"]));
    let high = back["against"]["of"]["d_logit"]["interval"][1].as_f64().unwrap();
    assert!((low + high).abs() < 1e-9, "{low} {high}");
    let share = &got["against"]["of"]["top1_agreement"];
    assert!(share["interval"][1].as_f64().unwrap() < 0.0, "{share}");
    let table = compare(A, B, &["--against", &int8]).ok().stdout;
    assert!(table.contains("b is further from a by d_logit, +7.") && table.contains("\nAgainst "), "{table}");
    let same = compare(A, B, &["--against", &b]).ok().stdout;
    assert!(same.contains("cannot be told apart by d_logit"), "{same}");
    let without = json(compare(A, B, &["--against", &int8, "--format", "json", "--no-intervals"]));
    assert!(without["against"]["of"]["d_logit"]["reason"].as_str().unwrap().contains("no intervals"));
}

#[test]
fn another_run_of_a_is_the_floor_and_gates_can_name_it() {
    let (int8, a) = (path(INT8), path(A));
    let got = json(compare(A, B, &["--floor", &int8, "--format", "json", "--null", "100"]));
    let (plain, of) = (json(compare(A, INT8, &["--format", "json"])), &got["floor"]["of"]);
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let times = number(&of["d_logit"]["times"]);
    assert!((times / (number(&got["d_logit"]) / number(&plain["d_logit"])) - 1.0).abs() < 1e-12);
    assert!(number(&of["d_logit"]["interval"][0]) < times && times < number(&of["d_logit"]["interval"][1]));
    let way = number(&of["d_logit_relative"]["chance"]["way"]);
    let (own, least) = (number(&got["d_logit_relative"]), number(&plain["d_logit_relative"]));
    assert!((way - (own - least) / (2.0_f64.sqrt() - least)).abs() < 1e-12);
    // Similarities count by what they lack to 1.
    let lacking = (1.0 - number(&got["cka"])) / (1.0 - number(&plain["cka"]));
    assert!((number(&of["cka"]["times"]) / lacking - 1.0).abs() < 1e-9);
    assert_eq!(of["cka"]["chance"]["value"], got["null"]["of"]["cka"]["mean"]);
    let table = compare(A, B, &["--floor", &int8]).ok().stdout;
    assert!(table.contains("× the floor") && table.contains("% of the way to chance"), "{table}");
    let gate = |condition: &str| compare(A, B, &["--floor", &int8, "--fail-if", condition]);
    let crossed = gate("d_logit > 3 * floor");
    assert_eq!(crossed.code, 4);
    assert!(crossed.stderr.contains("(3 times the floor) by"), "{}", crossed.stderr);
    assert_eq!(gate("d_logit > 1e9 * floor").code, 0);
    // The floor of equal models is 0.
    assert!(compare(A, B, &["--floor", &a]).ok().stdout.contains("where the floor is 0"));
    compare(A, B, &["--fail-if", "d_logit > 3 * floor"]).refused(&["there is no floor; --floor MODEL"]);
}

#[test]
fn models_that_do_not_fit_are_named_and_outputs_replace_none() {
    let other = path("digits-m4-a.npz");
    let files = Files::new();
    compare(A, B, &["--against", &files.path("none.npz")]).refused(&["none.npz"]);
    compare(A, B, &["--floor", &other, "--out", &other]).refused(&["digits-m4-a.npz"]);
    // Dimensions may differ.
    compare(A, B, &["--against", &other, "--floor", &other]).ok();
}
