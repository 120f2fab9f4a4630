//! Rows that are zero or come again, counted while they are read for something else.

use faer::MatRef;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a row has before it was read.
const UNREAD: u64 = 0;

/// The fingerprint of a row of zeros.
const ZERO: u64 = 1;

/// A fingerprint of each row; equal rows have equal ones, and others hardly ever.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints(Vec<AtomicU64>);

/// How many rows say nothing of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatedRows {
    /// Rows that were read.
    pub read: usize,
    /// Rows of zeros.
    pub zero: usize,
    /// Other rows that are the same numbers as an earlier one.
    pub repeated: usize,
}

impl Fingerprints {
    pub(crate) fn new(rows: usize) -> Fingerprints {
        Fingerprints((0..rows).map(|_| AtomicU64::new(UNREAD)).collect())
    }

    /// Takes the fingerprints of the rows from `start` on, if they were not taken before.
    pub(crate) fn take(&self, start: usize, rows: MatRef<'_, f64>) {
        let taken = &self.0[start..start + rows.nrows()];
        if taken.iter().all(|taken| taken.load(Ordering::Relaxed) != UNREAD) {
            return;
        }
        let mut prints = vec![0_u64; rows.nrows()];
        let mut any = vec![0_u64; rows.nrows()];
        for column in rows.col_iter() {
            for ((print, any), x) in prints.iter_mut().zip(&mut any).zip(column.iter()) {
                // Adding 0 makes −0 and 0 the same.
                let bits = (x + 0.0).to_bits();
                *any |= bits;
                *print = (*print ^ bits).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
            }
        }
        for ((taken, print), any) in taken.iter().zip(prints).zip(any) {
            let print = if any == 0 { ZERO } else { print.max(ZERO + 1) };
            taken.store(print, Ordering::Relaxed);
        }
    }

    pub(crate) fn count(&self) -> RepeatedRows {
        let mut seen = HashSet::new();
        let mut counted = RepeatedRows { read: 0, zero: 0, repeated: 0 };
        for print in self.0.iter().map(|print| print.load(Ordering::Relaxed)).filter(|print| *print != UNREAD)
        {
            counted.read += 1;
            counted.zero += usize::from(print == ZERO);
            counted.repeated += usize::from(print != ZERO && !seen.insert(print));
        }
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faer::Mat;

    #[test]
    fn zeros_and_repetitions_are_counted_once_however_often_rows_are_read() {
        let rows = Mat::from_fn(40, 3, |i, j| match i {
            4 => 0.0,
            5 => -0.0,
            6..10 => 2.5,
            _ => (i * 3 + j) as f64,
        });
        let prints = Fingerprints::new(41);
        for _ in 0..2 {
            prints.take(0, rows.get(..7, ..));
            prints.take(5, rows.get(5.., ..));
        }
        assert_eq!(prints.count(), RepeatedRows { read: 40, zero: 2, repeated: 3 });
    }

    #[test]
    fn rows_with_their_numbers_in_another_order_are_others() {
        let rows = Mat::from_fn(6, 3, |i, j| [1.0, 2.0, 3.0][(i + j) % 3] * if i < 3 { 1.0 } else { -1.0 });
        let prints = Fingerprints::new(6);
        prints.take(0, rows.as_ref());
        assert_eq!(prints.count().repeated, 0);
    }
}
