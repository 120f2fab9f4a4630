//! Many models as one JSON object.

use logitdist_results::many::{ManyComparisons, Number, Place};
use serde_json::{Map, Value, json};

/// Why there is no number, as JSON has none that is infinite.
const BEYOND: &str = "∞: infinite, or beyond the range of floating-point numbers";

/// The object: the pairs with their numbers, the ranking or the squares of all measures.
pub fn render(many: &ManyComparisons) -> String {
    let pairs = many.pairs.iter().map(|pair| {
        let (mut measures, mut intervals, mut reasons) = (Map::new(), Map::new(), Map::new());
        let mut certified = [Map::new(), Map::new()];
        for number in &pair.numbers {
            let Number { section, token, value, ends } = number;
            let own = match *section {
                "certificate" => &mut certified[0],
                "certificate_ba" => &mut certified[1],
                _ => &mut measures,
            };
            own.insert((*token).to_owned(), json!(value.as_ref().ok().filter(|x| x.is_finite())));
            if let Some(ends) = ends {
                intervals.insert((*token).to_owned(), json!(ends));
            }
            let reason = match value {
                Err(reason) => reason.as_str(),
                Ok(x) if !x.is_finite() => BEYOND,
                Ok(_) => continue,
            };
            reasons.insert((*token).to_owned(), json!(reason));
        }
        let [certificate, certificate_ba] = certified;
        json!({
            "model_a": many.models[pair.a].path,
            "model_b": many.models[pair.b].path,
            "measures": measures,
            "intervals": intervals,
            "certificate": certificate,
            "certificate_ba": certificate_ba,
            "reasons": reasons,
        })
    });
    let place = |place: &Place| {
        let pair = many.pair(0, place.model);
        let step = place.step.as_ref().map(|step| {
            let (interval, reason) = match &step.ends {
                Ok(ends) => (json!(ends), Value::Null),
                Err(reason) => (Value::Null, json!(reason)),
            };
            json!({ "difference": step.difference, "interval": interval, "reason": reason })
        });
        json!({
            "model": many.models[place.model].path,
            "value": pair.and_then(|pair| pair.value(&many.by)).filter(|x| x.is_finite()),
            "further_than_the_one_before": step,
        })
    };
    let squares: Map<String, Value> = if many.all {
        many.tokens().into_iter().map(|token| (token.to_owned(), json!(many.square(token)))).collect()
    } else {
        Map::new()
    };
    written(&json!({
        "version": many.version,
        "command": many.command,
        "seed": many.seed,
        "n_inputs": many.n_inputs,
        "n_labels": many.n_labels,
        "models": many.models.iter().map(|model| &model.path).collect::<Vec<_>>(),
        "by": many.by,
        "pairs": pairs.collect::<Vec<_>>(),
        "ranking": many.ranking.places.iter().map(place).collect::<Vec<_>>(),
        "squares": squares,
        "steps": many.steps,
        "notes": many.notes,
    }))
}

/// The square of one measure, with the models' names.
pub fn square(many: &ManyComparisons, token: &str) -> String {
    written(&json!({
        "token": token,
        "models": many.models.iter().map(|model| &model.path).collect::<Vec<_>>(),
        "square": many.square(token),
    }))
}

fn written(object: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(object).expect("a tree of values is JSON"))
}
