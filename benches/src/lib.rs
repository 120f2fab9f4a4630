//! Criterion benchmarks of the reduction, every measure, a sweep cell and a comparison.
