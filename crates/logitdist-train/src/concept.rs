//! Binary concepts of digits.

use crate::error::TrainError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A property of a digit from 0 to 9.
///
/// A concept is a function of the label, not of the image: how the digit is commonly printed, or what number it is. How this
/// writer wrote it does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concept {
    /// 0, 6, 8, 9: printed with at least one closed loop. (A printed 4 is closed too, but by straight strokes.)
    ClosedLoop,
    /// 2, 5, 7: printed with a straight horizontal stroke at the head or the foot.
    HorizontalStroke,
    /// 1, 4, 7: printed with straight strokes only.
    Straight,
    /// 1, 3, 5, 7, 9: the odd numbers, a parity that no shape shows.
    Odd,
    /// 5, 6, 7, 8, 9: the larger half.
    AtLeastFive,
}

impl Concept {
    /// All concepts, in the order in which they are reported.
    pub const ALL: [Concept; 5] = [
        Concept::ClosedLoop,
        Concept::HorizontalStroke,
        Concept::Straight,
        Concept::Odd,
        Concept::AtLeastFive,
    ];

    /// Its name in configs and columns, for example `closed_loop`.
    pub fn name(self) -> &'static str {
        match self {
            Concept::ClosedLoop => "closed_loop",
            Concept::HorizontalStroke => "horizontal_stroke",
            Concept::Straight => "straight",
            Concept::Odd => "odd",
            Concept::AtLeastFive => "at_least_five",
        }
    }

    /// The digits that have the property, in order.
    pub fn digits(self) -> &'static [usize] {
        match self {
            Concept::ClosedLoop => &[0, 6, 8, 9],
            Concept::HorizontalStroke => &[2, 5, 7],
            Concept::Straight => &[1, 4, 7],
            Concept::Odd => &[1, 3, 5, 7, 9],
            Concept::AtLeastFive => &[5, 6, 7, 8, 9],
        }
    }

    /// Whether a digit has the property; false for a label that is no digit.
    pub fn holds(self, digit: usize) -> bool {
        self.digits().contains(&digit)
    }

    /// Where the concept holds among inputs with these labels.
    ///
    /// # Errors
    /// A label over 9: it is no digit.
    pub fn of_labels(self, labels: &[usize]) -> Result<Vec<bool>, TrainError> {
        if let Some(i) = labels.iter().position(|&y| y > 9) {
            return Err(TrainError::Data(format!(
                "the label of input {i} is {}; the concept {self} is one of digits, from 0 to 9",
                labels[i]
            )));
        }
        Ok(labels.iter().map(|&y| self.holds(y)).collect())
    }
}

impl fmt::Display for Concept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Concept {
    type Err = TrainError;

    fn from_str(name: &str) -> Result<Concept, TrainError> {
        Concept::ALL.into_iter().find(|c| c.name() == name).ok_or_else(|| TrainError::Setting {
            key: "concept",
            value: name.to_owned(),
            needed: format!("one of {}", Concept::ALL.map(Concept::name).join(", ")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_others_refused_with_the_list() {
        for concept in Concept::ALL {
            assert_eq!(concept.name().parse::<Concept>().unwrap(), concept);
            assert_eq!(serde_json::to_string(&concept).unwrap(), format!("\"{concept}\""));
        }
        assert_eq!(
            "loops".parse::<Concept>().unwrap_err().to_string(),
            "`concept` is loops; it must be one of closed_loop, horizontal_stroke, straight, odd, at_least_five"
        );
    }

    #[test]
    fn every_concept_divides_the_digits_and_no_two_in_the_same_way() {
        for (i, concept) in Concept::ALL.into_iter().enumerate() {
            let answers = concept.of_labels(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]).unwrap();
            assert_eq!(answers.iter().filter(|&&holds| holds).count(), concept.digits().len());
            assert!(answers.contains(&true) && answers.contains(&false));
            assert!(Concept::ALL[..i].iter().all(|other| other.digits() != concept.digits()));
        }
        assert!((0..20).all(|n| Concept::Odd.holds(n) == (n % 2 == 1 && n < 10)));
        assert!((0..10).all(|n| Concept::AtLeastFive.holds(n) == (n >= 5)));
    }

    #[test]
    fn a_label_that_is_no_digit_is_an_error() {
        let message = Concept::Odd.of_labels(&[3, 10]).unwrap_err().to_string();
        assert_eq!(message, "the label of input 1 is 10; the concept odd is one of digits, from 0 to 9");
    }
}
