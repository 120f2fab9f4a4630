//! Headline sentences, computed: each only where its numbers exist.

use crate::picture::{certificates_of_m_cca, families};
use crate::typeset::typeset;
use logitdist::Form;
use logitdist_results::networks::NETWORKS;
use logitdist_results::{Distribution, Group, RunStatus, Study};

/// The share of equality that counts as attained.
const ATTAINED: f64 = 0.999;

/// What a sweep found, in sentences.
pub fn sentences(study: &Study) -> Vec<String> {
    let mut all = vec![size(study), violations(study)];
    all.extend(certificates(study));
    all.extend(comparisons(study));
    all.extend(attained(study));
    all.extend(counter_example(study));
    all.extend(independent(study));
    all.retain(|sentence| !sentence.is_empty());
    all
}

fn group<'a>(study: &'a Study, bound: &str, axis: &str, value: &str) -> Option<&'a Group> {
    study.summary.groups.iter().find(|g| g.bound == bound && g.axis == axis && g.value == value)
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
    let axes = varied.iter().map(|&axis| {
        let axis = &study.axes[axis];
        let ends = match (axis.values.first(), axis.values.last()) {
            (Some(first), Some(last)) if axis.numbers().is_some() => {
                format!(", {} to {}", tidy(first), tidy(last))
            }
            _ => String::new(),
        };
        format!("{} ({} values{ends})", axis.name, axis.values.len())
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
        .map(|g| format!("{} in {}", g.bound, g.violations))
        .collect();
    match (n, broken.is_empty()) {
        (0, _) => "No bound exists in any cell.".into(),
        (_, true) => format!("None of {n} bounds is violated."),
        _ => format!("VIOLATED, so that a proof or the program is wrong: {} of {n} bounds.", listed(&broken)),
    }
}

/// What is certified over all, and at the ends of every axis of numbers.
fn certificates(study: &Study) -> Vec<String> {
    let mut all = Vec::new();
    let about = |axis: &str, value: &str| -> Option<String> {
        let parts: Vec<String> = certificates_of_m_cca()
            .filter_map(|theorem| {
                let name = theorem.number;
                let g = group(study, theorem.token, axis, value)?;
                let (share, median) = (g.vacuous_share()?, g.certified.quantile(0.5)?);
                Some(match share {
                    _ if median > 0.0 => format!(
                        "{name} certifies m_CCA ≥ {} at the median{}",
                        typeset(floored(median)),
                        if share > 0.0 {
                            format!(" and is vacuous in {}", percent(share))
                        } else {
                            String::new()
                        }
                    ),
                    _ => format!("{name} is vacuous in {} of cells", percent(share)),
                })
            })
            .collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    };
    all.extend(about("all", "").map(|what| format!("Over all cells, {what}.")));
    for position in study.varied_of_pairs() {
        let axis = &study.axes[position];
        if axis.numbers().is_none() || !study.sources_apart(position).is_empty() {
            continue;
        }
        let ends = [axis.values.first(), axis.values.last()];
        for value in ends.into_iter().flatten() {
            let what = about(&axis.name, value);
            all.extend(what.map(|what| format!("At {} {}, {what}.", axis.name, tidy(value))));
        }
    }
    all
}

/// Published against sharpened bounds of a family.
fn comparisons(study: &Study) -> Vec<String> {
    let mut all = Vec::new();
    for family in families(study).into_iter().filter(|f| !f.certifies) {
        let median = |bound: usize| {
            let (token, form) = &study.bounds[bound];
            let median = group(study, token, "all", "")?.tightness.quantile(0.5)?;
            Some((token.as_str(), *form, median))
        };
        let medians: Vec<_> = family.bounds.iter().filter_map(|&(bound, _)| median(bound)).collect();
        let published = medians.iter().find(|m| m.1 == Form::Published);
        let sharpened = medians.iter().filter(|m| m.1 == Form::Sharpened).max_by(|a, b| a.2.total_cmp(&b.2));
        let (Some(published), Some(sharpened)) = (published, sharpened) else { continue };
        let times = match sharpened.2 / published.2 {
            ratio if ratio.is_finite() && ratio >= 1.05 => format!(", {} times as tight", typeset(ratio)),
            _ => String::new(),
        };
        all.push(format!(
            "{}: the median tightness is {} by {} (published) and {} by {} (sharpened){times}.",
            family.title,
            typeset(published.2),
            published.0,
            typeset(sharpened.2),
            sharpened.0
        ));
    }
    all
}

/// Bounds that come to equality somewhere.
fn attained(study: &Study) -> Vec<String> {
    let closest = |g: &Group| g.tightness.quantile(1.0);
    let tokens: Vec<String> = all_groups(study)
        .filter(|g| closest(g).is_some_and(|t| t >= ATTAINED && g.violations == 0))
        .map(|g| g.bound.clone())
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
        "Counter-example permuted_clusters (E6): as gamma goes from {} to {}, kl_ab goes from {}, d_logit from {} and m_cca from {}.",
        study.axes[gamma].values[first],
        study.axes[gamma].values[last],
        from_to(kl)?,
        from_to(d_logit)?,
        from_to(m_cca)?
    ))
}

/// How alike independent models seem.
fn independent(study: &Study) -> Option<String> {
    let source = study.axis("source")?;
    let independent = study.axes[source].values.iter().position(|v| v == "independent")?;
    let m_cca = study.measure("m_cca")?;
    let inputs = study.axes.iter().position(|axis| axis.name == "inputs" && axis.values.len() > 1)?;
    let at = |value: usize| {
        let cells = study
            .sample()
            .filter(|c| c.values[source] == Some(independent) && c.values[inputs] == Some(value));
        cells.filter_map(|c| c.measures[m_cca]).collect::<Distribution>().quantile(0.5)
    };
    let present: Vec<(usize, f64)> =
        (0..study.axes[inputs].values.len()).filter_map(|v| Some((v, at(v)?))).collect();
    let ((first, high), (last, low)) = (*present.first()?, *present.last()?);
    (first != last).then(|| {
        let values = &study.axes[inputs].values;
        format!(
            "Independent models have a median m_cca of {} at {} inputs and of {} at {} inputs.",
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
fn floored(x: f64) -> f64 {
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
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
