//! The directions over the labels in which centred logits vary, of a model that is given by its logits and has too many labels for all
//! of them.
//!
//! With r such directions `u = (u V) Vᵀ`, V K×r: then u V takes the place of embeddings and V that of unembeddings. Two Gaussian sketches
//! find them, and neither is larger than what is found: `Y = uΩ` of the first inputs says how many there are, and `W = Ψu`, of ten rows
//! more, spans them and shows whether the other inputs have none besides.

use crate::factor::Factor;
use logitdist_linalg::{
    Mat, MatMut, MatRef, ReborrowMut, Svd, TallQr, matmul_into, matmul_tn, rank_tolerance, singular_values,
    svd,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use std::convert::Infallible;

/// Most columns of a sketch.
const WIDTH: usize = 1024;

/// Columns more than directions: what is under the last direction has to be seen.
const MORE: usize = 10;

/// Most directions that are found.
pub(crate) const MOST_DIRECTIONS: usize = WIDTH - MORE;

/// Inputs that are looked at to see how many directions there are.
const FIRST_INPUTS: usize = 2 * WIDTH;

/// How many times larger the last direction must be than the largest of what is taken for rounding.
const CLEAR_FALL: f64 = 3.0;

/// The same where noise is more than the rounding of the type.
const FAR_FALL: f64 = 10.0;

/// How many times the rounding of its type a logit may be off.
const COMPUTED_IN_TYPE: [f64; 3] = [1.0, 16.0, 256.0];

/// What rounding alone makes of singular values, and so many times as much to be safe.
const SAFETY: f64 = 4.0;

/// Numbers of a block of logits.
const BLOCK_ENTRIES: usize = 1 << 22;

/// Labels, and columns of a sketch, that one product has. Ω is made in tiles of this size.
const TILE: [usize; 2] = [2048, 64];

/// Directions over the labels.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelDirections {
    /// V, K×r, orthonormal columns; or the number of directions under which there was no clear end.
    pub found: Result<Mat<f64>, usize>,
    /// E‖u‖²; 0 if nothing was found.
    pub squared_size: f64,
}

/// Finds the directions over `labels` in which the centred logits of `inputs` vary beyond rounding; or the `rank` largest.
///
/// `rounding` is the root mean square of what the type of the logits changed of one. `fill(start, rows)` writes the centred logits (n×K) from
/// `start` on. They are read twice, a block at a time, and a third time if later inputs vary in directions that the first do not show. What
/// is random are two Gaussian matrices, made by tiles: the result is the same to rounding whatever they are.
///
/// # Errors
/// Those of `fill`.
pub fn label_directions<E>(
    [inputs, labels]: [usize; 2],
    rounding: f64,
    rank: Option<usize>,
    rng: &mut impl Rng,
    fill: impl Fn(usize, MatMut<'_, f64>) -> Result<(), E>,
) -> Result<LabelDirections, E> {
    let logits = Logits { inputs, labels, rounding, fill };
    let random = ChaCha8Rng::from_rng(rng);
    if let Some(rank) = rank {
        let spanned = logits.spanned(rank.saturating_add(MORE).min(labels), &random)?;
        let most = spanned.decomposed.s.iter().filter(|s| **s > spanned.least).count();
        return Ok(spanned.largest(rank.min(most)));
    }
    let width = WIDTH.min(labels);
    let beyond = LabelDirections { found: Err(width.saturating_sub(MORE)), squared_size: 0.0 };
    for seen in [FIRST_INPUTS.min(inputs), inputs] {
        let Some(rank) = logits.rank(seen, width, &random)? else { return Ok(beyond) };
        let spanned = logits.spanned((rank + MORE).min(labels), &random)?;
        let shape = [labels, spanned.sketch.ncols()];
        if let Some(rank) = clear_rank(&spanned.decomposed.s, spanned.floor, shape, labels.min(inputs)) {
            return Ok(spanned.largest(rank));
        }
        if seen == inputs {
            break;
        }
    }
    Ok(beyond)
}

/// Centred logits, read a block of inputs at a time.
pub(crate) struct Logits<F> {
    pub inputs: usize,
    pub labels: usize,
    /// Root mean square of what the type of the logits changed of one.
    pub rounding: f64,
    /// Writes rows, n×K, from an input on.
    pub fill: F,
}

/// A sketch Wᵀ that spans the directions, K×s.
struct Spanned {
    sketch: Mat<f64>,
    /// Singular values and right singular vectors of it, by its factor.
    decomposed: Svd,
    /// What rounding has of singular values at most.
    floor: f64,
    /// What the arithmetic alone has.
    least: f64,
    squared_size: f64,
}

impl<E, F: Fn(usize, MatMut<'_, f64>) -> Result<(), E>> Logits<F> {
    /// Blocks of rows, one after the other.
    pub fn blocks(&self, inputs: usize, mut of_block: impl FnMut(usize, MatRef<'_, f64>)) -> Result<(), E> {
        let step = (BLOCK_ENTRIES / self.labels).clamp(16, 512);
        let mut space = Mat::zeros(step.min(inputs), self.labels);
        for start in (0..inputs).step_by(step) {
            let mut rows = space.as_mut().get_mut(..step.min(inputs - start), ..);
            (self.fill)(start, rows.rb_mut())?;
            of_block(start, rows.as_ref());
        }
        Ok(())
    }

    /// How many directions the first inputs show; `None` if there are too many, or there is no clear end.
    fn rank(&self, inputs: usize, width: usize, random: &ChaCha8Rng) -> Result<Option<usize>, E> {
        let mut factor = TallQr::new(width);
        self.blocks(inputs, |_, logits| factor.append(sketched(logits, width, random).as_mut()))?;
        let s = singular_values(factor.into_r().as_ref());
        let [n, k, w] = [inputs, self.labels, width].map(|count| (count as f64).sqrt());
        let floor =
            (SAFETY * self.rounding * k * (n + w)).max(rank_tolerance(&s, inputs.max(self.labels), width));
        Ok(clear_rank(&s, floor, [inputs, width], self.labels))
    }

    /// All inputs' directions, if there are no more than `rows`. Of few inputs, the logits themselves span them.
    fn spanned(&self, rows: usize, random: &ChaCha8Rng) -> Result<Spanned, E> {
        let rows = rows.min(self.inputs);
        let mut sketch = Mat::<f64>::zeros(self.labels, rows);
        let mut squares = 0.0;
        self.blocks(self.inputs, |start, logits| {
            let mut rng = random.clone();
            rng.set_stream(u64::MAX - start as u64);
            let gaussian = if rows < self.inputs {
                normal(logits.nrows(), rows, &mut rng)
            } else {
                Mat::from_fn(logits.nrows(), rows, |i, j| f64::from(u8::from(start + i == j)))
            };
            squares += logits.squared_norm_l2();
            let parts = sketch.par_row_chunks_mut(TILE[0]).zip(logits.par_col_chunks(TILE[0]));
            parts.for_each(|(mut part, logits)| part += matmul_tn(logits, gaussian.as_ref()));
        })?;
        let decomposed = decomposed(&sketch);
        // What a row of Ψ makes of errors of size 1.
        let added = if rows < self.inputs { self.inputs } else { 1 };
        let [n, k, s] = [added, self.labels, rows].map(|count| (count as f64).sqrt());
        let least = rank_tolerance(&decomposed.s, self.inputs.max(self.labels), rows);
        let floor = (SAFETY * self.rounding * n * (k + s)).max(least);
        Ok(Spanned { sketch, decomposed, floor, least, squared_size: squares / self.inputs as f64 })
    }
}

impl Spanned {
    /// The `rank` largest directions.
    fn largest(self, rank: usize) -> LabelDirections {
        let squared_size = self.squared_size;
        if rank == 0 {
            let none = Mat::zeros(self.sketch.nrows(), 1);
            return LabelDirections { found: Ok(none), squared_size };
        }
        // Small ones have lost digits to large ones in the product; orthonormalised once more, they span the same.
        let directions = orthonormal(along(&self.sketch, &self.decomposed, rank));
        LabelDirections { found: Ok(directions), squared_size }
    }
}

/// How many singular values are above the noise, of a sketch of this shape; `None` if they are too many for its columns, or there is no clear
/// fall. `all` columns have all that there is.
fn clear_rank(s: &[f64], floor: f64, [rows, width]: [usize; 2], all: usize) -> Option<usize> {
    let s = &s[..s.len().min(rows)];
    let has_room = |rank: usize| rank + MORE <= width || width == all;
    let clear = |times: f64| cut(s, floor, times, [rows, width]).filter(|rank| has_room(*rank));
    // Where there are few inputs, each may have a direction of its own.
    let each = || (s.last().is_none_or(|last| *last > floor) && has_room(s.len())).then_some(s.len());
    COMPUTED_IN_TYPE.into_iter().find_map(clear).or_else(each)
}

/// What counts as noise among the singular values of logits themselves, of this shape: the rounding of their type, or several times as much
/// where that leaves no clear fall and this does.
pub(crate) fn noise(s: &[f64], floor: f64, shape: [usize; 2]) -> f64 {
    let clear = |times: &f64| {
        let rank = cut(s, floor, *times, shape);
        rank.is_some_and(|rank| *times == 1.0 || rank + MORE <= s.len())
    };
    floor * COMPUTED_IN_TYPE.into_iter().find(clear).unwrap_or(1.0)
}

/// How many singular values are above so many times the floor, if what is under it is noise.
///
/// Noise is no more than the rounding of the type, or several times as much if the logits were computed in that type; then it is told from
/// directions by being as flat as independent errors are, and far below.
fn cut(s: &[f64], floor: f64, times: f64, shape: [usize; 2]) -> Option<usize> {
    let rank = s.iter().filter(|s| **s > times * floor).count();
    let fall = if times == 1.0 { CLEAR_FALL } else { FAR_FALL };
    let falls = match (rank, s.get(rank)) {
        (0, _) => times == 1.0,
        (_, None) => false,
        (_, Some(next)) => fall * next <= s[rank - 1],
    };
    (falls && (times == 1.0 || is_flat(&s[rank..], shape))).then_some(rank)
}

/// Whether singular values are spread no more than those of independent errors: n×w of them have σ between `√n − √w` and `√n + √w`, n ≥ w.
fn is_flat(s: &[f64], [rows, width]: [usize; 2]) -> bool {
    const TIMES: f64 = 3.0;
    let [n, w] = [rows.max(width), rows.min(width)].map(|count| (count as f64).sqrt());
    match s {
        [largest, .., smallest] => largest * (n - w) <= TIMES * smallest * (n + w),
        _ => true,
    }
}

/// `uΩ` for a block of logits, n×width.
fn sketched(logits: MatRef<'_, f64>, width: usize, random: &ChaCha8Rng) -> Mat<f64> {
    let mut sketch = Mat::<f64>::zeros(logits.nrows(), width);
    sketch.par_col_chunks_mut(TILE[1]).enumerate().for_each(|(c, mut part)| {
        let mut product = Mat::zeros(part.nrows(), part.ncols());
        for (l, start) in (0..logits.ncols()).step_by(TILE[0]).enumerate() {
            let labels = logits.get(.., start..logits.ncols().min(start + TILE[0]));
            let mut rng = random.clone();
            rng.set_stream(((c as u64) << 32) + l as u64);
            let omega = normal(labels.ncols(), part.ncols(), &mut rng);
            matmul_into(product.as_mut(), labels, omega.as_ref());
            part += &product;
        }
    });
    sketch
}

/// Independent standard normal numbers.
fn normal(rows: usize, cols: usize, rng: &mut ChaCha8Rng) -> Mat<f64> {
    let mut matrix = Mat::zeros(rows, cols);
    for j in 0..cols {
        matrix.col_as_slice_mut(j).iter_mut().for_each(|x| *x = StandardNormal.sample(rng));
    }
    matrix
}

/// Singular values and right singular vectors of a tall matrix.
pub(crate) fn decomposed(matrix: &Mat<f64>) -> Svd {
    svd(factor_of(matrix).as_ref())
}

/// An orthonormal basis of the columns of a tall matrix of full rank.
pub(crate) fn orthonormal(matrix: Mat<f64>) -> Mat<f64> {
    let of = decomposed(&matrix);
    along(&matrix, &of, matrix.ncols())
}

/// R of a tall matrix.
pub(crate) fn factor_of(matrix: &Mat<f64>) -> Mat<f64> {
    let copied = |start: usize, mut piece: MatMut<'_, f64>| {
        piece.copy_from(matrix.get(start..start + piece.nrows(), ..));
        Ok::<_, Infallible>(())
    };
    let Ok(factor) = Factor::of_rows(matrix.nrows(), matrix.ncols(), copied);
    factor.r().to_owned()
}

/// The first `rank` left singular vectors of a matrix, from its right ones.
pub(crate) fn along(matrix: &Mat<f64>, Svd { s, v, .. }: &Svd, rank: usize) -> Mat<f64> {
    let turned = Mat::from_fn(v.nrows(), rank, |i, j| v[(i, j)] / s[j]);
    times(matrix.as_ref(), turned.as_ref())
}

/// The product of a tall matrix with a small one.
pub(crate) fn times(matrix: MatRef<'_, f64>, small: MatRef<'_, f64>) -> Mat<f64> {
    let mut product = Mat::zeros(matrix.nrows(), small.ncols());
    let parts = product.par_row_chunks_mut(TILE[0]).zip(matrix.par_row_chunks(TILE[0]));
    parts.for_each(|(part, matrix)| matmul_into(part, matrix, small));
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logits(inputs: usize, labels: usize, dim: usize, late: bool) -> Mat<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let (mut f, mut g) = (normal(inputs, dim, &mut rng), normal(labels, dim, &mut rng));
        for j in 0..dim {
            f.col_mut(j).iter_mut().for_each(|x| *x *= 0.7_f64.powi(j as i32));
            let mean = g.col(j).iter().sum::<f64>() / labels as f64;
            g.col_mut(j).iter_mut().for_each(|x| *x -= mean);
        }
        if late {
            // One direction is that of later inputs alone.
            f.col_mut(0).iter_mut().take(FIRST_INPUTS).for_each(|x| *x = 0.0);
        }
        &f * g.transpose()
    }

    fn found(u: &Mat<f64>, rounding: f64, rank: Option<usize>) -> LabelDirections {
        let fill = |start: usize, mut rows: MatMut<'_, f64>| {
            rows.copy_from(u.get(start..start + rows.nrows(), ..));
            Ok::<_, Infallible>(())
        };
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let Ok(found) = label_directions([u.nrows(), u.ncols()], rounding, rank, &mut rng, fill);
        found
    }

    fn lost(u: &Mat<f64>, v: &Mat<f64>) -> f64 {
        let gram = matmul_tn(v.as_ref(), v.as_ref()) - Mat::<f64>::identity(v.ncols(), v.ncols());
        assert!(gram.norm_max() < 1e-12, "{}", gram.norm_max());
        (u - u * v * v.transpose()).norm_l2() / u.norm_l2()
    }

    #[test]
    fn all_directions_are_found_whichever_inputs_have_them() {
        for (u, rank) in [(logits(90, 300, 12, false), 12), (logits(FIRST_INPUTS + 90, 60, 4, true), 4)] {
            let LabelDirections { found, squared_size } = found(&u, 1e-15, None);
            let v = found.unwrap();
            assert_eq!(v.ncols(), rank);
            assert!(lost(&u, &v) < 1e-13, "{}", lost(&u, &v));
            assert!((squared_size * u.nrows() as f64 / u.squared_norm_l2() - 1.0).abs() < 1e-12);
        }
        assert_eq!(found(&Mat::zeros(20, 300), 0.0, None).found.unwrap(), Mat::zeros(300, 1));
    }

    #[test]
    fn rounding_is_no_direction_and_what_has_no_end_is_not_found() {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let u = logits(80, 2000, 6, false) + scaled(&normal(80, 2000, &mut rng), 1e-4);
        assert_eq!(found(&u, 1e-4, None).found.unwrap().ncols(), 6);
        // Errors of the arithmetic are larger than those of the type, and as flat.
        assert_eq!(found(&u, 1e-5, None).found.unwrap().ncols(), 6);
        // They are so for logits that are taken as they are, too. Centring over the inputs and labels leaves one direction less.
        let (s, floor) = (singular_values(u.as_ref()), SAFETY * (80f64.sqrt() + 2000f64.sqrt()));
        assert_eq!(noise(&s, 1e-4 * floor, [80, 2000]), 1e-4 * floor);
        assert_eq!(noise(&s, 1e-5 * floor, [80, 2000]), 16.0 * 1e-5 * floor);
        assert_eq!(noise(&s[..6], 1e-5 * floor, [80, 2000]), 1e-5 * floor);
        let full = normal(1500, 1200, &mut rng);
        assert_eq!(found(&full, 1e-15, None).found, Err(WIDTH - MORE));
        let asked = found(&full, 1e-15, Some(3)).found.unwrap();
        assert_eq!(asked.ncols(), 3);
        assert!(lost(&full, &asked) > 0.9);
    }

    fn scaled(m: &Mat<f64>, by: f64) -> Mat<f64> {
        Mat::from_fn(m.nrows(), m.ncols(), |i, j| by * m[(i, j)])
    }
}
