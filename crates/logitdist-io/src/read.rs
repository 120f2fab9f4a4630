//! Reads a model from an archive, a directory or single files.

use crate::archive::Archive;
use crate::array::Array;
use crate::error::{Place, Problem, ReadError};
use crate::file_model::FileModel;
use crate::fold::Fold;
use crate::head::Head;
use crate::logits::{Directions, LogitForm};
use crate::names::ArrayNames;
use crate::npy;
use crate::npz::Npz;
use crate::opened::OpenedModel;
use faer::Mat;
use logitdist::{Error, Model};
use std::path::{Path, PathBuf};

/// Where a model's arrays are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An `.npz` file, a `.safetensors` file, or a directory with a `<name>.npy` for each array.
    Path(PathBuf),
    /// One file for each array: an `.npy`, whose name does not matter; or an archive as above with an array of the usual name, or with
    /// the array that is named as `FILE::ARRAY`.
    Files {
        /// Embeddings, N×M.
        embeddings: PathBuf,
        /// Unembeddings, K×M.
        unembeddings: PathBuf,
        /// Bias, K entries, if the model has one.
        bias: Option<PathBuf>,
    },
    /// One file, as above, of logits, or of what says as much, N×K.
    Logits(PathBuf, LogitForm),
}

impl Source {
    /// The file to name in an error about several arrays.
    pub(crate) fn whole(&self) -> &Path {
        match self {
            Source::Path(path) | Source::Logits(path, _) => path,
            Source::Files { unembeddings, bias, .. } => bias.as_ref().unwrap_or(unembeddings),
        }
    }
}

/// How to read a model. The default takes arrays `embeddings`, `unembeddings` and `bias` as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOptions {
    /// What the arrays are called.
    pub names: ArrayNames,
    /// Which arrays are stored with their axes exchanged.
    pub transpose: Transpose,
    /// Whether embeddings of three axes, batch × positions × dimension, are read as batch · positions rows.
    pub flatten: bool,
    /// Whether a label whose probability is 0 at some inputs, and not at all, is taken for a masked one. It is an error otherwise.
    pub zero_is_mask: bool,
    /// Whether the unembeddings are the last layer of a checkpoint, which is found by its name.
    pub find_head: bool,
    /// What the head does beside f·g + b. [`OpenedModel`] heeds it, and [`read_model`] takes the arrays as they are.
    pub fold: Fold,
    /// How directions of logits are looked for, where these are all that is known of a model.
    pub directions: Directions,
    /// How many bytes are believed of an archive's compressed entry for each byte that it has. See [`INFLATION_LIMIT`].
    pub inflation_limit: u64,
}

/// The usual [`inflation_limit`](ReadOptions::inflation_limit). Numbers of a network compress to a half at best, and arrays that
/// are mostly zeros to a hundredth; a thousandth is all that the format can hold, and what an archive made to fill the memory has.
///
/// Entries of up to 16 MiB are read in any case.
pub const INFLATION_LIMIT: u64 = 200;

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            names: ArrayNames::default(),
            transpose: Transpose::default(),
            flatten: false,
            zero_is_mask: false,
            find_head: false,
            fold: Fold::default(),
            directions: Directions::default(),
            inflation_limit: INFLATION_LIMIT,
        }
    }
}

/// Which arrays are stored with their axes exchanged. It is never guessed from shapes: a square array fits both ways.
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
/// big endian. A bias of −∞, at the lowest number of its type or under −1e9 is read as −∞: it masks its label. Two bytes without a type (`V2`) are bfloat16, as ml_dtypes and JAX save it. Memory holds the widened arrays and
/// a small buffer.
///
/// # Errors
/// A [`ReadError`] naming the file and array, what was found and what was needed.
pub fn read_model(source: &Source, options: &ReadOptions) -> Result<Model, ReadError> {
    let transpose = options.transpose.embeddings;
    let arrays = arrays(source, options, |array| array.flattened(transpose, options.flatten))?;
    let (f, g) = (arrays.embeddings.shape(), arrays.unembeddings.shape());
    let model = Model::new(arrays.embeddings, arrays.unembeddings, arrays.bias);
    model.map_err(|error| no_model(source, f, g, error))
}

/// Opens a model as [`read_model`] does, but leaves the embeddings in their file. Blocks of rows are read when they are needed.
///
/// The shape and the size of the file are checked now, the entries when they are read. Compressed embeddings are read now.
///
/// # Errors
/// As [`read_model`].
pub fn open_model(source: &Source, options: &ReadOptions) -> Result<FileModel<'static>, ReadError> {
    OpenedModel::open(source, options)?.chosen(None, None)
}

/// The arrays of a model; how the embeddings are held is up to the caller.
#[derive(Debug)]
pub(crate) struct Arrays<E> {
    pub(crate) embeddings: E,
    pub(crate) unembeddings: Mat<f64>,
    pub(crate) bias: Option<Vec<f64>>,
    /// Which tensors were taken for the last layer, if that had to be found.
    pub(crate) head: Option<Head>,
}

pub(crate) fn arrays<E>(
    source: &Source,
    options: &ReadOptions,
    embeddings: impl FnOnce(Array<'_>) -> Result<E, ReadError>,
) -> Result<Arrays<E>, ReadError> {
    let (names, transpose) = (&options.names, options.transpose.unembeddings);
    match source {
        Source::Path(path) => {
            let mut archive = Archive::open(path, options.inflation_limit)?;
            let embeddings = embeddings(archive.required("embeddings", &names.embeddings)?)?;
            let head = options.find_head.then(|| archive.head()).transpose()?;
            let weight = head.as_ref().map_or(&names.unembeddings, |head| &head.weight);
            let unembeddings = archive.required("unembeddings", weight)?.matrix(transpose)?;
            let of_head = head.as_ref().and_then(|head| head.bias.as_ref());
            let bias = match names.bias.as_ref().or(of_head) {
                Some(name) => Some(archive.required("bias", name)?),
                None => archive.array("bias")?,
            };
            let bias = bias.map(Array::bias).transpose()?;
            Ok(Arrays { embeddings, unembeddings, bias, head })
        }
        Source::Logits(path, form) => Err(Place::file(path).error(Problem::Logits(format!(
            "embeddings and unembeddings are needed here, and {} are given",
            form.name()
        )))),
        Source::Files { embeddings: f, unembeddings: g, bias } => {
            let limit = options.inflation_limit;
            let embeddings = with_array(f, ("embeddings", &names.embeddings), limit, embeddings)?;
            let (file, array) = array_in_file(g);
            let head = if options.find_head && array.is_none() && Archive::is_archive(&file) {
                Some(Archive::open(&file, limit)?.head()?)
            } else {
                None
            };
            let weight = head.as_ref().map_or(&names.unembeddings, |head| &head.weight);
            let matrix = |array: Array<'_>| array.matrix(transpose);
            let unembeddings = with_array(g, ("unembeddings", weight), limit, matrix)?;
            let name = names.bias.as_deref().unwrap_or("bias");
            let bias_of = |array: Array<'_>| array.bias();
            let bias = match (bias, head.as_ref().and_then(|head| head.bias.as_ref())) {
                (Some(path), _) => Some(with_array(path, ("bias", name), limit, bias_of)?),
                (None, Some(of_head)) => Some(with_array(&file, ("bias", of_head), limit, bias_of)?),
                (None, None) => None,
            };
            Ok(Arrays { embeddings, unembeddings, bias, head })
        }
    }
}

/// Reads the array of a file: the only one of an `.npy`, the named one of `FILE::ARRAY`, and of another archive that of the usual name.
pub(crate) fn with_array<T>(
    path: &Path,
    (role, name): (&'static str, &str),
    inflation_limit: u64,
    read: impl FnOnce(Array<'_>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let (file, array) = array_in_file(path);
    match array {
        Some(array) => read(Archive::open(&file, inflation_limit)?.required(role, &array)?),
        None if Archive::is_archive(path) => {
            read(Archive::open(path, inflation_limit)?.required(role, name)?)
        }
        None => read(npy::open(path)?),
    }
}

/// A path of the form `FILE::ARRAY` in its parts. A path that leads somewhere as it is has none.
pub fn array_in_file(path: &Path) -> (PathBuf, Option<String>) {
    let split = path.to_str().filter(|_| !path.exists()).and_then(|text| text.rsplit_once("::"));
    match split {
        Some((file, array)) if !file.is_empty() && !array.is_empty() => (file.into(), Some(array.to_owned())),
        _ => (path.to_path_buf(), None),
    }
}

/// The error for arrays that are well-formed but together are no model, with the file to name.
pub(crate) fn no_model(source: &Source, f: (usize, usize), g: (usize, usize), error: Error) -> ReadError {
    match (error, source) {
        (Error::Dimension { .. }, Source::Files { unembeddings, .. }) => {
            Place::file(unembeddings).error(wrong_width(f, g))
        }
        (Error::Dimension { .. }, Source::Path(path) | Source::Logits(path, _)) => {
            Place::file(path).error(wrong_width(f, g))
        }
        (error, _) => Place::file(source.whole()).error(Problem::Model(error)),
    }
}

/// Reads vectors, one a row, from an `.npy` file: a 2-D array as it is, a 1-D array as a single row.
///
/// For probes (C×M, or M for one). Types, orders and errors as for [`read_model`].
pub fn read_matrix(path: &Path) -> Result<Mat<f64>, ReadError> {
    npy::open(path)?.rows()
}

/// Reads linear probes w·f + c from an archive (`.npz`, `.safetensors` or a directory of `.npy` files): the array `weights` (C×M, or M
/// for one), and `offsets` (C) if there is one.
///
/// # Errors
/// As [`read_model`].
pub fn read_probes(path: &Path) -> Result<(Mat<f64>, Option<Vec<f64>>), ReadError> {
    let mut archive = Archive::open(path, INFLATION_LIMIT)?;
    let weights = archive.required("weights", "weights")?.rows()?;
    let offsets = archive.array("offsets")?.map(|array| array.vector()).transpose()?;
    Ok((weights, offsets))
}

/// Reads an array of numbers of any type: an `.npy` file, or the array `name` of an archive (`.npz`, `.safetensors` or a directory of
/// `.npy` files). A 1-D array is a single column.
///
/// For the features and labels of a data set. Whole numbers beyond 2⁵³ are rounded.
///
/// # Errors
/// As [`read_model`]; but `.npy` and `.npz` may hold whole numbers.
pub fn read_array(path: &Path, name: &'static str) -> Result<Mat<f64>, ReadError> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy")) {
        return npy::open(path)?.numbers();
    }
    Archive::open(path, INFLATION_LIMIT)?.required(name, name)?.numbers()
}

/// Reads a text that an `.npz` archive holds beside its arrays; `None` if there is none of that name.
///
/// # Errors
/// The file is no `.npz` archive, or the entry is damaged or not UTF-8. What is beyond 16 MiB is cut off.
pub fn read_text(path: &Path, name: &str) -> Result<Option<String>, ReadError> {
    Npz::open(path, INFLATION_LIMIT)?.text(&Place::array(path, name), name)
}

/// A hint in an error: which exchange of axes would make the widths agree. The user decides.
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
