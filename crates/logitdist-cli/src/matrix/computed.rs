//! What is computed of each pair, and kept of it.

use super::arguments::Arguments;
use super::models::ManyModels;
use crate::compare::{Sampling, groups_of, read_whole_numbers, rows_to_see, selected};
use crate::matched::Matched;
use crate::progress::Progress;
use anyhow::ensure;
use logitdist::bound::Side;
use logitdist::{
    Comparison, Intervals, Measure, ModelRows, Of, Pair, Same, Settings, compare_many, jointly_of, measure,
    theorems, tokens,
};
use logitdist_io::did_you_mean;
use logitdist_results::many::{ComparedModels, ManyComparisons, Number, Ranking, Step};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;

/// The measures of a comparison unless others are asked for, beside the bounds that certify m_cca.
const USUAL: [&str; 13] = [
    "d_logit",
    "d_logit_relative",
    "d_logit_per_label",
    "m_cca",
    "m_cca_null",
    "m_cca_logits",
    "kl_ab",
    "kl_ba",
    "kl_ab_q99",
    "js",
    "tv",
    "top1_agreement",
    "logit_error",
];

/// What is kept of a comparison.
struct Kept {
    pair: ComparedModels,
    intervals: Option<Intervals>,
}

/// Everything that is printed, and the bounds that are violated.
pub struct Computed {
    pub many: ManyComparisons,
    pub violated: Vec<&'static str>,
}

/// The tokens that are computed unless others are asked for.
pub fn usual() -> Vec<String> {
    let certify = |side: Side| matches!(side, Side::AtLeast("m_cca" | "m_cca_logits"));
    let bounds = theorems().filter(|row| certify(row.side)).map(|row| row.token);
    USUAL.into_iter().chain(bounds).map(str::to_owned).collect()
}

/// The measures that a ranking or a square is made of.
fn asked_for(arguments: &Arguments) -> impl Iterator<Item = &str> {
    std::iter::once(arguments.by.as_str()).chain(arguments.square.as_deref())
}

/// What the command line asks for.
pub fn settings(arguments: &Arguments) -> anyhow::Result<Settings> {
    let named: Vec<&str> = asked_for(arguments).collect();
    // Before anything is read: a wrong name should not cost a comparison.
    for token in &named {
        let compares = |row: &Measure| row.same != Same::Neither && row.of != Of::Models;
        let found = measure(token);
        let hint = match found {
            Some(_) => String::new(),
            None => did_you_mean(token, tokens().filter(|(_, row, _)| compares(row)).map(|(name, ..)| name)),
        };
        ensure!(
            found.is_some_and(|(row, _)| compares(row)),
            "{token} says nothing of how far two models are apart; a measure such as {} is needed{hint}",
            USUAL[..4].join(", ")
        );
    }
    let only = if arguments.only.is_empty() { usual() } else { arguments.only.clone() };
    let selection = selected(&only, &[], false, &named)?;
    Ok(Settings { selection, blocks: arguments.blocks, held_out: false, ..arguments.reducing.settings() })
}

/// Compares the models.
pub fn computed(
    arguments: &Arguments,
    models: &ManyModels<'_>,
    settings: &Settings,
    command: String,
) -> anyhow::Result<Computed> {
    let groups = arguments.groups.as_deref().map(|path| read_whole_numbers(path, "group")).transpose()?;
    let chosen = Matched { inputs: [models.inputs.clone(), None], ..Matched::default() };
    let groups = groups.map(|groups| groups_of(groups, &chosen)).transpose()?;
    let rows: Vec<&dyn ModelRows> = models.models.iter().map(|model| model as &dyn ModelRows).collect();
    let count = rows.len();
    let firsts = if arguments.all { count - 1 } else { 1 };
    let pairs: Vec<Pair<'_>> = (0..firsts)
        .flat_map(|i| (i + 1..count).map(move |j| (i, j)))
        .map(|(i, j)| Pair::new(rows[i], rows[j]))
        .collect::<Result<_, _>>()?;
    let with_them = Settings { intervals: true, held_out: true, groups, ..settings.clone() };
    let sampling = Sampling::of(&pairs, &with_them, arguments.wants_intervals());
    let settings = Settings { intervals: sampling.is_on, held_out: sampling.is_on, ..with_them };
    let progress = Progress::new(pairs.iter().map(|pair| rows_to_see(pair, &settings)).sum());
    let watch = |stage, rows| progress.watch(stage, rows);
    let rng = || ChaCha8Rng::seed_from_u64(arguments.reducing.seed);
    let (mut kept, mut violated) = (Vec::with_capacity(pairs.len()), Vec::new());
    let mut remarks: BTreeMap<&str, (String, usize)> = BTreeMap::new();
    for i in 0..firsts {
        compare_many(rows[i], &rows[i + 1..], &settings, rng, &watch, |j, comparison| {
            let tokens = comparison.all_bounds().filter(|(_, bound)| bound.is_violated());
            violated.extend(tokens.map(|(_, bound)| bound.theorem.token));
            for (token, note) in &comparison.notes {
                remarks.entry(*token).or_insert_with(|| (note.clone(), 0)).1 += 1;
            }
            kept.push(Kept::of([i, i + 1 + j], comparison));
        })?;
    }
    let by = arguments.by.as_str();
    let ranking = if arguments.all { Ranking::default() } else { ranking(by, &kept) };
    let mut notes = models.notes.clone();
    notes.extend(models.repeated());
    let left_out = "intervals were left out, as they would take long: --intervals asks for them";
    notes.extend(sampling.note.map(|_| left_out.to_owned()));
    // The first pair speaks for all of which the same is to be said.
    let all = pairs.len();
    notes.extend(
        remarks.into_iter().map(|(token, (note, n))| format!("{token} in {n} of {all} pairs: {note}")),
    );
    violated.sort_unstable();
    violated.dedup();
    let many = ManyComparisons {
        version: env!("CARGO_PKG_VERSION").into(),
        seed: arguments.reducing.seed,
        command,
        n_inputs: pairs[0].n_inputs(),
        n_labels: pairs[0].n_labels(),
        models: models.names.clone(),
        pairs: kept.into_iter().map(|kept| kept.pair).collect(),
        all: arguments.all,
        by: by.to_owned(),
        ranking,
        steps: arguments.sequence.then(|| steps(models)),
        notes,
    };
    for token in asked_for(arguments) {
        let computed = many.tokens();
        ensure!(
            computed.contains(&token),
            "{token} was not computed for these models; these were: {}",
            computed.join(", ")
        );
    }
    Ok(Computed { many, violated })
}

impl Kept {
    fn of([a, b]: [usize; 2], comparison: Comparison) -> Kept {
        let ends = |token: &str| {
            let interval = comparison.intervals.as_ref()?.get(token)?.as_ref().ok()?;
            Some([interval.low, interval.high])
        };
        let mut numbers: Vec<Number> = Vec::with_capacity(comparison.scalars.len() + 4);
        numbers.extend(comparison.scalars.iter().map(|(token, value)| Number {
            section: "measure",
            token,
            value: value.as_ref().copied().map_err(ToString::to_string),
            ends: ends(token),
        }));
        let both = [("certificate", &comparison.certificate), ("certificate_ba", &comparison.certificate_ba)];
        for (section, certificate) in both.into_iter().filter(|_| !comparison.bounds.is_empty()) {
            let all = [("m_cca", &certificate.m_cca), ("m_cca_logits", &certificate.m_cca_logits)];
            numbers.extend(all.map(|(token, value)| Number {
                section,
                token,
                value: value.as_ref().map(|(at_least, _)| *at_least).map_err(ToString::to_string),
                ends: None,
            }));
        }
        Kept { pair: ComparedModels { a, b, numbers }, intervals: comparison.intervals }
    }
}

/// The others by a measure, with the steps from each to the next.
fn ranking(by: &str, kept: &[Kept]) -> Ranking {
    let values: Vec<(usize, Option<f64>)> =
        kept.iter().map(|kept| (kept.pair.b, kept.pair.value(by))).collect();
    let step = |x: usize, y: usize| {
        let (before, after) = (values[x].1?, values[y].1?);
        let ends = match [&kept[x].intervals, &kept[y].intervals] {
            [Some(x), Some(y)] => {
                let found = jointly_of([after, before], [y, x], by, |after, before| after - before);
                found.map(|interval| [interval.low, interval.high])
            }
            _ => Err("no intervals were asked for".to_owned()),
        };
        Some(Step { difference: after - before, ends })
    };
    Ranking::of(by, &values, step)
}

/// Where each of the others stands on the axis of steps: at the last number in its name, if all have other ones; else at 1, 2, 3, ….
fn steps(models: &ManyModels<'_>) -> Vec<f64> {
    let last_number = |name: &str| -> Option<f64> {
        let digits = name.chars().rev().skip_while(|c| !c.is_ascii_digit());
        let digits: String = digits.take_while(char::is_ascii_digit).collect();
        digits.chars().rev().collect::<String>().parse().ok()
    };
    let others = &models.names[1..];
    let found: Option<Vec<f64>> = others.iter().map(|name| last_number(&name.short)).collect();
    let rises = |steps: &Vec<f64>| steps.windows(2).all(|two| two[0] < two[1]);
    found.filter(rises).unwrap_or_else(|| (1..=others.len()).map(|i| i as f64).collect())
}
