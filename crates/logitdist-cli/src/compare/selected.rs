//! Which measures and bounds are asked for.

use anyhow::{anyhow, bail};
use logitdist::{GROUPS_OF_ROWS, Selection, theorems, tokens};
use logitdist_io::did_you_mean;

/// Inputs that `--quick` computes probabilities on, unless it is told.
pub const QUICK_INPUTS: usize = 500;

/// What `--quick` computes.
const QUICK: [&str; 19] = [
    "rank_embeddings_a",
    "rank_embeddings_b",
    "d_logit",
    "d_logit_relative",
    "d_logit_per_label",
    "m_cca",
    "m_cca_null",
    "kl_ab",
    "kl_ba",
    "kl_ab_se",
    "kl_ba_se",
    "kl_ab_median",
    "kl_ba_median",
    "kl_ab_q90",
    "kl_ba_q90",
    "kl_ab_q99",
    "kl_ba_q99",
    "top1_agreement",
    "logit_error",
];

/// The rows that `--only`, `--skip` and `--quick` ask for. Tokens that gates name come along.
///
/// # Errors
/// A name of no measure, bound or group; a token of a gate that is to be left out.
pub fn selected(
    only: &[String],
    skip: &[String],
    quick: bool,
    of_gates: &[&str],
) -> anyhow::Result<Selection> {
    let unknown = |name: String| {
        let known = tokens().map(|(token, ..)| token).chain(theorems().map(|row| row.token));
        let hint = did_you_mean(&name, known.chain(GROUPS_OF_ROWS));
        let groups = GROUPS_OF_ROWS.join(", ");
        anyhow!("there is no measure or bound `{name}`, and the groups are {groups}{hint}")
    };
    let all = match (quick, only) {
        (true, _) => Selection::only(QUICK.into_iter().chain(of_gates.iter().copied())),
        (false, []) => Ok(Selection::All),
        (false, only) => Selection::only(only.iter().map(String::as_str).chain(of_gates.iter().copied())),
    };
    let all = all.map_err(unknown)?;
    let rest = all.without(skip.iter().map(String::as_str)).map_err(unknown)?;
    if let Some(token) = of_gates.iter().find(|token| !rest.has(token)) {
        bail!("--skip leaves out {token}, which a gate needs: leave out one of the two");
    }
    Ok(rest)
}
