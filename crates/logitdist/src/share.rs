//! How work on the inputs is shared between machines.

use std::ops::Range;
use thiserror::Error;

/// The part of this many that is done here, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    part: usize,
    of: usize,
}

/// A share is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("part {0} of {1} does not exist: parts are counted from 1")]
pub struct NoShare(usize, usize);

impl Share {
    /// Everything.
    pub const WHOLE: Share = Share { part: 0, of: 1 };

    /// Part `number` of `of`, counted from 1.
    ///
    /// # Errors
    /// There is no such part.
    pub fn new(number: usize, of: usize) -> Result<Share, NoShare> {
        match number.checked_sub(1) {
            Some(part) if part < of => Ok(Share { part, of }),
            _ => Err(NoShare(number, of)),
        }
    }

    /// Whether it is everything.
    pub fn is_whole(self) -> bool {
        self.of == 1
    }

    /// The pieces of this part, of `pieces` in all: the parts are about equal, and together they are all.
    pub(crate) fn of(self, pieces: usize) -> Range<usize> {
        let end = |part: usize| (part as u128 * pieces as u128 / self.of as u128) as usize;
        end(self.part)..end(self.part + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_all_pieces_once() {
        for pieces in [0, 1, 7, 16, 1000] {
            for of in [1, 2, 3, 16, 40] {
                let all: Vec<usize> =
                    (1..=of).flat_map(|part| Share::new(part, of).unwrap().of(pieces)).collect();
                assert_eq!(all, (0..pieces).collect::<Vec<_>>());
            }
        }
        for (part, of) in [(0, 3), (4, 3), (1, 0)] {
            assert_eq!(Share::new(part, of), Err(NoShare(part, of)));
        }
    }
}
