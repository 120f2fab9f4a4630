//! Solves with the triangles of a small matrix, for a stripe of right-hand sides at a time.
//!
//! Two rows are worked on together: their sums fill the registers, and each row of the stripe that is read serves both.

use crate::columns::Stripe;

/// The triangles of one matrix, `L U`, row by row.
pub(crate) struct Factors<'a> {
    /// From one row to the next.
    pub stride: usize,
    /// U. What is left of its diagonal is not read.
    pub upper: &'a [f64],
    /// L without its unit diagonal.
    pub lower: &'a [f64],
    /// 1 / U_ii.
    pub inverse_diagonal: &'a [f64],
}

impl Factors<'_> {
    /// Replaces X, whose rows before `first` are zero, by `U⁻¹ L⁻¹ X`.
    pub fn solve(&self, x: &mut [Stripe], first: usize) {
        self.forward(x, first);
        self.backward(x);
    }

    fn forward(&self, x: &mut [Stripe], first: usize) {
        let row = |i: usize| &self.lower[i * self.stride..][first..i];
        let mut i = first;
        while i + 1 < x.len() {
            let (known, rest) = x[first..].split_at_mut(i - first);
            let (last, lower_row) = row(i + 1).split_last().expect("a row under another");
            let [a, b] = eliminated([rest[0], rest[1]], [row(i), lower_row], known);
            rest[0] = a;
            rest[1] = without(b, *last, a);
            i += 2;
        }
        if i < x.len() {
            let (known, rest) = x[first..].split_at_mut(i - first);
            rest[0] =
                known.iter().zip(row(i)).fold(rest[0], |b, (known, factor)| without(b, *factor, *known));
        }
    }

    fn backward(&self, x: &mut [Stripe]) {
        let n = x.len();
        let row = |i: usize| &self.upper[i * self.stride..][i + 1..n];
        let mut i = n;
        while i >= 2 {
            let (rest, known) = x.split_at_mut(i);
            let (first, upper_row) = row(i - 2).split_first().expect("a row over another");
            let [a, b] = eliminated([rest[i - 2], rest[i - 1]], [upper_row, row(i - 1)], known);
            rest[i - 1] = times(b, self.inverse_diagonal[i - 1]);
            rest[i - 2] = times(without(a, *first, rest[i - 1]), self.inverse_diagonal[i - 2]);
            i -= 2;
        }
        if i == 1 {
            let (rest, known) = x.split_at_mut(1);
            let sum =
                known.iter().zip(row(0)).fold(rest[0], |b, (known, factor)| without(b, *factor, *known));
            rest[0] = times(sum, self.inverse_diagonal[0]);
        }
    }
}

/// `b − Σ_k row_k known_k` for two rows.
fn eliminated([mut a, mut b]: [Stripe; 2], [row_a, row_b]: [&[f64]; 2], known: &[Stripe]) -> [Stripe; 2] {
    for ((known, factor_a), factor_b) in known.iter().zip(row_a).zip(row_b) {
        a = without(a, *factor_a, *known);
        b = without(b, *factor_b, *known);
    }
    [a, b]
}

fn without(mut b: Stripe, factor: f64, known: Stripe) -> Stripe {
    for (b, known) in b.0.iter_mut().zip(&known.0) {
        *b = (-factor).mul_add(*known, *b);
    }
    b
}

pub(crate) fn times(mut x: Stripe, factor: f64) -> Stripe {
    x.0.iter_mut().for_each(|x| *x *= factor);
    x
}
