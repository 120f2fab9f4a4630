//! Names and other texts of a user as they may be shown: in a terminal, on a page, in a shell, in a spreadsheet.

use std::borrow::Cow;

/// A text whose control characters are escaped. A name could otherwise clear a terminal, or pass for two lines.
///
/// Characters that change the direction of a text count, too: they make one name look like another.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if is_hidden(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(shown).collect())
}

/// Whether a character acts instead of being seen.
pub fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// An argument for a shell, in quotes if it has to be. Control characters take the form `$'…'` of bash, ksh and zsh.
pub fn for_shell(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+%@".contains(c);
    if argument.contains(is_hidden) {
        let byte = |byte: u8| match byte {
            b'\'' | b'\\' => format!("\\{}", char::from(byte)),
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        };
        format!("$'{}'", argument.bytes().map(byte).collect::<String>())
    } else if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', "'\\''"))
    }
}

/// A cell of a CSV. Text that a spreadsheet would run as a formula gets a leading apostrophe, and control characters are escaped.
/// Numbers and lists of numbers stay as they are. [`from_spreadsheet`] takes the apostrophe away again.
pub fn for_spreadsheet(cell: &str) -> Cow<'_, str> {
    let is_number = || cell.split([' ', ';']).all(|part| part.parse::<f64>().is_ok());
    if is_run(cell) && !is_number() { Cow::Owned(format!("'{}", visible(cell))) } else { visible(cell) }
}

/// The text of a cell that [`for_spreadsheet`] wrote, with no apostrophe in front: pages and tables show it.
pub fn from_spreadsheet(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_run(text)).unwrap_or(cell)
}

/// Whether a spreadsheet may run a text, or would if apostrophes before it were taken away.
fn is_run(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(RUN_BY_SPREADSHEETS)
}

/// A spreadsheet runs a cell that begins with one of these.
pub const RUN_BY_SPREADSHEETS: [char; 4] = ['=', '+', '-', '@'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_escaped_and_the_rest_stays() {
        for (text, shown) in [
            ("a b/ü.npz", "a b/ü.npz"),
            ("\x1b[2J\n\t\r\x7f\u{9b}x", "\\u{1b}[2J\\n\\t\\r\\u{7f}\\u{9b}x"),
            ("zpn.\u{202e}a", "zpn.\\u{202e}a"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn a_shell_reads_every_argument_back() {
        for (argument, quoted) in [
            ("a-b/c.npz", "a-b/c.npz"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("$(rm x)`y`", "'$(rm x)`y`'"),
            ("it's\\\x1b[2J\nü", "$'it\\'s\\\\\\x1b[2J\\x0a\\xc3\\xbc'"),
        ] {
            assert_eq!(for_shell(argument), quoted);
            let printed = std::process::Command::new("bash")
                .args(["-c", &format!("printf %s {quoted}")])
                .output()
                .expect("bash can be run");
            assert_eq!(String::from_utf8(printed.stdout).unwrap(), argument);
        }
    }

    #[test]
    fn a_spreadsheet_runs_no_text_and_numbers_stay_numbers() {
        for (cell, shown) in [
            ("-1.5e-3", "-1.5e-3"),
            ("-1 +2 3", "-1 +2 3"),
            ("-1;2", "-1;2"),
            ("a=b", "a=b"),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("-x.npz", "'-x.npz"),
            ("+1+cmd", "'+1+cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\\t=1"),
            ("'=1", "''=1"),
            ("''-1", "'''-1"),
            ("it's", "it's"),
            ("'a'", "'a'"),
        ] {
            assert_eq!(for_spreadsheet(cell), shown);
            assert_eq!(from_spreadsheet(shown), visible(cell));
        }
    }
}
