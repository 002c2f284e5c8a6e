//! What would still be true for invoices: keys, partitions, the ladder, one-to-one assignment,
//! components, accounting, tables and their publication.
//!
//! Nothing here knows a dossier, a ministry or a language; a test holds that.

pub mod accounting;
pub mod assignment;
pub mod blunt;
pub mod bucket_sort;
pub mod chunk;
pub mod components;
pub mod dictionary;
pub mod digest;
pub mod frame;
pub mod id;
pub mod key;
pub mod key_spill;
pub mod linkage;
pub mod merge;
pub mod parquet_file;
pub mod partition;
pub mod pieces;
pub mod publish;
pub mod rows;
pub mod spill;
pub mod starts;
pub mod table;
pub mod text_order;
pub mod whole_file;
