//! The journals of a sweep: results on the disk. Processes append them as cells finish and read them to resume. The tables come from
//! journals alone.

mod addresses;
mod entry;
mod folder;
mod frame;
mod lock;
mod reader;
mod store;
mod writer;

pub use addresses::{Address, Addresses};
pub use entry::{CellRecord, Failure};
pub use folder::{all, none_in};
pub use frame::{Frame, Kind, Scanner, Stretch};
pub use lock::{Lock, host};
pub use reader::Reader;
pub use store::Store;
pub use writer::{BETWEEN_SYNCS, Writer};
