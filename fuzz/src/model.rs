//! A model file is read whole and in blocks of rows. Both must say the same.

use logitdist::{Mat, ModelRows};
use logitdist_io::{ReadOptions, Source, Transpose, open_model, read_array, read_model};
use std::path::Path;

/// Reads a file as a model in every way there is, and compares.
///
/// # Panics
/// Two ways disagree about the entries, or about whether the file is good.
pub fn read_both_ways(path: &Path) {
    let source = Source::Path(path.to_path_buf());
    let whole = read_model(&source, &ReadOptions::default());
    let blocks = in_blocks(&source);
    match (&whole, &blocks) {
        (Ok(whole), Ok(blocks)) => assert_eq!(whole.embeddings(), blocks.as_ref(), "the ways differ"),
        (Err(_), Err(_)) => {}
        (Ok(_), Err(message)) => panic!("good as a whole, bad in blocks: {message}"),
        (Err(error), Ok(_)) => panic!("good in blocks, bad as a whole: {error}"),
    }
    let exchanged = Transpose { embeddings: true, unembeddings: true };
    // Any outcome will do, except for a panic.
    let _ = read_model(&source, &ReadOptions { transpose: exchanged, ..ReadOptions::default() });
    let _ = read_array(path, "embeddings");
}

fn in_blocks(source: &Source) -> Result<Mat<f64>, String> {
    let model = open_model(source, &ReadOptions::default()).map_err(|e| e.to_string())?;
    let (rows, dim) = (model.n_inputs(), model.dim());
    let mut embeddings = Mat::zeros(rows, dim);
    for start in (0..rows).step_by(3) {
        let count = 3.min(rows - start);
        model.read(start, embeddings.subrows_mut(start, count)).map_err(|e| e.to_string())?;
    }
    model.finish_reading().map_err(|e| e.to_string())?;
    Ok(embeddings)
}
