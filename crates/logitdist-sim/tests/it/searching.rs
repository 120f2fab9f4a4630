//! Cells that search: they are computed, kept, continued and refused like others.

use crate::sweeps::*;
