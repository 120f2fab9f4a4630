//! What was compared, every measure and bound, and the verdict: the content of `comparison.csv`.

use crate::bound::BoundRow;
use logitdist::{Applicable, Certificate, Direction};

/// A number, or why there is none; the reason is empty for a number beyond the floating-point range.
pub type Value = Result<f64, String>;

/// A comparison of two models.
#[derive(Debug, Clone, PartialEq)]
pub struct PairComparison {
    /// What was compared, and how.
    pub run: PairRun,
    /// Measures with a single value, in order.
    pub measures: Vec<(String, Value)>,
    /// The interval of each measure that has one, if intervals were asked for.
    pub intervals: Vec<IntervalLine>,
    /// What unrelated inputs would show of a measure, if that was asked for.
    pub nulls: Vec<NullLine>,
    /// KL and agreement by tenths of the inputs, the first model's least sure ones first, if that was asked for.
    pub deciles: Vec<[f64; DECILE_TOKENS.len()]>,
    /// Measures that are lists, or why they do not exist.
    pub lists: Vec<(String, Result<Vec<f64>, String>)>,
    /// Bounds: with a's spectrum and labels, then with b's.
    pub bounds: Vec<BoundRow<'static>>,
    /// The interval of each side of a bound that has one, if intervals were asked for.
    pub sides: Vec<SideLine>,
    /// What the distributions certify, in the same order.
    pub certificates: Vec<CertificateLine>,
    /// Probes carried over from b to a.
    pub probes: Vec<ProbeNumbers>,
    /// The verdict, a sentence each.
    pub verdict: Vec<String>,
    /// Remarks by token.
    pub notes: Vec<(String, String)>,
}

/// What was compared, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PairRun {
    /// The file of a.
    pub model_a: String,
    /// The file of b.
    pub model_b: String,
    /// Seed of all random choices.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// The command that gives the same again.
    pub command: String,
}

/// What is known of a carried probe: numbers by their token, of [`PROBE_TOKENS`].
pub type ProbeNumbers = Vec<(&'static str, f64)>;

/// Numbers of a carried probe, in order: both sides of T8 and the standard deviation of its score, both sides of T17.
pub const PROBE_TOKENS: [&str; 5] = ["error", "certified", "probe_sd", "probe_kept", "probe_agreement"];

/// What unrelated inputs would show of a measure, each number with its name in [`NULL_SIDES`].
#[derive(Debug, Clone, PartialEq)]
pub struct NullLine {
    /// The measure.
    pub token: String,
    /// Mean, what 95 % and 99 % of the reorderings do not exceed, and the share of those at least as similar.
    pub numbers: [f64; 4],
}

/// Names of the numbers of a [`NullLine`].
pub const NULL_SIDES: [&str; 4] = ["mean", "q95", "q99", "share"];

/// Numbers of a tenth of the inputs, in order: how many there are, the least and the largest of the first model's largest probabilities at
/// them, means of KL, and the share with the same most probable label.
pub const DECILE_TOKENS: [&str; 6] =
    ["inputs", "confidence_low", "confidence_high", "kl_ab", "kl_ba", "top1_agreement"];

/// The interval of a measure.
#[derive(Debug, Clone, PartialEq)]
pub struct IntervalLine {
    /// The measure.
    pub token: String,
    /// Standard error.
    pub se: f64,
    /// Both ends.
    pub ends: [f64; 2],
    /// The level.
    pub level: f64,
    /// How it was made.
    pub method: String,
    /// The value less its bias, where the interval is around that.
    pub corrected: Option<f64>,
    /// Why it may be too narrow; else empty.
    pub marked: String,
}

/// The interval of a side of a bound.
#[derive(Debug, Clone, PartialEq)]
pub struct SideLine {
    /// Whose spectrum and labels the bound uses.
    pub direction: Direction,
    /// The bound.
    pub token: String,
    /// `lhs` or `rhs`; of a lower bound `bound`, what it certifies, or `value`, what is measured.
    pub side: String,
    /// Standard error, and both ends.
    pub numbers: [f64; 3],
}

/// What the names of the numbers of a [`SideLine`] end with.
pub const SIDE_NUMBERS: [&str; 3] = ["_se", "_low", "_high"];

/// Something that the distributions certify.
#[derive(Debug, Clone, PartialEq)]
pub struct CertificateLine {
    /// Whose spectrum and labels it rests on.
    pub direction: Direction,
    /// `m_cca`, `m_cca_logits`, `probe_cost` or `relative_probe_cost`.
    pub token: String,
    /// The bound that it rests on, of the best of several; else empty.
    pub by: String,
    /// What is certified.
    pub value: Value,
}

impl PairComparison {
    /// A comparison with what was said of it.
    pub fn of(
        run: PairRun,
        comparison: &logitdist::Comparison,
        probes: Vec<ProbeNumbers>,
        verdict: Vec<String>,
    ) -> PairComparison {
        let list = |list: &Applicable<Vec<f64>>| list.clone().map_err(|reason| reason.to_string());
        // An empty list, the spectrum of a constant, has no line in the file.
        let has_lines = |list: &Applicable<Vec<f64>>| !matches!(list, Ok(list) if list.is_empty());
        let lists = comparison.lists.iter().filter(|(_, own)| has_lines(own));
        let certificates =
            [(Direction::Ab, &comparison.certificate), (Direction::Ba, &comparison.certificate_ba)];
        PairComparison {
            run,
            measures: comparison.scalars.iter().map(|(token, x)| ((*token).to_owned(), value(x))).collect(),
            intervals: comparison
                .intervals
                .iter()
                .flat_map(|all| all.of.iter().filter_map(interval))
                .collect(),
            nulls: comparison.nulls.iter().flat_map(|all| all.of.iter().map(null)).collect(),
            deciles: comparison.by_confidence.iter().flatten().map(decile).collect(),
            lists: lists.map(|(token, own)| ((*token).to_owned(), list(own))).collect(),
            bounds: comparison.all_bounds().map(|(d, bound)| BoundRow::of(d, bound)).collect(),
            sides: comparison.intervals.iter().flat_map(|all| all.bounds.iter().flat_map(sides)).collect(),
            certificates: certificates.into_iter().flat_map(|(d, own)| certificate(d, own)).collect(),
            probes,
            verdict,
            notes: comparison.notes.iter().map(|(token, note)| ((*token).to_owned(), note.clone())).collect(),
        }
    }

    /// A measure's value, if it has one.
    pub fn value(&self, token: &str) -> Option<f64> {
        let (_, value) = self.measures.iter().find(|(t, _)| t == token)?;
        value.as_ref().ok().copied()
    }

    /// The interval of a measure, if it has one.
    pub fn interval(&self, token: &str) -> Option<&IntervalLine> {
        self.intervals.iter().find(|line| line.token == token)
    }

    /// A measure's value as the count that it is, 0 if it has none.
    pub fn count(&self, token: &str) -> usize {
        self.value(token).map_or(0, |x| x as usize)
    }

    /// The bounds with a's spectrum and labels, or with b's.
    pub fn bounds_of(&self, direction: Direction) -> impl Iterator<Item = &BoundRow<'static>> {
        self.bounds.iter().filter(move |bound| bound.direction == direction)
    }

    /// Both ends of the interval of a side of a bound, if it has one.
    pub fn side_ends(&self, bound: &BoundRow<'_>, side: &str) -> Option<[f64; 2]> {
        let is_of = |line: &&SideLine| line.direction == bound.direction && line.token == bound.token;
        let line = self.sides.iter().filter(is_of).find(|line| line.side == side)?;
        Some([line.numbers[1], line.numbers[2]])
    }

    /// Tokens of the bounds that failed, in either direction.
    pub fn violated(&self) -> Vec<String> {
        let violated = self.bounds.iter().filter(|bound| bound.is_violated());
        violated.map(|bound| bound.token.to_string()).collect()
    }
}

fn decile(decile: &logitdist::Decile) -> [f64; DECILE_TOKENS.len()] {
    let [low, high] = decile.confidence;
    [decile.inputs as f64, low, high, decile.kl_ab, decile.kl_ba, decile.agreement]
}

fn null((token, law): &(&'static str, logitdist::NullLaw)) -> NullLine {
    NullLine { token: (*token).to_owned(), numbers: law.numbers() }
}

fn interval((token, found): &(&'static str, Result<logitdist::Interval, String>)) -> Option<IntervalLine> {
    let found = found.as_ref().ok()?;
    let is_finite = [found.se, found.low, found.high].into_iter().all(f64::is_finite);
    is_finite.then(|| IntervalLine {
        token: (*token).to_owned(),
        se: found.se,
        ends: [found.low, found.high],
        level: logitdist::LEVEL,
        method: found.method.to_owned(),
        corrected: found.corrected,
        marked: found.marked.clone().unwrap_or_default(),
    })
}

fn sides(own: &logitdist::BoundIntervals) -> Vec<SideLine> {
    let names = if own.theorem.is_lower() { ["bound", "value"] } else { ["lhs", "rhs"] };
    let line = |(side, found): (&str, &Result<logitdist::Interval, String>)| {
        let found = found.as_ref().ok()?;
        let numbers = [found.se, found.low, found.high];
        numbers.iter().all(|x| x.is_finite()).then(|| SideLine {
            direction: own.direction,
            token: own.theorem.token.to_owned(),
            side: side.to_owned(),
            numbers,
        })
    };
    names.into_iter().zip(&own.sides).filter_map(line).collect()
}

/// A number that a file can hold.
fn value(x: &Applicable<f64>) -> Value {
    match x {
        Ok(x) if x.is_finite() => Ok(*x),
        Ok(_) => Err(String::new()),
        Err(reason) => Err(reason.to_string()),
    }
}

fn certificate(direction: Direction, own: &Certificate) -> Vec<CertificateLine> {
    let line = |token: &str, by: &str, value| CertificateLine {
        direction,
        token: token.into(),
        by: by.into(),
        value,
    };
    let best = |token: &str, best: &Applicable<(f64, &'static str)>| match best {
        Ok((x, by)) => line(token, by, value(&Ok(*x))),
        Err(reason) => line(token, "", Err(reason.to_string())),
    };
    vec![
        best("m_cca", &own.m_cca),
        best("m_cca_logits", &own.m_cca_logits),
        line("probe_cost", "", value(&own.probe_cost)),
        line("relative_probe_cost", "", value(&own.relative_probe_cost)),
    ]
}
