//! One integration binary: every further one would link polars again.

mod accuracy;
mod bad_input;
mod cli;
mod commit;
mod golden;
mod laws;
mod layers;
mod outputs;
mod support;
