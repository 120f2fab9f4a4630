//! Logits alone that vary in more directions than are looked for: what is a sum over inputs is known, and nothing else.

use crate::definitions::arithmetic::centred_logits;
use crate::pairs::{assert_close, model, rng, value};
use logitdist::{
    Error, KnownDirections, Labels, LogitsAlone, Mat, MatMut, Model, ModelRows, Pair, Part, Reason, Settings,
    Status, compare,
};
use std::sync::Arc;

/// A model's logits, read beside coordinates along some directions.
#[derive(Debug)]
struct Logits {
    all: Vec<Vec<f64>>,
    directions: KnownDirections,
    /// N×r and K×r, with orthonormal columns.
    coordinates: [Mat<f64>; 2],
}

/// Logits whose directions are not known.
fn beyond(model: &Model) -> Logits {
    let coordinates = [Mat::zeros(model.n_inputs(), 1), Mat::zeros(model.n_labels(), 1)];
    Logits { all: centred_logits(model), directions: KnownDirections::Beyond(1), coordinates }
}

impl ModelRows for Logits {
    fn n_inputs(&self) -> usize {
        self.all.len()
    }

    fn n_labels(&self) -> usize {
        self.all[0].len()
    }

    fn dim(&self) -> usize {
        self.coordinates[1].ncols()
    }

    fn labels(&self) -> Arc<Labels> {
        let sum: f64 = self.all.iter().flatten().map(|u| u * u).sum();
        let alone = LogitsAlone {
            rounding: 0.0,
            squared_size: sum / self.n_inputs() as f64,
            directions: self.directions,
        };
        Arc::new(Labels::alone(self.coordinates[1].clone(), &[], alone).unwrap())
    }

    fn has_embeddings(&self) -> bool {
        false
    }

    fn has_logits_beside(&self) -> bool {
        true
    }

    fn read_logits(&self, start: usize, mut logits: MatMut<'_, f64>) -> Result<(), Error> {
        for i in 0..logits.nrows() {
            for y in 0..logits.ncols() {
                logits[(i, y)] = self.all[start + i][y];
            }
        }
        Ok(())
    }

    fn read(&self, start: usize, mut rows: MatMut<'_, f64>) -> Result<(), Error> {
        rows.copy_from(self.coordinates[0].subrows(start, rows.nrows()));
        Ok(())
    }
}

#[test]
fn sums_over_inputs_need_no_directions() {
    let both: [Model; 2] = [1, 2].map(|seed| model(30, 6, 3, false, &mut rng(seed)));
    let settings = Settings { probability: true, ..Settings::default() };
    let of = |a: &dyn ModelRows, b: &dyn ModelRows| {
        compare(&Pair::new(a, b).unwrap(), &settings, &mut rng(0)).unwrap()
    };
    let whole = of(&both[0], &both[1]);
    let logits = both.each_ref().map(beyond);
    let alone = of(&logits[0], &logits[1]);
    for token in ["d_logit", "kl_ab", "kl_ba", "tv", "js", "top1_agreement"] {
        assert_close(value(&alone, token), value(&whole, token), 1e-9, token);
    }
    assert!(alone.scalar("m_cca_logits").unwrap().is_err());
    for (token, got) in alone.scalars.iter().filter_map(|(token, got)| Some((token, got.as_ref().ok()?))) {
        assert_close(*got, value(&whole, token), 1e-9, token);
    }
    for ((direction, got), (_, want)) in alone.all_bounds().zip(whole.all_bounds()) {
        let row = got.theorem;
        let of_sums = row.part == Part::Probability && row.steps.is_empty();
        let unknown = matches!(&got.status, Status::NotApplicable(_));
        assert_eq!(unknown, !of_sums, "{} {direction:?}: {:?}", row.token, got.status);
        if of_sums {
            assert_eq!(got.status.name(), want.status.name(), "{}", row.token);
        } else {
            let Status::NotApplicable(reason) = &got.status else { unreachable!() };
            let expected = matches!(reason, Reason::Directions { width: 1, .. } | Reason::LogitsAlone(_));
            assert!(expected, "{}: {reason}", row.token);
        }
    }
    assert!(alone.certificate.m_cca_logits.is_err());
}

#[test]
fn distances_at_each_input_need_all_inputs_and_no_directions() {
    let both: [Model; 2] = [1, 2].map(|seed| model(30, 6, 3, false, &mut rng(seed)));
    let logits = both.each_ref().map(beyond);
    let of = |a: &dyn ModelRows, b: &dyn ModelRows, inputs_limit| {
        let settings = Settings { per_input: true, inputs_limit, ..Settings::default() };
        compare(&Pair::new(a, b).unwrap(), &settings, &mut rng(0)).unwrap().per_input.unwrap().d_logit_x
    };
    let whole = of(&both[0], &both[1], None);
    let pairs: [[&dyn ModelRows; 2]; 3] =
        [[&logits[0], &logits[1]], [&both[0], &logits[1]], [&logits[0], &both[1]]];
    for (i, [a, b]) in pairs.into_iter().enumerate() {
        let own = of(a, b, None);
        assert_eq!(own.len(), 30, "{i}");
        for (x, (got, want)) in own.iter().zip(&whole).enumerate() {
            assert_close(*got, *want, 1e-9, &format!("{i}: input {x}"));
        }
        assert!(of(a, b, Some(7)).is_empty(), "{i}");
    }
}

#[test]
fn of_directions_that_were_asked_for_it_is_said_how_much_of_the_logits_they_hold() {
    let b = model(20, 4, 2, false, &mut rng(2));
    // Along (1, −1, 0, 0)/√2 and, twice as far, (0, 0, 1, −1)/√2.
    let f = Mat::from_fn(20, 1, |i, _| if i % 2 == 0 { 3.0 } else { -3.0 });
    let g = Mat::from_fn(4, 1, |y, _| [0.5f64.sqrt(), -(0.5f64.sqrt()), 0.0, 0.0][y]);
    let of = |i: usize, y: usize| f[(i, 0)] * (g[(y, 0)] + 2.0 * g[(3 - y, 0)]);
    let all: Vec<Vec<f64>> = (0..20).map(|i| (0..4).map(|y| of(i, y)).collect()).collect();
    let said = |directions| {
        let a = Logits { all: all.clone(), directions, coordinates: [f.clone(), g.clone()] };
        let found = compare(&Pair::new(&a, &b).unwrap(), &Settings::default(), &mut rng(0)).unwrap();
        let note = found.notes.iter().find(|(token, _)| *token == "rank_logits_a");
        note.map(|(_, note)| note.clone())
    };
    let note = said(KnownDirections::Asked).unwrap();
    assert!(
        note.contains("the one direction asked for holds 20.0000 % of the squared size of a's logits"),
        "{note}"
    );
    assert_eq!(said(KnownDirections::Found), None);
}
