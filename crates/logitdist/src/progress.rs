//! What a long comparison is at.

/// The part of a comparison that is being computed, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The factor over the labels.
    Labels,
    /// The factor over the inputs.
    Inputs,
    /// KL divergence and its relatives.
    Probability,
    /// Measures and bounds, which see neither inputs nor logits.
    Measures,
}

/// Is told of rows that are done: labels of [`Stage::Labels`], inputs of the two stages after it. Every stage but those two, which
/// run side by side, is named once with 0 rows when it begins. Called by several threads at a time.
pub type Watch<'a> = &'a (dyn Fn(Stage, usize) + Sync);
