//! The list of all pictures of a sweep.

use crate::picture::{Bounds, Certificates, Divergences, Families, Frontiers, Maps, VacuousShares};
use crate::trained::{Concepts, Course, Sameness, Sides, Sizes, Tuning};
use crate::view::{Listed, Picture, listed};
use logitdist_results::Study;

/// The views of a sweep, in the order of the page: trained networks, overviews, and what is chosen by its axes.
const VIEWS: [Listed<Study>; 13] = [
    listed::<_, Sameness>(),
    listed::<_, Course>(),
    listed::<_, Sides>(),
    listed::<_, Sizes>(),
    listed::<_, Concepts>(),
    listed::<_, Tuning>(),
    listed::<_, Divergences>(),
    listed::<_, Frontiers>(),
    listed::<_, Certificates>(),
    listed::<_, VacuousShares>(),
    listed::<_, Families>(),
    listed::<_, Bounds>(),
    listed::<_, Maps>(),
];

/// All pictures of a study that show something, and the overviews also if they do not.
pub fn pictures(study: &Study) -> Vec<Picture> {
    VIEWS.iter().flat_map(|view| (view.draw)(study)).collect()
}

/// Whether a file has a name that pictures of a sweep have.
pub(crate) fn is_picture(file: &str) -> bool {
    let name = file.strip_suffix(".svg").or_else(|| file.strip_suffix(".png"));
    let begins = |name: &str, files| {
        name.strip_prefix(files).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    name.is_some_and(|name| VIEWS.iter().any(|view| begins(name, view.files)))
}
