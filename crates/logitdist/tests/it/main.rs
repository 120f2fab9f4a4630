//! Tests of the whole comparison: against independent values, slow direct definitions, invariances and edge cases.

mod accuracy;
mod bounds;
mod budgets;
mod definitions;
mod details;
mod edge;
mod edges;
mod fixtures;
mod given;
mod glossary;
mod intervals;
mod invariance;
mod linnerud;
mod merging;
mod nulls;
mod paired;
mod pairs;
mod partial;
mod peers;
mod right_answers;
mod scales;
mod selections;
mod sharper;
mod singular_subsets;
mod walk;
