//! The GGUF format: metadata, a list of tensors, and their bytes, of which many are quantised in blocks.

use crate::array::{Array, Layout, Order};
use crate::element::{Element, Number};
use crate::error::{Place, Problem, ReadError};
use crate::gguf_blocks::{Blocks, Dequantised};
use crate::npy;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// Where tensors begin, unless the metadata say otherwise: a multiple of this.
const ALIGNMENT: u64 = 32;

/// Most axes of a tensor.
const MOST_AXES: u32 = 4;

/// Arrays in arrays are followed so deep.
const DEEPEST: usize = 8;

/// An open file whose header has been read.
pub(crate) struct Gguf {
    file: File,
    /// Bytes of the file.
    len: u64,
    data_start: u64,
    tensors: Vec<Tensor>,
}

struct Tensor {
    name: String,
    /// Lengths of the axes, the slowest first.
    shape: Vec<u64>,
    kind: u32,
    /// Of its first byte, from the beginning of the tensors.
    offset: u64,
}

/// How the entries of a tensor are stored.
enum Stored {
    Plain(Number),
    Blocks(Blocks),
}

impl Gguf {
    /// Opens the file and reads what is before the tensors. Nothing is believed that is longer than the rest of the file.
    pub(crate) fn open(path: &Path) -> Result<Gguf, ReadError> {
        let place = Place::file(path);
        let (file, len) = npy::open_file(path, "a .gguf file")?;
        let mut header = Header { place: &place, data: BufReader::new(file), left: len };
        let (data_start, tensors) = header.read(len)?;
        Ok(Gguf { file: header.data.into_inner(), len, data_start, tensors })
    }

    /// Names of the tensors, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.tensors.iter().map(|tensor| tensor.name.clone()).collect();
        names.sort();
        names
    }

    /// Opens a tensor at `place`; `None` if there is none of that name.
    pub(crate) fn array(&mut self, place: Place, name: &str) -> Result<Option<Array<'_>>, ReadError> {
        let Some(tensor) = self.tensors.iter().find(|tensor| tensor.name == name) else { return Ok(None) };
        let stored = stored(tensor.kind).map_err(|problem| place.error(problem))?;
        let length = |claimed, found| place.error(Problem::Length { claimed, found });
        let count = tensor.shape.iter().try_fold(1_u64, |count, axis| count.checked_mul(*axis));
        let begin = self.data_start.checked_add(tensor.offset);
        let found = begin.map_or(0, |begin| self.len.saturating_sub(begin));
        let claimed = count.and_then(|count| match &stored {
            Stored::Plain(number) => {
                count.checked_mul(Element { number: *number, big_endian: false }.size() as u64)
            }
            Stored::Blocks(blocks) => (count / blocks.entries()).checked_mul(blocks.bytes()),
        });
        if claimed.is_none_or(|claimed| claimed > found) {
            return Err(length(claimed, found));
        }
        let (begin, bytes, count) = (begin.unwrap_or(0), claimed.unwrap_or(0), count.unwrap_or(0));
        self.file.seek(SeekFrom::Start(begin)).map_err(|e| place.error(Problem::Io(e)))?;
        let data = BufReader::new(&self.file).take(bytes);
        let (number, available, data, offset): (_, _, Box<dyn Read + '_>, _) = match stored {
            Stored::Plain(number) => (number, bytes, Box::new(data), Some(begin)),
            Stored::Blocks(blocks) => {
                if tensor.shape.last().is_none_or(|row| row % blocks.entries() != 0) {
                    return Err(place.error(Problem::Header(format!(
                        "rows of {} entries are not made of blocks of {}",
                        tensor.shape.last().unwrap_or(&0),
                        blocks.entries()
                    ))));
                }
                // Widened as the reference does it, in single precision.
                (Number::F32, 4 * count, Box::new(Dequantised::new(data, blocks)), None)
            }
        };
        let layout = Layout {
            shape: tensor.shape.clone(),
            element: Element { number, big_endian: false },
            order: Order::C,
        };
        Ok(Some(Array { place, layout, available, data, offset }))
    }
}

/// What a number for a type means.
fn stored(kind: u32) -> Result<Stored, Problem> {
    const OTHERS: [(u32, &str); 14] = [
        (6, "Q5_0"),
        (7, "Q5_1"),
        (9, "Q8_1"),
        (10, "Q2_K"),
        (11, "Q3_K"),
        (13, "Q5_K"),
        (15, "Q8_K"),
        (16, "IQ2_XXS"),
        (17, "IQ2_XS"),
        (18, "IQ3_XXS"),
        (19, "IQ1_S"),
        (20, "IQ4_NL"),
        (21, "IQ3_S"),
        (23, "IQ4_XS"),
    ];
    Ok(match kind {
        0 => Stored::Plain(Number::F32),
        1 => Stored::Plain(Number::F16),
        30 => Stored::Plain(Number::Bf16),
        28 => Stored::Plain(Number::F64),
        2 => Stored::Blocks(Blocks::Q4_0),
        3 => Stored::Blocks(Blocks::Q4_1),
        8 => Stored::Blocks(Blocks::Q8_0),
        12 => Stored::Blocks(Blocks::Q4K),
        14 => Stored::Blocks(Blocks::Q6K),
        other => {
            let known = OTHERS.iter().find(|(kind, _)| *kind == other);
            let name = known.map_or_else(|| format!("number {other}"), |(_, name)| (*name).to_owned());
            return Err(Problem::Header(format!(
                "its entries are of GGUF type {name}; F32, F16, BF16, F64, Q8_0, Q4_0, Q4_1, Q4_K or Q6_K is needed (llama-quantize has \
                 --output-tensor-type and --token-embedding-type)"
            )));
        }
    })
}

/// What is before the tensors, read from the beginning.
struct Header<'a> {
    place: &'a Place,
    data: BufReader<File>,
    /// Bytes that were not read.
    left: u64,
}

impl Header<'_> {
    fn error(&self, problem: impl Into<String>) -> ReadError {
        self.place.error(Problem::Header(problem.into()))
    }

    /// Where the tensors begin, and what they are.
    fn read(&mut self, len: u64) -> Result<(u64, Vec<Tensor>), ReadError> {
        let magic: [u8; 4] = self.bytes()?;
        if magic != *b"GGUF" {
            let found = format!("the file begins with \"{}\"", magic.escape_ascii());
            return Err(self
                .place
                .error(Problem::Magic { found, needed: "a .gguf file, beginning with GGUF," }));
        }
        match self.u32()? {
            2 | 3 => {}
            version if version.swap_bytes() <= 3 => {
                return Err(self.error("it is big-endian; a little-endian file is needed"));
            }
            version => return Err(self.error(format!("GGUF version {version} is unknown; 2 or 3 is needed"))),
        }
        let tensors = self.count("tensors", 24)?;
        let entries = self.count("entries of metadata", 13)?;
        let mut alignment = ALIGNMENT;
        for _ in 0..entries {
            let key = self.text()?;
            let kind = self.u32()?;
            if key == "general.alignment" && kind == UINT32 {
                alignment = u64::from(self.u32()?);
                if !alignment.is_power_of_two() {
                    return Err(self.error(format!("the alignment is {alignment}; a power of 2 is needed")));
                }
            } else {
                self.skip_value(kind, 0)?;
            }
        }
        let tensors = (0..tensors).map(|_| self.tensor()).collect::<Result<Vec<Tensor>, ReadError>>()?;
        if let Some(name) = repeated(&tensors) {
            return Err(self.error(format!("there are two tensors `{name}`")));
        }
        Ok(((len - self.left).next_multiple_of(alignment), tensors))
    }

    fn tensor(&mut self) -> Result<Tensor, ReadError> {
        let name = self.text()?;
        let axes = self.u32()?;
        if axes > MOST_AXES {
            return Err(self.error(format!("`{name}` has {axes} axes; at most {MOST_AXES} are possible")));
        }
        let mut shape = (0..axes).map(|_| self.u64()).collect::<Result<Vec<u64>, ReadError>>()?;
        shape.reverse();
        Ok(Tensor { name, shape, kind: self.u32()?, offset: self.u64()? })
    }

    /// How many of something follow, each of at least so many bytes.
    fn count(&mut self, what: &str, least: u64) -> Result<u64, ReadError> {
        let count = self.u64()?;
        match count.checked_mul(least).filter(|bytes| *bytes <= self.left) {
            Some(_) => Ok(count),
            None => Err(self.error(format!("it claims {count} {what}, and {} bytes follow", self.left))),
        }
    }

    fn skip_value(&mut self, kind: u32, depth: usize) -> Result<(), ReadError> {
        if let Some(size) = size_of(kind) {
            return self.skip(size);
        }
        match kind {
            STRING => {
                let length = self.count("bytes of a text", 1)?;
                self.skip(length)
            }
            ARRAY if depth < DEEPEST => {
                let of = self.u32()?;
                let count = self.count("entries of an array", size_of(of).unwrap_or(8))?;
                match size_of(of) {
                    Some(size) => self.skip(count * size),
                    None => (0..count).try_for_each(|_| self.skip_value(of, depth + 1)),
                }
            }
            ARRAY => Err(self.error("its metadata are nested too deep")),
            _ => Err(self.error(format!("its metadata have a value of type {kind}, which is unknown"))),
        }
    }

    fn text(&mut self) -> Result<String, ReadError> {
        let length = self.count("bytes of a text", 1)?;
        // No more than the file has: that was checked.
        let mut bytes = vec![0; length as usize];
        self.fill(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| self.error("a name is not UTF-8"))
    }

    fn u32(&mut self) -> Result<u32, ReadError> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, ReadError> {
        self.bytes().map(u64::from_le_bytes)
    }

    fn bytes<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], ReadError> {
        let mut bytes = [0; SIZE];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), ReadError> {
        self.take(bytes.len() as u64)?;
        self.data.read_exact(bytes).map_err(|e| self.place.error(Problem::Io(e)))
    }

    fn skip(&mut self, bytes: u64) -> Result<(), ReadError> {
        self.take(bytes)?;
        let by = i64::try_from(bytes).map_err(|_| self.ended())?;
        self.data.seek_relative(by).map_err(|e: io::Error| self.place.error(Problem::Io(e)))
    }

    fn take(&mut self, bytes: u64) -> Result<(), ReadError> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| self.ended())?;
        Ok(())
    }

    fn ended(&self) -> ReadError {
        self.error("the file ends inside it")
    }
}

const UINT32: u32 = 4;
const STRING: u32 = 8;
const ARRAY: u32 = 9;

/// Bytes of a value of metadata, if all of its type have as many.
fn size_of(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

fn repeated(tensors: &[Tensor]) -> Option<&str> {
    let mut names: Vec<&str> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}
