//! Overrides `key=value` from the command line. They change the configs of sweeps and of trainings.

use serde_json::Map;
use toml::{Table, Value};

/// One override.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// The parts of the key: `model.dim` has two.
    pub path: Vec<String>,
    /// The new value.
    pub value: Value,
}

impl Override {
    /// Reads `key=value`. The value is TOML, or a bare word, which is a string.
    ///
    /// # Errors
    /// Another form, in words.
    pub fn parse(text: &str) -> Result<Override, String> {
        let (key, value) =
            text.split_once('=').ok_or("an override has the form key=value, for example seed=4")?;
        let path: Vec<String> = key.split('.').map(|part| part.trim().to_owned()).collect();
        if path.iter().any(String::is_empty) {
            return Err("the key has an empty part; an override has the form key=value".into());
        }
        Ok(Override { path, value: toml_value(value.trim())? })
    }

    /// Puts the value into a tree of settings. Tables on the way to it are made if they are missing.
    ///
    /// # Errors
    /// A key on the way holds a value, or a number is not finite; in words.
    pub fn put_into(self, settings: &mut Map<String, serde_json::Value>) -> Result<(), String> {
        if self.value.as_float().is_some_and(|x| !x.is_finite()) {
            return Err(format!("{} is no setting; numbers must be finite", self.value));
        }
        let value = serde_json::to_value(self.value).map_err(|e| e.to_string())?;
        let (key, sections) = self.path.split_last().expect("a key has a part");
        let mut table = settings;
        for section in sections {
            let inner = table.entry(section).or_insert_with(|| Map::new().into());
            let holds_a_value = || format!("`{section}` holds a value and no further keys");
            table = inner.as_object_mut().ok_or_else(holds_a_value)?;
        }
        table.insert(key.clone(), value);
        Ok(())
    }
}

/// A TOML value, or a bare word as a string.
fn toml_value(text: &str) -> Result<Value, String> {
    match toml::from_str::<Table>(&format!("value = {text}")) {
        Ok(mut table) if table.len() == 1 => Ok(table.remove("value").expect("the key is `value`")),
        Ok(_) => Err("the value is more than one TOML value".into()),
        Err(_)
            if !text.is_empty() && !text.contains(['[', ']', '{', '}', '"', '\'', '=', ',', '#', '\n']) =>
        {
            Ok(Value::String(text.to_owned()))
        }
        Err(e) => Err(format!("the value {text:?} is not TOML: {}", e.message().replace('\n', ", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn put(text: &str) -> Result<serde_json::Value, String> {
        let mut settings = json!({ "seed": u64::MAX, "network": { "dim": 2 } });
        Override::parse(text)?.put_into(settings.as_object_mut().unwrap())?;
        Ok(settings)
    }

    #[test]
    fn values_and_words_go_where_their_keys_say() {
        let seed = u64::MAX;
        for (text, expected) in [
            ("network.dim = 4", json!({ "seed": seed, "network": { "dim": 4 } })),
            ("network . loss=l2", json!({ "seed": seed, "network": { "dim": 2, "loss": "l2" } })),
            ("seed=3", json!({ "seed": 3, "network": { "dim": 2 } })),
            ("a.b.c=[1, 2]", json!({ "seed": seed, "network": { "dim": 2 }, "a": { "b": { "c": [1, 2] } } })),
        ] {
            assert_eq!(put(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_override_is_said() {
        for (text, start) in [
            ("seed", "an override has the form key=value"),
            ("=3", "the key has an empty part"),
            ("a..b=3", "the key has an empty part"),
            ("seed=[1", "the value \"[1\" is not TOML: "),
            ("seed=", "the value \"\" is not TOML: "),
            ("seed=1\nb=2", "the value is more than one TOML value"),
            ("seed.x=1", "`seed` holds a value and no further keys"),
            ("seed=nan", "nan is no setting; numbers must be finite"),
        ] {
            let message = put(text).unwrap_err();
            assert!(message.starts_with(start), "{text:?}: {message}");
        }
    }
}
