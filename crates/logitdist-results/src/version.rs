//! The version of results, said once for all that write and read them.

/// Version of the numbers and of their columns. One table never holds results of two versions, and a program reads none that is newer
/// than its own.
pub const RESULT_VERSION: u32 = 10;
