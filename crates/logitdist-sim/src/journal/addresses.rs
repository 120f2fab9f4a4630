//! Where in the journals each cell's result is. A cell takes eight bytes; a long stretch of the grid without results takes nothing.

/// Where a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// Which journal of the store.
    pub journal: usize,
    /// Byte offset of the frame.
    pub offset: u64,
}

const PAGE: usize = 1 << 14;
const OFFSET_BITS: u32 = 48;

/// The addresses of some of the cells 0, 1, 2, ….
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    pages: Vec<Option<Box<[u64]>>>,
    count: usize,
}

impl Addresses {
    /// The address of a cell.
    pub fn get(&self, cell: usize) -> Option<Address> {
        let code = self.pages.get(cell / PAGE)?.as_ref()?[cell % PAGE];
        let journal = (code >> OFFSET_BITS).checked_sub(1)?;
        Some(Address { journal: journal as usize, offset: code & ((1 << OFFSET_BITS) - 1) })
    }

    /// Sets the address of a cell. It replaces an earlier one.
    ///
    /// # Panics
    /// More than 65 534 journals, or a journal of 256 TiB.
    pub fn set(&mut self, cell: usize, address: Address) {
        assert!(address.journal < 0xFFFF && address.offset < 1 << OFFSET_BITS, "{address:?} is out of range");
        let page = cell / PAGE;
        if self.pages.len() <= page {
            self.pages.resize(page + 1, None);
        }
        let page = self.pages[page].get_or_insert_with(|| vec![0; PAGE].into_boxed_slice());
        let code = ((address.journal as u64 + 1) << OFFSET_BITS) | address.offset;
        self.count += usize::from(page[cell % PAGE] == 0);
        page[cell % PAGE] = code;
    }

    /// How many cells have an address.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Cells with their addresses, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Address)> {
        let pages = self.pages.iter().enumerate().filter(|(_, codes)| codes.is_some());
        let cells = pages.flat_map(|(page, _)| page * PAGE..(page + 1) * PAGE);
        cells.filter_map(|cell| self.get(cell).map(|address| (cell, address)))
    }

    /// Adds the addresses of other cells.
    pub fn extend(&mut self, other: &Addresses) {
        other.iter().for_each(|(cell, address)| self.set(cell, address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_for_far_apart_cells() {
        let mut addresses = Addresses::default();
        let some = [0, 1, PAGE - 1, PAGE, 9_999_999, 5_000_000_000];
        for (i, &cell) in some.iter().enumerate() {
            assert_eq!(addresses.get(cell), None);
            addresses.set(cell, Address { journal: i * 1000, offset: i as u64 });
        }
        addresses.set(1, Address { journal: 3, offset: 77 });
        assert_eq!(addresses.get(1), Some(Address { journal: 3, offset: 77 }));
        assert_eq!(addresses.get(9_999_999), Some(Address { journal: 4000, offset: 4 }));
        assert_eq!((addresses.get(2), addresses.count()), (None, some.len()));
        let mut all = Addresses::default();
        all.set(2, Address { journal: 0, offset: 0 });
        all.extend(&addresses);
        assert_eq!((all.count(), all.get(5_000_000_000)), (7, addresses.get(5_000_000_000)));
    }
}
