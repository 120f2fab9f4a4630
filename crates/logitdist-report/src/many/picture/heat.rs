//! A measure of all pairs, as colours.

use super::{brief, shown};
use crate::many::distances::distances;
use crate::many::linkage::{average_linkage, leaf_order};
use crate::plot::palette::GREY;
use crate::plot::{Axis, Colours, Figure, Form, Mark, Panel, Scale, Tiles, Width};
use crate::view::{Choice, View};
use crate::words;
use logitdist::{Same, measure};
use logitdist_results::many::ManyComparisons;

/// Beside the measure that ranks.
const OTHERS: [&str; 4] = ["d_logit", "m_cca", "kl_ab", "top1_agreement"];

/// More models than this have a picture as wide as a page.
const MOST_IN_A_COLUMN: usize = 8;

/// Distances under this share of the largest have the colour of it.
const SMALLEST: f64 = 1e-4;

/// A heat map of one measure.
pub struct Heat {
    token: &'static str,
}

impl View<ManyComparisons> for Heat {
    const VIEW: &'static str = "heat";
    const TITLE: &'static str = "All pairs";
    /// The order of the models, and the values in it; none on the diagonal.
    type Numbers = (Vec<usize>, Vec<Vec<Option<f64>>>);

    fn all(many: &ManyComparisons) -> Vec<Heat> {
        if !many.all {
            return Vec::new();
        }
        shown(many, &OTHERS).into_iter().map(|token| Heat { token }).collect()
    }

    fn title(&self, _: &ManyComparisons) -> String {
        format!("{} of all pairs", self.token)
    }

    fn choice(&self, _: &ManyComparisons) -> Vec<Choice> {
        vec![("measure", self.token.to_owned())]
    }

    fn question(&self, many: &ManyComparisons) -> String {
        let order = match distances(many).first() {
            Some(_) => "Models that a dendrogram merges early stand beside each other.",
            None => "Models stand in the order in which they were given.",
        };
        let direction =
            if self.token.ends_with("_ab") { " From the row's model to the column's." } else { "" };
        format!(
            "Which models are alike: {} of each pair. {order}{direction}",
            words::measure_name(self.token)
        )
    }

    fn numbers(&self, many: &ManyComparisons) -> Option<Self::Numbers> {
        let count = many.models.len();
        let order = distances(many).first().map_or_else(
            || (0..count).collect(),
            |distances| leaf_order(count, &average_linkage(&distances.of)),
        );
        let square = many.square(self.token);
        let value = |i: usize, j: usize| square[i][j].filter(|x| i != j && x.is_finite());
        let rows: Vec<Vec<Option<f64>>> =
            order.iter().map(|&i| order.iter().map(|&j| value(i, j)).collect()).collect();
        rows.iter().flatten().any(Option::is_some).then_some((order, rows))
    }

    fn figures(&self, many: &ManyComparisons, (order, rows): &Self::Numbers) -> Vec<Figure> {
        let names: Vec<String> = order.iter().map(|&i| brief(&many.models[i].short)).collect();
        let upwards: Vec<&String> = names.iter().rev().collect();
        let values = rows.iter().rev().flatten().copied().collect();
        let tiles = Tiles { columns: names.len(), values, written: false };
        let panel = Panel::new("", Axis::places("", &names), Axis::places("", &upwards))
            .with(Mark::new(Form::Tiles(tiles), GREY))
            .shaped(1.0);
        let width = if names.len() > MOST_IN_A_COLUMN { Width::Full } else { Width::Column };
        vec![Figure::new(width, vec![panel]).coloured(colours(self.token, rows))]
    }
}

/// From the least to the largest value; by their logarithms where distances differ much.
fn colours(token: &str, rows: &[Vec<Option<f64>>]) -> Colours {
    let all = || rows.iter().flatten().flatten().copied();
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let is_distance = measure(token).is_some_and(|(row, _)| matches!(row.same, Same::Zero(_)));
    let scale = if is_distance && low > 0.0 && high > 20.0 * low { Scale::Log } else { Scale::Linear };
    // Models that are all but equal leave the others' colours apart.
    let low = if scale == Scale::Log { low.max(SMALLEST * high) } else { low };
    // All of one value need a range, too.
    let beside = |x: f64| 0.5 * x.abs().max(1e-3);
    let range = if low < high { (low, high) } else { (low - beside(low), high + beside(high)) };
    Colours { label: token.to_owned(), scale, range }
}
