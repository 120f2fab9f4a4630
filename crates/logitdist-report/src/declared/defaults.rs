//! The pictures that a study has without being asked: the bounds over its axes.

use super::resolve::is_tied;
use super::{Declared, Drawn, DrawnPanel, resolve};
use crate::view::View;
use logitdist::{BoundSide, theorem};
use logitdist_results::{PlotSpec, Study};
use std::cmp::Ordering;

/// The similarity that certificates are about before all others.
const EMBEDDINGS: &str = "m_cca";

/// Of bounds whose values are this far apart, the one that certifies most is drawn.
const ENOUGH: f64 = 0.3;

/// The most axes that pictures are drawn over.
const MOST_AXES: usize = 4;

/// The most values of an axis that a map has room for.
const MOST_OF_A_MAP: usize = 40;

/// What is certified and how tight bounds are over each axis, and the certificate with most to show over two. One in which nothing moves is
/// left out.
pub fn defaults(study: &Study) -> Vec<Declared> {
    let shows = |picture: &Declared| {
        let several = |panel: &DrawnPanel| panel.curves.len() > 1;
        let is_two = picture.rows.is_some() || picture.colour.is_some_and(|colour| colour < study.axes.len());
        let moves = |drawn: &Drawn| match is_two {
            // Over two axes there is something to see where both have several values.
            true => drawn.moves() && drawn.panels.iter().any(several),
            false => drawn.moves(),
        };
        picture.numbers(study).is_some_and(|drawn| moves(&drawn))
    };
    let most_shown = |spec: &PlotSpec| {
        let pictures = spec.bounds.iter().filter_map(|bound| {
            let picture = resolve(study, &PlotSpec { bounds: vec![bound.clone()], ..spec.clone() }).ok()?;
            let (apart, mean) = picture.numbers(study)?.shown();
            Some(((apart.min(ENOUGH), mean), picture))
        });
        let best = pictures.max_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        best.map(|(_, picture)| picture)
    };
    let all = specs(study).into_iter().filter_map(|(spec, bounds)| match bounds {
        Bounds::All => resolve(study, &spec).ok(),
        Bounds::One => most_shown(&spec),
    });
    all.filter(shows).collect()
}

/// Whether a picture is of all its bounds, or of the one with most to show.
enum Bounds {
    All,
    One,
}

fn specs(study: &Study) -> Vec<(PlotSpec, Bounds)> {
    let axes: Vec<&str> = study
        .varied_of_pairs()
        .into_iter()
        .take(MOST_AXES)
        .map(|axis| study.axes[axis].name.as_str())
        .collect();
    // Colours of what the places say already would show nothing.
    let levels = |a: &str, b: &str| {
        let (a, b) = (study.axis(a), study.axis(b));
        study.sample().filter_map(move |cell| cell.values[a?].zip(cell.values[b?]))
    };
    let second = axes.split_first().and_then(|(x, others)| {
        let second = others.iter().find(|second| !is_tied(levels(x, second)))?;
        Some((x, second))
    });
    let of = |bounds: &[String], y: &str, x: &str, name: String| PlotSpec {
        name: Some(name),
        bounds: bounds.to_vec(),
        y: Some(y.to_owned()),
        x: Some(x.to_owned()),
        ..PlotSpec::default()
    };
    let own = |side: BoundSide| -> Vec<String> {
        let tokens = study.bounds.iter().map(|(token, _)| token);
        tokens.filter(|token| theorem(token).is_some_and(|row| row.side == side)).cloned().collect()
    };
    let mut specs = Vec::new();
    for certified in certified(study) {
        let own = own(BoundSide::AtLeast(certified));
        if let (Some((x, second)), EMBEDDINGS) = (second, certified) {
            let two = of(&own, "certified", x, format!("{certified}-{x}-{second}"));
            specs.push((PlotSpec { colour: Some((*second).to_owned()), ..two }, Bounds::One));
        }
        // Of other similarities than that of the embeddings, the first axis is enough.
        let drawn = if certified == EMBEDDINGS { axes.len() } else { axes.len().min(1) };
        let over = |x: &&str| (of(&own, "certified", x, format!("{certified}-{x}")), Bounds::All);
        specs.extend(axes[..drawn].iter().map(over));
    }
    let above = own(BoundSide::AtMost);
    for x in &axes {
        let tightness = of(&above, "tightness", x, format!("tightness-{x}"));
        let tightness = PlotSpec { colour: Some("bound".into()), panels: Some("family".into()), ..tightness };
        specs.push((tightness, Bounds::All));
    }
    if let Some((x, second)) = second {
        let few =
            |name: &str| study.axis(name).is_some_and(|axis| study.axes[axis].values.len() <= MOST_OF_A_MAP);
        if few(x) && few(second) {
            let own = own(BoundSide::AtLeast(EMBEDDINGS));
            let map = of(&own, "certified", x, format!("map-{x}-{second}"));
            specs.push((PlotSpec { rows: Some((*second).to_owned()), ..map }, Bounds::One));
        }
    }
    specs
}

/// The measures that bounds of the study certify, in their order.
fn certified(study: &Study) -> Vec<&'static str> {
    let mut all = Vec::new();
    for (token, _) in &study.bounds {
        if let Some(BoundSide::AtLeast(measure)) = theorem(token).map(|row| row.side)
            && !all.contains(&measure)
        {
            all.push(measure);
        }
    }
    all
}
