//! Figures say how they are to be read: what was cut off, covered, moved or put into strips, and nothing of what was not.

use crate::{sweep, trained};
use logitdist_report::declared::resolve;
use logitdist_report::plot::{Axis, Colours, Figure, Form, Mark, Panel, Point, Scale, Shape, Width, palette};
use logitdist_report::{Picture, View, pictures};
use logitdist_results::{PlotSpec, Study};

/// All texts of a figure, in the order in which they are written, in one line.
fn texts(figure: &Figure) -> String {
    let svg = figure.to_svg();
    let all = svg.split("</text>").filter_map(|part| part.rsplit('>').next());
    all.map(str::trim).collect::<Vec<_>>().join(" ").trim_end().to_owned()
}

fn of(panel: Panel) -> Figure {
    Figure::new(Width::Column, vec![panel])
}

fn shares() -> Panel {
    Panel::new("", Axis::linear("x").between(0.0, 1.0), Axis::linear("y").between(0.0, 1.0))
}

fn study(write: impl Fn(&std::path::Path)) -> Study {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    Study::read(folder.path()).unwrap()
}

fn picture(all: &[Picture], name: &str) -> Picture {
    all.iter().find(|picture| picture.name == name).unwrap_or_else(|| panic!("{name}")).clone()
}

#[test]
fn strips_are_explained_where_they_are() {
    let panel = |y: f64| {
        let points = vec![Point::at(1.0, 1.0), Point::at(2.0, 2.0), Point::at(3.0, y), Point::at(4.0, y)];
        of(Panel::new("", Axis::log("x"), Axis::log("y")).with(Mark::points(points, palette::BLUE)))
    };
    assert!(!texts(&panel(3.0)).contains("strip"));
    assert!(texts(&panel(0.0)).ends_with("A grey strip has what is 0: n × is the number of marks there."));
    assert!(texts(&panel(f64::INFINITY)).contains("what is infinite: n ×"));
    // Lines are not counted.
    let line = Mark::line(vec![(1.0, 0.0), (2.0, 1.0)], palette::BLUE);
    let line = of(Panel::new("", Axis::log("x"), Axis::log("y")).with(line));
    assert!(texts(&line).ends_with("A grey strip has what is 0."));
}

#[test]
fn a_frontier_speaks_of_strips_if_it_has_one() {
    let frontier = |study: &Study| texts(&picture(&pictures(study), "frontier").figure);
    let without = frontier(&study(sweep::write));
    assert!(without.contains("Lines, from the left: left side") && !without.contains("strip"), "{without}");
    let with = frontier(&study(|folder| {
        sweep::write(folder);
        let zero = sweep::tables().1.replace("d_ls,sharpened,ok,0.05,1,0.05,", "d_ls,sharpened,ok,0,1,0,");
        std::fs::write(folder.join("bounds.csv"), zero).unwrap();
    }));
    assert!(with.contains("A grey strip has what is 0: n × is the number of marks there."), "{with}");
    assert!(with.contains("18 ×"), "{with}");
}

#[test]
fn an_interval_that_leaves_its_axis_has_an_arrowhead_and_a_word() {
    let interval = |low: f64, high: f64| {
        of(shares().with(Mark::new(Form::Interval((0.5, low), (0.5, high)), palette::BLUE)))
    };
    // Open, and no mark; the frame has lines of other widths.
    let heads = |figure: &Figure| {
        let svg = figure.to_svg();
        svg.lines().filter(|line| line.contains("stroke-width=\"12\"") && line.contains("#0072B2")).count()
    };
    let said = "Intervals with an arrowhead go on beyond the axis.";
    let inside = interval(0.0, 1.0);
    assert!(!texts(&inside).contains(said) && heads(&inside) == 0);
    assert!(texts(&interval(-0.2, 0.5)).contains(said));
    assert_eq!([interval(-0.2, 0.5), interval(-3.0, 2.0)].map(|figure| heads(&figure)), [1, 2]);
    let band = |high| {
        of(shares().with(Mark::new(Form::Band(vec![(0.0, 0.2, 0.4), (1.0, 0.3, high)]), palette::BLUE)))
    };
    assert!(texts(&band(1.5)).contains("Bands are cut off where they leave the axis."));
    assert!(!texts(&band(0.9)).contains("cut off"));
    // What is cut off has no strip.
    let log = Panel::new("", Axis::log("x").between(1.0, 9.0), Axis::log("y").between(1.0, 9.0))
        .with(Mark::new(Form::Interval((2.0, -1.0), (2.0, f64::INFINITY)), palette::BLUE));
    let log = of(log);
    assert!(!texts(&log).contains("strip") && heads(&log) == 2);
}

#[test]
fn an_interval_without_an_end_is_none_and_moves_no_arrowhead() {
    let drawn = |from: (f64, f64), to: (f64, f64)| {
        let mark = Mark::new(Form::Interval(from, to), palette::BLUE);
        of(shares().with(mark)).to_svg().matches("#0072B2").count()
    };
    assert_eq!(drawn((0.5, f64::NAN), (0.5, 3.0)), 0);
    assert_eq!(drawn((0.5, 3.0), (0.5, f64::NAN)), 0);
    assert_eq!(drawn((0.5, 0.1), (0.5, 3.0)), 2);
}

#[test]
fn of_lines_on_one_another_each_is_seen() {
    let lines = |n: usize| {
        let line = |i: usize| {
            let points = vec![(0.0, 0.5), (1.0, 0.5)];
            Mark::new(Form::DottedLine(points), palette::UNORDERED[i]).labelled(i.to_string())
        };
        of((0..n).map(line).fold(shares(), Panel::with)).to_svg()
    };
    for n in [2, 5, 6] {
        let svg = lines(n);
        // The length of the first dash of every line but the lowest: each leaves as much of the line below to be seen.
        let dash = |i: usize| {
            let colour = palette::UNORDERED[i].to_hex().to_uppercase();
            let line = svg.lines().find(|line| line.contains("<polyline") && line.contains(&colour)).unwrap();
            let points = line.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
            let xs: Vec<f64> =
                points.split_whitespace().map(|p| p.split(',').next().unwrap().parse().unwrap()).collect();
            (xs[xs.len() - 1] - xs[0]).abs() / 20.0
        };
        let dashes: Vec<f64> = (1..n).map(dash).collect();
        let steps: Vec<f64> = dashes.windows(2).map(|w| w[0] - w[1]).collect();
        assert!(steps.iter().all(|step| *step > 1.8) && dashes[n - 2] > 1.8, "{n}: {dashes:?}");
    }
}

#[test]
fn a_line_on_another_is_dashed_and_a_word_says_so() {
    let line = |name: &str, end: f64| {
        let points = vec![(0.0, 0.5), (0.5, 0.5), (1.0, end)];
        Mark::new(Form::DottedLine(points), palette::BLUE).labelled(name)
    };
    let said = "Where a line lies on another it is dashed.";
    let pieces = |figure: &Figure| figure.to_svg().matches("<polyline").count();
    let alone = of(shares().with(line("a", 0.5)));
    assert!(!texts(&alone).contains(said));
    // They part in the middle: half of the second is dashed.
    let parting = of(shares().with(line("a", 0.5)).with(line("b", 1.0)));
    let covered = of(shares().with(line("a", 0.5)).with(line("b", 0.5)));
    assert!(texts(&parting).contains(said) && texts(&covered).contains(said));
    assert!(pieces(&alone) + 5 < pieces(&parting) && pieces(&parting) + 5 < pieces(&covered));
    // Where dashes mean something else, they stay what they are.
    let dashed = of(shares().with(line("a", 0.5).dashed()).with(line("b", 0.5)));
    assert!(texts(&dashed).contains("Where two lines go the same way, one covers the other."));
}

#[test]
fn the_last_tick_and_powers_of_ten_keep_their_names() {
    let axis = |values: &[f64]| {
        let ticks = values.iter().map(|x| (*x, x.to_string())).collect();
        let line = Mark::line(values.iter().map(|x| (*x, 1.0)).collect(), palette::BLUE);
        let panel =
            Panel::new("", Axis::log("").ticked(ticks), Axis::linear("").between(5.0, 6.0)).with(line);
        texts(&Figure::new(Width::Points(130.0), vec![panel]))
    };
    let dims = axis(&[2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0]);
    assert!(dims.contains("256") && !dims.contains("128") && dims.contains("2 4 8 16 32"), "{dims}");
    let inputs = axis(&[4.0, 12.0, 52.0, 100.0, 300.0, 1000.0, 3000.0]);
    assert!(["100", "3000", "4"].iter().all(|name| inputs.split(' ').any(|own| own == *name)), "{inputs}");
    // As evenly as they fit: without 512, which touches 1024, no gap from 128 on.
    let sizes = [16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];
    let names = axis(&sizes);
    assert!(
        ["16", "64", "256", "1024"].iter().all(|name| names.split(' ').any(|own| own == *name)),
        "{names}"
    );
    // Every decade of an axis that has room for all.
    let points = vec![Point::at(1.0, 1e-5), Point::at(2.0, 1e2)];
    let decades =
        of(Panel::new("", Axis::linear(""), Axis::log("")).with(Mark::points(points, palette::BLUE)));
    let decades = texts(&decades);
    assert!(decades.contains("10⁻⁵ 10⁻⁴ 10⁻³ 10⁻² 10⁻¹ 10⁰ 10¹ 10²"), "{decades}");
}

#[test]
fn shares_of_lines_are_named_however_near_they_are() {
    let axis = || Axis::log("").cut(1e-9, 1e4);
    let figure = |x: f64| {
        let points = vec![Point::at(1.0, 1.0), Point::at(x, 1e7), Point::at(x, 1e7)];
        let lines = [1.0, 0.1, 0.01].map(|share| Mark::new(Form::Diagonal(share), palette::GREY).dashed());
        let panel = Panel::new("", axis(), axis()).with(Mark::points(points, palette::BLUE)).shaped(0.8);
        of(lines.into_iter().fold(panel, Panel::with)).to_svg()
    };
    let has = |svg: &str, text: &str| svg.contains(&format!(">{text}</text>"));
    let svg = figure(1e3);
    for text in ["1", "0.1", "0.01", "2 ×"] {
        assert!(has(&svg, text), "{text} in {svg}");
    }
    // Beyond a strip they would not stand where the lines end.
    let svg = figure(1e7);
    assert!(has(&svg, "2 ×") && !["1", "0.1", "0.01"].iter().any(|text| has(&svg, text)), "{svg}");
}

#[test]
fn marks_whose_colours_are_values_are_those_of_the_bar() {
    let points = (0..300).map(|i| Point { value: Some(0.5), ..Point::at(f64::from(i), 1.0) }).collect();
    let panel = Panel::new("", Axis::linear(""), Axis::linear("")).with(Mark::points(points, palette::GREY));
    let colours = Colours { label: "m".into(), scale: Scale::Linear, range: (0.0, 1.0) };
    let svg = of(panel).coloured(colours).to_svg();
    let discs: Vec<&str> = svg.lines().filter(|line| line.starts_with("<circle")).collect();
    assert!(discs.len() == 300 && discs.iter().all(|disc| !disc.contains("opacity=\"0.")), "{}", discs[0]);
    assert!(discs.iter().all(|disc| disc.contains(&palette::sequential(0.5).to_hex().to_uppercase())));
}

#[test]
fn what_is_moved_apart_is_said() {
    let all = pictures(&study(trained::write));
    let said = |name: &str| texts(&picture(&all, name).figure);
    assert!(said("training-concepts").contains("The marks of a concept stand a little below one another."));
    assert!(said("training-sides").contains("Curves are moved a little sideways"));
    assert!(said("training-course").contains("Curves are moved a little sideways"));
    // One curve has no other to make room for.
    assert!(!said("training-sizes").contains("sideways"));
}

#[test]
fn panels_that_a_figure_has_no_room_for_are_in_another() {
    // A third dimension: 18 panels.
    let study = study(|folder| {
        trained::write(folder);
        let (mut rows, _) = trained::tables();
        let own: Vec<String> = rows
            .lines()
            .filter(|line| line.starts_with("train.all,64,8,"))
            .zip(1..)
            .map(|(line, i): (&str, u64)| {
                let mut fields: Vec<&str> = line.split(',').collect();
                let seed = format!("{i:016x}");
                (fields[2], fields[11]) = ("32", &seed);
                fields.join(",")
            })
            .collect();
        rows.extend(own.iter().map(|line| format!("{line}\n")));
        std::fs::write(folder.join("rows.csv"), rows).unwrap();
    });
    let all = pictures(&study);
    let parts = ["training-tuning", "training-tuning-2", "training-tuning-3"];
    let parts = parts.map(|name| picture(&all, name).figure);
    assert_eq!([0, 1, 2].map(|i| parts[i].panels.len()), [6, 6, 6]);
    assert!(
        texts(&parts[0])
            .contains("Panels 1 to 6 of 18; figures of their own, with other ranges, have the others.")
    );
    assert!(texts(&parts[1]).contains("Panels 7 to 12 of 18"));
    // Each has the range of what it draws, and not of the others.
    assert_ne!(parts[0].panels[0].x.range, parts[1].panels[0].x.range);
}

#[test]
fn panels_that_stand_side_by_side_stay_in_one_figure() {
    // Of both ways of tuning ten panels: not five and five.
    let study = study(|folder| {
        let (rows, bounds) = trained::tables();
        let is_left =
            |line: &&str| !(line.starts_with("train.all,64,8,") && line.contains(",at_least_five,"));
        let rows: String = rows.lines().filter(is_left).map(|line| format!("{line}\n")).collect();
        std::fs::write(folder.join("rows.csv"), rows).unwrap();
        std::fs::write(folder.join("bounds.csv"), bounds).unwrap();
    });
    let all = pictures(&study);
    let parts = ["training-tuning", "training-tuning-2"].map(|name| picture(&all, name).figure.panels.len());
    assert_eq!(parts, [6, 4]);
}

#[test]
fn a_panel_in_which_nothing_moves_is_left_out_of_pairs_too() {
    let study = study(|folder| {
        let (rows, bounds) = trained::tables();
        let line = |line: &str| match line.contains(",whole,") {
            true => format!("{},0.9\n", line.rsplit_once(',').unwrap().0),
            false => format!("{line}\n"),
        };
        std::fs::write(folder.join("rows.csv"), rows.lines().map(line).collect::<String>()).unwrap();
        std::fs::write(folder.join("bounds.csv"), bounds).unwrap();
    });
    let tuned = picture(&pictures(&study), "training-tuning").figure;
    assert_eq!(tuned.panels.len(), 6);
    assert!(
        texts(&tuned).contains("hardly anything moves: all layers tuned (always 0.9)."),
        "{}",
        texts(&tuned)
    );
}

#[test]
fn published_bounds_come_first_in_every_key_whatever_the_order_of_rows() {
    let study = study(|folder| {
        sweep::write(folder);
        let (_, bounds) = sweep::tables();
        let swapped = bounds
            .replace("m_cca_linear,published", "m_cca_two_spectra,sharpened")
            .replace("m_cca_sharp,sharpened", "m_cca_linear,published");
        std::fs::write(folder.join("bounds.csv"), swapped).unwrap();
    });
    let tokens: Vec<&str> = study.bounds.iter().map(|(token, _)| token.as_str()).collect();
    let place = |token| tokens.iter().position(|own| *own == token);
    assert!(place("m_cca_two_spectra") < place("m_cca_linear"), "{tokens:?}");
    let picture = resolve(&study, &PlotSpec::parse("y=certified x=level colour=bound").unwrap()).unwrap();
    let figure = &picture.figures(&study, &picture.numbers(&study).unwrap())[0];
    let mut key: Vec<(&str, Shape)> = figure.panels[0]
        .marks
        .iter()
        .filter(|mark| !mark.label.is_empty())
        .map(|m| (&*m.label, m.shape))
        .collect();
    key.dedup();
    assert_eq!(key[..2], [("T2 (linear)", Shape::Disc), ("T5 (both spectra)", Shape::Diamond)]);
}
