//! The fixed tree along which partial results are merged, so that a result depends on the data and not on who
//! computed which part.
//!
//! Leaves 0, 1, …, n−1 are split at the largest power of two below n, again and again. [`merge_tree`] walks it in
//! parallel; [`Stream`] builds the same tree from leaves that arrive one by one.

/// Merges `leaf(0), …, leaf(count − 1)` along the fixed tree, in parallel. `None` for no leaves.
pub fn merge_tree<T: Send>(
    count: usize,
    leaf: &(impl Fn(usize) -> T + Sync),
    merge: &(impl Fn(T, T) -> T + Sync),
) -> Option<T> {
    (count > 0).then(|| merge_range(0, count, leaf, merge))
}

fn merge_range<T: Send>(
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
