//! Holds what an Arrow file says of its own sizes against the file, before its reader believes it.
//!
//! The reader sets memory aside for whatever length a message names; a damaged one names petabytes, and
//! memory that is not there ends the process.

use arrow::ipc::{Block, Message, RecordBatch, root_as_footer, root_as_message};

use super::super::source::bytes::Bytes;
use super::super::source::limits;

const MAGIC: &[u8] = b"ARROW1";
/// Stands before the length of a message, but in the oldest files.
const CONTINUATION_MARKER: [u8; 4] = [0xFF; 4];
/// Rows of one batch.
const BATCH_ROWS: i64 = 1 << 26;
const DAMAGED: &str = "its sizes do not fit the file";

/// # Errors
/// In words, when a message is longer than the file, or unpacks to more than the limits allow.
pub fn check(bytes: &Bytes) -> Result<(), String> {
    let head = bytes.head(MAGIC.len() as u64).map_err(|error| error.to_string())?;
    if head == MAGIC { check_file(bytes) } else { check_stream(bytes) }
}

fn read(bytes: &Bytes, offset: u64, length: u64) -> Result<Vec<u8>, String> {
    if offset.checked_add(length).is_none_or(|end| end > bytes.len()) {
        return Err(DAMAGED.to_owned());
    }
    let length = usize::try_from(length).map_err(|_| DAMAGED.to_owned())?;
    bytes.stretch(offset, length).map_err(|error| error.to_string())
}

fn check_file(bytes: &Bytes) -> Result<(), String> {
    let tail = MAGIC.len() as u64 + 4;
    let end = bytes.len().checked_sub(tail).ok_or(DAMAGED)?;
    let length = u64::from(number(&read(bytes, end, 4)?));
    let footer = read(bytes, end.checked_sub(length).ok_or(DAMAGED)?, length)?;
    let footer = root_as_footer(&footer).map_err(|_| DAMAGED.to_owned())?;
    let batches = footer.recordBatches().into_iter().flatten();
    for block in batches.chain(footer.dictionaries().into_iter().flatten()) {
        check_block(bytes, block)?;
    }
    Ok(())
}

fn check_block(bytes: &Bytes, block: &Block) -> Result<(), String> {
    let sizes = (
        u64::try_from(block.offset()),
        u64::try_from(block.metaDataLength()),
        u64::try_from(block.bodyLength()),
    );
    let (Ok(offset), Ok(meta), Ok(body)) = sizes else { return Err(DAMAGED.to_owned()) };
    let head = read(bytes, offset, meta)?;
    let body_start = offset + meta;
    if body_start.checked_add(body).is_none_or(|end| end > bytes.len()) {
        return Err(DAMAGED.to_owned());
    }
    let skip = if head.starts_with(&CONTINUATION_MARKER) { 8 } else { 4 };
    let message = root_as_message(head.get(skip..).ok_or(DAMAGED)?).map_err(|_| DAMAGED.to_owned())?;
    check_message(bytes, &message, body_start, body)
}

fn check_stream(bytes: &Bytes) -> Result<(), String> {
    let mut at = 0;
    while at + 4 <= bytes.len() {
        let mut head = read(bytes, at, 4)?;
        at += 4;
        if head == CONTINUATION_MARKER {
            head = read(bytes, at, 4)?;
            at += 4;
        }
        let length = u64::from(number(&head));
        if length == 0 {
            return Ok(());
        }
        let head = read(bytes, at, length)?;
        let message = root_as_message(&head).map_err(|_| DAMAGED.to_owned())?;
        let body = u64::try_from(message.bodyLength()).map_err(|_| DAMAGED.to_owned())?;
        at += length;
        check_message(bytes, &message, at, body)?;
        at = at.checked_add(body).filter(|end| *end <= bytes.len()).ok_or(DAMAGED)?;
    }
    Ok(())
}

fn check_message(bytes: &Bytes, message: &Message<'_>, start: u64, length: u64) -> Result<(), String> {
    let dictionary = message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data());
    match message.header_as_record_batch().or(dictionary) {
        Some(batch) => check_batch(bytes, &batch, start, length),
        None => Ok(()),
    }
}

fn check_batch(bytes: &Bytes, batch: &RecordBatch<'_>, start: u64, length: u64) -> Result<(), String> {
    let nodes = batch.nodes().into_iter().flatten().map(arrow::ipc::FieldNode::length);
    if nodes.chain([batch.length()]).any(|rows| !(0..=BATCH_ROWS).contains(&rows)) {
        return Err(DAMAGED.to_owned());
    }
    for buffer in batch.buffers().into_iter().flatten() {
        let (Ok(offset), Ok(size)) = (u64::try_from(buffer.offset()), u64::try_from(buffer.length())) else {
            return Err(DAMAGED.to_owned());
        };
        if offset.checked_add(size).is_none_or(|end| end > length) {
            return Err(DAMAGED.to_owned());
        }
        if batch.compression().is_some() && size >= 8 {
            // A packed buffer begins with its size unpacked; -1 says that it is not packed.
            let size_of: [u8; 8] =
                read(bytes, start + offset, 8)?.try_into().map_err(|_| DAMAGED.to_owned())?;
            let unpacked = i64::from_le_bytes(size_of);
            if unpacked < -1 || limits::is_bomb(size, u64::try_from(unpacked).unwrap_or_default()) {
                return Err(DAMAGED.to_owned());
            }
        }
    }
    Ok(())
}

fn number(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_le_bytes)
}
