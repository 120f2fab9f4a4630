//! How sure each measure is: intervals over the inputs, from leaving out one block of them at a time.

mod jackknife;
mod marks;
mod paired;
mod share;
mod sides;

use crate::applicable::Applicable;
use crate::bound::Theorem;
use crate::measure::table::{Measure, Range, Uncertainty, Value};
use crate::null::Nulls;
use crate::probability::{AtTarget, InputDivergences};
use crate::reduced::Direction;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::student_t::t_975;
use jackknife::LeaveOneOut;
pub use paired::{Paired, jointly, jointly_of, paired};
use share::{clopper_pearson, effective_inputs};
pub use sides::BoundIntervals;

/// The confidence level of intervals.
pub const LEVEL: f64 = 0.95;

/// Fewest blocks that an error can be read off.
const FEWEST_BLOCKS: usize = 3;

/// An interval for the value of a measure over infinitely many inputs like those given.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// Standard error, in the units of the measure.
    pub se: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How it was made.
    pub method: &'static str,
    /// The value less its bias, which the interval is around; only where that is another than the value.
    pub corrected: Option<f64>,
    /// Why the interval may be too narrow, if there is a reason.
    pub marked: Option<String>,
}

impl Interval {
    /// The part that is possible.
    fn within(self, range: &Range) -> Interval {
        Interval { low: self.low.max(range.low), high: self.high.min(range.high), ..self }
    }
}

/// The intervals of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Intervals {
    /// Blocks of inputs that were left out one at a time.
    pub blocks: usize,
    /// An interval for each number in the order of the table, or why there is none.
    pub of: Vec<(&'static str, Result<Interval, String>)>,
    /// For each bound and direction, in the order of [`all_bounds`](crate::Comparison::all_bounds): those of its sides.
    pub bounds: Vec<BoundIntervals>,
    /// Inputs of each block.
    sizes: Vec<f64>,
    /// Values without each block, of the numbers whose differences can be read off them.
    without: Vec<(&'static str, Vec<f64>)>,
}

impl Intervals {
    /// The values of a token without each of the blocks.
    fn without_each(&self, token: &str) -> Option<&[f64]> {
        self.without.iter().find(|(t, _)| *t == token).map(|(_, values)| values.as_slice())
    }

    /// The intervals of both sides of a bound; `None` if the comparison does not have the bound.
    pub fn of_bound(&self, theorem: &Theorem, direction: Direction) -> Option<&BoundIntervals> {
        self.bounds.iter().find(|own| own.theorem == theorem && own.direction == direction)
    }

    /// The interval of a token, or why there is none; `None` if the comparison has no number of that token.
    pub fn get(&self, token: &str) -> Option<&Result<Interval, String>> {
        self.of.iter().find(|(t, _)| *t == token).map(|(_, interval)| interval)
    }
}

/// The values of the table that follow the inputs, of a pair or of a pair without a block.
#[derive(Debug, Clone)]
pub(crate) struct RestValues {
    /// For each number in the order of the table: its value, or why there is none; `None` if its interval is not made of it.
    values: Vec<Option<Result<f64, String>>>,
    /// For each bound and direction: both sides, or why there are none.
    sides: Vec<Result<[f64; 2], String>>,
    /// Ranks of the embeddings and of the logits of both models, if a value is a correlation.
    ranks: Option<[usize; 4]>,
}

impl RestValues {
    pub(crate) fn of(shared: &Shared, settings: &Settings) -> RestValues {
        let value = |(_, row, of, direction): (_, &Measure, Number, _)| {
            row.uncertainty.is_by_value().then(|| number(shared, row, of, direction))
        };
        let (a, b) = (&shared.reduced.a, &shared.reduced.b);
        let is_needed = numbers(settings).any(|(_, row, ..)| matches!(row.uncertainty, Uncertainty::Fisher))
            || settings.bounds().any(Theorem::is_lower);
        RestValues {
            values: numbers(settings).map(value).collect(),
            sides: sides::sides(shared, settings),
            ranks: is_needed
                .then(|| [a.rank_embeddings(), b.rank_embeddings(), a.rank_logits(), b.rank_logits()]),
        }
    }
}

/// How a number is computed.
type Number = fn(&Shared, Direction) -> Applicable<f64>;

/// The numbers of the table that the settings ask for.
fn numbers(settings: &Settings) -> impl Iterator<Item = (&'static str, &'static Measure, Number, Direction)> {
    settings.measures().filter_map(|(token, row, direction)| match row.value {
        Value::Number(of) => Some((token, row, of, direction)),
        _ => None,
    })
}

fn number(shared: &Shared, row: &Measure, of: Number, direction: Direction) -> Result<f64, String> {
    match shared.reduced.lacking(row.log_p, row.whose, direction) {
        Some(reason) => Err(reason.to_string()),
        None => of(shared, direction).map_err(|reason| reason.to_string()),
    }
}

/// What intervals are made of.
pub(crate) struct Evidence {
    /// Values without a block, for each block.
    pub rests: Vec<RestValues>,
    /// `m_cca_cv` without the scores of a block, for each block.
    pub held_out: Vec<f64>,
    /// Inputs of each block.
    pub sizes: Vec<f64>,
    /// Inputs that do not depend on each other: groups where there are some.
    pub independent: usize,
    /// What is kept of the inputs of the probability part, by block.
    pub kept: Vec<Vec<InputDivergences>>,
    /// What both models make of the right answers of these inputs, by block.
    pub kept_targets: Vec<Vec<AtTarget>>,
}

impl Evidence {
    /// The intervals of the numbers that a comparison has. `centres` are the values that those without a block are compared with: d_rep is
    /// over the same few subsets in all of them.
    pub(crate) fn intervals(
        &self,
        whole: &Shared,
        centres: &RestValues,
        nulls: Option<&Nulls>,
        settings: &Settings,
    ) -> Intervals {
        let of: Vec<_> = numbers(settings)
            .enumerate()
            .map(|(place, (token, row, of, direction))| {
                let interval = number(whole, row, of, direction).and_then(|value| {
                    self.interval(Asked { token, row, place, direction, value, nulls }, whole, centres)
                });
                (token, interval)
            })
            .collect();
        let bounds = self.sides(whole, centres, &of, settings);
        let without = numbers(settings).enumerate().filter_map(|(place, (token, row, of, direction))| {
            let value = number(whole, row, of, direction).ok()?;
            Some((token, self.without_each(row, place, direction, value, centres)?))
        });
        let without = if self.sizes.len() < FEWEST_BLOCKS { Vec::new() } else { without.collect() };
        Intervals { blocks: self.sizes.len(), of, bounds, sizes: self.sizes.clone(), without }
    }

    fn interval(&self, asked: Asked<'_>, whole: &Shared, centres: &RestValues) -> Result<Interval, String> {
        let Asked { row, place, direction, value, .. } = asked;
        if let Uncertainty::Never(why) = row.uncertainty {
            return Err(why.to_owned());
        }
        self.check(value)?;
        let from_values = |scale: Transform| {
            let of =
                |values: &RestValues| values.values[place].clone().expect("its interval is made of values");
            self.over_rests(value, centres, scale, of)
        };
        let mut interval = match row.uncertainty {
            Uncertainty::Never(_) => unreachable!("asked before"),
            Uncertainty::Log => from_values(Transform::LOG),
            Uncertainty::Logit => from_values(Transform::LOGIT),
            Uncertainty::Linear => from_values(Transform::LINEAR),
            Uncertainty::Fisher => {
                self.check_ranks(centres)?;
                marks::check_chance(asked, whole)?;
                from_values(Transform::FISHER)
            }
            Uncertainty::HeldOut => {
                self.jackknife(value, &self.held_out, Transform { corrected: false, ..Transform::FISHER })
            }
            Uncertainty::Share(belongs) => Ok(share_interval(&self.kept, belongs)),
            Uncertainty::Percentile(level, of) => {
                percentile_interval(&self.kept, level, |input| of(input, direction))
            }
            Uncertainty::TargetShare(belongs) => {
                Ok(share_interval(&self.kept_targets, |at| belongs(at, direction)))
            }
            Uncertainty::TargetPercentile(level, of) => percentile_interval(&self.kept_targets, level, of),
        }?;
        interval.marked = self.mark(asked, &interval, whole);
        Ok(interval.within(&row.range))
    }

    /// Whether a value can have an interval.
    fn check(&self, value: f64) -> Result<(), String> {
        if !value.is_finite() {
            return Err("the value is infinite".to_owned());
        }
        let few = self.sizes.len();
        let blocks = if few == 1 { "block" } else { "blocks" };
        match few < FEWEST_BLOCKS {
            true => Err(format!("{few} {blocks} of inputs; at least {FEWEST_BLOCKS} are needed")),
            false => Ok(()),
        }
    }

    /// The interval of a value by those without a block.
    fn over_rests(
        &self,
        value: f64,
        centres: &RestValues,
        scale: Transform,
        of: impl Fn(&RestValues) -> Result<f64, String>,
    ) -> Result<Interval, String> {
        self.check(value)?;
        let rests: Result<Vec<f64>, String> = self.rests.iter().map(&of).collect();
        let rests = rests.map_err(|reason| format!("without one of the blocks of inputs: {reason}"))?;
        let centre = of(centres)?;
        let mut interval = self.jackknife(centre, &rests, scale)?;
        if centre != value {
            let times = value / centre;
            interval.se *= times;
            interval.low *= times;
            interval.high *= times;
        }
        Ok(interval)
    }

    /// The values of a row without each block.
    fn without_each(
        &self,
        row: &Measure,
        place: usize,
        direction: Direction,
        value: f64,
        centres: &RestValues,
    ) -> Option<Vec<f64>> {
        match row.uncertainty {
            Uncertainty::HeldOut => Some(self.held_out.clone()).filter(|values| !values.is_empty()),
            Uncertainty::Share(belongs) => shares_without_each(&self.kept, belongs),
            Uncertainty::TargetShare(belongs) => {
                shares_without_each(&self.kept_targets, |at| belongs(at, direction))
            }
            _ if row.uncertainty.is_by_value() => {
                let of = |values: &RestValues| values.values[place].clone()?.ok();
                let centre = of(centres)?;
                let times = if centre == value { 1.0 } else { value / centre };
                let rests = self.rests.iter().map(|rest| Some(times * of(rest)?));
                rests.collect::<Option<Vec<f64>>>()
            }
            _ => None,
        }
    }

    /// The interval around a value on a scale, by those without a block.
    fn jackknife(&self, theta: f64, rests: &[f64], scale: Transform) -> Result<Interval, String> {
        if rests.iter().all(|rest| *rest == theta) {
            return Ok(scale.interval(0.0, [theta; 2], None));
        }
        let plain = LeaveOneOut::of(theta, rests, &self.sizes);
        let carried: Vec<f64> = rests.iter().map(|rest| (scale.forth)(*rest)).collect();
        let centre = (scale.forth)(theta);
        if !centre.is_finite() || carried.iter().any(|x| !x.is_finite()) {
            return Err("with or without a block of inputs it is at the end of its range".to_owned());
        }
        let on_scale = LeaveOneOut::of(centre, &carried, &self.sizes);
        let around = if scale.corrected { on_scale.corrected } else { centre };
        let reach = t_975(rests.len() - 1) * on_scale.standard_error;
        let mut ends = [around - reach, around + reach].map(scale.back);
        // One scale runs the other way.
        ends.sort_unstable_by(f64::total_cmp);
        Ok(scale.interval(plain.standard_error, ends, scale.corrected.then(|| (scale.back)(around))))
    }

    /// Directions that are there with all inputs must be there without any block.
    fn check_ranks(&self, whole: &RestValues) -> Result<(), String> {
        if self.rests.iter().all(|rest| rest.ranks == whole.ranks) {
            return Ok(());
        }
        Err("without one of the blocks of inputs a rank is smaller".to_owned())
    }
}

/// Clopper and Pearson's interval of a share of the inputs, which are given by block.
fn share_interval<T>(kept: &[Vec<T>], belongs: impl Fn(&T) -> bool) -> Interval {
    let (share, inputs) = effective_inputs(&counts(kept, belongs));
    let [low, high] = clopper_pearson(share * inputs, inputs);
    Interval {
        se: (share * (1.0 - share) / inputs).sqrt(),
        low,
        high,
        method: "Clopper–Pearson, effective inputs",
        corrected: None,
        marked: None,
    }
}

/// The interval of a percentile: the order statistics at the ends of the interval of the share of inputs under it.
fn percentile_interval<T>(kept: &[Vec<T>], level: f64, of: impl Fn(&T) -> f64) -> Result<Interval, String> {
    let mut values: Vec<f64> = kept.iter().flatten().map(&of).collect();
    values.sort_unstable_by(f64::total_cmp);
    let count = values.len() as f64;
    let at = values[((level * count).ceil() as usize).clamp(1, values.len()) - 1];
    let (_, inputs) = effective_inputs(&counts(kept, |input| of(input) <= at));
    let [low, high] = clopper_pearson(level * inputs, inputs).map(|share| share * count);
    if low < 1.0 || high > count - 1.0 {
        let needed = ((0.5 * (1.0 - LEVEL)).ln() / level.max(1.0 - level).ln()).ceil();
        return Err(format!(
            "{inputs:.0} independent inputs; about {needed} are needed to bound this percentile on both sides"
        ));
    }
    let ends = [values[low.floor() as usize - 1], values[high.ceil() as usize - 1]];
    Ok(Interval {
        se: (ends[1] - ends[0]) / (2.0 * t_975(usize::MAX)),
        low: ends[0],
        high: ends[1],
        method: "order statistics, effective inputs",
        corrected: None,
        marked: None,
    })
}

/// The share of the inputs that belong, without each block; `None` if a block has none.
fn shares_without_each<T>(kept: &[Vec<T>], belongs: impl Fn(&T) -> bool) -> Option<Vec<f64>> {
    let counts = counts(kept, belongs);
    let [belonging, inputs] = [0, 1].map(|i| counts.iter().map(|block| block[i]).sum::<f64>());
    let without = counts.iter().map(|[own, all]| (belonging - own) / (inputs - all));
    (counts.len() == kept.len()).then(|| without.collect())
}

/// In each block, the inputs that belong, and all.
fn counts<T>(kept: &[Vec<T>], belongs: impl Fn(&T) -> bool) -> Vec<[f64; 2]> {
    let of =
        |block: &Vec<T>| [block.iter().filter(|input| belongs(input)).count() as f64, block.len() as f64];
    kept.iter().filter(|block| !block.is_empty()).map(of).collect()
}

/// A number whose interval is asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    token: &'static str,
    row: &'static Measure,
    /// Its place among the numbers of the settings.
    place: usize,
    direction: Direction,
    value: f64,
    nulls: Option<&'a Nulls>,
}

/// To a scale on which a value has no end, and back.
#[derive(Clone, Copy)]
struct Transform {
    forth: fn(f64) -> f64,
    back: fn(f64) -> f64,
    /// Whether the interval is around the value less its bias.
    corrected: bool,
    method: &'static str,
}

impl Transform {
    const LOG: Transform =
        Transform { forth: f64::ln, back: f64::exp, corrected: false, method: "jackknife, log" };
    const LOGIT: Transform = Transform {
        forth: |x| (x / (1.0 - x)).ln(),
        back: |x| 1.0 / (1.0 + (-x).exp()),
        corrected: false,
        method: "jackknife, logit",
    };
    /// Of what has no end below, and 1 above.
    const LOG_REST: Transform = Transform {
        forth: |x| (1.0 - x).ln(),
        back: |y| 1.0 - y.exp(),
        corrected: false,
        method: "jackknife, log of what is left to 1",
    };
    const LINEAR: Transform = Transform { forth: |x| x, back: |x| x, corrected: false, method: "jackknife" };
    const FISHER: Transform =
        Transform { forth: f64::atanh, back: f64::tanh, corrected: true, method: "jackknife, Fisher's z" };

    fn interval(&self, se: f64, [low, high]: [f64; 2], corrected: Option<f64>) -> Interval {
        Interval { se, low, high, method: self.method, corrected, marked: None }
    }
}
