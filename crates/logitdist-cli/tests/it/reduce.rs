//! Shares of a comparison on several machines, as a user runs them.

use crate::{Files, logitdist};
use logitdist_testing::npy_of;
use std::fs;
use std::path::Path;

/// Models of so many inputs that their blocks are several.
fn models(files: &Files) -> [String; 2] {
    [0.1, 0.13].map(|phase| files.model_with_phase(&format!("{phase}.npz"), [9000, 7, 3], phase))
}

fn reduce(models: &[String; 2], part: &str, out: &str, more: &[&str]) {
    let [a, b] = models;
    logitdist(&[&["reduce", a, b, "--part", part, "--out", out], more].concat()).ok();
}

#[test]
fn parts_on_several_machines_print_the_bytes_of_one_run() {
    let files = Files::new();
    let pair = models(&files);
    let [a, b] = &pair;
    for more in [&["--null", "100"][..], &["--inputs-limit", "3000", "--seed", "4"], &["--logits", "f32"]] {
        let one_run =
            |format: &str| logitdist(&[&["compare", a, b, "--format", format], more].concat()).ok().stdout;
        let parts: Vec<String> = (1..=5).map(|part| files.path(&format!("{part}.summary"))).collect();
        let reducing = if more[0] == "--null" { &[][..] } else { more };
        for (i, part) in parts.iter().enumerate() {
            reduce(&pair, &format!("{}/5", i + 1), part, reducing);
        }
        let big = files.path("big.summary");
        logitdist(&["reduce", "--summaries", &parts[4], &parts[1], &parts[2], "--out", &big]).ok();
        for given in
            [vec![&parts[2], &parts[0], &parts[4], &parts[3], &parts[1]], vec![&parts[3], &big, &parts[0]]]
        {
            for format in ["json", "csv", "table"] {
                let mut line = vec!["compare", a, b, "--summaries"];
                line.extend(given.iter().map(|part| part.as_str()));
                line.extend(["--format", format]);
                line.extend(more);
                assert_eq!(logitdist(&line).ok().stdout, one_run(format), "{more:?}, {format}");
            }
        }
    }
}

#[test]
fn files_of_their_own_are_taken_in_the_order_given_and_agree_to_twelve_digits() {
    let files = Files::new();
    let all = models(&files);
    // The same inputs in two files a model: rows are a function of their number.
    let [whole_a, whole_b] = &all;
    let halves = [0..4000, 4000..9000].map(|rows| {
        [whole_a, whole_b].map(|path| {
            let read = logitdist_io::read_model(
                &logitdist_io::Source::Path(path.into()),
                &logitdist_io::ReadOptions::default(),
            )
            .unwrap();
            let f = read.embeddings().get(rows.clone(), ..).to_owned();
            let half = logitdist::Model::new(f, read.unembeddings().to_owned(), None).unwrap();
            let path = format!("{path}-{}.npz", rows.start);
            logitdist_io::write_npz(Path::new(&path), &half).unwrap();
            path
        })
    });
    let parts = [0, 1].map(|i| {
        let out = files.path(&format!("half-{i}.summary"));
        reduce(&halves[i], "1/1", &out, &[]);
        out
    });
    let [a, b] = &halves[0];
    let joined = logitdist(&["compare", a, b, "--summaries", &parts[0], &parts[1], "--format", "json"]);
    let joined = crate::json(joined);
    let one_run = crate::json(logitdist(&["compare", whole_a, whole_b, "--format", "json"]));
    assert_eq!(joined["n_inputs"], 9000);
    for token in
        ["d_logit", "m_cca", "kl_ab", "kl_ab_q99", "tv", "cka_debiased", "d_rep_ab", "top1_agreement"]
    {
        let [found, expected] = [&joined, &one_run].map(|json| json[token].as_f64().unwrap());
        assert!((found / expected - 1.0).abs() < 1e-11, "{token}: {found}, {expected}");
    }
    assert!(joined["verdict"]["warnings"].to_string().contains("in the order of the summaries"));
    let line = ["compare", a, b, "--summaries", &parts[0], &parts[1], "--intervals"];
    logitdist(&line).refused(&["--intervals needs the inputs"]);
    let refused = |given: [&str; 2], said: &str| {
        logitdist(&["compare", a, b, "--summaries", given[0], given[1]]).refused(&[said]);
    };
    refused([&parts[0], &parts[0]], "of the same inputs");
    let other = files.path("other.summary");
    reduce(&halves[1], "1/1", &other, &["--inputs-limit", "50"]);
    refused([&parts[0], &other], "samples");
    reduce(&halves[1], "1/1", &other, &["--logits", "f32"]);
    refused([&parts[0], &other], "other options");
    reduce(&halves[1], "1/2", &other, &[]);
    refused([&parts[0], &other], "different pairs");

    // Files that say where they begin come in any order, and nothing may be missing or there twice.
    let place = |half: usize, from: &str| {
        let out = files.path(&format!("half-{half}-from-{from}.summary"));
        let [a, b] = &halves[half];
        logitdist(&["reduce", a, b, "--rows-from", from, "--out", &out]).ok();
        out
    };
    let (first, second) = (place(0, "0"), place(1, "4000"));
    for given in [[&first, &second], [&second, &first]] {
        let line = ["compare", a, b, "--summaries", given[0], given[1], "--format", "json"];
        assert_eq!(crate::json(logitdist(&line)), joined);
    }
    refused([&first, &place(1, "4001")], "it begins with input 4001, and inputs 4000 to 4000 are missing");
    refused([&first, &place(1, "3999")], "it begins with input 3999, and those up to 3999 were there before");
    refused([&second, &place(0, "8000")], "it begins with input 4000, and inputs 0 to 3999 are missing");
    refused([&first, &parts[1]], "does not: reduce all with --rows-from, or none");
    refused([&first, &place(1, "18446744073709551615")], "are missing");
    logitdist(&["compare", a, b, "--summaries", &second]).refused(&["inputs 0 to 3999 are missing"]);
    logitdist(&["reduce", "--summaries", &first, "--out", &other]).refused(&["it is of files of their own"]);
    logitdist(&["reduce", a, b, "--part", "1/2", "--rows-from", "0", "--out", &other]).refused(&["--part"]);
    for more in [&["--drop-nonfinite"][..], &["--inputs", "0:50"]] {
        let mut line = vec!["reduce", a, b, "--rows-from", "0", "--out", &other];
        line.extend(more);
        logitdist(&line).refused(&["--rows-from counts the rows of whole files"]);
    }
}

/// More labels than logits are taken as they are of.
const LABELS: usize = 4200;

/// Logits of inputs of one of two models of dimension 3: `f(x)·g(y)`, with directions that only some inputs have.
fn logits(model: usize, inputs: std::ops::Range<usize>) -> Vec<u8> {
    npy_of(&format!("({}, {LABELS})", inputs.len()), &entries(model, inputs))
}

fn entries(model: usize, inputs: std::ops::Range<usize>) -> Vec<f64> {
    let f = |x: usize, j: usize| if j == 2 && x < 100 { 0.0 } else { ((x * (j + 3)) as f64 * 0.37).sin() };
    let g = |y: usize, j: usize| (y as f64 * 0.01 * (j + 1) as f64 + 0.1 * model as f64).cos();
    let of_input = |x: usize| (0..LABELS).map(move |y| (0..3).map(|j| f(x, j) * g(y, j)).sum());
    inputs.flat_map(of_input).collect()
}

#[test]
fn logits_in_files_of_their_own_agree_with_one_file() {
    let files = Files::new();
    let file = |name: &str, model: usize, inputs: std::ops::Range<usize>| {
        files.bytes(&format!("{name}-{model}.npy"), &logits(model, inputs))
    };
    let pair =
        |name: &str, inputs: std::ops::Range<usize>| [0, 1].map(|model| file(name, model, inputs.clone()));
    let whole = pair("whole", 0..260);
    // The first part lacks a direction that the others have.
    let parts = [("x", 0..90), ("y", 90..170), ("z", 170..260)].map(|(name, inputs)| pair(name, inputs));
    let summary = |part: &[String; 2], more: &[&str]| {
        let out = format!("{}{}.summary", part[0], more.concat());
        let line = ["reduce", "--logits-a", &part[0], "--logits-b", &part[1], "--out", &out];
        logitdist(&[&line, more].concat()).ok();
        out
    };
    let summaries = parts.each_ref().map(|part| summary(part, &[]));
    let compare = |[a, b]: &[String; 2], given: &[String]| {
        let given = given.iter().map(String::as_str);
        let line =
            ["compare", "--logits-a", a, "--logits-b", b, "--format", "json", "--no-intervals"].into_iter();
        let summaries = if given.len() == 0 { &[][..] } else { &["--summaries"] };
        crate::json(logitdist(&line.chain(summaries.iter().copied()).chain(given).collect::<Vec<_>>()))
    };
    let one_run = compare(&whole, &[]);
    for order in [[0, 1, 2], [2, 0, 1]] {
        let joined = compare(&parts[1], &order.map(|i| summaries[i].clone()));
        assert_eq!(joined["n_inputs"], 260);
        for token in ["d_logit", "m_cca_logits", "kl_ab", "kl_ab_q99", "tv", "top1_agreement"] {
            let [found, expected] = [&joined, &one_run].map(|json| json[token].as_f64().expect(token));
            assert!((found / expected - 1.0).abs() < 1e-9, "{token}: {found}, {expected}");
        }
    }
    // Places, and what does not belong together.
    let places =
        [(0, "0"), (1, "90"), (2, "170")].map(|(i, from)| summary(&parts[i], &["--rows-from", from]));
    let [a, b] = &parts[0];
    let said = |given: &[&str], said: &str| {
        let line = ["compare", "--logits-a", a, "--logits-b", b, "--summaries"];
        logitdist(&[&line, given].concat()).refused(&[said]);
    };
    said(&[&places[0], &places[2]], "inputs 90 to 169 are missing");
    said(&[&places[0], &places[0]], "those up to 89 were there before");
    let few = [0, 1].map(|i| {
        files.bytes(&format!("few-{i}.npy"), &npy_of("(2, 4)", &[0.0, 1.0, 2.0, 3.0, 1.0, 0.0, 0.5, 2.0]))
    });
    said(&[&summary(&few, &[])], "models with other labels");
    let part = format!("{}.share", parts[0][0]);
    logitdist(&["reduce", "--logits-a", a, "--logits-b", b, "--part", "1/1", "--out", &part]).ok();
    said(&[&part, &summaries[0]], "of the same inputs");
    logitdist(&["reduce", "--logits-a", a, "--logits-b", b, "--rank", "2", "--out", &part])
        .refused(&["--rank is of one file of logits: give --part"]);
}

#[test]
fn noise_that_each_input_adds_is_not_taken_for_directions_without_a_word() {
    let files = Files::new();
    let noisy = |name: &str, model: usize, inputs: std::ops::Range<usize>| {
        let first = inputs.start * LABELS;
        let shape = format!("({}, {LABELS})", inputs.len());
        let exact: Vec<f64> = entries(model, inputs);
        let noise = |i: usize| 1.0 + 0.01 * (((first + i) * 7919 + model) as f64 * 12.9898).sin();
        let values: Vec<f64> = exact.iter().enumerate().map(|(i, u)| u * noise(i)).collect();
        files.bytes(&format!("{name}-{model}.npy"), &npy_of(&shape, &values))
    };
    let parts =
        [("n", 0..70), ("m", 70..140)].map(|(name, of)| [0, 1].map(|model| noisy(name, model, of.clone())));
    let summaries = parts.each_ref().map(|[a, b]| {
        let out = format!("{a}.summary");
        logitdist(&["reduce", "--logits-a", a, "--logits-b", b, "--out", &out]).ok();
        out
    });
    let [a, b] = &parts[0];
    let line = ["compare", "--logits-a", a, "--logits-b", b, "--summaries", &summaries[0], &summaries[1]];
    let json = crate::json(logitdist(&[&line[..], &["--format", "json"]].concat()));
    let warnings = json["verdict"]["warnings"].to_string();
    assert!(warnings.contains("the logits of a have no clear end of directions"), "{warnings}");
}

#[test]
fn summaries_that_do_not_belong_together_are_refused() {
    let files = Files::new();
    let pair = models(&files);
    let [a, b] = &pair;
    let parts: Vec<String> = (1..=3).map(|part| files.path(&format!("{part}.summary"))).collect();
    for (i, part) in parts.iter().enumerate() {
        reduce(&pair, &format!("{}/3", i + 1), part, &[]);
    }
    let compare = |given: &[&str]| logitdist(&[&["compare", a, b, "--summaries"], given].concat());
    let [first, second, third] = [&parts[0], &parts[1], &parts[2]];
    compare(&[first, third]).refused(&["pieces", "are missing"]);
    compare(&[first, second, third, first]).refused(&[first, "in two of them"]);
    let overlapping = files.path("half.summary");
    reduce(&pair, "1/2", &overlapping, &[]);
    compare(&[first, second, third, &overlapping]).refused(&["in two of them"]);
    compare(&[first, second, third, "--seed", "1", "--inputs-limit", "10"]).refused(&["--inputs-limit"]);
    // What is not asked for is not missed.
    let only = ["--only", "m_cca,d_logit", "--format", "csv"];
    let joined = compare(&[&[first.as_str(), second, third][..], &only].concat()).ok().stdout;
    assert_eq!(joined, logitdist(&[&["compare", a, b], &only[..]].concat()).ok().stdout);
    let other = files.model_with_phase("other.npz", [9000, 7, 3], 0.7);
    logitdist(&["compare", a, &other, "--summaries", first, second, third]).refused(&["other labels"]);
    let damaged = files.path("damaged.summary");
    let mut bytes = fs::read(first).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    compare(&[&damaged, second, third]).refused(&[&damaged, "damaged"]);
    compare(&[a]).refused(&[a, "no summary"]);
    compare(&[&files.path("none.summary")]).refused(&["none.summary", "cannot be read"]);
    // A part is no model, and no output is an input.
    logitdist(&["reduce", a, b, "--out", a]).refused(&["--out"]);
    logitdist(&["reduce", a, b, "--part", "4/3", "--out", &damaged]).refused(&["part 4 of 3 does not exist"]);
    logitdist(&["reduce", a, "--summaries", first, "--out", &damaged]).refused(&["cannot be used with"]);
    // More parts than pieces: most are empty.
    let small =
        [0.1, 0.13].map(|phase| files.model_with_phase(&format!("small-{phase}.npz"), [50, 7, 3], phase));
    let parts: Vec<String> = (1..=9).map(|part| files.path(&format!("small-{part}.summary"))).collect();
    for (i, part) in parts.iter().enumerate() {
        reduce(&small, &format!("{}/9", i + 1), part, &[]);
    }
    let one_run = logitdist(&["compare", &small[0], &small[1], "--format", "json"]).ok().stdout;
    let mut line = vec!["compare", &small[0], &small[1], "--format", "json", "--summaries"];
    line.extend(parts.iter().map(String::as_str));
    assert_eq!(logitdist(&line).ok().stdout, one_run);
}

#[test]
fn parts_do_not_hide_what_one_run_finds_in_a_file() {
    let files = Files::new();
    let pair = models(&files);
    let parts = |pair: &[String; 2]| {
        [1, 2].map(|part| {
            let out = files.path(&format!("{part}.summary"));
            reduce(pair, &format!("{part}/2"), &out, &[]);
            out
        })
    };
    let compare = |[a, b]: &[String; 2], [x, y]: &[String; 2]| {
        logitdist(&["compare", a, b, "--summaries", x, y, "--no-intervals"])
    };
    // A byte of the last row differs from what the checksum of the archive says.
    let mut bytes = fs::read(&pair[0]).unwrap();
    let rows = bytes.windows(6).position(|window| window == b"\x93NUMPY").unwrap();
    bytes[rows + 128 + 8 * 26_990] ^= 1;
    let broken = [files.bytes("broken.npz", &bytes), pair[1].clone()];
    let said = logitdist(&["compare", &broken[0], &broken[1]]).ended_with(2).stderr;
    assert!(said.contains("hecksum"), "{said}");
    compare(&broken, &parts(&broken)).refused(&["hecksum"]);
    // Rows after those that any part begins with are another file's.
    let whole = parts(&pair);
    let read = |path: &str| {
        let source = logitdist_io::Source::Path(path.into());
        logitdist_io::read_model(&source, &logitdist_io::ReadOptions::default()).unwrap()
    };
    let a = read(&pair[0]);
    let tail = |i, j| if i < 6000 { a.embeddings()[(i, j)] } else { 0.5 };
    let f = logitdist::Mat::from_fn(9000, 3, tail);
    let changed = files.path("tail.npz");
    let model = logitdist::Model::new(f, a.unembeddings().to_owned(), None).unwrap();
    logitdist_io::write_npz(Path::new(&changed), &model).unwrap();
    compare(&[changed, pair[1].clone()], &whole).refused(&["different pairs"]);
    // Numbers whose powers underflow.
    let values = |scale: f64| (0..27_000).map(|i| scale * f64::from(i).sin()).collect::<Vec<f64>>();
    let f = files.bytes("tiny.npy", &npy_of("(9000, 3)", &values(1e-200)));
    let g = files.bytes("g.npy", &npy_of("(4, 3)", &values(1.0)[..12]));
    let models = ["--embeddings-a", &f, "--unembeddings-a", &g, "--embeddings-b", &f, "--unembeddings-b", &g];
    let out = [1, 2].map(|part| {
        let (out, part) = (files.path(&format!("tiny-{part}.summary")), format!("{part}/2"));
        logitdist(&[&["reduce", "--part", &part, "--out", &out], &models[..]].concat()).ok();
        out
    });
    let summaries = ["--no-intervals", "--summaries", &out[0], &out[1]];
    logitdist(&[&["compare"], &models[..], &summaries[..]].concat()).refused(&["must be 0 or at least"]);
}
