//! A summary by several axes at once, with intervals: made on demand.

use super::collector::{group, kind};
use super::text::{columns, reasons};
use crate::bound::{BoundColumns, BoundStatus, direction_name};
use crate::dictionary::Dictionary;
use crate::error::ResultsError;
use crate::number::float;
use crate::parameters::Parameters;
use crate::row::parse_seed;
use crate::table_file::{InOrder, TableFile};
use crate::tally::Tally;
use logitdist::{Form, t_975};
use logitdist_io::did_you_mean;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the file of a summary by these axes. Names of columns may be anybody's; none leads out of the folder.
pub fn summary_by_name(axes: &[String]) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    format!("summary_by_{}.csv", axes.join("_").chars().map(clean).collect::<String>())
}

/// What means and intervals are of.
const OF: [&str; 3] = ["tightness", "certified", "share"];

/// Where a line of the table belongs: bound and values, by numbers.
type Key = (usize, Vec<Option<usize>>);

/// What a line of the table says.
#[derive(Default)]
struct Line {
    tally: Tally,
    means: [Mean; OF.len()],
}

/// Writes `summary_by_AXES.csv` into a folder of results: a line for each bound and combination of values of these axes, with the columns of
/// `summary.csv`, and with means and their 95 % confidence intervals. A cell counts once in a mean, with the mean over its directions.
///
/// The lines are read one after the other: sums of floats depend on their order.
///
/// # Errors
/// An axis that the results do not have; a table that cannot be read, or not be written.
pub fn write_summary_by(results: &Path, axes: &[String]) -> Result<PathBuf, ResultsError> {
    let parameters = Parameters::read(&results.join("rows.csv"))?;
    let positions = axes.iter().map(|axis| position(results, &parameters, axis));
    let positions = positions.collect::<Result<Vec<usize>, _>>()?;
    let mut table = InOrder::open(&results.join("bounds.csv"))?;
    let columns_of_bounds = BoundColumns::of(&table.file)?;
    let (mut bounds, mut forms, mut all_reasons) = (Dictionary::default(), Vec::new(), Dictionary::default());
    let mut lines: BTreeMap<Key, Line> = BTreeMap::new();
    let (mut cell, mut of_cell): (Option<u64>, BTreeMap<Key, [Mean; OF.len()]>) = (None, BTreeMap::new());
    let mut record = csv::ByteRecord::new();
    while let Some(place) = table.next(&mut record)? {
        let row = columns_of_bounds.row(&record).map_err(|e| table.error(place, e))?;
        let seed = parse_seed(&record[columns_of_bounds.seed]).map_err(|e| table.error(place, e))?;
        if cell != Some(seed) {
            close(&mut lines, &mut of_cell);
            cell = Some(seed);
        }
        let bound = bounds.number(row.token.as_bytes(), place);
        if bound == forms.len() {
            forms.push(row.form);
        }
        let values = parameters.of_cell(seed);
        let value = |&axis: &usize| match axis == parameters.names.len() {
            true => Some(usize::from(direction_name(row.direction) == "ba")),
            false => values.and_then(|values| values[axis]),
        };
        let key = (bound, positions.iter().map(value).collect::<Vec<_>>());
        let reason = (row.status == BoundStatus::NotApplicable)
            .then(|| all_reasons.number(kind(&row.reason).as_bytes(), place));
        let certified = row.slack.and(row.lhs);
        let means = of_cell.entry(key.clone()).or_default();
        for (mean, x) in means.iter_mut().zip([row.tightness, certified, row.share()]) {
            x.filter(|x| x.is_finite()).into_iter().for_each(|x| mean.add(x));
        }
        lines.entry(key).or_default().tally.add(&row, reason);
    }
    close(&mut lines, &mut of_cell);
    let texts = Texts { parameters: &parameters, positions: &positions };
    write(results, axes, &texts, lines, &bounds, &forms, &all_reasons)
}

/// Ends a cell: its means are values of the lines that they belong to.
fn close(lines: &mut BTreeMap<Key, Line>, of_cell: &mut BTreeMap<Key, [Mean; OF.len()]>) {
    for (key, means) in std::mem::take(of_cell) {
        let line = lines.entry(key).or_default();
        for (whole, own) in line.means.iter_mut().zip(means) {
            if own.count > 0 {
                whole.add(own.mean);
            }
        }
    }
}

/// The position of an axis; `direction` is the last.
fn position(results: &Path, parameters: &Parameters, axis: &str) -> Result<usize, ResultsError> {
    let names = || parameters.names.iter().map(String::as_str).chain(["direction"]);
    names().position(|name| name == axis).ok_or_else(|| {
        let known = names().collect::<Vec<_>>().join(", ");
        ResultsError::content(
            &results.join("rows.csv"),
            1,
            format!("there is no axis `{axis}`; there are {known}{}", did_you_mean(axis, names())),
        )
    })
}

/// The texts of values, and their order.
struct Texts<'a> {
    parameters: &'a Parameters,
    positions: &'a [usize],
}

impl Texts<'_> {
    fn text(&self, axis: usize, value: Option<usize>) -> String {
        let Some(value) = value else { return String::new() };
        match self.parameters.values.get(self.positions[axis]) {
            Some(values) => values.text(value),
            None => ["ab", "ba"][value].to_owned(),
        }
    }

    /// The places of an axis's values in the order of the file, by their numbers.
    fn places(&self, axis: usize) -> Vec<usize> {
        let Some(values) = self.parameters.values.get(self.positions[axis]) else { return vec![0, 1] };
        let mut places = vec![0; values.len()];
        values.in_order().into_iter().enumerate().for_each(|(place, number)| places[number] = place);
        places
    }
}

fn write(
    results: &Path,
    axes: &[String],
    texts: &Texts<'_>,
    lines: BTreeMap<Key, Line>,
    bounds: &Dictionary,
    forms: &[Form],
    all_reasons: &Dictionary,
) -> Result<PathBuf, ResultsError> {
    let path = results.join(summary_by_name(axes));
    let mut out = TableFile::create(&path)?;
    let means = OF.iter().flat_map(|what| ["mean", "low", "high"].map(|end| format!("{what}_{end}")));
    let header = ["bound", "form"].map(String::from).into_iter().chain(axes.iter().cloned());
    let header = header.chain(columns()).chain(means).chain(["not_applicable_reasons".to_owned()]);
    out.line(&header.collect::<Vec<_>>())?;
    let places: Vec<Vec<usize>> = (0..axes.len()).map(|axis| texts.places(axis)).collect();
    let mut lines: Vec<(Key, Line)> = lines.into_iter().collect();
    lines.sort_by_key(|((bound, values), _)| {
        let place = |(value, places): (&Option<usize>, &Vec<usize>)| value.map(|value| places[value]);
        (*bound, values.iter().zip(&places).map(place).collect::<Vec<_>>())
    });
    for ((bound, values), line) in lines {
        let group = group(bounds.text(bound), forms[bound], &line.tally, all_reasons);
        let mut fields = vec![group.bound.clone(), group.form.to_string()];
        fields.extend(values.iter().enumerate().map(|(axis, value)| texts.text(axis, *value)));
        fields.extend(group.numbers());
        fields.extend(line.means.iter().flat_map(Mean::fields));
        fields.push(reasons(&group.reasons));
        out.line(&fields)?;
    }
    out.finish()?;
    Ok(path)
}

/// A mean and what its interval needs, by Welford's recurrence.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    count: usize,
    mean: f64,
    squares: f64,
}

impl Mean {
    fn add(&mut self, x: f64) {
        self.count += 1;
        let before = x - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (x - self.mean);
    }

    /// The mean and the ends of its interval; blank where there are none.
    fn fields(&self) -> [String; 3] {
        match self.count {
            0 => Default::default(),
            1 => [float(self.mean), String::new(), String::new()],
            n => {
                let half = t_975(n - 1) * (self.squares / (n - 1) as f64 / n as f64).sqrt();
                [self.mean, self.mean - half, self.mean + half].map(float)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_axes_have_a_line_for_each_combination_with_its_interval() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let mut rows = String::from("source,dim,level,replicate,cell_seed\n");
        let mut bounds = String::from(
            "cell_seed,direction,bound,form,status,lhs,rhs,tightness,certified,measured,slack,holds,reason\n",
        );
        // Cells of (dim 2, level 0.5): tightness 0.2 and 0.4 (means over directions 0.3), and 0.5; of (dim 4, level 0.5): one direction.
        for (seed, cell, values) in [
            ("s1", "2,0.5,0", vec![0.2, 0.4]),
            ("s2", "2,0.5,1", vec![0.5, 0.5]),
            ("s3", "4,0.5,0", vec![0.9]),
        ] {
            rows += &format!("noise,{cell},{seed}\n");
            for (direction, t) in ["ab", "ba"].iter().zip(values) {
                bounds += &format!("{seed},{direction},d_ls,sharpened,ok,{t},1.0,{t},,,,true,\n");
            }
        }
        bounds += "s3,ab,m_cca_sharp,sharpened,ok,,,,0.4,0.5,0.1,true,\n";
        std::fs::write(folder.join("rows.csv"), rows).unwrap();
        std::fs::write(folder.join("bounds.csv"), bounds).unwrap();
        let lines = |axes: &[&str]| {
            let axes: Vec<String> = axes.iter().map(|axis| (*axis).to_owned()).collect();
            let path = write_summary_by(folder, &axes).unwrap();
            let mut reader = csv::Reader::from_path(path).unwrap();
            let header = reader.headers().unwrap().clone();
            let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            move |line: usize, column: &str| {
                let column = header.iter().position(|name| name == column).unwrap();
                records[line][column].to_owned()
            }
        };
        let of = lines(&["level", "dim"]);
        assert_eq!([of(0, "bound"), of(0, "level"), of(0, "dim"), of(0, "n")], ["d_ls", "0.5", "2", "4"]);
        // Means 0.3 and 0.5: mean 0.4, half width t₁ · 0.1 = 1.27062.
        assert_eq!(of(0, "tightness_mean"), "0.4");
        let low: f64 = of(0, "tightness_low").parse().unwrap();
        assert!((low - (0.4 - 12.706_204_7 * 0.1)).abs() < 1e-6, "{low}");
        assert_eq!([of(1, "dim"), of(1, "tightness_mean"), of(1, "tightness_low")], ["4", "0.9", ""]);
        assert_eq!(
            [of(2, "bound"), of(2, "share_mean"), of(2, "certified_mean")],
            ["m_cca_sharp", "0.8", "0.4"]
        );
        let by_direction = lines(&["direction"]);
        assert_eq!([by_direction(0, "direction"), by_direction(0, "n")], ["ab", "3"]);
        assert_eq!(summary_by_name(&["../a".into(), "b".into()]), "summary_by_---a_b.csv");
        let error = write_summary_by(folder, &["width".into()]).unwrap_err().to_string();
        assert!(
            error.contains("there is no axis `width`; there are source, dim, level, direction"),
            "{error}"
        );
    }
}
