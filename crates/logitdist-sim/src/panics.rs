//! Catches panics of cells, and tells where in the source they began.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether this thread is inside [`caught`], and where it panicked last.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on a panic inside [`caught`] is noted, not printed. All others are printed as before.
fn note_places() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |info| {
            if INSIDE.get() {
                PLACE.set(info.location().map(|place| format!("{}:{}", place.file(), place.line())));
            } else {
                print(info);
            }
        }));
    });
}

/// Runs `run`. A panic becomes an error that says what it said and where.
pub fn caught<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    note_places();
    // A thread that waits for parts of one cell may start another.
    let outer = INSIDE.replace(true);
    // Cells share nothing that a panic could leave half-changed.
    let result = catch_unwind(AssertUnwindSafe(run));
    INSIDE.set(outer);
    result.unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text =
            text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("panic without a message");
        Err(match PLACE.take() {
            Some(place) => format!("{text} ({place})"),
            None => text.to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_says_what_and_where() {
        assert_eq!(caught(|| Ok(3)), Ok(3));
        let number = 4;
        let message = caught::<()>(|| panic!("number {number}")).unwrap_err();
        assert!(message.starts_with("number 4 (") && message.contains("panics.rs:"), "{message}");
        assert!(caught::<()>(|| panic!("plain")).unwrap_err().starts_with("plain ("));
    }
}
