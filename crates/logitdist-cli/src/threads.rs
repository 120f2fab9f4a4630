//! How many threads a command may start.

use anyhow::bail;
use clap::builder::{RangedI64ValueParser, ValueParser};
use clap::value_parser;

/// More than any machine has a use for; every thread takes memory.
const MOST: u16 = 1024;

/// Reads a number of threads.
pub fn number() -> ValueParser {
    let range: RangedI64ValueParser<u16> = value_parser!(u16).range(1..=i64::from(MOST));
    range.into()
}

/// Refuses what the environment asks for where no option does, if no system could give it.
pub fn check_environment() -> anyhow::Result<()> {
    for name in ["RAYON_NUM_THREADS", "RAYON_RS_NUM_CPUS"] {
        let asked = std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
        if let Some(asked) = asked.filter(|asked| *asked > usize::from(MOST)) {
            bail!("{name} is {asked}; it must be a number of threads, at most {MOST}");
        }
    }
    Ok(())
}
