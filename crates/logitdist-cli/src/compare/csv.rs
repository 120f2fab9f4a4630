//! A comparison as CSV: one line per number, `section,token,side,value,reason`.
//!
//! `section` is one of: `run` (the models' paths, seed, version, command), `measure`, `bounds`, `bounds_ba`, `certificate`,
//! `certificate_ba`, `probe`, `verdict` (the sentences of the table) and `note`. `side` is empty for single values, the position in a
//! list (from 1), the row of a probe (from 0), one of lhs, rhs, tightness, bound, value, slack, form, holds and status of a bound, or
//! the bound that a certificate rests on. A number beyond the floating-point range is blank.

use super::compared_pair::ComparedPair;
use super::verdict::sentences;
use crate::output::csv_number as number;
use logitdist::{Applicable, Bound, Certificate, Statement};

/// The lines, header first.
pub fn render(result: &ComparedPair) -> String {
    let comparison = &result.comparison;
    let mut lines = ComparisonCsv { writer: csv::Writer::from_writer(Vec::new()) };
    lines.write(["section", "token", "side", "value", "reason"]);
    lines.write(["run", "model_a", "", &result.name_a, ""]);
    lines.write(["run", "model_b", "", &result.name_b, ""]);
    lines.write(["run", "seed", "", &result.seed.to_string(), ""]);
    lines.write(["run", "version", "", env!("CARGO_PKG_VERSION"), ""]);
    lines.write(["run", "command", "", &result.command, ""]);
    for (token, value) in &comparison.scalars {
        lines.value("measure", token, value);
    }
    for (token, list) in &comparison.lists {
        match list {
            Ok(list) => {
                for (i, x) in list.iter().enumerate() {
                    lines.write(["measure", token, &(i + 1).to_string(), &number(*x), ""]);
                }
            }
            Err(reason) => lines.write(["measure", token, "", "", &reason.to_string()]),
        }
    }
    for (section, bounds) in [("bounds", &comparison.bounds), ("bounds_ba", &comparison.bounds_ba)] {
        for bound in bounds {
            lines.bound(section, bound);
        }
    }
    for (section, certificate) in
        [("certificate", &comparison.certificate), ("certificate_ba", &comparison.certificate_ba)]
    {
        lines.certificate(section, certificate);
    }
    for (i, probe) in result.probes.iter().enumerate() {
        let transfer = probe.transfer;
        let numbers =
            [("error", transfer.error), ("certified", transfer.certified), ("probe_sd", transfer.probe_sd)];
        let agreement = match probe.agreement.statement {
            Some(Statement::AtLeast { bound, value }) => {
                vec![("probe_agreement", bound), ("probe_kept", value)]
            }
            _ => Vec::new(),
        };
        for (token, x) in numbers.into_iter().chain(agreement) {
            lines.write(["probe", token, &i.to_string(), &number(x), ""]);
        }
    }
    for (i, sentence) in sentences(result).iter().enumerate() {
        lines.write(["verdict", "", &(i + 1).to_string(), sentence, ""]);
    }
    for (token, note) in &comparison.notes {
        lines.write(["note", token, "", note, ""]);
    }
    let bytes = lines.writer.into_inner().expect("writing to memory");
    String::from_utf8(bytes).expect("tokens, numbers and reasons are text")
}

struct ComparisonCsv {
    writer: csv::Writer<Vec<u8>>,
}

impl ComparisonCsv {
    fn write(&mut self, fields: [&str; 5]) {
        self.writer.write_record(fields).expect("writing to memory");
    }

    fn value(&mut self, section: &str, token: &str, value: &Applicable<f64>) {
        match value {
            Ok(x) => self.write([section, token, "", &number(*x), ""]),
            Err(reason) => self.write([section, token, "", "", &reason.to_string()]),
        }
    }

    /// A bound that is the best of several has its token as side.
    fn certificate(&mut self, section: &str, certificate: &Certificate) {
        for (token, best) in [("m_cca", &certificate.m_cca), ("m_cca_logits", &certificate.m_cca_logits)] {
            match best {
                Ok((x, by)) => self.write([section, token, by, &number(*x), ""]),
                Err(reason) => self.write([section, token, "", "", &reason.to_string()]),
            }
        }
        self.value(section, "probe_cost", &certificate.probe_cost);
        self.value(section, "relative_probe_cost", &certificate.relative_probe_cost);
    }

    fn bound(&mut self, section: &str, bound: &Bound) {
        let reason = bound.reason().unwrap_or_default();
        let sides = match bound.statement {
            Some(Statement::AtMost { lhs, rhs }) => {
                vec![("lhs", Some(lhs)), ("rhs", Some(rhs)), ("tightness", bound.tightness)]
            }
            Some(Statement::AtLeast { bound: at_least, value }) => {
                vec![("bound", Some(at_least)), ("value", Some(value)), ("slack", bound.slack())]
            }
            None => Vec::new(),
        };
        for (side, x) in sides {
            self.write([section, bound.theorem.token, side, &x.map_or_else(String::new, number), ""]);
        }
        self.write([section, bound.theorem.token, "form", &bound.theorem.form.to_string(), ""]);
        let holds = bound.holds.map_or_else(String::new, |h| h.to_string());
        self.write([section, bound.theorem.token, "holds", &holds, ""]);
        self.write([section, bound.theorem.token, "status", bound.status.name(), &reason]);
    }
}
