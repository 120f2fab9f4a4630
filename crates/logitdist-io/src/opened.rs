//! A model whose arrays were found, before its labels and inputs are chosen.

use crate::archive::Archive;
use crate::array::Array;
use crate::embeddings::{ChosenRows, Embeddings};
use crate::error::{Place, Problem, ReadError};
use crate::file_model::FileModel;
use crate::fold::Fold;
use crate::given::{Given, GivenArrays};
use crate::logits::{Batch, CentredLogits, Directions, LogitForm};
use crate::piped::is_piped;
use crate::read::{Arrays, ReadOptions, Source, arrays, no_model, with_array};
use crate::top_lists::is_of_lists;
use faer::Mat;
use logitdist::{Error, Labels};
use std::path::Path;
use std::sync::Arc;

/// A model whose arrays were found, before its labels and inputs are chosen.
#[derive(Debug)]
pub struct OpenedModel<'a> {
    content: Content<'a>,
    source: Source,
    zero_is_mask: bool,
    fold: Fold,
    directions: Directions,
    batch: Option<Batch>,
}

#[derive(Debug)]
enum Content<'a> {
    Model(Arrays<Embeddings<'a>>),
    Logits(Embeddings<'a>, LogitForm),
}

impl<'a> OpenedModel<'a> {
    /// Opens a model as [`open_model`](crate::open_model) does.
    ///
    /// # Errors
    /// As [`read_model`](crate::read_model).
    pub fn open(source: &Source, options: &ReadOptions) -> Result<OpenedModel<'a>, ReadError> {
        let logits = match source {
            Source::Logits(path, form) if is_piped(path) => {
                Some((Embeddings::piped(path, options.flatten)?, *form))
            }
            Source::Logits(path, form) => {
                let read = |array: Array<'_>| Embeddings::with_masks(array, options.flatten);
                Some((with_array(path, (form.name(), form.name()), options.inflation_limit, read)?, *form))
            }
            Source::Path(path) => logits(path, options)?,
            Source::Files { .. } => None,
        };
        let content = match logits {
            Some((rows, form)) => Content::Logits(rows, form),
            None => {
                let transpose = options.transpose.embeddings;
                let arrays =
                    arrays(source, options, |array| Embeddings::new(array, transpose, options.flatten))?;
                let (f, g) = (arrays.embeddings.shape(), arrays.unembeddings.shape());
                if f.1 != g.1 {
                    let error = Error::Dimension { embeddings: f.1, unembeddings: g.1 };
                    return Err(no_model(source, f, g, error));
                }
                if let Some(found) = arrays.bias.as_ref().map(Vec::len).filter(|found| *found != g.0) {
                    return Err(no_model(source, f, g, Error::BiasLength { found, needed: g.0 }));
                }
                Content::Model(arrays)
            }
        };
        Ok(OpenedModel {
            content,
            source: source.clone(),
            zero_is_mask: options.zero_is_mask,
            fold: options.fold,
            directions: options.directions,
            batch: None,
        })
    }

    /// A model of arrays in memory, which errors call `name`. Of the options those of the file are not heeded, nor are the exchange of
    /// axes and what makes rows of batches: the arrays are as they are to be.
    ///
    /// # Errors
    /// Arrays that are empty or make no model.
    pub fn given(
        name: &str,
        arrays: GivenArrays<'a>,
        options: &ReadOptions,
    ) -> Result<OpenedModel<'a>, ReadError> {
        let place = Place::file(Path::new(name));
        let source = Source::Path(name.into());
        let content = match arrays {
            GivenArrays::Logits(rows, form) => {
                let given = Given::new(rows, place, form.name(), true)?;
                Content::Logits(Embeddings::Given(given), form)
            }
            GivenArrays::Model(rows, unembeddings, bias) => {
                let (needed, columns) = unembeddings.shape();
                let given = Given::new(rows, place.clone(), "embeddings", false)?;
                let error = |error| Err(place.error(Problem::Model(error)));
                if given.shape().1 != columns {
                    return error(Error::Dimension { embeddings: given.shape().1, unembeddings: columns });
                }
                if let Some(found) = bias.as_ref().map(Vec::len).filter(|found| *found != needed) {
                    return error(Error::BiasLength { found, needed });
                }
                let embeddings = Embeddings::Given(given);
                Content::Model(Arrays { embeddings, unembeddings, bias, head: None })
            }
        };
        Ok(OpenedModel {
            content,
            source,
            zero_is_mask: options.zero_is_mask,
            fold: options.fold,
            directions: options.directions,
            batch: None,
        })
    }

    /// The same model, of whose inputs these are a batch: of logits alone, the labels of the batches before are gone on with.
    #[must_use]
    pub fn as_batch(self, before: Option<&Arc<Labels>>) -> OpenedModel<'a> {
        OpenedModel { batch: Some(Batch { before: before.map(Arc::clone) }), ..self }
    }

    /// Which tensors were taken for the last layer, if that had to be found.
    pub fn found_head(&self) -> Option<String> {
        let Content::Model(Arrays { head: Some(head), .. }) = &self.content else { return None };
        let bias = head.bias.as_ref().map_or_else(String::new, |bias| format!(" and `{bias}`"));
        Some(format!("`{}`{bias}", head.weight))
    }

    /// N, all inputs in the file.
    pub fn n_inputs(&self) -> usize {
        self.rows().shape().0
    }

    /// K, all labels in the file.
    pub fn n_labels(&self) -> usize {
        match &self.content {
            Content::Model(arrays) => arrays.unembeddings.nrows(),
            Content::Logits(rows, _) => rows.shape().1,
        }
    }

    /// Inputs with an entry that is not finite, rising: all rows are read for that. Logits of −∞ are masks.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn inputs_not_finite(&self) -> Result<Vec<usize>, ReadError> {
        self.rows().rows_not_finite()
    }

    fn rows(&self) -> &Embeddings<'a> {
        match &self.content {
            Content::Model(arrays) => &arrays.embeddings,
            Content::Logits(rows, _) => rows,
        }
    }

    /// The model of these labels and inputs, in this order; of all, if none are named. The others are not looked at.
    ///
    /// # Errors
    /// As [`read_model`](crate::read_model).
    ///
    /// # Panics
    /// If there is no such label or input.
    pub fn chosen(
        self,
        labels: Option<&[usize]>,
        inputs: Option<Vec<usize>>,
    ) -> Result<FileModel<'a>, ReadError> {
        let OpenedModel { content, source, zero_is_mask, fold, directions, batch } = self;
        let batch = batch.as_ref();
        let whole = source.whole().to_path_buf();
        match content {
            Content::Model(Arrays { embeddings, unembeddings, bias, .. }) => {
                let (f, g_shape) = (embeddings.shape(), unembeddings.shape());
                let (unembeddings, bias) = match labels {
                    None => (unembeddings, bias),
                    Some(labels) => (
                        Mat::from_fn(labels.len(), g_shape.1, |y, j| unembeddings[(labels[y], j)]),
                        bias.map(|bias| labels.iter().map(|&y| bias[y]).collect()),
                    ),
                };
                let (unembeddings, bias) = fold.labels(unembeddings, bias);
                let rows = ChosenRows::of(embeddings, inputs)?;
                let normalised = fold.normalise_embeddings;
                let labels = |g: Mat<f64>, bias| {
                    let labels = Labels::new(g, bias).map(Arc::new);
                    labels.map_err(|error| no_model(&source, f, g_shape, error))
                };
                let Some(cap) = fold.softcap else {
                    return Ok(FileModel::new(rows, None, normalised, labels(unembeddings, bias)?, whole));
                };
                // What Labels::new refuses is refused here, too.
                let checked = labels(unembeddings.clone(), bias.clone())?;
                let logits = CentredLogits::capped(unembeddings, bias, cap, checked.masked.clone());
                let labels = logits.as_labels(&rows, normalised, directions, batch)?;
                Ok(FileModel::new(rows, Some(logits), normalised, labels, whole))
            }
            Content::Logits(rows, form) => {
                let rows = ChosenRows::of(rows, inputs)?;
                let logits = CentredLogits::of(&rows, form, labels.map(<[usize]>::to_vec), zero_is_mask)?;
                let labels = logits.as_labels(&rows, false, directions, batch)?;
                Ok(FileModel::new(rows, Some(logits), false, labels, whole))
            }
        }
    }
}

/// The logits of an archive: those that are asked for, or those that are in the place of embeddings.
fn logits<'a>(path: &Path, options: &ReadOptions) -> Result<Option<(Embeddings<'a>, LogitForm)>, ReadError> {
    let mut archive = Archive::open(path, options.inflation_limit)?;
    if let Some((form, name)) = &options.names.logits {
        let array = archive.required(form.name(), name)?;
        return Ok(Some((Embeddings::with_masks(array, options.flatten)?, *form)));
    }
    if archive.has(&options.names.embeddings) {
        return Ok(None);
    }
    if is_of_lists(&mut archive, options)? {
        let problem = "it has lists of the most probable labels (`ids` and `log_probabilities`), which only a comparison of two such files reads";
        return Err(Place::file(path).error(Problem::Logits(problem.into())));
    }
    for form in LogitForm::ALL {
        if let Some(array) = archive.array(form.name())? {
            return Ok(Some((Embeddings::with_masks(array, options.flatten)?, form)));
        }
    }
    Ok(None)
}
