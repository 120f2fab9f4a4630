//! The page.

use crate::picture::Picture;
use crate::study::Study;

/// Placeholder.
pub fn page(
    _study: &Study,
    _name: &str,
    _path: &str,
    _pictures: &[Picture],
    _sentences: &[String],
) -> String {
    String::new()
}
