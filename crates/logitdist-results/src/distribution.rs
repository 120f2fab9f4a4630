//! A sample whose memory is bounded in its size: exact while it is small, counts in narrow buckets beyond.

use std::collections::BTreeMap;

/// Values that are kept one by one; beyond, quantiles come from buckets.
const EXACT_UP_TO: usize = 1024;

/// Bits of a number that do not tell buckets apart: a bucket holds the numbers that agree in sign, exponent and the first 9
/// binary digits after the leading one, so that its ends differ by a factor of at most 1 + 2⁻⁹.
const BITS_INSIDE: u32 = 43;

/// Neighbouring buckets that are kept together.
const BLOCK: usize = 64;

/// Values, none of them NaN, as a multiset: neither order nor the way in which parts were merged changes anything.
///
/// Number, smallest and largest value are exact. Quantiles are exact up to 1024 values; beyond, each order statistic is off by at
/// most 0.1 % of itself (half a bucket, 2⁻¹⁰; numbers under 1e-310 count as 0), and memory grows with the number of buckets in use only.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    count: u64,
    least: f64,
    most: f64,
    values: Values,
}

#[derive(Debug, Clone)]
enum Values {
    Each(Vec<f64>),
    Buckets(BTreeMap<i32, Box<[u32; BLOCK]>>),
}

impl PartialEq for Values {
    fn eq(&self, other: &Values) -> bool {
        match (self, other) {
            (Values::Each(a), Values::Each(b)) => sorted(a) == sorted(b),
            (Values::Buckets(a), Values::Buckets(b)) => a == b,
            _ => false,
        }
    }
}

impl Default for Distribution {
    fn default() -> Distribution {
        let values = Values::Each(Vec::new());
        Distribution { count: 0, least: f64::INFINITY, most: f64::NEG_INFINITY, values }
    }
}

impl FromIterator<f64> for Distribution {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Distribution {
        let mut distribution = Distribution::default();
        values.into_iter().for_each(|x| distribution.add(x));
        distribution
    }
}

impl Distribution {
    /// Adds a value.
    pub fn add(&mut self, x: f64) {
        debug_assert!(!x.is_nan(), "NaN has no place in an order");
        self.count += 1;
        self.least = self.least.min(x);
        self.most = self.most.max(x);
        match &mut self.values {
            Values::Each(values) if values.len() < EXACT_UP_TO => values.push(x),
            Values::Each(values) => {
                let mut buckets = BTreeMap::new();
                values.iter().for_each(|&x| *counter(&mut buckets, x) += 1);
                *counter(&mut buckets, x) += 1;
                self.values = Values::Buckets(buckets);
            }
            Values::Buckets(buckets) => {
                let count = counter(buckets, x);
                *count = count.saturating_add(1);
            }
        }
    }

    /// Adds all values of another.
    pub fn merge(&mut self, other: &Distribution) {
        let Values::Buckets(theirs) = &other.values else {
            let Values::Each(values) = &other.values else { unreachable!("the other form") };
            return values.iter().for_each(|&x| self.add(x));
        };
        let mut buckets = match std::mem::replace(&mut self.values, Values::Each(Vec::new())) {
            Values::Buckets(buckets) => buckets,
            Values::Each(values) => {
                let mut buckets = BTreeMap::new();
                values.iter().for_each(|&x| *counter(&mut buckets, x) += 1);
                buckets
            }
        };
        for (&key, block) in theirs {
            let own = buckets.entry(key).or_insert_with(|| Box::new([0; BLOCK]));
            own.iter_mut().zip(block.iter()).for_each(|(a, &b)| *a = a.saturating_add(b));
        }
        self.values = Values::Buckets(buckets);
        self.count += other.count;
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
    }

    /// Number of values.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The quantiles at levels `q` in [0, 1], linear between order statistics (Hyndman & Fan's type 7); `None` if there are no values.
    pub fn quantiles<const N: usize>(&self, q: [f64; N]) -> Option<[f64; N]> {
        let last = self.count.checked_sub(1)?;
        let each = match &self.values {
            Values::Each(values) => sorted(values),
            Values::Buckets(_) => Vec::new(),
        };
        let order_statistic = |rank: u64| match &self.values {
            _ if rank == 0 => self.least,
            _ if rank == last => self.most,
            Values::Each(_) => each[rank as usize],
            Values::Buckets(buckets) => value_at(buckets, rank).clamp(self.least, self.most),
        };
        Some(q.map(|q| {
            let position = q * last as f64;
            let (below, share) = (position.floor() as u64, position.fract());
            let low = order_statistic(below);
            // Not a weighted sum: between infinities that would be NaN.
            if share == 0.0 {
                return low;
            }
            let high = order_statistic((below + 1).min(last));
            if low == high { low } else { low + share * (high - low) }
        }))
    }

    /// The quantile at one level; as [`quantiles`](Distribution::quantiles).
    pub fn quantile(&self, q: f64) -> Option<f64> {
        self.quantiles([q]).map(|[x]| x)
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}

/// The bucket of a number; buckets are in the order of numbers.
fn bucket(x: f64) -> i32 {
    let bits = (x + 0.0).to_bits() as i64;
    let ordered = bits ^ (((bits >> 63) as u64) >> 1) as i64;
    (ordered >> BITS_INSIDE) as i32
}

/// The middle of a bucket.
fn middle(bucket: i32) -> f64 {
    let end = |ordered: i64| {
        let x = f64::from_bits((ordered ^ (((ordered >> 63) as u64) >> 1) as i64) as u64);
        if x.abs() < 1e-310 { 0.0 } else { x }
    };
    let low = i64::from(bucket) << BITS_INSIDE;
    let (a, b) = (end(low), end(low + (1 << BITS_INSIDE) - 1));
    // The bucket of an infinity holds nothing else that is a number.
    match (a.is_finite(), b.is_finite()) {
        (true, true) => a / 2.0 + b / 2.0,
        (false, _) if a.is_infinite() => a,
        _ => b,
    }
}

fn counter(buckets: &mut BTreeMap<i32, Box<[u32; BLOCK]>>, x: f64) -> &mut u32 {
    let bucket = bucket(x);
    let block = buckets.entry(bucket.div_euclid(BLOCK as i32)).or_insert_with(|| Box::new([0; BLOCK]));
    &mut block[bucket.rem_euclid(BLOCK as i32) as usize]
}

/// The middle of the bucket that holds the value of a rank, from 0.
fn value_at(buckets: &BTreeMap<i32, Box<[u32; BLOCK]>>, rank: u64) -> f64 {
    let mut passed = 0;
    for (&key, block) in buckets {
        for (i, &count) in block.iter().enumerate() {
            passed += u64::from(count);
            if passed > rank {
                return middle(key * BLOCK as i32 + i as i32);
            }
        }
    }
    f64::INFINITY
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The q-quantile of sorted values, q in [0, 1], linear between order statistics (Hyndman & Fan's type 7); `None` for none.
    fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
        let last = sorted.len().checked_sub(1)?;
        let position = q * last as f64;
        let (below, share) = (position.floor() as usize, position.fract());
        let above = (below + 1).min(last);
        // Not a weighted sum: between infinities that would be NaN.
        Some(if share == 0.0 {
            sorted[below]
        } else {
            sorted[below] + share * (sorted[above] - sorted[below])
        })
    }

    #[test]
    fn quantiles_interpolate_between_order_statistics() {
        let values = [1.0, 2.0, 4.0, 8.0];
        for (q, want) in [(0.0, 1.0), (1.0, 8.0), (0.5, 3.0), (1.0 / 3.0, 2.0), (0.25, 1.75)] {
            assert!((quantile(&values, q).unwrap() - want).abs() < 1e-15, "{q}");
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0], 0.9), Some(3.0));
    }

    /// Numbers over many orders of magnitude, of both signs, with zeros.
    fn numbers(n: u64) -> Vec<f64> {
        let mut state = 1u64;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        (0..n)
            .map(|i| match i % 10 {
                0 => 0.0,
                1..4 => -(10f64.powf(600.0 * next() - 300.0)),
                _ => 10f64.powf(40.0 * next() - 30.0),
            })
            .collect()
    }

    #[test]
    fn quantiles_are_exact_while_small_and_within_a_thousandth_beyond() {
        for n in [1, 2, 5, 1024, 1025, 30_000] {
            let values = numbers(n);
            let distribution: Distribution = values.iter().copied().collect();
            let sorted = sorted(&values);
            for i in 0..=1000 {
                let q = f64::from(i) / 1000.0;
                let (got, want) = (distribution.quantile(q).unwrap(), quantile(&sorted, q).unwrap());
                if n as usize <= EXACT_UP_TO || i % 1000 == 0 {
                    assert_eq!(got, want, "n = {n}, q = {q}");
                } else {
                    // Interpolation is between two order statistics, each off by a thousandth of itself at most.
                    let position = q * (n - 1) as f64;
                    let ends = [sorted[position.floor() as usize], sorted[position.ceil() as usize]];
                    let allowed = 0.001 * ends[0].abs().max(ends[1].abs());
                    assert!((got - want).abs() <= allowed, "n = {n}, q = {q}: {got} and {want}");
                }
            }
        }
    }

    #[test]
    fn neither_order_nor_parts_change_anything() {
        for n in [100, 1024, 1500, 5000] {
            let values = numbers(n);
            let whole: Distribution = values.iter().copied().collect();
            for part in [1, 7, 600, 1024, 4999] {
                let mut merged = Distribution::default();
                for piece in values.rchunks(part) {
                    merged.merge(&piece.iter().rev().copied().collect());
                }
                assert_eq!(merged, whole, "n = {n}, parts of {part}");
            }
        }
    }

    #[test]
    fn nothing_one_value_zeros_and_infinities_have_quantiles() {
        assert_eq!(Distribution::default().quantile(0.5), None);
        assert!(Distribution::default().is_empty());
        for x in [0.0, -0.0, 1.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, 5e-324, f64::MAX, f64::MIN] {
            for n in [1, 2, 3000] {
                let same: Distribution = std::iter::repeat_n(x, n).collect();
                assert_eq!(same.quantiles([0.0, 0.3, 0.5, 1.0]), Some([x; 4]), "{n} × {x}");
                assert_eq!(same.len(), n as u64);
            }
        }
        let halves: Distribution = (0..4000).map(|i| if i < 2500 { 2.0 } else { f64::INFINITY }).collect();
        assert!((halves.quantile(0.5).unwrap() - 2.0).abs() < 0.002);
        assert_eq!(halves.quantile(0.9), Some(f64::INFINITY));
    }

    #[test]
    fn buckets_are_in_order_and_narrow() {
        let mut values = numbers(20_000);
        values.sort_by(f64::total_cmp);
        assert!(values.windows(2).all(|w| bucket(w[0]) <= bucket(w[1])));
        for x in values {
            assert!((middle(bucket(x)) - x).abs() <= 0.001 * x.abs(), "{x}");
        }
    }
}
