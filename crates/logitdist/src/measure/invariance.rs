//! Which changes of a model leave a measure or a bound as it is.

/// A change of one model. A measure names the widest that leaves it as it is, for each of the two models.
///
/// A, B are invertible, Q orthogonal, s ≠ 0, c and v any vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// Any other numbers in the same shapes.
    Any,
    /// f ↦ A f + c and g ↦ B g + v, each on its own: the predictions change.
    Affine,
    /// f ↦ A f + c and g ↦ A⁻ᵀ g + v, with the bias that keeps every prediction.
    Coordinates,
    /// f ↦ s Q f + c; g does not matter.
    Similarity,
    /// f ↦ Q f + c and g ↦ Q g + v, with the bias that keeps every prediction.
    Rotation,
    /// f ↦ s f + c; g does not matter.
    Scaling,
    /// None: it is made of rounding errors.
    Nothing,
}

/// A function of the two distributions alone.
pub(crate) const DISTRIBUTIONS: [Change; 2] = [Change::Coordinates; 2];

/// In the coordinates of the first model, of which only rotations are free.
pub(crate) const CARRIED: [Change; 2] = [Change::Rotation, Change::Coordinates];

impl Change {
    /// The change in words, of the model of this name.
    fn words(self, model: &str) -> String {
        match self {
            Change::Any => format!("any change of {model}"),
            Change::Affine => format!("affine maps of {model}'s embeddings and of its unembeddings"),
            Change::Coordinates => format!("linear coordinates and offsets of {model}"),
            Change::Similarity => format!("rotation, scale and offset of {model}'s embeddings"),
            Change::Rotation => format!("rotation and offsets of {model}"),
            Change::Scaling => format!("scale and offset of {model}'s embeddings"),
            Change::Nothing => format!("no change of {model}"),
        }
    }

    /// What leaves a measure as it is, in words; the first change is of model `{a}`.
    pub(crate) fn both_words([first, second]: [Change; 2]) -> String {
        if first == second {
            first.words("either model")
        } else {
            format!("{}; {}", first.words("{a}"), second.words("{b}"))
        }
    }
}
