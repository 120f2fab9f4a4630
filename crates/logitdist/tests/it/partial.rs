//! Shares of a reduction give what one run gives, to the last bit.

use crate::pairs::rng;
use logitdist::{
    Comparison, Error, LabelSide, Mat, Model, Pair, PartError, PartialSummary, Settings, Share, compare,
    compare_reduced,
};
use rand::RngExt;
use rand::seq::SliceRandom;

fn models(n: usize, seed: u64) -> (Model, Model) {
    let mut rng = rng(seed);
    let mut sample = |rows, cols| Mat::from_fn(rows, cols, |_, _| rng.random_range(-1.0..1.0));
    let (f, g) = (sample(n, 3), sample(6, 3));
    let near = &f + 0.1 * sample(n, 3);
    (Model::new(f, g.clone(), None).unwrap(), Model::new(near, g, None).unwrap())
}

fn shares(pair: &Pair<'_>, settings: &Settings, of: usize, seed: u64) -> Vec<PartialSummary> {
    let labels = LabelSide::of(pair);
    let share = |number| {
        let share = Share::new(number, of).unwrap();
        PartialSummary::of(pair, &labels, settings, share, &mut rng(seed), &|_, _| ()).unwrap()
    };
    (1..=of).map(share).collect()
}

/// Everything that is printed of a comparison, to the last bit.
fn said(c: &Comparison) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        c.scalars, c.lists, c.notes, c.bounds, c.bounds_ba, c.intervals, c.nulls
    )
}

#[test]
fn any_number_of_shares_in_any_order_gives_the_bits_of_one_run() {
    for (n, inputs_limit) in [(1, None), (700, None), (9000, None), (9000, Some(2500))] {
        let (a, b) = models(n, 5);
        let pair = Pair::new(&a, &b).unwrap();
        let settings = Settings { inputs_limit, intervals: n > 1, ..Settings::default() };
        let whole = compare(&pair, &settings, &mut rng(8)).unwrap();
        for of in [1, 2, 3, 7, 30] {
            let mut parts = shares(&pair, &settings, of, 8);
            assert!(of == 1 || n == 1 || !parts[0].is_whole());
            parts.shuffle(&mut rng(of as u64));
            // Some machines join what they have before others do.
            let late = parts.split_off(parts.len() / 3);
            let joined = |parts: Vec<PartialSummary>| parts.into_iter().reduce(|x, y| x.join(y).unwrap());
            let all: Vec<PartialSummary> = [joined(late), joined(parts)].into_iter().flatten().collect();
            let all = joined(all).unwrap();
            assert!(all.is_whole());
            let found = compare_reduced(&pair, all, &settings, &mut rng(8), &|_, _| ()).unwrap();
            assert_eq!(said(&found), said(&whole), "{n} inputs in {of} shares");
        }
    }
}

#[test]
fn shares_that_do_not_belong_together_are_refused() {
    let (a, b) = models(9000, 5);
    let pair = Pair::new(&a, &b).unwrap();
    let settings = Settings { inputs_limit: Some(3000), ..Settings::default() };
    let parts = shares(&pair, &settings, 3, 1);
    let [first, second, third] = [0, 1, 2].map(|i| parts[i].clone());
    let join = |x: &PartialSummary, y: &PartialSummary| x.clone().join(y.clone());
    assert!(matches!(join(&first, &first), Err(PartError::Join(_))));
    assert_eq!(join(&first, &shares(&pair, &settings, 3, 2)[1]), Err(PartError::Options));
    let (c, d) = models(9000, 6);
    assert_eq!(join(&first, &shares(&Pair::new(&c, &d).unwrap(), &settings, 3, 1)[1]), Err(PartError::Pair));

    let compared = |part: &PartialSummary, settings: &Settings| {
        compare_reduced(&pair, part.clone(), settings, &mut rng(1), &|_, _| ()).map(|_| ()).unwrap_err()
    };
    let gap = join(&third, &first).unwrap();
    assert!(compared(&gap, &settings).to_string().contains("missing"));
    let whole = join(&gap, &second).unwrap();
    assert_eq!(compared(&whole, &Settings::default()), Error::Parts(PartError::Options));
    let (short_a, short_b) = models(8999, 5);
    let short = Pair::new(&short_a, &short_b).unwrap();
    let error = compare_reduced(&short, whole, &settings, &mut rng(1), &|_, _| ()).map(|_| ()).unwrap_err();
    assert_eq!(error, Error::Parts(PartError::Pair));
}
