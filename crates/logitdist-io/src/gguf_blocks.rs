//! The blocks in which GGUF quantises, and what they stand for. In single precision and in the order of operations of the format's own
//! code, so that the values are the same to the last bit.

use half::f16;
use std::io::{self, Read};

/// How a block is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blocks {
    /// A scale, and 4 bits around 8 an entry.
    Q4_0,
    /// A scale and a minimum, and 4 bits an entry.
    Q4_1,
    /// A scale, and 8 bits an entry.
    Q8_0,
    /// Eight groups with scales and minima of 6 bits, and 4 bits an entry.
    Q4K,
    /// Sixteen groups with scales of 8 bits, and 6 bits around 32 an entry.
    Q6K,
}

impl Blocks {
    /// Entries of a block.
    pub(crate) fn entries(self) -> u64 {
        match self {
            Blocks::Q4_0 | Blocks::Q4_1 | Blocks::Q8_0 => 32,
            Blocks::Q4K | Blocks::Q6K => 256,
        }
    }

    /// Bytes of a block.
    pub(crate) fn bytes(self) -> u64 {
        match self {
            Blocks::Q4_0 => 2 + 16,
            Blocks::Q4_1 => 4 + 16,
            Blocks::Q8_0 => 2 + 32,
            Blocks::Q4K => 4 + 12 + 128,
            Blocks::Q6K => 128 + 64 + 16 + 2,
        }
    }

    /// Writes the entries of a block.
    fn widen(self, block: &[u8], entries: &mut [f32]) {
        match self {
            Blocks::Q4_0 => halves(&block[2..], entries, |q| (f32::from(q) - 8.0) * scale(block, 0)),
            Blocks::Q4_1 => {
                halves(&block[4..], entries, |q| f32::from(q) * scale(block, 0) + scale(block, 2))
            }
            Blocks::Q8_0 => {
                let d = scale(block, 0);
                for (entry, q) in entries.iter_mut().zip(&block[2..]) {
                    *entry = d * f32::from(q.cast_signed());
                }
            }
            Blocks::Q4K => widen_q4k(block, entries),
            Blocks::Q6K => widen_q6k(block, entries),
        }
    }
}

/// The f16 at a place of a block.
fn scale(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// Four bits an entry: the lower halves of all bytes, then the upper ones.
fn halves(bytes: &[u8], entries: &mut [f32], value: impl Fn(u8) -> f32) {
    let (lower, upper) = entries.split_at_mut(bytes.len());
    for ((lower, upper), byte) in lower.iter_mut().zip(upper).zip(bytes) {
        *lower = value(byte & 15);
        *upper = value(byte >> 4);
    }
}

fn widen_q4k(block: &[u8], entries: &mut [f32]) {
    let (d, least) = (scale(block, 0), scale(block, 2));
    let packed = &block[4..16];
    // Six bits each: the first four of both kinds in a byte, the others in what is left of these and four bits of their own.
    let group = |g: usize| match g {
        0..4 => (packed[g] & 63, packed[g + 4] & 63),
        _ => (
            (packed[g + 4] & 15) | ((packed[g - 4] >> 6) << 4),
            (packed[g + 4] >> 4) | ((packed[g] >> 6) << 4),
        ),
    };
    for (pair, (bytes, entries)) in block[16..].chunks(32).zip(entries.chunks_mut(64)).enumerate() {
        let of = |g: usize| {
            let (scale, minimum) = group(g);
            (d * f32::from(scale), least * f32::from(minimum))
        };
        let [(d_lower, m_lower), (d_upper, m_upper)] = [of(2 * pair), of(2 * pair + 1)];
        for (i, byte) in bytes.iter().enumerate() {
            entries[i] = d_lower * f32::from(byte & 15) - m_lower;
            entries[32 + i] = d_upper * f32::from(byte >> 4) - m_upper;
        }
    }
}

fn widen_q6k(block: &[u8], entries: &mut [f32]) {
    let (low, high, scales, d) = (&block[..128], &block[128..192], &block[192..208], scale(block, 208));
    for (half, entries) in entries.chunks_mut(128).enumerate() {
        let (low, high, scales) = (&low[64 * half..], &high[32 * half..], &scales[8 * half..]);
        for i in 0..32 {
            let fours = [low[i] & 15, low[i + 32] & 15, low[i] >> 4, low[i + 32] >> 4];
            for (quarter, four) in fours.into_iter().enumerate() {
                let six = four | (((high[i] >> (2 * quarter)) & 3) << 4);
                let scale = d * f32::from(scales[i / 16 + 2 * quarter].cast_signed());
                entries[32 * quarter + i] = scale * (f32::from(six) - 32.0);
            }
        }
    }
}

/// The entries of blocks as they are read, as f32 in little-endian order.
pub(crate) struct Dequantised<R> {
    data: R,
    blocks: Blocks,
    block: Vec<u8>,
    entries: Vec<f32>,
    /// Bytes of the last block that was read, and how many of them were handed out.
    bytes: Vec<u8>,
    given: usize,
}

impl<R: Read> Dequantised<R> {
    pub(crate) fn new(data: R, blocks: Blocks) -> Dequantised<R> {
        Dequantised {
            data,
            blocks,
            block: vec![0; blocks.bytes() as usize],
            entries: vec![0.0; blocks.entries() as usize],
            bytes: Vec::new(),
            given: 0,
        }
    }
}

impl<R: Read> Read for Dequantised<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.given == self.bytes.len() {
            // The end is between blocks, or the file was cut while it was read.
            if self.data.read(&mut self.block[..1])? == 0 {
                return Ok(0);
            }
            self.data.read_exact(&mut self.block[1..])?;
            self.blocks.widen(&self.block, &mut self.entries);
            self.bytes.clear();
            self.bytes.extend(self.entries.iter().flat_map(|entry| entry.to_le_bytes()));
            self.given = 0;
        }
        let left = &self.bytes[self.given..];
        let count = left.len().min(target.len());
        target[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}
