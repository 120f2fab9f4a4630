//! What a declared picture shows, in words: all of it, so that nobody need guess what was held fixed.

use super::Declared;
use super::items::Coordinates;
use super::numbers::{Drawn, FEW, drawn};
use super::spread::Spread;
use crate::words;
use std::collections::BTreeSet;

/// A line: what is drawn over what.
pub fn title(c: &Coordinates<'_>, picture: &Declared) -> String {
    let mut over = vec![c.words(picture.x, None)];
    over.extend(
        picture.rows.or(picture.colour).filter(|&own| own != c.bound()).map(|own| c.words(own, None)),
    );
    format!("{} over {}", what(c, picture), over.join(" and "))
}

/// Everything: what is drawn, what stands for what, and what is fixed.
pub fn caption(c: &Coordinates<'_>, picture: &Declared) -> String {
    let mut text = format!("{} over {}", what(c, picture), c.words(picture.x, None));
    for (own, what) in [(picture.rows, "rows"), (picture.colour, "colours"), (picture.panels, "panels")] {
        if let Some(own) = own {
            text += &format!(", {what}: {}", c.words(own, None));
        }
    }
    text += &format!(". {}", of_replicates(c, picture, &drawn(c, picture)));
    let fixed = fixed(c, picture, true);
    if !fixed.is_empty() {
        text += &format!(" Fixed: {}.", fixed.join(", "));
    }
    let constant = constant(c, picture);
    if !constant.is_empty() {
        text += &format!(" In all cells: {}.", constant.join(", "));
    }
    text
}

/// What lines are, and bands or bars.
pub fn of_replicates(c: &Coordinates<'_>, picture: &Declared, drawn: &Drawn) -> String {
    let (least, most) = drawn.replicates;
    let n = if least == most { format!("{least}") } else { format!("{least} to {most}") };
    match (picture.quantity.is_mean(), picture.interval, picture.rows.is_some()) {
        _ if most == 1 => return "Each value is of one pair.".into(),
        (true, ..) => return format!("Each value is a share of {n} replicates."),
        (_, true, true) => return format!("Each value is a mean of {n} replicates."),
        (_, true, false) => return format!("Means of {n} replicates with their 95 % confidence intervals."),
        (_, _, true) => return format!("Each value is a median of {n} replicates."),
        _ => {}
    }
    let spreads: Vec<Spread> = drawn.panels.iter().map(|panel| Spread::of(c, picture, panel)).collect();
    let what = match [Spread::Band, Spread::Bars].map(|own| spreads.contains(&own)) {
        [true, true] => "bands or bars",
        [true, false] => "bands",
        _ => "bars",
    };
    let left_out = match spreads.contains(&Spread::LeftOut) {
        true => " Where more than four curves share a panel, they are left out.",
        false => "",
    };
    match (least < FEW, most < FEW) {
        _ if spreads.iter().all(|own| *own == Spread::LeftOut) => {
            format!("Medians of {n} replicates; bands are left out, as more than four curves share a panel.")
        }
        (true, true) => {
            format!("Medians of {n} replicates; {what} are from the least to the greatest.{left_out}")
        }
        (true, false) => format!(
            "Medians of {n} replicates; {what} are their 5 and 95 % quantiles, of fewer than five the least and the greatest.{left_out}"
        ),
        _ => format!("Medians of {n} replicates; {what} are their 5 and 95 % quantiles.{left_out}"),
    }
}

/// What is held fixed, and whether it was chosen.
pub fn fixed(c: &Coordinates<'_>, picture: &Declared, says_how: bool) -> Vec<String> {
    let shown = [Some(picture.x), picture.rows, picture.colour, picture.panels];
    let named = |own: usize, levels: &mut dyn Iterator<Item = usize>| {
        let levels: Vec<usize> = levels.collect();
        if let [one] = levels[..]
            && c.levels(own)[one].parse::<f64>().is_ok()
        {
            return c.named_alone(own, one);
        }
        let says_itself = |level: &usize| words::says_what_it_is_of(c.name(own), c.levels(own)[*level]);
        let is_said = levels.iter().all(says_itself);
        let levels: Vec<String> = levels.into_iter().map(|level| c.level_words(own, level)).collect();
        match is_said {
            _ if Some(own) == c.source() => {
                format!("kind of pair ({})", levels.join(" or "))
            }
            true => levels.join(" or "),
            false => format!("{} {}", c.words(own, None), levels.join(" or ")),
        }
    };
    // What follows from the source need not be said beside it.
    let varied = c.study.varied();
    let is_told = |own: usize| c.axis(own).is_none() || Some(own) == c.source() || varied.contains(&own);
    let asked =
        picture.filter.iter().filter(|(own, levels)| levels.len() == 1 || shown.contains(&Some(**own)));
    let mut all: Vec<String> = asked.map(|(&own, levels)| named(own, &mut levels.iter().copied())).collect();
    let chosen = picture.chosen.iter().filter(|(own, _)| is_told(**own)).map(|(&own, &level)| {
        let text = named(own, &mut std::iter::once(level));
        match text.strip_suffix(')') {
            _ if !says_how => text,
            Some(open) => format!("{open}; shows most)"),
            None => format!("{text} (shows most)"),
        }
    });
    all.extend(chosen);
    all
}

/// What all cells of the picture have in common.
fn constant(c: &Coordinates<'_>, picture: &Declared) -> Vec<String> {
    let items = c.items(picture.quantity, &picture.bounds);
    let is_said = |own: usize| {
        let shown = [Some(picture.x), picture.rows, picture.colour, picture.panels].contains(&Some(own));
        shown || picture.filter.contains_key(&own) || picture.chosen.contains_key(&own) || c.is_replicate(own)
    };
    let axes = (0..c.study.axes.len()).filter(|&own| !is_said(own));
    let one = |own: usize| {
        let levels: BTreeSet<usize> = items.iter().filter_map(|item| c.level(item, own)).collect();
        let level = levels.first().copied().filter(|_| levels.len() == 1)?;
        Some(format!("{} {}", c.words(own, None), c.level_words(own, level)))
    };
    axes.filter_map(one).collect()
}

/// What is drawn upwards.
fn what(c: &Coordinates<'_>, picture: &Declared) -> String {
    let tokens: Vec<&str> = picture.bounds.iter().map(|&bound| c.study.bounds[bound].0.as_str()).collect();
    let own = picture.quantity.words(c.study, &tokens);
    let own = own.split_once(':').map_or(own.as_str(), |(first, _)| first);
    let mut letters = own.chars();
    let own = letters.next().map_or_else(String::new, |first| {
        // A symbol keeps its case.
        let next = letters.as_str().chars().next();
        let upper = if next.is_some_and(char::is_lowercase) {
            first.to_uppercase().to_string()
        } else {
            first.to_string()
        };
        format!("{upper}{}", letters.as_str())
    });
    match &tokens[..] {
        [] => own,
        [one] => format!("{own} by {}", words::bound(one)),
        _ => own,
    }
}
