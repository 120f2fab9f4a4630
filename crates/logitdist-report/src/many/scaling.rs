//! Multidimensional scaling: points in the plane whose distances are as near to given ones as they can be.

use logitdist_linalg::{Mat, svd};

/// Points, and how far they are from the distances.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaled {
    /// A place for each thing, around the origin, along the axes in which they vary most.
    pub points: Vec<[f64; 2]>,
    /// Kruskal's stress-1, √(Σ(δ − d)²/Σd²) for distances δ and d in the plane: 0 where the plane suffices.
    pub stress: f64,
}

/// Most steps of the majorisation.
const MOST_STEPS: usize = 2000;

/// A relative gain under which it ends.
const SMALL: f64 = 1e-12;

/// Scales things at these distances, a symmetric matrix: classical scaling (Torgerson), made better by majorisation (SMACOF). Where
/// directions of classical scaling tie, it may begin at a bad place; so a circle is tried as well, and the nearer one taken.
pub fn scaled(distances: &[Vec<f64>]) -> Scaled {
    let count = distances.len();
    let [first, other] = [classical(distances), circle(distances)].map(|start| descended(distances, start));
    let points = if other.1 < FAR_BETTER * first.1 { other.0 } else { first.0 };
    let points = turned(&points);
    let squares: f64 = pairs(count).map(|(i, j)| apart(&points, i, j).powi(2)).sum();
    let stress = if squares > 0.0 { (raw_stress(distances, &points) / squares).sqrt() } else { 0.0 };
    Scaled { points, stress }
}

/// A raw stress under this share of the other is not so by rounding.
const FAR_BETTER: f64 = 0.999;

/// Where majorisation leads from a start, and the raw stress there.
fn descended(distances: &[Vec<f64>], start: Vec<[f64; 2]>) -> (Vec<[f64; 2]>, f64) {
    let (mut raw, mut points) = (raw_stress(distances, &start), start);
    for _ in 0..MOST_STEPS {
        let next = majorised(distances, &points);
        let gained = raw_stress(distances, &next);
        let is_small = raw - gained <= SMALL * raw;
        (points, raw) = (next, gained);
        if is_small {
            break;
        }
    }
    (points, raw)
}

/// Places on a circle, in the order of the things.
fn circle(distances: &[Vec<f64>]) -> Vec<[f64; 2]> {
    let count = distances.len();
    let mean = distances.iter().flatten().sum::<f64>() / (count * count).max(1) as f64;
    let place = |i: usize| {
        let (sin, cos) = (std::f64::consts::TAU * i as f64 / count as f64).sin_cos();
        [mean * cos, mean * sin]
    };
    (0..count).map(place).collect()
}

fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |i| (i + 1..count).map(move |j| (i, j)))
}

fn apart(points: &[[f64; 2]], i: usize, j: usize) -> f64 {
    (points[i][0] - points[j][0]).hypot(points[i][1] - points[j][1])
}

fn raw_stress(distances: &[Vec<f64>], points: &[[f64; 2]]) -> f64 {
    pairs(points.len()).map(|(i, j)| (distances[i][j] - apart(points, i, j)).powi(2)).sum()
}

/// The leading two coordinates of −½ J D² J, D² the squared distances and J what centres.
fn classical(distances: &[Vec<f64>]) -> Vec<[f64; 2]> {
    let count = distances.len();
    let squared = |i: usize, j: usize| distances[i][j] * distances[i][j];
    let means: Vec<f64> =
        (0..count).map(|i| (0..count).map(|j| squared(i, j)).sum::<f64>() / count as f64).collect();
    let mean = means.iter().sum::<f64>() / count as f64;
    let centred = Mat::from_fn(count, count, |i, j| -0.5 * (squared(i, j) - means[i] - means[j] + mean));
    let found = svd(centred.as_ref());
    // Singular vectors of a symmetric matrix have opposite signs where its eigenvalue is negative: there is no coordinate.
    let is_positive = |k: usize| (0..count).map(|i| found.u[(i, k)] * found.v[(i, k)]).sum::<f64>() > 0.0;
    let leading: Vec<usize> = (0..found.s.len()).filter(|&k| is_positive(k)).take(2).collect();
    let coordinate =
        |i: usize, axis: usize| leading.get(axis).map_or(0.0, |&k| found.s[k].sqrt() * found.u[(i, k)]);
    (0..count).map(|i| [coordinate(i, 0), coordinate(i, 1)]).collect()
}

/// The Guttman transform: the minimum of a quadratic that is nowhere below the raw stress and touches it here.
fn majorised(distances: &[Vec<f64>], points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let count = points.len();
    let moved = |i: usize| {
        let mut sum = [0.0; 2];
        for j in (0..count).filter(|&j| j != i) {
            let now = apart(points, i, j);
            let ratio = if now > 0.0 { distances[i][j] / now } else { 0.0 };
            for (axis, sum) in sum.iter_mut().enumerate() {
                *sum += ratio * (points[i][axis] - points[j][axis]);
            }
        }
        sum.map(|x| x / count as f64)
    };
    (0..count).map(moved).collect()
}

/// The points along their principal axes, the first of them on the positive side of each: a picture does not hang on how they were found.
fn turned(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let product = |a: usize, b: usize| points.iter().map(|p| p[a] * p[b]).sum::<f64>();
    let angle = 0.5 * (2.0 * product(0, 1)).atan2(product(0, 0) - product(1, 1));
    let (sin, cos) = angle.sin_cos();
    let along: Vec<[f64; 2]> = points.iter().map(|[x, y]| [cos * x + sin * y, cos * y - sin * x]).collect();
    let size = along.iter().flatten().fold(0.0_f64, |size, x| size.max(x.abs()));
    let sign = |axis: usize| {
        let first = along.iter().map(|p| p[axis]).find(|x| x.abs() > 1e-9 * size);
        first.map_or(1.0, f64::signum)
    };
    let signs = [sign(0), sign(1)];
    along.iter().map(|p| [signs[0] * p[0] + 0.0, signs[1] * p[1] + 0.0]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distances_of(points: &[[f64; 2]]) -> Vec<Vec<f64>> {
        (0..points.len()).map(|i| (0..points.len()).map(|j| apart(points, i, j)).collect()).collect()
    }

    #[test]
    fn points_of_a_plane_are_found_again() {
        let points = [[0.0, 0.0], [3.0, 0.0], [3.0, 1.0], [-2.0, 0.5], [1.0, 2.0]];
        let found = scaled(&distances_of(&points));
        assert!(found.stress < 1e-7, "{}", found.stress);
        for (i, j) in pairs(points.len()) {
            assert!((apart(&found.points, i, j) - apart(&points, i, j)).abs() < 1e-6);
        }
    }

    #[test]
    fn four_things_equally_far_apart_become_a_square() {
        // Sides s and diagonals √2 s are nearest to 1 at s = (2 + √2)/4, with a stress of 3 − 2√2.
        let distances: Vec<Vec<f64>> =
            (0..4).map(|i| (0..4).map(|j| f64::from(u8::from(i != j))).collect()).collect();
        let found = scaled(&distances);
        assert!((found.stress - (3.0 - 2.0 * 2f64.sqrt())).abs() < 1e-6, "{}", found.stress);
    }

    #[test]
    fn few_and_equal_things_have_places_too() {
        assert_eq!(scaled(&[]).points.len(), 0);
        assert_eq!(scaled(&[vec![0.0]]), Scaled { points: vec![[0.0; 2]], stress: 0.0 });
        let two = scaled(&[vec![0.0, 2.0], vec![2.0, 0.0]]);
        assert!(two.stress < 1e-12 && (apart(&two.points, 0, 1) - 2.0).abs() < 1e-12);
        let same = scaled(&vec![vec![0.0; 3]; 3]);
        assert_eq!((same.points, same.stress), (vec![[0.0; 2]; 3], 0.0));
    }
}
