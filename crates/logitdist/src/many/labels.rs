//! The label sides of pairs that have their first model in common.

use super::fan::fan;
use crate::label_side::{LabelSide, label_twins, write_first, write_second};
use crate::labels::Labels;
use crate::labels::labels_of;
use crate::masks::Masks;
use crate::model::Pair;
use crate::progress::{Stage, Watch};
use crate::rows::ModelRows;
use logitdist_linalg::MatMut;
use std::convert::Infallible;
use std::sync::Arc;

/// What [`LabelSide::watched`] gives of each pair. The first head is factored once, and others once for all models that have them.
pub(super) fn label_sides(pairs: &[Pair<'_>], watch: Watch<'_>) -> Vec<Arc<LabelSide>> {
    let models: Vec<&dyn ModelRows> =
        std::iter::once(pairs[0].a()).chain(pairs.iter().map(Pair::b)).collect();
    let mut heads = labels_of(&models);
    let first = heads.remove(0);
    let same = |a: &Arc<Labels>, b: &Arc<Labels>| Arc::ptr_eq(a, b) || a == b;
    // Of each pair the first that has the same second head.
    let kinds: Vec<usize> =
        (0..heads.len()).map(|i| (0..i).find(|&j| same(&heads[j], &heads[i])).unwrap_or(i)).collect();
    let distinct: Vec<usize> = (0..heads.len()).filter(|&i| kinds[i] == i).collect();
    let (rows, m_a) = (first.bias.len(), first.unembeddings.ncols());
    let widest = distinct.iter().map(|&i| heads[i].unembeddings.ncols() + 1).max().unwrap_or(0);
    let sides: Vec<Arc<LabelSide>> = if rows < 2 + m_a + widest {
        let whole = |&i: &usize| Arc::new(LabelSide::of_labels(&first, &heads[i], watch));
        distinct.iter().map(whole).collect()
    } else {
        let is_first: Vec<bool> = distinct.iter().map(|&i| same(&first, &heads[i])).collect();
        let others: Vec<usize> =
            distinct.iter().zip(&is_first).filter(|(_, is_first)| !**is_first).map(|(&i, _)| i).collect();
        let twins: Vec<Vec<bool>> = others.iter().map(|&i| label_twins(&first, &heads[i])).collect();
        let widths: Vec<usize> = others.iter().map(|&i| heads[i].unembeddings.ncols() + 1).collect();
        let fill_first = |start: usize, piece: MatMut<'_, f64>| {
            watch(Stage::Labels, piece.nrows());
            write_first(&first, start, piece);
            Ok::<_, Infallible>(())
        };
        let fill = |i: usize, start: usize, (): &(), piece: MatMut<'_, f64>| {
            watch(Stage::Labels, piece.nrows());
            write_second(&first, &heads[others[i]], &twins[i], start, piece);
            Ok(())
        };
        let Ok((own, factors)) = fan(rows, 2 + m_a, &widths, fill_first, fill);
        let mut factors = twins.into_iter().zip(factors);
        let side = |(&i, is_first): (&usize, &bool)| {
            if *is_first {
                return Arc::new(LabelSide::of_factored_head(&own, &first, &heads[i]));
            }
            let (twins, factor) = factors.next().expect("one for each other head");
            let masks = Masks::of(&first.masked, &heads[i].masked);
            Arc::new(LabelSide { a: Arc::clone(&first), b: Arc::clone(&heads[i]), masks, twins, factor })
        };
        distinct.iter().zip(&is_first).map(side).collect()
    };
    let place = |kind: usize| distinct.binary_search(&kind).expect("every kind is among the distinct ones");
    kinds.iter().map(|&kind| Arc::clone(&sides[place(kind)])).collect()
}
