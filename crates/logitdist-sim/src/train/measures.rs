//! Measures of trained networks beyond those of a comparison. They need labels or the networks themselves.

use super::group::Group;
use super::networks::Networks;
use super::pair::TrainedPair;
use super::settings::TrainSettings;
use logitdist::{Bound, Comparison, Pair, Reason, Scale, theorem};
use logitdist_train::{Concept, ConceptTransfer, ProbeSpec, concept_transfer};

/// Adds these measures to the comparison of a pair.
///
/// # Errors
/// The networks do not fit the data.
pub fn added(
    mut comparison: Comparison,
    pair: &TrainedPair,
    settings: &TrainSettings,
    networks: &Networks,
) -> Result<Comparison, String> {
    let data = settings.part(&pair.splits)?;
    for (token, trained) in Group::Accuracy.tokens().zip([&pair.a, &pair.b]) {
        let accuracy = trained.network.accuracy(data).map_err(|e| e.to_string())?;
        comparison.scalars.push((token, Ok(accuracy)));
    }
    let Some(concept) = settings.concept else { return Ok(comparison) };
    match transfer(pair, settings, concept) {
        Ok(transfer) => {
            comparison
                .scalars
                .extend(transfer.numbers().into_iter().map(|(token, value)| (token, Ok(value))));
            comparison.bounds.extend(violated_certificate(&transfer));
            comparison.bounds.push(transfer.agreement);
        }
        Err(reason) => {
            let agreement = theorem("probe_agreement").expect("T17 is in the table");
            comparison.bounds.push(Bound::not_applicable(agreement, Reason::Undetermined(reason.clone())));
            let missing = |token| (token, Err(Reason::Undetermined(reason.clone())));
            comparison.scalars.extend(Group::Concept.tokens().map(missing));
        }
    }
    let Some(tuning) = settings.tuning() else { return Ok(comparison) };
    for (token, trained) in Group::Tuned.tokens().zip([&pair.a, &pair.b]) {
        let accuracy = networks.tuned.accuracy(trained, &tuning, &pair.splits, concept);
        let accuracy =
            accuracy.map_err(|reason| Reason::Undetermined(format!("adapted to {concept}: {reason}")));
        comparison.scalars.push((token, accuracy));
    }
    Ok(comparison)
}

/// Probes, fitted on the training inputs and measured on the inputs of the comparison.
fn transfer(
    pair: &TrainedPair,
    settings: &TrainSettings,
    concept: Concept,
) -> Result<ConceptTransfer, String> {
    let (fit, data) = (&pair.splits.train, settings.part(&pair.splits)?);
    let ((fit_a, fit_b), (a, b)) = (pair.models(fit)?, pair.models(data)?);
    let pair_of = |a, b| Pair::new(a, b).map_err(|e| e.to_string());
    let (fit_pair, pair) = (pair_of(&fit_a, &fit_b)?, pair_of(&a, &b)?);
    concept_transfer(&pair, &fit_pair, fit.labels(), data.labels(), concept, &ProbeSpec::default())
        .map_err(|e| e.to_string())
}

/// T8 for the concept's probe, if it fails: a violation like others. If it holds, there is nothing to add: the columns have both sides,
/// and the bound on the worst probe is reported anyway.
fn violated_certificate(transfer: &ConceptTransfer) -> Option<Bound> {
    let ConceptTransfer { probe_error, probe_certificate, certificate_holds, .. } = transfer;
    // The test that failed allowed for rounding.
    let exact = Scale::Linear(0.0);
    let worst_probe = theorem("probe_transfer").expect("T8 is in the table");
    let violated = Bound::at_most(worst_probe, *probe_error, *probe_certificate, exact);
    (!certificate_holds).then_some(violated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_fails_is_a_violated_bound_and_one_that_holds_is_none() {
        let transfer = |error: f64, certificate_holds: bool| ConceptTransfer {
            probe_majority: 0.6,
            probe_accuracy_a: 0.9,
            probe_accuracy_b: 0.9,
            probe_accuracy_carried: 0.9,
            probe_accuracy_determined: 0.9,
            probe_error: error,
            probe_certificate: 1.0,
            probe_sd: 1.0,
            probe_undetermined: 0.0,
            probe_kept: 1.0,
            agreement: Bound::at_least(theorem("probe_agreement").unwrap(), 1.0, 0.5, 0.5),
            certificate_holds,
        };
        assert_eq!(violated_certificate(&transfer(0.5, true)), None);
        let bound = violated_certificate(&transfer(1.1, false)).unwrap();
        assert!(bound.is_violated() && bound.theorem.token == "probe_transfer");
        assert!(violated_certificate(&transfer(f64::NAN, false)).unwrap().is_violated());
    }
}
