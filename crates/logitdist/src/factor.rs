//! The triangular factor of a tall matrix, made block by block.

use crate::error::Error;
use crate::share::Share;
use crate::tree::{Subtrees, merge_range};
use logitdist_linalg::{Mat, MatMut, MatRef, ReborrowMut, TallQr, r_factor};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Fewest rows of a block.
const BLOCK_ROWS: usize = 2048;

/// Fewest rows of a block for each column. What a block costs beside its rows, an empty triangle filled and another merged, is ⅔ p³
/// flops twice: a ninth of the 2np² of its rows at the most.
const BLOCK_ROWS_PER_COLUMN: usize = 6;

/// The blocks in which the rows of a matrix are factored, and leaves of [`merge_tree`](crate::merge_tree): all of the same length, but for a row.
///
/// A power of two of them, so that threads in a power of two have equally much to do and two factors that meet stand for equally
/// many rows. As many as can have at least six times as many rows as columns, and 2048. A function of the shape alone: results do
/// not depend on threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks {
    rows: usize,
    count: usize,
}

impl Blocks {
    /// The blocks of a matrix of this shape: one, if it has few rows.
    pub fn of(rows: usize, cols: usize) -> Blocks {
        let most = rows / BLOCK_ROWS.max(BLOCK_ROWS_PER_COLUMN * cols);
        Blocks { rows, count: 1 << most.max(1).ilog2() }
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.count
    }

    /// The rows of a block.
    pub fn rows(self, block: usize) -> Range<usize> {
        block * self.rows / self.count..(block + 1) * self.rows / self.count
    }
}

/// Rows appended to a triangle at a time: few enough to stay in the cache, many enough to keep matrix products at their speed.
fn appended_rows(cols: usize) -> usize {
    ((1 << 18) / cols.max(1)).clamp(512, 2048)
}

/// R of `A = Q R` for a matrix A (n×p) that was seen row by row, and n. `RᵀR = AᵀA`.
///
/// R is upper trapezoidal with min(n, p) rows. Factors merge: the factor of two stacked factors is that of the joined rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    #[serde(with = "crate::serial::matrix")]
    r: Mat<f64>,
    rows: usize,
}

impl Factor {
    /// The factor of the rows of one block.
    pub fn of_block(block: MatRef<'_, f64>) -> Factor {
        let copied = |start: usize, mut piece: MatMut<'_, f64>| {
            piece.copy_from(block.get(start..start + piece.nrows(), ..));
            Ok(())
        };
        let Ok(factor) = Factor::of_range::<Infallible>(0..block.nrows(), block.ncols(), &copied);
        factor
    }

    /// The factor whose R is given, an upper trapezoid, of so many rows.
    pub(crate) fn of_triangle(r: Mat<f64>, rows: usize) -> Factor {
        Factor { r, rows }
    }

    /// The factor of so many rows of width `cols` whose R was computed elsewhere: an upper trapezoid of finite numbers.
    ///
    /// # Errors
    /// [`Error::Option`] if it is none.
    pub fn given(r: Mat<f64>, rows: usize, cols: usize) -> Result<Factor, Error> {
        let is_shaped = r.ncols() == cols && r.nrows() <= rows.min(cols) && rows > 0;
        let is_zero_below = || (0..cols).all(|j| r.col(j).iter().skip(j + 1).all(|x| *x == 0.0));
        if is_shaped && r.is_all_finite() && is_zero_below() {
            return Ok(Factor { r, rows });
        }
        Err(Error::Option(format!(
            "the factor of {rows} rows is {}×{}; an upper trapezoid of finite numbers is needed, of {cols} columns and at most {} rows",
            r.nrows(),
            r.ncols(),
            rows.min(cols)
        )))
    }

    /// The factor of some rows, of which only a few are in memory at a time: `fill(start, piece)` writes those from `start` on over
    /// zeros.
    fn of_range<E>(
        rows: Range<usize>,
        cols: usize,
        fill: &impl Fn(usize, MatMut<'_, f64>) -> Result<(), E>,
    ) -> Result<Factor, E> {
        let count = rows.len();
        if count < cols {
            let mut block = Mat::zeros(count, cols);
            fill(rows.start, block.as_mut())?;
            return Ok(Factor { rows: count, r: r_factor(block) });
        }
        let mut qr = TallQr::new(cols);
        let step = appended_rows(cols);
        let mut space = Mat::zeros(count.min(step), cols);
        for start in rows.clone().step_by(step) {
            let mut piece = space.as_mut().get_mut(..step.min(rows.end - start), ..);
            piece.fill(0.0);
            fill(start, piece.rb_mut())?;
            qr.append(piece);
        }
        Ok(Factor { rows: count, r: qr.into_r() })
    }

    /// The factor of `rows` rows of width `cols`, which never are in memory as a whole: `fill(start, piece)` writes those from
    /// `start` on over zeros.
    ///
    /// [`Blocks`] are factored in parallel and merged along the fixed tree. At least one row is needed.
    ///
    /// # Errors
    /// The error of the first block that could not be filled. Those after it need not be.
    pub fn of_rows<E: Send>(
        rows: usize,
        cols: usize,
        fill: impl Fn(usize, MatMut<'_, f64>) -> Result<(), E> + Sync,
    ) -> Result<Factor, E> {
        let share = Share::WHOLE;
        let subtrees = Factor::subtrees(rows, cols, share, fill)?;
        Ok(subtrees.into_whole().expect("the whole was asked for").expect("at least one block"))
    }

    /// The share of [`of_rows`](Factor::of_rows): the factors of some of its blocks.
    ///
    /// # Errors
    /// As [`of_rows`](Factor::of_rows).
    pub fn subtrees<E: Send>(
        rows: usize,
        cols: usize,
        share: Share,
        fill: impl Fn(usize, MatMut<'_, f64>) -> Result<(), E> + Sync,
    ) -> Result<Subtrees<Factor>, E> {
        let blocks = Blocks::of(rows, cols);
        let failed = AtomicUsize::new(usize::MAX);
        // `None` in place of the error of a block that was passed over: there is a failed one before it.
        let leaf = |block: usize| {
            if block > failed.load(Ordering::Relaxed) {
                return Err(None);
            }
            Factor::of_range(blocks.rows(block), cols, &fill).map_err(|error| {
                failed.fetch_min(block, Ordering::Relaxed);
                Some(error)
            })
        };
        let merge = |a: Result<Factor, Option<E>>, b: Result<Factor, Option<E>>| Ok(a?.merge(&b?));
        let node = |start, leaves| merge_range(start, leaves, &leaf, &merge);
        Subtrees::of(blocks.count(), &share.of(blocks.count()), node)
            .map_err(|error| error.expect("the first block that failed has an error"))
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

    /// The factor of all rows of a matrix, block by block.
    fn in_blocks(a: &Mat<f64>) -> Factor {
        let (rows, cols) = a.shape();
        let Ok(factor) = Factor::of_rows(rows, cols, |start, mut piece| {
            piece.copy_from(a.get(start..start + piece.nrows(), ..));
            Ok::<_, Infallible>(())
        });
        factor
    }

    #[test]
    fn blocks_are_all_rows_in_order_and_equally_long() {
        for (cols, fewest) in [(1, 2048), (200, 2048), (1000, 6000)] {
            for rows in [1, 2, 2047, 4095, 4096, 4097, 6001, 20_000, 100_003] {
                let blocks = Blocks::of(rows, cols);
                let ranges: Vec<Range<usize>> = (0..blocks.count()).map(|i| blocks.rows(i)).collect();
                assert!(blocks.count().is_power_of_two());
                assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, rows));
                assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
                let lengths = || ranges.iter().map(Range::len);
                let (shortest, longest) = (lengths().min().unwrap(), lengths().max().unwrap());
                assert!(shortest >= fewest.min(rows) && longest - shortest <= 1, "{rows}×{cols}");
                assert!(longest < 2 * fewest + 1, "{rows}×{cols}");
            }
        }
    }

    #[test]
    fn merged_blocks_have_the_gram_matrix_of_all_rows() {
        for (rows, cols) in [(1, 3), (2047, 3), (4095, 3), (4097, 3), (9000, 7), (700, 150)] {
            let a = sample(rows, cols);
            let factor = in_blocks(&a);
            assert_eq!((factor.rows(), factor.cols()), (rows, cols));
            assert!(gram_error(&a, &factor) < 1e-14 * rows as f64, "{rows}×{cols}");
        }
    }

    #[test]
    fn the_error_is_that_of_the_first_row_that_cannot_be_filled() {
        for broken in [0, 3000, 8999] {
            let fill = |start: usize, piece: MatMut<'_, f64>| {
                let end = start + piece.nrows();
                if end > broken { Err(broken.max(start)) } else { Ok(()) }
            };
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                assert_eq!(pool.install(|| Factor::of_rows(9000, 3, fill)), Err(broken));
            }
        }
    }

    #[test]
    fn merging_any_partition_agrees_with_all_at_once() {
        let a = sample(300, 5);
        for cut in [1, 4, 5, 6, 150, 299] {
            let top = Factor::of_block(a.get(..cut, ..));
            let bottom = Factor::of_block(a.get(cut.., ..));
            let merged = top.merge(&bottom);
            assert_eq!(merged.rows(), 300);
            assert!(gram_error(&a, &merged) < 1e-12, "cut {cut}");
        }
    }

    #[test]
    fn streaming_blocks_is_bit_identical_to_the_parallel_tree() {
        let a = sample(17_000, 4);
        let mut stream = Stream::new();
        let blocks = Blocks::of(17_000, 4);
        for i in 0..blocks.count() {
            stream.push(Factor::of_block(a.get(blocks.rows(i), ..)), |x, y| x.merge(&y));
        }
        assert_eq!(stream.finish(|x: Factor, y| x.merge(&y)).unwrap(), in_blocks(&a));
    }
}
