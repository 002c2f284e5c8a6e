//! Judging columns: columns that must stay UTF-8, columns in every encoding, files.

use super::columns::{Draw, Kind, column};
use super::encoders::{encode, small};
use super::{Carrier, ColumnEncoding, Encoding, Judgement, judge, settle};

fn judge_text(cells: &[&str]) -> Judgement {
    judge(cells.iter().map(|cell| cell.as_bytes()))
}

fn legacy(encoding: Encoding, carrier: Carrier) -> ColumnEncoding {
    ColumnEncoding { encoding, carrier }
}

/// All readings a file can have: the carrier matters for the byte encodings only.
fn readings() -> Vec<ColumnEncoding> {
    use Encoding::{Utf8, Utf8AsLatin1, Utf8Twice, Viqr};
    let mut all = Vec::new();
    for encoding in Encoding::ALL {
        match encoding {
            Utf8 | Viqr => all.push(legacy(*encoding, Carrier::Bytes)),
            Utf8AsLatin1 | Utf8Twice => all.push(legacy(*encoding, Carrier::Unicode)),
            _ => all.extend([Carrier::Bytes, Carrier::Unicode].map(|carrier| legacy(*encoding, carrier))),
        }
    }
    all
}

#[derive(Default)]
struct Tally {
    exact: usize,
    /// Another name for the same reading of every cell of the sample.
    same_text: usize,
    sure_and_wrong: usize,
    trusted: usize,
    settled: usize,
}

/// Columns of the kind in the encoding, and how the judge did.
fn tally(target: ColumnEncoding, kind: Kind, length: usize, columns: usize, latin_1: bool) -> Tally {
    let mut draw = Draw(length as u64 * 31 + kind as u64);
    let mut tally = Tally::default();
    for _ in 0..columns {
        let cells: Vec<Vec<u8>> =
            column(kind, length, &mut draw).iter().map(|cell| encode(target, cell, latin_1)).collect();
        let judgement = judge(cells.iter().map(Vec::as_slice));
        let same =
            |a: ColumnEncoding, b: ColumnEncoding| cells.iter().all(|cell| a.decode(cell) == b.decode(cell));
        let right = same(judgement.encoding, target);
        tally.exact += usize::from(judgement.encoding == target);
        tally.same_text += usize::from(right);
        tally.trusted += usize::from(judgement.is_trusted());
        tally.sure_and_wrong += usize::from(!right && judgement.is_trusted());
        // With one long column of the same file at hand.
        let other: Vec<Vec<u8>> =
            column(Kind::Addresses, 60, &mut draw).iter().map(|cell| encode(target, cell, latin_1)).collect();
        let file = settle(&[judge(other.iter().map(Vec::as_slice)), judgement]);
        tally.settled += usize::from(same(file[1].encoding, target));
    }
    tally
}

#[test]
fn every_encoding_is_recognised() {
    for target in readings() {
        for kind in Kind::ALL {
            for latin_1 in [false, true] {
                let tally = tally(target, kind, 40, 6, latin_1);
                let all = (tally.same_text, tally.settled);
                assert_eq!(all, (6, 6), "{target:?} {kind:?} {latin_1}");
            }
        }
    }
}

#[test]
#[ignore = "prints the table of the module's accuracy, takes minutes"]
fn accuracy() {
    println!(
        "encoding carrier cells | right reading %, trusted %, trusted and wrong %, right after settle %"
    );
    for target in readings() {
        for length in [5, 20, 100, 1000] {
            let mut line = format!("{:16} {:?} {length:5} |", target.encoding.code(), target.carrier);
            for kind in Kind::ALL {
                let n = 200;
                let t = tally(target, kind, length, n, length % 3 == 0);
                let percent = |k: usize| k as f64 * 100.0 / n as f64;
                line.push_str(&format!(
                    " {kind:?} {:.1} {:.1} {:.1} {:.1} |",
                    percent(t.same_text),
                    percent(t.trusted),
                    percent(t.sure_and_wrong),
                    percent(t.settled)
                ));
            }
            println!("{line}");
        }
    }
}

#[test]
fn right_columns_stay_utf_8() {
    let columns: [&[&str]; 14] = [
        // Letters that all exist in Latin-1.
        &["Hà", "Tú", "Lê", "Tô", "Bé", "Cù", "Lò", "Má", "Sính", "Páo", "Già", "Tòng"],
        &["Có", "Không", "Có", "Có", "Không", "Không"],
        &["TÔ HÀ", "LÊ TÚ", "CÙ LÒ", "VÀNG MÍ SÍNH", "GIÀNG A PÁO", "LÙ VÙ"],
        &["Hà Nam", "Hà Nam", "Hà Nam", "Hà Nam", "Hà Nam", "Hà Nam"],
        &[
            "Côte d'Ivoire",
            "René Müller",
            "Société Générale",
            "Crédit Agricole",
            "Citroën",
            "Hôtel Métropole",
        ],
        &["Ksor H'Bia", "Y Blô", "Êban", "Mlô", "Niê", "Rơ Châm", "Kpuih", "Ayŭn", "H'Wiê", "Knul"],
        &["Y Blô", "H'Êban", "Mlô", "Niê", "Y Bhôk", "Ksor Bêk", "Y Niêm"],
        &[
            "\u{D0}ô",
            "\u{D0}INH V\u{102}N \u{D0}ÔNG",
            "\u{D0}ặng",
            "\u{D0}AN",
            "\u{D0}ÀO",
            "T\u{F0}",
            "\u{D0}èo",
        ],
        &["\u{D0}ào", "\u{D0}ô", "\u{D0}èo", "\u{D0}ông", "\u{D0}inh", "\u{D0}àm", "\u{D0}ôn"],
        &["Nguye\u{302}\u{303}n Va\u{306}n A\u{301}nh", "Tra\u{302}\u{300}n", "Le\u{302}", "Do\u{303}"],
        &["NGUYEN VAN A", "Tran Thi B", "Nguyễn Văn C", "LE VAN D", "Phạm E", "Vo Thi F"],
        &["Công ty TNHH Société Générale", "Công ty cổ phần Müller", "Café Phố", "Nestlé Việt Nam"],
        &["中文", "日本語", "한국어", "北京", "東京"],
        &["500.000 đ", "1.200.000đ", "QĐ-UBND", "HĐND", "Đ", "“trích yếu” – số 5", "m²", "37°C"],
    ];
    for cells in columns {
        let judgement = judge_text(cells);
        assert_eq!(judgement.encoding, ColumnEncoding::UTF8, "{cells:?} {judgement:?}");
        let many = judge_text(&cells.repeat(100));
        assert_eq!(many.encoding, ColumnEncoding::UTF8, "{cells:?} {many:?}");
    }
    for cells in [&["Nguyễn Văn An"][..], &["Đặng"], &["NGUYEN VAN A", "Phạm"]] {
        let judgement = judge_text(cells);
        assert!(judgement.confidence > 0.9, "{judgement:?}");
    }
}

#[test]
fn ascii_columns_are_utf_8_without_evidence() {
    #[rustfmt::skip]
    let columns: [&[&str]; 7] = [
        &["H48.53-220921-0099", "H48.53-220921-0100"],
        &["2024-05-23 08:00:00", "23/05/2024", "05.2024", "1.000.000", "7.92E+10", "+84912345678"],
        &[
            "Hoi dap?", "Da xu ly.", "Tra loi.", "Cho bo sung?", "Da tra.", "Ho so loi.", "Tu choi.",
            "Xe o to.", "Ghi chu.",
        ],
        &["A+", "O+", "B+", "AB-", "O+", "C++", "A*", "(a)", "a(b", "f(a)", "e(1)", "u+v", "O(n)", "a^2+b^2"],
        &[
            "an.le@tinh.gov.vn", "hoa.ly@tinh.gov.vn", "o.anh@x.vn", "www.vietnam.vn", "dd/mm/yyyy", "add",
            "Eddie",
        ],
        &[
            "Ksor H'Bia", "H'Lan", "Y'Bla", "Rcom H'Oanh", "L'Oreal", "D'Artagnan", "O'Neil", "H'Wie",
            "Y'Un", "Ha'i",
        ],
        &[
            "TP.HCM", "Q.1", "P.Ha Noi", "Th.s", "U.B.N.D", "a.b.c", "i.e.", "e.g.", "o.o.o", "St.", "Vu.A",
            "Le.B",
        ],
    ];
    for cells in columns {
        let expected =
            Judgement { encoding: ColumnEncoding::UTF8, confidence: 1.0, evidence: 0, runner_up: None };
        assert_eq!(judge_text(cells), expected, "{cells:?}");
        assert_eq!(judge_text(&cells.repeat(100)), expected);
    }
    assert_eq!(judge([]).evidence, 0);
}

#[test]
fn viqr_needs_many_words() {
    let names = ["Nguye^~n Va(n A", "Tra^`n Thi. B", "Le^ DDu+'c", "Pha.m Hu`ng"];
    assert_eq!(judge_text(&names).encoding.encoding, Encoding::Viqr);
    assert_eq!(judge_text(&names[..1]).encoding, ColumnEncoding::UTF8);
    assert_eq!(judge_text(&names[..2]).encoding, ColumnEncoding::UTF8);
    // Not in a column that is mostly something else.
    let mut mixed = names.to_vec();
    mixed.extend(["NGUYEN VAN AN"; 12]);
    assert_eq!(judge_text(&mixed).encoding, ColumnEncoding::UTF8);
}

#[test]
fn one_short_cell_proves_nothing() {
    let tcvn3 = ["NguyÔn V¨n A"];
    for cells in [&tcvn3[..], &tcvn3.repeat(500), &["TrÇn", "V¨n"]] {
        let judgement = judge_text(cells);
        assert_eq!(judgement.encoding, ColumnEncoding::UTF8, "{cells:?}");
        assert!(!judgement.is_trusted());
    }
    let raw = judge([&b"Nguy\xD4n V\xA8n A"[..]]);
    assert_eq!(raw.encoding.carrier, Carrier::Bytes);
    assert!(!raw.is_trusted());
    // Western bytes: no reading fits.
    let western = judge([&b"Soci\xE9t\xE9"[..], b"M\xFCller", b"Gen\xE8ve", b"Stra\xDFe"]);
    assert!(!western.is_trusted(), "{western:?}");
}

#[test]
fn damaged_cells_do_not_turn_a_utf_8_column() {
    let whole = column(Kind::Names, 60, &mut Draw(1));
    let mut cells: Vec<&[u8]> = whole.iter().map(String::as_bytes).collect();
    cells.extend([&b"Nguy\xE1\xBB"[..], b"Tr\xC7n", b"\xFF\xFE"]);
    let judgement = judge(cells.iter().copied());
    assert_eq!(judgement.encoding, ColumnEncoding::UTF8);
    assert!(judgement.confidence > 0.9);
    assert_eq!(judgement.encoding.decode(b"Tr\xC7n"), None);
    // All cells cut by bytes in the middle of a letter.
    let long = column(Kind::Titles, 60, &mut Draw(2));
    let cut = |text: &str| {
        let end = (8..text.len()).rev().find(|at| !text.is_char_boundary(*at)).expect("a letter with marks");
        text.as_bytes()[..end].to_vec()
    };
    let cells: Vec<Vec<u8>> = long.iter().map(|text| cut(text)).collect();
    assert_eq!(judge(cells.iter().map(Vec::as_slice)).encoding, ColumnEncoding::UTF8);
}

#[test]
fn a_mixed_column_follows_its_larger_part_or_nobody() {
    let names = column(Kind::Names, 100, &mut Draw(3));
    let tcvn3 = legacy(Encoding::Tcvn3, Carrier::Unicode);
    let mixed = |legacy_cells: usize| {
        let cells: Vec<Vec<u8>> = names
            .iter()
            .enumerate()
            .map(
                |(at, name)| if at < legacy_cells { encode(tcvn3, name, false) } else { name.clone().into() },
            )
            .collect();
        judge(cells.iter().map(Vec::as_slice))
    };
    assert_eq!(mixed(0).encoding, ColumnEncoding::UTF8);
    assert_eq!(mixed(10).encoding, ColumnEncoding::UTF8);
    assert_eq!(mixed(50).encoding, ColumnEncoding::UTF8);
    assert_eq!(mixed(95).encoding, tcvn3);
    assert!(mixed(95).runner_up.is_some());
    let text = tcvn3.decode("Nguyễn Tô Hà".as_bytes());
    assert_eq!(text.as_deref(), Some("Nguyễn Tô Hà"));
}

#[test]
fn misread_columns_with_lost_bytes_are_recognised() {
    let once = legacy(Encoding::Utf8AsLatin1, Carrier::Unicode);
    let cells: Vec<String> = column(Kind::Names, 50, &mut Draw(4))
        .iter()
        .map(|name| String::from_utf8(encode(once, name, true)).expect("text"))
        .map(|text| {
            text.replace(['\u{81}', '\u{8D}', '\u{8F}', '\u{90}', '\u{9D}'], "").replace('\u{A0}', " ")
        })
        .collect();
    assert_eq!(judge(cells.iter().map(String::as_bytes)).encoding, once);
}

#[test]
fn stripped_tcvn3_is_told_from_whole() {
    for carrier in [Carrier::Bytes, Carrier::Unicode] {
        let stripped = legacy(Encoding::Tcvn3Stripped, carrier);
        let whole = legacy(Encoding::Tcvn3, carrier);
        let names = column(Kind::Names, 200, &mut Draw(5));
        let cells = |target| names.iter().map(|name| encode(target, name, false)).collect::<Vec<_>>();
        assert_eq!(judge(cells(stripped).iter().map(Vec::as_slice)).encoding, stripped);
        assert_eq!(judge(cells(whole).iter().map(Vec::as_slice)).encoding, whole);
        let lost = names
            .iter()
            .filter(|name| stripped.decode(&encode(stripped, name, false)) != Some(small(name).into()));
        assert!(lost.count() < 10, "only `Tươi`, `Thư` and the like are lost");
    }
}

#[test]
fn a_file_settles_what_a_column_cannot() {
    let tcvn3 = legacy(Encoding::Tcvn3, Carrier::Unicode);
    let cells = |kind, length| {
        column(kind, length, &mut Draw(6)).iter().map(|cell| encode(tcvn3, cell, false)).collect::<Vec<_>>()
    };
    let names = judge(cells(Kind::Names, 100).iter().map(Vec::as_slice));
    let short = judge_text(&["Trùc tiÕp"; 40]);
    let codes = judge_text(&["H48.53-220921-0099"]);
    let unicode = judge_text(&["Đã trả kết quả", "Đang xử lý"]);
    let viqr = judge_text(&["Nguye^~n Va(n A", "Tra^`n Thi. B", "Le^ DDu+'c", "Pha.m Hu`ng"]);
    let file = settle(&[names, short, codes, unicode, viqr]);
    assert_eq!(file[0], names);
    assert_eq!((file[1].encoding, file[2].encoding), (tcvn3, tcvn3));
    assert_eq!((file[3], file[4]), (unicode, viqr));
    assert!(file[1].confidence > 0.5 && file[1].confidence <= 1.0);

    let stripped = Judgement { encoding: legacy(Encoding::Tcvn3Stripped, Carrier::Bytes), ..names };
    let few = Judgement { encoding: legacy(Encoding::Tcvn3, Carrier::Bytes), evidence: 20, ..names };
    assert_eq!(settle(&[stripped, few])[1].encoding, stripped.encoding);
    assert_eq!(settle(&[few, few, few, few, few, few, stripped])[0], few);
    let file = settle(&[stripped, codes, short]);
    assert_eq!(file[1].encoding, legacy(Encoding::Tcvn3, Carrier::Bytes));
    assert_eq!(file[2].encoding, stripped.encoding);
    assert_eq!(settle(&[viqr, codes, short])[1..], [codes, short]);
    assert_eq!(settle(&[codes, short]), [codes, short]);
    assert_eq!(settle(&[]), []);
}
