//! The pictures of a pair, as data.

use super::histogram::LogBins;
use super::inputs::Inputs;
use super::results::PairResults;
use crate::plot::palette::{BLUE, GREEN, GREY, INK, PURPLE, VERMILLION};
use crate::plot::{Axis, Colour, Colours, Figure, Form, Mark, Panel, Point, Scale, Shape, Tiles, Width};

/// Colours of model a and of what is a's view, and of model b.
const MODELS: [Colour; 2] = [BLUE, VERMILLION];

/// The most points of a line that are drawn as dots, too.
const MOST_DOTS: usize = 64;

/// The most names along an axis of labels.
const MOST_NAMES: usize = 20;

/// The most inputs in the scatter plot; of more, the worst and evenly spread ones are shown.
const MOST_POINTS: usize = 2000;

/// Inputs that are named in a picture.
const NAMED: usize = 3;

/// A picture with the name of its files and what it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Name of the files, without their ending.
    pub name: &'static str,
    /// What it shows, in a line.
    pub title: &'static str,
    /// What to look for, in a sentence or two.
    pub caption: String,
    /// The picture.
    pub figure: Figure,
}

/// All pictures of a pair, in the order of the page.
pub fn pictures(results: &PairResults) -> Vec<Picture> {
    vec![spectra(results), labels(results), inputs(results), divergence(results)]
}

fn spectra(results: &PairResults) -> Picture {
    let lists = &results.spectra;
    let position = || Axis::linear("i");
    let mut spectra = Panel::new("spectra of the centred logits", position(), Axis::log("σ (nats²)"));
    for ((name, list), colour) in
        [("spectrum_a", &lists.spectrum_a), ("spectrum_b", &lists.spectrum_b)].into_iter().zip(MODELS)
    {
        if !list.is_empty() {
            spectra = spectra.with(numbered(list, colour).labelled(name));
        }
    }
    if spectra.marks.is_empty() {
        spectra = Panel::empty(spectra.title, "the logits of both models are constant");
    }
    let mut correlations =
        Panel::new("canonical correlations", position(), Axis::linear("ρ").between(0.0, 1.0));
    let same = lists.rho.len() == lists.rho_logits.len()
        && lists.rho.iter().zip(&lists.rho_logits).all(|(x, y)| (x - y).abs() < 1e-6);
    let lines = [
        (if same { "rho = rho_logits" } else { "rho" }, &lists.rho, GREEN),
        ("rho_logits", if same { &EMPTY } else { &lists.rho_logits }, INK),
        ("rho_unembeddings", &lists.rho_unembeddings, PURPLE),
    ];
    for (name, list, colour) in lines {
        if !list.is_empty() {
            correlations = correlations.with(numbered(list, colour).labelled(name));
        }
    }
    if correlations.marks.is_empty() {
        correlations = Panel::empty(correlations.title, "one of the models is constant");
    }
    Picture {
        name: "spectra",
        title: "Spectra and canonical correlations",
        caption: "Left: how the variance of each model's centred logits is spread over directions; weak directions are where little \
                  distance can cost much correlation. Right: how far each direction of one model is a linear function of the other, \
                  1 = wholly."
            .into(),
        figure: Figure::new(Width::Full, vec![spectra, correlations]),
    }
}

static EMPTY: Vec<f64> = Vec::new();

/// A list over 1, 2, 3, ….
fn numbered(list: &[f64], colour: Colour) -> Mark {
    let points: Vec<(f64, f64)> = list.iter().zip(1..).map(|(y, i)| (f64::from(i), *y)).collect();
    Mark::new(if list.len() > MOST_DOTS { Form::Line(points) } else { Form::DottedLine(points) }, colour)
}

fn labels(results: &PairResults) -> Picture {
    let labels = &results.labels;
    let n = labels.labels.len();
    let of = results.comparison.count("n_labels");
    let [a, b] = &labels.correlations;
    let difference: Vec<Vec<Option<f64>>> = a
        .iter()
        .zip(b)
        .map(|(a, b)| a.iter().zip(b).map(|(a, b)| Some(b.as_ref()? - a.as_ref()?)).collect())
        .collect();
    let panels = [("label_correlation_a", a), ("label_correlation_b", b), ("b − a", &difference)];
    let panels = panels.map(|(title, matrix)| match matrix.iter().flatten().any(Option::is_some) {
        true => label_panel(title, &labels.labels, matrix),
        false => Panel::empty(title, "the logits do not vary over the inputs"),
    });
    let colours =
        Colours { label: "correlation over inputs".into(), scale: Scale::Linear, range: (-1.0, 1.0) };
    let selection =
        if n < of { format!("{n} of {of} labels, those that vary most. ") } else { String::new() };
    Picture {
        name: "labels",
        title: "Label geometry",
        caption: format!(
            "{selection}Which labels each model raises and lowers together: the correlation over inputs of the centred logits of two \
             labels. That is the cosine of their unembeddings in the metric of Cov(f): unlike plain cosines, no change of basis alters it. \
             Both models have the same order, in which neighbours are alike."
        ),
        figure: Figure::new(Width::Full, panels.into()).coloured(colours),
    }
}

/// A matrix with its first row on top.
fn label_panel(title: &str, labels: &[usize], matrix: &[Vec<Option<f64>>]) -> Panel {
    let n = labels.len();
    let every = n.div_ceil(MOST_NAMES).max(1);
    let names = |place: &dyn Fn(usize) -> usize| -> Vec<(f64, String)> {
        (0..n).step_by(every).map(|i| (place(i) as f64, labels[i].to_string())).collect()
    };
    let axis = |ticks| Axis { scale: Scale::Places, ..Axis::linear("label") }.ticked(ticks);
    let values = matrix.iter().rev().flatten().copied().collect();
    Panel::new(title, axis(names(&|i| i)), axis(names(&|i| n - 1 - i)))
        .with(Mark::new(Form::Tiles(Tiles { columns: n, values, written: false }), GREY))
        .shaped(1.0)
}

fn inputs(results: &PairResults) -> Picture {
    let inputs = &results.inputs;
    let kl = [inputs.kl_values(0), inputs.kl_values(1)];
    let lists = [
        List { token: "d_logit_x", of_pair: "d_logit", colour: INK, values: &inputs.d_logit_x },
        List { token: "kl_ab_x", of_pair: "kl_ab", colour: MODELS[0], values: &kl[0] },
        List { token: "kl_ba_x", of_pair: "kl_ba", colour: MODELS[1], values: &kl[1] },
    ];
    let worst =
        [inputs.worst_by_logit_distance(NAMED), inputs.worst_by_kl(0, NAMED), inputs.worst_by_kl(1, NAMED)];
    let value_at = |list: usize, x: usize| match list {
        0 => Some(inputs.d_logit_x[x]),
        _ => inputs.kl_at(x).map(|kl| kl[list - 1]),
    };
    let panel = |label: &str, shown: std::ops::Range<usize>| {
        let Some(mut panel) = histogram(label, &lists[shown.clone()]) else {
            let reason = match lists[shown.start].values.len() {
                0 => "it was computed at no input".to_owned(),
                1 => "it is 0 at the only input".to_owned(),
                n => format!("it is 0 at all {n} inputs"),
            };
            return Panel::empty(lists[shown.start].token, reason);
        };
        for list in shown.clone() {
            let List { of_pair, colour, .. } = lists[list];
            if let Some(value) = results.comparison.value(of_pair).filter(|x| *x > 0.0) {
                panel = panel.with(Mark::new(Form::Vertical(value), colour).labelled(of_pair).dashed());
            }
            let at = worst[list].iter().filter_map(|x| Some(Point::at(value_at(list, *x)?, 0.0))).collect();
            panel = panel.with(Mark::new(Form::Points(at, Shape::Triangle), colour));
        }
        panel.title = worst_title(shown.map(|list| (lists[list].token, &worst[list][..])));
        panel
    };
    let zeros = lists.iter().filter_map(|list| {
        let (zeros, all) = (list.values.iter().filter(|x| **x == 0.0).count(), list.values.len());
        (zeros > 0 && zeros < all).then(|| format!("{} is 0 at {zeros} of {all} inputs", list.token))
    });
    let zeros: Vec<String> = zeros.collect();
    let note =
        if zeros.is_empty() { String::new() } else { format!("Not on the axis: {}.", zeros.join("; ")) };
    Picture {
        name: "inputs",
        title: "Distances at each input",
        caption: "How many inputs are how far apart. Dashed: the value of the pair, a root mean square for d_logit and a mean for KL. \
                  Triangles: the inputs that are named, where the models are furthest apart. A mean far to the right of the bulk rests on few \
                  inputs."
            .into(),
        figure: Figure::new(Width::Full, vec![panel("d_logit_x (nats)", 0..1), panel("KL at x (nats)", 1..3)]).noted(note),
    }
}

/// Values at the inputs, their token, and that of the value of the pair.
#[derive(Clone, Copy)]
struct List<'a> {
    token: &'static str,
    of_pair: &'static str,
    colour: Colour,
    values: &'a [f64],
}

/// `furthest apart at inputs 3, 17 (kl_ab_x); …`, with as many inputs as there is room for.
fn worst_title<'a>(lists: impl Iterator<Item = (&'static str, &'a [usize])>) -> String {
    const MOST_CHARACTERS: usize = 56;
    let lists: Vec<_> = lists.filter(|(_, worst)| !worst.is_empty()).collect();
    let title = |most: usize| {
        let part = |(token, worst): &(&str, &[usize])| {
            let worst: Vec<String> = worst.iter().take(most).map(usize::to_string).collect();
            format!("{token} at {}", worst.join(", "))
        };
        format!("largest {}", lists.iter().map(part).collect::<Vec<_>>().join("; "))
    };
    if lists.is_empty() {
        return String::new();
    }
    let fitting = (1..=NAMED).rev().map(title).find(|t| t.chars().count() <= MOST_CHARACTERS);
    fitting.unwrap_or_default()
}

/// Outlines of the histograms of several lists over the same bins. `None` if all values are 0.
fn histogram(label: &str, lists: &[List<'_>]) -> Option<Panel> {
    let bins = LogBins::of(lists.iter().flat_map(|list| list.values.iter().copied()))?;
    let counts: Vec<Vec<usize>> =
        lists.iter().map(|list| bins.counts(list.values.iter().copied()).bins).collect();
    let outline = |counts: &[usize]| {
        let mut points = vec![(bins.edges(0)[0], 0.0)];
        for (i, count) in counts.iter().enumerate() {
            points.extend(bins.edges(i).map(|edge| (edge, *count as f64)));
        }
        points.push((bins.edges(bins.count() - 1)[1], 0.0));
        points
    };
    let highest = counts.iter().flatten().max().map_or(1.0, |most| 1.05 * *most as f64);
    let ends = (bins.edges(0)[0], bins.edges(bins.count() - 1)[1]);
    let x = Axis::log(label).ticked(fine_ticks(ends.0, ends.1));
    let panel = Panel::new("", x, Axis::linear("inputs").between(0.0, highest));
    Some(lists.iter().zip(&counts).fold(panel, |panel, (list, counts)| {
        panel.with(Mark::line(outline(counts), list.colour).labelled(list.token))
    }))
}

/// Ticks at 1, 2, 3, 5 and 7 times a power of ten for a logarithmic axis of less than two decades; none, for the axis to choose,
/// otherwise.
fn fine_ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    if high / low > 60.0 || !(1e-3..1e4).contains(&low) {
        return Vec::new();
    }
    let powers = low.log10().floor() as i32..=high.log10().floor() as i32;
    let all = powers.flat_map(|power| [1.0, 2.0, 3.0, 5.0, 7.0].map(|m| (m, power)));
    let ticks: Vec<(f64, String)> = all
        .map(|(m, power)| (m * 10f64.powi(power), power))
        .filter(|(x, _)| (low..=high).contains(x))
        .map(|(x, power)| (x, format!("{x:.*}", (-power).max(0) as usize)))
        .collect();
    if ticks.len() < 2 { Vec::new() } else { ticks }
}

fn divergence(results: &PairResults) -> Picture {
    let inputs = &results.inputs;
    let shown = shown_inputs(results);
    let panels = ["kl_ab_x", "kl_ba_x"].into_iter().enumerate();
    let panels = panels.map(|(direction, token)| divergence_panel(inputs, &shown, direction, token));
    let (shown, of) = (shown.len(), inputs.kl.len());
    let note = match shown < of {
        true => format!("{shown} of {of} inputs: the worst, and others evenly spread."),
        false => String::new(),
    };
    Picture {
        name: "divergence",
        title: "KL divergence against logit distance",
        caption: "Every input. At none is the KL divergence more than a quarter of the squared logit distance, the line (T10 at each input). \
                  Inputs far below the line differ on labels that the first model finds unlikely: KL hardly sees them, the logit distance \
                  does."
            .into(),
        figure: Figure::new(Width::Full, panels.collect()).noted(note),
    }
}

fn divergence_panel(inputs: &Inputs, shown: &[usize], direction: usize, token: &'static str) -> Panel {
    let place = |x: &usize| Some((*x, inputs.d_logit_x[*x], inputs.kl_at(*x)?[direction]));
    let positive =
        || inputs.kl.iter().map(|(x, _)| inputs.d_logit_x[*x]).filter(|d| *d > 0.0 && d.is_finite());
    let (least, most) = (positive().fold(f64::INFINITY, f64::min), positive().fold(0.0, f64::max));
    if most == 0.0 {
        let reason = match inputs.kl.is_empty() {
            true => "it was computed at no input",
            false => "the models are equal at every input",
        };
        return Panel::empty(token, reason);
    }
    let bound = |d: f64| (d, 0.25 * d * d);
    let points = shown.iter().filter_map(place).map(|(_, d, kl)| Point::at(d, kl)).collect();
    let named: Vec<(usize, f64, f64)> = named_inputs(inputs, direction).iter().filter_map(place).collect();
    let rings = named.iter().map(|(_, d, kl)| Point::at(*d, *kl)).collect();
    let x = Axis::log("d_logit_x (nats)").ticked(fine_ticks(least, most));
    let panel = Panel::new(token, x, Axis::log("KL at x (nats)"))
        .with(Mark::line(vec![bound(least), bound(most)], GREY).labelled("kl_from_logit"))
        .with(Mark::points(points, MODELS[direction]))
        .with(Mark::new(Form::Points(rings, Shape::Ring), INK));
    named
        .into_iter()
        .fold(panel, |panel, (x, d, kl)| panel.with(Mark::new(Form::Text(d, kl, format!(" {x} ")), INK)))
}

/// The inputs in the scatter plot, rising: all, or the worst and evenly spread ones.
fn shown_inputs(results: &PairResults) -> Vec<usize> {
    let inputs = &results.inputs;
    let all = inputs.kl.len();
    let worst = MOST_POINTS / 20;
    let spread = MOST_POINTS - 3 * worst;
    let mut shown: Vec<usize> = match all <= MOST_POINTS {
        true => inputs.kl.iter().map(|(x, _)| *x).collect(),
        false => (0..spread).map(|i| inputs.kl[i * all / spread].0).collect(),
    };
    if all > MOST_POINTS {
        shown
            .extend(inputs.worst_by_logit_distance(worst).into_iter().filter(|x| inputs.kl_at(*x).is_some()));
        shown.extend([0, 1].into_iter().flat_map(|direction| inputs.worst_by_kl(direction, worst)));
        shown.sort_unstable();
        shown.dedup();
    }
    shown
}

/// The inputs named in the scatter plot: where KL is largest and where the logit distance is, as far as the names do not collide.
fn named_inputs(inputs: &Inputs, direction: usize) -> Vec<usize> {
    let mut named: Vec<usize> = Vec::new();
    let far = |x: usize, y: usize| -> bool {
        let kl = |x: usize| inputs.kl_at(x).map_or(0.0, |kl| kl[direction]);
        let apart = |a: f64, b: f64| (a / b).ln().abs();
        apart(inputs.d_logit_x[x], inputs.d_logit_x[y]) > 0.5 || apart(kl(x), kl(y)) > 1.0
    };
    for x in inputs.worst_by_kl(direction, NAMED).into_iter().chain(inputs.worst_by_logit_distance(1)) {
        if inputs.kl_at(x).is_some_and(|kl| kl[direction] > 0.0) && named.iter().all(|y| far(x, *y)) {
            named.push(x);
        }
    }
    named
}
