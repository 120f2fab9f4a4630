//! Spectra and canonical correlations.

use super::{MODELS, whole_ticks};
use crate::plot::palette::{GREEN, INK, PURPLE};
use crate::plot::{Axis, Colour, Figure, Form, Mark, Panel, Width};
use crate::view::View;
use logitdist_results::pair::PairResults;
use logitdist_results::pair::Spectra;

/// The most points of a line that are drawn as dots, too.
const MOST_DOTS: usize = 64;

/// Variances and canonical correlations, direction by direction.
pub struct Directions;

impl View<PairResults> for Directions {
    const VIEW: &'static str = "spectra";
    const TITLE: &'static str = "Spectra and canonical correlations";
    /// As they stand in the file.
    type Numbers = Spectra;

    fn all(_: &PairResults) -> Vec<Directions> {
        vec![Directions]
    }

    fn question(&self, _: &PairResults) -> String {
        "Left: how the variance of each model's centred logits is spread over directions; in weak directions little distance can \
         cost much correlation. Right: how far each direction of one model is a linear function of the other, 1 = wholly."
            .into()
    }

    fn numbers(&self, results: &PairResults) -> Option<Self::Numbers> {
        Some(results.spectra.clone())
    }

    fn figures(&self, _: &PairResults, lists: &Self::Numbers) -> Vec<Figure> {
        vec![Figure::new(Width::Full, vec![spectra(lists), correlations(lists)])]
    }
}

fn spectra(lists: &Spectra) -> Panel {
    let (a, b) = (&lists.spectrum_a, &lists.spectrum_b);
    let title = "spectra of the centred logits";
    if a.is_empty() && b.is_empty() {
        return Panel::empty(title, "the logits of both models are constant");
    }
    let values = || a.iter().chain(b).copied();
    let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let sigma = Axis::log("variance σ (nats²)");
    // Eigenvalues that are nearly equal should look so.
    let sigma = if most < 2.0 * least { sigma.between(least / 2.0, 2.0 * most) } else { sigma };
    let panel = Panel::new(title, position(a.len().max(b.len())), sigma);
    [("model a", a), ("model b", b)].into_iter().zip(MODELS).fold(panel, |panel, ((name, list), colour)| {
        if list.is_empty() {
            return panel;
        }
        let mark = numbered(list, colour).labelled(name);
        // Dashed, so that the other shows where they are equal.
        panel.with(if name == "model b" { mark.dashed() } else { mark })
    })
}

fn correlations(lists: &Spectra) -> Panel {
    let Spectra { rho, rho_logits, rho_unembeddings, .. } = lists;
    let all = || rho.iter().chain(rho_logits).chain(rho_unembeddings);
    let title = "canonical correlations";
    let Some(least) = all().copied().min_by(f64::total_cmp) else {
        return Panel::empty(title, "one of the models is constant");
    };
    let from = [0.99, 0.9, 0.5].into_iter().find(|from| *from <= least).unwrap_or(0.0);
    let longest = rho.len().max(rho_logits.len()).max(rho_unembeddings.len());
    let panel =
        Panel::new(title, position(longest), Axis::linear("canonical correlation ρ").between(from, 1.0));
    let same = rho.len() == rho_logits.len() && rho.iter().zip(rho_logits).all(|(x, y)| (x - y).abs() < 1e-6);
    let lines = [
        (if same { "embeddings and logits" } else { "embeddings" }, &rho[..], GREEN),
        ("logits", if same { &[] } else { &rho_logits[..] }, INK),
        ("unembeddings", rho_unembeddings, PURPLE),
    ];
    lines.into_iter().filter(|(_, list, _)| !list.is_empty()).fold(panel, |panel, (name, list, colour)| {
        let mark = numbered(list, colour).labelled(name);
        panel.with(if name == "unembeddings" { mark.dashed() } else { mark })
    })
}

/// Places 1, 2, 3, … up to the length of the longest list.
fn position(longest: usize) -> Axis {
    Axis::linear("direction").ticked(whole_ticks(longest)).between(0.5, longest as f64 + 0.5)
}

/// A list over 1, 2, 3, ….
fn numbered(list: &[f64], colour: Colour) -> Mark {
    let points: Vec<(f64, f64)> = list.iter().zip(1..).map(|(y, i)| (f64::from(i), *y)).collect();
    Mark::new(if list.len() > MOST_DOTS { Form::Line(points) } else { Form::DottedLine(points) }, colour)
}
