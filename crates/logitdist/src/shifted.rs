//! Whether b's rows look shifted: similar to a's only after moving them by a few.

use crate::error::Error;
use crate::measure::chance::{chance_level, chance_limit};
use crate::model::Pair;
use crate::null::Whitened;
use crate::reduced::Reduced;
use logitdist_linalg::{MatRef, matmul_tn, singular_values};

/// How many rows a shift is looked for, either way.
const MOST_ROWS: usize = 4;

/// Numbers that may be held in memory for it.
const MOST_NUMBERS: usize = 1 << 25;

/// Share of what chance leaves open that a shift must show.
const LEAST_SHARE: f64 = 0.3;

/// A shift of b's rows under which the embeddings are similar, though they are not as given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Row i of a belongs to row i + `rows` of b.
    pub rows: isize,
    /// The mean canonical correlation of rows that are put side by side so.
    pub m_cca: f64,
}

impl Shift {
    /// The shift that looks best, if the embeddings cannot be told from unrelated ones as given. Both vary. Where more memory would be needed
    /// than is allowed, nothing is looked for.
    pub(crate) fn of(pair: &Pair<'_>, reduced: &Reduced, m_cca: f64) -> Result<Option<Shift>, Error> {
        let (r, r_other) = (reduced.a.rank_embeddings(), reduced.b.rank_embeddings());
        let inputs = reduced.n_inputs;
        let limit = chance_limit(r, r_other, inputs);
        if m_cca > limit || limit >= 1.0 || inputs * (r + r_other) > MOST_NUMBERS || inputs <= 2 * MOST_ROWS {
            return Ok(None);
        }
        let (a, b) = (Whitened::of(pair.a(), &reduced.a)?, Whitened::of(pair.b(), &reduced.b)?);
        let (a, b) = (a.scores(), b.scores());
        let shifts = (1..=MOST_ROWS as isize).flat_map(|rows| [rows, -rows]);
        let all = shifts.map(|rows| Shift { rows, m_cca: shifted(a, b, rows) });
        let best = all.reduce(|best, other| if other.m_cca > best.m_cca { other } else { best });
        let null = chance_level(r, r_other, inputs);
        Ok(best.filter(|best| best.m_cca > limit.max(null + LEAST_SHARE * (1.0 - null))))
    }
}

/// The mean correlation of whitened rows i of `a` and i + `rows` of `b`; those at an end have no partner and count as 0.
fn shifted(a: MatRef<'_, f64>, b: MatRef<'_, f64>, rows: isize) -> f64 {
    let by = rows.unsigned_abs();
    let count = a.nrows() - by;
    let (from_a, from_b) = if rows > 0 { (0, by) } else { (by, 0) };
    let cross = matmul_tn(a.subrows(from_a, count), b.subrows(from_b, count));
    let correlations = singular_values(cross.as_ref());
    correlations.iter().map(|x| x.min(1.0)).sum::<f64>() / correlations.len() as f64
}
