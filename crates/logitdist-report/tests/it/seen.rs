//! What a figure draws is seen: no axis, strip or single value hides it, and keys show it as it is.

use crate::sweep;
use logitdist_report::View;
use logitdist_report::declared::resolve;
use logitdist_report::plot::{Axis, Figure, Form, Mark, Panel, Point, Scale, Width, palette};
use logitdist_results::{PlotSpec, Study};

fn of(panel: Panel) -> Figure {
    Figure::new(Width::Column, vec![panel])
}

/// The sweep with other tables.
fn study(rows: &str, bounds: &str) -> Study {
    let folder = tempfile::tempdir().unwrap();
    sweep::write(folder.path());
    std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
    std::fs::write(folder.path().join("bounds.csv"), bounds).unwrap();
    Study::read(folder.path()).unwrap()
}

fn drawn(study: &Study, spec: &str) -> Figure {
    let picture = resolve(study, &PlotSpec::parse(spec).unwrap()).unwrap();
    picture.figures(study, &picture.numbers(study).unwrap())[0].clone()
}

#[test]
fn a_line_along_an_axis_lies_above_it_and_an_area_below() {
    let shares = || Axis::linear("").between(0.0, 1.0);
    let panel = Panel::new("", shares(), shares())
        .with(Mark::line(vec![(0.0, 0.0), (1.0, 0.0)], palette::BLUE))
        .with(Mark::new(Form::Band(vec![(0.0, 0.0, 0.5), (1.0, 0.0, 0.5)]), palette::VERMILLION));
    let svg = of(panel).to_svg();
    let last = |is_own: &dyn Fn(&str) -> bool| {
        svg.lines().enumerate().filter(|(_, line)| is_own(line)).map(|(i, _)| i).last().unwrap()
    };
    let axis = last(&|line| line.contains("#1A1A1A") && line.contains("stroke-width=\"12\""));
    assert!(last(&|line| line.contains("<polygon") && line.contains("#D55E00")) < axis);
    assert!(last(&|line| line.contains("<polyline") && line.contains("#0072B2")) > axis);
}

#[test]
fn a_key_has_marks_as_large_as_the_panel() {
    let kind = |y: f64, colour, name: &str| {
        let points = (0..3).map(|i| Point::at(f64::from(i), y)).collect();
        Mark::points(points, colour).labelled(name)
    };
    let panel = Panel::new("", Axis::linear(""), Axis::linear(""))
        .with(kind(1.0, palette::BLUE, "a"))
        .with(kind(2.0, palette::VERMILLION, "b"));
    let svg = of(panel).to_svg();
    for colour in ["#0072B2", "#D55E00"] {
        let discs = svg.lines().filter(|line| line.starts_with("<circle") && line.contains(colour));
        let looks: Vec<&str> = discs.map(|disc| disc.split(" r=").nth(1).unwrap()).collect();
        assert!(looks.len() == 4 && looks.iter().all(|look| *look == looks[0]), "{looks:?}");
    }
}

#[test]
fn one_mark_in_a_strip_needs_no_number() {
    let svg = |zeros: usize| {
        let points =
            (0..zeros).map(|_| Point::at(0.0, 1.0)).chain([Point::at(1.0, 2.0), Point::at(9.0, 3.0)]);
        let panel = Panel::new("", Axis::log(""), Axis::linear(""));
        of(panel.with(Mark::points(points.collect(), palette::BLUE))).to_svg()
    };
    assert!(!svg(1).contains('×') && svg(1).contains(">0</text>"));
    assert!(svg(2).contains(">2 ×</text>") && svg(2).contains("n × is the number"));
}

#[test]
fn replicates_of_which_one_is_zero_reach_into_a_strip() {
    // Three replicates: 0, a value and its half.
    let (rows, bounds) = sweep::tables();
    let line = |line: &str| {
        let Some((start, _)) = line.split_once(",d_ls,sharpened,") else { return format!("{line}\n") };
        let replicate: f64 = start.split(',').nth(4).unwrap().parse().unwrap();
        let t = 1e-3 * replicate;
        if replicate > 2.0 { String::new() } else { format!("{start},d_ls,sharpened,ok,{t},1,{t},,true,\n") }
    };
    let bounds = bounds.lines().map(line).collect::<String>();
    let spec = "bound=d_ls y=tightness x=dim where='direction==ab,level==0.1'";
    let figure = drawn(&study(&rows, &bounds), spec);
    let svg = figure.to_svg();
    assert_eq!(figure.panels[0].y.scale, Scale::Log);
    assert!(svg.contains("A grey strip has what is 0") && !svg.contains("arrowhead"), "{svg}");
}

#[test]
fn where_training_begins_is_a_line_and_one_value_alone_sets_no_axis() {
    let (rows, bounds) = sweep::tables();
    let with_loss = |most: f64| {
        let line = |(i, line): (usize, &str)| {
            let fields: Vec<&str> = line.split(',').collect();
            let level: Option<f64> =
                fields[2].parse().ok().filter(|_| fields[0] == "noise" && fields[6] == "ok");
            let loss = level.map(|level| 3.25 + level * if fields[1] == "8" { most } else { 0.5 });
            match i {
                0 => format!("{line},loss_old\n"),
                _ => format!("{line},{}\n", loss.map_or(String::new(), |loss| loss.to_string())),
            }
        };
        let rows: String = rows.lines().enumerate().map(line).collect();
        drawn(&study(&rows, &bounds), "y=loss_old x=dim colour=level panels=none where=source==noise")
    };
    let (far, near) = (with_loss(9.0), with_loss(0.75));
    assert_eq!([&far, &near].map(|figure| figure.panels[0].y.scale), [Scale::Log, Scale::Linear]);
    let line = far.panels[0].marks.iter().find(|mark| mark.label == "unchanged model").unwrap();
    assert_eq!(line.form, Form::Line(vec![(2.0, 3.25), (8.0, 3.25)]));
    // Measures that everybody knows have no such line.
    let known = drawn(&study(&rows, &bounds), "y=m_cca x=dim colour=level panels=none where=source==noise");
    assert!(known.panels[0].marks.iter().all(|mark| mark.label != "unchanged model"));
}

#[test]
fn decades_below_one_another_have_all_their_numbers() {
    let points = vec![Point::at(1.0, 2e-5), Point::at(2.0, 4e4)];
    let panel = Panel::new("", Axis::linear(""), Axis::log("")).with(Mark::points(points, palette::BLUE));
    let svg = of(panel.shaped(0.5)).to_svg();
    for text in ["10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹", "10²", "10³", "10⁴"]
    {
        assert!(svg.contains(&format!(">{text}</text>")), "{text}");
    }
}

#[test]
fn no_line_goes_from_a_pile_through_the_number_of_another() {
    let at = |n: usize, x: f64| (0..n).map(move |_| Point::at(x, 1.0));
    let axis = || Axis::linear("").between(-0.02, 1.02);
    let svg = |second: f64| {
        let row = (0..20).map(|i| Point::at(0.5 + 0.02 * f64::from(i), 1.0));
        let points = at(30, 1.0).chain(at(24, second)).chain(row).collect();
        of(Panel::new("", axis(), axis()).with(Mark::points(points, palette::BLUE)).counted()).to_svg()
    };
    let (near, far) = (svg(0.95), svg(0.6));
    assert!(
        near.contains(">30 ×</text>") && !near.contains(">24 ×</text>") && !near.contains(">25 ×</text>")
    );
    assert!(far.contains(">30 ×</text>") && far.contains(">25 ×</text>"), "{far}");
}
