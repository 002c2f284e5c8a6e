//! A file that is there as a whole or not at all.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Writes a temporary file beside `path` and renames it: whoever reads `path` sees the old text or the new one.
///
/// # Errors
/// When the folder cannot be written; what stood at `path` is then as it was.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it names no file"));
    };
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(".part");
    let beside = path.with_file_name(beside);
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&beside, path)).inspect_err(|_| {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(&beside);
    })
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn the_new_text_takes_the_place_of_the_old_and_nothing_stays_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("model.toml");
        write(&file, "old").expect("written");
        write(&file, "new").expect("written");
        assert_eq!(std::fs::read_to_string(&file).expect("there"), "new");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn a_failure_leaves_the_old_one() {
        let folder = tempfile::tempdir().expect("a folder");
        // A folder of that name cannot be replaced by a file.
        let taken = folder.path().join("taken");
        std::fs::create_dir_all(taken.join("inside")).expect("a folder");
        assert!(write(&taken, "text").is_err());
        assert!(taken.join("inside").is_dir());
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
        assert!(write(&folder.path().join("nowhere/model.toml"), "text").is_err());
    }
}
