//! An order of things in which neighbours are alike.

use logitdist_linalg::{Mat, MatRef, matmul_nt, svd};

/// Improvements under this are rounding, and could go on for ever.
const LEAST_GAIN: f64 = 1e-12;

/// An order of n things whose similarities are the inner products of the rows of `vectors` (n×r), in any unit.
///
/// First the angles in the plane of the two leading eigenvectors, cut where the largest gap is (the order of a corrgram; Friendly
/// 2002); then stretches are reversed as long as that shortens the path Σ −similarity through all, the best first. Things without any
/// similarity, rows of zeros, come last. Of an order and its reverse, the one that begins with the lower index.
pub(super) fn seriation(vectors: &Mat<f64>) -> Vec<usize> {
    let (mut order, without): (Vec<usize>, Vec<usize>) =
        (0..vectors.nrows()).partition(|&i| vectors.row(i).norm_max() > 0.0);
    sort_by_angle(&mut order, vectors.as_ref());
    let similarity = matmul_nt(vectors.as_ref(), vectors.as_ref());
    shorten(&mut order, &|i, j| -similarity[(i, j)]);
    if order.first() > order.last() {
        order.reverse();
    }
    order.extend(without);
    order
}

fn sort_by_angle(order: &mut [usize], vectors: MatRef<'_, f64>) {
    let svd = svd(vectors);
    let score = |i: usize, k: usize| if k < svd.s.len() { svd.s[k] * svd.u[(i, k)] } else { 0.0 };
    let angles: Vec<f64> = (0..vectors.nrows()).map(|i| score(i, 1).atan2(score(i, 0))).collect();
    order.sort_by(|&i, &j| angles[i].total_cmp(&angles[j]));
    let gap = |k: usize| {
        let (here, next) = (angles[order[k]], angles[order[(k + 1) % order.len()]]);
        (next - here).rem_euclid(std::f64::consts::TAU)
    };
    let widest = (0..order.len()).max_by(|&x, &y| gap(x).total_cmp(&gap(y)));
    if let Some(widest) = widest {
        order.rotate_left((widest + 1) % order.len());
    }
}

/// Reverses the stretch of the path whose reversal shortens it most, until none does. Taking the best one makes the outcome
/// the same from a path and from its reverse.
fn shorten(order: &mut [usize], distance: &impl Fn(usize, usize) -> f64) {
    while let Some((start, end)) = best_reversal(order, distance) {
        order[start..=end].reverse();
    }
}

fn best_reversal(order: &[usize], distance: &impl Fn(usize, usize) -> f64) -> Option<(usize, usize)> {
    let step = |k: Option<&usize>, l: Option<&usize>| k.zip(l).map_or(0.0, |(&k, &l)| distance(k, l));
    let (mut best, mut most) = (None, LEAST_GAIN);
    for start in 0..order.len() {
        let before = start.checked_sub(1).map(|k| &order[k]);
        for end in start + 1..order.len() {
            let after = order.get(end + 1);
            let (first, last) = (order.get(start), order.get(end));
            // The step into the stretch and the step out of it are all that change.
            let gain = step(before, first) + step(last, after) - step(before, last) - step(first, after);
            if gain > most {
                (best, most) = (Some((start, end)), gain);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unit vectors at the given angles.
    fn at(angles: &[f64]) -> Mat<f64> {
        Mat::from_fn(angles.len(), 2, |i, j| if j == 0 { angles[i].cos() } else { angles[i].sin() })
    }

    #[test]
    fn things_along_an_arc_are_put_in_its_order() {
        assert_eq!(seriation(&at(&[0.0, 2.0, 0.5, 1.5, 1.0])), [0, 2, 4, 3, 1]);
        assert_eq!(seriation(&at(&[1.0, 0.0, 2.0])), [1, 0, 2]);
        assert_eq!(seriation(&at(&[3.0, -3.0, 2.5])), [1, 0, 2], "across the cut of the angle");
    }

    #[test]
    fn the_first_order_goes_round_from_behind_the_widest_gap() {
        for turn in 0..12 {
            let places = [0.0, 0.5, 1.1, 1.4, 2.6, 3.3, 4.1];
            let angles: Vec<f64> = (0..7).map(|i| places[i * 3 % 7] + f64::from(turn) * 0.5).collect();
            let mut order: Vec<usize> = (0..7).collect();
            sort_by_angle(&mut order, at(&angles).as_ref());
            let round: Vec<usize> = order.iter().map(|&i| i * 3 % 7).collect();
            assert!(round == [0, 1, 2, 3, 4, 5, 6] || round == [6, 5, 4, 3, 2, 1, 0], "{turn}: {round:?}");
        }
    }

    #[test]
    fn stretches_are_reversed_until_the_path_is_short() {
        let distance = |i: usize, j: usize| i.abs_diff(j) as f64;
        for order in [[0, 2, 1, 3], [2, 1, 0, 3], [0, 3, 2, 1], [1, 0, 3, 2], [3, 1, 2, 0], [2, 0, 3, 1]] {
            let mut short = order;
            shorten(&mut short, &distance);
            assert!(short.is_sorted() || short.iter().rev().is_sorted(), "{order:?}: {short:?}");
        }
        assert_eq!(best_reversal(&[0, 3, 2, 1, 4], &distance), Some((1, 3)));
        assert_eq!(best_reversal(&[3, 2, 1, 0, 4], &distance), Some((0, 3)));
        assert_eq!(best_reversal(&[0, 1, 4, 3, 2], &distance), Some((2, 4)));
        assert_eq!(best_reversal(&[0, 1, 2, 3, 4], &distance), None);
        // Either end may be turned: the first one is.
        assert_eq!(best_reversal(&[1, 0, 2, 4, 3], &distance), Some((0, 1)));
    }

    #[test]
    fn what_is_like_nothing_comes_last_wherever_it_stood() {
        for without in 0..5 {
            let mut angles = vec![0.0, 0.4, 0.8, 1.2];
            angles.insert(without, 0.0);
            let vectors = at(&angles);
            let vectors = Mat::from_fn(5, 2, |i, j| if i == without { 0.0 } else { vectors[(i, j)] });
            let others = (0..5).filter(|&i| i != without);
            assert_eq!(seriation(&vectors), others.chain([without]).collect::<Vec<_>>());
        }
    }

    #[test]
    fn groups_stay_together() {
        let vectors = Mat::from_fn(9, 3, |i, j| if i % 3 == j { 1.0 } else { 0.1 * (i as f64).sin() });
        let order = seriation(&vectors);
        for group in order.chunks(3) {
            assert!(group.iter().all(|i| i % 3 == group[0] % 3), "{order:?}");
        }
    }

    #[test]
    fn few_things_equal_things_and_nothing_have_an_order() {
        assert!(seriation(&Mat::zeros(0, 0)).is_empty());
        assert_eq!(seriation(&Mat::zeros(3, 0)), [0, 1, 2]);
        assert_eq!(seriation(&at(&[0.3])), [0]);
        assert_eq!(seriation(&Mat::from_fn(2, 1, |i, _| 1.0 - 2.0 * i as f64)), [0, 1]);
        let mut equal = seriation(&at(&[1.0; 5]));
        equal.sort_unstable();
        assert_eq!(equal, [0, 1, 2, 3, 4]);
        let with_nothing =
            Mat::from_fn(4, 2, |i, j| if i == 1 { 0.0 } else { at(&[0.0, 0.0, 1.0, 0.5])[(i, j)] });
        assert_eq!(seriation(&with_nothing), [0, 3, 2, 1]);
    }

    #[test]
    fn the_order_belongs_to_the_things_and_not_to_their_numbers() {
        let angles: Vec<f64> = (0..20).map(|i| (f64::from(i) * 2.7).sin() * 2.5).collect();
        let shuffle: Vec<usize> = (0..20).map(|i| i * 7 % 20).collect();
        let order = seriation(&at(&angles));
        let shuffled = seriation(&at(&shuffle.iter().map(|&i| angles[i]).collect::<Vec<_>>()));
        let mut back: Vec<usize> = shuffled.iter().map(|&i| shuffle[i]).collect();
        if back != order {
            back.reverse();
        }
        assert_eq!(back, order);
    }
}
