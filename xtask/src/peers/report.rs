//! Contests as tables.

use super::SizeName;
use super::agreement::PEERS;
use super::contest::{Entrant, PARTS, Standings, Terms};
use crate::processor::processor;
use logitdist_report::typeset;

/// On a quiet machine two measurements of the same differ by less than this factor.
const QUIET: f64 = 1.2;

/// The command that measures this again.
pub fn command(quick: bool, sizes: &[SizeName], terms: Terms) -> String {
    let Terms { threads, budget, .. } = terms;
    let which = if quick {
        "--quick".to_owned()
    } else {
        format!("--sizes {}", sizes.iter().map(|s| s.name()).collect::<Vec<_>>().join(","))
    };
    format!("cargo xtask peers {which} --threads {threads} --budget {budget}")
}

/// Seconds, ratios to ours and memory: a line per size, entrant and part.
pub fn csv(all: &[Standings]) -> String {
    let mut text =
        String::from("size,inputs,labels,dim,subsets,entrant,part,seconds,share_done,times_ours,peak_mb\n");
    for standings in all {
        let size = &standings.size;
        let ours = &standings.entrants[0];
        for entrant in &standings.entrants {
            let mut line = |part: &str, seconds: f64, share: f64, ours: f64, peak: String| {
                text.push_str(&format!(
                    "{},{},{},{},{},{},{part},{seconds:.3e},{share:.4},{:.2},{peak}\n",
                    standings.name,
                    size.inputs,
                    size.labels,
                    size.dim,
                    size.pivots * size.per_pivot,
                    entrant.name,
                    seconds / ours,
                ));
            };
            for (i, part) in PARTS.into_iter().enumerate() {
                line(part, entrant.seconds[i], entrant.shares[i], ours.seconds[i], String::new());
            }
            let share = least(&entrant.shares);
            line("computed", entrant.computed(), share, ours.computed(), String::new());
            line("process", entrant.process, share, ours.process, format!("{:.1}", entrant.peak_mb));
        }
    }
    text
}

/// Values beside ours: a line per size, entrant and token.
pub fn values_csv(all: &[Standings]) -> String {
    let mut text = String::from("size,entrant,token,theirs,ours,relative_difference,tolerance,agrees\n");
    for standings in all {
        for entrant in &standings.entrants {
            for a in &entrant.agreements {
                text.push_str(&format!(
                    "{},{},{},{},{},{:.1e},{:e},{}\n",
                    standings.name,
                    entrant.name,
                    a.token,
                    a.theirs,
                    a.ours,
                    a.difference,
                    a.tolerance,
                    a.holds()
                ));
            }
        }
    }
    text
}

/// What does not agree, in words.
pub fn disagreements(standings: &Standings) -> Vec<String> {
    let of = |entrant: &Entrant| -> Vec<String> {
        let apart = entrant.agreements.iter().filter(|a| !a.holds());
        apart
            .map(|a| {
                format!(
                    "{} of {} on size {} is {} and ours {}, {:.1e} apart where {:e} is allowed",
                    a.token, entrant.name, standings.name, a.theirs, a.ours, a.difference, a.tolerance
                )
            })
            .collect()
    };
    standings.entrants.iter().flat_map(of).collect()
}

/// The page.
pub fn readme(all: &[Standings], command: &str) -> String {
    let mut text = format!(
        "# Side by side\n\nThe same quantities of the same files, on the same label subsets and inputs, by logitdist and by what people use:\n\n\
         - `direct`: the papers' way. All logits, scikit-learn's CCA with as many components as dimensions, d_rep over all inputs subset by subset.\n\
         - `factors`: the strongest numpy at full accuracy. One QR per side of the pair, canonical correlations by SVD, d_rep by the error of the logits in batched solves, KL\n  \
           divergence in tiles that fit a cache; solves and tiles on all threads.\n\
         - `moments`: the same from covariances, as SVCCA's code has it: faster than a QR, with half of the digits.\n\n\
         Seconds are medians of warm repetitions. logitdist is measured before the peers and after them, and its seconds are the mean of both; peers with one thread or with all, whichever is faster.\n\
         *geometry* is d_logit and m_cca, *probability* is KL divergence both ways, JS, TV, Hellinger and agreement, *d_rep* is both\n\
         directions; that of logitdist has the smallest singular value of every subset besides, for its bounds, and that of peers has not. Peers solve for all\n\
         coordinates of an error; that half of them need no solve is this project's own.\n\
         *computed* is their sum; *process* has start-up and reading too, and for logitdist it is `logitdist compare`, with every other measure and every bound.\n\
         `*` is extrapolated from a part of the work, as said below the table. Memory is the peak of the process, in MB; `peers.csv` and `values.csv` have every number.\n\n\
         ```text\n{command}\n```\n"
    );
    let peer = all.iter().flat_map(|o| &o.entrants).find(|e| !e.about.is_empty());
    if let Some(peer) = peer {
        text.push_str(&format!("\nOn {}. The peers have {}.\n", processor(), peer.about));
    }
    for standings in all {
        text.push_str(&section(standings));
    }
    text
}

fn section(standings: &Standings) -> String {
    let size = &standings.size;
    let mut text = format!(
        "\n## {}: {} inputs, {} labels, dimension {}\n\n{} threads; d_rep over {}×{} label subsets in each direction; the probability part on {} inputs.\n\
         A comparison with everything in it takes logitdist {} s in process.\n\n\
         | | geometry | probability | d_rep | computed | process | memory |\n|---|---|---|---|---|---|---|\n",
        standings.name,
        size.inputs,
        size.labels,
        size.dim,
        standings.terms.threads,
        size.pivots,
        size.per_pivot,
        size.inputs_limit.min(size.inputs),
        typeset(standings.everything),
    );
    let ours = &standings.entrants[0];
    for entrant in &standings.entrants {
        text.push_str(&row(entrant.name, entrant, |seconds, _| format!("{} s", typeset(seconds)), None));
    }
    for entrant in &standings.entrants[1..] {
        let name = format!("{} / logitdist", entrant.name);
        text.push_str(&row(&name, entrant, |seconds, ours| times(seconds / ours), Some(ours)));
    }
    for entrant in &standings.entrants {
        for (part, share) in PARTS.into_iter().zip(entrant.shares) {
            if share < 1.0 {
                text.push_str(&format!(
                    "\n\\* {part} of {} is extrapolated from {:.2} % of its time, as all would take longer than {} s; d_rep is then compared with logitdist over the same subsets.\n",
                    entrant.name,
                    100.0 * share,
                    standings.terms.budget
                ));
            }
        }
    }
    text.push_str(&format!("\n{}\n", verdict(standings)));
    if !(1.0 / QUIET..=QUIET).contains(&standings.drift) {
        text.push_str(&format!(
            "\nThe machine was not quiet: what logitdist computed took {} times as long after the peers as before them.\n",
            typeset(standings.drift)
        ));
    }
    text.push_str(&agreement_table(standings));
    text
}

/// A line of the table: numbers, or ratios to ours.
fn row(name: &str, entrant: &Entrant, shown: impl Fn(f64, f64) -> String, ours: Option<&Entrant>) -> String {
    let base = ours.unwrap_or(entrant);
    let starred = |text: String, share: f64| if share < 1.0 { format!("{text}*") } else { text };
    let mut cells: Vec<String> = (0..PARTS.len())
        .map(|i| starred(shown(entrant.seconds[i], base.seconds[i]), entrant.shares[i]))
        .collect();
    let share = least(&entrant.shares);
    cells.push(starred(shown(entrant.computed(), base.computed()), share));
    cells.push(starred(shown(entrant.process, base.process), share));
    cells.push(match ours {
        None => format!("{:.0}", entrant.peak_mb),
        Some(ours) => times(entrant.peak_mb / ours.peak_mb),
    });
    format!("| {name} | {} |\n", cells.join(" | "))
}

/// Whether anything is faster than ours, in a sentence.
fn verdict(standings: &Standings) -> String {
    let ours = &standings.entrants[0];
    let mut faster = Vec::new();
    for entrant in &standings.entrants[1..] {
        for (i, part) in PARTS.into_iter().enumerate() {
            if entrant.seconds[i] < ours.seconds[i] {
                let ratio = times(ours.seconds[i] / entrant.seconds[i]);
                faster.push(format!("{part} of `{}` ({ratio})", entrant.name));
            }
        }
    }
    if faster.is_empty() {
        "logitdist is faster than every peer at every part.".to_owned()
    } else {
        format!("Faster than logitdist: {}.", faster.join(", "))
    }
}

/// Relative differences to our values.
fn agreement_table(standings: &Standings) -> String {
    let mut text = String::from("\nRelative differences to the values of logitdist:\n\n| | logitdist |");
    for peer in PEERS {
        text.push_str(&format!(" {peer} |"));
    }
    text.push_str("\n|---|---|---|---|---|\n");
    let ours = &standings.entrants[0].agreements;
    for own in ours.iter().filter(|own| !own.token.starts_with("n_subsets")) {
        text.push_str(&format!("| {} | {} |", own.token, typeset(own.ours)));
        for entrant in &standings.entrants[1..] {
            let found = entrant.agreements.iter().find(|a| a.token == own.token);
            text.push_str(&match found {
                Some(a) if a.holds() => format!(" {:.0e} |", a.difference),
                Some(a) => format!(" **{:.0e}** |", a.difference),
                None => " not done |".to_owned(),
            });
        }
        text.push('\n');
    }
    text
}

fn least(shares: &[f64]) -> f64 {
    shares.iter().copied().fold(1.0, f64::min)
}

/// A ratio in two or three digits.
fn times(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.1}×") } else { format!("{ratio:.0}×") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::agreement::agreements;
    use std::collections::BTreeMap;

    fn entrant(name: &'static str, seconds: [f64; 3], shares: [f64; 3], d_logit: f64) -> Entrant {
        let values = |x: f64| BTreeMap::from([("d_logit".to_owned(), x)]);
        Entrant {
            name,
            seconds,
            shares,
            process: seconds.iter().sum::<f64>() + 1.0,
            peak_mb: 100.0,
            about: String::new(),
            agreements: agreements(name, &values(d_logit), &values(2.0)),
        }
    }

    fn standings(peers: Vec<Entrant>) -> Standings {
        let mut entrants = vec![entrant("logitdist", [0.5, 0.25, 0.25], [1.0; 3], 2.0)];
        entrants.extend(peers);
        Standings {
            name: "small",
            size: SizeName::Small.size(),
            terms: Terms { threads: 2, budget: 60.0, repeat_for: 1.0 },
            everything: 1.5,
            drift: 1.0,
            entrants,
        }
    }

    #[test]
    fn ratios_are_theirs_over_ours_and_extrapolated_ones_are_marked() {
        let standings = standings(vec![entrant("direct", [5.0, 0.5, 94.5], [1.0, 1.0, 0.05], 2.0)]);
        let table = section(&standings);
        assert!(
            table.contains("| direct / logitdist | 10× | 2.0× | 378×* | 100×* | 50×* | 1.0× |"),
            "{table}"
        );
        assert!(table.contains("d_rep of direct is extrapolated from 5.00 % of its time"), "{table}");
        assert!(table.contains("faster than every peer at every part"), "{table}");
        let csv = csv(&[standings]);
        assert!(csv.contains("small,512,20,8,200,direct,d_rep,9.450e1,0.0500,378.00,\n"), "{csv}");
        assert!(csv.contains("small,512,20,8,200,direct,process,1.010e2,0.0500,50.50,100.0\n"), "{csv}");
    }

    #[test]
    fn a_machine_that_is_not_quiet_is_said() {
        let mut standings = standings(Vec::new());
        assert!(!section(&standings).contains("not quiet"));
        for drift in [0.5, 2.0] {
            standings.drift = drift;
            assert!(section(&standings).contains(&format!("took {drift} times as long after")));
        }
    }

    #[test]
    fn a_faster_peer_is_named() {
        let standings = standings(vec![entrant("factors", [1.0, 0.125, 1.0], [1.0; 3], 2.0)]);
        assert_eq!(verdict(&standings), "Faster than logitdist: probability of `factors` (2.0×).");
    }

    #[test]
    fn a_value_that_does_not_agree_is_said() {
        let good = standings(vec![entrant("factors", [1.0; 3], [1.0; 3], 2.0 + 1e-12)]);
        assert!(disagreements(&good).is_empty());
        let bad = standings(vec![entrant("factors", [1.0; 3], [1.0; 3], 2.5)]);
        let said = disagreements(&bad);
        assert_eq!(
            said,
            ["d_logit of factors on size small is 2.5 and ours 2, 2.5e-1 apart where 1e-8 is allowed"]
        );
        assert!(section(&bad).contains("| d_logit | 2 | **"));
        assert!(values_csv(&[bad]).contains("small,factors,d_logit,2.5,2,2.5e-1,1e-8,false\n"));
    }
}
