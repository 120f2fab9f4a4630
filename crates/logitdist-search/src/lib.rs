//! The largest tightness that any pair of models can reach, found by search.
//!
//! A [`Search`] names a bound, its direction, the shape of a pair and what the pair has to fulfil. [`Search::run`] climbs from random
//! pairs and from the families that attain bounds. What is climbed is the tightness that a comparison reports, by the program's own
//! evaluation of the bound. So a bound that is added to the table can be searched at once, and a pair that violates one is found if
//! the search comes near it.
//!
//! 1. [`Shape`] says how the entries of F, G, F′, G′ make a point.
//! 2. [`Constraints`] move a point to the nearest pairs that fulfil them.
//! 3. [`merit`] is what is maximised.
//! 4. [`starts`] makes the points to start from.
//! 5. [`cma`] climbs: CMA-ES, which needs no gradient. Tightness has kinks wherever subsets or singular values trade places.

pub mod cma;
mod constraints;
mod direct;
mod merit;
mod search;
mod shape;
pub mod starts;

pub use constraints::{Constraints, Embeddings, Heads};
pub use merit::{Merit, merit};
pub use search::{Found, Search, SearchError};
pub use shape::{Matrices, Shape};
pub use starts::Start;
