//! Figures somebody printed, held against each other: no record is needed to see that they contradict.
//!
//! It must not recompute anything from records, nor say which of two figures is wrong. A share is taken
//! as far as it was printed: within its rounding there is no contradiction.

mod across;
mod ledger;
mod range;
mod within;

use std::collections::BTreeSet;

use ledger::Ledger;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// Tiếp nhận, tổng số.
    Received,
    /// Mới tiếp nhận.
    New,
    /// Từ kỳ trước chuyển qua.
    CarriedOver,
    /// Đã giải quyết, tổng số.
    Resolved,
    /// Đang giải quyết.
    InProcess,
    /// Trước hạn và đúng hạn together.
    InTime,
    /// Trước hạn.
    Early,
    /// Đúng hạn.
    OnTime,
    /// Quá hạn.
    Late,
    /// Rút hồ sơ, where a report keeps it apart.
    Withdrawn,
}

impl Word {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::New => "new",
            Self::CarriedOver => "carried_over",
            Self::Resolved => "resolved",
            Self::InProcess => "in_process",
            Self::InTime => "in_time",
            Self::Early => "early",
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// What a share of this is a share of: of the received, and for how it was resolved, of the resolved.
    #[must_use]
    pub fn base(self) -> Option<Self> {
        match self {
            Self::Received => None,
            Self::New | Self::CarriedOver | Self::Resolved | Self::InProcess => Some(Self::Received),
            Self::InTime | Self::Early | Self::OnTime | Self::Late | Self::Withdrawn => Some(Self::Resolved),
        }
    }

    /// Whether everything this counts is counted by the other too.
    #[must_use]
    pub fn is_part_of(self, whole: Self) -> bool {
        match whole {
            Self::Received => self != Self::Received,
            Self::Resolved => self.base() == Some(Self::Resolved),
            Self::InTime => matches!(self, Self::Early | Self::OnTime),
            _ => false,
        }
    }
}

/// Which dossiers a figure speaks of; an empty filter speaks of all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Filter {
    /// Levels together; none named is all.
    pub levels: BTreeSet<String>,
    /// Lĩnh vực; read without regard to case and accents.
    pub field: Option<String>,
    /// Channel.
    pub channel: Option<String>,
}

impl Filter {
    /// The filter in words.
    #[must_use]
    pub fn describe(&self) -> String {
        let levels: Vec<_> = self.levels.iter().map(String::as_str).collect();
        let mut parts = Vec::new();
        if !levels.is_empty() {
            parts.push(levels.join("+"));
        }
        parts.extend(self.field.clone());
        parts.extend(self.channel.clone());
        if parts.is_empty() { "total".to_owned() } else { parts.join(", ") }
    }
}

/// One printed figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Printed {
    /// What it counts.
    pub what: Word,
    /// Of which dossiers.
    pub filter: Filter,
    /// The number as printed; a share in percent.
    pub value: f64,
    /// Decimals of the print, which say how far a share was rounded.
    pub decimals: u32,
    /// Whether it is a share (tỷ lệ) of [`Word::base`] under the same filter.
    pub is_share: bool,
}

/// The way in which prints contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// One figure printed twice, with two values.
    PrintedTwice,
    /// A share that is not the printed number's.
    ShareAndCount,
    /// Parts of one filter that do not add up to their whole.
    SumDiffers,
    /// Shares that do not add up to 100, or to the share of their sum.
    SharesDiffer,
    /// Levels or channels that do not add up to the figure without them.
    PartsDiffer,
    /// A part, or some parts together, larger than the whole.
    PartLargerThanWhole,
    /// Resolved less in time leaves a rest no print speaks of, larger than all that can be in it.
    UnexplainedRest,
}

impl Rule {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::PrintedTwice => "printed_twice",
            Self::ShareAndCount => "share_and_count",
            Self::SumDiffers => "sum_differs",
            Self::SharesDiffer => "shares_differ",
            Self::PartsDiffer => "parts_differ",
            Self::PartLargerThanWhole => "part_larger_than_whole",
            Self::UnexplainedRest => "unexplained_rest",
        }
    }
}

/// Printed figures that cannot all be right.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    /// In which way.
    pub rule: Rule,
    /// What the whole speaks of; of an unexplained rest, where it is left.
    pub filter: Filter,
    /// The figures in words.
    pub detail: String,
    /// The whole less its parts, or the rest; for shares in percentage points.
    pub gap: f64,
    /// The prints that take part, by their position in the list, ascending.
    pub prints: Vec<usize>,
}

/// Every contradiction of a list of prints, by rule within filter; the order of the list moves nothing but
/// the positions, and which of two prints of one thing is taken.
#[must_use]
pub fn contradictions(list: &[Printed]) -> Vec<Contradiction> {
    let (ledger, mut found) = Ledger::of(list);
    let larger = across::parts_larger_than_wholes(&ledger);
    found.extend(within::sums(&ledger, &larger));
    found.extend(across::parts_that_do_not_add_up(&ledger, &larger));
    found.extend(across::unexplained_rests(&ledger));
    found.extend(larger.into_iter().map(|larger| larger.contradiction));
    found.sort_by(|a, b| (&a.filter, a.rule, &a.prints).cmp(&(&b.filter, b.rule, &b.prints)));
    found
}

#[cfg(test)]
mod tests;
