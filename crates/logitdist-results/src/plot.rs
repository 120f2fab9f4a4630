//! What a declared picture of a sweep is, in words: `bound=m_cca_sharp x=level colour=dim where='direction==ab'`, or a table of a config.

use logitdist_io::did_you_mean;
use std::fmt;
use toml::Value;

/// A picture as it was declared. What is left out, the report chooses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlotSpec {
    /// What its files are called.
    pub name: Option<String>,
    /// Tokens of bounds.
    pub bounds: Vec<String>,
    /// What is drawn upwards: a quantity of the bounds, or a measure.
    pub y: Option<String>,
    /// What is drawn to the right.
    pub x: Option<String>,
    /// For a map: what has a row for each value.
    pub rows: Option<String>,
    /// What has a colour for each value.
    pub colour: Option<String>,
    /// What has a panel for each value.
    pub panels: Option<String>,
    /// The values that are shown, one or several of each.
    pub filter: Vec<(String, Vec<String>)>,
    /// Whether the 95 % confidence interval of the mean is drawn, in place of the quantiles of replicates.
    pub interval: bool,
}

impl PlotSpec {
    /// The keys of a picture.
    pub const KEYS: [&'static str; 9] =
        ["name", "bound", "y", "x", "rows", "colour", "panels", "where", "interval"];

    /// What stands for no colours, panels or rows.
    pub const NONE: &'static str = "none";

    /// A picture from a line of `key=value`, values with blanks in quotation marks.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right.
    pub fn parse(text: &str) -> Result<PlotSpec, String> {
        let mut spec = PlotSpec::default();
        for word in split(text, char::is_whitespace)? {
            let (key, value) = word.split_once('=').ok_or_else(|| {
                format!("`{word}` is no key=value; a picture reads like bound=m_cca_sharp x=level colour=dim")
            })?;
            spec.set(key, unquoted(value))?;
        }
        Ok(spec)
    }

    /// A picture from a table of a config.
    ///
    /// # Errors
    /// As [`parse`](PlotSpec::parse).
    pub fn of_toml(table: &toml::Table) -> Result<PlotSpec, String> {
        let mut spec = PlotSpec::default();
        for (key, value) in table {
            match (key.as_str(), value) {
                ("where", Value::Table(filter)) => {
                    spec.filter = filter.iter().map(|(name, value)| (name.clone(), texts(value))).collect();
                }
                _ => spec.set(key, &texts(value).join(","))?,
            }
        }
        Ok(spec)
    }

    /// Sets a key.
    ///
    /// # Errors
    /// There is no such key, or its value is none that it may have.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        if value.is_empty() {
            return Err(format!("`{key}` has no value"));
        }
        let word = || Some(value.to_owned());
        match key {
            "name" if value.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) => {
                self.name = word()
            }
            "name" => {
                return Err(format!(
                    "`name` is {value:?}; letters, digits, - and _ are needed: it names files"
                ));
            }
            "bound" => self.bounds = value.split(',').map(|token| token.trim().to_owned()).collect(),
            "y" => self.y = word(),
            "x" => self.x = word(),
            "rows" => self.rows = word(),
            "colour" => self.colour = word(),
            "panels" => self.panels = word(),
            "interval" if value == "95" => self.interval = true,
            "interval" => {
                return Err(format!("`interval` is {value}; 95 is needed, or leave it out for quantiles"));
            }
            "where" => self.filter = filter(value)?,
            _ => {
                let known = PlotSpec::KEYS.join(", ");
                let hint = did_you_mean(key, PlotSpec::KEYS);
                return Err(format!("unknown key `{key}` of a picture; known are {known}{hint}"));
            }
        }
        Ok(())
    }
}

impl fmt::Display for PlotSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        let mut add = |key: &str, value: &str| words.push(format!("{key}={}", quoted(value)));
        if !self.bounds.is_empty() {
            add("bound", &self.bounds.join(","));
        }
        for (key, value) in [
            ("y", &self.y),
            ("x", &self.x),
            ("rows", &self.rows),
            ("colour", &self.colour),
            ("panels", &self.panels),
            ("name", &self.name),
        ] {
            if let Some(value) = value {
                add(key, value);
            }
        }
        if !self.filter.is_empty() {
            let of = |(name, values): &(String, Vec<String>)| {
                let values: Vec<String> = values.iter().map(|value| in_filter(value)).collect();
                format!("{name}=={}", values.join("|"))
            };
            add("where", &self.filter.iter().map(of).collect::<Vec<_>>().join(","));
        }
        if self.interval {
            add("interval", "95");
        }
        f.write_str(&words.join(" "))
    }
}

/// `level==0.1,source==a|b`.
fn filter(text: &str) -> Result<Vec<(String, Vec<String>)>, String> {
    let mut all = Vec::new();
    for part in split(text, |c| c == ',')? {
        let (name, values) = part
            .split_once('=')
            .ok_or_else(|| format!("`where` has `{part}`; conditions read like level==0.1,direction==ab"))?;
        let values = split(values.trim_start_matches('='), |c| c == '|')?;
        if name.trim().is_empty() || values.is_empty() {
            return Err(format!("`where` has `{part}`; conditions read like level==0.1,direction==ab"));
        }
        all.push((name.trim().to_owned(), values.iter().map(|v| unquoted(v.trim()).to_owned()).collect()));
    }
    Ok(all)
}

/// The parts of a text between separators that are not in quotation marks; empty ones are left out.
fn split(text: &str, is_separator: impl Fn(char) -> bool) -> Result<Vec<String>, String> {
    let (mut parts, mut part, mut open) = (Vec::new(), String::new(), None);
    for c in text.chars() {
        match open {
            None if is_separator(c) => parts.push(std::mem::take(&mut part)),
            None if c == '"' || c == '\'' => {
                open = Some(c);
                part.push(c);
            }
            Some(mark) if c == mark => {
                open = None;
                part.push(c);
            }
            _ => part.push(c),
        }
    }
    if let Some(mark) = open {
        return Err(format!("a quotation mark {mark} is open at the end of `{text}`"));
    }
    parts.push(part);
    parts.retain(|part| !part.trim().is_empty());
    Ok(parts)
}

/// Without quotation marks around it.
fn unquoted(text: &str) -> &str {
    let inner = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
    inner('\'').or_else(|| inner('"')).unwrap_or(text)
}

fn quoted(text: &str) -> String {
    let needs = |c: char| c.is_whitespace() || "'\"|();".contains(c) || c == '=';
    if text.contains(needs) { format!("'{text}'") } else { text.to_owned() }
}

/// A value of a filter, which itself stands in `'`.
fn in_filter(text: &str) -> String {
    if text.contains([',', '|', ' ']) { format!("\"{text}\"") } else { text.to_owned() }
}

/// A value of a config as texts: one, or those of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_a_table_say_the_same_and_are_said_again() {
        let line = "bound=m_cca_two_spectra x=level colour=dim panels=source where='condition==10,direction==ab' y=certified";
        let spec = PlotSpec::parse(line).unwrap();
        assert_eq!((spec.x.as_deref(), spec.colour.as_deref()), (Some("level"), Some("dim")));
        let values = |name: &str, value: &str| (name.to_owned(), vec![value.to_owned()]);
        assert_eq!(spec.filter, [values("condition", "10"), values("direction", "ab")]);
        assert_eq!(PlotSpec::parse(&spec.to_string()).unwrap(), spec);
        let toml = "bound = [\"m_cca_two_spectra\"]\nx = \"level\"\ncolour = \"dim\"\npanels = \"source\"\ny = \"certified\"\n\
                    where = { condition = 10, direction = \"ab\" }\n";
        assert_eq!(PlotSpec::of_toml(&toml::from_str(toml).unwrap()).unwrap(), spec);
        let quoted = "y=m_cca x=dim where='spectrum==\"step(4, 0.1)\"|isotropic' interval=95 name=main";
        let spec = PlotSpec::parse(quoted).unwrap();
        assert_eq!(spec.filter[0].1, ["step(4, 0.1)", "isotropic"]);
        assert!(spec.interval && spec.name.as_deref() == Some("main"));
        assert_eq!(PlotSpec::parse(&spec.to_string()).unwrap(), spec);
    }

    #[test]
    fn what_is_no_picture_says_what_is_needed() {
        for (line, message) in [
            ("level", "`level` is no key=value"),
            ("color=dim", "unknown key `color` of a picture; known are name, bound,"),
            ("x=", "`x` has no value"),
            ("interval=90", "`interval` is 90; 95 is needed"),
            ("where=level", "conditions read like level==0.1"),
            ("where='level==", "is open at the end"),
            ("name=../x", "`name` is \"../x\"; letters"),
        ] {
            let error = PlotSpec::parse(line).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
