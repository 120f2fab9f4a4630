//! The distances and dissimilarities, one quantity a file, each a function of a reduced pair.

pub mod baselines;
pub mod cca;
pub mod chance;
pub mod d_logit;
pub mod d_ls;
pub mod d_rep;
pub mod d_white;
pub mod held_out;
pub mod invariance;
pub mod kl;
pub mod label_geometry;
pub mod llv;
pub mod per_input;
pub mod percentiles;
pub mod pls_svd;
pub mod relative;
mod searched;
mod seriation;
mod size;
pub(crate) mod source;
pub mod subsets;
pub mod table;
pub(crate) mod targets;
pub mod top_labels;
mod trained;
pub mod whose;
