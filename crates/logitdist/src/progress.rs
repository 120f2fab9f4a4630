//! What a long comparison is at.

/// The part of a comparison that is being computed, in the order in which they come; the first two run side by side.
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

/// Is told of rows that are done: labels of [`Stage::Labels`], inputs of the two stages after it. [`Stage::Probability`] and
/// [`Stage::Measures`] are named once with 0 rows when they begin. Called by several threads at a time.
pub type Watch<'a> = &'a (dyn Fn(Stage, usize) + Sync);
