//! A declared picture on a study: names become positions, and what was left out is chosen.

use super::choose;
use super::items::{Coordinates, Item};
use super::quantity::{OF_BOUNDS, Quantity};
use super::{Declared, numbers};
use logitdist::theorem;
use logitdist_io::did_you_mean;
use logitdist_results::{PlotSpec, Study};
use std::collections::{BTreeMap, BTreeSet};

/// The most values that have a colour each where nobody asked for them.
const MOST_COLOURS: usize = 8;

/// The picture that a declaration means on a study.
///
/// # Errors
/// A name that the study does not have, a combination that has no sense, or a picture without values; with what would be right.
pub fn resolve(study: &Study, spec: &PlotSpec) -> Result<Declared, String> {
    let c = Coordinates::of(study);
    let (quantity, bounds) = quantity(study, spec)?;
    let filter = filter(&c, spec)?;
    let chosen_of = |wanted: &Option<String>, key: &str| match wanted.as_deref() {
        Some(PlotSpec::NONE) => Ok(Some(None)),
        Some(name) => coordinate(&c, name, key).map(|found| Some(Some(found))),
        None => Ok(None),
    };
    let (x, rows) = (chosen_of(&spec.x, "x")?.flatten(), chosen_of(&spec.rows, "rows")?.flatten());
    let (colour, panels) = (chosen_of(&spec.colour, "colour")?, chosen_of(&spec.panels, "panels")?);
    let mut picture = Declared {
        name: String::new(),
        quantity,
        bounds,
        x: 0,
        rows,
        colour: None,
        panels: None,
        filter,
        chosen: BTreeMap::new(),
        interval: spec.interval,
    };
    let items = left(&c, &picture);
    let varies = |coordinate: usize| {
        let levels = items.iter().filter_map(|item| c.level(item, coordinate));
        levels.collect::<BTreeSet<_>>().len() > 1
    };
    if items.is_empty() {
        return Err(format!("no cell has {} with this filter", said(&c, &picture)));
    }
    let asked = [x, rows, colour.flatten(), panels.flatten()];
    let is_free = |coordinate: usize| !asked.contains(&Some(coordinate));
    let axes = || study.varied_of_pairs().into_iter().filter(|&axis| is_free(axis) && varies(axis));
    picture.x = match x {
        Some(x) => x,
        None => axes().next().ok_or("no axis has several values: give x=")?,
    };
    let is_other = |coordinate: usize| is_free(coordinate) && coordinate != picture.x;
    picture.panels = match panels {
        Some(panels) => panels,
        None if c.source().is_some_and(|source| is_other(source) && varies(source)) => c.source(),
        None if is_other(c.family()) && varies(c.family()) => Some(c.family()),
        None => None,
    };
    let is_other = |coordinate: usize| is_other(coordinate) && Some(coordinate) != picture.panels;
    let (c_ref, x) = (&c, picture.x);
    let levels =
        |axis: usize| items.iter().filter_map(move |item| c_ref.level(item, x).zip(c_ref.level(item, axis)));
    let few = |axis: &usize| study.axes[*axis].values.len() <= MOST_COLOURS;
    picture.colour = match (colour, rows) {
        (Some(colour), _) => colour,
        (None, Some(_)) => None,
        (None, None) if is_other(c.bound()) && varies(c.bound()) => Some(c.bound()),
        (None, None) => axes().filter(|&axis| is_other(axis) && !is_tied(levels(axis))).find(few),
    };
    refuse_twice(&c, &picture)?;
    refuse_other_meanings(&c, &picture, &items)?;
    choose::fix(&c, &mut picture);
    if numbers::drawn(&c, &picture).panels.is_empty() {
        let x = c.name(picture.x);
        return Err(format!("{} has no two values of {x} to be drawn over", said(&c, &picture)));
    }
    picture.name = spec.name.clone().unwrap_or_else(|| default_name(&c, &picture));
    Ok(picture)
}

/// Whether one of two coordinates determines the other: a colour for each value of one would say what its place says.
pub fn is_tied(levels: impl Iterator<Item = (usize, usize)>) -> bool {
    let pairs: BTreeSet<(usize, usize)> = levels.collect();
    let count = |of: fn(&(usize, usize)) -> usize| pairs.iter().map(of).collect::<BTreeSet<_>>().len();
    pairs.len() == count(|pair| pair.0) || pairs.len() == count(|pair| pair.1)
}

/// What is drawn upwards, and of which bounds.
fn quantity(study: &Study, spec: &PlotSpec) -> Result<(Quantity, Vec<usize>), String> {
    let find = |token: &String| {
        study.bound(token).ok_or_else(|| {
            let known: Vec<&str> = study.bounds.iter().map(|(token, _)| token.as_str()).collect();
            let hint = did_you_mean(token, known.iter().copied());
            format!("there is no bound `{token}`; there are {}{hint}", known.join(", "))
        })
    };
    let mut bounds = spec.bounds.iter().map(find).collect::<Result<Vec<usize>, String>>()?;
    let is_lower = |bound: usize| theorem(&study.bounds[bound].0).is_some_and(|row| row.is_lower());
    let quantity = match spec.y.as_deref() {
        Some(name) => Quantity::find(study, name).ok_or_else(|| {
            let own = OF_BOUNDS.map(|(name, _)| name);
            let hint = did_you_mean(name, study.measures.iter().map(String::as_str).chain(own));
            format!("`y` is {name}; {} or a measure of the study is needed{hint}", own.join(", "))
        })?,
        None if bounds.iter().any(|&bound| !is_lower(bound)) => Quantity::Tightness,
        None => Quantity::Certified,
    };
    if let Quantity::Measure(_) = quantity {
        return match bounds.is_empty() {
            true => Ok((quantity, bounds)),
            false => Err(format!("{} is a measure: leave `bound` out", quantity.name(study))),
        };
    }
    let fits = |bound: &usize| quantity.of_lower().is_none_or(|lower| lower == is_lower(*bound));
    if bounds.is_empty() {
        bounds = (0..study.bounds.len()).filter(fits).collect();
    }
    match bounds.iter().find(|bound| !fits(bound)) {
        None if bounds.is_empty() => Err(format!("no bound has {}", quantity.name(study))),
        None => Ok((quantity, bounds)),
        Some(&other) => {
            let (name, token) = (quantity.name(study), &study.bounds[other].0);
            let own = match is_lower(other) {
                true => "bounds from below: it has certified, measured, share, slack and vacuous",
                false => "bounds from above: it has tightness, left, right and vacuous",
            };
            Err(format!("{token} has no {name}; it {own}"))
        }
    }
}

fn filter(c: &Coordinates<'_>, spec: &PlotSpec) -> Result<BTreeMap<usize, BTreeSet<usize>>, String> {
    let mut filter = BTreeMap::new();
    for (name, values) in &spec.filter {
        let own = coordinate(c, name, "where")?;
        let level = |value: &String| {
            c.find_level(own, value)
                .ok_or_else(|| format!("{name} has no value `{value}`; it has {}", c.levels(own).join(", ")))
        };
        let levels = values.iter().map(level).collect::<Result<BTreeSet<usize>, String>>()?;
        filter.insert(own, levels);
    }
    Ok(filter)
}

fn coordinate(c: &Coordinates<'_>, name: &str, key: &str) -> Result<usize, String> {
    c.find(name).ok_or_else(|| {
        let known: Vec<&str> =
            c.all().filter(|&own| c.levels(own).len() > 1).map(|own| c.name(own)).collect();
        let hint = did_you_mean(name, known.iter().copied());
        format!("`{key}` is {name}, which the study does not have; it has {}{hint}", known.join(", "))
    })
}

/// The values that the filter leaves.
fn left<'a>(c: &Coordinates<'a>, picture: &Declared) -> Vec<Item<'a>> {
    let passes = |item: &Item<'_>| {
        let asked = |(&own, levels): (&usize, &BTreeSet<usize>)| {
            c.level(item, own).is_some_and(|level| levels.contains(&level))
        };
        picture.filter.iter().all(asked)
    };
    c.items(picture.quantity, &picture.bounds).into_iter().filter(passes).collect()
}

fn refuse_twice(c: &Coordinates<'_>, picture: &Declared) -> Result<(), String> {
    let shown = [Some(picture.x), picture.rows, picture.colour, picture.panels];
    let shown: Vec<usize> = shown.into_iter().flatten().collect();
    let twice = (0..shown.len()).find(|&i| shown[..i].contains(&shown[i]));
    match twice {
        Some(i) => Err(format!(
            "{} is shown twice; x, rows, colour and panels are to be different",
            c.name(shown[i])
        )),
        None if picture.rows.is_some() && picture.colour.is_some() => {
            Err("a map has no colour of its own: leave `colour` out, or `rows`".into())
        }
        None => Ok(()),
    }
}

/// Refuses sources on one axis that mean different things by it: a condition number and a noise have no place in common.
fn refuse_other_meanings(c: &Coordinates<'_>, picture: &Declared, items: &[Item<'_>]) -> Result<(), String> {
    let Some(source) = c.source() else { return Ok(()) };
    let together = [Some(picture.x), picture.rows, picture.colour].contains(&Some(source));
    if !together {
        return Ok(());
    }
    for shown in [Some(picture.x), picture.rows, picture.colour, picture.panels].into_iter().flatten() {
        let meanings: BTreeSet<String> = items
            .iter()
            .filter(|item| c.level(item, shown).is_some())
            .filter_map(|item| c.level(item, source))
            .map(|level| c.words(shown, Some(level)))
            .collect();
        if meanings.len() > 1 {
            let meanings: Vec<String> = meanings.into_iter().collect();
            return Err(format!(
                "{} is {}: sources cannot share it; use panels=source, or a filter",
                c.name(shown),
                meanings.join(" here and ")
            ));
        }
    }
    Ok(())
}

/// What a picture is of, in tokens.
fn said(c: &Coordinates<'_>, picture: &Declared) -> String {
    let tokens: Vec<&str> = picture.bounds.iter().map(|&bound| c.study.bounds[bound].0.as_str()).collect();
    match tokens.len() {
        0 => picture.quantity.name(c.study).to_owned(),
        1..=3 => format!("{} of {}", picture.quantity.name(c.study), tokens.join(", ")),
        n => format!("{} of {n} bounds", picture.quantity.name(c.study)),
    }
}

/// A name of files that says what is shown and what was asked to be fixed.
fn default_name(c: &Coordinates<'_>, picture: &Declared) -> String {
    let mut parts = vec![picture.quantity.name(c.study).to_owned()];
    if let [bound] = picture.bounds[..] {
        parts.push(c.study.bounds[bound].0.clone());
    }
    let shown = [Some(picture.x), picture.rows, picture.colour, picture.panels];
    parts.extend(shown.into_iter().flatten().map(|own| c.name(own).to_owned()));
    for (&own, levels) in &picture.filter {
        parts.extend(levels.iter().map(|&level| c.levels(own)[level].to_owned()));
    }
    let clean = |ch: char| if ch.is_ascii_alphanumeric() || "_.".contains(ch) { ch } else { '-' };
    parts.join("-").chars().map(clean).collect()
}

#[cfg(test)]
mod tests {
    use super::is_tied;

    #[test]
    fn levels_are_tied_where_one_determines_the_other() {
        let tied = |levels: &[(usize, usize)]| is_tied(levels.iter().copied());
        assert!(tied(&[(0, 0), (1, 0), (2, 1), (2, 1)]) && tied(&[(0, 0), (0, 1), (1, 2)]));
        assert!(!tied(&[(0, 0), (0, 1), (1, 0)]));
    }
}
