//! Label subsets that say nothing are skipped, and the others keep their values.

use crate::definitions::Case;
use crate::pairs::{assert_close, compared, model, rng, value};
use logitdist::{Model, Settings};

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
