//! The night, stage by stage. Each takes the type the stage before it made, so that a stage out of
//! order does not compile.

pub mod compare;
pub mod dedupe;
pub mod judge;
pub mod link;
pub mod load;
pub mod normalise;
pub mod records;
pub mod write;
