//! Every measure against its slow direct definition, on N×K logits and raw embeddings.

use crate::pairs::{assert_close, compared, model, regular_pair, rng, value};
use logitdist::{Mat, MatRef, Model};

pub type Rows = Vec<Vec<f64>>;

fn mean(x: impl Iterator<Item = f64>) -> f64 {
    let all: Vec<f64> = x.collect();
    all.iter().sum::<f64>() / all.len() as f64
}

fn sd(x: &[f64]) -> f64 {
    let m = mean(x.iter().copied());
    mean(x.iter().map(|x| (x - m).powi(2))).sqrt()
}

fn rows(m: MatRef<'_, f64>) -> Rows {
    (0..m.nrows()).map(|i| m.row(i).iter().copied().collect()).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub fn column(rows: &Rows, j: usize) -> Vec<f64> {
    rows.iter().map(|r| r[j]).collect()
}

pub fn logits(m: &Model) -> Rows {
    let zero = vec![0.0; m.n_labels()];
    let bias = m.bias().unwrap_or(&zero);
    let g = rows(m.unembeddings());
    rows(m.embeddings()).iter().map(|f| g.iter().zip(bias).map(|(g, b)| dot(f, g) + b).collect()).collect()
}

pub fn centred(logits: &Rows) -> Rows {
    logits.iter().map(|l| l.iter().map(|x| x - mean(l.iter().copied())).collect()).collect()
}

pub fn log_probabilities(logits: &Rows) -> Rows {
    let normalise = |l: &Vec<f64>| {
        let z = l.iter().map(|x| x.exp()).sum::<f64>().ln();
        l.iter().map(|x| x - z).collect()
    };
    logits.iter().map(normalise).collect()
}

/// Solves the square system by Gaussian elimination with pivoting.
fn solve(mut a: Rows, mut b: Vec<f64>) -> Vec<f64> {
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

#[test]
fn distances_between_distributions() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        let c = compared(&a, &b);
        let (u, v) = (centred(&logits(&a)), centred(&logits(&b)));
        let squared = |x: &Rows, y: &Rows| {
            mean(x.iter().zip(y).map(|(x, y)| x.iter().zip(y).map(|(x, y)| (x - y).powi(2)).sum()))
        };
        let what = |token: &str| format!("seed {seed}: {token}");
        assert_close(value(&c, "d_logit"), squared(&u, &v).sqrt(), 1e-11, &what("d_logit"));
        let without_mean = |x: &Rows| -> Rows {
            let m: Vec<f64> = (0..x[0].len()).map(|j| mean(column(x, j).into_iter())).collect();
            x.iter().map(|r| r.iter().zip(&m).map(|(x, m)| x - m).collect()).collect()
        };
        let d_bar = squared(&without_mean(&u), &without_mean(&v)).sqrt();
        assert_close(value(&c, "d_logit_centred"), d_bar, 1e-11, &what("d_logit_centred"));

        let (lp, lq) = (log_probabilities(&logits(&a)), log_probabilities(&logits(&b)));
        let over = |term: &dyn Fn(f64, f64) -> f64| {
            mean(lp.iter().zip(&lq).map(|(p, q)| p.iter().zip(q).map(|(&p, &q)| term(p, q)).sum()))
        };
        let kl_ab = over(&|p, q| p.exp() * (p - q));
        let kl_ba = over(&|p, q| q.exp() * (q - p));
        let log_mean = |p: f64, q: f64| (0.5 * (p.exp() + q.exp())).ln();
        let js = over(&|p, q| 0.5 * (p.exp() * (p - log_mean(p, q)) + q.exp() * (q - log_mean(p, q))));
        let tv = over(&|p, q| 0.5 * (p.exp() - q.exp()).abs());
        let hellinger = mean(lp.iter().zip(&lq).map(|(p, q)| {
            let terms = p.iter().zip(q).map(|(p, q)| ((0.5 * p).exp() - (0.5 * q).exp()).powi(2));
            (0.5 * terms.sum::<f64>()).sqrt()
        }));
        let log_tau = lp.iter().chain(&lq).flatten().copied().fold(f64::INFINITY, f64::min);
        let top = |l: &Vec<f64>| (0..l.len()).max_by(|&i, &j| l[i].total_cmp(&l[j])).unwrap();
        let agreement = mean(lp.iter().zip(&lq).map(|(p, q)| f64::from(top(p) == top(q))));
        for (token, want) in [
            ("kl_ab", kl_ab),
            ("kl_ba", kl_ba),
            ("jeffreys", kl_ab + kl_ba),
            ("js", js),
            ("tv", tv),
            ("hellinger", hellinger),
            ("tau", log_tau.exp()),
            ("log_tau", log_tau),
            ("top1_agreement", agreement),
        ] {
            assert_close(value(&c, token), want, 1e-10, &what(token));
        }
        let kl: Vec<f64> =
            lp.iter().zip(&lq).map(|(p, q)| p.iter().zip(q).map(|(p, q)| p.exp() * (p - q)).sum()).collect();
        let n = kl.len() as f64;
        assert_close(value(&c, "kl_ab_se"), sd(&kl) / (n - 1.0).sqrt(), 1e-9, &what("kl_ab_se"));
    }
}

/// Orthonormal columns by twice-applied Gram–Schmidt, from centred columns.
fn gram_schmidt(x: &Rows) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for j in 0..x[0].len() {
        let mut c = column(x, j);
        let m = mean(c.iter().copied());
        c.iter_mut().for_each(|x| *x -= m);
        for _ in 0..2 {
            for q in &basis {
                let along = dot(q, &c);
                c.iter_mut().zip(q).for_each(|(c, q)| *c -= along * q);
            }
        }
        let norm = dot(&c, &c).sqrt();
        basis.push(c.iter().map(|x| x / norm).collect());
    }
    basis
}

#[test]
fn canonical_correlations_and_regression() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        let c = compared(&a, &b);
        for (token, x, y) in [
            ("rho", rows(a.embeddings()), rows(b.embeddings())),
            ("rho_unembeddings", rows(a.unembeddings()), rows(b.unembeddings())),
        ] {
            let (p, q) = (gram_schmidt(&x), gram_schmidt(&y));
            let cross = Mat::from_fn(p.len(), q.len(), |i, j| dot(&p[i], &q[j]));
            let want = cross.singular_values().unwrap();
            let got = crate::pairs::list(&c, token);
            assert_eq!(got.len(), want.len());
            for (got, want) in got.iter().zip(want) {
                assert_close(*got, want.min(1.0), 1e-10, &format!("seed {seed}: {token}"));
            }
        }
        let q = gram_schmidt(&rows(b.embeddings()));
        let (mut explained, mut total) = (0.0, 0.0);
        let f = rows(a.embeddings());
        for j in 0..a.dim() {
            let x = column(&f, j);
            total += x.len() as f64 * sd(&x).powi(2);
            explained += q.iter().map(|q| dot(q, &x).powi(2)).sum::<f64>();
        }
        assert_close(value(&c, "r2_ab"), explained / total, 1e-10, &format!("seed {seed}: r2_ab"));
    }
}

/// Every (pivot, subset), by bit masks.
fn subsets(labels: usize, dim: usize) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    for pivot in 0..labels {
        for mask in 0..1usize << labels {
            if mask >> pivot & 1 == 0 && mask.count_ones() as usize == dim {
                all.push(std::iter::once(pivot).chain((0..labels).filter(|y| mask >> y & 1 == 1)).collect());
            }
        }
    }
    all
}

/// E‖f − A f′ − c‖² of some subsets, each by its own alignment, input by input.
fn alignment_errors(a: &Model, b: &Model, subsets: &[Vec<usize>]) -> Vec<f64> {
    let (f, f2) = (rows(a.embeddings()), rows(b.embeddings()));
    let (g, g2) = (rows(a.unembeddings()), rows(b.unembeddings()));
    let zero = vec![0.0; a.n_labels()];
    let (bias, bias2) = (a.bias().unwrap_or(&zero), b.bias().unwrap_or(&zero));
    let of_subset = |subset: &Vec<usize>| {
        let (pivot, labels) = (subset[0], &subset[1..]);
        let difference =
            |g: &Rows, l: usize| -> Vec<f64> { g[l].iter().zip(&g[pivot]).map(|(x, y)| x - y).collect() };
        // f − A f′ − c with A f′ + c = L^{−T}(L′^T f′ + β′ − β).
        let l_t: Rows = labels.iter().map(|&l| difference(&g, l)).collect();
        let residual = f.iter().zip(&f2).map(|(f, f2)| {
            let right = labels
                .iter()
                .map(|&l| dot(&difference(&g2, l), f2) + (bias2[l] - bias2[pivot]) - (bias[l] - bias[pivot]));
            let carried = solve(l_t.clone(), right.collect());
            f.iter().zip(carried).map(|(f, c)| (f - c).powi(2)).sum::<f64>()
        });
        mean(residual)
    };
    subsets.iter().map(of_subset).collect()
}

#[test]
fn d_rep_beside_singular_subsets_is_that_of_the_others() {
    for dim in 1..=5 {
        let mut rng = rng(dim as u64);
        let (a, b) = (model(40, 8, dim, true, &mut rng), model(40, 8, dim, false, &mut rng));
        // Labels 2 and 5 coincide: a subset with both is singular.
        let mut g = a.unembeddings().to_owned();
        (0..dim).for_each(|j| g[(5, j)] = g[(2, j)]);
        let a = Model::new(a.embeddings().to_owned(), g, a.bias().map(<[f64]>::to_vec)).unwrap();
        let all = subsets(8, dim);
        let regular: Vec<_> = all.iter().filter(|s| !(s.contains(&2) && s.contains(&5))).cloned().collect();
        let c = compared(&a, &b);
        let errors = alignment_errors(&a, &b, &regular);
        let what = format!("dimension {dim}");
        assert_eq!(value(&c, "n_subsets_ab"), regular.len() as f64, "{what}");
        assert_eq!(value(&c, "n_subsets_skipped_ab"), (all.len() - regular.len()) as f64, "{what}");
        assert_close(value(&c, "d_rep_ab"), mean(errors.iter().copied()).sqrt(), 1e-8, &what);
        assert_close(
            value(&c, "d_rep_ab_max"),
            errors.iter().copied().fold(0.0, f64::max).sqrt(),
            1e-8,
            &what,
        );
    }
}

#[test]
fn d_rep_by_its_alignment_and_d_ls_by_normal_equations() {
    for seed in 0..32 {
        let (a, b) = regular_pair(seed);
        let c = compared(&a, &b);
        let g = rows(a.unembeddings());
        let errors = alignment_errors(&a, &b, &subsets(a.n_labels(), a.dim()));
        let what = format!("seed {seed}: d_rep_ab");
        assert_close(value(&c, "d_rep_ab"), mean(errors.iter().copied()).sqrt(), 1e-8, &what);
        assert_close(value(&c, "n_subsets_ab"), errors.len() as f64, 0.0, &what);
        let largest = errors.iter().copied().fold(0.0, f64::max).sqrt();
        assert_close(value(&c, "d_rep_ab_max"), largest, 1e-8, &what);
        assert_eq!(value(&c, "d_rep_ab_se"), 0.0);

        let centre = |g: &Rows| -> Rows {
            let m: Vec<f64> = (0..g[0].len()).map(|j| mean(column(g, j).into_iter())).collect();
            g.iter().map(|r| r.iter().zip(&m).map(|(x, m)| x - m).collect()).collect()
        };
        let g_centred = centre(&g);
        let normal: Rows = (0..a.dim())
            .map(|i| (0..a.dim()).map(|j| dot(&column(&g_centred, i), &column(&g_centred, j))).collect())
            .collect();
        let (u, v) = (centred(&logits(&a)), centred(&logits(&b)));
        let squared = u.iter().zip(&v).map(|(u, v)| {
            let delta: Vec<f64> = u.iter().zip(v).map(|(u, v)| u - v).collect();
            let right = (0..a.dim()).map(|j| dot(&column(&g_centred, j), &delta)).collect();
            solve(normal.clone(), right).iter().map(|x| x * x).sum::<f64>()
        });
        assert_close(value(&c, "d_ls_ab"), mean(squared).sqrt(), 1e-8, &format!("seed {seed}: d_ls_ab"));
    }
}

#[test]
fn d_llv_and_pls_svd_from_log_probabilities() {
    for seed in 0..64 {
        let (a, b) = regular_pair(seed);
        let c = compared(&a, &b);
        let (lp, lq) = (log_probabilities(&logits(&a)), log_probabilities(&logits(&b)));
        let transposed = |x: &Rows| -> Rows { (0..x[0].len()).map(|j| column(x, j)).collect() };
        let size = a.dim().min(b.dim()) + 1;
        let spread = |count: usize| -> Vec<usize> { (0..size).map(|i| i * count / size).collect() };
        for (tokens, p, q, set) in [
            (
                ["llv_t1", "llv_t3", "d_svd_embeddings"],
                transposed(&lp),
                transposed(&lq),
                spread(a.n_labels()),
            ),
            (["llv_t2", "llv_t4", "d_svd_unembeddings"], lp.clone(), lq.clone(), spread(a.n_inputs())),
        ] {
            let minus =
                |x: &Vec<f64>, y: &Vec<f64>| -> Vec<f64> { x.iter().zip(y).map(|(x, y)| x - y).collect() };
            let (mut ratio, mut gap): (f64, f64) = (0.0, 0.0);
            let (mut z, mut z2): (Rows, Rows) = (vec![], vec![]);
            for &y in &set[1..] {
                let (d, d2) = (minus(&p[y], &p[set[0]]), minus(&q[y], &q[set[0]]));
                let (s, s2) = (sd(&d), sd(&d2));
                for column in [y, set[0]] {
                    let mixed = p[column].iter().zip(&q[column]).map(|(p, q)| p / s - q / s2);
                    ratio = ratio.max(sd(&mixed.collect::<Vec<_>>()));
                }
                gap = gap.max((s - s2).abs());
                let standard = |d: &Vec<f64>, s: f64| -> Vec<f64> {
                    let m = mean(d.iter().copied());
                    d.iter().map(|x| (x - m) / s).collect()
                };
                z.push(standard(&d, s));
                z2.push(standard(&d2, s2));
            }
            let points = z[0].len() as f64;
            let correlation = Mat::from_fn(z.len(), z.len(), |i, j| dot(&z[i], &z2[j]) / points);
            let nuclear: f64 = correlation.singular_values().unwrap().iter().sum();
            let what = |i: usize| format!("seed {seed}: {}", tokens[i]);
            assert_close(value(&c, tokens[0]), ratio, 1e-10, &what(0));
            assert_close(value(&c, tokens[1]), gap, 1e-9, &what(1));
            assert_close(value(&c, tokens[2]), 1.0 - nuclear / z.len() as f64, 1e-9, &what(2));
        }
        let t = |i: usize| value(&c, ["llv_t1", "llv_t2", "llv_t3", "llv_t4"][i]);
        assert_eq!(value(&c, "d_llv"), t(0).max(t(1)).max(1e-5 * t(2)).max(1e-5 * t(3)));
        assert!(value(&c, "llv_min_t1") >= 0.0);
        let m = (size - 1) as f64;
        let bound = 2.0 * m * value(&c, "d_llv");
        assert!(value(&c, "d_fg") <= bound, "seed {seed}");
    }
}

#[test]
fn the_minimised_t1_is_the_smallest_over_pivots_and_left_out_labels() {
    for seed in 0..16 {
        let (a, b) = regular_pair(seed);
        let c = compared(&a, &b);
        let (lp, lq) = (log_probabilities(&logits(&a)), log_probabilities(&logits(&b)));
        let k = a.n_labels();
        let mut best = f64::INFINITY;
        for pivot in 0..k {
            for left_out in (0..k).filter(|&y| y != pivot) {
                let mut t1: f64 = 0.0;
                for y in (0..k).filter(|&y| y != pivot && y != left_out) {
                    let s = |l: &Rows| sd(&l.iter().map(|r| r[y] - r[pivot]).collect::<Vec<_>>());
                    let (s, s2) = (s(&lp), s(&lq));
                    for col in [y, pivot] {
                        let mixed = lp.iter().zip(&lq).map(|(p, q)| p[col] / s - q[col] / s2);
                        t1 = t1.max(sd(&mixed.collect::<Vec<_>>()));
                    }
                }
                best = best.min(t1);
            }
        }
        assert_close(value(&c, "llv_min_t1"), best, 1e-10, &format!("seed {seed}"));
    }
}

#[test]
fn cka_from_kernel_matrices() {
    for seed in 0..32 {
        let (a, b) = regular_pair(seed);
        let c = compared(&a, &b);
        let n = a.n_inputs();
        let kernel = |m: &Model| -> Rows {
            let f = rows(m.embeddings());
            f.iter().map(|x| f.iter().map(|y| dot(x, y)).collect()).collect()
        };
        let centre = |k: &Rows| -> Rows {
            let row: Vec<f64> = k.iter().map(|r| mean(r.iter().copied())).collect();
            let all = mean(row.iter().copied());
            (0..n).map(|i| (0..n).map(|j| k[i][j] - row[i] - row[j] + all).collect()).collect()
        };
        let inner = |x: &Rows, y: &Rows| x.iter().zip(y).map(|(x, y)| dot(x, y)).sum::<f64>();
        let (k, l) = (kernel(&a), kernel(&b));
        let (kc, lc) = (centre(&k), centre(&l));
        let cka = inner(&kc, &lc) / (inner(&kc, &kc) * inner(&lc, &lc)).sqrt();
        assert_close(value(&c, "cka"), cka, 1e-10, &format!("seed {seed}: cka"));
        let hsic = |k: &Rows, l: &Rows| {
            let off = |k: &Rows| -> Rows {
                (0..n).map(|i| (0..n).map(|j| if i == j { 0.0 } else { k[i][j] }).collect()).collect()
            };
            let (k, l) = (off(k), off(l));
            let sums = |k: &Rows| -> Vec<f64> { k.iter().map(|r| r.iter().sum()).collect() };
            let (sk, sl, n) = (sums(&k), sums(&l), n as f64);
            inner(&k, &l) + sk.iter().sum::<f64>() * sl.iter().sum::<f64>() / ((n - 1.0) * (n - 2.0))
                - 2.0 / (n - 2.0) * dot(&sk, &sl)
        };
        let debiased = hsic(&k, &l) / (hsic(&k, &k) * hsic(&l, &l)).sqrt();
        assert_close(value(&c, "cka_debiased"), debiased, 1e-9, &format!("seed {seed}: cka_debiased"));
    }
}
