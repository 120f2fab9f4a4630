//! Distributions of which only the most probable labels are known, and what holds of two of them whatever the others are.
//!
//! A list has the k most probable labels of an input and their log-probabilities. What is left, the unseen probability, may be anywhere
//! among the other labels, none of which is more probable than the last of the list; how many labels there are is not known. So a distance
//! has a smallest and a largest value over all that the two lists may stand for.

use crate::error::Error;

/// How much more than 1 the probabilities of a list may sum to at least: their logarithms are often written with few digits.
const ROUNDING_OF_SUM: f64 = 1e-3;

/// Unseen probability that is rounding of the sum at any rate.
const NOTHING_LEFT: f64 = 1e-12;

/// Spacings by which the logarithm of a probability may be off.
const ROUNDINGS: f64 = 2.0;

/// What a sum is off by at most, in units of the relative distance of neighbouring numbers.
const OFF_BY: f64 = 16.0;

/// The most probable labels of one input.
#[derive(Debug, Clone, PartialEq)]
pub struct TopList {
    /// Labels and their probabilities, by label.
    listed: Vec<(u64, f64)>,
    /// What the others have together.
    unseen: f64,
    /// The most that they may have, by how far rounding may have moved the sum.
    most_unseen: f64,
    /// The smallest probability of the list: none of the others has more.
    smallest: f64,
    /// The first of the most probable labels.
    first: u64,
}

/// The smallest and the largest value that a distance may have.
pub type Between = [f64; 2];

/// What holds of two lists of the same input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ListDistances {
    /// Whether the most probable label is the same.
    pub agree: bool,
    /// Total variation.
    pub tv: Between,
    /// KL(p ‖ p′), nats.
    pub kl_ab: Between,
    /// KL(p′ ‖ p), nats.
    pub kl_ba: Between,
}

impl TopList {
    /// The list of these labels and log-probabilities, in any order. `spacing` is how far apart neighbouring numbers of their type are, relative
    /// to them: what is left by rounding of the sum alone is nothing.
    ///
    /// # Errors
    /// [`Error::Option`]: no label; a label twice; a log-probability that is no number up to 0, or none above −∞; a sum above 1 by more than
    /// rounding of logarithms.
    pub fn new(labels: &[u64], log_probabilities: &[f64], spacing: f64) -> Result<TopList, Error> {
        let refused = |problem: String| Err(Error::Option(problem));
        assert_eq!(labels.len(), log_probabilities.len(), "a log-probability for each label");
        if labels.is_empty() {
            return refused("the list is empty; at least one label is needed".into());
        }
        let mut listed = Vec::with_capacity(labels.len());
        for (&label, &log_p) in labels.iter().zip(log_probabilities) {
            if log_p.is_nan() || log_p > ROUNDING_OF_SUM {
                return refused(format!(
                    "the log-probability of label {label} is {log_p}; a number up to 0 is needed"
                ));
            }
            listed.push((label, log_p.exp()));
        }
        listed.sort_by_key(|(label, _)| *label);
        if let Some(pair) = listed.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return refused(format!("label {} is listed twice", pair[0].0));
        }
        let sum: f64 = listed.iter().map(|(_, p)| p).sum();
        if sum > 1.0 + ROUNDING_OF_SUM.max(OFF_BY * spacing) || sum <= 0.0 {
            return refused(format!(
                "the probabilities sum to {sum}, {:.1e} off 1; those of a list sum to more than 0 and at most 1",
                (sum - 1.0).abs()
            ));
        }
        // Logarithms that were rounded: the distribution nearest to them.
        let by = sum.max(1.0);
        listed.iter_mut().for_each(|(_, p)| *p /= by);
        // A logarithm that is off by a spacing moves its probability by as much of it.
        let moved: f64 = listed.iter().map(|(_, p)| term(*p, 1.0).abs()).sum();
        let rounding = NOTHING_LEFT.max(ROUNDINGS * spacing * moved);
        let left = (1.0 - sum).max(0.0);
        let unseen = if left < rounding { 0.0 } else { left };
        let smallest = listed.iter().map(|(_, p)| *p).fold(f64::INFINITY, f64::min);
        if smallest == 0.0 && unseen > 0.0 {
            return refused(format!(
                "a listed label has probability 0, so no other has more, and {unseen:.1e} is left for the others; leave it out, or give it the id -1"
            ));
        }
        let mut first = listed[0];
        listed.iter().for_each(|one| first = if one.1 > first.1 { *one } else { first });
        Ok(TopList { listed, unseen, most_unseen: left + rounding, smallest, first: first.0 })
    }

    /// What the labels have together that are not listed.
    pub fn unseen(&self) -> f64 {
        self.unseen
    }
}

/// Two lists, label by label.
struct Joined {
    /// Probabilities of the labels that both list.
    common: Vec<[f64; 2]>,
    /// Those of labels that only one lists.
    only: [Vec<f64>; 2],
    unseen: [f64; 2],
    most_unseen: [f64; 2],
    smallest: [f64; 2],
}

/// What holds of the distributions that two lists are of, whatever is not listed: no two distributions with these lists have a distance
/// outside.
///
/// The ends of `tv` are attained, or approached, by some such distributions, and so is the lower end of `kl_ab` where b lists no label of its
/// own. KL(p ‖ p′) is infinite if p′ has no probability for a label that p has; so its upper end is ∞ unless every label of p is listed for both.
pub fn list_distances(a: &TopList, b: &TopList) -> ListDistances {
    let joined = Joined::of(a, b);
    ListDistances {
        agree: a.first == b.first,
        tv: joined.tv(),
        kl_ab: joined.kl(),
        kl_ba: joined.swapped().kl(),
    }
}

impl Joined {
    fn of(a: &TopList, b: &TopList) -> Joined {
        let (mut common, mut only) = (Vec::new(), [Vec::new(), Vec::new()]);
        let place =
            |list: &TopList, label: u64| list.listed.binary_search_by_key(&label, |(label, _)| *label);
        for &(label, p) in &a.listed {
            match place(b, label) {
                Ok(at) => common.push([p, b.listed[at].1]),
                Err(_) => only[0].push(p),
            }
        }
        only[1].extend(b.listed.iter().filter(|(label, _)| place(a, *label).is_err()).map(|(_, q)| *q));
        Joined {
            common,
            only,
            unseen: [a.unseen, b.unseen],
            most_unseen: [a.most_unseen, b.most_unseen],
            smallest: [a.smallest, b.smallest],
        }
    }

    fn swapped(&self) -> Joined {
        let [only_a, only_b] = self.only.clone();
        let other = |[a, b]: [f64; 2]| [b, a];
        Joined {
            common: self.common.iter().map(|both| other(*both)).collect(),
            only: [only_b, only_a],
            unseen: other(self.unseen),
            most_unseen: other(self.most_unseen),
            smallest: other(self.smallest),
        }
    }

    /// 1 less what the two have in common. That is least if what is unseen of one lies where the other has nothing, and most if it lies on
    /// what the other lists, then on what neither lists.
    fn tv(&self) -> Between {
        let least: f64 = self.common.iter().map(|[p, q]| p.min(*q)).sum();
        let onto = |m: usize| {
            let most = self.smallest[m];
            let reached: f64 = self.only[1 - m].iter().map(|p| p.min(most)).sum();
            reached.min(self.unseen[m])
        };
        let [from_a, from_b] = [onto(0), onto(1)];
        let rest = (self.unseen[0] - from_a).min(self.unseen[1] - from_b).max(0.0);
        let most = least + from_a + from_b + rest;
        [(1.0 - most).clamp(0.0, 1.0), (1.0 - least).clamp(0.0, 1.0)]
    }

    /// What both list counts as it is. Of the rest, q is put where it makes the sum least.
    fn kl(&self) -> Between {
        let known: f64 = self.common.iter().map(|[p, q]| term(*p, *q)).sum();
        let is_known = self.only[0].is_empty() && self.unseen[0] == 0.0;
        // Lists that differ by rounding alone may have a sum just under 0.
        let low = (known + self.least_rest()).max(0.0);
        if is_known { [low, low] } else { [low, f64::INFINITY] }
    }

    /// The least that labels outside of both lists, or in one of them, add to KL divergence.
    ///
    /// Labels that b does not list have some q up to b's smallest. All else is one group: merging labels makes the sum no larger. Then the
    /// best q is proportional to p as far as it may be: the largest p have b's smallest, the others `λ p`.
    fn least_rest(&self) -> f64 {
        let mut own = self.only[0].clone();
        own.sort_by(|x, y| y.total_cmp(x));
        let (p_rest, q_listed) = (self.unseen[0], self.only[1].iter().sum::<f64>());
        // Nothing left but for rounding may be a little, which keeps the sum finite.
        let (q_unseen, most) = (self.most_unseen[1], self.smallest[1]);
        let value = |q_own: &dyn Fn(usize) -> f64, q_rest: f64| {
            let own: f64 = own.iter().enumerate().map(|(j, p)| term(*p, q_own(j))).sum();
            own + term(p_rest, q_rest)
        };
        // First as if q could leave what b lists; if that takes more than is unseen of b, all of that is taken and no more.
        for (available, is_shared) in [(q_unseen + q_listed, true), (q_unseen, false)] {
            let p_beside = if is_shared { p_rest } else { 0.0 };
            for capped in 0..=own.len() {
                let p_left = own[capped..].iter().sum::<f64>() + p_beside;
                let q_left = (available - capped as f64 * most).max(0.0);
                let factor = if p_left > 0.0 { q_left / p_left } else { 0.0 };
                if own.get(capped).is_some_and(|p| factor * p > most) {
                    continue;
                }
                let q_own = |j: usize| if j < capped { most } else { factor * own[j] };
                let taken: f64 = (0..own.len()).map(q_own).sum();
                if is_shared && taken > q_unseen {
                    break;
                }
                return value(&q_own, (q_unseen - taken).max(0.0) + q_listed);
            }
        }
        0.0
    }
}

/// `p log(p/q)`.
fn term(p: f64, q: f64) -> f64 {
    if p == 0.0 { 0.0 } else { p * (p / q).ln() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Probabilities of some labels, some of them far more probable.
    fn distribution(count: usize, rng: &mut impl Rng) -> Vec<f64> {
        let sharp: f64 = rng.random_range(0.5..4.0);
        let raw: Vec<f64> = (0..count).map(|_| (sharp * rng.random_range(-2.0..2.0_f64)).exp()).collect();
        let sum: f64 = raw.iter().sum();
        raw.iter().map(|x| x / sum).collect()
    }

    fn top(p: &[f64], k: usize) -> TopList {
        let mut order: Vec<usize> = (0..p.len()).collect();
        order.sort_by(|x, y| p[*y].total_cmp(&p[*x]));
        let labels: Vec<u64> = order[..k].iter().map(|y| *y as u64).collect();
        let log_p: Vec<f64> = order[..k].iter().map(|y| p[*y].ln()).collect();
        TopList::new(&labels, &log_p, 0.0).unwrap()
    }

    /// Another distribution with the same list, over so many labels: what is unseen is thrown at random onto the others, each up to the
    /// smallest; or, greedily, first onto those that `likes` ranks high.
    fn completed(list: &TopList, labels: usize, rng: &mut impl Rng, likes: Option<&[f64]>) -> Vec<f64> {
        let mut p = vec![0.0; labels];
        list.listed.iter().for_each(|(y, x)| p[*y as usize] = *x);
        let mut others: Vec<usize> =
            (0..labels).filter(|y| !list.listed.iter().any(|(l, _)| *l as usize == *y)).collect();
        match likes {
            Some(likes) => others.sort_by(|x, y| likes[*y].total_cmp(&likes[*x])),
            None => others.sort_by_key(|_| rng.random_range(0..u64::MAX)),
        }
        let mut left = list.unseen;
        let most = list.smallest;
        let greedy: f64 = if likes.is_some() { 1.0 } else { rng.random_range(0.05..1.0) };
        for _ in 0..200 {
            for &y in &others {
                let given = (greedy * (most - p[y])).min(left);
                p[y] += given;
                left -= given;
            }
        }
        assert!(left < 1e-9, "there is room for all");
        p
    }

    fn of(p: &[f64], q: &[f64]) -> (f64, f64, f64) {
        let both = || p.iter().zip(q);
        (
            both().map(|(p, q)| (p - q).max(0.0)).sum(),
            both().map(|(p, q)| term(*p, *q)).sum(),
            both().map(|(p, q)| term(*q, *p)).sum(),
        )
    }

    #[test]
    fn no_completion_is_outside_and_the_ends_of_total_variation_are_reached() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut reached = [0; 2];
        for case in 0..400 {
            let count = rng.random_range(4..12_usize);
            let (p, q) = (distribution(count, &mut rng), distribution(count, &mut rng));
            let [k, k_other] = [(); 2].map(|()| rng.random_range(1..=count));
            let (a, b) = (top(&p, k), top(&q, k_other));
            let found = list_distances(&a, &b);
            let holds = |p: &[f64], q: &[f64]| {
                let (tv, ab, ba) = of(p, q);
                for (value, [low, high]) in [(tv, found.tv), (ab, found.kl_ab), (ba, found.kl_ba)] {
                    assert!(
                        value >= low - 1e-9 && value <= high + 1e-9,
                        "case {case}: {value} in {low}..{high}"
                    );
                }
                tv
            };
            holds(&p, &q);
            assert_eq!(found.agree, a.first == b.first);
            // More labels than both lists, and room for what is unseen of both side by side.
            let room = |list: &TopList| (list.unseen / list.smallest).ceil() as usize + 1;
            let labels = count + room(&a) + room(&b);
            let mut tvs = Vec::new();
            for _ in 0..20 {
                tvs.push(holds(
                    &completed(&a, labels, &mut rng, None),
                    &completed(&b, labels, &mut rng, None),
                ));
            }
            // Apart: each on labels of its own. Together: on what the other lists, then on the same.
            let first: Vec<f64> =
                (0..labels).map(|y| if y < count { -1.0 } else { (labels - y) as f64 }).collect();
            let last: Vec<f64> = (0..labels).map(|y| if y < count { -1.0 } else { y as f64 }).collect();
            tvs.push(holds(
                &completed(&a, labels, &mut rng, Some(&first)),
                &completed(&b, labels, &mut rng, Some(&last)),
            ));
            reached[1] += usize::from(tvs.iter().any(|tv| (tv - found.tv[1]).abs() < 1e-9));
            let near = |list: &TopList| -> Vec<f64> {
                let listed =
                    |y: usize| list.listed.iter().find(|(l, _)| *l as usize == y).map_or(0.0, |(_, p)| *p);
                (0..labels).map(|y| listed(y) + 1e-9 * (labels - y) as f64).collect()
            };
            tvs.push(holds(
                &completed(&a, labels, &mut rng, Some(&near(&b))),
                &completed(&b, labels, &mut rng, Some(&near(&a))),
            ));
            reached[0] += usize::from(tvs.iter().any(|tv| (tv - found.tv[0]).abs() < 1e-6));
        }
        assert!(reached[1] > 390 && reached[0] > 200, "{reached:?}");
    }

    #[test]
    fn the_least_divergence_is_that_of_the_best_completion() {
        // a lists three labels, b the first of them: q of the other two is up to 0.3, and 0.7 is unseen.
        let log = |p: &[f64]| p.iter().map(|p| p.ln()).collect::<Vec<f64>>();
        let a = TopList::new(&[0, 1, 2], &log(&[0.5, 0.3, 0.1]), 0.0).unwrap();
        let b = TopList::new(&[0], &log(&[0.3]), 0.0).unwrap();
        let [low, high] = list_distances(&a, &b).kl_ab;
        let mut best = f64::INFINITY;
        for i in 1..300 {
            for j in 1..300 {
                let (q1, q2) = (i as f64 / 1000.0, j as f64 / 1000.0);
                best = best.min(term(0.5, 0.3) + term(0.3, q1) + term(0.1, q2) + term(0.1, 0.7 - q1 - q2));
            }
        }
        assert!(low <= best && best - low < 1e-3, "{low} {best}");
        assert_eq!(high, f64::INFINITY);
        // What is whole is known.
        let whole = TopList::new(&[4, 7], &log(&[0.25, 0.75]), 0.0).unwrap();
        let other = TopList::new(&[7, 4, 9], &log(&[0.5, 0.3, 0.2]), 0.0).unwrap();
        let known = term(0.25, 0.3) + term(0.75, 0.5);
        let found = list_distances(&whole, &other);
        assert!((found.kl_ab[0] - known).abs() < 1e-15 && found.kl_ab[0] == found.kl_ab[1]);
        // No probability is left for label 9, or as much as the sum may be off by.
        assert!(found.kl_ba[0] > 4.0 && found.kl_ba[0].is_finite() && found.kl_ba[1] == f64::INFINITY);
        assert!((found.tv[0] - found.tv[1]).abs() < 1e-15);
    }

    #[test]
    fn what_rounding_may_have_taken_makes_no_distance_infinite() {
        // In single precision, where as much as b has for label 3 is unseen.
        let list = |labels: &[u64]| {
            TopList::new(labels, &[0.999_998_8_f64, 1e-7, 1e-7].map(f64::ln), f64::from(f32::EPSILON))
                .unwrap()
        };
        let found = list_distances(&list(&[0, 1, 2]), &list(&[0, 1, 3]));
        assert!(found.kl_ab[0] < 1e-6 && found.kl_ab[1] == f64::INFINITY, "{found:?}");
        // Half precision moves a sum by as much as its logarithms allow, not by a percent.
        let half = 2f64.powi(-10);
        let seen = TopList::new(&[0, 1, 2], &[0.5_f64, 0.3, 0.19].map(f64::ln), half).unwrap();
        assert!((seen.unseen() - 0.01).abs() < 1e-9, "{seen:?}");
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let refused =
            |labels: &[u64], log_p: &[f64]| TopList::new(labels, log_p, 0.0).unwrap_err().to_string();
        assert!(refused(&[], &[]).contains("the list is empty"));
        assert!(refused(&[3, 5, 3], &[-2.0; 3]).contains("label 3 is listed twice"));
        assert!(refused(&[1], &[f64::NAN]).contains("label 1 is NaN"));
        assert!(refused(&[1], &[0.5]).contains("label 1 is 0.5; a number up to 0"));
        assert!(refused(&[1, 2], &[-0.1, -0.1]).contains("sum to 1.80967"));
        assert!(refused(&[1], &[f64::NEG_INFINITY]).contains("sum to 0"));
        assert!(refused(&[1, 2], &[-0.7, f64::NEG_INFINITY]).contains("has probability 0"));
        let rounded = TopList::new(&[1, 2], &[0.5_f64.ln() + 1e-5; 2], 0.0).unwrap();
        assert_eq!((rounded.unseen(), rounded.listed[0].1), (0.0, 0.5));
    }
}
