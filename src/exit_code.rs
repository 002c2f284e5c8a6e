//! Every exit code of the program, in one place.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Nothing at or above the pipeline's threshold.
    Clean = 0,
    /// Findings at or above the pipeline's `fail_at`.
    Findings = 1,
    /// Wrong use, configuration or input; nothing was published.
    Usage = 2,
    /// Internal or I/O failure; nothing was published.
    Failure = 3,
    /// A feed is missing or unhealthy; everything else was published.
    Partial = 4,
    /// Stopped by the user.
    Interrupted = 130,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
