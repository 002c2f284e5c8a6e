//! Publishes a run: everything is written beside the outputs, renamed into place, and only then
//! committed by its manifest.
//!
//! Layout: `out/<table>/run_date=YYYY-MM-DD/part-0000.parquet`, `out/_runs/<run_id>/manifest.json`.
//! A run that dies before its manifest leaves `out/_tmp`; the next run puts back what the dead one had
//! moved. The tables of a date are to be trusted only when its current manifest lists their hashes.

mod manifest;

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::digest;
use super::parquet_file::{self, Clock, FileInMaking, Give, WriteError, Written};
use super::table::{TableSchema, TableSource};
pub use manifest::{FeedEntry, Manifest, OutputEntry, RunName, SCHEMA_VERSION, current_manifest, run_dates};
use manifest::{MANIFEST, RUNS, manifest_path, read_manifest};

const TEMPORARY: &str = "_tmp";
const INTENT: &str = "intent.json";
const OLD: &str = "_old";
const PART: &str = "part-0000.parquet";

/// True while tables are being renamed into place: not the moment to stop.
pub static COMMITTING: AtomicBool = AtomicBool::new(false);

/// What a commit is about to do, so that the next run can undo it if it was cut off.
#[derive(Debug, Serialize, Deserialize)]
struct Intent {
    run_id: String,
    run_date: String,
    revision: u32,
    names: Vec<String>,
    /// Of these, the ones that have a predecessor, which an undone commit gives back. Earlier builds did not say.
    stood: Option<Vec<String>>,
}

#[derive(Debug, Error)]
pub enum PublishError {
    #[error("publish {path}: {source}")]
    Io { path: String, source: io::Error },
    #[error("{out} is in use by another run\n  wait for it to end, or give another --out")]
    Busy { out: String },
    #[error(
        "{out} already holds run {current} for {run_date}, made from other inputs, pipeline or as-of time\n  give --replace to publish run {next} in its place (its manifest is kept), or another --out"
    )]
    OtherRun { out: String, run_date: String, current: String, next: String },
    #[error("read {path}: {reason}\n  this version of doisoat did not write it; move it away")]
    Manifest { path: String, reason: String },
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A table that stands beside the outputs.
#[must_use]
pub struct Staged {
    pub name: &'static str,
    pub rows: u64,
    pub written: Written,
}

/// An exclusive hold on an output folder while one run is published.
pub struct Publication {
    out: PathBuf,
    temporary: PathBuf,
    run_date: String,
    run_id: String,
    revision: u32,
    replaces: Option<String>,
    /// The run that stands for the date is this one.
    is_repeat: bool,
    staged: Vec<OutputEntry>,
    /// Files that the disk may not have yet.
    on_their_way: Vec<(String, Written)>,
    _lock: File,
}

impl Publication {
    /// Takes the folder, clears what a killed run left, and refuses to clobber another run.
    ///
    /// # Errors
    /// When the folder is busy, not writable, or holds another run for the date without `replace`.
    pub fn begin(out: &Path, run_date: &str, run_id: &str, replace: bool) -> Result<Self, PublishError> {
        let temporary = out.join(TEMPORARY);
        make_dir(out)?;
        let lock_path = out.join("_lock");
        let lock = File::create(&lock_path).map_err(|source| failed(&lock_path, source))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(PublishError::Busy { out: out.display().to_string() });
            }
            Err(TryLockError::Error(source)) => return Err(failed(&lock_path, source)),
        }
        recover(out, &temporary)?;
        let current = current_manifest(out, run_date)?;
        let is_repeat = current.as_ref().is_some_and(|current| current.run_id == run_id);
        let (revision, replaces) = match current {
            None => (1, None),
            Some(same) if is_repeat => (same.revision, same.replaces),
            Some(other) if replace => (other.revision + 1, Some(other.run_id)),
            Some(other) => {
                return Err(PublishError::OtherRun {
                    out: out.display().to_string(),
                    run_date: run_date.to_owned(),
                    current: other.run_id,
                    next: run_id.to_owned(),
                });
            }
        };
        make_dir(&temporary)?;
        Ok(Self {
            out: out.to_owned(),
            temporary,
            run_date: run_date.to_owned(),
            run_id: run_id.to_owned(),
            revision,
            replaces,
            is_repeat,
            staged: Vec::new(),
            on_their_way: Vec::new(),
            _lock: lock,
        })
    }

    /// Writes a table beside the outputs; [`Self::take_in`] then makes it one of them. Several may be written at once.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_table(
        &self,
        table: &TableSource<'_>,
        clock: &Clock,
        metadata: &[(String, String)],
    ) -> Result<Staged, PublishError> {
        let path = self.folder(table.schema.name)?.join(PART);
        let written = parquet_file::write(&path, table, clock, metadata)?;
        Ok(Staged { name: table.schema.name, rows: table.len() as u64, written })
    }

    /// Begins a table beside the outputs, to be written as its rows come.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn begin_table(
        &self,
        schema: &TableSchema,
        clock: &Clock,
        metadata: &[(String, String)],
    ) -> Result<FileInMaking, PublishError> {
        Ok(FileInMaking::begin(&self.folder(schema.name)?.join(PART), schema, clock, metadata)?)
    }

    /// Writes a table beside the outputs and takes it in.
    ///
    /// # Errors
    /// As [`Self::write_table`].
    pub fn stage_table(
        &mut self,
        table: &TableSource<'_>,
        clock: &Clock,
        metadata: &[(String, String)],
    ) -> Result<(), PublishError> {
        let staged = self.write_table(table, clock, metadata)?;
        self.take_in(staged);
        Ok(())
    }

    /// Takes in a table that was written.
    pub fn take_in(&mut self, staged: Staged) {
        self.note(staged.name, PART, staged.rows, staged.written);
    }

    /// Writes a table that is given range by range beside the outputs.
    ///
    /// # Errors
    /// When the disk refuses, or the rows cannot be given.
    pub fn stage_rows(
        &mut self,
        (schema, rows): (&TableSchema, usize),
        give: Give<'_>,
        clock: &Clock,
        metadata: &[(String, String)],
    ) -> Result<(), PublishError> {
        let path = self.folder(schema.name)?.join(PART);
        let written = parquet_file::write_rows(&path, (schema, rows), give, clock, metadata)?;
        self.note(schema.name, PART, rows as u64, written);
        Ok(())
    }

    /// A folder of this run alone, on the disk of the outputs; it is gone when the run ends.
    pub fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// The place where a file other than a table is to be written; [`Self::stage_file`] then takes it in.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn file_path(&self, name: &str, file: &str) -> Result<PathBuf, PublishError> {
        Ok(self.folder(name)?.join(file))
    }

    /// Takes in a file written at [`Self::file_path`].
    ///
    /// # Errors
    /// When the file cannot be read back.
    pub fn stage_file(&mut self, name: &str, file: &str, rows: u64) -> Result<(), PublishError> {
        let path = self.temporary.join(name).join(file);
        let (bytes, sha256) = digest::of_file(&path).map_err(|source| failed(&path, source))?;
        self.note(name, file, rows, Written::on_disk(bytes, sha256));
        Ok(())
    }

    /// Renames everything into place and commits.
    ///
    /// # Errors
    /// When the disk refuses a file or a rename; the manifest is then not written, and a new run repairs the date.
    pub fn commit(mut self, mut manifest: Manifest) -> Result<PathBuf, PublishError> {
        for (file, written) in &mut self.on_their_way {
            written.synced().map_err(|source| failed(&self.temporary.join(&*file), source))?;
        }
        self.staged.sort_by(|a, b| a.file.cmp(&b.file));
        manifest.revision = self.revision;
        manifest.replaces = self.replaces.take();
        manifest.outputs = std::mem::take(&mut self.staged);
        let mut names: Vec<String> = manifest.outputs.iter().map(|output| output.name.clone()).collect();
        names.dedup();
        // What a repeated run would only put there again is not moved: no moment comes when it is not there.
        names.retain(|name| !(self.is_repeat && self.stands(name, &manifest.outputs)));

        COMMITTING.store(true, Ordering::SeqCst);
        let intent = Intent {
            run_id: self.run_id.clone(),
            run_date: self.run_date.clone(),
            revision: self.revision,
            stood: Some(names.iter().filter(|name| self.place(name).exists()).cloned().collect()),
            names: names.clone(),
        };
        let outcome = write_synced(&self.temporary.join(INTENT), &intent)
            .and_then(|()| self.swap(&names))
            .and_then(|()| self.seal(&manifest));
        let outcome = match outcome {
            Ok(place) => remove_dir(&self.temporary).map(|()| place),
            // The date keeps what it had.
            Err(error) => recover(&self.out, &self.temporary).and(Err(error)),
        };
        COMMITTING.store(false, Ordering::SeqCst);
        outcome
    }

    /// Puts the new tables in the place of the old, which wait beside until the manifest stands.
    fn swap(&self, names: &[String]) -> Result<(), PublishError> {
        for name in names {
            make_dir(&self.out.join(name))?;
        }
        make_dir(&self.temporary.join(OLD))?;
        for name in names {
            let place = self.place(name);
            if place.exists() {
                rename(&place, &self.temporary.join(OLD).join(name))?;
            }
            rename(&self.temporary.join(name), &place)?;
        }
        Ok(())
    }

    fn seal(&self, manifest: &Manifest) -> Result<PathBuf, PublishError> {
        let place = manifest_path(&self.out, &self.run_id);
        make_dir(&self.out.join(RUNS).join(&self.run_id))?;
        write_synced(&self.temporary.join(MANIFEST), manifest)?;
        // A run that comes back after another took its place keeps the record of its first time.
        if let Some(before) = read_manifest(&place)?.filter(|before| before.revision != manifest.revision) {
            rename(&place, &place.with_file_name(format!("manifest.revision-{}.json", before.revision)))?;
        }
        rename(&self.temporary.join(MANIFEST), &place)?;
        Ok(place)
    }

    /// Whether the files of `name` are in place as they were written just now, and no others beside them.
    fn stands(&self, name: &str, outputs: &[OutputEntry]) -> bool {
        let mut files = outputs.iter().filter(|output| output.name == name);
        let is_same = |file: &OutputEntry| {
            digest::of_file(&self.out.join(&file.file))
                .is_ok_and(|own| own == (file.bytes, file.sha256.clone()))
        };
        let beside = fs::read_dir(self.place(name)).map_or(0, Iterator::count);
        beside == files.clone().count() && files.all(is_same)
    }

    fn place(&self, name: &str) -> PathBuf {
        self.out.join(name).join(self.partition())
    }

    fn partition(&self) -> String {
        format!("run_date={}", self.run_date)
    }

    fn folder(&self, name: &str) -> Result<PathBuf, PublishError> {
        let folder = self.temporary.join(name);
        make_dir(&folder)?;
        Ok(folder)
    }

    fn note(&mut self, name: &str, file: &str, rows: u64, written: Written) {
        self.staged.push(OutputEntry {
            name: name.to_owned(),
            file: format!("{name}/{}/{file}", self.partition()),
            rows,
            bytes: written.bytes,
            sha256: written.sha256.clone(),
        });
        self.on_their_way.push((format!("{name}/{file}"), written));
    }
}

/// Undoes a commit that did not reach its manifest: every table of the date becomes what it was.
fn recover(out: &Path, temporary: &Path) -> Result<(), PublishError> {
    if let Some(Intent { run_id, run_date, revision, names, stood }) = read_intent(temporary)? {
        let sealed =
            read_manifest(&manifest_path(out, &run_id))?.is_some_and(|sealed| sealed.revision == revision);
        for name in names {
            let place = out.join(&name).join(format!("run_date={run_date}"));
            let (old, new) = (temporary.join(OLD).join(&name), temporary.join(&name));
            let is_first =
                stood.as_ref().map_or(!old.exists() && !new.exists(), |stood| !stood.contains(&name));
            if old.exists() && !(sealed && place.exists()) {
                remove_dir(&place)?;
                rename(&old, &place)?;
            } else if !sealed && is_first {
                remove_dir(&place)?;
            }
        }
    }
    remove_dir(temporary)
}

/// What the dead run was about to do; none when it had not begun, of which a torn file is a sign as well.
fn read_intent(temporary: &Path) -> Result<Option<Intent>, PublishError> {
    let path = temporary.join(INTENT);
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&path).map_err(|source| failed(&path, source))?;
    match serde_json::from_str(&text) {
        Ok(intent) => Ok(Some(intent)),
        Err(_) if !temporary.join(OLD).exists() => Ok(None),
        Err(error) => {
            Err(PublishError::Manifest { path: temporary.display().to_string(), reason: error.to_string() })
        }
    }
}

fn write_synced(path: &Path, value: &impl Serialize) -> Result<(), PublishError> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| failed(path, error.into()))?;
    text.push('\n');
    let mut file = File::create(path).map_err(|source| failed(path, source))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|source| failed(path, source))
}

fn make_dir(path: &Path) -> Result<(), PublishError> {
    fs::create_dir_all(path).map_err(|source| failed(path, source))
}

fn remove_dir(path: &Path) -> Result<(), PublishError> {
    if path.exists() { fs::remove_dir_all(path).map_err(|source| failed(path, source)) } else { Ok(()) }
}

fn rename(from: &Path, to: &Path) -> Result<(), PublishError> {
    fs::rename(from, to).map_err(|source| failed(to, source))
}

fn failed(path: &Path, source: io::Error) -> PublishError {
    PublishError::Io { path: path.display().to_string(), source }
}
