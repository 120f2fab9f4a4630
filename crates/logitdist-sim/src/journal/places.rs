//! Where in the journals each cell's result stands: eight bytes for a cell, nothing for stretches of a grid without any.

/// A place in a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which journal of the store.
    pub journal: usize,
    /// Byte offset of the frame.
    pub offset: u64,
}

const PAGE: usize = 1 << 14;
const OFFSET_BITS: u32 = 48;

/// A place for some of the cells 0, 1, 2, …
#[derive(Debug, Clone, Default)]
pub struct Places {
    pages: Vec<Option<Box<[u64]>>>,
    count: usize,
}

impl Places {
    /// The place of a cell.
    pub fn get(&self, cell: usize) -> Option<Place> {
        let code = self.pages.get(cell / PAGE)?.as_ref()?[cell % PAGE];
        let journal = (code >> OFFSET_BITS).checked_sub(1)?;
        Some(Place { journal: journal as usize, offset: code & ((1 << OFFSET_BITS) - 1) })
    }

    /// Gives a cell a place, in place of the one it may have had.
    ///
    /// # Panics
    /// More than 65 534 journals, or a journal of 256 TiB.
    pub fn set(&mut self, cell: usize, place: Place) {
        assert!(place.journal < 0xFFFF && place.offset < 1 << OFFSET_BITS, "{place:?} is out of range");
        let page = cell / PAGE;
        if self.pages.len() <= page {
            self.pages.resize(page + 1, None);
        }
        let page = self.pages[page].get_or_insert_with(|| vec![0; PAGE].into_boxed_slice());
        let code = ((place.journal as u64 + 1) << OFFSET_BITS) | place.offset;
        self.count += usize::from(page[cell % PAGE] == 0);
        page[cell % PAGE] = code;
    }

    /// How many cells have a place.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Cells with their places, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Place)> {
        let pages = self.pages.iter().enumerate().filter(|(_, codes)| codes.is_some());
        let cells = pages.flat_map(|(page, _)| page * PAGE..(page + 1) * PAGE);
        cells.filter_map(|cell| self.get(cell).map(|place| (cell, place)))
    }

    /// Takes over the places of other cells.
    pub fn extend(&mut self, other: &Places) {
        other.iter().for_each(|(cell, place)| self.set(cell, place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_kept_for_far_apart_cells() {
        let mut places = Places::default();
        let some = [0, 1, PAGE - 1, PAGE, 9_999_999, 5_000_000_000];
        for (i, &cell) in some.iter().enumerate() {
            assert_eq!(places.get(cell), None);
            places.set(cell, Place { journal: i * 1000, offset: i as u64 });
        }
        places.set(1, Place { journal: 3, offset: 77 });
        assert_eq!(places.get(1), Some(Place { journal: 3, offset: 77 }));
        assert_eq!(places.get(9_999_999), Some(Place { journal: 4000, offset: 4 }));
        assert_eq!((places.get(2), places.count()), (None, some.len()));
        let mut all = Places::default();
        all.set(2, Place { journal: 0, offset: 0 });
        all.extend(&places);
        assert_eq!((all.count(), all.get(5_000_000_000)), (7, places.get(5_000_000_000)));
    }
}
