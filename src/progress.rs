//! How a stage says how far it is; the library itself never prints.

/// Receives the progress of a run. Called from several threads.
pub trait Progress: Sync {
    /// A step of `total` units begins.
    fn begin(&self, step: &str, total: u64);
    fn advance(&self, units: u64);
}

/// Says nothing.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _step: &str, _total: u64) {}
    fn advance(&self, _units: u64) {}
}
