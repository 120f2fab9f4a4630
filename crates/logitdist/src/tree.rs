//! The fixed tree along which partial results are merged, so that a result depends on the data and not on who
//! computed which part.
//!
//! Leaves 0, 1, …, n−1 are split at the largest power of two below n, again and again. [`merge_tree`] walks it in
//! parallel; [`Stream`] builds the same tree from leaves that arrive one by one.

use serde::{Deserialize, Serialize};
use std::ops::Range;
use thiserror::Error;

/// Merges `leaf(0), …, leaf(count − 1)` along the fixed tree, in parallel. `None` for no leaves.
pub fn merge_tree<T: Send>(
    count: usize,
    leaf: &(impl Fn(usize) -> T + Sync),
    merge: &(impl Fn(T, T) -> T + Sync),
) -> Option<T> {
    (count > 0).then(|| merge_range(0, count, leaf, merge))
}

/// Merges the leaves of one node of the tree.
pub(crate) fn merge_range<T: Send>(
    start: usize,
    count: usize,
    leaf: &(impl Fn(usize) -> T + Sync),
    merge: &(impl Fn(T, T) -> T + Sync),
) -> T {
    if count == 1 {
        return leaf(start);
    }
    let left = count.next_power_of_two() / 2;
    let (a, b) = rayon::join(
        || merge_range(start, left, leaf, merge),
        || merge_range(start + left, count - left, leaf, merge),
    );
    merge(a, b)
}

/// A node of the fixed tree: its first leaf, and how many it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Node {
    start: usize,
    leaves: usize,
}

impl Node {
    fn end(self) -> usize {
        self.start + self.leaves
    }

    fn children(self) -> [Node; 2] {
        let left = self.leaves.next_power_of_two() / 2;
        [
            Node { start: self.start, leaves: left },
            Node { start: self.start + left, leaves: self.leaves - left },
        ]
    }

    /// The largest nodes of its subtree that have leaves of `range` alone, from left to right.
    fn within(self, range: &Range<usize>, found: &mut Vec<Node>) {
        if range.start <= self.start && self.end() <= range.end {
            found.push(self);
        } else if self.start < range.end && range.start < self.end() {
            self.children().into_iter().for_each(|child| child.within(range, found));
        }
    }
}

/// Partial results of some leaves of a fixed tree. Those of all leaves, wherever they were computed, join to what [`merge_tree`] gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subtrees<T> {
    /// Leaves of the whole tree.
    leaves: usize,
    /// From left to right.
    nodes: Vec<(Node, T)>,
}

/// Why subtrees do not join.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JoinError {
    /// They are of trees with different numbers of leaves.
    #[error("they are parts of different wholes: one of {0} pieces, and one of {1}")]
    Sizes(usize, usize),
    /// A leaf is in both.
    #[error("piece {0} of {1} is in two of them")]
    Twice(usize, usize),
    /// Leaves are in none.
    #[error("pieces {0} to {1} of {2} are missing")]
    Missing(usize, usize, usize),
}

impl<T> Subtrees<T> {
    /// The partial results of the leaves in `range`: those of the largest nodes that have no others. `node(start, leaves)` merges the
    /// leaves of a node along the tree. One node after the other: each has work for all threads, or there is little of it.
    pub fn of<E>(
        leaves: usize,
        range: &Range<usize>,
        node: impl Fn(usize, usize) -> Result<T, E>,
    ) -> Result<Subtrees<T>, E> {
        let mut nodes = Vec::new();
        if leaves > 0 {
            Node { start: 0, leaves }.within(range, &mut nodes);
        }
        let nodes = nodes.into_iter().map(|at| Ok((at, node(at.start, at.leaves)?)));
        Ok(Subtrees { leaves, nodes: nodes.collect::<Result<_, E>>()? })
    }

    /// Those of both; neighbours merge as soon as they meet.
    ///
    /// # Errors
    /// They are of different trees, or have leaves in common.
    pub fn join(mut self, other: Subtrees<T>, merge: impl Fn(T, T) -> T) -> Result<Subtrees<T>, JoinError> {
        if self.leaves != other.leaves {
            return Err(JoinError::Sizes(self.leaves, other.leaves));
        }
        self.nodes.extend(other.nodes);
        self.nodes.sort_by_key(|(node, _)| node.start);
        if let Some(twice) = self.nodes.windows(2).find(|two| two[1].0.start < two[0].0.end()) {
            return Err(JoinError::Twice(twice[1].0.start + 1, self.leaves));
        }
        let mut parts: Vec<Option<(Node, T)>> = self.nodes.into_iter().map(Some).collect();
        let mut joined = Vec::new();
        if self.leaves > 0 {
            join_within(Node { start: 0, leaves: self.leaves }, &mut parts, &merge, &mut joined);
        }
        Ok(Subtrees { leaves: self.leaves, nodes: joined })
    }

    /// The partial result of all leaves; `None` of a tree without any.
    ///
    /// # Errors
    /// Some are missing.
    pub fn into_whole(mut self) -> Result<Option<T>, JoinError> {
        let mut next = 0;
        for (node, _) in &self.nodes {
            if node.start != next {
                return Err(JoinError::Missing(next + 1, node.start, self.leaves));
            }
            next = node.end();
        }
        if next != self.leaves {
            return Err(JoinError::Missing(next + 1, self.leaves, self.leaves));
        }
        Ok(self.nodes.pop().map(|(_, whole)| whole))
    }

    /// The same with what `of` makes of each partial result.
    pub fn map<U>(self, of: impl Fn(T) -> U) -> Subtrees<U> {
        let nodes = self.nodes.into_iter().map(|(node, part)| (node, of(part))).collect();
        Subtrees { leaves: self.leaves, nodes }
    }

    /// Whether it has all leaves.
    pub fn is_whole(&self) -> bool {
        self.nodes.iter().map(|(node, _)| node.leaves).sum::<usize>() == self.leaves
    }
}

/// What there is of a node: itself, if all its leaves are there, or else its largest parts.
fn join_within<T>(
    node: Node,
    parts: &mut [Option<(Node, T)>],
    merge: &impl Fn(T, T) -> T,
    joined: &mut Vec<(Node, T)>,
) {
    let own = |part: &Option<(Node, T)>| {
        part.as_ref().is_some_and(|(at, _)| node.start <= at.start && at.end() <= node.end())
    };
    let first = parts.iter().position(own);
    let Some(first) = first else { return };
    let count = parts[first..].iter().take_while(|part| own(part)).count();
    let parts = &mut parts[first..first + count];
    if count == 1 && parts[0].as_ref().is_some_and(|(at, _)| *at == node) {
        joined.extend(parts[0].take());
        return;
    }
    let before = joined.len();
    let children = node.children();
    children.into_iter().for_each(|child| join_within(child, parts, merge, joined));
    if joined.len() == before + 2 && joined[before].0 == children[0] && joined[before + 1].0 == children[1] {
        let (_, right) = joined.pop().expect("two of them");
        let (_, left) = joined.pop().expect("two of them");
        joined.push((node, merge(left, right)));
    }
}

/// The same merges for leaves that arrive in order; it holds one partial result per level of the tree.
#[derive(Debug, Clone, Default)]
pub struct Stream<T> {
    /// Partial results with their numbers of leaves, which are falling powers of two.
    parts: Vec<(usize, T)>,
}

impl<T> Stream<T> {
    /// A stream that has seen no leaf.
    pub fn new() -> Self {
        Stream { parts: Vec::new() }
    }

    /// Takes the next leaf.
    pub fn push(&mut self, leaf: T, merge: impl Fn(T, T) -> T) {
        let mut part = (1, leaf);
        while let Some(last) = self.parts.pop_if(|last| last.0 == part.0) {
            part = (2 * part.0, merge(last.1, part.1));
        }
        self.parts.push(part);
    }

    /// The merge of all leaves; `None` if there were none.
    pub fn finish(self, merge: impl Fn(T, T) -> T) -> Option<T> {
        self.parts.into_iter().map(|(_, part)| part).rev().reduce(|right, left| merge(left, right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtrees_join_to_the_tree_however_they_are_cut_and_in_any_order() {
        let join = |a: String, b: String| format!("({a}{b})");
        let leaf = |i: usize| format!("[{i}]");
        for count in 0..40 {
            let whole = merge_tree(count, &leaf, &join);
            for cuts in [vec![], vec![count / 2], vec![1, count / 3, count / 2, count - count / 7]] {
                let mut ends: Vec<usize> =
                    cuts.into_iter().map(|cut| cut.min(count)).chain([0, count]).collect();
                ends.sort_unstable();
                let of = |range: &Range<usize>| {
                    let node = |start, leaves| Ok::<_, ()>(merge_range(start, leaves, &leaf, &join));
                    Subtrees::of(count, range, node).unwrap()
                };
                let mut parts: Vec<_> = ends.windows(2).map(|two| of(&(two[0]..two[1]))).collect();
                parts.reverse();
                parts.rotate_left(ends.len() / 3);
                let all = parts.into_iter().reduce(|a, b| a.join(b, join).unwrap()).unwrap();
                assert_eq!(all.into_whole(), Ok(whole.clone()), "{count} leaves cut at {ends:?}");
            }
        }
    }

    #[test]
    fn subtrees_that_overlap_or_leave_gaps_do_not_join() {
        let of = |leaves: usize, range: Range<usize>| {
            Subtrees::of(leaves, &range, |start, leaves| Ok::<_, ()>((start, leaves))).unwrap()
        };
        let merge = |a: (usize, usize), b: (usize, usize)| (a.0, a.1 + b.1);
        let join = |a: Subtrees<_>, b| a.join(b, merge);
        assert_eq!(join(of(9, 0..5), of(9, 4..9)), Err(JoinError::Twice(5, 9)));
        assert_eq!(join(of(9, 0..5), of(8, 5..8)), Err(JoinError::Sizes(9, 8)));
        let gap = join(of(9, 0..5), of(9, 7..9)).unwrap();
        assert!(!gap.is_whole());
        assert_eq!(gap.clone().into_whole(), Err(JoinError::Missing(6, 7, 9)));
        assert_eq!(of(9, 0..8).into_whole(), Err(JoinError::Missing(9, 9, 9)));
        assert_eq!(join(gap, of(9, 5..7)).unwrap().into_whole(), Ok(Some((0, 9))));
    }

    #[test]
    fn streaming_and_recursion_build_the_same_tree() {
        let join = |a: String, b: String| format!("({a}{b})");
        for count in 0..70 {
            let all_at_once = merge_tree(count, &|i| format!("[{i}]"), &join);
            let mut stream = Stream::new();
            for i in 0..count {
                stream.push(format!("[{i}]"), join);
            }
            assert_eq!(stream.finish(join), all_at_once, "{count} leaves");
        }
        assert_eq!(merge_tree(3, &|i| i.to_string(), &join).unwrap(), "((01)2)");
    }
}
