//! From a file, a directory or single files to a model.

use crate::archive::Archive;
use crate::array::Array;
use crate::error::{Place, Problem, ReadError};
use crate::names::ArrayNames;
use crate::npy;
use crate::npz::Npz;
use faer::Mat;
use logitdist::{Error, Model};
use std::path::{Path, PathBuf};

/// Where a model's arrays are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An `.npz` file, a `.safetensors` file, or a directory with a `<name>.npy` for each array.
    Path(PathBuf),
    /// One `.npy` file for each array; names do not matter.
    Files {
        /// Embeddings, N×M.
        embeddings: PathBuf,
        /// Unembeddings, K×M.
        unembeddings: PathBuf,
        /// Bias, K entries, if the model has one.
        bias: Option<PathBuf>,
    },
}

/// How to read a model. The default takes arrays `embeddings`, `unembeddings` and `bias` as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// What the arrays are called.
    pub names: ArrayNames,
    /// Which arrays are stored with their axes exchanged.
    pub transpose: Transpose,
}

/// Which arrays are stored with their axes exchanged. Shapes never decide that: a square array fits both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Transpose {
    /// The embeddings are stored M×N.
    pub embeddings: bool,
    /// The unembeddings are stored M×K, as are the kernels of Flax's dense layers.
    pub unembeddings: bool,
}

/// Reads a model: embeddings N×M, unembeddings K×M and, if there is one, a bias of K entries.
///
/// Entries are f16, bf16, f32 or f64 and are widened to f64; `.npy` arrays may be in C or Fortran order, little or
/// big endian; two bytes of no type (`V2`) are bfloat16, as ml_dtypes and JAX save it. Beside the widened arrays only
/// a small buffer is held.
///
/// # Errors
/// A [`ReadError`] naming the file and array, what was found and what was needed.
pub fn read_model(source: &Source, options: &ReadOptions) -> Result<Model, ReadError> {
    let (names, transpose) = (&options.names, options.transpose);
    let (embeddings, unembeddings, bias, whole) = match source {
        Source::Path(path) => {
            let mut archive = Archive::open(path)?;
            let embeddings =
                archive.required("embeddings", &names.embeddings)?.matrix(transpose.embeddings)?;
            let unembeddings =
                archive.required("unembeddings", &names.unembeddings)?.matrix(transpose.unembeddings)?;
            let bias = match &names.bias {
                Some(name) => Some(archive.required("bias", name)?),
                None => archive.array("bias")?,
            };
            let bias = bias.map(Array::vector).transpose()?;
            (embeddings, unembeddings, bias, path)
        }
        Source::Files { embeddings, unembeddings, bias } => (
            npy::open(embeddings)?.matrix(transpose.embeddings)?,
            npy::open(unembeddings)?.matrix(transpose.unembeddings)?,
            bias.as_ref().map(|path| npy::open(path)?.vector()).transpose()?,
            bias.as_ref().unwrap_or(unembeddings),
        ),
    };
    let (f, g) = (embeddings.shape(), unembeddings.shape());
    Model::new(embeddings, unembeddings, bias).map_err(|error| match (error, source) {
        (Error::Dimension { .. }, Source::Files { unembeddings, .. }) => {
            Place::file(unembeddings).error(wrong_width(f, g))
        }
        (Error::Dimension { .. }, Source::Path(path)) => Place::file(path).error(wrong_width(f, g)),
        (error, _) => Place::file(whole).error(Problem::Model(error)),
    })
}

/// Reads vectors, one a row, from an `.npy` file: a 2-D array as it is, a 1-D array as a single row.
///
/// For probes (C×M, or M for one). Types, orders and errors as for [`read_model`].
pub fn read_matrix(path: &Path) -> Result<Mat<f64>, ReadError> {
    npy::open(path)?.rows()
}

/// Reads an array of numbers, whole or not: an `.npy` file's, or the one called `name` in an archive (`.npz`, `.safetensors` or a
/// directory of `.npy` files). A 1-D array is a single column.
///
/// For the features and labels of a data set. Whole numbers beyond 2⁵³ are rounded.
///
/// # Errors
/// As [`read_model`], but that whole numbers will do in `.npy` and `.npz`.
pub fn read_array(path: &Path, name: &'static str) -> Result<Mat<f64>, ReadError> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy")) {
        return npy::open(path)?.numbers();
    }
    Archive::open(path)?.required(name, name)?.numbers()
}

/// Reads a text that is in an `.npz` archive beside its arrays; `None` if there is none of that name.
///
/// # Errors
/// The file is no `.npz` archive, or the entry is damaged or not UTF-8. What is beyond 16 MiB is cut off.
pub fn read_text(path: &Path, name: &str) -> Result<Option<String>, ReadError> {
    Npz::open(path)?.text(&Place::array(path, name), name)
}

/// Names an exchange of axes that would make the widths agree; the user decides whether it is meant.
fn wrong_width(embeddings: (usize, usize), unembeddings: (usize, usize)) -> Problem {
    let hint = if embeddings.1 == unembeddings.0 {
        "; the unembeddings would fit if they were transposed (--transpose)"
    } else if embeddings.0 == unembeddings.1 {
        "; the embeddings would fit if they were transposed (--transpose)"
    } else {
        ""
    };
    Problem::Width { embeddings, unembeddings, hint }
}
