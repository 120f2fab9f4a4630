//! Files good and bad, read as a user would.

mod bad;
mod blocks;
mod files;
mod gguf;
mod good;
mod logit_batches;
mod many_labels;
mod numbers;
mod numpy;
mod write;
