//! Whose embeddings a measure or a bound is about. A model that is given by its logits alone has none.

use crate::reduced::Direction;

/// Which models' embeddings and unembeddings are in it, beyond what the distributions determine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whose {
    /// No model's: it is a function of the distributions alone.
    Nobodys,
    /// Those of the first model of the direction.
    Firsts,
    /// Those of the second.
    Seconds,
    /// Those of both.
    Both,
}

impl Whose {
    /// Whether they are needed of model a, and of model b.
    pub(crate) fn needed(self, direction: Direction) -> [bool; 2] {
        let [first, second] = match self {
            Whose::Nobodys => [false; 2],
            Whose::Firsts => [true, false],
            Whose::Seconds => [false, true],
            Whose::Both => [true; 2],
        };
        match direction {
            Direction::Ab => [first, second],
            Direction::Ba => [second, first],
        }
    }
}
