//! Scaling in tables.

use super::axis::operations;
use super::fit::{exponent, upper_decade};
use super::picture::file_mb;
use super::{Measurements, Point, Series};
use crate::measure::PARTS;
use crate::processor::processor;
use logitdist_report::typeset;

/// Every point: a line per axis and size.
pub fn csv(all: &Measurements) -> String {
    let mut text = format!(
        "axis,inputs,labels,dim,subsets,threads,{},peak_mb\n",
        PARTS.map(|p| format!("{p}_s")).join(",")
    );
    let mut line = |axis: &str, point: &Point| {
        let size = &point.size;
        let seconds = PARTS.map(|part| format!("{:.3e}", point.seconds(part))).join(",");
        text.push_str(&format!(
            "{axis},{},{},{},{},{},{seconds},{:.1}\n",
            size.inputs,
            size.labels,
            size.dim,
            size.pivots * size.per_pivot,
            point.threads,
            point.measured.peak_mb
        ));
    };
    for series in &all.series {
        series.points.iter().for_each(|point| line(series.axis.name(), point));
    }
    all.by_threads.iter().for_each(|point| line("threads", point));
    text
}

/// The page.
pub fn readme(all: &Measurements, quick: bool) -> String {
    let mut text = format!(
        "# Scaling\n\nHow do time and memory grow with inputs N, labels K, dimension M and threads? `cargo xtask scaling{}` measures it, every pair in a process of its own;\n\
         `scaling.csv` has every number. The parts of a comparison: *read* both files, *reduce* the pair to its two factors, *small* (orthonormal coordinates, logit distance,\n\
         canonical correlations), *probability* (KL divergence and its relatives on all inputs) and *d_rep* in both directions over as many label subsets as said.\n\n\
         An exponent is the slope of a straight line through the logarithms, over all points and over the upper decade. Beside each is that of the operations which theory\n\
         counts, at the same points: (N + K)(M + M′)² to reduce, (M + M′)³ for what is small, N K (M + M′) and N K exponentials for probabilities, M³ for each\n\
         subset of d_rep. *limit* is what the part's time is proportional to far out. Measured on {}.\n\n\
         ![seconds against inputs, labels and dimension](plots/time.svg)\n\n![peak memory against inputs, labels and dimension](plots/memory.svg)\n",
        if quick { " --quick" } else { "" },
        processor()
    );
    for series in &all.series {
        text.push_str(&section(series, all));
    }
    text.push_str(&threads(all));
    text
}

fn section(series: &Series, all: &Measurements) -> String {
    let axis = series.axis;
    let Some(first) = series.points.first() else { return String::new() };
    let subsets = first.size.pivots * first.size.per_pivot;
    let mut text = format!(
        "\n## Against {}\n\n{} label subsets a direction, {} threads; seconds and MB.\n\n| {} | {} | peak of memory | both files |\n|---|{}---|---|\n",
        axis.name(),
        subsets,
        all.threads,
        axis.letter(),
        PARTS.join(" | "),
        "---|".repeat(PARTS.len())
    );
    for point in &series.points {
        let seconds = PARTS.map(|part| typeset(point.seconds(part))).join(" | ");
        text.push_str(&format!(
            "| {} | {seconds} | {:.0} | {} |\n",
            axis.value(&point.size),
            point.measured.peak_mb,
            typeset(file_mb(point))
        ));
    }
    if let Some(size) = &series.ended_before {
        text.push_str(&format!(
            "\nNot measured from {} = {} on: that was expected to take longer than {} s.\n",
            axis.letter(),
            axis.value(size),
            all.budget
        ));
    }
    text.push_str("\n| | exponent | theory | upper decade | theory | limit |\n|---|---|---|---|---|---|\n");
    for part in PARTS {
        let found = exponents(series, |point| point.seconds(part));
        let theory = exponents(series, |point| operations(part, &point.size));
        text.push_str(&format!(
            "| {part} | {} | {} | {} | {} | {} |\n",
            found[0],
            theory[0],
            found[1],
            theory[1],
            axis.limit(part)
        ));
    }
    let found = exponents(series, |point| point.measured.peak_mb);
    let files = exponents(series, file_mb);
    text.push_str(&format!(
        "| memory | {} | {} | {} | {} | that of the files |\n",
        found[0], files[0], found[1], files[1]
    ));
    text
}

/// The exponents over all points and over the upper decade, in words.
fn exponents(series: &Series, value: impl Fn(&Point) -> f64) -> [String; 2] {
    let points: Vec<(f64, f64)> =
        series.points.iter().map(|point| (series.axis.value(&point.size) as f64, value(point))).collect();
    let shown = |points: &[(f64, f64)]| match exponent(points) {
        None => "–".to_owned(),
        // Not −0.00.
        Some(e) if e.abs() < 0.005 => "0.00".to_owned(),
        Some(e) => format!("{e:.2}"),
    };
    [shown(&points), shown(&upper_decade(&points))]
}

fn threads(all: &Measurements) -> String {
    let size = &all.by_threads[0].size;
    let mut text = format!(
        "\n## Against threads\n\n{} inputs, {} labels, dimension {}, {} label subsets a direction: seconds, and times one thread.\n\n![speed-up against threads](plots/threads.svg)\n\n| threads | {} |\n|---|{}\n",
        size.inputs,
        size.labels,
        size.dim,
        size.pivots * size.per_pivot,
        PARTS.join(" | "),
        "---|".repeat(PARTS.len())
    );
    for point in &all.by_threads {
        let cells = PARTS.map(|part| {
            let ratio = all.by_threads[0].seconds(part) / point.seconds(part);
            format!("{} ({ratio:.2}×)", typeset(point.seconds(part)))
        });
        text.push_str(&format!("| {} | {} |\n", point.threads, cells.join(" | ")));
    }
    text
}
