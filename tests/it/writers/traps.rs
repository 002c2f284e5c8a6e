//! Files that are small and ask for much.

use std::io::{Read, Write};

use flate2::{Compress, Compression, Crc, FlushCompress};

use super::book::Page;
use super::text::Csv;
use super::{Sheet, json, ods, xlsx};

const TAKES_ALL: &str = "a sink that takes everything";
/// What is packed as one.
const BLOCK: usize = 1 << 20;

/// An ODS whose one cell says it stands so many times in each of so many rows; a billion, say. The page
/// comes before it.
pub fn ods_bomb(page: &Page, columns: u64, rows: u64) -> Vec<u8> {
    ods::with_repeated_cell(page, "x", columns, rows)
}

/// An XLSX with one more cell, at XFD1048576.
pub fn xlsx_far_corner(page: &Page) -> Vec<u8> {
    xlsx::with_far_corner(page, "x")
}

/// So many bytes of zeros, packed to about a thousandth; nothing is held in memory.
pub fn gzip_bomb(mut sink: impl Write, unpacked: u64) {
    sink.write_all(&[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 0xFF]).expect(TAKES_ALL);
    let (_, crc) = deflated_zeros(&mut sink, unpacked);
    // The length is kept modulo 2^32.
    let trailer = [crc.to_le_bytes(), (unpacked as u32).to_le_bytes()].concat();
    sink.write_all(&trailer).expect(TAKES_ALL);
}

/// An archive whose one file is zeros; up to 4 GiB.
pub fn zip_bomb(name: &str, unpacked: u32) -> Vec<u8> {
    let mut data = Vec::new();
    let (packed, crc) = deflated_zeros(&mut data, u64::from(unpacked));
    let name_length = u16::try_from(name.len()).expect("a short name");
    // Version 2.0, no flags, deflated, midnight of 1 January 1980.
    let mut common = [20_u16, 0, 8, 0, 0x21].map(u16::to_le_bytes).concat();
    common.extend([crc, packed, unpacked].map(u32::to_le_bytes).concat());
    common.extend([name_length, 0].map(u16::to_le_bytes).concat());
    let mut out = [b"PK\x03\x04", &common[..], name.as_bytes(), &data].concat();
    let directory = out.len() as u32;
    out.extend([b"PK\x01\x02\x14\x00", &common[..], &[0; 14], name.as_bytes()].concat());
    let length = out.len() as u32 - directory;
    out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend([length, directory].map(u32::to_le_bytes).concat());
    out.extend([0, 0]);
    out
}

/// A file of zstd that unpacks to so many zeros; a frame packs them to next to nothing.
pub fn zstd_bomb(sink: impl Write, unpacked: u64) {
    let mut encoder = zstd::Encoder::new(sink, 3).expect("an encoder");
    std::io::copy(&mut std::io::repeat(0).take(unpacked), &mut encoder).expect(TAKES_ALL);
    encoder.finish().expect(TAKES_ALL);
}

/// A record whose second key holds so many lists, each within the last. `[` only, without an end, when
/// `is_closed` is false.
pub fn json_nested(code_key: &str, code: &str, depth: usize, is_closed: bool) -> Vec<u8> {
    let (key, code) = (json::quoted(code_key), json::quoted(code));
    let mut text = format!("[{{{key}:{code},\"deep\":{}", "[".repeat(depth));
    if is_closed {
        text.push_str(&"]".repeat(depth));
        text.push_str("}]");
    }
    text.into_bytes()
}

/// A document that is only brackets.
pub fn json_brackets(depth: usize) -> Vec<u8> {
    [b"[".repeat(depth), b"]".repeat(depth)].concat()
}

/// The records of a sheet as a list; in the last one, `key` holds a string of so many bytes.
pub fn json_long_string(sheet: &Sheet<'_>, key: &str, bytes: usize) -> Vec<u8> {
    let mut text = json::write(sheet, json::Layout::Array, false);
    assert!(text.ends_with("}]"), "a sheet with records");
    text.truncate(text.len() - 2);
    text.push_str(&format!(",{}:\"{}\"}}]", json::quoted(key), "a".repeat(bytes)));
    text.into_bytes()
}

/// The sheet with so many more columns, named c0, c1, ... and empty below.
pub fn csv_wide_header(sheet: &Sheet<'_>, columns: usize) -> Vec<u8> {
    let mut text = sheet.header.join(",");
    (0..columns).for_each(|at| text.push_str(&format!(",c{at}")));
    text.push('\n');
    text.push_str(&body(sheet));
    text.into_bytes()
}

/// The sheet, and a last row whose last cell has so many bytes. In quotes, the cell is one that is
/// opened and has line ends in it.
pub fn csv_long_cell(sheet: &Sheet<'_>, bytes: usize, in_quotes: bool) -> Vec<u8> {
    let mut text = format!("{}\n{}", sheet.header.join(","), body(sheet));
    text.push_str(&",".repeat(sheet.header.len().saturating_sub(1)));
    match in_quotes {
        true => {
            let line = format!("{}\n", "a".repeat(99));
            text.push_str(&format!("\"{}\"", line.repeat(bytes / line.len())));
        }
        false => text.push_str(&"a".repeat(bytes)),
    }
    text.push('\n');
    text.into_bytes()
}

fn body(sheet: &Sheet<'_>) -> String {
    let bytes = super::text::write(sheet, Csv::PLAIN, super::Charset::Utf8);
    let text = String::from_utf8(bytes).expect("UTF-8");
    text.split_once('\n').map(|(_, body)| body.to_owned()).unwrap_or_default()
}

/// A stream of zeros as it is within gzip and zip; its length, and the checksum of the zeros. One block
/// is packed so that nothing before or after it matters, and repeated.
fn deflated_zeros(sink: &mut impl Write, unpacked: u64) -> (u32, u32) {
    let block = |length: usize| {
        let (zeros, mut packed) = (vec![0; length], Vec::with_capacity(length / 100 + 100));
        let mut compress = Compress::new(Compression::best(), false);
        compress.compress_vec(&zeros, &mut packed, FlushCompress::Full).expect("zeros");
        assert_eq!(compress.total_in(), length as u64, "all of a block is packed");
        let mut crc = Crc::new();
        crc.update(&zeros);
        (packed, crc)
    };
    let (whole, rest) = (block(BLOCK), block((unpacked % BLOCK as u64) as usize));
    let whole = std::iter::repeat_n(&whole, (unpacked / BLOCK as u64) as usize);
    let (mut length, mut crc) = (0, Crc::new());
    for (packed, crc_of_block) in whole.chain([&rest]) {
        sink.write_all(packed).expect(TAKES_ALL);
        length += packed.len() as u32;
        crc.combine(crc_of_block);
    }
    // The last block of the stream, and nothing in it.
    sink.write_all(&[0x03, 0x00]).expect(TAKES_ALL);
    (length + 2, crc.sum())
}
