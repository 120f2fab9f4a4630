//! A comparison as a table for people.

use super::compared_pair::ComparedPair;
use super::other_pair::{differences, placed, signed};
use super::shown::{rounded, with_interval};
use super::verdict::sentences;
use crate::wrapped::{WIDTH, wrapped};
use logitdist::{Bound, Comparison, Direction, Interval, Measure, Of, Same, Section, Statement, measures};
use logitdist_results::number::{interval, number, short};

/// The whole table, at most [`WIDTH`] columns wide but for the models' paths.
pub fn render(result: &ComparedPair, with_bounds: bool) -> String {
    let mut table = Table {
        comparison: &result.comparison,
        is_selection: result.is_selection,
        text: String::new(),
        footnotes: Vec::new(),
    };
    result.answer.lines().iter().for_each(|line| table.line(line));
    table.line("");
    table.models(result);
    table.distributions();
    table.targets();
    table.by_confidence();
    table.representations();
    table.nulls();
    table.beside(result);
    if with_bounds {
        table.bounds("Bounds, with a's spectrum and labels", Direction::Ab);
        table.bounds("Bounds, with b's spectrum and labels", Direction::Ba);
    }
    table.certified(result);
    table.notes();
    table.text
}

/// Columns of a token, and of a value.
const TOKEN: usize = 18;
const VALUE: usize = 29;

struct Table<'a> {
    comparison: &'a Comparison,
    /// Whether some rows were asked for by their tokens: then all that there are are shown.
    is_selection: bool,
    text: String,
    footnotes: Vec<String>,
}

impl Table<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A sentence after what begins its line, wrapped; `hanging` spaces stand before what follows.
    fn sentence(&mut self, begin: &str, hanging: usize, sentence: &str) {
        wrapped(begin, hanging, sentence).iter().for_each(|line| self.line(line));
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        self.line(heading);
    }

    /// The value of a token as text; n/a with a footnote where there is none.
    fn value(&mut self, token: &str) -> String {
        match self.comparison.scalar(token) {
            Some(Ok(x)) => number(*x),
            Some(Err(reason)) => self.not_applicable(&reason.to_string()),
            None => "-".into(),
        }
    }

    /// The value of a token with its standard error, if it has one.
    fn value_with_error(&mut self, token: &str) -> String {
        if self.interval(token).is_some() {
            return with_interval(self.comparison, token, |x| x);
        }
        let value = self.value(token);
        match self.comparison.scalar(&format!("{token}_se")) {
            Some(Ok(error)) if *error > 0.0 => format!("{value} ± {}", short(*error)),
            _ => value,
        }
    }

    /// The interval of a token, if it has a value and one.
    fn interval(&self, token: &str) -> Option<&Interval> {
        self.comparison.intervals.as_ref()?.get(token)?.as_ref().ok()
    }

    fn not_applicable(&mut self, reason: &str) -> String {
        let position = self.footnotes.iter().position(|f| f == reason).unwrap_or_else(|| {
            self.footnotes.push(reason.to_owned());
            self.footnotes.len() - 1
        });
        format!("n/a [{}]", position + 1)
    }

    fn models(&mut self, result: &ComparedPair) {
        self.line(&format!("a  {}", result.run.model_a));
        self.line(&format!("b  {}", result.run.model_b));
        let inputs = self.value("n_inputs");
        let labels = self.value("n_labels");
        self.line(&format!("{inputs} inputs, {labels} labels"));
        self.heading("Sizes                            a              b");
        for row in self.rows(&[Section::Size]).into_iter().filter(|row| row.of == Of::Models) {
            let [a, b] = [0, 1].map(|model| self.value(row.tokens[model]));
            self.line(&format!("  {:26}     {a:14} {b}", row.name));
        }
    }

    /// The rows of the table of measures that stand here: headlines of these sections, and whatever was asked for by its token.
    fn rows(&self, sections: &[Section]) -> Vec<&'static Measure> {
        let is_there = |row: &Measure| row.tokens.iter().any(|token| self.comparison.scalar(token).is_some());
        let is_shown = |row: &Measure| row.headline || self.is_selection;
        let of_sections = measures().filter(|row| sections.contains(&row.section));
        of_sections.filter(|row| is_shown(row) && is_there(row)).collect()
    }

    /// Rows under a heading; nothing if there are none.
    fn section(&mut self, heading: &str, rows: &[&'static Measure]) {
        if !rows.is_empty() {
            self.heading(heading);
            rows.iter().for_each(|row| self.measure(row));
        }
    }

    fn distributions(&mut self) {
        let over = match self.comparison.scalar("n_inputs_probability") {
            Some(Ok(count)) => format!("; KL and its relatives over {} inputs", number(*count)),
            _ => String::new(),
        };
        let rows = self.rows(&[Section::Distribution]);
        self.section(&format!("Distributions (0 = same predictions{over})"), &rows);
    }

    fn targets(&mut self) {
        let rows = self.rows(&[Section::Targets]);
        let over = self.value("n_targets");
        self.section(&format!("With the right answers, over {over} inputs"), &rows);
    }

    /// Where a is sure of itself, and where it is not.
    fn by_confidence(&mut self) {
        let Some(deciles) = &self.comparison.by_confidence else { return };
        self.heading("By a's largest probability");
        let columns = ["from", "to", "inputs", "kl_ab", "kl_ba", "agreement"];
        let row = |cells: [String; 6]| cells.iter().map(|cell| format!("{cell:>12}")).collect::<String>();
        self.line(&row(columns.map(str::to_owned)));
        for decile in deciles {
            let [low, high] = decile.confidence.map(short);
            let [ab, ba, agreement] = [decile.kl_ab, decile.kl_ba, decile.agreement].map(short);
            self.line(&row([low, high, decile.inputs.to_string(), ab, ba, agreement]));
        }
    }

    fn representations(&mut self) {
        // What unrelated models would show stands beside what these do.
        let all = self.rows(&[Section::Representation, Section::Baseline]);
        let (smaller, larger): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|row| matches!(row.same, Same::Zero(_)));
        self.section("Representations, larger is closer (1 = same; two numbers are ab | ba)", &larger);
        self.section("Representations, smaller is closer (0 = same; two numbers are ab | ba)", &smaller);
    }

    /// A measure: one line, or one for each direction if its name says which.
    fn measure(&mut self, row: &'static Measure) {
        if row.of == Of::Directions && !row.name.contains("{a}") {
            let [ab, ba] = [0, 1].map(|direction| self.value_with_error(row.tokens[direction]));
            let token = row.tokens[0].replacen("_ab", "", 1);
            return self.entry(&token, &format!("{ab} | {ba}"), &remarks(row, row.name));
        }
        let sampled = self.comparison.scalar("n_inputs_probability") != self.comparison.scalar("n_inputs");
        let is_there = |token: &str| self.comparison.scalar(token).is_some();
        let there: Vec<_> = row.directions().filter(|(token, _)| is_there(token)).collect();
        for (token, direction) in there {
            let with_error = sampled || self.interval(token).is_some();
            let value = if with_error { self.value_with_error(token) } else { self.value(token) };
            self.entry(token, &value, &remarks(row, &row.words(row.name, direction)));
        }
    }

    /// Token, value and name, wrapped in its column. A value that does not fit has lines of its own: one, or one for each direction.
    fn entry(&mut self, token: &str, value: &str, name: &str) {
        let before = |value: &str| format!("  {token:TOKEN$} {value:VALUE$} ");
        let hanging = before("").chars().count();
        if before(value).chars().count() == hanging {
            return self.sentence(&before(value), hanging, name);
        }
        let whole = format!("  {token:TOKEN$} {value}");
        match value.split_once(" | ").filter(|_| whole.chars().count() > WIDTH) {
            Some((ab, ba)) => {
                self.line(&format!("  {token:TOKEN$} {ab} |"));
                self.line(&format!("  {:TOKEN$} {ba}", ""));
            }
            None => self.line(&whole),
        }
        self.sentence(&" ".repeat(hanging), hanging, name);
    }

    /// What unrelated inputs would show, if that was asked for.
    fn nulls(&mut self) {
        let Some(all) = self.comparison.nulls.clone() else { return };
        let heading = format!("What {} reorderings show ({})", all.count, all.reordering.words());
        self.heading(&heading);
        let columns = ["here", "mean", "95 % within", "99 % within", "as close"];
        let row = |first: &str, cells: [&str; 5]| {
            let cells: String = cells.iter().map(|cell| format!("{cell:>12}")).collect();
            format!("  {first:14}{cells}")
        };
        self.line(&row("", columns));
        for (token, law) in &all.of {
            let here = self.value(token);
            let numbers = law.numbers().map(short);
            let [mean, q95, q99, share] = numbers.each_ref().map(String::as_str);
            self.line(&row(token, [&here, mean, q95, q99, share]));
        }
    }

    /// What other comparisons beside it say of each headline.
    fn beside(&mut self, result: &ComparedPair) {
        if let Some(other) = &result.against {
            self.heading(&format!("Against {}", other.model));
            self.line(&format!("  {:TOKEN$} {:>11} {:>11}   difference", "", "b", "that"));
            for pair in differences(self.comparison, other, !self.is_selection) {
                let [own, that] = pair.values.map(number);
                let ends =
                    pair.interval.map_or_else(|_| String::new(), |found| rounded([found.low, found.high]));
                let difference = signed(pair.difference);
                self.line(&format!("  {:TOKEN$} {own:>11} {that:>11}   {difference} {ends}", pair.token));
            }
        }
        if let Some(floor) = &result.floor {
            self.heading(&format!("Between {}, another run of a, and chance", floor.model));
            self.line(&format!("  {:TOKEN$} {:>11} {:>11}", "", "b", "floor"));
            for placed in placed(self.comparison, floor) {
                let [own, least] = placed.values.map(number);
                let begin = format!("  {:TOKEN$} {own:>11} {least:>11}   ", placed.token);
                self.sentence(&begin, begin.chars().count(), &placed.words());
            }
        }
    }

    fn bounds(&mut self, heading: &str, direction: Direction) {
        let own = self.comparison.all_bounds().filter(|(own, _)| *own == direction);
        let (from_below, from_above): (Vec<&Bound>, Vec<&Bound>) =
            own.map(|(_, bound)| bound).partition(|bound| bound.theorem.is_lower());
        self.heading(&format!("{heading:36} {:>11} {:>12}  {:>9}", "is", "at most", "tightness"));
        from_above.into_iter().for_each(|bound| self.bound(bound, direction));
        self.line(&format!("{:36} {:>11} {:>12}  {:>9}", "", "is", "at least", "slack"));
        from_below.into_iter().for_each(|bound| self.bound(bound, direction));
    }

    /// A bound, and under its sides their intervals.
    fn bound(&mut self, bound: &Bound, direction: Direction) {
        let sides = match bound.statement {
            Some(Statement::AtMost { lhs, rhs }) => {
                let rhs = if rhs.is_finite() { number(rhs) } else { "∞".into() };
                let tightness = bound.tightness.map_or_else(|| "rounding".into(), short);
                format!("{:>11} {rhs:>12}  {tightness:>9}", number(lhs))
            }
            Some(Statement::AtLeast { bound: at_least, value }) => {
                let slack = short(value - at_least);
                format!("{:>11} {:>12}  {slack:>9}", number(value), number(at_least))
            }
            None => self.absent(bound),
        };
        let (token, form) = (bound.theorem.token, bound.theorem.form.to_string());
        self.line(&format!("  {token:24} {form:9} {sides}{}", remark(bound)));
        let all = self.comparison.intervals.as_ref();
        let Some(own) = all.and_then(|all| all.of_bound(bound.theorem, direction)) else { return };
        let ends = |side: usize, value: f64| match &own.sides[side] {
            Ok(found) => {
                interval(value, [found.low, found.high]).split_once(' ').map(|(_, ends)| ends.to_owned())
            }
            Err(_) => None,
        };
        let (is, limit) = match bound.statement {
            Some(Statement::AtMost { lhs, rhs }) => (ends(0, lhs), ends(1, rhs)),
            Some(Statement::AtLeast { bound, value }) => (ends(1, value), ends(0, bound)),
            None => (None, None),
        };
        let [is, limit] = [is, limit].map(Option::unwrap_or_default);
        let both = format!("{is:>48} {limit:>24}");
        if both.chars().count() > WIDTH {
            // Models that hardly differ have many digits.
            self.line(&format!("{is:>48}"));
            self.line(&format!("{limit:>73}"));
        } else if !both.trim().is_empty() {
            self.line(&both);
        }
    }

    fn absent(&mut self, bound: &Bound) -> String {
        let text = self.not_applicable(&bound.reason().unwrap_or_default());
        format!("{text:>11}")
    }

    fn certified(&mut self, result: &ComparedPair) {
        self.heading("What is certified");
        for sentence in sentences(result) {
            self.sentence("  ", 4, &sentence);
        }
    }

    fn notes(&mut self) {
        // The other marks of intervals stand in the answer.
        let mark = self.interval("m_cca_cv").and_then(|interval| interval.marked.clone());
        if !self.footnotes.is_empty() || !self.comparison.notes.is_empty() || mark.is_some() {
            self.line("");
        }
        for (i, reason) in std::mem::take(&mut self.footnotes).iter().enumerate() {
            self.sentence("", 4, &format!("[{}] {reason}", i + 1));
        }
        if let Some(why) = mark {
            self.sentence("", 4, &format!("interval of m_cca_cv: {why}"));
        }
        for (token, note) in self.comparison.notes.clone() {
            self.sentence("", 4, &format!("{token}: {note}"));
        }
    }
}

/// A name with its unit, and the largest value where 0 means the same.
fn remarks(row: &Measure, name: &str) -> String {
    let mut text = name.to_owned();
    if !row.unit.words().is_empty() {
        text.push_str(&format!(", {}", row.unit.words()));
    }
    match row.same {
        Same::Zero(_) if row.range.high == std::f64::consts::LN_2 => text.push_str(", at most ln 2"),
        Same::Zero(_) if row.range.high.is_finite() => {
            text.push_str(&format!(", at most {}", row.range.high));
        }
        Same::One(_) if row.section == Section::Distribution => text.push_str(" (1 = all)"),
        _ => {}
    }
    text
}

fn remark(bound: &Bound) -> &'static str {
    match (bound.is_violated(), bound.status.name()) {
        (true, _) => " VIOLATED",
        (_, "vacuous") => " vacuous",
        _ => "",
    }
}
