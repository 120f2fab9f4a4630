//! Every form of picture, at both widths, with good, bad and no values.

use logitdist_report::plot::{
    Axis, Bar, Colours, Figure, Form, Mark, Panel, Point, Scale, Shape, Tiles, Width, palette,
};
use std::path::PathBuf;

/// Pseudo-random numbers in [0, 1).
fn uniform(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..n).map(|_| next()).collect()
}

fn scatter() -> Panel {
    let (x, y) = (uniform(400, 1), uniform(400, 2));
    let points = |sign: f64| -> Vec<Point> {
        let at = |i: usize| {
            Point::at(10f64.powf(8.0 * x[i] - 6.0), 10f64.powf(8.0 * x[i] - 6.0 - sign * 2.0 * y[i]))
        };
        (0..400)
            .map(at)
            .chain([Point::at(0.0, 1e-3), Point::at(1.0, 0.0), Point::at(f64::INFINITY, 1.0)])
            .collect()
    };
    Panel::new("d_rep", Axis::log("rhs"), Axis::log("lhs"))
        .with(Mark::points(points(1.5), palette::VERMILLION).labelled("d_rep_worst_subset, published"))
        .with(
            Mark::new(Form::Points(points(0.5), Shape::Triangle), palette::BLUE)
                .labelled("d_rep_per_subset, sharpened"),
        )
        .with(Mark::new(Form::Diagonal(1.0), palette::GREY).dashed())
}

fn lines(title: &str) -> Panel {
    let dims = [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
    let ticks = dims.iter().map(|d| (*d, d.to_string())).collect();
    let mut panel =
        Panel::new(title, Axis::log("dim").ticked(ticks), Axis::linear("tightness").between(0.0, 1.0));
    for (i, colour) in palette::ordered(4).into_iter().enumerate() {
        let y = |d: f64| 0.9 / (1.0 + (i as f64 + 0.4) * d.ln());
        let band = dims.iter().map(|&d| (d, 0.8 * y(d), 1.1 * y(d))).collect();
        let line = dims.iter().map(|&d| (d, y(d))).collect();
        panel = panel.with(Mark::new(Form::Band(band), colour)).with(
            Mark::new(Form::DottedLine(line), colour).labelled(format!("level {}", 10f64.powi(i as i32 - 3))),
        );
    }
    panel
}

fn coloured() -> Figure {
    let (x, y) = (uniform(600, 3), uniform(600, 4));
    let points = (0..600)
        .map(|i| Point {
            x: 10f64.powf(4.0 * x[i] - 3.0),
            y: 10f64.powf(8.0 * x[i] - 8.0 - y[i]),
            value: Some(y[i]),
            link: Some(format!("#cell-{i}")),
        })
        .collect();
    let ring = (0..8).map(|i| Point::at(3f64.powi(i) / 100.0, 3f64.powi(-i))).collect();
    let curve = (0..50).map(|i| 10f64.powf(f64::from(i) / 12.0 - 3.0)).map(|d| (d, d * d / 4.0)).collect();
    let panel = Panel::new("", Axis::log("d_logit (nats)"), Axis::log("kl_ab (nats)"))
        .with(Mark::points(points, palette::BLUE))
        .with(
            Mark::new(Form::Points(ring, Shape::Ring), palette::VERMILLION)
                .labelled("permuted_clusters (E6)"),
        )
        .with(Mark::line(curve, palette::GREY).dashed().labelled("kl_from_logit"));
    let colours = Colours { label: "m_cca".into(), scale: Scale::Linear, range: (0.0, 1.0) };
    Figure::new(Width::Column, vec![panel])
        .coloured(colours)
        .noted("600 of 20000 cells, chosen by their seed")
}

fn tiles() -> Figure {
    let names = ["isotropic", "power_law(1)", "power_law(2)", "step(0.001)"];
    let dims = ["2", "4", "8", "16", "32"];
    let values = uniform(20, 5).into_iter().map(|x| (x > 0.1).then_some(x)).collect();
    let panel =
        Panel::new("d_ls: median tightness", Axis::places("spectrum", &names), Axis::places("dim", &dims))
            .with(Mark::new(Form::Tiles(Tiles { columns: 4, values, written: true }), palette::GREY));
    let colours = Colours { label: "tightness".into(), scale: Scale::Linear, range: (0.0, 1.0) };
    Figure::new(Width::Column, vec![panel]).coloured(colours)
}

fn histogram() -> Figure {
    let bars = (0..20)
        .map(|i| Bar { from: f64::from(i), to: f64::from(i) + 1.0, height: f64::from((i * 7) % 13) })
        .collect();
    let panel = Panel::new("", Axis::linear("d_logit of an input (nats)"), Axis::linear("inputs"))
        .with(Mark::new(Form::Bars(bars), palette::SKY))
        .with(Mark::new(Form::Vertical(7.5), palette::VERMILLION).labelled("root mean square"))
        .with(Mark::new(Form::Text(18.0, 4.0, "input 345".into()), palette::VERMILLION));
    Figure::new(Width::Column, vec![panel])
}

fn gallery() -> Vec<(String, Figure)> {
    let mut all = Vec::new();
    for (name, width) in [("column", Width::Column), ("full", Width::Full)] {
        let mut add =
            |what: &str, figure: Figure| all.push((format!("{what}-{name}"), Figure { width, ..figure }));
        add("scatter", Figure::new(width, vec![scatter()]));
        add("scatters", Figure::new(width, vec![scatter(), scatter(), scatter(), scatter()]).in_columns(2));
        add("lines", Figure::new(width, vec![lines("")]));
        add(
            "multiples",
            Figure::new(width, vec![lines("spectrum isotropic"), lines("spectrum power_law(1)"), lines("c")]),
        );
        add("coloured", coloured());
        add("tiles", tiles());
        add("histogram", histogram());
        add(
            "empty",
            Figure::new(
                width,
                vec![Panel::empty(
                    "kl_ab against d_logit",
                    "no cell has kl_ab: the measure was not asked for",
                )],
            ),
        );
    }
    all
}

/// With LOGITDIST_GALLERY set to a folder, the pictures are left there to look at.
#[test]
fn every_picture_is_drawn_as_svg_and_png_alike_each_time() {
    let folder = std::env::var_os("LOGITDIST_GALLERY").map(PathBuf::from);
    for (name, figure) in gallery() {
        let (svg, png) = (figure.to_svg(), figure.to_png());
        assert!(svg.starts_with("<svg width=\"") && svg.trim_end().ends_with("</svg>"), "{name}");
        assert_eq!(svg, figure.to_svg(), "{name}");
        assert_eq!(png, figure.to_png(), "{name}");
        if let Some(folder) = &folder {
            std::fs::write(folder.join(format!("{name}.svg")), svg).unwrap();
            std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
        }
    }
}

#[test]
fn texts_are_texts_and_links_lead_from_points() {
    let figure = coloured();
    let svg = figure.to_svg();
    for text in ["d_logit (nats)", "kl_ab (nats)", "m_cca", "permuted_clusters (E6)", "10⁻⁶"] {
        assert!(svg.contains(&format!(">{text}</text>")), "{text} in {svg}");
    }
    assert!(!svg.contains("<a "));
    let linked = figure.to_linked_svg();
    assert_eq!(linked.matches("<a href=\"#cell-").count(), 600);
}

#[test]
fn a_heat_map_has_numbers_in_all_tiles_or_in_none() {
    let numbers = |width: f64| {
        let svg = Figure { width: Width::Points(width), ..tiles() }.to_svg();
        let texts = svg.split("</text>").filter_map(|part| part.rsplit('>').next());
        // Those of the colour bar have one decimal.
        texts.filter(|text| *text == "–" || (text.starts_with("0.") && text.len() > 3)).count()
    };
    let counts: Vec<usize> = [80.0, 120.0, 150.0, 180.0, 245.0].map(numbers).to_vec();
    assert!(
        counts.iter().all(|n| [0, 20].contains(n)) && counts.contains(&0) && counts.contains(&20),
        "{counts:?}"
    );
}

#[test]
fn a_figure_that_is_higher_than_a_page_is_several() {
    let panels = |n: usize| (0..n).map(|i| lines(&i.to_string())).collect::<Vec<_>>();
    let few = Figure::new(Width::Full, panels(6)).in_columns(3);
    assert_eq!(few.clone().on_pages(), [few]);
    let pages = Figure::new(Width::Full, panels(11)).in_columns(2).on_pages();
    assert!(pages.len() > 1 && pages.iter().all(|page| page.height() <= 648.0));
    let titles: Vec<&str> =
        pages.iter().flat_map(|page| &page.panels).map(|own| own.title.as_str()).collect();
    assert_eq!(titles, (0..11).map(|i| i.to_string()).collect::<Vec<_>>());
    // Rows stay whole.
    assert!(pages[..pages.len() - 1].iter().all(|page| page.panels.len().is_multiple_of(2)));
}

#[test]
fn marks_in_gutters_are_counted_outside_the_panel() {
    let svg = Figure::new(Width::Column, vec![scatter()]).to_svg();
    // Two points have no positive y, and one an infinite x, of each series.
    for text in ["2 ×", "0", "∞"] {
        assert!(svg.contains(&format!(">{text}</text>")), "{text} in {svg}");
    }
}

#[test]
fn hostile_values_are_drawn_without_a_panic() {
    let extremes = [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 5e-324];
    for n in 0..extremes.len() {
        for scale in [Scale::Linear, Scale::Log, Scale::Places] {
            let axis = || Axis { scale, ..Axis::linear("x") };
            let values = &extremes[..n];
            let points = values.iter().flat_map(|&x| values.iter().map(move |&y| Point::at(x, y))).collect();
            let line: Vec<_> = values.iter().map(|&x| (x, x)).collect();
            let band = values.iter().map(|&x| (x, x, x)).collect();
            let bars = values.iter().map(|&x| Bar { from: x, to: x, height: x }).collect();
            let panel = Panel::new("<&\"'", axis(), axis())
                .with(Mark::points(points, palette::BLUE))
                .with(Mark::line(line.clone(), palette::GREEN).dashed().labelled("<&>"))
                .with(Mark::new(Form::DottedLine(line), palette::GREEN))
                .with(Mark::new(Form::Band(band), palette::GREEN))
                .with(Mark::new(Form::Bars(bars), palette::GREEN))
                .with(Mark::new(Form::Vertical(f64::NAN), palette::GREEN))
                .with(Mark::new(Form::Diagonal(1.0), palette::GREY));
            let figure = Figure::new(Width::Column, vec![panel]);
            assert!(figure.to_svg().contains("&lt;&amp;&gt;") || n == 0);
            figure.to_png();
        }
    }
    assert!(Figure::new(Width::Full, vec![]).to_svg().ends_with("</svg>\n"));
}
