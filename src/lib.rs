//! doisoat (đối soát): nightly, offline reconciliation of dossiers across systems.
//!
//! The modules stand in the order of the data flow; docs/architecture.md is the map.

pub mod progress;
pub mod config;
pub mod domain;
pub mod engine;
pub mod stages;
