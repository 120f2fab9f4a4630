//! Work on other threads while Python goes on, hears of it, and may stop it.

use logitdist::Stage;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// How often Python looks for signals, and hears how far the work is.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// More than any machine has a use for; every thread takes memory.
const MOST_THREADS: usize = 1024;

/// The payload that unwinds work which is to stop.
struct Interrupted;

/// How far some work is, and whether it is to stop.
#[derive(Default)]
pub struct Progress {
    /// Set once, when Python was interrupted.
    pub stop: Arc<AtomicBool>,
    rows: AtomicUsize,
    total: AtomicUsize,
}

impl Progress {
    /// How many rows there are to see in all.
    pub fn expect(&self, total: usize) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// So many rows are done. Does not return if the work is to stop.
    pub fn watch(&self, _: Stage, rows: usize) {
        if self.stop.load(Ordering::Relaxed) {
            resume_unwind(Box::new(Interrupted));
        }
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }
}

/// Runs `work` on so many threads of its own, all processors if `None`. Meanwhile Python is free; `listener` is called with the rows
/// that are done and those in all. An interrupt of Python stops the work and is its error.
///
/// # Errors
/// `ValueError` with what was wrong, the exception of a signal handler or of the listener, or `RuntimeError` for a defect.
pub fn wait_for<T: Send>(
    py: Python<'_>,
    threads: Option<usize>,
    listener: Option<Py<PyAny>>,
    work: impl FnOnce(&Progress) -> anyhow::Result<T> + Send,
) -> PyResult<T> {
    if threads.is_some_and(|threads| threads == 0 || threads > MOST_THREADS) {
        return Err(PyValueError::new_err(format!(
            "threads is {}; it must be from 1 to {MOST_THREADS}",
            threads.unwrap_or_default()
        )));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    let pool = pool.map_err(|e| PyRuntimeError::new_err(format!("the threads cannot be started: {e}")))?;
    let progress = Progress::default();
    let done = py.detach(|| {
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(1);
            let progress = &progress;
            scope.spawn(move || {
                let result = catch_unwind(AssertUnwindSafe(|| pool.install(|| work(progress))));
                // Nobody listens any more if Python was interrupted.
                sender.send(result).ok();
            });
            let result = look_until(&receiver, progress, listener.as_ref());
            progress.stop.store(result.is_err(), Ordering::Relaxed);
            result
        })
    })?;
    match done {
        Ok(result) => result.map_err(|error| PyValueError::new_err(format!("{error:#}"))),
        Err(panic) => Err(PyRuntimeError::new_err(format!(
            "a defect of logitdist, please report it: {}",
            words(panic.as_ref())
        ))),
    }
}

/// Waits for the result, and calls Python now and then.
fn look_until<T>(receiver: &Receiver<T>, progress: &Progress, listener: Option<&Py<PyAny>>) -> PyResult<T> {
    loop {
        match receiver.recv_timeout(BETWEEN_LOOKS) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Disconnected) => return Err(PyRuntimeError::new_err("a thread was lost")),
            Err(RecvTimeoutError::Timeout) => Python::attach(|py| {
                py.check_signals()?;
                let Some(listener) = listener else { return Ok(()) };
                let rows = progress.rows.load(Ordering::Relaxed);
                listener.call1(py, (rows, progress.total.load(Ordering::Relaxed))).map(drop)
            })?,
        }
    }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
