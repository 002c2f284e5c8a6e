//! Legacy encodings of Vietnamese text: which one a column is in, and how to read its cells.
//!
//! It must not choose an encoding cell by cell: TCVN3 text is valid Latin-1, and a short cell proves
//! nothing. It must not repair spelling or spaces; [`super::text::clean`] does that afterwards, and
//! has to, because trimming first would eat the no-break space that ends a misread `à`.

mod judge;
mod settle;
pub mod syllable;

mod letter;
mod code_page;

mod tcvn3;
mod capital_font;
mod lost_u;
mod viscii;
mod windows_1258;
mod vni;
mod viqr;
mod mojibake;

pub use judge::{Judgement, judge};
pub use settle::settle;

use std::borrow::Cow;

use code_page::Unit;

/// A way in which Vietnamese text is found written in exports [S].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// Unicode as it should be; its normal form is not looked at here.
    Utf8,
    /// The Vietnamese ANSI code page: base letters followed by combining tones.
    Windows1258,
    /// TCVN3 (ABC): the 74 letters of the `.Vn` fonts.
    Tcvn3,
    /// TCVN3 that lost its `ư` (byte AD, a soft hyphen elsewhere) on the way.
    Tcvn3Stripped,
    /// VISCII (RFC 1456): all 134 letters in one byte each.
    Viscii,
    /// VNI for Windows: most letters are a base letter and a mark.
    Vni,
    /// VIQR (RFC 1456): ASCII marks behind the letter.
    Viqr,
    /// UTF-8 that was read as a one-byte code page (Latin-1, windows-1252, windows-1258).
    Utf8AsLatin1,
    /// UTF-8 misread like [`Self::Utf8AsLatin1`] twice in a row.
    Utf8Twice,
}

impl Encoding {
    /// Every encoding, in declaration order.
    pub const ALL: &[Self] = &[
        Self::Utf8,
        Self::Windows1258,
        Self::Tcvn3,
        Self::Tcvn3Stripped,
        Self::Viscii,
        Self::Vni,
        Self::Viqr,
        Self::Utf8AsLatin1,
        Self::Utf8Twice,
    ];

    /// The stable name used in pipelines and reports.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1258 => "windows-1258",
            Self::Tcvn3 => "tcvn3",
            Self::Tcvn3Stripped => "tcvn3-stripped",
            Self::Viscii => "viscii",
            Self::Vni => "vni",
            Self::Viqr => "viqr",
            Self::Utf8AsLatin1 => "utf-8-as-latin-1",
            Self::Utf8Twice => "utf-8-twice",
        }
    }

    /// The encoding with this [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|encoding| encoding.code() == code)
    }
}

/// How the cells hold the legacy bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    /// As they are: the file is not UTF-8.
    Bytes,
    /// Each byte became a Unicode character, by Latin-1 or windows-1252, as in workbooks.
    Unicode,
}

/// The verdict on a column: how all of its cells are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnEncoding {
    pub encoding: Encoding,
    /// Without effect for `Utf8`, `Viqr` and the two misreadings, which are UTF-8 in the file.
    pub carrier: Carrier,
}

impl ColumnEncoding {
    /// Plain UTF-8.
    pub const UTF8: Self = Self { encoding: Encoding::Utf8, carrier: Carrier::Bytes };

    /// The text of a cell in NFC; in a `Utf8` column the text as it is.
    ///
    /// `None` when the cell is no text in this encoding: invalid UTF-8, or a byte that the encoding and
    /// windows-1252 leave undefined. Borrowed when nothing changes. Two kinds of cells in a
    /// legacy column are left as they are, because they prove themselves to be something else: one
    /// with a Vietnamese letter that no byte can have become (`ễ` among `NguyÔn`), and one that is
    /// no misread UTF-8 in a misread column (some of its bytes were lost).
    #[must_use]
    pub fn decode(self, cell: &[u8]) -> Option<Cow<'_, str>> {
        let Self { encoding, carrier } = self;
        match encoding {
            Encoding::Utf8 => str::from_utf8(cell).ok().map(Cow::Borrowed),
            Encoding::Utf8AsLatin1 => mojibake::decode(str::from_utf8(cell).ok()?, 1),
            Encoding::Utf8Twice => mojibake::decode(str::from_utf8(cell).ok()?, 2),
            Encoding::Viqr => Some(viqr::decode(str::from_utf8(cell).ok()?)),
            Encoding::Windows1258 => legacy(carrier, cell, false, windows_1258::read),
            Encoding::Tcvn3 => Some(capital_font::raise(legacy(carrier, cell, false, tcvn3::read)?)),
            Encoding::Tcvn3Stripped => {
                let text = legacy(carrier, cell, false, tcvn3::read)?;
                Some(capital_font::raise(lost_u::restore(text)))
            }
            Encoding::Viscii => legacy(carrier, cell, cell.iter().any(|b| viscii::is_low(*b)), viscii::read),
            Encoding::Vni => legacy(carrier, cell, false, vni::read),
        }
    }
}

/// Reads a cell of a byte encoding. `low` says that ASCII bytes of the cell have another meaning.
fn legacy(
    carrier: Carrier,
    cell: &[u8],
    low: bool,
    read: fn(&mut dyn Iterator<Item = Unit>, &mut String) -> Option<()>,
) -> Option<Cow<'_, str>> {
    if cell.is_ascii() && !low {
        return str::from_utf8(cell).ok().map(Cow::Borrowed);
    }
    let mut out = String::with_capacity(cell.len() + cell.len() / 2);
    match carrier {
        Carrier::Bytes => read(&mut cell.iter().map(|b| Unit::Byte(*b)), &mut out)?,
        Carrier::Unicode => {
            let text = str::from_utf8(cell).ok()?;
            if text.chars().any(letter::is_beyond_one_byte) {
                return Some(Cow::Borrowed(text));
            }
            read(&mut text.chars().map(Unit::from_char), &mut out)?;
        }
    }
    Some(match letter::to_nfc(out) {
        same if same.as_bytes() == cell => Cow::Borrowed(str::from_utf8(cell).ok()?),
        changed => Cow::Owned(changed),
    })
}

#[cfg(test)]
mod encoders;
#[cfg(test)]
mod columns;
#[cfg(test)]
mod decode_tests;
#[cfg(test)]
mod judge_tests;
