//! The sums every report owes within one filter: the identities of form II.06a, and those of
//! reports that keep withdrawn dossiers apart [S].
//!
//! It must not look at two filters.

use super::across::Larger;
use super::ledger::{Ledger, Page};
use super::range::Range;
use super::{Contradiction, Rule, Word};

/// A whole, the parts it needs, and a part some reports keep apart and others count within one of them.
struct Sum {
    whole: Word,
    parts: &'static [Word],
    apart: Option<Word>,
}

const SUMS: [Sum; 5] = [
    Sum { whole: Word::Received, parts: &[Word::New, Word::CarriedOver], apart: None },
    Sum { whole: Word::Received, parts: &[Word::Resolved, Word::InProcess], apart: None },
    Sum {
        whole: Word::Resolved,
        parts: &[Word::Early, Word::OnTime, Word::Late],
        apart: Some(Word::Withdrawn),
    },
    Sum { whole: Word::InTime, parts: &[Word::Early, Word::OnTime], apart: None },
    Sum { whole: Word::Resolved, parts: &[Word::InTime, Word::Late], apart: Some(Word::Withdrawn) },
];

/// The sums that do not hold. A whole already found smaller than one of its parts is not told twice.
pub fn sums(ledger: &Ledger, larger: &[Larger]) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for (key, page) in &ledger.pages {
        let told = |sum: &Sum| {
            let words = || sum.parts.iter().chain(&sum.apart);
            larger
                .iter()
                .any(|larger| larger.is(key, sum.whole) && words().any(|part| larger.has(key, *part)))
        };
        // In time and late say nothing new where early, on time and late are printed.
        let split = page.speaks_of(Word::Early) && page.speaks_of(Word::OnTime);
        let needed = SUMS.iter().filter(|sum| !(split && sum.parts.contains(&Word::InTime)));
        found.extend(needed.filter(|sum| !told(sum)).filter_map(|sum| checked(page, sum)));
    }
    found
}

fn checked(page: &Page, sum: &Sum) -> Option<Contradiction> {
    let known: Vec<Word> =
        sum.parts.iter().copied().chain(sum.apart).filter(|word| page.speaks_of(*word)).collect();
    let shares: Option<Vec<Range>> = known.iter().map(|word| page.share_alone(*word)).collect();
    let whole_share = match sum.whole {
        Word::InTime => page.share_alone(Word::InTime),
        _ => Some(Range::exactly(100.0)),
    };
    if let (Some(shares), Some(whole)) = (shares, whole_share) {
        return compared(page, sum, &known, whole, &shares, true);
    }
    let counts: Option<Vec<Range>> = known.iter().map(|word| page.count(*word)).collect();
    compared(page, sum, &known, page.count(sum.whole)?, &counts?, false)
}

/// The sum of the known parts against the whole: all of it where every part is known, else only that they
/// are not more.
fn compared(
    page: &Page,
    sum: &Sum,
    known: &[Word],
    whole: Range,
    parts: &[Range],
    in_shares: bool,
) -> Option<Contradiction> {
    let total = Range::sum(parts.iter().copied());
    let complete = sum.parts.iter().all(|part| known.contains(part));
    let mut gap = whole.gap(total);
    if complete {
        // A report may count withdrawn dossiers within the others and print them once more.
        let apart = known.iter().zip(parts).find(|(word, _)| sum.apart == Some(**word));
        if let Some((_, apart)) = apart {
            let inside = whole.gap(total.less(*apart));
            gap = if inside.abs() < gap.abs() { inside } else { gap };
        }
    }
    // Some parts alone may be less than the whole, and one alone is held against it elsewhere.
    let silent = !complete && (gap > 0.0 || (known.len() < 2 && !in_shares));
    if gap == 0.0 || silent {
        return None;
    }
    let rule = match (complete, in_shares) {
        (true, false) => Rule::SumDiffers,
        (true, true) => Rule::SharesDiffer,
        (false, _) => Rule::PartLargerThanWhole,
    };
    let unit = if in_shares { " %" } else { "" };
    let added: Vec<_> =
        known.iter().zip(parts).map(|(word, part)| format!("{} {part}{unit}", word.code())).collect();
    let detail = format!(
        "{}: {} {whole}{unit}, {} = {total}{unit}",
        page.filter.describe(),
        sum.whole.code(),
        added.join(" + ")
    );
    let mut words = known.to_vec();
    if !in_shares || sum.whole == Word::InTime {
        words.push(sum.whole);
    }
    Some(Contradiction { rule, filter: page.filter.clone(), detail, gap, prints: page.prints(&words) })
}
