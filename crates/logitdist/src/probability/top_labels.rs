//! The few most probable labels of an input, and which of them two models have in common.

use serde::{Deserialize, Serialize};

/// Numbers of most probable labels that are compared. With fewer labels, all of them are.
pub const TOP: [usize; 2] = [5, 10];

const MOST: usize = TOP[1];

/// Labels that are looked at together: most hold nothing that counts.
const CHUNK: usize = 16;

/// What two models' sets of most probable labels have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommonLabels {
    /// Labels in both sets.
    pub common: u8,
    /// Labels in each.
    pub of: u8,
}

impl CommonLabels {
    /// Whether the sets are the same.
    pub fn are_same(self) -> bool {
        self.common == self.of
    }
}

/// What the [`TOP`] labels of the largest logits `u` and `v` have in common; of equal logits the first count.
pub(super) fn common_labels(u: &[f64], v: &[f64]) -> [CommonLabels; 2] {
    // Sets that hold all labels need no search.
    let wanted = TOP.into_iter().rev().find(|most| *most < u.len()).unwrap_or(0);
    let (top_u, top_v) = (TopLabels::of(u, wanted), TopLabels::of(v, wanted));
    TOP.map(|most| {
        let of = most.min(u.len());
        if of > wanted {
            return CommonLabels { common: of as u8, of: of as u8 };
        }
        let (a, b) = (&top_u.labels[..of], &top_v.labels[..of]);
        let common = if a == b { of } else { a.iter().filter(|y| b.contains(y)).count() };
        CommonLabels { common: common as u8, of: of as u8 }
    })
}

/// The labels of the largest logits, the largest first.
struct TopLabels {
    labels: [u32; MOST],
    logits: [f64; MOST],
    wanted: usize,
}

impl TopLabels {
    /// The `wanted` first of them, at most [`MOST`].
    fn of(logits: &[f64], wanted: usize) -> TopLabels {
        let mut top = TopLabels { labels: [u32::MAX; MOST], logits: [f64::NEG_INFINITY; MOST], wanted };
        if wanted == 0 {
            return top;
        }
        let (chunks, rest) = logits.as_chunks::<CHUNK>();
        for (i, chunk) in chunks.iter().enumerate() {
            let last = top.logits[wanted - 1];
            // Without a branch for each label.
            if chunk.iter().fold(false, |any, &x| any | (x > last)) {
                chunk.iter().enumerate().for_each(|(j, &x)| top.add(i * CHUNK + j, x));
            }
        }
        let from = logits.len() - rest.len();
        rest.iter().enumerate().for_each(|(j, &x)| top.add(from + j, x));
        top
    }

    /// Puts a label in its place if it has one; labels come in their order, so that the first of equals stays first.
    fn add(&mut self, label: usize, logit: f64) {
        if self.logits[self.wanted - 1] >= logit {
            return;
        }
        let mut at = self.wanted - 1;
        while at > 0 && self.logits[at - 1] < logit {
            self.logits[at] = self.logits[at - 1];
            self.labels[at] = self.labels[at - 1];
            at -= 1;
        }
        self.logits[at] = logit;
        self.labels[at] = label as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labels in the order of their logits, by sorting.
    fn sorted(logits: &[f64]) -> Vec<u32> {
        let mut labels: Vec<u32> = (0..logits.len() as u32).collect();
        labels.sort_by(|&y, &z| logits[z as usize].total_cmp(&logits[y as usize]));
        labels
    }

    #[test]
    fn the_largest_are_found_wherever_they_stand_and_of_equals_the_first() {
        for labels in [1, 4, 5, 6, 10, 11, 16, 31, 32, 100, 1000] {
            for seed in 0..20 {
                let value = |y: usize| (((y * 7919 + seed * 104_729) % 1009) % 97) as f64;
                let logits: Vec<f64> = (0..labels).map(value).collect();
                let found = TopLabels::of(&logits, MOST).labels;
                assert_eq!(
                    found[..labels.min(MOST)],
                    sorted(&logits)[..labels.min(MOST)],
                    "{labels}, {seed}"
                );
            }
        }
    }

    #[test]
    fn sets_are_compared_whatever_their_order() {
        let u: Vec<f64> = (0..20).map(|y| -f64::from(y)).collect();
        // The first five in another order; then 10 in place of 9.
        let mut v = u.clone();
        v.swap(0, 4);
        v.swap(9, 10);
        let of = |common, of| CommonLabels { common, of };
        assert_eq!(common_labels(&u, &v), [of(5, 5), of(9, 10)]);
        assert_eq!(common_labels(&u[..3], &v[..3]), [of(3, 3), of(3, 3)]);
        assert!(common_labels(&u, &u)[1].are_same() && !common_labels(&u, &v)[1].are_same());
    }
}
