//! What the columns of an unknown export are: which field, in which date pattern, with which statuses.
//!
//! It must not decide for a run. What it proposes goes into a pipeline for a person to confirm, and the
//! loader only asks [`fits`] whether a mapped column holds what it should. Nothing here is learnt from
//! data: headers come from `data/headers.csv`, everything else from the grammars of the domain.
//!
//! A column is judged by its header and by its cells, neither alone:
//! 1. [`profile`] counts how many cells follow each [`Grammar`];
//! 2. [`header_meaning`] looks the header up, blind to case, accents, camel case and brackets;
//! 3. [`propose`] weighs the two for every field. A known header that the cells contradict loses to the
//!    cells: the body may be shifted;
//! 4. [`assign`] gives each field one column and each column one field, the best total over the table,
//!    and tells apart by their order the dates no header speaks for. What is not sure stays unmapped.
//!
//! Which grammars tell most: dossier codes of national form, procedure codes, identity numbers,
//! phones, dates, known labels of statuses, channels and levels. Amounts, codes of a system's own, names
//! and free text tell less, numeric lists of statuses and channels next to nothing: 1, 2, 3 are a channel
//! in one column and a kind of applicant in the next.

mod words;

mod layout;

mod grammar;
mod profile;

mod headers;
mod score;

mod matching;
mod order;

mod assign;

mod fits;
mod status_words;

#[cfg(test)]
mod tests;

pub use assign::{Proposal, Why, assign, headers_outvoted};
pub use fits::{Known, fits};
pub use grammar::{Grammar, Grammars, grammars};
pub use headers::{HeaderMatch, HeaderMeaning, header_meaning};
pub use layout::{DateReading, DayMonth, date_patterns};
pub use profile::{ColumnProfile, DISTINCT_CAP, DateSpan, profile};
pub use score::{SURE, propose};
pub use status_words::{StatusGuess, status_proposal};
