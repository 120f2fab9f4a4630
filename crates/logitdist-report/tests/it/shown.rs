//! What figures leave out and which of several things they show: by what rules, and that they say so.

use crate::{sweep, trained};
use logitdist_report::plot::{
    Axis, Colour, Colours, Figure, Form, Mark, Panel, Point, Scale, Shape, Width, palette,
};
use logitdist_report::{Picture, pictures};
use logitdist_results::Study;
use std::collections::BTreeSet;

fn texts(figure: &Figure) -> String {
    let svg = figure.to_svg();
    let all = svg.split("</text>").filter_map(|part| part.rsplit('>').next());
    all.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn study(rows: &str, bounds: &str) -> Study {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
    std::fs::write(folder.path().join("bounds.csv"), bounds).unwrap();
    Study::read(folder.path()).unwrap()
}

fn picture(study: &Study, name: &str) -> Picture {
    let all = pictures(study);
    all.iter().find(|picture| picture.name == name).unwrap_or_else(|| panic!("{name}")).clone()
}

/// A study with two families of bounds from above: both sides of the second are given.
fn with_second_family(sides: impl Fn(usize) -> (f64, f64)) -> Study {
    let (rows, mut bounds) = sweep::tables();
    let first: Vec<String> = bounds.lines().filter(|line| line.contains("d_ls,")).map(String::from).collect();
    for (i, line) in first.iter().enumerate() {
        let start = line.split("d_ls,").next().unwrap();
        let (lhs, rhs) = sides(i);
        bounds += &format!("{start}logit_from_kl,sharpened,ok,{lhs},{rhs},{},,true,\n", lhs / rhs);
    }
    study(&rows, &bounds)
}

#[test]
fn a_panel_of_strips_is_left_out_and_named() {
    // Twelve decades above the least left side an axis ends.
    let far = |share: usize| {
        let study =
            with_second_family(move |i| (1e-3 * (i + 1) as f64, if i % 20 < share { 1e60 } else { 1.0 }));
        picture(&study, "frontier").figure
    };
    let (most, some) = (far(19), far(10));
    assert_eq!((most.panels.len(), some.panels.len()), (1, 2));
    let said = texts(&most);
    assert!(
        said.contains("Not drawn: logit distance from KL, whose right side is beyond 1 in 84 of 90 marks."),
        "{said}"
    );
    assert!(!texts(&some).contains("Not drawn"));
}

#[test]
fn the_left_axis_ends_a_decade_above_the_left_sides() {
    let study = with_second_family(|i| (0.1 + 0.001 * i as f64, 10f64.powi((i % 9) as i32)));
    let frontier = picture(&study, "frontier").figure;
    let panel = frontier.panels.iter().find(|panel| panel.title.starts_with("logit")).unwrap();
    let (x, y) = (panel.x.range.unwrap(), panel.y.range.unwrap());
    assert!(x.1 > 1e8 && y.0 == x.0 && (y.1 / 0.219 - 10.0).abs() < 1e-9, "{x:?} {y:?}");
    // Right sides near the left ones leave both axes alike.
    let own = frontier.panels.iter().find(|panel| !panel.title.starts_with("logit")).unwrap();
    assert_eq!(own.x.range, own.y.range);
}

#[test]
fn a_logarithmic_scale_has_two_numbers_beside_its_strips() {
    let figure = |most: f64, counted: usize| {
        let beyond = (0..counted).flat_map(|_| [Point::at(0.0, 1.0), Point::at(1e9, 1.0)]);
        let points = beyond.chain([Point::at(1e-13, 1.0), Point::at(most, 2.0)]).collect();
        let panel = Panel::new("", Axis::log("").cut(1e-13, most), Axis::linear("").ticked(vec![]));
        let panel = panel.with(Mark::points(points, palette::BLUE));
        Figure::new(Width::Points(140.0), vec![panel])
    };
    for (most, counted) in [(1.0, 1), (1.0, 434), (1e-9, 434), (1e3, 12)] {
        let said = texts(&figure(most, counted));
        let numbers = said.split(' ').zip(said.split(' ').skip(1));
        // What follows a sign is the name of a strip.
        let numbers = numbers.filter(|(before, own)| own.starts_with("10") && !["<", ">"].contains(before));
        assert!(numbers.count() >= 2, "{most}, {counted}: {said}");
    }
}

#[test]
fn six_shapes_come_before_one_comes_twice() {
    let shapes: Vec<Shape> = (0..6).map(Shape::of).collect();
    let distinct = (0..6).all(|i| !shapes[..i].contains(&shapes[i]));
    assert!(distinct, "{shapes:?}");
    let drawn = |shape: Shape| {
        let mark = Mark::new(Form::Points(vec![Point::at(1.0, 1.0)], shape), palette::BLUE);
        let panel = Panel::new("", Axis::linear(""), Axis::linear("")).with(mark);
        Figure::new(Width::Column, vec![panel]).to_svg()
    };
    let pictures: BTreeSet<String> = shapes.into_iter().map(drawn).collect();
    assert_eq!(pictures.len(), 6);
}

#[test]
fn ink_on_colours_is_the_one_with_more_contrast() {
    for i in 0..=100 {
        let colour = palette::sequential(f64::from(i) / 100.0);
        let ink = if colour.is_dark() { palette::WHITE } else { palette::INK };
        assert!(colour.contrast(ink) > 4.0, "{}: {}", colour.to_hex(), colour.contrast(ink));
    }
    assert!((Colour(0, 0, 0).contrast(palette::WHITE) - 21.0).abs() < 1e-9);
    assert!((palette::GREY.contrast(palette::WHITE) - 4.54).abs() < 0.01);
}

#[test]
fn pictures_of_trainings_name_the_source_they_are_of() {
    let (rows, bounds) = trained::tables();
    let study = study(&rows, &bounds);
    let said = |name: &str| texts(&picture(&study, name).figure);
    assert!(said("training-concepts").contains("Fixed: kind of pair (all)"), "{}", said("training-concepts"));
    assert!(said("training-sizes").contains("kind of pair (rounded)"), "{}", said("training-sizes"));
    assert!(said("training-sameness").contains("Each mark is a pair of networks at the last epoch."));
}

#[test]
fn of_sources_with_the_same_networks_the_one_with_more_pairs_is_shown() {
    let (rows, bounds) = trained::tables();
    let lines = || rows.lines().filter(|line| !line.starts_with("train.rounded"));
    // Some networks of the last epoch again, as a source without a course.
    let again = lines().filter(|line| line.split(',').nth(4) == Some("100")).filter(|line| {
        let student = line.split(',').nth(9);
        student.is_some_and(|student| student != "0")
    });
    let again = again.zip(1u64..).map(|(line, i)| {
        let mut fields: Vec<&str> = line.split(',').collect();
        let seed = format!("{i:016x}");
        (fields[0], fields[11]) = ("train.again", &seed);
        fields.join(",")
    });
    let rows = lines().map(String::from).chain(again).map(|line| line + "\n").collect::<String>();
    let said = texts(&picture(&study(&rows, &bounds), "training-sizes").figure);
    assert!(said.contains("Fixed: kind of pair (all), epoch 100") && !said.contains("again"), "{said}");
}

#[test]
fn few_networks_have_no_interval() {
    let (rows, bounds) = trained::tables();
    let header = rows.lines().next().unwrap();
    let of = |most: u32| {
        let few = rows.lines().filter(|line| {
            let teacher = line.split(',').nth(8).and_then(|teacher| teacher.parse::<u32>().ok());
            teacher.is_some_and(|teacher| teacher < most)
        });
        let rows = [header].into_iter().chain(few).collect::<Vec<_>>().join("\n") + "\n";
        picture(&study(&rows, &bounds), "training-sizes").figure
    };
    let intervals = |figure: &Figure| {
        let marks = figure.panels.iter().flat_map(|panel| &panel.marks);
        marks.filter(|mark| matches!(mark.form, Form::Interval(..))).count()
    };
    let said = "Means of fewer than three networks have no interval.";
    let (two, three) = (of(2), of(3));
    assert!(intervals(&two) == 0 && texts(&two).contains(said), "{}", texts(&two));
    assert!(intervals(&three) > 0 && !texts(&three).contains(said));
}

#[test]
fn certificates_have_a_figure_for_each_similarity_that_its_axes_name() {
    let (rows, mut bounds) = sweep::tables();
    let first: Vec<String> =
        bounds.lines().filter(|line| line.contains("m_cca_sharp,")).map(String::from).collect();
    for line in first {
        let start = line.split("m_cca_sharp,").next().unwrap();
        bounds += &format!("{start}top1_from_logit,sharpened,ok,0.6,0.9,,0.3,true,\n");
    }
    let study = study(&rows, &bounds);
    let labels = |name: &str| {
        let figure = picture(&study, name).figure;
        (figure.panels.len(), figure.panels[0].x.label.clone(), figure.panels[0].y.label.clone())
    };
    let of = |n: usize, what: &str| (n, format!("certified {what}"), format!("measured {what}"));
    assert_eq!(labels("certificates"), of(2, "mean correlation"));
    assert_eq!(labels("certificates-2"), of(1, "share of inputs predicted alike"));
}

#[test]
fn points_of_several_kinds_are_hollow_and_those_whose_colours_are_values_are_not() {
    let panel = |kinds: usize| {
        let marks = (0..kinds)
            .map(|i| Mark::new(Form::Points(vec![Point::at(1.0, 1.0)], Shape::of(i)), palette::UNORDERED[i]));
        marks.fold(Panel::new("", Axis::linear(""), Axis::linear("")), Panel::with)
    };
    let blue = |figure: &Figure| {
        let svg = figure.to_svg();
        let hex = palette::BLUE.to_hex().to_uppercase();
        svg.lines().filter(|line| line.contains(&format!("fill=\"{hex}\""))).count()
    };
    let of = |kinds: usize| Figure::new(Width::Column, vec![panel(kinds)]);
    assert_eq!([1, 2].map(|kinds| blue(&of(kinds))), [1, 0]);
    let colours = Colours { label: "m".into(), scale: Scale::Linear, range: (0.0, 1.0) };
    assert_eq!(blue(&of(2).coloured(colours)), 1);
}
