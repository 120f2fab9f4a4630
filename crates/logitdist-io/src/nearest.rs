//! The name that a misspelt one was meant to be.

/// `; did you mean …?` if one of the known names is near to the given one, or nothing.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const NEAR: f64 = 0.75;
    // A swap of neighbours in a short name is one mistake, but far by Jaro and Winkler.
    let likeness = |name: &str| match strsim::damerau_levenshtein(given, name) {
        0 | 1 => 1.0,
        _ => strsim::jaro_winkler(given, name),
    };
    let near = known.into_iter().map(|name| (likeness(name), name));
    let nearest = near.max_by(|(x, _), (y, _)| x.total_cmp(y)).filter(|(near, _)| *near >= NEAR);
    nearest.map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_name_is_suggested() {
        let known = ["dim", "labels", "inputs"];
        assert_eq!(did_you_mean("dmi", known), "; did you mean `dim`?");
        assert_eq!(did_you_mean("label", known), "; did you mean `labels`?");
        assert_eq!(did_you_mean("quux", known), "");
    }
}
