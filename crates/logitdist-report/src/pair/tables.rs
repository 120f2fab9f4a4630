//! The tables of the page: what stands in them, and their rows.

use crate::html::{Frame, table, token};
use crate::table::{numbers, text};
use crate::typeset::typeset;
use logitdist::Direction;
use logitdist::glossary::{Entry, Section, explain};
use logitdist_results::number::{interval as in_interval, number, short};
use logitdist_results::pair::{
    DECILE_TOKENS, Inputs, IntervalLine, Labels, PairComparison, PairNames, Value,
};
use logitdist_results::{BoundRow, BoundStatus};
use maud::{Markup, html};

/// Inputs and pairs of labels that are listed.
const LISTED: usize = 10;

/// Measures that have an entry in the glossary and satisfy `chosen`: token, value, meaning and range. Standard errors stand beside
/// what they are of.
pub(super) fn measures(
    comparison: &PairComparison,
    caption: &str,
    chosen: impl Fn(&Entry) -> bool,
) -> Markup {
    let rows: Vec<Vec<Markup>> = comparison
        .measures
        .iter()
        .filter(|(name, _)| !name.ends_with("_se"))
        .filter_map(|(name, value)| {
            let entry = explain(name).find(|e| e.section != Section::Bound)?;
            let error = comparison.value(&format!("{name}_se"));
            let interval = comparison.interval(name);
            chosen(entry).then(|| {
                vec![
                    token(name),
                    value_cell(value, error, interval),
                    html! { (entry.meaning) },
                    html! { (entry.range) },
                ]
            })
        })
        .collect();
    table(
        Frame::Captioned,
        caption,
        &[text("token"), numbers("value"), text("meaning"), text("range")],
        &rows,
    )
}

/// A value with its interval or standard error, or why there is none.
fn value_cell(value: &Value, error: Option<f64>, interval: Option<&IntervalLine>) -> Markup {
    match (value, error) {
        (Ok(x), _) if interval.is_some() => html! {
            @if let Some(line) = interval {
                span title=(format!("{} % interval: {}", 100.0 * line.level, line.method)) { (in_interval(*x, line.ends)) }
                @if !line.marked.is_empty() { " (" (line.marked) ")" }
            }
        },
        (Ok(x), Some(error)) if error > 0.0 => html! { (number(*x)) " ± " (short(error)) },
        (Ok(x), _) => html! { (number(*x)) },
        (Err(reason), _) if reason.is_empty() => html! { "beyond the floating-point range" },
        (Err(reason), _) => html! { span title=(reason) { "n/a" } },
    }
}

/// The reasons why measures do not exist, each with its tokens.
pub(super) fn reasons(comparison: &PairComparison) -> Vec<(String, Vec<String>)> {
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    let single = comparison.measures.iter().filter_map(|(name, value)| Some((name, value.as_ref().err()?)));
    let lists = comparison.lists.iter().filter_map(|(name, list)| Some((name, list.as_ref().err()?)));
    for (name, reason) in single.chain(lists).filter(|(_, reason)| !reason.is_empty()) {
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, tokens)) => tokens.push(name.clone()),
            None => reasons.push((reason.clone(), vec![name.clone()])),
        }
    }
    reasons
}

/// Bounds of the form lhs ≤ rhs in one direction.
pub(super) fn bounds(comparison: &PairComparison, direction: Direction, caption: &str) -> Markup {
    let from_above = comparison.bounds_of(direction).filter(|bound| !bound.is_lower());
    bounds_table(comparison, from_above, caption, ["at most", "tightness"])
}

/// Lower bounds on a mean canonical correlation in one direction.
pub(super) fn certificates(comparison: &PairComparison, direction: Direction, caption: &str) -> Markup {
    let from_below = comparison.bounds_of(direction).filter(|bound| bound.is_lower());
    bounds_table(comparison, from_below, caption, ["at least", "slack"])
}

fn bounds_table<'a>(
    comparison: &PairComparison,
    bounds: impl Iterator<Item = &'a BoundRow<'static>>,
    caption: &str,
    [limit, room]: [&'static str; 2],
) -> Markup {
    let rows: Vec<Vec<Markup>> =
        bounds.map(|bound| bound_row(bound, |side| comparison.side_ends(bound, side))).collect();
    let columns = [
        text("bound"),
        text("form"),
        numbers("is"),
        numbers(limit),
        numbers(room),
        text("holds"),
        text("remark"),
    ];
    table(Frame::Captioned, caption, &columns, &rows)
}

fn bound_row(bound: &BoundRow<'_>, ends: impl Fn(&str) -> Option<[f64; 2]>) -> Vec<Markup> {
    let exists = bound.status != BoundStatus::NotApplicable;
    let side = |x: Option<f64>, name: &str| match (x, ends(name)) {
        (Some(x), _) if x.is_infinite() => typeset(x),
        (Some(x), Some(ends)) => {
            let ends = in_interval(x, ends).split_once(' ').map(|(_, ends)| ends.to_owned());
            format!("{} {}", number(x), ends.unwrap_or_default())
        }
        (Some(x), None) => number(x),
        (None, _) => "n/a".into(),
    };
    let room = match bound.tightness.or(bound.slack) {
        Some(x) if x.is_infinite() => typeset(x),
        Some(x) => short(x),
        None if exists => "rounding".into(),
        None => "n/a".into(),
    };
    let [is, limit] = match bound.is_lower() {
        true => [side(bound.rhs, "value"), side(bound.lhs, "bound")],
        false => [side(bound.lhs, "lhs"), side(bound.rhs, "rhs")],
    };
    let holds = match bound.holds {
        Some(true) => html! { "yes" },
        Some(false) => html! { span class="bad" { "VIOLATED" } },
        None => html! { "n/a" },
    };
    let remark = html! { @if bound.status == BoundStatus::Vacuous { "vacuous: " } (bound.reason) };
    let form = html! { (bound.form.to_string()) };
    vec![token(&bound.token), form, html! { (is) }, html! { (limit) }, html! { (room) }, holds, remark]
}

/// The inputs at which each distance is largest.
pub(super) fn worst_inputs(inputs: &Inputs, names: &PairNames) -> Markup {
    let lists = [
        inputs.worst_by_logit_distance(LISTED),
        inputs.worst_by_kl(0, LISTED),
        inputs.worst_by_kl(1, LISTED),
    ];
    let value = |list: usize, input: usize| match list {
        0 => number(inputs.d_logit_x[input]),
        _ => inputs.kl_at(input).map_or_else(String::new, |kl| number(kl[list - 1])),
    };
    let count = lists.iter().map(Vec::len).max().unwrap_or(0);
    let rows: Vec<Vec<String>> = (0..count)
        .map(|rank| {
            let cells = lists.iter().enumerate().flat_map(|(list, worst)| match worst.get(rank) {
                Some(&input) => [names.input(input), value(list, input)],
                None => [String::new(), String::new()],
            });
            std::iter::once((rank + 1).to_string()).chain(cells).collect()
        })
        .collect();
    let columns = [
        text("rank"),
        numbers("input"),
        numbers("d_logit_x"),
        numbers("input"),
        numbers("kl_ab_x"),
        numbers("input"),
        numbers("kl_ba_x"),
    ];
    table(
        Frame::Captioned,
        "Inputs, counted from 0, at which each distance is largest; nats",
        &columns,
        &rows,
    )
}

/// KL and agreement where the first model is sure of its answer and where it is not.
pub(super) fn deciles(deciles: &[[f64; DECILE_TOKENS.len()]]) -> Markup {
    let rows: Vec<Vec<String>> = deciles
        .iter()
        .map(|[inputs, low, high, kl_ab, kl_ba, agreement]| {
            let confidence = format!("{} to {}", short(*low), short(*high));
            let numbers = [kl_ab, kl_ba, agreement].map(|x| number(*x));
            [confidence, inputs.to_string()].into_iter().chain(numbers).collect()
        })
        .collect();
    let columns = [
        text("a's largest probability"),
        numbers("inputs"),
        numbers("kl_ab"),
        numbers("kl_ba"),
        numbers("top1_agreement"),
    ];
    table(
        Frame::Captioned,
        "Tenths of the inputs, those on which a is least sure first; KL in nats",
        &columns,
        &rows,
    )
}

/// How much of each mean the worst hundredth of the inputs makes, as a sentence; none if all are equal.
pub(super) fn concentration(inputs: &Inputs) -> Option<String> {
    let squares: Vec<f64> = inputs.d_logit_x.iter().map(|d| d * d).collect();
    let lists = [("d_logit²", squares), ("kl_ab", inputs.kl_values(0)), ("kl_ba", inputs.kl_values(1))];
    let parts: Vec<String> = lists
        .into_iter()
        .filter_map(|(name, values)| {
            let share = share_of_worst(values)?;
            Some(format!("{} % of {name}", short((1000.0 * share).round() / 10.0)))
        })
        .collect();
    let count = worst_hundredth(inputs.d_logit_x.len().max(inputs.kl.len()));
    let inputs = if count == 1 {
        "The worst input makes".into()
    } else {
        format!("The worst {count} inputs (1 %) make")
    };
    (!parts.is_empty()).then(|| format!("{inputs} {}.", parts.join(", ")))
}

/// A hundredth of a number of inputs, at least one.
fn worst_hundredth(inputs: usize) -> usize {
    (inputs / 100).max(1)
}

/// What the largest hundredth of the values make of their sum, in [0, 1]; `None` if the sum is 0 or infinite.
fn share_of_worst(mut values: Vec<f64>) -> Option<f64> {
    let total: f64 = values.iter().sum();
    if values.is_empty() || total <= 0.0 || !total.is_finite() {
        return None;
    }
    values.sort_by(|x, y| y.total_cmp(x));
    Some(values[..worst_hundredth(values.len())].iter().sum::<f64>() / total)
}

/// The pairs of labels whose correlation differs most between the models.
pub(super) fn differing_labels(labels: &Labels, names: &PairNames) -> Markup {
    let rows: Vec<Vec<String>> = labels
        .most_differing(LISTED)
        .into_iter()
        .map(|(label, other, [a, b])| {
            vec![format!("{}, {}", names.label(label), names.label(other)), short(a), short(b), short(b - a)]
        })
        .collect();
    let columns =
        [text("labels"), numbers("label_correlation_a"), numbers("label_correlation_b"), numbers("b − a")];
    table(Frame::Captioned, "Pairs of the labels shown that differ most between the models", &columns, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use logitdist::{Direction, Form};

    #[test]
    fn the_worst_hundredth_is_at_least_one_and_makes_its_share() {
        assert_eq!(share_of_worst(vec![1.0, 3.0]), Some(0.75));
        let mut values = vec![1.0; 300];
        values[7] = 50.0;
        values[9] = 51.0;
        assert_eq!(share_of_worst(values), Some(102.0 / 399.0));
        for nothing in [vec![], vec![0.0, 0.0], vec![f64::INFINITY]] {
            assert_eq!(share_of_worst(nothing), None);
        }
    }

    #[test]
    fn concentration_is_a_sentence_about_what_there_is() {
        let inputs = Inputs { d_logit_x: vec![1.0, 2.0, 0.0], kl: vec![(0, [0.0, 1.0])] };
        assert_eq!(
            concentration(&inputs).unwrap(),
            "The worst input makes 80 % of d_logit², 100 % of kl_ba."
        );
        assert_eq!(concentration(&Inputs { d_logit_x: vec![0.0; 5], kl: vec![] }), None);
    }

    #[test]
    fn a_bound_says_what_it_is_or_why_it_is_not() {
        let held = BoundRow {
            direction: Direction::Ab,
            token: "d_ls".into(),
            form: Form::Sharpened,
            status: BoundStatus::Ok,
            lhs: Some(1.0),
            rhs: Some(4.0),
            tightness: Some(0.25),
            slack: None,
            holds: Some(true),
            reason: "why < not".into(),
        };
        let with_ends = |b: &BoundRow<'_>, ends: &dyn Fn(&str) -> Option<[f64; 2]>| {
            bound_row(b, ends).into_iter().map(Markup::into_string).collect::<Vec<_>>().join(" | ")
        };
        let row = |b: &BoundRow<'_>| with_ends(b, &|_| None);
        assert!(row(&held).contains("| 1 | 4 | 0.250 | yes |"), "{}", row(&held));
        let of_right = |side: &str| (side == "rhs").then_some([3.0, 5.0]);
        assert!(with_ends(&held, &of_right).contains("| 1 | 4 [3.0, 5.0] | 0.250 |"));
        let infinite = BoundRow {
            status: BoundStatus::Vacuous,
            rhs: Some(f64::INFINITY),
            tightness: None,
            ..held.clone()
        };
        assert!(
            row(&infinite).contains("| ∞ | rounding | yes | vacuous: why &lt; not"),
            "{}",
            row(&infinite)
        );
        assert!(row(&BoundRow { holds: Some(false), ..held.clone() }).contains("VIOLATED"));
        let none = BoundRow {
            status: BoundStatus::NotApplicable,
            lhs: None,
            rhs: None,
            tightness: None,
            holds: None,
            ..held
        };
        assert!(row(&none).contains("| n/a | n/a | n/a | n/a | why"));
    }
}
