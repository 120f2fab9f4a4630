//! How much memory this process has had.

use anyhow::Context;

/// The most memory this process has had, in MB.
///
/// # Errors
/// Not on Linux, where the system says it.
pub fn peak_mb() -> anyhow::Result<f64> {
    let status =
        std::fs::read_to_string("/proc/self/status").context("memory can be measured on Linux only")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 =
        line.and_then(|l| l.split_whitespace().next()?.parse().ok()).context("there is no VmHWM")?;
    Ok(kilobytes * 1024.0 / 1e6)
}
