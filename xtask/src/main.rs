//! Project tasks: sweeps and their summaries.

fn main() {}
