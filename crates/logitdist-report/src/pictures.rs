//! The list of all pictures of a sweep.

use crate::declared::{self, Declared};
use crate::picture::{Certificates, Divergences, Frontiers};
use crate::plot::Figure;
use crate::trained::{Concepts, Course, Sameness, Sides, Sizes, Tuning};
use crate::view::{self, ENDINGS, Listed, Picture, listed};
use logitdist_results::{PlotSpec, Study};

/// The views of a sweep, in the order of the page: trained networks, overviews, and what is chosen by its axes.
const VIEWS: [Listed<Study>; 10] = [
    listed::<_, Sameness>(),
    listed::<_, Course>(),
    listed::<_, Sides>(),
    listed::<_, Sizes>(),
    listed::<_, Concepts>(),
    listed::<_, Tuning>(),
    listed::<_, Frontiers>(),
    listed::<_, Certificates>(),
    listed::<_, Declared>(),
    listed::<_, Divergences>(),
];

/// All pictures of a study that show something, and the overviews also if they do not. Those that its config declares come first; one that
/// cannot be made says why in its place.
pub fn pictures(study: &Study) -> Vec<Picture> {
    let mut all: Vec<Picture> =
        (1..).zip(&study.run.plots).flat_map(|(i, spec)| of_config(study, i, spec)).collect();
    let own: Vec<String> = all.iter().map(|picture| picture.name.clone()).collect();
    let others = VIEWS.iter().flat_map(|view| (view.draw)(study));
    all.extend(others.filter(|picture| !own.contains(&picture.name)));
    all
}

/// The pictures of a declaration in a config.
fn of_config(study: &Study, number: usize, spec: &PlotSpec) -> Vec<Picture> {
    let name = spec.name.clone().unwrap_or_else(|| number.to_string());
    match declared::resolve(study, &PlotSpec { name: Some(name.clone()), ..spec.clone() }) {
        Ok(picture) => view::parts(study, &picture),
        Err(message) => vec![Picture {
            view: "plot".into(),
            title: format!("Picture {name}"),
            choice: vec![("name", name.clone())],
            name: format!("plot-{name}"),
            question: format!("Declared in the config as {spec}."),
            figure: Figure::empty(message),
            is_filed: true,
        }],
    }
}

/// What names of pictures began with that reports do not make any more.
const FORMER: [&str; 2] = ["tightness", "vacuous"];

/// Whether a file has a name that pictures of a sweep have.
pub(crate) fn is_picture(file: &str) -> bool {
    let Some((name, ending)) = file.rsplit_once('.') else { return false };
    let begins =
        |files: &str| name.strip_prefix(files).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let mut known = VIEWS.iter().map(|view| view.files).chain(FORMER);
    ENDINGS.contains(&ending) && known.any(begins)
}
