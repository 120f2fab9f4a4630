//! What is varied, and how many operations theory expects.

use crate::measure::{D_REP, PROBABILITY, READ, REDUCE, SMALL};
use crate::pair::Size;

/// What is varied while the others stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// N.
    Inputs,
    /// K.
    Labels,
    /// M.
    Dim,
}

impl Axis {
    /// All.
    pub const ALL: [Axis; 3] = [Axis::Inputs, Axis::Labels, Axis::Dim];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Axis::Inputs => "inputs",
            Axis::Labels => "labels",
            Axis::Dim => "dim",
        }
    }

    /// Its letter.
    pub fn letter(self) -> &'static str {
        match self {
            Axis::Inputs => "N",
            Axis::Labels => "K",
            Axis::Dim => "M",
        }
    }

    /// The pairs along the axis, smallest first. The quick ones are for checking that all of this runs.
    pub fn sizes(self, quick: bool) -> Vec<Size> {
        let (from, to) = match (self, quick) {
            (Axis::Inputs, false) => (1_000, 1_000_000),
            (Axis::Labels, false) => (100, 100_000),
            (Axis::Dim, false) => (1, 1_000),
            (Axis::Inputs, true) => (100, 1_000),
            (Axis::Labels, true) => (20, 200),
            (Axis::Dim, true) => (1, 10),
        };
        steps(from, to).into_iter().map(|value| self.size(value, quick)).collect()
    }

    /// The pair at a value.
    fn size(self, value: usize, quick: bool) -> Size {
        let fixed = match (self, quick) {
            (Axis::Inputs, false) => [0, 100, 16, 10, 20],
            (Axis::Labels, false) => [1_000, 0, 16, 10, 20],
            (Axis::Dim, false) => [10_000, 2_000, 0, 1, 4],
            (Axis::Inputs, true) => [0, 20, 4, 2, 5],
            (Axis::Labels, true) => [100, 0, 4, 2, 5],
            (Axis::Dim, true) => [100, 50, 0, 2, 5],
        };
        let [mut inputs, mut labels, mut dim, pivots, per_pivot] = fixed;
        *match self {
            Axis::Inputs => &mut inputs,
            Axis::Labels => &mut labels,
            Axis::Dim => &mut dim,
        } = value;
        Size { inputs, labels, dim, inputs_limit: inputs, pivots, per_pivot }
    }

    /// Where a pair stands on the axis.
    pub fn value(self, size: &Size) -> usize {
        match self {
            Axis::Inputs => size.inputs,
            Axis::Labels => size.labels,
            Axis::Dim => size.dim,
        }
    }

    /// What a part's time grows with, once the axis is long enough.
    pub fn limit(self, part: &str) -> &'static str {
        match (self, part) {
            (Axis::Inputs, READ | REDUCE | PROBABILITY) => "N",
            (Axis::Labels, READ | REDUCE | PROBABILITY) => "K",
            (Axis::Dim, READ | PROBABILITY) => "M",
            (Axis::Dim, REDUCE) => "M²",
            (Axis::Dim, SMALL | D_REP) => "M³",
            _ => "1",
        }
    }
}

/// 1, 2, 5 and 10 times powers of ten, from a power of ten (or twice one) to another.
fn steps(from: usize, to: usize) -> Vec<usize> {
    let decade = std::iter::successors(Some(1), |x| Some(x * 10)).take_while(|&x| x <= to);
    decade.flat_map(|x| [x, 2 * x, 5 * x]).filter(|x| (from..=to).contains(x)).collect()
}

/// Operations for one exponential and what goes with a label of an input: logarithm, sums, differences.
const OPERATIONS_OF_A_LABEL: f64 = 100.0;

/// Solves with one vector that Lanczos' method takes.
const SOLVES_FOR_A_SINGULAR_VALUE: f64 = 15.0;

/// Operations that a part needs, up to a factor: of reading, the numbers; elsewhere floating-point operations.
///
/// With width p = 1 + M + M′ of both models side by side: `2 (N + K) p²` for the two factors, `p³` for what is small, `2 N K (M + M′)`
/// and the exponentials for probabilities, and for every subset the triangle of L, a solve with it for 1 + M′ right-hand sides and a few for
/// its smallest singular value, and once `2 K p (M + M′)` for the logit errors of all labels, or of as many as subsets can have.
pub fn operations(part: &str, size: &Size) -> f64 {
    let [n, k, m] = [size.inputs, size.labels, size.dim].map(|x| x as f64);
    let subsets = (size.pivots * size.per_pivot) as f64;
    let p = 1.0 + 2.0 * m;
    match part {
        READ => 2.0 * (n + k) * m,
        REDUCE => 2.0 * (n + k) * p * p,
        SMALL => p.powi(3),
        PROBABILITY => n * k * (4.0 * m + OPERATIONS_OF_A_LABEL),
        D_REP => {
            let of_a_subset = 4.0 / 3.0 * m.powi(3) + m * m * (1.0 + m) + SOLVES_FOR_A_SINGULAR_VALUE * m * m;
            2.0 * (subsets * of_a_subset + 4.0 * k.min(subsets * (m + 1.0)) * p * m)
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::PARTS;
    use crate::scaling::fit::{exponent, upper_decade};

    #[test]
    fn an_axis_spans_three_decades_and_every_pair_has_a_d_rep() {
        assert_eq!(steps(1, 20), [1, 2, 5, 10, 20]);
        assert_eq!(steps(20, 200), [20, 50, 100, 200]);
        for axis in Axis::ALL {
            let sizes = axis.sizes(false);
            let values: Vec<usize> = sizes.iter().map(|s| axis.value(s)).collect();
            assert_eq!(values[values.len() - 1], 1000 * values[0], "{axis:?}");
            assert!(sizes.iter().all(|s| s.labels > s.dim && s.inputs > 2 * s.dim), "{axis:?}");
            assert!(axis.sizes(true).iter().all(|s| s.labels > s.dim && s.inputs > 2 * s.dim), "{axis:?}");
        }
    }

    #[test]
    fn operations_grow_as_the_limit_says() {
        for axis in Axis::ALL {
            for part in PARTS {
                // Far out on the axis, the others as they are.
                let base = axis.value(&axis.size(0, false)).max(100_000_000);
                let points: Vec<(f64, f64)> =
                    [base, 10 * base].map(|v| (v as f64, operations(part, &axis.size(v, false)))).to_vec();
                let found = exponent(&upper_decade(&points)).unwrap();
                let expected = match axis.limit(part) {
                    "1" => 0.0,
                    "N" | "K" | "M" => 1.0,
                    "M²" => 2.0,
                    "M³" => 3.0,
                    other => panic!("{other}"),
                };
                assert!((found - expected).abs() < 0.01, "{axis:?} {part}: {found} for {expected}");
            }
        }
    }
}
