//! Right-hand sides of small systems, kept so that a solve reads and writes whole registers.

use faer::MatRef;

/// Columns of right-hand sides that are solved for together: four registers of four numbers.
pub(crate) const STRIPE: usize = 16;

/// A row of a stripe, aligned so that no register is read across two lines of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Stripe(pub [f64; STRIPE]);

impl Stripe {
    pub(crate) const ZERO: Stripe = Stripe([0.0; STRIPE]);
}

/// Right-hand sides, n×c, in stripes of columns; the last stripe is filled up with zeros.
#[derive(Debug, Clone)]
pub struct Columns {
    pub(crate) rows: usize,
    cols: usize,
    pub(crate) entries: Vec<Stripe>,
}

impl Columns {
    /// n×c zeros.
    pub fn zeros(rows: usize, cols: usize) -> Columns {
        Columns { rows, cols, entries: vec![Stripe::ZERO; rows * cols.div_ceil(STRIPE)] }
    }

    /// c.
    pub(crate) fn cols(&self) -> usize {
        self.cols
    }

    /// Writes row `i`, `c` numbers.
    pub fn set_row(&mut self, i: usize, values: impl IntoIterator<Item = f64>) {
        let mut values = values.into_iter();
        for stripe in self.stripes_mut() {
            for (entry, value) in stripe[i].0.iter_mut().zip(&mut values) {
                *entry = value;
            }
        }
    }

    /// The entry in row `i` and column `j`.
    pub fn get(&self, i: usize, j: usize) -> f64 {
        assert!(j < self.cols, "column {j} of {}", self.cols);
        self.entries[j / STRIPE * self.rows + i].0[j % STRIPE]
    }

    /// Σ of the squares of all entries.
    pub fn squared_norm(&self) -> f64 {
        let mut sums = [0.0; STRIPE];
        for entries in &self.entries {
            for (sum, x) in sums.iter_mut().zip(&entries.0) {
                *sum = x.mul_add(*x, *sum);
            }
        }
        sums.iter().sum()
    }

    /// Writes the columns of a matrix, n×c with each column in one piece.
    pub(crate) fn copy_from(&mut self, matrix: MatRef<'_, f64>) {
        for (s, stripe) in self.entries.chunks_exact_mut(self.rows).enumerate() {
            for j in s * STRIPE..self.cols.min((s + 1) * STRIPE) {
                let column = matrix.col(j).try_as_col_major().expect("a column in one piece").as_slice();
                stripe.iter_mut().zip(column).for_each(|(x, entry)| x.0[j % STRIPE] = *entry);
            }
        }
    }

    /// The stripes from left to right, each a row after another.
    pub(crate) fn stripes_mut(&mut self) -> impl Iterator<Item = &mut [Stripe]> {
        self.entries.chunks_exact_mut(self.rows)
    }

    pub(crate) fn set_identity(&mut self) {
        self.entries.fill(Stripe::ZERO);
        for i in 0..self.rows {
            self.entries[i / STRIPE * self.rows + i].0[i % STRIPE] = 1.0;
        }
    }
}
