//! The numbers behind the pictures of a pair.

use super::{folder, report_pair, results, unchanged, with};
use logitdist_report::Picture;
use logitdist_report::pair::pictures;
use logitdist_report::plot::{Form, Mark, Panel};
use logitdist_results::pair::PairResults;

fn picture(results: &PairResults, name: &str) -> Picture {
    pictures(results).into_iter().find(|picture| picture.name == name).unwrap()
}

fn mark<'a>(panel: &'a Panel, label: &str) -> &'a Mark {
    let found = panel.marks.iter().find(|mark| mark.label == label);
    found.unwrap_or_else(|| panic!("{} has no {label}", panel.title))
}

fn line<'a>(panel: &'a Panel, label: &str) -> &'a [(f64, f64)] {
    match &mark(panel, label).form {
        Form::Line(points) | Form::DottedLine(points) => points,
        other => panic!("{label} is {other:?}"),
    }
}

fn vertical(panel: &Panel, label: &str) -> f64 {
    match mark(panel, label).form {
        Form::Vertical(x) => x,
        ref other => panic!("{label} is {other:?}"),
    }
}

fn points(panel: &Panel) -> Vec<(f64, f64)> {
    let all = panel.marks.iter().filter_map(|mark| match &mark.form {
        Form::Points(points, logitdist_report::plot::Shape::Disc) => Some(points.iter().map(|p| (p.x, p.y))),
        _ => None,
    });
    all.flatten().collect()
}

#[test]
fn spectra_and_correlations_are_drawn_as_they_stand_in_the_file() {
    let figure = picture(&results(&unchanged()), "spectra").figure;
    assert_eq!(line(&figure.panels[0], "model a"), [(1.0, 4.0), (2.0, 1.0)]);
    assert_eq!(line(&figure.panels[0], "model b"), [(1.0, 3.0)]);
    assert_eq!(line(&figure.panels[1], "embeddings and logits"), [(1.0, 0.9), (2.0, 0.5)]);
    assert_eq!(figure.panels[1].marks.len(), 1, "correlations that do not exist are not drawn");
    assert_eq!(figure.panels[1].y.range, Some((0.5, 1.0)));
    let other = results(&with("spectra.csv", "2,0.5,,0.5", "2,0.5,,0.25"));
    let panel = &picture(&other, "spectra").figure.panels[1];
    assert_eq!(line(panel, "embeddings"), [(1.0, 0.9), (2.0, 0.5)]);
    assert_eq!(line(panel, "logits"), [(1.0, 0.9), (2.0, 0.25)]);
}

#[test]
fn headlines_stand_beside_what_unrelated_models_would_show() {
    let with_null = results(&with(
        "comparison.csv",
        "measure,m_cca,,0.75,\n",
        "measure,m_cca,,0.75,\nmeasure,m_cca_null,,0.25,\n",
    ));
    let figure = picture(&with_null, "headlines").figure;
    assert_eq!(points(&figure.panels[0]), [(0.75, 0.0)]);
    assert_eq!(figure.panels[0].y.ticks, [(0.0, "m_cca".to_owned())]);
    let rings = figure.panels[0].marks.iter().find_map(|mark| match &mark.form {
        Form::Points(points, logitdist_report::plot::Shape::Ring) => Some(points.clone()),
        _ => None,
    });
    let rings: Vec<(f64, f64)> = rings.unwrap().iter().map(|point| (point.x, point.y)).collect();
    assert_eq!(rings, [(0.25, 0.0)]);
    // Distances are in the other panel, the first on top.
    assert_eq!(points(&figure.panels[1]), [(0.5, 0.0), (0.25, 1.0), (1.25, 2.0)]);
}

#[test]
fn labels_stand_in_the_order_of_the_file_with_the_first_on_top() {
    let results = results(&unchanged());
    assert_eq!(results.labels.labels, [2, 0, 1]);
    let figure = picture(&results, "labels").figure;
    let tiles = |panel: usize| match &figure.panels[panel].marks[0].form {
        Form::Tiles(tiles) => (tiles.columns, tiles.values.clone()),
        other => panic!("{other:?}"),
    };
    // Rows from the bottom: labels 1, 0, 2.
    let a = vec![None, None, None, Some(-0.5), Some(1.0), None, Some(1.0), Some(-0.5), None];
    assert_eq!(tiles(0), (3, a));
    let b = [0.5, -0.25, 1.0, 0.25, 1.0, -0.25, 1.0, 0.25, 0.5].map(Some).to_vec();
    assert_eq!(tiles(1), (3, b));
    let difference = vec![None, None, None, Some(0.75), Some(0.0), None, Some(0.0), Some(0.75), None];
    assert_eq!(tiles(2), (3, difference));
    let names: Vec<&str> = figure.panels[0].x.ticks.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["2", "0", "1"]);
    assert_eq!(figure.panels[0].y.ticks[0], (2.0, "2 “a <dog>”".to_owned()));
    assert_eq!(results.labels.most_differing(5), [(2, 0, [-0.5, 0.25])]);
}

#[test]
fn histograms_count_every_input_and_name_the_worst() {
    let results = results(&unchanged());
    let figure = picture(&results, "inputs").figure;
    let [d_logit, kl] = &figure.panels[..] else { panic!("{} panels", figure.panels.len()) };
    let Form::Bars(bars) = &mark(d_logit, "logit distance").form else { panic!("no bars") };
    let counted: Vec<(bool, bool, f64)> = bars
        .iter()
        .map(|b| ((b.from..b.to).contains(&1.0), (b.from..b.to).contains(&2.0), b.height))
        .collect();
    assert_eq!(counted, [(true, false, 2.0), (false, true, 1.0)]);
    assert_eq!(vertical(d_logit, "logit distance of the pair"), 1.25);
    assert_eq!((vertical(kl, "KL(a ‖ b) of the pair"), vertical(kl, "KL(b ‖ a) of the pair")), (0.25, 0.5));
    let highest = line(kl, "KL(b ‖ a)").iter().map(|(_, y)| *y).fold(0.0, f64::max);
    assert_eq!(highest, 1.0);
    assert_eq!(d_logit.title, "largest logit distance at 2, 0, 3");
    assert_eq!(kl.title, "largest KL(a ‖ b) at 2, 3; KL(b ‖ a) at 2, 0");
    assert_eq!(
        figure.note,
        "Not on the axis: logit distance is 0 at 1 of 4 inputs; KL(a ‖ b) is 0 at 1 of 3 inputs; KL(b ‖ a) is 0 at 1 of 3 inputs."
    );
    assert_eq!(results.inputs.worst_by_logit_distance(2), [2, 0]);
    assert_eq!(results.inputs.worst_by_kl(1, 9), [2, 0]);
    assert_eq!(results.inputs.kl_at(1), None);
}

#[test]
fn kl_is_drawn_against_logit_distance_under_its_bound() {
    let figure = picture(&results(&unchanged()), "divergence").figure;
    assert_eq!(points(&figure.panels[0]), [(1.0, 0.0), (2.0, 0.5), (1.0, 0.25)]);
    assert_eq!(points(&figure.panels[1]), [(1.0, 0.125), (2.0, 1.0), (1.0, 0.0)]);
    for panel in &figure.panels {
        assert_eq!(line(panel, "at most: T10"), [(1.0, 0.25), (2.0, 1.0)]);
    }
    assert_eq!(figure.note, "");
}

#[test]
fn of_many_inputs_the_worst_and_evenly_spread_ones_are_drawn() {
    let n = 50_000;
    let value = |i: usize| 0.5 + (i as f64 * 0.7).sin().abs() / 4.0 + if i == 31_003 { 9.0 } else { 0.0 };
    let lines: String = (0..n).map(|i| format!("{i},{0:?},{0:?},{0:?}\n", value(i))).collect();
    let folder = folder(|name, content| match name {
        "inputs.csv" => format!("input,d_logit_x,kl_ab_x,kl_ba_x\n{lines}"),
        "comparison.csv" => content.replace("n_inputs,,4.0", "n_inputs,,50000.0"),
        _ => content.to_owned(),
    });
    let figure = picture(&results(&folder), "divergence").figure;
    let drawn = points(&figure.panels[0]);
    assert!((1700..=2000).contains(&drawn.len()), "{}", drawn.len());
    assert!(drawn.iter().any(|(x, _)| *x > 9.0), "the worst input is not drawn");
    assert!(
        figure.note.ends_with("of 50000 inputs: the worst, and others evenly spread."),
        "{}",
        figure.note
    );
    let figure = picture(&results(&folder), "inputs").figure;
    let Form::Bars(bars) = &mark(&figure.panels[0], "logit distance").form else { panic!("no bars") };
    assert_eq!(bars.iter().map(|bar| bar.height).sum::<f64>(), n as f64);
}

#[test]
fn equal_models_constant_logits_and_no_kl_have_pictures_that_say_so() {
    let zeros =
        "input,d_logit_x,kl_ab_x,kl_ba_x\n0,0.0,0.0,0.0\n1,0.0,0.0,0.0\n2,0.0,0.0,0.0\n3,0.0,0.0,0.0\n";
    let no_kl = "input,d_logit_x,kl_ab_x,kl_ba_x\n0,1.0,,\n1,0.0,,\n2,2.0,,\n3,1.0,,\n";
    let reason = |panel: &Panel| panel.empty.clone().unwrap_or_default();
    for (inputs, d_logit, kl, divergence) in [
        (zeros, "it is 0 at all 4 inputs", "it is 0 at all 4 inputs", "the models are equal at every input"),
        (no_kl, "", "it was computed at no input", "it was computed at no input"),
    ] {
        let folder = folder(|name, content| match name {
            "inputs.csv" => inputs.to_owned(),
            "labels.csv" => "label,other,label_correlation_a,label_correlation_b\n0,0,,\n".to_owned(),
            "spectra.csv" => "position,rho,rho_unembeddings,rho_logits,spectrum_a,spectrum_b\n".to_owned(),
            _ => content.to_owned(),
        });
        let results = results(&folder);
        let panels = picture(&results, "inputs").figure.panels;
        assert_eq!([reason(&panels[0]), reason(&panels[1])], [d_logit, kl]);
        assert_eq!(reason(&picture(&results, "divergence").figure.panels[1]), divergence);
        assert_eq!(
            reason(&picture(&results, "spectra").figure.panels[0]),
            "the logits of both models are constant"
        );
        assert_eq!(
            reason(&picture(&results, "labels").figure.panels[2]),
            "the logits do not vary over the inputs"
        );
        for picture in pictures(&results) {
            assert!(picture.figure.to_svg().contains("</svg>"));
            assert_eq!(&picture.figure.to_png()[1..4], b"PNG");
        }
        report_pair(folder.path()).unwrap();
    }
}

#[test]
fn values_at_the_ends_of_the_range_have_pictures() {
    for extreme in ["1e-300", "5e-324", "1e300", "1.7976931348623157e308"] {
        let folder = with("inputs.csv", "2,2.0,0.5,1.0", &format!("2,{extreme},{extreme},{extreme}"));
        for picture in pictures(&results(&folder)) {
            assert!(!picture.figure.to_svg().contains("NaN"), "{extreme}: {}", picture.name);
        }
    }
}
