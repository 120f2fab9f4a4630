//! Penalised logistic regression by Newton's method.

use faer::Par;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::{factor, solve};
use logitdist::{Mat, MatRef};
use logitdist_linalg::{MIN_RECIPROCAL_CONDITION, matmul, matmul_tn, singular_values};

/// The objective is within this of its minimum, by Newton's decrement, before the last step.
const TOLERANCE: f64 = 1e-13;

/// Minimises `E log(1 + exp(−t s)) + ½ Σ λ_i v_i²`, s = c + v·z, over c and v: coordinates z N×r, targets ±1, penalties λ (r).
///
/// Each step is halved until it lowers the objective by 1e-4 of what the slope promises. So it converges from 0 on any data.
///
/// # Errors
/// It has not converged after `steps`, or rounding errors allow no further step.
pub(super) fn fit(
    z: MatRef<'_, f64>,
    targets: &[f64],
    penalties: &[f64],
    steps: usize,
) -> Result<(f64, Vec<f64>), String> {
    // The intercept is the coefficient of a column of ones, without penalty.
    let problem = Problem {
        columns: Mat::from_fn(z.nrows(), z.ncols() + 1, |i, j| if j == 0 { 1.0 } else { z[(i, j - 1)] }),
        targets,
        penalties: std::iter::once(0.0).chain(penalties.iter().copied()).collect(),
    };
    let mut theta = Mat::zeros(z.ncols() + 1, 1);
    let mut value = problem.value(&theta);
    let mut decrement = f64::INFINITY;
    for step in 1..=steps {
        let (gradient, hessian) = problem.derivatives(&theta);
        let Some(direction) = newton_direction(hessian, &gradient) else {
            return Err(format!(
                "logistic regression stopped at step {step}: its Hessian is singular up to rounding; a larger `strength` helps"
            ));
        };
        decrement = dot(&gradient, &direction);
        if decrement <= 2.0 * TOLERANCE {
            let theta = theta - direction;
            return Ok((theta[(0, 0)], (1..theta.nrows()).map(|i| theta[(i, 0)]).collect()));
        }
        let mut size = 1.0;
        loop {
            let candidate = Mat::from_fn(theta.nrows(), 1, |i, _| theta[(i, 0)] - size * direction[(i, 0)]);
            let reached = problem.value(&candidate);
            if reached <= value - 1e-4 * size * decrement {
                (theta, value) = (candidate, reached);
                break;
            }
            size /= 2.0;
            if size < 1e-12 {
                return Err(format!(
                    "logistic regression stopped at step {step}: no step lowers its objective {value:e}; a larger `strength` helps"
                ));
            }
        }
    }
    Err(format!(
        "logistic regression has not converged in {steps} Newton steps: it is about {:.1e} above its minimum, and {TOLERANCE:e} is needed; a larger `strength` helps",
        decrement / 2.0
    ))
}

struct Problem<'a> {
    /// 1 and z, N×(1 + r).
    columns: Mat<f64>,
    targets: &'a [f64],
    penalties: Vec<f64>,
}

impl Problem<'_> {
    /// t·s of every input.
    fn margins(&self, theta: &Mat<f64>) -> Vec<f64> {
        let scores = matmul(self.columns.as_ref(), theta.as_ref());
        self.targets.iter().enumerate().map(|(i, t)| t * scores[(i, 0)]).collect()
    }

    fn value(&self, theta: &Mat<f64>) -> f64 {
        let losses = self.margins(theta).into_iter().map(|m| (-m).max(0.0) + (-m.abs()).exp().ln_1p());
        let penalty: f64 = self.penalties.iter().enumerate().map(|(j, p)| p * theta[(j, 0)].powi(2)).sum();
        losses.sum::<f64>() / self.targets.len() as f64 + 0.5 * penalty
    }

    fn derivatives(&self, theta: &Mat<f64>) -> (Mat<f64>, Mat<f64>) {
        let n = self.targets.len() as f64;
        // 1 − p, p the probability given to the right answer.
        let wrong: Vec<f64> = self.margins(theta).into_iter().map(|m| 1.0 / (1.0 + m.exp())).collect();
        let slopes = Mat::from_fn(wrong.len(), 1, |i, _| -self.targets[i] * wrong[i] / n);
        let mut gradient = matmul_tn(self.columns.as_ref(), slopes.as_ref());
        let weighted = Mat::from_fn(self.columns.nrows(), self.columns.ncols(), |i, j| {
            self.columns[(i, j)] * wrong[i] * (1.0 - wrong[i]) / n
        });
        let mut hessian = matmul_tn(self.columns.as_ref(), weighted.as_ref());
        for (j, penalty) in self.penalties.iter().enumerate() {
            gradient[(j, 0)] += penalty * theta[(j, 0)];
            hessian[(j, j)] += penalty;
        }
        (gradient, hessian)
    }
}

/// `H⁻¹ g`. The diagonal of H is scaled to 1 first, so that penalties may differ much in size. `None` if H is singular.
fn newton_direction(hessian: Mat<f64>, gradient: &Mat<f64>) -> Option<Mat<f64>> {
    let p = hessian.nrows();
    let scale: Vec<f64> = (0..p).map(|j| hessian[(j, j)].sqrt()).collect();
    if scale.iter().any(|s| !(s.is_finite() && *s > 0.0)) {
        return None;
    }
    let mut scaled = Mat::from_fn(p, p, |i, j| hessian[(i, j)] / scale[i] / scale[j]);
    // A Cholesky decomposition alone may miss that a matrix is singular up to rounding.
    let s = singular_values(scaled.as_ref());
    if s[p - 1] < MIN_RECIPROCAL_CONDITION * s[0] {
        return None;
    }
    let scratch = factor::cholesky_in_place_scratch::<f64>(p, Par::Seq, Default::default());
    let mut memory = MemBuffer::new(scratch);
    let stack = MemStack::new(&mut memory);
    factor::cholesky_in_place(scaled.as_mut(), Default::default(), Par::Seq, stack, Default::default())
        .ok()?;
    let mut direction = Mat::from_fn(p, 1, |i, _| gradient[(i, 0)] / scale[i]);
    solve::solve_in_place(scaled.as_ref(), direction.as_mut(), Par::Seq, stack);
    Some(Mat::from_fn(p, 1, |i, _| direction[(i, 0)] / scale[i]))
}

fn dot(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
    a.col(0).iter().zip(b.col(0).iter()).map(|(a, b)| a * b).sum()
}
