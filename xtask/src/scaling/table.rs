//! The table, read again.

use super::axis::Axis;
use super::{Measurements, Point, Series};
use crate::measure::{Measured, PARTS};
use crate::pair::Size;
use anyhow::{Context, ensure};
use std::path::Path;

/// What a table that `cargo xtask scaling` wrote says; of the subsets it has the number only.
pub fn read(path: &Path) -> anyhow::Result<Measurements> {
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let header = reader.headers()?.clone();
    let mut all: Vec<(String, Point)> = Vec::new();
    for record in reader.records() {
        all.push(line(&header, &record?).with_context(|| path.display().to_string())?);
    }
    let of = |name: &str| {
        let own = all.iter().filter(|(axis, _)| axis == name);
        own.map(|(_, point)| point.clone()).collect::<Vec<Point>>()
    };
    let series = Axis::ALL.map(|axis| Series { axis, points: of(axis.name()), ended_before: None });
    let by_threads = of("threads");
    ensure!(
        series.iter().all(|own| !own.points.is_empty()) && !by_threads.is_empty(),
        "{}: an axis has no line",
        path.display()
    );
    let threads = series[0].points[0].threads;
    Ok(Measurements { series: series.into(), by_threads, threads, budget: f64::INFINITY })
}

/// A line, and the axis that it is of.
fn line(header: &csv::StringRecord, record: &csv::StringRecord) -> anyhow::Result<(String, Point)> {
    let text = |name: &str| -> anyhow::Result<&str> {
        let column = header.iter().position(|own| own == name);
        column.and_then(|column| record.get(column)).with_context(|| format!("there is no {name}"))
    };
    let whole = |name: &str| -> anyhow::Result<usize> { Ok(text(name)?.parse()?) };
    let seconds = |part: &str| -> anyhow::Result<(String, f64)> {
        Ok((part.to_owned(), text(&format!("{part}_s"))?.parse()?))
    };
    let (inputs, labels, dim) = (whole("inputs")?, whole("labels")?, whole("dim")?);
    let size = Size { inputs, labels, dim, inputs_limit: inputs, pivots: 1, per_pivot: whole("subsets")? };
    let seconds = PARTS.into_iter().map(seconds).collect::<anyhow::Result<_>>()?;
    let measured = Measured { values: Default::default(), seconds, peak_mb: text("peak_mb")?.parse()? };
    Ok((text("axis")?.to_owned(), Point { size, threads: whole("threads")?, measured }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::report::csv;

    #[test]
    fn a_table_says_again_what_was_written() {
        let axes = ["inputs", "labels", "dim", "threads"];
        let parts = PARTS.map(|part| format!("{part}_s")).join(",");
        let lines = axes
            .map(|axis| format!("{axis},100,20,4,10,2,1.000e-3,2.000e-3,3.000e-3,4.000e-3,5.000e-3,12.5\n"));
        let text = format!("axis,inputs,labels,dim,subsets,threads,{parts},peak_mb\n{}", lines.concat());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scaling.csv");
        std::fs::write(&path, &text).unwrap();
        assert_eq!(csv(&read(&path).unwrap()), text);
        std::fs::write(&path, &text[..text.find("threads,100").unwrap()]).unwrap();
        assert!(read(&path).is_err_and(|error| error.to_string().contains("an axis has no line")));
    }
}
