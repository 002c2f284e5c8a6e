//! The catalogue is complete, and its page says what the rules say.

use std::collections::BTreeSet;

use super::*;
use crate::domain::dossier::FieldName;
use crate::domain::known::Known;

/// Columns of tables `findings` and `summary` that are evidence and no field of a dossier.
const OTHER_COLUMNS: &[&str] =
    &["system", "field", "detail", "figure", "key", "value", "published", "gap", "definition"];

#[test]
fn rules_are_numbered_without_a_gap() {
    for (position, rule) in RULES.iter().enumerate() {
        assert_eq!(rule.id, format!("R{:02}", position + 1));
        assert_eq!(super::rule(rule.id).map(|found| found.title), Some(rule.title));
        assert!(!rule.findings.is_empty());
        assert!(rule.source.en.contains("[S") || rule.source.en.contains("derived"), "{}", rule.id);
    }
    assert!(super::rule("R25").is_none());
}

#[test]
fn both_languages_carry_the_same_marks() {
    let marks = |text: &str| -> Vec<String> {
        let parts = text.split('[').skip(1).filter_map(|part| Some(part.split_once(']')?.0.to_owned()));
        parts.filter(|mark| mark.starts_with(['S', 'V', 'R'])).collect()
    };
    for rule in RULES {
        assert_eq!(marks(rule.source.en), marks(rule.source.vi), "{}", rule.id);
    }
}

#[test]
fn both_languages_name_the_same_columns() {
    let quoted =
        |text: &str| -> BTreeSet<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    for entry in RULES.iter().flat_map(|rule| rule.findings) {
        assert_eq!(quoted(entry.when.en), quoted(entry.when.vi), "{:?}", entry.kind);
        assert_eq!(quoted(entry.meaning_not.en), quoted(entry.meaning_not.vi), "{:?}", entry.kind);
    }
    for known in Known::ALL {
        let entry = known.entry();
        for text in [entry.does, entry.seen, entry.handled] {
            assert_eq!(quoted(text.en), quoted(text.vi), "{}", entry.code);
        }
    }
}

#[test]
fn evidence_is_made_of_known_columns() {
    let known = |name: &str| FieldName::from_name(name).is_some();
    for entry in RULES.iter().flat_map(|rule| rule.findings) {
        for name in entry.evidence {
            assert!(known(name) || OTHER_COLUMNS.contains(name), "{name} of {:?}", entry.kind);
        }
        for name in entry.fields {
            assert!(known(name) || *name == ANY_FIELD, "{name} of {:?}", entry.kind);
        }
    }
}

#[test]
fn thresholds_are_distinct_and_named_where_they_matter() {
    let thresholds: Vec<_> =
        RULES.iter().flat_map(|rule| rule.thresholds.iter().map(move |t| (rule, t))).collect();
    let keys: BTreeSet<_> = thresholds.iter().map(|(_, threshold)| threshold.key).collect();
    assert_eq!(keys.len(), thresholds.len());
    for (rule, threshold) in thresholds {
        let named = rule.findings.iter().any(|entry| entry.when.en.contains(&format!("`{}`", threshold.key)));
        assert!(named, "{}", threshold.key);
        assert!(threshold.default.starts_with(|c: char| c.is_ascii_digit()));
    }
}

#[test]
fn the_page_tells_every_kind_and_transformation_in_both_languages() {
    for lang in [Lang::En, Lang::Vi] {
        let page = markdown(lang);
        for kind in FindingKind::ALL {
            assert_eq!(page.matches(&format!("### `{}` (", kind.name())).count(), 1, "{kind:?}");
            assert!(
                page.contains(kind.entry().when.of(lang)) && page.contains(kind.entry().meaning_not.of(lang))
            );
        }
        for known in Known::ALL {
            assert!(page.contains(&format!("| {} | **{}.**", known.code(), known.entry().title.of(lang))));
        }
        assert!(
            page.ends_with("|\n") && !page.contains("\n\n\n") && !page.contains('—') && !page.contains('→')
        );
        let mut width = None;
        for line in page.lines() {
            let cells = line.starts_with('|').then(|| line.matches('|').count());
            assert!(width.is_none() || cells.is_none() || width == cells, "{line}");
            width = cells;
        }
    }
}
