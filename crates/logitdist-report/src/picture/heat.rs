//! Heat maps: the median of a quantity, or the share of vacuous bounds, over any two axes.

use super::quantity::Quantity;
use super::{axes, certificates_of_m_cca, sample};
use crate::plot::{Axis, Colours, Figure, Form, Mark, Panel, Scale, Tiles, Width, palette};
use crate::view::{Choice, View};
use logitdist_results::{Distribution, Study, StudyAxis};

/// The most values of an axis that a map has room for.
pub const MOST_VALUES: usize = 40;

/// Measures that have a map.
const MEASURES: [&str; 5] = ["m_cca", "d_logit", "kl_ab", "d_ls_ab", "d_rep_ab"];

/// A quantity over two axes.
#[derive(Debug)]
pub struct Maps {
    /// What is shown.
    pub quantity: Quantity,
    /// The two axes.
    pub axes: [usize; 2],
    /// Whether they are those with most values.
    pub is_filed: bool,
}

impl Maps {
    /// The bound or measure; `vacuous` and a bound for a share.
    fn token(&self, study: &Study) -> String {
        match self.quantity {
            Quantity::Bound(bound) => study.bounds[bound].0.clone(),
            Quantity::Vacuous(bound) => format!("vacuous {}", study.bounds[bound].0),
            Quantity::Measure(measure) => study.measures[measure].clone(),
        }
    }
}

impl View<Study> for Maps {
    const VIEW: &'static str = "map";
    const TITLE: &'static str = "map over two axes";
    /// The median, or the mean of shares, per pair of values, the first axis running fastest; `None` where there is none.
    type Numbers = Vec<Option<f64>>;

    fn all(study: &Study) -> Vec<Maps> {
        let varied = axes::drawn(study);
        let bounds = (0..study.bounds.len()).map(Quantity::Bound);
        let vacuous = certificates_of_m_cca().filter_map(|t| study.bound(t.token).map(Quantity::Vacuous));
        let measures = MEASURES.iter().filter_map(|token| study.measure(token).map(Quantity::Measure));
        let pairs = (0..varied.len()).flat_map(|i| (i + 1..varied.len()).map(move |j| (i, j)));
        let pairs: Vec<(usize, usize)> = pairs.collect();
        let of_quantity = |quantity: Quantity| {
            // Over the two axes with most values it is kept as a file.
            let map = |&(i, j): &(usize, usize)| Maps {
                quantity,
                axes: [varied[i], varied[j]],
                is_filed: (i, j) == (0, 1),
            };
            pairs.iter().map(map).collect::<Vec<_>>()
        };
        bounds.chain(vacuous).chain(measures).flat_map(of_quantity).collect()
    }

    fn choice(&self, study: &Study) -> Vec<Choice> {
        let [x, y] = self.axes.map(|axis| study.axes[axis].name.clone());
        vec![("quantity", self.token(study)), ("x", x), ("second", y)]
    }

    fn question(&self, study: &Study) -> String {
        let [x, y] = self.axes.map(|axis| &study.axes[axis].name);
        format!("{} over {x} and {y}.", self.token(study))
    }

    fn numbers(&self, study: &Study) -> Option<Vec<Option<f64>>> {
        let [x, y] = self.axes;
        let sizes = self.axes.map(|axis| study.axes[axis].values.len());
        if sizes.iter().any(|&n| n > MOST_VALUES) {
            return None;
        }
        let mut groups = vec![Distribution::default(); sizes[0] * sizes[1]];
        let mut sums = vec![(0.0, 0u32); sizes[0] * sizes[1]];
        for cell in study.sample() {
            let (Some(i), Some(j)) = (cell.values[x], cell.values[y]) else { continue };
            let place = j * sizes[0] + i;
            for value in self.quantity.of(cell) {
                groups[place].add(value);
                sums[place] = (sums[place].0 + value, sums[place].1 + 1);
            }
        }
        let values: Vec<Option<f64>> = match self.quantity {
            Quantity::Vacuous(_) => {
                sums.iter().map(|&(sum, n)| (n > 0).then(|| sum / f64::from(n))).collect()
            }
            _ => groups.iter().map(|group| group.quantile(0.5)).collect(),
        };
        let has_any = values.iter().flatten().any(|x| x.is_finite());
        has_any.then_some(values)
    }

    fn figures(&self, study: &Study, map: &Vec<Option<f64>>) -> Vec<Figure> {
        let present: Vec<f64> = map.iter().copied().flatten().filter(|x| x.is_finite()).collect();
        let least = present.iter().copied().fold(f64::INFINITY, f64::min);
        let most = present.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let label = self.quantity.label(study);
        let is_share = (0.0..=1.0).contains(&least) && (0.0..=1.0).contains(&most);
        let positive = present.iter().copied().filter(|&x| x > 0.0).fold(f64::INFINITY, f64::min);
        let log = matches!(self.quantity, Quantity::Bound(_) | Quantity::Measure(_))
            && least >= 0.0
            && most > 0.0
            && (most < 0.05 || (positive < 0.01 * most && !label.starts_with("certified")));
        let (scale, range) = match log {
            true => (Scale::Log, (positive, if most > positive { most } else { 10.0 * positive })),
            false if is_share => (Scale::Linear, (0.0, 1.0)),
            false => (Scale::Linear, (least, if most > least { most } else { least + 1.0 })),
        };
        let places = |axis: &StudyAxis| Axis::places(&axis.name, &axis.values);
        let (x, y) = (&study.axes[self.axes[0]], &study.axes[self.axes[1]]);
        let aspect = (y.values.len() as f64 / x.values.len() as f64).clamp(0.35, 1.2);
        let tiles = Tiles { columns: x.values.len(), values: map.clone(), written: true };
        let plot = Panel::new("", places(x), places(y))
            .shaped(aspect)
            .with(Mark::new(Form::Tiles(tiles), palette::GREY));
        let what = if matches!(self.quantity, Quantity::Vacuous(_)) { "" } else { "median " };
        let colours = Colours { label: format!("{what}{label}"), scale, range };
        vec![Figure::new(Width::Column, vec![plot]).coloured(colours).noted(sample::note(study))]
    }

    fn is_filed(&self) -> bool {
        self.is_filed
    }
}
