//! How one number is stored, and its value as f64.

use half::{bf16, f16};

/// A floating-point type. Widening to f64 is exact for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Float {
    F16,
    Bf16,
    F32,
    F64,
}

/// A floating-point type in a byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) float: Float,
    pub(crate) big_endian: bool,
}

impl Element {
    /// Bytes of one entry.
    pub(crate) fn size(self) -> usize {
        match self.float {
            Float::F16 | Float::Bf16 => 2,
            Float::F32 => 4,
            Float::F64 => 8,
        }
    }

    /// Fills `values` from as many entries in `bytes`.
    pub(crate) fn widen(self, bytes: &[u8], values: &mut [f64]) {
        match self.float {
            Float::F16 => self.convert(bytes, values, |b| f16::from_le_bytes(b).to_f64()),
            Float::Bf16 => self.convert(bytes, values, |b| bf16::from_le_bytes(b).to_f64()),
            Float::F32 => self.convert(bytes, values, |b| f64::from(f32::from_le_bytes(b))),
            Float::F64 => self.convert(bytes, values, f64::from_le_bytes),
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
