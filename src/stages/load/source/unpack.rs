//! Undoes gzip, zstd and zip, within limits, and says what kind of file was inside.

use std::io::{self, Read};

use glob::Pattern;
use zip::ZipArchive;

use super::bytes::{Bytes, Spill};
use super::limits;
use super::sniff;
use crate::config::file_kind::FileKind as Kind;

/// One plain export: the file itself, or a member of an archive.
#[derive(Debug, Clone)]
pub struct Member {
    /// Name inside the archive.
    pub name: Option<String>,
    pub kind: Kind,
    pub bytes: Bytes,
    /// What was wrong with the packing: the bytes before it are there.
    pub damage: Option<String>,
}

/// Opens whatever an export is packed in; `wanted` chooses the members of an archive.
///
/// # Errors
/// In words, when nothing can be taken out, or more than the limits allow.
pub fn unpack(bytes: Bytes, wanted: Option<&Pattern>) -> Result<Vec<Member>, String> {
    let mut members = Vec::new();
    let plain = Member { name: None, kind: Kind::Csv, bytes, damage: None };
    open(plain, wanted, 0, &mut members)?;
    if members.is_empty() {
        return Err(match wanted {
            Some(wanted) => format!("an archive without a member like `{wanted}`"),
            None => "an archive without a file".to_owned(),
        });
    }
    Ok(members)
}

fn open(
    packed: Member,
    wanted: Option<&Pattern>,
    depth: usize,
    members: &mut Vec<Member>,
) -> Result<(), String> {
    if depth > limits::NESTING {
        return Err(format!("packed more than {} times over", limits::NESTING));
    }
    let head = packed.bytes.head(sniff::HEAD).map_err(in_words)?;
    let size = packed.bytes.len();
    let inside = |bytes, damage: Option<String>| Member {
        name: packed.name.clone(),
        kind: Kind::Csv,
        bytes,
        damage: damage.or_else(|| packed.damage.clone()),
    };
    match sniff::kind(&head) {
        Kind::Gzip => {
            let reader = packed.bytes.reader().map_err(in_words)?;
            let (bytes, damage) = spill(flate2::read::MultiGzDecoder::new(io::BufReader::new(reader)), size)?;
            open(inside(bytes, damage), wanted, depth + 1, members)
        }
        Kind::Zstd => {
            let reader = packed.bytes.reader().map_err(in_words)?;
            let reader = zstd::Decoder::new(reader).map_err(in_words)?;
            let (bytes, damage) = spill(reader, size)?;
            open(inside(bytes, damage), wanted, depth + 1, members)
        }
        Kind::Archive => open_archive(packed, wanted, depth, members),
        kind => {
            members.push(Member { kind, ..packed });
            Ok(())
        }
    }
}

fn open_archive(
    packed: Member,
    wanted: Option<&Pattern>,
    depth: usize,
    members: &mut Vec<Member>,
) -> Result<(), String> {
    let size = packed.bytes.len();
    let reader = packed.bytes.reader().map_err(in_words)?;
    let mut archive = ZipArchive::new(io::BufReader::new(reader))
        .map_err(|error| format!("not a readable workbook or archive: {error}"))?;
    let kind = sniff::archive(&archive);
    if kind != Kind::Archive {
        // The reader of workbooks unpacks by itself: what it will meet is known from the directory.
        let unpacked: u64 =
            (0..archive.len()).filter_map(|at| Some(archive.by_index_raw(at).ok()?.size())).sum();
        if limits::is_bomb(size, unpacked) {
            return Err(limits::bomb(size));
        }
        members.push(Member { kind, ..packed });
        return Ok(());
    }
    if archive.len() > limits::MEMBERS {
        return Err(format!("an archive of {} files, more than {}", archive.len(), limits::MEMBERS));
    }
    // Which member comes first must not depend on who packed the archive.
    let mut names: Vec<(String, usize)> = (0..archive.len())
        .filter_map(|at| Some((archive.name_for_index(at)?.ok()?.into_owned(), at)))
        .collect();
    names.sort();
    for (name, at) in names {
        let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_clutter = file.is_empty() || file.starts_with('.') || name.starts_with("__MACOSX/");
        if is_clutter || wanted.is_some_and(|wanted| !wanted.matches(&name) && !wanted.matches(file)) {
            continue;
        }
        let member = archive.by_index(at).map_err(|error| format!("member `{name}`: {error}"))?;
        let (bytes, damage) = spill(member, size)?;
        let damage = damage.or_else(|| packed.damage.clone());
        open(Member { name: Some(name), kind: Kind::Csv, bytes, damage }, wanted, depth + 1, members)?;
    }
    Ok(())
}

/// Unpacks to the end, or to where the packing is damaged.
fn spill(mut reader: impl Read, packed: u64) -> Result<(Bytes, Option<String>), String> {
    let mut out = Spill::begin().map_err(in_words)?;
    let mut buffer = vec![0; 1 << 20];
    let damage = loop {
        match reader.read(&mut buffer) {
            Ok(0) => break None,
            Ok(read) => {
                out.push(&buffer[..read]).map_err(in_words)?;
                if limits::is_bomb(packed, out.len()) {
                    return Err(limits::bomb(packed));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break Some("the packed file breaks off or is damaged".to_owned()),
        }
    };
    if out.is_empty()
        && let Some(damage) = damage
    {
        return Err(damage);
    }
    Ok((out.finish().map_err(in_words)?, damage))
}

fn in_words(error: io::Error) -> String {
    error.to_string()
}
