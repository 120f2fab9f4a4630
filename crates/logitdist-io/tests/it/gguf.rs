//! Last layers in GGUF files: values against the reference reader, and what is wrong with a file.

use crate::files::{gguf, matrix};
use logitdist_io::{OpenedModel, ReadOptions, Source, read_model};
use std::fs;
use std::path::{Path, PathBuf};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The unembeddings of a file or of an array in it, as a model of this many columns has them; or what is wrong.
fn unembeddings(folder: &Path, path: &str, cols: usize, find_head: bool) -> Result<Vec<f64>, String> {
    let embeddings = folder.join("f.npy");
    fs::write(&embeddings, matrix(2, cols, |i, j| (i + j) as f64)).unwrap();
    let source = Source::Files { embeddings, unembeddings: path.into(), bias: None };
    let model = read_model(&source, &ReadOptions { find_head, ..ReadOptions::default() });
    let model = model.map_err(|error| error.to_string())?;
    Ok(model.unembeddings().row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>()).collect())
}

#[test]
fn every_type_is_what_the_reference_reads() {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q6_K"] {
        let of = |file: &str| {
            let path = format!("{}::{kind}", data(file).display());
            unembeddings(folder.path(), &path, 256, false).unwrap()
        };
        let (found, expected) = (of("heads.gguf"), of("heads.npz"));
        assert_eq!(found.len(), 512);
        assert_eq!(found, expected, "{kind}");
    }
    let path = format!("{}::Q5_0", data("heads.gguf").display());
    let error = unembeddings(folder.path(), &path, 256, false).unwrap_err();
    assert!(error.contains("array `Q5_0`") && error.contains("GGUF type Q5_0; F32, F16, BF16"), "{error}");
}

fn ones(count: usize) -> Vec<u8> {
    1.0_f32.to_le_bytes().repeat(count)
}

#[test]
fn a_head_is_found_and_without_one_it_is_that_of_the_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    let (head, tokens, bias) = (ones(6), ones(9), ones(2));
    let embeddings = folder.path().join("f.npy");
    fs::write(&embeddings, matrix(5, 3, |i, j| (i * j) as f64)).unwrap();
    let found = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let source = Source::Files { embeddings: embeddings.clone(), unembeddings: path.clone(), bias: None };
        let options = ReadOptions { find_head: true, ..ReadOptions::default() };
        OpenedModel::open(&source, &options).map(|model| (model.n_labels(), model.found_head().unwrap()))
    };
    let tied = ("token_embd.weight", &[3, 3][..], 0, &tokens[..]);
    let own = [tied, ("output.weight", &[3, 2], 0, &head), ("output.bias", &[2], 0, &bias)];
    assert_eq!(found(&gguf(&own)).unwrap(), (2, "`output.weight` and `output.bias`".to_owned()));
    assert_eq!(found(&gguf(&[tied])).unwrap(), (3, "`token_embd.weight`".to_owned()));
    let error = found(&gguf(&[("blk.0.attn_output.weight", &[3, 3], 0, &tokens)])).unwrap_err().to_string();
    assert!(error.contains("no output.weight and no token_embd.weight"), "{error}");
}

#[test]
fn what_is_wrong_with_a_file_is_said_before_memory_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        unembeddings(folder.path(), &format!("{}::w", path.display()), 32, false).unwrap_err()
    };
    let of = |axes: &[u64], kind: u32, bytes: &[u8]| gguf(&[("w", axes, kind, bytes)]);
    let whole = of(&[32, 2], 8, &[0; 68]);
    fs::write(&path, &whole).unwrap();
    assert_eq!(unembeddings(folder.path(), &format!("{}::w", path.display()), 32, false), Ok(vec![0.0; 64]));
    for (bytes, needed) in [
        (of(&[32, 2], 8, &[0; 67]), "the header claims 68 bytes of data and there are 67"),
        (of(&[32, 1 << 60], 8, &[0; 68]), "the header claims over 2^64 bytes"),
        (of(&[32, 1 << 40], 0, &[0; 68]), "the header claims 140737488355328 bytes"),
        (of(&[16, 4], 8, &[0; 68]), "rows of 16 entries are not made of blocks of 32"),
        (of(&[32, 2], 99, &[0; 68]), "GGUF type number 99"),
        (of(&[64], 8, &[0; 68]), "2-D (rows, columns) is needed"),
        (of(&[1; 5], 0, &[0; 4]), "`w` has 5 axes"),
        (gguf(&[("w", &[1], 0, &[0; 4]), ("w", &[1], 0, &[0; 4])]), "two tensors `w`"),
        (gguf(&[("x", &[32, 2], 8, &[0; 68])]), "there is no array `w`; there are `x`"),
        (whole[..100].to_vec(), "the file ends inside it"),
        (b"GGML".repeat(9), "begins with \"GGML\""),
        ([&b"GGUF"[..], &7_u32.to_le_bytes(), &[0; 16]].concat(), "GGUF version 7 is unknown"),
        ([&b"GGUF"[..], &3_u32.to_be_bytes(), &[0; 16]].concat(), "it is big-endian"),
        (
            [&b"GGUF"[..], &3_u32.to_le_bytes(), &[255; 8], &[0; 8]].concat(),
            "it claims 18446744073709551615 tensors",
        ),
        (
            [&b"GGUF"[..], &3_u32.to_le_bytes(), &[0; 8], &(1_u64 << 50).to_le_bytes(), &[0; 40]].concat(),
            "it claims 1125899906842624 entries of metadata",
        ),
        (Vec::new(), "the file ends inside it"),
    ] {
        let error = refused(&bytes);
        assert!(error.contains(needed), "{needed}: {error}");
        assert!(error.contains("model.gguf") && !error.contains('\n'), "{error}");
    }
}
