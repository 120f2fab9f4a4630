//! Where each weight of a network is among its parameters: the embedder's first, then those of the unembeddings.

use crate::network::{Head, NetworkSpec, Part};
use crate::perceptron::{Dense, Perceptron};
use std::ops::Range;

/// The layers of a network, without values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub(crate) embedder: Perceptron,
    pub(crate) head: HeadLayout,
}

/// The layers that make the unembeddings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum HeadLayout {
    /// G and b themselves.
    Linear(Dense),
    /// g(y) for one-hot labels without their last entry; inputs K − 1, outputs M.
    Network(Perceptron),
}

impl Layout {
    pub(crate) fn new(spec: &NetworkSpec, n_features: usize, n_labels: usize) -> Layout {
        let mut next = 0;
        let mut dense = |inputs, outputs, bias: bool, activation| {
            let weight = next..next + inputs * outputs;
            next = weight.end;
            let bias = bias.then(|| next..next + outputs);
            next = bias.as_ref().map_or(next, |bias| bias.end);
            Dense { inputs, outputs, weight, bias, activation }
        };
        let mut perceptron = |inputs: usize, hidden: &[usize], outputs: usize, last_bias: bool| {
            let mut layers = Vec::with_capacity(hidden.len() + 1);
            let mut width = inputs;
            for &next in hidden {
                layers.push(dense(width, next, true, Some(spec.activation)));
                width = next;
            }
            layers.push(dense(width, outputs, last_bias, None));
            Perceptron { layers, dropout: spec.dropout }
        };
        let embedder = perceptron(n_features, &spec.hidden, spec.dim, spec.embedding_bias);
        let head = match &spec.head {
            Head::Linear { bias } => HeadLayout::Linear(dense(spec.dim, n_labels, *bias, None)),
            Head::Network { hidden } => {
                HeadLayout::Network(perceptron(n_labels - 1, hidden, spec.dim, false))
            }
        };
        Layout { embedder, head }
    }

    pub(crate) fn n_features(&self) -> usize {
        self.embedder.layers[0].inputs
    }

    pub(crate) fn n_labels(&self) -> usize {
        match &self.head {
            HeadLayout::Linear(dense) => dense.outputs,
            HeadLayout::Network(perceptron) => perceptron.layers[0].inputs + 1,
        }
    }

    /// All layers, in the order of their parameters.
    pub(crate) fn layers(&self) -> impl Iterator<Item = &Dense> {
        let head = match &self.head {
            HeadLayout::Linear(dense) => std::slice::from_ref(dense),
            HeadLayout::Network(perceptron) => &perceptron.layers,
        };
        self.embedder.layers.iter().chain(head)
    }

    pub(crate) fn n_parameters(&self) -> usize {
        self.layers().map(end_of).max().unwrap_or(0)
    }

    /// The embedder's parameters.
    pub(crate) fn embedder_parameters(&self) -> Range<usize> {
        0..self.embedder.layers.iter().map(end_of).max().unwrap_or(0)
    }

    /// The parameters of the unembeddings.
    pub(crate) fn head_parameters(&self) -> Range<usize> {
        self.embedder_parameters().end..self.n_parameters()
    }

    /// Where b(y) is, if there is one.
    pub(crate) fn head_bias(&self) -> Option<Range<usize>> {
        match &self.head {
            HeadLayout::Linear(dense) => dense.bias.clone(),
            HeadLayout::Network(_) => None,
        }
    }

    pub(crate) fn parts(&self) -> Vec<Part> {
        let embedder = self.embedder.layers.len();
        let name = |l: usize| match (&self.head, l.checked_sub(embedder)) {
            (_, None) => format!("embedder.{l}"),
            (HeadLayout::Linear(_), Some(_)) => "head".to_owned(),
            (HeadLayout::Network(_), Some(l)) => format!("head.{l}"),
        };
        let parts = self.layers().enumerate().flat_map(|(l, dense)| {
            let part = |what, cols, range: &Range<usize>| Part {
                name: format!("{}.{what}", name(l)),
                rows: dense.outputs,
                cols,
                range: range.clone(),
            };
            let weight = part("weight", dense.inputs, &dense.weight);
            std::iter::once(weight).chain(dense.bias.as_ref().map(|bias| part("bias", 1, bias)))
        });
        parts.collect()
    }
}

fn end_of(dense: &Dense) -> usize {
    dense.bias.as_ref().map_or(dense.weight.end, |bias| bias.end)
}
