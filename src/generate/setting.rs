//! A profile that has been checked, with what is looked up for every dossier worked out once.

use super::calendar::Calendar;
use super::catalogue::{self, Catalogue};
use super::error::GenerateError;
use super::profile::{Channel, Level, Ministry, Profile, Quota, SpokeRates};
use super::row::System;
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use std::collections::BTreeSet;

pub struct Setting {
    pub profile: Profile,
    pub calendar: Calendar,
    /// Per procedure: the units that handle it, with their weights.
    pub units_of: Vec<Vec<(usize, u32)>>,
    /// Per procedure: the long code, `1.001193.000.00.00.H28`.
    pub long_codes: Vec<String>,
    /// Per quota: the procedures its dossiers can be of.
    pub procedures_of: Vec<Vec<usize>>,
    pub all_procedures: Vec<usize>,
    pub catalogue: Catalogue,
}

impl Setting {
    pub fn new(profile: Profile) -> Result<Self, GenerateError> {
        let bad = |key: String, problem: &str| {
            Err(GenerateError::BadKey { profile: profile.name.clone(), key, problem: problem.to_owned() })
        };
        if let Some((key, problem)) = first_problem(&profile) {
            return bad(key, problem);
        }
        let mut units_of = Vec::new();
        for (number, procedure) in profile.procedure.iter().enumerate() {
            let units: Vec<_> = (profile.unit.iter().enumerate())
                .filter(|(_, unit)| unit.level == procedure.level && unit.weight > 0)
                .filter(|(_, unit)| unit.fields.is_empty() || unit.fields.contains(&procedure.field))
                .map(|(index, unit)| (index, unit.weight))
                .collect();
            if units.is_empty() {
                return bad(format!("procedure[{number}].field"), "no unit of this level handles this field");
            }
            units_of.push(units);
        }
        let mut procedures_of = Vec::new();
        for (number, quota) in profile.quota.iter().enumerate() {
            let eligible = eligible(&profile, quota);
            if eligible.is_empty() {
                return bad(format!("quota[{number}].field"), "no procedure fits this quota");
            }
            procedures_of.push(eligible);
        }
        let long_codes = profile
            .procedure
            .iter()
            .map(|p| format!("{}.000.00.00.{}", p.code, profile.province_code))
            .collect();
        let days =
            |days: &[super::profile::Day]| days.iter().map(|day| day.0).collect::<BTreeSet<NaiveDate>>();
        let calendar = Calendar::new(
            profile.period_start.0 - Days::new(250),
            profile.period_end.0 + Days::new(400),
            &days(&profile.calendar.holidays),
            &days(&profile.calendar.extra_working_days),
        );
        let catalogue = match Catalogue::new(&profile) {
            Ok(catalogue) => catalogue,
            Err((key, problem)) => return bad(key, problem),
        };
        let all_procedures = (0..profile.procedure.len()).collect();
        Ok(Setting { profile, calendar, units_of, long_codes, procedures_of, all_procedures, catalogue })
    }

    pub fn rates(&self, system: System) -> &SpokeRates {
        match system {
            System::Hub | System::Portal => &self.profile.portal,
            System::HoTich => &self.profile.ho_tich,
            System::DatDai => &self.profile.dat_dai,
        }
    }

    pub fn file(&self, system: System) -> &str {
        match system {
            System::Hub => &self.profile.files.hub,
            System::Portal => &self.profile.files.portal,
            System::HoTich => &self.profile.files.ho_tich,
            System::DatDai => &self.profile.files.dat_dai,
        }
    }

    pub fn as_of(&self) -> NaiveDateTime {
        self.profile.as_of.0
    }

    /// Office time at which the period opens.
    pub fn opens(&self) -> i64 {
        self.calendar.worked(self.profile.period_start.0.and_time(NaiveTime::MIN))
    }

    /// Office time at which it closes.
    pub fn closes(&self) -> i64 {
        let last = self.calendar.working_day_up_to(self.profile.period_end.0);
        self.calendar.worked(last.and_time(NaiveTime::from_hms_opt(16, 59, 59).unwrap_or_default()))
    }

    pub fn bad_key(&self, key: &str, problem: &str) -> GenerateError {
        GenerateError::BadKey {
            profile: self.profile.name.clone(),
            key: key.to_owned(),
            problem: problem.to_owned(),
        }
    }
}

fn eligible(profile: &Profile, quota: &Quota) -> Vec<usize> {
    let fits = |p: &super::profile::Procedure| {
        (quota.levels.is_empty() || quota.levels.contains(&p.level))
            && quota.field.as_ref().is_none_or(|field| *field == p.field)
            && quota.except_field.as_ref().is_none_or(|field| *field != p.field)
            && p.weight > 0
    };
    (0..profile.procedure.len()).filter(|&index| profile.procedure.get(index).is_some_and(fits)).collect()
}

/// The first key that makes no sense, and why.
fn first_problem(profile: &Profile) -> Option<(String, &'static str)> {
    simple_problem(profile)
        .or_else(|| quota_problem(profile))
        .or_else(|| code_problem(profile))
        .or_else(|| hub_rate_problem(profile))
        .or_else(|| rate_problem("portal", &profile.portal, System::Portal))
        .or_else(|| rate_problem("ho_tich", &profile.ho_tich, System::HoTich))
        .or_else(|| rate_problem("dat_dai", &profile.dat_dai, System::DatDai))
}

fn simple_problem(profile: &Profile) -> Option<(String, &'static str)> {
    let span = (profile.period_end.0 - profile.period_start.0).num_days();
    let names = &profile.files;
    let files =
        [&names.hub, &names.portal, &names.ho_tich, &names.dat_dai, &names.procedures, &names.agencies];
    let distinct: BTreeSet<_> = files.iter().collect();
    let plain = |name: &str| {
        !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']) && name != "truth"
    };
    let three_digits = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let people = &profile.people;
    let checks = [
        (profile.dossiers > 0, "dossiers", "must be at least 1"),
        (profile.carried_over <= profile.dossiers, "carried_over", "is more than `dossiers`"),
        ((14..=800).contains(&span), "period_end", "the period must be 15 to 800 days long"),
        (profile.as_of.0.date() > profile.period_end.0, "as_of", "must lie after the period"),
        (distinct.len() == files.len(), "files", "two files have the same name"),
        (files.iter().all(|name| plain(name)), "files", "a name must be a plain file name"),
        (!profile.unit.is_empty(), "unit", "there is none"),
        (!profile.procedure.is_empty(), "procedure", "there is none"),
        (!profile.quota.is_empty(), "quota", "there is none"),
        (
            profile.channels.online + profile.channels.post <= 1.0,
            "channels",
            "the shares add up to more than 1",
        ),
        (three_digits(&people.id_prefix), "people.id_prefix", "must be three digits"),
        (three_digits(&people.cmnd_prefix), "people.cmnd_prefix", "must be three digits"),
        (profile.resolved.returned > 0, "resolved.returned", "must be more than 0"),
        (profile.in_process.processing > 0, "in_process.processing", "must be more than 0"),
    ];
    let shares = [
        ("timeline.day_off_weight", profile.timeline.day_off_weight),
        ("timeline.off_hours_share", profile.timeline.off_hours_share),
        ("channels.online", profile.channels.online),
        ("channels.post", profile.channels.post),
        ("people.minority_share", people.minority_share),
        ("people.cmnd_share", people.cmnd_share),
        ("people.without_phone", people.without_phone),
        ("details.agent", profile.details.agent),
        ("details.digitised", profile.details.digitised),
        ("details.paid_online", profile.details.paid_online),
        ("details.supplement", profile.details.supplement),
    ];
    let failed =
        checks.into_iter().find(|(holds, ..)| !holds).map(|(_, key, problem)| (key.to_owned(), problem));
    failed.or_else(|| not_a_share("", &shares))
}

fn quota_problem(profile: &Profile) -> Option<(String, &'static str)> {
    let sum: u64 = profile.quota.iter().map(|quota| quota.count).sum();
    if sum != profile.dossiers {
        return Some(("quota".into(), "the counts do not add up to `dossiers`"));
    }
    let off_hours = profile.timeline.day_off_weight > 0.0 || profile.timeline.off_hours_share > 0.0;
    let at_the_counter =
        profile.quota.iter().position(|quota| matches!(quota.channel, Some(Channel::Direct | Channel::Post)));
    match at_the_counter {
        Some(index) if off_hours => Some((
            format!("quota[{index}].channel"),
            "needs office hours: set timeline.day_off_weight and timeline.off_hours_share to 0",
        )),
        _ => None,
    }
}

fn code_problem(profile: &Profile) -> Option<(String, &'static str)> {
    let mut units = BTreeSet::new();
    for (index, unit) in profile.unit.iter().enumerate() {
        if !units.insert(&unit.code) {
            return Some((format!("unit[{index}].code"), "is given twice"));
        }
    }
    let mut procedures = BTreeSet::new();
    for (index, procedure) in profile.procedure.iter().enumerate() {
        let key = |name: &str| format!("procedure[{index}].{name}");
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let code = procedure.code.split_once('.');
        if !code.is_some_and(|(series, rest)| {
            series.len() == 1 && rest.len() == 6 && digits(series) && digits(rest)
        }) {
            return Some((key("code"), "must look like 1.001193"));
        }
        if procedure.code.as_str() >= catalogue::MADE_UP {
            return Some((key("code"), "codes from 3.700000 on are kept for made-up procedures"));
        }
        if !procedures.insert(&procedure.code) {
            return Some((key("code"), "is given twice"));
        }
        if !(1..=120).contains(&procedure.days) {
            return Some((key("days"), "must be 1 to 120 working days"));
        }
        if (procedure.ministry == Some(Ministry::HoTich)) != procedure.module.is_some() {
            return Some((key("module"), "is for procedures of ministry ho_tich, and needed there"));
        }
        if procedure.repeatable && procedure.ministry.is_some() {
            return Some((key("repeatable"), "a repeatable procedure cannot have a ministry system"));
        }
    }
    let levels = [Level::Province, Level::District, Level::Commune];
    let idle = |level: &Level| {
        profile.quota.iter().any(|quota| quota.levels.contains(level))
            && !profile.procedure.iter().any(|procedure| procedure.level == *level)
    };
    levels.iter().any(idle).then(|| ("quota.levels".into(), "names a level that has no procedure"))
}

fn hub_rate_problem(profile: &Profile) -> Option<(String, &'static str)> {
    let super::profile::HubRates {
        missing_in_province,
        typed_twice,
        repeated_row,
        malformed,
        not_nfc,
        same_day_repeat,
    } = profile.hub;
    not_a_share(
        "hub.",
        &[
            ("missing_in_province", missing_in_province),
            ("typed_twice", typed_twice),
            ("repeated_row", repeated_row),
            ("malformed", malformed),
            ("not_nfc", not_nfc),
            ("same_day_repeat", same_day_repeat),
        ],
    )
}

fn not_a_share(prefix: &str, shares: &[(&str, f64)]) -> Option<(String, &'static str)> {
    let (key, _) = shares.iter().find(|(_, share)| !(0.0..=1.0).contains(share))?;
    Some((format!("{prefix}{key}"), "must be between 0 and 1"))
}

fn rate_problem(table: &str, rates: &SpokeRates, system: System) -> Option<(String, &'static str)> {
    let portal = system == System::Portal;
    let ministry = !portal;
    let with_phone = system != System::HoTich;
    // (key, rate, can this system show it)
    let entries = [
        ("not_yet", rates.not_yet, true),
        ("missing_on_portal", rates.missing_on_portal, portal),
        ("late_on_portal", rates.late_on_portal, portal),
        ("arrived_late_on_portal", rates.arrived_late_on_portal, portal),
        ("missing_in_ministry", rates.missing_in_ministry, ministry),
        ("late_in_ministry", rates.late_in_ministry, ministry),
        ("arrived_late_in_ministry", rates.arrived_late_in_ministry, ministry),
        ("malformed", rates.malformed, true),
        ("repeated_row", rates.repeated_row, true),
        ("typed_twice", rates.typed_twice, portal),
        ("code_rewritten", rates.code_rewritten, portal),
        ("alternate_lost", rates.alternate_lost, portal),
        ("alternate_lost_placeholder", rates.alternate_lost_placeholder, portal),
        ("typed_in_two_systems", rates.typed_in_two_systems, ministry),
        ("typed_in_two_systems_damaged_id", rates.typed_in_two_systems_damaged_id, ministry),
        ("status_behind", rates.status_behind, true),
        ("status_collapsed", rates.status_collapsed, portal),
        ("status_conflict", rates.status_conflict, true),
        ("procedure_conflict", rates.procedure_conflict, true),
        ("unit_conflict", rates.unit_conflict, portal),
        ("fee_conflict", rates.fee_conflict, true),
        ("identity_conflict", rates.identity_conflict, true),
        ("placeholder_id", rates.placeholder_id, portal),
        ("name_conflict", rates.name_conflict, true),
        ("name_variant", rates.name_variant, true),
        ("not_nfc", rates.not_nfc, true),
        ("phone_conflict", rates.phone_conflict, with_phone),
        ("leading_zero_restored", rates.leading_zero_restored, ministry),
        ("birth_month_lost", rates.birth_month_lost, ministry),
        ("date_shifted", rates.date_shifted, true),
        ("day_month_swapped", rates.day_month_swapped, true),
        ("date_conflict", rates.date_conflict, true),
        ("due_date_changed", rates.due_date_changed, true),
    ];
    if let Some((key, ..)) = entries.iter().find(|(_, rate, _)| !(0.0..=1.0).contains(rate)) {
        return Some((format!("{table}.{key}"), "must be between 0 and 1"));
    }
    let (key, ..) = entries.iter().find(|(_, rate, possible)| *rate > 0.0 && !possible)?;
    Some((format!("{table}.{key}"), "cannot be planted in this system"))
}
