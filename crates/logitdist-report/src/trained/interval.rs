//! The mean over pairs of trained networks, and how far it may be off for the networks having been few.

use logitdist_results::t_975;
use std::collections::BTreeMap;

/// A value of a pair: which networks it belongs to, by numbers of their own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// The teacher.
    pub teacher: usize,
    /// The second network.
    pub student: usize,
    /// What was measured.
    pub value: f64,
}

/// How second networks belong to teachers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// Every teacher has students of its own, so that teachers' means are independent.
    Nested,
    /// All teachers are paired with the same networks, trained on labels alone: teachers' means share what these have in common.
    Crossed,
}

/// Intervals of fewer clusters than this are not drawn: of two, t is 12.7, and a bar would tell of the table and not of the networks.
const LEAST_CLUSTERS: usize = 3;

/// A mean with its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Pairs with a value.
    pub n: usize,
    /// Teachers among them.
    pub teachers: usize,
    /// Second networks that all teachers share; `None` where every teacher has its own.
    pub students: Option<usize>,
    /// Mean over teachers of the mean over each teacher's pairs.
    pub mean: f64,
    /// Half the width of the interval; `None` where there is one teacher, or one network that all share.
    pub half_width: Option<f64>,
}

impl Estimate {
    /// The interval, if there were networks enough for one to be drawn.
    pub fn drawn_interval(&self) -> Option<(f64, f64)> {
        self.interval().filter(|_| !self.has_few_clusters())
    }

    /// Whether there are too few teachers, or too few networks that all share.
    pub fn has_few_clusters(&self) -> bool {
        self.students.unwrap_or(self.teachers).min(self.teachers) < LEAST_CLUSTERS
    }

    /// The ends of the interval.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.half_width.map(|half| (self.mean - half, self.mean + half))
    }
}

/// Mean and interval; `None` without a value, or where infinities of both signs have no mean. Several values of one pair count as their mean.
///
/// The mean is ȳ = Σ w y with w = 1/(T Sₜ) for a pair of teacher t, one of T, that has Sₜ pairs. With e = w (y − ȳ) and V(G) = G/(G − 1) Σ (Σ e in a
/// cluster)² over the G clusters of a kind, the interval is ȳ ± t₀.₉₇₅(ν) √V, where
///
/// - nested: V = V(teachers), the variance of teachers' means over T; ν = T − 1;
/// - crossed: V = max{V(teachers) + V(students) − V(pairs), V(teachers), V(students)}, ν = min(T, S) − 1. V(teachers) alone would take
///   the students for fixed: what they have in common moves the means of all teachers together, which no spread between those shows.
///   The variance of the pairs is in both and taken off once; the difference may be negative by chance, hence the larger.
///
/// Source: two-way clustering, Cameron, Gelbach & Miller 2011 (J. Bus. Econ. Stat. 29:238); the degrees of freedom, Cameron & Miller 2015
/// (J. Hum. Resour. 50:317).
pub fn estimate(observations: &[Observation], design: Design) -> Option<Estimate> {
    let pairs = pair_means(observations);
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for pair in &pairs {
        *sizes.entry(pair.teacher).or_default() += 1;
    }
    let teachers = sizes.len();
    let weight = |pair: &Observation| 1.0 / (teachers * sizes[&pair.teacher]) as f64;
    let mean: f64 = pairs.iter().map(|pair| weight(pair) * pair.value).sum();
    if pairs.is_empty() || mean.is_nan() {
        return None;
    }
    let errors: Vec<(Observation, f64)> =
        pairs.iter().map(|pair| (*pair, weight(pair) * (pair.value - mean))).collect();
    let by_teacher = clustered(&errors, |pair| (pair.teacher, 0));
    let (students, variance, clusters) = match design {
        Design::Nested => (None, by_teacher.1, teachers),
        Design::Crossed => {
            let by_student = clustered(&errors, |pair| (pair.student, 0));
            let by_pair = clustered(&errors, |pair| (pair.teacher, pair.student));
            let both = by_teacher.1 + by_student.1 - by_pair.1;
            let variance = both.max(by_teacher.1).max(by_student.1);
            (Some(by_student.0), variance, teachers.min(by_student.0))
        }
    };
    let half_width = (clusters > 1 && mean.is_finite()).then(|| t_975(clusters - 1) * variance.sqrt());
    Some(Estimate { n: pairs.len(), teachers, students, mean, half_width })
}

/// The mean of each pair's values, by teacher and student.
fn pair_means(observations: &[Observation]) -> Vec<Observation> {
    let mut sums: BTreeMap<(usize, usize), (f64, f64)> = BTreeMap::new();
    for observation in observations {
        let (sum, count) = sums.entry((observation.teacher, observation.student)).or_default();
        (*sum, *count) = (*sum + observation.value, *count + 1.0);
    }
    let pair = |((teacher, student), (sum, count))| Observation { teacher, student, value: sum / count };
    sums.into_iter().map(pair).collect()
}

/// The number of clusters G, and G/(G − 1) Σ (sum of a cluster's errors)²; 0 for one cluster.
fn clustered(
    errors: &[(Observation, f64)],
    cluster: impl Fn(&Observation) -> (usize, usize),
) -> (usize, f64) {
    let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (pair, error) in errors {
        *sums.entry(cluster(pair)).or_default() += error;
    }
    let count = sums.len();
    if count < 2 {
        return (count, 0.0);
    }
    let squares: f64 = sums.values().map(|sum| sum * sum).sum();
    (count, squares * count as f64 / (count - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(values: &[&[f64]]) -> Vec<Observation> {
        let row = |(teacher, row): (usize, &&[f64])| {
            let own = row.iter().enumerate();
            own.map(|(student, &value)| Observation { teacher, student, value }).collect::<Vec<_>>()
        };
        values.iter().enumerate().flat_map(row).collect()
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0)
    }

    #[test]
    fn teachers_of_students_of_their_own_by_hand() {
        // Means 2, 4 and 6 of three teachers: mean 4, standard deviation 2, standard error 2/√3, t = 4.302653 with 2 degrees of freedom.
        let all = table(&[&[1.0, 3.0], &[3.0, 5.0], &[6.0, 6.0]]);
        let e = estimate(&all, Design::Nested).unwrap();
        assert_eq!((e.n, e.teachers, e.students, e.mean), (6, 3, None, 4.0));
        assert!((e.half_width.unwrap() - 4.302_652_73 * 2.0 / 3f64.sqrt()).abs() < 1e-6);
        let (low, high) = e.interval().unwrap();
        assert!(near(low + high, 8.0));
        // A teacher with fewer pairs counts as much as another.
        let uneven = estimate(&table(&[&[2.0], &[3.0, 5.0], &[6.0, 6.0]]), Design::Nested).unwrap();
        assert_eq!((uneven.n, uneven.mean), (5, 4.0));
        assert!(near(uneven.half_width.unwrap(), e.half_width.unwrap()));
    }

    /// Two factors that add up, without noise: y = a + b. The variance of the mean is that of both, and no more.
    #[test]
    fn shared_students_widen_the_interval_by_their_own_variance() {
        let (a, b) = ([0.0, 1.0, 5.0], [0.0, 2.0, 10.0, 4.0]);
        let rows: Vec<Vec<f64>> = a.iter().map(|a| b.iter().map(|b| a + b).collect()).collect();
        let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let e = estimate(&table(&rows), Design::Crossed).unwrap();
        let variance = |x: &[f64]| {
            let mean = x.iter().sum::<f64>() / x.len() as f64;
            x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (x.len() - 1) as f64 / x.len() as f64
        };
        // Of twelve pairs: Σ (y − ȳ)² = 4 Σ (a − ā)² + 3 Σ (b − b̄)² = 4 · 14 + 3 · 56.
        let pairs = (4.0 * 14.0 + 3.0 * 56.0) / 11.0 / 12.0;
        let want = (variance(&a) + variance(&b) - pairs).max(variance(&a)).max(variance(&b));
        assert_eq!((e.students, e.teachers, e.n), (Some(4), 3, 12));
        // With 2 degrees of freedom P(|t| ≤ x) = x/√(2 + x²).
        let quantile = (2.0f64 * 0.95 * 0.95 / (1.0 - 0.95 * 0.95)).sqrt();
        assert!(near(e.half_width.unwrap(), quantile * want.sqrt()), "{e:?}");
        let alone = estimate(&table(&rows), Design::Nested).unwrap();
        assert!(alone.half_width < e.half_width && alone.mean == e.mean);
    }

    /// The slow definition: Σ over all pairs of pairs that share a network of the product of their errors, without small-sample factors.
    #[test]
    fn two_way_variances_are_those_of_the_double_sum() {
        let hash = |i: usize| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f64 / 1e7;
        let (t, s) = (5, 4);
        let all: Vec<Observation> = (0..t * s)
            .map(|i| Observation { teacher: i / s, student: i % s, value: hash(i + 1) + hash(i / s + 99) })
            .collect();
        let mean = all.iter().map(|o| o.value).sum::<f64>() / (t * s) as f64;
        let double = |shares: fn(&Observation, &Observation) -> bool, g: usize| {
            let mut sum = 0.0;
            for a in &all {
                for b in all.iter().filter(|b| shares(a, b)) {
                    sum += (a.value - mean) * (b.value - mean);
                }
            }
            sum / ((t * s) as f64).powi(2) * g as f64 / (g - 1) as f64
        };
        let teachers = double(|a, b| a.teacher == b.teacher, t);
        let students = double(|a, b| a.student == b.student, s);
        let pairs = double(|a, b| a == b, t * s);
        let want = (teachers + students - pairs).max(teachers).max(students);
        let e = estimate(&all, Design::Crossed).unwrap();
        assert!(near(e.mean, mean));
        assert!(near(e.half_width.unwrap(), t_975(3) * want.sqrt()));
        let nested = estimate(&all, Design::Nested).unwrap();
        assert!(near(nested.half_width.unwrap(), t_975(4) * teachers.sqrt()));
    }

    #[test]
    fn what_has_no_interval_or_no_mean_has_none() {
        let of = |values: &[&[f64]], design| estimate(&table(values), design);
        assert_eq!(of(&[], Design::Nested), None);
        assert_eq!(of(&[&[1.0, 2.0]], Design::Nested).unwrap().half_width, None, "one teacher");
        assert_eq!(of(&[&[1.0], &[2.0]], Design::Crossed).unwrap().half_width, None, "one shared network");
        assert_eq!(of(&[&[3.0], &[3.0]], Design::Nested).unwrap().half_width, Some(0.0));
        let infinite = of(&[&[f64::INFINITY], &[2.0]], Design::Nested).unwrap();
        assert_eq!((infinite.mean, infinite.half_width), (f64::INFINITY, None));
        assert_eq!(of(&[&[f64::INFINITY], &[f64::NEG_INFINITY]], Design::Nested), None);
        // Values of one pair count as their mean, in any order.
        let mut repeated = table(&[&[1.0], &[5.0]]);
        repeated.push(Observation { teacher: 0, student: 0, value: 3.0 });
        assert_eq!(estimate(&repeated, Design::Nested).unwrap().mean, 3.5);
    }
}
