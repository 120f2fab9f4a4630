//! Declared pictures: nothing is mixed, what is fixed is said, and bad declarations say what is needed.

use logitdist_report::declared::{Declared, Drawn, defaults, resolve};
use logitdist_report::plot::{Colour, Form, Mark, Panel, Shape};
use logitdist_report::{View, plot, report};
use logitdist_results::{Damaged, PlotSpec, Study};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

const REPLICATES: usize = 3;

/// What differs in value from all others: direction, source, and two axes that no picture need show.
fn base(source: usize, dim: usize, spectrum: usize, level: usize, direction: usize) -> f64 {
    0.9 - 0.4 * direction as f64
        - 0.2 * source as f64
        - 0.1 * spectrum as f64
        - 0.03 * dim as f64
        - 0.01 * level as f64
}

/// A study in which both directions, both sources, dimensions and spectra differ by construction; replicates differ by 0.001.
fn tables() -> (String, String) {
    let mut rows =
        String::from("source,dim,spectrum,level,replicate,cell_seed,status,reason,d_logit,m_cca\n");
    let mut bounds = String::from(
        "source,dim,spectrum,level,replicate,cell_seed,direction,bound,form,status,lhs,rhs,tightness,slack,holds,reason\n",
    );
    let mut cell = 0u64;
    for (s, source) in ["noise_logits", "round_row"].iter().enumerate() {
        for (d, dim) in [2, 8].iter().enumerate() {
            for (p, spectrum) in ["isotropic", "step(leading(4);ratio(0.001))"].iter().enumerate() {
                for (l, level) in [["0.01", "0.1", "1"], ["2", "4", "8"]][s].iter().enumerate() {
                    for replicate in 0..REPLICATES {
                        cell += 1;
                        let seed = format!("{:016x}", cell.wrapping_mul(0x9e37_79b9_7f4a_7c15));
                        let start = format!("{source},{dim},{spectrum},{level},{replicate},{seed}");
                        writeln!(rows, "{start},ok,,1,0.99").unwrap();
                        for (b, direction) in ["ab", "ba"].iter().enumerate() {
                            let t = base(s, d, p, l, b) + 0.001 * replicate as f64;
                            writeln!(bounds, "{start},{direction},d_ls,sharpened,ok,{t},1,{t},,true,")
                                .unwrap();
                            for (token, less) in [("m_cca_sharp", 0.05), ("m_cca_two_spectra", 0.0)] {
                                let c = t - less;
                                let line = format!(
                                    "{start},{direction},{token},sharpened,ok,{c},0.99,,{},true,",
                                    0.99 - c
                                );
                                writeln!(bounds, "{line}").unwrap();
                            }
                        }
                    }
                }
            }
        }
    }
    (rows, bounds)
}

pub fn write(folder: &Path, config: &str) {
    let (rows, bounds) = tables();
    for (name, text) in [("rows.csv", &rows[..]), ("bounds.csv", &bounds), ("config.toml", config)] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

pub fn study() -> Study {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "question = \"q\"\n");
    Study::read(folder.path()).unwrap()
}

pub fn resolved(study: &Study, spec: &str) -> Result<Declared, String> {
    resolve(study, &PlotSpec::parse(spec).unwrap())
}

/// The values of the cells that a drawn value may be made of: those at its panel, line and place, and at what is fixed.
fn own_group(picture: &Declared, panel: Option<usize>, line: Option<usize>, x: usize) -> Vec<Vec<f64>> {
    // Coordinates: source, dim, spectrum, level (positions of all six values), direction, bound, family.
    let mut all = Vec::new();
    for s in 0..2 {
        for d in 0..2 {
            for p in 0..2 {
                for l in 0..3 {
                    for b in 0..2 {
                        for (bound, less) in [(0, 0.0), (1, 0.05), (2, 0.0)] {
                            if !picture.bounds.contains(&bound) {
                                continue;
                            }
                            // Numbers of both sources in order: 0.01 0.1 1 2 4 8.
                            let family = usize::from(bound > 0);
                            let own = [s, d, p, 3 * s + l, b, bound, family];
                            let lines = picture.rows.or(picture.colour);
                            let shown = own[picture.x] == x
                                && picture.panels.is_none_or(|c| Some(own[c]) == panel)
                                && lines.is_none_or(|c| Some(own[c]) == line);
                            let asked = picture.filter.iter().all(|(c, levels)| levels.contains(&own[*c]));
                            let fixed = picture.chosen.iter().all(|(c, level)| own[*c] == *level);
                            if shown && asked && fixed {
                                let replicates =
                                    (0..REPLICATES).map(|r| base(s, d, p, l, b) + 0.001 * r as f64 - less);
                                all.push(replicates.collect());
                            }
                        }
                    }
                }
            }
        }
    }
    all
}

/// Every drawn value is of one group of replicates alone, and inside its range; how many there are.
fn check(study: &Study, picture: &Declared) -> usize {
    let drawn: Drawn = picture.numbers(study).unwrap();
    let mut n = 0;
    for panel in &drawn.panels {
        let places: BTreeSet<usize> =
            panel.curves.iter().flat_map(|curve| &curve.places).map(|place| place.x).collect();
        assert!(places.len() > 1, "{}: a panel of one place", picture.name);
        for curve in &panel.curves {
            for place in &curve.places {
                let groups = own_group(picture, panel.level, curve.level, place.x);
                assert_eq!(
                    groups.len(),
                    1,
                    "{}: {} groups are mixed at {place:?}",
                    picture.name,
                    groups.len()
                );
                let (low, high) = (groups[0][0], groups[0][REPLICATES - 1]);
                let (from, to) = place.ends.unwrap_or((place.middle, place.middle));
                let is_inside = |y: f64| (low - 1e-12..=high + 1e-12).contains(&y);
                assert!(is_inside(place.middle), "{}: {place:?} is not in {low} to {high}", picture.name);
                assert!(
                    picture.interval || (is_inside(from) && is_inside(to)),
                    "{}: {place:?}",
                    picture.name
                );
                assert_eq!(place.n, REPLICATES);
                n += 1;
            }
        }
    }
    assert!(n > 1);
    n
}

#[test]
fn no_drawn_value_is_outside_the_cells_of_its_own_group() {
    let study = study();
    let all = defaults(&study);
    let names: Vec<&str> = all.iter().map(|picture| picture.name.as_str()).collect();
    for name in ["m_cca-level-dim", "m_cca-level", "m_cca-spectrum", "tightness-dim", "map-level-dim"] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    for picture in &all {
        check(&study, picture);
    }
    for spec in [
        "bound=m_cca_two_spectra x=level colour=dim panels=source where='spectrum==isotropic,direction==ab' y=certified",
        "bound=m_cca_sharp,m_cca_two_spectra x=dim colour=direction panels=bound",
        "bound=d_ls x=spectrum colour=none panels=none y=tightness",
        "bound=m_cca_sharp x=level rows=dim panels=source",
        "bound=m_cca_sharp x=level colour=dim panels=source interval=95",
        "y=tightness x=direction",
    ] {
        check(&study, &resolved(&study, spec).unwrap());
    }
}

#[test]
fn what_is_asked_is_drawn_and_what_is_chosen_is_said() {
    let study = study();
    let picture = resolved(
        &study,
        "bound=m_cca_two_spectra x=level colour=dim panels=source where='spectrum==isotropic,direction==ab' y=certified",
    )
    .unwrap();
    assert!(picture.chosen.is_empty(), "{:?}", picture.chosen);
    assert_eq!(picture.name, "certified-m_cca_two_spectra-level-dim-source-isotropic-ab");
    let drawn = picture.numbers(&study).unwrap();
    assert_eq!((drawn.panels.len(), drawn.panels[0].curves.len(), drawn.replicates), (2, 2, (3, 3)));
    let at =
        |panel: usize, curve: usize, place: usize| drawn.panels[panel].curves[curve].places[place].middle;
    assert!((at(0, 0, 0) - base(0, 0, 0, 0, 0) - 0.001).abs() < 1e-12);
    assert!((at(1, 1, 2) - base(1, 1, 0, 2, 0) - 0.001).abs() < 1e-12);
    assert_eq!(
        picture.question(&study),
        "Certified mean correlation by T5 (both spectra) over level, colours: dimension, panels: source. Medians of 3 replicates; bars are \
         from the least to the greatest. Fixed: spectrum isotropic, direction a → b."
    );
    // Without a filter, all that would be mixed is fixed, and named.
    let picture = resolved(&study, "bound=d_ls x=level").unwrap();
    let caption = picture.question(&study);
    assert!(
        caption.contains("spectrum isotropic (shows most)")
            || caption.contains("spectrum 4 eigenvalues of 1, others 0.001 (shows most)"),
        "{caption}"
    );
    assert!(caption.contains("direction a → b (shows most)"), "{caption}");
    // Each panel has the words of its source.
    let figure = &picture.figures(&study, &picture.numbers(&study).unwrap())[0];
    let labels: Vec<&str> = figure.panels.iter().map(|panel| panel.x.label.as_str()).collect();
    assert_eq!(labels, ["noise level", "bits"]);
    assert!(figure.panels.iter().all(|panel| panel.y.range == Some((0.0, 1.0))));
    // Two numbers are two things side by side, and names are short.
    let picture = resolved(&study, "bound=d_ls x=spectrum panels=source").unwrap();
    let figure = &picture.figures(&study, &picture.numbers(&study).unwrap())[0];
    let names: Vec<&str> = figure.panels[0].x.ticks.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["isotropic", "4 eigenvalues of 1, others 0.001"]);
}

fn drawn(study: &Study, spec: &str) -> Panel {
    let picture = resolved(study, spec).unwrap();
    picture.figures(study, &picture.numbers(study).unwrap())[0].panels[0].clone()
}

#[test]
fn things_in_a_row_have_points_and_bars_and_no_line_between_them() {
    let study = study();
    let panel = drawn(&study, "bound=d_ls x=spectrum colour=dim panels=source");
    let is_between = |mark: &Mark| match &mark.form {
        Form::Line(points) => points[0].0 != points[1].0,
        form => matches!(form, Form::DottedLine(_) | Form::Band(_)),
    };
    assert!(!panel.marks.iter().any(is_between));
    assert!(
        panel.points().count() == 4 && panel.marks.iter().any(|mark| matches!(mark.form, Form::Interval(..)))
    );
    let panel = drawn(&study, "bound=d_ls x=dim colour=spectrum panels=source");
    assert!(panel.marks.iter().any(is_between));
}

#[test]
fn bounds_of_several_families_in_a_panel_have_colours_and_shapes_of_their_own() {
    let study = study();
    let panel =
        drawn(&study, "y=vacuous bound=d_ls,m_cca_sharp,m_cca_two_spectra x=dim colour=bound panels=none");
    let lines = panel.marks.iter().filter(|mark| !mark.label.is_empty());
    let mut known: Vec<(String, Colour, Shape)> = Vec::new();
    for mark in lines {
        let is_other = |own: &&(String, Colour, Shape)| own.0 != mark.label;
        assert!(known.iter().filter(is_other).all(|own| own.1 != mark.colour && own.2 != mark.shape));
        known.push((mark.label.clone(), mark.colour, mark.shape));
    }
    assert!(known.len() >= 3, "{known:?}");
}

#[test]
fn an_axis_says_by_which_bound() {
    let study = study();
    let label = |spec: &str| drawn(&study, spec).y.label.replace('\u{a0}', " ");
    assert_eq!(label("bound=m_cca_two_spectra x=level"), "certified mean correlation (T5)");
    assert_eq!(
        label("bound=m_cca_two_spectra,m_cca_sharp x=level colour=bound"),
        "certified mean correlation"
    );
}

#[test]
fn where_nothing_moves_nothing_is_drawn_of_itself() {
    let study = study();
    for picture in defaults(&study) {
        assert!(picture.numbers(&study).unwrap().moves(), "{}", picture.name);
    }
    let map = defaults(&study).into_iter().find(|picture| picture.name == "map-level-dim").unwrap();
    // T5 certifies more than T3 by construction.
    assert_eq!(study.bounds[map.bounds[0]].0, "m_cca_two_spectra");
    let same = resolved(&study, "y=vacuous bound=d_ls x=level").unwrap();
    assert!(!same.numbers(&study).unwrap().moves());
}

#[test]
fn intervals_are_those_of_students_t() {
    let study = study();
    let picture = resolved(
        &study,
        "bound=d_ls x=level where='dim==2,spectrum==isotropic,direction==ab' colour=none interval=95",
    )
    .unwrap();
    let place = picture.numbers(&study).unwrap().panels[0].curves[0].places[0];
    // Of y, y + 0.001 and y + 0.002: standard deviation 0.001, t = 4.302653 with 2 degrees of freedom.
    let half = 4.302_652_73 * 0.001 / 3f64.sqrt();
    let (low, high) = place.ends.unwrap();
    assert!((place.middle - base(0, 0, 0, 0, 0) - 0.001).abs() < 1e-12);
    assert!((high - low - 2.0 * half).abs() < 1e-9, "{place:?}");
}

#[test]
fn what_cannot_be_drawn_says_what_is_needed() {
    let study = study();
    for (spec, message) in [
        ("bound=d_lz x=level", "there is no bound `d_lz`; there are d_ls, m_cca_sharp, m_cca_two_spectra"),
        (
            "bound=d_ls x=width",
            "`x` is width, which the study does not have; it has source, dim, spectrum, level",
        ),
        ("bound=d_ls y=certified", "d_ls has no certified; it bounds from above"),
        ("bound=m_cca_sharp y=tightness", "m_cca_sharp has no tightness; it bounds from below"),
        ("bound=d_ls y=height", "`y` is height; tightness, certified,"),
        ("y=m_cca bound=d_ls", "m_cca is a measure: leave `bound` out"),
        ("bound=d_ls x=level colour=level", "level is shown twice"),
        (
            "bound=d_ls x=level colour=source",
            "level is bits here and noise level: sources cannot share it; use panels=source",
        ),
        ("bound=d_ls x=level rows=dim colour=spectrum", "a map has no colour of its own"),
        ("bound=d_ls where=dim==3", "dim has no value `3`; it has 2, 8"),
        ("bound=d_ls x=dim where=dim==2", "no two values of dim"),
    ] {
        let error = resolved(&study, spec).unwrap_err();
        assert!(error.contains(message), "{spec}: {error}");
    }
}

#[test]
fn a_config_declares_pictures_and_one_is_made_alone() {
    let folder = tempfile::tempdir().unwrap();
    let config = "question = \"q\"\n[[plot]]\nname = \"main\"\nbound = \"m_cca_two_spectra\"\nx = \"level\"\n[[plot]]\nbound = \"none_such\"\n";
    write(folder.path(), config);
    report(folder.path(), Damaged::Refused, None).unwrap();
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    let plots = folder.path().join("plots");
    for ending in ["svg", "png", "pdf"] {
        assert!(plots.join(format!("plot-main.{ending}")).is_file(), "{ending}");
    }
    let first = page.find("plots/plot-main.svg").unwrap();
    assert!(first < page.find("All that was found").unwrap() || first < page.find("id=\"found\"").unwrap());
    assert!(page.contains("there is no bound `none_such`"));
    let study = Study::read(folder.path()).unwrap();
    let spec = PlotSpec::parse("bound=d_ls x=level name=mine").unwrap();
    let made = plot(&study, folder.path(), &spec, Some(240.0)).unwrap();
    assert_eq!(made.files.len(), 3);
    let svg = std::fs::read_to_string(&made.files[0]).unwrap();
    assert!(svg.contains("width=\"240.0pt\"") && svg.contains("fill=\"#FFFFFF\""), "{}", &svg[..300]);
    let pdf = std::fs::read(&made.files[2]).unwrap();
    assert!(pdf.starts_with(b"%PDF") && pdf.windows(9).any(|w| w == b"/FontFile"), "no font is embedded");
    // Reports leave it.
    report(folder.path(), Damaged::Refused, None).unwrap();
    assert!(plots.join("own-mine.pdf").is_file());
}
