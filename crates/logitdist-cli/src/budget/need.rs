//! What is to be kept: `m_cca=0.95`, and what it means for a distance.

use anyhow::{Context, bail, ensure};
use logitdist::bound::{Budgets, Decisions, NO_LIMIT, kl_budget, tv_budget};
use logitdist_io::did_you_mean;
use logitdist_results::number::exact;

/// What another model must have in common with this one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Need {
    /// m_CCA of the embeddings is at least this.
    MCca(f64),
    /// The most probable label is the same on at least this share of the inputs.
    Agreement(f64),
    /// The total variation distance is at most this.
    Tv(f64),
    /// The KL divergence, in both directions, is at most this.
    Kl(f64),
}

/// What a plan usually asks for.
pub const USUAL: [Need; 4] = [Need::MCca(0.95), Need::Agreement(0.99), Need::Tv(0.01), Need::Kl(0.01)];

impl Need {
    /// From TOKEN=VALUE.
    pub fn parse(text: &str) -> anyhow::Result<Need> {
        const FORM: &str = "the form is TOKEN=VALUE, such as m_cca=0.95";
        let (token, value) = text.split_once('=').context(FORM)?;
        match token {
            "m_cca" => share(value).map(Need::MCca),
            "top1_agreement" => share(value).map(Need::Agreement),
            "tv" => Need::tv(value),
            "kl" => Need::kl(value),
            other => {
                let hint = did_you_mean(other, ["m_cca", "top1_agreement", "tv", "kl"]);
                bail!("there is no budget for {other:?}; m_cca, top1_agreement, tv or kl is needed{hint}")
            }
        }
    }

    pub fn agreement(text: &str) -> anyhow::Result<Need> {
        share(text).map(Need::Agreement)
    }

    pub fn tv(text: &str) -> anyhow::Result<Need> {
        let at_most = value(text)?;
        ensure!(at_most > 0.0 && at_most < 1.0, "it must be between 0 and 1");
        Ok(Need::Tv(at_most))
    }

    pub fn kl(text: &str) -> anyhow::Result<Need> {
        let at_most = value(text)?;
        ensure!(at_most > 0.0, "it must be above 0");
        Ok(Need::Kl(at_most))
    }
}

fn value(text: &str) -> anyhow::Result<f64> {
    let value: f64 =
        text.parse().ok().filter(|value: &f64| value.is_finite()).context("a number is needed")?;
    Ok(value)
}

/// A share or a correlation that is to be kept.
fn share(text: &str) -> anyhow::Result<f64> {
    let share = value(text)?;
    ensure!(share > 0.0 && share <= 1.0, "it must be above 0 and at most 1");
    Ok(share)
}

/// How close a model must come.
#[derive(Debug, Clone, PartialEq)]
pub enum Distance {
    /// At most so far.
    Within(f64),
    /// Every model has it, and why.
    NoLimit(&'static str),
    /// Nothing certifies it at any distance, and why.
    Never(String),
}

impl Distance {
    /// The distance, if there is one.
    pub fn within(&self) -> Option<f64> {
        match self {
            Distance::Within(distance) => Some(*distance),
            Distance::NoLimit(_) | Distance::Never(_) => None,
        }
    }

    /// Why there is none.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Distance::Within(_) => None,
            Distance::NoLimit(reason) => Some(reason),
            Distance::Never(reason) => Some(reason),
        }
    }
}

/// A need, and how close a model must come for it.
pub struct Budget {
    /// The measure.
    pub token: &'static str,
    /// The probe whose decisions are meant, from 0.
    pub probe: Option<usize>,
    /// What is asked of it: at least so much of a similarity, at most so much of a distance.
    pub asked: f64,
    pub is_lower: bool,
    /// The bound that certifies it.
    pub by: &'static str,
    /// The largest logit distance at which it does.
    pub distance: Distance,
    /// What is lost first beyond it.
    pub lost_first: String,
}

impl Budget {
    /// The budgets of a need: one, and of agreement one more for each probe.
    pub fn of(need: Need, budgets: &Budgets, probes: &[Decisions]) -> Vec<Budget> {
        let two_labels = "two labels of any input";
        match need {
            Need::MCca(asked) => vec![Budget {
                token: "m_cca",
                probe: None,
                asked,
                is_lower: true,
                by: "m_cca_sharp",
                distance: match budgets.m_cca(asked) {
                    Ok(distance) => Distance::Within(distance),
                    Err(reason) => Distance::Never(reason.to_string()),
                },
                lost_first: format!("the weakest of {} directions", budgets.rank()),
            }],
            Need::Agreement(asked) => {
                let input = budgets.answers.cheapest();
                let [first, second] = budgets.margins[input].labels;
                let lost = match first == second {
                    true => "nothing: there is one label".to_owned(),
                    false => format!("input {input}, to label {second} from {first}"),
                };
                let answers = Budget::of_decisions("top1_agreement", None, asked, &budgets.answers, lost);
                let of_probe = |(i, decisions): (usize, &Decisions)| {
                    let lost = format!("input {}", decisions.cheapest());
                    Budget::of_decisions("probe_kept", Some(i), asked, decisions, lost)
                };
                std::iter::once(answers).chain(probes.iter().enumerate().map(of_probe)).collect()
            }
            Need::Tv(asked) => vec![Budget {
                token: "tv",
                probe: None,
                asked,
                is_lower: false,
                by: "tv_from_logit",
                distance: Distance::Within(tv_budget(asked)),
                lost_first: two_labels.into(),
            }],
            Need::Kl(asked) => vec![Budget {
                token: "kl",
                probe: None,
                asked,
                is_lower: false,
                by: "kl_from_logit_sharp",
                distance: Distance::Within(kl_budget(asked)),
                lost_first: two_labels.into(),
            }],
        }
    }

    fn of_decisions(
        token: &'static str,
        probe: Option<usize>,
        asked: f64,
        decisions: &Decisions,
        lost_first: String,
    ) -> Budget {
        let distance = decisions.budget(asked);
        let by = if probe.is_some() { "probe_agreement" } else { "top1_from_logit" };
        let distance = match distance.is_finite() {
            true => Distance::Within(distance),
            false => Distance::NoLimit(NO_LIMIT),
        };
        Budget { token, probe, asked, is_lower: true, by, distance, lost_first }
    }

    /// "m_cca ≥ 0.95".
    pub fn statement(&self) -> String {
        let of_probe = self.probe.map(|i| format!(" of probe {i}")).unwrap_or_default();
        format!("{}{of_probe} {} {}", self.token, if self.is_lower { "≥" } else { "≤" }, exact(self.asked))
    }
}
