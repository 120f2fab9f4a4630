//! The log-likelihood variance distance and the PLS-SVD dissimilarities, from log-probabilities.

use super::arithmetic::{
    Rows, dot, log_probabilities, logits, mean, minus, products, sd, singular_values, transposed,
};
use super::distribution::predictions;
use super::{Case, Definition, close};

pub const ALL: &[Definition] = &[
    close("d_llv", 1e-10, |case| vec![d_llv(given(case))]),
    close("llv_t1", 1e-10, |case| vec![given(case)[0].ratio]),
    close("llv_t2", 1e-10, |case| vec![given(case)[1].ratio]),
    close("llv_t3", 1e-9, |case| vec![given(case)[0].spread]),
    close("llv_t4", 1e-9, |case| vec![given(case)[1].spread]),
    close("d_llv_min", 1e-10, |case| vec![d_llv(minimised(case))]),
    close("llv_min_t1", 1e-10, |case| vec![minimised(case)[0].ratio]),
    close("llv_min_t2", 1e-10, |case| vec![minimised(case)[1].ratio]),
    close("llv_min_t3", 1e-9, |case| vec![minimised(case)[0].spread]),
    close("llv_min_t4", 1e-9, |case| vec![minimised(case)[1].spread]),
    close("d_svd_embeddings", 1e-9, |case| vec![d_svd(case)[0]]),
    close("d_svd_unembeddings", 1e-9, |case| vec![d_svd(case)[1]]),
    close("d_fg", 1e-9, |case| vec![d_fg(case)]),
];

/// t1 and t3, or t2 and t4.
#[derive(Clone, Copy)]
pub struct Terms {
    ratio: f64,
    spread: f64,
}

pub fn d_llv([over_inputs, over_labels]: [Terms; 2]) -> f64 {
    let spread = over_inputs.spread.max(over_labels.spread);
    over_inputs.ratio.max(over_labels.ratio).max(1e-5 * spread)
}

/// A vector of log-probabilities for each label (over the sampled inputs), or for each input (over the labels); of both models.
fn over_inputs(case: &Case) -> [Rows; 2] {
    predictions(case).map(|p| transposed(&p))
}

fn over_labels(case: &Case) -> [Rows; 2] {
    [&case.a, &case.b].map(|m| log_probabilities(&logits(m)))
}

/// Evenly spread members, the pivot first.
fn spread(case: &Case, count: usize) -> Vec<usize> {
    let size = case.set_size() + 1;
    (0..size).map(|i| i * count / size).collect()
}

/// Both halves with the vectors of the evenly spread sets.
fn halves(case: &Case) -> [([Rows; 2], Vec<usize>); 2] {
    [
        (over_inputs(case), spread(case, case.a.n_labels())),
        (over_labels(case), spread(case, case.a.n_inputs())),
    ]
}

fn terms([p, q]: &[Rows; 2], set: &[usize]) -> Terms {
    let mut terms = Terms { ratio: 0.0, spread: 0.0 };
    for &y in &set[1..] {
        let (s, s2) = (sd(&minus(&p[y], &p[set[0]])), sd(&minus(&q[y], &q[set[0]])));
        for member in [y, set[0]] {
            let mixed: Vec<f64> = p[member].iter().zip(&q[member]).map(|(p, q)| p / s - q / s2).collect();
            terms.ratio = terms.ratio.max(sd(&mixed));
        }
        terms.spread = terms.spread.max((s - s2).abs());
    }
    terms
}

/// On the evenly spread sets.
pub fn given(case: &Case) -> [Terms; 2] {
    halves(case).map(|(vectors, set)| terms(&vectors, &set))
}

fn smallest(all: impl Iterator<Item = Terms>) -> Terms {
    all.min_by(|x, y| x.ratio.total_cmp(&y.ratio)).unwrap()
}

/// Over every pivot and left-out label, and over the drawn sets of inputs.
fn minimised(case: &Case) -> [Terms; 2] {
    let (labels, vectors) = (case.a.n_labels(), over_inputs(case));
    let pairs = (0..labels).flat_map(|y| (0..labels).filter(move |&z| z != y).map(move |z| (y, z)));
    let over_inputs = pairs.map(|(pivot, left_out)| {
        let others = (0..labels).filter(|&y| y != pivot && y != left_out);
        let set: Vec<usize> = std::iter::once(pivot).chain(others).collect();
        terms(&vectors, &set)
    });
    let vectors = over_labels(case);
    [smallest(over_inputs), smallest(case.input_sets.iter().map(|set| terms(&vectors, set)))]
}

/// 1 − the mean singular value of the correlations between standardised differences to the pivot.
fn d_svd(case: &Case) -> [f64; 2] {
    halves(case).map(|(vectors, set)| {
        let [z, z2] = vectors.map(|p| {
            let standardised = set[1..].iter().map(|&y| {
                let d = minus(&p[y], &p[set[0]]);
                let (m, s) = (mean(d.iter().copied()), sd(&d));
                d.iter().map(|x| (x - m) / s).collect::<Vec<f64>>()
            });
            standardised.collect::<Rows>()
        });
        let points = z[0].len() as f64;
        let nuclear: f64 = singular_values(&products(&z, &z2)).iter().sum::<f64>() / points;
        debug_assert!((dot(&z[0], &z[0]) / points - 1.0).abs() < 1e-9);
        1.0 - nuclear / z.len() as f64
    })
}

pub fn d_fg(case: &Case) -> f64 {
    let [embeddings, unembeddings] = d_svd(case);
    embeddings.max(unembeddings)
}
