//! Label subsets that say nothing are skipped, and the others keep their values.

use crate::definitions::Case;
use crate::pairs::{assert_close, compared, model, rng, value};
use logitdist::{Mat, Model, Settings, Statement};

#[test]
fn d_rep_beside_singular_subsets_is_that_of_the_others() {
    for dim in 1..=5 {
        let mut rng = rng(dim as u64);
        let (a, b) = (model(40, 8, dim, true, &mut rng), model(40, 8, dim, false, &mut rng));
        // Labels 2 and 5 coincide: a subset with both is singular.
        let mut g = a.unembeddings().to_owned();
        (0..dim).for_each(|j| g[(5, j)] = g[(2, j)]);
        let a = Model::new(a.embeddings().to_owned(), g, a.bias().map(<[f64]>::to_vec)).unwrap();
        let [mut case, _] = Case::of(&a, &b, &Settings::default());
        let all = case.subsets.len();
        case.subsets.retain(|s| !(s.contains(&2) && s.contains(&5)));
        let c = compared(&a, &b);
        let what = format!("dimension {dim}");
        assert_eq!(value(&c, "n_subsets_ab"), case.subsets.len() as f64, "{what}");
        assert_eq!(value(&c, "n_subsets_skipped_ab"), (all - case.subsets.len()) as f64, "{what}");
        for token in ["d_rep_ab", "d_rep_ab_max"] {
            let want = crate::definitions::of(token).unwrap();
            assert_close(value(&c, token), (want.of)(&case)[0], 1e-8, &format!("{what}: {token}"));
        }
        assert_eq!(value(&c, "d_rep_ab_se"), 0.0, "{what}: every subset was used");
    }
}

#[test]
fn the_worst_subset_is_one_of_those_that_are_not_singular() {
    let of = |last: f64| {
        let embeddings = Mat::from_fn(4, 1, |i, _| i as f64 - 1.5);
        Model::new(embeddings, Mat::from_fn(3, 1, |y, _| [0.0, 0.0, last][y]), None).unwrap()
    };
    // Labels 0 and 1 coincide. Over the two other pairs of labels δ is 0.1 f, and L is 1.
    let comparison = compared(&of(1.0), &of(1.1));
    let bound = comparison.bounds.iter().find(|bound| bound.theorem.token == "d_rep_worst_subset").unwrap();
    let Some(Statement::AtMost { lhs, rhs }) = bound.statement else { panic!("{bound:?}") };
    assert_close(lhs, 0.1 * 1.25f64.sqrt(), 1e-12, "left side");
    assert_close(rhs, 0.1 * 1.25f64.sqrt(), 1e-12, "right side");
    assert!(!bound.is_violated());
}
