//! A CSV file in memory, and the rows of it that meet conditions.

use csv::StringRecord;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// At most so many values of a column are named in a message.
const NAMED: usize = 20;

/// A CSV file.
pub struct Table {
    columns: StringRecord,
    rows: Vec<StringRecord>,
}

impl Table {
    /// Reads a file; `bounds.csv` with the parameters of its cells, which are in `rows.csv` beside it.
    pub fn read(path: &Path) -> Result<Self, String> {
        let table = Self::read_alone(path)?;
        let is_bounds = path.file_name().is_some_and(|name| name == "bounds.csv");
        if !is_bounds || !table.columns.iter().any(|column| column == "cell_seed") {
            return Ok(table);
        }
        table.joined(&Self::read_alone(&path.with_file_name("rows.csv"))?)
    }

    fn read_alone(path: &Path) -> Result<Self, String> {
        let read = || -> csv::Result<Self> {
            let mut reader = csv::Reader::from_path(path)?;
            Ok(Self {
                columns: reader.headers()?.clone(),
                rows: reader.records().collect::<csv::Result<_>>()?,
            })
        };
        read().map_err(|error| format!("{} cannot be read: {error}", path.display()))
    }

    /// The table with the columns of its cells in another one, up to the seed that joins them.
    fn joined(self, cells: &Self) -> Result<Self, String> {
        let (own, theirs) = (self.column("cell_seed")?, cells.column("cell_seed")?);
        let by_seed: HashMap<&str, &StringRecord> =
            cells.rows.iter().map(|row| (&row[theirs], row)).collect();
        let rows = self.rows.iter().map(|row| {
            let cell = by_seed.get(&row[own]).ok_or_else(|| format!("rows.csv has no cell {}", &row[own]))?;
            Ok(row.iter().chain(cell.iter().take(theirs)).collect())
        });
        let rows = rows.collect::<Result<_, String>>()?;
        Ok(Self { columns: self.columns.iter().chain(cells.columns.iter().take(theirs)).collect(), rows })
    }

    /// The place of a column.
    fn column(&self, name: &str) -> Result<usize, String> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| {
            let known: Vec<&str> = self.columns.iter().collect();
            format!("there is no column `{name}`; the columns are {}", known.join(", "))
        })
    }

    /// The rows that meet all conditions. A value that stands nowhere in its column is an error: it is misspelt.
    pub fn select(&self, conditions: &[Condition]) -> Result<Vec<&StringRecord>, String> {
        let places: Vec<usize> =
            conditions.iter().map(|condition| self.column(&condition.column)).collect::<Result<_, _>>()?;
        for (condition, &place) in conditions.iter().zip(&places) {
            self.check_values(condition, place)?;
        }
        let meets = |row: &&StringRecord| {
            conditions.iter().zip(&places).all(|(condition, &place)| condition.holds(&row[place]))
        };
        Ok(self.rows.iter().filter(meets).collect())
    }

    fn check_values(&self, condition: &Condition, place: usize) -> Result<(), String> {
        if !matches!(condition.relation, Relation::Equal | Relation::Unequal) {
            return Ok(());
        }
        for value in &condition.values {
            if self.rows.iter().any(|row| same(&row[place], value)) {
                continue;
            }
            let mut known: Vec<&str> = Vec::new();
            for row in &self.rows {
                if !known.contains(&&row[place]) {
                    known.push(&row[place]);
                }
            }
            let more = if known.len() > NAMED { " …" } else { "" };
            known.truncate(NAMED);
            let column = &condition.column;
            return Err(format!(
                "no row has {column}={value}; {column} is one of {}{more}",
                known.join(", ")
            ));
        }
        Ok(())
    }

    /// The numbers of a column in some rows, or of one over another (`probe_error/probe_sd`); blank ones are left out.
    pub fn numbers(&self, rows: &[&StringRecord], column: &str) -> Result<Vec<f64>, String> {
        let places: Vec<usize> = column.split('/').map(|name| self.column(name)).collect::<Result<_, _>>()?;
        let number = |text: &str| {
            text.parse::<f64>().map_err(|_| format!("{column} has `{text}`, which is no number"))
        };
        let mut numbers = Vec::new();
        for row in rows {
            if places.iter().all(|&place| !row[place].is_empty()) {
                let first = number(&row[places[0]])?;
                numbers.push(
                    places[1..]
                        .iter()
                        .try_fold(first, |a, &place| Ok::<_, String>(a / number(&row[place])?))?,
                );
            }
        }
        Ok(numbers)
    }
}

/// What a column of a row must be, such as `status=ok|vacuous`.
#[derive(Clone, Debug)]
pub struct Condition {
    column: String,
    relation: Relation,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Relation {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// As they are written; a text that begins another one stands after it.
const RELATIONS: [(&str, Relation); 6] = [
    ("!=", Relation::Unequal),
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("=", Relation::Equal),
    ("<", Relation::Less),
    (">", Relation::More),
];

impl Condition {
    /// Reads `COLUMN=VALUE|VALUE`, or another relation.
    pub fn parse(text: &str) -> Result<Self, String> {
        let at = text.find(['!', '<', '>', '=']).unwrap_or(text.len());
        let (column, rest) = text.split_at(at);
        let relation = RELATIONS.iter().find(|(sign, _)| rest.starts_with(sign));
        let (Some((sign, relation)), false) = (relation, column.is_empty()) else {
            return Err(format!(
                "`{text}` is no condition; COLUMN=VALUE is one, also with !=, <, <=, > or >="
            ));
        };
        let values: Vec<String> = rest[sign.len()..].split('|').map(str::to_owned).collect();
        let ordered = !matches!(relation, Relation::Equal | Relation::Unequal);
        if ordered && (values.len() != 1 || values[0].parse::<f64>().is_err()) {
            return Err(format!("`{text}`: {sign} needs one number"));
        }
        Ok(Self { column: column.to_owned(), relation: *relation, values })
    }

    /// Whether a row with this text in the column meets it.
    pub fn holds(&self, text: &str) -> bool {
        let ordered = |holds: fn(&f64, &f64) -> bool| matches!((text.parse(), self.values[0].parse()), (Ok(a), Ok(b)) if holds(&a, &b));
        match self.relation {
            Relation::Equal => self.values.iter().any(|value| same(text, value)),
            Relation::Unequal => !self.values.iter().any(|value| same(text, value)),
            Relation::Less => ordered(f64::lt),
            Relation::AtMost => ordered(f64::le),
            Relation::More => ordered(f64::gt),
            Relation::AtLeast => ordered(f64::ge),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let sign =
            RELATIONS.iter().find(|(_, relation)| *relation == self.relation).map_or("", |(sign, _)| sign);
        write!(out, "{}{sign}{}", self.column, self.values.join("|"))
    }
}

/// Whether two texts are the same, or are the same number: 1e-1 and 0.1.
fn same(a: &str, b: &str) -> bool {
    a == b || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_have_the_parameters_of_their_cells() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("rows.csv", "source,dim,replicate,cell_seed,status\nnoise,2,0,s1,ok\nnoise,4,0,s2,ok\n");
        write("bounds.csv", "cell_seed,bound,certified\ns2,m_cca_sharp,0.5\ns1,m_cca_sharp,0.25\n");
        let read = || Table::read(&folder.path().join("bounds.csv"));
        let table = read().unwrap();
        let rows = table.select(&[Condition::parse("dim=4").unwrap()]).unwrap();
        assert_eq!(table.numbers(&rows, "certified").unwrap(), [0.5]);
        write("bounds.csv", "cell_seed,bound,certified\ns3,m_cca_sharp,0.5\n");
        assert_eq!(read().err().unwrap(), "rows.csv has no cell s3");
    }
}
