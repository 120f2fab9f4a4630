//! Measures against the number that is varied most, where no epochs are.

use super::correlation;
use super::grid::{Grid, NOTE, row, source, sources_varying, varying};
use super::split::Values;
use crate::plot::Figure;
use crate::trained::arms::{Arm, arms};
use crate::view::View;
use crate::words;
use logitdist_results::Study;
use std::collections::BTreeSet;

/// Measures against a size of the networks, or whatever number is varied.
#[derive(Debug)]
pub struct Sizes {
    x: usize,
}

impl View<Study> for Sizes {
    const VIEW: &'static str = "training-sizes";
    const TITLE: &'static str = "Measures against size";
    type Numbers = Grid;

    fn all(study: &Study) -> Vec<Sizes> {
        let measured = measured(study);
        let values: Vec<&Values> =
            measured.iter().flat_map(|(_, arms)| arms).map(|arm| &arm.values[..]).collect();
        let count = |axis: usize| values.iter().filter_map(|v| v[axis]).collect::<BTreeSet<_>>().len();
        let told_apart = study.told_apart(values.iter().copied()).into_iter();
        let numbers = told_apart.filter(|&axis| count(axis) > 1 && study.axes[axis].numbers().is_some());
        let most = numbers.min_by_key(|&axis| std::cmp::Reverse(count(axis)));
        most.map(|x| Sizes { x }).into_iter().collect()
    }

    fn question(&self, study: &Study) -> String {
        let axis = words::axis(&study.axes[self.x].name, None);
        format!("Measures of the two networks against {axis}: means over teachers with 95 % intervals.")
    }

    fn numbers(&self, study: &Study) -> Option<Grid> {
        let rows = measured(study).into_iter();
        Grid::of(self.x, rows.map(|(token, arms)| row(token, varying(study, arms, self.x))))
    }

    fn figures(&self, study: &Study, grid: &Grid) -> Vec<Figure> {
        grid.figures(study, NOTE)
    }
}

/// The measures that there are, in the arms of sources without a course.
fn measured(study: &Study) -> Vec<(&'static str, Vec<Arm>)> {
    let still = |arms: Vec<Arm>| match study.axis("epoch") {
        Some(epoch) => {
            let several = sources_varying(study, &arms, epoch);
            arms.into_iter().filter(|arm| !several.contains(&source(study, &arm.values))).collect()
        }
        None => arms,
    };
    let tokens = ["d_llv", "d_fg", correlation(study), "d_logit", "top1_agreement"];
    let all = tokens.map(|token| (token, still(arms(study, token))));
    all.into_iter().filter(|(_, arms)| !arms.is_empty()).collect()
}
