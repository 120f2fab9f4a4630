//! Tables of what a sweep found, from its CSV alone.
