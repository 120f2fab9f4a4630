//! Sizes and ranks.

use super::arithmetic::{centred_logits, columns_centred, embeddings, gram_schmidt, unembeddings};
use super::{Definition, exact};

pub const ALL: &[Definition] = &[
    exact("n_inputs", |case| vec![case.a.n_inputs() as f64]),
    exact("n_labels", |case| vec![case.a.n_labels() as f64]),
    exact("dim_a", |case| vec![case.a.dim() as f64]),
    exact("rank_embeddings_a", |case| rank(&columns_centred(&embeddings(&case.a)))),
    exact("rank_unembeddings_a", |case| rank(&columns_centred(&unembeddings(&case.a)))),
    exact("rank_logits_a", |case| rank(&columns_centred(&centred_logits(&case.a)))),
    exact("n_inputs_probability", |case| vec![case.inputs.len() as f64]),
];

fn rank(x: &super::arithmetic::Rows) -> Vec<f64> {
    vec![gram_schmidt(x).len() as f64]
}
