//! Which rows of two models belong together, by their names.

use logitdist_io::{shortened, visible};
use std::collections::HashMap;

/// Names shown in a message; of more, the first of them.
const SHOWN: usize = 5;

/// The names of what is compared of one model: where each is in its file, and how it is called.
pub type Named = Vec<(usize, Option<String>)>;

/// Two lists of rows in files, of the same length: the i-th of each belong together.
#[derive(Debug, PartialEq, Eq)]
pub struct Rows {
    pub a: Vec<usize>,
    pub b: Vec<usize>,
    /// What to say of how they were found; nothing, if the files have the same order.
    pub note: Option<String>,
}

/// Rows that both models have, in a's order. Rows without names are the same where they stand at the same place.
///
/// # Errors
/// The models have not the same names; the message says which differ.
pub fn matched(what: &str, a: &Named, b: &Named) -> Result<Rows, String> {
    let key = |named: &Named| -> Vec<Key> {
        named.iter().enumerate().map(|(i, (_, name))| name.clone().map_or(Key::At(i), Key::Name)).collect()
    };
    let (keys_a, keys_b) = (key(a), key(b));
    if keys_a == keys_b {
        return Ok(Rows { a: rows(a), b: rows(b), note: None });
    }
    let places: HashMap<&Key, usize> = keys_b.iter().enumerate().map(|(i, key)| (key, i)).collect();
    let only_a: Vec<&Key> = keys_a.iter().filter(|key| !places.contains_key(key)).collect();
    if keys_a.len() == keys_b.len() && only_a.is_empty() {
        let moved = keys_a.iter().enumerate().filter(|(i, key)| places[key] != *i).count();
        let b = keys_a.iter().map(|key| b[places[key]].0).collect();
        let note = format!("matched by name: {moved} of {} {what} stand elsewhere in b's file", keys_a.len());
        return Ok(Rows { a: rows(a), b, note: Some(note) });
    }
    let of_a: HashMap<&Key, ()> = keys_a.iter().map(|key| (key, ())).collect();
    let only_b: Vec<&Key> = keys_b.iter().filter(|key| !of_a.contains_key(key)).collect();
    Err(format!(
        "the {what} of a and b are not the same: {} in a alone{}, {} in b alone{}; --{what} common compares those that both have, \
         --{what} FILE those that a file lists, --{what} order takes them by position whatever their names",
        only_a.len(),
        listed(&only_a),
        only_b.len(),
        listed(&only_b)
    ))
}

/// Rows whose names both models have, in a's order.
///
/// # Errors
/// There are none.
pub fn common(what: &str, a: &Named, b: &Named) -> Result<Rows, String> {
    let places: HashMap<&str, usize> =
        b.iter().filter_map(|(row, name)| Some((name.as_deref()?, *row))).collect();
    let found = a.iter().filter_map(|(row, name)| Some((*row, *places.get(name.as_deref()?)?)));
    let (rows_a, rows_b): (Vec<usize>, Vec<usize>) = found.unzip();
    if rows_a.is_empty() {
        return Err(format!(
            "the models have none of their {what} in common: a has {} and b {}",
            a.len(),
            b.len()
        ));
    }
    let note = (rows_a.len() < a.len().max(b.len()))
        .then(|| format!("{} in common, of {} in a's file and {} in b's", rows_a.len(), a.len(), b.len()));
    let same_order = rows_b.is_sorted();
    let order = (!same_order).then(|| "matched by name: b's file has another order".to_owned());
    let note = [note, order].into_iter().flatten().collect::<Vec<_>>().join("; ");
    Ok(Rows { a: rows_a, b: rows_b, note: (!note.is_empty()).then_some(note) })
}

/// Rows of these names, in the order of the list.
///
/// # Errors
/// A model has one of them not.
pub fn listed_rows(what: &str, list: &[Option<String>], a: &Named, b: &Named) -> Result<Rows, String> {
    let places = |named: &Named| -> HashMap<String, usize> {
        named.iter().filter_map(|(row, name)| Some((name.clone()?, *row))).collect()
    };
    let (in_a, in_b) = (places(a), places(b));
    let missing = |found: &HashMap<String, usize>| -> Vec<Key> {
        list.iter().flatten().filter(|name| !found.contains_key(*name)).cloned().map(Key::Name).collect()
    };
    for (model, found) in [("a", &in_a), ("b", &in_b)] {
        let missing = missing(found);
        if !missing.is_empty() {
            let names: Vec<&Key> = missing.iter().collect();
            return Err(format!(
                "model {model} lacks {} of the {what} in the list{}",
                missing.len(),
                listed(&names)
            ));
        }
    }
    let of = |found: &HashMap<String, usize>| list.iter().flatten().map(|name| found[name]).collect();
    let note = format!(
        "{} chosen by name, of {} in a's file and {} in b's",
        list.iter().flatten().count(),
        a.len(),
        b.len()
    );
    Ok(Rows { a: of(&in_a), b: of(&in_b), note: Some(note) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Name(String),
    At(usize),
}

fn rows(named: &Named) -> Vec<usize> {
    named.iter().map(|(row, _)| *row).collect()
}

/// Names in parentheses, the first of them if they are many.
fn listed(keys: &[&Key]) -> String {
    if keys.is_empty() {
        return String::new();
    }
    let shown = |key: &&Key| match key {
        Key::Name(name) => format!("`{}`", visible(&shortened(name))),
        Key::At(i) => format!("one without a name at {i}"),
    };
    let mut text = keys.iter().take(SHOWN).map(shown).collect::<Vec<_>>().join(", ");
    if keys.len() > SHOWN {
        text.push_str(", …");
    }
    format!(" ({text})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Named {
        names.iter().enumerate().map(|(i, name)| (i, (*name != "-").then(|| (*name).to_owned()))).collect()
    }

    #[test]
    fn rows_are_permuted_only_if_all_names_are_there() {
        let a = named(&["x", "y", "-", "z"]);
        let same = matched("labels", &a, &a.clone()).unwrap();
        assert_eq!((same.a, same.b, same.note), (vec![0, 1, 2, 3], vec![0, 1, 2, 3], None));
        let moved = matched("labels", &a, &named(&["z", "y", "-", "x"])).unwrap();
        assert_eq!((moved.a, moved.b), (vec![0, 1, 2, 3], vec![3, 1, 2, 0]));
        assert!(moved.note.unwrap().contains("2 of 4 labels stand elsewhere"));
        let error = matched("labels", &a, &named(&["x", "y", "v"])).unwrap_err();
        assert!(error.contains("2 in a alone (one without a name at 2, `z`), 1 in b alone (`v`)"), "{error}");
        assert!(error.contains("--labels common"));
    }

    #[test]
    fn what_both_have_is_found_and_what_a_list_names_has_to_be_there() {
        let (a, b) = (named(&["x", "y", "-", "z"]), named(&["z", "-", "w", "x"]));
        let both = common("labels", &a, &b).unwrap();
        assert_eq!((both.a, both.b), (vec![0, 3], vec![3, 0]));
        assert!(
            both.note.unwrap().starts_with("2 in common, of 4 in a's file and 4 in b's; matched by name")
        );
        assert!(common("labels", &a, &named(&["w"])).unwrap_err().contains("none of their labels in common"));
        let list =
            |names: &[&str]| -> Vec<Option<String>> { names.iter().map(|n| Some((*n).to_owned())).collect() };
        let found = listed_rows("labels", &list(&["z", "x"]), &a, &b).unwrap();
        assert_eq!((found.a, found.b), (vec![3, 0], vec![0, 3]));
        let error = listed_rows("labels", &list(&["y", "x"]), &a, &b).unwrap_err();
        assert!(error.contains("model b lacks 1 of the labels in the list (`y`)"), "{error}");
    }
}
