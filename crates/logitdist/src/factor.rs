//! The triangular factor of a tall matrix, made block by block.

use crate::tree::merge_tree;
use logitdist_linalg::{Mat, MatMut, MatRef, ReborrowMut, TallQr, r_factor};

/// Rows in one block of a matrix with `cols` columns.
///
/// A function of the width alone: with the fixed merge tree it makes results independent of threads and of how the
/// rows were delivered. Four times as many rows as columns keeps the merges cheap beside the blocks.
pub fn block_rows(cols: usize) -> usize {
    (4 * cols).max(512)
}

/// Rows appended to a triangle at a time: few enough to stay in the cache, many enough to keep matrix products at their speed.
const APPENDED_ROWS: usize = 512;

/// R of `A = Q R` for a matrix A (n×p) that was seen row by row, and n. `RᵀR = AᵀA`.
///
/// R is upper trapezoidal with min(n, p) rows. Factors merge: the factor of two stacked factors is that of the joined rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    r: Mat<f64>,
    rows: usize,
}

impl Factor {
    /// The factor of the rows of one block.
    pub fn of_block(mut block: Mat<f64>) -> Factor {
        let (rows, cols) = block.shape();
        if rows < cols {
            return Factor { rows, r: r_factor(block) };
        }
        let mut qr = TallQr::new(cols);
        for start in (0..rows).step_by(APPENDED_ROWS) {
            qr.append(block.as_mut().get_mut(start..rows.min(start + APPENDED_ROWS), ..));
        }
        Factor { rows, r: qr.into_r() }
    }

    /// The same factor of a block that never is in memory as a whole: `fill(start, piece)` writes the rows from `start` on over zeros.
    pub(crate) fn of_pieces<E>(
        rows: usize,
        cols: usize,
        fill: impl Fn(usize, MatMut<'_, f64>) -> Result<(), E>,
    ) -> Result<Factor, E> {
        if rows < cols {
            let mut block = Mat::zeros(rows, cols);
            fill(0, block.as_mut())?;
            return Ok(Factor::of_block(block));
        }
        let mut qr = TallQr::new(cols);
        let mut space = Mat::zeros(rows.min(APPENDED_ROWS), cols);
        for start in (0..rows).step_by(APPENDED_ROWS) {
            let mut piece = space.as_mut().get_mut(..APPENDED_ROWS.min(rows - start), ..);
            piece.fill(0.0);
            fill(start, piece.rb_mut())?;
            qr.append(piece);
        }
        Ok(Factor { rows, r: qr.into_r() })
    }

    /// The factor of `rows` rows, block `[start, end)` of which `block(start, end)` makes, all of width `cols`.
    ///
    /// Blocks are factored in parallel and merged along the fixed tree. At least one row is needed.
    pub fn of_rows(rows: usize, cols: usize, block: impl Fn(usize, usize) -> Mat<f64> + Sync) -> Factor {
        let step = block_rows(cols);
        merge_tree(
            rows.div_ceil(step),
            &|i| Factor::of_block(block(i * step, rows.min((i + 1) * step))),
            &|a, b| a.merge(&b),
        )
        .expect("a matrix has at least one row")
    }

    /// The factor of the rows of `self` followed by those of `other`. Both need the same width.
    pub fn merge(&self, other: &Factor) -> Factor {
        let (top, bottom, cols) = (self.r.nrows(), other.r.nrows(), self.cols());
        assert_eq!(cols, other.cols(), "factors of different widths");
        let rows = self.rows + other.rows;
        if top == cols {
            let mut qr = TallQr::from_r(self.r.clone());
            if bottom == cols {
                qr.append_triangle(other.r.clone());
            } else {
                qr.append(other.r.clone().as_mut());
            }
            return Factor { rows, r: qr.into_r() };
        }
        let mut stacked = Mat::zeros(top + bottom, cols);
        stacked.as_mut().subrows_mut(0, top).copy_from(&self.r);
        stacked.as_mut().subrows_mut(top, bottom).copy_from(&other.r);
        Factor { rows, r: r_factor(stacked) }
    }

    /// R, min(n, p)×p.
    pub fn r(&self) -> MatRef<'_, f64> {
        self.r.as_ref()
    }

    /// n, the number of rows seen.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// p, the width.
    pub fn cols(&self) -> usize {
        self.r.ncols()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Stream;
    use logitdist_linalg::matmul_tn;

    fn sample(rows: usize, cols: usize) -> Mat<f64> {
        Mat::from_fn(rows, cols, |i, j| ((i * 37 + j * 101 + i * j * 13) as f64 * 0.618).sin())
    }

    fn gram_error(a: &Mat<f64>, factor: &Factor) -> f64 {
        (matmul_tn(a.as_ref(), a.as_ref()) - matmul_tn(factor.r(), factor.r())).norm_max()
    }

    #[test]
    fn merged_blocks_have_the_gram_matrix_of_all_rows() {
        for (rows, cols) in [(1, 3), (511, 3), (512, 3), (513, 3), (5000, 7), (700, 150)] {
            let a = sample(rows, cols);
            let factor = Factor::of_rows(rows, cols, |s, e| a.get(s..e, ..).to_owned());
            assert_eq!((factor.rows(), factor.cols()), (rows, cols));
            assert!(gram_error(&a, &factor) < 1e-14 * rows as f64, "{rows}×{cols}");
        }
    }

    #[test]
    fn pieces_are_the_block_bit_for_bit() {
        for (rows, cols) in [(3, 5), (5, 5), (512, 4), (513, 4), (1700, 30)] {
            let a = sample(rows, cols);
            let pieces = Factor::of_pieces(rows, cols, |start, mut piece| {
                piece.copy_from(a.get(start..start + piece.nrows(), ..));
                Ok::<_, ()>(())
            });
            assert_eq!(pieces.unwrap(), Factor::of_block(a), "{rows}×{cols}");
        }
        assert_eq!(
            Factor::of_pieces(600, 3, |start, _| if start == 0 { Ok(()) } else { Err(start) }),
            Err(512)
        );
    }

    #[test]
    fn merging_any_partition_agrees_with_all_at_once() {
        let a = sample(300, 5);
        for cut in [1, 4, 5, 6, 150, 299] {
            let top = Factor::of_block(a.get(..cut, ..).to_owned());
            let bottom = Factor::of_block(a.get(cut.., ..).to_owned());
            let merged = top.merge(&bottom);
            assert_eq!(merged.rows(), 300);
            assert!(gram_error(&a, &merged) < 1e-12, "cut {cut}");
        }
    }

    #[test]
    fn streaming_blocks_is_bit_identical_to_the_parallel_tree() {
        let a = sample(6000, 4);
        let parallel = Factor::of_rows(6000, 4, |s, e| a.get(s..e, ..).to_owned());
        let mut stream = Stream::new();
        for start in (0..6000).step_by(block_rows(4)) {
            let end = 6000.min(start + block_rows(4));
            stream.push(Factor::of_block(a.get(start..end, ..).to_owned()), |x, y| x.merge(&y));
        }
        assert_eq!(stream.finish(|x: Factor, y| x.merge(&y)).unwrap(), parallel);
    }
}
