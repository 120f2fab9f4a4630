//! The tridiagonal matrix that Lanczos' method makes of a larger one, and when its largest eigenvalue is that of the larger one.

/// A symmetric tridiagonal matrix without negative eigenvalues that grows by a row and a column at a time.
#[derive(Debug, Clone)]
pub(crate) struct Tridiagonal {
    /// Rows of the larger matrix.
    n: usize,
    diagonal: Vec<f64>,
    squared_off_diagonal: Vec<f64>,
    /// The largest eigenvalue when it was last looked at.
    seen: f64,
}

/// Squared residual of the vector, relative to the squared value, at which it has converged: with 1e-24, a matrix of dimension 768 whose
/// largest singular value the start hardly sees was wrong by 1e-7.
const SQUARED_RESIDUAL: f64 = 1e-26;

/// Steps before the first look at the largest eigenvalue.
const FIRST_STEPS: usize = 2;

/// What one product of Lanczos' method gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// The new diagonal entry.
    pub alpha: f64,
    /// Length of what is orthogonal to the basis, the new entry beside the diagonal.
    pub beta: f64,
    /// The length before the parts along the basis were taken away.
    pub before: f64,
}

impl Tridiagonal {
    /// Of matrices with `n` rows.
    pub fn new(n: usize) -> Tridiagonal {
        let room = || Vec::with_capacity(n);
        Tridiagonal { n, diagonal: room(), squared_off_diagonal: room(), seen: 0.0 }
    }

    pub fn clear(&mut self) {
        self.diagonal.clear();
        self.squared_off_diagonal.clear();
        self.seen = 0.0;
    }

    /// Takes one more step, and returns the largest eigenvalue if it is found, after n steps at the latest; NaN if the step left the
    /// floating-point range.
    ///
    /// A neighbour is taken for it whose relative distance is under 1e-10, rarely, or where the first vector has hardly any part of its
    /// eigenvector.
    pub fn extend(&mut self, step: Step) -> Option<f64> {
        if !(step.alpha.is_finite() && step.beta.is_finite()) {
            return Some(f64::NAN);
        }
        self.diagonal.push(step.alpha);
        let steps = self.diagonal.len();
        // What is left is rounding errors: the vectors span all that the first has a part of, which is of every eigenvector but by chance.
        let last = steps == self.n || step.beta <= 16.0 * f64::EPSILON * step.before;
        let squared_beta = step.beta * step.beta;
        if last || steps > FIRST_STEPS {
            let (value, squared_last_entry) = largest_eigenvalue(&self.diagonal, &self.squared_off_diagonal);
            // A vector that mixes two neighbours has a residual of their distance times their parts: a small residual alone, or a
            // value that stands still, may be that of the smaller one.
            let still = value - self.seen <= 2e-15 * value;
            if last || still && squared_beta * squared_last_entry <= SQUARED_RESIDUAL * value * value {
                return Some(value);
            }
            self.seen = value;
        }
        self.squared_off_diagonal.push(squared_beta);
        None
    }
}

/// The largest eigenvalue of a symmetric tridiagonal matrix without negative ones, and the squared last entry of its unit eigenvector, by Laguerre's method from above, where it cannot
/// overshoot, and which a root that comes several times does not slow down.
///
/// It starts from the Frobenius norm, which is close if one eigenvalue is much larger than the others, or the largest sum of a row,
/// which is close if all are alike.
fn largest_eigenvalue(diagonal: &[f64], squared_off_diagonal: &[f64]) -> (f64, f64) {
    let squares =
        diagonal.iter().map(|d| d * d).sum::<f64>() + 2.0 * squared_off_diagonal.iter().sum::<f64>();
    let off = |i: usize| squared_off_diagonal.get(i).map_or(0.0, |s| s.sqrt());
    let row_sum = |i: usize| diagonal[i] + off(i) + if i > 0 { off(i - 1) } else { 0.0 };
    let largest_row_sum = (0..diagonal.len()).map(row_sum).fold(0.0, f64::max);
    let mut value = largest_row_sum.min(squares.sqrt()) * (1.0 + 1e-15);
    let k = diagonal.len() as f64;
    for _ in 0..100 {
        // Pivots of value − T, whose product is the characteristic polynomial: of each its first two derivatives, and the sums
        // Σ 1/(value − λ) and Σ 1/(value − λ)² over the eigenvalues.
        let (mut first, mut second, mut smallest) = (0.0, 0.0, f64::INFINITY);
        let (mut pivot, mut slope, mut bend) = (value - diagonal[0], 1.0, 0.0);
        for i in 0..diagonal.len() {
            smallest = f64::min(smallest, pivot);
            let inverse = 1.0 / pivot;
            let (s, b) = (slope * inverse, bend * inverse);
            first += s;
            second += s * s - b;
            if let (Some(d), Some(off)) = (diagonal.get(i + 1), squared_off_diagonal.get(i)) {
                let quotient = off * inverse;
                (pivot, slope, bend) =
                    (value - d - quotient, 1.0 + quotient * s, quotient * (b - 2.0 * s * s));
            }
        }
        // A pivot that is not positive: the value is under the eigenvalue, by rounding.
        if smallest <= 0.0 {
            break;
        }
        let spread = ((k - 1.0) * (k * second - first * first)).max(0.0).sqrt();
        let step = k / (first + spread);
        value -= step;
        if step <= 2.0 * f64::EPSILON * value {
            break;
        }
    }
    (value, squared_last_entry(diagonal, squared_off_diagonal, value))
}

/// The squared last entry of the unit eigenvector of a tridiagonal matrix for its largest eigenvalue.
///
/// Each entry over the one after it comes from pivots from below, which are far from zero however small the last entry is.
fn squared_last_entry(diagonal: &[f64], squared_off_diagonal: &[f64], value: f64) -> f64 {
    let (last, rest) = diagonal.split_last().expect("at least one entry");
    let mut pivot = value - last;
    // In units of the squared entry at hand: the last one, and all from here on.
    let (mut squared_last, mut sum) = (1.0, 1.0);
    for (diagonal, off) in rest.iter().zip(squared_off_diagonal).rev() {
        let ratio = off / (pivot * pivot);
        (squared_last, sum) = (squared_last * ratio, 1.0 + ratio * sum);
        pivot = value - diagonal - off / pivot;
    }
    squared_last / sum
}
