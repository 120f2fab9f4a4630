//! A model whose embeddings stay where they are.

use crate::embeddings::{ChosenRows, Embeddings};
use crate::error::{Place, Problem, ReadError};
use crate::fingerprints::{Fingerprints, RepeatedRows};
use crate::fold::normalise;
use crate::given::{Given, GivenRows};
use crate::logits::CentredLogits;
use faer::{Mat, MatMut};
use logitdist::{Error, KnownDirections, Labels, ModelRows, SMALLEST_SCALE};
use logitdist_linalg::matmul_into;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Numbers in memory at a time where logits are read for their coordinates along some directions.
const LOGITS_AT_ONCE: usize = 1 << 21;

/// A model in files: labels in memory, embeddings read in blocks of rows when they are needed. Centred logits take their place where
/// these are all that is known.
///
/// Made by [`open_model`](crate::open_model). Entries are checked when they are read, with the same errors as
/// [`read_model`](crate::read_model). Compressed embeddings cannot be read in blocks, so they are held in memory. What was
/// [given](crate::GivenArrays) in memory stays there.
#[derive(Debug)]
pub struct FileModel<'a> {
    rows: ChosenRows<'a>,
    logits: Option<CentredLogits>,
    /// Whether embeddings are divided by their lengths.
    normalised: bool,
    labels: Arc<Labels>,
    /// The file to name in an error about several arrays.
    whole: PathBuf,
    prints: Fingerprints,
}

impl<'a> FileModel<'a> {
    pub(crate) fn new(
        rows: ChosenRows<'a>,
        logits: Option<CentredLogits>,
        normalised: bool,
        labels: Arc<Labels>,
        whole: PathBuf,
    ) -> FileModel<'a> {
        let prints = Fingerprints::new(rows.count());
        FileModel { rows, logits, normalised, labels, whole, prints }
    }

    /// A model of embeddings in memory, which errors call `name`, with labels that are shared.
    ///
    /// # Errors
    /// Embeddings without rows, or of another dimension than the labels.
    pub fn given(
        name: &str,
        embeddings: Box<dyn GivenRows + 'a>,
        labels: Arc<Labels>,
    ) -> Result<FileModel<'a>, ReadError> {
        let place = Place::file(Path::new(name));
        let given = Given::new(embeddings, place.clone(), "embeddings", false)?;
        let (embeddings, unembeddings) = (given.shape().1, labels.unembeddings.ncols());
        if embeddings != unembeddings {
            return Err(place.error(Problem::Model(Error::Dimension { embeddings, unembeddings })));
        }
        let rows = ChosenRows::of(Embeddings::Given(given), None)?;
        Ok(FileModel::new(rows, None, false, labels, name.into()))
    }

    /// Takes the labels of the first of these models that has the same in place of its own: they are then in memory once.
    pub fn share_labels(&mut self, others: &[FileModel<'_>]) {
        if let Some(other) = others.iter().find(|other| self.labels == other.labels) {
            self.labels = Arc::clone(&other.labels);
        }
    }

    /// How many of the rows read so far are zero, or repeat another one.
    pub fn repeated_rows(&self) -> RepeatedRows {
        self.prints.count()
    }
}

impl FileModel<'_> {
    /// Coordinates of the logits along the directions that are known.
    fn read_along_directions(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), Error> {
        if self.labels.alone.is_some_and(|alone| matches!(alone.directions, KnownDirections::Beyond(_))) {
            rows.fill(0.0);
            return Ok(());
        }
        let directions = self.labels.unembeddings.as_ref();
        let step = (LOGITS_AT_ONCE / directions.nrows()).max(16);
        let (end, mut from) = (rows.nrows(), 0);
        while from < end {
            let count = step.min(end - from);
            let mut logits = Mat::zeros(count, directions.nrows());
            self.read_logits(start + from, logits.as_mut())?;
            matmul_into(rows.as_mut().subrows_mut(from, count), logits.as_ref(), directions);
            from += count;
        }
        Ok(())
    }
}

impl ModelRows for FileModel<'_> {
    fn n_inputs(&self) -> usize {
        self.rows.count()
    }

    fn n_labels(&self) -> usize {
        self.labels.bias.len()
    }

    fn dim(&self) -> usize {
        self.labels.unembeddings.ncols()
    }

    fn labels(&self) -> Arc<Labels> {
        Arc::clone(&self.labels)
    }

    fn has_embeddings(&self) -> bool {
        self.logits.is_none()
    }

    fn has_logits_beside(&self) -> bool {
        self.labels.alone.is_some_and(|alone| alone.directions != KnownDirections::All)
    }

    fn read_logits(&self, start: usize, mut logits: MatMut<'_, f64>) -> Result<(), Error> {
        let centred = self.logits.as_ref().expect("a model that has them is given by its logits");
        centred.fill(&self.rows, self.normalised, start, logits.as_mut()).map_err(unreadable)?;
        self.prints.take(start, logits.as_ref());
        Ok(())
    }

    fn read(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), Error> {
        if self.has_logits_beside() {
            return self.read_along_directions(start, rows);
        }
        match &self.logits {
            None => self.rows.fill(start, rows.as_mut()),
            Some(logits) => logits.fill(&self.rows, self.normalised, start, rows.as_mut()),
        }
        .map_err(unreadable)?;
        if self.normalised && self.logits.is_none() {
            normalise(rows.as_mut());
        }
        self.prints.take(start, rows.as_ref());
        Ok(())
    }

    fn verify(&self) -> Result<(), Error> {
        self.rows.finish().map(drop).map_err(unreadable)
    }

    fn finish_reading(&self) -> Result<(), Error> {
        let largest = self.rows.finish().map_err(unreadable)?;
        if largest > 0.0 && largest < SMALLEST_SCALE {
            let array = if self.has_embeddings() { "embeddings" } else { "logits" };
            let problem = Problem::Model(Error::Scale { array, largest });
            return Err(unreadable(Place::file(&self.whole).error(problem)));
        }
        Ok(())
    }
}

fn unreadable(error: ReadError) -> Error {
    Error::Unreadable(error.to_string())
}
