//! The verdict: what the distributions alone guarantee about the representations.

use super::{Bound, Side, Statement, Status};
use crate::applicable::{Applicable, Reason};
use crate::error::Error;
use crate::measure::d_logit::d_logit;
use crate::measure::whose::Whose;
use crate::reduced::{Direction, Reduced};

/// "m_CCA is at least x, and a linear probe carried over costs at most y", from distributions and spectra alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// The best of the lower bounds on m_CCA of the embeddings, in [0, 1], and the token of the simplest theorem that certifies it up to
    /// 1e-12.
    pub m_cca: Applicable<(f64, &'static str)>,
    /// The best lower bound on the mean of the correlations of the logits, of T3 and T5, in [0, 1]; and its token.
    pub m_cca_logits: Applicable<(f64, &'static str)>,
    /// The most that a probe w with ‖w‖ = 1 can lose when carried over: `d_logit / σ_min(G̃)`, in the units of f (root mean square).
    /// Not applicable if G̃ has not full column rank: a probe in its null space could lose anything.
    pub probe_cost: Applicable<f64>,
    /// The most that any probe in the range of G̃ᵀ can lose, in units of its own standard deviation over the inputs:
    /// `d_logit / √σ_r`, σ_r the smallest non-zero eigenvalue of Cov(u).
    pub relative_probe_cost: Applicable<f64>,
}

impl Certificate {
    /// Where no bound was asked for.
    pub(crate) fn left_out() -> Certificate {
        let reason = || Reason::LeftOut("the bounds");
        Certificate {
            m_cca: Err(reason()),
            m_cca_logits: Err(reason()),
            probe_cost: Err(reason()),
            relative_probe_cost: Err(reason()),
        }
    }
}

/// The certificate of a pair in a direction, from bounds already evaluated for it.
pub fn certificate(reduced: &Reduced, direction: Direction, bounds: &[Bound]) -> Certificate {
    let (model, _) = reduced.models(direction);
    let distance = d_logit(reduced);
    if let Some(masked) = reduced.masked() {
        return Certificate {
            m_cca: Err(masked.clone()),
            m_cca_logits: Err(masked.clone()),
            probe_cost: Err(masked.clone()),
            relative_probe_cost: Err(masked.clone()),
        };
    }
    if let Some(unknown) = reduced.unknown_directions() {
        return Certificate {
            m_cca: Err(reduced.lacking(false, Whose::Both, direction).unwrap_or_else(|| unknown.clone())),
            m_cca_logits: Err(unknown.clone()),
            probe_cost: Err(unknown.clone()),
            relative_probe_cost: Err(unknown),
        };
    }
    let constant = |what| Reason::Constant { what, side: model.side };
    let lacking = |whose| reduced.lacking(false, whose, direction);
    // Without embeddings the logits are in their place, and what is certified of these is certified of the logits.
    let (m_cca, m_cca_logits) = match lacking(Whose::Both) {
        None => (best_of(bounds, &["m_cca"]), best_of(bounds, &["m_cca_logits"])),
        Some(reason) => (Err(reason), best_of(bounds, &["m_cca_logits", "m_cca"])),
    };
    if let Some(reason) = lacking(Whose::Firsts) {
        return Certificate {
            m_cca,
            m_cca_logits,
            probe_cost: Err(reason.clone()),
            relative_probe_cost: Err(reason),
        };
    }
    Certificate {
        m_cca,
        m_cca_logits,
        probe_cost: match model.smallest_unembedding_value() {
            Some(sigma_min) if model.rank_unembeddings() == model.dim => Ok(distance / sigma_min),
            Some(_) => Err(Reason::UnembeddingRank {
                side: model.side,
                rank: model.rank_unembeddings(),
                dim: model.dim,
            }),
            None => Err(constant("unembeddings")),
        },
        relative_probe_cost: match model.spectrum().last() {
            Some(smallest) if model.rank_logits() == model.rank_unembeddings() => {
                Ok(distance / smallest.sqrt())
            }
            // A direction of G̃ without variance in f has no standard deviation to compare with.
            Some(_) => Err(Reason::ConstantProbes {
                side: model.side,
                rank: model.rank_logits(),
                unembeddings: model.rank_unembeddings(),
            }),
            None => Err(constant("logits")),
        },
    }
}

/// How much more a later theorem must certify to be named in place of an earlier, which is simpler.
const NEGLIGIBLE: f64 = 1e-12;

/// The largest lower bound on a measure, at least 0, of the simplest theorem that certifies as much; or the reason why the first of
/// them does not exist.
fn best_of(bounds: &[Bound], measures: &[&'static str]) -> Applicable<(f64, &'static str)> {
    let about = || bounds.iter().filter(|b| measures.iter().any(|m| b.theorem.side == Side::AtLeast(m)));
    let certified = || {
        about().filter_map(|bound| match bound.statement? {
            Statement::AtLeast { bound: at_least, .. } => Some((at_least.max(0.0), bound.theorem.token)),
            Statement::AtMost { .. } => None,
        })
    };
    let largest = certified().fold(0.0, |largest: f64, (at_least, _)| largest.max(at_least));
    let not_applicable = |bound: &Bound| match &bound.status {
        Status::NotApplicable(reason) => Some(reason.clone()),
        _ => None,
    };
    certified().find(|(at_least, _)| *at_least >= largest - NEGLIGIBLE).ok_or_else(|| {
        let reason = about().find_map(not_applicable);
        reason.unwrap_or_else(|| Reason::Undetermined("no bound was evaluated".into()))
    })
}

/// T8 for one linear concept w.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbeTransfer {
    /// Measured root mean square error of the probe carried over: `√(E(w·G̃⁺Δ)²)`.
    pub error: f64,
    /// The certificate `‖G̃^{+T}w‖ d_logit`.
    pub certified: f64,
    /// Standard deviation of w·f(x) over the inputs, to judge both against.
    pub probe_sd: f64,
}

/// Error and certificate of carrying the probe w (M entries) over from the other model through G̃⁺G̃′ (T8).
///
/// Only the part of w in the range of G̃ᵀ is determined by the distribution; the error is that part's.
///
/// # Errors
/// [`Error::Option`] if w does not have M finite entries, or labels are masked.
pub fn probe_transfer(reduced: &Reduced, direction: Direction, w: &[f64]) -> Result<ProbeTransfer, Error> {
    check_probe(reduced, direction, w)?;
    let (model, _) = reduced.models(direction);
    let v = model.on_logits(w);
    let norm = |rows: logitdist_linalg::MatRef<'_, f64>, x: &[f64]| {
        let dot = |i: usize| rows.row(i).iter().zip(x).map(|(r, x)| r * x).sum::<f64>();
        (0..rows.nrows()).map(|i| dot(i).powi(2)).sum::<f64>().sqrt()
    };
    Ok(ProbeTransfer {
        error: norm(reduced.delta.as_ref(), &v),
        certified: v.iter().map(|x| x * x).sum::<f64>().sqrt() * d_logit(reduced),
        probe_sd: norm(model.centred_embeddings(), w),
    })
}

/// Whether w is a probe of the first model of a direction.
pub(super) fn check_probe(reduced: &Reduced, direction: Direction, w: &[f64]) -> Result<(), Error> {
    let (model, _) = reduced.models(direction);
    if let Some(masked) = reduced.masked() {
        return Err(Error::Option(format!("a probe cannot be carried over: {masked}")));
    }
    if let Some(reason) = reduced.lacking(false, Whose::Firsts, direction) {
        return Err(Error::Option(format!("a probe needs embeddings: {reason}")));
    }
    if w.len() == model.dim && w.iter().all(|x| x.is_finite()) {
        return Ok(());
    }
    Err(Error::Option(format!(
        "the probe has {} entries; model {} needs {} finite ones, its dimension",
        w.len(),
        model.side,
        model.dim
    )))
}
