//! Measures gathered under their tokens, in the order in which they are reported.

use super::{List, Scalar};
use crate::applicable::Applicable;
use crate::measure::cca::CanonicalCorrelations;
use crate::measure::d_rep::DRep;
use crate::measure::kl::Divergences;
use crate::measure::{baselines, cca, d_logit, d_ls};
use crate::reduced::{Direction, Reduced};

/// Tokens of [`DRep`] with b carried onto a.
const D_REP_AB: [&str; 9] = [
    "d_rep_ab",
    "d_rep_ab_se",
    "d_rep_ab_median",
    "d_rep_ab_max",
    "n_subsets_ab",
    "n_subsets_skipped_ab",
    "sigma_min_ab",
    "d_rep_per_subset_rhs_ab",
    "d_rep_subset_violations_ab",
];

/// Tokens of [`DRep`] with a carried onto b.
const D_REP_BA: [&str; 9] = [
    "d_rep_ba",
    "d_rep_ba_se",
    "d_rep_ba_median",
    "d_rep_ba_max",
    "n_subsets_ba",
    "n_subsets_skipped_ba",
    "sigma_min_ba",
    "d_rep_per_subset_rhs_ba",
    "d_rep_subset_violations_ba",
];

/// Values under their tokens.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub scalars: Vec<Scalar>,
    pub lists: Vec<List>,
    pub notes: Vec<(&'static str, String)>,
}

impl Collected {
    pub fn push(&mut self, token: &'static str, value: Applicable<f64>) {
        self.scalars.push((token, value));
    }

    /// Sizes and ranks.
    pub fn sizes(&mut self, reduced: &Reduced) {
        let (a, b) = (&reduced.a, &reduced.b);
        for (token, count) in [
            ("n_inputs", reduced.n_inputs),
            ("n_labels", reduced.n_labels),
            ("dim_a", a.dim),
            ("dim_b", b.dim),
            ("rank_embeddings_a", a.rank_embeddings()),
            ("rank_embeddings_b", b.rank_embeddings()),
            ("rank_unembeddings_a", a.rank_unembeddings()),
            ("rank_unembeddings_b", b.rank_unembeddings()),
            ("rank_logits_a", a.rank_logits()),
            ("rank_logits_b", b.rank_logits()),
        ] {
            self.push(token, Ok(count as f64));
        }
    }

    /// Logit distance, canonical correlations and alignment.
    pub fn geometry(&mut self, reduced: &Reduced) {
        self.push("d_logit", Ok(d_logit::d_logit(reduced)));
        self.push("d_logit_centred", Ok(d_logit::d_logit_centred(reduced)));
        self.correlations(["m_cca", "rho"], cca::embeddings(reduced), "inputs");
        self.correlations(["m_cca_unembeddings", "rho_unembeddings"], cca::unembeddings(reduced), "labels");
        self.correlations(["m_cca_logits", "rho_logits"], cca::logits(reduced), "inputs");
        self.lists.push(("spectrum_a", Ok(reduced.a.spectrum().to_vec())));
        self.lists.push(("spectrum_b", Ok(reduced.b.spectrum().to_vec())));
        self.push("d_ls_ab", d_ls::d_ls(reduced, Direction::Ab));
        self.push("d_ls_ba", d_ls::d_ls(reduced, Direction::Ba));
    }

    fn correlations(
        &mut self,
        [mean, list]: [&'static str; 2],
        correlations: Applicable<CanonicalCorrelations>,
        points: &str,
    ) {
        if correlations.as_ref().is_ok_and(|c| c.saturated) {
            self.notes.push((
                mean,
                format!("saturated: a rank fills the whole space of centred {points}, so every correlation is 1 whatever the models"),
            ));
        }
        self.push(mean, correlations.as_ref().map(CanonicalCorrelations::mean).map_err(Clone::clone));
        self.lists.push((list, correlations.map(|c| c.rho)));
    }

    /// d_rep of one direction.
    pub fn d_rep(&mut self, direction: Direction, d_rep: &Applicable<DRep>) {
        let tokens = match direction {
            Direction::Ab => D_REP_AB,
            Direction::Ba => D_REP_BA,
        };
        for (i, token) in tokens.into_iter().enumerate() {
            let value = d_rep.as_ref().map(|d| {
                [
                    d.d_rep,
                    d.standard_error,
                    d.median,
                    d.max,
                    d.used as f64,
                    d.skipped as f64,
                    d.sigma_min,
                    d.per_subset_rhs,
                    d.violations as f64,
                ][i]
            });
            self.push(token, value.map_err(Clone::clone));
        }
    }

    /// KL divergence and its relatives.
    pub fn divergences(&mut self, d: &Divergences, inputs: usize) {
        for (token, value) in [
            ("kl_ab", d.kl_ab.mean),
            ("kl_ab_se", d.kl_ab.standard_error),
            ("kl_ba", d.kl_ba.mean),
            ("kl_ba_se", d.kl_ba.standard_error),
            ("jeffreys", d.jeffreys),
            ("js", d.js.mean),
            ("js_se", d.js.standard_error),
            ("tv", d.tv.mean),
            ("tv_se", d.tv.standard_error),
            ("hellinger", d.hellinger.mean),
            ("hellinger_se", d.hellinger.standard_error),
            ("tau", d.tau),
            ("log_tau", d.log_tau),
            ("top1_agreement", d.top1_agreement),
            ("n_inputs_probability", inputs as f64),
        ] {
            self.push(token, Ok(value));
        }
    }

    /// What single precision costs.
    pub fn logit_error(&mut self, error: f64) {
        self.push("logit_error", Ok(error));
        self.notes.push((
            "kl_ab",
            format!("from logits in single precision, like all that follows from probabilities: those of the inputs checked are off by at most {error:.1e} nats"),
        ));
    }

    /// What others measure.
    pub fn of_baselines(reduced: &Reduced) -> Collected {
        let mut collected = Collected::default();
        collected.push("cka", baselines::cka(reduced));
        collected.push("cka_debiased", baselines::cka_debiased(reduced));
        collected.push("procrustes", baselines::procrustes(reduced));
        collected.push("svcca", baselines::svcca(reduced));
        let pwcca = |direction| baselines::pwcca(reduced, direction);
        let (ab, ba) = rayon::join(|| pwcca(Direction::Ab), || pwcca(Direction::Ba));
        collected.push("pwcca_ab", ab);
        collected.push("pwcca_ba", ba);
        collected.push("r2_ab", baselines::r2(reduced, Direction::Ab));
        collected.push("r2_ba", baselines::r2(reduced, Direction::Ba));
        collected
    }
}
