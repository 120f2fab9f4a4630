//! How far two models are apart where the first one is sure of itself, and where it is not.

use crate::probability::ProbabilityPart;

/// Parts of the inputs, by the first model's largest probability.
const PARTS: usize = 10;

/// A tenth of the inputs: those of like confidence of the first model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decile {
    /// How many inputs it has.
    pub inputs: usize,
    /// The smallest and the largest of a's largest probabilities at them.
    pub confidence: [f64; 2],
    /// Mean of KL(p ‖ p′) over them, nats.
    pub kl_ab: f64,
    /// Mean of KL(p′ ‖ p), nats.
    pub kl_ba: f64,
    /// Share of them with the same most probable label.
    pub agreement: f64,
}

/// Tenths of the inputs by a's largest probability, the least sure first; of equals the first inputs. Fewer than ten inputs make fewer.
pub(crate) fn deciles(part: &ProbabilityPart) -> Vec<Decile> {
    let mut order: Vec<usize> = (0..part.confidence.len()).collect();
    order.sort_by(|&i, &j| part.confidence[i].total_cmp(&part.confidence[j]));
    let end = |i: usize| i * order.len() / PARTS;
    let parts = (0..PARTS).map(|i| &order[end(i)..end(i + 1)]).filter(|part| !part.is_empty());
    parts
        .map(|inputs| {
            let mean = |of: &dyn Fn(usize) -> f64| {
                inputs.iter().map(|&input| of(input)).sum::<f64>() / inputs.len() as f64
            };
            Decile {
                inputs: inputs.len(),
                confidence: [inputs[0], inputs[inputs.len() - 1]].map(|input| part.confidence[input]),
                kl_ab: mean(&|input| part.at_inputs[input].kl_ab),
                kl_ba: mean(&|input| part.at_inputs[input].kl_ba),
                agreement: mean(&|input| f64::from(u8::from(part.at_inputs[input].agreeing))),
            }
        })
        .collect()
}
