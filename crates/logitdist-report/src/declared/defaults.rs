//! The pictures that a study has without being asked: the bounds over its axes.

use super::{Declared, DrawnPanel, resolve};
use crate::view::View;
use logitdist::{BoundSide, theorem};
use logitdist_results::{PlotSpec, Study};

/// The similarity that certificates are about before all others.
const EMBEDDINGS: &str = "m_cca";

/// The most axes that pictures are drawn over.
const MOST_AXES: usize = 4;

/// The most values of an axis that a map has room for.
const MOST_OF_A_MAP: usize = 40;

/// What is certified and how tight bounds are over each axis, and the sharpest certificate over two. One that has nothing to show is left out.
pub fn defaults(study: &Study) -> Vec<Declared> {
    let shows = |picture: &Declared| {
        let several = |panel: &DrawnPanel| panel.curves.len() > 1;
        let is_two = picture.rows.is_some() || picture.colour.is_some_and(|colour| colour < study.axes.len());
        // Over two axes there is something to see where both have several values.
        !is_two || picture.numbers(study).is_some_and(|drawn| drawn.panels.iter().any(several))
    };
    specs(study).iter().filter_map(|spec| resolve(study, spec).ok()).filter(shows).collect()
}

fn specs(study: &Study) -> Vec<PlotSpec> {
    let axes: Vec<&str> = study
        .varied_of_pairs()
        .into_iter()
        .take(MOST_AXES)
        .map(|axis| study.axes[axis].name.as_str())
        .collect();
    let of = |bounds: &[String], y: &str, x: &str, name: String| PlotSpec {
        name: Some(name),
        bounds: bounds.to_vec(),
        y: Some(y.to_owned()),
        x: Some(x.to_owned()),
        ..PlotSpec::default()
    };
    let tokens = || study.bounds.iter().map(|(token, _)| token);
    let side = |token: &str| theorem(token).map(|row| row.side);
    let above: Vec<String> =
        tokens().filter(|token| side(token) == Some(BoundSide::AtMost)).cloned().collect();
    let mut specs = Vec::new();
    for certified in certified(study) {
        let own: Vec<String> =
            tokens().filter(|token| side(token) == Some(BoundSide::AtLeast(certified))).cloned().collect();
        if let ([x, second, ..], Some(sharpest), EMBEDDINGS) = (&axes[..], own.last(), certified) {
            let two = of(std::slice::from_ref(sharpest), "certified", x, format!("{certified}-{x}-{second}"));
            specs.push(PlotSpec { colour: Some((*second).to_owned()), ..two });
        }
        // Of other similarities than that of the embeddings, the first axis is enough.
        let drawn = if certified == EMBEDDINGS { axes.len() } else { axes.len().min(1) };
        let over = |x: &&str| of(&own, "certified", x, format!("{certified}-{x}"));
        specs.extend(axes[..drawn].iter().map(over));
    }
    for x in &axes {
        let tightness = of(&above, "tightness", x, format!("tightness-{x}"));
        specs.push(PlotSpec { colour: Some("bound".into()), panels: Some("family".into()), ..tightness });
    }
    if let ([x, second, ..], Some(sharpest)) =
        (&axes[..], tokens().rfind(|t| side(t) == Some(BoundSide::AtLeast(EMBEDDINGS))))
    {
        let few =
            |name: &str| study.axis(name).is_some_and(|axis| study.axes[axis].values.len() <= MOST_OF_A_MAP);
        if few(x) && few(second) {
            let map = of(std::slice::from_ref(sharpest), "certified", x, format!("map-{x}-{second}"));
            specs.push(PlotSpec { rows: Some((*second).to_owned()), ..map });
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
