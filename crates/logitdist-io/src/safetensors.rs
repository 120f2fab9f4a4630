//! The safetensors format: the length of a JSON header, the header, and the tensors' bytes.

// The safetensors crate parses the header only: its own readers need the whole file in memory.

use crate::array::{Array, Layout, Order};
use crate::element::{Element, Number};
use crate::error::{Place, Problem, ReadError};
use crate::npy;
use safetensors::Dtype;
use safetensors::tensor::Metadata;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Longest header accepted, as in the format's own library.
const LONGEST_HEADER: u64 = 100_000_000;

/// An open file whose header has been read.
pub(crate) struct Safetensors {
    file: File,
    /// Where the tensors' bytes begin.
    data_start: u64,
    metadata: Metadata,
}

impl Safetensors {
    /// Opens the file, reads its header and checks that the tensors fill the rest exactly.
    pub(crate) fn open(path: &Path) -> Result<Safetensors, ReadError> {
        let place = Place::file(path);
        let io_error = |e| place.error(Problem::Io(e));
        let header_error = |text: String| place.error(Problem::Header(text));
        let (mut file, len) = npy::open_file(path, "a .safetensors file")?;
        if len < 8 {
            return Err(header_error(format!("the file has {len} bytes; the header's length alone takes 8")));
        }
        let mut header_len = [0; 8];
        file.read_exact(&mut header_len).map_err(io_error)?;
        let header_len = u64::from_le_bytes(header_len);
        let rest = len - 8;
        if header_len > rest.min(LONGEST_HEADER) {
            return Err(header_error(format!(
                "it claims {header_len} bytes, and {rest} follow; is this a .safetensors file?"
            )));
        }
        let mut header = vec![0; header_len as usize];
        file.read_exact(&mut header).map_err(io_error)?;
        let metadata: Metadata =
            serde_json::from_slice(&header).map_err(|e| header_error(format!("{e} of the JSON header")))?;
        let (claimed, found) = (metadata.data_len() as u64, rest - header_len);
        if claimed != found {
            return Err(place.error(Problem::Length { claimed: Some(claimed), found }));
        }
        Ok(Safetensors { file, data_start: 8 + header_len, metadata })
    }

    /// Names of the tensors, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.metadata.tensors().into_keys().collect();
        names.sort();
        names
    }

    /// Opens a tensor at `place`; `None` if there is none of that name.
    pub(crate) fn array(&mut self, place: Place, name: &str) -> Result<Option<Array<'_>>, ReadError> {
        let Some(info) = self.metadata.info(name) else {
            return Ok(None);
        };
        let number = match info.dtype {
            Dtype::F16 => Number::F16,
            Dtype::BF16 => Number::Bf16,
            Dtype::F32 => Number::F32,
            Dtype::F64 => Number::F64,
            Dtype::I8 => Number::I8,
            Dtype::I16 => Number::I16,
            Dtype::I32 => Number::I32,
            Dtype::I64 => Number::I64,
            Dtype::U8 => Number::U8,
            Dtype::U16 => Number::U16,
            Dtype::U32 => Number::U32,
            Dtype::U64 => Number::U64,
            Dtype::BOOL => Number::Bool,
            other => return Err(place.error(Problem::Type(format!("{other:?}")))),
        };
        let layout = Layout {
            shape: info.shape.iter().map(|&axis| axis as u64).collect(),
            element: Element { number, big_endian: false },
            order: Order::C,
        };
        // The crate has checked that begin ≤ end, and `open` that end is within the file.
        let (begin, end) = (info.data_offsets.0 as u64, info.data_offsets.1 as u64);
        let offset = self.data_start + begin;
        self.file.seek(SeekFrom::Start(offset)).map_err(|e| place.error(Problem::Io(e)))?;
        let available = end - begin;
        let data = Box::new((&self.file).take(available));
        Ok(Some(Array { place, layout, available, data, offset: Some(offset) }))
    }
}
