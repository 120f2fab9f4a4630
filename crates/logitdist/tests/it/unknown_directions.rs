//! Logits alone that vary in more directions than are looked for: what is a sum over inputs is known, and nothing else.

use crate::definitions::arithmetic::centred_logits;
use crate::pairs::{assert_close, model, rng, value};
use logitdist::{
    Error, KnownDirections, Labels, LogitsAlone, Mat, MatMut, Model, ModelRows, Pair, Part, Reason, Settings,
    Status, compare,
};
use std::sync::Arc;

/// A model's logits, read beside embeddings that are 0.
#[derive(Debug)]
struct Logits(Vec<Vec<f64>>);

impl ModelRows for Logits {
    fn n_inputs(&self) -> usize {
        self.0.len()
    }

    fn n_labels(&self) -> usize {
        self.0[0].len()
    }

    fn dim(&self) -> usize {
        1
    }

    fn labels(&self) -> Arc<Labels> {
        let sum: f64 = self.0.iter().flatten().map(|u| u * u).sum();
        let alone = LogitsAlone {
            rounding: 0.0,
            squared_size: sum / self.n_inputs() as f64,
            directions: KnownDirections::Beyond(1),
        };
        Arc::new(Labels::alone(Mat::zeros(self.n_labels(), 1), &[], alone).unwrap())
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
                logits[(i, y)] = self.0[start + i][y];
            }
        }
        Ok(())
    }

    fn read(&self, _start: usize, mut rows: MatMut<'_, f64>) -> Result<(), Error> {
        rows.fill(0.0);
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
    let logits = both.each_ref().map(|model| Logits(centred_logits(model)));
    let alone = of(&logits[0], &logits[1]);
    for token in ["d_logit", "kl_ab", "kl_ba", "tv", "js", "top1_agreement"] {
        assert_close(value(&alone, token), value(&whole, token), 1e-9, token);
    }
    assert!(alone.scalar("m_cca_logits").unwrap().is_err());
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
    let logits = both.each_ref().map(|model| Logits(centred_logits(model)));
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
