//! Numbers in the prose of a page, checked against the tables that they come from.
//!
//! A comment below a paragraph, list or Markdown table names a CSV file and says, line by line, what its numbers are:
//!
//! ```text
//! Sharpening d_fg pays 235 times; T2 is vacuous in 26 % of the cells. None of 9792 bounds is violated.
//! <!-- numbers from bounds.csv
//! 235 = median tightness where bound=d_fg_quadratic / median tightness where bound=d_fg_linear
//! 26 % = share of status=vacuous where bound=m_cca_linear
//! 9792 = count where holds=true
//! -->
//!
//! | bits | 8 | 6 | 5 |
//! |---|---|---|---|
//! | certified | 0.996 | 0.945 | 0.862 |
//! <!-- numbers from bounds.csv where source=round_tensor direction=ab
//! 0.996 0.945 0.862 = median measured where bound=m_cca_two_spectra level=8,6,5
//! -->
//! ```
//!
//! The path is from the page's folder. Numbers are compared at the digits that the prose prints. Each must stand in the text above the
//! comment; those of one line in this order, and in a Markdown table in one row or one column of it. `level=8,6,5` gives each
//! number of a line its own value; `status=ok|vacuous` allows both. A line that begins with a space goes on with the one above.

use super::figure::{Figure, stand_in};
use super::statistic::Expression;
use super::table::{Condition, Table};
use std::collections::HashMap;
use std::path::Path;

/// What came out of a page.
pub struct Checked {
    /// The numbers that were compared.
    pub numbers: usize,
    /// What is wrong, each with its line.
    pub problems: Vec<(usize, String)>,
}

/// Compares the numbers of a page with the tables that they come from.
pub fn check(text: &str, folder: &Path) -> Checked {
    let mut checked = Checked { numbers: 0, problems: Vec::new() };
    let mut tables = HashMap::new();
    for comment in comments(text) {
        let result = Header::parse(&comment.header).and_then(|header| {
            let table =
                tables.entry(header.file.clone()).or_insert_with(|| Table::read(&folder.join(&header.file)));
            let table = table.as_ref().map_err(Clone::clone)?;
            for (line, claim) in &comment.claims {
                match check_claim(claim, &header.conditions, table, &comment.above) {
                    Ok(numbers) => checked.numbers += numbers,
                    Err(message) => {
                        checked.problems.push((*line, format!("{message}\n  {claim}\n  in {}", header.file)));
                    }
                }
            }
            if comment.claims.is_empty() {
                Err("the comment has no line NUMBER = STATISTIC".into())
            } else {
                Ok(())
            }
        });
        if let Err(message) = result {
            checked.problems.push((comment.line, message));
        }
    }
    checked
}

/// Checks one line of a comment and says how many numbers it has.
fn check_claim(claim: &str, common: &[Condition], table: &Table, above: &[String]) -> Result<usize, String> {
    let (left, right) = claim.split_once(" = ").ok_or("the form NUMBER = STATISTIC is needed")?;
    let figures = Figure::parse_all(left)?;
    if !above.iter().any(|text| stand_in(text, &figures)) {
        return Err(format!("{left} does not stand in the text above the comment"));
    }
    for (place, figure) in figures.iter().enumerate() {
        let words = words_of(right, place, figures.len())?;
        let recomputed = Expression::parse(&words, common)?.of(table)?;
        figure.check(recomputed).map_err(|message| match figures.len() {
            1 => message,
            _ => format!("{message} (number {} of {})", place + 1, figures.len()),
        })?;
    }
    Ok(figures.len())
}

/// The words of a claim for one of its numbers: of `level=8,6,5` its own level.
fn words_of(text: &str, place: usize, numbers: usize) -> Result<Vec<String>, String> {
    let own = |word: &str| match word.split_once('=') {
        Some((column, values)) if values.contains(',') => {
            let values: Vec<&str> = values.split(',').collect();
            match values.len() == numbers {
                true => Ok(format!("{column}={}", values[place])),
                false => Err(format!("{numbers} numbers, but {} values in `{word}`", values.len())),
            }
        }
        _ => Ok(word.to_owned()),
    };
    text.split_whitespace().map(own).collect()
}

/// The first line of a comment: where the numbers are from.
struct Header {
    file: String,
    conditions: Vec<Condition>,
}

impl Header {
    fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let (Some("from"), Some(file), Some("where") | None) = (words.next(), words.next(), words.next())
        else {
            return Err(
                "the form `<!-- numbers from FILE` is needed, or `<!-- numbers from FILE where CONDITION …`"
                    .into(),
            );
        };
        Ok(Self { file: file.to_owned(), conditions: words.map(Condition::parse).collect::<Result<_, _>>()? })
    }
}

/// A comment with claims.
struct Comment {
    line: usize,
    header: String,
    claims: Vec<(usize, String)>,
    above: Vec<String>,
}

/// The comments of a page that begin with `<!-- numbers`; what stands in fences is an example.
fn comments(text: &str) -> Vec<Comment> {
    let mut found: Vec<Comment> = Vec::new();
    let (mut open, mut fenced) = (false, false);
    // The paragraph or table that the next comment speaks of, and whether a blank line or a comment has ended it.
    let (mut above, mut ended): (Vec<&str>, bool) = (Vec::new(), false);
    for (number, line) in (1..).zip(text.lines()) {
        if !open && line.starts_with("```") {
            fenced = !fenced;
            ended = true;
            continue;
        }
        let begun = line.strip_prefix("<!-- numbers").filter(|_| !fenced && !open);
        if let Some(rest) = begun {
            found.push(Comment {
                line: number,
                header: String::new(),
                claims: Vec::new(),
                above: sequences(&above),
            });
            let header = rest.strip_suffix("-->");
            (open, ended) = (header.is_none(), true);
            found.last_mut().expect("just pushed").header = header.unwrap_or(rest).to_owned();
        } else if open {
            let comment = found.last_mut().expect("it is open");
            let claim = line.strip_suffix("-->").unwrap_or(line);
            open = claim.len() == line.len();
            match comment.claims.last_mut() {
                Some((_, last)) if claim.starts_with(' ') => {
                    last.push(' ');
                    last.push_str(claim.trim());
                }
                _ if claim.trim().is_empty() => {}
                _ => comment.claims.push((number, claim.trim().to_owned())),
            }
        } else if line.trim().is_empty() {
            ended = true;
        } else {
            if ended {
                above.clear();
            }
            ended = false;
            above.push(line);
        }
    }
    found
}

/// What the numbers of one claim may stand in: a paragraph, or the rows and columns of a table.
fn sequences(lines: &[&str]) -> Vec<String> {
    if !lines.iter().all(|line| line.starts_with('|')) {
        let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
        return vec![words.join(" ")];
    }
    let rows: Vec<Vec<&str>> = lines.iter().map(|line| line.trim_matches('|').split('|').collect()).collect();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let column =
        |place: usize| rows.iter().filter_map(|row| row.get(place).copied()).collect::<Vec<_>>().join("|");
    lines.iter().map(|&line| line.to_owned()).chain((0..width).map(column)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "bound,level,status,tightness\na,8,ok,0.996\na,4,ok,0.5\na,4,ok,0.25\nb,8,vacuous,\nb,4,ok,0.0020\n";

    /// What the check says of a page beside `t.csv`: the number of right claims, and the messages.
    fn check_page(page: &str) -> (usize, Vec<(usize, String)>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("t.csv"), TABLE).unwrap();
        let measures = "measure,loss,mean,low,high\nm_cca,kl,0.8,0.7,0.9\nm_cca,l2,0.9,0.88,0.92\n";
        std::fs::write(folder.path().join("measures.csv"), measures).unwrap();
        let Checked { numbers, problems } = check(page, folder.path());
        (numbers, problems)
    }

    /// The one message for a page, which must say all of `parts`, at `line`.
    fn refused(page: &str, line: usize, parts: &[&str]) {
        let (_, problems) = check_page(page);
        let [(at, message)] = problems.as_slice() else { panic!("{page}: {problems:?}") };
        assert_eq!(*at, line, "{page}: {message}");
        for part in parts {
            assert!(message.contains(part), "{page}: {message}");
        }
    }

    #[test]
    fn right_numbers_pass() {
        let pages = [
            "Vacuous in 50 %.\n<!-- numbers from t.csv\n50 % = share of status=vacuous where bound=b\n-->\n",
            "All 5\nrows.\n\n<!-- numbers from t.csv\n5 = count\n-->",
            "Not\none of 0.\n<!-- numbers from t.csv\n0 = count where bound=a status=vacuous -->",
            "It pays 498 times, or 5.0e2.\n<!-- numbers from t.csv where status=ok\n\
             498 = max tightness where bound=a / min tightness where bound=b\n\
             5.0e2 = max tightness where bound=a\n / min tightness where bound=b\n-->",
            "It is −0.498.\n<!-- numbers from t.csv\n−0.498 = value tightness where bound=b status=ok\n  - median tightness where bound=a level<8 status!=vacuous tightness>=0.5\n-->",
            "Half of it is 0.125.\n<!-- numbers from t.csv\n0.125 = max tightness/level where bound=a level=4\n-->",
            "Medians 0.4 (0.38), means 0.375 0.37, in all 0.75.\n<!-- numbers from t.csv where bound=a level=4.0\n\
             0.4 = median tightness\n0.38 = q0.5 tightness\n0.375 = mean tightness\n0.37 = mean tightness\n0.75 = sum tightness\n-->",
            "| | 8 | 4 |\n|---|---|---|\n| a | 0.996 | 0.375 |\n| b | | 0.002 |\n<!-- numbers from t.csv where status=ok\n\
             0.996 0.375 = median tightness where bound=a level=8,4\n\
             0.375 0.002 = median tightness where bound=a,b level=4\n-->",
            "| kl | 0.8 ± 0.1 |\n| l2 | 0.90 ± 0.02 |\n<!-- numbers from measures.csv where measure=m_cca\n\
             0.8 ± 0.1 0.90 ± 0.02 = interval where loss=kl,l2\n-->",
            "A text of 9.\n<!-- other -->\n```\n<!-- numbers from nowhere\n```\n",
        ];
        let numbers = [1, 1, 1, 2, 1, 1, 5, 4, 2, 0];
        for (page, numbers) in pages.into_iter().zip(numbers) {
            assert_eq!(check_page(page), (numbers, vec![]), "{page}");
        }
    }

    #[test]
    fn a_wrong_number_is_named_with_the_right_one() {
        let page = "Five: 0.51.\n<!-- numbers from t.csv\n0.51 = max tightness where level=4\n-->";
        refused(page, 3, &["0.51 is claimed, 0.500000 is recomputed", "max tightness", "in t.csv"]);
        let page = "In 49 %.\n<!-- numbers from t.csv\n49 % = share of status=vacuous where bound=b\n-->";
        refused(page, 3, &["49 % is claimed, 50.0000 % is recomputed"]);
        let page = "| 0.996 | 0.5 |\n<!-- numbers from t.csv where bound=a\n0.996 0.5 = median tightness where level=8,4\n-->";
        refused(page, 3, &["0.5 is claimed, 0.375000 is recomputed (number 2 of 2)"]);
        let page = "0.8 ± 0.2\n<!-- numbers from measures.csv\n0.8 ± 0.2 = interval where loss=kl\n-->";
        refused(page, 3, &["0.8 ± 0.2 is claimed, 0.800000 ± 0.100000"]);
    }

    #[test]
    fn a_number_must_stand_in_the_text_above() {
        for text in
            ["Nothing.", "It is 15.", "It is 5.5.", "It is 0.5.", "It is −5.", "It is 5e-3.", "5\n\nOther."]
        {
            let page = format!("{text}\n<!-- numbers from t.csv\n5 = count\n-->");
            refused(&page, text.lines().count() + 2, &["5 does not stand in the text above"]);
        }
        // Not in one row or column.
        let page = "| 0.996 | 1 |\n| 2 | 0.375 |\n<!-- numbers from t.csv where bound=a\n0.996 0.375 = median tightness where level=8,4\n-->";
        refused(page, 4, &["0.996 0.375 does not stand"]);
    }

    #[test]
    fn what_is_misspelt_is_named_with_what_there_is() {
        let claim = |claim: &str| format!("It is 5.\n<!-- numbers from t.csv\n{claim}\n-->");
        for (text, parts) in [
            ("5 = count where bond=a", &["no column `bond`", "bound, level, status, tightness"][..]),
            ("5 = count where bound=c", &["no row has bound=c", "bound is one of a, b"]),
            ("5 = share of status=vacous", &["no row has status=vacous", "ok, vacuous"]),
            ("5 = max tight", &["no column `tight`"]),
            ("5 = max status", &["status has `ok`, which is no number"]),
            ("5 = max tightness where bound=b level=8", &["tightness is blank in all 1 rows"]),
            ("5 = max tightness where bound=a status=vacuous", &["no row has bound=a status=vacuous"]),
            ("5 = value tightness where bound=a", &["3 rows with 3 numbers in tightness, not one"]),
            ("5 = biggest tightness", &["`biggest tightness` is no statistic", "median COLUMN"]),
            ("5 = count where bound", &["`bound` is no condition"]),
            ("5 = count where level<many", &["< needs one number"]),
            ("5 = max tightness where level=8,4", &["1 numbers, but 2 values in `level=8,4`"]),
            ("5: count", &["the form NUMBER = STATISTIC is needed"]),
            ("five = count", &["`five` is no number"]),
        ] {
            refused(&claim(text), 3, parts);
        }
        refused("5\n<!-- numbers from none.csv\n5 = count\n-->", 2, &["none.csv cannot be read"]);
        refused("5\n<!-- numbers t.csv\n5 = count\n-->", 2, &["`<!-- numbers from FILE` is needed"]);
        refused("5\n<!-- numbers from t.csv -->", 2, &["no line NUMBER = STATISTIC"]);
    }
}
