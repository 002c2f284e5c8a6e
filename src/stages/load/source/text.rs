//! Brings text to bytes in which ASCII stands for itself: UTF-16 becomes UTF-8, a delimiter of several
//! characters becomes one byte.
//!
//! Which letters the other bytes stand for is decided later, column by column.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Encoding, UTF_16BE, UTF_16LE};
use memchr::memmem;

use super::bytes::{Bytes, Spill};
use crate::config::plan::UNIT_SEPARATOR;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Text, ready to be cut into records.
#[derive(Debug, Clone)]
pub struct Text {
    pub bytes: Bytes,
    /// Bytes of a byte-order mark, to be passed over.
    pub skip: u64,
    pub utf16: bool,
    /// UTF-16 with units that stand for no character.
    pub malformed: bool,
}

/// Reads the byte-order mark, or tells UTF-16 by its zero bytes.
fn utf16_of(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    match head {
        [0xFF, 0xFE, ..] => return Some((UTF_16LE, 2)),
        [0xFE, 0xFF, ..] => return Some((UTF_16BE, 2)),
        _ => {}
    }
    let head = &head[..head.len().min(4096) & !1];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if half < 8 || even.min(odd) > half / 20 {
        None
    } else if odd > half / 2 {
        Some((UTF_16LE, 0))
    } else if even > half / 2 {
        Some((UTF_16BE, 0))
    } else {
        None
    }
}

/// Whether a file that begins so is UTF-16 text.
pub fn is_utf16(head: &[u8]) -> bool {
    utf16_of(head).is_some()
}

/// Prepares a text file; `delimiter`, where it is several characters, becomes [`UNIT_SEPARATOR`].
///
/// # Errors
/// When the file cannot be read or the temporary file not written.
pub fn prepare(bytes: Bytes, delimiter: Option<&str>) -> io::Result<Text> {
    let head = bytes.head(4096)?;
    let mut text = match utf16_of(&head) {
        Some((encoding, skip)) => {
            let (bytes, malformed) = transcode(&bytes, encoding, skip)?;
            Text { bytes, skip: 0, utf16: true, malformed }
        }
        None => {
            let skip = if head.starts_with(BOM) { BOM.len() as u64 } else { 0 };
            Text { bytes, skip, utf16: false, malformed: false }
        }
    };
    // Lines of an old Macintosh end in a return alone.
    let head = text.bytes.head(64 << 10)?;
    if head.contains(&b'\r') && !head.contains(&b'\n') {
        text.bytes = replace(&text.bytes, b"\r", b"\n")?;
    }
    if let Some(delimiter) = delimiter.filter(|delimiter| delimiter.len() > 1) {
        text.bytes = replace(&text.bytes, delimiter.as_bytes(), &[UNIT_SEPARATOR])?;
    }
    Ok(text)
}

fn transcode(bytes: &Bytes, encoding: &'static Encoding, skip: usize) -> io::Result<(Bytes, bool)> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut reader = bytes.reader()?;
    io::copy(&mut (&mut reader).take(skip as u64), &mut io::sink())?;
    let mut out = Spill::begin()?;
    let (mut input, mut output) = (vec![0; 1 << 20], vec![0; 4 << 20]);
    let mut malformed = false;
    loop {
        let read = reader.read(&mut input)?;
        let mut rest = &input[..read];
        loop {
            let (result, used, written, bad) = decoder.decode_to_utf8(rest, &mut output, read == 0);
            malformed |= bad;
            out.push(&output[..written])?;
            rest = &rest[used..];
            if result == CoderResult::InputEmpty {
                break;
            }
        }
        if read == 0 {
            return Ok((out.finish()?, malformed));
        }
    }
}

fn replace(bytes: &Bytes, from_bytes: &[u8], to: &[u8]) -> io::Result<Bytes> {
    let finder = memmem::Finder::new(from_bytes);
    let mut reader = bytes.reader()?;
    let mut out = Spill::begin()?;
    let mut held: Vec<u8> = Vec::with_capacity(2 << 20);
    loop {
        let before = held.len();
        (&mut reader).take(1 << 20).read_to_end(&mut held)?;
        let ended = held.len() == before;
        let mut from = 0;
        while let Some(found) = finder.find(&held[from..]) {
            out.push(&held[from..from + found])?;
            out.push(to)?;
            from += found + from_bytes.len();
        }
        // What is replaced may lie across two blocks.
        let keep = if ended { 0 } else { (from_bytes.len() - 1).min(held.len() - from) };
        let end = held.len() - keep;
        out.push(&held[from..end])?;
        held.drain(..end);
        if ended {
            return out.finish();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn bytes_of(content: &[u8]) -> Bytes {
        let mut spill = Spill::begin().expect("a temporary file");
        spill.push(content).expect("written");
        spill.finish().expect("finished")
    }

    fn read(text: &Text) -> String {
        let mut out = String::new();
        text.bytes.reader().expect("opens").read_to_string(&mut out).expect("UTF-8");
        out.split_off(text.skip as usize)
    }

    #[test]
    fn utf16_is_turned_with_and_without_a_mark() {
        let line = "Mã hồ sơ\tChủ hồ sơ\r\n".repeat(10);
        let little: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = line.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            little.clone(),
            [b"\xFF\xFE".as_slice(), &little].concat(),
            [b"\xFE\xFF".as_slice(), &big].concat(),
            big,
        ] {
            let text = prepare(bytes_of(&bytes), None).expect("prepared");
            assert!(text.utf16 && !text.malformed);
            assert_eq!(read(&text), line);
        }
        let odd = prepare(bytes_of(&little[..little.len() - 1]), None).expect("prepared");
        assert!(odd.malformed);
    }

    #[test]
    fn a_mark_of_utf8_is_passed_over_and_plain_text_stays() {
        let text = prepare(bytes_of("\u{feff}a,b".as_bytes()), None).expect("prepared");
        assert_eq!((read(&text).as_str(), text.utf16), ("a,b", false));
    }

    #[test]
    fn a_delimiter_of_several_characters_becomes_one() {
        let long = "x".repeat((1 << 20) - 1);
        let text = prepare(bytes_of(format!("{long}||b||c|").as_bytes()), Some("||")).expect("prepared");
        assert_eq!(read(&text), format!("{long}\u{1f}b\u{1f}c|"));
    }
}
