//! Every backend against the defining equations and against plain loops.

mod backends;
mod conformance;
