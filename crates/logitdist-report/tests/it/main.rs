//! Tests of pictures, numbers, reports and bad input from outside.

mod alone;
mod declared;
mod designs;
mod explorer;
mod input;
mod legible;
mod numbers;
mod pair;
mod pictures;
mod replicates;
mod reports;
mod seen;
mod shown;
mod sweep;
mod trained;
