//! How one number is stored, and its value as f64.

use half::{bf16, f16};

/// A type of numbers. Widening to f64 is exact for floating-point types, and for whole numbers up to 2⁵³.
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
}

/// A type of numbers in a byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) number: Number,
    pub(crate) big_endian: bool,
}

impl Element {
    /// Bytes of one entry.
    pub(crate) fn size(self) -> usize {
        match self.number {
            Number::I8 | Number::U8 => 1,
            Number::F16 | Number::Bf16 | Number::I16 | Number::U16 => 2,
            Number::F32 | Number::I32 | Number::U32 => 4,
            Number::F64 | Number::I64 | Number::U64 => 8,
        }
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

    /// The name of a type of whole numbers, for errors; `None` for floating-point types.
    pub(crate) fn whole_numbers(self) -> Option<String> {
        let (letter, name) = match self.number {
            Number::F16 | Number::Bf16 | Number::F32 | Number::F64 => return None,
            Number::I8 | Number::I16 | Number::I32 | Number::I64 => ('i', "integers"),
            Number::U8 | Number::U16 | Number::U32 | Number::U64 => ('u', "unsigned integers"),
        };
        let order = match (self.size(), self.big_endian) {
            (1, _) => '|',
            (_, true) => '>',
            (_, false) => '<',
        };
        Some(format!("`{order}{letter}{}` ({name})", self.size()))
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
