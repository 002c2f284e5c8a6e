//! Reads a pipeline: TOML text to a [`plan::RunPlan`], or every mistake in it at once.

pub mod duplicates;
pub mod figure;
pub mod file_kind;
pub mod ladder;
pub mod linkage;
pub mod mistakes;
pub mod outside;
pub mod pipeline;
pub mod plan;
pub mod published;
pub mod reader;
pub mod reading;
pub mod rules;
pub mod scored;
pub mod system;
pub mod tables;
