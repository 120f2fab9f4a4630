//! What happens over training.

use super::correlation;
use super::grid::{Grid, Layer, Row, row, varying};
use crate::plot::Figure;
use crate::trained::arms::{arms, arms_of};
use crate::trained::unit;
use crate::view::View;
use logitdist::Direction;
use logitdist_results::{Evaluation, Study};

/// Measures over training.
#[derive(Debug)]
pub struct Course;

/// Both sides of T1 over training.
#[derive(Debug)]
pub struct Sides;

impl View<Study> for Course {
    const VIEW: &'static str = "training-course";
    const TITLE: &'static str = "Measures over training";
    type Numbers = Grid;

    fn all(_: &Study) -> Vec<Course> {
        vec![Course]
    }

    fn question(&self, _: &Study) -> String {
        "Over training, how alike inside, how far apart in logits and how often of one opinion the two networks are: means with 95 % \
         intervals."
            .into()
    }

    fn numbers(&self, study: &Study) -> Option<Grid> {
        let epoch = study.axis("epoch")?;
        let tokens = [correlation(study), "d_logit", "top1_agreement"];
        Grid::of(epoch, tokens.map(|token| row(token, varying(study, arms(study, token), epoch))))
    }

    fn figures(&self, study: &Study, grid: &Grid) -> Vec<Figure> {
        grid.figures(study, unit::means)
    }
}

impl View<Study> for Sides {
    const VIEW: &'static str = "training-sides";
    const TITLE: &'static str = "Both sides of T1 over training";
    type Numbers = Grid;

    fn all(_: &Study) -> Vec<Sides> {
        vec![Sides]
    }

    fn question(&self, _: &Study) -> String {
        "Both sides of T1 over training, with the first network’s spectrum: what correlations under 1 lose of it (left side, solid), and the squared distance of the centred logits \
         that bounds it (right side, dashed)."
            .into()
    }

    fn numbers(&self, study: &Study) -> Option<Grid> {
        let (epoch, bound) = study.axis("epoch").zip(study.bound("cca_spectral"))?;
        let side = |of: fn(&Evaluation) -> Option<f64>, suffix, dashed| {
            let arms = arms_of(study, |cell| {
                let own =
                    cell.evaluations.iter().find(|e| e.bound == bound && e.direction == Direction::Ab)?;
                of(own).filter(|&x| x > 0.0 && x.is_finite()).map(f64::ln)
            });
            Layer { arms: varying(study, arms, epoch), suffix, dashed, of_logarithms: true }
        };
        let layers = vec![side(|e| e.lhs, ", left", false), side(|e| e.rhs, ", right", true)];
        Grid::of(epoch, [Row { label: "sides of T1 (nats²)".into(), is_share: false, layers }])
    }

    fn figures(&self, study: &Study, grid: &Grid) -> Vec<Figure> {
        grid.figures(study, |over| {
            format!("Solid: left side; dashed: right side. Geometric means {over} with 95 % intervals.")
        })
    }
}
