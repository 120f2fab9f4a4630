//! The pictures of a sweep: first the numbers behind each, then the figure.

mod axes;
pub mod by_axis;
pub mod certificates;
pub mod divergence;
mod family;
pub mod frontier;
pub mod heat;
pub mod quantity;
pub mod training;

pub use family::{Family, families};

use crate::plot::Figure;
use crate::study::Study;
use quantity::Quantity;

/// Axes that pictures are drawn over: those with the most values.
const AXES_DRAWN: usize = 4;

/// What a picture shows, and by what it is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Lhs against rhs.
    Frontier,
    /// Certified against measured correlations.
    Certificates,
    /// Share of vacuous certificates along axes.
    Vacuous,
    /// KL divergence against logit distance.
    Divergence,
    /// All families against an axis.
    Families {
        /// The axis.
        x: String,
        /// The source, where sources have values of their own on the axis; empty otherwise.
        source: String,
    },
    /// A bound against an axis.
    Bound {
        /// The bound.
        bound: String,
        /// The axis.
        x: String,
        /// The axis that has a line per level, or empty.
        lines: String,
    },
    /// What trained networks measured: what of it, and which part of several pictures, from 0.
    Training(training::View, usize),
    /// A quantity over two axes.
    Heat {
        /// The bound or measure; `vacuous` and a bound for a share.
        quantity: String,
        /// The first axis.
        x: String,
        /// The second axis.
        y: String,
    },
}

/// A picture with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// What it shows.
    pub kind: Kind,
    /// Name of its files, without ending.
    pub name: String,
    /// What it shows, in a sentence.
    pub caption: String,
    /// The figure.
    pub figure: Figure,
    /// Whether it is kept as files too: the overviews, and of the others those over the axes with most values.
    pub is_filed: bool,
}

impl Picture {
    /// Whether it has anything to show.
    fn is_empty(&self) -> bool {
        self.figure.panels.iter().all(|panel| panel.empty.is_some())
    }
}

/// All pictures of a study that show something, and the overviews also if they do not: first what trained networks measured, then the overviews.
pub fn pictures(study: &Study) -> Vec<Picture> {
    let mut varied = study.varied_of_pairs();
    varied.truncate(AXES_DRAWN);
    let mut all = training::pictures(study);
    all.extend(overviews(study, &varied));
    for bound in 0..study.bounds.len() {
        for &x in &varied {
            let others = varied.iter().copied().filter(|&lines| lines != x);
            let choices = others.map(Some).chain([None]).map(|lines| of_bound(study, bound, x, lines));
            let mut own: Vec<Picture> = choices.filter(|picture| !picture.is_empty()).collect();
            if let Some(first) = own.first_mut() {
                first.is_filed = true;
            }
            all.extend(own);
        }
    }
    all.extend(heats(study, &varied));
    all
}

fn overviews(study: &Study, varied: &[usize]) -> Vec<Picture> {
    let frontiers = frontier::frontiers(study);
    let certificates = certificates::certificates(study);
    let divergences = divergence::divergences(study);
    let picture = |kind, name: &str, caption: &str, figure| Picture {
        kind,
        name: name.to_owned(),
        caption: caption.to_owned(),
        figure,
        is_filed: true,
    };
    let mut all = vec![
        picture(
            Kind::Divergence,
            "kl-against-d_logit",
            "KL divergence against logit distance; the colour says how alike the embeddings are.",
            divergence::figure(study, &divergences),
        ),
        picture(
            Kind::Frontier,
            "frontier",
            "Tightness frontier: both sides of each bound; published bounds are orange discs, sharpened ones triangles.",
            frontier::figure(study, &frontiers),
        ),
        picture(
            Kind::Certificates,
            "certificates",
            "Mean canonical correlation: measured, and certified from the predictions alone.",
            certificates::figure(study, &certificates),
        ),
        picture(
            Kind::Vacuous,
            "vacuous",
            "Share of certificates that say nothing, along the axes.",
            certificates::vacuous_figure(study, varied),
        ),
    ];
    for &x in varied {
        let apart = study.sources_apart(x);
        let sources = if apart.is_empty() { vec![None] } else { apart.into_iter().map(Some).collect() };
        all.extend(sources.into_iter().map(|source| of_families(study, x, source)));
    }
    all
}

fn of_families(study: &Study, x: usize, source: Option<usize>) -> Picture {
    let axis = &study.axes[x].name;
    let source_name = source.zip(study.sources()).map_or("", |(s, axis)| &study.axes[axis].values[s]);
    let of = if source_name.is_empty() { String::new() } else { format!(" for {source_name}") };
    let curves = by_axis::of_families(study, x, source);
    Picture {
        kind: Kind::Families { x: axis.clone(), source: source_name.to_owned() },
        name: axes::file_name(&["tightness", axis, source_name]),
        caption: format!(
            "Every family of bounds against {axis}{of}: median and 5–95 % band; published bounds are orange, sharpened ones blue and green."
        ),
        figure: by_axis::figure(study, &curves, x),
        is_filed: true,
    }
}

fn of_bound(study: &Study, bound: usize, x: usize, lines: Option<usize>) -> Picture {
    let token = &study.bounds[bound].0;
    let axis = &study.axes[x].name;
    let lines_name = lines.map_or("", |lines| &study.axes[lines].name);
    let per = if lines_name.is_empty() { String::new() } else { format!(", a line per {lines_name}") };
    let curves = by_axis::of_bound(study, bound, x, lines);
    Picture {
        kind: Kind::Bound { bound: token.clone(), x: axis.clone(), lines: lines_name.to_owned() },
        name: axes::file_name(&["tightness", token, axis, lines_name]),
        caption: format!("{token} against {axis}{per}: median and 5–95 % band."),
        figure: by_axis::figure(study, &curves, x),
        is_filed: false,
    }
}

/// Measures that have a map.
const MAPPED: [&str; 5] = ["m_cca", "d_logit", "kl_ab", "d_ls_ab", "d_rep_ab"];

fn heats(study: &Study, varied: &[usize]) -> Vec<Picture> {
    let bounds = (0..study.bounds.len()).map(|b| (Quantity::Bound(b), study.bounds[b].0.clone()));
    let vacuous = certificates::BOUNDS
        .iter()
        .filter_map(|token| study.bound(token).map(|b| (Quantity::Vacuous(b), format!("vacuous {token}"))));
    let measures = MAPPED
        .iter()
        .filter_map(|token| study.measure(token).map(|m| (Quantity::Measure(m), (*token).to_owned())));
    let quantities: Vec<_> = bounds.chain(vacuous).chain(measures).collect();
    let mut all = Vec::new();
    for (quantity, token) in &quantities {
        for (i, &x) in varied.iter().enumerate() {
            for &y in &varied[i + 1..] {
                let (first, second) = (&study.axes[x].name, &study.axes[y].name);
                let map = heat::heat(study, *quantity, x, y);
                all.push(Picture {
                    kind: Kind::Heat { quantity: token.clone(), x: first.clone(), y: second.clone() },
                    name: axes::file_name(&["map", token, first, second]),
                    caption: format!("{token} over {first} and {second}."),
                    figure: heat::figure(study, *quantity, map.as_ref()),
                    is_filed: varied[..2] == [x, y],
                });
            }
        }
    }
    all.retain(|picture| !picture.is_empty());
    all
}
