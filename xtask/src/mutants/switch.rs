// In a copy of this crate for `cargo xtask mutants`. The change that the environment names is on, and no other.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, fs, io::Write};

static CHOSEN: LazyLock<usize> =
    LazyLock::new(|| env::var("LOGITDIST_MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0));

static TRACE: LazyLock<Option<String>> = LazyLock::new(|| env::var("LOGITDIST_MUTANT_TRACE").ok());

static REACHED: [AtomicBool; 1 << 14] = [const { AtomicBool::new(false) }; 1 << 14];

/// Whether a change is on. Writes down, if the environment says where, that it was asked for.
pub(crate) fn on(change: usize) -> bool {
    if let Some(path) = &*TRACE
        && !REACHED[change].swap(true, Ordering::Relaxed)
    {
        let file = fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(format!("{change}\n").as_bytes())).expect("the trace can be written");
    }
    *CHOSEN == change
}

#[allow(unused_macros)]
macro_rules! mutated {
    ($op:tt, $a:expr, $b:expr, $($change:literal $other:tt),*) => {
        match ($a, $b) { (a, b) => $(if $crate::mutation_switch::on($change) { a $other b } else)* { a $op b } }
    };
}

#[allow(unused_macros)]
macro_rules! mutated_order {
    ($op:tt, $a:expr, $b:expr, $($change:literal $other:tt),*) => {
        match (&$a, &$b) { (a, b) => $(if $crate::mutation_switch::on($change) { a $other b } else)* { a $op b } }
    };
}

#[allow(unused_macros)]
macro_rules! mutated_assignment {
    ($op:tt, $a:expr, $b:expr, $($change:literal $other:tt),*) => {
        match $b { b => $(if $crate::mutation_switch::on($change) { $a $other b } else)* { $a $op b } }
    };
}

#[allow(unused_macros)]
macro_rules! mutated_choice {
    (&&, $a:expr, $b:expr, $change:literal ||) => {{
        let a: bool = $a;
        if a == $crate::mutation_switch::on($change) { a } else { $b }
    }};
    (||, $a:expr, $b:expr, $change:literal &&) => {{
        let a: bool = $a;
        if a != $crate::mutation_switch::on($change) { a } else { $b }
    }};
}

#[allow(unused_macros)]
macro_rules! mutated_sign {
    ($a:expr, $change:literal) => {
        match $a { a => if $crate::mutation_switch::on($change) { a } else { -a } }
    };
}
