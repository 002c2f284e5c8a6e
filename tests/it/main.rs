//! One integration binary: every further one would link polars again.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod accuracy;
mod bad_input;
mod cli;
mod commit;
mod double_entry;
mod golden;
mod laws;
mod ladder;
mod formats;
mod layers;
mod mutants;
mod outputs;
mod outside;
mod parts;
mod rules;
mod scored;
mod seeds;
mod support;
mod tables;
mod tables_made;
mod tables_truth;
mod traps;
mod writers;
