//! The triangles of four matrices of one size, side by side.
//!
//! With `A = L Q`, Q orthogonal, `‖A⁻¹ X‖_F = ‖L⁻¹ X‖_F` and `σ_min(A) = 1 / ‖L⁻¹‖₂`: a solve with one triangle where an LU takes two.
//! L is the transposed R of a QR decomposition of Aᵀ, by Householder's reflections, which need no pivots: what is done does not depend
//! on the numbers, and so it is done to four matrices at once, every register holding the same entry of each.

use crate::lanes::{LANES, Lanes, PANEL, PanelRow, ZERO_ROW};

/// The lower triangles of four n×n matrices after another four, without allocating.
///
/// As accurate for rows of very different size as for equal ones; columns of very different size should come with the largest first.
#[derive(Debug, Clone)]
pub(crate) struct FourLq {
    n: usize,
    /// Aᵀ by panels of columns, the last filled up with zeros; and then R on and over the diagonal, and under it the vectors of the
    /// reflections, whose first entry is 1.
    panels: Vec<PanelRow>,
    /// 1 / R_ii.
    inverse_diagonal: Vec<Lanes>,
    /// s of every reflection `I − s v vᵀ`.
    scales: Vec<Lanes>,
    /// `v_iᵀ v_{i+1}` of every two reflections that go through a panel together, at i.
    couplings: Vec<Lanes>,
}

impl FourLq {
    /// For n×n matrices, n ≥ 1.
    pub fn new(n: usize) -> FourLq {
        assert!(n > 0, "a matrix has at least one row");
        let filled_up = n.next_multiple_of(PANEL);
        FourLq {
            n,
            panels: vec![ZERO_ROW; n * n.div_ceil(PANEL)],
            inverse_diagonal: vec![Lanes::ZERO; filled_up],
            scales: vec![Lanes::ZERO; filled_up],
            couplings: vec![Lanes::ZERO; filled_up],
        }
    }

    /// Rows of a matrix.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Makes room for another four matrices.
    pub fn clear(&mut self) {
        self.panels.chunks_exact_mut(self.n).next_back().expect("a panel").fill(ZERO_ROW);
    }

    /// Writes the entry in row `i` and column `j` of each matrix.
    #[inline(always)]
    pub fn set(&mut self, i: usize, j: usize, entry: Lanes) {
        self.panels[i / PANEL * self.n + j][i % PANEL] = entry;
    }

    /// Replaces the matrices by their triangles. That of a singular one may have NaN and infinities.
    pub fn factor(&mut self) {
        let n = self.n;
        for first in (0..n).step_by(PANEL) {
            let (before, panel) = self.panels.split_at_mut(first / PANEL * n);
            let panel = &mut panel[..n];
            for (p, vectors) in before.chunks_exact(n).enumerate() {
                let at = p * PANEL;
                let scales = &self.scales[at..at + PANEL];
                reflect::<0>(&mut panel[at..], &vectors[at..], [scales[0], scales[1]], self.couplings[at]);
                let coupling = self.couplings[at + 2];
                reflect::<2>(&mut panel[at + 2..], &vectors[at + 2..], [scales[2], scales[3]], coupling);
            }
            let own = &mut panel[first..];
            let found = [own_reflection::<0>, own_reflection::<1>, own_reflection::<2>, own_reflection::<3>];
            for (c, reflection) in found.into_iter().enumerate().take(n - first) {
                let [inverse_diagonal, scale] = reflection(&mut own[c..]);
                self.inverse_diagonal[first + c] = inverse_diagonal;
                self.scales[first + c] = scale;
            }
            if own.len() > PANEL {
                self.couplings[first] = coupling::<0>(&own[1..]);
                self.couplings[first + 2] = coupling::<2>(&own[3..]);
            }
        }
    }

    /// Replaces panels X of n rows, of which those before `zeros`, a multiple of the panel, are zero, by `L⁻¹ X`.
    pub fn solve(&self, x: &mut [PanelRow], zeros: usize) {
        for x in x.chunks_exact_mut(self.n) {
            for first in (zeros..self.n).step_by(PANEL) {
                let columns = &self.panels[first / PANEL * self.n..][zeros..];
                let inverse_diagonal = &self.inverse_diagonal[first..];
                let x = &mut x[zeros..];
                solve_rows::<0>(columns, inverse_diagonal, x, first - zeros);
                solve_rows::<2>(columns, inverse_diagonal, x, first - zeros);
            }
        }
    }

    /// Replaces a vector, filled up with zeros to whole panels, by `L⁻¹ x`.
    pub fn solve_vector(&self, x: &mut [Lanes]) {
        for (p, panel) in self.panels.chunks_exact(self.n).enumerate() {
            let first = p * PANEL;
            let (known, rest) = x.split_at_mut(first);
            let (above, own) = panel.split_at(first);
            let (pairs, _) = known.as_chunks::<2>();
            // Two sums for each row, so that additions wait less for one another.
            let mut sums = [ZERO_ROW; 2];
            for (x, column) in pairs.iter().zip(above.as_chunks::<2>().0) {
                for i in 0..2 {
                    for c in 0..PANEL {
                        sums[i][c] = x[i].mul_add(column[i][c], sums[i][c]);
                    }
                }
            }
            for c in 0..own.len().min(PANEL) {
                let mut sum = rest[c] - (sums[0][c] + sums[1][c]);
                for d in 0..c {
                    sum = own[d][c].mul_neg_add(rest[d], sum);
                }
                rest[c] = sum * self.inverse_diagonal[first + c];
            }
        }
    }

    /// Replaces a vector, filled up with zeros to whole panels, by `L⁻ᵀ x`.
    pub fn solve_vector_transposed(&self, x: &mut [Lanes]) {
        for (p, panel) in self.panels.chunks_exact(self.n).enumerate().rev() {
            let first = p * PANEL;
            let (rest, known) = x.split_at_mut(first);
            let (above, own) = panel.split_at(first);
            for c in (0..own.len().min(PANEL)).rev() {
                let mut sum = known[c];
                for d in c + 1..PANEL {
                    sum = own[c][d].mul_neg_add(known[d], sum);
                }
                known[c] = sum * self.inverse_diagonal[first + c];
            }
            let known: [Lanes; PANEL] = std::array::from_fn(|c| known[c]);
            for (x, row) in rest.iter_mut().zip(above) {
                for c in 0..PANEL {
                    *x = row[c].mul_neg_add(known[c], *x);
                }
            }
        }
    }
}

/// Takes a panel X through the reflections with vectors in columns H and H + 1, from the row on where the first of them begins.
#[inline(always)]
fn reflect<const H: usize>(x: &mut [PanelRow], vectors: &[PanelRow], scales: [Lanes; 2], coupling: Lanes) {
    let ([x0, x1, x @ ..], [_, v1, vectors @ ..]) = (x, vectors) else { unreachable!("panels under it") };
    let mut along = [*x0, *x1];
    for c in 0..PANEL {
        along[0][c] = v1[H].mul_add(x1[c], along[0][c]);
    }
    for (x, v) in x.iter().zip(vectors) {
        for c in 0..PANEL {
            along[0][c] = v[H].mul_add(x[c], along[0][c]);
            along[1][c] = v[H + 1].mul_add(x[c], along[1][c]);
        }
    }
    for c in 0..PANEL {
        along[0][c] *= scales[0];
        along[1][c] = coupling.mul_neg_add(along[0][c], along[1][c]) * scales[1];
        x0[c] -= along[0][c];
        x1[c] = v1[H].mul_neg_add(along[0][c], x1[c]) - along[1][c];
    }
    for (x, v) in x.iter_mut().zip(vectors) {
        let mut row = *x;
        for c in 0..PANEL {
            row[c] = v[H + 1].mul_neg_add(along[1][c], v[H].mul_neg_add(along[0][c], row[c]));
        }
        *x = row;
    }
}

/// Makes the reflection that takes column C of a panel, from its diagonal on, to the diagonal and zeros, and takes the columns after it
/// along. Returns 1 over the diagonal, and the scale.
#[inline(always)]
fn own_reflection<const C: usize>(x: &mut [PanelRow]) -> [Lanes; 2] {
    let size = inner(x, |x| [x[C]; 2]).sqrt();
    let (top, x) = x.split_first_mut().expect("a diagonal");
    let diagonal = -size.flip_signs(top[C]);
    let (scale, inverse) = ((diagonal - top[C]) / diagonal, Lanes::ONE / (top[C] - diagonal));
    top[C] = diagonal;
    let mut along = *top;
    for x in x.iter_mut() {
        x[C] *= inverse;
        for d in C + 1..PANEL {
            along[d] = x[C].mul_add(x[d], along[d]);
        }
    }
    for d in C + 1..PANEL {
        along[d] *= scale;
        top[d] -= along[d];
    }
    for x in x {
        for d in C + 1..PANEL {
            x[d] = x[C].mul_neg_add(along[d], x[d]);
        }
    }
    [Lanes::ONE / diagonal, scale]
}

/// The inner product of the vectors in columns H and H + 1, from the row on where the second of them begins.
fn coupling<const H: usize>(vectors: &[PanelRow]) -> Lanes {
    vectors[0][H] + inner(&vectors[1..], |v| [v[H], v[H + 1]])
}

/// The sum over rows of the product of two entries, in interleaved sums, so that the additions need not wait for one another.
#[inline(always)]
fn inner(rows: &[PanelRow], entries: impl Fn(&PanelRow) -> [Lanes; 2]) -> Lanes {
    let mut sums = [Lanes::ZERO; LANES];
    let (fours, rest) = rows.as_chunks::<LANES>();
    for four in fours {
        for i in 0..LANES {
            let [x, y] = entries(&four[i]);
            sums[i] = x.mul_add(y, sums[i]);
        }
    }
    for row in rest {
        let [x, y] = entries(row);
        sums[0] = x.mul_add(y, sums[0]);
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// Rows `first + H` and the next of `L⁻¹ X`, as far as there are any, with the columns of R from `first` on.
#[inline(always)]
fn solve_rows<const H: usize>(
    columns: &[PanelRow],
    inverse_diagonal: &[Lanes],
    x: &mut [PanelRow],
    first: usize,
) {
    let (known, rest) = x.split_at_mut((first + H).min(x.len()));
    match rest {
        [] => {}
        [a] => {
            for (x, column) in known.iter().zip(columns) {
                for c in 0..PANEL {
                    a[c] = column[H].mul_neg_add(x[c], a[c]);
                }
            }
            a.iter_mut().for_each(|a| *a *= inverse_diagonal[H]);
        }
        [first_row, second_row, ..] => {
            let (mut a, mut b) = (*first_row, *second_row);
            for (x, column) in known.iter().zip(columns) {
                for c in 0..PANEL {
                    a[c] = column[H].mul_neg_add(x[c], a[c]);
                    b[c] = column[H + 1].mul_neg_add(x[c], b[c]);
                }
            }
            let between = columns[first + H][H + 1];
            for c in 0..PANEL {
                a[c] *= inverse_diagonal[H];
                b[c] = between.mul_neg_add(a[c], b[c]) * inverse_diagonal[H + 1];
            }
            (*first_row, *second_row) = (a, b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mat, matmul, svd};

    /// Entries without structure.
    fn sample(rows: usize, cols: usize, seed: usize) -> Mat<f64> {
        Mat::from_fn(rows, cols, |i, j| {
            (((i + seed) * 37 + j * 101 + i * (j + seed) * 13) as f64 * 0.618).sin()
        })
    }

    fn factored(a: &[Mat<f64>; LANES]) -> FourLq {
        let n = a[0].nrows();
        let mut lq = FourLq::new(n);
        for _ in 0..2 {
            lq.clear();
            for i in 0..n {
                (0..n).for_each(|j| lq.set(i, j, Lanes::from(a.each_ref().map(|a| a[(i, j)]))));
            }
            lq.factor();
        }
        lq
    }

    /// Columns of one lane's right-hand sides, n×c.
    fn panels(n: usize, cols: usize, entry: impl Fn(usize, usize, usize) -> f64) -> Vec<PanelRow> {
        let mut panels = vec![ZERO_ROW; n * cols.div_ceil(PANEL)];
        for i in 0..n {
            for j in 0..cols {
                panels[j / PANEL * n + i][j % PANEL] = Lanes::from(std::array::from_fn(|l| entry(l, i, j)));
            }
        }
        panels
    }

    #[test]
    fn the_triangles_have_the_lengths_of_solutions_at_every_size_and_scale() {
        let cols = 7;
        for n in (1..=20).chain([31, 32, 33, 50, 127]) {
            let a = [(3, 1.0), (4, 1e-110), (5, 1e110), (6, 1e-3)]
                .map(|(seed, scale)| sample(n, n, seed) * faer::Scale(scale));
            let lq = factored(&a);
            let x = sample(n, cols, 2);
            let mut right = panels(n, cols, |_, i, j| x[(i, j)]);
            lq.solve(&mut right, 0);
            for (l, a) in a.iter().enumerate() {
                let s = svd(a.as_ref());
                let condition = s.s[0] / s.s[n - 1];
                let rotated = matmul(s.u.transpose(), x.as_ref());
                for j in 0..cols {
                    let expected: f64 = (0..n).map(|i| (rotated[(i, j)] / s.s[i] * s.s[0]).powi(2)).sum();
                    let entry = |i: usize| right[j / PANEL * n + i][j % PANEL].to_array()[l];
                    let found: f64 = (0..n).map(|i| (entry(i) * s.s[0]).powi(2)).sum();
                    let error = (found / expected - 1.0).abs();
                    assert!(error < 1e-14 * n as f64 * condition, "n = {n}, lane {l}, column {j}: {error:e}");
                }
            }
        }
    }

    #[test]
    fn solves_with_vectors_are_those_with_panels_and_their_transposes() {
        for n in (1..=9).chain([17, 30, 50, 127]) {
            let lq =
                factored(&[3, 4, 5, 6].map(|seed| {
                    sample(n, n, seed) + Mat::<f64>::identity(n, n) * faer::Scale(9.0 * n as f64)
                }));
            let x = sample(n, 2, 1);
            let mut expected = panels(n, 1, |l, i, _| x[(i, 0)] * (l + 1) as f64);
            lq.solve(&mut expected, 0);
            let vector = |column: usize| -> Vec<Lanes> {
                let entry = |i: usize, l: usize| if i < n { x[(i, column)] * (l + 1) as f64 } else { 0.0 };
                (0..n.next_multiple_of(PANEL))
                    .map(|i| Lanes::from(std::array::from_fn(|l| entry(i, l))))
                    .collect()
            };
            let (mut solved, other) = (vector(0), vector(1));
            lq.solve_vector(&mut solved);
            let mut transposed = other.clone();
            lq.solve_vector_transposed(&mut transposed);
            let inner = |x: &[Lanes], y: &[Lanes], l: usize| -> f64 {
                x.iter().zip(y).map(|(x, y)| x.to_array()[l] * y.to_array()[l]).sum()
            };
            for l in 0..LANES {
                for i in 0..n {
                    let (found, expected) = (solved[i].to_array()[l], expected[i][0].to_array()[l]);
                    assert!((found - expected).abs() < 1e-14 * (l + 1) as f64, "n = {n}, row {i}");
                }
                // ⟨L⁻¹ x, y⟩ = ⟨x, L⁻ᵀ y⟩
                let [one, two] = [inner(&solved, &other, l), inner(&vector(0), &transposed, l)];
                assert!(
                    (one - two).abs() < 1e-14 * inner(&solved, &solved, l).sqrt() * n as f64 * 16.0,
                    "n = {n}: {one} {two}"
                );
            }
        }
    }

    #[test]
    fn zeros_before_a_panel_are_skipped() {
        let n = 10;
        let lq = factored(&[3, 4, 5, 6].map(|seed| sample(n, n, seed)));
        let x = sample(n, 3, 1);
        let mut full = panels(n, 3, |_, i, j| if i < 4 { 0.0 } else { x[(i, j)] });
        let mut skipped = full.clone();
        lq.solve(&mut full, 0);
        lq.solve(&mut skipped, 4);
        assert_eq!(full, skipped);
    }

    #[test]
    fn a_zero_column_is_not_a_number_in_its_lane_alone() {
        let a = [3, 4, 5, 6].map(|seed| sample(6, 6, seed));
        let expected = factored(&a);
        let mut singular = a.clone();
        singular[2].row_mut(2).fill(0.0);
        let found = factored(&singular);
        for (found, expected) in found.inverse_diagonal.iter().zip(&expected.inverse_diagonal).take(6) {
            for l in [0, 1, 3] {
                assert_eq!(found.to_array()[l], expected.to_array()[l]);
            }
        }
        assert!(!found.inverse_diagonal[2].to_array()[2].is_finite());
    }
}
