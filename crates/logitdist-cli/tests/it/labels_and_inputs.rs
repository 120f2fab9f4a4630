//! Labels and inputs of two files that are matched by their names, and those that are left out.

use crate::{Files, json, logitdist};
use logitdist_testing::{npy, npy_of};
use serde_json::Value;

const INPUTS: usize = 40;
const DIM: usize = 3;

/// A model whose numbers follow from the names of its labels and inputs alone, and from what makes it another model.
#[derive(Clone)]
struct Described {
    labels: Vec<String>,
    inputs: Vec<usize>,
    phase: f64,
}

impl Described {
    fn new(phase: f64) -> Described {
        let labels = (0..12).map(|y| format!("字{y}")).collect();
        Described { labels, inputs: (0..INPUTS).collect(), phase }
    }

    fn embedding(&self, input: usize, j: usize) -> f64 {
        ((7 * input + 3 * j + input * j) as f64 + self.phase).sin()
    }

    fn unembedding(&self, label: &str, j: usize) -> f64 {
        let number = label.bytes().fold(7_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 1009);
        (f64::from(number) * 0.7 + j as f64 + self.phase).cos()
    }

    /// A folder of .npy files, without names.
    fn write(&self, files: &Files, name: &str) -> String {
        let (n, k) = (self.inputs.len(), self.labels.len());
        let f: Vec<f64> = (0..n * DIM).map(|at| self.embedding(self.inputs[at / DIM], at % DIM)).collect();
        let g: Vec<f64> = (0..k * DIM).map(|at| self.unembedding(&self.labels[at / DIM], at % DIM)).collect();
        let bias: Vec<f64> = self.labels.iter().map(|label| self.unembedding(label, DIM)).collect();
        std::fs::create_dir_all(files.path(name)).unwrap();
        files.bytes(&format!("{name}/embeddings.npy"), &npy_of(&format!("({n}, {DIM})"), &f));
        files.bytes(&format!("{name}/unembeddings.npy"), &npy_of(&format!("({k}, {DIM})"), &g));
        files.bytes(&format!("{name}/bias.npy"), &npy_of(&format!("({k},)"), &bias));
        files.path(name)
    }

    /// The same with the names of its labels.
    fn write_named(&self, files: &Files, name: &str) -> String {
        self.write(files, name);
        files.bytes(&format!("{name}/labels.npy"), &unicode(&self.labels));
        files.path(name)
    }

    /// And with those of its inputs.
    fn write_all(&self, files: &Files, name: &str) -> String {
        self.write_named(files, name);
        let ids: Vec<u8> = self.inputs.iter().flat_map(|i| (1000 + *i as i64).to_le_bytes()).collect();
        let shape = format!("({},)", self.inputs.len());
        files.bytes(&format!("{name}/inputs.npy"), &npy("<i8", false, &shape, &ids));
        files.path(name)
    }
}

/// An .npy of `<U8`.
fn unicode(names: &[String]) -> Vec<u8> {
    let entry = |name: &String| -> Vec<u8> {
        let mut codes: Vec<u32> = name.chars().map(u32::from).collect();
        codes.resize(8, 0);
        codes.into_iter().flat_map(u32::to_le_bytes).collect()
    };
    npy("<U8", false, &format!("({},)", names.len()), &names.iter().flat_map(entry).collect::<Vec<u8>>())
}

fn run(a: &str, b: &str, more: &[&str]) -> logitdist_testing::Run {
    let mut arguments = vec!["compare", a, b, "--format", "json", "--no-intervals"];
    arguments.extend(more);
    logitdist(&arguments)
}

fn compared(a: &str, b: &str, more: &[&str]) -> Value {
    json(run(a, b, more))
}

fn refused(a: &str, b: &str, more: &[&str]) -> String {
    let run = run(a, b, more);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    run.stderr
}

/// Numbers of the one are numbers of the other, to rounding.
fn assert_same(found: &Value, expected: &Value) {
    for token in ["d_logit", "kl_ab", "kl_ba", "tv", "m_cca", "cka", "d_ls_ab", "d_ls_ba", "top1_agreement"] {
        let (found, expected) = (found[token].as_f64().unwrap(), expected[token].as_f64().unwrap());
        assert!((found - expected).abs() <= 1e-11 * expected.abs(), "{token}: {found} {expected}");
    }
}

fn note<'a>(found: &'a Value, token: &str) -> &'a str {
    found["notes"][token].as_str().unwrap_or_default()
}

/// Two recognisers whose characters stand in another order, and one of which knows another character.
#[test]
fn recognisers_with_their_characters_in_another_order_are_compared_by_character() {
    let files = Files::new();
    let (a, mut b) = (Described::new(0.1), Described::new(0.4));
    let in_order = compared(&a.write(&files, "a0"), &b.write(&files, "b0"), &[]);
    b.labels.swap(2, 9);
    b.labels.rotate_left(1);
    let (path_a, path_b) = (a.write_named(&files, "a"), b.write_named(&files, "b"));
    let permuted = compared(&path_a, &path_b, &[]);
    assert_same(&permuted, &in_order);
    assert!(note(&permuted, "n_labels").contains("12 of 12 labels stand elsewhere in b's file"));
    let by_position = compared(&path_a, &path_b, &["--labels", "order"]);
    assert!(
        (by_position["d_logit"].as_f64().unwrap() / in_order["d_logit"].as_f64().unwrap() - 1.0).abs() > 0.01
    );
    assert_eq!(note(&by_position, "n_labels"), "");

    // One of them knows a character that the other does not.
    let mut c = b.clone();
    c.labels[3] = "他".to_owned();
    let path_c = c.write_named(&files, "c");
    let missing = b.labels[3].clone();
    let error = refused(&path_a, &path_c, &[]);
    assert!(error.contains(&format!("1 in a alone (`{missing}`), 1 in b alone (`他`)")), "{error}");
    assert!(error.contains("--labels common"), "{error}");
    let common = compared(&path_a, &path_c, &["--labels", "common"]);
    let (mut a11, mut c11) = (a.clone(), c.clone());
    a11.labels.retain(|label| *label != missing);
    c11.labels = a11.labels.clone();
    let expected = compared(&a11.write(&files, "a11"), &c11.write(&files, "c11"), &[]);
    assert_same(&common, &expected);
    assert_eq!(common["n_labels"], 11);
    assert!(note(&common, "n_labels").starts_with("11 in common, of 12 in a's file and 12 in b's"));
    let warnings = common["verdict"]["warnings"].to_string();
    assert!(warnings.contains("given that the label is one of them"), "{warnings}");
}

#[test]
fn labels_are_chosen_by_position_by_a_list_and_by_a_mask() {
    let files = Files::new();
    let (a, mut b) = (Described::new(0.1), Described::new(0.4));
    b.labels.push("<pad>".to_owned());
    let (path_a, path_b) = (a.write(&files, "a"), b.write(&files, "b"));
    let error = refused(&path_a, &path_b, &[]);
    assert!(
        error.contains("has 12 labels") && error.contains("--labels 0:12") && error.contains("common"),
        "{error}"
    );
    b.labels.pop();
    let expected = compared(&path_a, &b.write(&files, "b12"), &[]);
    let padded = compared(&path_a, &path_b, &["--labels", "0:12"]);
    assert_same(&padded, &expected);
    assert!(note(&padded, "n_labels").contains("12 of a's 12 and 12 of b's 13 by position"));
    let (mut a9, mut b9) = (a.clone(), b.clone());
    [&mut a9, &mut b9].into_iter().for_each(|model| drop(model.labels.drain(3..6)));
    let expected = compared(&a9.write(&files, "a9"), &b9.write(&files, "b9"), &[]);
    let path_b = b.write(&files, "b12");
    assert_same(&compared(&path_a, &path_b, &["--labels", "-{3:6}"]), &expected);
    assert_same(&compared(&path_a, &path_b, &["--labels=-{3,5,4}"]), &expected);
    let rows = files.bytes("rows.txt", b"0\n1\n2\n6\n7\n8\n9\n10\n11\n");
    assert_same(&compared(&path_a, &path_b, &["--labels", &rows]), &expected);
    let flags: Vec<u8> = (0..12).map(|y| u8::from(!(3..6).contains(&y))).collect();
    let mask = files.bytes("mask.npy", &npy("|b1", false, "(12,)", &flags));
    assert_same(&compared(&path_a, &path_b, &["--labels", &mask]), &expected);
    // By name, where both have names.
    let list = files.bytes("list.txt", a9.labels.join("\n").as_bytes());
    let mut moved = b.clone();
    moved.labels.reverse();
    let found =
        compared(&a.write_named(&files, "an"), &moved.write_named(&files, "bn"), &["--labels", &list]);
    assert_same(&found, &expected);
}

#[test]
fn names_come_from_texts_and_tokenizers_and_a_padded_vocabulary_has_some_without() {
    let files = Files::new();
    let (a, mut b) = (Described::new(0.1), Described::new(0.4));
    let expected = compared(&a.write(&files, "a"), &b.write(&files, "b0"), &[]);
    let text = files.bytes("a.txt", a.labels.join("\r\n").as_bytes());
    b.labels.reverse();
    let vocab: serde_json::Map<String, Value> =
        b.labels.iter().enumerate().map(|(i, label)| (label.clone(), i.into())).collect();
    let vocab = serde_json::json!({ "model": { "type": "BPE", "vocab": vocab } }).to_string();
    let tokenizer = files.bytes("tokenizer.json", vocab.as_bytes());
    let names = ["--label-names-a", &text, "--label-names-b", &tokenizer];
    assert_same(&compared(&files.path("a"), &b.write(&files, "b"), &names), &expected);
    b.labels.extend(["pad1", "pad2"].map(str::to_owned));
    let padded = b.write(&files, "padded");
    let error = refused(&files.path("a"), &padded, &names);
    assert!(error.contains("0 in a alone, 2 in b alone (one without a name at 12"), "{error}");
    let mut arguments = names.to_vec();
    arguments.extend(["--labels", "common"]);
    assert_same(&compared(&files.path("a"), &padded, &arguments), &expected);
}

#[test]
fn inputs_are_matched_by_name_and_rows_are_left_out() {
    let files = Files::new();
    let (mut a, mut b) = (Described::new(0.1), Described::new(0.4));
    a.inputs = (5..30).collect();
    b.inputs = (5..30).collect();
    let expected = compared(&a.write(&files, "a0"), &b.write(&files, "b0"), &[]);
    a.inputs = (0..30).collect();
    b.inputs = (5..40).rev().collect();
    let (path_a, path_b) = (a.write_all(&files, "a"), b.write_all(&files, "b"));
    let error = refused(&path_a, &path_b, &[]);
    assert!(
        error.contains("5 in a alone (`1000`, `1001`,") && error.contains("10 in b alone (`1039`"),
        "{error}"
    );
    let common = compared(&path_a, &path_b, &["--inputs", "common"]);
    assert_same(&common, &expected);
    assert!(note(&common, "n_inputs").contains("25 in common, of 30 in a's file and 35 in b's"));
    // Each with a mask of its own; names say which belong together.
    let mask = |kept: &dyn Fn(usize) -> bool, of: &Described| -> Vec<u8> {
        let flags: Vec<f64> = of.inputs.iter().map(|&i| f64::from(u8::from(kept(i)))).collect();
        npy_of(&format!("({},)", flags.len()), &flags)
    };
    files.bytes("a/mask.npy", &mask(&|i| i >= 5, &a));
    files.bytes("b/mask.npy", &mask(&|i| i < 30, &b));
    let masked = compared(&path_a, &path_b, &["--rows", "mask"]);
    assert_same(&masked, &expected);
    assert!(note(&masked, "n_inputs").contains("25 of a's 30 rows and 25 of b's 35, by --rows"));
    std::fs::remove_file(files.path("a/inputs.npy")).unwrap();
    let error = refused(&path_a, &path_b, &["--rows", "mask"]);
    assert!(error.contains("keep other rows") && error.contains("--input-names-a"), "{error}");
    // One list for both.
    b.inputs = (0..40).collect();
    let path_b = b.write(&files, "b1");
    let rows = files.bytes("rows.txt", (5..30).map(|i| format!("{i}\n")).collect::<String>().as_bytes());
    assert_same(&compared(&path_a, &path_b, &["--rows", &rows]), &expected);
    assert_same(&compared(&path_a, &path_b, &["--inputs", "5:30"]), &expected);
    // Groups are those of the rows of a's file.
    let groups =
        files.bytes("groups.txt", (0..30).map(|i| format!("{}\n", i / 2)).collect::<String>().as_bytes());
    assert_same(&compared(&path_a, &path_b, &["--rows", &rows, "--groups", &groups]), &expected);
    let groups = files.bytes("groups.txt", b"1\n2\n");
    assert!(
        refused(&path_a, &path_b, &["--rows", &rows, "--groups", &groups]).contains("--groups has 2 groups")
    );
}

#[test]
fn embeddings_that_are_not_finite_are_dropped_where_that_is_asked_for_whatever_the_form_of_the_file() {
    let files = Files::new();
    let (a, b) = (Described::new(0.1), Described::new(0.4));
    let without = |model: &Described| {
        let mut model = model.clone();
        model.inputs.retain(|i| ![4, 7, 8].contains(i));
        model
    };
    let expected = compared(&without(&a).write(&files, "a0"), &without(&b).write(&files, "b0"), &[]);
    let (path_a, path_b) = (a.write(&files, "a"), b.write(&files, "b"));
    let broken = |model: &Described, rows: &[usize], by_column: bool| {
        let mut values: Vec<f64> = (0..INPUTS * DIM).map(|at| model.embedding(at / DIM, at % DIM)).collect();
        rows.iter().for_each(|row| values[row * DIM + 1] = f64::NAN);
        if by_column {
            values = (0..INPUTS * DIM).map(|at| values[at % INPUTS * DIM + at / INPUTS]).collect();
        }
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        npy("<f8", by_column, &format!("({INPUTS}, {DIM})"), &data)
    };
    files.bytes("a/embeddings.npy", &broken(&a, &[7, 4], false));
    for by_column in [false, true] {
        files.bytes("b/embeddings.npy", &broken(&b, &[7, 8], by_column));
        assert!(refused(&path_a, &path_b, &[]).contains("must be finite"));
        let dropped = compared(&path_a, &path_b, &["--drop-nonfinite"]);
        assert_same(&dropped, &expected);
        assert!(
            note(&dropped, "n_inputs")
                .contains("3 of 40 dropped, because an embedding is not finite (2 in a, 2 in b)")
        );
        // What is not chosen is not looked at.
        let list = files.bytes("rows.txt", b"0\n1\n2\n3\n5\n6\n9\n10\n11\n12\n13\n14\n");
        assert_eq!(compared(&path_a, &path_b, &["--rows", &list])["n_inputs"], 12);
    }
}

#[test]
fn sentences_with_padding_are_flattened_and_masked() {
    let files = Files::new();
    let (mut a, mut b) = (Described::new(0.1), Described::new(0.4));
    let kept: Vec<usize> = (0..INPUTS).filter(|i| i % 10 < 7).collect();
    let (path_a, path_b) = (a.write(&files, "a"), b.write(&files, "b"));
    for (model, name) in [(&a, "a"), (&b, "b")] {
        let values: Vec<f64> = (0..INPUTS * DIM)
            .map(|at| if at / DIM % 10 < 7 { model.embedding(at / DIM, at % DIM) } else { 0.0 })
            .collect();
        files.bytes(&format!("{name}/embeddings.npy"), &npy_of(&format!("(4, 10, {DIM})"), &values));
        let mask: Vec<u8> = (0..INPUTS).map(|i| u8::from(i % 10 < 7)).collect();
        files.bytes(&format!("{name}/mask.npy"), &npy("|b1", false, "(4, 10)", &mask));
    }
    assert!(refused(&path_a, &path_b, &[]).contains("--flatten"));
    let padded = compared(&path_a, &path_b, &["--flatten"]);
    assert!(note(&padded, "n_inputs").contains("12 of a's 40 rows are exactly zero"), "{}", padded["notes"]);
    assert!(note(&padded, "n_inputs").contains("--rows leaves it out"));
    let found = compared(&path_a, &path_b, &["--flatten", "--rows", "mask"]);
    a.inputs.clone_from(&kept);
    b.inputs = kept;
    assert_same(&found, &compared(&a.write(&files, "a0"), &b.write(&files, "b0"), &[]));
    assert!(!note(&found, "n_inputs").contains("zero"));
}

#[test]
fn what_does_not_fit_is_refused_with_a_clear_message() {
    let files = Files::new();
    let a = Described::new(0.1);
    let (path_a, path_b) = (a.write(&files, "a"), Described::new(0.4).write(&files, "b"));
    let text = |content: &str| files.bytes("names.txt", content.as_bytes());
    let twice = text(&["x", "y", "x"].map(|name| format!("{name}\n")).concat());
    let error = refused(&path_a, &path_b, &["--label-names-a", &twice]);
    assert!(error.contains("names.txt: the name `x` comes twice, at 0 and at 2"), "{error}");
    let few = text("x\ny\n");
    let error = refused(&path_a, &path_b, &["--label-names-a", &few]);
    assert!(error.contains("there are 2 names and the model has 12 labels"), "{error}");
    assert!(error.contains("--labels order"), "{error}");
    files.bytes("b/labels.npy", &npy_of("(12,)", &[0.5; 12]));
    assert!(refused(&path_a, &path_b, &[]).contains("strings or whole numbers are needed"));
    assert_eq!(run(&path_a, &path_b, &["--labels", "order"]).code, 0);
    std::fs::remove_file(files.path("b/labels.npy")).unwrap();
    let error = refused(&path_a, &path_b, &["--labels", "common"]);
    assert!(error.contains("needs the names of both models' labels"), "{error}");
    let mask = files.bytes("mask.npy", &npy("|b1", false, "(3,)", &[1, 0, 1]));
    let error = refused(&path_a, &path_b, &["--rows", &mask]);
    assert!(error.contains("the mask has 3 entries and there are 40 rows"), "{error}");
    let error = refused(&path_a, &path_b, &["--rows", "mask"]);
    assert!(error.contains("there is no array `mask`"), "{error}");
    let none = files.bytes("mask.npy", &npy("|b1", false, "(40,)", &[0; 40]));
    assert!(refused(&path_a, &path_b, &["--rows", &none]).contains("keeps no row"));
    for (rows, expected) in [
        ("5\n40\n", "there is no row 40"),
        ("5\n5\n", "row 5 is named twice"),
        ("5\nfive\n", "line 2: \"five\" is no row"),
    ] {
        let error = refused(&path_a, &path_b, &["--rows", &text(rows)]);
        assert!(error.contains(expected), "{error}");
    }
    let error = refused(&path_a, &path_b, &["--labels", "0:13"]);
    assert!(error.contains("there is no position 12: there are 12"), "{error}");
    let only_a = text(&a.labels.join("\n"));
    let found = compared(&path_a, &path_b, &["--label-names-a", &only_a]);
    assert!(note(&found, "n_labels").contains("only a's file has their names"), "{}", found["notes"]);
    let run = run(&path_a, &path_b, &["--labels", "3:1"]);
    assert!(run.code == 2 && run.stderr.contains("positions are written"), "{}", run.stderr);
}
