//! What a picture is fixed to where nobody said so: the values that show most.

use super::Declared;
use super::items::{Coordinates, Item};
use super::numbers::groups;
use std::collections::{BTreeMap, BTreeSet};

/// Coordinates that vary within a drawn value, though they are neither shown nor replicates: these would be mixed. So would sources that differ
/// along a line, which would go from one to the other.
pub fn mixed(c: &Coordinates<'_>, picture: &Declared) -> Vec<usize> {
    let groups = groups(c, picture);
    let mut lines: BTreeMap<_, Vec<Item<'_>>> = BTreeMap::new();
    for ((panel, line, _), items) in &groups {
        lines.entry((panel, line)).or_default().extend(items);
    }
    let several = |coordinate: usize, items: &[Item<'_>]| {
        let first = items.first().map(|item| c.level(item, coordinate));
        items.iter().any(|item| Some(c.level(item, coordinate)) != first)
    };
    let varies = |&coordinate: &usize| match c.source() == Some(coordinate) && coordinate != picture.x {
        true => lines.values().any(|items| several(coordinate, items)),
        false => groups.values().any(|items| several(coordinate, items)),
    };
    // A family follows from the bound.
    let own = |coordinate: &usize| !c.is_replicate(*coordinate) && *coordinate != c.family();
    c.all().filter(own).filter(varies).collect()
}

/// Fixes all that would be mixed, together, so that the picture shows as much as it can; of equal ones, the first.
pub fn fix(c: &Coordinates<'_>, picture: &mut Declared) {
    let mixed = mixed(c, picture);
    if mixed.is_empty() {
        return;
    }
    let mut tuples: BTreeMap<Vec<Option<usize>>, Values> = BTreeMap::new();
    for ((panel, line, x), items) in groups(c, picture) {
        for item in items {
            let own = mixed.iter().map(|&coordinate| c.level(&item, coordinate)).collect();
            tuples.entry(own).or_default().entry((panel, line, x)).or_default().push(item.y);
        }
    }
    let is_share = picture.quantity.is_share(c.study);
    let whole = tuples.iter().filter(|(own, _)| own.iter().all(Option::is_some));
    let mut best: Option<(f64, &Vec<Option<usize>>)> = None;
    for (own, _) in whole {
        // Values that lack a coordinate stand beside every level of it.
        let agrees = |other: &Vec<Option<usize>>| own.iter().zip(other).all(|(a, b)| b.is_none() || a == b);
        let mut values = Values::new();
        for (place, more) in tuples.iter().filter(|(other, _)| agrees(other)).flat_map(|(_, v)| v) {
            values.entry(*place).or_default().extend(more);
        }
        let score = shown(&values, is_share);
        if best.is_none_or(|(most, _)| score > most + 1e-9) {
            best = Some((score, own));
        }
    }
    let levels = match best {
        Some((_, own)) => own.clone(),
        // No value has all of them: each is fixed alone, to the first that there is.
        None => {
            let first = |i: usize| tuples.keys().find_map(|own| own[i]);
            (0..mixed.len()).map(first).collect()
        }
    };
    for (coordinate, level) in mixed.into_iter().zip(levels) {
        picture.chosen.extend(level.map(|level| (coordinate, level)));
    }
}

type Values = BTreeMap<(Option<usize>, Option<usize>, usize), Vec<f64>>;

/// How much a picture of values shows: how far its lines move along the axis, and how far they are apart; a little for each place.
fn shown(values: &Values, is_share: bool) -> f64 {
    const OF_A_PLACE: f64 = 0.02;
    let mut medians: BTreeMap<(Option<usize>, Option<usize>), BTreeMap<usize, f64>> = BTreeMap::new();
    for (&(panel, line, x), own) in values {
        let mut own = own.clone();
        own.sort_by(f64::total_cmp);
        let median = own[own.len() / 2];
        let y = if is_share { median } else { median.abs().max(1e-12).log10() / 4.0 };
        medians.entry((panel, line)).or_default().insert(x, y);
    }
    let range = |values: &mut dyn Iterator<Item = f64>| {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(y), h.max(y)));
        if high > low { high - low } else { 0.0 }
    };
    let along: f64 = medians.values().map(|line| range(&mut line.values().copied())).sum();
    let panels: BTreeSet<Option<usize>> = medians.keys().map(|(panel, _)| *panel).collect();
    let apart = |panel: &Option<usize>| {
        let lines: Vec<_> =
            medians.iter().filter(|((own, _), _)| own == panel).map(|(_, line)| line).collect();
        let places: BTreeSet<usize> = lines.iter().flat_map(|line| line.keys().copied()).collect();
        let at = |x: &usize| range(&mut lines.iter().filter_map(|line| line.get(x).copied()));
        places.iter().map(at).sum::<f64>() / places.len().max(1) as f64
    };
    let places: usize = medians.values().filter(|line| line.len() > 1).map(BTreeMap::len).sum();
    along + panels.iter().map(apart).sum::<f64>() + OF_A_PLACE * places as f64
}
