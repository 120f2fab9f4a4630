//! Base models, perturbations, and extremal and counter-example pairs.
