//! Models in the order of their distance from a reference.

use logitdist::{Same, measure};

/// The others, the nearest first. Those without a value come last.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ranking {
    /// A place for each.
    pub places: Vec<Place>,
}

/// A model in a ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Which of the models.
    pub model: usize,
    /// The step from the one before; none for the first, and where one of both has no value.
    pub step: Option<Step>,
}

/// How much further a model is than another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The value less that of the one before.
    pub difference: f64,
    /// The interval of the difference, or why there is none.
    pub ends: Result<[f64; 2], String>,
}

impl Step {
    /// Whether the interval leaves open which is nearer; `None` without one.
    pub fn is_open(&self) -> Option<bool> {
        self.ends.as_ref().ok().map(|[low, high]| *low <= 0.0 && 0.0 <= *high)
    }
}

impl Ranking {
    /// The ranking of models with these values of a measure; `step(x, y)` is the step from one place of the list to another.
    pub fn of(
        token: &str,
        values: &[(usize, Option<f64>)],
        step: impl Fn(usize, usize) -> Option<Step>,
    ) -> Ranking {
        let nearer_if_less = measure(token).is_none_or(|(row, _)| !matches!(row.same, Same::One(_)));
        let key = |value: Option<f64>| match value {
            Some(x) if nearer_if_less => x,
            Some(x) => -x,
            None => f64::INFINITY,
        };
        let mut order: Vec<usize> = (0..values.len()).collect();
        // Models of one value stay in their order.
        order.sort_by(|&x, &y| {
            let [x, y] = [x, y].map(|i| values[i].1);
            x.is_none().cmp(&y.is_none()).then(key(x).total_cmp(&key(y)))
        });
        let before = std::iter::once(None).chain(order.iter().map(|&i| Some(i)));
        let place = |(&i, before): (&usize, Option<usize>)| Place {
            model: values[i].0,
            step: before.and_then(|before| step(before, i)),
        };
        Ranking { places: order.iter().zip(before).map(place).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_comes_first_whichever_way_a_measure_runs() {
        let values = [(1, Some(0.5)), (2, None), (3, Some(0.1)), (4, Some(0.9))];
        let order = |token: &str| -> Vec<usize> {
            Ranking::of(token, &values, |_, _| None).places.iter().map(|place| place.model).collect()
        };
        assert_eq!(order("d_logit"), [3, 1, 4, 2]);
        assert_eq!(order("m_cca"), [4, 1, 3, 2]);
        let step = |x: usize, y: usize| {
            let difference = values[y].1? - values[x].1?;
            Some(Step { difference, ends: Ok([difference - 0.5, difference + 0.1]) })
        };
        let ranking = Ranking::of("d_logit", &values, step);
        assert_eq!(ranking.places[0].step, None);
        assert_eq!(ranking.places[1].step.as_ref().and_then(Step::is_open), Some(true));
        assert!((ranking.places[2].step.as_ref().unwrap().difference - 0.4).abs() < 1e-15);
        assert_eq!(ranking.places[3].step, None);
    }
}
