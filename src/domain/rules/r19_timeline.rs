//! R19: moments that cannot be, or that look like a tidying up at the end of a period.
//!
//! It must not take a day for a moment: a time of exactly midnight is a date without time, and says nothing
//! of seconds.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

use super::{FindingEntry, Rule, Threshold, said};
use crate::domain::channel::Channel;
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::domain::status::NationalStatus;

/// Finished within so many seconds of the receipt is at once.
pub const AT_ONCE_SECONDS: u32 = 30;
/// So many dossiers of one unit make a bulk.
pub const BULK_AT_LEAST: u32 = 20;
/// Within so many seconds.
pub const BULK_SECONDS: u32 = 60;

pub const RULE: Rule = Rule {
    id: "R19",
    title: said("Impossible or suspect times", "Thời gian không hợp lý hoặc bất thường"),
    source: said(
        "Reports are drawn up to the 14th of a month [S, Hà Giang 2024]; dossiers closed in bulk just \
         before are a derived suspicion. One-stop offices often work on Saturday mornings by local \
         decision [R-H].",
        "Báo cáo chốt số liệu đến ngày 14 [S, Hà Giang 2024]; hồ sơ kết thúc hàng loạt ngay trước đó là \
         dấu hiệu suy luận. Bộ phận một cửa thường làm việc sáng thứ Bảy theo quyết định của địa phương \
         [R-H].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::ImpossibleTimeline,
            severity: Some(Severity::High),
            title: said("Impossible order of dates", "Trình tự thời gian không hợp lý"),
            when: said(
                "In the hub: finished before received, or returned before finished (or, where that is \
                 empty, before received). The field is the date that comes too early. In the other systems \
                 a date that contradicts the hub's is found by comparison.",
                "Trong hệ thống một cửa: kết thúc xử lý trước khi tiếp nhận, hoặc trả kết quả trước khi \
                 kết thúc xử lý (nếu trống thì trước khi tiếp nhận). Trường được ghi là ngày đến quá sớm. \
                 Ở các hệ thống khác, ngày mâu thuẫn với hệ thống một cửa được phát hiện khi so sánh.",
            ),
            meaning_not: said(
                "It does not prove falsification: a wrong date format or a bulk closing may have caused it.",
                "Không chứng minh việc làm sai lệch: sai định dạng ngày hoặc kết thúc hàng loạt cũng gây \
                 ra điều này.",
            ),
            fields: &["finished_at", "returned_at"],
            evidence: &["received_at", "finished_at", "returned_at", "status"],
        },
        FindingEntry {
            kind: FindingKind::EndedInFuture,
            severity: Some(Severity::High),
            title: said("Ended in the future", "Ngày kết thúc ở tương lai"),
            when: said(
                "In the hub: `finished_at` or `returned_at` is after `as_of`.",
                "Trong hệ thống một cửa: `finished_at` hoặc `returned_at` sau thời điểm `as_of`.",
            ),
            meaning_not: said(
                "It does not prove falsification: a clock may be wrong, or the export newer than the \
                 moment the run stands for.",
                "Không chứng minh việc làm sai lệch: đồng hồ máy có thể sai, hoặc tệp kết xuất mới hơn \
                 thời điểm của lần chạy.",
            ),
            fields: &["finished_at", "returned_at"],
            evidence: &["received_at", "finished_at", "returned_at", "status"],
        },
        FindingEntry {
            kind: FindingKind::ReceivedOnDayOff,
            severity: Some(Severity::Low),
            title: said("Received at the counter on a day off", "Tiếp nhận trực tiếp vào ngày nghỉ"),
            when: said(
                "In the hub: the channel is direct, and the dossier was received on a day that is no working day of \
                 the calendar.",
                "Trong hệ thống một cửa: kênh nộp là trực tiếp và ngày tiếp nhận không phải ngày làm việc theo lịch.",
            ),
            meaning_not: said(
                "It does not mean that the receipt is invented: many offices work on Saturday mornings, \
                 which the calendar has to say.",
                "Không có nghĩa là việc tiếp nhận không có thật: nhiều nơi làm việc sáng thứ Bảy và lịch \
                 phải ghi rõ điều đó.",
            ),
            fields: &["received_at"],
            evidence: &["received_at", "channel", "unit", "procedure"],
        },
        FindingEntry {
            kind: FindingKind::FinishedAtOnce,
            severity: Some(Severity::Low),
            title: said("Finished the moment it was received", "Kết thúc ngay khi tiếp nhận"),
            when: said(
                "In the hub: the status is done (9, 10), and the dossier ended no more than `at_once_seconds` after \
                 the receipt. Times of exactly midnight are dates and do not count.",
                "Trong hệ thống một cửa: trạng thái đã xong (9, 10) và hồ sơ kết thúc không quá `at_once_seconds` giây sau khi \
                 tiếp nhận. Giờ đúng 0 giờ được coi là chỉ có ngày và không tính.",
            ),
            meaning_not: said(
                "It does not mean that no work was done: a service given on the spot is often entered \
                 afterwards.",
                "Không có nghĩa là không có việc giải quyết: thủ tục giải quyết ngay thường được nhập sau \
                 khi làm xong.",
            ),
            fields: &["finished_at", "returned_at"],
            evidence: &["received_at", "finished_at", "returned_at", "status", "procedure", "unit"],
        },
        FindingEntry {
            kind: FindingKind::ClosedInBulk,
            severity: Some(Severity::Medium),
            title: said("One of many closed at one moment", "Kết thúc hàng loạt cùng thời điểm"),
            when: said(
                "In the hub: the dossier is one of at least `bulk_at_least` of one unit that ended within \
                 `bulk_seconds`. Times of exactly midnight are dates and do not count.",
                "Trong hệ thống một cửa: hồ sơ là một trong ít nhất `bulk_at_least` hồ sơ của một đơn vị kết thúc trong vòng \
                 `bulk_seconds` giây. Giờ đúng 0 giờ được coi là chỉ có ngày và không tính.",
            ),
            meaning_not: said(
                "It does not mean that the dossiers were not handled: results are often signed and entered \
                 together.",
                "Không có nghĩa là hồ sơ không được giải quyết: kết quả thường được ký và cập nhật cùng lúc.",
            ),
            fields: &["finished_at", "returned_at"],
            evidence: &["finished_at", "returned_at", "received_at", "due_at", "unit", "status"],
        },
    ],
    thresholds: &[
        Threshold {
            key: "at_once_seconds",
            default: "30",
            meaning: said(
                "seconds after the receipt within which an end is at once",
                "số giây sau khi tiếp nhận mà kết thúc được coi là ngay lập tức",
            ),
        },
        Threshold {
            key: "bulk_at_least",
            default: "20",
            meaning: said(
                "dossiers of one unit that make a bulk",
                "số hồ sơ của một đơn vị được coi là hàng loạt",
            ),
        },
        Threshold {
            key: "bulk_seconds",
            default: "60",
            meaning: said(
                "seconds within which the dossiers of a bulk ended",
                "số giây trong đó các hồ sơ kết thúc hàng loạt",
            ),
        },
    ],
};

/// The first step that lies before the one it follows: the field that comes too early, and the one it
/// should follow. Steps that are empty are passed over.
#[must_use]
pub fn impossible_order(
    received: Option<NaiveDateTime>,
    finished: Option<NaiveDateTime>,
    returned: Option<NaiveDateTime>,
) -> Option<(FieldName, FieldName)> {
    let steps = [
        (FieldName::ReceivedAt, received),
        (FieldName::FinishedAt, finished),
        (FieldName::ReturnedAt, returned),
    ];
    let mut before: Option<(FieldName, NaiveDateTime)> = None;
    for (field, moment) in steps {
        let Some(moment) = moment else { continue };
        match before {
            Some((earlier, at)) if is_before(moment, at) => return Some((field, earlier)),
            _ => before = Some((field, moment)),
        }
    }
    None
}

/// The first end that lies after the moment the run stands for.
#[must_use]
pub fn ended_in_future(
    finished: Option<NaiveDateTime>,
    returned: Option<NaiveDateTime>,
    as_of: NaiveDateTime,
) -> Option<FieldName> {
    let after = |moment: Option<NaiveDateTime>| moment.is_some_and(|moment| moment > as_of);
    if after(finished) {
        Some(FieldName::FinishedAt)
    } else if after(returned) {
        Some(FieldName::ReturnedAt)
    } else {
        None
    }
}

/// Taken at the counter on a day on which offices are closed. Online and by post a dossier may come any day.
#[must_use]
pub fn received_on_day_off(channel: Channel, is_working: bool) -> bool {
    channel == Channel::Direct && !is_working
}

/// Done (9 or 10) within a few seconds of the receipt. An end before the receipt is another fault.
#[must_use]
pub fn finished_at_once(
    status: NationalStatus,
    received: NaiveDateTime,
    ended: NaiveDateTime,
    within: TimeDelta,
) -> bool {
    let done = matches!(status, NationalStatus::Finished | NationalStatus::Returned);
    let took = ended - received;
    done && has_time(received) && has_time(ended) && took >= TimeDelta::zero() && took <= within
}

/// For each end of one unit, sorted, whether it is one of at least so many within the span.
#[must_use]
pub fn in_bulk(sorted_ends: &[NaiveDateTime], at_least: usize, within: TimeDelta) -> Vec<bool> {
    let moments: Vec<usize> = (0..sorted_ends.len()).filter(|at| has_time(sorted_ends[*at])).collect();
    let mut bulk = vec![false; sorted_ends.len()];
    // Windows begin at each end in turn; both bounds only move forward.
    let (mut past, mut marked) = (0, 0);
    for first in 0..moments.len() {
        while past < moments.len() && sorted_ends[moments[past]] - sorted_ends[moments[first]] <= within {
            past += 1;
        }
        if past.saturating_sub(first) >= at_least {
            moments[first.max(marked)..past].iter().for_each(|at| bulk[*at] = true);
            marked = past;
        }
    }
    bulk
}

/// Before another moment; by the day where one of the two is a date without time.
fn is_before(moment: NaiveDateTime, other: NaiveDateTime) -> bool {
    if has_time(moment) && has_time(other) { moment < other } else { moment.date() < other.date() }
}

/// A side at midnight is taken for a date without time, as in the comparison of moments.
#[must_use]
pub fn has_time(moment: NaiveDateTime) -> bool {
    moment.time() != NaiveTime::MIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use proptest::prelude::*;

    fn at(day: u32, hour: u32, minute: u32, second: u32) -> NaiveDateTime {
        let date = NaiveDate::from_ymd_opt(2024, 3, day).expect("a date");
        date.and_hms_opt(hour, minute, second).expect("a time")
    }

    #[test]
    fn each_step_follows_the_one_before_it() {
        use FieldName::{FinishedAt, ReceivedAt, ReturnedAt};
        let (one, two, three) = (Some(at(1, 8, 0, 0)), Some(at(2, 8, 0, 0)), Some(at(3, 8, 0, 0)));
        assert_eq!(impossible_order(one, two, three), None);
        assert_eq!(impossible_order(one, one, one), None, "at the same moment");
        assert_eq!(impossible_order(two, one, three), Some((FinishedAt, ReceivedAt)));
        assert_eq!(impossible_order(one, three, two), Some((ReturnedAt, FinishedAt)));
        assert_eq!(impossible_order(two, None, one), Some((ReturnedAt, ReceivedAt)));
        assert_eq!(impossible_order(None, two, one), Some((ReturnedAt, FinishedAt)));
        assert_eq!(impossible_order(three, two, one), Some((FinishedAt, ReceivedAt)), "the first of two");
        assert_eq!(impossible_order(one, None, None), None);
        assert_eq!(impossible_order(None, None, None), None);
    }

    #[test]
    fn an_end_after_the_run_is_in_the_future() {
        let (now, later) = (at(2, 2, 0, 0), Some(at(2, 2, 0, 1)));
        assert_eq!(ended_in_future(later, None, now), Some(FieldName::FinishedAt));
        assert_eq!(ended_in_future(Some(now), later, now), Some(FieldName::ReturnedAt));
        assert_eq!(ended_in_future(later, later, now), Some(FieldName::FinishedAt));
        assert_eq!(ended_in_future(Some(now), Some(now), now), None);
        assert_eq!(ended_in_future(None, None, now), None);
    }

    #[test]
    fn only_the_counter_is_closed_on_a_day_off() {
        assert!(received_on_day_off(Channel::Direct, false));
        assert!(!received_on_day_off(Channel::Direct, true));
        assert!(!received_on_day_off(Channel::Online, false));
        assert!(!received_on_day_off(Channel::Post, false));
    }

    #[test]
    fn finished_at_once_needs_an_end_a_few_seconds_after() {
        use NationalStatus as S;
        let within = TimeDelta::seconds(AT_ONCE_SECONDS.into());
        let received = at(1, 8, 0, 0);
        let judged = |status, ended| finished_at_once(status, received, ended, within);
        assert!(judged(S::Finished, received));
        assert!(judged(S::Returned, at(1, 8, 0, 30)));
        assert!(!judged(S::Returned, at(1, 8, 0, 31)));
        assert!(!judged(S::Finished, at(1, 7, 59, 59)), "before the receipt");
        for status in S::ALL.iter().filter(|status| !matches!(status, S::Finished | S::Returned)) {
            assert!(!judged(*status, received), "{status:?}");
        }
        let midnight = at(1, 0, 0, 0);
        assert!(!finished_at_once(S::Finished, midnight, midnight, within), "two dates without time");
        assert!(!finished_at_once(S::Finished, at(1, 23, 59, 50), at(2, 0, 0, 0), within), "one date");
    }

    #[test]
    fn a_bulk_is_every_end_of_a_crowded_span() {
        let within = TimeDelta::seconds(60);
        let ends = [at(1, 8, 0, 0), at(1, 9, 0, 0), at(1, 9, 0, 40), at(1, 9, 1, 0), at(1, 9, 1, 30)];
        assert_eq!(in_bulk(&ends, 3, within), [false, true, true, true, true], "windows overlap");
        assert_eq!(in_bulk(&ends, 4, within), [false; 5]);
        assert_eq!(in_bulk(&ends[1..4], 3, within), [true; 3], "the bounds of the span belong to it");
        assert_eq!(in_bulk(&[], 3, within), Vec::<bool>::new());
    }

    #[test]
    fn dates_without_time_are_no_bulk() {
        let mut ends = vec![at(1, 0, 0, 0); 30];
        assert_eq!(in_bulk(&ends, 20, TimeDelta::seconds(60)), [false; 30]);
        ends.extend([at(1, 0, 0, 1); 20]);
        let judged = in_bulk(&ends, 20, TimeDelta::seconds(60));
        assert!(judged[..30].iter().all(|bulk| !bulk) && judged[30..].iter().all(|bulk| *bulk));
    }

    #[test]
    fn defaults_as_agreed() {
        let defaults: Vec<_> = RULE.thresholds.iter().map(|threshold| threshold.default.to_owned()).collect();
        assert_eq!(defaults, [AT_ONCE_SECONDS, BULK_AT_LEAST, BULK_SECONDS].map(|number| number.to_string()));
    }

    proptest! {
        #[test]
        fn bulk_as_counted_one_by_one(
            mut seconds in proptest::collection::vec(1i64..600, 0..60),
            at_least in 1usize..8,
            within in 0i64..90,
        ) {
            seconds.sort_unstable();
            let ends: Vec<_> = seconds.iter().map(|s| at(1, 0, 0, 0) + TimeDelta::seconds(*s)).collect();
            let span = |from: &i64| *from..=from + within;
            let crowded = |from: &i64| seconds.iter().filter(|s| span(from).contains(s)).count() >= at_least;
            let in_one = |s: &i64| seconds.iter().any(|from| crowded(from) && span(from).contains(s));
            let naive: Vec<bool> = seconds.iter().map(in_one).collect();
            prop_assert_eq!(in_bulk(&ends, at_least, TimeDelta::seconds(within)), naive);
        }
    }
}
