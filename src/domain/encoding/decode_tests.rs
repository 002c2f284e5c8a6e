//! Decoding: every letter in every encoding, the corners of each, and `iconv` as a second opinion.

use std::borrow::Cow;
use std::io::Write;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::encoders::{LETTERS, LETTERS_OF_TCVN3, encode};
use super::{Carrier, ColumnEncoding, Encoding};

const CARRIERS: [Carrier; 2] = [Carrier::Bytes, Carrier::Unicode];

fn text_of(encoding: Encoding, carrier: Carrier, cell: &[u8]) -> Option<String> {
    ColumnEncoding { encoding, carrier }.decode(cell).map(Cow::into_owned)
}

#[test]
fn codes_read_back() {
    for encoding in Encoding::ALL {
        assert_eq!(Encoding::from_code(encoding.code()), Some(*encoding));
    }
    assert_eq!(Encoding::ALL.len(), 9);
    assert_eq!(Encoding::from_code("latin-1"), None);
}

#[test]
fn every_letter_comes_back_from_every_encoding() {
    assert_eq!((LETTERS.chars().count(), LETTERS_OF_TCVN3.chars().count()), (134, 74));
    for encoding in Encoding::ALL.iter().copied().filter(|e| *e != Encoding::Tcvn3Stripped) {
        let letters = if encoding == Encoding::Tcvn3 { LETTERS_OF_TCVN3 } else { LETTERS };
        for carrier in CARRIERS {
            for latin_1 in [false, true] {
                let target = ColumnEncoding { encoding, carrier };
                for c in letters.chars() {
                    // Alone, between letters and in pairs.
                    for text in [format!("{c}"), format!("x{c}n{c}{c}, 1 a{c}b")] {
                        let cell = encode(target, &text, latin_1);
                        let decoded = target.decode(&cell);
                        assert_eq!(decoded.as_deref(), Some(&*text), "{target:?} {latin_1}");
                    }
                }
            }
        }
    }
}

#[test]
fn known_damage_is_read() {
    use Encoding::{Tcvn3, Tcvn3Stripped, Utf8AsLatin1, Utf8Twice, Vni, Windows1258};
    for (encoding, cell, text) in [
        (Tcvn3, "NguyÔn V¨n A", "Nguyễn Văn A"),
        (Tcvn3, "TrÇn ThÞ", "Trần Thị"),
        (Tcvn3, "T\u{AD} ph¸p – “®Êt”", "Tư pháp – “đất”"),
        (Tcvn3, "NGUYÔN THÞ L\u{AD}\u{AC}NG", "NGUYỄN THỊ LƯƠNG"),
        (Tcvn3, "Lª Hµ", "Lê Hà"),
        (Tcvn3, "Lª V¨n Tµi", "Lê Văn Tài"),
        (Tcvn3, "Lª THÞ Hµ", "LÊ THỊ HÀ"),
        (Tcvn3Stripped, "§Æng Trng Ph¬ng", "Đặng Trưng Phương"),
        (Tcvn3Stripped, "§êng Hng, D¬ng Lng", "Đường Hưng, Dương Lưng"),
        (Tcvn3Stripped, "Hng", "Hưng"),
        (Tcvn3Stripped, "L\u{AD}u", "Lưu"),
        (Vni, "Nguyeãn Vaên", "Nguyễn Văn"),
        (Vni, "TRAÀN THÒ AÙI, Aùi", "TRẦN THỊ ÁI, Ái"),
        (Vni, "Ñöôøng Nguyeãn Hueä", "Đường Nguyễn Huệ"),
        (Windows1258, "Nguyê\u{DE}n Vãn Ðô\u{CC}ng", "Nguyễn Văn Đồng"),
        (Utf8AsLatin1, "Nguyá»…n", "Nguyễn"),
        (Utf8AsLatin1, "HĂ\u{A0} Ná»™i", "Hà Nội"),
        (Utf8AsLatin1, "Ngá»\u{8D}c", "Ngọc"),
        (Utf8Twice, "NguyÃ¡Â»â€¦n", "Nguyễn"),
    ] {
        assert_eq!(text_of(encoding, Carrier::Unicode, cell.as_bytes()).as_deref(), Some(text), "{cell}");
    }
}

#[test]
fn viqr_signs_and_escapes() {
    for (cell, text) in [
        ("Nguye^~n Va(n DDu+'c", "Nguyễn Văn Đức"),
        ("Vie^.t Nam", "Việt Nam"),
        ("Dda(.ng", "Đặng"),
        ("Ddu+o+`ng Hoa`ng Hoa Tha'm\\.", "Đường Hoàng Hoa Thám."),
        ("So^' 5, ngo~ 12/3.", "Số 5, ngõ 12/3."),
        ("ha\\. la\\?", "ha. la?"),
        ("an.le@tinh.vn C++ Q.1 23/05/2024.", "an.le@tinh.vn C++ Q.1 23/05/2024."),
        ("plain\\", "plain\\"),
    ] {
        assert_eq!(text_of(Encoding::Viqr, Carrier::Bytes, cell.as_bytes()).as_deref(), Some(text));
    }
}

#[test]
fn plain_cells_are_borrowed() {
    for encoding in Encoding::ALL {
        for carrier in CARRIERS {
            let column = ColumnEncoding { encoding: *encoding, carrier };
            for cell in ["", "H48.53-220921-0099", "2024-05-23 08:00", "NGUYEN VAN AN", "1000000"] {
                assert!(matches!(column.decode(cell.as_bytes()), Some(Cow::Borrowed(text)) if text == cell));
            }
        }
    }
    for cell in ["Nguyễn", "Nguye\u{302}\u{303}n", "\u{D0}ô", "中文"] {
        assert!(matches!(ColumnEncoding::UTF8.decode(cell.as_bytes()), Some(Cow::Borrowed(_))));
    }
    assert_eq!(ColumnEncoding::UTF8.decode(b"Nguy\xE1\xBB"), None);
}

#[test]
fn cells_that_are_something_else_stay() {
    use Encoding::{Tcvn3, Utf8AsLatin1, Utf8Twice, Viscii, Vni, Windows1258};
    for encoding in [Tcvn3, Viscii, Vni, Windows1258, Utf8AsLatin1, Utf8Twice] {
        for cell in ["Nguyễn Tô Hà", "Lê Đô", "Tòa án Lưu"] {
            let column = ColumnEncoding { encoding, carrier: Carrier::Unicode };
            assert!(matches!(column.decode(cell.as_bytes()), Some(Cow::Borrowed(text)) if text == cell));
        }
    }
    // Misreadings that lost a byte.
    for cell in ["Ngá»c", "Ngá»\u{FFFD}c", "Ngá»?c", "TÃ´ Ngá»c"] {
        let text = text_of(Utf8AsLatin1, Carrier::Unicode, cell.as_bytes());
        assert_eq!(text.as_deref(), Some(cell));
    }
    // Bytes without a meaning.
    assert_eq!(text_of(Tcvn3, Carrier::Bytes, b"a\x81"), None);
    assert_eq!(text_of(Windows1258, Carrier::Bytes, b"a\x8A"), None);
    assert_eq!(text_of(Tcvn3, Carrier::Bytes, b"\x93a\x94").as_deref(), Some("“a”"));
}

proptest! {
    #[test]
    fn nothing_panics(
        cell in prop::collection::vec(any::<u8>(), 0..24),
        high in "[\u{80}-\u{FF}a-y‚ƒ™…ễ ]{0,16}",
    ) {
        for cell in [&cell[..], high.as_bytes()] {
            for encoding in Encoding::ALL {
                for carrier in CARRIERS {
                    let _ = ColumnEncoding { encoding: *encoding, carrier }.decode(cell);
                }
            }
            let _ = super::judge([cell; 3]);
        }
    }

    #[test]
    fn decoded_text_is_nfc(cell in prop::collection::vec(0x20u8.., 0..24)) {
        for encoding in Encoding::ALL.iter().skip(1) {
            if let Some(text) = text_of(*encoding, Carrier::Bytes, &cell) {
                let same = text.as_bytes() == cell;
                prop_assert!(same || unicode_normalization::is_nfc(&text), "{} {text:?}", encoding.code());
            }
        }
    }
}

/// What `iconv` makes of the bytes, or `None` where there is none.
fn iconv(charset: &str, bytes: &[u8]) -> Option<String> {
    let mut child = Command::new("iconv")
        .args(["-f", charset, "-t", "UTF-8"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(bytes).ok()?;
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn iconv_agrees() {
    use unicode_normalization::UnicodeNormalization;
    let mut draw = super::columns::Draw(7);
    for (charset, encoding) in
        [("TCVN5712-1", Encoding::Tcvn3), ("VISCII", Encoding::Viscii), ("CP1258", Encoding::Windows1258)]
    {
        let target = ColumnEncoding { encoding, carrier: Carrier::Bytes };
        // The standard has toned capitals and combining tones that the ABC fonts do not.
        let letters = if encoding == Encoding::Tcvn3 { LETTERS_OF_TCVN3 } else { LETTERS };
        let letters: Vec<char> = letters.chars().chain('A'..='z').chain([' '; 9]).collect();
        let text: String = (0..4000).map(|_| letters[draw.below(letters.len())]).collect();
        let text = text.split(' ').map(|word| format!("a {word}")).collect::<Vec<_>>().join(" ");
        let bytes = encode(target, &text, false);
        let Some(expected) = iconv(charset, &bytes) else {
            continue;
        };
        let decoded = target.decode(&bytes).expect("text").into_owned();
        let expected: String = expected.nfc().collect();
        if encoding == Encoding::Tcvn3 {
            // The rule for capital fonts is ours.
            assert_eq!(decoded.to_lowercase(), expected.to_lowercase(), "{charset}");
        } else {
            assert_eq!(decoded, expected, "{charset}");
        }
        assert_eq!(expected, text);
    }
}
