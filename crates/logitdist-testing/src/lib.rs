//! What the tests of several crates share: running a program, rows of a CSV, `.npy` files, changed models, places in
//! documents.
//!
//! A dev-dependency only, never published. Whatever goes wrong here panics: it is a failed test.

mod change;
mod documents;
mod npy;
mod program;
mod rows;

pub use change::changed;
pub use documents::{has_anchor, prose};
pub use npy::{npy, npy_of, npy_with_header};
pub use program::{Run, run, wait};
pub use rows::{Row, number, rows};
