//! A figure is understood without the page it came from: axes say what they have, names what they are of, and zeros what they mean.

use crate::declared::resolved;
use crate::{sweep, trained};
use logitdist::{BoundSide, theorems};
use logitdist_report::plot::{Axis, Figure, Form, Mark, Panel, Point, Shape, Width, palette};
use logitdist_report::{View, pictures};
use logitdist_results::Study;
use std::path::Path;

/// All texts of a figure in one line.
fn texts(figure: &Figure) -> String {
    let svg = figure.to_svg();
    let all = svg.split("</text>").filter_map(|part| part.rsplit('>').next());
    all.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn of(panel: Panel) -> Figure {
    Figure::new(Width::Column, vec![panel])
}

fn study(write: impl Fn(&Path)) -> Study {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    Study::read(folder.path()).unwrap()
}

fn named(study: &Study, name: &str) -> Figure {
    pictures(study)
        .into_iter()
        .find(|picture| picture.name == name)
        .unwrap_or_else(|| panic!("{name}"))
        .figure
}

fn drawn(study: &Study, spec: &str) -> Figure {
    let picture = resolved(study, spec).unwrap();
    picture.figures(study, &picture.numbers(study).unwrap())[0].clone()
}

/// How many lines of a width, in the units of the SVG, have a colour, with the heights that each reaches.
fn strokes(figure: &Figure, width: &str) -> Vec<Vec<(f64, f64)>> {
    let svg = figure.to_svg();
    let is_own = |line: &&str| {
        line.starts_with("<polyline")
            && line.contains("#0072B2")
            && line.contains(&format!("stroke-width=\"{width}\""))
    };
    let points = |line: &str| {
        let list = line.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        let point = |pair: &str| {
            let (x, y) = pair.split_once(',').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        };
        list.split_whitespace().map(point).collect()
    };
    svg.lines().filter(is_own).map(points).collect()
}

/// The width of a line of values: 1.1 points.
const LINE: &str = "22";

#[test]
fn a_frontier_says_what_left_sides_are_and_their_unit() {
    let frontier = named(&study(sweep::write), "frontier");
    let panel = &frontier.panels[0];
    assert_eq!(panel.title, "least-squares alignment: error of the best linear map");
    let unit = "(units\u{a0}of\u{a0}f)";
    assert_eq!(
        (panel.x.label.clone(), panel.y.label.clone()),
        (format!("right side {unit}"), format!("left side {unit}"))
    );
}

#[test]
fn nothing_leads_from_a_strip_to_the_axis() {
    let line = |ys: [f64; 4]| {
        let points = (1..).map(f64::from).zip(ys).collect();
        let mark = Mark::new(Form::DottedLine(points), palette::BLUE);
        strokes(&of(Panel::new("", Axis::linear(""), Axis::log("")).with(mark)), LINE)
    };
    assert_eq!(line([1.0, 2.0, 3.0, 4.0]).iter().map(Vec::len).collect::<Vec<_>>(), [4]);
    // On either side it goes on: two zeros, two values.
    let broken = line([0.0, 0.0, 3.0, 4.0]);
    assert_eq!(broken.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    assert!(broken[0][0].1 == broken[0][1].1, "{broken:?}");
    assert_eq!(line([0.0, 2.0, 3.0, f64::INFINITY]).iter().map(Vec::len).collect::<Vec<_>>(), [2]);
    // A line without shapes has a stub for one value alone.
    let plain = Mark::line(vec![(1.0, 0.0), (2.0, 1.0), (3.0, 2.0)], palette::BLUE);
    assert_eq!(strokes(&of(Panel::new("", Axis::linear(""), Axis::log("")).with(plain)), LINE).len(), 2);
    // The same along x, for what is of epoch 0.
    let course = Mark::new(Form::DottedLine(vec![(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)]), palette::BLUE);
    let along = strokes(&of(Panel::new("", Axis::log(""), Axis::linear("")).with(course)), LINE);
    assert_eq!(along.iter().map(Vec::len).collect::<Vec<_>>(), [2]);
}

#[test]
fn an_interval_from_zero_ends_with_the_axis_and_has_a_stub_in_the_strip() {
    let marks = |low: f64| {
        let panel = Panel::new("", Axis::linear(""), Axis::log("").between(0.1, 10.0))
            .with(Mark::points(vec![Point::at(2.0, 0.0)], palette::VERMILLION))
            .with(Mark::new(Form::Interval((1.0, low), (1.0, 5.0)), palette::BLUE));
        strokes(&of(panel), LINE)
    };
    let (whole, broken) = (marks(0.1), marks(0.0));
    assert_eq!((whole.len(), broken.len()), (1, 2));
    // The part on the axis is the same, and the stub lies below it.
    assert_eq!(broken[1], whole[0].to_vec());
    let lowest = whole[0].iter().map(|(_, y)| *y).fold(0.0, f64::max);
    assert!(broken[0].iter().all(|(_, y)| *y > lowest), "{broken:?}");
}

#[test]
fn a_band_does_not_reach_into_a_strip() {
    let corners = |points: Vec<(f64, f64, f64)>| {
        let band = Mark::new(Form::Band(points), palette::BLUE);
        let svg = of(Panel::new("", Axis::log(""), Axis::linear("")).with(band)).to_svg();
        let area = svg.lines().find(|line| line.starts_with("<polygon") && line.contains("#0072B2")).unwrap();
        area.split("points=\"").nth(1).unwrap().split('"').next().unwrap().split_whitespace().count()
    };
    let rest = [(1.0, 1.0, 2.0), (2.0, 1.0, 2.0)];
    // That of epoch 0 is a bar of its own.
    let with_zero = [&[(0.0, 1.0, 2.0)][..], &rest].concat();
    assert_eq!(corners(rest.to_vec()), corners(with_zero));
}

#[test]
fn of_kinds_at_one_place_the_first_is_largest_and_below() {
    let kind = |n: usize, x: f64, colour, name: &str| {
        let points = (0..n).map(|i| Point::at(x * i as f64, 1.0)).collect();
        Mark::new(Form::Points(points, Shape::Disc), colour).labelled(name)
    };
    let figure = |x: f64| {
        let panel = Panel::new("", Axis::linear("").between(0.0, 9.0), Axis::linear("").between(0.0, 2.0));
        of(panel.with(kind(3, 1.0, palette::BLUE, "a")).with(kind(6, x, palette::VERMILLION, "b")))
    };
    let svg = figure(1.0).to_svg();
    let discs: Vec<(char, f64)> = svg
        .lines()
        .filter(|line| line.starts_with("<circle"))
        .map(|line| {
            let radius = line.split(" r=\"").nth(1).unwrap().split('"').next().unwrap();
            (if line.contains("#0072B2") { 'b' } else { 'v' }, radius.parse().unwrap())
        })
        .collect();
    // Without the two of the key.
    let own = &discs[discs.len() - 9..];
    assert_eq!(own.iter().map(|(colour, _)| *colour).collect::<String>(), "bbbvvvvvv");
    assert!(own[0].1 > 1.5 * own[8].1, "{own:?}");
    let said = "Of these nearly all marks lie below others in some panel: a.";
    assert!(texts(&figure(1.0)).contains(said), "{}", texts(&figure(1.0)));
    assert!(!texts(&figure(1.5)).contains("nearly all"), "{}", texts(&figure(1.5)));
}

#[test]
fn what_is_fixed_says_what_it_is_of() {
    let all = crate::declared::study();
    let note = drawn(&all, "bound=d_ls x=level colour=dim panels=none where=source==noise_logits").note;
    assert!(note.contains("Fixed: kind of pair (noise on the logits), "), "{note}");
    // Of one whose name does not say it, too.
    let noise =
        drawn(&study(sweep::write), "bound=d_ls y=tightness x=dim where='source==noise,level==1'").note;
    assert!(noise.contains("Fixed: kind of pair (noise), "), "{noise}");
}

#[test]
fn zeros_of_certificates_are_said_to_certify_nothing() {
    let study = study(sweep::write);
    let said = |spec: &str| texts(&drawn(&study, spec));
    let zero = "At 0 nothing is certified.";
    let spec = "bound=m_cca_linear y=certified x=level colour=dim where='direction==ab";
    assert!(said(&format!("{spec}'")).contains(zero));
    assert!(!said(&format!("{spec},level==0|0.01'")).contains(zero));
    assert!(!said("bound=d_ls x=dim colour=level where=direction==ab").contains(zero));
    let certificates = texts(&named(&study, "certificates"));
    assert!(certificates.contains("T2 (linear): nothing certified of"), "{certificates}");
    assert!(certificates.contains("Pairs of which nothing is certified are not drawn."), "{certificates}");
    assert!(!certificates.contains("acuous"), "{certificates}");
}

#[test]
fn certificates_at_one_place_are_counted() {
    // T2 certifies 0.99 thirty times, without noise, and 0.98 ten times, which is not told from it by eye.
    let certificates = named(&study(sweep::write), "certificates");
    let said = texts(&certificates);
    assert!(said.contains("n × beside a mark: so many lie at that place. Small piles"), "{said}");
    let numbers: Vec<usize> = certificates
        .to_svg()
        .split("</text>")
        .filter_map(|part| part.rsplit('>').next()?.trim().strip_suffix(" ×")?.parse().ok())
        .collect();
    assert!(numbers.iter().all(|n| *n >= 5) && numbers.contains(&40), "{numbers:?}");
    // A frontier is no list of places.
    assert!(!texts(&named(&study(sweep::write), "frontier")).contains("beside a mark"));
}

#[test]
fn a_number_beside_a_mark_hides_no_other() {
    let said = |n: u32| {
        let pile = (0..10).map(|_| Point::at(0.5, 0.5));
        let others =
            (0..n * n).map(|i| Point::at(f64::from(i % n) / f64::from(n), f64::from(i / n) / f64::from(n)));
        let axis = || Axis::linear("").between(0.0, 1.0);
        let panel =
            Panel::new("", axis(), axis()).with(Mark::points(pile.chain(others).collect(), palette::BLUE));
        texts(&of(panel.counted()))
    };
    assert!(said(0).contains("10 ×") && said(0).contains("so many lie"), "{}", said(0));
    assert!(!said(14).contains('×'), "{}", said(14));
}

#[test]
fn a_logarithmic_panel_beside_others_says_so() {
    let study = study(|folder| {
        sweep::write(folder);
        let (_, bounds) = sweep::tables();
        let more = bounds.lines().filter(|line| line.contains(",d_ls,")).map(|line| {
            let dim: f64 = line.split(',').nth(1).unwrap().parse().unwrap();
            let start = line.split("d_ls,").next().unwrap();
            let t = 1e-6 * dim;
            format!("{start}logit_from_kl,sharpened,ok,{t},1,{t},,true,\n")
        });
        std::fs::write(folder.join("bounds.csv"), bounds.clone() + &more.collect::<String>()).unwrap();
    });
    let titles = |spec: &str| {
        let figure = drawn(&study, spec);
        figure.panels.iter().map(|panel| panel.title.clone()).collect::<Vec<_>>()
    };
    let spec = "y=tightness x=dim colour=bound panels=family where='direction==ab,level==0.1'";
    let both = titles(&format!("{spec} bound=d_ls,logit_from_kl"));
    assert_eq!(both, ["least-squares alignment", "logit distance from KL (log\u{a0}axis)"]);
    assert_eq!(titles(&format!("{spec} bound=logit_from_kl")), ["logit distance from KL"]);
}

#[test]
fn names_of_losses_are_said_to_be_losses() {
    let all = study(trained::write);
    let course = named(&all, "training-course");
    assert!(texts(&course).starts_with("training loss: "), "{}", texts(&course));
    // Without a key above, the note has it.
    let line = |name: &str| Mark::line(vec![(0.0, 1.0), (1.0, 2.0)], palette::BLUE).labelled(name);
    let panel = Panel::new("", Axis::linear(""), Axis::linear("").between(0.0, 2.0)).with(line("KL"));
    let alone = of(panel.shaped(0.7)).headed("training loss");
    assert!(texts(&alone).contains("Colours: training loss."), "{}", texts(&alone));
}

#[test]
fn axes_that_do_not_begin_at_zero_are_said() {
    let said = "Not every axis begins at 0.";
    let panel = |x: f64, y: f64| {
        let axis = |low: f64| Axis::linear("").between(low, 1.0);
        Panel::new("", axis(x), axis(y))
    };
    let points = || Mark::points(vec![Point::at(0.9, 0.9)], palette::BLUE);
    let line = || Mark::line(vec![(0.8, 0.9), (0.9, 0.9)], palette::BLUE);
    let has = |panel: Panel| texts(&of(panel)).contains(said);
    assert!(has(panel(0.0, 0.7).with(line())) && has(panel(0.7, 0.0).with(points())));
    // Epochs may begin where they do, and a little below 0 is room for marks.
    assert!(!has(panel(0.7, 0.0).with(line())) && !has(panel(-0.02, -0.02).with(points())));
}

#[test]
fn the_pages_own_pictures_take_few_replicates_as_others_do() {
    let page = |fewer: bool| {
        let folder = tempfile::tempdir().unwrap();
        sweep::write(folder.path());
        if fewer {
            for name in ["rows.csv", "bounds.csv"] {
                let path = folder.path().join(name);
                let text = std::fs::read_to_string(&path).unwrap();
                let is_left = |line: &&str| !["3", "4", "5"].contains(&line.split(',').nth(4).unwrap());
                let left: String = text.lines().filter(is_left).map(|line| format!("{line}\n")).collect();
                std::fs::write(path, left).unwrap();
            }
        }
        logitdist_report::report(folder.path(), logitdist_results::Damaged::Refused, None).unwrap();
        let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
        let begin = page.find("id=\"explorer-data\">").unwrap() + "id=\"explorer-data\">".len();
        let end = begin + page[begin..].find("</script>").unwrap();
        serde_json::from_str::<serde_json::Value>(&page[begin..end]).unwrap()
    };
    let (five, three) = (page(false), page(true));
    assert_eq!((&five["few"], &five["mostBands"], &five["mostBars"]), (&5.into(), &2.into(), &4.into()));
    // d_ls has tightness (1 + r)/20 in dimension 2: of three replicates 0.05 to 0.15, and less than 0.05 to 0.25 of five.
    let ends = |data: &serde_json::Value, n: u64| {
        let place = |name: &str| {
            data["quantities"].as_array().unwrap().iter().position(|own| own["name"] == name).unwrap() as u64
        };
        let tightness = place("tightness");
        let values = data["values"].as_array().unwrap().iter();
        let own = values.filter(|value| value[0] == tightness && value[2][0] == n);
        own.map(|value| (value[2][1].as_f64().unwrap(), value[2][3].as_f64().unwrap()))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap()
    };
    assert_eq!(ends(&three, 3), (0.05, 0.15));
    let (low, high) = ends(&five, 5);
    assert!(low > 0.05 && high < 0.25, "{low} to {high}");
}

#[test]
fn curves_are_said_to_be_moved_only_where_they_are() {
    let study = study(sweep::write);
    let of = |x: &str, levels: &str| {
        let spec = format!(
            "bound=m_cca_sharp y=certified x={x} colour=dim where='direction==ab{levels}' interval=95"
        );
        drawn(&study, &spec).note
    };
    let (with_zero, without) = (of("level", ""), of("level", ",level==0.01|0.1|1"));
    assert!(with_zero.contains("hides another, but not in the strip of 0."), "{with_zero}");
    assert!(without.contains("hides another.") && !without.contains("strip"), "{without}");
}

#[test]
fn pairs_that_a_certificate_does_not_apply_to_are_counted() {
    let study = study(|folder| {
        sweep::write(folder);
        let (_, bounds) = sweep::tables();
        let line = |line: &str| match line.split_once(",m_cca_sharp,sharpened,") {
            Some((start, _)) if start.starts_with("noise,8,") => {
                format!("{start},m_cca_sharp,sharpened,not_applicable,,,,,,few\n")
            }
            _ => format!("{line}\n"),
        };
        std::fs::write(folder.join("bounds.csv"), bounds.lines().map(line).collect::<String>()).unwrap();
    });
    let said = texts(&named(&study, "certificates"));
    let counted = "Not drawn, as a bound does not apply: 40 of 120 marks of T3 (one spectrum).";
    assert!(said.contains(counted), "{said}");
    assert!(said.contains("Shares in titles are of all pairs that the bound applies to"), "{said}");
    let all = texts(&named(&self::study(sweep::write), "certificates"));
    assert!(!all.contains("does not apply"), "{all}");
}

#[test]
fn a_certificate_that_is_a_rounding_error_is_none() {
    let study = study(|folder| {
        sweep::write(folder);
        let (_, bounds) = sweep::tables();
        let tiny = bounds
            .replace("m_cca_sharp,sharpened,ok,0.99,0.99,,0,", "m_cca_sharp,sharpened,ok,1e-14,0.99,,0.99,");
        std::fs::write(folder.join("bounds.csv"), tiny).unwrap();
    });
    let said = texts(&named(&study, "certificates"));
    assert!(said.contains("T3 (one spectrum): nothing certified of"), "{said}");
}

#[test]
fn a_number_that_is_fixed_is_written_as_it_is() {
    let study = study(|folder| {
        sweep::write(folder);
        let (rows, bounds) = sweep::tables();
        for (name, text) in [("rows.csv", rows), ("bounds.csv", bounds)] {
            std::fs::write(folder.join(name), text.replace(",0.01,,", ",1e-05,,")).unwrap();
        }
    });
    let note = |level: &str| {
        drawn(&study, &format!("bound=d_ls y=tightness x=dim where='direction==ab,level=={level}'")).note
    };
    assert!(note("1").contains("Fixed: level 1,") && !note("1").contains("10⁰"), "{}", note("1"));
    assert!(note("1e-05").contains("Fixed: level 10⁻⁵,"), "{}", note("1e-05"));
}

#[test]
fn a_frontier_explains_its_sides_and_units_and_has_room_for_its_panels() {
    let of = |all: bool| {
        study(|folder| {
            sweep::write(folder);
            let (_, bounds) = sweep::tables();
            let tokens = theorems().filter(|row| all && row.side == BoundSide::AtMost && row.token != "d_ls");
            let more = tokens.flat_map(|row| {
                let name = format!("{},{}", row.token, row.form);
                let own = bounds.lines().filter(|line| line.contains(",d_ls,"));
                own.map(move |line| line.replace("d_ls,sharpened", &name) + "\n").collect::<Vec<_>>()
            });
            std::fs::write(folder.join("bounds.csv"), bounds.clone() + &more.collect::<String>()).unwrap();
        })
    };
    let one = named(&of(false), "frontier").note;
    assert!(one.contains("Units of f are those of the embeddings."), "{one}");
    assert!(one.starts_with("The left side is what a title has after its colon"), "{one}");
    // Ten families: not in four columns, but five and five.
    let all = of(true);
    let parts = ["frontier", "frontier-2"].map(|name| named(&all, name));
    assert_eq!([0, 1].map(|part: usize| (parts[part].panels.len(), parts[part].columns)), [(5, 3), (5, 3)]);
    assert!(parts[1].note.contains("only the Jensen–Shannon one, JS, has a unit."), "{}", parts[1].note);
    assert!(parts[1].note.contains("Panels 6 to 10 of 10; figures of their own have the others."));
}
