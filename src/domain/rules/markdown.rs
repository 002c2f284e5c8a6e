//! The page of rules, `docs/rules.md`, written from the catalogue.
//!
//! It must not hold a fact of its own.

use super::page_words as words;
use super::{ANY_FIELD, Bilingual, FindingEntry, Lang, RULES, Rule, Threshold};
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::domain::known::Known;

/// The whole page: what a finding is heard for, all kinds, each rule, and the known transformations.
#[must_use]
pub fn markdown(lang: Lang) -> String {
    let mut page = Page { lang, text: format!("# {}\n", words::TITLE.of(lang)) };
    page.paragraph(words::GENERATED);
    page.paragraph(words::INTRO);
    page.hearings();
    page.heading("##", words::COMPARED.of(lang));
    page.paragraph(words::COMPARED_TEXT);
    page.heading("##", words::IDENTITY.of(lang));
    page.paragraph(words::IDENTITY_TEXT);
    page.catalogue();
    RULES.iter().for_each(|rule| page.rule(rule));
    page.known();
    page.text
}

struct Page {
    lang: Lang,
    text: String,
}

impl Page {
    fn say(&self, text: Bilingual) -> &'static str {
        text.of(self.lang)
    }

    fn heading(&mut self, level: &str, text: &str) {
        self.text += &format!("\n{level} {text}\n");
    }

    fn paragraph(&mut self, text: Bilingual) {
        self.text += &format!("\n{}\n", self.say(text));
    }

    fn head<const COLUMNS: usize>(&mut self, titles: [Bilingual; COLUMNS]) {
        self.text.push('\n');
        self.row(titles.map(|title| self.say(title).to_owned()));
        self.text += &"|---".repeat(COLUMNS);
        self.text += "|\n";
    }

    fn row<const COLUMNS: usize>(&mut self, cells: [String; COLUMNS]) {
        self.text += &format!("| {} |\n", cells.join(" | "));
    }

    fn severity(&self, severity: Option<Severity>) -> &'static str {
        match severity {
            Some(severity) => self.say(words::SEVERITIES[severity as usize]),
            None => self.say(words::OFF),
        }
    }

    fn hearings(&mut self) {
        self.heading("##", self.say(words::HEARD));
        self.paragraph(words::HEARD_INTRO);
        self.head(words::HEARINGS_HEAD);
        for (number, (question, answer)) in words::HEARINGS.iter().enumerate() {
            let [question, answer] = [question, answer].map(|text| self.say(*text).to_owned());
            self.row([(number + 1).to_string(), question, answer]);
        }
        self.paragraph(words::HEARD_OUTRO);
    }

    fn catalogue(&mut self) {
        self.heading("##", self.say(words::CATALOGUE));
        self.head(words::CATALOGUE_HEAD);
        for kind in FindingKind::ALL {
            let entry = kind.entry();
            let title = self.say(entry.title).to_owned();
            let severity = self.severity(entry.severity).to_owned();
            self.row([kind.rule().to_owned(), format!("`{}`", kind.name()), severity, title]);
        }
    }

    fn rule(&mut self, rule: &Rule) {
        self.heading("##", &format!("{} {}", rule.id, self.say(rule.title)));
        self.text += &format!("\n{}: {}\n", self.say(words::SOURCE), self.say(rule.source));
        rule.findings.iter().for_each(|entry| self.finding(entry));
        if !rule.thresholds.is_empty() {
            self.head(words::THRESHOLDS);
        }
        for Threshold { key, default, meaning } in rule.thresholds {
            self.row([format!("`{key}`"), format!("`{default}`"), self.say(*meaning).to_owned()]);
        }
    }

    fn finding(&mut self, entry: &FindingEntry) {
        let FindingEntry { kind, severity, title, when, meaning_not, fields, evidence } = entry;
        let name = kind.name();
        self.heading("###", &format!("`{name}` ({})", self.severity(*severity)));
        self.text += &format!("\n{}.\n\n", self.say(*title));
        self.text += &format!("- {}: {}\n", self.say(words::MADE_WHEN), self.say(*when));
        self.text += &format!("- {}\n", self.say(*meaning_not));
        if !fields.is_empty() {
            self.text += &format!("- {}: {}\n", self.say(words::FIELD), self.columns(fields));
        }
        self.text += &format!("- {}: {}\n", self.say(words::EVIDENCE), self.columns(evidence));
    }

    fn columns(&self, names: &[&str]) -> String {
        let shown = |name: &&str| match *name {
            ANY_FIELD => self.say(words::ANY_MAPPED).to_owned(),
            name => format!("`{name}`"),
        };
        names.iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    fn known(&mut self) {
        self.heading("##", self.say(words::KNOWN));
        self.paragraph(words::KNOWN_INTRO);
        self.head(words::KNOWN_HEAD);
        for known in Known::ALL {
            let entry = known.entry();
            let [title, does, seen, handled] =
                [entry.title, entry.does, entry.seen, entry.handled].map(|text| self.say(text).to_owned());
            let does = format!("**{title}.** {does}");
            self.row([entry.code.to_owned(), does, seen, handled, entry.mark.to_owned()]);
        }
    }
}
