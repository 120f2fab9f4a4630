//! Words that are no tokens: those of results, and the names that a config gives to its sources.

use logitdist_results::{Kind, WORDS, Word};

/// The names of perturbations and families.
static SOURCES: [Word; 2] = [
    Word {
        names: &logitdist_sim::Source::PERTURBATIONS,
        kind: Kind::Text,
        range: "",
        meaning: "A perturbation: the second model is the first one, changed",
        place: "docs/configs.md#perturbationname-change-the-first-model",
    },
    Word {
        names: &logitdist_sim::Source::FAMILIES,
        kind: Kind::Text,
        range: "",
        meaning: "A family of pairs made for a bound, or a counter-example",
        place: "docs/configs.md#familyname-pairs-made-for-a-bound",
    },
];

/// All words, those of results before those of configs.
pub fn every_word() -> impl Iterator<Item = &'static Word> {
    WORDS.iter().chain(&SOURCES)
}

/// The words of a name.
pub fn words(name: &str) -> impl Iterator<Item = &'static Word> {
    let own = SOURCES.iter().filter(|word| word.names.contains(&name)).collect::<Vec<_>>();
    logitdist_results::words(name).chain(own)
}
