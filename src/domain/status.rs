//! The national dossier status (TrangThaiHoSo): ten codes, their labels, and which may follow which.
//!
//! It must not read the numbers of another system's list: the same digits mean other things there
//! (one one-stop system has 5 for "returned" [S]), so numbers are mapped by the pipeline.

use std::sync::LazyLock;

use super::text::fold;

/// A national status. Domain fact: code list of the national sync service [S].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NationalStatus {
    /// 1, mới đăng ký: handed in online, not yet received.
    Registered = 1,
    /// 2, được tiếp nhận.
    Received = 2,
    /// 3, không được tiếp nhận: refused at the door.
    Refused = 3,
    /// 4, đang xử lý.
    Processing = 4,
    /// 5, yêu cầu bổ sung giấy tờ: waits for papers.
    SupplementRequested = 5,
    /// 6, yêu cầu thực hiện nghĩa vụ tài chính: waits for payment.
    PaymentRequested = 6,
    /// 7, công dân yêu cầu rút hồ sơ.
    Withdrawn = 7,
    /// 8, dừng xử lý.
    Stopped = 8,
    /// 9, đã xử lý xong: the result is ready.
    Finished = 9,
    /// 10, đã trả kết quả: the result was handed over.
    Returned = 10,
}

/// What a status means for a deadline and for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusClass {
    /// Not yet a dossier of the agency.
    NotReceived,
    /// Being worked on.
    Open,
    /// Waiting for the citizen.
    Paused,
    /// Refused at the door.
    Refused,
    /// Taken back by the citizen.
    Withdrawn,
    /// Ended by the agency without result.
    Stopped,
    /// Result ready.
    Done,
    /// Result handed over.
    Returned,
}

impl StatusClass {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotReceived => "not_received",
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Stopped => "stopped",
            Self::Done => "done",
            Self::Returned => "returned",
        }
    }
}

impl NationalStatus {
    /// Every status in the order of the codes.
    pub const ALL: &[Self] = &[
        Self::Registered,
        Self::Received,
        Self::Refused,
        Self::Processing,
        Self::SupplementRequested,
        Self::PaymentRequested,
        Self::Withdrawn,
        Self::Stopped,
        Self::Finished,
        Self::Returned,
    ];

    /// The status with this national code, 1 to 10.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.code() == code)
    }

    /// The national code, 1 to 10.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The stable English name, in `snake_case`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Received => "received",
            Self::Refused => "refused",
            Self::Processing => "processing",
            Self::SupplementRequested => "supplement_requested",
            Self::PaymentRequested => "payment_requested",
            Self::Withdrawn => "withdrawn",
            Self::Stopped => "stopped",
            Self::Finished => "finished",
            Self::Returned => "returned",
        }
    }

    /// The Vietnamese label of the national list [S].
    #[must_use]
    pub fn label_vi(self) -> &'static str {
        match self {
            Self::Registered => "Mới đăng ký",
            Self::Received => "Được tiếp nhận",
            Self::Refused => "Không được tiếp nhận",
            Self::Processing => "Đang xử lý",
            Self::SupplementRequested => "Yêu cầu bổ sung giấy tờ",
            Self::PaymentRequested => "Yêu cầu thực hiện nghĩa vụ tài chính",
            Self::Withdrawn => "Công dân yêu cầu rút hồ sơ",
            Self::Stopped => "Dừng xử lý",
            Self::Finished => "Đã xử lý xong",
            Self::Returned => "Đã trả kết quả",
        }
    }

    /// The class of the status.
    #[must_use]
    pub const fn class(self) -> StatusClass {
        match self {
            Self::Registered => StatusClass::NotReceived,
            Self::Received | Self::Processing => StatusClass::Open,
            Self::Refused => StatusClass::Refused,
            Self::SupplementRequested | Self::PaymentRequested => StatusClass::Paused,
            Self::Withdrawn => StatusClass::Withdrawn,
            Self::Stopped => StatusClass::Stopped,
            Self::Finished => StatusClass::Done,
            Self::Returned => StatusClass::Returned,
        }
    }

    /// Whether the time for the dossier has stopped: refused, withdrawn, stopped, finished, returned,
    /// as the QĐ 766 formula document lists them [S].
    #[must_use]
    pub const fn is_end(self) -> bool {
        !matches!(self.class(), StatusClass::NotReceived | StatusClass::Open | StatusClass::Paused)
    }

    /// The status of a label, blind to case, accents and punctuation, from `data/status_labels.csv`.
    #[must_use]
    pub fn from_label(label: &str) -> Option<Self> {
        let key = fold(label);
        let found = LABELS.binary_search_by(|(known, _)| known.as_str().cmp(&key)).ok()?;
        LABELS.get(found).map(|(_, status)| *status)
    }

    /// The statuses that may directly follow. No official table was found: a derived suggestion
    /// [R-M]. Re-opening (9 to 4) is left out; that 2 may lead straight to 10 is seen [S].
    const fn next(self) -> u16 {
        match self {
            Self::Registered => set(&[2, 3]),
            Self::Received => set(&[4, 5, 6, 7, 8, 9, 10]),
            Self::Processing => set(&[5, 6, 7, 8, 9]),
            Self::SupplementRequested | Self::PaymentRequested => set(&[4, 7, 8, 9]),
            Self::Finished => set(&[10]),
            Self::Refused | Self::Withdrawn | Self::Stopped | Self::Returned => 0,
        }
    }

    /// Whether a dossier in this status may come to another one, in any number of steps.
    #[must_use]
    pub fn can_become(self, later: Self) -> bool {
        let mut reached = self.next();
        loop {
            let further = Self::ALL
                .iter()
                .filter(|status| reached & 1 << status.code() != 0)
                .fold(reached, |all, status| all | status.next());
            if further == reached {
                return reached & 1 << later.code() != 0;
            }
            reached = further;
        }
    }
}

const fn set(codes: &[u8]) -> u16 {
    let mut bits = 0;
    let mut at = 0;
    while at < codes.len() {
        bits |= 1 << codes[at];
        at += 1;
    }
    bits
}

const LABEL_FILE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/status_labels.csv"));

static LABELS: LazyLock<Vec<(String, NationalStatus)>> = LazyLock::new(|| {
    let mut labels: Vec<_> = LABEL_FILE.lines().skip(1).filter_map(label_line).collect();
    labels.sort_unstable();
    labels.dedup();
    labels
});

fn label_line(line: &str) -> Option<(String, NationalStatus)> {
    let mut cells = line.split(',');
    let label = fold(cells.next()?);
    let status = NationalStatus::from_code(cells.next()?.trim().parse().ok()?)?;
    Some((label, status))
}

/// How a spoke's status stands to the hub's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusRelation {
    /// Equal.
    Same,
    /// The spoke may still come to the hub's status.
    Behind,
    /// The hub may still come to the spoke's status.
    Ahead,
    /// The hub waits or stopped (5, 6, 8) and the spoke says finished (9): a known sync job sends it
    /// so, which flatters the on-time rate [S].
    Collapsed,
    /// Neither can lead to the other: two different ends.
    Conflict,
}

impl StatusRelation {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Behind => "behind",
            Self::Ahead => "ahead",
            Self::Collapsed => "collapsed",
            Self::Conflict => "conflict",
        }
    }
}

/// The relation of two statuses of one case. Where both could lead to the other (4 and 5, 4 and 6)
/// the spoke is taken to be behind.
#[must_use]
pub fn relation(hub: NationalStatus, spoke: NationalStatus) -> StatusRelation {
    use NationalStatus::{Finished, PaymentRequested, Stopped, SupplementRequested};
    if hub == spoke {
        StatusRelation::Same
    } else if spoke == Finished && matches!(hub, SupplementRequested | PaymentRequested | Stopped) {
        StatusRelation::Collapsed
    } else if spoke.can_become(hub) {
        StatusRelation::Behind
    } else if hub.can_become(spoke) {
        StatusRelation::Ahead
    } else {
        StatusRelation::Conflict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_labels_and_classes() {
        for (position, status) in NationalStatus::ALL.iter().enumerate() {
            assert_eq!(usize::from(status.code()), position + 1);
            assert_eq!(NationalStatus::from_code(status.code()), Some(*status));
            assert_eq!(NationalStatus::from_label(status.label_vi()), Some(*status));
            assert_eq!(status.is_end(), matches!(status.code(), 3 | 7..=10));
            assert!(status.name().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        }
        assert_eq!(NationalStatus::from_code(0), None);
        assert_eq!(NationalStatus::from_code(11), None);
        let classes: Vec<_> = NationalStatus::ALL.iter().map(|s| s.class().code()).collect();
        assert_eq!(
            classes,
            [
                "not_received",
                "open",
                "refused",
                "open",
                "paused",
                "paused",
                "withdrawn",
                "stopped",
                "done",
                "returned"
            ]
        );
    }

    #[test]
    fn every_line_of_the_label_file_reads_and_none_contradicts() {
        let lines: Vec<_> = LABEL_FILE.lines().skip(1).collect();
        assert_eq!(LABEL_FILE.lines().next(), Some("label,status,source"));
        for line in &lines {
            assert_eq!(line.split(',').count(), 3, "{line}");
            let (label, status) = label_line(line).expect(line);
            assert_eq!(NationalStatus::from_label(&label), Some(status), "{line}");
        }
        assert!(LABELS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(lines.len() >= 40);
    }

    #[test]
    fn labels_are_read_without_accents() {
        assert_eq!(NationalStatus::from_label("DA TRA KET QUA"), Some(NationalStatus::Returned));
        assert_eq!(NationalStatus::from_label(" chờ  bổ sung. "), Some(NationalStatus::SupplementRequested));
        assert_eq!(NationalStatus::from_label("Từ chối"), Some(NationalStatus::Refused));
        assert_eq!(NationalStatus::from_label("lạ"), None);
        assert_eq!(NationalStatus::from_label(""), None);
    }

    #[test]
    fn transitions_close_over_steps() {
        use NationalStatus as S;
        assert!(S::Registered.can_become(S::Returned));
        assert!(S::SupplementRequested.can_become(S::Processing));
        assert!(S::SupplementRequested.can_become(S::PaymentRequested));
        assert!(!S::Finished.can_become(S::Processing));
        assert!(!S::Received.can_become(S::Refused));
        for end in [S::Refused, S::Withdrawn, S::Stopped, S::Returned] {
            assert!(S::ALL.iter().all(|later| !end.can_become(*later)));
        }
    }

    #[test]
    fn relations() {
        use NationalStatus as S;
        use StatusRelation as R;
        let cases = [
            (S::Finished, S::Finished, R::Same),
            (S::Returned, S::Finished, R::Behind),
            (S::Finished, S::Returned, R::Ahead),
            (S::Returned, S::Received, R::Behind),
            (S::Received, S::Returned, R::Ahead),
            (S::Stopped, S::Finished, R::Collapsed),
            (S::SupplementRequested, S::Finished, R::Collapsed),
            (S::PaymentRequested, S::Finished, R::Collapsed),
            (S::SupplementRequested, S::Returned, R::Ahead),
            (S::Processing, S::SupplementRequested, R::Behind),
            (S::SupplementRequested, S::Processing, R::Behind),
            (S::Withdrawn, S::Finished, R::Conflict),
            (S::Finished, S::Stopped, R::Conflict),
            (S::Received, S::Refused, R::Conflict),
            (S::Registered, S::Refused, R::Ahead),
        ];
        for (hub, spoke, expected) in cases {
            assert_eq!(relation(hub, spoke), expected, "{hub:?} {spoke:?}");
        }
        let codes = [R::Same, R::Behind, R::Ahead, R::Collapsed, R::Conflict].map(R::code);
        assert_eq!(codes, ["same", "behind", "ahead", "collapsed", "conflict"]);
    }
}
