//! How replicates are drawn beside the middle of them: so that bands never hide each other.

use super::Declared;
use super::items::Coordinates;
use super::numbers::{Curve, CurvePoint, DrawnPanel, FEW};
use super::styles::Styles;
use crate::plot::{Axis, Mark, Scale};
use std::collections::BTreeSet;

/// The most curves of a panel that have bands, and bars: more would hide each other.
pub const MOST_BANDS: usize = 2;
pub const MOST_BARS: usize = 4;

/// How far bars of several curves are apart, as a share of the axis.
const APART: f64 = 0.012;

/// What shows the replicates of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Nothing, as there is none.
    Nowhere,
    /// Nothing, as it would hide what is drawn.
    LeftOut,
    /// An area.
    Band,
    /// A line for each value.
    Bars,
}

impl Spread {
    /// That of a panel.
    pub fn of(c: &Coordinates<'_>, picture: &Declared, panel: &DrawnPanel) -> Spread {
        let places = || panel.curves.iter().flat_map(|curve| &curve.places);
        let are_few = places().all(|place| place.n < FEW);
        // One that is nowhere wider than its line is none.
        let is_wide = places().filter_map(|place| place.ends).any(|(low, high)| high > low);
        match panel.curves.len() > MOST_BANDS {
            _ if !is_wide => Spread::Nowhere,
            _ if is_crowded(c, picture, panel) => Spread::LeftOut,
            true => Spread::Bars,
            false if !has_numbers(c, picture, panel) => Spread::Bars,
            false if are_few && !picture.interval => Spread::Bars,
            false => Spread::Band,
        }
    }

    /// A panel without the ends that are not drawn.
    pub fn drawn(self, panel: &DrawnPanel) -> DrawnPanel {
        let mut panel = panel.clone();
        if self == Spread::LeftOut {
            panel.curves.iter_mut().flat_map(|curve| &mut curve.places).for_each(|place| place.ends = None);
        }
        panel
    }

    /// How far a curve is moved along an axis from one end to the other, so that no bar hides another.
    pub fn moved(self, curve: usize, curves: usize) -> f64 {
        match self {
            Spread::Bars => APART * (curve as f64 - (curves as f64 - 1.0) / 2.0),
            Spread::Nowhere | Spread::LeftOut | Spread::Band => 0.0,
        }
    }

    /// The marks of a curve.
    pub fn marks(self, styles: &Styles, curve: &Curve, at: impl Fn(&CurvePoint) -> f64) -> Vec<Mark> {
        let ends = curve.places.iter().filter_map(|place| Some((at(place), place.ends?)));
        let ends: Vec<(f64, f64, f64)> = ends.map(|(x, (low, high))| (x, low, high)).collect();
        let is_wide = ends.iter().any(|(_, low, high)| high > low);
        match self {
            Spread::Nowhere | Spread::LeftOut => Vec::new(),
            _ if !is_wide => Vec::new(),
            own => styles.intervals(curve, ends, own == Spread::Bars),
        }
    }
}

/// Whether a panel has more curves than may have bars, and no intervals of means, which are not left out.
fn is_crowded(c: &Coordinates<'_>, picture: &Declared, panel: &DrawnPanel) -> bool {
    panel.curves.len() > MOST_BARS && !picture.interval && has_numbers(c, picture, panel)
}

/// Whether the places of a panel are numbers.
pub fn has_numbers(c: &Coordinates<'_>, picture: &Declared, panel: &DrawnPanel) -> bool {
    let levels = c.levels(picture.x);
    xs(panel).into_iter().all(|x| levels[x].parse::<f64>().is_ok())
}

/// The places of a panel.
pub fn xs(panel: &DrawnPanel) -> BTreeSet<usize> {
    panel.curves.iter().flat_map(|curve| &curve.places).map(|place| place.x).collect()
}

/// An axis that curves are moved along by shares of it.
pub struct Along {
    is_log: bool,
    /// Where there are places, rising: in logarithms on a logarithmic axis.
    places: Vec<f64>,
}

/// How far the outermost curve may be moved towards a neighbour, as a share of the way; those between keep their distances in proportion.
const TOWARDS_NEIGHBOUR: f64 = 0.3;

impl Along {
    pub fn of(axis: &Axis, panel: &DrawnPanel, at: &dyn Fn(usize) -> f64) -> Along {
        let is_log = axis.scale == Scale::Log;
        let places = xs(panel).into_iter().map(at).filter(|&x| !is_log || x > 0.0);
        let mut places: Vec<f64> = places.map(|x| if is_log { x.ln() } else { x }).collect();
        places.sort_unstable_by(f64::total_cmp);
        Along { is_log, places }
    }

    pub fn moved(&self, x: f64, share: f64) -> f64 {
        let (Some(least), Some(most)) = (self.places.first(), self.places.last()) else { return x };
        if share == 0.0 || (self.is_log && x <= 0.0) {
            return x;
        }
        let own = if self.is_log { x.ln() } else { x };
        let gaps = self.places.iter().map(|place| (place - own).abs());
        let nearest = gaps.filter(|&gap| gap > 0.0).fold(f64::INFINITY, f64::min);
        let outermost = APART * (MOST_BARS as f64 - 1.0) / 2.0 * (most - least);
        let narrowed = (TOWARDS_NEIGHBOUR * nearest / outermost).min(1.0);
        let by = share * (most - least) * narrowed;
        if self.is_log { (own + by).exp() } else { own + by }
    }
}

/// The least and the greatest of some values.
pub fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_place_is_moved_to_its_neighbour() {
        let along = |is_log: bool, places: &[f64]| {
            let places = places.iter().map(|&x: &f64| if is_log { x.ln() } else { x }).collect();
            Along { is_log, places }
        };
        let few = along(true, &[4.0, 17.0, 20.0, 1e4]);
        // 17 is close to 20, and 1e4 to nothing.
        let towards = |from: f64, to: f64, way: f64| from * (to / from).powf(way);
        for (share, way) in [(0.018, 0.3), (0.006, 0.1), (-0.006, -0.1)] {
            assert!((few.moved(17.0, share) / towards(17.0, 20.0, way) - 1.0).abs() < 1e-12);
            assert!((few.moved(20.0, -share) / towards(20.0, 17.0, way) - 1.0).abs() < 1e-12);
            assert!((few.moved(1e4, share) / towards(1e4, 1e4 * 2500.0, share) - 1.0).abs() < 1e-12);
        }
        assert_eq!((few.moved(17.0, 0.0), few.moved(0.0, 0.01)), (17.0, 0.0));
        assert_eq!(along(false, &[1.0, 2.0, 11.0]).moved(11.0, 0.01), 11.1);
        assert_eq!(along(false, &[3.0]).moved(3.0, 0.01), 3.0);
    }
}
