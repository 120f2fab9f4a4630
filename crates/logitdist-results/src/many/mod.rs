//! Many models compared: what is printed and drawn of them, and its tables.

mod ranking;

pub use ranking::{Place, Ranking, Step};

use crate::number::{float, or_blank};
use logitdist::{Of, Same, measure};
use logitdist_io::for_spreadsheet;

/// Models on the same inputs and labels, and comparisons of some pairs of them.
#[derive(Debug, Clone, PartialEq)]
pub struct ManyComparisons {
    /// The version of the program.
    pub version: String,
    /// The seed of all random choices.
    pub seed: u64,
    /// The command that made it.
    pub command: String,
    /// N.
    pub n_inputs: usize,
    /// K.
    pub n_labels: usize,
    /// The models, the reference first.
    pub models: Vec<ModelName>,
    /// Compared pairs: of the reference with each other, or of each with each.
    pub pairs: Vec<ComparedModels>,
    /// Whether each is compared with each.
    pub all: bool,
    /// The measure that models are ranked by.
    pub by: String,
    /// The others in the order of their distance from the reference.
    pub ranking: Ranking,
    /// If the others are checkpoints of one training run: where each stands on the axis of steps.
    pub steps: Option<Vec<f64>>,
    /// What is to be said of labels, inputs and files.
    pub notes: Vec<String>,
}

/// A model's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName {
    /// Its path, as it was given.
    pub path: String,
    /// As short as tells it from the others.
    pub short: String,
}

/// A pair and its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedModels {
    /// The place of the first model.
    pub a: usize,
    /// The place of the second.
    pub b: usize,
    /// Measures in the order of the table, then what is certified.
    pub numbers: Vec<Number>,
}

/// A number of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// `measure`; `certificate` with a's spectrum and labels, or `certificate_ba` with b's.
    pub section: &'static str,
    /// Its token.
    pub token: &'static str,
    /// The value, or why there is none.
    pub value: Result<f64, String>,
    /// The ends of its interval, if it has one.
    pub ends: Option<[f64; 2]>,
}

impl ComparedModels {
    /// The number of a measure, if it was computed.
    pub fn number(&self, token: &str) -> Option<&Number> {
        self.numbers.iter().find(|number| number.section == "measure" && number.token == token)
    }

    /// The value of a measure, if it has one.
    pub fn value(&self, token: &str) -> Option<f64> {
        self.number(token)?.value.as_ref().ok().copied()
    }

    /// What is certified of m_cca with the spectrum and labels of a.
    pub fn certified(&self) -> Option<f64> {
        let is_it = |number: &&Number| number.section == "certificate" && number.token == "m_cca";
        self.numbers.iter().find(is_it)?.value.as_ref().ok().copied()
    }
}

impl ManyComparisons {
    /// The comparison of two models, in either order.
    pub fn pair(&self, i: usize, j: usize) -> Option<&ComparedModels> {
        let (a, b) = (i.min(j), i.max(j));
        self.pairs.iter().find(|pair| (pair.a, pair.b) == (a, b))
    }

    /// Measures that were computed and say how far two models are apart, in the order of the table: those that a square can have.
    pub fn tokens(&self) -> Vec<&'static str> {
        let compares = |token: &&str| {
            measure(token).is_some_and(|(row, _)| row.same != Same::Neither && row.of != Of::Models)
        };
        let first = self.pairs.first().map_or(&[][..], |pair| &pair.numbers);
        first
            .iter()
            .filter(|number| number.section == "measure")
            .map(|number| number.token)
            .filter(compares)
            .collect()
    }

    /// A measure of all pairs, a row for each first model: that of the row to the column where it has a direction. The diagonal has what it
    /// is of equal models; `None` where it does not exist.
    pub fn square(&self, token: &str) -> Vec<Vec<Option<f64>>> {
        let Some((row, direction)) = measure(token) else { return Vec::new() };
        // The same from b to a.
        let back = match row.of {
            Of::Directions => {
                row.directions().find(|(_, other)| *other != direction).map_or(token, |(t, _)| t)
            }
            _ => token,
        };
        let itself = match row.same {
            Same::Zero(_) => Some(0.0),
            Same::One(_) => Some(1.0),
            Same::Neither => None,
        };
        let value = |i: usize, j: usize| match i.cmp(&j) {
            std::cmp::Ordering::Equal => itself,
            std::cmp::Ordering::Less => self.pair(i, j)?.value(token),
            std::cmp::Ordering::Greater => self.pair(i, j)?.value(back),
        };
        let places = 0..self.models.len();
        places.clone().map(|i| places.clone().map(|j| value(i, j)).collect()).collect()
    }

    /// A line for each number of each pair: `model_a,model_b,section,token,value,low,high,reason`.
    pub fn to_csv(&self) -> String {
        let mut csv = Lines::new();
        csv.line(&["model_a", "model_b", "section", "token", "value", "low", "high", "reason"]);
        for pair in &self.pairs {
            let [a, b] = [pair.a, pair.b].map(|place| self.models[place].path.as_str());
            for number in &pair.numbers {
                let (value, reason) = match &number.value {
                    Ok(value) => (or_blank(*value), if value.is_finite() { "" } else { "infinite" }),
                    Err(reason) => (String::new(), reason.as_str()),
                };
                let [low, high] =
                    number.ends.map_or([String::new(), String::new()], |ends| ends.map(or_blank));
                csv.line(&[a, b, number.section, number.token, &value, &low, &high, reason]);
            }
        }
        csv.finish()
    }

    /// [`square`](Self::square) with the models' names in the first row and column. What does not exist is blank.
    pub fn square_csv(&self, token: &str) -> String {
        let mut csv = Lines::new();
        let names = || self.models.iter().map(|model| model.path.as_str());
        csv.line(&std::iter::once(token).chain(names()).collect::<Vec<_>>());
        for (name, row) in names().zip(self.square(token)) {
            let cells: Vec<String> = row.into_iter().map(|x| x.map_or_else(String::new, float)).collect();
            csv.line(&std::iter::once(name).chain(cells.iter().map(String::as_str)).collect::<Vec<_>>());
        }
        csv.finish()
    }
}

/// Lines of a CSV in memory.
struct Lines(csv::Writer<Vec<u8>>);

impl Lines {
    fn new() -> Lines {
        Lines(csv::Writer::from_writer(Vec::new()))
    }

    fn line(&mut self, cells: &[&str]) {
        let cells = cells.iter().map(|cell| for_spreadsheet(cell).into_owned());
        self.0.write_record(cells).expect("memory can be written");
    }

    fn finish(self) -> String {
        String::from_utf8(self.0.into_inner().expect("memory can be written")).expect("all cells are text")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(token: &'static str, value: f64) -> Number {
        Number { section: "measure", token, value: Ok(value), ends: None }
    }

    fn three() -> ManyComparisons {
        let pair = |a, b, d: f64| ComparedModels {
            a,
            b,
            numbers: vec![
                number("n_inputs", 9.0),
                number("d_logit", d),
                number("kl_ab", 10.0 * d),
                number("kl_ba", 20.0 * d),
                Number { value: Err("no such thing".into()), ..number("m_cca", 0.0) },
            ],
        };
        let name = |path: &str| ModelName { path: path.into(), short: path.into() };
        ManyComparisons {
            version: "0".into(),
            seed: 0,
            command: String::new(),
            n_inputs: 9,
            n_labels: 2,
            models: vec![name("=x"), name("y"), name("z")],
            pairs: vec![pair(0, 1, 1.0), pair(0, 2, 2.0), pair(1, 2, 3.0)],
            all: true,
            by: "d_logit".into(),
            ranking: Ranking::default(),
            steps: None,
            notes: Vec::new(),
        }
    }

    #[test]
    fn squares_have_directions_and_what_equal_models_are_on_the_diagonal() {
        let many = three();
        assert_eq!(many.tokens(), ["d_logit", "kl_ab", "kl_ba", "m_cca"]);
        let kl = many.square("kl_ab");
        assert_eq!(kl[1], [Some(20.0), Some(0.0), Some(30.0)]);
        assert_eq!(kl[2], [Some(40.0), Some(60.0), Some(0.0)]);
        assert_eq!(many.square("kl_ba")[0], [Some(0.0), Some(20.0), Some(40.0)]);
        assert_eq!(many.square("m_cca")[0], [Some(1.0), None, None]);
        assert_eq!(
            many.square_csv("d_logit"),
            "d_logit,'=x,y,z\n'=x,0.0,1.0,2.0\ny,1.0,0.0,3.0\nz,2.0,3.0,0.0\n"
        );
    }

    #[test]
    fn a_line_for_each_number_of_each_pair() {
        let csv = three().to_csv();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 1 + 3 * 5);
        assert_eq!(lines[0], "model_a,model_b,section,token,value,low,high,reason");
        assert_eq!(lines[2], "'=x,y,measure,d_logit,1.0,,,");
        assert_eq!(lines[5], "'=x,y,measure,m_cca,,,,no such thing");
    }
}
