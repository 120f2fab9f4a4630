//! `schema.json`: what the columns of tables mean, from the tables of measures, bounds and words.

use crate::bound::BOUND_COLUMNS;
use crate::kind::Kind;
use crate::pair::{COMPARISON, comparison_csv, inputs, labels, names, spectra};
use crate::row::{ROW_COLUMNS, parameter_column};
use crate::run::FailedCell;
use crate::summary;
use crate::version::RESULT_VERSION;
use crate::words::{self, Word};
use logitdist::{BoundSide, Theorem, measure, theorems, tokens};
use serde::{Serialize, Serializer};

/// What a column holds. What does not apply is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// What stands in it.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The unit; empty for pure numbers and texts.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The values that it can take, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub range: String,
    /// One sentence.
    pub meaning: String,
    /// Which value means that the models are the same, and in what sense.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub same: String,
    /// The page and the place in it that says more.
    pub more: String,
}

/// What a bound says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BoundEntry {
    /// The number of the theorem.
    pub theorem: &'static str,
    /// `published` or `sharpened`.
    pub form: String,
    /// `above`: lhs ≤ rhs, to be read with `tightness`. `below`: certified ≤ measured, to be read with `share`.
    pub side: &'static str,
    /// The measure that a lower bound certifies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certifies: Option<&'static str>,
    /// One sentence.
    pub meaning: &'static str,
    /// The inequality.
    pub statement: &'static str,
    /// When both sides are equal.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub equality: &'static str,
    /// The page and the place in it that says more.
    pub more: String,
}

/// Names with what they mean, in this order; one JSON object.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T>(pub Vec<(String, T)>);

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The tables of a run, and its bounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schema {
    /// Version of the numbers and columns.
    pub result_version: u32,
    /// The columns of each table, by the names of files.
    pub tables: Named<Named<Column>>,
    /// The bounds, by their tokens.
    pub bounds: Named<BoundEntry>,
}

impl Column {
    /// The column of a measure.
    pub fn of_measure(token: &str) -> Option<Column> {
        let Some((row, direction)) = measure(token) else { return Column::beside_a_measure(token) };
        Some(Column {
            kind: Kind::of_measure(token),
            unit: row.unit.words().to_owned(),
            range: row.values_words(),
            meaning: row.words(row.meaning, direction),
            same: row.same_words(),
            more: format!("docs/theory.md#{token}"),
        })
    }

    /// The column of an end of a measure's interval, or of what reordered inputs show of it.
    fn beside_a_measure(name: &str) -> Option<Column> {
        let ends = [
            ("_low", "lower end of the 95 % interval"),
            ("_high", "upper end of the 95 % interval"),
            ("_null_mean", "mean over reorderings of b's inputs"),
            ("_null_q95", "what 95 % of the reorderings do not exceed in similarity"),
            ("_null_q99", "what 99 % of the reorderings do not exceed in similarity"),
            ("_null_share", "share of the reorderings, the given order among them, that are as close"),
        ];
        let (token, what) = ends.iter().find_map(|(end, what)| Some((name.strip_suffix(end)?, what)))?;
        let (row, direction) = measure(token)?;
        let is_share = name.ends_with("_null_share");
        Some(Column {
            kind: Kind::Float,
            unit: if is_share { String::new() } else { row.unit.words().to_owned() },
            range: if is_share { "0 to 1".to_owned() } else { row.values_words() },
            meaning: format!("{what} of: {}", row.words(row.meaning, direction)),
            same: String::new(),
            more: format!("docs/theory.md#{token}"),
        })
    }

    /// The column of a word.
    pub fn of(word: &Word) -> Column {
        Column {
            kind: word.kind,
            unit: String::new(),
            range: word.range.to_owned(),
            meaning: word.meaning.to_owned(),
            same: String::new(),
            more: word.place.to_owned(),
        }
    }

    /// The column of a name in the table that is explained at a place: of several meanings that there, else the first.
    fn of_name(name: &str, place: &str) -> Option<Column> {
        let known: Vec<&Word> = words::words(name).collect();
        let word = known.iter().find(|word| word.place == place).or(known.first())?;
        let column = Column::of(word);
        if word.names.contains(&name) {
            return Some(column);
        }
        let part = words::QUANTILES.iter().chain(&words::MEANS).find(|(suffix, _)| name.ends_with(suffix));
        let part = part.map_or("", |(_, part)| part);
        Some(Column { meaning: format!("{part} of: {}", word.meaning), ..column })
    }

    /// A parameter of the cells, in a column of this kind.
    fn of_parameter(name: &str, kind: Kind) -> Column {
        let word = Column::of_name(name, "").unwrap_or_else(|| Column {
            kind,
            unit: String::new(),
            range: String::new(),
            meaning: "a parameter of the config".to_owned(),
            same: String::new(),
            more: words::CELL.to_owned(),
        });
        let range = if kind == Kind::Text { String::new() } else { word.range };
        Column { kind, range, ..word }
    }
}

impl BoundEntry {
    /// What a theorem says.
    pub fn of(row: &'static Theorem) -> BoundEntry {
        let (side, certifies) = match row.side {
            BoundSide::AtMost => ("above", None),
            BoundSide::AtLeast(measure) => ("below", Some(measure)),
        };
        BoundEntry {
            theorem: row.number,
            form: row.form.to_string(),
            side,
            certifies,
            meaning: row.meaning,
            statement: row.statement,
            equality: row.equality,
            more: format!("docs/theory.md#{}", row.anchor),
        }
    }
}

impl Schema {
    /// The schema of a sweep whose cells have these parameters, each with its kind, and these measures; with `measures.csv` if networks are
    /// trained.
    pub fn of_sweep(parameters: &[(String, Kind)], measures: &[&str], trained: bool) -> Schema {
        let parameters = || {
            parameters.iter().map(|(name, kind)| (parameter_column(name), Column::of_parameter(name, *kind)))
        };
        let of_words = |place: &'static str, names: Vec<String>| {
            let column = move |name: String| Some((name.clone(), Column::of_name(&name, place)?));
            names.into_iter().filter_map(column)
        };
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let cell = || {
            let source = of_words(words::CELL, owned(&["source"]));
            source.chain(parameters()).chain(of_words(words::CELL, owned(&["replicate", "cell_seed"])))
        };
        let values =
            measures.iter().filter_map(|token| Some(((*token).to_owned(), Column::of_measure(token)?)));
        let rows = cell().chain(of_words(words::ROWS, owned(&ROW_COLUMNS))).chain(values);
        let bounds = of_words(words::CELL, owned(&["cell_seed"]))
            .chain(of_words(words::BOUNDS, owned(&BOUND_COLUMNS)));
        let mut of_summary = owned(&["bound", "form", "axis", "value"]);
        of_summary.extend(summary::columns());
        of_summary.push("not_applicable_reasons".to_owned());
        let failures = cell().chain(of_words(words::SWEEP, owned(&FailedCell::COLUMNS)));
        let mut tables = vec![
            ("rows.csv".to_owned(), Named(rows.collect())),
            ("bounds.csv".to_owned(), Named(bounds.collect())),
            ("summary.csv".to_owned(), Named(of_words(words::SUMMARY, of_summary).collect())),
            ("failures.csv".to_owned(), Named(failures.collect())),
        ];
        if trained {
            let measure = of_words(words::MEASURES, owned(&["measure"]));
            let source = of_words(words::CELL, owned(&["source"]));
            let is_axis = |(name, _): &(String, Column)| !crate::networks::NETWORKS.contains(&name.as_str());
            let numbers = owned(&["n", "teachers", "students", "mean", "low", "high"]);
            let columns = measure.chain(source).chain(parameters().filter(is_axis));
            let columns = columns.chain(of_words(words::MEASURES, numbers)).collect();
            tables.push(("measures.csv".to_owned(), Named(columns)));
        }
        Schema { result_version: RESULT_VERSION, tables: Named(tables), bounds: bounds_of(|_| true) }
    }

    /// The schema of what a comparison of two models leaves in its folder.
    pub fn of_pair() -> Schema {
        let table = |file: &str, place: &'static str, names: &[&str]| {
            let column = |name: &&str| {
                // A list has one of its numbers in each line.
                let number = Column::of_measure(name).map(|column| Column { kind: Kind::Float, ..column });
                Some(((*name).to_owned(), number.or_else(|| Column::of_name(name, place))?))
            };
            (file.to_owned(), Named(names.iter().filter_map(column).collect()))
        };
        let tables = vec![
            table(COMPARISON, words::COMPARISON, &comparison_csv::COLUMNS),
            table("inputs.csv", words::PAIR, &inputs::COLUMNS),
            table("labels.csv", words::PAIR, &labels::COLUMNS),
            table("names.csv", words::PAIR, &names::COLUMNS),
            table("spectra.csv", words::PAIR, &spectra::COLUMNS),
        ];
        Schema { result_version: RESULT_VERSION, tables: Named(tables), bounds: bounds_of(|_| true) }
    }

    /// The text of `schema.json`.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a schema is plain data") + "\n"
    }
}

/// The bounds whose tokens are wanted, in their order.
pub fn bounds_of(wanted: impl Fn(&Theorem) -> bool) -> Named<BoundEntry> {
    Named(
        theorems().filter(|row| wanted(row)).map(|row| (row.token.to_owned(), BoundEntry::of(row))).collect(),
    )
}

/// The measures whose tokens are wanted, in their order.
pub fn measures_of(wanted: impl Fn(&str) -> bool) -> Named<Column> {
    let wanted = tokens().map(|(token, ..)| token).filter(|token| wanted(token));
    Named(wanted.filter_map(|token| Some((token.to_owned(), Column::of_measure(token)?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_of_a_pair_has_every_column_of_its_files() {
        let schema = Schema::of_pair();
        for ((file, columns), names) in schema.tables.0.iter().zip([
            &comparison_csv::COLUMNS[..],
            &inputs::COLUMNS,
            &labels::COLUMNS,
            &names::COLUMNS,
            &spectra::COLUMNS,
        ]) {
            let found: Vec<&str> = columns.0.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(found, names, "{file}");
        }
        let of = |table: usize, name: &str| {
            let (_, column) = schema.tables.0[table].1.0.iter().find(|(own, _)| own == name).unwrap();
            column.clone()
        };
        assert_eq!([of(0, "value").kind, of(0, "section").kind], [Kind::Text; 2]);
        assert_eq!([of(1, "input").kind, of(1, "kl_ab_x").kind], [Kind::Integer, Kind::Float]);
        assert_eq!(of(1, "kl_ab_x").unit, "nats");
        assert_eq!([of(3, "axis").kind, of(3, "index").kind], [Kind::Text, Kind::Integer]);
        assert_eq!([of(4, "rho").kind, of(4, "spectrum_a").kind], [Kind::Float; 2]);
        assert_eq!(of(4, "rho").range, "0 to 1");
    }

    #[test]
    fn a_schema_says_of_every_column_what_it_is() {
        let parameters = [("dim", Kind::Integer), ("level", Kind::Float), ("tau", Kind::Float)];
        let parameters = parameters.map(|(name, kind)| (name.to_owned(), kind));
        let schema = Schema::of_sweep(&parameters, &["n_inputs", "m_cca", "kl_ab", "tau"], true);
        let json: serde_json::Value = serde_json::from_str(&schema.to_json()).unwrap();
        assert_eq!(json["result_version"], RESULT_VERSION);
        let rows = &json["tables"]["rows.csv"];
        for (column, kind) in [
            ("source", "text"),
            ("dim", "integer"),
            ("level", "float"),
            ("cell_seed", "text"),
            ("n_inputs", "integer"),
            ("m_cca", "float"),
        ] {
            assert_eq!(rows[column]["type"], kind, "{column}");
        }
        // A parameter does not share its column with the measure of its name.
        assert_eq!(rows["family_tau"]["meaning"], "A parameter of a family");
        assert!(rows["tau"]["meaning"].as_str().unwrap().starts_with("Smallest probability"), "{rows}");
        assert_eq!(rows["kl_ab"]["unit"], "nats");
        assert_eq!(rows["m_cca"]["range"], "0 to 1");
        assert!(rows["m_cca"]["same"].as_str().unwrap().starts_with("1 = "), "{rows}");
        let bounds = &json["tables"]["bounds.csv"];
        let columns: Vec<&String> = bounds.as_object().unwrap().keys().collect();
        assert_eq!(columns.len(), 1 + BOUND_COLUMNS.len());
        assert_eq!([&bounds["holds"]["type"], &bounds["share"]["type"]], ["boolean", "float"]);
        // One name has a meaning in each table.
        let summary = &json["tables"]["summary.csv"];
        assert_eq!(
            [&bounds["vacuous"], &summary["vacuous"]["type"]],
            [&serde_json::Value::Null, &"integer".into()]
        );
        assert!(
            summary["share_q50"]["meaning"].as_str().unwrap().starts_with("median of: certified/measured")
        );
        assert_eq!(json["tables"]["measures.csv"]["low"]["type"], "float");
        let t5 = &json["bounds"]["m_cca_two_spectra"];
        assert_eq!([&t5["theorem"], &t5["side"], &t5["certifies"]], ["T5", "below", "m_cca"]);
        assert_eq!(json["bounds"]["d_ls"]["certifies"], serde_json::Value::Null);
    }
}
