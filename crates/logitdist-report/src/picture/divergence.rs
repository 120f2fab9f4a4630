//! KL divergence against logit distance, coloured by how alike the embeddings are: small KL says nothing of them, small logit
//! distance does.

use super::sample;
use crate::plot::{Axis, Colours, Figure, Form, Mark, Panel, Point, Scale, Shape, Width, palette};
use crate::view::View;
use crate::words;
use logitdist_results::Study;

/// Cells drawn.
const CELLS_DRAWN: usize = 500;

/// Logit distances under this, and divergences under its square, are rounding errors and drawn as 0.
const ROUNDING: f64 = 1e-12;

fn above_rounding(x: f64, rounding: f64) -> f64 {
    if x < rounding { 0.0 } else { x }
}

/// The family of [B]'s counter-example, E6.
const COUNTER_EXAMPLE: &str = "permuted_clusters";

/// A mark per cell.
#[derive(Debug)]
pub struct Divergences;

impl View<Study> for Divergences {
    const VIEW: &'static str = "divergence";
    const TITLE: &'static str = "Small KL divergence, small logit distance?";
    const FILES: &'static str = "kl-against-d_logit";
    type Numbers = Vec<Divergence>;

    fn all(_: &Study) -> Vec<Divergences> {
        vec![Divergences]
    }

    fn question(&self, _: &Study) -> String {
        "KL divergence against logit distance, a mark for each pair of all sources; the colour says how alike the embeddings are.".into()
    }

    fn needs(&self, _: &Study) -> Option<String> {
        Some("no cell has both kl_ab and d_logit: `measures` of the config leaves probability out, or every cell is not applicable".into())
    }

    fn numbers(&self, study: &Study) -> Option<Vec<Divergence>> {
        let measures = ["d_logit", "kl_ab", "m_cca"].map(|token| study.measure(token));
        let [Some(d_logit), Some(kl), m_cca] = measures else { return None };
        let source = study.axis("source");
        let is_counter_example = |values: &[Option<usize>]| {
            let axis = source.and_then(|axis| Some(study.axes[axis].values[values[axis]?].as_str()));
            axis == Some(COUNTER_EXAMPLE)
        };
        let mut all: Vec<Divergence> = study
            .sample()
            .filter_map(|cell| {
                Some(Divergence {
                    d_logit: above_rounding(cell.measures[d_logit]?, ROUNDING),
                    kl: above_rounding(cell.measures[kl]?, ROUNDING * ROUNDING),
                    m_cca: m_cca.and_then(|m| cell.measures[m]),
                    is_counter_example: is_counter_example(&cell.values),
                    seed: cell.seed,
                })
            })
            .collect();
        all.sort_by_key(|d| (!d.is_counter_example, d.seed));
        all.truncate(CELLS_DRAWN);
        Some(all).filter(|all| !all.is_empty())
    }

    fn figures(&self, study: &Study, all: &Vec<Divergence>) -> Vec<Figure> {
        let point = |d: &Divergence| Point { value: d.m_cca, ..sample::point(&(d.d_logit, d.kl, d.seed)) };
        let range = |of: fn(&Divergence) -> f64| {
            let positive = all.iter().map(of).filter(|&x| x > 0.0 && x.is_finite());
            positive.fold((f64::INFINITY, 0.0f64), |(l, m), x| (l.min(x), m.max(x)))
        };
        let mut plot =
            Panel::new("", Axis::log(words::measure_of("d_logit")), Axis::log(words::measure_of("kl_ab")))
                .shaped(0.9);
        // T10 over all distances that there are.
        let (from, to) = range(|d| d.d_logit);
        if from < to {
            let at = |i: i32| from * (to / from).powf(f64::from(i) / 40.0);
            let curve = (0..=40).map(at).map(|d| (d, d * d / 4.0)).collect();
            plot = plot.with(
                Mark::line(curve, palette::GREY)
                    .dashed()
                    .labelled(format!("at most: {}", words::bound("kl_from_logit"))),
            );
        }
        let (coloured, grey): (Vec<&Divergence>, Vec<&Divergence>) =
            all.iter().partition(|d| d.m_cca.is_some());
        plot = plot.with(Mark::points(coloured.into_iter().map(point).collect(), palette::GREY));
        if !grey.is_empty() {
            let name = format!("{} does not exist", words::measure_name("m_cca"));
            let grey = Mark::points(grey.into_iter().map(point).collect(), palette::GREY);
            plot = plot.with(grey.labelled(name));
        }
        let marked: Vec<Point> =
            all.iter().filter(|d| d.is_counter_example).map(|d| Point::at(d.d_logit, d.kl)).collect();
        if !marked.is_empty() {
            let rings = Mark::new(Form::Points(marked, Shape::Ring), palette::VERMILLION);
            plot = plot.with(rings.labelled(format!("{} (E6)", words::value_of("source", COUNTER_EXAMPLE))));
        }
        let colours =
            Colours { label: words::measure_name("m_cca"), scale: Scale::Linear, range: (0.0, 1.0) };
        let figure = Figure::new(Width::Column, vec![plot]).coloured(colours);
        let figure = match all.iter().any(|d| d.d_logit == 0.0) {
            true => figure.noted("Logit distances under 10⁻¹² nats are rounding errors and drawn as 0."),
            false => figure,
        };
        vec![figure.noted(match study.sample().count() > CELLS_DRAWN {
            true => format!("{CELLS_DRAWN} cells are drawn, chosen by their seeds."),
            false => sample::note(study),
        })]
    }
}

/// A cell's place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergence {
    /// Logit distance in nats.
    pub d_logit: f64,
    /// KL(a ‖ b) in nats.
    pub kl: f64,
    /// Mean canonical correlation of the embeddings.
    pub m_cca: Option<f64>,
    /// Whether it is a pair of the family E6.
    pub is_counter_example: bool,
    /// The cell.
    pub seed: u64,
}
