//! How wrong a result is, relative to the size of what it came from. Sums are taken in twice the precision; of large results a part is looked at.

use super::exact::dot;
use logitdist_linalg::{Mat, MatRef, Svd, matmul_tn};

/// At most `most` of the numbers under `n`, both ends among them.
fn some_of(n: usize, most: usize) -> Vec<usize> {
    if n <= most { (0..n).collect() } else { (0..most).map(|i| i * (n - 1) / (most - 1)).collect() }
}

fn pairs<'a>(
    x: impl Iterator<Item = &'a f64> + 'a,
    y: impl Iterator<Item = &'a f64> + 'a,
) -> impl Iterator<Item = (f64, f64)> + 'a {
    x.zip(y).map(|(x, y)| (*x, *y))
}

/// The largest of what is not NaN, or NaN if anything is.
pub fn largest(errors: impl Iterator<Item = f64>) -> f64 {
    errors.fold(0.0, |worst, error| if error > worst || error.is_nan() { error } else { worst })
}

/// max |RᵀR − AᵀA|ᵢⱼ / (‖aᵢ‖ ‖aⱼ‖) for a matrix A of whole numbers, whose Gram matrix is exact; 16 columns j, all i.
pub fn of_r(a: MatRef<'_, f64>, r: MatRef<'_, f64>) -> f64 {
    let chosen = some_of(a.ncols(), 16);
    let columns = Mat::from_fn(a.nrows(), chosen.len(), |i, j| a[(i, chosen[j])]);
    let gram = matmul_tn(a, columns.as_ref());
    let lengths: Vec<f64> = a.col_iter().map(|column| column.norm_l2()).collect();
    let at = |(k, j): (usize, usize), i: usize| {
        let both = i.min(j) + 1;
        let found = dot(pairs(r.col(i).iter(), r.col(j).iter()).take(both).chain([(-1.0, gram[(i, k)])]));
        found.abs() / (lengths[i] * lengths[j])
    };
    largest(
        chosen
            .iter()
            .copied()
            .enumerate()
            .flat_map(|j| (0..a.ncols()).map(move |i| at(j, i)).collect::<Vec<_>>()),
    )
}

/// max |QᵀQ − I| of 4 columns with all.
fn of_orthonormal(q: MatRef<'_, f64>) -> f64 {
    largest(some_of(q.ncols(), 4).into_iter().map(|j| {
        largest((0..q.ncols()).map(|i| {
            let identity = if i == j { -1.0 } else { 0.0 };
            dot(pairs(q.col(i).iter(), q.col(j).iter()).chain([(identity, 1.0)])).abs()
        }))
    }))
}

/// The larger of that of Q's columns and of max |Q R − A|ᵢⱼ / ‖aⱼ‖, of 64 rows.
pub fn of_qr(a: MatRef<'_, f64>, q: MatRef<'_, f64>, r: MatRef<'_, f64>) -> f64 {
    let lengths: Vec<f64> = a.col_iter().map(|column| column.norm_l2()).collect();
    let residual = largest(some_of(a.nrows(), 64).into_iter().map(|i| {
        largest((0..a.ncols()).map(|j| {
            let terms = pairs(q.row(i).iter(), r.col(j).iter()).take(j + 1);
            dot(terms.chain([(-1.0, a[(i, j)])])).abs() / lengths[j]
        }))
    }));
    residual.max(of_orthonormal(q))
}

/// max |found − exact| / max |exact|.
pub fn of_values(found: &[f64], exact: &[f64]) -> f64 {
    assert_eq!(found.len(), exact.len());
    let size = exact.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
    largest(found.iter().zip(exact).map(|(x, y)| (x - y).abs() / size))
}

/// The largest of that of the values, of A vₖ − λₖ uₖ (16 columns k) and of the columns of U and V.
fn of_triples(
    a: MatRef<'_, f64>,
    exact: &[f64],
    (u, s, v): (MatRef<'_, f64>, &[f64], MatRef<'_, f64>),
) -> f64 {
    let size = exact.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
    let residual =
        largest(some_of(s.len(), 16).into_iter().map(|k| {
            largest((0..a.nrows()).map(|i| {
                dot(pairs(a.row(i).iter(), v.col(k).iter()).chain([(-s[k], u[(i, k)])])).abs() / size
            }))
        }));
    [of_values(s, exact), residual, of_orthonormal(u), of_orthonormal(v)]
        .into_iter()
        .fold(0.0, |x, y| largest([x, y].into_iter()))
}

/// Of a singular value decomposition of a matrix whose singular values are known.
pub fn of_svd(a: MatRef<'_, f64>, exact: &[f64], found: &Svd) -> f64 {
    of_triples(a, exact, (found.u.as_ref(), &found.s, found.v.as_ref()))
}

/// Of an eigendecomposition of a symmetric matrix whose eigenvalues are known.
pub fn of_eigen(a: MatRef<'_, f64>, exact: &[f64], values: &[f64], vectors: MatRef<'_, f64>) -> f64 {
    of_triples(a, exact, (vectors, values, vectors))
}

/// max |A X − B|ᵢⱼ / (‖row i of A‖₁ ‖xⱼ‖∞) of 16 columns: how much A would have to change for X to be exact.
pub fn of_solution(a: MatRef<'_, f64>, x: MatRef<'_, f64>, b: MatRef<'_, f64>) -> f64 {
    largest(some_of(b.ncols(), 16).into_iter().map(|j| {
        largest((0..a.nrows()).map(|i| {
            let residual = dot(pairs(a.row(i).iter(), x.col(j).iter()).chain([(-1.0, b[(i, j)])]));
            residual.abs() / (a.row(i).norm_l1() * x.col(j).norm_max())
        }))
    }))
}

/// max |C − A B|ᵢⱼ / (‖row i of A‖ ‖column j of B‖) of 16 rows and columns.
pub fn of_product(a: MatRef<'_, f64>, b: MatRef<'_, f64>, c: MatRef<'_, f64>) -> f64 {
    largest(some_of(a.nrows(), 16).into_iter().map(|i| {
        largest(some_of(b.ncols(), 16).into_iter().map(|j| {
            let error = dot(pairs(a.row(i).iter(), b.col(j).iter()).chain([(-1.0, c[(i, j)])]));
            error.abs() / (a.row(i).norm_l2() * b.col(j).norm_l2())
        }))
    }))
}

#[cfg(test)]
mod tests {
    use super::super::exact::{Known, fractions, known, whole_numbers};
    use super::*;
    use logitdist_backends::{Backend, Reference};

    /// Right results are right to rounding, and one entry changed by 1e-9 of its size is seen.
    #[test]
    fn errors_are_rounding_until_something_is_changed() {
        let check = |what: &str, right: f64, wrong: f64| {
            assert!(right < 1e-14, "{what}: {right}");
            assert!(wrong > 1e-12, "{what}: {wrong}");
        };
        let changed = |m: &Mat<f64>| {
            let mut m = m.clone();
            m[(0, 0)] *= 1.0 + 1e-9;
            m
        };
        let a = whole_numbers(60, 12, 0);
        let (q, r) = Reference.thin_qr(a.clone()).unwrap();
        check("R", of_r(a.as_ref(), r.as_ref()), of_r(a.as_ref(), changed(&r).as_ref()));
        let of_both = |q: &Mat<f64>, r: &Mat<f64>| of_qr(a.as_ref(), q.as_ref(), r.as_ref());
        check("QR, Q", of_both(&q, &r), of_both(&changed(&q), &r));
        check("QR, R", of_both(&q, &r), of_both(&q, &changed(&r)));
        let Known { a, values } = known(32, false, 1);
        let svd = Reference.svd(a.as_ref()).unwrap();
        let of = |svd: &Svd| of_svd(a.as_ref(), &values, svd);
        let mut wrong = svd.clone();
        wrong.s[0] *= 1.0 + 1e-9;
        check("SVD, s", of(&svd), of(&wrong));
        check("SVD, U", of(&svd), of(&Svd { u: changed(&svd.u), ..svd.clone() }));
        check("SVD, V", of(&svd), of(&Svd { v: changed(&svd.v), ..svd.clone() }));
        let Known { a, values } = known(32, true, 1);
        let eigen = Reference.symmetric_eigen(a.as_ref()).unwrap();
        let of = |vectors: &Mat<f64>| of_eigen(a.as_ref(), &values, &eigen.values, vectors.as_ref());
        check("eigenvectors", of(&eigen.vectors), of(&changed(&eigen.vectors)));
        let (a, b) = (fractions(20, 20, 2), fractions(20, 3, 3));
        let x = Reference.solve(a.as_ref(), b.as_ref()).unwrap().x;
        let of = |x: &Mat<f64>| of_solution(a.as_ref(), x.as_ref(), b.as_ref());
        check("solution", of(&x), of(&changed(&x)));
        let c = Reference.matmul(a.as_ref(), b.as_ref());
        let of = |c: &Mat<f64>| of_product(a.as_ref(), b.as_ref(), c.as_ref());
        check("product", of(&c), of(&changed(&c)));
        assert!(largest([0.0, f64::NAN, 1.0].into_iter()).is_nan());
    }
}
