//! A model `p(y|x) ∝ exp(f(x)·g(y) + b(y))` on N inputs and K labels, and a pair of them.

use crate::error::Error;
use crate::masks::is_masked;
use crate::rows::ModelRows;
use logitdist_linalg::{Mat, MatRef};

/// Entries larger than this in magnitude are refused: squared logits and fourth powers of embeddings would overflow.
pub const LARGEST_ENTRY: f64 = 1e60;

/// An array that is not zero and whose entries are all smaller than this is refused: the same powers would underflow.
pub const SMALLEST_SCALE: f64 = 1e-60;

/// A model evaluated on N inputs: embeddings f(x), unembeddings g(y) and an optional bias b(y).
///
/// `p(y|x) = exp(f(x)·g(y) + b(y)) / Σ_y' exp(f(x)·g(y') + b(y'))`.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    embeddings: Mat<f64>,
    unembeddings: Mat<f64>,
    bias: Option<Vec<f64>>,
}

impl Model {
    /// A model from embeddings (N×M, row i = f(x_i)), unembeddings (K×M, row y = g(y)) and a bias (K) or none.
    ///
    /// A bias of −∞ or under [`MASKED_UNDER`](crate::MASKED_UNDER) masks its label: its probability is 0 at every input.
    ///
    /// # Errors
    /// An empty array, different numbers of columns, a bias of another length than K, a bias that masks every label, an entry that is not
    /// finite or exceeds [`LARGEST_ENTRY`], or an array that is all but zero, under [`SMALLEST_SCALE`].
    pub fn new(embeddings: Mat<f64>, unembeddings: Mat<f64>, bias: Option<Vec<f64>>) -> Result<Model, Error> {
        check_not_empty("embeddings", embeddings.as_ref())?;
        check_not_empty("unembeddings", unembeddings.as_ref())?;
        if embeddings.ncols() != unembeddings.ncols() {
            return Err(Error::Dimension {
                embeddings: embeddings.ncols(),
                unembeddings: unembeddings.ncols(),
            });
        }
        check_entries("embeddings", embeddings.as_ref())?;
        check_scale("embeddings", embeddings.as_ref())?;
        check_labels(unembeddings.as_ref(), bias.as_deref())?;
        Ok(Model { embeddings, unembeddings, bias })
    }

    /// Embeddings F, N×M.
    pub fn embeddings(&self) -> MatRef<'_, f64> {
        self.embeddings.as_ref()
    }

    /// Unembeddings G, K×M.
    pub fn unembeddings(&self) -> MatRef<'_, f64> {
        self.unembeddings.as_ref()
    }

    /// Bias b, K entries, if the model has one.
    pub fn bias(&self) -> Option<&[f64]> {
        self.bias.as_deref()
    }

    /// N, the number of inputs.
    pub fn n_inputs(&self) -> usize {
        self.embeddings.nrows()
    }

    /// K, the number of labels.
    pub fn n_labels(&self) -> usize {
        self.unembeddings.nrows()
    }

    /// M, the dimension of the representation.
    pub fn dim(&self) -> usize {
        self.embeddings.ncols()
    }

    /// Takes the model apart: embeddings, unembeddings, bias.
    pub fn into_parts(self) -> (Mat<f64>, Mat<f64>, Option<Vec<f64>>) {
        (self.embeddings, self.unembeddings, self.bias)
    }
}

/// What has to be true of the labels alone.
pub(crate) fn check_labels(unembeddings: MatRef<'_, f64>, bias: Option<&[f64]>) -> Result<(), Error> {
    check_not_empty("unembeddings", unembeddings)?;
    check_entries("unembeddings", unembeddings)?;
    check_scale("unembeddings", unembeddings)?;
    if let Some(b) = bias {
        if b.len() != unembeddings.nrows() {
            return Err(Error::BiasLength { found: b.len(), needed: unembeddings.nrows() });
        }
        if b.iter().all(|&b| is_masked(b)) {
            return Err(Error::AllMasked);
        }
        // A mask may be −∞ or the lowest number there is.
        let ordinary: Vec<f64> = b.iter().map(|&b| if is_masked(b) { 0.0 } else { b }).collect();
        check_entries("bias", MatRef::from_column_major_slice(&ordinary, ordinary.len(), 1))?;
    }
    Ok(())
}

fn check_not_empty(array: &'static str, m: MatRef<'_, f64>) -> Result<(), Error> {
    let (rows, cols) = m.shape();
    if rows == 0 || cols == 0 { Err(Error::Empty { array, rows, cols }) } else { Ok(()) }
}

/// The first offending entry in row order, so that the message names the first bad input.
fn check_entries(array: &'static str, m: MatRef<'_, f64>) -> Result<(), Error> {
    let bad = |value: f64| value.is_nan() || value.abs() > LARGEST_ENTRY;
    if m.col_iter().all(|col| !col.iter().any(|&v| bad(v))) {
        return Ok(());
    }
    for row in 0..m.nrows() {
        for col in 0..m.ncols() {
            let value = m[(row, col)];
            if bad(value) {
                return Err(Error::Entry { array, row, col, value });
            }
        }
    }
    unreachable!("a bad entry was seen in column order")
}

/// An array of zeros is a degenerate model; one that only underflows to zero further on is a mistake of units.
fn check_scale(array: &'static str, m: MatRef<'_, f64>) -> Result<(), Error> {
    let largest = m.norm_max();
    if largest > 0.0 && largest < SMALLEST_SCALE { Err(Error::Scale { array, largest }) } else { Ok(()) }
}

/// Two models on the same N inputs and the same K labels, in the same order. Their dimensions may differ.
///
/// Either may be a [`Model`] or read its embeddings from elsewhere: see [`ModelRows`].
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    a: &'a dyn ModelRows,
    b: &'a dyn ModelRows,
}

impl<'a> Pair<'a> {
    /// Pairs two models.
    ///
    /// # Errors
    /// [`Error::Inputs`] or [`Error::Labels`] if their numbers differ.
    pub fn new(a: &'a dyn ModelRows, b: &'a dyn ModelRows) -> Result<Pair<'a>, Error> {
        if a.n_inputs() != b.n_inputs() {
            return Err(Error::Inputs { a: a.n_inputs(), b: b.n_inputs() });
        }
        if a.n_labels() != b.n_labels() {
            return Err(Error::Labels { a: a.n_labels(), b: b.n_labels() });
        }
        Ok(Pair { a, b })
    }

    /// The first model.
    pub fn a(&self) -> &'a dyn ModelRows {
        self.a
    }

    /// The second model.
    pub fn b(&self) -> &'a dyn ModelRows {
        self.b
    }

    /// The pair with the models' roles exchanged.
    pub fn swapped(&self) -> Pair<'a> {
        Pair { a: self.b, b: self.a }
    }

    /// N, the number of inputs.
    pub fn n_inputs(&self) -> usize {
        self.a.n_inputs()
    }

    /// K, the number of labels.
    pub fn n_labels(&self) -> usize {
        self.a.n_labels()
    }
}
