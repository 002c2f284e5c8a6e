//! The night, stage by stage. Each takes the type the stage before it made, so that a stage out of
//! order does not compile.

pub mod load;
pub mod normalise;
pub mod order;
pub mod records;
pub mod keys;
pub mod dedupe;
pub mod link;
pub mod compare;
pub mod judge;
pub mod write;
