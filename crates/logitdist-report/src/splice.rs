//! Generated parts of a document between markers: pictures and the commands that made them.
//!
//! A part stands between two lines of their own, `<!-- begin: NAME -->` and `<!-- end -->`. Of a name `RESULTS/PICTURE`, such as
//! `quickstart/frontier`, it is the picture `results/quickstart/plots/frontier.svg` with the commands that make it.

use std::path::Path;

/// The text with every part made anew by `content`.
///
/// # Errors
/// In words, with the line: a part that does not end, an end without a beginning, a part in a part, or what `content` says of a name.
pub fn spliced(text: &str, content: impl Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let mut out = String::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let marker = line.trim();
        if let Some(name) = marker.strip_prefix("<!-- begin: ").and_then(|rest| rest.strip_suffix(" -->")) {
            if let Some((earlier, name)) = open {
                return Err(format!("line {number}: a part begins inside `{name}` of line {earlier}"));
            }
            out.push_str(line);
            let part = content(name).map_err(|message| format!("line {number}: `{name}`: {message}"))?;
            out.push_str(part.trim_end());
            out.push('\n');
            open = Some((number, name.to_owned()));
        } else if marker == "<!-- end -->" {
            if open.take().is_none() {
                return Err(format!("line {number}: an end without a beginning"));
            }
            out.push_str(line);
        } else if open.is_none() {
            out.push_str(line);
        }
    }
    match open {
        Some((line, name)) => Err(format!("line {line}: `{name}` has no end; a line <!-- end --> is needed")),
        None => Ok(out),
    }
}

/// The part of a name `RESULTS/PICTURE`: the picture and the commands that made it, for a document in `root`.
///
/// # Errors
/// In words: the name has another form, or there is no such picture.
pub fn picture_part(root: &Path, name: &str) -> Result<String, String> {
    let (results, picture) =
        name.split_once('/').ok_or("the form RESULTS/PICTURE is needed, as in quickstart/frontier")?;
    let svg = format!("results/{results}/plots/{picture}.svg");
    if !root.join(&svg).is_file() {
        let commands = commands(root, results);
        return Err(format!("there is no {svg}; it is made by: {}", commands.join(" && ")));
    }
    let lines: Vec<String> = commands(root, results);
    Ok(format!("![{picture} of {results}]({svg})\n\n```text\n{}\n```\n", lines.join("\n")))
}

/// The commands that make the pictures of a folder of results.
fn commands(root: &Path, results: &str) -> Vec<String> {
    let config = format!("configs/{results}.toml");
    // A study whose config is not among the shipped ones runs from the config it left.
    let config = match root.join(&config).is_file() {
        true => config,
        false => format!("results/{results}/config.toml"),
    };
    vec![format!("cargo xtask sweep {config}"), format!("cargo xtask report results/{results}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_replaced_and_all_else_stays() {
        let text = "# a\n<!-- begin: x/y -->\nold\nolder\n<!-- end -->\nb\n  <!-- begin: z -->\n<!-- end -->\nno end of line";
        let content = |name: &str| Ok(format!("new {name}\n\n"));
        let once = spliced(text, content).unwrap();
        assert_eq!(
            once,
            "# a\n<!-- begin: x/y -->\nnew x/y\n<!-- end -->\nb\n  <!-- begin: z -->\nnew z\n<!-- end -->\nno end of line"
        );
        assert_eq!(spliced(&once, content).unwrap(), once);
        assert_eq!(spliced("nothing\n", |_| Err("never asked".into())).unwrap(), "nothing\n");
    }

    #[test]
    fn what_is_no_part_names_the_line() {
        for (text, message) in [
            ("a\n<!-- begin: x -->\n", "line 2: `x` has no end"),
            ("<!-- end -->\n", "line 1: an end without a beginning"),
            ("<!-- begin: x -->\n<!-- begin: y -->\n", "line 2: a part begins inside `x` of line 1"),
            ("<!-- begin: bad -->\n<!-- end -->\n", "line 1: `bad`: why"),
        ] {
            let content = |name: &str| if name == "bad" { Err("why".to_owned()) } else { Ok(String::new()) };
            assert!(spliced(text, content).unwrap_err().contains(message), "{text}");
        }
    }

    #[test]
    fn a_picture_comes_with_its_commands_and_a_missing_one_says_how_to_make_it() {
        let root = tempfile::tempdir().unwrap();
        let plots = root.path().join("results/small/plots");
        std::fs::create_dir_all(&plots).unwrap();
        std::fs::write(plots.join("frontier.svg"), "<svg/>").unwrap();
        let part = picture_part(root.path(), "small/frontier").unwrap();
        assert!(part.starts_with("![frontier of small](results/small/plots/frontier.svg)"), "{part}");
        assert!(
            part.contains("cargo xtask sweep results/small/config.toml\ncargo xtask report results/small\n"),
            "{part}"
        );
        let error = picture_part(root.path(), "small/other").unwrap_err();
        assert!(
            error.contains("there is no results/small/plots/other.svg; it is made by: cargo xtask"),
            "{error}"
        );
        assert!(picture_part(root.path(), "small").unwrap_err().contains("RESULTS/PICTURE"));
    }
}
