//! Last layers in checkpoints as they are, and what they do beside f·g + b.

use crate::{Files, json, logitdist};
use logitdist_testing::npy_of;
use serde_json::Value;

const N: usize = 30;
const K: usize = 6;
const M: usize = 3;

fn f(phase: f64) -> Vec<f64> {
    (0..N * M).map(|at| ((at * at % 97) as f64 * 0.7 + phase).sin()).collect()
}

fn g(phase: f64) -> Vec<f64> {
    (0..K * M).map(|at| ((at * 5) as f64 * 0.3 + phase).cos()).collect()
}

fn bias() -> Vec<f64> {
    (0..K).map(|y| y as f64 / 10.0).collect()
}

/// A tensor: its name, shape and entries.
type Tensor<'a> = (&'a str, Vec<usize>, Vec<f64>);

/// A safetensors file.
fn safetensors(tensors: &[Tensor<'_>]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, shape, values) in tensors {
        let begin = data.len();
        data.extend(values.iter().flat_map(|x| x.to_le_bytes()));
        let info = serde_json::json!({ "dtype": "F64", "shape": shape, "data_offsets": [begin, data.len()] });
        header.insert((*name).to_owned(), info);
    }
    let header = Value::Object(header).to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

/// A model's folder whose last layer is in the second of two shards; gives its path.
fn folder(files: &Files, name: &str, phase: f64) -> String {
    std::fs::create_dir_all(files.path(name)).unwrap();
    let tokens = ("model.embed_tokens.weight", vec![K, M], vec![0.5; K * M]);
    files.bytes(&format!("{name}/model-1.safetensors"), &safetensors(&[tokens]));
    let head = ("lm_head.weight", vec![K, M], g(phase));
    let head_bias = ("lm_head.bias", vec![K], bias());
    files.bytes(&format!("{name}/model-2.safetensors"), &safetensors(&[head, head_bias]));
    let index = serde_json::json!({ "weight_map": {
        "model.embed_tokens.weight": "model-1.safetensors",
        "lm_head.weight": "model-2.safetensors",
        "lm_head.bias": "model-2.safetensors",
    }});
    files.bytes(&format!("{name}/model.safetensors.index.json"), index.to_string().as_bytes());
    files.path(name)
}

/// A folder of .npy files; gives its path.
fn plain(files: &Files, name: &str, f: &[f64], g: &[f64], bias: Option<&[f64]>) -> String {
    std::fs::create_dir_all(files.path(name)).unwrap();
    files.bytes(&format!("{name}/embeddings.npy"), &npy_of(&format!("({N}, {M})"), f));
    files.bytes(&format!("{name}/unembeddings.npy"), &npy_of(&format!("({K}, {M})"), g));
    if let Some(bias) = bias {
        files.bytes(&format!("{name}/bias.npy"), &npy_of(&format!("({K},)"), bias));
    }
    files.path(name)
}

fn run(arguments: &[&str]) -> logitdist_testing::Run {
    logitdist(&[&["compare", "--format", "json", "--no-intervals"], arguments].concat())
}

fn compared(arguments: &[&str]) -> Value {
    json(run(arguments))
}

fn refused(arguments: &[&str]) -> String {
    let run = run(arguments);
    assert_eq!((run.code, run.stderr.lines().count()), (2, 1), "{}", run.stderr);
    run.stderr
}

fn assert_same(found: &Value, expected: &Value) {
    for token in ["d_logit", "kl_ab", "kl_ba", "m_cca_logits", "tv"] {
        let (found, expected) = (found[token].as_f64().unwrap(), expected[token].as_f64().unwrap());
        assert!((found - expected).abs() <= 1e-11 * expected.abs().max(1e-3), "{token}: {found} {expected}");
    }
}

#[test]
fn a_last_layer_is_named_or_found_in_every_form_of_a_checkpoint() {
    let files = Files::new();
    let (phase_a, phase_b) = (0.2, 0.9);
    let expected = compared(&[
        &plain(&files, "a0", &f(phase_a), &g(phase_a), Some(&bias())),
        &plain(&files, "b0", &f(phase_b), &g(phase_b), Some(&bias())),
    ]);
    let (a, b) = (folder(&files, "a", phase_a), folder(&files, "b", phase_b));
    let embeddings = |phase: f64, name: &str| files.bytes(name, &npy_of(&format!("({N}, {M})"), &f(phase)));
    let (f_a, f_b) = (embeddings(phase_a, "fa.npy"), embeddings(phase_b, "fb.npy"));
    let single = |g_a: &str, bias_a: &str, g_b: &str, bias_b: &str| {
        compared(&[
            "--embeddings-a",
            &f_a,
            "--unembeddings-a",
            g_a,
            "--bias-a",
            bias_a,
            "--embeddings-b",
            &f_b,
            "--unembeddings-b",
            g_b,
            "--bias-b",
            bias_b,
        ])
    };
    let (head, head_bias) = ("::lm_head.weight", "::lm_head.bias");
    let (index, shard) = (format!("{a}/model.safetensors.index.json"), format!("{b}/model-2.safetensors"));
    assert_same(
        &single(
            &format!("{a}{head}"),
            &format!("{a}{head_bias}"),
            &format!("{b}{head}"),
            &format!("{b}{head_bias}"),
        ),
        &expected,
    );
    assert_same(
        &single(
            &format!("{index}{head}"),
            &format!("{index}{head_bias}"),
            &format!("{shard}{head}"),
            &format!("{shard}{head_bias}"),
        ),
        &expected,
    );
    // With --head its name need not be known, and the bias comes with it.
    let found = compared(&[
        "--embeddings-a",
        &f_a,
        "--unembeddings-a",
        &a,
        "--embeddings-b",
        &f_b,
        "--unembeddings-b",
        &shard,
        "--head",
        "auto",
    ]);
    assert_same(&found, &expected);
    let note = found["notes"]["n_labels"].as_str().unwrap();
    assert_eq!(
        note,
        "a's last layer is `lm_head.weight` and `lm_head.bias`; b's last layer is `lm_head.weight` and `lm_head.bias`"
    );
    // Embeddings may lie in the folder of the model.
    std::fs::copy(&f_a, format!("{a}/embeddings.npy")).unwrap();
    std::fs::copy(&f_b, format!("{b}/embeddings.npy")).unwrap();
    assert_same(&compared(&[&a, &b, "--head", "auto"]), &expected);
    let names = "unembeddings=lm_head.weight,bias=lm_head.bias";
    assert_same(&compared(&[&a, &b, "--array-names", names]), &expected);
    // Outputs replace nothing that is read.
    let taken = format!("{shard}{head}");
    let out = run(&[
        "--embeddings-a",
        &f_a,
        "--unembeddings-a",
        &taken,
        "--embeddings-b",
        &f_b,
        "--unembeddings-b",
        &taken,
        "--out",
        &shard,
    ]);
    assert!(out.code == 2 && out.stderr.contains("would be replaced"), "{}", out.stderr);
}

#[test]
fn a_checkpoint_that_is_not_whole_is_refused_with_a_clear_message() {
    let files = Files::new();
    let (a, b) = (folder(&files, "a", 0.2), folder(&files, "b", 0.9));
    for (folder, phase) in [(&a, 0.2), (&b, 0.9)] {
        std::fs::write(format!("{folder}/embeddings.npy"), npy_of(&format!("({N}, {M})"), &f(phase)))
            .unwrap();
    }
    let refused_head = || refused(&[&a, &b, "--head", "auto"]);
    assert_eq!(run(&[&a, &b, "--head", "auto"]).code, 0);
    let shard = format!("{a}/model-2.safetensors");
    let whole = std::fs::read(&shard).unwrap();
    std::fs::write(&shard, &whole[..whole.len() - 8]).unwrap();
    let error = refused_head();
    assert!(
        error.contains("model-2.safetensors") && error.contains("truncated, overlong or damaged"),
        "{error}"
    );
    std::fs::write(&shard, safetensors(&[("other", vec![1], vec![0.0])])).unwrap();
    let error = refused_head();
    assert!(error.contains("`lm_head.weight` is not in the shard `model-2.safetensors`"), "{error}");
    std::fs::remove_file(&shard).unwrap();
    let error = refused_head();
    assert!(
        error.contains("the shard `model-2.safetensors`, which holds `lm_head.weight`, is not beside it"),
        "{error}"
    );
    let index = format!("{a}/model.safetensors.index.json");
    std::fs::write(&index, r#"{"weight_map": {"lm_head.weight": "../x.safetensors"}}"#).unwrap();
    assert!(refused_head().contains("which is no file beside the index"));
    std::fs::write(&index, r#"{"metadata": {}}"#).unwrap();
    assert!(refused_head().contains("with a `weight_map`, is needed"));
    std::fs::remove_file(&index).unwrap();
    let two = [("fc.weight", vec![K, M], g(0.2)), ("head.weight", vec![K, M], g(0.3))];
    std::fs::write(format!("{a}/model.safetensors"), safetensors(&two)).unwrap();
    let error = refused_head();
    assert!(error.contains("several tensors may be the last layer: `fc.weight`, `head.weight`"), "{error}");
    let tied = [("model.embed_tokens.weight", vec![K, M], g(0.2))];
    std::fs::write(format!("{a}/model.safetensors"), safetensors(&tied)).unwrap();
    let error = refused_head();
    assert!(error.contains("no last layer was found") && error.contains("FILE::ARRAY"), "{error}");
    std::fs::write(format!("{a}/config.json"), r#"{"tie_word_embeddings": true}"#).unwrap();
    assert_eq!(run(&[&a, &b, "--head", "auto"]).code, 0);
    let missing = format!("{a}::lm_head.weight");
    let error = refused(&[
        "--embeddings-a",
        &format!("{a}/embeddings.npy"),
        "--unembeddings-a",
        &missing,
        &b,
        "--array-names-b",
        "unembeddings=lm_head.weight",
    ]);
    assert!(error.contains("there is no array `lm_head.weight`"), "{error}");
}

#[test]
fn scales_lengths_and_softcaps_are_those_of_models_that_have_them_already() {
    let files = Files::new();
    let (a, b) = (
        plain(&files, "a", &f(0.2), &g(0.2), Some(&bias())),
        plain(&files, "b", &f(0.9), &g(0.9), Some(&bias())),
    );
    let times = |x: &[f64], s: f64| x.iter().map(|x| x * s).collect::<Vec<f64>>();
    let scaled = |name: &str, phase: f64, s: f64| {
        plain(&files, name, &f(phase), &times(&g(phase), s), Some(&times(&bias(), s)))
    };
    let expected = compared(&[&scaled("a2", 0.2, 2.5), &scaled("b2", 0.9, 0.5)]);
    assert_same(&compared(&[&a, &b, "--logit-scale", "2.5", "--logit-scale-b", "0.5"]), &expected);
    let unit = |x: &[f64]| {
        let row = |row: &[f64]| {
            let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            row.iter().map(|x| x / length).collect::<Vec<f64>>()
        };
        x.chunks_exact(M).flat_map(row).collect::<Vec<f64>>()
    };
    let cosine = |name: &str, phase: f64| {
        plain(&files, name, &unit(&f(phase)), &times(&unit(&g(phase)), 20.0), Some(&times(&bias(), 20.0)))
    };
    let expected = compared(&[&cosine("a3", 0.2), &cosine("b3", 0.9)]);
    let found = compared(&[&a, &b, "--normalise", "both", "--logit-scale", "20"]);
    assert_same(&found, &expected);
    assert!((found["m_cca"].as_f64().unwrap() - expected["m_cca"].as_f64().unwrap()).abs() < 1e-11);
    // A softcap is not linear: the capped logits are all that is left.
    let capped = |name: &str, phase: f64| {
        let (f, g, bias) = (f(phase), g(phase), bias());
        let logit = |at: usize| {
            let (i, y) = (at / K, at % K);
            let z = (0..M).map(|j| f[i * M + j] * g[y * M + j]).sum::<f64>() + bias[y];
            1.5 * (z / 1.5).tanh()
        };
        files.bytes(name, &npy_of(&format!("({N}, {K})"), &(0..N * K).map(logit).collect::<Vec<f64>>()))
    };
    let (z_a, z_b) = (capped("a.npy", 0.2), capped("b.npy", 0.9));
    let expected = compared(&["--logits-a", &z_a, "--logits-b", &z_b]);
    let found = compared(&[&a, &b, "--softcap", "1.5"]);
    assert_same(&found, &expected);
    assert!(found["reasons"]["m_cca"].as_str().unwrap().contains("given by its logits alone"));
    let expected = compared(&["--logits-a", &z_a, &b]);
    assert_same(&compared(&[&a, &b, "--softcap", "1.5", "--softcap-b", "none"]), &expected);
    for (option, value) in
        [("--logit-scale", "0"), ("--logit-scale", "-1"), ("--softcap", "nan"), ("--normalise", "f")]
    {
        assert_eq!(run(&[&a, &b, option, value]).code, 2, "{option} {value}");
    }
}
