//! Budgets as columns: only where they are asked for, and those of the models.

use crate::folder::Folder;
use logitdist_sim::{Config, Document};
use logitdist_testing::{number, rows};
use std::path::Path;

const STUDY: &str = r#"
question = "q"
expected = "e"
measures = ["probability", "budget"]
[model]
dim = 3
labels = 6
inputs = 40
[perturbation.noise_embeddings]
level = [0, 0.5]
"#;

const TOKENS: [&str; 2] = ["budget_m_cca", "budget_agreement"];

#[test]
fn each_model_has_its_budgets_where_they_are_asked_for() {
    let folder = Folder::new();
    let found = rows(&folder.tables_of(STUDY, "one").rows);
    assert_eq!(found.len(), 2);
    for token in TOKENS {
        let of = |row: usize, side: &str| number(&found[row], &format!("{token}_{side}"));
        assert!(of(0, "a") > 0.0 && of(1, "a") > 0.0);
        assert!((of(0, "a") / of(0, "b") - 1.0).abs() < 1e-9, "level 0 is the model itself");
        assert!((of(1, "a") / of(1, "b") - 1.0).abs() > 1e-3, "{token}");
    }
    let without = STUDY.replace(", \"budget\"", "");
    let rows = folder.tables_of(&without, "two").rows;
    assert!(!rows.contains("budget"), "{rows}");
}

#[test]
fn budgets_without_probabilities_are_refused() {
    let text = STUDY.replace("\"probability\", ", "");
    let document = Document::parse(Path::new("c.toml"), &text, &[]).unwrap();
    let error = Config::of(&document).unwrap_err().to_string();
    assert!(error.contains("budget needs probability: name both or neither"), "{error}");
}
