//! Which cell has which parameters: what joins the lines of `bounds.csv`, which name their cell by its seed, with `rows.csv`.

use crate::csv_file::CsvFile;
use crate::dictionary::Dictionary;
use crate::error::ResultsError;
use crate::row::parse_seed;
use std::path::Path;

/// The parameters of every cell, 12 bytes for each beside their texts.
#[derive(Debug, Default)]
pub struct Parameters {
    /// Names of the axes: the columns of `rows.csv` before `replicate`.
    pub names: Vec<String>,
    /// The values of each axis.
    pub values: Vec<Dictionary>,
    /// The combinations of values that there are, each as numbers of values; `None` where the parameter does not belong to the source.
    combinations: Vec<Vec<Option<usize>>>,
    /// The seeds of the cells, in ascending order, and the combination of each.
    seeds: Vec<u64>,
    of: Vec<u32>,
}

/// The parameters of the cells of a part of the file.
#[derive(Debug, Default)]
pub struct Part {
    values: Vec<Dictionary>,
    combinations: Dictionary,
    cells: Vec<(u64, u32)>,
    /// The line's values, kept to spare an allocation a line.
    current: Vec<u8>,
}

impl Part {
    /// No cells yet, with so many axes.
    pub fn new(axes: usize) -> Part {
        Part { values: vec![Dictionary::default(); axes], ..Part::default() }
    }

    /// Adds the cell of a line.
    pub fn add(&mut self, line: &csv::ByteRecord, seed: u64, place: u64) {
        self.current.clear();
        for (column, values) in self.values.iter_mut().enumerate() {
            if !line[column].is_empty() {
                values.number(&line[column], place);
            }
            self.current.extend_from_slice(&line[column]);
            self.current.push(SEPARATOR);
        }
        self.cells.push((seed, self.combinations.number(&self.current, place) as u32));
    }
}

/// Between the values of a combination: no text of a table has it.
const SEPARATOR: u8 = 0x1f;

impl Parameters {
    /// Reads the parameters of a sweep's cells from its `rows.csv`.
    ///
    /// # Errors
    /// A file that cannot be read, a missing column, or a line that is incomplete.
    pub fn read(rows: &Path) -> Result<Parameters, ResultsError> {
        const NEEDED: [&str; 2] = ["replicate", "cell_seed"];
        let table = CsvFile::open(rows)?;
        let [axes, seed] = NEEDED.map(|name| table.column(name, &NEEDED));
        let (axes, seed) = (axes?, seed?);
        let parts = table.read(
            || Part::new(axes),
            |part, line, place| {
                part.add(line, parse_seed(&line[seed])?, place);
                Ok(())
            },
        )?;
        Ok(Parameters::of(&table.header()[..axes], parts))
    }

    /// The parameters of the cells of all parts.
    pub fn of(names: &[String], parts: Vec<Part>) -> Parameters {
        let mut whole = Part::new(names.len());
        for part in parts {
            for (own, theirs) in whole.values.iter_mut().zip(&part.values) {
                own.merge(theirs);
            }
            let numbers = whole.combinations.merge(&part.combinations);
            whole.cells.extend(part.cells.iter().map(|&(seed, of)| (seed, numbers[of as usize] as u32)));
        }
        whole.cells.sort_unstable();
        let combination = |number: usize| {
            let texts = whole.combinations.bytes(number).split(|&byte| byte == SEPARATOR);
            whole.values.iter().zip(texts).map(|(values, text)| values.find(text)).collect()
        };
        Parameters {
            names: names.to_vec(),
            combinations: (0..whole.combinations.len()).map(combination).collect(),
            seeds: whole.cells.iter().map(|cell| cell.0).collect(),
            of: whole.cells.iter().map(|cell| cell.1).collect(),
            values: whole.values,
        }
    }

    /// The values of a cell. All `None` for a cell that `rows.csv` does not have: a damaged table is reported for what is left of it.
    pub fn of_cell(&self, seed: u64) -> Option<&[Option<usize>]> {
        let cell = self.seeds.binary_search(&seed).ok()?;
        Some(&self.combinations[self.of[cell] as usize])
    }
}
