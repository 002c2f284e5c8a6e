//! What a header says: the dictionary `data/headers.csv`, and how a header is looked up in it.
//!
//! It must not look at cells. The dictionary is data: a header a province uses is a line there, and a
//! header that looks like a field's and is not (an officer's phone) is a line with `-`, or `-exact`
//! where it says nothing of the longer headers it stands in. The lines of a field stand in order of
//! preference; a header under several fields means the first of them, failing that the next.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::domain::dossier::FieldName;
use crate::domain::text::fold;

/// How a header was found in the dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeaderMatch {
    /// Nothing in it is known.
    Unknown,
    /// A number or a word such as `Column1`: the export has no header to speak of.
    Blank,
    /// One or two letters off a known one.
    Slip,
    /// A known one stands in it, among other words.
    Part,
    /// The end of a path is known: `data.items.MaHoSo`.
    PathEnd,
    /// Known, apart from case, accents, punctuation and brackets.
    Known,
}

impl HeaderMatch {
    /// The stable name for reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Blank => "blank",
            Self::Slip => "slip",
            Self::Part => "part",
            Self::PathEnd => "path_end",
            Self::Known => "known",
        }
    }
}

/// What a header says by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderMeaning {
    pub how: HeaderMatch,
    /// The fields it may stand for, best first, each 0 to 1. Empty for a header that is known to be
    /// no field's, and for one of which nothing is known.
    pub fields: Vec<(FieldName, f64)>,
}

impl HeaderMeaning {
    /// What a missing header says.
    pub(super) const fn none() -> Self {
        Self { how: HeaderMatch::Blank, fields: Vec::new() }
    }

    /// Whether the header is known to be no field's.
    #[must_use]
    pub fn is_other(&self) -> bool {
        self.how > HeaderMatch::Blank && self.fields.is_empty()
    }

    /// How well the header says the field; 0 when it does not.
    #[must_use]
    pub fn says(&self, field: FieldName) -> f64 {
        self.fields.iter().find(|(own, _)| *own == field).map_or(0.0, |(_, score)| *score)
    }
}

struct Entry {
    /// `so dien thoai`
    words: String,
    fields: Vec<(FieldName, f64)>,
    /// Means nothing as a part of a longer header: `Hình thức`, `Kết quả`.
    alone: bool,
}

/// By the words without spaces, so that `NgayHenTra` and `Ngày hẹn trả` are one.
static DICTIONARY: LazyLock<BTreeMap<String, Entry>> = LazyLock::new(dictionary);

/// Marks a header that is no field's by itself and says nothing of longer ones.
const ALONE: &str = "-exact";

const FILE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/headers.csv"));

/// The second choice of a header is worth so much of the first, the third of the second.
const NEXT_CHOICE: f64 = 0.85;
/// What the last line of a field is worth; the lines of a field stand in order of preference.
const LAST_LINE: f64 = 0.9;

fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILE.lines().skip(1).filter_map(|line| {
        let (field, rest) = line.split_once(',')?;
        let (header, _source) = rest.rsplit_once(',')?;
        Some((field, header))
    })
}

fn dictionary() -> BTreeMap<String, Entry> {
    let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
    for (field, _) in lines() {
        *totals.entry(field).or_default() += 1;
    }
    let mut out: BTreeMap<String, Entry> = BTreeMap::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, header) in lines() {
        let place = places.entry(name).or_default();
        *place += 1;
        let words = words_of(header);
        let entry = out.entry(words.replace(' ', "")).or_insert_with(|| Entry {
            words,
            fields: Vec::new(),
            alone: name == ALONE,
        });
        let Some(field) =
            FieldName::from_name(name).filter(|field| entry.fields.iter().all(|(own, _)| own != field))
        else {
            continue;
        };
        let choice = i32::try_from(entry.fields.len()).unwrap_or(i32::MAX);
        let total = totals.get(name).copied().unwrap_or(1);
        let preference = 1.0 - (1.0 - LAST_LINE) * super::layout::ratio(*place, total);
        entry.fields.push((field, preference * NEXT_CHOICE.powi(choice)));
    }
    out
}

/// The folded words of a header: camel case is cut, list positions and what stands in brackets go.
fn words_of(header: &str) -> String {
    let mut cut = String::with_capacity(header.len() + 8);
    let mut depth = 0_usize;
    let mut before = [' '; 2];
    for c in header.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ => {
                let [earlier, last] = before;
                if c.is_uppercase() && last.is_lowercase() {
                    cut.push(' ');
                } else if c.is_lowercase() && last.is_uppercase() && earlier.is_uppercase() {
                    // SoCMNDMoi: the last capital of a run starts the next word. `Đ` and the like are
                    // letters of Vietnamese words in capitals and never come here.
                    let tail = cut.pop();
                    cut.push(' ');
                    cut.extend(tail);
                }
                cut.push(c);
                before = [last, c];
            }
        }
    }
    fold(&cut)
}

/// What the header says.
#[must_use]
pub fn header_meaning(header: &str) -> HeaderMeaning {
    let whole = words_of(header);
    if let Some(entry) = DICTIONARY.get(&whole.replace(' ', "")).filter(|_| !whole.is_empty()) {
        return meaning(HeaderMatch::Known, entry, 1.0);
    }
    // "3. Chủ hồ sơ": a running number is no part of the header.
    let numbered = whole.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    if is_blank(numbered) {
        return HeaderMeaning::none();
    }
    if let Some(entry) = DICTIONARY.get(&numbered.replace(' ', "")) {
        return meaning(HeaderMatch::Known, entry, 0.98);
    }
    // An officer's phone stays one wherever it stands, so the whole is asked before the path's end.
    let part = known_part(numbered);
    match part {
        Some((entry, _)) if entry.fields.is_empty() => return meaning(HeaderMatch::Part, entry, 1.0),
        _ => {}
    }
    if let Some(entry) = path_end(header) {
        return meaning(HeaderMatch::PathEnd, entry, 0.95);
    }
    if let Some((entry, covered)) = part {
        return meaning(HeaderMatch::Part, entry, 0.8 * covered.sqrt());
    }
    match slip(&numbered.replace(' ', "")) {
        Some(entry) => meaning(HeaderMatch::Slip, entry, 0.7),
        None => HeaderMeaning { how: HeaderMatch::Unknown, fields: Vec::new() },
    }
}

fn meaning(how: HeaderMatch, entry: &Entry, worth: f64) -> HeaderMeaning {
    HeaderMeaning { how, fields: entry.fields.iter().map(|(field, score)| (*field, score * worth)).collect() }
}

/// Nothing but a number or a word that spreadsheets put where a header is missing.
fn is_blank(words: &str) -> bool {
    let bare = words.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    matches!(
        bare,
        "" | "column" | "col" | "cot" | "field" | "unnamed" | "f" | "c" | "var" | "truong" | "header"
    )
}

/// Names that mean something only behind what they belong to.
const BARE: [&str; 12] =
    ["code", "name", "id", "status", "date", "type", "value", "ten", "ma", "so", "text", "level"];

fn path_end(header: &str) -> Option<&'static Entry> {
    let mut rest = header;
    while let Some((_, tail)) = rest.split_once('.') {
        let key = words_of(tail).replace(' ', "");
        let found = DICTIONARY.get(&key).filter(|entry| !entry.alone && !BARE.contains(&key.as_str()));
        if found.is_some() {
            return found;
        }
        rest = tail;
    }
    None
}

/// The known header of two words or more that stands in this one, and the share of words it is.
///
/// One that is no field's comes before any other, unless it is itself a part of one that is ("kết quả"
/// in "ngày trả kết quả"). Else the leftmost, then the longest: a Vietnamese header begins with what
/// it is and goes on with whose.
fn known_part(words: &str) -> Option<(&'static Entry, f64)> {
    let padded = format!(" {words} ");
    let parts: Vec<(usize, usize, &Entry)> = DICTIONARY
        .values()
        .filter(|entry| entry.words.contains(' ') && !entry.alone)
        .filter_map(|entry| {
            let at = padded.find(&format!(" {} ", entry.words))?;
            Some((at, at + entry.words.len(), entry))
        })
        .collect();
    let is_inside = |start: usize, end: usize| {
        parts.iter().any(|(from, to, entry)| !entry.fields.is_empty() && *from <= start && end <= *to)
    };
    let chosen = parts
        .iter()
        .find(|(start, end, entry)| entry.fields.is_empty() && !is_inside(*start, *end))
        .or_else(|| {
            let fields = parts.iter().filter(|(.., entry)| !entry.fields.is_empty());
            fields.min_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)))
        })?;
    let covered = chosen.2.words.split(' ').count();
    Some((chosen.2, super::layout::ratio(covered, words.split(' ').count())))
}

/// The nearest known header of much the same letters; one that is no field's among equals.
fn slip(key: &str) -> Option<&'static Entry> {
    let length = key.chars().count();
    let allowed = match length {
        0..7 => return None,
        7..12 => 1,
        _ => 2,
    };
    DICTIONARY
        .iter()
        .filter(|(known, _)| known.chars().count().abs_diff(length) <= allowed)
        .map(|(known, entry)| (strsim::damerau_levenshtein(known, key), entry))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, entry)| (*distance, !entry.fields.is_empty()))
        .map(|(_, entry)| entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(header: &str) -> (&'static str, HeaderMatch) {
        let found = header_meaning(header);
        (found.fields.first().map_or("-", |(field, _)| field.name()), found.how)
    }

    #[test]
    fn every_line_has_a_field_a_header_and_a_source() {
        for line in FILE.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), 3, "{line}");
            assert!(
                cells[0] == "-" || cells[0] == ALONE || FieldName::from_name(cells[0]).is_some(),
                "{line}"
            );
            let marked =
                ["[S]", "[R-H]", "[R-M]", "[R-L]", "synthetic"].iter().any(|mark| cells[2].contains(mark));
            assert!(!cells[1].trim().is_empty() && marked, "{line}");
        }
    }

    #[test]
    fn no_header_is_a_field_and_none() {
        let key = |header: &str| words_of(header).replace(' ', "");
        let none: Vec<String> =
            lines().filter(|(field, _)| field.starts_with('-')).map(|(_, header)| key(header)).collect();
        for (field, header) in lines().filter(|(field, _)| !field.starts_with('-')) {
            assert!(!none.contains(&key(header)), "{field} {header}");
        }
    }

    #[test]
    fn every_field_has_headers() {
        for field in FieldName::ALL {
            assert!(lines().any(|(name, _)| name == field.name()), "{}", field.name());
        }
    }

    #[test]
    fn one_header_has_many_spellings() {
        use HeaderMatch::{Known, Part, PathEnd, Slip};
        for (header, field, how) in [
            ("Ngày hẹn trả", "due_at", Known),
            ("NGAY HEN TRA", "due_at", Known),
            ("ngayHenTra", "due_at", Known),
            ("ngay_hen_tra", "due_at", Known),
            ("3. Ngày hẹn trả (dd/MM/yyyy)", "due_at", Known),
            ("Ngày hẹn trả *", "due_at", Known),
            ("Ngày hẹn tra\u{309}", "due_at", Known),
            ("Ngày hẹn trả theo quy định", "due_at", Part),
            ("Ngyà tiếp nhận", "received_at", Slip),
            ("Số CCCD của chủ hồ sơ", "id_number", Part),
            ("Ngày trả kết quả cho dân", "returned_at", Part),
            ("data.items.NgayHenTra", "due_at", PathEnd),
            ("DinhDanhCHS[0].SoDinhDanh", "id_number", Known),
            ("SoCMND", "id_number", Known),
            ("Số CMND/CCCD", "id_number", Known),
            ("procedure.code", "procedure", Known),
            ("SỐ ĐIỆN THOẠI", "phone", Known),
        ] {
            assert_eq!(says(header), (field, how), "{header}");
        }
    }

    #[test]
    fn look_alikes_are_no_fields() {
        for header in [
            "Số điện thoại cán bộ",
            "Số điện thoại cán bộ thụ lý",
            "Người xử lý",
            "Họ tên người ký",
            "Ngày cấp CMND",
            "Địa chỉ chủ hồ sơ",
            "Ghi chú trạng thái",
            "Nội dung yêu cầu bổ sung",
            "nksNgaySinh",
            "STT",
            "Trạng thái thanh toán",
        ] {
            let found = header_meaning(header);
            assert!(found.is_other(), "{header} {found:?}");
        }
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        for header in ["", "Column1", "Cột 3", "F12", "Unnamed: 0", "7"] {
            assert_eq!(says(header), ("-", HeaderMatch::Blank), "{header}");
        }
        for header in ["Màu sắc", "patient.blood", "x.code", "Nhóm máu"] {
            assert_eq!(says(header), ("-", HeaderMatch::Unknown), "{header}");
        }
    }
}
