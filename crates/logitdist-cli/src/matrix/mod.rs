//! `logitdist matrix`: one model against many, or each against each.

mod arguments;
mod computed;
mod json;
mod models;
mod table;

pub use arguments::Arguments;
pub use computed::usual;

use crate::compare::command_line;
use crate::output::{Beside, Format, beside, to_stdout};
use anyhow::{Context, bail};
use computed::{computed, settings};
use logitdist_io::{make_folder, say};
use logitdist_report::many::report_many;
use models::{ManyModels, listed};
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command, which was asked for by `line`: exit code 1 if a bound is violated.
pub fn run(arguments: &Arguments, line: &[OsString]) -> anyhow::Result<ExitCode> {
    let pool = arguments.reducing.pool()?;
    let options = arguments.reading.options(arguments.zero_is_mask, None);
    let paths = listed(&arguments.models, &options[1].names, arguments.all)?;
    // Outputs that cannot be should not cost a comparison.
    arguments.claim_outputs(&paths)?;
    let settings = settings(arguments)?;
    if let Some(folder) = arguments.report.as_ref().filter(|folder| folder.join("bounds.csv").exists()) {
        bail!("{}: the folder holds the results of a sweep; another one is needed", folder.display());
    }
    let found = pool.install(|| {
        let models = ManyModels::open(&paths, &options, &arguments.reading.which.asked())?;
        computed(arguments, &models, &settings, command_line(line))
    })?;
    let many = &found.many;
    let text = match (arguments.format, arguments.square.as_deref()) {
        (Format::Table, None) => table::render(many),
        (Format::Table, Some(token)) => table::square(many, token),
        (Format::Json, None) => json::render(many),
        (Format::Json, Some(token)) => json::square(many, token),
        (Format::Csv, None) => many.to_csv(),
        (Format::Csv, Some(token)) => many.square_csv(token),
    };
    // All is written before anything is replaced: a command that fails leaves what was there.
    let out = arguments.out.as_ref().map(|path| beside(path, text.as_bytes())).transpose()?;
    if let Some(folder) = &arguments.report {
        make_folder(folder).with_context(|| format!("{}: the folder cannot be made", folder.display()))?;
        report_many(many, folder)?;
    }
    if out.is_none() {
        to_stdout(text.as_bytes())?;
    }
    out.map(Beside::finish).transpose()?;
    if found.violated.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!(
        "error: violated: {}; a proof or this program is wrong, please report it with the files",
        found.violated.join(", ")
    ));
    Ok(ExitCode::from(1))
}
