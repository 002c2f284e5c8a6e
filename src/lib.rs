//! doisoat (đối soát): nightly, offline reconciliation of dossiers across systems.
//!
//! The modules stand in the order of the data flow; docs/architecture.md is the map.

pub mod cli;
pub mod exit_code;
pub mod progress;
pub mod guard;

pub mod config;
pub mod check;
pub mod inspect;

pub mod domain;
pub mod engine;
pub mod comparators;
pub mod history;
pub mod reference;
pub mod stages;
pub mod report;
pub mod parts;
pub mod run;
pub mod scoring;
pub mod tables;

pub mod generate;
pub mod evaluate;
