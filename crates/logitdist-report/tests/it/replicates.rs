//! How replicates are drawn: as many as there are, beside the curves that they are of, and never in the way of others.

use crate::declared::{resolved, study};
use crate::sweep;
use logitdist_report::View;
use logitdist_report::plot::{Figure, Form};
use logitdist_results::Study;

fn of_sweep() -> Study {
    let folder = tempfile::tempdir().unwrap();
    sweep::write(folder.path());
    Study::read(folder.path()).unwrap()
}

fn figure(study: &Study, spec: &str) -> Figure {
    let picture = resolved(study, spec).unwrap();
    picture.figures(study, &picture.numbers(study).unwrap())[0].clone()
}

/// The numbers of bands and of intervals.
fn spread(figure: &Figure) -> (usize, usize) {
    let marks = || figure.panels.iter().flat_map(|panel| &panel.marks);
    let bands = marks().filter(|mark| matches!(mark.form, Form::Band(_))).count();
    (bands, marks().filter(|mark| matches!(mark.form, Form::Interval(..))).count())
}

#[test]
fn few_replicates_are_shown_from_the_least_to_the_greatest() {
    let study = study();
    let spec = "bound=d_ls x=level colour=none panels=none where='source==noise_logits,dim==2,spectrum==isotropic,direction==ab'";
    let drawn = resolved(&study, spec).unwrap().numbers(&study).unwrap();
    let place = drawn.panels[0].curves[0].places[0];
    let (low, high) = place.ends.unwrap();
    assert!((place.middle - low - 0.001).abs() < 1e-12 && (high - place.middle - 0.001).abs() < 1e-12);
    let figure = figure(&study, spec);
    assert_eq!(spread(&figure), (0, 3));
    assert!(figure.note.starts_with("Medians of 3 replicates; bars are from the least to the greatest."));
}

#[test]
fn more_than_two_curves_of_a_panel_have_no_bands() {
    let study = of_sweep();
    let of = |levels: &str| {
        figure(&study, &format!("bound=d_ls x=dim colour=level where='direction==ab{levels}'"))
    };
    let two = of(",level==0.01|0.1");
    assert_eq!(spread(&two), (2, 0));
    assert!(two.note.contains("bands are their 5 and 95 % quantiles."), "{}", two.note);
    let three = of("");
    assert_eq!(spread(&three), (0, 0));
    assert!(
        three.note.contains("5 replicates; bands are left out, as more than two curves share a panel."),
        "{}",
        three.note
    );
    // Intervals of means are what such a picture is for: they stand side by side.
    let means = figure(&study, "bound=d_ls x=dim colour=level where=direction==ab interval=95");
    assert_eq!(spread(&means), (0, 9));
    assert!(means.note.contains("Curves are moved a little sideways"), "{}", means.note);
}

#[test]
fn no_line_goes_from_one_source_to_another() {
    let mut rows = String::from("source,gamma,replicate,cell_seed,status,reason,d_logit\n");
    let header =
        "source,gamma,replicate,cell_seed,direction,bound,form,status,lhs,rhs,tightness,slack,holds,reason\n";
    let mut bounds = String::from(header);
    for (source, gamma) in [("a", 1), ("a", 2), ("a", 5), ("b", 3), ("b", 4)] {
        let start = format!("{source},{gamma},0,{:016x}", gamma + 1);
        rows += &format!("{start},ok,,1\n");
        let t = 0.1 * f64::from(gamma);
        bounds += &format!("{start},ab,d_ls,sharpened,ok,{t},1,{t},,true,\n");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
    std::fs::write(folder.path().join("bounds.csv"), bounds).unwrap();
    let study = Study::read(folder.path()).unwrap();
    let picture = resolved(&study, "bound=d_ls x=gamma colour=none panels=none").unwrap();
    let drawn = picture.numbers(&study).unwrap();
    let places: Vec<usize> = drawn.panels[0].curves[0].places.iter().map(|place| place.x).collect();
    assert_eq!(places, [0, 1, 4]);
    assert!(
        picture.question(&study).contains("Fixed: source a (shows most)."),
        "{}",
        picture.question(&study)
    );
}
