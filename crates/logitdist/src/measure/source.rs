//! Where measures and bounds come from.

pub(crate) const LOGIT_DISTANCE: &str =
    "Nielsen et al. 2026, Logit Distance Bounds Representational Similarity (arXiv 2602.15438)";
pub(crate) const CLOSENESS: &str = "Nielsen et al. 2025, When Does Closeness in Distribution Imply \
    Representational Similarity? (NeurIPS, arXiv 2506.03784)";
pub(crate) const CANONICAL: &str = "Björck & Golub 1973; Morcos et al. 2018";
