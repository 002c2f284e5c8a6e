//! Why a date pattern is refused, with a hint on what to write instead.
//!
//! It must not read patterns.

/// Why a date pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Nothing to read.
    #[error("the date pattern is empty\n  hint: write for instance dd/MM/yyyy HH:mm:ss")]
    Empty,
    /// `dd/mm/yyyy`: a known producer wrote just this, and every birth month became January [S].
    #[error("mm is minutes and there is no month\n  hint: the month is MM, so write \"{suggestion}\"")]
    MinutesForMonth {
        /// The pattern that was probably meant.
        suggestion: String,
    },
    /// A letter without a meaning here.
    #[error("unknown letter {letter}\n  hint: {hint}")]
    UnknownLetter {
        /// The letter.
        letter: char,
        /// What to write instead.
        hint: &'static str,
    },
    /// A part of the date that must be there.
    #[error("no {part}\n  hint: {hint}")]
    Missing {
        /// `year`, `month`, `day` or `hour`.
        part: &'static str,
        /// What to write instead.
        hint: &'static str,
    },
    /// The same part twice.
    #[error("{letter} stands twice\n  hint: months are MM, minutes mm")]
    Repeated {
        /// The letter.
        letter: char,
    },
    /// A width that is not understood, or one that leaves open where the next number begins.
    #[error("{letters} cannot stand here\n  hint: {hint}")]
    Width {
        /// The run of letters.
        letters: String,
        /// What to write instead.
        hint: &'static str,
    },
    /// A quote that is not closed.
    #[error("a quote is left open\n  hint: fixed text stands in single quotes, as in 'T'")]
    OpenQuote,
}
