//! A declared picture as a figure.

use super::caption::{fixed, of_replicates};
use super::items::Coordinates;
use super::numbers::{Curve, CurvePoint, Drawn, DrawnPanel};
use super::spread::{Along, Spread, ends, has_numbers, xs};
use super::styles::Styles;
use super::{Declared, Quantity};
use crate::picture::{moved, rank};
use crate::plot::{Axis, Colours, Figure, Form, Mark, Panel, Scale, Tiles, Width, palette};
use crate::typeset::{power_of_ten, superscript, typeset};
use crate::words;
use logitdist::theorem;

/// The most lines of a panel, and the most panels of a figure.
const MOST_LINES: usize = 10;
const MOST_PANELS: usize = 12;

/// The part of the distance between two things in a row that the points of one take.
const APART: f64 = 0.5;

/// The most columns of a map as wide as a column of a paper.
const MOST_IN_COLUMN: usize = 18;

/// The most values of a numeric axis that have ticks of their own.
const MOST_TICKS: usize = 9;

/// How far an axis reaches beyond the values, as a share of what they take.
const MARGIN: f64 = 0.05;

/// Values under this share of the largest are easier to see on a logarithmic axis.
const SMALL: f64 = 0.03;

/// Values under this all lie on the foot of an axis from 0 to 1.
const FLAT: f64 = 0.1;

/// The fewest values of which one can be far from all others.
const LEAST_OF_MANY: usize = 4;

/// The figure of what is drawn.
pub fn figure(c: &Coordinates<'_>, picture: &Declared, drawn: &Drawn) -> Figure {
    let left_out = drawn.panels.len().saturating_sub(MOST_PANELS);
    let panels = &drawn.panels[..drawn.panels.len() - left_out];
    let mut figure = match picture.rows {
        Some(rows) => map(c, picture, panels, rows),
        None => lines(c, picture, panels),
    };
    let how = std::mem::take(&mut figure.note);
    let counted = of_replicates(c, picture, drawn);
    let fixed = fixed(c, picture, false);
    let fixed = if fixed.is_empty() { String::new() } else { format!("Fixed: {}.", fixed.join(", ")) };
    let constant: Vec<String> = drawn
        .constant
        .iter()
        .map(|(panel, (low, high))| {
            format!(
                "{} ({})",
                picture.panels.zip(panel.level).map_or_else(String::new, |(own, level)| c.named(
                    own,
                    level,
                    panel.source
                )),
                if typeset(*low) == typeset(*high) {
                    format!("always\u{a0}{}", typeset(*low))
                } else {
                    format!("{} to {}", typeset(*low), typeset(*high))
                }
            )
        })
        .collect();
    let constant = match constant.is_empty() {
        true => String::new(),
        false => format!("Not drawn, as nothing moves: {}.", constant.join(", ")),
    };
    let figure = figure
        .noted(counted)
        .noted(how)
        .noted(fixed)
        .noted(zeros(picture, panels))
        .noted(constant)
        .noted(crate::picture::sample::note(c.study));
    if left_out > 0 { figure.noted(format!("{left_out} more panels are left out.")) } else { figure }
}

fn lines(c: &Coordinates<'_>, picture: &Declared, panels: &[DrawnPanel]) -> Figure {
    let apart = picture.panels == Some(c.family()) || picture.panels == Some(c.bound());
    // What is not drawn takes no room.
    let panels: Vec<DrawnPanel> =
        panels.iter().map(|panel| Spread::of(c, picture, panel).drawn(panel)).collect();
    let all: Vec<&Curve> = panels.iter().flat_map(|panel| &panel.curves).collect();
    let common = vertical(c, picture, &all);
    let shared = Styles::of(c, picture, &all);
    // The key has the levels in their order, whichever panel has them.
    let mut levels: Vec<&Curve> = all.clone();
    levels.sort_by_key(|curve| place_in_key(c, picture, curve));
    levels.dedup_by_key(|curve| curve.level);
    let (mut is_spread, mut is_moved, mut has_strip) = (false, false, false);
    let plots = panels.iter().enumerate().map(|(i, panel)| {
        let mut own: Vec<&Curve> = panel.curves.iter().collect();
        own.sort_by_key(|curve| place_in_key(c, picture, curve));
        let y = if apart { vertical(c, picture, &own) } else { common.clone() };
        let own_styles = Styles::of(c, picture, &own);
        let styles = if apart { &own_styles } else { &shared };
        let (x, at) = horizontal(c, picture, panel);
        let is_nominal = x.scale == Scale::Places && !has_numbers(c, picture, panel);
        let along = Along::of(&x, panel, &at);
        has_strip |= x.scale == Scale::Log && xs(panel).into_iter().any(|x| at(x) <= 0.0);
        let mut plot = Panel::new(title(c, picture, panel), x, y);
        let curves: Vec<&Curve> = spread(own.len(), MOST_LINES).into_iter().map(|i| own[i]).collect();
        is_spread |= is_nominal && curves.len() > 1;
        for curve in levels.iter().filter(|_| i == 0 && !apart) {
            plot = plot.with(styles.mark(curve, Vec::new(), is_nominal));
        }
        plot = unchanged(picture.quantity.of_equal_models(c.study), &plot.x, xs(panel).into_iter().map(&at))
            .into_iter()
            .fold(plot, Panel::with);
        let spread = Spread::of(c, picture, panel);
        is_moved |= spread == Spread::Bars && !is_nominal && curves.len() > 1;
        // Things in a row have no way from one to the next: each has a point, those of several curves a little apart.
        let place = |i: usize, place: &CurvePoint| match is_nominal {
            true => at(place.x) + APART * ((i as f64 + 0.5) / curves.len() as f64 - 0.5),
            false => along.moved(at(place.x), spread.moved(i, curves.len())),
        };
        for (i, curve) in curves.iter().enumerate() {
            plot = spread.marks(styles, curve, |own| place(i, own)).into_iter().fold(plot, Panel::with);
        }
        for (i, curve) in curves.iter().enumerate() {
            let line = curve.places.iter().map(|own| (place(i, own), own.middle)).collect();
            plot = plot.with(styles.mark(curve, line, is_nominal));
        }
        plot.shaped(if panels.len() > 1 { 0.8 } else { 0.7 })
    });
    let heading = picture.colour.map_or_else(String::new, |own| words::heading(c.name(own)));
    let figure = Figure::arranged(with_scales(plots.collect())).headed(heading);
    let figure = if is_spread { figure.noted("Marks of one place stand side by side.") } else { figure };
    if is_moved { figure.noted(moved(has_strip)) } else { figure }
}

/// A line for what equal models have, from the first place to the last.
fn unchanged(value: Option<f64>, x: &Axis, places: impl Iterator<Item = f64>) -> Option<Mark> {
    let (from, to) = ends(places.filter(|at| x.scale != Scale::Log || *at > 0.0));
    let line = Mark::line(vec![(from, value?), (to, value?)], palette::GREY).dashed();
    (from < to).then(|| line.labelled("unchanged model"))
}

/// Panels that say which of them are logarithmic upwards, where others are not.
fn with_scales(panels: Vec<Panel>) -> Vec<Panel> {
    let is_log = |panel: &Panel| panel.y.scale == Scale::Log;
    let differ = panels.iter().any(is_log) && !panels.iter().all(is_log);
    let said = |panel: Panel| match differ && is_log(&panel) {
        true => Panel { title: format!("{} (log\u{a0}axis)", panel.title).trim_start().to_owned(), ..panel },
        false => panel,
    };
    panels.into_iter().map(said).collect()
}

/// What values of 0 are, where there are some.
fn zeros(picture: &Declared, panels: &[DrawnPanel]) -> &'static str {
    let mut places = panels.iter().flat_map(|panel| &panel.curves).flat_map(|curve| &curve.places);
    let is_zero = |place: &CurvePoint| place.middle == 0.0 || place.ends.is_some_and(|(low, _)| low == 0.0);
    match picture.quantity {
        Quantity::Certified | Quantity::Share if places.any(is_zero) => "At 0 nothing is certified.",
        Quantity::Tightness if places.any(is_zero) => {
            "Ratios under 10⁻¹² may be rounding errors, and are drawn as 0."
        }
        _ => "",
    }
}

/// Where a line stands in the key: its level, and of bounds the place that they have in all keys.
fn place_in_key(c: &Coordinates<'_>, picture: &Declared, curve: &Curve) -> (bool, usize, usize) {
    match curve.level {
        Some(bound) if picture.colour == Some(c.bound()) => rank(c.study, bound),
        level => (level.is_some(), level.unwrap_or(0), 0),
    }
}

fn map(c: &Coordinates<'_>, picture: &Declared, panels: &[DrawnPanel], rows: usize) -> Figure {
    let places = || panels.iter().flat_map(|panel| &panel.curves).flat_map(|curve| &curve.places);
    let values: Vec<f64> = places().map(|place| place.middle).filter(|y| y.is_finite()).collect();
    let (least, most) = ends(values.iter().copied());
    let positive = values.iter().copied().filter(|&y| y > 0.0).fold(f64::INFINITY, f64::min);
    let is_log =
        least >= 0.0 && most > 0.0 && positive < SMALL * most && picture.quantity != Quantity::Certified;
    let (scale, range) = match is_log {
        true => (Scale::Log, (positive, if most > positive { most } else { 10.0 * positive })),
        false if picture.quantity.is_share(c.study) => (Scale::Linear, (0.0, 1.0)),
        false => (Scale::Linear, (least, if most > least { most } else { least + 1.0 })),
    };
    let widest = panels.iter().map(|panel| xs(panel).len()).max().unwrap_or(1);
    let highest = panels.iter().map(|panel| panel.curves.len()).max().unwrap_or(1);
    let aspect = (highest as f64 / widest as f64).clamp(0.35, 1.0);
    let plots: Vec<Panel> = panels
        .iter()
        .map(|panel| {
            let columns: Vec<usize> = xs(panel).into_iter().collect();
            let mut values = Vec::new();
            for curve in &panel.curves {
                let at =
                    |x: &usize| curve.places.iter().find(|place| place.x == *x).map(|place| place.middle);
                values.extend(columns.iter().map(at));
            }
            let names: Vec<String> = columns.iter().map(|&x| c.level_words(picture.x, x)).collect();
            let levels = panel.curves.iter().filter_map(|curve| curve.level);
            let lines: Vec<String> = levels.map(|level| c.level_words(rows, level)).collect();
            let tiles = Tiles { columns: names.len(), values, written: true };
            let x = Axis::places(c.words(picture.x, panel.source), &names);
            let y = Axis::places(c.words(rows, panel.source), &lines);
            Panel::new(title(c, picture, panel), x, y)
                .shaped(aspect)
                .with(Mark::new(Form::Tiles(tiles), palette::GREY))
        })
        .collect();
    let label = axis_label(c, picture);
    let label = label.split_once(':').map_or(label.as_str(), |(first, _)| first).to_owned();
    let width = if plots.len() == 1 && widest <= MOST_IN_COLUMN { Width::Column } else { Width::Full };
    let columns = plots.len().min(2);
    Figure::new(width, plots).in_columns(columns).coloured(Colours { label, scale, range })
}

/// The level of a panel in words.
fn title(c: &Coordinates<'_>, picture: &Declared, panel: &DrawnPanel) -> String {
    picture.panels.zip(panel.level).map_or_else(String::new, |(own, level)| c.named(own, level, panel.source))
}

/// What is drawn upwards, and by which bound if all of it is by one.
fn axis_label(c: &Coordinates<'_>, picture: &Declared) -> String {
    let token = |&bound: &usize| c.study.bounds[bound].0.as_str();
    let tokens: Vec<&str> = picture.bounds.iter().map(token).collect();
    let words = picture.quantity.words(c.study, &tokens);
    let chosen = picture.chosen.get(&c.bound()).map(token);
    let one = chosen.or(if let [one] = tokens[..] { Some(one) } else { None });
    one.and_then(theorem).map_or(words.clone(), |row| format!("{words}\u{a0}({})", row.number))
}

/// The axis to the right with where each level stands on it: numbers where they are, names in a row.
fn horizontal(
    c: &Coordinates<'_>,
    picture: &Declared,
    panel: &DrawnPanel,
) -> (Axis, Box<dyn Fn(usize) -> f64>) {
    let label = c.words(picture.x, panel.source);
    let own: Vec<usize> = xs(panel).into_iter().collect();
    let texts: Vec<&str> = own.iter().map(|&x| c.levels(picture.x)[x]).collect();
    let numbers: Option<Vec<f64>> =
        texts.iter().map(|text| text.parse().ok().filter(|x: &f64| x.is_finite())).collect();
    // Two numbers are two things side by side: a scale between them would be invented.
    let numbers = numbers.filter(|numbers| numbers.len() > 2);
    let names: Vec<String> = texts.iter().map(|text| words::value_of(c.name(picture.x), text)).collect();
    let label = if picture.x == c.bound() || picture.x == c.family() { String::new() } else { label };
    let Some(numbers) = numbers else {
        let places = own.clone();
        let at = move |x: usize| places.iter().position(|own| *own == x).unwrap_or(0) as f64;
        let names: Vec<String> = own.iter().map(|&x| c.level_words(picture.x, x)).collect();
        return (Axis::places(label, &short(names)), Box::new(at));
    };
    let positive = || numbers.iter().copied().filter(|&x| x > 0.0);
    let (least, most) = ends(positive());
    let is_log = numbers.iter().all(|&x| x >= 0.0)
        && most >= 10.0 * least
        && c.axis(picture.x).is_some_and(|axis| axis.logarithmic);
    let axis = if is_log { Axis::log(label) } else { Axis::linear(label) };
    // Powers of ten are ticks by themselves.
    let are_decades = is_log && positive().all(|x| power_of_ten(x).is_some());
    let names =
        names.into_iter().zip(&numbers).map(|(name, x)| if is_log { as_power(name, *x) } else { name });
    let ticks = numbers.iter().copied().zip(names).filter(|(x, _)| !is_log || *x > 0.0);
    let axis = match numbers.len() > MOST_TICKS || are_decades || names_are_long(&texts) {
        true => axis,
        false => axis.ticked(ticks.collect()),
    };
    let places: Vec<(usize, f64)> = own.into_iter().zip(numbers).collect();
    let at = move |x: usize| places.iter().find(|(own, _)| *own == x).map_or(f64::NAN, |(_, at)| *at);
    (axis, Box::new(at))
}

/// The name of a tick of a logarithmic axis: a large power of ten as such, which takes least room.
fn as_power(name: String, x: f64) -> String {
    const LARGE: f64 = 1e4;
    let power = power_of_ten(x).filter(|_| x >= LARGE);
    power.map_or(name, |power| format!("10{}", superscript(power)))
}

/// Many names of bounds without what stands in brackets, where they are told apart without it.
fn short(names: Vec<String>) -> Vec<String> {
    let begin = |name: &str| name.split(" (").next().unwrap_or(name).to_owned();
    let is_told = |own: &str| names.iter().filter(|name| begin(name) == own).count() == 1;
    match names.len() > MOST_TICKS {
        true => {
            names.iter().map(|name| if is_told(&begin(name)) { begin(name) } else { name.clone() }).collect()
        }
        false => names,
    }
}

/// Whether numbers have so many digits that they are no ticks.
fn names_are_long(texts: &[&str]) -> bool {
    texts.iter().any(|text| words::value(text).chars().count() > 6)
}

/// The vertical axis of some lines, the same for all panels that have them.
fn vertical(c: &Coordinates<'_>, picture: &Declared, curves: &[&Curve]) -> Axis {
    let label = axis_label(c, picture);
    let places = || curves.iter().flat_map(|curve| &curve.places);
    let middles = || places().map(|place| place.middle);
    let (least, most) = ends(middles().filter(|&y| y > 0.0));
    let own = places().flat_map(|place| match place.ends {
        Some((low, high)) => [low, place.middle, high],
        None => [place.middle; 3],
    });
    let (low, high) = ends(own.chain(picture.quantity.of_equal_models(c.study)));
    let spreads = most > 0.0 && least < SMALL * most;
    let is_led = !picture.quantity.is_share(c.study) && is_led(middles().collect());
    let is_tiny = most > 0.0 && most < FLAT;
    let may_be_log =
        middles().all(|y| y >= 0.0) && picture.quantity != Quantity::Certified && !picture.quantity.is_mean();
    if may_be_log && (spreads || is_tiny || is_led) {
        // Beside a strip of zeros the axis has all that is none.
        let positive =
            places().flat_map(|place| place.ends.map(|(low, high)| [low, high]).unwrap_or_default());
        let from = match low == 0.0 {
            true => positive.filter(|&y| y > 0.0).fold(least, f64::min),
            false if low > 0.0 => low.max(least * SMALL),
            false => least,
        };
        let margin = (high / from).powf(MARGIN).max(1.0 + MARGIN);
        let axis = Axis::log(label);
        return match low == 0.0 {
            true => axis.cut(from / margin, high * margin),
            false => axis.between(from / margin, high * margin),
        };
    }
    match picture.quantity.is_share(c.study) {
        true => Axis::linear(label).between(0.0, 1.0),
        false if high > low => {
            let margin = MARGIN * (high - low);
            let from = if low >= 0.0 && low < high / 2.0 { 0.0 } else { low - margin };
            Axis::linear(label).between(from, high + margin)
        }
        false => Axis::linear(label),
    }
}

/// Whether the greatest of some positive values is further from the next than that is from the least: alone it would set the axis.
fn is_led(mut values: Vec<f64>) -> bool {
    values.sort_by(f64::total_cmp);
    match values[..] {
        [least, .., second, most] if values.len() >= LEAST_OF_MANY => {
            least > 0.0 && most - second > second - least
        }
        _ => false,
    }
}

/// At most `most` of the numbers under `n`, evenly spread, both ends among them.
fn spread(n: usize, most: usize) -> Vec<usize> {
    if n <= most { (0..n).collect() } else { (0..most).map(|i| i * (n - 1) / (most - 1)).collect() }
}
