//! A model whose embeddings stay in their file.

use crate::embeddings::Embeddings;
use crate::error::{Place, Problem, ReadError};
use crate::fingerprints::{Fingerprints, RepeatedRows};
use faer::MatMut;
use logitdist::{Error, Labels, ModelRows, SMALLEST_SCALE};
use std::path::PathBuf;
use std::sync::Arc;

/// A model in files: labels in memory, embeddings read in blocks of rows when they are needed.
///
/// Made by [`open_model`](crate::open_model). Entries are checked when they are read, with the same errors as
/// [`read_model`](crate::read_model). Compressed embeddings cannot be read in blocks, so they are held in memory.
#[derive(Debug)]
pub struct FileModel {
    embeddings: Embeddings,
    /// The rows of the file that are the inputs; `None` for all in their order.
    rows: Option<Vec<usize>>,
    labels: Arc<Labels>,
    /// The file to name in an error about several arrays.
    whole: PathBuf,
    prints: Fingerprints,
}

impl FileModel {
    pub(crate) fn new(
        embeddings: Embeddings,
        rows: Option<Vec<usize>>,
        labels: Labels,
        whole: PathBuf,
    ) -> FileModel {
        let inputs = rows.as_ref().map_or(embeddings.shape().0, Vec::len);
        FileModel { embeddings, rows, labels: Arc::new(labels), whole, prints: Fingerprints::new(inputs) }
    }

    /// How many of the rows read so far are zero, or repeat another one.
    pub fn repeated_rows(&self) -> RepeatedRows {
        self.prints.count()
    }

    fn fill(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), ReadError> {
        let Some(chosen) = &self.rows else { return self.embeddings.read(start, rows) };
        let mut from = 0;
        for run in chosen[start..start + rows.nrows()].chunk_by(|x, next| x + 1 == *next) {
            self.embeddings.read(run[0], rows.as_mut().subrows_mut(from, run.len()))?;
            from += run.len();
        }
        Ok(())
    }
}

impl ModelRows for FileModel {
    fn n_inputs(&self) -> usize {
        self.rows.as_ref().map_or(self.embeddings.shape().0, Vec::len)
    }

    fn n_labels(&self) -> usize {
        self.labels.bias.len()
    }

    fn dim(&self) -> usize {
        self.embeddings.shape().1
    }

    fn labels(&self) -> Arc<Labels> {
        Arc::clone(&self.labels)
    }

    fn read(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), Error> {
        self.fill(start, rows.as_mut()).map_err(unreadable)?;
        self.prints.take(start, rows.as_ref());
        Ok(())
    }

    fn finish_reading(&self) -> Result<(), Error> {
        let largest = self.embeddings.finish().map_err(unreadable)?;
        if largest > 0.0 && largest < SMALLEST_SCALE {
            let problem = Problem::Model(Error::Scale { array: "embeddings", largest });
            return Err(unreadable(Place::file(&self.whole).error(problem)));
        }
        Ok(())
    }
}

fn unreadable(error: ReadError) -> Error {
    Error::Unreadable(error.to_string())
}
