//! What a sweep tells while it runs. The command draws it.

use logitdist_train::EpochRecord;
use std::fmt::Debug;

/// Hears how far a sweep is, from any of its threads.
pub trait Listener: Debug + Send + Sync {
    /// The work starts: `done` of `total` cells have a result already.
    fn begin(&self, done: usize, total: usize);

    /// One more cell is finished.
    fn cell(&self);

    /// A network of the table `source` of the config has trained for one more epoch.
    fn epoch(&self, source: &str, record: &EpochRecord);

    /// The work has ended.
    fn end(&self);
}
