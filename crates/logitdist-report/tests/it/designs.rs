//! Captions, ranges and numbers follow the design of a study: what means are over, what a mark is, and which marks there are.

use crate::trained;
use logitdist_report::pictures;
use logitdist_report::plot::{Axis, Figure, Mark, Panel, Point, Width, palette};
use logitdist_results::Study;

const BOUNDS: &str =
    "source,data,replicate,cell_seed,direction,bound,form,status,lhs,rhs,tightness,slack,holds,reason\n";

fn texts(figure: &Figure) -> String {
    let svg = figure.to_svg();
    let all = svg.split("</text>").filter_map(|part| part.rsplit('>').next());
    all.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn drawn(rows: &str, bounds: &str, name: &str) -> Figure {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
    std::fs::write(folder.path().join("bounds.csv"), bounds).unwrap();
    let all = pictures(&Study::read(folder.path()).unwrap());
    all.into_iter().find(|picture| picture.name == name).unwrap_or_else(|| panic!("{name}")).figure
}

fn seed(i: u64) -> String {
    format!("{:016x}", (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The trained networks of some lines only.
fn of_lines(is_own: impl Fn(&str) -> bool, name: &str) -> String {
    let keep = |text: &str| -> String {
        let lines = text.lines().enumerate().filter(|(i, line)| *i == 0 || is_own(line));
        lines.map(|(_, line)| format!("{line}\n")).collect()
    };
    let (rows, bounds) = trained::tables();
    texts(&drawn(&keep(&rows), &keep(&bounds), name))
}

#[test]
fn means_are_over_what_the_design_has() {
    let copies = of_lines(|_| true, "training-sizes");
    assert!(copies.contains("Means over networks, each against its own copy, with 95 %"), "{copies}");
    let taught = of_lines(|line| line.contains(",kl,"), "training-course");
    assert!(taught.contains("Means over teachers with 95 %"), "{taught}");
    let apart = of_lines(|line| line.contains(",cross_entropy,"), "training-course");
    assert!(apart.contains("Means over networks a × networks b (two-way) with 95 %"), "{apart}");
    let both = of_lines(|_| true, "training-course");
    let said = "Means over teachers, of cross entropy over networks a × networks b (two-way) with 95 %";
    assert!(both.contains(said), "{both}");
}

#[test]
fn a_mark_is_a_pair_or_a_copy_and_has_a_last_epoch_only_where_there_are_some() {
    let said = of_lines(|line| line.starts_with("train.rounded"), "training-sameness");
    assert!(
        said.contains("Each mark is a network and its rounded copy.") && !said.contains("epoch"),
        "{said}"
    );
    let one = of_lines(|line| line.contains(",kl,100,"), "training-sameness");
    assert!(one.contains("Each mark is a pair of networks.") && !one.contains("last epoch"), "{one}");
}

#[test]
fn few_networks_are_said_only_of_what_is_drawn() {
    let rows = |few: &str| {
        let mut text =
            String::from("source,layers,width,dim,loss,bits,teacher,replicate,cell_seed,status,reason,");
        text += "m_cca,d_logit,top1_agreement,d_llv\n";
        for i in 0..180u64 {
            let (layers, width, dim) = (i % 2, 2 + i / 2 % 5, 2 + i / 10 % 2);
            let (bits, teacher) = (2 + i / 20 % 3, i / 60);
            let value = |token: &str| if token == few && teacher > 0 { "" } else { "0.5" };
            let measures = ["m_cca", "d_logit", "top1_agreement", "d_llv"].map(value).join(",");
            text += &format!(
                "train.a,{layers},{width},{dim},copy,{bits},{teacher},0,{},ok,,{measures}\n",
                seed(i)
            );
        }
        let figure = drawn(&text, BOUNDS, "training-sizes");
        assert_eq!(figure.panels.len(), 12);
        texts(&figure)
    };
    let said = "Means of fewer than three networks have no interval.";
    assert!(rows("d_llv").contains("Not drawn for want of room") && !rows("d_llv").contains(said));
    assert!(rows("m_cca").contains(said));
}

#[test]
fn numbers_at_piles_are_of_all_marks_drawn_or_not() {
    let axis = || Axis::linear("").between(0.0, 1.0);
    let panel = |place: f64| {
        let points = (0..9).map(|_| Point::at(0.5, 0.5)).collect();
        let panel = Panel::new("", axis(), axis()).with(Mark::points(points, palette::BLUE)).counted();
        texts(&Figure::new(Width::Column, vec![panel.with_not_drawn(vec![(place, place); 11])]))
    };
    assert!(
        panel(0.5).contains("20 ×") && panel(0.5).contains("at that place, drawn or not."),
        "{}",
        panel(0.5)
    );
    // Where no mark is seen, no number is.
    assert!(!panel(0.1).contains("11 ×"), "{}", panel(0.1));
}

/// Pairs of one certificate: `n` of each of two data sets, all at one place.
fn certificates(n: u64, data: [&str; 2]) -> Figure {
    let mut rows = String::from("source,data,replicate,cell_seed,status,reason,d_logit,m_cca\n");
    let mut bounds = BOUNDS.to_owned();
    for i in 0..2 * n {
        let start = format!("noise,{},{i},{}", data[(i % 2) as usize], seed(i));
        rows += &format!("{start},ok,,1,0.9\n");
        bounds += &format!("{start},ab,m_cca_linear,published,ok,0.4,0.9,,0.5,true,\n");
    }
    drawn(&rows, &bounds, "certificates")
}

#[test]
fn certificates_count_all_pairs_and_tell_data_sets_apart() {
    let one = certificates(200, ["digits", "digits"]);
    assert_eq!(one.panels[0].points().count(), 250);
    assert!(texts(&one).contains("400 ×") && !texts(&one).contains("data set"), "{}", texts(&one));
    let two = certificates(10, ["digits", "spirals"]);
    let names: Vec<&str> = two.panels[0].marks.iter().map(|mark| mark.label.as_str()).collect();
    assert_eq!((names, two.heading.as_str()), (vec!["", "digits", "spirals"], "data set"));
    assert!(texts(&two).contains("Colours and shapes are data sets."), "{}", texts(&two));
}

#[test]
fn certificates_of_what_is_always_one_have_no_picture() {
    let of = |second: f64| {
        let rows = "source,data,replicate,cell_seed,status,reason,m_cca,top1_agreement\n".to_owned();
        let (mut rows, mut bounds) = (rows, BOUNDS.to_owned());
        for (i, measured) in (0..).zip([1.0, 0.9995, second]) {
            let start = format!("noise,,{i},{}", seed(i));
            rows += &format!("{start},ok,,{measured},0.8\n");
            bounds +=
                &format!("{start},ab,m_cca_linear,published,ok,0.4,{measured},,{},true,\n", measured - 0.4);
            bounds += &format!("{start},ab,top1_from_logit,sharpened,ok,0.4,0.8,,0.4,true,\n");
        }
        texts(&drawn(&rows, &bounds, "certificates"))
    };
    let said = "No picture of mean correlation: at least 0.999 is measured in all pairs.";
    // Left over is the other similarity.
    assert!(of(0.9999).contains(said) && of(0.9999).contains("predicted alike"), "{}", of(0.9999));
    assert!(!of(0.9).contains("No picture") && of(0.9).contains("mean correlation"), "{}", of(0.9));
}

/// Pairs of two dimensions, those of the second over a share of the range of the first; again as another kind, with some students fewer.
fn pairs(share: f64, again: u64, moved: f64) -> Figure {
    let mut rows = String::from(
        "source,dim,loss,student,teacher,replicate,cell_seed,status,reason,m_cca,top1_agreement\n",
    );
    let mut n = 0;
    for (kind, students, moved) in [("train.all", 5, 0.0), ("train.some", again, moved)] {
        for (dim, student, teacher) in
            (0..students * 10).map(|i| (if i % 2 == 0 { 2 } else { 8 }, i / 10, i / 2 % 5))
        {
            let at = (student * 5 + teacher) as f64 / 24.0;
            let at = if dim == 8 { 0.9 - share * 0.8 * at } else { 0.9 - 0.8 * at };
            let loss = if teacher % 2 == 0 { "kl" } else { "l2" };
            rows +=
                &format!("{kind},{dim},{loss},{student},{teacher},0,{},ok,,{},{at}\n", seed(n), at + moved);
            n += 1;
        }
    }
    drawn(&rows, BOUNDS, "training-sameness")
}

#[test]
fn a_panel_whose_marks_would_fill_little_of_an_axis_has_its_own() {
    let (little, half) = (pairs(0.2, 0, 0.0), pairs(0.5, 0, 0.0));
    let ranges =
        |figure: &Figure| figure.panels.iter().map(|panel| panel.y.range.unwrap()).collect::<Vec<_>>();
    let (own, common) = (ranges(&little), ranges(&half));
    assert!(own[1].1 - own[1].0 < 0.25 && own[0] == common[0], "{own:?}");
    assert_eq!(common[0], common[1]);
    let said = "Ranges of axes differ between panels";
    assert!(texts(&little).contains(said) && !texts(&half).contains(said));
}

#[test]
fn pairs_that_another_kind_has_too_are_not_drawn_again() {
    let within = pairs(0.5, 2, 0.0);
    assert_eq!(within.panels.len(), 2);
    let said = "Pairs of some are not drawn again, as all are among those of all.";
    assert!(texts(&within).contains(said), "{}", texts(&within));
    let others = pairs(0.5, 2, 0.01);
    assert!(others.panels.len() == 4 && !texts(&others).contains("again"), "{}", texts(&others));
}
