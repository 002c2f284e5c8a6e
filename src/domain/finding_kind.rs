//! The kinds of finding: what can be wrong with a case, a feed or a figure. What each is called, when it is
//! made and what it does not mean stands with its rule in [`super::rules`].
//!
//! It must not decide whether a finding is real: scope, grace, known transformations, feed health and
//! decisions come first.

use super::rules::{FindingEntry, RULES, Rule};

/// How much a finding matters, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// To be corrected when convenient.
    Low,
    /// To be corrected.
    Medium,
    /// To be looked at today.
    High,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: &[Self] = &[Self::Info, Self::Low, Self::Medium, Self::High];

    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The severity with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|severity| severity.code() == code)
    }
}

/// Declares the kinds and their names once.
macro_rules! kinds {
    ($($variant:ident $name:literal,)*) => {
        /// One kind of thing that can be wrong. The order is that of the rules.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum FindingKind {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl FindingKind {
            /// Every kind, in the order of the catalogue.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name written to outputs, in `snake_case`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

kinds! {
    MissingOnPortal "missing_on_portal",
    LateOnPortal "late_on_portal",
    ArrivedLateOnPortal "arrived_late_on_portal",
    MissingInProvince "missing_in_province",
    MissingInMinistry "missing_in_ministry",
    LateInMinistry "late_in_ministry",
    ArrivedLateInMinistry "arrived_late_in_ministry",
    TypedTwice "typed_twice",
    RepeatedRow "repeated_row",
    TypedInTwoSystems "typed_in_two_systems",
    CodeCollision "code_collision",
    CodeRewritten "code_rewritten",
    CodeMalformed "code_malformed",
    CodeDateMismatch "code_date_mismatch",
    CodeUnknownAgency "code_unknown_agency",
    StatusBehind "status_behind",
    StatusCollapsed "status_collapsed",
    StatusAhead "status_ahead",
    StatusConflict "status_conflict",
    DateShifted "date_shifted",
    DayMonthSwapped "day_month_swapped",
    BirthMonthLost "birth_month_lost",
    DateConflict "date_conflict",
    DueDateChanged "due_date_changed",
    DueBeyondLimit "due_beyond_limit",
    ExtendedTwice "extended_twice",
    LateHidden "late_hidden",
    NoApology "no_apology",
    ApologyTooLate "apology_too_late",
    IdentityConflict "identity_conflict",
    PlaceholderId "placeholder_id",
    PhoneConflict "phone_conflict",
    IdBirthConflict "id_birth_conflict",
    NameVariant "name_variant",
    NameConflict "name_conflict",
    ProcedureConflict "procedure_conflict",
    ChannelConflict "channel_conflict",
    ProcedureNotInCatalogue "procedure_not_in_catalogue",
    ProcedureNotInForce "procedure_not_in_force",
    LocalProcedure "local_procedure",
    ProcessDiffers "process_differs",
    UnitConflict "unit_conflict",
    FeeConflict "fee_conflict",
    AttachmentLoss "attachment_loss",
    ResultFileSuspect "result_file_suspect",
    ImpossibleTimeline "impossible_timeline",
    EndedInFuture "ended_in_future",
    ReceivedOnDayOff "received_on_day_off",
    FinishedAtOnce "finished_at_once",
    ClosedInBulk "closed_in_bulk",
    PublishedGap "published_gap",
    FiguresDoNotAddUp "figures_do_not_add_up",
    SyncGap "sync_gap",
    FlagStale "flag_stale",
    FlagUntrue "flag_untrue",
    Resubmission "resubmission",
    SeveralRightly "several_rightly",
    ColumnAdded "column_added",
    ColumnGone "column_gone",
    ColumnRenamed "column_renamed",
    ColumnMoved "column_moved",
    NewCodeValue "new_code_value",
    EmptyShareJumped "empty_share_jumped",
    UnreadableShareJumped "unreadable_share_jumped",
    EncodingChanged "encoding_changed",
}

const KINDS: usize = FindingKind::ALL.len();

/// Rule and entry of every kind, at the kind's own number.
static CATALOGUE: [(&Rule, &FindingEntry); KINDS] = catalogue();

/// The entries of the rules laid side by side. A kind without entry, an entry too many and one out of order
/// do not compile.
const fn catalogue() -> [(&'static Rule, &'static FindingEntry); KINDS] {
    let mut entries = [(RULES[0], &RULES[0].findings[0]); KINDS];
    let (mut at, mut rule) = (0, 0);
    while rule < RULES.len() {
        let mut of_rule = 0;
        while of_rule < RULES[rule].findings.len() {
            let entry = &RULES[rule].findings[of_rule];
            assert!(entry.kind as usize == at, "the rules list the kinds in the order of the enum");
            entries[at] = (RULES[rule], entry);
            at += 1;
            of_rule += 1;
        }
        rule += 1;
    }
    assert!(at == KINDS, "every kind has its entry");
    entries
}

impl FindingKind {
    /// The kind with this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// What the catalogue says of it.
    #[must_use]
    pub fn entry(self) -> &'static FindingEntry {
        CATALOGUE[self as usize].1
    }

    /// The number of its rule, `R01` to `R24`.
    #[must_use]
    pub fn rule(self) -> &'static str {
        CATALOGUE[self as usize].0.id
    }

    /// A short English title.
    #[must_use]
    pub fn title_en(self) -> &'static str {
        self.entry().title.en
    }

    /// A short Vietnamese title.
    #[must_use]
    pub fn title_vi(self) -> &'static str {
        self.entry().title.vi
    }

    /// One English sentence: what the finding does not mean.
    #[must_use]
    pub fn meaning_not(self) -> &'static str {
        self.entry().meaning_not.en
    }

    /// One Vietnamese sentence: what the finding does not mean.
    #[must_use]
    pub fn meaning_not_vi(self) -> &'static str {
        self.entry().meaning_not.vi
    }

    /// When it is made, in English.
    #[must_use]
    pub fn when(self) -> &'static str {
        self.entry().when.en
    }

    /// When it is made, in Vietnamese.
    #[must_use]
    pub fn when_vi(self) -> &'static str {
        self.entry().when.vi
    }

    /// The columns an auditor is shown.
    #[must_use]
    pub fn evidence(self) -> &'static [&'static str] {
        self.entry().evidence
    }

    /// The severity when the pipeline sets no other; `None`: off until the pipeline switches it on.
    #[must_use]
    pub fn default_severity(self) -> Option<Severity> {
        self.entry().severity
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn distinct(text: impl Fn(FindingKind) -> &'static str) -> usize {
        FindingKind::ALL.iter().map(|kind| text(*kind)).collect::<BTreeSet<_>>().len()
    }

    #[test]
    fn names_are_distinct_snake_case_and_read_back() {
        for kind in FindingKind::ALL {
            assert!(kind.name().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
            assert_eq!(FindingKind::from_name(kind.name()), Some(*kind));
            let debug: String = format!("{kind:?}").to_lowercase();
            assert_eq!(kind.name().replace('_', ""), debug);
        }
        assert_eq!(distinct(FindingKind::title_en), KINDS);
        assert_eq!(distinct(FindingKind::title_vi), KINDS);
        assert_eq!(FindingKind::from_name("nothing"), None);
    }

    #[test]
    fn each_kind_finds_its_own_entry() {
        for (number, kind) in FindingKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, number);
            assert_eq!(kind.entry().kind, *kind);
            let rule = super::super::rules::rule(kind.rule()).expect("a rule");
            assert!(rule.findings.iter().any(|entry| entry.kind == *kind));
        }
        assert!(FindingKind::ALL.windows(2).all(|pair| pair[0].rule() <= pair[1].rule()));
    }

    #[test]
    fn rules_and_severities_as_agreed() {
        let severity = |kind: FindingKind| kind.default_severity().map_or("off", Severity::code);
        let of_rule = |rule: &str| -> Vec<String> {
            let kinds = FindingKind::ALL.iter().filter(|kind| kind.rule() == rule);
            kinds.map(|kind| format!("{} {}", kind.name(), severity(*kind))).collect()
        };
        assert_eq!(KINDS, 65);
        assert_eq!(of_rule("R01")[0], "missing_on_portal high");
        assert_eq!(of_rule("R03")[2], "arrived_late_in_ministry low");
        assert_eq!(of_rule("R04"), ["typed_twice medium", "repeated_row info"]);
        assert_eq!(of_rule("R05"), ["typed_in_two_systems high"]);
        assert_eq!(of_rule("R07")[3], "code_unknown_agency low");
        assert_eq!(of_rule("R08")[1], "status_collapsed medium");
        assert_eq!(
            of_rule("R10"),
            ["due_date_changed high", "due_beyond_limit medium", "extended_twice medium"]
        );
        assert_eq!(of_rule("R11"), ["late_hidden high"]);
        assert_eq!(of_rule("R12"), ["no_apology medium", "apology_too_late low"]);
        assert_eq!(of_rule("R13")[3], "id_birth_conflict medium");
        let procedures = [
            "procedure_conflict medium",
            "channel_conflict low",
            "procedure_not_in_catalogue medium",
            "procedure_not_in_force medium",
            "local_procedure info",
            "process_differs low",
        ];
        assert_eq!(of_rule("R15"), procedures);
        assert_eq!(of_rule("R18"), ["attachment_loss medium", "result_file_suspect high"]);
        let times = [
            "impossible_timeline high",
            "ended_in_future high",
            "received_on_day_off low",
            "finished_at_once low",
            "closed_in_bulk medium",
        ];
        assert_eq!(of_rule("R19"), times);
        assert_eq!(of_rule("R20"), ["published_gap high", "figures_do_not_add_up high"]);
        assert_eq!(of_rule("R21"), ["sync_gap high", "flag_stale low", "flag_untrue medium"]);
        assert_eq!(of_rule("R22"), ["resubmission info"]);
        assert_eq!(of_rule("R23"), ["several_rightly off"]);
        assert_eq!(of_rule("R24").len(), 8);
        assert_eq!(FindingKind::ALL.iter().filter(|kind| kind.default_severity().is_none()).count(), 1);
    }

    #[test]
    fn every_kind_says_when_it_is_made_and_what_it_does_not_mean() {
        for kind in FindingKind::ALL {
            let text = kind.meaning_not();
            assert!(text.starts_with("It does not ") && text.ends_with('.'), "{kind:?}");
            let text = kind.meaning_not_vi();
            assert!(text.starts_with("Không ") && text.ends_with('.'), "{kind:?}");
            assert!(kind.when().ends_with('.') && kind.when_vi().ends_with('.'), "{kind:?}");
            assert!(!kind.evidence().is_empty(), "{kind:?}");
        }
    }

    #[test]
    fn severities_are_ordered_and_read_back() {
        let all = Severity::ALL;
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        for severity in all {
            assert_eq!(Severity::from_code(severity.code()), Some(*severity));
        }
        assert_eq!(Severity::from_code("fatal"), None);
    }
}
