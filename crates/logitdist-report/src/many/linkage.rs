//! Average linkage: the two nearest groups are merged, again and again; groups are as far apart as their members are on average.

/// A merge of two groups. Groups below the number of things are single things, group n + k is what merge k made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Merge {
    /// The groups; the one that has the earlier thing first.
    pub groups: [usize; 2],
    /// How far apart they are.
    pub height: f64,
}

/// The merges of things at these distances, a symmetric matrix, from the nearest to the farthest. Equal distances are taken in the order of the
/// things.
pub fn average_linkage(distances: &[Vec<f64>]) -> Vec<Merge> {
    let count = distances.len();
    let mut apart = distances.to_vec();
    // In each row: which group it stands for, and how many things that has; none once it was merged into an earlier row.
    let mut rows: Vec<Option<(usize, f64)>> = (0..count).map(|i| Some((i, 1.0))).collect();
    let mut merges = Vec::with_capacity(count.saturating_sub(1));
    for k in 0..count.saturating_sub(1) {
        let live: Vec<usize> = (0..count).filter(|&i| rows[i].is_some()).collect();
        let pairs = live.iter().flat_map(|&i| live.iter().map(move |&j| (i, j))).filter(|(i, j)| i < j);
        let nearest = pairs.min_by(|x, y| apart[x.0][x.1].total_cmp(&apart[y.0][y.1]));
        let Some((i, j)) = nearest else { break };
        let ([Some((group_i, size_i)), Some((group_j, size_j))], height) = ([rows[i], rows[j]], apart[i][j])
        else {
            break;
        };
        merges.push(Merge { groups: [group_i, group_j], height });
        for &other in live.iter().filter(|&&other| other != i && other != j) {
            let mean = (size_i * apart[i][other] + size_j * apart[j][other]) / (size_i + size_j);
            apart[i][other] = mean;
            apart[other][i] = mean;
        }
        rows[i] = Some((count + k, size_i + size_j));
        rows[j] = None;
    }
    merges
}

/// The things in an order in which no two merges cross.
pub fn leaf_order(count: usize, merges: &[Merge]) -> Vec<usize> {
    let mut members: Vec<Vec<usize>> = (0..count).map(|i| vec![i]).collect();
    for merge in merges {
        let [mut first, second] = merge.groups.map(|group| members[group].clone());
        first.extend(second);
        members.push(first);
    }
    members.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bacteria_merge_as_in_the_textbook() {
        // The worked example of UPGMA on 5S ribosomal RNA: a and b at 17, e to them at 22, c and d at 28, both at 33.
        let above = [vec![17.0, 21.0, 31.0, 23.0], vec![30.0, 34.0, 21.0], vec![28.0, 39.0], vec![43.0]];
        let at = |i: usize, j: usize| match i.cmp(&j) {
            std::cmp::Ordering::Less => above[i][j - i - 1],
            std::cmp::Ordering::Greater => above[j][i - j - 1],
            std::cmp::Ordering::Equal => 0.0,
        };
        let distances: Vec<Vec<f64>> = (0..5).map(|i| (0..5).map(|j| at(i, j)).collect()).collect();
        let merges = average_linkage(&distances);
        let heights: Vec<f64> = merges.iter().map(|merge| merge.height).collect();
        assert_eq!(heights, [17.0, 22.0, 28.0, 33.0]);
        assert_eq!(merges[1].groups, [5, 4]);
        assert_eq!(merges[3].groups, [6, 7]);
        assert_eq!(leaf_order(5, &merges), [0, 1, 4, 2, 3]);
    }

    #[test]
    fn one_thing_and_none_have_no_merges() {
        assert_eq!((average_linkage(&[]), leaf_order(0, &[])), (vec![], vec![]));
        assert_eq!((average_linkage(&[vec![0.0]]), leaf_order(1, &[])), (vec![], vec![0]));
    }
}
