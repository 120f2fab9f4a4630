//! Differences between two pairs: against summaries of blocks, and how much surer they are than their parts.

use crate::pairs::{assert_close, model, noisy, rng};
use logitdist::{Comparison, Model, Pair, Settings, compare, jointly, paired};

fn compared(a: &Model, b: &Model, settings: &Settings) -> Comparison {
    compare(&Pair::new(a, b).unwrap(), settings, &mut rng(0)).unwrap()
}

fn part(m: &Model, from: usize, to: usize) -> Model {
    let f = m.embeddings().get(from..to, ..).to_owned();
    Model::new(f, m.unembeddings().to_owned(), m.bias().map(<[f64]>::to_vec)).unwrap()
}

#[test]
fn errors_of_differences_are_those_of_the_jackknife() {
    let mut rng = rng(1);
    let a = model(200, 7, 3, true, &mut rng);
    let (b, c) = (noisy(&a, 0.3, &mut rng), noisy(&a, 0.2, &mut rng));
    let settings =
        Settings { intervals: true, targets: Some((0..200).map(|i| i % 7).collect()), ..Settings::default() };
    let (ab, ac) = (compared(&a, &b, &settings), compared(&a, &c, &settings));
    // Each pair again without one of twenty blocks.
    let rests: Vec<[Comparison; 2]> = (0..20)
        .map(|i| {
            let (from, to) = (10 * i, 10 * i + 10);
            let without = |m: &Model| {
                let rows: Vec<usize> = (0..200).filter(|row| !(from..to).contains(row)).collect();
                let f = logitdist::Mat::from_fn(190, 3, |i, j| m.embeddings()[(rows[i], j)]);
                Model::new(f, m.unembeddings().to_owned(), m.bias().map(<[f64]>::to_vec)).unwrap()
            };
            let targets = (0..200).filter(|row| !(from..to).contains(row)).map(|i| i as i64 % 7).collect();
            let settings = Settings { targets: Some(targets), llv: false, ..Settings::default() };
            let [a, b, c] = [&a, &b, &c].map(without);
            [compared(&a, &b, &settings), compared(&a, &c, &settings)]
        })
        .collect();
    let all = paired(&ab, &ac);
    for token in
        ["d_logit", "kl_ab", "m_cca", "cka", "top1_agreement", "cross_entropy_difference", "target_lost"]
    {
        let found = all.iter().find(|pair| pair.token == token).unwrap();
        assert_eq!(found.values, [ab[token], ac[token]]);
        let differences: Vec<f64> = rests.iter().map(|[ab, ac]| ab[token] - ac[token]).collect();
        let mean = differences.iter().sum::<f64>() / 20.0;
        let squares: f64 = differences.iter().map(|x| (x - mean).powi(2)).sum();
        let interval = found.interval.as_ref().unwrap();
        assert_close(interval.se, (squares * 19.0 / 20.0).sqrt(), 1e-6, token);
        assert!(interval.low < interval.high, "{token}");
    }
    for token in ["kl_ab_max", "n_inputs"] {
        assert!(all.iter().find(|pair| pair.token == token).unwrap().interval.is_err(), "{token}");
    }
    assert!(jointly(&ab, &compared(&a, &c, &Settings::default()), "d_logit", |x, y| x - y).is_err());
    let short = compared(&part(&a, 0, 100), &part(&c, 0, 100), &Settings { targets: None, ..settings });
    assert!(jointly(&ab, &short, "d_logit", |x, y| x - y).unwrap_err().contains("blocks of inputs differ"));
}

#[test]
fn what_inputs_have_in_common_cancels() {
    let mut rng = rng(2);
    let a = model(400, 7, 3, true, &mut rng);
    let b = noisy(&a, 0.3, &mut rng);
    // Nearly the same model as b.
    let c = noisy(&b, 1e-3, &mut rng);
    let settings = Settings { intervals: true, ..Settings::default() };
    let (ab, ac) = (compared(&a, &b, &settings), compared(&a, &c, &settings));
    let own = ab.intervals.as_ref().unwrap().get("kl_ab").unwrap().as_ref().unwrap().se;
    let difference = jointly(&ab, &ac, "kl_ab", |x, y| x - y).unwrap();
    assert!(difference.se < 0.05 * own, "{} {own}", difference.se);
}
