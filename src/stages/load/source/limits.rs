//! How much of one export may be taken in before it is refused.
//!
//! A few kilobytes can unpack to a disk full of zeros, and one cell can name a column far beyond any
//! sheet. Real exports stay orders of magnitude below these limits.

/// What a packed export may unpack to without any question.
pub const UNPACKED_FREE: u64 = 256 << 20;
/// Beyond that, how many times its own size. CSV packs to a twentieth at best, bombs to a thousandth.
pub const UNPACKED_RATIO: u64 = 200;
/// What a packed export may unpack to at most.
pub const UNPACKED_BYTES: u64 = 64 << 30;
/// Files in one archive.
pub const MEMBERS: usize = 1_000;
/// An archive in an archive in an archive is no export.
pub const NESTING: usize = 3;
/// Columns of a sheet, as Excel has it.
pub const COLUMNS: usize = 16_384;
/// Text of one row of a sheet, or of one delimited record.
pub const RECORD_BYTES: usize = 1 << 20;
/// Cells of a sheet that has to be held whole (XLS, ODS, HTML).
pub const SHEET_CELLS: u64 = 16 << 20;
/// Depth of a JSON record.
pub const JSON_DEPTH: usize = 128;
/// Bytes of a JSON record.
pub const JSON_RECORD_BYTES: usize = 16 << 20;

/// Whether `unpacked` bytes are too many to come out of `packed`.
pub fn is_bomb(packed: u64, unpacked: u64) -> bool {
    unpacked > UNPACKED_BYTES || (unpacked > UNPACKED_FREE && unpacked / UNPACKED_RATIO > packed)
}

/// The refusal of a bomb, in words.
pub fn bomb(packed: u64) -> String {
    format!(
        "unpacks to more than {UNPACKED_RATIO} times its {packed} bytes, beyond the limit of {} MiB",
        UNPACKED_FREE >> 20
    )
}
