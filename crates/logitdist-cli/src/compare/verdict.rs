//! What a comparison amounts to, in sentences.

use super::compared_pair::ComparedPair;
use logitdist::{Applicable, Bound, Certificate, Statement};
use logitdist_results::number::{number, short};
use std::fmt::Write;

/// The sentences: whether every bound holds, what is certified and what was measured, what each probe loses.
pub fn sentences(result: &ComparedPair) -> Vec<String> {
    let comparison = &result.comparison;
    let of_probes = result.probes.iter().map(|probe| &probe.agreement);
    let bounds = comparison.all_bounds().map(|(_, bound)| bound).chain(of_probes);
    let violations = bounds.filter(|bound| bound.is_violated()).count();
    if comparison.all_bounds().next().is_none() {
        return vec!["No bound was asked for.".to_owned()];
    }
    let mut sentences = vec![match violations {
        0 if comparison.all_bounds().all(|(_, bound)| bound.statement.is_none()) => {
            "No bound applies to this pair.".to_owned()
        }
        0 => "Every bound holds.".to_owned(),
        n => format!("{n} BOUNDS ARE VIOLATED: a proof or this program is wrong."),
    }];
    let (ab, ba) = (&comparison.certificate, &comparison.certificate_ba);
    sentences.push(certified(result, "m_cca", &ab.m_cca));
    if ab.m_cca.is_err() {
        sentences.push(certified(result, "m_cca_logits", &ab.m_cca_logits));
    }
    sentences.extend(probes("from b to a", "a", ab, &comparison.bounds));
    sentences.extend(probes("from a to b", "b", ba, &comparison.bounds_ba));
    sentences.extend(result.probes.iter().enumerate().map(|(i, probe)| {
        let (transfer, kept) = (&probe.transfer, decisions(&probe.agreement));
        format!(
            "Probe {i}: carried over from b to a it errs by {}, certified at most {}; its standard deviation is {}.{kept}",
            number(transfer.error),
            number(transfer.certified),
            number(transfer.probe_sd)
        )
    }));
    sentences
}

/// How many decisions a carried probe keeps.
fn decisions(agreement: &Bound) -> String {
    match agreement.statement {
        Some(Statement::AtLeast { bound, value }) => {
            format!(
                " It decides {} of the inputs as before, certified at least {}.",
                short(value),
                short(bound)
            )
        }
        _ => String::new(),
    }
}

/// What linear probes lose in a direction, certified and measured.
fn probes(direction: &str, labels_of: &str, certificate: &Certificate, bounds: &[Bound]) -> Option<String> {
    let cost = certificate.probe_cost.as_ref().ok()?;
    let mut sentence = format!(
        "Certified: a linear probe of unit weight, carried over {direction}, errs by at most {}",
        number(*cost)
    );
    let worst = bounds.iter().find(|b| b.theorem.token == "probe_transfer").and_then(|b| b.tightness);
    if let Some(worst) = worst {
        write!(sentence, " (measured: at most {} of what is certified)", short(worst))
            .expect("writing to a string");
    }
    if let Ok(relative) = certificate.relative_probe_cost {
        write!(
            sentence,
            ". If {labels_of}'s labels determine the probe, its error is at most {} times the probe's standard deviation",
            number(relative)
        )
        .expect("writing to a string");
    }
    Some(format!("{sentence}."))
}

fn certified(result: &ComparedPair, token: &str, at_least: &Applicable<(f64, &'static str)>) -> String {
    let measured = match result.comparison.scalar(token) {
        Some(Ok(x)) => number(*x),
        _ => "n/a".to_owned(),
    };
    match at_least {
        Ok((x, by)) if *x > 0.0 => {
            format!(
                "Certified from the distributions: {token} ≥ {} (by {by}); measured {measured}.",
                number(*x)
            )
        }
        Ok(_) => format!("The distributions are too far apart to certify any {token}; measured {measured}."),
        Err(reason) => format!("Nothing is certified about {token} ({measured}): {reason}."),
    }
}
