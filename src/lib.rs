//! doisoat (đối soát): nightly, offline reconciliation of dossiers across systems.
//!
//! The modules stand in the order of the data flow; docs/architecture.md is the map.

pub mod check;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod evaluate;
pub mod exit_code;
pub mod generate;
pub mod progress;
pub mod report;
pub mod run;
pub mod stages;
