//! `logitdist probe`: how much of a concept model B keeps, by probes refitted and carried over from model A.

use crate::models::Models;
use crate::output::{Format, to_stdout};
use crate::progress::note;
use anyhow::{Context, bail};
use logitdist::{Mat, Model, Pair};
use logitdist_io::{ReadOptions, Source, read_array, read_model, say};
use logitdist_results::number::short;
use logitdist_train::{Concept, ConceptTransfer, ProbeSpec, answer_transfer};
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Test whether model B still encodes a concept of model A, and whether in the same directions.
///
/// Linear probes are fitted on A, fitted again on B, and carried over from A to B. They are fitted by logistic regression on every
/// second input (0, 2, 4, …) and measured on the others. Beside the error of the carried probe stands what the logit distance certifies
/// for it (T8), and how many of its decisions (T17).
#[derive(clap::Args)]
pub struct Arguments {
    /// The teacher A and the student B, as for `logitdist compare`.
    #[arg(value_names = ["A", "B"], num_args = 2, required = true)]
    models: Vec<PathBuf>,
    /// Where concepts hold: an .npy of 0 and 1, inputs × concepts.
    #[arg(long, value_name = "NPY", required_unless_present = "labels", conflicts_with = "labels")]
    answers: Option<PathBuf>,
    /// The digit (0 to 9) of each input, an .npy. The concepts are then properties of digits.
    #[arg(long, value_name = "NPY")]
    labels: Option<PathBuf>,
    /// Concepts of the digits, for example closed_loop,odd [default: all that hold at some of the inputs to fit on, and not at all of them].
    #[arg(long, value_delimiter = ',', value_name = "NAMES", conflicts_with = "answers")]
    concepts: Vec<Concept>,
    /// Strength of the penalty on the variance of a probe's score, greater than 0.
    #[arg(long, default_value_t = ProbeSpec::default().strength, allow_negative_numbers = true, value_name = "LAMBDA")]
    strength: f64,
    /// How to print the result. CSV has one number in each line: concept,token,value.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// Runs the command: exit code 1 if a certificate does not hold.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let source = |i: usize| (Source::Path(arguments.models[i].clone()), ReadOptions::default());
    let models = Models::read([source(0), source(1)], read_model)?;
    let concepts = concepts(arguments, models.a.n_inputs())?;
    let found = measured(&models, &concepts, arguments.strength)?;
    let text = match arguments.format {
        Format::Table => table(&found),
        Format::Csv => csv(&found),
        Format::Json => format!("{:#}\n", json(&found)),
    };
    to_stdout(text.as_bytes())?;
    let failed: Vec<&str> = found.iter().filter(|(_, t)| !holds(t)).map(|(name, _)| name.as_str()).collect();
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!(
        "error: the certificate does not hold for {}; a proof or this program is wrong, please report it with the files",
        failed.join(", ")
    ));
    Ok(ExitCode::from(1))
}

/// Whether T8 and T17 hold for a concept's probe.
fn holds(transfer: &ConceptTransfer) -> bool {
    transfer.certificate_holds && !transfer.agreement.is_violated()
}

/// Names of concepts and the inputs at which they hold.
fn concepts(arguments: &Arguments, inputs: usize) -> anyhow::Result<Vec<(String, Vec<bool>)>> {
    if let Some(path) = &arguments.answers {
        let answers = of_inputs(path, "answers", inputs)?;
        let column = |c: usize| {
            let answer = |i: usize| match answers[(i, c)] {
                0.0 => Ok(false),
                1.0 => Ok(true),
                other => bail!("{}: entry [{i}, {c}] is {other}; it must be 0 or 1", path.display()),
            };
            Ok((c.to_string(), (0..inputs).map(answer).collect::<anyhow::Result<_>>()?))
        };
        return (0..answers.ncols()).map(column).collect();
    }
    // Clap has seen to it that there is one or the other.
    let path = arguments.labels.as_deref().unwrap_or(Path::new(""));
    let labels = of_inputs(path, "labels", inputs)?;
    if labels.ncols() != 1 {
        bail!("{}: the labels are {}×{}; one column is needed", path.display(), inputs, labels.ncols());
    }
    let digit = |i: usize| {
        let digit = (0..10).find(|&digit| labels[(i, 0)] == digit as f64);
        digit.with_context(|| {
            format!(
                "{}: the label of input {i} is {}; it must be a digit from 0 to 9",
                path.display(),
                labels[(i, 0)]
            )
        })
    };
    let digits: Vec<usize> = (0..inputs).map(digit).collect::<anyhow::Result<_>>()?;
    let of_digits = |concept: &Concept| Ok((concept.name().to_owned(), concept.of_labels(&digits)?));
    match &arguments.concepts[..] {
        [] => shown(path, Concept::ALL.iter().map(of_digits).collect::<anyhow::Result<_>>()?),
        asked => asked.iter().map(of_digits).collect(),
    }
}

/// If no concept was named: those that a probe can be fitted to. A note says which are left out.
fn shown(path: &Path, all: Vec<(String, Vec<bool>)>) -> anyhow::Result<Vec<(String, Vec<bool>)>> {
    let holds_at = |answers: &[bool]| {
        let fitted = || answers.iter().step_by(2);
        (fitted().filter(|&&holds| holds).count(), fitted().count())
    };
    let in_words = |(name, answers): &(String, Vec<bool>)| {
        let (holds, of) = holds_at(answers);
        format!("{name}, which holds at {holds} of the {of} inputs to fit on")
    };
    let is_shown = |(_, answers): &(String, Vec<bool>)| {
        let (holds, of) = holds_at(answers);
        holds > 0 && holds < of
    };
    let (shown, left_out): (Vec<_>, Vec<_>) = all.into_iter().partition(is_shown);
    let left_out: Vec<String> = left_out.iter().map(in_words).collect();
    if shown.is_empty() {
        bail!(
            "{}: there is no concept to fit a probe of on every second input (0, 2, 4, …): {}; a probe needs inputs where it holds and inputs where it does not",
            path.display(),
            left_out.join("; ")
        );
    }
    if !left_out.is_empty() {
        note(&format!("left out: {}", left_out.join("; ")));
    }
    Ok(shown)
}

/// An array with a row for each input.
fn of_inputs(path: &Path, name: &'static str, inputs: usize) -> anyhow::Result<Mat<f64>> {
    let array = read_array(path, name)?;
    if array.nrows() != inputs {
        bail!("{}: the {name} have {} rows and the models {inputs} inputs", path.display(), array.nrows());
    }
    Ok(array)
}

fn measured(
    models: &Models<Model>,
    concepts: &[(String, Vec<bool>)],
    strength: f64,
) -> anyhow::Result<Vec<(String, ConceptTransfer)>> {
    if models.a.n_inputs() < 2 {
        bail!("{} has 1 input; one to fit on and one to measure on are needed", models.name_a);
    }
    let [fit_a, fit_b] = [&models.a, &models.b].map(|model| every_second(model, 0));
    let [a, b] = [&models.a, &models.b].map(|model| every_second(model, 1));
    let (fit_a, fit_b, a, b) = (fit_a?, fit_b?, a?, b?);
    let (fit_pair, pair) = (Pair::new(&fit_a, &fit_b)?, Pair::new(&a, &b)?);
    let spec = ProbeSpec { strength, ..ProbeSpec::default() };
    let transfer = |(name, answers): &(String, Vec<bool>)| {
        let half = |first: usize| answers.iter().skip(first).step_by(2).copied().collect::<Vec<bool>>();
        let transfer = answer_transfer(&pair, &fit_pair, &half(0), &half(1), &spec);
        let place = || format!("concept {name}, on every second input (0, 2, 4, …) of {}", models.name_a);
        Ok((name.clone(), transfer.with_context(place)?))
    };
    concepts.iter().map(transfer).collect()
}

/// The model on inputs `first`, `first` + 2, ….
fn every_second(model: &Model, first: usize) -> anyhow::Result<Model> {
    let f = model.embeddings();
    let half = Mat::from_fn((f.nrows() - first).div_ceil(2), f.ncols(), |i, j| f[(first + 2 * i, j)]);
    Ok(Model::new(half, model.unembeddings().to_owned(), model.bias().map(<[f64]>::to_vec))?)
}

fn table(found: &[(String, ConceptTransfer)]) -> String {
    let heads =
        ["majority", "A", "B", "carried", "determined", "error", "certified", "score sd", "kept", "at least"];
    let mut text = format!("{:18}", "concept");
    heads.iter().for_each(|head| write!(text, " {head:>10}").expect("writing to a string"));
    text.push('\n');
    for (name, t) in found {
        write!(text, "{name:18}").expect("writing to a string");
        let accuracies = [
            t.probe_majority,
            t.probe_accuracy_a,
            t.probe_accuracy_b,
            t.probe_accuracy_carried,
            t.probe_accuracy_determined,
        ];
        for accuracy in accuracies {
            write!(text, " {accuracy:10.3}").expect("writing to a string");
        }
        for size in [t.probe_error, t.probe_certificate, t.probe_sd] {
            write!(text, " {:>10}", short(size)).expect("writing to a string");
        }
        write!(text, " {:10.3} {:10.3}", t.probe_kept, least_kept(t)).expect("writing to a string");
        text.push('\n');
    }
    text.push_str(LEGEND);
    text
}

const LEGEND: &str = "
Accuracies:
  majority    the more common answer to every input
  A, B        probes fitted on A and on B
  carried     A's probe on B, carried over by the unembeddings alone
  determined  A's probe on A, by the part of it that A's distribution determines
Scores:
  error       root mean square error of the carried probe's score
  certified   what the logit distance certifies for it: ‖G̃⁺ᵀw‖ d_logit
  score sd    standard deviation of the score of A's probe, to judge both against
Decisions:
  kept        share of inputs that the carried probe decides as its determined part does on A
  at least    what the logit distance certifies for it, by the scores on A (T17)
";

/// The share of decisions that T17 certifies.
fn least_kept(transfer: &ConceptTransfer) -> f64 {
    transfer.probe_kept - transfer.agreement.slack().unwrap_or(transfer.probe_kept)
}

fn csv(found: &[(String, ConceptTransfer)]) -> String {
    let mut lines = String::from("concept,token,value\n");
    for (name, transfer) in found {
        let certified = [("probe_agreement", least_kept(transfer))];
        for (token, value) in transfer.numbers().into_iter().chain(certified) {
            writeln!(lines, "{name},{token},{value:?}").expect("writing to a string");
        }
    }
    lines
}

fn json(found: &[(String, ConceptTransfer)]) -> Value {
    let object = |t: &ConceptTransfer| -> Map<String, Value> {
        let numbers = t.numbers().into_iter().map(|(token, value)| (token.to_owned(), json!(value)));
        numbers
            .chain([
                ("probe_agreement".to_owned(), json!(least_kept(t))),
                ("certificate_holds".to_owned(), json!(holds(t))),
            ])
            .collect()
    };
    Value::Object(found.iter().map(|(name, t)| (name.clone(), object(t).into())).collect())
}
