//! One pair, compared by everybody.

use super::agreement::{Agreement, PEERS, agreements};
use super::python::Python;
use crate::measure::{D_REP, EVERYTHING, How, Measured, PROBABILITY, READ, REDUCE, SMALL, in_process};
use crate::pair::{SEED, Size, streams};
use anyhow::{Context, ensure};
use logitdist::measure::d_rep;
use logitdist::{Direction, Pair, PairSummary, ProbabilityInputs, Reduced, Subsets};
use logitdist_io::{ReadOptions, Source, read_model};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

/// The parts that everybody has; logit distance and canonical correlations are one, as ours come from one reduction.
pub const PARTS: [&str; 3] = ["geometry", "probability", "d_rep"];

/// The same for everybody.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub threads: usize,
    /// Seconds for CCA and for d_rep the papers' way.
    pub budget: f64,
    /// Seconds for the repetitions of a part, and of our whole process.
    pub repeat_for: f64,
}

/// A pair and the terms.
pub struct Contest<'a> {
    pub name: &'static str,
    pub size: Size,
    pub folder: &'a Path,
    pub terms: Terms,
}

/// What came of it.
pub struct Standings {
    pub name: &'static str,
    pub size: Size,
    pub terms: Terms,
    /// A comparison with everything in it, in process, without reading.
    pub everything: f64,
    /// Seconds of ours after the peers over those before them: 1 on a quiet machine.
    pub drift: f64,
    /// Ours first; the seconds of its parts are means of before and after.
    pub entrants: Vec<Entrant>,
}

/// One way to compare the pair.
pub struct Entrant {
    pub name: &'static str,
    /// Seconds of every part of [`PARTS`].
    pub seconds: [f64; 3],
    /// Share of every part's time that was spent; the seconds of one under 1 are extrapolated.
    pub shares: [f64; 3],
    /// Seconds from start to end of a process that does all of it once, start-up and reading included.
    pub process: f64,
    /// Peak of memory, MB.
    pub peak_mb: f64,
    /// Versions and libraries; empty for ours.
    pub about: String,
    /// Its values beside ours.
    pub agreements: Vec<Agreement>,
}

impl Entrant {
    /// Seconds of all parts.
    pub fn computed(&self) -> f64 {
        self.seconds.iter().sum()
    }
}

/// What a peer prints.
#[derive(Debug, Deserialize)]
struct Printed {
    values: BTreeMap<String, f64>,
    seconds: BTreeMap<String, f64>,
    shares: BTreeMap<String, f64>,
    about: String,
    /// Seconds from the first line of the program to the last.
    inside: f64,
}

impl Contest<'_> {
    /// Everybody in turn.
    pub fn hold(self, python: &Python, program: &Path) -> anyhow::Result<Standings> {
        eprintln!("{}: logitdist", self.name);
        let Terms { threads, repeat_for, .. } = self.terms;
        let how = How { threads, repeat_for, everything: true };
        let ours = in_process(&self.size, self.folder, how)?;
        let subsets = (self.size.pivots * self.size.per_pivot) as f64;
        ensure!(
            ours.values["n_subsets_ab"] == subsets && ours.values["n_subsets_ba"] == subsets,
            "{}: a label subset of the pair is singular, which peers do not look for",
            self.name
        );
        let mut entrants = vec![self.ours(python, program, &ours)?];
        for peer in PEERS {
            eprintln!("{}: {peer}", self.name);
            entrants.push(self.peer(python, peer, &ours)?);
        }
        eprintln!("{}: logitdist again", self.name);
        let again = parts_of(&in_process(&self.size, self.folder, How { everything: false, ..how })?);
        let before = entrants[0].computed();
        let drift = again.iter().sum::<f64>() / before;
        for (seconds, again) in entrants[0].seconds.iter_mut().zip(again) {
            *seconds = 0.5 * (*seconds + again);
        }
        let everything = ours.seconds[EVERYTHING];
        let Contest { name, size, terms, .. } = self;
        Ok(Standings { name, size, terms, everything, drift, entrants })
    }

    /// Ours: parts as measured in process, the whole and its memory as `logitdist compare`.
    fn ours(&self, python: &Python, program: &Path, measured: &Measured) -> anyhow::Result<Entrant> {
        let (a, b) = (self.folder.join("a.npz"), self.folder.join("b.npz"));
        let Size { inputs_limit, pivots, per_pivot, .. } = &self.size;
        let Terms { threads, repeat_for, .. } = self.terms;
        let options = format!(
            "--format json --seed {SEED} --threads {threads} --inputs-limit {inputs_limit} --subsets {pivots}x{per_pivot}"
        );
        let mut command: Vec<&OsStr> = vec![program.as_ref(), "compare".as_ref(), a.as_ref(), b.as_ref()];
        command.extend(options.split(' ').map(OsStr::new));
        let (mut times, mut peak_mb, mut stdout) = (Vec::new(), 0.0f64, String::new());
        while times.is_empty() || (times.iter().sum::<f64>() < repeat_for && times.len() < 11) {
            let process = python.timed(&command, threads)?;
            times.push(process.seconds);
            peak_mb = peak_mb.max(process.peak_mb);
            stdout = process.stdout;
        }
        times.sort_by(f64::total_cmp);
        let printed: serde_json::Value =
            serde_json::from_str(&stdout).context("logitdist compare did not print JSON")?;
        let same =
            |(token, &value): (&String, &f64)| Some((token.clone(), printed.get(token)?.as_f64()?, value));
        let printed: BTreeMap<String, f64> =
            measured.values.iter().filter_map(same).map(|(token, printed, _)| (token, printed)).collect();
        ensure!(
            printed.len() == measured.values.len(),
            "logitdist compare leaves out some of {:?}",
            measured.values.keys()
        );
        Ok(Entrant {
            name: "logitdist",
            seconds: parts_of(measured),
            shares: [1.0; 3],
            process: times[times.len() / 2],
            peak_mb,
            about: String::new(),
            agreements: agreements("logitdist", &printed, &measured.values),
        })
    }

    fn peer(&self, python: &Python, peer: &'static str, ours: &Measured) -> anyhow::Result<Entrant> {
        let process = python.peer(peer, self.folder, self.terms)?;
        let printed: Printed = serde_json::from_str(&process.stdout)
            .with_context(|| format!("{peer} did not print what it measured"))?;
        let part = |of: &BTreeMap<String, f64>, name: &str| {
            of.get(name).copied().with_context(|| format!("{peer} did not measure {name}"))
        };
        let (mut seconds, mut shares) = ([0.0; 3], [0.0; 3]);
        for (i, name) in PARTS.into_iter().enumerate() {
            seconds[i] = part(&printed.seconds, name)?;
            shares[i] = part(&printed.shares, name)?;
        }
        let interpreter = (process.seconds - printed.inside).max(0.0);
        let start = interpreter + part(&printed.seconds, "start_up")? + part(&printed.seconds, READ)?;
        let mut ours = ours.values.clone();
        if shares[2] < 1.0 {
            // It did the first subsets only: compare it with ours over the same ones.
            let count = |token: &str| part(&printed.values, token).map(|n| n as usize);
            let counts = [count("n_subsets_ab")?, count("n_subsets_ba")?];
            for ((direction, value), n) in
                ["ab", "ba"].into_iter().zip(self.d_rep_of_first(counts)?).zip(counts)
            {
                ours.insert(format!("d_rep_{direction}"), value);
                ours.insert(format!("n_subsets_{direction}"), n as f64);
            }
        }
        Ok(Entrant {
            name: peer,
            seconds,
            shares,
            process: start + seconds.iter().sum::<f64>(),
            peak_mb: process.peak_mb,
            about: printed.about,
            agreements: agreements(peer, &printed.values, &ours),
        })
    }

    /// Our d_rep over so many of the first subsets of each direction, whole pivots.
    fn d_rep_of_first(&self, counts: [usize; 2]) -> anyhow::Result<[f64; 2]> {
        let Size { labels, dim, per_pivot, .. } = self.size;
        let read = |name: &str| read_model(&Source::Path(self.folder.join(name)), &ReadOptions::default());
        let (a, b) = (read("a.npz")?, read("b.npz")?);
        let reduced = Reduced::of(&PairSummary::of(&Pair::new(&a, &b)?, &ProbabilityInputs::None, &[])?);
        let mut rng = streams().subsets;
        let mut values = [0.0; 2];
        for (i, direction) in [Direction::Ab, Direction::Ba].into_iter().enumerate() {
            let first = Subsets::Sampled { pivots: counts[i] / per_pivot, per_pivot };
            let chosen = first.choose(labels, dim, &mut rng.clone())?;
            let value = d_rep::d_rep(&reduced, direction, &chosen);
            values[i] = value.map_err(|reason| anyhow::anyhow!("d_rep: {reason}"))?.d_rep;
            // The other direction's subsets are drawn after all of this one's.
            self.size.subsets().choose(labels, dim, &mut rng)?;
        }
        Ok(values)
    }
}

/// Our seconds of [`PARTS`].
fn parts_of(measured: &Measured) -> [f64; 3] {
    let seconds = &measured.seconds;
    [seconds[REDUCE] + seconds[SMALL], seconds[PROBABILITY], seconds[D_REP]]
}
