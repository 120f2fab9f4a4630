//! `logitdist sweep` and `cargo xtask sweep`.

mod arguments;
mod progress;
mod signals;

pub use arguments::Arguments;

use crate::output::to_stdout;
use crate::progress::note;
use arguments::Command;
use logitdist_io::{for_shell, say, visible};
use logitdist_results::{Damaged, Ended, damage};
use logitdist_sim::{
    Listener, Submission, SweepOptions, SweepOutcome, Tables, describe, merge, sample, scripts, single,
    status, submit, sweep,
};
use progress::SweepProgress;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Exit code of what is not finished.
const UNFINISHED: u8 = 3;

/// Runs the command: exit code 1 if a bound is violated or a cell failed, 3 if the sweep is not finished.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Some(Command::Status { dir }) => {
            to_stdout(status(dir)?.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Merge { out, inputs, partial, damaged }) => {
            let damaged = if *damaged { Damaged::Said } else { Damaged::Refused };
            run_merge(out, inputs, *partial, damaged)
        }
        Some(Command::Plan { config, overrides, threads, cpus }) => {
            let options = options(config, overrides);
            let processors = || std::thread::available_parallelism().map_or(1, usize::from);
            let threads = threads.map_or_else(processors, usize::from);
            to_stdout(sample(&options)?.words(threads, usize::from(*cpus)).as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Cell { config, id, overrides }) => run_cell(&options(config, overrides), *id),
        None if arguments.slurm => run_slurm(&arguments),
        None if arguments.dry_run => {
            to_stdout(describe(&arguments.options())?.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        None => {
            let stop = signals::stop_flag()?;
            let progress = Some(Arc::new(SweepProgress::default()) as Arc<dyn Listener>);
            tell(&sweep(&SweepOptions { stop, progress, ..arguments.options() })?)
        }
    }
}

fn options(config: &Path, overrides: &[String]) -> SweepOptions {
    SweepOptions { config: config.into(), overrides: overrides.into(), ..SweepOptions::default() }
}

/// Says what a sweep came to.
fn tell(outcome: &SweepOutcome) -> anyhow::Result<ExitCode> {
    outcome.notes.iter().for_each(|text| note(text));
    let (failures, failed) = &outcome.failures;
    if *failed > 0 {
        say(format_args!(
            "error: {failed} cells failed, the first being {}; failures.csv has what each said and the command that runs \
             just that cell, --retry-failed tries them again",
            failures.join("; ")
        ));
    }
    let (done, total) = outcome.done;
    let (out, seconds) = (for_shell(&outcome.out.display().to_string()), outcome.seconds);
    let computed =
        format!("{done} of {total} cells are done, {} computed now, in {seconds:.1} s", outcome.computed);
    match (&outcome.tables, outcome.ended) {
        (_, Ended::Failed) => {
            say(format_args!("ended by the failure: {computed}; the same command goes on with what is left"));
            Ok(ExitCode::from(1))
        }
        (_, Ended::Interrupted) => {
            say(format_args!("interrupted: {computed}; the same command goes on with what is left"));
            Ok(ExitCode::from(UNFINISHED))
        }
        (Some(tables), Ended::Complete) => tell_tables(
            tables,
            &format!("{} computed now, in {seconds:.1} s", outcome.computed),
            &outcome.out,
        ),
        (None, Ended::Complete) => {
            let text = format!(
                "{computed}; `logitdist sweep merge {out}` makes the tables once all shards are done\n"
            );
            to_stdout(text.as_bytes())?;
            Ok(ExitCode::from(u8::from(*failed > 0)))
        }
    }
}

/// Prints tables in short.
fn tell_tables(tables: &Tables, how: &str, out: &Path) -> anyhow::Result<ExitCode> {
    let counts = &tables.counts;
    let mut text = tables.summary.to_table();
    writeln!(
        text,
        "\n{} cells ({} not applicable, {} failed), {} bounds, {} violated; {how}; results in {}",
        counts.cells,
        counts.cells_not_applicable,
        counts.cells_failed,
        counts.bounds,
        counts.violations,
        visible(&out.display().to_string())
    )?;
    to_stdout(text.as_bytes())?;
    for violation in &tables.violations {
        say(format_args!("violated: {violation}"));
    }
    if counts.violations > 0 {
        say(format_args!(
            "error: {} bounds are violated: a proof or this program is wrong",
            counts.violations
        ));
    }
    let failed = counts.violations > 0 || counts.cells_failed > 0;
    Ok(ExitCode::from(u8::from(failed)))
}

fn run_merge(out: &Path, inputs: &[PathBuf], partial: bool, damaged: Damaged) -> anyhow::Result<ExitCode> {
    // The tables of `out` are made again. Those of the inputs are not used; but where they are damaged, a journal may be, too.
    for folder in inputs {
        let sentences = damage(folder, damaged)?;
        sentences.iter().for_each(|what| note(&format!("{}: {what}", folder.display())));
    }
    let merged = merge(out, inputs, partial)?;
    merged.notes.iter().for_each(|text| note(text));
    let (missing, total) = merged.missing;
    let code = match &merged.tables {
        Some(tables) => tell_tables(tables, &format!("{missing} of {total} missing"), out)?,
        None => ExitCode::SUCCESS,
    };
    if missing == 0 {
        return Ok(code);
    }
    let working = match merged.holders.as_slice() {
        [] => String::new(),
        holders => format!("; still at work: {}", holders.join(", ")),
    };
    say(format_args!(
        "error: {missing} of {total} cells are missing{working}; run the same sweep with --out {} to compute them, \
         or make tables of what there is with --partial",
        for_shell(&out.display().to_string())
    ));
    Ok(ExitCode::from(UNFINISHED))
}

fn run_cell(options: &SweepOptions, seed: u64) -> anyhow::Result<ExitCode> {
    let cell = match single(options, seed)? {
        Ok(cell) => cell,
        Err(message) => {
            say(format_args!("error: the cell fails: {message}"));
            return Ok(ExitCode::from(1));
        }
    };
    let mut text = String::new();
    for (name, value) in cell.row.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(text, "{name:26} {value}")?;
    }
    writeln!(text)?;
    for bound in &cell.bounds {
        let named = cell.bound_header.iter().zip(bound).filter(|(_, value)| !value.is_empty());
        let fields: Vec<String> = named.map(|(name, value)| format!("{name}={value}")).collect();
        writeln!(text, "{}", fields.join(" "))?;
    }
    to_stdout(text.as_bytes())?;
    if cell.violated.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!("error: violated: {}; a proof or this program is wrong", cell.violated.join(", ")));
    Ok(ExitCode::from(1))
}

fn run_slurm(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (options, slurm) = (arguments.options(), arguments.cluster.options());
    if arguments.dry_run {
        let scripts = scripts(&options, &slurm)?;
        to_stdout(format!("{}\n{}", scripts.array, scripts.merge).as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = match submit(&options, &slurm)? {
        Submission::NothingToDo => "Nothing is missing, and the tables are made.\n".to_owned(),
        Submission::Running(job) => {
            format!("All that is missing is in the queue already: array job {job}.\n")
        }
        Submission::Submitted { array_job, tasks, merge_job, folder } => {
            let array = array_job.map_or_else(
                || "No cell is missing.".to_owned(),
                |job| format!("Submitted array job {job} with {tasks} tasks."),
            );
            format!(
                "{array}\nSubmitted merge job {merge_job}.\nScripts and logs are in {}.\n",
                folder.display()
            )
        }
    };
    to_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
