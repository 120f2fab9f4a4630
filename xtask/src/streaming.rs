//! `cargo xtask streaming`: two large exports compared in a process of its own, with its memory and its time beside that of the
//! factors alone.

use crate::memory::peak_mb;
use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use half::bf16;
use logitdist_linalg::{Mat, matmul};
use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Compare two generated exports and say how much memory and time that takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Inputs, N.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..))]
    n: u32,
    /// Labels, K.
    #[arg(long, default_value_t = 50_257, value_parser = clap::value_parser!(u32).range(1..))]
    k: u32,
    /// Dimension of both models, M.
    #[arg(long, default_value_t = 768, value_parser = clap::value_parser!(u32).range(1..))]
    dim: u32,
    /// How numbers are stored.
    #[arg(long, value_enum, default_value = "bf16")]
    dtype: Dtype,
    /// Threads of the comparison [default: all processors].
    #[arg(long)]
    threads: Option<u16>,
    /// Further arguments of `logitdist compare`.
    #[arg(last = true, default_values = ["--inputs-limit", "2000", "--subsets", "2x2"])]
    compare: Vec<String>,
    /// The comparison of these files, in a process of its own so that its memory is its own.
    #[arg(long, hide = true, num_args = 2)]
    part: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Dtype {
    Bf16,
    F32,
}

impl Dtype {
    /// The name in a safetensors file, and bytes of an entry.
    fn stored(self) -> (&'static str, u64) {
        match self {
            Dtype::Bf16 => ("BF16", 2),
            Dtype::F32 => ("F32", 4),
        }
    }
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let threads = arguments
        .threads
        .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    if let [a, b] = &arguments.part[..] {
        return compare_files(a, b, threads, &arguments.compare);
    }
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    let [n, k, m] = [arguments.n, arguments.k, arguments.dim].map(u64::from);
    let paths = ["a", "b"].map(|name| folder.path().join(format!("{name}.safetensors")));
    let start = Instant::now();
    for (model, path) in paths.iter().enumerate() {
        write_model(path, model as u64, [n, k, m], arguments.dtype)
            .with_context(|| format!("{}: cannot be written", path.display()))?;
    }
    let bytes: u64 = paths.iter().map(|path| path.metadata().map(|m| m.len()).unwrap_or(0)).sum();
    println!(
        "N = {n}, K = {k}, M = {m}, {}: {:.2} GB in two files, made in {:.1} s",
        arguments.dtype.stored().0,
        bytes as f64 / 1e9,
        start.elapsed().as_secs_f64()
    );

    let before = gemm_rate(threads);
    let start = Instant::now();
    let output = Command::new(std::env::current_exe()?)
        .args(["streaming", "--threads", &threads.to_string(), "--part"])
        .args(&paths)
        .arg("--")
        .args(&arguments.compare)
        .output()?;
    let seconds = start.elapsed().as_secs_f64();
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the comparison fails: {text}");
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[peak, busy] = numbers.as_slice() else { bail!("the comparison says {text:?}") };
    // The machine may be busy with other things: the better of two is nearer to what it can do.
    let gemm = before.max(gemm_rate(threads));

    // Columns of the factors over inputs and over labels; reflections of a row cost 2p² operations.
    let factor = |rows: u64, width: u64| 2.0 * rows as f64 * (width as f64).powi(2);
    let flops = factor(n, 3 + 2 * m) + factor(k, 3 + 2 * m);
    let ideal = flops / gemm;
    println!("logitdist compare A B {}, {threads} threads", arguments.compare.join(" "));
    println!("peak memory       {:.0} MiB", 1e6 * peak / f64::from(1 << 20));
    println!("wall time         {seconds:.2} s, of the processors {busy:.2} s");
    println!("factors           {:.1} GFLOP", flops / 1e9);
    println!("gemm, same run    {:.1} GFLOP/s on {threads} threads", gemm / 1e9);
    println!("factors at gemm   {ideal:.2} s");
    println!("ratio             {:.2}", seconds / ideal);
    Ok(ExitCode::SUCCESS)
}

/// `logitdist compare`, and on standard error the most memory (MB) and the processor time (s) that it took.
fn compare_files(a: &str, b: &str, threads: usize, rest: &[String]) -> anyhow::Result<ExitCode> {
    let threads = threads.to_string();
    let own = ["logitdist", "compare", a, b, "--format", "json", "--threads", &threads];
    let code = logitdist_cli::run(own.into_iter().chain(rest.iter().map(String::as_str)));
    eprintln!("{} {}", peak_mb()?, processor_seconds()?);
    Ok(code)
}

/// Processor time of all threads so far, in the program and in the system.
fn processor_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("time can be measured on Linux only")?;
    // Fields 14 and 15, in hundredths of a second; the name in field 2 may hold anything.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>().context("/proc/self/stat has another form")? / 100.0)
}

/// Operations a second of products of square matrices, one on each thread.
fn gemm_rate(threads: usize) -> f64 {
    const SIZE: usize = 1536;
    let product = || {
        let a = Mat::from_fn(SIZE, SIZE, |i, j| (i + 3 * j) as f64 * 1e-3);
        black_box(matmul(a.as_ref(), a.as_ref()));
        let start = Instant::now();
        for _ in 0..4 {
            black_box(matmul(a.as_ref(), a.as_ref()));
        }
        4.0 * 2.0 * (SIZE as f64).powi(3) / start.elapsed().as_secs_f64()
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(product)).collect();
        running.into_iter().map(|thread| thread.join().expect("a product")).sum()
    })
}

/// A safetensors file with embeddings (N×M), unembeddings (K×M) and a bias (K). Model 1 is model 0 with a little noise.
fn write_model(path: &Path, model: u64, [n, k, m]: [u64; 3], dtype: Dtype) -> std::io::Result<()> {
    let (name, size) = dtype.stored();
    let mut begin = 0;
    let mut tensor = |array: &str, shape: &[u64]| {
        let end = begin + size * shape.iter().product::<u64>();
        let text = format!(
            "\"{array}\":{{\"dtype\":\"{name}\",\"shape\":{shape:?},\"data_offsets\":[{begin},{end}]}}"
        );
        begin = end;
        text
    };
    let tensors = [tensor("embeddings", &[n, m]), tensor("unembeddings", &[k, m]), tensor("bias", &[k])];
    let header = format!("{{{}}}", tensors.join(","));
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    // Logits of unit scale times 2, so that probabilities are neither even nor certain.
    for (array, count, scale) in [(1, n * m, 1.0), (2, k * m, 2.0 / (m as f32).sqrt()), (3, k, 0.1)] {
        for entry in 0..count {
            let noise = if model == 0 { 0.0 } else { 0.1 * noise(4 + array, entry) };
            let value = scale * (self::noise(array, entry) + noise);
            match dtype {
                Dtype::Bf16 => file.write_all(&bf16::from_f32(value).to_le_bytes())?,
                Dtype::F32 => file.write_all(&value.to_le_bytes())?,
            }
        }
    }
    file.flush()
}

/// Numbers of mean 0 and variance 1, nearly normal: four uniform ones from a hash (splitmix64) of the position.
fn noise(array: u64, entry: u64) -> f32 {
    let mut z = (entry ^ (array << 56)).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    let sum: u64 = (0..4).map(|i| (z >> (16 * i)) & 0xffff).sum();
    // Each has mean 32767.5 and standard deviation 2^16/√12.
    (sum as f32 - 131_070.0) / (2.0 * 18_918.61)
}
