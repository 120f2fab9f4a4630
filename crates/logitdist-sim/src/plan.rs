//! How long a sweep will take: computes a few of its cells and times them.

use crate::cell::run_with;
use crate::config::Config;
use crate::error::SimError;
use crate::options::SweepOptions;
use crate::panics;
use crate::search::Pairs;
use crate::status::duration;
use crate::train::Networks;
use std::time::{Duration, Instant};

/// Timed cells of a sweep, spread evenly over its grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Number of cells of the sweep, at most.
    pub cells: usize,
    /// Number of parts that processes can share.
    pub units: usize,
    /// Seconds of each cell of the sample on one thread.
    pub seconds: Vec<f64>,
    /// Bytes of journal of each.
    pub bytes: Vec<usize>,
    /// Cells of the sample that failed.
    pub failed: usize,
}

/// The most cells of a sample.
const MOST: usize = 64;

/// After this time no further cell is added.
const ENOUGH: Duration = Duration::from_secs(10);

/// Computes a sample of a config's cells on one thread.
///
/// # Errors
/// The config is wrong.
pub fn sample(options: &SweepOptions) -> Result<Sample, SimError> {
    let config = Config::read(&options.config, &options.overrides)?;
    let columns = config.columns();
    let cells = config.grid.len();
    let n = cells.min(MOST);
    let mut sample = Sample {
        cells,
        units: cells / config.grid.cells_per_unit(),
        seconds: Vec::new(),
        bytes: Vec::new(),
        failed: 0,
    };
    let networks = Networks::in_memory();
    let clock = Instant::now();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .map_err(|e| SimError::Threads { threads: 1, message: e.to_string() })?;
    // The order covers the whole grid early, since time may be up before the sample is complete.
    let stride = (1..n).rev().find(|stride| coprime(*stride, n) && stride * 8 < n * 5).unwrap_or(1);
    for i in 0..n {
        if i > 0 && clock.elapsed() > ENOUGH {
            break;
        }
        let position = i * stride % n;
        let cell = config.grid.cell((position as u128 * cells as u128 / n as u128) as usize);
        let start = Instant::now();
        let kept = pool.install(|| {
            panics::caught(|| Ok(run_with(&config, &cell, &networks, &Pairs::nowhere())?.record(&columns)))
        });
        sample.seconds.push(start.elapsed().as_secs_f64());
        match kept {
            Ok(kept) => sample.bytes.push(serde_json::to_vec(&kept).expect("a record is plain data").len()),
            Err(_) => sample.failed += 1,
        }
    }
    Ok(sample)
}

fn coprime(a: usize, b: usize) -> bool {
    if b == 0 { a == 1 } else { coprime(b, a % b) }
}

impl Sample {
    /// Seconds of one processor for the whole sweep.
    pub fn processor_seconds(&self) -> f64 {
        self.cells as f64 * self.seconds.iter().sum::<f64>() / self.seconds.len().max(1) as f64
    }

    /// Number of tasks of a job array, with `cpus` processors each, so that a task takes half an hour. Shorter tasks would spend their
    /// time starting; longer ones would wait for a gap in the queue.
    pub fn array(&self, cpus: usize) -> usize {
        const TASK: f64 = 1800.0;
        let tasks = (self.processor_seconds() / (TASK * cpus as f64)).ceil() as usize;
        tasks.clamp(1, 1000).min(self.units.max(1))
    }

    /// The plan in words, for `threads` threads here and `cpus` processors a task on a cluster.
    pub fn words(&self, threads: usize, cpus: usize) -> String {
        let n = self.seconds.len();
        let shortest = self.seconds.iter().copied().fold(f64::INFINITY, f64::min);
        let longest = self.seconds.iter().copied().fold(0.0, f64::max);
        let total = self.processor_seconds();
        let bytes =
            self.bytes.iter().sum::<usize>() as f64 / self.bytes.len().max(1) as f64 * self.cells as f64;
        let here = duration((total / threads as f64).ceil() as u64);
        let array = self.array(cpus);
        let task = duration((total / (array * cpus) as f64).ceil() as u64);
        let mut text = format!(
            "{} cells; {n} of them took {:.1} ms each on one thread ({:.1} to {:.1} ms)\n\
             processor time: {}; here, with {threads} threads: {here}\n\
             disk: about {:.1} MB of journal and {:.1} MB of tables\n\
             job array: --array {array} --cpus {cpus}, {task} a task\n",
            self.cells,
            1e3 * total / self.cells as f64,
            1e3 * shortest,
            1e3 * longest,
            duration(total.ceil() as u64),
            bytes / 1e6,
            1.4 * bytes / 1e6,
        );
        if self.failed > 0 {
            text.push_str(&format!("{} of the {n} cells failed\n", self.failed));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_have_tasks_of_half_an_hour_and_no_more_than_units() {
        let sample = |cells: usize, seconds: f64| Sample {
            cells,
            units: cells,
            seconds: vec![seconds / 2.0, seconds * 1.5],
            bytes: vec![1000],
            failed: 0,
        };
        assert_eq!(sample(3600, 1.0).array(1), 2);
        assert_eq!(sample(3600, 1.0).array(4), 1);
        assert_eq!(sample(3, 1e6).array(1), 3);
        assert_eq!(sample(1_000_000, 1e3).array(8), 1000);
        let words = sample(3600, 1.0).words(2, 1);
        assert!(words.contains("processor time: 1 h 0 min; here, with 2 threads: 30 min 0 s"), "{words}");
        assert!(words.contains("--array 2 --cpus 1, 30 min 0 s a task"), "{words}");
    }
}
