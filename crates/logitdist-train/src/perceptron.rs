//! A stack of dense layers: values forward, gradients backward.
//!
//! Matrices are column-major with a column for each input, so an input is contiguous and a layer is `W A + b`. The parameters of all
//! layers are in one slice; each layer knows its part.

use crate::network::Activation;
use crate::scalar::Scalar;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// One layer: `activation(W a + b)`, W outputs×inputs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dense {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// Where W is among the parameters, column after column.
    pub(crate) weight: Range<usize>,
    /// Where b is, if there is one.
    pub(crate) bias: Option<Range<usize>>,
    /// `None` for a linear layer.
    pub(crate) activation: Option<Activation>,
}

/// Dense layers one after the other; dropout after each activation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Perceptron {
    pub(crate) layers: Vec<Dense>,
    pub(crate) dropout: f64,
}

/// The values of a pass over at most `capacity` inputs, layer by layer.
pub(crate) struct Buffers<T> {
    /// Outputs of each layer, outputs×n.
    outputs: Vec<Vec<T>>,
    /// Gradients of the loss in them.
    gradients: Vec<Vec<T>>,
    /// What dropout multiplies them with: 0 or 1/(1 − p); empty without dropout.
    masks: Vec<Vec<T>>,
    /// Random bits of one layer's mask.
    random: Vec<u32>,
}

impl<T: Scalar> Buffers<T> {
    pub(crate) fn new(perceptron: &Perceptron, capacity: usize) -> Buffers<T> {
        let sizes = || perceptron.layers.iter().map(|layer| layer.outputs * capacity);
        let zeros = || sizes().map(|size| vec![T::ZERO; size]).collect();
        let with_dropout = |layer: &Dense| perceptron.dropout > 0.0 && layer.activation.is_some();
        let masks: Vec<Vec<T>> = perceptron
            .layers
            .iter()
            .map(|layer| vec![T::ONE; if with_dropout(layer) { layer.outputs * capacity } else { 0 }])
            .collect();
        let random = vec![0; masks.iter().map(Vec::len).max().unwrap_or(0)];
        Buffers { outputs: zeros(), gradients: zeros(), masks, random }
    }

    /// Outputs of the last layer for n inputs.
    pub(crate) fn output(&self, n: usize, perceptron: &Perceptron) -> MatRef<'_, T> {
        let rows = perceptron.outputs();
        MatRef::from_column_major_slice(&self.outputs[self.outputs.len() - 1][..rows * n], rows, n)
    }

    /// Where the gradient in them goes before the backward pass, and the outputs.
    pub(crate) fn output_gradient(&mut self, n: usize, perceptron: &Perceptron) -> MatMut<'_, T> {
        let (rows, last) = (perceptron.outputs(), self.gradients.len() - 1);
        MatMut::from_column_major_slice_mut(&mut self.gradients[last][..rows * n], rows, n)
    }
}

impl Perceptron {
    /// Number of outputs of the last layer.
    pub(crate) fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }

    /// Computes all outputs for the inputs (inputs×n). With a generator, dropout is on.
    pub(crate) fn forward<T: Scalar>(
        &self,
        parameters: &[T],
        inputs: &[T],
        buffers: &mut Buffers<T>,
        mut dropout: Option<&mut ChaCha8Rng>,
    ) {
        let n = inputs.len() / self.layers[0].inputs;
        for (l, layer) in self.layers.iter().enumerate() {
            let (before, from) = buffers.outputs.split_at_mut(l);
            let a = if l == 0 { inputs } else { &before[l - 1][..layer.inputs * n] };
            let out = &mut from[0][..layer.outputs * n];
            matmul(
                MatMut::from_column_major_slice_mut(out, layer.outputs, n),
                Accum::Replace,
                layer.weight_matrix(parameters),
                MatRef::from_column_major_slice(a, layer.inputs, n),
                T::ONE,
                Par::Seq,
            );
            layer.add_bias_and_activate(parameters, out);
            if let (Some(rng), false) = (&mut dropout, buffers.masks[l].is_empty()) {
                let mask = &mut buffers.masks[l][..out.len()];
                draw_mask(mask, &mut buffers.random, self.dropout, rng);
                out.iter_mut().zip(mask).for_each(|(value, &mut mask)| *value *= mask);
            }
        }
    }

    /// From the gradient in the last outputs (see [`Buffers::output_gradient`]) to that in the parameters, which replaces what is in
    /// `gradient`. `inputs` and `buffers` are those of the forward pass; `dropout` says whether it was on.
    pub(crate) fn backward<T: Scalar>(
        &self,
        parameters: &[T],
        inputs: &[T],
        buffers: &mut Buffers<T>,
        dropout: bool,
        gradient: &mut [T],
    ) {
        let n = inputs.len() / self.layers[0].inputs;
        for (l, layer) in self.layers.iter().enumerate().rev() {
            let size = layer.outputs * n;
            let (before, from) = buffers.gradients.split_at_mut(l);
            let d_out = &mut from[0][..size];
            if let Some(activation) = layer.activation {
                let out = &buffers.outputs[l][..size];
                if dropout && !buffers.masks[l].is_empty() {
                    let keep = T::from_f64(1.0 - self.dropout);
                    let mask = &buffers.masks[l][..size];
                    for ((d, &out), &mask) in d_out.iter_mut().zip(out).zip(mask) {
                        *d *= mask * activation.slope(out * keep);
                    }
                } else {
                    activation.multiply_by_slope(d_out, out);
                }
            }
            let a = if l == 0 { inputs } else { &buffers.outputs[l - 1][..layer.inputs * n] };
            let d_out_matrix = MatRef::from_column_major_slice(d_out, layer.outputs, n);
            matmul(
                MatMut::from_column_major_slice_mut(
                    &mut gradient[layer.weight.clone()],
                    layer.outputs,
                    layer.inputs,
                ),
                Accum::Replace,
                d_out_matrix,
                MatRef::from_column_major_slice(a, layer.inputs, n).transpose(),
                T::ONE,
                Par::Seq,
            );
            if let Some(bias) = &layer.bias {
                sum_columns(&mut gradient[bias.clone()], d_out);
            }
            if l > 0 {
                let d_a = &mut before[l - 1][..layer.inputs * n];
                matmul(
                    MatMut::from_column_major_slice_mut(d_a, layer.inputs, n),
                    Accum::Replace,
                    layer.weight_matrix(parameters).transpose(),
                    d_out_matrix,
                    T::ONE,
                    Par::Seq,
                );
            }
        }
    }
}

impl Dense {
    /// W, outputs×inputs.
    pub(crate) fn weight_matrix<'a, T: Scalar>(&self, parameters: &'a [T]) -> MatRef<'a, T> {
        MatRef::from_column_major_slice(&parameters[self.weight.clone()], self.outputs, self.inputs)
    }

    fn add_bias_and_activate<T: Scalar>(&self, parameters: &[T], out: &mut [T]) {
        let bias = self.bias.as_ref().map(|bias| &parameters[bias.clone()]);
        match (bias, self.activation) {
            (Some(bias), Some(activation)) => activation.apply_with_bias(out, bias),
            (Some(bias), None) => add_to_columns(out, bias),
            (None, None) => {}
            (None, Some(_)) => unreachable!("a hidden layer has a bias"),
        }
    }
}

/// Adds a vector to every column.
pub(crate) fn add_to_columns<T: Scalar>(columns: &mut [T], vector: &[T]) {
    for column in columns.chunks_exact_mut(vector.len()) {
        column.iter_mut().zip(vector).for_each(|(value, &b)| *value += b);
    }
}

/// The sum of all columns.
pub(crate) fn sum_columns<T: Scalar>(sum: &mut [T], columns: &[T]) {
    sum.fill(T::ZERO);
    for column in columns.chunks_exact(sum.len()) {
        sum.iter_mut().zip(column).for_each(|(sum, &value)| *sum += value);
    }
}

impl Activation {
    /// Adds the bias to every column and applies the activation, in one pass over memory.
    fn apply_with_bias<T: Scalar>(self, columns: &mut [T], bias: &[T]) {
        fn map<T: Scalar>(columns: &mut [T], bias: &[T], f: impl Fn(T) -> T) {
            for column in columns.chunks_exact_mut(bias.len()) {
                column.iter_mut().zip(bias).for_each(|(value, &b)| *value = f(*value + b));
            }
        }
        let slope = T::from_f64(Activation::LEAKY_SLOPE);
        match self {
            Activation::Relu => map(columns, bias, |v| if v > T::ZERO { v } else { T::ZERO }),
            Activation::LeakyRelu => map(columns, bias, |v| if v > T::ZERO { v } else { v * slope }),
            Activation::Tanh => map(columns, bias, Scalar::tanh),
        }
    }

    /// Derivative, from the activation's value.
    #[inline(always)]
    fn slope<T: Scalar>(self, value: T) -> T {
        match self {
            Activation::Relu if value > T::ZERO => T::ONE,
            Activation::Relu => T::ZERO,
            Activation::LeakyRelu if value > T::ZERO => T::ONE,
            Activation::LeakyRelu => T::from_f64(Activation::LEAKY_SLOPE),
            Activation::Tanh => T::ONE - value * value,
        }
    }

    /// One loop for each activation, so that each is vectorised.
    fn multiply_by_slope<T: Scalar>(self, gradients: &mut [T], values: &[T]) {
        let pairs = gradients.iter_mut().zip(values);
        match self {
            Activation::Relu => pairs.for_each(|(d, &v)| *d = if v > T::ZERO { *d } else { T::ZERO }),
            Activation::LeakyRelu => pairs.for_each(|(d, &v)| *d *= Activation::LeakyRelu.slope(v)),
            Activation::Tanh => pairs.for_each(|(d, &v)| *d *= Activation::Tanh.slope(v)),
        }
    }
}

/// Each entry 0 with probability p, and else 1/(1 − p).
fn draw_mask<T: Scalar>(mask: &mut [T], random: &mut [u32], p: f64, rng: &mut ChaCha8Rng) {
    let (random, kept) = (&mut random[..mask.len()], T::from_f64(1.0 / (1.0 - p)));
    random.iter_mut().for_each(|bits| *bits = rng.next_u32());
    let below = (p * f64::from(u32::MAX)) as u32;
    for (mask, &bits) in mask.iter_mut().zip(&*random) {
        *mask = if bits < below { T::ZERO } else { kept };
    }
}
