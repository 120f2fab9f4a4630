//! Lists of the most probable labels of each input, as an API returns them.

use crate::archive::Archive;
use crate::error::{Place, Problem, ReadError};
use crate::logits::LogitForm;
use crate::read::ReadOptions;
use faer::Mat;
use logitdist::TopList;
use std::path::Path;

/// The array that says which labels are listed.
const IDS: &str = "ids";

/// Whether an archive is made of such lists: it has `ids` with a row for each input, and neither embeddings nor whole distributions.
pub(crate) fn is_of_lists(archive: &mut Archive, options: &ReadOptions) -> Result<bool, ReadError> {
    let names = &options.names;
    let is_name = [&names.inputs, &names.labels].into_iter().any(|name| name.as_deref() == Some(IDS));
    let is_whole = archive.has(&names.embeddings)
        || names.logits.is_some()
        || archive.has(LogitForm::Logits.name())
        || archive.has(LogitForm::Probabilities.name());
    if is_name || is_whole {
        return Ok(false);
    }
    Ok(archive.array(IDS)?.is_some_and(|ids| ids.layout.shape.len() == 2))
}

/// Reads a list for each input, from the arrays `ids` and `log_probabilities` (inputs × k) of an archive; `None` if it has no `ids`, or has
/// embeddings. An id of −1 stands where a list is shorter than others.
///
/// # Errors
/// The arrays cannot be read or are of different shapes; an id that is no label; what [`TopList::new`] says of a list.
pub fn read_top_lists(path: &Path, options: &ReadOptions) -> Result<Option<Vec<TopList>>, ReadError> {
    if !Archive::is_archive(path) {
        return Ok(None);
    }
    // What is wrong with it is said where it is read as a model.
    let Ok(mut archive) = Archive::open(path, options.inflation_limit) else { return Ok(None) };
    if !is_of_lists(&mut archive, options)? {
        return Ok(None);
    }
    let names = &options.names;
    let named = |name: &Option<String>, usual: &str| name.clone().unwrap_or_else(|| usual.to_owned());
    let unused = [named(&names.inputs, "inputs"), named(&names.labels, "labels"), names.mask.clone()];
    if let Some(array) = unused.iter().find(|array| archive.has(array)) {
        let problem = format!(
            "it has lists of the most probable labels, which are compared row by row, and an array `{array}`, which they do not use: \
             bring the rows into one order, and leave it out"
        );
        return Err(Place::file(path).error(Problem::Logits(problem)));
    }
    let ids = archive.required("ids", IDS)?.numbers()?;
    let (log_p, spacing) = archive.required("log_probabilities", "log_probabilities")?.with_masks()?;
    let place = Place::file(path);
    let refused = |problem: String| place.error(Problem::Logits(problem));
    if ids.shape() != log_p.shape() {
        let ([n, k], [rows, cols]) = ([ids.nrows(), ids.ncols()], [log_p.nrows(), log_p.ncols()]);
        return Err(refused(format!(
            "`ids` is {n}×{k} and `log_probabilities` {rows}×{cols}; both need a row for each input"
        )));
    }
    let list = |row: usize| {
        let at = |problem: String| refused(format!("input {row} (counted from 0): {problem}"));
        let (labels, log_p) = listed(&ids, &log_p, row).map_err(at)?;
        TopList::new(&labels, &log_p, spacing).map_err(|error| at(error.to_string()))
    };
    (0..ids.nrows()).map(list).collect::<Result<Vec<TopList>, ReadError>>().map(Some)
}

/// The labels of a row, and their log-probabilities.
fn listed(ids: &Mat<f64>, log_p: &Mat<f64>, row: usize) -> Result<(Vec<u64>, Vec<f64>), String> {
    let mut listed = (Vec::new(), Vec::new());
    for k in 0..ids.ncols() {
        let id = ids[(row, k)];
        if id == -1.0 {
            continue;
        }
        // Whole numbers beyond this are not all numbers of double precision.
        if !(0.0..=9e15).contains(&id) || id.fract() != 0.0 {
            return Err(format!("{id} is no label; a whole number from 0 is needed, or -1 for none"));
        }
        listed.0.push(id as u64);
        listed.1.push(log_p[(row, k)]);
    }
    Ok(listed)
}
