//! One file of the night opened: hashed, unpacked, and its mapping held against it.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::files::FoundFile;
use super::grid::sheet::ReadSheet;
use super::grid::{delimited, page, workbook};
use super::source::bytes::{Bytes, Spill};
use super::source::sniff;
use super::source::text;
use super::source::unpack::{self, Member};
use super::{Depth, Feed, FeedState, Layout, LoadError, OpenError, Opened, Source, control, keyed, shape};
use crate::config::file_kind::FileKind;
use crate::config::plan::SystemPlan;
use crate::engine::digest;
use crate::guard;

/// The feeds of one file, or the file that does not fit and why.
pub type OpenedFile = Result<Vec<Feed>, (Box<Feed>, Vec<LoadError>)>;

/// Opens a file, and whatever lies in it.
///
/// # Errors
/// When the mapping does not fit it.
pub fn open(dir: &Path, file: &FoundFile, system: &SystemPlan, depth: Depth) -> OpenedFile {
    let path = dir.join(&file.name);
    let mut feed = Feed {
        file: file.name.clone(),
        nights_back: file.nights_back,
        bytes: 0,
        sha256: String::new(),
        kind: None,
        control: None,
        written: None,
        passed_over: Vec::new(),
        state: FeedState::Missing,
    };
    let seen = match depth {
        Depth::Whole => digest::of_file(&path),
        Depth::Headers => std::fs::metadata(&path).map(|file| (file.len(), String::new())),
    };
    match seen {
        Ok((bytes, sha256)) => (feed.bytes, feed.sha256) = (bytes, sha256),
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                feed.state = FeedState::Unreadable(error.to_string());
            }
            return Ok(vec![feed]);
        }
    }
    feed.control = control::read(dir, &file.name, system);
    let is_asked = system.expect.extracted_after.is_some()
        && feed.control.as_ref().is_none_or(|control| control.extracted_at.is_none());
    feed.written = if is_asked { control::written(&path) } else { None };
    if feed.bytes == 0 {
        return Ok(vec![Feed { state: FeedState::Empty, ..feed }]);
    }
    let members = match unpack::unpack(Bytes::of_file(path, feed.bytes), system.member.as_ref()) {
        Ok(members) => members,
        Err(reason) => return Ok(vec![Feed { state: FeedState::Unreadable(reason), ..feed }]),
    };
    // What a control file counts is the archive, not each of its members.
    if let Some(control) = feed.control.as_mut().filter(|_| members.len() > 1) {
        (control.rows, control.sums) = (None, Vec::new());
    }
    let mut feeds: Vec<Feed> = Vec::with_capacity(members.len());
    let (mut strangers, mut misfits) = (Vec::new(), Vec::new());
    for member in members {
        let name = match &member.name {
            Some(inside) => format!("{}/{inside}", feed.file),
            None => feed.file.clone(),
        };
        let kind = Some(member.kind);
        let (state, error) = match state_of(member, &name, system, depth) {
            Ok(state) => (state, None),
            Err(error) => (FeedState::Missing, Some(error)),
        };
        let of_member = Feed {
            file: name,
            kind,
            state,
            sha256: feed.sha256.clone(),
            control: feed.control.clone(),
            passed_over: Vec::new(),
            ..feed
        };
        match error {
            None => feeds.push(of_member),
            Some(Misfit { is_stranger: true, errors }) => strangers.push((of_member, errors)),
            Some(Misfit { errors, .. }) => misfits.push((of_member, errors)),
        }
    }
    // A note to the reader lies in many an archive: beside a file that is read it is passed over.
    match feeds.iter_mut().find(|feed| matches!(feed.state, FeedState::Open(_))) {
        Some(read) => read.passed_over = strangers.into_iter().map(|(stranger, _)| stranger.file).collect(),
        None => misfits.append(&mut strangers),
    }
    match misfits.into_iter().next() {
        None => Ok(feeds),
        Some((misfit, errors)) => Err((Box::new(misfit), errors)),
    }
}

/// An export the mapping does not fit.
struct Misfit {
    /// It has not one of the mapped columns.
    is_stranger: bool,
    errors: Vec<LoadError>,
}

/// Opens one plain export.
fn state_of(member: Member, name: &str, system: &SystemPlan, depth: Depth) -> Result<FeedState, Misfit> {
    if member.bytes.is_empty() {
        return Ok(FeedState::Empty);
    }
    let opened = guard::around(|| open_member(&member, name, system, depth))
        .unwrap_or_else(|| Err(OpenError::Unreadable(guard::FAILED.to_owned())));
    Ok(match opened {
        Ok(opened) => FeedState::Open(Box::new(opened)),
        Err(OpenError::Unreadable(reason)) => FeedState::Unreadable(reason),
        Err(OpenError::Shifted(words)) => FeedState::Shifted(words),
        Err(OpenError::Mapping(errors)) => return Err(Misfit { is_stranger: false, errors }),
        Err(OpenError::NoHeader(error)) => return Err(Misfit { is_stranger: true, errors: vec![error] }),
    })
}

/// Opens one plain export by itself.
///
/// # Errors
/// When it cannot be read, or not by this mapping.
pub fn open_one(member: &Member, system: &SystemPlan) -> Result<Opened, OpenError> {
    let name = member.name.clone().unwrap_or_default();
    let opened = guard::around(|| open_member(member, &name, system, Depth::Whole));
    opened.unwrap_or_else(|| Err(OpenError::Unreadable(guard::FAILED.to_owned())))
}

/// Reads bytes as one export of a system, whatever they are: the number of its rows, or why there are
/// none. For tests and fuzzing.
///
/// # Errors
/// In words.
pub fn read_bytes(content: &[u8], system: &SystemPlan) -> Result<u64, String> {
    let mut spill = Spill::begin().map_err(|error| error.to_string())?;
    spill.push(content).map_err(|error| error.to_string())?;
    let bytes = spill.finish().map_err(|error| error.to_string())?;
    let mut rows = 0;
    for member in unpack::unpack(bytes, None)? {
        let opened = open_one(&member, system).map_err(|error| format!("{error:?}"))?;
        for piece in 0..opened.pieces() {
            rows += opened.piece(piece).map_err(|error| error.to_string())?.rows.len() as u64;
        }
    }
    Ok(rows)
}

fn open_member(member: &Member, name: &str, system: &SystemPlan, depth: Depth) -> Result<Opened, OpenError> {
    let (bytes, skip, kind, damage) = match member.kind {
        FileKind::Csv | FileKind::Ndjson | FileKind::Json | FileKind::Html => {
            let text = text::prepare(member.bytes.clone(), system.text.delimiter.as_deref())?;
            // Behind UTF-16 may stand anything that is text.
            let kind = if text.utf16 { sniff::kind(&text.bytes.head(sniff::HEAD)?) } else { member.kind };
            let malformed = text.malformed.then(|| "UTF-16 that breaks off or is damaged".to_owned());
            (text.bytes, text.skip, kind, member.damage.clone().or(malformed))
        }
        kind => (member.bytes.clone(), 0, kind, member.damage.clone()),
    };
    let kind = declared_or_found(kind, system)?;
    match kind {
        FileKind::Csv => {
            let file = delimited::open(bytes, skip, name, system, depth)?;
            let layout = layout_of(None, &file.shape);
            Ok(Opened { source: Source::Delimited(file), layouts: vec![layout], damage })
        }
        FileKind::Xlsx | FileKind::Xls | FileKind::Ods => {
            Ok(sheets(workbook::open(&bytes, kind, name, system)?, damage))
        }
        FileKind::Html => {
            let page = page::open(&bytes, name, system)?;
            let damage = damage.or(page.truncated.then(|| "the page breaks off in its table".to_owned()));
            Ok(sheets(page.sheets, damage))
        }
        FileKind::Ndjson | FileKind::Json | FileKind::Parquet | FileKind::Arrow => {
            let (file, layout, cut) = keyed::open(&bytes, kind, name, system)?;
            Ok(Opened { source: Source::Keyed(file), layouts: vec![layout], damage: damage.or(cut) })
        }
        FileKind::Gzip | FileKind::Zstd | FileKind::Archive | FileKind::Foreign(_) => {
            Err(OpenError::Unreadable(format!("it is {}", kind.words())))
        }
    }
}

/// The kind to read a file as: what the pipeline declares, where the file can be that.
fn declared_or_found(found: FileKind, system: &SystemPlan) -> Result<FileKind, OpenError> {
    let Some(declared) = system.format else { return Ok(found) };
    let (is, not) = (found.words(), declared.words());
    match (found.serves_as(declared), declared.is_workbook()) {
        (true, true) => Ok(found),
        (true, false) => Ok(declared),
        (false, true) => Err(OpenError::Unreadable(format!("not a readable workbook: it is {is}"))),
        (false, false) => Err(OpenError::Unreadable(format!("not {not}, as declared: it is {is}"))),
    }
}

fn sheets(read: Vec<ReadSheet>, damage: Option<String>) -> Opened {
    let layouts = read.iter().map(|sheet| layout_of(sheet.name.clone(), &sheet.shape)).collect();
    let batches = read.into_iter().flat_map(|sheet| sheet.batches).collect();
    Opened { source: Source::Sheets(batches), layouts, damage }
}

fn layout_of(sheet: Option<Arc<str>>, shape: &shape::Shape) -> Layout {
    Layout {
        sheet,
        header_row: Some(shape.header_row),
        titles: shape.titles.clone(),
        columns: shape.positions.iter().copied().zip(shape.encodings.iter().cloned()).collect(),
        repaired: shape.repaired.clone(),
        dates_undecided: shape.dates_undecided,
    }
}
