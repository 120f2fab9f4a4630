//! Tests of pictures, reports and bad input from outside.

mod pair;
mod pictures;
