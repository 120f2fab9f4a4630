//! What searches find: the known largest values, the same for a seed, and reasons where there is nothing.

use logitdist::{Direction, theorem};
use logitdist_search::{Constraints, Embeddings, Heads, Search, SearchError, Shape, Start};
use logitdist_synth::rng;

fn search(token: &str, dim: usize, labels: usize, inputs: usize) -> Search {
    Search {
        theorem: theorem(token).unwrap(),
        direction: Direction::Ab,
        shape: Shape { dim, other_dim: dim, labels, inputs },
        constraints: Constraints { distance: Some(1.0), ..Constraints::default() },
        ascents: 6,
        evaluations: 2_000,
    }
}

#[test]
fn the_known_largest_tightness_of_d_rep_is_found_again() {
    let found = search("d_rep_worst_subset", 1, 4, 1).run(&mut rng(1, 0)).unwrap();
    assert!(found.tightness > 0.93 && found.tightness < 1.0, "{}", found.tightness);
    assert!(found.random.unwrap() < found.tightness && found.ascents >= 6);
}

#[test]
fn a_family_is_a_start_and_a_seed_fixes_the_result() {
    let search = search("d_ls", 2, 4, 2);
    let of = |seed| search.run(&mut rng(seed, 0)).unwrap();
    let found = of(3);
    assert!(found.family.unwrap() > 0.999 && found.tightness > 0.999, "{found:?}");
    assert_eq!(found.start, Start::Family(3));
    assert_eq!(found, of(3));
    assert_ne!(found.a, of(4).a);
}

#[test]
fn a_bound_that_says_nothing_is_a_reason() {
    let error = search("compression_floor", 1, 3, 3).run(&mut rng(1, 0));
    assert!(error.is_ok_and(|found| found.tightness == 0.0), "its floor is 0");
    let error = search("d_rep_per_subset", 3, 3, 2).run(&mut rng(1, 0)).unwrap_err();
    assert!(error.to_string().starts_with("d_rep_per_subset says nothing about any of the "), "{error}");
}

#[test]
fn what_cannot_be_searched_is_refused_by_name() {
    let good = search("d_ls", 2, 4, 3);
    let with = |constraints| Search { constraints, ..good };
    let free = Constraints::default();
    for (search, message) in [
        (Search { ascents: 0, ..good }, "ascents is 0; it must be at least 1"),
        (Search { shape: Shape { labels: 1, ..good.shape }, ..good }, "labels is 1; it must be at least 2"),
        (
            Search { shape: Shape { inputs: 100, ..good.shape }, ..good },
            "labels and inputs make (100 + 4) × (2 + 2) entries; at most 400 can be searched",
        ),
        (
            with(Constraints { distance: Some(0.0), ..free }),
            "distance is 0; it must be finite and greater than 0",
        ),
        (
            with(Constraints { condition: Some(0.5), ..free }),
            "condition is 0.5; it must be finite and at least 1",
        ),
        (
            with(Constraints { distance: Some(1.0), kl: Some(1.0), ..free }),
            "kl is set beside distance; a pair can have one of them only",
        ),
        (
            Search {
                shape: Shape { other_dim: 1, ..good.shape },
                ..with(Constraints { heads: Heads::Equal, ..free })
            },
            "other_dim is 1; equal heads have one dimension, here 2",
        ),
        (
            Search {
                shape: Shape { inputs: 2, ..good.shape },
                ..with(Constraints { embeddings: Embeddings::Orthonormal, ..free })
            },
            "inputs is 2; orthonormal embeddings need at least 3",
        ),
    ] {
        assert_eq!(search.check(), Err(SearchError::Setting(message.into())));
    }
}
