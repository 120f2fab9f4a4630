//! Sentences in lines that fit a terminal.

/// As many columns as any terminal has.
pub const WIDTH: usize = 80;

/// The lines of a sentence after what begins the first, of at most [`WIDTH`] columns but for words that are longer; `hanging` spaces stand
/// before what follows.
pub fn wrapped(begin: &str, hanging: usize, sentence: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = begin.to_owned();
    let mut is_empty = true;
    for word in sentence.split(' ') {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, " ".repeat(hanging)));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_a_terminal_and_no_word_is_lost() {
        let sentence = "four words and more ".repeat(12);
        let lines = wrapped("begin  ", 4, sentence.trim_end());
        assert!(lines.len() > 3 && lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
        assert!(
            lines[0].starts_with("begin  four") && lines[1..].iter().all(|line| line.starts_with("    "))
        );
        let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).skip(1).collect();
        assert_eq!(words, sentence.split_whitespace().collect::<Vec<_>>());
        let long = "x".repeat(100);
        assert_eq!(wrapped("a ", 2, &format!("{long} y")), [format!("a {long}"), "  y".to_owned()]);
    }
}
