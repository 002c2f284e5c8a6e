//! What a profile must fulfil: every mistake is named by its key.
//!
//! Nothing is looked up or worked out here; that is `setting.rs`.

use super::catalogue;
use super::job;
use super::profile::{Channel, Level, Ministry, Profile};
use super::rates::{CaseRates, JobKeys, SpokeRates};
use super::row::System;
use chrono::{Datelike, Days, Weekday};
use std::collections::BTreeSet;

/// The first key that makes no sense, and why.
pub fn first_problem(profile: &Profile) -> Option<(String, &'static str)> {
    simple_problem(profile)
        .or_else(|| quota_problem(profile))
        .or_else(|| code_problem(profile))
        .or_else(|| hub_rate_problem(profile))
        .or_else(|| case_rate_problem(&profile.cases))
        .or_else(|| job_problem(profile))
        .or_else(|| gap_problem(profile))
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
    let super::rates::HubRates {
        missing_in_province,
        typed_twice,
        typed_twice_slips,
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
            ("typed_twice_slips", typed_twice_slips),
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
        ("typed_twice_slips", rates.typed_twice_slips, portal),
        ("code_rewritten", rates.code_rewritten, portal),
        ("alternate_lost", rates.alternate_lost, portal),
        ("alternate_lost_placeholder", rates.alternate_lost_placeholder, portal),
        ("typed_in_two_systems", rates.typed_in_two_systems, ministry),
        ("typed_in_two_systems_damaged_id", rates.typed_in_two_systems_damaged_id, ministry),
        ("status_behind", rates.status_behind, true),
        ("status_collapsed", rates.status_collapsed, portal),
        ("status_ahead", rates.status_ahead, true),
        ("status_conflict", rates.status_conflict, true),
        ("procedure_conflict", rates.procedure_conflict, true),
        ("channel_conflict", rates.channel_conflict, portal),
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
        ("late_hidden", rates.late_hidden, true),
        ("attachment_loss", rates.attachment_loss, portal),
    ];
    if let Some((key, ..)) = entries.iter().find(|(_, rate, _)| !(0.0..=1.0).contains(rate)) {
        return Some((format!("{table}.{key}"), "must be between 0 and 1"));
    }
    let (key, ..) = entries.iter().find(|(_, rate, possible)| *rate > 0.0 && !possible)?;
    Some((format!("{table}.{key}"), "cannot be planted in this system"))
}

fn case_rate_problem(rates: &CaseRates) -> Option<(String, &'static str)> {
    not_a_share(
        "cases.",
        &[
            ("code_collision", rates.code_collision),
            ("code_malformed", rates.code_malformed),
            ("code_date_mismatch", rates.code_date_mismatch),
            ("impossible_timeline", rates.impossible_timeline),
            ("code_unknown_agency", rates.code_unknown_agency),
            ("due_beyond_limit", rates.due_beyond_limit),
            ("extended_twice", rates.extended_twice),
            ("no_apology", rates.no_apology),
            ("apology_too_late", rates.apology_too_late),
            ("id_birth_conflict", rates.id_birth_conflict),
            ("procedure_not_in_catalogue", rates.procedure_not_in_catalogue),
            ("procedure_not_in_force", rates.procedure_not_in_force),
            ("local_procedure", rates.local_procedure),
            ("process_differs", rates.process_differs),
            ("result_file_suspect", rates.result_file_suspect),
            ("ended_in_future", rates.ended_in_future),
            ("received_on_day_off", rates.received_on_day_off),
            ("finished_at_once", rates.finished_at_once),
            ("closed_in_bulk", rates.closed_in_bulk),
            ("flag_stale", rates.flag_stale),
            ("flag_untrue", rates.flag_untrue),
            ("resubmission", rates.resubmission),
            ("several_parcels", rates.several_parcels),
            ("twins", rates.twins),
            ("service_agent", rates.service_agent),
        ],
    )
}

fn job_problem(profile: &Profile) -> Option<(String, &'static str)> {
    if !profile.ho_tich.job.known.is_empty() || !profile.dat_dai.job.known.is_empty() {
        return Some(("ho_tich.job".into(), "only the portal's sync job is known"));
    }
    let rates = &profile.portal;
    let JobKeys { known, code_without_province, other_papers, no_due_time, long_summary, converted, deleted } =
        &rates.job;
    if known.iter().any(|name| !job::KNOWN.contains(&name.as_str())) {
        return Some(("portal.job.known".into(), "may hold T1, T2, T3, T4, T5, T7, T8 and T10"));
    }
    let shares = [
        ("code_without_province", *code_without_province),
        ("other_papers", *other_papers),
        ("no_due_time", *no_due_time),
        ("long_summary", *long_summary),
        ("converted", *converted),
        ("deleted", *deleted),
    ];
    let by_chance = [
        ("T1", "code_rewritten", rates.code_rewritten),
        ("T2", "placeholder_id", rates.placeholder_id),
        ("T3", "status_collapsed", rates.status_collapsed),
        ("T8", "attachment_loss", rates.attachment_loss),
    ];
    let both = by_chance.iter().find(|(done, _, rate)| rates.job.does(done) && *rate > 0.0);
    not_a_share("portal.job.", &shares).or_else(|| {
        both.map(|(_, key, _)| (format!("portal.{key}"), "is done by the sync job already: must be 0"))
    })
}

fn gap_problem(profile: &Profile) -> Option<(String, &'static str)> {
    let last = profile.as_of.0.date() - Days::new(4);
    let days: BTreeSet<_> = profile.portal.sync_gap.iter().map(|day| day.0).collect();
    let off = |day: &chrono::NaiveDate| {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        weekend || profile.calendar.holidays.iter().any(|holiday| holiday.0 == *day)
    };
    let wrong = |day: &chrono::NaiveDate| {
        off(day) || *day < profile.period_start.0 || *day > last || days.contains(&(*day + Days::new(1)))
    };
    if !profile.ho_tich.sync_gap.is_empty() || !profile.dat_dai.sync_gap.is_empty() {
        return Some(("ho_tich.sync_gap".into(), "cannot be planted in this system"));
    }
    days.iter().any(wrong).then(|| {
        ("portal.sync_gap".into(), "needs working days of the period, apart, and four days before `as_of`")
    })
}
