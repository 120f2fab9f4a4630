//! The right answers of a pair's inputs.

use crate::error::Error;

/// The label that marks an input without a right answer, as in torch.
pub const NO_TARGET: i64 = -100;

/// The right label of each input, `None` where there is none.
///
/// # Errors
/// [`Error::Option`] if there is not one for each input, or one is no label.
pub(crate) fn targets_of(given: &[i64], inputs: usize, labels: usize) -> Result<Vec<Option<usize>>, Error> {
    if given.len() != inputs {
        return Err(Error::Option(format!(
            "there are {} targets and {inputs} inputs; a right label for each input is needed",
            given.len()
        )));
    }
    let label = |(input, &target): (usize, &i64)| match usize::try_from(target) {
        Ok(label) if label < labels => Ok(Some(label)),
        _ if target == NO_TARGET => Ok(None),
        _ => Err(Error::Option(format!(
            "the target of input {input} is {target}; a label from 0 to {} is needed, or {NO_TARGET} where there is no right answer",
            labels - 1
        ))),
    };
    given.iter().enumerate().map(label).collect()
}
