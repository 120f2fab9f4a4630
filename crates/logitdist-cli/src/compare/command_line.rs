//! The command of this run, as it can be pasted into a shell.

use logitdist_io::for_shell;
use std::ffi::OsString;

/// Options that change where a result goes or how fast it comes, and nothing in it.
const WITHOUT_EFFECT: [&str; 6] = ["--format", "--out", "--report", "--threads", "--fail-if", "--gate"];

/// The same of options without a value.
const FLAGS_WITHOUT_EFFECT: [&str; 5] = ["--bounds", "--quiet", "-q", "--verbose", "-v"];

/// The option of what was computed before: the result is the same as without it. Its values reach to the next option.
const SUMMARIES: &str = "--summaries";

/// The arguments that the result depends on, after `logitdist`, of a command line with the name of the program first.
pub fn command_line(line: &[OsString]) -> String {
    command_of(line.iter().skip(1).map(|a| a.to_string_lossy().into_owned()))
}

fn command_of(arguments: impl Iterator<Item = String>) -> String {
    let mut arguments = arguments.peekable();
    let mut command = "logitdist".to_owned();
    while let Some(argument) = arguments.next() {
        let name = argument.split('=').next().unwrap_or_default();
        if FLAGS_WITHOUT_EFFECT.contains(&name) {
            continue;
        }
        if name == SUMMARIES {
            // After an equals sign there is one value.
            while !argument.contains('=') && arguments.peek().is_some_and(|next| !next.starts_with('-')) {
                arguments.next();
            }
            continue;
        }
        if WITHOUT_EFFECT.contains(&name) {
            if !argument.contains('=') {
                arguments.next();
            }
            continue;
        }
        command.push(' ');
        command.push_str(&for_shell(&argument));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_effect_on_the_result_is_left_out_and_the_rest_can_be_pasted() {
        for (arguments, command) in [
            (&["compare", "a.npz", "b.npz"][..], "logitdist compare a.npz b.npz"),
            (
                &["compare", "--threads", "2", "a b.npz", "--out=x", "it's", "--seed=3", "--report", "r"],
                "logitdist compare 'a b.npz' 'it'\\''s' --seed=3",
            ),
            (&["compare", "a", "b", "--summaries", "1", "2", "--seed=3"], "logitdist compare a b --seed=3"),
            (&["compare", "--summaries=1", "a", "b"], "logitdist compare a b"),
            (&["-q", "compare", "a", "b", "--verbose"], "logitdist compare a b"),
            (&["compare", "", "--format"], "logitdist compare ''"),
            (&["compare", "--bounds", "a", "--fail-if", "m_cca < 1", "b"], "logitdist compare a b"),
        ] {
            assert_eq!(command_of(arguments.iter().map(ToString::to_string)), command);
        }
    }
}
