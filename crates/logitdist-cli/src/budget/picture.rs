//! What is certified at every distance, and where the budgets are.

use super::Found;
use super::need::Budget;
use logitdist::bound::{Budgets, Decisions, largest_kl};
use logitdist_report::plot::{Axis, Figure, Mark, Panel, Point, Width, palette};
use std::f64::consts::SQRT_2;
use std::path::Path;

/// What the name of a picture may end in.
pub const ENDINGS: [&str; 2] = ["svg", "png"];

/// How far the curves go beyond the budgets on both sides.
const BEYOND: f64 = 30.0;

/// Points of a curve.
const POINTS: u32 = 241;

/// The picture as a file, an SVG or a PNG by its name.
pub fn drawn(path: &Path, found: &Found, budgets: &Budgets, probes: &[Decisions]) -> Vec<u8> {
    let figure = figure(found, budgets, probes);
    if path.extension().is_some_and(|ending| ending == "svg") {
        figure.to_svg().into_bytes()
    } else {
        figure.to_png()
    }
}

fn figure(found: &Found, budgets: &Budgets, probes: &[Decisions]) -> Figure {
    let of_budgets = found.budgets.iter().filter_map(|b| b.distance.within());
    let distances: Vec<f64> = of_budgets.filter(|distance| *distance > 0.0).collect();
    let Some(least) = distances.iter().copied().min_by(f64::total_cmp) else {
        return Figure::empty("no budget is above 0");
    };
    let most = distances.iter().copied().fold(least, f64::max);
    let (low, high) = ((least / BEYOND).ln(), (most * BEYOND).ln());
    let distances: Vec<f64> =
        (0..POINTS).map(|i| (low + (high - low) * f64::from(i) / f64::from(POINTS - 1)).exp()).collect();
    let at_every = |of: &dyn Fn(f64) -> f64| distances.iter().map(|&d| (d, of(d))).collect::<Vec<_>>();
    let mut kept = vec![("top1_agreement".to_owned(), at_every(&|d| budgets.answers.kept_at(d)))];
    if budgets.m_cca_at(0.0).is_ok() {
        kept.insert(0, ("m_cca".to_owned(), at_every(&|d| budgets.m_cca_at(d).unwrap_or(0.0))));
    }
    for (i, probe) in probes.iter().enumerate() {
        kept.push((format!("probe_kept {i}"), at_every(&|d| probe.kept_at(d))));
    }
    let far = vec![
        ("tv".to_owned(), at_every(&|d| (0.25 * SQRT_2 * d).tanh())),
        ("kl".to_owned(), at_every(&|d| largest_kl(SQRT_2 * d))),
    ];
    let distance = || Axis::log("d_logit (nats)").between(least / BEYOND, most * BEYOND);
    let at_least = Panel::new("at least", distance(), Axis::linear("certified").between(0.0, 1.0));
    let at_most = Panel::new("at most", distance(), Axis::log("certified (kl in nats)"));
    let mut colours = palette::UNORDERED.into_iter().cycle();
    let mut with = |panel: Panel, curves: Vec<(String, Vec<(f64, f64)>)>, is_lower: bool| {
        let panel = curves.into_iter().zip(colours.by_ref()).fold(panel, |panel, ((name, curve), colour)| {
            panel.with(Mark::line(curve, colour).labelled(name))
        });
        let asked = |b: &&Budget| b.is_lower == is_lower;
        let points =
            found.budgets.iter().filter(asked).filter_map(|b| Some(Point::at(b.distance.within()?, b.asked)));
        panel.with(Mark::points(points.collect(), palette::INK))
    };
    Figure::new(Width::Full, vec![with(at_least, kept, true), with(at_most, far, false)])
        .noted("Points: the budgets asked for.")
}
