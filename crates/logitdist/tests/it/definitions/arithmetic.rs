//! What the slow definitions are made of: plain loops over rows, and no factor of anything.

use logitdist::{Mat, MatRef, Model};

pub type Rows = Vec<Vec<f64>>;

pub fn mean(x: impl Iterator<Item = f64>) -> f64 {
    let all: Vec<f64> = x.collect();
    all.iter().sum::<f64>() / all.len() as f64
}

/// The population's standard deviation.
pub fn sd(x: &[f64]) -> f64 {
    let m = mean(x.iter().copied());
    mean(x.iter().map(|x| (x - m).powi(2))).sqrt()
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub fn minus(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x - y).collect()
}

pub fn rows(m: MatRef<'_, f64>) -> Rows {
    (0..m.nrows()).map(|i| m.row(i).iter().copied().collect()).collect()
}

pub fn column(rows: &Rows, j: usize) -> Vec<f64> {
    rows.iter().map(|r| r[j]).collect()
}

pub fn transposed(rows: &Rows) -> Rows {
    (0..rows[0].len()).map(|j| column(rows, j)).collect()
}

pub fn embeddings(m: &Model) -> Rows {
    rows(m.embeddings())
}

pub fn unembeddings(m: &Model) -> Rows {
    rows(m.unembeddings())
}

pub fn bias(m: &Model) -> Vec<f64> {
    m.bias().map_or_else(|| vec![0.0; m.n_labels()], <[f64]>::to_vec)
}

pub fn logits(m: &Model) -> Rows {
    let (g, bias) = (unembeddings(m), bias(m));
    let of_input = |f: &Vec<f64>| g.iter().zip(&bias).map(|(g, b)| dot(f, g) + b).collect();
    embeddings(m).iter().map(of_input).collect()
}

/// Every row without its mean.
pub fn centred(rows: &Rows) -> Rows {
    rows.iter().map(|l| l.iter().map(|x| x - mean(l.iter().copied())).collect()).collect()
}

/// Every column without its mean.
pub fn columns_centred(rows: &Rows) -> Rows {
    transposed(&centred(&transposed(rows)))
}

pub fn centred_logits(m: &Model) -> Rows {
    centred(&logits(m))
}

pub fn log_probabilities(logits: &Rows) -> Rows {
    let normalise = |l: &Vec<f64>| {
        let z = l.iter().map(|x| x.exp()).sum::<f64>().ln();
        l.iter().map(|x| x - z).collect()
    };
    logits.iter().map(normalise).collect()
}

/// Solves the square system by Gaussian elimination with pivoting.
pub fn solve(mut a: Rows, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for c in 0..n {
        let p = (c..n).max_by(|&i, &j| a[i][c].abs().total_cmp(&a[j][c].abs())).unwrap();
        a.swap(c, p);
        b.swap(c, p);
        for r in c + 1..n {
            let factor = a[r][c] / a[c][c];
            let pivot = a[c].clone();
            a[r].iter_mut().zip(&pivot).skip(c).for_each(|(x, p)| *x -= factor * p);
            b[r] -= factor * b[c];
        }
    }
    for c in (0..n).rev() {
        let known: f64 = (c + 1..n).map(|k| a[c][k] * b[k]).sum();
        b[c] = (b[c] - known) / a[c][c];
    }
    b
}

/// Orthonormal columns that span those of `x`, by Gram–Schmidt applied twice; columns that add nothing are left out.
pub fn gram_schmidt(x: &Rows) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for j in 0..x[0].len() {
        let mut c = column(x, j);
        let length = dot(&c, &c).sqrt();
        for _ in 0..2 {
            for q in &basis {
                let along = dot(q, &c);
                c.iter_mut().zip(q).for_each(|(c, q)| *c -= along * q);
            }
        }
        let left = dot(&c, &c).sqrt();
        if left > 1e-9 * length {
            basis.push(c.iter().map(|x| x / left).collect());
        }
    }
    basis
}

pub fn singular_values(x: &Rows) -> Vec<f64> {
    matrix(x).singular_values().unwrap()
}

pub fn matrix(x: &Rows) -> Mat<f64> {
    Mat::from_fn(x.len(), x[0].len(), |i, j| x[i][j])
}

/// Inner products of two lists of vectors.
pub fn products(x: &[Vec<f64>], y: &[Vec<f64>]) -> Rows {
    x.iter().map(|x| y.iter().map(|y| dot(x, y)).collect()).collect()
}
