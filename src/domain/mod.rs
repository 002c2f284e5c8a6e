//! What a lawyer or a records officer would correct: codes, identity numbers, names, dates,
//! statuses, the working calendar and the catalogue of findings.
//!
//! It must not know of tables: no polars, no arrow, no files, no clock, no hash-map order. Every
//! function is pure and total: bad input is a value with a [`issue::ParseIssue`], never a panic.
//!
//! Certainty marks in the docs of this module: `[S]` seen in a public source, `[V]` verified by
//! computing, `[R-H]`, `[R-M]`, `[R-L]` recalled with high, medium, low confidence. A recalled fact
//! is never presented as law.

pub mod issue;
pub mod text;
pub mod encoding;

pub mod reference;
mod shape;

pub mod calendar;
pub mod agency;
pub mod catalogue;
pub mod channel;
pub mod count;
pub mod date;
pub mod dossier_code;
pub mod file_list;
pub mod flag;
pub mod money;
pub mod name;
pub mod personal_id;
pub mod phone;
pub mod procedure_code;
pub mod sex;
pub mod status;

pub mod deadline;
pub mod timeliness;
pub mod form_06a;
pub mod sync_ratio;
pub mod printed_figures;

pub mod rules;
pub mod known;
pub mod finding_kind;

pub mod dossier;
pub mod recognise;
