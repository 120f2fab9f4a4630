//! Headline sentences, computed: each only where its numbers exist. None has a median over what differs in more than its replicates.

mod certificates;
mod trained;

use crate::declared::is_equal_pair;
use crate::picture::families;
use crate::typeset::typeset;
use crate::words;
use logitdist::Form;
use logitdist_results::networks::NETWORKS;
use logitdist_results::{Cell, Distribution, Group, RunStatus, Study};

/// The share of equality that counts as attained.
const ATTAINED: f64 = 0.999;

/// What a sweep found, in sentences.
pub fn sentences(study: &Study) -> Vec<String> {
    let mut all = vec![size(study), violations(study)];
    all.extend(trained::extremes(study));
    all.extend(certificates::certified(study));
    all.extend(certificates::vacuous(study));
    all.extend(comparisons(study));
    all.extend(attained(study));
    all.extend(counter_example(study));
    all.extend(independent(study));
    all.retain(|sentence| !sentence.is_empty());
    all
}

/// The answer to the question of a sweep in few sentences, as far as numbers give it: of trained networks how alike they are, of the
/// counter-example its course, else what is certified and how much sharpening gains; and whether all bounds hold.
pub fn answer(study: &Study) -> Vec<String> {
    const MOST: usize = 4;
    let mut all = trained::extremes(study);
    all.extend(counter_example(study));
    all.extend(independent(study));
    all.extend(certificates::certified(study));
    all.extend(comparisons(study));
    all.truncate(MOST);
    all.push(violations(study));
    all
}

/// Whether a study has pairs of the counter-example E6.
pub fn is_counter_example(study: &Study) -> bool {
    study
        .axis("source")
        .is_some_and(|axis| study.axes[axis].values.iter().any(|value| value == "permuted_clusters"))
}

pub fn all_groups(study: &Study) -> impl Iterator<Item = &Group> {
    study.summary.groups.iter().filter(|g| g.axis == "all")
}

/// That results are missing, if they are.
pub fn incomplete(study: &Study) -> Option<String> {
    let run = &study.run.manifest;
    let status = run.status.filter(|status| *status != RunStatus::Complete)?;
    let (failed, missing) = (run.counts.cells_failed, run.counts.cells_missing);
    Some(format!("The run is not complete ({status}): {failed} cells failed, {missing} are missing."))
}

fn size(study: &Study) -> String {
    let varied = study.varied();
    let axes = varied.iter().map(|&position| {
        let axis = &study.axes[position];
        let ends = match (axis.values.first(), axis.values.last()) {
            // What sources mean differently has no ends in common.
            (Some(first), Some(last))
                if axis.numbers().is_some() && study.sources_apart(position).is_empty() =>
            {
                format!(", {} to {}", tidy(first), tidy(last))
            }
            _ => String::new(),
        };
        format!("{} ({} values{ends})", words::axis(&axis.name, None), axis.values.len())
    });
    let axes: Vec<String> = axes.collect();
    let networks = NETWORKS.iter().filter_map(|name| {
        let count = study.axes[study.axis(name)?].values.len();
        (count > 1).then(|| format!("{count} {name}s"))
    });
    let networks = match networks.collect::<Vec<_>>() {
        networks if networks.is_empty() => String::new(),
        networks => format!(", with {}", listed(&networks)),
    };
    let over = if axes.is_empty() { String::new() } else { format!(" over {}", listed(&axes)) };
    let missing = match study.not_applicable {
        0 => String::new(),
        n => format!("; {n} of them without a pair to compare"),
    };
    format!("{} cells{over}{networks}{missing}.", study.total)
}

fn violations(study: &Study) -> String {
    let n: u64 = all_groups(study).map(|g| g.n - g.not_applicable).sum();
    let broken: Vec<String> = all_groups(study)
        .filter(|g| g.violations > 0)
        .map(|g| format!("{} in {}", words::bound(&g.bound), g.violations))
        .collect();
    match (n, broken.is_empty()) {
        (0, _) => "No bound exists in any cell.".into(),
        (_, true) => format!("None of {n} bounds is violated."),
        _ => format!("VIOLATED, so that a proof or the program is wrong: {} of {n} bounds.", listed(&broken)),
    }
}

/// Published against sharpened bounds of a family, pair by pair: the same pair in the same direction.
fn comparisons(study: &Study) -> Vec<String> {
    /// Ratios under this are not worth a sentence.
    const LEAST: f64 = 1.02;
    let mut all = Vec::new();
    for family in families(study).into_iter().filter(|f| !f.certifies) {
        let of =
            |form: Form| family.bounds.iter().copied().filter(move |&bound| study.bounds[bound].1 == form);
        let Some(published) = of(Form::Published).next() else { continue };
        for sharpened in of(Form::Sharpened) {
            let ratios: Distribution =
                study.sample().flat_map(|cell| ratios(study, cell, sharpened, published)).collect();
            let Some([low, high]) = ratios.quantiles([0.05, 0.95]) else { continue };
            if high < LEAST {
                continue;
            }
            let name = |bound: usize| words::bound(&study.bounds[bound].0);
            all.push(format!(
                "Of {}: {} is {} to {} times as tight as {}, in nine of ten pairs.",
                words::family(&family.title),
                name(sharpened),
                typeset(low),
                typeset(high),
                name(published)
            ));
        }
    }
    all
}

/// Tightness under this is a ratio of rounding errors.
const ROUNDING: f64 = 1e-12;

/// The tightness of a bound over that of another, on the same pair in the same direction.
fn ratios(study: &Study, cell: &Cell, bound: usize, other: usize) -> Vec<f64> {
    if is_equal_pair(study, cell) {
        return Vec::new();
    }
    let own = cell.evaluations.iter().filter(|e| e.bound == bound);
    let ratio = own.filter_map(|e| {
        let same = |o: &&logitdist_results::Evaluation| o.bound == other && o.direction == e.direction;
        let other = cell.evaluations.iter().find(same)?.tightness.filter(|&t| t > ROUNDING)?;
        Some(e.tightness? / other)
    });
    ratio.collect()
}

/// Bounds that come to equality somewhere.
fn attained(study: &Study) -> Vec<String> {
    let closest = |g: &Group| g.tightness.quantile(1.0);
    let tokens: Vec<String> = all_groups(study)
        .filter(|g| closest(g).is_some_and(|t| t >= ATTAINED && g.violations == 0))
        .map(|g| words::bound(&g.bound))
        .collect();
    match tokens.is_empty() {
        true => Vec::new(),
        false => {
            vec![format!("Attained to within {} somewhere: {}.", percent(1.0 - ATTAINED), listed(&tokens))]
        }
    }
}

/// The course of E6: KL vanishes and the embeddings stay unrelated.
fn counter_example(study: &Study) -> Option<String> {
    let source = study.axis("source")?;
    let family = study.axes[source].values.iter().position(|v| v == "permuted_clusters")?;
    let gamma = study.axis("gamma")?;
    let measures = ["kl_ab", "d_logit", "m_cca"].map(|token| study.measure(token));
    let [Some(kl), Some(d_logit), Some(m_cca)] = measures else { return None };
    let median = |measure: usize, value: usize| {
        let cells =
            study.sample().filter(|c| c.values[source] == Some(family) && c.values[gamma] == Some(value));
        let values: Distribution = cells.filter_map(|c| c.measures[measure]).collect();
        values.quantile(0.5)
    };
    let present: Vec<usize> =
        (0..study.axes[gamma].values.len()).filter(|&v| median(kl, v).is_some()).collect();
    let (&first, &last) = (present.first()?, present.last()?);
    if first == last {
        return None;
    }
    let from_to = |measure| {
        Some(format!("{} to {}", typeset(median(measure, first)?), typeset(median(measure, last)?)))
    };
    Some(format!(
        "Counter-example permuted clusters (E6): as γ goes from {} to {}, the KL divergence goes from {} nats, the logit distance from {} nats and m_CCA \
         from {}.",
        study.axes[gamma].values[first],
        study.axes[gamma].values[last],
        from_to(kl)?,
        from_to(d_logit)?,
        from_to(m_cca)?
    ))
}

/// How alike independent models seem, of the greatest dimension that there is at all numbers of inputs.
fn independent(study: &Study) -> Option<String> {
    let source = study.axis("source")?;
    let independent = study.axes[source].values.iter().position(|v| v == "independent")?;
    let (m_cca, dim) = (study.measure("m_cca")?, study.axis("dim")?);
    let inputs = study.axes.iter().position(|axis| axis.name == "inputs" && axis.values.len() > 1)?;
    let at = |value: usize, of: usize| {
        let is_own = |c: &&Cell| {
            [(source, independent), (inputs, value), (dim, of)].iter().all(|&(a, v)| c.values[a] == Some(v))
        };
        study
            .sample()
            .filter(is_own)
            .filter_map(|c| c.measures[m_cca])
            .collect::<Distribution>()
            .quantile(0.5)
    };
    let present = |of: usize| -> Vec<(usize, f64)> {
        (0..study.axes[inputs].values.len()).filter_map(|v| Some((v, at(v, of)?))).collect()
    };
    let most = (0..study.axes[dim].values.len()).max_by_key(|&of| present(of).len())?;
    let present = present(most);
    let ((first, high), (last, low)) = (*present.first()?, *present.last()?);
    (first != last).then(|| {
        let values = &study.axes[inputs].values;
        format!(
            "Independent models of dimension {} have a median m_CCA of {} at {} inputs and of {} at {} inputs.",
            study.axes[dim].values[most],
            typeset(high),
            values[first],
            typeset(low),
            values[last]
        )
    })
}

/// A value of an axis, shorter where it has many digits.
fn tidy(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(x) if value.len() > 6 => typeset(x),
        _ => value.to_owned(),
    }
}

/// A certified correlation is rounded down, so that what is said is certified.
pub fn floored(x: f64) -> f64 {
    if x >= 0.01 { (x * 1000.0).floor() / 1000.0 } else { x }
}

/// A share in per cent: not 0 or 100 unless it is.
pub fn percent(share: f64) -> String {
    match 100.0 * share {
        p if p > 0.0 && p < 1.0 => format!("{} %", typeset(p)),
        p if p > 99.0 && p < 100.0 => format!("{p:.2} %"),
        p => format!("{p:.0} %"),
    }
}

/// `a, b and c`.
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
