//! The bytes of a journal: a row of frames. Damage to one frame costs no other.
//!
//! A frame is `mark (4) | kind (1) | length (4) | cell (8) | identity (8) | header check (4) | payload check (8) | payload`. Integers are
//! little-endian. The mark lets a reader find the next frame after damage. The header has its own check. So a damaged payload still tells
//! which cell it belonged to.

use std::io::{self, Read};

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The start of a process: its config and machine.
    Session,
    /// The result of a cell.
    Cell,
    /// A cell that failed.
    Failure,
    /// The orderly end of a process.
    End,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it holds.
    pub kind: Kind,
    /// Index of the cell in the grid of the session's config; 0 without a cell.
    pub cell: u64,
    /// The cell's identity; 0 without a cell.
    pub identity: u64,
    /// The content, as JSON.
    pub payload: Vec<u8>,
}

/// Every frame begins with this.
pub const MARK: [u8; 4] = [0xF1, b'l', b'd', 0x0A];

/// Bytes before the payload.
pub const HEADER: usize = 37;

/// The longest possible payload. A damaged length could otherwise ask for all memory.
const LONGEST: u32 = 1 << 30;

impl Kind {
    fn code(self) -> u8 {
        match self {
            Kind::Session => 1,
            Kind::Cell => 2,
            Kind::Failure => 3,
            Kind::End => 4,
        }
    }

    fn of(code: u8) -> Option<Kind> {
        [Kind::Session, Kind::Cell, Kind::Failure, Kind::End].into_iter().find(|kind| kind.code() == code)
    }
}

impl Frame {
    /// The bytes of the frame.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.payload.len());
        bytes.extend(MARK);
        bytes.push(self.kind.code());
        bytes.extend((self.payload.len() as u32).to_le_bytes());
        bytes.extend(self.cell.to_le_bytes());
        bytes.extend(self.identity.to_le_bytes());
        bytes.extend(&check(&bytes)[..4]);
        bytes.extend(check(&self.payload));
        bytes.extend(&self.payload);
        bytes
    }

    /// The number of its bytes.
    pub fn length(&self) -> u64 {
        (HEADER + self.payload.len()) as u64
    }

    /// Reads the frame that begins here; `None` if it is not whole.
    ///
    /// # Errors
    /// What the system says when reading fails.
    pub fn read(reader: &mut impl Read) -> io::Result<Option<Frame>> {
        let mut bytes = Vec::with_capacity(HEADER);
        reader.take(HEADER as u64).read_to_end(&mut bytes)?;
        let Some(header) = header(&bytes) else { return Ok(None) };
        let mut payload = Vec::with_capacity(header.length);
        reader.take(header.length as u64).read_to_end(&mut payload)?;
        let whole = check(&payload) == header.payload_check;
        Ok(whole.then_some(header.frame(payload)))
    }
}

fn check(bytes: &[u8]) -> [u8; 8] {
    blake3::hash(bytes).as_bytes()[..8].try_into().expect("a hash has 32 bytes")
}

/// A whole header.
struct Header {
    kind: Kind,
    length: usize,
    cell: u64,
    identity: u64,
    payload_check: [u8; 8],
}

impl Header {
    fn frame(&self, payload: Vec<u8>) -> Frame {
        Frame { kind: self.kind, cell: self.cell, identity: self.identity, payload }
    }
}

fn header(bytes: &[u8]) -> Option<Header> {
    let bytes: &[u8; HEADER] = bytes.get(..HEADER)?.try_into().ok()?;
    if bytes[..4] != MARK || check(&bytes[..25])[..4] != bytes[25..29] {
        return None;
    }
    let length = u32::from_le_bytes(bytes[5..9].try_into().expect("4 bytes"));
    Some(Header {
        kind: Kind::of(bytes[4]).filter(|_| length <= LONGEST)?,
        length: length as usize,
        cell: u64::from_le_bytes(bytes[9..17].try_into().expect("8 bytes")),
        identity: u64::from_le_bytes(bytes[17..25].try_into().expect("8 bytes")),
        payload_check: bytes[29..37].try_into().expect("8 bytes"),
    })
}

/// A stretch of a journal.
#[derive(Debug, PartialEq, Eq)]
pub enum Stretch {
    /// A whole frame.
    Frame(Frame),
    /// Bytes that are no frame, up to the next frame or the end.
    Damage {
        /// Number of bytes.
        length: u64,
        /// The cell whose result it was, if the header still tells.
        cell: Option<u64>,
    },
}

/// Reads a journal stretch by stretch. Needs memory for the largest frame.
pub struct Scanner<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    at: u64,
}

impl<R: Read> Scanner<R> {
    /// Reads from the beginning of a journal.
    pub fn new(reader: R) -> Scanner<R> {
        Scanner { reader, buffer: Vec::new(), start: 0, at: 0 }
    }

    /// The next stretch and its offset, `None` at the end.
    ///
    /// # Errors
    /// What the system says when reading fails.
    pub fn next(&mut self) -> io::Result<Option<(u64, Stretch)>> {
        let offset = self.at;
        if self.fill(HEADER)? == 0 {
            return Ok(None);
        }
        if let Some(frame) = self.frame()? {
            self.consume(HEADER + frame.payload.len());
            return Ok(Some((offset, Stretch::Frame(frame))));
        }
        let cell = header(&self.buffer[self.start..]).filter(|h| h.kind == Kind::Cell).map(|h| h.cell);
        self.consume(1);
        // Forward, byte by byte, to the next whole frame. What was passed is forgotten: a crash can leave gigabytes of zeros.
        loop {
            let available = self.fill(HEADER)?;
            let rest = &self.buffer[self.start..];
            match rest.windows(MARK.len()).position(|bytes| bytes == MARK) {
                Some(skip) => {
                    self.consume(skip);
                    if self.frame()?.is_some() {
                        break;
                    }
                    self.consume(1);
                }
                None if available < HEADER => {
                    self.consume(available);
                    break;
                }
                None => self.consume(available - (MARK.len() - 1)),
            }
        }
        Ok(Some((offset, Stretch::Damage { length: self.at - offset, cell })))
    }

    /// The frame that begins here, if it is whole.
    fn frame(&mut self) -> io::Result<Option<Frame>> {
        self.fill(HEADER)?;
        let Some(header) = header(&self.buffer[self.start..]) else { return Ok(None) };
        let end = HEADER + header.length;
        if self.fill(end)? < end {
            return Ok(None);
        }
        let payload = &self.buffer[self.start + HEADER..self.start + end];
        let whole = check(payload) == header.payload_check;
        Ok(whole.then(|| header.frame(payload.to_vec())))
    }

    /// Reads on until `needed` bytes are ahead, or the end. Returns how many are.
    fn fill(&mut self, needed: usize) -> io::Result<usize> {
        const BLOCK: usize = 1 << 18;
        while self.buffer.len() - self.start < needed {
            self.buffer.drain(..self.start);
            self.start = 0;
            let before = self.buffer.len();
            (&mut self.reader).take(BLOCK as u64).read_to_end(&mut self.buffer)?;
            if self.buffer.len() == before {
                break;
            }
        }
        Ok(self.buffer.len() - self.start)
    }

    fn consume(&mut self, bytes: usize) {
        self.start += bytes;
        self.at += bytes as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(cell: u64, length: usize) -> Frame {
        Frame {
            kind: Kind::Cell,
            cell,
            identity: !cell,
            payload: (0..length).map(|i| ((i as u64 * 7) ^ cell) as u8).collect(),
        }
    }

    fn stretches(bytes: &[u8]) -> Vec<(u64, Stretch)> {
        let mut scanner = Scanner::new(bytes);
        std::iter::from_fn(|| scanner.next().unwrap()).collect()
    }

    #[test]
    fn frames_read_back_as_they_were_written() {
        let frames = [frame(0, 0), frame(1, 5), frame(u64::MAX, 300_000), frame(2, 1)];
        let bytes: Vec<u8> = frames.iter().flat_map(Frame::encode).collect();
        let read: Vec<_> = stretches(&bytes).into_iter().map(|(_, stretch)| stretch).collect();
        assert_eq!(read, frames.clone().map(Stretch::Frame));
        assert_eq!(stretches(&[]), []);
        let mut reader = bytes.as_slice();
        for frame in &frames {
            assert_eq!(Frame::read(&mut reader).unwrap().as_ref(), Some(frame));
        }
        assert_eq!(Frame::read(&mut reader).unwrap(), None);
    }

    #[test]
    fn a_frame_whose_mark_is_read_in_two_parts_is_found() {
        // A mark without a frame, after which as much of the first block is left as a header takes, the next mark's beginning with it.
        const BLOCK: usize = 1 << 18;
        let mut bytes = vec![0; BLOCK - 2];
        bytes[BLOCK - HEADER - 1..][..MARK.len()].copy_from_slice(&MARK);
        bytes.extend(frame(7, 40).encode());
        let damage = Stretch::Damage { length: BLOCK as u64 - 2, cell: None };
        assert_eq!(stretches(&bytes), [(0, damage), (BLOCK as u64 - 2, Stretch::Frame(frame(7, 40)))]);
    }

    #[test]
    fn a_journal_cut_anywhere_loses_its_last_frame_only() {
        let frames = [frame(3, 40), frame(4, 50)];
        let bytes: Vec<u8> = frames.iter().flat_map(Frame::encode).collect();
        let first = frames[0].encode().len();
        for end in first..bytes.len() {
            let found = stretches(&bytes[..end]);
            assert_eq!(found[0], (0, Stretch::Frame(frames[0].clone())), "cut at {end}");
            match &found[1..] {
                [] => assert_eq!(end, first),
                [(offset, Stretch::Damage { length, .. })] => {
                    assert_eq!((*offset, *length), (first as u64, (end - first) as u64), "cut at {end}");
                }
                other => panic!("cut at {end}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_changed_byte_costs_one_frame_and_is_placed() {
        let frames = [frame(7, 30), frame(8, 30), frame(9, 30)];
        let bytes: Vec<u8> = frames.iter().flat_map(Frame::encode).collect();
        let length = HEADER + 30;
        for at in length..2 * length {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            let found = stretches(&damaged);
            assert_eq!(found.len(), 3, "byte {at}");
            assert_eq!(found[0].1, Stretch::Frame(frames[0].clone()));
            assert_eq!(found[2].1, Stretch::Frame(frames[2].clone()));
            // The cell is known unless the header itself is hit.
            let cell = (at >= length + 29).then_some(8);
            let damage = Stretch::Damage { length: length as u64, cell };
            assert_eq!(found[1], (length as u64, damage), "byte {at}");
        }
    }

    #[test]
    fn damage_of_any_length_takes_no_memory() {
        const LONG: u64 = 64 << 20;
        for byte in [0, MARK[0], b'x'] {
            let (first, last) = (frame(1, 30), frame(2, 30));
            let (start, end) = (first.encode(), last.encode());
            let mut scanner = Scanner::new(start[..].chain(io::repeat(byte).take(LONG)).chain(&end[..]));
            assert_eq!(scanner.next().unwrap(), Some((0, Stretch::Frame(first))));
            let at = start.len() as u64;
            let damage = Stretch::Damage { length: LONG, cell: None };
            assert_eq!(scanner.next().unwrap(), Some((at, damage)));
            assert_eq!(scanner.next().unwrap(), Some((at + LONG, Stretch::Frame(last))));
            assert!(scanner.buffer.capacity() < 2 << 20, "{} bytes", scanner.buffer.capacity());
        }
    }

    #[test]
    fn marks_inside_payloads_and_damage_are_not_frames() {
        let inner = frame(1, 8).encode();
        let outer = Frame { kind: Kind::Cell, cell: 2, identity: 5, payload: inner.clone() };
        assert_eq!(stretches(&outer.encode()), [(0, Stretch::Frame(outer.clone()))]);
        let mut bytes = MARK.repeat(5_000);
        bytes.extend(outer.encode());
        let found = stretches(&bytes);
        assert_eq!(found[0], (0, Stretch::Damage { length: 20_000, cell: None }));
        assert_eq!(found[1], (20_000, Stretch::Frame(outer)));
        // A length that is absurd must not be believed.
        let mut absurd = inner;
        absurd[5..9].fill(0xFF);
        assert_eq!(stretches(&absurd).len(), 1);
    }
}
