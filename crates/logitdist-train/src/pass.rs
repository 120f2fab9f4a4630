//! One batch through a whole network: embeddings, unembeddings and logits forward, the gradient in all weights backward.

use crate::layout::{HeadLayout, Layout};
use crate::perceptron::{Buffers, add_to_columns, sum_columns};
use crate::scalar::Scalar;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// Memory of a pass over at most `capacity` inputs; a pass allocates nothing.
pub(crate) struct Pass<T> {
    embedder: Buffers<T>,
    /// The one-hot labels and the buffers of a network behind the unembeddings.
    labels: Option<(Vec<T>, Buffers<T>)>,
    /// Logits, K×n.
    pub(crate) logits: Vec<T>,
    /// The loss's gradient in them.
    pub(crate) d_logits: Vec<T>,
}

impl<T: Scalar> Pass<T> {
    pub(crate) fn new(layout: &Layout, capacity: usize) -> Pass<T> {
        let k = layout.n_labels();
        let labels = match &layout.head {
            HeadLayout::Linear(_) => None,
            HeadLayout::Network(network) => {
                let mut one_hot = vec![T::ZERO; (k - 1) * k];
                (0..k - 1).for_each(|y| one_hot[y * (k - 1) + y] = T::ONE);
                Some((one_hot, Buffers::new(network, k)))
            }
        };
        let logits = vec![T::ZERO; k * capacity];
        Pass { embedder: Buffers::new(&layout.embedder, capacity), labels, d_logits: logits.clone(), logits }
    }

    /// Embeddings of n inputs, M×n.
    pub(crate) fn embeddings(&self, layout: &Layout, n: usize) -> MatRef<'_, T> {
        self.embedder.output(n, &layout.embedder)
    }
}

/// Whether the embedder's weights are trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frozen {
    /// All weights are trained.
    #[default]
    Nothing,
    /// Those of the unembeddings alone.
    Embedder,
}

impl Layout {
    /// Computes the embeddings of inputs (D×n).
    pub(crate) fn embed<T: Scalar>(
        &self,
        parameters: &[T],
        inputs: &[T],
        pass: &mut Pass<T>,
        dropout: Option<&mut ChaCha8Rng>,
    ) {
        self.embedder.forward(parameters, inputs, &mut pass.embedder, dropout);
    }

    /// Computes the unembeddings, where a network makes them.
    pub(crate) fn unembed<T: Scalar>(
        &self,
        parameters: &[T],
        pass: &mut Pass<T>,
        dropout: Option<&mut ChaCha8Rng>,
    ) {
        if let (HeadLayout::Network(network), Some((one_hot, buffers))) = (&self.head, &mut pass.labels) {
            network.forward(parameters, one_hot, buffers, dropout);
        }
    }

    /// Unembeddings, K×M.
    pub(crate) fn unembeddings<'a, T: Scalar>(
        &self,
        parameters: &'a [T],
        pass: &'a Pass<T>,
    ) -> MatRef<'a, T> {
        match (&self.head, &pass.labels) {
            (HeadLayout::Network(network), Some((_, buffers))) => {
                buffers.output(self.n_labels(), network).transpose()
            }
            (HeadLayout::Linear(dense), _) => dense.weight_matrix(parameters),
            (HeadLayout::Network(_), None) => unreachable!("a pass is made for its layout"),
        }
    }

    /// Computes the logits of inputs (D×n) into `pass.logits`. With a generator, dropout is on.
    pub(crate) fn forward<T: Scalar>(
        &self,
        parameters: &[T],
        inputs: &[T],
        pass: &mut Pass<T>,
        mut dropout: Option<&mut ChaCha8Rng>,
    ) {
        let (n, k) = (inputs.len() / self.n_features(), self.n_labels());
        self.embed(parameters, inputs, pass, dropout.as_deref_mut());
        self.unembed(parameters, pass, dropout);
        let mut logits = std::mem::take(&mut pass.logits);
        matmul(
            MatMut::from_column_major_slice_mut(&mut logits[..k * n], k, n),
            Accum::Replace,
            self.unembeddings(parameters, pass),
            pass.embeddings(self, n),
            T::ONE,
            Par::Seq,
        );
        if let Some(bias) = self.head_bias() {
            add_to_columns(&mut logits[..k * n], &parameters[bias]);
        }
        pass.logits = logits;
    }

    /// From `pass.d_logits` to the gradient in all parameters that are not frozen. `inputs` are those of the forward pass, and `dropout`
    /// says whether it was on.
    pub(crate) fn backward<T: Scalar>(
        &self,
        parameters: &[T],
        inputs: &[T],
        pass: &mut Pass<T>,
        dropout: bool,
        frozen: Frozen,
        gradient: &mut [T],
    ) {
        let (n, k, m) = (inputs.len() / self.n_features(), self.n_labels(), self.embedder.outputs());
        let d_logits = std::mem::take(&mut pass.d_logits);
        let d_logits_matrix = MatRef::from_column_major_slice(&d_logits[..k * n], k, n);
        let embeddings = pass.embedder.output(n, &self.embedder);
        match (&self.head, &mut pass.labels) {
            (HeadLayout::Linear(dense), _) => {
                let d_g = MatMut::from_column_major_slice_mut(&mut gradient[dense.weight.clone()], k, m);
                matmul(d_g, Accum::Replace, d_logits_matrix, embeddings.transpose(), T::ONE, Par::Seq);
                if let Some(bias) = &dense.bias {
                    sum_columns(&mut gradient[bias.clone()], &d_logits[..k * n]);
                }
            }
            (HeadLayout::Network(network), Some((one_hot, buffers))) => {
                let d_g = buffers.output_gradient(k, network);
                matmul(d_g, Accum::Replace, embeddings, d_logits_matrix.transpose(), T::ONE, Par::Seq);
                network.backward(parameters, one_hot, buffers, dropout, gradient);
            }
            (HeadLayout::Network(_), None) => unreachable!("a pass is made for its layout"),
        }
        if frozen == Frozen::Nothing {
            let unembeddings = match (&self.head, &pass.labels) {
                (HeadLayout::Network(network), Some((_, buffers))) => buffers.output(k, network).transpose(),
                (HeadLayout::Linear(dense), _) => dense.weight_matrix(parameters),
                (HeadLayout::Network(_), None) => unreachable!("a pass is made for its layout"),
            };
            let d_f = pass.embedder.output_gradient(n, &self.embedder);
            matmul(d_f, Accum::Replace, unembeddings.transpose(), d_logits_matrix, T::ONE, Par::Seq);
            self.embedder.backward(parameters, inputs, &mut pass.embedder, dropout, gradient);
        }
        pass.d_logits = d_logits;
    }
}
