//! `comparison.csv`: one line per number, `section,token,side,value,reason`.
//!
//! `section` is one of: `run` (the models' paths, seed, version, command), `measure`, `interval`, `null`, `decile`, `bounds`, `bounds_ba`,
//! `certificate`, `certificate_ba`, `probe`, `verdict` and `note`. `side` is empty for single values, the position in a list or among
//! tenths of the inputs (from 1), the row of a probe (from 0), or the bound that a certificate rests on. Of a bound it is one of lhs, rhs,
//! tightness, bound, value, slack, form, holds and status; the interval of a side follows it as `lhs_se`, `lhs_low`, `lhs_high` and the
//! like. Text that a spreadsheet would run has a leading apostrophe. A number beyond the floating-point range is blank.

use super::comparison::{
    DECILE_TOKENS, IntervalLine, NULL_SIDES, PairComparison, SIDE_NUMBERS, SideLine, Value,
};
use crate::bound::{BoundRow, BoundStatus};
use crate::number::or_blank;
use logitdist::Direction;
use logitdist_io::for_spreadsheet;

/// Columns of the file.
pub(crate) const COLUMNS: [&str; 5] = ["section", "token", "side", "value", "reason"];

/// Entries of the section `run`.
pub(super) const RUN: [&str; 5] = ["model_a", "model_b", "seed", "version", "command"];

impl PairComparison {
    /// The lines, header first.
    pub fn to_csv(&self) -> String {
        let mut csv = Csv { writer: csv::Writer::from_writer(Vec::new()) };
        csv.line(COLUMNS);
        let run = &self.run;
        let entries = [&run.model_a, &run.model_b, &run.seed.to_string(), &run.version, &run.command];
        for (token, entry) in RUN.iter().zip(entries) {
            csv.line(["run", token, "", entry, ""]);
        }
        for (token, value) in &self.measures {
            csv.value("measure", token, "", value);
        }
        for (token, list) in &self.lists {
            match list {
                Ok(list) => {
                    for (i, x) in list.iter().enumerate() {
                        csv.line(["measure", token, &(i + 1).to_string(), &or_blank(*x), ""]);
                    }
                }
                Err(reason) => csv.line(["measure", token, "", "", reason]),
            }
        }
        self.intervals.iter().for_each(|interval| csv.interval(interval));
        for null in &self.nulls {
            for (side, x) in NULL_SIDES.iter().zip(null.numbers) {
                csv.line(["null", &null.token, side, &or_blank(x), ""]);
            }
        }
        for (i, decile) in self.deciles.iter().enumerate() {
            for (token, x) in DECILE_TOKENS.iter().zip(decile) {
                csv.line(["decile", token, &(i + 1).to_string(), &or_blank(*x), ""]);
            }
        }
        self.bounds.iter().for_each(|bound| csv.bound(bound, &self.sides));
        for line in &self.certificates {
            csv.value(section("certificate", line.direction), &line.token, &line.by, &line.value);
        }
        for (i, probe) in self.probes.iter().enumerate() {
            for (token, x) in probe {
                csv.line(["probe", token, &i.to_string(), &or_blank(*x), ""]);
            }
        }
        for (i, sentence) in self.verdict.iter().enumerate() {
            csv.line(["verdict", "", &(i + 1).to_string(), sentence, ""]);
        }
        for (token, note) in &self.notes {
            csv.line(["note", token, "", note, ""]);
        }
        let bytes = csv.writer.into_inner().expect("writing to memory");
        String::from_utf8(bytes).expect("tokens, numbers and reasons are text")
    }
}

/// `bounds` or `bounds_ba`.
fn section(name: &'static str, direction: Direction) -> &'static str {
    match (name, direction) {
        ("bounds", Direction::Ba) => "bounds_ba",
        ("certificate", Direction::Ba) => "certificate_ba",
        _ => name,
    }
}

struct Csv {
    writer: csv::Writer<Vec<u8>>,
}

impl Csv {
    fn line(&mut self, fields: [&str; 5]) {
        let fields = fields.map(|field| for_spreadsheet(field).into_owned());
        self.writer.write_record(fields.map(String::into_bytes)).expect("writing to memory");
    }

    fn value(&mut self, section: &str, token: &str, side: &str, value: &Value) {
        match value {
            Ok(x) => self.line([section, token, side, &or_blank(*x), ""]),
            Err(reason) => self.line([section, token, side, "", reason]),
        }
    }

    fn interval(&mut self, interval: &IntervalLine) {
        let [low, high] = interval.ends;
        let numbers = [
            ("se", Some(interval.se)),
            ("low", Some(low)),
            ("high", Some(high)),
            ("level", Some(interval.level)),
            ("corrected", interval.corrected),
        ];
        for (side, x) in numbers {
            if let Some(x) = x {
                self.line(["interval", &interval.token, side, &or_blank(x), ""]);
            }
        }
        self.line(["interval", &interval.token, "method", &interval.method, &interval.marked]);
    }

    fn bound(&mut self, bound: &BoundRow<'_>, intervals: &[SideLine]) {
        let (section, token) = (section("bounds", bound.direction), &*bound.token);
        let sides = match bound.is_lower() {
            true => [("bound", bound.lhs), ("value", bound.rhs), ("slack", bound.slack)],
            false => [("lhs", bound.lhs), ("rhs", bound.rhs), ("tightness", bound.tightness)],
        };
        if bound.status != BoundStatus::NotApplicable {
            for (side, x) in sides {
                self.line([section, token, side, &x.map_or_else(String::new, or_blank), ""]);
                let own = intervals.iter().filter(|line| {
                    line.direction == bound.direction && line.token == token && line.side == side
                });
                for (end, x) in own.flat_map(|line| SIDE_NUMBERS.iter().zip(line.numbers)) {
                    self.line([section, token, &format!("{side}{end}"), &or_blank(x), ""]);
                }
            }
        }
        self.line([section, token, "form", &bound.form.to_string(), ""]);
        let holds = bound.holds.map_or_else(String::new, |holds| holds.to_string());
        self.line([section, token, "holds", &holds, ""]);
        self.line([section, token, "status", bound.status.name(), &bound.reason]);
    }
}
