//! Names of people compared word by word: writing, order, initials, slips.
//!
//! It must not say that two people are one: many people share a full name.

use std::collections::BTreeMap;

use super::name_form::{NameForm, forms};
use super::prepared::Texts;
use super::slip::one_slip;
use crate::engine::linkage::comparator::{Cell, Comparator};
use crate::engine::linkage::frame::Field;

/// Levels of two [`clean`](crate::domain::text::clean)ed names. Symmetric.
///
/// - `written otherwise`: capitals, old or new tone placement [S], `i` or `y` in the closed list [S],
///   punctuation, a missing space, a form of address in front.
/// - `without accents`: one side carries no marks at all.
/// - `other order`: the same words, as `A Nguyễn Thị` [S].
/// - `one of several owners`: `Nguyễn Văn A và bà Trần Thị B` [S] against one of them.
/// - `shortened`: one middle name missing, or words but the given name as initials.
/// - `other marks`: both sides carry marks and they differ: `Hòa` and `Hoa` may be two people.
/// - `one slip in one word`: on words without marks.
/// - `other middle name`: family and given name the same; how much that says depends on how common the
///   two are, see [`Self::chance`].
/// - `given name, family name near`: one slip apart, or the two regional forms of one family name,
///   `Vũ` and `Võ`, `Hoàng` and `Huỳnh`, which records do not interchange [R-H].
///
/// The given name stands last and is what people are told apart by [R-H]; a name of one word has no
/// family name. Where families have no name (many minorities) the first word stands for it.
#[derive(Debug, Default)]
pub struct PersonName {
    forms: Vec<NameForm>,
    /// Words without marks, lower case.
    words: Texts,
    /// Owners of shared dossiers, one range per value.
    owners: Vec<u64>,
    /// Per value: the share of rows whose name stands at levels 1, 2, 3, 6 and 8 to it.
    chances: Vec<[f32; CHANCES.len()]>,
}

/// Levels of which every value knows its own chance.
const CHANCES: [usize; 5] = [1, 2, 3, 6, 8];
const ELSE: usize = 10;
/// More values than this in one group are not counted pair by pair.
const MOST_ALIKE: usize = 200;

impl Comparator for PersonName {
    fn levels(&self) -> Vec<String> {
        super::names(&[
            "same",
            "written otherwise",
            "without accents",
            "other order",
            "one of several owners",
            "shortened",
            "other marks",
            "one slip in one word",
            "other middle name",
            "given name, family name near",
            "else",
        ])
    }

    fn prepare(&mut self, field: &Field) {
        *self = Self::default();
        for value in field.values.values() {
            let (form, words) = forms(value, &mut self.owners);
            self.forms.push(form);
            self.words.push(&words);
        }
        self.chances = self.count(field);
    }

    fn level(&self, left: Cell<'_>, right: Cell<'_>) -> usize {
        self.level_of(left.value, right.value)
    }

    fn knows_chances(&self) -> bool {
        true
    }

    /// The share of rows that stand at this level to either value, averaged. A common given name with a
    /// common family name says little whatever the middle name; so does a common name without accents.
    fn chance(&self, left: Cell<'_>, right: Cell<'_>, level: usize) -> Option<f64> {
        let at = CHANCES.iter().position(|known| *known == level)?;
        let share =
            |cell: Cell<'_>| self.chances.get(cell.value as usize).map_or(0.0, |own| f64::from(own[at]));
        Some((share(left) + share(right)) / 2.0).filter(|chance| *chance > 0.0)
    }
}

impl PersonName {
    fn level_of(&self, left: u32, right: u32) -> usize {
        let of = |value: u32| self.forms.get(value as usize).copied().unwrap_or_default();
        let (x, y) = (of(left), of(right));
        if x.words == 0 || y.words == 0 {
            return ELSE;
        }
        if x.spelled == y.spelled {
            return 1;
        }
        if x.folded == y.folded {
            return if x.unmarked || y.unmarked { 2 } else { 6 };
        }
        if x.sorted == y.sorted {
            return 3;
        }
        if self.share_an_owner(&x, &y) {
            return 4;
        }
        if x.words == 1 || y.words == 1 {
            let slip = x.words == y.words && one_slip(self.text(left), self.text(right)).is_some();
            return if slip { 7 } else { ELSE };
        }
        by_words(self.words.get(left), self.words.get(right), &x, &y)
    }

    fn text(&self, value: u32) -> &[u8] {
        self.words.get(value).as_bytes()
    }

    fn share_an_owner(&self, x: &NameForm, y: &NameForm) -> bool {
        let owners = |form: &NameForm| self.owners.get(form.owners.0..form.owners.1).unwrap_or_default();
        let (own, other) = (owners(x), owners(y));
        match (own.is_empty(), other.is_empty()) {
            (true, true) => false,
            (false, false) => own.iter().any(|owner| other.contains(owner)),
            (true, false) => other.contains(&x.folded),
            (false, true) => own.contains(&y.folded),
        }
    }

    /// Rows by level around each value, within the groups that can stand at these levels at all.
    fn count(&self, field: &Field) -> Vec<[f32; CHANCES.len()]> {
        let mut rows = vec![[0u64; CHANCES.len()]; self.forms.len()];
        let values = || (0u32..).zip(&self.forms).filter(|(_, form)| form.words > 0);
        let (mut same_words, mut same_ends) = (BTreeMap::new(), BTreeMap::new());
        for (value, form) in values() {
            same_words.entry(form.sorted).or_insert_with(Vec::new).push(value);
            same_ends.entry((form.family, form.given)).or_insert_with(Vec::new).push(value);
        }
        for group in same_words.values().filter(|group| (2..=MOST_ALIKE).contains(&group.len())) {
            for value in group {
                for other in group.iter().filter(|other| *other != value) {
                    let level = self.level_of(*value, *other);
                    if let Some(at) = CHANCES.iter().position(|known| *known == level) {
                        rows[*value as usize][at] += count_of(field, *other);
                    }
                }
            }
        }
        for group in same_ends.values() {
            let mut of_words: BTreeMap<u64, u64> = BTreeMap::new();
            for value in group {
                *of_words.entry(self.forms[*value as usize].sorted).or_default() += count_of(field, *value);
            }
            let all: u64 = of_words.values().sum();
            for value in group {
                let form = &self.forms[*value as usize];
                let own = of_words.get(&form.sorted).copied().unwrap_or_default();
                rows[*value as usize][CHANCES.len() - 1] = if form.words > 1 { all - own } else { 0 };
            }
        }
        let filled = field.filled.max(1) as f64;
        rows.into_iter().map(|own| own.map(|rows| (rows as f64 / filled) as f32)).collect()
    }
}

fn count_of(field: &Field, value: u32) -> u64 {
    u64::from(field.counts.get(value as usize).copied().unwrap_or_default())
}

/// The levels that look into the words, of two names of two words and more.
fn by_words(a: &str, b: &str, x: &NameForm, y: &NameForm) -> usize {
    if is_shortened(a, b, x, y) {
        return 5;
    }
    if x.words == y.words && one_slip_in_one_word(a, b) {
        return 7;
    }
    if x.given != y.given {
        return ELSE;
    }
    if x.family == y.family {
        return 8;
    }
    let first = |name: &str| name.split(' ').next().unwrap_or_default().to_owned();
    if near_family(&first(a), &first(b)) { 9 } else { ELSE }
}

/// One middle name missing, or words but the last as their initials.
fn is_shortened(a: &str, b: &str, x: &NameForm, y: &NameForm) -> bool {
    if x.given != y.given {
        return false;
    }
    if x.words == y.words {
        let initial =
            |a: &str, b: &str| (a.len() == 1 || b.len() == 1) && a.as_bytes().first() == b.as_bytes().first();
        return a.split(' ').zip(b.split(' ')).all(|(a, b)| a == b || initial(a, b));
    }
    if x.words.abs_diff(y.words) != 1 || x.family != y.family {
        return false;
    }
    let (short, long) = if x.words < y.words { (a, b) } else { (b, a) };
    let mut rest = short.split(' ').peekable();
    let missing = long.split(' ').filter(|word| rest.next_if_eq(word).is_none()).count();
    missing == 1 && rest.next().is_none()
}

/// Exactly one word differs, and by one slip.
fn one_slip_in_one_word(a: &str, b: &str) -> bool {
    let mut differing = a.split(' ').zip(b.split(' ')).filter(|(a, b)| a != b);
    match (differing.next(), differing.next()) {
        (Some((a, b)), None) => one_slip(a.as_bytes(), b.as_bytes()).is_some(),
        _ => false,
    }
}

/// Family names that are regional forms of one name, folded [R-H].
const REGIONAL: [(&str, &str); 2] = [("hoang", "huynh"), ("vo", "vu")];

fn near_family(a: &str, b: &str) -> bool {
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    REGIONAL.contains(&(low, high)) || one_slip(a.as_bytes(), b.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::PersonName;
    use crate::comparators::testing::{Levels, frame};
    use crate::engine::linkage::comparator::Comparator;

    #[test]
    fn each_level() {
        let levels = Levels::of(PersonName::default);
        let name = "Nguyễn Văn Hòa";
        for other in
            ["NGUYỄN VĂN HÒA", "Nguyễn Văn Hoà", "Ông Nguyễn Văn Hòa", "Nguyễn VănHòa", "Nguyễn Văn Hòa."]
        {
            levels.check(name, other, "written otherwise");
        }
        levels.check("Lý Thị Quý", "LÍ THỊ QUÍ", "written otherwise");
        levels.check(name, "NGUYEN VAN HOA", "without accents");
        levels.check("Đặng Thị Lý", "Dang Thi Li", "without accents");
        levels.check(name, "Hòa Nguyễn Văn", "other order");
        levels.check(name, "HOA NGUYEN VAN", "other order");
        levels.check(name, "Nguyễn Văn Hòa và bà Trần Thị Bình", "one of several owners");
        levels.check("Trần Thị Bình; Lê An", "Ông Lê An và bà Đỗ Thị Lan", "one of several owners");
        levels.check("Nguyễn Thị Thu Hà", "Nguyễn Thị Hà", "shortened");
        levels.check(name, "N. V. Hòa", "shortened");
        levels.check("Nguyễn Hòa", name, "shortened");
        levels.check(name, "Nguyễn Văn Hoa", "other marks");
        levels.check(name, "Nguyễn Văn Hoàn", "one slip in one word");
        levels.check("Nguyễn Thị Thảo", "Nguyễn Thị Thoả", "one slip in one word");
        levels.check("Siu", "Sui", "one slip in one word");
        levels.check(name, "Nguyễn Thị Hòa", "other middle name");
        levels.check("Nguyễn Thị Hà", "Nguyễn Ngọc Minh Hà", "other middle name");
        levels.check("Vũ Thị Hà", "Võ Văn Hà", "given name, family name near");
        levels.check("Hoàng Hà", "Huỳnh Hà", "given name, family name near");
        levels.check("Trần Văn Hòa", "Nguyễn Văn Hòa", "else");
        levels.check(name, "Nguyễn Văn Nam", "else");
        levels.check(name, "...", "else");
        levels.check("Hòa", name, "else");
        levels.covered();
    }

    #[test]
    fn organisations_have_levels_too() {
        let levels = Levels::of(PersonName::default);
        levels.check("CTY TNHH An Phát", "Công ty TNHH An Phát", "written otherwise");
        levels.check(
            "CÔNG TY THƯƠNG MẠI VÀ DỊCH VỤ AN PHÁT",
            "Cty Thương mại và Dịch vụ An Phát",
            "written otherwise",
        );
    }

    #[test]
    fn a_chance_is_the_share_of_rows_at_the_level() {
        // Ten rows; four hold the same family and given name with other middle names.
        let values = [
            "Nguyễn Văn An",
            "Nguyễn Thị An",
            "Nguyễn Thị An",
            "Nguyễn Minh An",
            "NGUYEN VAN AN",
            "Trần Văn Bình",
            "Lê Thị Cúc",
            "Phạm Văn Dũng",
            "Đỗ Thị Em",
            "Hồ Văn Giang",
        ];
        let frame = frame(&values);
        let field = &frame.fields[0];
        let mut names = PersonName::default();
        names.prepare(field);
        let cell = |text: &str| {
            let at = field.values.values().position(|value| value == text).expect("a value");
            field.cell(at as u32).expect("a cell")
        };
        let chance = |a: &str, b: &str, level: usize| names.chance(cell(a), cell(b), level);
        let close = |found: Option<f64>, expected: f64| (found.expect("a chance") - expected).abs() < 1e-6;
        // Around Văn three rows differ in the middle name, around Minh four.
        assert!(close(chance("Nguyễn Văn An", "Nguyễn Minh An", 8), 0.35));
        assert!(close(chance("Nguyễn Văn An", "NGUYEN VAN AN", 2), 0.1));
        assert_eq!(chance("Trần Văn Bình", "Lê Thị Cúc", 10), None);
        assert_eq!(chance("Trần Văn Bình", "Lê Thị Cúc", 8), None);
    }
}
