//! Networks: their shape, their weights, and the models that they are on given inputs.

use crate::data::Dataset;
use crate::error::{TrainError, require};
use crate::fingerprint::fingerprint;
use crate::layout::Layout;
use crate::pass::Pass;
use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use logitdist::{Mat, MatRef, Model};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Widths and kinds of a network: hidden layers, a linear layer to the embedding, and the unembeddings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkSpec {
    /// Widths of the hidden layers, each with a bias, the activation and dropout; may be empty.
    pub hidden: Vec<usize>,
    /// M, the dimension of the embedding.
    pub dim: usize,
    /// Activation of all hidden layers.
    pub activation: Activation,
    /// Probability with which a hidden value is set to zero in training, in [0, 1); the others are divided by 1 − p.
    pub dropout: f64,
    /// Whether the linear layer to the embedding has a bias.
    pub embedding_bias: bool,
    /// Where the unembeddings come from.
    pub head: Head,
}

impl Default for NetworkSpec {
    /// D→128→128→2 with ReLU, without dropout, and a linear head without bias.
    fn default() -> NetworkSpec {
        NetworkSpec {
            hidden: vec![128, 128],
            dim: 2,
            activation: Activation::Relu,
            dropout: 0.0,
            embedding_bias: true,
            head: Head::Linear { bias: false },
        }
    }
}

/// The function applied to each value of a hidden layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// `x` if x > 0, else `0.01 x`.
    LeakyRelu,
    /// `tanh x`.
    Tanh,
}

impl Activation {
    pub(crate) const LEAKY_SLOPE: f64 = 0.01;
}

/// Where unembeddings g(y) come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "kind")]
pub enum Head {
    /// A K×M matrix, and perhaps a bias.
    Linear {
        /// Whether there is a bias b(y).
        #[serde(default)]
        bias: bool,
    },
    /// A second network applied to labels: one-hot without the last entry (K − 1 entries), hidden layers with the network's activation
    /// and dropout, and a linear layer to M values without bias.
    Network {
        /// Widths of its hidden layers.
        hidden: Vec<usize>,
    },
}

impl NetworkSpec {
    /// A name of 32 hexadecimal digits for this spec, different for any other.
    pub fn fingerprint(&self) -> String {
        fingerprint("network", self)
    }

    /// # Errors
    /// The setting that is outside its range.
    pub fn check(&self) -> Result<(), TrainError> {
        let head_hidden = match &self.head {
            Head::Linear { .. } => &[][..],
            Head::Network { hidden } => hidden,
        };
        for (key, widths) in [("hidden", &self.hidden[..]), ("head.hidden", head_hidden)] {
            for &width in widths {
                require(
                    (1..=WIDEST).contains(&width),
                    key,
                    width,
                    format!("from 1 to {WIDEST} in each layer"),
                )?;
            }
            require(widths.len() <= DEEPEST, key, widths.len(), format!("at most {DEEPEST} layers"))?;
        }
        require((1..=WIDEST).contains(&self.dim), "dim", self.dim, format!("from 1 to {WIDEST}"))?;
        require((0.0..1.0).contains(&self.dropout), "dropout", self.dropout, "at least 0 and less than 1")
    }
}

const WIDEST: usize = 1 << 14;
const DEEPEST: usize = 100;

/// A network with its weights, which are f32.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub(crate) spec: NetworkSpec,
    pub(crate) layout: Layout,
    pub(crate) parameters: Vec<f32>,
}

/// One array of a network's weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// For example `embedder.0.weight`, `head.bias`.
    pub name: String,
    /// Rows: outputs of the layer.
    pub rows: usize,
    /// Columns: inputs of the layer; 1 for a bias.
    pub cols: usize,
    /// Where it is in [`Network::parameters`], column after column.
    pub range: Range<usize>,
}

impl Network {
    /// A network for inputs of `n_features` values and `n_labels` labels, with random weights.
    ///
    /// Weights and biases of a layer are uniform on ±1/√(its number of inputs): the default of PyTorch's `Linear`.
    ///
    /// # Errors
    /// A setting of the spec is outside its range, there is no feature, or there are fewer than 2 labels.
    pub fn new(
        spec: &NetworkSpec,
        n_features: usize,
        n_labels: usize,
        seed: u64,
    ) -> Result<Network, TrainError> {
        spec.check()?;
        require(n_features >= 1, "n_features", n_features, "at least 1")?;
        require(n_labels >= 2, "n_labels", n_labels, "at least 2")?;
        let layout = Layout::new(spec, n_features, n_labels);
        let mut parameters = vec![0.0; layout.n_parameters()];
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        layout.layers().for_each(|layer| {
            let bound = 1.0 / (layer.inputs as f64).sqrt();
            for part in std::iter::once(&layer.weight).chain(&layer.bias) {
                parameters[part.clone()].fill_with(|| rng.random_range(-bound..bound) as f32);
            }
        });
        Ok(Network { spec: spec.clone(), layout, parameters })
    }

    /// What the network looks like.
    pub fn spec(&self) -> &NetworkSpec {
        &self.spec
    }

    /// D, the number of values of an input.
    pub fn n_features(&self) -> usize {
        self.layout.n_features()
    }

    /// K, the number of labels.
    pub fn n_labels(&self) -> usize {
        self.layout.n_labels()
    }

    /// M, the dimension of the embedding.
    pub fn dim(&self) -> usize {
        self.spec.dim
    }

    /// All weights and biases, one after the other; [`parts`](Network::parts) says which is where.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// The arrays of weights, in their order in [`parameters`](Network::parameters).
    pub fn parts(&self) -> Vec<Part> {
        self.layout.parts()
    }

    /// The same network with other weights.
    ///
    /// # Errors
    /// Their number is another, or one of them is not finite.
    pub fn with_parameters(&self, parameters: Vec<f32>) -> Result<Network, TrainError> {
        if parameters.len() != self.parameters.len() {
            return Err(TrainError::Mismatch(format!(
                "{} weights are given; the network has {}",
                parameters.len(),
                self.parameters.len()
            )));
        }
        if let Some(i) = parameters.iter().position(|p| !p.is_finite()) {
            return Err(TrainError::Mismatch(format!("weight {i} is {}; all must be finite", parameters[i])));
        }
        Ok(Network { parameters, ..self.clone() })
    }

    /// The same embedder under a new linear head with random weights, for other labels of the same inputs.
    ///
    /// # Errors
    /// Fewer than 2 labels.
    pub fn with_new_head(&self, bias: bool, n_labels: usize, seed: u64) -> Result<Network, TrainError> {
        let spec = NetworkSpec { head: Head::Linear { bias }, ..self.spec.clone() };
        let mut network = Network::new(&spec, self.n_features(), n_labels, seed)?;
        let embedder = self.layout.embedder_parameters();
        network.parameters[embedder.clone()].copy_from_slice(&self.parameters[embedder]);
        Ok(network)
    }

    /// The model that the network is on inputs: `features` N×D; F N×M, G K×M, b. Computed in f64, without dropout.
    ///
    /// # Errors
    /// Features of another number of columns, or a model that [`Model::new`] refuses.
    pub fn model(&self, features: MatRef<'_, f64>) -> Result<Model, TrainError> {
        self.check_features(features)?;
        let parameters: Vec<f64> = self.parameters.iter().map(|&p| p.into()).collect();
        let mut pass = Pass::<f64>::new(&self.layout, BLOCK.min(features.nrows()));
        let mut embeddings = Mat::zeros(features.nrows(), self.dim());
        let mut inputs = Vec::with_capacity(BLOCK * self.n_features());
        for start in (0..features.nrows()).step_by(BLOCK) {
            let n = BLOCK.min(features.nrows() - start);
            inputs.clear();
            for row in features.subrows(start, n).row_iter() {
                inputs.extend(row.iter());
            }
            self.layout.embed(&parameters, &inputs, &mut pass, None);
            let block = pass.embeddings(&self.layout, n);
            embeddings.subrows_mut(start, n).copy_from(block.transpose());
        }
        self.layout.unembed(&parameters, &mut pass, None);
        let unembeddings = self.layout.unembeddings(&parameters, &pass).to_owned();
        let bias = self.layout.head_bias().map(|bias| parameters[bias].to_vec());
        Ok(Model::new(embeddings, unembeddings, bias)?)
    }

    /// Logits `f(x)·g(y) + b(y)`: N×K for features N×D.
    ///
    /// # Errors
    /// As [`model`](Network::model).
    pub fn logits(&self, features: MatRef<'_, f64>) -> Result<Mat<f64>, TrainError> {
        let model = self.model(features)?;
        let mut logits = Mat::zeros(model.n_inputs(), model.n_labels());
        // On the calling thread, like everything here: the operator `*` would use all threads.
        matmul(
            logits.as_mut(),
            Accum::Replace,
            model.embeddings(),
            model.unembeddings().transpose(),
            1.0,
            Par::Seq,
        );
        if let Some(bias) = model.bias() {
            for (k, &b) in bias.iter().enumerate() {
                logits.col_as_slice_mut(k).iter_mut().for_each(|z| *z += b);
            }
        }
        Ok(logits)
    }

    /// Share of inputs whose label has the largest logit, in [0, 1]. Of equal logits the first counts.
    ///
    /// # Errors
    /// Features or labels of another number than the network's.
    pub fn accuracy(&self, data: &Dataset) -> Result<f64, TrainError> {
        if data.n_labels() != self.n_labels() {
            return Err(TrainError::Mismatch(format!(
                "the network has {} labels and the data {}",
                self.n_labels(),
                data.n_labels()
            )));
        }
        let right =
            self.predictions(data.features())?.into_iter().zip(data.labels()).filter(|(a, b)| a == *b);
        Ok(right.count() as f64 / data.n_inputs() as f64)
    }

    /// The label with the largest logit at each input, the first of equal ones; `features` N×D.
    ///
    /// # Errors
    /// As [`model`](Network::model).
    pub fn predictions(&self, features: MatRef<'_, f64>) -> Result<Vec<usize>, TrainError> {
        let logits = self.logits(features)?;
        let best = |row: faer::RowRef<'_, f64>| {
            (0..row.ncols()).fold(0, |best, k| if row[k] > row[best] { k } else { best })
        };
        Ok(logits.row_iter().map(best).collect())
    }

    fn check_features(&self, features: MatRef<'_, f64>) -> Result<(), TrainError> {
        if features.ncols() == self.n_features() {
            return Ok(());
        }
        Err(TrainError::Mismatch(format!(
            "the inputs have {} features and the network takes {}",
            features.ncols(),
            self.n_features()
        )))
    }
}

/// Inputs of a pass, so that memory does not grow with their number.
const BLOCK: usize = 256;
