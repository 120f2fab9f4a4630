//! `cargo xtask streaming`: two large exports compared in a process of its own, with its memory and the time of every part beside that
//! of the flops of the factors at the speed of matrix products.

use crate::memory::peak_mb;
use anyhow::{Context, ensure};
use clap::ValueEnum;
use half::bf16;
use logitdist::{Pair, Settings, Stage, Subsets, compare_watched};
use logitdist_io::{ReadOptions, Source, open_model};
use logitdist_linalg::{Mat, matmul};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Compare two generated exports and say how much memory and time that takes, part by part.
///
/// The comparison is that of `logitdist compare` with these numbers of inputs and subsets, without the printing. Ratios are times over
/// that of the factors' flops (2np² for n rows and p columns) at the speed of matrix products on as many threads in the same run.
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
    /// Inputs of the probability part.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    inputs_limit: u32,
    /// Pivots of d_rep, each with as many label subsets.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pivots: u32,
    /// Threads of the comparison [default: all processors].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// The comparison of these files, in a process of its own so that its memory is its own.
    #[arg(long, hide = true, num_args = 2)]
    part: Vec<PathBuf>,
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

/// What the process of a comparison measured. Times in seconds.
#[derive(Serialize, Deserialize)]
struct Measured {
    /// Labels read, widened and centred.
    opening: f64,
    /// R over labels and inputs, whose rows are read meanwhile.
    factors: f64,
    probability: f64,
    /// Everything after, from small matrices.
    measures: f64,
    /// Of all threads, in the program and in the system.
    processors: f64,
    peak_mb: f64,
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let threads = arguments
        .threads
        .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    if let [a, b] = &arguments.part[..] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let measured = pool.install(|| compare_files(a, b, arguments))?;
        println!("{}", serde_json::to_string(&measured)?);
        return Ok(ExitCode::SUCCESS);
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

    let before = gemm(threads)?;
    let output = Command::new(std::env::current_exe()?)
        .args(["streaming", "--threads", &threads.to_string()])
        .args(["--inputs-limit", &arguments.inputs_limit.to_string()])
        .args(["--pivots", &arguments.pivots.to_string(), "--part"])
        .args(&paths)
        .output()?;
    ensure!(output.status.success(), "the comparison fails: {}", String::from_utf8_lossy(&output.stderr));
    let of: Measured = serde_json::from_slice(&output.stdout).context("the comparison measured nothing")?;
    // The machine may be busy with other things: the better of two is nearer to what it can do.
    let after = gemm(threads)?;
    let gemm = Gemm {
        per_second: before.per_second.max(after.per_second),
        per_processor_second: before.per_processor_second.max(after.per_processor_second),
    };

    // Columns of the factors over inputs and over labels; reflections of a row cost 2p² operations.
    let factor = |rows: u64, width: u64| 2.0 * rows as f64 * (width as f64).powi(2);
    let flops = factor(n, 3 + 2 * m) + factor(k, 3 + 2 * m);
    let ideal = flops / gemm.per_second;
    let but_probability = of.opening + of.factors + of.measures;
    println!(
        "compared on {threads} threads, probabilities on {} inputs, d_rep on {} subsets",
        arguments.inputs_limit.min(arguments.n),
        u64::from(arguments.pivots).pow(2)
    );
    println!("peak memory           {:9.0} MiB", 1e6 * of.peak_mb / f64::from(1 << 20));
    println!("flops of factors      {:9.3} GFLOP", flops / 1e9);
    println!("gemm, same run        {:9.1} GFLOP/s on {threads} threads", gemm.per_second / 1e9);
    println!("factors at gemm       {ideal:9.3} s");
    let line = |part: &str, seconds: f64| println!("{part:21} {seconds:9.3} s, ratio {:.2}", seconds / ideal);
    line("opening the files", of.opening);
    line("factors", of.factors);
    line("probability part", of.probability);
    line("measures and bounds", of.measures);
    line("all but probability", but_probability);
    line("all", but_probability + of.probability);
    println!(
        "processor time        {:9.3} s, ratio {:.2} at {:.1} GFLOP per second of a processor",
        of.processors,
        of.processors * gemm.per_processor_second / flops,
        gemm.per_processor_second / 1e9
    );
    Ok(ExitCode::SUCCESS)
}

/// The comparison of two files, timed.
fn compare_files(a: &Path, b: &Path, arguments: &Arguments) -> anyhow::Result<Measured> {
    let start = Instant::now();
    let open = |path: &Path| open_model(&Source::Path(path.to_path_buf()), &ReadOptions::default());
    let (a, b) = rayon::join(|| open(a), || open(b));
    let (a, b) = (a?, b?);
    let opened = Instant::now();
    let pivots = arguments.pivots as usize;
    let settings = Settings {
        subsets: Subsets::Sampled { pivots, per_pivot: pivots },
        inputs_limit: Some(arguments.inputs_limit as usize),
        ..Settings::default()
    };
    let stages = Mutex::new([None; 2]);
    let watch = |stage: Stage, rows: usize| {
        // Stages are named with no rows when they begin.
        let which = match stage {
            Stage::Probability if rows == 0 => 0,
            Stage::Measures => 1,
            _ => return,
        };
        stages.lock().unwrap_or_else(PoisonError::into_inner)[which] = Some(Instant::now());
    };
    compare_watched(&Pair::new(&a, &b)?, &settings, &mut ChaCha8Rng::seed_from_u64(0), &watch)?;
    let end = Instant::now();
    let [Some(reduced), Some(measures)] = stages.into_inner().unwrap_or_else(PoisonError::into_inner) else {
        anyhow::bail!("a comparison without probabilities or measures");
    };
    let seconds = |from: Instant, to: Instant| (to - from).as_secs_f64();
    Ok(Measured {
        opening: seconds(start, opened),
        factors: seconds(opened, reduced),
        probability: seconds(reduced, measures),
        measures: seconds(measures, end),
        processors: processor_seconds()?,
        peak_mb: peak_mb()?,
    })
}

/// Processor time of all threads so far, in the program and in the system.
pub fn processor_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("time can be measured on Linux only")?;
    // Fields 14 and 15, in hundredths of a second; the name in field 2 may hold anything.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>().context("/proc/self/stat has another form")? / 100.0)
}

/// Speed of products of square matrices, one on each thread: operations a second, and a second of a processor, which other programs do
/// not slow.
struct Gemm {
    per_second: f64,
    per_processor_second: f64,
}

fn gemm(threads: usize) -> anyhow::Result<Gemm> {
    const SIZE: usize = 1536;
    const PRODUCTS: usize = 4;
    let a = Mat::from_fn(SIZE, SIZE, |i, j| (i + 3 * j) as f64 * 1e-3);
    let products = |count: usize| {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| (0..count).for_each(|_| drop(black_box(matmul(a.as_ref(), a.as_ref())))));
            }
        });
    };
    products(1);
    let (start, processors) = (Instant::now(), processor_seconds()?);
    products(PRODUCTS);
    let operations = (threads * PRODUCTS) as f64 * 2.0 * (SIZE as f64).powi(3);
    Ok(Gemm {
        per_second: operations / start.elapsed().as_secs_f64(),
        per_processor_second: operations / (processor_seconds()? - processors).max(0.01),
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
