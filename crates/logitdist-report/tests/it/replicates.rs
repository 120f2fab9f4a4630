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
fn bands_are_bars_where_three_curves_share_a_panel_and_nothing_where_five_do() {
    let study = of_sweep();
    let of = |levels: &str| {
        figure(&study, &format!("bound=d_ls x=dim colour=level where='direction==ab{levels}'"))
    };
    let two = of(",level==0.01|0.1");
    assert_eq!(spread(&two), (2, 0));
    assert!(two.note.contains("bands are their 5 and 95 % quantiles."), "{}", two.note);
    let three = of("");
    assert_eq!(spread(&three), (0, 9));
    assert!(
        three.note.contains("bars are their 5 and 95 % quantiles. Curves are moved a little"),
        "{}",
        three.note
    );
    let cells = (0..3).flat_map(|x| (0..5).flat_map(move |colour| (0..5).map(move |r| ("a", x, colour, r))));
    let five = figure(&made(cells), "bound=d_ls x=gamma colour=dim");
    assert_eq!(spread(&five), (0, 0));
    assert!(
        five.note.contains("5 replicates; bands are left out, as more than four curves share a panel."),
        "{}",
        five.note
    );
    // Intervals of means are what such a picture is for: they are not left out.
    let cells = (0..3).flat_map(|x| (0..5).flat_map(move |colour| (0..5).map(move |r| ("a", x, colour, r))));
    assert_eq!(spread(&figure(&made(cells), "bound=d_ls x=gamma colour=dim interval=95")), (0, 15));
}

/// A study of cells of a source, a gamma, a dimension and a replicate, whose tightness all of these change.
fn made(cells: impl Iterator<Item = (&'static str, u32, u32, u32)>) -> Study {
    let mut rows = String::from("source,gamma,dim,replicate,cell_seed,status,reason,d_logit\n");
    let header = "source,gamma,dim,replicate,cell_seed,direction,bound,form,status,lhs,rhs,tightness,slack,holds,reason\n";
    let mut bounds = String::from(header);
    for ((source, gamma, dim, replicate), cell) in cells.zip(1u64..) {
        let seed = cell.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let start = format!("{source},{gamma},{dim},{replicate},{seed:016x}");
        rows += &format!("{start},ok,,1\n");
        let t = 0.1 * f64::from(gamma) + 0.02 * f64::from(dim) + 0.001 * f64::from(replicate) + 0.1;
        bounds += &format!("{start},ab,d_ls,sharpened,ok,{t},1,{t},,true,\n");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
    std::fs::write(folder.path().join("bounds.csv"), bounds).unwrap();
    Study::read(folder.path()).unwrap()
}

#[test]
fn no_line_goes_from_one_source_to_another() {
    let study =
        made([("a", 1), ("a", 2), ("a", 5), ("b", 3), ("b", 4)].into_iter().map(|(s, g)| (s, g, 2, 0)));
    let picture = resolved(&study, "bound=d_ls x=gamma colour=none panels=none").unwrap();
    let drawn = picture.numbers(&study).unwrap();
    let places: Vec<usize> = drawn.panels[0].curves[0].places.iter().map(|place| place.x).collect();
    assert_eq!(places, [0, 1, 4]);
    assert!(
        picture.question(&study).contains("Fixed: kind of pair (a; shows most)."),
        "{}",
        picture.question(&study)
    );
}
