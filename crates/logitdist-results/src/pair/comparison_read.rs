//! Reading `comparison.csv`.

use super::comparison::{
    CertificateLine, DECILE_TOKENS, IntervalLine, NULL_SIDES, NullLine, PROBE_TOKENS, PairComparison,
    PairRun, ProbeNumbers, SIDE_NUMBERS, SideLine, Value,
};
use super::comparison_csv::{COLUMNS, RUN};
use super::lines::{Line, ParsedLines};
use crate::bound::{BoundRow, BoundStatus, form, holds};
use crate::error::ResultsError;
use crate::number::parse;
use logitdist::{Direction, Form, measure};
use std::path::Path;

impl PairComparison {
    /// Reads `comparison.csv`.
    ///
    /// # Errors
    /// A file that cannot be read, is cut off, not a comparison, or of a newer version.
    pub fn read(path: &Path) -> Result<PairComparison, ResultsError> {
        let lines = ParsedLines::read(path, &COLUMNS, |line| {
            check_version(line)?;
            let mut fields: [String; 5] = Default::default();
            for (column, field) in fields.iter_mut().enumerate() {
                line.text(column)?.clone_into(field);
            }
            Ok(fields)
        })?;
        let mut reader = Reader::default();
        for (position, fields) in lines.lines.iter().enumerate() {
            reader.add(fields.each_ref().map(String::as_str)).map_err(|m| lines.error(position, m))?;
        }
        reader.finish().map_err(|message| lines.error_at_end(message))
    }
}

/// A comparison of which some lines were read.
#[derive(Default)]
struct Reader {
    run: [Option<String>; RUN.len()],
    seed: u64,
    measures: Vec<(String, Value)>,
    lists: Vec<(String, Result<Vec<f64>, String>)>,
    intervals: Vec<IntervalLine>,
    nulls: Vec<NullLine>,
    deciles: Vec<[f64; DECILE_TOKENS.len()]>,
    bounds: Vec<BoundRow<'static>>,
    sides: Vec<SideLine>,
    certificates: Vec<CertificateLine>,
    probes: Vec<ProbeNumbers>,
    verdict: Vec<String>,
    notes: Vec<(String, String)>,
}

impl Reader {
    fn add(&mut self, [section, token, side, value, reason]: [&str; 5]) -> Result<(), String> {
        let number = || {
            let of_token = |_| format!("`value` of {token} is {value:?}; a number is needed");
            parse("value", value.as_bytes()).map_err(of_token)
        };
        let valued = || Ok::<_, String>(number()?.ok_or_else(|| reason.to_owned()));
        let direction = if section.ends_with("_ba") { Direction::Ba } else { Direction::Ab };
        match section {
            "run" => {
                if token == "seed" {
                    let parsed = value.parse();
                    self.seed =
                        parsed.map_err(|_| format!("`seed` is {value:?}; a whole number is needed"))?;
                }
                if let Some(entry) = RUN.iter().position(|known| *known == token) {
                    self.run[entry] = Some(value.to_owned());
                }
            }
            "measure" if measure(token).is_some_and(|(row, _)| row.is_list()) => {
                // Of what stands in a list, only a number beyond the range is blank.
                let x = number()?.unwrap_or(f64::INFINITY);
                match self.lists.last_mut() {
                    Some((last, Ok(list))) if last == token => list.push(x),
                    _ if side.is_empty() => self.lists.push((token.to_owned(), Err(reason.to_owned()))),
                    _ => self.lists.push((token.to_owned(), Ok(vec![x]))),
                }
            }
            "measure" => self.measures.push((token.to_owned(), valued()?)),
            "interval" => {
                let number = if side == "method" { None } else { number()? };
                self.add_to_interval(token, side, number, value, reason)?;
            }
            "null" => {
                if self.nulls.last().is_none_or(|last| last.token != token) {
                    self.nulls.push(NullLine { token: token.to_owned(), numbers: [0.0; 4] });
                }
                let place = NULL_SIDES.iter().position(|known| *known == side);
                let place = place.ok_or_else(|| format!("`side` is {side:?}, which no null has"))?;
                let null = self.nulls.last_mut().expect("one was pushed");
                null.numbers[place] =
                    number()?.ok_or_else(|| format!("`value` of {token} is blank; a number is needed"))?;
            }
            "decile" => {
                let place = DECILE_TOKENS.iter().position(|known| *known == token);
                let place =
                    place.ok_or_else(|| format!("`token` is {token:?}, which no tenth of inputs has"))?;
                if place == 0 {
                    self.deciles.push([0.0; DECILE_TOKENS.len()]);
                }
                let decile = self.deciles.last_mut().ok_or("a tenth of inputs begins with their number")?;
                decile[place] = number()?.unwrap_or(f64::INFINITY);
            }
            "bounds" | "bounds_ba" => self.add_to_bound(direction, token, side, number, value, reason)?,
            "certificate" | "certificate_ba" => self.certificates.push(CertificateLine {
                direction,
                token: token.to_owned(),
                by: side.to_owned(),
                value: valued()?,
            }),
            "probe" => {
                let x = number()?.unwrap_or(f64::INFINITY);
                let known = PROBE_TOKENS.into_iter().find(|known| *known == token);
                let known = known.ok_or_else(|| format!("`token` is {token:?}, which no probe has"))?;
                if known == PROBE_TOKENS[0] {
                    self.probes.push(Vec::new());
                }
                let probe = self.probes.last_mut().ok_or("a probe begins with its `error`")?;
                probe.push((known, x));
            }
            "verdict" => self.verdict.push(value.to_owned()),
            "note" => self.notes.push((token.to_owned(), value.to_owned())),
            other => return Err(format!("`section` is {other:?}, which no comparison has")),
        }
        Ok(())
    }

    fn add_to_interval(
        &mut self,
        token: &str,
        side: &str,
        number: Option<f64>,
        value: &str,
        reason: &str,
    ) -> Result<(), String> {
        if self.intervals.last().is_none_or(|last| last.token != token) {
            self.intervals.push(IntervalLine {
                token: token.to_owned(),
                se: 0.0,
                ends: [0.0; 2],
                level: 0.0,
                method: String::new(),
                corrected: None,
                marked: String::new(),
            });
        }
        let interval = self.intervals.last_mut().expect("one was pushed");
        let needed = || number.ok_or_else(|| format!("`value` of {token} is blank; a number is needed"));
        match side {
            "se" => interval.se = needed()?,
            "low" => interval.ends[0] = needed()?,
            "high" => interval.ends[1] = needed()?,
            "level" => interval.level = needed()?,
            "corrected" => interval.corrected = number,
            "method" => {
                value.clone_into(&mut interval.method);
                reason.clone_into(&mut interval.marked);
            }
            other => return Err(format!("`side` is {other:?}, which no interval has")),
        }
        Ok(())
    }

    fn add_to_bound(
        &mut self,
        direction: Direction,
        token: &str,
        side: &str,
        number: impl Fn() -> Result<Option<f64>, String>,
        value: &str,
        reason: &str,
    ) -> Result<(), String> {
        let is_known = |last: &BoundRow<'_>| last.token == token && last.direction == direction;
        if !self.bounds.last().is_some_and(is_known) {
            self.bounds.push(BoundRow {
                direction,
                token: token.to_owned().into(),
                form: Form::Published,
                status: BoundStatus::NotApplicable,
                lhs: None,
                rhs: None,
                tightness: None,
                slack: None,
                holds: None,
                reason: "".into(),
            });
        }
        let bound = self.bounds.last_mut().expect("one was pushed");
        match side {
            // A blank side is one beyond the range: what is certified has no end below, everything else none above.
            "bound" => bound.lhs = Some(number()?.unwrap_or(f64::NEG_INFINITY)),
            "lhs" => bound.lhs = Some(number()?.unwrap_or(f64::INFINITY)),
            "rhs" | "value" => bound.rhs = Some(number()?.unwrap_or(f64::INFINITY)),
            "slack" => bound.slack = Some(number()?.unwrap_or(f64::INFINITY)),
            "tightness" => bound.tightness = number()?,
            "form" => bound.form = form(value.as_bytes())?,
            "holds" => bound.holds = holds(value.as_bytes())?,
            "status" => {
                bound.status = BoundStatus::parse(value.as_bytes())?;
                bound.reason = reason.to_owned().into();
            }
            other => return self.add_to_side(direction, token, other, number()?),
        }
        Ok(())
    }

    fn add_to_side(
        &mut self,
        direction: Direction,
        token: &str,
        name: &str,
        number: Option<f64>,
    ) -> Result<(), String> {
        let split = |(place, end): (usize, &&str)| Some((place, name.strip_suffix(end)?));
        let known = SIDE_NUMBERS.iter().enumerate().find_map(split);
        let Some((place, side)) = known.filter(|(_, side)| ["lhs", "rhs", "bound", "value"].contains(side))
        else {
            return Err(format!("`side` is {name:?}, which no bound has"));
        };
        if place == 0 {
            self.sides.push(SideLine {
                direction,
                token: token.to_owned(),
                side: side.to_owned(),
                numbers: [f64::NAN; 3],
            });
        }
        let is_known =
            |last: &&mut SideLine| (last.direction, &*last.token, &*last.side) == (direction, token, side);
        let line = self.sides.last_mut().filter(is_known);
        let line =
            line.ok_or_else(|| format!("the interval of `{side}` of {token} begins with `{side}_se`"))?;
        line.numbers[place] =
            number.ok_or_else(|| format!("`value` of {token} is blank; a number is needed"))?;
        Ok(())
    }

    /// The comparison, if nothing is missing.
    fn finish(self) -> Result<PairComparison, String> {
        const WRITTEN_BY: &str = "was the file written by `logitdist compare`?";
        if let Some(absent) =
            RUN.iter().zip(&self.run).find_map(|(token, entry)| entry.is_none().then_some(token))
        {
            return Err(format!("there is no line `run,{absent}`; {WRITTEN_BY}"));
        }
        let Reader {
            run,
            seed,
            measures,
            intervals,
            nulls,
            deciles,
            lists,
            bounds,
            sides,
            certificates,
            probes,
            verdict,
            notes,
        } = self;
        let [model_a, model_b, _, version, command] = run.map(Option::unwrap_or_default);
        let run = PairRun { model_a, model_b, seed, version, command };
        let comparison = PairComparison {
            run,
            measures,
            intervals,
            nulls,
            deciles,
            lists,
            bounds,
            sides,
            certificates,
            probes,
            verdict,
            notes,
        };
        if let Some(line) = comparison.sides.iter().find(|line| line.numbers.iter().any(|x| x.is_nan())) {
            return Err(format!(
                "the interval of `{}` of {} is cut off; {WRITTEN_BY}",
                line.side, line.token
            ));
        }
        // The logit distance may not exist, for a reason.
        let has_line = |token: &str| comparison.measures.iter().any(|(own, _)| own == token);
        for (token, is_there) in [
            ("n_inputs", comparison.value("n_inputs").is_some()),
            ("n_labels", comparison.value("n_labels").is_some()),
            ("d_logit", has_line("d_logit")),
        ] {
            if !is_there {
                return Err(format!("there is no line `measure,{token}` with a number; {WRITTEN_BY}"));
            }
        }
        if comparison.verdict.is_empty() {
            return Err("the verdict is missing; was the file cut off?".into());
        }
        Ok(comparison)
    }
}

/// A file of a newer version may mean other things by the same words.
fn check_version(line: &Line<'_>) -> Result<(), String> {
    if (line.text(0)?, line.text(1)?) != ("run", "version") {
        return Ok(());
    }
    let (found, own) = (line.text(3)?, env!("CARGO_PKG_VERSION"));
    let parts = |version: &str| -> Option<(u64, u64)> {
        let (major, rest) = version.split_once('.')?;
        Some((major.parse().ok()?, rest.split('.').next()?.parse().ok()?))
    };
    match (parts(found), parts(own)) {
        (Some(found_parts), Some(own_parts)) if found_parts > own_parts => Err(format!(
            "written by logitdist {found}, newer than this one, {own}: update it to read the file"
        )),
        (Some(_), _) => Ok(()),
        (None, _) => Err(format!("`version` is {found:?}; one like {own} is needed")),
    }
}
