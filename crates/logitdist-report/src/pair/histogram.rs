//! How values of at least 0 are spread, on a logarithmic axis with a place for 0.

/// Widths of a bin in decades that are tried, from the narrowest.
const WIDTHS: [f64; 9] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0];

/// The most bins; the narrowest width that needs no more is taken.
const MOST_BINS: i64 = 40;

/// Bins that are equally wide on a logarithmic axis.
#[derive(Debug, Clone, PartialEq)]
pub struct LogBins {
    /// Width in decades.
    width: f64,
    /// The first bin begins at `10^(first · width)`.
    first: i64,
    /// Number of bins, at least 1.
    count: usize,
}

/// Counts of values in bins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Values that are 0.
    pub zeros: usize,
    /// Values in each bin.
    pub bins: Vec<usize>,
}

impl LogBins {
    /// Bins for all positive values; `None` if there are none.
    pub fn of(values: impl Iterator<Item = f64>) -> Option<LogBins> {
        let positive = values.filter(|x| *x > 0.0 && x.is_finite());
        let (least, most) =
            positive.fold((f64::INFINITY, 0.0f64), |(least, most), x| (least.min(x), most.max(x)));
        if most == 0.0 {
            return None;
        }
        let range = |width: f64| (place(least, width), place(most, width));
        let fits = |width: &&f64| {
            let (first, last) = range(**width);
            last - first < MOST_BINS
        };
        // All positive numbers span 632 decades: the widest bins may be more than a picture wants, and still few.
        let width = *WIDTHS.iter().find(fits).unwrap_or(&16.0);
        let (first, last) = range(width);
        Some(LogBins { width, first, count: (last - first + 1) as usize })
    }

    /// Number of bins.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The edges of bin i, inside the range of positive numbers.
    pub fn edges(&self, i: usize) -> [f64; 2] {
        let edge = |end: i64| 10f64.powf((self.first + i as i64 + end) as f64 * self.width);
        [0, 1].map(|end| edge(end).clamp(f64::MIN_POSITIVE, f64::MAX))
    }

    /// How many values are in each bin. Infinite ones are in none.
    pub fn counts(&self, values: impl Iterator<Item = f64>) -> Counts {
        let mut counts = Counts { zeros: 0, bins: vec![0; self.count] };
        for x in values.filter(|x| x.is_finite()) {
            if x > 0.0 {
                let bin = (place(x, self.width) - self.first).clamp(0, self.count as i64 - 1);
                counts.bins[bin as usize] += 1;
            } else {
                counts.zeros += 1;
            }
        }
        counts
    }
}

/// The number of the bin that a positive value is in.
fn place(x: f64, width: f64) -> i64 {
    (x.log10() / width).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_the_bin_between_whose_edges_it_is() {
        let values: Vec<f64> = (1..500).map(|i| (f64::from(i) * 0.37).sin().abs().powi(7) * 30.0).collect();
        let bins = LogBins::of(values.iter().copied()).unwrap();
        assert!((20..=40).contains(&bins.count()), "{bins:?}");
        let counts = bins.counts(values.iter().copied().chain([0.0, 0.0]));
        assert_eq!(counts.zeros, 2);
        for (i, count) in counts.bins.iter().enumerate() {
            let [from, to] = bins.edges(i);
            let inside = values.iter().filter(|x| (from..to).contains(*x)).count();
            assert_eq!(*count, inside, "bin {i}, {from} to {to}");
        }
        assert_eq!(counts.bins.iter().sum::<usize>(), values.len());
    }

    #[test]
    fn nothing_one_value_equal_values_and_all_decades_have_bins_or_none() {
        assert_eq!(LogBins::of([0.0, 0.0].into_iter()), None);
        assert_eq!(LogBins::of([].into_iter()), None);
        let one = LogBins::of([3.0; 5].into_iter()).unwrap();
        assert_eq!((one.count(), one.counts([3.0; 5].into_iter()).bins), (1, vec![5]));
        let [from, to] = one.edges(0);
        assert!(from <= 3.0 && 3.0 < to && to / from < 1.02, "{from} {to}");
        let all = [f64::MIN_POSITIVE * 1e-10, 1.0, f64::MAX];
        let bins = LogBins::of(all.into_iter()).unwrap();
        assert!(bins.count() <= 42, "{bins:?}");
        assert_eq!(bins.counts(all.into_iter()).bins.iter().sum::<usize>(), 3);
        let unbounded = LogBins::of([1.0, f64::INFINITY].into_iter()).unwrap();
        assert_eq!(unbounded.counts([1.0, f64::INFINITY].into_iter()).bins, [1]);
    }
}
