//! Synthetic people: name, personal number, birth date, phone. No personal number is given out twice.

use super::names;
use super::permutation::Permutation;
use super::profile::PeopleKeys;
use chrono::{Datelike, Days, NaiveDate};
use rand::{Rng, RngExt};

/// People are born in this span.
const BORN: std::ops::Range<u64> = 1940..2006;
const SERIALS: u64 = 1_000_000;
/// First digits of numbers issued elsewhere.
const ELSEWHERE: [&str; 10] = ["001", "019", "025", "027", "031", "033", "034", "036", "038", "040"];

/// First digits of numbers that nobody has, whatever the profile.
const NOBODY: [&str; 6] = ["080", "082", "083", "084", "086", "087"];

#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub male: bool,
    /// Twelve digits, or nine on an old card.
    pub id: String,
    pub birth: NaiveDate,
    /// May be empty.
    pub phone: String,
}

/// A new-born, registered by a parent; has no number yet.
#[derive(Clone)]
pub struct Child {
    pub name: String,
    pub birth: NaiveDate,
}

pub struct People<'a> {
    keys: &'a PeopleKeys,
    serials: Permutation,
    /// How often the serials are used up; each round has birth years of its own.
    rounds: u64,
    next: u64,
}

impl<'a> People<'a> {
    pub fn new(keys: &'a PeopleKeys, at_most: u64, rng: &mut impl Rng) -> Self {
        let rounds = (at_most / SERIALS + 1).min(BORN.end - BORN.start);
        People { keys, serials: Permutation::new(SERIALS, rng), rounds, next: 0 }
    }

    /// Somebody who was not there before.
    pub fn person(&mut self, rng: &mut impl Rng) -> Person {
        let (round, serial) = ((self.next / SERIALS) % self.rounds, self.serials.apply(self.next % SERIALS));
        self.next += 1;
        let per_round = (BORN.end - BORN.start) / self.rounds;
        // The young hand in more than the old.
        let age: f64 = rng.random::<f64>() * rng.random_range(0.4..1.0);
        let nth = ((age * per_round as f64) as u64).min(per_round - 1);
        let year = BORN.end - 1 - (nth * self.rounds + round);
        let male = rng.random_bool(0.52);
        let birth = day_of_year(year as i32, rng);
        let old_card = year < 1968 && rng.random_bool(self.keys.cmnd_share);
        let id = if old_card {
            let prefix = self.keys.cmnd_prefix.parse::<u64>().unwrap_or(0) + round;
            format!("{:03}{serial:06}", prefix % 1000)
        } else {
            let home = rng.random_bool(0.93);
            let index = rng.random_range(0..ELSEWHERE.len());
            let prefix =
                if home { &self.keys.id_prefix } else { ELSEWHERE.get(index).copied().unwrap_or("001") };
            number(prefix, male, year, serial)
        };
        let name = names::draw(rng, self.keys.minority, self.keys.minority_share, male);
        let phone = if rng.random_bool(self.keys.without_phone) { String::new() } else { phone(rng) };
        Person { name, male, id, birth, phone }
    }

    /// A child of somebody, born within two months of `received`.
    pub fn child(&self, parent: &Person, received: NaiveDate, rng: &mut impl Rng) -> Child {
        let boy = rng.random_bool(0.5);
        let other = names::draw(rng, self.keys.minority, self.keys.minority_share, boy);
        // The parent's family name and a name of its own.
        let family = parent.name.split(' ').next().unwrap_or("");
        let own = other.split_once(' ').map_or("", |(_, own)| own);
        Child { name: format!("{family} {own}"), birth: received - Days::new(rng.random_range(1..60)) }
    }

    /// A child born on the same day to the same parents.
    pub fn twin(&self, first: &Child, rng: &mut impl Rng) -> Child {
        let mut name = first.name.clone();
        while name == first.name {
            let given = names::draw_given(rng, !first.name.contains(" Thị "));
            let rest = first.name.rsplit_once(' ').map_or("", |(rest, _)| rest);
            name = format!("{rest} {given}");
        }
        Child { name, birth: first.birth }
    }
}

/// A personal number that nobody has and this person could have: sex and year of birth agree.
pub fn nobodys_number(person: &Person, home: &str, rng: &mut impl Rng) -> String {
    if person.id.len() == 9 {
        // A card stays a card: a card and a number of the same year could be one person's.
        let prefix = if person.id.starts_with("212") { "213" } else { "212" };
        return format!("{prefix}{:06}", rng.random_range(0..SERIALS.min(1_000_000)));
    }
    let start = rng.random_range(0..NOBODY.len());
    let mut prefixes = NOBODY.iter().cycle().skip(start).take(NOBODY.len());
    let prefix = prefixes.find(|prefix| **prefix != home).copied().unwrap_or("080");
    let year = u64::from(person.birth.year().unsigned_abs());
    number(prefix, person.male, year, rng.random_range(0..SERIALS))
}

pub fn phone(rng: &mut impl Rng) -> String {
    const FIRST: [&str; 9] = ["032", "035", "038", "039", "070", "083", "090", "091", "097"];
    let first = FIRST.get(rng.random_range(0..FIRST.len())).copied().unwrap_or("090");
    format!("{first}{:07}", rng.random_range(0..10_000_000u32))
}

fn number(prefix: &str, male: bool, year: u64, serial: u64) -> String {
    let century = if year >= 2000 { 2 } else { 0 } + u64::from(!male);
    format!("{prefix}{century}{:02}{serial:06}", year % 100)
}

fn day_of_year(year: i32, rng: &mut impl Rng) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let days = if first.leap_year() { 366 } else { 365 };
    let day = first + Days::new(rng.random_range(0..days));
    debug_assert_eq!(day.year(), year);
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::profile::Minority;
    use rand::SeedableRng;
    use std::collections::BTreeSet;

    #[test]
    fn no_number_twice_even_beyond_a_million_serials() {
        let keys = PeopleKeys {
            minority: Minority::HaGiang,
            minority_share: 0.5,
            id_prefix: "002".into(),
            cmnd_prefix: "073".into(),
            cmnd_share: 0.5,
            without_phone: 0.0,
        };
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let mut people = People::new(&keys, 3_000_000, &mut rng);
        let mut seen = BTreeSet::new();
        for start in [0, SERIALS, 2 * SERIALS] {
            people.next = start;
            for _ in 0..20_000 {
                assert!(seen.insert(people.person(&mut rng).id));
            }
        }
        let person = people.person(&mut rng);
        let number = nobodys_number(&person, "002", &mut rng);
        assert!(!seen.contains(&number) && ELSEWHERE.iter().all(|prefix| !number.starts_with(prefix)));
        assert_eq!(number.get(4..6), Some(&format!("{:02}", person.birth.year() % 100)[..]));
    }
}
