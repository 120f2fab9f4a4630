//! How alike trained networks are: the arms that are most and least alike, each a mean over its own networks.

use crate::trained::{Arm, arms_at_the_end};
use crate::typeset::typeset;
use crate::words;
use logitdist_results::Study;

/// Measures that are told, those that a study has.
const TOLD: [&str; 2] = ["m_cca", "top1_agreement"];

/// A sentence for each measure.
pub fn extremes(study: &Study) -> Vec<String> {
    TOLD.iter().filter_map(|token| extreme(study, token)).collect()
}

fn extreme(study: &Study, token: &str) -> Option<String> {
    let arms = arms_at_the_end(study, token);
    let by_mean = |a: &&Arm, b: &&Arm| a.estimate.mean.total_cmp(&b.estimate.mean);
    let (least, most) = (arms.iter().min_by(by_mean)?, arms.iter().max_by(by_mean)?);
    let told = study.told_apart(arms.iter().map(|arm| &arm.values[..]));
    let named = |arm: &Arm| {
        let one = |&axis: &usize| {
            let own = &study.axes[axis];
            let value = words::value_of(&own.name, &own.values[arm.values[axis]?]);
            Some(match own.numbers() {
                Some(_) => words::of_number(&words::axis(&own.name, None), &value),
                None => value,
            })
        };
        let names: Vec<String> = told.iter().filter_map(one).collect();
        let mean = typeset(arm.estimate.mean);
        let mean = arm.estimate.half_width.map_or(mean.clone(), |half| format!("{mean} ± {}", typeset(half)));
        if names.is_empty() { mean } else { format!("{mean} ({})", names.join(", ")) }
    };
    let mut letters = words::measure_name(token);
    letters[..1].make_ascii_uppercase();
    Some(match least.values == most.values {
        true => format!("{letters} of trained networks at the last epoch: {}.", named(most)),
        false => format!(
            "{letters} of trained networks at the last epoch: from {} to {}.",
            named(least),
            named(most)
        ),
    })
}
