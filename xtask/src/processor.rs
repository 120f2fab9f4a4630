//! What measurements were made on.

/// The processor's name, how many there are, and their widest registers.
pub fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let widest = ["avx512f", "avx2", "avx"]
        .into_iter()
        .find(|kind| field("flags").is_some_and(|flags| flags.split(' ').any(|flag| flag == *kind)));
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{}, {processors} processors, {}",
        field("model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        widest.unwrap_or("no AVX")
    )
}
