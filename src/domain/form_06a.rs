//! Form II.06a/VPCP/KSTT (tình hình, kết quả giải quyết TTHC), columns 3 to 13, and the identities
//! between them [S].
//!
//! It must not decide how a dossier is judged nor which period it belongs to: it books what it is told.
//! Columns 1 and 2, the number of the line and its field of work, are the caller's key.

use super::timeliness::Timeliness;

/// Where a dossier came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intake {
    /// New in the period, handed in online (column 4).
    NewOnline,
    /// New in the period, at the counter or by post (column 5).
    NewDirectOrPost,
    /// Carried over from the period before (column 6).
    CarriedOver,
}

/// Where a dossier stands at the end of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Resolved early (column 8).
    Early,
    /// Resolved on time, including returned and withdrawn dossiers (column 9).
    OnTime,
    /// Resolved late (column 10).
    Late,
    /// In process, in time (column 12).
    InTime,
    /// In process, overdue (column 13).
    Overdue,
}

impl Outcome {
    /// The outcome of a judged dossier. Withdrawn dossiers and those that wait for papers or were stopped
    /// are booked on time, as column 9 says [S]; what a definition leaves unknown as well. Not counted has no
    /// outcome. `overdue` is for an open dossier whose definition does not look at its appointment.
    #[must_use]
    pub fn of(timeliness: Timeliness, overdue: bool) -> Option<Self> {
        match timeliness {
            Timeliness::Early => Some(Self::Early),
            Timeliness::OnTime | Timeliness::Withdrawn | Timeliness::Stopped | Timeliness::Unknown => {
                Some(Self::OnTime)
            }
            Timeliness::Late => Some(Self::Late),
            Timeliness::Open if overdue => Some(Self::Overdue),
            Timeliness::Open => Some(Self::InTime),
            Timeliness::Overdue => Some(Self::Overdue),
            Timeliness::NotCounted => None,
        }
    }
}

/// One dossier as the form sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// Where it came from.
    pub intake: Intake,
    /// Where it stands.
    pub outcome: Outcome,
}

/// One line of the form. Totals are kept as columns of their own, so that a printed line can be held
/// against its identities too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Form06a {
    /// Số hồ sơ nhận giải quyết, tổng số: received.
    pub c3: u64,
    /// Mới tiếp nhận, trực tuyến: new, online.
    pub c4: u64,
    /// Mới tiếp nhận, trực tiếp, bưu chính: new, at the counter or by post.
    pub c5: u64,
    /// Từ kỳ trước chuyển qua: carried over.
    pub c6: u64,
    /// Đã giải quyết, tổng số: resolved.
    pub c7: u64,
    /// Trước hạn: early.
    pub c8: u64,
    /// Đúng hạn: on time, including what waits for papers, was returned or withdrawn.
    pub c9: u64,
    /// Quá hạn: late.
    pub c10: u64,
    /// Đang giải quyết, tổng số: in process.
    pub c11: u64,
    /// Trong hạn: in process, in time.
    pub c12: u64,
    /// Quá hạn: in process, overdue.
    pub c13: u64,
}

/// An identity of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// 3 = 4 + 5 + 6.
    Received,
    /// 7 = 8 + 9 + 10.
    Resolved,
    /// 11 = 12 + 13.
    InProcess,
    /// 3 = 7 + 11.
    Whole,
    /// 6 = 11 of the period before.
    CarriedOver,
}

impl Identity {
    /// The identity as the form writes it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "3=4+5+6",
            Self::Resolved => "7=8+9+10",
            Self::InProcess => "11=12+13",
            Self::Whole => "3=7+11",
            Self::CarriedOver => "6=previous 11",
        }
    }
}

/// An identity that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// Which one.
    pub identity: Identity,
    /// What stands left of the sign.
    pub left: u64,
    /// What stands right of it.
    pub right: u64,
}

impl Form06a {
    /// The names of [`Self::values`].
    pub const COLUMNS: [&str; 11] = ["c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "c12", "c13"];

    /// Columns 3 to 13 in their order.
    #[must_use]
    pub fn values(&self) -> [u64; 11] {
        let Self { c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13 } = *self;
        [c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13]
    }

    /// Books one dossier.
    pub fn enter(&mut self, entry: Entry) {
        self.c3 += 1;
        match entry.intake {
            Intake::NewOnline => self.c4 += 1,
            Intake::NewDirectOrPost => self.c5 += 1,
            Intake::CarriedOver => self.c6 += 1,
        }
        let (total, part) = match entry.outcome {
            Outcome::Early => (&mut self.c7, &mut self.c8),
            Outcome::OnTime => (&mut self.c7, &mut self.c9),
            Outcome::Late => (&mut self.c7, &mut self.c10),
            Outcome::InTime => (&mut self.c11, &mut self.c12),
            Outcome::Overdue => (&mut self.c11, &mut self.c13),
        };
        *total += 1;
        *part += 1;
    }

    /// Adds another line, column by column.
    pub fn add(&mut self, other: &Self) {
        let Self { c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13 } = *other;
        self.c3 += c3;
        self.c4 += c4;
        self.c5 += c5;
        self.c6 += c6;
        self.c7 += c7;
        self.c8 += c8;
        self.c9 += c9;
        self.c10 += c10;
        self.c11 += c11;
        self.c12 += c12;
        self.c13 += c13;
    }

    /// The identities that do not hold, the one with the period before only where its line is given.
    #[must_use]
    pub fn identities(&self, previous: Option<&Self>) -> Vec<Broken> {
        let sum = |parts: &[u64]| parts.iter().fold(0_u64, |sum, part| sum.saturating_add(*part));
        let mut all = vec![
            Broken { identity: Identity::Received, left: self.c3, right: sum(&[self.c4, self.c5, self.c6]) },
            Broken { identity: Identity::Resolved, left: self.c7, right: sum(&[self.c8, self.c9, self.c10]) },
            Broken { identity: Identity::InProcess, left: self.c11, right: sum(&[self.c12, self.c13]) },
            Broken { identity: Identity::Whole, left: self.c3, right: sum(&[self.c7, self.c11]) },
        ];
        if let Some(previous) = previous {
            all.push(Broken { identity: Identity::CarriedOver, left: self.c6, right: previous.c11 });
        }
        all.retain(|line| line.left != line.right);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hà Giang, 15 December 2023 to 14 May 2024 [S]; the split of the new ones by channel and of those in
    /// process is not printed, so it stands in one column here.
    const PRINTED: Form06a = Form06a {
        c3: 99_191,
        c4: 0,
        c5: 97_090,
        c6: 2_101,
        c7: 91_357,
        c8: 90_348,
        c9: 15,
        c10: 994,
        c11: 7_834,
        c12: 7_834,
        c13: 0,
    };

    #[test]
    fn a_printed_line_ties() {
        assert_eq!(PRINTED.identities(None), []);
        let before = Form06a { c11: 2_101, ..Form06a::default() };
        assert_eq!(PRINTED.identities(Some(&before)), []);
        let before = Form06a { c11: 2_100, ..Form06a::default() };
        let broken = Broken { identity: Identity::CarriedOver, left: 2_101, right: 2_100 };
        assert_eq!(PRINTED.identities(Some(&before)), [broken]);
    }

    #[test]
    fn each_identity_can_break() {
        let codes = |form: Form06a| -> Vec<_> {
            form.identities(Some(&form)).iter().map(|broken| broken.identity.code()).collect()
        };
        assert_eq!(codes(Form06a { c3: 1, ..Form06a::default() }), ["3=4+5+6", "3=7+11"]);
        assert_eq!(codes(Form06a { c8: 1, ..Form06a::default() }), ["7=8+9+10"]);
        assert_eq!(codes(Form06a { c13: 1, ..Form06a::default() }), ["11=12+13"]);
        assert_eq!(codes(Form06a { c6: 1, c3: 1, c7: 1, c9: 1, ..Form06a::default() }), ["6=previous 11"],);
        assert_eq!(codes(Form06a { c4: u64::MAX, c5: 1, ..Form06a::default() }), ["3=4+5+6"]);
    }

    #[test]
    fn every_class_has_its_column() {
        let outcomes: Vec<_> = Timeliness::ALL.iter().map(|class| Outcome::of(*class, true)).collect();
        let expected = [
            Some(Outcome::Early),
            Some(Outcome::OnTime),
            Some(Outcome::Late),
            Some(Outcome::OnTime),
            Some(Outcome::Overdue),
            Some(Outcome::Overdue),
            Some(Outcome::OnTime),
            None,
            Some(Outcome::OnTime),
        ];
        assert_eq!(outcomes, expected);
        assert_eq!(Outcome::of(Timeliness::Open, false), Some(Outcome::InTime));
    }

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let intake =
            proptest::sample::select(vec![Intake::NewOnline, Intake::NewDirectOrPost, Intake::CarriedOver]);
        let outcome = proptest::sample::select(vec![
            Outcome::Early,
            Outcome::OnTime,
            Outcome::Late,
            Outcome::InTime,
            Outcome::Overdue,
        ]);
        proptest::collection::vec(
            (intake, outcome).prop_map(|(intake, outcome)| Entry { intake, outcome }),
            0..60,
        )
    }

    fn form(entries: &[Entry]) -> Form06a {
        let mut form = Form06a::default();
        entries.iter().for_each(|entry| form.enter(*entry));
        form
    }

    proptest! {
        #[test]
        fn what_is_booked_ties_and_adds(left in entries(), right in entries()) {
            let mut sum = form(&left);
            sum.add(&form(&right));
            prop_assert_eq!(sum, form(&[left.clone(), right.clone()].concat()));
            prop_assert_eq!(sum.identities(None), vec![]);
            prop_assert_eq!(sum.c3, (left.len() + right.len()) as u64);
            prop_assert_eq!(sum.values()[0], sum.c3);
            prop_assert_eq!(sum.values()[10], sum.c13);
            let next = Form06a { c3: sum.c11, c6: sum.c11, c11: sum.c11, c12: sum.c11, ..Form06a::default() };
            prop_assert_eq!(next.identities(Some(&sum)), vec![]);
        }
    }
}
