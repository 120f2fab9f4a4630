//! What a declared picture shows, in words: all of it, so that nobody need guess what was held fixed.

use super::Declared;
use super::items::Coordinates;
use super::numbers::{Drawn, FEW, drawn};
use super::spread::{has_numbers, is_crowded};
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
        _ if most == 1 => return "Each value is of one cell.".into(),
        (true, ..) => return format!("Each value is a share of {n} replicates."),
        (_, true, true) => return format!("Each value is a mean of {n} replicates."),
        (_, true, false) => return format!("Means of {n} replicates with their 95 % confidence intervals."),
        (_, _, true) => return format!("Each value is a median of {n} replicates."),
        _ => {}
    }
    let is_row = drawn.panels.iter().any(|panel| !has_numbers(c, picture, panel));
    let what = if is_row || most < FEW { "bars" } else { "bands" };
    let crowded = drawn.panels.iter().filter(|panel| is_crowded(c, picture, panel)).count();
    let left_out = match crowded {
        0 => "",
        _ => " Where more than two curves share a panel, they are left out.",
    };
    match (least < FEW, most < FEW) {
        _ if crowded == drawn.panels.len() => {
            format!("Medians of {n} replicates; {what} are left out, as more than two curves share a panel.")
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
            return c.named(own, one, None);
        }
        let levels: Vec<String> = levels.into_iter().map(|level| c.level_words(own, level)).collect();
        format!("{} {}", c.words(own, None), levels.join(" or "))
    };
    let asked =
        picture.filter.iter().filter(|(own, levels)| levels.len() == 1 || shown.contains(&Some(**own)));
    let mut all: Vec<String> = asked.map(|(&own, levels)| named(own, &mut levels.iter().copied())).collect();
    let chosen = picture.chosen.iter().map(|(&own, &level)| {
        let text = named(own, &mut std::iter::once(level));
        if says_how { format!("{text} (shows most)") } else { text }
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
