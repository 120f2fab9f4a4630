//! How many threads a command may start.

use crate::whole::whole;
use anyhow::bail;

/// More than any machine has a use for; every thread takes memory.
const MOST: u16 = 1024;

/// Reads a number of threads.
pub fn number(text: &str) -> Result<u16, String> {
    whole(1..=u64::from(MOST))(text)
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
