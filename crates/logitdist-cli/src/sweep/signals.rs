//! Ctrl-C and SIGTERM: the first ends the sweep in good order, the second ends the program.

use anyhow::Context;
use logitdist_io::say;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// From now on a signal sets the flag that is returned.
pub fn stop_flag() -> anyhow::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&flag);
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("signals cannot be caught")?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if told.swap(true, Ordering::Relaxed) {
                // What is not in the journal yet is lost; the journal itself can be read after any end.
                std::process::exit(128 + signal);
            }
            say("stopping: the cells in flight are finished first; once more stops at once");
        }
    });
    Ok(flag)
}
