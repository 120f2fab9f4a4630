//! The `.npy` format: a magic string, a version, a Python dictionary as text, and the entries.

// The header is parsed here: published readers allocate whatever length it claims, and recurse as deep as it is nested. Three keys
// with plain values need neither.

use crate::array::{Array, Layout, Order};
use crate::element::{Element, Number};
use crate::error::{Place, Problem, ReadError};
use crate::regular::what_it_is;
use std::fs::File;
use std::io::Read;
use std::path::Path;

const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// Longest header accepted; numpy itself refuses more than 10 000 bytes, and a plain array needs about 100.
const LONGEST_HEADER: u32 = 10_000;

/// Opens an `.npy` file.
pub(crate) fn open(path: &Path) -> Result<Array<'static>, ReadError> {
    let (file, len) = open_file(path, "an .npy file")?;
    from_reader(Place::file(path), Box::new(file), len, Some(0))
}

/// Opens a regular file and says how long it is; an error says which form of file is `needed`.
pub(crate) fn open_file(path: &Path, needed: &'static str) -> Result<(File, u64), ReadError> {
    let place = Place::file(path);
    let metadata = path.metadata().map_err(|e| place.error(Problem::Io(e)))?;
    if let Some(found) = what_it_is(&metadata) {
        return Err(place.error(Problem::Kind { found, needed }));
    }
    crate::regular::open_file(path).map_err(|e| place.error(Problem::Io(e)))
}

/// The array in `len` bytes of `.npy`. `offset` is their place in the file if they are uncompressed.
pub(crate) fn from_reader<'a>(
    place: Place,
    mut data: Box<dyn Read + 'a>,
    len: u64,
    offset: Option<u64>,
) -> Result<Array<'a>, ReadError> {
    let (layout, header_len) = read_header(&place, &mut data, len)?;
    let offset = offset.map(|offset| offset + header_len);
    Ok(Array { place, layout, available: len - header_len, data, offset })
}

/// The layout in the header of what comes through a pipe; its entries follow.
pub(crate) fn read_layout(place: &Place, data: &mut dyn Read) -> Result<Layout, ReadError> {
    Ok(read_header(place, data, u64::MAX)?.0)
}

/// The layout, and how many bytes the header took.
fn read_header(place: &Place, data: &mut dyn Read, len: u64) -> Result<(Layout, u64), ReadError> {
    let header = |problem: String| place.error(Problem::Header(problem));
    let start = read_up_to(place, data, MAGIC.len() + 2)?;
    if !start.starts_with(MAGIC) {
        let found = describe_start(&start);
        return Err(place.error(Problem::Magic { found, needed: "an .npy file, beginning with \\x93NUMPY," }));
    }
    let ended = || match len {
        u64::MAX => header("what comes through the pipe ends inside it".to_owned()),
        _ => header(format!("the file ends inside it, after {len} bytes")),
    };
    let length_bytes = match start[MAGIC.len()..] {
        [1, 0] => 2,
        [2 | 3, 0] => 4,
        [major, minor] => {
            return Err(header(format!("npy version {major}.{minor} is unknown; 1.0, 2.0 or 3.0 is needed")));
        }
        _ => return Err(ended()),
    };
    let mut text_len = [0; 4];
    let read = read_up_to(place, data, length_bytes)?;
    text_len[..read.len()].copy_from_slice(&read);
    let text_len = u32::from_le_bytes(text_len);
    if read.len() < length_bytes {
        return Err(ended());
    }
    if text_len > LONGEST_HEADER {
        return Err(header(format!(
            "it claims {text_len} bytes; a plain array needs under {LONGEST_HEADER}"
        )));
    }
    let text = read_up_to(place, data, text_len as usize)?;
    if text.len() < text_len as usize {
        return Err(ended());
    }
    let text = String::from_utf8_lossy(&text);
    let layout = parse_dictionary(&text).map_err(|problem| place.error(problem))?;
    Ok((layout, (start.len() + length_bytes) as u64 + u64::from(text_len)))
}

/// `wanted` bytes, or fewer where the data ends before.
fn read_up_to(place: &Place, data: &mut dyn Read, wanted: usize) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    data.take(wanted as u64).read_to_end(&mut bytes).map_err(|e| place.error(Problem::Io(e)))?;
    Ok(bytes)
}

/// What a file that is not `.npy` seems to be, from its first bytes.
fn describe_start(start: &[u8]) -> String {
    match start {
        [] => "the file is empty".to_owned(),
        [b'P', b'K', ..] => "this is a zip archive (an .npz file, or one of torch.save)".to_owned(),
        [0x80, 2..=5, ..] => "this is a Python pickle".to_owned(),
        [0x89, b'H', b'D', b'F', ..] => "this is an HDF5 file".to_owned(),
        _ => format!("the file begins with \"{}\"", start.escape_ascii()),
    }
}

/// The three keys of `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`, in any order.
fn parse_dictionary(text: &str) -> Result<Layout, Problem> {
    let malformed = |what: &str| Problem::Header(format!("{what} in `{}`", shortened(text)));
    let (mut element, mut order, mut shape) = (None, None, None);
    let mut rest = text.trim().strip_prefix('{').ok_or_else(|| malformed("no `{`"))?.trim_start();
    while let Some(at_key) = rest.strip_prefix(['\'', '"']) {
        let (key, after) = at_key.split_once(['\'', '"']).ok_or_else(|| malformed("an unfinished key"))?;
        let value = after.trim_start().strip_prefix(':').ok_or_else(|| malformed("no `:` after a key"))?;
        let value = value.trim_start();
        let (twice, after) = match key {
            "descr" => {
                let (found, after) = parse_descr(value, &malformed)?;
                (element.replace(found).is_some(), after)
            }
            "fortran_order" => {
                let (found, after) = parse_order(value)
                    .ok_or_else(|| malformed("`fortran_order` that is neither True nor False"))?;
                (order.replace(found).is_some(), after)
            }
            "shape" => {
                let (found, after) = parse_shape(value)
                    .ok_or_else(|| malformed("`shape` that is no tuple of lengths under 2^64"))?;
                (shape.replace(found).is_some(), after)
            }
            _ => return Err(malformed("an unknown key")),
        };
        if twice {
            return Err(malformed("a key given twice"));
        }
        rest = after.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None => break,
        }
    }
    if rest != "}" {
        return Err(malformed("no `}` after the last value"));
    }
    match (element, order, shape) {
        (Some(element), Some(order), Some(shape)) => Ok(Layout { shape, element, order }),
        (None, ..) => Err(malformed("no `descr`")),
        (_, None, _) => Err(malformed("no `fortran_order`")),
        (.., None) => Err(malformed("no `shape`")),
    }
}

/// `'<f8'` and its like, and the text behind it.
fn parse_descr<'a>(
    text: &'a str,
    malformed: &dyn Fn(&str) -> Problem,
) -> Result<(Element, &'a str), Problem> {
    if text.starts_with('[') {
        return Err(Problem::Type("structured (a record with fields)".to_owned()));
    }
    let quoted = text.strip_prefix(['\'', '"']).and_then(|rest| rest.split_once(['\'', '"']));
    let (descr, after) = quoted.ok_or_else(|| malformed("`descr` that is no type"))?;
    let (big_endian, kind) = match descr.as_bytes() {
        [b'>', ..] => (true, &descr[1..]),
        [b'<' | b'|' | b'=', ..] => (false, &descr[1..]),
        _ => (false, descr),
    };
    // No name of a label is longer, and rows of such names cannot overflow a size.
    let characters =
        kind.get(1..).and_then(|width| width.parse::<u32>().ok()).filter(|width| *width <= 1 << 16);
    let number = match kind {
        "f2" => Number::F16,
        "f4" => Number::F32,
        "f8" => Number::F64,
        "i1" => Number::I8,
        "i2" => Number::I16,
        "i4" => Number::I32,
        "i8" => Number::I64,
        "u1" => Number::U8,
        "u2" => Number::U16,
        "u4" => Number::U32,
        "u8" => Number::U64,
        // numpy has no bfloat16. It saves that of ml_dtypes (used by JAX) as two bytes without a type.
        "V2" => Number::Bf16,
        "b1" => Number::Bool,
        _ if kind.starts_with('U') && characters.is_some() => Number::Utf32(characters.unwrap_or_default()),
        _ if kind.starts_with(['S', 'a']) && characters.is_some() => {
            Number::Bytes(characters.unwrap_or_default())
        }
        _ => return Err(Problem::Type(describe_type(descr, kind))),
    };
    Ok((Element { number, big_endian }, after))
}

/// A type that is not supported, in words where numpy's code is not plain.
fn describe_type(descr: &str, kind: &str) -> String {
    let name = match kind.as_bytes().first() {
        Some(b'O') => "Python objects",
        Some(b'i') => "integers",
        Some(b'u') => "unsigned integers",
        Some(b'b') => "booleans",
        Some(b'c') => "complex numbers",
        Some(b'S' | b'a' | b'U') => "strings",
        Some(b'f') => "floating-point numbers of another width",
        Some(b'm' | b'M') => "times",
        Some(b'V') => "bytes of no type",
        _ => "unknown",
    };
    format!("`{}` ({name})", shortened(descr))
}

/// Text from a file, made safe for a message: one line, short, without control characters.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut shown: String = text.trim_end().chars().take(LONGEST).collect();
    if shown.len() < text.trim_end().len() {
        shown.push('…');
    }
    shown.escape_debug().to_string()
}

fn parse_order(text: &str) -> Option<(Order, &str)> {
    if let Some(after) = text.strip_prefix("False") {
        return Some((Order::C, after));
    }
    text.strip_prefix("True").map(|after| (Order::Fortran, after))
}

/// `(3, 4)`, `(3,)` or `()`; Python 2 wrote `(3L, 4L)`.
fn parse_shape(text: &str) -> Option<(Vec<u64>, &str)> {
    let (inside, after) = text.strip_prefix('(')?.split_once(')')?;
    let inside = inside.trim();
    let inside = inside.strip_suffix(',').unwrap_or(inside);
    if inside.is_empty() {
        return Some((Vec::new(), after));
    }
    let axes = inside.split(',').map(|axis| {
        let axis = axis.trim();
        axis.strip_suffix('L').unwrap_or(axis).parse::<u64>().ok()
    });
    Some((axes.collect::<Option<Vec<u64>>>()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_other_writers_than_numpy_are_understood() {
        let expected = Layout {
            shape: vec![3, 4],
            element: Element { number: Number::F64, big_endian: false },
            order: Order::C,
        };
        for text in [
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }            \n",
            "{\"shape\":(3,4),\"fortran_order\":False,\"descr\":\"<f8\"}",
            "  { 'fortran_order' : False , 'shape' : ( 3L , 4L , ) , 'descr' : 'f8' , }",
        ] {
            assert_eq!(parse_dictionary(text).ok(), Some(expected.clone()), "{text}");
        }
    }

    #[test]
    fn malformed_headers_say_what_is_wrong_with_them() {
        for (text, expected) in [
            ("", "no `{`"),
            ("{", "no `}`"),
            ("{}", "no `descr`"),
            ("{'descr': '<f8'}", "no `fortran_order`"),
            ("{'descr': '<f8', 'fortran_order': True}", "no `shape`"),
            ("{'descr': '<f8', 'descr': '<f8'}", "given twice"),
            ("{'descr': 8}", "`descr` that is no type"),
            ("{'descr", "an unfinished key"),
            ("{'descr'}", "no `:`"),
            ("{'fortran_order': 0}", "neither True nor False"),
            ("{'shape': (3, -4)}", "no tuple"),
            ("{'shape': (3, 4}", "no tuple"),
            ("{'shape': (99999999999999999999, 4)}", "no tuple"),
            ("{'shape': [3, 4]}", "no tuple"),
            ("{'shape': (,)}", "no `descr`"),
            ("{'colour': 'red'}", "an unknown key"),
            ("{'shape': (3, 4)} trailing", "no `}` after"),
        ] {
            let message = parse_dictionary(text).unwrap_err().to_string();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
