//! The input side of a pair: the factor of both embeddings, and how they were written for it.

use crate::error::Error;
use crate::factor::Factor;
use crate::model::Pair;
use crate::near::Frame;
use crate::progress::{Stage, Watch};
use crate::rows::rows_of;
use crate::share::Share;
use crate::tree::Subtrees;
use logitdist_linalg::{Mat, MatMut, MatRef, Reborrow, ReborrowMut, matmul_into, r_factor};
use serde::{Deserialize, Serialize};

/// R_x, the factor of [1 F F′ ‖f‖² ‖f′‖²] over the inputs, in a frame. The squared lengths serve `cka_debiased` alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputSide {
    /// How F and F′ are written; squared lengths are those of what is left when the shifts are taken away.
    pub frame: Frame,
    /// The factor, of as many rows as there are inputs.
    pub factor: Factor,
}

impl InputSide {
    /// The input side of a pair: the first time that all rows are read.
    pub(crate) fn watched(pair: &Pair<'_>, watch: Watch<'_>) -> Result<InputSide, Error> {
        let (frame, subtrees) = InputSide::subtrees(pair, Share::WHOLE, watch)?;
        pair.a().finish_reading()?;
        pair.b().finish_reading()?;
        let factor = subtrees.into_whole().expect("the whole was asked for").expect("at least one block");
        Ok(InputSide { frame, factor })
    }

    /// A share of the factors that the input side is made of, and the frame that all of them are in.
    pub(crate) fn subtrees(
        pair: &Pair<'_>,
        share: Share,
        watch: Watch<'_>,
    ) -> Result<(Frame, Subtrees<Factor>), Error> {
        let (m_a, m_b) = (pair.a().dim(), pair.b().dim());
        let (rows, width) = (pair.n_inputs(), 3 + m_a + m_b);
        let frame = Frame::of(pair)?;
        let fill = |start: usize, mut piece: MatMut<'_, f64>| {
            let count = piece.nrows();
            let (mut first, lengths) = piece.rb_mut().split_at_col_mut(1 + m_a + m_b);
            first.rb_mut().col_mut(0).fill(1.0);
            let mut embeddings = first.get_mut(.., 1..);
            let (mut a, mut b) = embeddings.rb_mut().split_at_col_mut(m_a);
            pair.a().read(start, a.rb_mut())?;
            pair.b().read(start, b.rb_mut())?;
            write(&frame, embeddings, lengths, m_a);
            watch(Stage::Inputs, count);
            Ok(())
        };
        let subtrees = Factor::subtrees(rows, width, share, fill)?;
        Ok((frame, subtrees))
    }

    /// The input side of some inputs of the same pair, in the frame of `self`.
    pub(crate) fn of_inputs(&self, pair: &Pair<'_>, inputs: &[usize]) -> Result<InputSide, Error> {
        let (m_a, m_b) = (pair.a().dim(), pair.b().dim());
        let frame = &self.frame;
        let fill = |start: usize, mut piece: MatMut<'_, f64>| {
            let chosen = &inputs[start..start + piece.nrows()];
            let (mut first, lengths) = piece.rb_mut().split_at_col_mut(1 + m_a + m_b);
            first.rb_mut().col_mut(0).fill(1.0);
            let mut embeddings = first.get_mut(.., 1..);
            let (mut a, mut b) = embeddings.rb_mut().split_at_col_mut(m_a);
            a.copy_from(rows_of(pair.a(), chosen)?);
            b.copy_from(rows_of(pair.b(), chosen)?);
            write(frame, embeddings, lengths, m_a);
            Ok(())
        };
        let factor = Factor::of_rows(inputs.len(), self.factor.cols(), fill)?;
        Ok(InputSide { frame: frame.clone(), factor })
    }

    /// The input side over the inputs of `self` followed by those of `other`, in the frame of `self`.
    pub(crate) fn merge(&self, other: &InputSide) -> InputSide {
        let factor = if self.frame == other.frame {
            self.factor.merge(&other.factor)
        } else {
            let rewritten = other.frame.rewritten(&self.frame, other.factor.r());
            self.factor.merge(&Factor::of_triangle(rewritten, other.factor.rows()))
        };
        InputSide { frame: self.frame.clone(), factor }
    }
}

impl InputSide {
    /// The columns [1 F F′ ‖f‖² ‖f′‖²] with embeddings as they were read.
    pub(crate) fn plain(&self) -> Mat<f64> {
        self.frame.rewritten(&Frame::plain(self.frame.dims()), self.factor.r())
    }

    /// The same inputs with `F T` and `F′ T′` in place of embeddings, as long as these or 0, in another frame; `None` leaves them as they are.
    pub(crate) fn turned(&self, turns: [Option<&Mat<f64>>; 2], frame: &Frame) -> InputSide {
        if turns == [None, None] && *frame == self.frame {
            return self.clone();
        }
        let (plain, [m_a, m_b], dims) = (self.plain(), self.frame.dims(), frame.dims());
        let mut columns = Mat::zeros(plain.nrows(), 3 + dims[0] + dims[1]);
        columns.col_mut(0).copy_from(plain.col(0));
        let (mut from, mut to) = (1, 1);
        for (m, ((dim, turn), own)) in dims.into_iter().zip(turns).zip([m_a, m_b]).enumerate() {
            let embeddings = plain.get(.., from..from + own);
            let mut place = columns.get_mut(.., to..to + dim);
            match turn {
                Some(turn) => matmul_into(place, embeddings, turn.as_ref()),
                None => place.copy_from(embeddings),
            }
            (from, to) = (from + own, to + dim);
            if turn.is_none_or(|turn| turn.norm_max() > 0.0) {
                columns.col_mut(1 + dims[0] + dims[1] + m).copy_from(plain.col(1 + m_a + m_b + m));
            }
        }
        let columns = Frame::plain(dims).rewritten(frame, columns.as_ref());
        let factor = Factor::of_triangle(r_factor(columns), self.factor.rows());
        InputSide { frame: frame.clone(), factor }
    }
}

/// Writes both models' embeddings in a frame, and their squared lengths beside them.
fn write(frame: &Frame, mut embeddings: MatMut<'_, f64>, mut lengths: MatMut<'_, f64>, m_a: usize) {
    frame.write(embeddings.rb_mut());
    add_squares(embeddings.rb().get(.., ..m_a), lengths.rb_mut().subcols_mut(0, 1));
    if frame.has_twins() {
        let (a, b) = embeddings.rb().split_at_col(m_a);
        add_squares(frame.second(a, b).as_ref(), lengths.rb_mut().subcols_mut(1, 1));
    } else {
        add_squares(embeddings.rb().get(.., m_a..), lengths.rb_mut().subcols_mut(1, 1));
    }
}

/// Adds the squares of the columns to a column.
pub(crate) fn add_squares(embeddings: MatRef<'_, f64>, mut lengths: MatMut<'_, f64>) {
    for column in embeddings.col_iter() {
        lengths.rb_mut().col_mut(0).iter_mut().zip(column.iter()).for_each(|(length, x)| *length += x * x);
    }
}
