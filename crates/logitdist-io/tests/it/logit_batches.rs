//! Logits that come batch by batch, of more labels than are taken as they are: each batch may bring directions of its own.

use crate::many_labels::{FOUND, common, logits, pair};
use logitdist::{
    Comparison, KnownDirections, LabelSide, Mat, MatMut, Pair, PairSummary, ProbabilityInputs, Settings,
    compare, compare_summary,
};
use logitdist_io::{FileModel, FloatType, GivenArrays, GivenRows, LogitForm, OpenedModel, ReadOptions};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use std::io;
use std::ops::Range;
use std::sync::Arc;

/// Some rows of logits of a type.
#[derive(Debug)]
struct Some<'a>(&'a Mat<f64>, Range<usize>, FloatType);

impl GivenRows for Some<'_> {
    fn shape(&self) -> (usize, usize) {
        (self.1.len(), self.0.ncols())
    }

    fn float_type(&self) -> FloatType {
        self.2
    }

    fn read(&self, start: usize, mut rows: MatMut<'_, f64>) -> io::Result<()> {
        rows.copy_from(self.0.get(self.1.start + start..self.1.start + start + rows.nrows(), ..));
        Ok(())
    }
}

/// Logits of a pair, and their type.
struct Given {
    logits: [Mat<f64>; 2],
    of_type: FloatType,
}

impl Given {
    fn of(logits: [Mat<f64>; 2]) -> Given {
        Given { logits, of_type: FloatType::F64 }
    }

    /// What is left of the logits in single precision.
    fn single(self) -> Given {
        let rounded = |u: &Mat<f64>| Mat::from_fn(u.nrows(), u.ncols(), |i, y| f64::from(u[(i, y)] as f32));
        Given { logits: self.logits.each_ref().map(rounded), of_type: FloatType::F32 }
    }

    fn models(&self, inputs: Range<usize>, before: Option<&PairSummary>) -> [FileModel<'_>; 2] {
        let options = ReadOptions { directions: FOUND, ..ReadOptions::default() };
        [0, 1].map(|m| {
            let rows = Box::new(Some(&self.logits[m], inputs.clone(), self.of_type));
            let model =
                OpenedModel::given("m", GivenArrays::Logits(rows, LogitForm::Logits), &options).unwrap();
            let labels = before.map(|before| [&before.labels.a, &before.labels.b][m]);
            model.as_batch(labels).chosen(None, None).unwrap()
        })
    }

    /// The summary of inputs, which come in batches that end there.
    fn seen(&self, start: usize, ends: &[usize]) -> PairSummary {
        let mut seen: Option<PairSummary> = None;
        let mut from = start;
        for &end in ends {
            let [a, b] = self.models(from..end, seen.as_ref());
            let pair = Pair::new(&a, &b).unwrap();
            let side = Arc::new(LabelSide::of(&pair));
            let batch = PairSummary::of_inputs(&pair, &side, &ProbabilityInputs::All, &[], None).unwrap();
            seen = match seen {
                None => Option::Some(batch),
                Option::Some(before) => Option::Some(before.merge(&batch).unwrap()),
            };
            from = end;
        }
        seen.expect("a batch")
    }

    fn at_once(&self) -> Comparison {
        let [a, b] = self.models(0..self.logits[0].nrows(), None);
        let settings = settings();
        compare(&Pair::new(&a, &b).unwrap(), &settings, &mut ChaCha8Rng::seed_from_u64(1)).unwrap()
    }
}

fn settings() -> Settings {
    Settings { llv: false, held_out: false, ..Settings::default() }
}

fn compared(summary: PairSummary) -> Comparison {
    compare_summary(summary, &settings(), &mut ChaCha8Rng::seed_from_u64(1)).unwrap()
}

#[test]
fn batches_say_what_all_inputs_say() {
    for (inputs, labels) in [(150, 60), (90, 1500)] {
        let models = pair(inputs, labels);
        let given = Given::of([0, 1].map(|m| logits(&models[m])));
        let whole = given.at_once();
        // The first batches have fewer inputs than there are directions.
        let seen = given.seen(0, &[2, 5, 6, 40, inputs]);
        let dims = [&seen.labels.a, &seen.labels.b].map(|labels| labels.means.len());
        assert_eq!(dims, [5, 7]);
        let found = compared(seen);
        assert!(common(&found, &whole) > 60, "{}", common(&found, &whole));
        for token in ["m_cca_logits", "d_logit", "rank_logits_a", "d_white_ab"] {
            assert!(found.value(token).is_ok(), "{token}");
        }
        // Two that saw different inputs merge, in either order.
        let parts = [given.seen(0, &[3, 30]), given.seen(30, &[33, inputs])];
        for [first, second] in [[0, 1], [1, 0]] {
            let merged = compared(parts[first].merge(&parts[second]).unwrap());
            assert!(common(&merged, &whole) > 60, "{}", common(&merged, &whole));
        }
    }
}

#[test]
fn directions_that_later_inputs_alone_have_are_found() {
    let (models, labels) = (pair(120, 300), 300);
    let mut given = Given::of([0, 1].map(|m| logits(&models[m])));
    // Until input 60 the logits are those of labels 0 to 2 alone, all others being equal.
    for u in &mut given.logits {
        for i in 0..60 {
            (3..labels).for_each(|y| u[(i, y)] = 0.5);
        }
    }
    let early = given.seen(0, &[20, 60]);
    assert_eq!(early.labels.a.means.len(), 3);
    let seen = given.seen(0, &[20, 60, 64, 120]);
    // Three labels against all others, and the models' own directions.
    assert_eq!((seen.labels.a.means.len(), seen.labels.b.means.len()), (8, 10));
    assert!(common(&compared(seen), &given.at_once()) > 60);
}

#[test]
fn rounding_of_the_type_is_no_direction_in_any_batch() {
    let models = pair(400, 500);
    let given = Given::of([0, 1].map(|m| logits(&models[m]))).single();
    let seen = given.seen(0, &[3, 10, 50, 130, 131, 250, 400]);
    let [a, b] = [&seen.labels.a, &seen.labels.b];
    assert!(a.means.len() < 12 && b.means.len() < 12, "{} and {}", a.means.len(), b.means.len());
    let (found, whole) = (compared(seen), given.at_once());
    for token in ["rank_logits_a", "rank_logits_b", "m_cca_logits", "d_logit", "kl_ab", "top1_agreement"] {
        assert!((found[token] / whole[token] - 1.0).abs() < 1e-6, "{token}");
    }
}

/// What is left of a number in half precision, of which eleven binary digits are.
fn half(x: f64) -> f64 {
    let unit = (x.abs().log2().floor() - 10.0).exp2();
    if x == 0.0 { 0.0 } else { (x / unit).round() * unit }
}

#[test]
fn few_digits_and_few_inputs_are_not_taken_for_noise() {
    let u = logits(&pair(90, 400)[0]);
    let v = Mat::from_fn(90, 400, |i, y| u[(i, (y + 3) % 400)]);
    // Beside what all inputs have in common, and after an input that is far from all others.
    let common = |y: usize| 30.0 * (y as f64 * 0.77).sin();
    for far in [false, true] {
        let of = |u: &Mat<f64>| {
            Mat::from_fn(u.nrows(), u.ncols(), |i, y| {
                half(if far { u[(i, y)] * if i == 0 { 1000.0 } else { 1.0 } } else { u[(i, y)] + common(y) })
            })
        };
        let given = Given { logits: [of(&u), of(&v)], of_type: FloatType::F16 };
        let whole = given.at_once();
        let ones: Vec<usize> = (1..=20).chain([90]).collect();
        for ends in [&[2, 90][..], &[1, 90], &[4, 8, 12, 90], &[16, 90], &ones] {
            let found = compared(given.seen(0, ends));
            for token in ["rank_logits_a", "rank_logits_b"] {
                assert_eq!(found[token], whole[token], "{token}, far {far}, {ends:?}");
            }
            for token in ["m_cca_logits", "d_logit", "kl_ab"] {
                assert!((found[token] / whole[token] - 1.0).abs() < 2e-3, "{token}, far {far}, {ends:?}");
            }
        }
    }
}

#[test]
fn equal_logits_are_equal_in_batches() {
    let u = logits(&pair(90, 200)[1]);
    let given = Given::of([u.clone(), u]);
    let found = compared(given.seen(0, &[4, 30, 90]));
    assert_eq!([found["d_logit"], found["kl_ab"], found["m_cca_logits"]], [0.0, 0.0, 1.0]);
}

#[test]
fn directions_without_end_leave_the_divergences() {
    let mut state = 1_u64;
    let mut noise = |scale: f64| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        scale * ((state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5)
    };
    let first = Mat::from_fn(1100, 1100, |_, _| noise(6.0));
    let second = Mat::from_fn(1100, 1100, |i, y| first[(i, y)] + noise(1.0));
    let given = Given::of([first, second]);
    let seen = given.seen(0, &[600, 1090, 1100]);
    assert_eq!(seen.labels.a.alone.unwrap().directions, KnownDirections::Beyond(1014));
    let (found, whole) = (compared(seen), given.at_once());
    for token in ["d_logit", "kl_ab", "tv", "top1_agreement", "kl_ab_q99"] {
        assert!((found[token] / whole[token] - 1.0).abs() < 1e-12, "{token}");
    }
    assert!(found.scalar("m_cca_logits").unwrap().is_err() && !found.any_violation());
    // From either side.
    let (early, late) = (given.seen(0, &[20]), given.seen(0, &[600, 1090]));
    assert_eq!(late.merge(&early).unwrap().labels.a.alone, early.merge(&late).unwrap().labels.a.alone);
}
