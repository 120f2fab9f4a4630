//! The logitdist command: compare two models, explain a token.

fn main() {}
