//! How much a header and the cells below it speak for each field.
//!
//! It must not look at other columns: what one column leaves open is settled in [`super::assign`].

use super::grammar::Grammar;
use super::headers::{HeaderMatch, HeaderMeaning, header_meaning};
use super::profile::ColumnProfile;
use crate::domain::dossier::{FieldKind, FieldName};

/// From this confidence on a field is believed.
pub const SURE: f64 = 0.5;

/// Below this the cells contradict the field.
const CONTRADICTED: f64 = 0.15;
/// Cells that can contradict a header.
pub(super) const ENOUGH_TO_CONTRADICT: usize = 3;
/// Worth of a known header over an empty column.
const UNTESTED: f64 = 0.6;
/// What cells alone are worth under a header of words that are not known.
const UNDER_WORDS: f64 = 0.65;
/// What cells alone are worth under a header that says something they are not.
const UNDER_WRONG_HEADER: f64 = 0.8;

/// The fields this column may be, best first, with confidence 0 to 1, from header and cells together.
///
/// A header that is known to be no field's gives none, whatever the cells look like. Nothing below 0.3
/// is listed.
#[must_use]
pub fn propose(header: &str, profile: &ColumnProfile) -> Vec<(FieldName, f64)> {
    let meaning = header_meaning(header);
    let mut out: Vec<(FieldName, f64)> = FieldName::ALL
        .iter()
        .map(|field| (*field, confidence(*field, &meaning, profile)))
        .filter(|(_, confidence)| *confidence >= 0.3)
        .collect();
    out.sort_by(|a, b| b.1.total_cmp(&a.1));
    out
}

/// Confidence that the column is the field.
pub(super) fn confidence(field: FieldName, meaning: &HeaderMeaning, profile: &ColumnProfile) -> f64 {
    let cells = looks_like(field, profile);
    let said = meaning.says(field);
    if said > 0.0 {
        return match cells {
            None => said * UNTESTED,
            Some(cells) if cells < CONTRADICTED => said * 0.3,
            Some(cells) => said * (0.45 + 0.55 * cells),
        };
    }
    if meaning.is_other() || profile.is_counting() {
        return 0.0;
    }
    let alone = cells.unwrap_or(0.0) * worth_alone(field);
    match meaning.how {
        HeaderMatch::Blank => alone,
        HeaderMatch::Unknown => alone * UNDER_WORDS,
        _ if is_contradicted(meaning, profile) => alone * UNDER_WRONG_HEADER,
        _ => alone * 0.35,
    }
}

/// Whether the cells are none of what the header says: the body is shifted under its header.
pub(super) fn is_contradicted(meaning: &HeaderMeaning, profile: &ColumnProfile) -> bool {
    !meaning.fields.is_empty()
        && profile.filled() >= ENOUGH_TO_CONTRADICT
        && meaning
            .fields
            .iter()
            .all(|(field, _)| looks_like(*field, profile).is_some_and(|cells| cells < CONTRADICTED))
}

/// What cells are worth without a header: how much else would look the same. Nothing for a moment,
/// of which every dossier has several; their order tells them apart.
const fn worth_alone(field: FieldName) -> f64 {
    match field {
        FieldName::Procedure => 0.9,
        FieldName::Code | FieldName::Phone | FieldName::Channel | FieldName::Status => 0.85,
        FieldName::IdNumber | FieldName::Unit => 0.8,
        FieldName::OwnerName | FieldName::Level => 0.75,
        FieldName::BirthDate | FieldName::Field | FieldName::ProcedureName | FieldName::UnitName => 0.7,
        FieldName::Fee | FieldName::HubCode => 0.6,
        FieldName::SubjectName => 0.55,
        FieldName::AltCode => 0.52,
        _ => 0.0,
    }
}

/// How much the cells look like the field's, 0 to 1; `None` for an empty column.
pub(super) fn looks_like(field: FieldName, profile: &ColumnProfile) -> Option<f64> {
    if profile.filled() == 0 {
        return None;
    }
    let share = |grammar| profile.share(grammar);
    let text = share(Grammar::Text);
    let few = profile.distinct <= 40;
    let seen = match field.kind() {
        FieldKind::DossierCode => code(field, profile),
        FieldKind::ProcedureCode => share(Grammar::ProcedureCode),
        FieldKind::PersonalId => personal_id(profile),
        // A number that is an identity number throughout is one, though many look like phones.
        FieldKind::Phone => share(Grammar::Phone) - 0.5 * above(share(Grammar::PersonalId), 0.5),
        FieldKind::PartialDate => (days(profile) + share(Grammar::PartialDate)) * birth_like(profile),
        FieldKind::Timestamp => days(profile) * (1.0 - 0.8 * born_long_apart(profile)),
        FieldKind::Status => status(profile, few),
        FieldKind::Channel => {
            let coded = is_within(profile, 3) && profile.distinct <= 3;
            share(Grammar::Channel).max(if coded { 0.55 } else { 0.0 })
        }
        FieldKind::Level => {
            share(Grammar::Level).max(if few && profile.longest <= 20 { text * 0.3 } else { 0.0 })
        }
        FieldKind::Money => {
            share(Grammar::Money).max(0.4 * share(Grammar::Number)) * unlike_a_code_list(profile)
        }
        FieldKind::Name => {
            // A body may stand as an owner, but a column of bodies is a column of units.
            let known = share(Grammar::PersonName) + share(Grammar::Company) + 0.4 * share(Grammar::Agency);
            let full = if field == FieldName::OwnerName { fullness(profile, 0.8) } else { 1.0 };
            (known + 0.3 * text) * full
        }
        FieldKind::Text => words(field, profile, few),
        // Of these the header decides; the cells only contradict it.
        FieldKind::Sex | FieldKind::Flag => {
            if profile.distinct <= 4 {
                0.8
            } else {
                0.0
            }
        }
        FieldKind::Count => share(Grammar::Number),
        FieldKind::List => 0.6,
    };
    Some(seen.clamp(0.0, 1.0))
}

fn code(field: FieldName, profile: &ColumnProfile) -> f64 {
    let national = profile.share(Grammar::DossierCode);
    // Where a system mints its own, they may be bare numbers.
    let bare = 0.5 * profile.share(Grammar::Number) * (1.0 - unlike_code(profile));
    let foreign = profile.share(Grammar::ForeignCode).max(bare);
    match field {
        // Hardly any code stands twice in the export of one system, and none is left out.
        FieldName::Code => {
            national.max(0.7 * foreign) * above(profile.distinctness(), 0.3).max(0.3) * fullness(profile, 0.6)
        }
        FieldName::HubCode => national.max(0.3 * foreign),
        _ => national.max(0.6 * foreign),
    }
}

/// The part of numbers that are short, amounts, phones or identity numbers.
fn unlike_code(profile: &ColumnProfile) -> f64 {
    [Grammar::SmallNumber, Grammar::Money, Grammar::Phone, Grammar::PersonalId, Grammar::PartialDate]
        .iter()
        .map(|grammar| profile.share(*grammar))
        .sum::<f64>()
        .min(1.0)
}

fn personal_id(profile: &ColumnProfile) -> f64 {
    let (own, phone) = (profile.share(Grammar::PersonalId), profile.share(Grammar::Phone));
    // One identity number in 500 is as round as an amount, and one phone in eleven passes for a tax code.
    let round = 1.0 - above(profile.share(Grammar::Money), 0.3);
    if phone > own { own * 0.3 } else { own * round }
}

fn days(profile: &ColumnProfile) -> f64 {
    let share = |grammar| profile.share(grammar);
    share(Grammar::Timestamp) + share(Grammar::Date) + share(Grammar::ExcelSerial)
}

/// 1 where dates lie as far apart as births do, 0 where they are of one export, at most a few years.
fn born_long_apart(profile: &ColumnProfile) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "days of a few centuries")]
    let years = profile.dates.map_or(0.0, |span| (span.late - span.early).num_days() as f64 / 365.25);
    ((years - 6.0) / 8.0).clamp(0.0, 1.0)
}

/// Births lie decades apart and have no time of day. A year alone is half a birth.
fn birth_like(profile: &ColumnProfile) -> f64 {
    let dated = days(profile);
    let spread = if dated > 0.1 { 0.35 + 0.65 * born_long_apart(profile) } else { years_like(profile) };
    let timed = profile.dates.map_or(0.0, |span| 1.0 - super::layout::ratio(span.at_midnight, span.count));
    spread * (1.0 - 0.7 * timed)
}

/// Bare years are births when they are many; a column of reporting years holds two or three.
fn years_like(profile: &ColumnProfile) -> f64 {
    if profile.distinct >= 8 || profile.filled() < 8 { 0.6 } else { 0.1 }
}

fn status(profile: &ColumnProfile, few: bool) -> f64 {
    let words = profile.share(Grammar::Status);
    let other = if few && profile.longest <= 60 { 0.4 * profile.share(Grammar::Text) } else { 0.0 };
    let coded = is_within(profile, 20) && profile.distinct <= 20 && profile.distinct < profile.filled();
    (words + other).max(if coded { 0.55 } else { 0.0 })
}

/// Whether nearly all cells are whole numbers from 1 to the limit (0 may occur besides).
fn is_within(profile: &ColumnProfile, limit: u32) -> bool {
    profile.share(Grammar::SmallNumber) > 0.9
        && profile.numbers().any(|number| number > 0)
        && profile.numbers().all(|number| number <= limit)
}

/// Free of charge is an amount; 3, 7 and 12 are none, and nothing but zeros is a flag.
fn unlike_a_code_list(profile: &ColumnProfile) -> f64 {
    let zeros_only = profile.distinct == 1 && profile.small_numbers == 1;
    let small =
        if profile.numbers().any(|number| number > 0) { profile.share(Grammar::SmallNumber) } else { 0.0 };
    if zeros_only { 0.4 } else { 1.0 - small }
}

/// 1 for a column without empty cells, the floor for one that is nearly all empty.
fn fullness(profile: &ColumnProfile, floor: f64) -> f64 {
    floor + (1.0 - floor) * super::layout::ratio(profile.filled(), profile.cells)
}

fn words(field: FieldName, profile: &ColumnProfile, few: bool) -> f64 {
    let share = |grammar| profile.share(grammar);
    let text = share(Grammar::Text);
    match field {
        FieldName::ProcedureName => {
            // A note starts like a title now and then, and is written once.
            let written_once = if profile.filled() >= 20 { above(profile.distinctness(), 0.7) } else { 0.0 };
            let repeats = 1.0 - 0.6 * written_once;
            share(Grammar::ProcedureTitle) * repeats + 0.55 * text
        }
        FieldName::Field => share(Grammar::Subject) + if few { 0.5 * text } else { 0.2 * text },
        FieldName::Summary | FieldName::Object | FieldName::Storage => 0.6,
        FieldName::Unit => share(Grammar::AgencyCode) + 0.6 * share(Grammar::Agency) + 0.3 * text,
        _ => share(Grammar::Agency) + 0.5 * share(Grammar::AgencyCode) + 0.45 * text,
    }
}

/// 0 up to the floor, then straight up to 1.
fn above(share: f64, floor: f64) -> f64 {
    ((share - floor) / (1.0 - floor)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::profile::profile;
    use super::*;

    fn first(header: &str, cells: &[&str]) -> Option<&'static str> {
        propose(header, &profile(cells.iter().copied()))
            .first()
            .filter(|best| best.1 >= SURE)
            .map(|best| best.0.name())
    }

    #[test]
    fn phones_identity_numbers_and_amounts_are_told_apart() {
        assert_eq!(first("", &["0912000001", "0387654321", "0712345670"]), Some("phone"));
        assert_eq!(first("", &["912000001", "387654321", "712345670"]), Some("phone"));
        assert_eq!(first("", &["113000001", "012345679", "271234568"]), Some("id_number"));
        assert_eq!(first("", &["017078000001", "113000001", "17195000002"]), Some("id_number"));
        assert_eq!(first("", &["50000", "8000", "0", "120000"]), Some("fee"));
        assert_eq!(first("", &["100000000", "150000000", "200000000"]), Some("fee"));
        // Tax codes of the south look like mobile numbers.
        assert_eq!(first("", &["0301442989", "0301443090", "0301443206"]), Some("id_number"));
    }

    #[test]
    fn what_only_looks_like_a_field_is_none() {
        assert_eq!(first("STT", &["1", "2", "3", "4"]), None);
        assert_eq!(first("", &["1", "2", "3", "4", "5"]), None);
        assert_eq!(first("Năm", &["2023", "2024", "2024", "2023"]), None);
        assert_eq!(first("", &["2023", "2024", "2024", "2023", "2024", "2024", "2023", "2024"]), None);
        assert_eq!(first("Ghi chú", &["Đã trả kết quả", "Chờ bổ sung"]), None);
        assert_eq!(first("", &["gọi lại sau", "thiếu bản sao", "đã gọi hai lần", "chờ con về"]), None);
        assert_eq!(first("Số điện thoại cán bộ", &["0912000001", "0387654321"]), None);
        assert_eq!(first("Người xử lý", &["Nguyễn Văn An", "Trần Thị Bình"]), None);
        assert_eq!(first("Diện tích (m2)", &["232.5", "315.0", "500", "1000"]), None);
    }

    #[test]
    fn a_header_needs_cells_that_do_not_contradict_it() {
        assert_eq!(first("Ngày tiếp nhận", &["02/01/2024", "04/01/2024"]), Some("received_at"));
        assert_eq!(first("Năm sinh", &["1958", "1990"]), Some("birth_date"));
        assert_eq!(first("Mã hồ sơ khác", &["", ""]), Some("alt_code"));
        // The body is shifted: the code stands under the name of the procedure.
        let codes = ["H28.38.01-240102-0001", "H28.30.03-240104-0001", "H28.30.03-240104-0002"];
        assert_eq!(first("Tên thủ tục hành chính", &codes), Some("code"));
        assert_eq!(first("Mã hồ sơ", &["Xã A", "Xã B", "Xã C"]), None);
    }

    #[test]
    fn companies_are_owners_and_bodies_are_units() {
        assert_eq!(first("", &["Lê Thị Thúy", "CÔNG TY TNHH MTV 28", "Phạm Văn Lộc"]), Some("owner_name"));
        assert_eq!(first("", &["UBND xã Hòa Bình", "Sở Tư pháp", "Chi cục Thuỷ lợi"]), Some("unit_name"));
    }
}
