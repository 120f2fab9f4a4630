//! What stands in a column of a table.

use crate::number::{exact, float};
use logitdist::{Unit, measure};
use serde::Serialize;

/// What stands in a column. Every reader of CSV finds the same one, since a float always has a point or an exponent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Whole numbers: 12.
    Integer,
    /// Numbers with a point or an exponent, or inf: 1.0, 1e-7.
    Float,
    /// true and false.
    Boolean,
    /// Anything else; also lists of numbers with a separator.
    Text,
}

impl Kind {
    /// The kind of a measure's column.
    pub fn of_measure(token: &str) -> Kind {
        match measure(token) {
            Some((row, _)) if row.is_list() => Kind::Text,
            Some((row, _)) if row.unit == Unit::Count => Kind::Integer,
            _ => Kind::Float,
        }
    }

    /// The kind of a parameter's column that has these values, each as the config has it. Parameters that are `Float` by nature are so even where
    /// all values are whole.
    pub fn of_parameter<'a>(natural: Kind, values: impl Iterator<Item = &'a str> + Clone) -> Kind {
        let every = |is: fn(&str) -> bool| values.clone().all(is);
        if every(|text| text.parse::<i64>().is_ok()) {
            return if natural == Kind::Float { Kind::Float } else { Kind::Integer };
        }
        if every(|text| text.parse::<f64>().is_ok_and(|x| !x.is_nan())) {
            return Kind::Float;
        }
        if every(|text| text.parse::<bool>().is_ok()) { Kind::Boolean } else { Kind::Text }
    }

    /// A number in a column of this kind.
    pub fn number(self, x: f64) -> String {
        if self == Kind::Integer { exact(x) } else { float(x) }
    }

    /// A parameter in a column of this kind.
    pub fn parameter(self, text: &str) -> String {
        match text.parse() {
            Ok(x) if self == Kind::Float => float(x),
            _ => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_of_the_narrowest_kind_that_has_all_its_values() {
        for (natural, values, kind, written) in [
            (Kind::Integer, ["2", "8"], Kind::Integer, ["2", "8"]),
            (Kind::Float, ["2", "8"], Kind::Float, ["2.0", "8.0"]),
            (Kind::Text, ["0", "1e-7"], Kind::Float, ["0.0", "1e-7"]),
            (Kind::Text, ["true", "false"], Kind::Boolean, ["true", "false"]),
            (Kind::Float, ["1", "isotropic"], Kind::Text, ["1", "isotropic"]),
            (Kind::Text, ["5;0", "3"], Kind::Text, ["5;0", "3"]),
        ] {
            let found = Kind::of_parameter(natural, values.into_iter());
            assert_eq!((found, values.map(|text| found.parameter(text))), (kind, written.map(String::from)));
        }
        assert_eq!([Kind::of_measure("n_inputs"), Kind::of_measure("m_cca")], [Kind::Integer, Kind::Float]);
        assert_eq!(Kind::of_measure("rho"), Kind::Text);
    }
}
