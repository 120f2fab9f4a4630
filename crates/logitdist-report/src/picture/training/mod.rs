//! Pictures of what trained networks measured: means over teachers with their intervals, and single pairs.

mod concepts;
mod curves;
mod scatter;
mod split;

use super::{Kind, Picture};
use crate::plot::Figure;
use crate::study::Study;

/// What is shown of trained networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Measures over training.
    Course,
    /// Both sides of T1 over training.
    Sides,
    /// Measures against a size of the networks, or whatever number is varied.
    Sizes,
    /// Whether pairs of the same predictions have the same inside.
    Sameness,
    /// Concepts read off the second network.
    Concepts,
    /// Whether networks that are alike inside can be tuned alike.
    Tuning,
}

impl View {
    /// Name of its files.
    pub fn name(self) -> &'static str {
        match self {
            View::Course => "training-course",
            View::Sides => "training-sides",
            View::Sizes => "training-sizes",
            View::Sameness => "training-sameness",
            View::Concepts => "training-concepts",
            View::Tuning => "training-tuning",
        }
    }

    /// Its name in a list.
    pub fn title(self) -> &'static str {
        match self {
            View::Course => "measures over training",
            View::Sides => "both sides of T1 over training",
            View::Sizes => "measures against size",
            View::Sameness => "same predictions, same inside?",
            View::Concepts => "concepts carried over",
            View::Tuning => "tuned to other labels",
        }
    }
}

/// The pictures of a study of trained networks that show something.
pub fn pictures(study: &Study) -> Vec<Picture> {
    let all = [
        (View::Sameness, scatter::sameness(study)),
        (View::Course, curves::course(study)),
        (View::Sides, curves::sides(study)),
        (View::Sizes, curves::sizes(study)),
        (View::Concepts, concepts::concepts(study)),
        (View::Tuning, scatter::tuning(study)),
    ];
    let picture = |view: View, caption: &str, part: usize, figure: Figure| Picture {
        kind: Kind::Training(view, part),
        name: if part == 0 { view.name().to_owned() } else { format!("{}-{}", view.name(), part + 1) },
        caption: caption.to_owned(),
        figure,
        is_filed: true,
    };
    let of_view = |(view, (caption, figures)): (View, (String, Vec<Figure>))| {
        let parts = figures.into_iter().enumerate();
        parts.map(|(part, figure)| picture(view, &caption, part, figure)).collect::<Vec<_>>()
    };
    all.into_iter().flat_map(of_view).collect()
}
