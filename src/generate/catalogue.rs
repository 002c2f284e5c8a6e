//! The reference files beside the exports: the catalogue of procedures with its versions, and the agencies.
//!
//! Consistent with the profile and otherwise made up: the procedures of the profile are in force, each has
//! a predecessor that expired long ago, and as many others as a profile asks for are used by nobody.

use super::error::GenerateError;
use super::profile::{InForceKeys, Level, Profile};
use super::truth::CsvFile;
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Codes from here on are made up.
pub const MADE_UP: &str = "3.7";
const SOURCE: &str = "synthetic";
const LEVELS: [&str; 5] = ["province", "district", "commune", "joint_same_level", "joint_cross_level"];
const FIELDS: [&str; 6] =
    ["Nông nghiệp", "Giáo dục và Đào tạo", "Lao động", "Văn hóa", "Y tế", "Thi đua, khen thưởng"];
/// How many decisions change the catalogue inside the period.
const DECISIONS: usize = 3;

pub struct Catalogue {
    versions: Vec<Version>,
    period: (NaiveDate, NaiveDate),
}

/// One line of the catalogue.
struct Version {
    code: String,
    name: String,
    field: String,
    level: &'static str,
    days: u32,
    from: NaiveDate,
    to: Option<NaiveDate>,
    change: &'static str,
    decision: String,
}

/// What happens to a procedure inside the period.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Stays,
    New,
    Amended,
    Abolished,
}

/// A procedure that was replaced by one of the profile's before anything begins.
pub fn expired_code(procedure: usize) -> String {
    format!("3.7{procedure:05}")
}

/// A code of national form that no line of the catalogue has.
pub fn unlisted_code(procedure: usize) -> String {
    format!("3.8{procedure:05}")
}

impl Catalogue {
    /// # Errors
    /// The key that asks for what cannot be, and why.
    pub fn new(profile: &Profile) -> Result<Self, (String, &'static str)> {
        let period = (profile.period_start.0, profile.period_end.0);
        let mut catalogue = Catalogue { versions: Vec::new(), period };
        let wanted = &profile.catalogue;
        let mut amended = wanted.amended;
        for (index, procedure) in profile.procedure.iter().enumerate() {
            let fate = if index % 3 == 0 && amended > 0 { Fate::Amended } else { Fate::Stays };
            amended -= usize::from(fate == Fate::Amended);
            let level = level_name(procedure.level);
            catalogue.add(&procedure.code, &procedure.name, &procedure.field, level, procedure.days, fate);
            catalogue.expired(&expired_code(index), &procedure.name, &procedure.field, level, procedure.days);
        }
        let free = unused_levels(profile)?;
        if wanted.new + amended > free.len() {
            return Err((
                "catalogue".into(),
                "more are new or amended than `in_force` leaves room for beside the profile's own",
            ));
        }
        for (number, level) in free.into_iter().enumerate() {
            let fate = match number {
                _ if number < wanted.new => Fate::New,
                _ if number < wanted.new + amended => Fate::Amended,
                _ => Fate::Stays,
            };
            catalogue.unused(number, level, fate);
        }
        for number in 0..wanted.abolished {
            let level = LEVELS.get(number % 3).copied().unwrap_or("commune");
            catalogue.unused(50_000 + number, level, Fate::Abolished);
        }
        catalogue.versions.sort_by(|a, b| (&a.code, a.from).cmp(&(&b.code, b.from)));
        Ok(catalogue)
    }

    /// Lines of `truth/figures.csv`.
    pub fn figures(&self) -> Vec<(String, String)> {
        let (start, end) = self.period;
        let changed = |change: &str| {
            let inside = |line: &&Version| line.change == change && (start..=end).contains(&line.from);
            self.versions.iter().filter(inside).count()
        };
        let mut lines: Vec<(String, String)> = ["new", "amended", "abolished"]
            .map(|change| (format!("catalogue_{change}"), changed(change).to_string()))
            .into();
        let in_force = |line: &&Version| {
            line.change != "abolished" && line.from <= end && line.to.is_none_or(|to| to >= end)
        };
        let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
        for line in self.versions.iter().filter(in_force) {
            *levels.entry(line.level).or_default() += 1;
        }
        let of = |level: &str| levels.get(level).copied().unwrap_or(0).to_string();
        lines.push(("catalogue_in_force".into(), levels.values().sum::<usize>().to_string()));
        lines.extend(LEVELS.map(|level| (format!("catalogue_in_force_{level}"), of(level))));
        lines
    }

    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, out: &Path, name: &str) -> Result<u64, GenerateError> {
        let mut file = CsvFile::create(out, name, b',')?;
        file.write([
            "code",
            "name",
            "field",
            "level",
            "max_days",
            "day_kind",
            "valid_from",
            "valid_to",
            "change",
            "decision",
            "source",
        ])?;
        for line in &self.versions {
            let Version { code, name, field, level, days, from, to, change, decision } = line;
            let to = to.map(|to| to.to_string()).unwrap_or_default();
            let (days, from) = (days.to_string(), from.to_string());
            let start = [code, name, field, *level, &days, "working"];
            file.write(start.into_iter().chain([from.as_str(), &to, change, decision, SOURCE]))?;
        }
        file.finish()?;
        Ok(self.versions.len() as u64)
    }

    /// A procedure that nobody uses.
    fn unused(&mut self, number: usize, level: &'static str, fate: Fate) {
        let field = FIELDS.get(number % FIELDS.len()).copied().unwrap_or("");
        let name = format!("Thủ tục giả lập số {} về {}", number + 1, field.to_lowercase());
        let days = [1, 3, 5, 7, 10, 15, 20, 30].get(number % 8).copied().unwrap_or(5);
        self.add(&format!("3.9{number:05}"), &name, field, level, days, fate);
    }

    fn add(&mut self, code: &str, name: &str, field: &str, level: &'static str, days: u32, fate: Fate) {
        let (since, (start, end)) = (first_day(), self.period);
        let turn = self.versions.len() % DECISIONS;
        let length = (end - start).num_days().unsigned_abs();
        let day = start + Days::new(length * (turn as u64 + 1) / (DECISIONS as u64 + 1));
        let decision = format!("QĐ {}/QĐ-UBND", 101 + turn);
        let line = versions(code, name, field, level, days);
        let before = line(since, Some(day - Days::new(1)), "", "QĐ 1/QĐ-UBND");
        match fate {
            Fate::Stays => self.versions.push(line(since, None, "", "QĐ 1/QĐ-UBND")),
            Fate::New => self.versions.push(line(day, None, "new", &decision)),
            Fate::Amended => self.versions.extend([before, line(day, None, "amended", &decision)]),
            Fate::Abolished => self.versions.extend([before, line(day, None, "abolished", &decision)]),
        }
    }

    /// In force once, and ended as the profile's own began.
    fn expired(&mut self, code: &str, name: &str, field: &str, level: &'static str, days: u32) {
        let since = first_day();
        let line = versions(code, name, field, level, days);
        self.versions.push(line(since - Days::new(1000), Some(since - Days::new(1)), "", "QĐ 0/QĐ-UBND"));
        self.versions.push(line(since, None, "abolished", "QĐ 1/QĐ-UBND"));
    }
}

/// Writes every unit of the profile and what stands above it.
///
/// # Errors
/// When the disk refuses.
pub fn write_agencies(profile: &Profile, out: &Path, name: &str) -> Result<u64, GenerateError> {
    let units: BTreeMap<&str, (&str, &str)> = (profile.unit.iter())
        .map(|unit| (unit.code.as_str(), (unit.name.as_str(), level_name(unit.level))))
        .collect();
    let mut codes: BTreeSet<&str> = BTreeSet::new();
    for code in units.keys().copied() {
        codes.extend(code.match_indices('.').filter_map(|(at, _)| code.get(..at)));
        codes.insert(code);
    }
    let mut file = CsvFile::create(out, name, b',')?;
    file.write([
        "code",
        "name",
        "level",
        "parent",
        "valid_from",
        "valid_to",
        "successor",
        "share",
        "source",
    ])?;
    let since = first_day().to_string();
    for code in &codes {
        let parent = code.rsplit_once('.').map_or("", |(parent, _)| parent);
        let above = if parent.is_empty() { (profile.province_name.as_str(), "province") } else { ("", "") };
        let (name, level) = units.get(code).copied().unwrap_or(above);
        file.write([*code, name, level, parent, &since, "", "", "", SOURCE])?;
    }
    file.finish()?;
    Ok(codes.len() as u64)
}

/// The levels of the procedures that nobody uses, one for each.
fn unused_levels(profile: &Profile) -> Result<Vec<&'static str>, (String, &'static str)> {
    let InForceKeys { province, district, commune, joint_same_level, joint_cross_level } =
        profile.catalogue.in_force;
    let asked = [province, district, commune, joint_same_level, joint_cross_level];
    let mut free: Vec<(usize, &'static str)> = Vec::new();
    for (level, asked) in LEVELS.into_iter().zip(asked) {
        let own = profile.procedure.iter().filter(|keys| level_name(keys.level) == level).count();
        let Some(asked) = asked else {
            continue;
        };
        let Some(rest) = asked.checked_sub(own) else {
            return Err((format!("catalogue.in_force.{level}"), "is fewer than the profile itself has"));
        };
        free.extend((0..rest).map(|turn| (turn, level)));
    }
    if asked.iter().all(Option::is_none) {
        let changed = profile.catalogue.new + profile.catalogue.amended;
        free = (0..changed).map(|turn| (turn, LEVELS.get(turn % 3).copied().unwrap_or("commune"))).collect();
    }
    // In turn, so that a change touches every level.
    free.sort_by_key(|(turn, _)| *turn);
    Ok(free.into_iter().map(|(_, level)| level).collect())
}

/// Everything has been so since then.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default()
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Province => "province",
        Level::District => "district",
        Level::Commune => "commune",
    }
}

/// The versions of one procedure: from, to, change, decision.
fn versions(
    code: &str,
    name: &str,
    field: &str,
    level: &'static str,
    days: u32,
) -> impl Fn(NaiveDate, Option<NaiveDate>, &'static str, &str) -> Version {
    move |from, to, change, decision| Version {
        code: code.to_owned(),
        name: name.to_owned(),
        field: field.to_owned(),
        level,
        days,
        from,
        to,
        change,
        decision: decision.to_owned(),
    }
}
