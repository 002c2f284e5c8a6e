//! Plants wrong or differently written values in one spoke row, field by field.

use super::dossier::Dossier;
use super::forms;
use super::names;
use super::people;
use super::plant::{PLACEHOLDER_ID, Planter, Sent};
use super::rates::SpokeRates;
use super::row::{Row, System};
use super::truth::{Planted, Reach};
use chrono::{Datelike, NaiveDateTime, TimeDelta, Timelike};
use rand::RngExt;

pub fn plant(planter: &mut Planter, dossier: &Dossier, system: System, rates: &SpokeRates, sent: &mut Sent) {
    let reach = sent.reach.unwrap_or(Reach::Code);
    let person_is_wrong = dossier.true_birth.is_some();
    let found = [
        status(planter, system, rates, sent),
        procedure(planter, system, rates, reach, &mut sent.row),
        unit(planter, rates, &mut sent.row),
        fee(planter, rates, &mut sent.row),
        name(planter, dossier.person.male, rates, &mut sent.row),
        birth(planter, system, rates, person_is_wrong, &mut sent.row),
    ];
    sent.planted.extend(found.into_iter().flatten());
    numbers(planter, dossier, system, rates, sent);
    dates(planter, dossier, system, rates, sent);
    attachments(planter, rates, sent);
}

fn status(planter: &mut Planter, system: System, rates: &SpokeRates, sent: &mut Sent) -> Option<Planted> {
    if sent.touched("status") {
        return None;
    }
    let row = &mut sent.row;
    let hub = row.status;
    let (kind, spoke) = match hub {
        9 | 10 if planter.hit(rates.status_behind) => {
            let behind: &[u8] = if hub == 10 { &[9, 9, 4, 4, 2] } else { &[4, 4, 2] };
            let index = planter.rng.random_range(0..behind.len());
            ("status_behind", behind.get(index).copied().unwrap_or(4))
        }
        5 | 6 | 8 if system == System::Portal && planter.hit(rates.status_collapsed) => {
            ("status_collapsed", 9)
        }
        3 | 7 if planter.hit(rates.status_conflict) => ("status_conflict", 9),
        _ => return None,
    };
    row.status = spoke;
    if kind == "status_behind" {
        // What has not happened yet has no date.
        row.returned = None;
        row.finished = row.finished.filter(|_| spoke == 9);
    }
    Some(Planted::new(kind, "status", system.status(hub), system.status(spoke)))
}

fn procedure(
    planter: &mut Planter,
    system: System,
    rates: &SpokeRates,
    reach: Reach,
    row: &mut Row,
) -> Option<Planted> {
    if !planter.hit(rates.procedure_conflict) || reach == Reach::Identity || row.other_procedure.is_some() {
        return None;
    }
    let setting = planter.setting;
    let list = &setting.profile.procedure;
    let own = list.get(row.procedure)?;
    let others: Vec<usize> = (list.iter().enumerate())
        .filter(|(index, keys)| *index != row.procedure && keys.level == own.level)
        .filter(|(_, keys)| system == System::Portal || keys.ministry == own.ministry)
        .map(|(index, _)| index)
        .collect();
    let other = one_of(planter, &others)?;
    let original = row.procedure_code(setting, system).to_owned();
    row.procedure = other;
    Some(Planted::new("procedure_conflict", "procedure", original, row.procedure_code(setting, system)))
}

fn unit(planter: &mut Planter, rates: &SpokeRates, row: &mut Row) -> Option<Planted> {
    if !planter.hit(rates.unit_conflict) {
        return None;
    }
    let units = &planter.setting.profile.unit;
    let own = units.get(row.unit)?;
    let others: Vec<usize> = (units.iter().enumerate())
        .filter(|(index, unit)| *index != row.unit && unit.level == own.level)
        .map(|(index, _)| index)
        .collect();
    let other = one_of(planter, &others)?;
    row.unit = other;
    Some(Planted::new("unit_conflict", "unit", own.code.as_str(), units.get(other)?.code.as_str()))
}

fn fee(planter: &mut Planter, rates: &SpokeRates, row: &mut Row) -> Option<Planted> {
    if !planter.hit(rates.fee_conflict) || row.fee == 0 {
        return None;
    }
    let original = row.fee;
    row.fee = match planter.rng.random_range(0..3) {
        0 => original * 2,
        1 => original + 10_000,
        _ => original + 5_000,
    };
    Some(Planted::new("fee_conflict", "fee", original.to_string(), row.fee.to_string()))
}

fn name(planter: &mut Planter, male: bool, rates: &SpokeRates, row: &mut Row) -> Option<Planted> {
    let (kind, form, written) = if planter.hit(rates.name_conflict) {
        let given = names::draw_given(&mut planter.rng, male);
        ("name_conflict", "", forms::another_name(&row.owner, given, &mut planter.rng)?)
    } else if planter.hit(rates.name_variant) {
        let (form, written) = forms::variant(&row.owner, &mut planter.rng)?;
        ("name_variant", form, written)
    } else if planter.hit(rates.not_nfc) {
        ("not_nfc", "", forms::decomposed(&row.owner)?)
    } else {
        return None;
    };
    let planted = if form.is_empty() { written.clone() } else { format!("{form}: {written}") };
    Some(Planted::new(kind, "owner_name", std::mem::replace(&mut row.owner, written), planted))
}

fn birth(
    planter: &mut Planter,
    system: System,
    rates: &SpokeRates,
    wrong: bool,
    row: &mut Row,
) -> Option<Planted> {
    if !planter.hit(rates.birth_month_lost) || row.birth.month() == 1 || wrong {
        return None;
    }
    let original = system.birth(row.birth);
    row.birth = row.birth.with_month(1)?;
    Some(Planted::new("birth_month_lost", "birth_date", original, system.birth(row.birth)))
}

/// Identity number and phone.
fn numbers(planter: &mut Planter, dossier: &Dossier, system: System, rates: &SpokeRates, sent: &mut Sent) {
    let row = &mut sent.row;
    let number_may_change = sent.reach != Some(Reach::Identity) && dossier.true_birth.is_none();
    if sent.planted.iter().any(|planted| planted.field == "id_number") || row.id.is_empty() {
        // The sync job was there before.
    } else if number_may_change && sent.reach == Some(Reach::Code) && planter.hit(rates.identity_conflict) {
        let other = planter.another_number(&dossier.person);
        let own = std::mem::replace(&mut row.id, other);
        sent.planted.push(Planted::new("identity_conflict", "id_number", own, row.id.clone()));
    } else if number_may_change && planter.hit(rates.placeholder_id) {
        let own = std::mem::replace(&mut row.id, PLACEHOLDER_ID.to_owned());
        sent.planted.push(Planted::new("placeholder_id", "id_number", own, PLACEHOLDER_ID));
    } else if planter.hit(rates.leading_zero_restored) {
        let phone = system == System::DatDai && planter.rng.random_bool(0.5) && row.phone.starts_with('0');
        let id = row.id.len() == 12 && row.id.starts_with('0') && number_may_change;
        let without_zero = |text: &str| text.trim_start_matches('0').to_owned();
        if phone {
            row.phone_is_number = true;
            let planted = without_zero(&row.phone);
            sent.planted.push(Planted::new("leading_zero_restored", "phone", row.phone.as_str(), planted));
            return;
        } else if id {
            row.id_is_number = true;
            let planted = without_zero(&row.id);
            sent.planted.push(Planted::new("leading_zero_restored", "id_number", row.id.as_str(), planted));
        }
    }
    if planter.hit(rates.phone_conflict) && !row.phone.is_empty() {
        let other = people::phone(&mut planter.rng);
        if other != row.phone {
            let own = std::mem::replace(&mut row.phone, other);
            sent.planted.push(Planted::new("phone_conflict", "phone", own, row.phone.clone()));
        }
    }
}

/// Time of receipt and due time; at most one error for each.
fn dates(planter: &mut Planter, dossier: &Dossier, system: System, rates: &SpokeRates, sent: &mut Sent) {
    let overwritten = sent.touched("submitted_at");
    let row = &mut sent.row;
    let swap = planter.hit(rates.day_month_swapped);
    let swap_due = swap && planter.rng.random_bool(0.5);
    // Of somebody with several dossiers the time tells which came first.
    let received = if sent.reach == Some(Reach::Identity) || dossier.keep_keys {
        None
    } else if planter.hit(rates.date_shifted) {
        // At night the time zone was lost; by day the date alone is one too early.
        let hours = if row.received.hour() < 7 { 7 } else { 24 };
        Some(("date_shifted", row.received - TimeDelta::hours(hours)))
    } else if swap && !swap_due {
        swapped(row.received).map(|time| ("day_month_swapped", time))
    } else if sent.reach == Some(Reach::Code) && planter.hit(rates.date_conflict) {
        moved(row.received, planter.rng.random_range(2..=20), planter.rng.random_bool(0.5))
            .map(|time| ("date_conflict", time))
    } else {
        None
    };
    let due = if swap_due {
        row.due.and_then(swapped).map(|time| ("day_month_swapped", time))
    } else if planter.hit(rates.due_date_changed) {
        // Mostly later; one day earlier would look like a lost time zone.
        let earlier = planter.rng.random_bool(0.2);
        let days = planter.rng.random_range(if earlier { 2..=30 } else { 1..=30 });
        let received = row.received;
        row.due.and_then(|due| {
            let earlier = earlier && due - TimeDelta::days(days) > received;
            moved(due, days, earlier).map(|time| ("due_date_changed", time))
        })
    } else {
        None
    };
    if let Some((kind, changed)) = received {
        let before = system.stamp(row.received);
        sent.planted.push(Planted::new(kind, "received_at", before, system.stamp(changed)));
        row.received = changed;
        // The sync job sends the time received as the time handed in.
        if overwritten {
            row.details.submitted = changed;
        }
    }
    if let Some((kind, changed)) = due {
        let before = system.stamp_or_empty(row.due);
        sent.planted.push(Planted::new(kind, "due_at", before, system.stamp(changed)));
        row.due = Some(changed);
    }
}

/// Of several documents not all arrive.
fn attachments(planter: &mut Planter, rates: &SpokeRates, sent: &mut Sent) {
    let had = sent.row.details.documents.len();
    if !planter.hit(rates.attachment_loss) || had < 2 || sent.touched("documents") {
        return;
    }
    let original = sent.row.details.documents.join("##");
    sent.row.details.documents.truncate(planter.rng.random_range(1..had));
    let planted = sent.row.details.documents.join("##");
    sent.planted.push(Planted::new("attachment_loss", "documents", original, planted));
}

/// Day and month exchanged, where that makes another date.
fn swapped(time: NaiveDateTime) -> Option<NaiveDateTime> {
    if time.day() > 12 || time.day() == time.month() {
        return None;
    }
    // Over the first of the month, so that no step on the way is a day that does not exist.
    time.with_day(1)?.with_month(time.day())?.with_day(time.month())
}

/// Some days away, unless the new date could be taken for a swapped day and month or a lost month.
fn moved(time: NaiveDateTime, days: i64, earlier: bool) -> Option<NaiveDateTime> {
    let changed = if earlier { time - TimeDelta::days(days) } else { time + TimeDelta::days(days) };
    let lost_month = changed.day() == time.day() && (changed.month() == 1 || time.month() == 1);
    (Some(changed) != swapped(time) && !lost_month).then_some(changed)
}

fn one_of(planter: &mut Planter, list: &[usize]) -> Option<usize> {
    if list.is_empty() {
        return None;
    }
    list.get(planter.rng.random_range(0..list.len())).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapping_makes_another_real_date() {
        let time = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
        assert_eq!(swapped(time("2024-03-05 08:00:00")), Some(time("2024-05-03 08:00:00")));
        assert_eq!(swapped(time("2024-03-13 08:00:00")), None);
        assert_eq!(swapped(time("2024-03-03 08:00:00")), None);
        assert_eq!(moved(time("2024-02-05 08:00:00"), 2, true), Some(time("2024-02-03 08:00:00")));
        // 5 April plus 29 days is 4 May: the same as day and month exchanged.
        assert_eq!(moved(time("2024-04-05 08:00:00"), 29, false), None);
    }
}
