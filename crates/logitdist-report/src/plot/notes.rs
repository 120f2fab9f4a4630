//! What has to be said of a figure for how it came to be drawn: strips, ends that were cut off, lines that lie on others.

use super::figure::{Axis, Figure, Scale};
use super::layout::Placed;
use super::mark::{Form, Mark};
use super::palette::GREY;
use super::piles;
use super::scale::{Gutter, Mapping};
use super::shape;
use std::collections::BTreeSet;

/// Sentences to stand below a figure, after its own.
pub fn sentences(figure: &Figure, panels: &[Placed<'_>]) -> Vec<String> {
    let drawn: Vec<&Placed<'_>> = panels.iter().filter(|placed| placed.panel.empty.is_none()).collect();
    let all = [
        headed(figure, &drawn),
        strips(&drawn),
        piled(&drawn),
        below(figure, &drawn),
        cut(&drawn),
        begin(&drawn),
        covered(figure, &drawn),
    ];
    all.into_iter().flatten().collect()
}

/// What stands in the strips at the edges, and what the numbers beside them are.
fn strips(panels: &[&Placed<'_>]) -> Option<String> {
    let strips: Vec<&Gutter> =
        panels.iter().flat_map(|placed| placed.x.gutters().chain(placed.y.gutters())).collect();
    let any = |begins: &[char]| strips.iter().any(|strip| strip.label.starts_with(begins));
    let kinds =
        [("0", any(&['0', '≤'])), ("infinite", any(&['∞', '−'])), ("beyond the axis", any(&['<', '>']))];
    let kinds: Vec<&str> = kinds.into_iter().filter(|(_, some)| *some).map(|(kind, _)| kind).collect();
    let (last, others) = kinds.split_last()?;
    let what =
        if others.is_empty() { (*last).to_owned() } else { format!("{} or {last}", others.join(", ")) };
    let counted = strips.iter().any(|strip| strip.is_counted());
    let number = if counted { ": n × is the number of marks there" } else { "" };
    Some(format!("A grey strip has what is {what}{number}."))
}

/// What the names of curves are, where no key has that before them.
fn headed(figure: &Figure, panels: &[&Placed<'_>]) -> Option<String> {
    let is_said = panels.iter().all(|placed| placed.has_heading);
    (!figure.heading.is_empty() && !is_said).then(|| format!("Colours: {}.", figure.heading))
}

/// That numbers beside marks count those which look like one.
fn piled(panels: &[&Placed<'_>]) -> Option<String> {
    let any = panels.iter().any(|placed| !piles::of(placed).is_empty());
    let drawn =
        if panels.iter().all(|placed| placed.panel.not_drawn.is_empty()) { "" } else { ", drawn or not" };
    any.then(|| format!("n × beside a mark: so many lie at that place{drawn}. Small piles, and those without room beside them, have no number."))
}

/// Which kinds of points lie below others, in the order of keys.
fn below(figure: &Figure, panels: &[&Placed<'_>]) -> Option<String> {
    if !shape::are_hollow(figure) {
        return None;
    }
    let below: BTreeSet<&str> = panels.iter().flat_map(|placed| shape::below_others(placed)).collect();
    let mut names: Vec<&str> = Vec::new();
    for name in panels.iter().flat_map(|placed| &placed.panel.marks).map(|mark| mark.label.as_str()) {
        if below.contains(name) && !names.contains(&name) && !name.is_empty() {
            names.push(name);
        }
    }
    let said = || format!("Of these nearly all marks lie below others in some panel: {}.", names.join(", "));
    (!names.is_empty()).then(said)
}

/// That axes do not begin at 0, where that would be expected: upwards, and of points also along.
fn begin(panels: &[&Placed<'_>]) -> Option<String> {
    const SEEN: f64 = 0.02;
    let is_cut = |axis: &Axis, mapping: &Mapping| {
        let (low, high) = mapping.range;
        axis.scale == Scale::Linear && (low > SEEN * (high - low) || high < 0.0)
    };
    let any = panels.iter().any(|placed| {
        let panel = placed.panel;
        is_cut(&panel.y, &placed.y) || (panel.points().next().is_some() && is_cut(&panel.x, &placed.x))
    });
    any.then(|| "Not every axis begins at 0.".into())
}

/// That intervals go on where the axis ends.
fn cut(panels: &[&Placed<'_>]) -> Option<String> {
    let any = |is_cut: fn(&Placed<'_>, &Mark) -> bool| {
        panels.iter().any(|placed| placed.panel.marks.iter().any(|mark| is_cut(placed, mark)))
    };
    let bars = any(|placed, mark| match mark.form {
        Form::Interval(from, to) => [from, to].iter().any(|&end| is_cut(placed, end)),
        _ => false,
    });
    let bands = any(|placed, mark| match &mark.form {
        Form::Band(points) => points.iter().any(|p| {
            let leads_into_strip = placed.y.strip(p.1) != placed.y.strip(p.2);
            leads_into_strip || is_cut(placed, (p.0, p.1)) || is_cut(placed, (p.0, p.2))
        }),
        _ => false,
    });
    match (bars, bands) {
        (true, false) => Some("Intervals with an arrowhead go on beyond the axis.".into()),
        (true, true) => Some("Bands, and intervals with an arrowhead, go on beyond the axis.".into()),
        (false, true) => Some("Bands are cut off where they leave the axis.".into()),
        (false, false) => None,
    }
}

fn is_cut(placed: &Placed<'_>, (x, y): (f64, f64)) -> bool {
    placed.x.cut(x) != 0 || placed.y.cut(y) != 0
}

/// That there are lines below others, and how to see them.
fn covered(figure: &Figure, panels: &[&Placed<'_>]) -> Option<String> {
    let some = panels.iter().any(|placed| placed.depths.iter().flatten().any(|depth| *depth > 0));
    match (some, has_dashes(figure)) {
        (false, _) => None,
        (true, false) => Some("Where a line lies on another it is dashed.".into()),
        (true, true) => Some("Where two lines go the same way, one covers the other.".into()),
    }
}

/// Whether lines are dashed for what they are, so that those which lie on others are not.
pub fn has_dashes(figure: &Figure) -> bool {
    let is_line = |mark: &Mark| matches!(mark.form, Form::DottedLine(_) | Form::Line(_));
    // Those for orientation are told by their colour.
    let is_dashed = |mark: &Mark| mark.dashed && mark.colour != GREY && is_line(mark);
    figure.panels.iter().flat_map(|panel| &panel.marks).any(is_dashed)
}
