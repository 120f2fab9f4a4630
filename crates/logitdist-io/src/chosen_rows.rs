//! Which rows of an array are taken: a mask, or a list of them.

use crate::archive::Archive;
use crate::array::Array;
use crate::error::{Place, Problem, ReadError};
use crate::npy;
use crate::regular::read_text_file;
use std::path::Path;

/// Reads which of `count` rows are taken, in their order: an `.npy` of booleans, one for each row; an `.npy` of whole numbers; or a text
/// with a whole number in each line. Rows are counted from 0.
///
/// # Errors
/// The file cannot be read; a mask of another length, a row that there is not, or one that is named twice.
pub fn read_rows(path: &Path, count: usize) -> Result<Vec<usize>, ReadError> {
    let place = Place::file(path);
    let error = |problem: String| place.error(Problem::Names(problem));
    let rows: Vec<usize> = if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("npy")) {
        let array = npy::open(path)?;
        if array.layout.element.is_bool() {
            return of_mask(array, count);
        }
        let whole = |text: String| {
            text.parse().map_err(|_| error(format!("`{text}` is no row; whole numbers are needed")))
        };
        array.texts()?.into_iter().map(whole).collect::<Result<_, _>>()?
    } else {
        let text = read_text_file(path).map_err(|e| place.error(Problem::Io(e)))?;
        let whole = |(i, line): (usize, &str)| {
            let number = line.trim().parse();
            number.map_err(|_| error(format!("line {}: {line:?} is no row; a whole number is needed", i + 1)))
        };
        text.lines().enumerate().map(whole).collect::<Result<_, _>>()?
    };
    check_rows(&rows, count).map_err(error)?;
    Ok(rows)
}

/// Checks that rows are among `count`, and that none is named twice.
///
/// # Errors
/// What is wrong.
pub fn check_rows(rows: &[usize], count: usize) -> Result<(), String> {
    let mut is_taken = vec![false; count];
    for &row in rows {
        match is_taken.get_mut(row) {
            None => return Err(format!("there is no row {row}: there are {count}, counted from 0")),
            Some(true) => return Err(format!("row {row} is named twice")),
            Some(taken) => *taken = true,
        }
    }
    Ok(())
}

/// Reads which of `count` rows are taken from an array of an archive: booleans, or numbers that are 0 or 1. Of an array with several axes
/// the last moves first.
///
/// # Errors
/// There is no such array; it has another length, or other numbers.
pub fn read_mask(
    path: &Path,
    array: &str,
    count: usize,
    inflation_limit: u64,
) -> Result<Vec<usize>, ReadError> {
    let mut archive = Archive::open(path, inflation_limit)?;
    let found = archive.array(array)?.ok_or_else(|| {
        Place::file(path)
            .error(Problem::Names(format!("there is no array `{array}`, which --rows {array} needs")))
    });
    of_mask(found?, count)
}

fn of_mask(array: Array<'_>, count: usize) -> Result<Vec<usize>, ReadError> {
    let place = array.place.clone();
    let flags = array.flags()?;
    if flags.len() != count {
        let problem = format!(
            "the mask has {} entries and there are {count} rows; one for each is needed",
            flags.len()
        );
        return Err(place.error(Problem::Names(problem)));
    }
    Ok(flags.into_iter().enumerate().filter(|(_, taken)| *taken).map(|(row, _)| row).collect())
}
