//! The input sides of pairs that have their first model in common.

use super::fan::fan;
use crate::error::Error;
use crate::inputs::{InputSide, add_squares};
use crate::model::Pair;
use crate::near::Frame;
use crate::progress::{Stage, Watch};
use logitdist_linalg::{Mat, MatMut, Reborrow, ReborrowMut};

/// Rows of the first model: as they are, and as they were written.
struct First {
    read: Mat<f64>,
    written: Mat<f64>,
}

/// What [`InputSide::watched`] gives of each pair. The first model is read and factored once.
pub(super) fn input_sides(pairs: &[Pair<'_>], watch: Watch<'_>) -> Result<Vec<InputSide>, Error> {
    let first = pairs[0].a();
    let (rows, m_a) = (first.n_inputs(), first.dim());
    // [F′ ‖f‖² ‖f′‖²] stand right of [1 F].
    let widths: Vec<usize> = pairs.iter().map(|pair| pair.b().dim() + 2).collect();
    let widest = 1 + m_a + widths.iter().max().copied().unwrap_or(0);
    if pairs.len() == 1 || rows < widest {
        return pairs.iter().map(|pair| InputSide::watched(pair, watch)).collect();
    }
    let frames = pairs.iter().map(Frame::of).collect::<Result<Vec<Frame>, Error>>()?;
    let fill_first = |start: usize, mut piece: MatMut<'_, f64>| {
        piece.rb_mut().col_mut(0).fill(1.0);
        let mut embeddings = piece.get_mut(.., 1..);
        first.read(start, embeddings.rb_mut())?;
        let read = embeddings.rb().to_owned();
        // What is taken away from the first model follows from its own rows, and is the same in all frames.
        frames[0].write_first(embeddings.rb_mut());
        Ok(First { read, written: embeddings.rb().to_owned() })
    };
    let fill = |i: usize, start: usize, first: &First, piece: MatMut<'_, f64>| {
        let (frame, m_b) = (&frames[i], pairs[i].b().dim());
        let (mut b, mut lengths) = piece.split_at_col_mut(m_b);
        pairs[i].b().read(start, b.rb_mut())?;
        frame.write_second(b.rb_mut(), first.read.as_ref());
        add_squares(first.written.as_ref(), lengths.rb_mut().subcols_mut(0, 1));
        let mut length = lengths.subcols_mut(1, 1);
        if frame.has_twins() {
            add_squares(frame.second(first.written.as_ref(), b.rb()).as_ref(), length.rb_mut());
        } else {
            add_squares(b.rb(), length.rb_mut());
        }
        watch(Stage::Inputs, b.nrows());
        Ok(())
    };
    let (_, factors) = fan(rows, 1 + m_a, &widths, fill_first, fill)?;
    first.finish_reading()?;
    pairs.iter().try_for_each(|pair| pair.b().finish_reading())?;
    Ok(frames.into_iter().zip(factors).map(|(frame, factor)| InputSide { frame, factor }).collect())
}
