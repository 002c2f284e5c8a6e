//! R20: printed figures against the records, and against each other.

use super::{Closing, Subject};
use crate::config::figure::{Figure, PublishedFigure};
use crate::config::plan::RunPlan;
use crate::domain::finding_kind::FindingKind;
use crate::domain::known::job;
use crate::domain::printed_figures::{Filter, Printed, Word, contradictions};
use crate::stages::judge::Finding;
use crate::stages::judge::figures::FigureRow;

impl Closing<'_> {
    pub(super) fn published(&self, figure: &FigureRow) -> Option<Finding> {
        let gap = figure.gap.filter(|gap| *gap != 0.0)?;
        let printed = figure.published.unwrap_or_default();
        // T12: a dashboard that shows a constant excuses nothing, and is named.
        let constant =
            figure.figure == Figure::SyncRatio.code() && job::ratio_constant(printed, figure.value);
        let constant = if constant { "; a printed 100 may be a constant (T12)" } else { "" };
        let about = if figure.key.is_empty() { String::new() } else { format!(" ({})", figure.key) };
        let detail = format!(
            "{}{about}: recomputed {}, published {printed}, gap {gap}{constant}",
            figure.figure, figure.value,
        );
        let (system, name) = (figure.system, figure.name.clone());
        self.finding(FindingKind::PublishedGap, Subject { system, detail, name, ..Subject::default() })
    }

    /// What was printed contradicts itself, whatever the records say.
    pub(super) fn contradictions(&self) -> Vec<Finding> {
        let asked: Vec<(&PublishedFigure, Printed)> = self
            .plan
            .published
            .iter()
            .filter_map(|published| Some((published, printed(published)?)))
            .collect();
        let (figures, prints): (Vec<&PublishedFigure>, Vec<Printed>) = asked.into_iter().unzip();
        contradictions(&prints)
            .into_iter()
            .filter_map(|contradiction| {
                let of = || contradiction.prints.iter().filter_map(|at| figures.get(*at));
                let words: Vec<&str> = of().map(|published| published.figure.code()).collect();
                let mut names: Vec<String> = of().map(|published| published.name()).collect();
                names.sort_unstable();
                names.insert(0, contradiction.rule.code().to_owned());
                let detail = format!(
                    "{} ({}; {}): {}",
                    contradiction.rule.code(),
                    contradiction.filter.describe(),
                    words.join(" + "),
                    contradiction.detail
                );
                let name = names.join("\u{1E}");
                let subject = Subject { system: RunPlan::HUB, detail, name, ..Subject::default() };
                self.finding(FindingKind::FiguresDoNotAddUp, subject)
            })
            .collect()
    }
}

/// A figure as the identities see it; `None` where they do not speak of it.
fn printed(published: &PublishedFigure) -> Option<Printed> {
    let (what, is_share) = match published.figure {
        Figure::Received => (Word::Received, false),
        Figure::New => (Word::New, false),
        Figure::CarriedOver => (Word::CarriedOver, false),
        Figure::Resolved => (Word::Resolved, false),
        Figure::InProcess => (Word::InProcess, false),
        Figure::InTime => (Word::InTime, false),
        Figure::Early => (Word::Early, false),
        Figure::OnTime => (Word::OnTime, false),
        Figure::Late => (Word::Late, false),
        Figure::Withdrawn => (Word::Withdrawn, false),
        Figure::EarlyShare => (Word::Early, true),
        Figure::ExactShare => (Word::OnTime, true),
        Figure::LateShare => (Word::Late, true),
        Figure::WithdrawnShare => (Word::Withdrawn, true),
        _ => return None,
    };
    Some(Printed {
        what,
        filter: Filter {
            levels: published.level.iter().flatten().cloned().collect(),
            field: published.field.clone(),
            channel: published.channel.clone(),
        },
        value: published.value,
        decimals: u32::try_from(published.decimals).unwrap_or_default(),
        is_share,
    })
}
