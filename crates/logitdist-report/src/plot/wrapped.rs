//! Texts in lines.

use super::canvas::{TEXT, text_width};

/// A space at which no line ends.
const NO_BREAK: char = '\u{a0}';

/// A text in lines of a width. A line ends at a space, but not before a percent sign nor beside an arrow.
pub fn wrapped(text: &str, width: f64) -> Vec<String> {
    let text = text.replace(" %", "\u{a0}%").replace(" → ", "\u{a0}→\u{a0}");
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if text_width(line) + text_width(word) + TEXT / 3.0 < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    // Drawn as a space, which every font has.
    lines.into_iter().map(|line| line.replace(NO_BREAK, " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_together_stands_in_one_line() {
        assert_eq!(wrapped("of 95 % and", 1.0), ["of", "95 %", "and"]);
        assert_eq!(wrapped("direction a → b.", 1.0), ["direction", "a → b."]);
        assert_eq!(wrapped("d_rep (always\u{a0}1)", 1.0), ["d_rep", "(always 1)"]);
        assert_eq!(wrapped(" two  words ", 100.0), ["two words"]);
        assert!(wrapped("", 1.0).is_empty());
    }
}
