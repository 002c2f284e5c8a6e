//! A profile that has been checked, with what is looked up for every dossier worked out once.

use super::calendar::Calendar;
use super::catalogue::Catalogue;
use super::check::first_problem;
use super::error::GenerateError;
use super::profile::{Profile, Quota};
use super::rates::SpokeRates;
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
