//! Models that are given by lists of their most probable labels: what holds whatever the other labels have.

use super::arguments::Arguments;
use crate::models::name;
use crate::output::Format;
use anyhow::{bail, ensure};
use logitdist::{Settings, TopList, list_distances};
use logitdist_io::{ReadOptions, Source, read_top_lists};
use logitdist_results::number::{number, or_blank};
use logitdist_results::pair::{PairComparison, PairRun};
use serde_json::{Map, Value, json};

/// Two models of lists, and all that is known of their distance.
pub struct ComparedLists {
    run: PairRun,
    n_inputs: usize,
    /// What is not listed, in the mean over the inputs.
    unseen: [f64; 2],
    agreement: f64,
    /// Means of the smallest and of the largest value at each input.
    between: [(&'static str, [f64; 2]); 3],
}

const ELSEWHERE: &str =
    "it may be anything between two values, which `between` has: only the most probable labels are listed";
const ALL_ELSE: &str = "only the most probable labels are listed: it needs whole distributions";
const INFINITE: &str =
    "what a model has for labels that it does not list may fall on labels that are impossible for the other";

/// The comparison, if the models are given by lists.
///
/// # Errors
/// One of them is not; the lists are wrong or of different inputs; an option needs whole distributions.
pub fn compared(arguments: &Arguments, command: &str) -> anyhow::Result<Option<ComparedLists>> {
    let sources = arguments.given.sources()?;
    let read = |(source, options): &(Source, ReadOptions)| match source {
        Source::Path(path) => read_top_lists(path, options),
        _ => Ok(None),
    };
    let (a, b) = match (read(&sources[0])?, read(&sources[1])?) {
        (None, None) => return Ok(None),
        (Some(a), Some(b)) => (a, b),
        (a, _) => {
            let (with, without) = if a.is_some() { (0, 1) } else { (1, 0) };
            bail!(
                "{} has lists of its most probable labels (`ids` and `log_probabilities`) and {} has none; both need them, or both whole \
                 distributions",
                name(&sources[with].0),
                name(&sources[without].0)
            )
        }
    };
    arguments.check_for_lists()?;
    let [name_a, name_b] = [0, 1].map(|m| name(&sources[m].0));
    ensure!(
        a.len() == b.len(),
        "{name_a} has lists of {} inputs and {name_b} of {}; a pair needs the same inputs in the same order",
        a.len(),
        b.len()
    );
    let run = PairRun {
        model_a: name_a,
        model_b: name_b,
        seed: arguments.reducing.seed,
        version: env!("CARGO_PKG_VERSION").into(),
        command: command.to_owned(),
    };
    Ok(Some(ComparedLists::of(run, &a, &b)))
}

impl ComparedLists {
    fn of(run: PairRun, a: &[TopList], b: &[TopList]) -> ComparedLists {
        let n = a.len() as f64;
        let (mut agreeing, mut tv, mut kl_ab, mut kl_ba) = (0, [0.0; 2], [0.0; 2], [0.0; 2]);
        for (a, b) in a.iter().zip(b) {
            let at_input = list_distances(a, b);
            agreeing += usize::from(at_input.agree);
            for (sum, ends) in
                [(&mut tv, at_input.tv), (&mut kl_ab, at_input.kl_ab), (&mut kl_ba, at_input.kl_ba)]
            {
                sum.iter_mut().zip(ends).for_each(|(sum, end)| *sum += end / n);
            }
        }
        ComparedLists {
            run,
            n_inputs: a.len(),
            unseen: [a, b].map(|lists| lists.iter().map(TopList::unseen).sum::<f64>() / n),
            agreement: agreeing as f64 / n,
            between: [("kl_ab", kl_ab), ("kl_ba", kl_ba), ("tv", tv)],
        }
    }

    /// The comparison as text.
    pub fn text(&self, format: Format) -> String {
        match format {
            Format::Table => self.table(),
            Format::Json => self.json(),
            Format::Csv => self.csv(),
        }
    }

    /// What there is of a token: its number, or why there is none.
    fn measured(&self, token: &str) -> Result<f64, &'static str> {
        match token {
            "n_inputs" | "n_inputs_probability" => Ok(self.n_inputs as f64),
            "top1_agreement" => Ok(self.agreement),
            _ if self.between.iter().any(|(known, _)| *known == token) => Err(ELSEWHERE),
            _ => Err(ALL_ELSE),
        }
    }

    fn table(&self) -> String {
        let share = |x: f64| format!("{:.2} %", 100.0 * x);
        let mut lines = vec![
            format!(
                "The most probable label is the same on {} of {} inputs.",
                share(self.agreement),
                self.n_inputs
            ),
            String::new(),
            format!("a  {}: {} of the probability is not listed", self.run.model_a, share(self.unseen[0])),
            format!("b  {}: {} of the probability is not listed", self.run.model_b, share(self.unseen[1])),
            String::new(),
            format!("{:<20}{:>14}{:>14}", "Whatever is not listed", "at least", "at most"),
        ];
        for (token, [low, high]) in self.between {
            lines.push(format!("  {token:<20}{:>14}{:>14}", number(low), number(high)));
        }
        lines.push(format!("  {:<20}{:>14}", "top1_agreement", number(self.agreement)));
        lines.push(String::new());
        if self.between.iter().any(|(_, [_, high])| high.is_infinite()) {
            lines.push(format!("∞: {INFINITE}."));
        }
        lines.push("All other measures and bounds need whole distributions.".to_owned());
        lines.join("\n") + "\n"
    }

    fn json(&self) -> String {
        let finite = |x: f64| if x.is_finite() { json!(x) } else { Value::Null };
        let mut object = Map::new();
        object.insert("version".into(), json!(self.run.version));
        object.insert("model_a".into(), json!(self.run.model_a));
        object.insert("model_b".into(), json!(self.run.model_b));
        let mut reasons = Map::new();
        for token in tokens() {
            match self.measured(token) {
                Ok(x) if token.starts_with("n_") => object.insert(token.into(), json!(x as u64)),
                Ok(x) => object.insert(token.into(), json!(x)),
                Err(reason) => {
                    reasons.insert(token.into(), json!(reason));
                    object.insert(token.into(), Value::Null)
                }
            };
        }
        let between = self.between.map(|(token, [low, high])| {
            let mut ends = json!({ "low": finite(low), "high": finite(high) });
            if high.is_infinite() {
                ends["reason"] = json!(format!("∞: {INFINITE}"));
            }
            (token.to_owned(), ends)
        });
        object.insert("between".into(), Value::Object(between.into_iter().collect()));
        object.insert("unseen".into(), json!({ "a": self.unseen[0], "b": self.unseen[1] }));
        object.insert("reasons".into(), Value::Object(reasons));
        let text = serde_json::to_string_pretty(&Value::Object(object)).expect("a tree of values is JSON");
        format!("{text}\n")
    }

    /// As of other comparisons, with a section `between`.
    fn csv(&self) -> String {
        let measures = tokens().map(|token| (token.to_owned(), self.measured(token).map_err(str::to_owned)));
        let mut text = PairComparison {
            run: self.run.clone(),
            measures: measures.collect(),
            intervals: Vec::new(),
            sides: Vec::new(),
            nulls: Vec::new(),
            deciles: Vec::new(),
            lists: Vec::new(),
            bounds: Vec::new(),
            certificates: Vec::new(),
            probes: Vec::new(),
            verdict: Vec::new(),
            notes: Vec::new(),
        }
        .to_csv();
        for (token, [low, high]) in self.between {
            let reason = if high.is_infinite() { format!("\"∞: {INFINITE}\"") } else { String::new() };
            text.push_str(&format!("between,{token},low,{},\n", or_blank(low)));
            text.push_str(&format!("between,{token},high,{},{reason}\n", or_blank(high)));
        }
        for (model, unseen) in ["a", "b"].into_iter().zip(self.unseen) {
            text.push_str(&format!("between,unseen,{model},{},\n", or_blank(unseen)));
        }
        text
    }
}

/// All that a comparison has, by its tokens.
fn tokens() -> impl Iterator<Item = &'static str> {
    let settings = Settings { held_out: false, ..Settings::default() };
    settings.measures().map(|(token, ..)| token).collect::<Vec<_>>().into_iter()
}
