//! Measures against the number that is varied most, where no epochs are.

use super::correlation;
use super::grid::{Grid, row, source, sources_varying, varying};
use super::split::Values;
use crate::plot::Figure;
use crate::trained::arms::{Arm, arms, arms_at_the_end};
use crate::trained::unit;
use crate::view::View;
use crate::words;
use logitdist_results::Study;
use std::collections::{BTreeMap, BTreeSet};

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
        format!("Measures of the two networks against {axis}: means with 95 % intervals.")
    }

    fn numbers(&self, study: &Study) -> Option<Grid> {
        let rows = measured(study).into_iter();
        let most =
            |token, arms| with_most_pairs(study, varying(study, arms, self.x), arms_at_the_end(study, token));
        Grid::of(self.x, rows.map(|(token, arms)| row(token, most(token, arms))))
    }

    fn figures(&self, study: &Study, grid: &Grid) -> Vec<Figure> {
        grid.figures(study, unit::means)
    }
}

/// The arms of a source that has more pairs of each of them, if there is one: of several sources with the same networks, the one that says most.
fn with_most_pairs(study: &Study, arms: Vec<Arm>, all: Vec<Arm>) -> Vec<Arm> {
    let Some(axis) = study.axis("source") else { return arms };
    let beside = |arm: &Arm| {
        let others = arm.values.iter().enumerate().filter(|(other, _)| *other != axis);
        others.map(|(_, value)| *value).collect::<Vec<_>>()
    };
    let of = |source: usize| -> BTreeMap<Vec<Option<usize>>, &Arm> {
        all.iter().filter(|arm| arm.values[axis] == Some(source)).map(|arm| (beside(arm), arm)).collect()
    };
    let has_more = |known: &BTreeMap<Vec<Option<usize>>, &Arm>| {
        let more = |arm: &Arm| known.get(&beside(arm)).is_some_and(|own| own.estimate.n > arm.estimate.n);
        !arms.is_empty() && arms.iter().all(more)
    };
    let found = (0..study.axes[axis].values.len()).map(of).find(has_more);
    found.map_or_else(
        || arms.clone(),
        |known| arms.iter().filter_map(|arm| known.get(&beside(arm)).map(|own| (*own).clone())).collect(),
    )
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
    // The first ones are drawn where there is no room for all.
    let tokens = [correlation(study), "d_logit", "top1_agreement", "d_llv", "d_fg"];
    let all = tokens.map(|token| (token, still(arms(study, token))));
    all.into_iter().filter(|(_, arms)| !arms.is_empty()).collect()
}
