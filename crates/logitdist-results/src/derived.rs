//! Tables in another form, made on demand from those of a run.

use crate::error::ResultsError;
use crate::kind::Kind;
use crate::number::{float, parse};
use crate::row::{ROW_COLUMNS, parse_seed};
use crate::table_file::{InOrder, TableFile};
use std::path::{Path, PathBuf};

/// Writes `measures_long.csv` into a folder of results: a line for each cell and measure that exists, `cell_seed,measure,value`.
///
/// # Errors
/// A table that cannot be read, or not be written.
pub fn write_long(results: &Path) -> Result<PathBuf, ResultsError> {
    let mut rows = InOrder::open(&results.join("rows.csv"))?;
    let [_, reason] = ROW_COLUMNS;
    let (seed, reason) =
        (rows.file.column("cell_seed", &["cell_seed"])?, rows.file.column(reason, &[reason])?);
    let header = rows.file.header().to_vec();
    let is_number = |&column: &usize| Kind::of_measure(&header[column]) != Kind::Text;
    let measures: Vec<usize> = (reason + 1..header.len()).filter(is_number).collect();
    let path = results.join("measures_long.csv");
    let mut out = TableFile::create(&path)?;
    out.line(&["cell_seed", "measure", "value"].map(String::from))?;
    let mut record = csv::ByteRecord::new();
    while let Some(line) = rows.next(&mut record)? {
        let cell = String::from_utf8_lossy(&record[seed]).into_owned();
        let mut lines = Vec::with_capacity(measures.len());
        for &column in &measures {
            match parse(&header[column], &record[column]) {
                Ok(Some(x)) => lines.push([cell.clone(), header[column].clone(), float(x)]),
                Ok(None) => {}
                Err(message) => return Err(rows.error(line, message)),
            }
        }
        lines.iter().try_for_each(|line| out.line(line))?;
    }
    out.finish()?;
    Ok(path)
}

/// Writes `bounds_wide.csv` into a folder of results: `bounds.csv` with the parameters of its cells before each line.
///
/// # Errors
/// A table that cannot be read, or not be written; a cell of `bounds.csv` that `rows.csv` does not have, or has elsewhere in the order.
pub fn write_wide(results: &Path) -> Result<PathBuf, ResultsError> {
    let mut rows = InOrder::open(&results.join("rows.csv"))?;
    let mut bounds = InOrder::open(&results.join("bounds.csv"))?;
    let seed_of_row = rows.file.column("cell_seed", &["cell_seed"])?;
    let seed_of_bound = bounds.file.column("cell_seed", &["cell_seed"])?;
    let path = results.join("bounds_wide.csv");
    let mut out = TableFile::create(&path)?;
    let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
    let mut header = rows.file.header()[..=seed_of_row].to_vec();
    header.extend_from_slice(&bounds.file.header()[seed_of_bound + 1..]);
    out.line(&header)?;
    let (mut known, mut start): (Option<u64>, Vec<String>) = (None, Vec::new());
    let (mut record, mut row) = (csv::ByteRecord::new(), csv::ByteRecord::new());
    while let Some(line) = bounds.next(&mut record)? {
        let fields: Vec<String> = record.iter().skip(seed_of_bound + 1).map(text).collect();
        let (seed, name) = (parse_seed(&record[seed_of_bound]), text(&record[seed_of_bound]));
        let seed = seed.map_err(|e| bounds.error(line, e))?;
        // Both tables have their cells in the order of the grid.
        while known != Some(seed) {
            let Some(line_of_row) = rows.next(&mut row)? else {
                let message = format!("the cell {name} is not in rows.csv, or not in this order");
                return Err(bounds.error(line, message));
            };
            start = row.iter().take(seed_of_row + 1).map(text).collect();
            let of_row = parse_seed(&row[seed_of_row]);
            known = Some(of_row.map_err(|e| rows.error(line_of_row, e))?);
        }
        let fields: Vec<String> = start.iter().cloned().chain(fields).collect();
        out.line(&fields)?;
    }
    out.finish()?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "source,dim,replicate,cell_seed,status,reason,n_inputs,m_cca,rho\n\
                        noise,2,0,s1,ok,,7,0.5,1.0 0.5\nnoise,4,0,s2,not_applicable,\"no, none\",,,\nnoise,4,1,s3,partial,,7,,\n";

    fn folder(bounds: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rows.csv"), ROWS).unwrap();
        std::fs::write(folder.path().join("bounds.csv"), format!("cell_seed,direction,bound\n{bounds}"))
            .unwrap();
        folder
    }

    #[test]
    fn long_has_a_line_for_each_value_that_exists() {
        let folder = folder("");
        let path = write_long(folder.path()).unwrap();
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            "cell_seed,measure,value\ns1,n_inputs,7.0\ns1,m_cca,0.5\ns3,n_inputs,7.0\n"
        );
    }

    #[test]
    fn wide_repeats_the_parameters_of_the_cell() {
        let own = folder("s1,ab,d_ls\ns1,ba,d_ls\ns3,ab,d_ls\n");
        let path = write_wide(own.path()).unwrap();
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            "source,dim,replicate,cell_seed,direction,bound\n\
             noise,2,0,s1,ab,d_ls\nnoise,2,0,s1,ba,d_ls\nnoise,4,1,s3,ab,d_ls\n"
        );
        let error = write_wide(folder("s3,ab,d_ls\ns1,ab,d_ls\n").path()).unwrap_err().to_string();
        assert!(
            error.contains("bounds.csv:3: the cell s1 is not in rows.csv, or not in this order"),
            "{error}"
        );
    }
}
