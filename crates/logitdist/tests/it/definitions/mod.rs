//! Every measure and bound once more, slowly: from N×K logits and raw embeddings, by its definition.
//!
//! A definition stands for the first token of its row; that of the second token is the same of the models swapped.

mod alignment;
pub mod arithmetic;
mod bounds;
mod correlations;
mod distribution;
mod llv;
mod scale;
mod sharper;
mod sizes;

use crate::pairs::rng;
use logitdist::{Model, Settings, Subsets};
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The values of a token, slowly.
#[derive(Clone, Copy)]
pub struct Definition {
    pub token: &'static str,
    /// How far the fast value may be from it, relatively.
    pub tolerance: f64,
    pub of: fn(&Case) -> Vec<f64>,
}

const fn close(token: &'static str, tolerance: f64, of: fn(&Case) -> Vec<f64>) -> Definition {
    Definition { token, tolerance, of }
}

const fn exact(token: &'static str, of: fn(&Case) -> Vec<f64>) -> Definition {
    Definition { token, tolerance: 0.0, of }
}

/// The definitions of all measures.
pub fn measures() -> impl Iterator<Item = &'static Definition> {
    let all = [
        sizes::ALL,
        distribution::ALL,
        correlations::ALL,
        alignment::ALL,
        llv::ALL,
        scale::ALL,
        sharper::MEASURES,
    ];
    all.into_iter().flatten()
}

/// The definitions of all bounds.
pub fn bounds() -> impl Iterator<Item = &'static Definition> {
    bounds::ALL.iter().chain(sharper::BOUNDS)
}

/// The definition of a bound by its token.
pub fn of_bound(token: &str) -> Option<&'static Definition> {
    bounds().find(|definition| definition.token == token)
}

/// The definition of a measure by its first token.
pub fn of(token: &str) -> Option<&'static Definition> {
    measures().find(|definition| definition.token == token)
}

/// A pair in a direction, and what a comparison of it draws.
pub struct Case {
    /// The first model of the direction.
    pub a: Model,
    /// The second.
    pub b: Model,
    /// Inputs of the probability part.
    pub inputs: Vec<usize>,
    /// Label subsets, the pivot first in each.
    pub subsets: Vec<Vec<usize>>,
    /// Consecutive subsets with one pivot, if they are drawn.
    pub per_pivot: Option<usize>,
    /// The drawn sets of inputs that `d_llv_min` is minimised over.
    pub input_sets: Vec<Vec<usize>>,
}

impl Case {
    /// Both directions of a pair compared with these settings and seed 0: draws again what the comparison draws.
    pub fn of(a: &Model, b: &Model, settings: &Settings) -> [Case; 2] {
        // A stream for the inputs, for the subsets and for the input sets.
        let mut rng = rng(0);
        let mut stream = || ChaCha8Rng::from_rng(&mut rng);
        let [mut of_inputs, mut of_subsets, mut of_sets] = [stream(), stream(), stream()];
        let n = a.n_inputs();
        let inputs = match settings.inputs_limit {
            Some(limit) if limit < n => {
                let mut drawn = index::sample(&mut of_inputs, n, limit).into_vec();
                drawn.sort_unstable();
                drawn
            }
            _ => (0..n).collect(),
        };
        let mut subsets_of = |m: &Model| match settings.subsets {
            Subsets::Sampled { .. } => {
                let chosen = settings.subsets.choose(m.n_labels(), m.dim(), &mut of_subsets).unwrap();
                chosen.labels().chunks(m.dim() + 1).map(<[usize]>::to_vec).collect()
            }
            _ => subsets(m.n_labels(), m.dim()),
        };
        let subsets = [subsets_of(a), subsets_of(b)];
        let per_pivot = match settings.subsets {
            Subsets::Sampled { per_pivot, .. } => Some(per_pivot),
            _ => None,
        };
        let size = a.dim().min(b.dim()) + 1;
        let drawn = index::sample(&mut of_sets, n, size * settings.llv_samples.min(n / size)).into_vec();
        let input_sets: Vec<Vec<usize>> = drawn.chunks(size).map(<[usize]>::to_vec).collect();
        let case = |a: &Model, b: &Model, subsets| Case {
            a: a.clone(),
            b: b.clone(),
            inputs: inputs.clone(),
            subsets,
            per_pivot,
            input_sets: input_sets.clone(),
        };
        let [ab, ba] = subsets;
        [case(a, b, ab), case(b, a, ba)]
    }

    /// M, the members of a set of d_LLV beside its pivot.
    fn set_size(&self) -> usize {
        self.a.dim().min(self.b.dim())
    }
}

/// Every (pivot, subset), by bit masks.
pub fn subsets(labels: usize, dim: usize) -> Vec<Vec<usize>> {
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
