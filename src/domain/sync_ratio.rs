//! The sync ratio, index 1.4 of the QĐ 766 set: how many of a province's dossiers were synced to the
//! national portal.
//!
//! It must not count anything itself, and it must not hide its parts: the three numbers are kept beside
//! the ratio, because the ratio alone says little. What follows from the formula [S]:
//! - a dossier that stands twice on the portal raises the synced and the portal's number together;
//! - a dossier handled only in a ministry's software lowers nothing unless it was reported;
//! - because the larger of the two numbers is the base, the ratio cannot pass 100 while the synced are a
//!   part of the portal's, so reporting too much lowers it and reporting too little does not show.

/// How much of a year the ratio speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// A month: a twelfth of the year before.
    Month,
    /// A quarter: a fourth.
    Quarter,
    /// A year: the whole.
    Year,
}

impl Span {
    fn parts(self) -> u64 {
        match self {
            Self::Month => 12,
            Self::Quarter => 4,
            Self::Year => 1,
        }
    }
}

/// The year before, which stands in when neither number is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Previous {
    /// Dossiers of the whole previous year.
    pub dossiers: u64,
    /// What the ratio speaks of now.
    pub span: Span,
}

/// Which number the ratio was taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// The number in the national reporting system (Hệ thống báo cáo quốc gia).
    Reported,
    /// The number on the portal; also where both are the same.
    OnPortal,
    /// The previous year's share.
    PreviousYear,
    /// None: the ratio is 0.
    Nothing,
}

impl Base {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::OnPortal => "on_portal",
            Self::PreviousYear => "previous_year",
            Self::Nothing => "nothing",
        }
    }
}

/// The ratio with its three numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SyncRatio {
    /// In percent with two decimals [S], rounded half up.
    pub percent: f64,
    /// N_sync: dossiers on the portal received in the period.
    pub synced: u64,
    /// N_report: received according to the national reporting system; unknown is not 0.
    pub reported: Option<u64>,
    /// N_portal: dossiers on the portal.
    pub on_portal: u64,
    /// What it was taken of.
    pub base: Base,
}

impl SyncRatio {
    /// Whether the synced are more than the portal holds, which the formula rules out: the numbers were then
    /// taken at different times or of different things, and the ratio may pass 100.
    #[must_use]
    pub fn numbers_disagree(&self) -> bool {
        self.synced > self.on_portal
    }
}

/// `N_sync / max(N_report, N_portal)` in percent [S]. With both 0 or unknown the previous year's number stands
/// in, a twelfth for a month, a fourth for a quarter; with none of that the ratio is 0 [S].
#[must_use]
pub fn ratio(synced: u64, reported: Option<u64>, on_portal: u64, previous: Option<Previous>) -> SyncRatio {
    let before = previous.filter(|previous| previous.dossiers > 0);
    let (dossiers, parts, base) = match (reported.unwrap_or(0), before) {
        (reported, _) if reported > on_portal => (reported, 1, Base::Reported),
        _ if on_portal > 0 => (on_portal, 1, Base::OnPortal),
        (_, Some(before)) => (before.dossiers, before.span.parts(), Base::PreviousYear),
        (_, None) => (0, 1, Base::Nothing),
    };
    SyncRatio { percent: percent(synced, dossiers, parts), synced, reported, on_portal, base }
}

/// `part / (whole / parts)` in percent with two decimals, rounded half up in whole numbers.
fn percent(part: u64, whole: u64, parts: u64) -> f64 {
    let (part, whole) = (u128::from(part) * u128::from(parts), u128::from(whole));
    match (part * 20_000 + whole).checked_div(whole * 2) {
        Some(hundredths) => hundredths as f64 / 100.0,
        None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_larger_number_is_the_base() {
        let more_reported = ratio(90, Some(120), 100, None);
        assert_eq!((more_reported.percent, more_reported.base), (75.0, Base::Reported));
        let more_on_portal = ratio(90, Some(80), 100, None);
        assert_eq!((more_on_portal.percent, more_on_portal.base), (90.0, Base::OnPortal));
        let unknown = ratio(90, None, 100, None);
        assert_eq!((unknown.percent, unknown.base, unknown.reported), (90.0, Base::OnPortal, None));
        assert_eq!(ratio(2, Some(3), 2, None).percent, 66.67);
        assert_eq!(ratio(1, Some(8_000), 1, None).percent, 0.01);
        assert_eq!(ratio(1, Some(20_001), 1, None).percent, 0.0);
    }

    #[test]
    fn the_year_before_stands_in() {
        let with = |span| ratio(30, Some(0), 0, Some(Previous { dossiers: 1_200, span }));
        assert_eq!(with(Span::Month).percent, 30.0);
        assert_eq!(with(Span::Quarter).percent, 10.0);
        assert_eq!(with(Span::Year).percent, 2.5);
        assert_eq!(with(Span::Month).base.code(), "previous_year");
        let nothing = ratio(5, None, 0, Some(Previous { dossiers: 0, span: Span::Year }));
        assert_eq!((nothing.percent, nothing.base.code()), (0.0, "nothing"));
        assert_eq!(ratio(5, None, 0, None).percent, 0.0);
        assert!(nothing.numbers_disagree());
    }

    /// What the formula does not see: doubles on the portal lift both numbers, and dossiers kept in a
    /// ministry's software are in none.
    #[test]
    fn consequences() {
        let (clean, doubled) = (ratio(900, Some(1_000), 900, None), ratio(1_000, Some(1_000), 1_000, None));
        assert!(doubled.percent > clean.percent && !doubled.numbers_disagree());
        assert_eq!(ratio(900, Some(900), 900, None).percent, 100.0);
    }

    proptest! {
        #[test]
        fn never_past_a_hundred_while_the_synced_are_on_the_portal(
            synced in 0..u64::MAX, more in 0..u64::MAX, reported in proptest::option::of(0..u64::MAX),
        ) {
            let ratio = ratio(synced, reported, synced.saturating_add(more), None);
            prop_assert!((0.0..=100.0).contains(&ratio.percent));
            prop_assert!(!ratio.numbers_disagree());
        }
    }
}
