//! A comparison as one JSON object.

use super::answer::{Answer, Level, Part};
use super::compared_pair::ComparedPair;
use super::other_pair::{differences, placed};
use logitdist::{
    Applicable, Bound, BoundIntervals, Certificate, Comparison, Decile, Direction, Interval, LEVEL,
    Statement, Unit, measure,
};
use serde_json::{Map, Value, json};

/// Whether a token's values are whole numbers.
fn is_count(token: &str) -> bool {
    measure(token).is_some_and(|(row, _)| row.unit == Unit::Count)
}

/// The object: tokens at top level, `null` with an entry in `reasons` where there is no value.
pub fn render(result: &ComparedPair) -> String {
    let comparison = &result.comparison;
    let mut object = Map::new();
    let mut reasons = Map::new();
    object.insert("version".into(), json!(result.run.version));
    object.insert("model_a".into(), json!(result.run.model_a));
    object.insert("model_b".into(), json!(result.run.model_b));
    object.insert("seed".into(), json!(result.run.seed));
    for (token, value) in &comparison.scalars {
        let value = value.as_ref().map_err(ToString::to_string);
        let value = value.and_then(|&x| if is_count(token) { Ok(json!(x as u64)) } else { finite(x) });
        put(&mut object, &mut reasons, token, value);
    }
    for (token, list) in &comparison.lists {
        let list = list.as_ref().map_err(ToString::to_string);
        put(&mut object, &mut reasons, token, list.and_then(|l| l.iter().map(|&x| finite(x)).collect()));
    }
    // The count of the direction whose labels are a's, under the plain name.
    if let Some(count) = object.get("n_subsets_ab").cloned() {
        if let Some(reason) = reasons.get("n_subsets_ab").cloned() {
            reasons.insert("n_subsets".into(), reason);
        }
        object.insert("n_subsets".into(), count);
    }
    let notes = comparison.notes.iter().map(|(token, note)| ((*token).to_owned(), json!(note)));
    object.insert("verdict".into(), verdict(&result.answer));
    object.insert("intervals".into(), intervals(comparison));
    object.insert("null".into(), nulls(comparison));
    object.insert("by_confidence".into(), by_confidence(comparison));
    let shift = comparison.shift.map(|shift| json!({ "rows": shift.rows, "m_cca": shift.m_cca }));
    object.insert("shift".into(), json!(shift));
    object.insert("against".into(), against(result));
    object.insert("floor".into(), floor(result));
    object.insert("reasons".into(), Value::Object(reasons));
    object.insert("notes".into(), Value::Object(notes.collect()));
    object.insert("bounds".into(), bounds(comparison, Direction::Ab));
    object.insert("bounds_ba".into(), bounds(comparison, Direction::Ba));
    object.insert("certificate".into(), certificate(&comparison.certificate));
    object.insert("certificate_ba".into(), certificate(&comparison.certificate_ba));
    let probes = result.probes.iter().map(|p| {
        let transfer = p.transfer;
        json!({
            "error": number(transfer.error),
            "certified": number(transfer.certified),
            "probe_sd": number(transfer.probe_sd),
            "probe_agreement": one_bound(&p.agreement, None),
        })
    });
    object.insert("probes".into(), Value::Array(probes.collect()));
    let text = serde_json::to_string_pretty(&Value::Object(object)).expect("a tree of values is JSON");
    format!("{text}\n")
}

/// The answer that the table begins with.
fn verdict(answer: &Answer) -> Value {
    let part = |part: &Part| json!({ "level": part.level.map(Level::name), "words": part.words });
    let guarantee = &answer.guarantee;
    json!({
        "predictions": part(&answer.predictions),
        "representations": part(&answer.representations),
        "guarantee": {
            "m_cca_at_least": guarantee.at_least.map(number),
            "by": guarantee.by,
            "says_something": guarantee.says_something,
            "words": guarantee.words,
        },
        "warnings": answer.warnings,
    })
}

/// What unrelated inputs would show; `null` if it was not asked for.
fn nulls(comparison: &Comparison) -> Value {
    let Some(all) = &comparison.nulls else { return Value::Null };
    let of = all.of.iter().map(|(token, law)| {
        let law = json!({
            "mean": number(law.mean),
            "q95": number(law.q95),
            "q99": number(law.q99),
            "share": number(law.share),
        });
        ((*token).to_owned(), law)
    });
    let of: Map<String, Value> = of.collect();
    json!({ "reorderings": all.count, "how": all.reordering.words(), "of": of })
}

/// KL and agreement where a is sure of itself and where not; `null` if it was not asked for.
fn by_confidence(comparison: &Comparison) -> Value {
    let Some(deciles) = &comparison.by_confidence else { return Value::Null };
    let one = |decile: &Decile| {
        json!({
            "from": number(decile.confidence[0]),
            "to": number(decile.confidence[1]),
            "inputs": decile.inputs,
            "kl_ab": number(decile.kl_ab),
            "kl_ba": number(decile.kl_ba),
            "top1_agreement": number(decile.agreement),
        })
    };
    Value::Array(deciles.iter().map(one).collect())
}

/// How much further b is than a third model; `null` if there is none.
fn against(result: &ComparedPair) -> Value {
    let Some(other) = &result.against else { return Value::Null };
    let of = differences(&result.comparison, other, false).into_iter().map(|pair| {
        let ends = pair.interval.as_ref().ok().map(|found| [found.low, found.high].map(number));
        let value = json!({
            "value": number(pair.values[1]),
            "difference": number(pair.difference),
            "interval": ends,
            "reason": pair.interval.as_ref().err(),
        });
        (pair.token.to_owned(), value)
    });
    let of: Map<String, Value> = of.collect();
    json!({ "model": other.model, "of": of })
}

/// Where the headlines lie between another run of a and chance; `null` if there is none.
fn floor(result: &ComparedPair) -> Value {
    let Some(floor) = &result.floor else { return Value::Null };
    let ends = |ends: Option<[f64; 2]>| ends.map(|ends| ends.map(number));
    let of = placed(&result.comparison, floor).into_iter().map(|placed| {
        let chance = placed.chance.map(|(chance, way, interval)| {
            json!({ "value": number(chance), "way": number(way), "interval": ends(interval) })
        });
        let times = placed.times.as_ref().ok();
        let value = json!({
            "floor": number(placed.values[1]),
            "times": times.map(|(times, _)| number(*times)),
            "interval": times.and_then(|(_, interval)| ends(*interval)),
            "reason": placed.times.as_ref().err(),
            "chance": chance,
        });
        (placed.token.to_owned(), value)
    });
    let of: Map<String, Value> = of.collect();
    json!({ "model": floor.model, "of": of })
}

/// The interval of each token that has one, and of the others the reason; `null` if none were computed.
fn intervals(comparison: &Comparison) -> Value {
    let Some(all) = &comparison.intervals else { return Value::Null };
    Value::Object(all.of.iter().map(|(token, found)| ((*token).to_owned(), interval(found))).collect())
}

fn interval(found: &Result<Interval, String>) -> Value {
    match found {
        Ok(found) => json!({
            "se": number(found.se),
            "low": number(found.low),
            "high": number(found.high),
            "level": LEVEL,
            "method": found.method,
            "corrected": found.corrected.map(number),
            "marked": found.marked,
        }),
        Err(reason) => json!({ "reason": reason }),
    }
}

fn put(
    object: &mut Map<String, Value>,
    reasons: &mut Map<String, Value>,
    token: &str,
    value: Result<Value, String>,
) {
    let value = value.unwrap_or_else(|reason| {
        reasons.insert(token.to_owned(), json!(reason));
        Value::Null
    });
    object.insert(token.to_owned(), value);
}

/// JSON has no infinity: that is null with a reason.
fn finite(x: f64) -> Result<Value, String> {
    if x.is_finite() {
        Ok(json!(x))
    } else {
        Err(format!(
            "{}: infinite, or beyond the range of floating-point numbers",
            if x < 0.0 { "−∞" } else { "∞" }
        ))
    }
}

/// A side of a bound; its status has the reason if it is infinite.
fn number(x: f64) -> Value {
    finite(x).unwrap_or(Value::Null)
}

fn bounds(comparison: &Comparison, direction: Direction) -> Value {
    let own = comparison.all_bounds().filter(|(own, _)| *own == direction);
    let sides = |bound: &Bound| comparison.intervals.as_ref()?.of_bound(bound.theorem, direction);
    let of = |bound: &Bound| (bound.theorem.token.to_owned(), one_bound(bound, sides(bound)));
    Value::Object(own.map(|(_, bound)| of(bound)).collect())
}

fn one_bound(bound: &Bound, sides: Option<&BoundIntervals>) -> Value {
    let mut object = Map::new();
    let names =
        if bound.theorem.is_lower() { ["bound", "value", "slack"] } else { ["lhs", "rhs", "tightness"] };
    let values = match bound.statement {
        Some(Statement::AtMost { lhs, rhs }) => [Some(lhs), Some(rhs), bound.tightness],
        Some(Statement::AtLeast { bound: at_least, value }) => [Some(at_least), Some(value), bound.slack()],
        None => [None; 3],
    };
    for (name, value) in names.into_iter().zip(values) {
        object.insert(name.into(), value.map_or(Value::Null, number));
    }
    let intervals = sides.map(|own| {
        let named = names.into_iter().zip(&own.sides);
        Value::Object(named.map(|(name, found)| (name.to_owned(), interval(found))).collect())
    });
    object.insert("intervals".into(), json!(intervals));
    object.insert("holds".into(), json!(bound.holds));
    object.insert("status".into(), json!(bound.status.name()));
    object.insert("reason".into(), json!(bound.reason()));
    object.insert("form".into(), json!(bound.theorem.form.to_string()));
    Value::Object(object)
}

fn certificate(certificate: &Certificate) -> Value {
    let best = |at_least: &Applicable<(f64, &'static str)>| match at_least
        .as_ref()
        .map_err(ToString::to_string)
        .and_then(|(x, token)| Ok((finite(*x)?, token)))
    {
        Ok((x, token)) => json!({ "at_least": x, "by": token, "reason": null }),
        Err(reason) => json!({ "at_least": null, "by": null, "reason": reason }),
    };
    let cost =
        |cost: &Applicable<f64>| match cost.as_ref().map_err(ToString::to_string).and_then(|x| finite(*x)) {
            Ok(x) => json!({ "at_most": x, "reason": null }),
            Err(reason) => json!({ "at_most": null, "reason": reason }),
        };
    json!({
        "m_cca": best(&certificate.m_cca),
        "m_cca_logits": best(&certificate.m_cca_logits),
        "probe_cost": cost(&certificate.probe_cost),
        "relative_probe_cost": cost(&certificate.relative_probe_cost),
    })
}
