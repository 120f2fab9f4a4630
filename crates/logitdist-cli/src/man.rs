//! `logitdist man`: manual pages from the command line's own definition.

use anyhow::bail;
use clap::Command;

/// The page of a command, found by its words from the program's on.
///
/// # Errors
/// There is no such command; what there is.
pub fn page(program: Command, words: &[String]) -> anyhow::Result<Vec<u8>> {
    let mut name = program.get_name().to_owned();
    let mut command = program;
    command.build();
    for word in words {
        let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        let Some(found) = command.find_subcommand(word) else {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            bail!("{name} has no command `{word}`; it has {known}");
        };
        let found = found.clone();
        name = format!("{name}-{}", found.get_name());
        command = found;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command.display_name(name)).render(&mut page)?;
    Ok(page)
}
