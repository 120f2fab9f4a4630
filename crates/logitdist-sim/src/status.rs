//! How far a sweep is, from its folder.

use crate::config::Config;
use crate::error::SimError;
use crate::journal::{self, Lock, Store};
use crate::manifest::is_of_all_cells;
use crate::merge::widest;
use crate::shard::Shard;
use crate::share::Share;
use crate::slurm;
use logitdist_io::for_shell;
use logitdist_results::Ended;
use std::path::Path;

/// How many cells one journal of a config's sweep has, alone: nothing else of its folder is read.
///
/// # Errors
/// It cannot be read, or is of another version or another config.
pub fn cells_of_journal(path: &Path, config: &Config) -> Result<usize, SimError> {
    Ok(Store::read(&[path.to_path_buf()], config)?.count())
}

/// How far the sweep in a folder is, in words.
///
/// # Errors
/// The folder holds no sweep, or a journal cannot be read.
pub fn status(out: &Path) -> Result<String, SimError> {
    let paths = journal::all(out)?;
    if paths.is_empty() && !slurm::folder(out).is_dir() {
        return Err(journal::none_in(out));
    }
    let (config, store) = widest(out, std::iter::empty(), &paths)?;
    let share = Share::of(&config, &store, Shard::WHOLE)?;
    let Share { done, total, .. } = share;
    let (missing, failed) = (share.missing(), share.failed.len());
    let more = if share.may_grow { " or more" } else { "" };
    let percent = 100.0 * done as f64 / total.max(1) as f64;
    let mut lines = vec![
        format!("question: {}", config.question),
        format!(
            "{done} of {total}{more} cells are done ({percent:.1} %), {failed} failed, {missing} missing"
        ),
    ];
    let mut at_work = false;
    for (path, journal) in paths.iter().zip(&store.journals) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().replace("-of-", "/");
        let state = match (Lock::holder(&Lock::path_of(path)), journal.sessions.last()) {
            (Ok(Some(holder)), _) => {
                at_work = true;
                format!("running: {holder}")
            }
            (Err(error), _) => format!("running or not, its lock cannot be read: {error}"),
            (Ok(None), None) if journal.whole + journal.torn == 0 => "nothing was computed".to_owned(),
            (Ok(None), Some((_, Some(end)))) => match end.ended {
                Ended::Complete => "finished".to_owned(),
                Ended::Interrupted => "interrupted".to_owned(),
                Ended::Failed => "ended by a failure".to_owned(),
            },
            (Ok(None), _) => "killed".to_owned(),
        };
        let written = path.metadata().and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok());
        let ago =
            written.map_or_else(String::new, |ago| format!(", last written {} ago", duration(ago.as_secs())));
        lines.push(format!("  shard {name:8} {:>9} cells, {state}{ago}", journal.cells));
    }
    lines.extend(store.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(slurm::queue(out)?);
    lines.push(match (missing, is_of_all_cells(out)) {
        (0, true) => "The tables are made.".to_owned(),
        (0, false) => format!(
            "Nothing is missing; make the tables: logitdist sweep merge {}",
            for_shell(&out.display().to_string())
        ),
        _ if at_work => "The rest is being computed.".to_owned(),
        _ => "Run the same sweep again to compute what is missing.".to_owned(),
    });
    Ok(lines.join("\n") + "\n")
}

/// A duration for people: `42 s`, `3 min 20 s`, `5 h 12 min`, `3 d 4 h`.
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86400, seconds % 86400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_for_people() {
        for (seconds, text) in [(0, "0 s"), (200, "3 min 20 s"), (18_720, "5 h 12 min"), (273_600, "3 d 4 h")]
        {
            assert_eq!(duration(seconds), text);
        }
    }
}
