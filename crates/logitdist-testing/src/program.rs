//! A program as a user runs it.

use std::process::{Child, Command, Output};

/// How a program ended and what it said.
#[derive(Debug)]
pub struct Run {
    /// What was run.
    command: String,
    /// Its exit code, −1 if a signal ended it.
    pub code: i32,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Run {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Run::of(format!("{command:?}"), output)
}

/// Waits for a program that was started with its output piped.
pub fn wait(child: Child) -> Run {
    let command = format!("process {}", child.id());
    Run::of(command, child.wait_with_output().expect("a child can be waited for"))
}

impl Run {
    fn of(command: String, output: Output) -> Run {
        Run {
            command,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("standard output is text"),
            stderr: String::from_utf8(output.stderr).expect("standard error is text"),
        }
    }

    /// Asserts that all went well.
    #[track_caller]
    pub fn ok(self) -> Run {
        self.ended_with(0)
    }

    /// Asserts that the program ended with this code.
    #[track_caller]
    pub fn ended_with(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{}: {}{}", self.command, self.stdout, self.stderr);
        self
    }

    /// Asserts that the program refused its arguments or input: exit code 2, an error that says each of these, no panic.
    #[track_caller]
    pub fn refused(self, said: &[&str]) -> Run {
        let run = self.ended_with(2);
        let (command, stderr) = (&run.command, &run.stderr);
        assert!(stderr.contains("error: ") && !stderr.contains("panicked"), "{command}: {stderr}");
        for text in said {
            assert!(stderr.contains(text), "{command} does not say {text}: {stderr}");
        }
        run
    }
}
