//! Levels that a user writes down, best first: `"jaro_winkler 0.92"`, `"within 2 days"`, `"numeric 5%"`.
//!
//! Level 0 is always "same". Measures may be mixed; a pair takes the first level that holds.

use xxhash_rust::xxh3::xxh3_64;

use super::comparator::{Cell, Comparator};
use super::date::day_number;
use super::error::{LinkageError, nearest};
use super::frame::Field;
use super::text::{edits, jaro_winkler, ladder, on_letters, sorted_words, unaccented};

/// The forms that [`Levels::parse`] reads, as an error shows them.
const FORMS: [&str; 9] = [
    "exact",
    "jaro_winkler 0.92",
    "damerau_levenshtein 1",
    "same_unaccented",
    "same_words",
    "starts_with",
    "within 2 days",
    "numeric 5%",
    "numeric 1000",
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Level {
    JaroWinkler(f64),
    Edits(usize),
    /// The same but for accents.
    SameUnaccented,
    /// The same words in any order.
    SameWords,
    /// One is the start of the other.
    StartsWith,
    Days(f64),
    /// The difference as a part of the larger.
    Part(f64),
    Difference(f64),
}

impl Level {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (name, value, unit) = (words.next()?, words.next(), words.next());
        let number = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
        let level = match (name, value, unit) {
            ("same_unaccented", None, None) => Self::SameUnaccented,
            ("same_words", None, None) => Self::SameWords,
            ("starts_with", None, None) => Self::StartsWith,
            ("jaro_winkler", Some(value), None) => {
                Self::JaroWinkler(number(value).filter(|t| *t > 0.0 && *t <= 1.0)?)
            }
            ("damerau_levenshtein", Some(value), None) => Self::Edits(value.parse().ok().filter(|n| *n > 0)?),
            ("within", Some(value), Some("day" | "days")) => Self::Days(number(value)?),
            ("numeric", Some(value), None) => match value.strip_suffix('%') {
                Some(part) => Self::Part(number(part)? / 100.0),
                None => Self::Difference(number(value)?),
            },
            _ => return None,
        };
        words.next().is_none().then_some(level)
    }

    fn name(&self) -> String {
        match self {
            Self::JaroWinkler(least) => format!("jaro_winkler >= {least}"),
            Self::Edits(most) => format!("edits <= {most}"),
            Self::SameUnaccented => "same without accents".into(),
            Self::SameWords => "same words".into(),
            Self::StartsWith => "one is the start of the other".into(),
            Self::Days(days) => format!("within {days} days"),
            Self::Part(part) => format!("within {} %", part * 100.0),
            Self::Difference(most) => format!("within {most}"),
        }
    }

    /// Whether this level, standing later, lets in nothing that `earlier` does not.
    fn adds_nothing_to(&self, earlier: &Self) -> bool {
        match (earlier, self) {
            (Self::JaroWinkler(a), Self::JaroWinkler(b)) => b >= a,
            (Self::Edits(a), Self::Edits(b)) => b <= a,
            (Self::Days(a), Self::Days(b))
            | (Self::Part(a), Self::Part(b))
            | (Self::Difference(a), Self::Difference(b)) => b <= a,
            (a, b) => a == b,
        }
    }
}

/// A ladder of written levels, with what they need of each value.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    levels: Vec<Level>,
    /// Per value a hash of it without accents, and one of its sorted words, where a level asks for it.
    unaccented: Vec<u64>,
    words: Vec<u64>,
    days: Vec<f64>,
    numbers: Vec<f64>,
}

impl Levels {
    /// `field` is named in errors.
    pub fn parse(field: &str, written: &[String]) -> Result<Self, LinkageError> {
        let mut levels: Vec<Level> = Vec::new();
        for (at, text) in written.iter().enumerate() {
            if text.trim() == "exact" {
                if at > 0 {
                    let why = "`exact` can only be the first level".to_owned();
                    return Err(LinkageError::BadLevels { field: field.to_owned(), why });
                }
                continue;
            }
            let level = Level::parse(text).ok_or_else(|| {
                let first = text.split_whitespace().next().unwrap_or("");
                let known = FORMS.map(str::to_owned).to_vec();
                // A known word with a wrong number is best answered by all the forms.
                let names = FORMS.map(|form| form.split(' ').next().unwrap_or(form));
                let nearest = nearest(first, names).filter(|name| name != first);
                LinkageError::BadLevel { field: field.to_owned(), level: text.clone(), nearest, known }
            })?;
            if levels.iter().any(|earlier| level.adds_nothing_to(earlier)) {
                let why = format!("level `{text}` can never be reached: an earlier one takes its pairs");
                return Err(LinkageError::BadLevels { field: field.to_owned(), why });
            }
            levels.push(level);
        }
        Ok(Self { levels, ..Self::default() })
    }

    fn holds(&self, level: &Level, a: Cell<'_>, b: Cell<'_>) -> bool {
        let apart = |values: &[f64]| (values[a.value as usize] - values[b.value as usize]).abs();
        match level {
            Level::JaroWinkler(least) => on_letters(a.text(), b.text(), jaro_winkler) >= *least,
            Level::Edits(most) => on_letters(a.text(), b.text(), |a, b| edits(a, b, *most)) <= *most,
            Level::SameUnaccented => self.unaccented[a.value as usize] == self.unaccented[b.value as usize],
            Level::SameWords => self.words[a.value as usize] == self.words[b.value as usize],
            Level::StartsWith => a.text().starts_with(b.text()) || b.text().starts_with(a.text()),
            Level::Days(most) => apart(&self.days) <= *most,
            Level::Difference(most) => apart(&self.numbers) <= *most,
            Level::Part(part) => {
                let size = |cell: Cell<'_>| self.numbers[cell.value as usize].abs();
                apart(&self.numbers) <= part * size(a).max(size(b))
            }
        }
    }
}

impl Comparator for Levels {
    fn levels(&self) -> Vec<String> {
        ladder(self.levels.iter().map(Level::name))
    }

    fn prepare(&mut self, field: &Field) {
        let any = |wanted: fn(&Level) -> bool| self.levels.iter().any(wanted);
        let values = || field.values.values();
        let words = any(|l| *l == Level::SameWords).then(|| values().map(sorted_words).collect());
        let unaccented = any(|l| *l == Level::SameUnaccented)
            .then(|| values().map(|text| xxh3_64(unaccented(text).as_bytes())).collect());
        let days = any(|l| matches!(l, Level::Days(_)));
        let days = days.then(|| values().map(|text| day_number(text).unwrap_or(f64::NAN)).collect());
        let numbers = any(|l| matches!(l, Level::Part(_) | Level::Difference(_)));
        let numbers = numbers.then(|| values().map(|text| text.parse().unwrap_or(f64::NAN)).collect());
        self.words = words.unwrap_or_default();
        self.unaccented = unaccented.unwrap_or_default();
        self.days = days.unwrap_or_default();
        self.numbers = numbers.unwrap_or_default();
    }

    fn level(&self, a: Cell<'_>, b: Cell<'_>) -> usize {
        1 + self.levels.iter().take_while(|level| !self.holds(level, a, b)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::Levels;
    use crate::engine::linkage::comparator::{Cell, Comparator};
    use crate::engine::linkage::error::LinkageError;
    use crate::engine::linkage::frame::Frame;
    use crate::engine::linkage::table::{Column, Table};

    fn level(written: &[&str], a: &str, b: &str) -> String {
        let written: Vec<String> = written.iter().map(|s| (*s).to_owned()).collect();
        let mut levels = Levels::parse("x", &written).expect("levels");
        let mut column = Column::new("x");
        [a, b].iter().for_each(|text| column.push(Some(text)));
        let frame = Frame::new(vec![Table::new(vec![column], Vec::new())], &["x".to_owned()], &[]);
        let field = &frame.fields[0];
        levels.prepare(field);
        let at = |text: &str| {
            let value = (0..2).find(|v| field.values.get(*v) == text).expect("a value");
            Cell::new(value, &field.values)
        };
        let found = levels.level(at(a), at(b));
        assert_eq!(found, levels.level(at(b), at(a)));
        levels.levels()[found].clone()
    }

    #[test]
    fn the_first_level_that_holds_is_taken() {
        let text = ["exact", "same_words", "starts_with", "damerau_levenshtein 1", "jaro_winkler 0.9"];
        assert_eq!(level(&text, "an binh", "binh an"), "same words");
        assert_eq!(level(&text, "an binh", "an"), "one is the start of the other");
        assert_eq!(level(&text, "an binh", "an bihn"), "edits <= 1");
        assert_eq!(level(&text, "martha jones", "martha johnes x"), "jaro_winkler >= 0.9");
        assert_eq!(level(&text, "an", "xyz"), "else");
        assert_eq!(level(&["same_unaccented"], "đặng hoà", "dang hoa"), "same without accents");
        assert_eq!(level(&["same_unaccented"], "müller", "muller"), "same without accents");
        assert_eq!(level(&["same_unaccented"], "hoà", "ho"), "else");
        assert_eq!(level(&["within 2 days"], "2026-02-28", "2026-03-02"), "within 2 days");
        assert_eq!(level(&["within 2 days"], "2026-02-28", "2026-03-03"), "else");
        assert_eq!(level(&["within 2 days"], "2026-02-28", "someday"), "else");
        assert_eq!(level(&["numeric 5", "numeric 5%"], "1000", "1005"), "within 5");
        assert_eq!(level(&["numeric 5", "numeric 5%"], "1000", "1050"), "within 5 %");
        assert_eq!(level(&["numeric 5", "numeric 5%"], "1000", "1060"), "else");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let wrong = |text: &[&str]| {
            let written: Vec<String> = text.iter().map(|s| (*s).to_owned()).collect();
            Levels::parse("name", &written).expect_err("an error")
        };
        let told = wrong(&["jaro_winker 0.9"]).to_string();
        assert_eq!(
            told,
            "comparison `name`: level `jaro_winker 0.9` cannot be read\ndid you mean `jaro_winkler`?"
        );
        assert!(wrong(&["jaro_winkler 9"]).to_string().contains("known: exact, jaro_winkler 0.92"));
        for text in ["within 2", "within 2 weeks", "numeric", "numeric -1", "damerau_levenshtein 0", ""] {
            assert!(matches!(wrong(&[text]), LinkageError::BadLevel { .. }), "{text}");
        }
        for text in [["starts_with", "exact"], ["jaro_winkler 0.8", "jaro_winkler 0.9"], ["same_words"; 2]] {
            assert!(matches!(wrong(&text), LinkageError::BadLevels { .. }), "{text:?}");
        }
    }
}
