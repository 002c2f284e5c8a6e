//! Counts what the data holds, as a report would: received, resolved early, on time and late, in process.

use super::dossier::Dossier;
use super::profile::{Channel, Level, Outcome};
use super::setting::Setting;

/// One number per level: province, district, commune.
type ByLevel = [u64; 3];

#[derive(Default)]
pub struct Figures {
    received: ByLevel,
    received_new: ByLevel,
    carried_over: ByLevel,
    resolved: ByLevel,
    resolved_early: ByLevel,
    resolved_on_time: ByLevel,
    resolved_late: ByLevel,
    withdrawn: ByLevel,
    in_process: ByLevel,
    land_direct: u64,
    land_online: u64,
    land_post: u64,
    land_open: u64,
}

const LAND: &str = "Đất đai";

impl Figures {
    /// A case with a readable row in the hub.
    pub fn count(&mut self, setting: &Setting, dossier: &Dossier) {
        let level = match setting.profile.unit.get(dossier.unit).map(|unit| unit.level) {
            Some(Level::Province) => 0,
            Some(Level::District) => 1,
            Some(Level::Commune) | None => 2,
        };
        let add = |counts: &mut ByLevel| {
            if let Some(count) = counts.get_mut(level) {
                *count += 1;
            }
        };
        add(&mut self.received);
        if dossier.received.date() < setting.profile.period_start.0 {
            add(&mut self.carried_over);
        } else {
            add(&mut self.received_new);
        }
        let land = setting.profile.procedure.get(dossier.procedure).is_some_and(|keys| keys.field == LAND);
        let Some(ended) = dossier.ended() else {
            add(&mut self.in_process);
            self.land_open += u64::from(land);
            return;
        };
        add(&mut self.resolved);
        if land {
            match dossier.channel {
                Channel::Direct => self.land_direct += 1,
                Channel::Online => self.land_online += 1,
                Channel::Post => self.land_post += 1,
            }
        }
        if dossier.status == 7 {
            add(&mut self.withdrawn);
        }
        if dossier.outcome != Outcome::Withdrawn {
            match ended.cmp(&dossier.due) {
                std::cmp::Ordering::Less => add(&mut self.resolved_early),
                std::cmp::Ordering::Equal => add(&mut self.resolved_on_time),
                std::cmp::Ordering::Greater => add(&mut self.resolved_late),
            }
        }
    }

    /// Name and value, in the order a reader wants them.
    pub fn lines(&self, setting: &Setting) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let groups = [
            ("received", self.received),
            ("received_new", self.received_new),
            ("carried_over", self.carried_over),
            ("resolved", self.resolved),
            ("resolved_early", self.resolved_early),
            ("resolved_on_time", self.resolved_on_time),
            ("resolved_late", self.resolved_late),
            ("withdrawn", self.withdrawn),
            ("in_process", self.in_process),
        ];
        for (name, [province, district, commune]) in groups {
            let values = [
                ("", province + district + commune),
                ("_province", province),
                ("_district", district),
                ("_commune", commune),
                ("_district_and_commune", district + commune),
            ];
            lines.extend(values.map(|(level, value)| (format!("{name}{level}"), value.to_string())));
        }
        let land_lines = [
            ("resolved_land", self.land_direct + self.land_online + self.land_post),
            ("resolved_land_online", self.land_online),
            ("resolved_land_direct", self.land_direct),
            ("resolved_land_post", self.land_post),
            ("in_process_land", self.land_open),
        ];
        lines.extend(land_lines.map(|(name, value)| (name.to_owned(), value.to_string())));
        let resolved: u64 = self.resolved.iter().sum();
        let late: u64 = self.resolved_late.iter().sum();
        // Hundredths of a percent, rounded half up.
        let rate = ((resolved - late) * 20_000 + resolved).checked_div(resolved * 2).unwrap_or(0);
        lines.push(("not_late_rate_percent".into(), format!("{}.{:02}", rate / 100, rate % 100)));
        let apart = setting.profile.quota.iter().any(|quota| quota.outcome == Outcome::Withdrawn);
        lines.push(("withdrawn_counted_apart".into(), u8::from(apart).to_string()));
        lines
    }
}
