//! The probes of `--probe`: how they are read, and what carrying them over costs.

use anyhow::bail;
use logitdist::bound::{LinearProbe, ProbeTransfer, probe_agreement, probe_transfer};
use logitdist::{Bound, Direction, Error, Pair, Reduced, Statement};
use logitdist_io::{read_matrix, read_probes};
use logitdist_results::pair::{PROBE_TOKENS, ProbeNumbers};
use std::path::Path;

/// A probe of A carried over from B.
#[derive(Debug, Clone)]
pub struct CarriedProbe {
    /// Its error and T8.
    pub transfer: ProbeTransfer,
    /// Its decisions and T17.
    pub agreement: Bound,
}

impl CarriedProbe {
    pub fn of(pair: &Pair<'_>, reduced: &Reduced, probe: &LinearProbe) -> Result<CarriedProbe, Error> {
        Ok(CarriedProbe {
            transfer: probe_transfer(reduced, Direction::Ab, &probe.weights)?,
            agreement: probe_agreement(pair, reduced, Direction::Ab, probe)?,
        })
    }

    /// Its lines in CSV.
    pub fn numbers(&self) -> ProbeNumbers {
        let ProbeTransfer { error, certified, probe_sd } = self.transfer;
        let of_scores = [Some(error), Some(certified), Some(probe_sd)];
        let of_decisions = match self.agreement.statement {
            Some(Statement::AtLeast { bound, value }) => [Some(value), Some(bound)],
            _ => [None; 2],
        };
        let numbers = of_scores.into_iter().chain(of_decisions);
        PROBE_TOKENS.into_iter().zip(numbers).filter_map(|(token, x)| Some((token, x?))).collect()
    }
}

/// Probes from an `.npy` with one in each row, its offset last if `with_offsets`; or from an archive with `weights` (C×M) and
/// `offsets` (C), which are 0 if there are none.
pub fn read(path: &Path, with_offsets: bool) -> anyhow::Result<Vec<LinearProbe>> {
    let is_npy = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy"));
    let (weights, offsets) = match (is_npy, with_offsets) {
        (true, false) => (read_matrix(path)?, None),
        (true, true) => {
            let rows = read_matrix(path)?;
            if rows.ncols() < 2 {
                bail!(
                    "{}: the probes have 1 column; with --probe-offset the weights and an offset are needed",
                    path.display()
                );
            }
            let last = rows.ncols() - 1;
            let offsets = rows.col(last).iter().copied().collect();
            (rows.get(.., ..last).to_owned(), Some(offsets))
        }
        (false, true) => {
            bail!("{}: --probe-offset is for .npy files; an archive has an array `offsets`", path.display())
        }
        (false, false) => read_probes(path)?,
    };
    let offsets: Vec<f64> = offsets.unwrap_or_else(|| vec![0.0; weights.nrows()]);
    if offsets.len() != weights.nrows() {
        bail!(
            "{}: there are {} offsets and {} probes; an offset for each is needed",
            path.display(),
            offsets.len(),
            weights.nrows()
        );
    }
    let probe = |(i, offset)| LinearProbe { weights: weights.row(i).iter().copied().collect(), offset };
    Ok(offsets.into_iter().enumerate().map(probe).collect())
}
