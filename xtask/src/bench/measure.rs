//! One entry of the table: the time of a call, again and again, and the error of its result.

use super::error;
use super::exact::{Known, fractions, known, whole_numbers};
use super::plan::{Entry, Operation};
use anyhow::ensure;
use logitdist::Factor;
use logitdist_backends::{Backend, BackendError, Triangle};
use logitdist_linalg::{Mat, MatMut};
use rayon::prelude::*;
use std::hint::black_box;
use std::time::Instant;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Of all calls, in seconds.
    pub median: f64,
    pub least: f64,
    pub calls: usize,
    /// As the functions of `error.rs` define it for the operation.
    pub error: f64,
}

/// Measures a backend that uses so many threads, for about `budget` seconds.
pub fn of_backend(
    backend: &impl Backend,
    entry: &Entry,
    threads: usize,
    budget: f64,
) -> anyhow::Result<Measured> {
    let Entry { operation, rows, cols, batch } = *entry;
    let seed = (rows * cols) as u64;
    let whole = || whole_numbers(rows, cols, seed);
    let (timing, error) = match operation {
        Operation::RFactor => {
            let a = whole();
            let (timing, r) = timed(budget, || a.clone(), |a| backend.r_factor(a))?;
            (timing, error::of_r(a.as_ref(), r.as_ref()))
        }
        Operation::ThinQr => {
            let a = whole();
            let (timing, (q, r)) = timed(budget, || a.clone(), |a| backend.thin_qr(a))?;
            (timing, error::of_qr(a.as_ref(), q.as_ref(), r.as_ref()))
        }
        Operation::SingularValues => {
            let Known { a, values } = known(rows, false, seed);
            let (timing, found) = timed(budget, || (), |()| backend.singular_values(a.as_ref()))?;
            (timing, error::of_values(&found, &values))
        }
        Operation::Svd => {
            let Known { a, values } = known(rows, false, seed);
            let (timing, found) = timed(budget, || (), |()| backend.svd(a.as_ref()))?;
            (timing, error::of_svd(a.as_ref(), &values, &found))
        }
        Operation::SymmetricEigen => {
            let Known { a, values } = known(rows, true, seed);
            let (timing, found) = timed(budget, || (), |()| backend.symmetric_eigen(a.as_ref()))?;
            (timing, error::of_eigen(a.as_ref(), &values, &found.values, found.vectors.as_ref()))
        }
        Operation::Solve => {
            let systems: Vec<_> = (0..batch as u64)
                .map(|i| (fractions(rows, rows, seed + 2 * i), fractions(rows, 1, seed + 2 * i + 1)))
                .collect();
            let solve = |(a, b): &(Mat<f64>, Mat<f64>)| Ok(backend.solve(a.as_ref(), b.as_ref())?.x);
            let all = |()| -> Result<Vec<Mat<f64>>, BackendError> {
                // A library's own threads do nothing for such small systems: they are given out whole.
                match threads {
                    1 => systems.iter().map(solve).collect(),
                    _ => systems.par_iter().map(solve).collect(),
                }
            };
            let (timing, found) = timed(budget, || (), all)?;
            let errors = systems.iter().zip(&found).take(16);
            let errors = errors.map(|((a, b), x)| error::of_solution(a.as_ref(), x.as_ref(), b.as_ref()));
            (timing, error::largest(errors))
        }
        Operation::SolveTriangular => {
            let (t, b) = (upper(rows, seed), fractions(rows, rows, seed + 1));
            let call = |()| backend.solve_triangular(Triangle::Upper, t.as_ref(), b.as_ref());
            let (timing, x) = timed(budget, || (), call)?;
            (timing, error::of_solution(t.as_ref(), x.as_ref(), b.as_ref()))
        }
        Operation::Matmul => {
            let (a, b) = (fractions(rows, rows, seed), fractions(rows, rows, seed + 1));
            let call = |()| Ok::<_, BackendError>(backend.matmul(a.as_ref(), b.as_ref()));
            let (timing, c) = timed(budget, || (), call)?;
            (timing, error::of_product(a.as_ref(), b.as_ref(), c.as_ref()))
        }
    };
    Ok(Measured { error, ..timing })
}

/// Measures this project's R factor of a tall matrix, on the threads of rayon.
pub fn of_factor(entry: &Entry, budget: f64) -> anyhow::Result<Measured> {
    ensure!(entry.operation == Operation::RFactor, "{} is not made of blocks", entry.operation.name());
    let a = whole_numbers(entry.rows, entry.cols, (entry.rows * entry.cols) as u64);
    let fill = |start: usize, mut piece: MatMut<'_, f64>| {
        piece.copy_from(a.subrows(start, piece.nrows()));
        Ok::<_, BackendError>(())
    };
    let call = |()| Factor::of_rows(entry.rows, entry.cols, fill);
    let (timing, factor) = timed(budget, || (), call)?;
    Ok(Measured { error: error::of_r(a.as_ref(), factor.r()), ..timing })
}

/// Uniform in [−1, 1) above a heavy diagonal, and what must not be read below it.
fn upper(n: usize, seed: u64) -> Mat<f64> {
    let above = fractions(n, n, seed);
    Mat::from_fn(n, n, |i, j| match i.cmp(&j) {
        std::cmp::Ordering::Less => above[(i, j)],
        std::cmp::Ordering::Equal => n as f64,
        std::cmp::Ordering::Greater => 0.0,
    })
}

/// Calls again and again for `budget` seconds, the first call to warm up unless it takes half of that; at least three times, at most
/// twice if a call takes longer. What `prepare` does is not timed.
fn timed<I, T, E>(
    budget: f64,
    mut prepare: impl FnMut() -> I,
    mut call: impl FnMut(I) -> Result<T, E>,
) -> Result<(Measured, T), E> {
    let mut once = || -> Result<(f64, T), E> {
        let input = prepare();
        let start = Instant::now();
        let result = black_box(call(black_box(input)))?;
        Ok((start.elapsed().as_secs_f64(), result))
    };
    let (first, mut result) = once()?;
    let mut times = if first < budget / 2.0 { Vec::new() } else { vec![first] };
    let needed = if first < budget { 3 } else { 2 };
    while times.len() < needed || (times.iter().sum::<f64>() < budget && times.len() < 1000) {
        let (time, again) = once()?;
        times.push(time);
        result = again;
    }
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2].midpoint(times[(times.len() - 1) / 2]);
    Ok((Measured { median, least: times[0], calls: times.len(), error: f64::NAN }, result))
}
