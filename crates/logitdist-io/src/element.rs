//! How one entry is stored, and its value: a number as f64, or a text.

use half::{bf16, f16};

/// A type of entries. Widening to f64 is exact for floating-point types, and for whole numbers up to 2⁵³.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    F16,
    Bf16,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    /// 0 or 1, a byte each.
    Bool,
    /// Text of at most so many characters, four bytes each, zeros after its end.
    Utf32(u32),
    /// Text of at most so many bytes, zeros after its end.
    Bytes(u32),
}

/// A type of floating-point numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloatType {
    /// Half precision.
    F16,
    /// The upper half of single precision.
    Bf16,
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

impl From<FloatType> for Element {
    fn from(of: FloatType) -> Element {
        let number = match of {
            FloatType::F16 => Number::F16,
            FloatType::Bf16 => Number::Bf16,
            FloatType::F32 => Number::F32,
            FloatType::F64 => Number::F64,
        };
        Element { number, big_endian: cfg!(target_endian = "big") }
    }
}

/// A type of entries in a byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) number: Number,
    pub(crate) big_endian: bool,
}

impl Element {
    /// Bytes of one entry.
    pub(crate) fn size(self) -> usize {
        match self.number {
            Number::I8 | Number::U8 | Number::Bool => 1,
            Number::F16 | Number::Bf16 | Number::I16 | Number::U16 => 2,
            Number::F32 | Number::I32 | Number::U32 => 4,
            Number::F64 | Number::I64 | Number::U64 => 8,
            Number::Utf32(characters) => 4 * characters as usize,
            Number::Bytes(bytes) => bytes as usize,
        }
    }

    /// Whether entries are texts.
    pub(crate) fn is_text(self) -> bool {
        matches!(self.number, Number::Utf32(_) | Number::Bytes(_))
    }

    /// How far apart neighbouring numbers of a floating-point type are at most, relative to them; 0 for other types.
    pub(crate) fn relative_spacing(self) -> f64 {
        match self.number {
            Number::F16 => f64::from(f16::EPSILON),
            Number::Bf16 => f64::from(bf16::EPSILON),
            Number::F32 => f64::from(f32::EPSILON),
            Number::F64 => f64::EPSILON,
            _ => 0.0,
        }
    }

    /// Whether entries are truth values.
    pub(crate) fn is_bool(self) -> bool {
        self.number == Number::Bool
    }

    /// The lowest finite number of a floating-point type, the usual mask; −∞ for whole numbers.
    pub(crate) fn lowest(self) -> f64 {
        match self.number {
            Number::F16 => f16::MIN.to_f64(),
            Number::Bf16 => bf16::MIN.to_f64(),
            Number::F32 => f64::from(f32::MIN),
            Number::F64 => f64::MIN,
            _ => f64::NEG_INFINITY,
        }
    }

    /// The name of a type of whole numbers, of truth values or of texts, for errors; `None` for floating-point types.
    pub(crate) fn not_floating_point(self) -> Option<String> {
        let (letter, name) = match self.number {
            Number::F16 | Number::Bf16 | Number::F32 | Number::F64 => return None,
            Number::I8 | Number::I16 | Number::I32 | Number::I64 => ('i', "integers"),
            Number::U8 | Number::U16 | Number::U32 | Number::U64 => ('u', "unsigned integers"),
            Number::Bool => ('b', "booleans"),
            Number::Utf32(_) => ('U', "strings"),
            Number::Bytes(_) => ('S', "strings"),
        };
        let order = match (self.number, self.big_endian) {
            (Number::I8 | Number::U8 | Number::Bool | Number::Bytes(_), _) => '|',
            (_, true) => '>',
            (_, false) => '<',
        };
        let width =
            if let Number::Utf32(characters) = self.number { characters as usize } else { self.size() };
        Some(format!("`{order}{letter}{width}` ({name})"))
    }

    /// Fills `values` from as many entries in `bytes`.
    pub(crate) fn widen(self, bytes: &[u8], values: &mut [f64]) {
        match self.number {
            Number::F16 => self.convert(bytes, values, |b| f16::from_le_bytes(b).to_f64()),
            Number::Bf16 => self.convert(bytes, values, |b| bf16::from_le_bytes(b).to_f64()),
            Number::F32 => self.convert(bytes, values, |b| f64::from(f32::from_le_bytes(b))),
            Number::F64 => self.convert(bytes, values, f64::from_le_bytes),
            Number::I8 => self.convert(bytes, values, |b| f64::from(i8::from_le_bytes(b))),
            Number::I16 => self.convert(bytes, values, |b| f64::from(i16::from_le_bytes(b))),
            Number::I32 => self.convert(bytes, values, |b| f64::from(i32::from_le_bytes(b))),
            Number::I64 => self.convert(bytes, values, |b| i64::from_le_bytes(b) as f64),
            Number::U8 => self.convert(bytes, values, |b| f64::from(u8::from_le_bytes(b))),
            Number::U16 => self.convert(bytes, values, |b| f64::from(u16::from_le_bytes(b))),
            Number::U32 => self.convert(bytes, values, |b| f64::from(u32::from_le_bytes(b))),
            Number::U64 => self.convert(bytes, values, |b| u64::from_le_bytes(b) as f64),
            Number::Bool => self.convert(bytes, values, |[b]| f64::from(u8::from(b != 0))),
            Number::Utf32(_) | Number::Bytes(_) => unreachable!("texts are refused where numbers are read"),
        }
    }

    /// The text of an entry; a whole number is one, too. `None` if the bytes are no text.
    pub(crate) fn text(self, bytes: &[u8]) -> Option<String> {
        let array = |width: usize| {
            let mut all = [0; 8];
            all[..width].copy_from_slice(&bytes[..width]);
            if self.big_endian {
                all[..width].reverse();
            }
            all
        };
        let unsigned = |width: usize| u64::from_le_bytes(array(width));
        // The sign is that of the highest bit there is.
        let signed = |width: usize| (unsigned(width) << (64 - 8 * width)).cast_signed() >> (64 - 8 * width);
        match self.number {
            Number::I8 | Number::I16 | Number::I32 | Number::I64 => Some(signed(self.size()).to_string()),
            Number::U8 | Number::U16 | Number::U32 | Number::U64 => Some(unsigned(self.size()).to_string()),
            Number::Bytes(_) => {
                let end = bytes.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
                String::from_utf8(bytes[..end].to_vec()).ok()
            }
            Number::Utf32(_) => {
                let (characters, _) = bytes.as_chunks::<4>();
                let code =
                    |c: [u8; 4]| if self.big_endian { u32::from_be_bytes(c) } else { u32::from_le_bytes(c) };
                let codes: Vec<u32> = characters.iter().map(|&c| code(c)).collect();
                let end = codes.iter().rposition(|&c| c != 0).map_or(0, |last| last + 1);
                codes[..end].iter().map(|&c| char::from_u32(c)).collect()
            }
            _ => None,
        }
    }

    fn convert<const SIZE: usize>(
        self,
        bytes: &[u8],
        values: &mut [f64],
        from_le_bytes: impl Fn([u8; SIZE]) -> f64,
    ) {
        let (entries, rest) = bytes.as_chunks::<SIZE>();
        assert!(rest.is_empty() && entries.len() == values.len(), "as many entries as values");
        if self.big_endian {
            for (value, entry) in values.iter_mut().zip(entries) {
                let mut reversed = *entry;
                reversed.reverse();
                *value = from_le_bytes(reversed);
            }
        } else {
            for (value, &entry) in values.iter_mut().zip(entries) {
                *value = from_le_bytes(entry);
            }
        }
    }
}
