//! The report of a pair: the numbers behind its pictures, its page, and bad input.

use logitdist_report::ReportError;
use logitdist_report::pair::{PairReport, PairResults, Picture, is_pair, pictures, report_pair};
use logitdist_report::plot::{Form, Mark, Panel};
use std::path::Path;
use tempfile::TempDir;

const COMPARISON: &str = "section,token,side,value,reason\n\
    run,model_a,,runs/first <1>.npz,\n\
    run,model_b,,\"runs/second, final.npz\",\n\
    run,seed,,7,\n\
    run,version,,0.1.0,\n\
    run,command,,\"logitdist compare 'runs/first <1>.npz' 'runs/second, final.npz' --seed 7\",\n\
    measure,n_inputs,,4.0,\n\
    measure,n_labels,,3.0,\n\
    measure,n_inputs_probability,,3.0,\n\
    measure,dim_a,,2.0,\n\
    measure,dim_b,,5.0,\n\
    measure,d_logit,,1.25,\n\
    measure,kl_ab,,0.25,\n\
    measure,kl_ab_se,,0.125,\n\
    measure,kl_ba,,0.5,\n\
    measure,tau,,,\n\
    measure,m_cca,,0.75,\n\
    measure,d_rep_ab,,,3 labels; at least 6 are needed\n\
    measure,rho,1,0.9,\n\
    measure,rho_unembeddings,,,constant\n\
    bounds,d_ls,lhs,1.0,\n\
    bounds,d_ls,rhs,4.0,\n\
    bounds,d_ls,tightness,0.25,\n\
    bounds,d_ls,form,sharpened,\n\
    bounds,d_ls,holds,true,\n\
    bounds,d_ls,status,ok,\n\
    bounds,m_cca_sharp,bound,-1.5,\n\
    bounds,m_cca_sharp,value,0.75,\n\
    bounds,m_cca_sharp,slack,2.25,\n\
    bounds,m_cca_sharp,form,sharpened,\n\
    bounds,m_cca_sharp,holds,true,\n\
    bounds,m_cca_sharp,status,vacuous,the certified correlation is not positive\n\
    bounds_ba,d_ls,form,sharpened,\n\
    bounds_ba,d_ls,holds,,\n\
    bounds_ba,d_ls,status,not_applicable,too few labels\n\
    certificate,m_cca,m_cca_sharp,0.0,\n\
    verdict,,1,Every bound holds.,\n\
    verdict,,2,\"a & b are close, it seems.\",\n\
    note,d_llv,,pivot label 0,\n";
const INPUTS: &str =
    "input,d_logit_x,kl_ab_x,kl_ba_x\n0,1.0,0.0,0.125\n1,0.0,,\n2,2.0,0.5,1.0\n3,1.0,0.25,0.0\n";
const LABELS: &str = "label,other,label_correlation_a,label_correlation_b\n\
    2,2,1.0,1.0\n2,0,-0.5,0.25\n2,1,,0.5\n0,0,1.0,1.0\n0,1,,-0.25\n1,1,,1.0\n";
const SPECTRA: &str =
    "position,rho,rho_unembeddings,rho_logits,spectrum_a,spectrum_b\n1,0.9,,0.9,4.0,3.0\n2,0.5,,0.5,1.0,\n";

const FILES: [(&str, &str); 4] = [
    ("comparison.csv", COMPARISON),
    ("inputs.csv", INPUTS),
    ("labels.csv", LABELS),
    ("spectra.csv", SPECTRA),
];

/// A folder with the four files, each as `change` makes it of its name and content.
fn folder(change: impl Fn(&str, &str) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in FILES {
        std::fs::write(folder.path().join(name), change(name, content)).unwrap();
    }
    folder
}

/// The four files with a text in one of them replaced.
fn with(file: &str, old: &str, new: &str) -> TempDir {
    folder(|name, content| {
        if name != file {
            return content.to_owned();
        }
        assert!(content.contains(old), "{file} has no {old:?}");
        content.replacen(old, new, 1)
    })
}

fn results(folder: &TempDir) -> PairResults {
    PairResults::read(folder.path()).unwrap()
}

fn unchanged() -> TempDir {
    folder(|_, content| content.to_owned())
}

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
    assert_eq!(line(&figure.panels[0], "spectrum_a"), [(1.0, 4.0), (2.0, 1.0)]);
    assert_eq!(line(&figure.panels[0], "spectrum_b"), [(1.0, 3.0)]);
    assert_eq!(line(&figure.panels[1], "rho = rho_logits"), [(1.0, 0.9), (2.0, 0.5)]);
    assert_eq!(figure.panels[1].marks.len(), 1, "correlations that do not exist are not drawn");
    assert_eq!(figure.panels[1].y.range, Some((0.5, 1.0)));
    let other = results(&with("spectra.csv", "2,0.5,,0.5", "2,0.5,,0.25"));
    let panel = &picture(&other, "spectra").figure.panels[1];
    assert_eq!(line(panel, "rho"), [(1.0, 0.9), (2.0, 0.5)]);
    assert_eq!(line(panel, "rho_logits"), [(1.0, 0.9), (2.0, 0.25)]);
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
    assert_eq!(figure.panels[0].y.ticks[0], (2.0, "2".to_owned()));
    assert_eq!(results.labels.most_differing(5), [(2, 0, [-0.5, 0.25])]);
}

#[test]
fn histograms_count_every_input_and_name_the_worst() {
    let results = results(&unchanged());
    let figure = picture(&results, "inputs").figure;
    let [d_logit, kl] = &figure.panels[..] else { panic!("{} panels", figure.panels.len()) };
    let Form::Bars(bars) = &mark(d_logit, "d_logit_x").form else { panic!("no bars") };
    let counted: Vec<(bool, bool, f64)> = bars
        .iter()
        .map(|b| ((b.from..b.to).contains(&1.0), (b.from..b.to).contains(&2.0), b.height))
        .collect();
    assert_eq!(counted, [(true, false, 2.0), (false, true, 1.0)]);
    assert_eq!(vertical(d_logit, "d_logit"), 1.25);
    assert_eq!((vertical(kl, "kl_ab"), vertical(kl, "kl_ba")), (0.25, 0.5));
    let highest = line(kl, "kl_ba_x").iter().map(|(_, y)| *y).fold(0.0, f64::max);
    assert_eq!(highest, 1.0);
    assert_eq!(d_logit.title, "largest d_logit_x at 2, 0, 3");
    assert_eq!(kl.title, "largest kl_ab_x at 2, 3; kl_ba_x at 2, 0");
    assert_eq!(
        figure.note,
        "Not on the axis: d_logit_x is 0 at 1 of 4 inputs; kl_ab_x is 0 at 1 of 3 inputs; kl_ba_x is 0 at 1 of 3 inputs."
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
        assert_eq!(line(panel, "d_logit_x²/4 (kl_from_logit)"), [(1.0, 0.25), (2.0, 1.0)]);
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
    let Form::Bars(bars) = &mark(&figure.panels[0], "d_logit_x").form else { panic!("no bars") };
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

fn page(folder: &TempDir) -> (PairReport, String) {
    let report = report_pair(folder.path()).unwrap();
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    (report, page)
}

#[test]
fn the_page_says_what_was_compared_and_found() {
    let folder = unchanged();
    let (report, page) = page(&folder);
    assert!(report.violated.is_empty());
    assert_eq!(report.files.len(), 17);
    assert!(report.files.iter().all(|file| file.is_file()));
    for text in [
        "<h1>first &lt;1&gt; against second, final</h1>",
        "<code>runs/first &lt;1&gt;.npz</code>",
        "the same 4 inputs and 3 labels",
        "computed at 3 of the inputs",
        "<p>a &amp; b are close, it seems.</p>",
        "logitdist compare &#39;runs/first &lt;1&gt;.npz&#39; &#39;runs/second, final.npz&#39; --seed 7 --report FOLDER",
        ">0.250000 ± 0.125<",
        "3 labels; at least 6 are needed",
        "beyond the floating-point range",
        "vacuous: the certified correlation is not positive",
        "The worst input makes 66.7 % of d_logit², 66.7 % of kl_ab, 88.9 % of kl_ba.",
        "<th scope=\"row\" class=\"text\">2, 0</th>",
        "<dt id=\"token-d_logit_x\">",
        "prefers-color-scheme: dark",
        "@media print",
    ] {
        assert!(page.contains(text), "the page does not say {text}");
    }
    assert_eq!(page.matches("<figure").count(), 4);
}

#[test]
fn the_page_needs_nothing_else_and_its_links_lead_somewhere() {
    let (_, page) = page(&unchanged());
    for outside in ["<script", "<img", "@import", "src=", "href=\"http", "href=\"/", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut different = ids.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(ids.len(), different.len(), "an id is given twice");
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.contains(&target), "nothing is called {target}");
    }
}

#[test]
fn a_report_is_the_same_bytes_every_time_and_replaces_an_older_one() {
    let folder = unchanged();
    std::fs::write(folder.path().join("report.html"), "older").unwrap();
    let (report, first) = page(&folder);
    let images: Vec<Vec<u8>> = report.files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    let (report, second) = page(&folder);
    assert!(first == second && first.ends_with("</html>\n"));
    assert!(report.files.iter().zip(images).all(|(file, image)| std::fs::read(file).unwrap() == image));
}

#[test]
fn a_violated_bound_is_said_and_marked() {
    let folder = with("comparison.csv", "d_ls,holds,true", "d_ls,holds,false");
    let (report, page) = page(&folder);
    assert_eq!(report.violated, ["d_ls"]);
    assert!(page.contains("VIOLATED") && page.contains("class=\"verdict violated\""));
}

#[test]
fn bad_input_names_the_file_the_line_and_what_is_needed() {
    let message = |folder: &TempDir| match report_pair(folder.path()) {
        Ok(_) => panic!("it was taken"),
        Err(error @ (ReportError::Io { .. } | ReportError::Content { .. })) => {
            assert!(!folder.path().join("report.html").exists(), "a page was written nevertheless");
            error.to_string()
        }
    };
    for (file, old, new, needed) in [
        (
            "comparison.csv",
            "section,token,side,value,reason",
            "a,b",
            "comparison.csv:1: there is no column `section`",
        ),
        (
            "comparison.csv",
            "0.1.0",
            "7.0.0",
            "comparison.csv:5: written by logitdist 7.0.0, newer than this one",
        ),
        ("comparison.csv", "0.1.0", "0.999.0", "newer than this one, 0.1.0: update it"),
        ("comparison.csv", "0.1.0", "new", "`version` is \"new\""),
        (
            "comparison.csv",
            "d_logit,,1.25",
            "d_logit,,x",
            "comparison.csv:12: `value` of d_logit is \"x\"; a number is needed",
        ),
        ("comparison.csv", "d_logit,,1.25", "d_logit,,NaN", "a number is needed"),
        ("comparison.csv", "measure,d_logit,,1.25,\n", "", "no line `measure,d_logit`"),
        ("comparison.csv", "run,seed,,7,\n", "", "no line `run,seed`"),
        (
            "comparison.csv",
            "status,ok",
            "status,fine",
            "`status` is \"fine\"; ok, vacuous or not_applicable is needed",
        ),
        ("comparison.csv", "note,d_llv", "remark,d_llv", "`section` is \"remark\""),
        ("comparison.csv", "note,d_llv,,pivot label 0,\n", "note,d_llv,,piv", "the last line has no end"),
        (
            "inputs.csv",
            "2,2.0,0.5,1.0",
            "2,2.0,0.5",
            "inputs.csv:4: the line is incomplete: it has 3 fields of 4",
        ),
        (
            "inputs.csv",
            "2,2.0,0.5,1.0",
            "2,-2.0,0.5,1.0",
            "inputs.csv:4: `d_logit_x` is -2; a distance is at least 0",
        ),
        ("inputs.csv", "2,2.0,0.5,1.0", "2,,0.5,1.0", "inputs.csv:4: `d_logit_x` is blank"),
        ("inputs.csv", "2,2.0,0.5,1.0", "two,2.0,0.5,1.0", "`input` is \"two\"; a whole number is needed"),
        ("inputs.csv", "2,2.0,0.5,1.0\n", "", "inputs.csv:4: `input` is 3 and 2 is due"),
        ("inputs.csv", "3,1.0,0.25,0.0\n", "", "the file has 3 inputs and comparison.csv says 4"),
        ("inputs.csv", "kl_ba_x", "kl", "inputs.csv:1: there is no column `kl_ba_x`"),
        ("labels.csv", "2,0,-0.5,0.25", "2,0,-1.5,0.25", "labels.csv:3: `label_correlation_a` is -1.5"),
        ("labels.csv", "0,1,,-0.25\n", "", "labels.csv:6: the labels are 1 and 1; 0 and 1 are due"),
        ("labels.csv", "1,1,,1.0\n", "", "the line of labels 1 and 1 is due; was the file cut off?"),
        ("labels.csv", "1,1,,1.0\n", "1,1,,1.0\n1,1,,1.0\n", "every pair of labels is there already"),
        ("spectra.csv", "2,0.5,,0.5", "3,0.5,,0.5", "spectra.csv:3: `position` is 3 and 2 is due"),
        ("spectra.csv", "2,0.5,,0.5", "2,0.5,0.5,0.5", "`rho_unembeddings` goes on after it has ended"),
        ("spectra.csv", "4.0,3.0", "-4.0,3.0", "`spectrum_a` is -4; it is at least 0"),
    ] {
        let got = message(&with(file, old, new));
        assert!(got.contains(needed), "{file}, {new:?}: {got}");
    }
    let cut = folder(|name, content| match name {
        "comparison.csv" => content[..content.find("verdict").unwrap()].to_owned(),
        _ => content.to_owned(),
    });
    assert!(message(&cut).contains("the verdict is missing; was the file cut off?"));
    for (file, _) in FILES {
        let empty = folder(|name, content| if name == file { String::new() } else { content.to_owned() });
        assert!(message(&empty).contains(&format!("{file}:1: the file is empty")), "{}", message(&empty));
        std::fs::remove_file(empty.path().join(file)).unwrap();
        let missing = message(&empty);
        assert!(missing.contains(file) && missing.contains("cannot read"), "{missing}");
    }
}

#[test]
fn a_folder_is_a_pairs_by_its_comparison() {
    assert!(is_pair(unchanged().path()));
    assert!(!is_pair(tempfile::tempdir().unwrap().path()));
    assert!(!is_pair(Path::new("nowhere")));
}
