//! Random numbers for each consumer of its own, so that what is left out changes nothing else.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream for each consumer of randomness in a comparison. Whoever measures one part alone draws
/// from that part's stream, and gets the numbers of the whole comparison.
#[derive(Debug)]
pub struct Streams {
    /// The sample of inputs of the probability part.
    pub inputs: ChaCha8Rng,
    /// Label subsets of d_rep.
    pub subsets: ChaCha8Rng,
    /// Input sets of `d_llv_min`.
    pub llv: ChaCha8Rng,
    /// Reorderings of b's inputs.
    pub null: ChaCha8Rng,
}

impl Streams {
    /// All streams that a comparison takes from this generator, whoever will use them.
    pub fn of(rng: &mut impl Rng) -> Streams {
        let mut next = || ChaCha8Rng::from_rng(&mut *rng);
        Streams { inputs: next(), subsets: next(), llv: next(), null: next() }
    }
}
