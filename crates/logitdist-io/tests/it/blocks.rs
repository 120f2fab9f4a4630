//! Models read in blocks are those read whole, bit for bit, and say the same of the same mistakes.

use crate::files::{TYPES, Type, data, npz, safetensors};
use logitdist::{Blocks, Error, Mat, Model, ModelRows, Pair, Settings, Subsets, compare};
use logitdist_io::{FileModel, ReadOptions, Source, Transpose, open_model, read_model};
use logitdist_testing::npy;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use std::fs;
use std::path::Path;
use zip::CompressionMethod::{Deflated, Stored};

const LABELS: usize = 9;
const DIM: usize = 3;

/// Numbers that f16 and bf16 round, in no simple relation to one another.
fn f(model: usize) -> impl Fn(usize, usize) -> f64 {
    move |i, j| ((i * (17 + model) + 7 * j + i * j % 11) as f64 * 0.37).sin() + 0.1 * j as f64
}

fn g(model: usize) -> impl Fn(usize, usize) -> f64 {
    move |y, j| ((y * 5 + (3 + model) * j + y * y) as f64 * 0.71).cos()
}

fn b(y: usize) -> f64 {
    (y as f64 * 0.9).sin()
}

/// How the arrays of a model are stored.
struct Form {
    ty: &'static Type,
    fortran: bool,
    bias: bool,
}

impl Form {
    fn arrays(&self, model: usize, inputs: usize) -> Vec<(&'static str, String, Vec<u8>)> {
        let mut arrays = vec![
            ("embeddings", format!("({inputs}, {DIM})"), data(self.ty, self.fortran, inputs, DIM, f(model))),
            (
                "unembeddings",
                format!("({LABELS}, {DIM})"),
                data(self.ty, self.fortran, LABELS, DIM, g(model)),
            ),
        ];
        if self.bias {
            arrays.push(("bias", format!("({LABELS},)"), data(self.ty, false, 1, LABELS, |_, y| b(y))));
        }
        arrays
    }

    fn npy_files(&self, model: usize, inputs: usize) -> Vec<(&'static str, Vec<u8>)> {
        let npy = |(name, shape, bytes): (_, String, Vec<u8>)| {
            (name, npy(self.ty.descr, self.fortran, &shape, &bytes))
        };
        self.arrays(model, inputs).into_iter().map(npy).collect()
    }

    /// The same model in every container that can hold it.
    fn sources(&self, folder: &Path, model: usize, inputs: usize) -> Vec<Source> {
        let files = self.npy_files(model, inputs);
        let entries: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, &bytes[..])).collect();
        let directory = folder.join(format!("npy-{model}"));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        for (name, bytes) in &entries {
            fs::write(directory.join(format!("{name}.npy")), bytes).unwrap();
        }
        let stored = folder.join(format!("stored-{model}.npz"));
        fs::write(&stored, npz(Stored, &entries)).unwrap();
        let deflated = folder.join(format!("deflated-{model}.npz"));
        fs::write(&deflated, npz(Deflated, &entries)).unwrap();
        let mut sources = vec![Source::Path(directory), Source::Path(stored), Source::Path(deflated)];
        if let (Some(dtype), false) = (self.ty.safetensors, self.fortran) {
            let arrays = self.arrays(model, inputs);
            let tensor = |(name, shape, bytes): &'_ (&'static str, String, Vec<u8>)| {
                (*name, dtype, shape.replace('(', "[").replace(",)", "]").replace(')', "]"), bytes.clone())
            };
            let tensors: Vec<_> = arrays.iter().map(tensor).collect();
            let tensors: Vec<_> = tensors.iter().map(|(n, d, s, b)| (*n, *d, &s[..], &b[..])).collect();
            let path = folder.join(format!("model-{model}.safetensors"));
            fs::write(&path, safetensors(&tensors)).unwrap();
            sources.push(Source::Path(path));
        }
        sources
    }
}

/// Everything that a comparison says, in digits that give back every bit.
fn said(a: &dyn ModelRows, b: &dyn ModelRows, inputs_limit: Option<usize>) -> String {
    let settings = Settings {
        inputs_limit,
        subsets: Subsets::Sampled { pivots: 3, per_pivot: 4 },
        per_input: true,
        ..Settings::default()
    };
    let pair = Pair::new(a, b).unwrap();
    let c = compare(&pair, &settings, &mut ChaCha8Rng::seed_from_u64(3)).unwrap();
    format!("{:?}{:?}{:?}{:?}{:?}{:?}", c.scalars, c.lists, c.notes, c.bounds, c.bounds_ba, c.per_input)
}

fn opened(source: &Source) -> FileModel<'static> {
    open_model(source, &ReadOptions::default()).unwrap()
}

fn whole(source: &Source) -> Model {
    read_model(source, &ReadOptions::default()).unwrap()
}

#[test]
fn a_comparison_in_blocks_is_that_in_memory_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    // Fewer inputs than columns; one block; several that are not equally long.
    for inputs in [2, 100, 4500] {
        let blocks = Blocks::of(inputs, 3 + 2 * DIM).count();
        assert_eq!(blocks, if inputs < 4096 { 1 } else { 2 });
        for (ty, fortran, bias) in TYPES
            .iter()
            .zip([false, true].iter().cycle())
            .map(|(t, f)| (t, *f, *f))
            .chain(TYPES.iter().zip([true, false].iter().cycle()).map(|(t, f)| (t, *f, !*f)))
        {
            let form = Form { ty, fortran, bias };
            let a = form.sources(folder.path(), 0, inputs);
            let b = form.sources(folder.path(), 1, inputs);
            let (in_memory_a, in_memory_b) = (whole(&a[0]), whole(&b[0]));
            let expected = said(&in_memory_a, &in_memory_b, Some(60));
            for (a, b) in a.iter().zip(&b) {
                let found = said(&opened(a), &opened(b), Some(60));
                assert!(found == expected, "{} {fortran} {bias} {inputs} {a:?}", ty.descr);
            }
        }
    }
    let form = Form { ty: &TYPES[2], fortran: false, bias: true };
    let [a, b] = [0, 1].map(|model| form.sources(folder.path(), model, 700).remove(0));
    assert_eq!(said(&opened(&a), &opened(&b), None), said(&whole(&a), &whole(&b), None), "all inputs");
    assert_eq!(said(&opened(&a), &whole(&b), None), said(&whole(&a), &whole(&b), None), "one of each");
}

#[test]
fn rows_are_those_of_the_matrix_wherever_a_block_begins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.npy");
    let labels = folder.path().join("g.npy");
    // More entries than are widened at a time, in a row and in a column.
    for (rows, cols) in [(300, 700), (70_001, 2), (2, 70_001)] {
        let entry = |i: usize, j: usize| (i * 1000 + j * 7 + i * j % 13) as f64;
        for (fortran, transpose) in [(false, false), (false, true), (true, false), (true, true)] {
            let (r, c) = if transpose { (cols, rows) } else { (rows, cols) };
            let stored = |i: usize, j: usize| if transpose { entry(j, i) } else { entry(i, j) };
            let bytes = data(&TYPES[6], fortran, r, c, stored);
            fs::write(&path, npy("<f8", fortran, &format!("({r}, {c})"), &bytes)).unwrap();
            let g = data(&TYPES[6], false, 2, cols, |y, _| y as f64);
            fs::write(&labels, npy("<f8", false, &format!("(2, {cols})"), &g)).unwrap();
            let source = Source::Files { embeddings: path.clone(), unembeddings: labels.clone(), bias: None };
            let transpose = Transpose { embeddings: transpose, unembeddings: false };
            let model = open_model(&source, &ReadOptions { transpose, ..Default::default() }).unwrap();
            assert_eq!((model.n_inputs(), model.dim()), (rows, cols));
            for (start, n) in [(0, rows), (0, 1), (rows - 1, 1), (1, rows / 2), (rows / 2, rows - rows / 2)] {
                let mut found = Mat::zeros(n, cols);
                model.read(start, found.as_mut()).unwrap();
                assert!(
                    found == Mat::from_fn(n, cols, |i, j| entry(start + i, j)),
                    "{rows}×{cols} {fortran} {start}"
                );
            }
        }
    }
}

/// What a comparison of a model with itself fails with.
fn error(model: &FileModel) -> String {
    let pair = Pair::new(model, model).unwrap();
    match compare(&pair, &Settings::default(), &mut ChaCha8Rng::seed_from_u64(0)) {
        Err(Error::Unreadable(text)) => text,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn what_is_wrong_with_rows_is_said_in_the_same_words() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = 9000;
    assert_eq!(Blocks::of(inputs, 3 + 2 * DIM).count(), 4);
    let g = npy("<f4", false, "(4, 3)", &data(&TYPES[4], false, 4, DIM, g(0)));
    type Entries<'a> = &'a dyn Fn(usize, usize) -> f64;
    let wrong: [(&str, Entries<'_>); 3] = [
        ("NaN in the last block", &|i, j| if (i, j) == (inputs - 2, 1) { f64::NAN } else { 1.0 }),
        // The first in the order of rows, though two blocks are read at once.
        ("infinities", &|i, _| if i >= 2500 { f64::INFINITY } else { 1.0 }),
        ("a scale that underflows", &|_, _| 1e-70),
    ];
    for (name, entry) in wrong {
        for fortran in [false, true] {
            let ty = &TYPES[6];
            let f =
                npy(ty.descr, fortran, &format!("({inputs}, {DIM})"), &data(ty, fortran, inputs, DIM, entry));
            let path = folder.path().join("model.npz");
            fs::write(&path, npz(Stored, &[("embeddings", &f), ("unembeddings", &g)])).unwrap();
            let source = Source::Path(path);
            let expected = read_model(&source, &ReadOptions::default()).unwrap_err().to_string();
            assert_eq!(error(&opened(&source)), expected, "{name}, {fortran}");
        }
    }
}

#[test]
fn a_damaged_archive_and_a_file_that_shrinks_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let form = Form { ty: &TYPES[2], fortran: false, bias: true };
    let mut sources = form.sources(folder.path(), 0, 2000);
    let Source::Path(npz) = &sources[1] else { unreachable!("a path") };
    let mut bytes = fs::read(npz).unwrap();
    let middle = 6000;
    bytes[middle] ^= 1;
    fs::write(npz, &bytes).unwrap();
    let expected = read_model(&sources[1], &ReadOptions::default()).unwrap_err().to_string();
    assert!(expected.contains("checksum"), "{expected}");
    assert_eq!(error(&opened(&sources[1])), expected);

    let Source::Path(tensors) = sources.remove(3) else { unreachable!("a path") };
    let model = opened(&Source::Path(tensors.clone()));
    fs::File::options().write(true).open(&tensors).unwrap().set_len(5000).unwrap();
    let text = error(&model);
    assert!(text.starts_with(&*tensors.to_string_lossy()), "{text}");
    assert!(
        text.contains("array `embeddings`") && text.contains("the data ends before its claimed size"),
        "{text}"
    );
    let cut = open_model(&Source::Path(tensors.clone()), &ReadOptions::default()).unwrap_err().to_string();
    assert_eq!(cut, read_model(&Source::Path(tensors), &ReadOptions::default()).unwrap_err().to_string());
}
