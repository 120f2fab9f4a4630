//! Bytes of files, made by hand so that any of them can be wrong.

use half::{bf16, f16};
use logitdist_testing::npy;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A type as numpy and safetensors name it, and its bytes.
pub struct Type {
    pub descr: &'static str,
    pub safetensors: Option<&'static str>,
    pub bytes: fn(f64) -> Vec<u8>,
}

pub const TYPES: [Type; 8] = [
    Type { descr: "<f2", safetensors: Some("F16"), bytes: |v| f16::from_f64(v).to_le_bytes().to_vec() },
    Type { descr: ">f2", safetensors: None, bytes: |v| f16::from_f64(v).to_be_bytes().to_vec() },
    Type { descr: "|V2", safetensors: Some("BF16"), bytes: |v| bf16::from_f64(v).to_le_bytes().to_vec() },
    Type { descr: ">V2", safetensors: None, bytes: |v| bf16::from_f64(v).to_be_bytes().to_vec() },
    Type { descr: "<f4", safetensors: Some("F32"), bytes: |v| (v as f32).to_le_bytes().to_vec() },
    Type { descr: ">f4", safetensors: None, bytes: |v| (v as f32).to_be_bytes().to_vec() },
    Type { descr: "<f8", safetensors: Some("F64"), bytes: |v| v.to_le_bytes().to_vec() },
    Type { descr: ">f8", safetensors: None, bytes: |v| v.to_be_bytes().to_vec() },
];

/// Little-endian f64.
pub const F64: &Type = &TYPES[6];

/// Entries of a rows×cols array, one after the other in the order of the file.
pub fn data(
    ty: &Type,
    fortran: bool,
    rows: usize,
    cols: usize,
    entry: impl Fn(usize, usize) -> f64,
) -> Vec<u8> {
    let (runs, run_len) = if fortran { (cols, rows) } else { (rows, cols) };
    let mut bytes = Vec::new();
    for run in 0..runs {
        for at in 0..run_len {
            let (row, col) = if fortran { (at, run) } else { (run, at) };
            bytes.extend((ty.bytes)(entry(row, col)));
        }
    }
    bytes
}

/// A valid 2-D `.npy` file of f64 in C order.
pub fn matrix(rows: usize, cols: usize, entry: impl Fn(usize, usize) -> f64) -> Vec<u8> {
    npy("<f8", false, &format!("({rows}, {cols})"), &data(F64, false, rows, cols, entry))
}

/// A valid 1-D `.npy` file of f64.
pub fn vector(len: usize, entry: impl Fn(usize) -> f64) -> Vec<u8> {
    npy("<f8", false, &format!("({len},)"), &data(F64, false, 1, len, |_, i| entry(i)))
}

/// An archive of these entries.
pub fn npz(method: CompressionMethod, entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(method);
        archive.start_file(format!("{name}.npy"), options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A safetensors file of this header and these bytes.
pub fn safetensors_with_header(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

/// A valid safetensors file: name, type, shape as JSON, bytes.
pub fn safetensors(tensors: &[(&str, &str, &str, &[u8])]) -> Vec<u8> {
    let (mut header, mut all) = (String::from("{\"__metadata__\": {\"format\": \"pt\"}"), Vec::new());
    for (name, dtype, shape, bytes) in tensors {
        let (begin, end) = (all.len(), all.len() + bytes.len());
        write!(
            header,
            ", \"{name}\": {{\"dtype\": \"{dtype}\", \"shape\": {shape}, \"data_offsets\": [{begin}, {end}]}}"
        )
        .unwrap();
        all.extend_from_slice(bytes);
    }
    header.push('}');
    safetensors_with_header(&header, &all)
}

/// A `.gguf` file of these tensors: names, lengths of axes (the fastest first), numbers of types, and bytes. Metadata of every kind are
/// before them.
pub fn gguf(tensors: &[(&str, &[u64], u32, &[u8])]) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend((tensors.len() as u64).to_le_bytes());
    let metadata = [
        ("general.architecture", 8_u32, text("llama")),
        ("general.alignment", 4, 16_u32.to_le_bytes().to_vec()),
        ("tokens", 9, [&8_u32.to_le_bytes()[..], &2_u64.to_le_bytes(), &text("a"), &text("")].concat()),
        ("scores", 9, [&6_u32.to_le_bytes()[..], &2_u64.to_le_bytes(), &[0; 8]].concat()),
        ("count", 10, vec![7; 8]),
    ];
    bytes.extend((metadata.len() as u64).to_le_bytes());
    for (key, kind, value) in metadata {
        bytes.extend(text(key));
        bytes.extend(kind.to_le_bytes());
        bytes.extend(value);
    }
    let mut data = Vec::new();
    for (name, axes, kind, tensor) in tensors {
        data.resize(data.len().next_multiple_of(16), 0);
        bytes.extend(text(name));
        bytes.extend((axes.len() as u32).to_le_bytes());
        axes.iter().for_each(|axis| bytes.extend(axis.to_le_bytes()));
        bytes.extend(kind.to_le_bytes());
        bytes.extend((data.len() as u64).to_le_bytes());
        data.extend_from_slice(tensor);
    }
    bytes.resize(bytes.len().next_multiple_of(16), 0);
    [bytes, data].concat()
}
