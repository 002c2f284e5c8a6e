//! Keeps somebody else's reader or writer from ending the run: where such a library gives up with a panic on bytes it
//! did not expect the file is damaged, on a disk that refuses it cannot be written, and that is all.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether the current thread reads or writes a file under guard; a panic there is handled and not worth a line.
pub fn is_inside() -> bool {
    INSIDE.with(Cell::get)
}

/// What is to be said of a file whose reader panicked.
pub const FAILED: &str = "its reader failed on damaged bytes";

/// Runs a reader or writer; `None` when it panicked.
pub fn around<T>(work: impl FnOnce() -> T) -> Option<T> {
    let was = INSIDE.with(|inside| inside.replace(true));
    // What is left half done is dropped with it.
    let result = catch_unwind(AssertUnwindSafe(work)).ok();
    INSIDE.with(|inside| inside.set(was));
    result
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_reader_that_panics_is_only_a_file_that_cannot_be_read() {
        assert_eq!(super::around(|| 7), Some(7));
        let list: Vec<u8> = Vec::new();
        assert_eq!(super::around(|| list[list.len()]), None);
        assert!(!super::is_inside());
    }
}
