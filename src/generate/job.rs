//! What the sync job of the portal is known to do, T1 to T10, to every row it applies to.
//!
//! What it does is done before any error is planted, and no error is planted on what it touched. Each
//! difference that it makes stands in the truth with its cause.

use super::dossier::Dossier;
use super::plant::{PLACEHOLDER_ID, Planter, Sent};
use super::row::System;
use super::setting::Setting;
use super::truth::{Planted, Reach};

/// Transformations that a profile may name.
pub const KNOWN: [&str; 8] = ["T1", "T2", "T3", "T4", "T5", "T7", "T8", "T10"];
/// Where dossiers of an older system lie.
pub const CONVERTED: &str = "Convert";
/// Longest summary that is sent whole, and what is left of a longer one before the dots.
pub const SUMMARY_LIMIT: usize = 1000;
const SUMMARY_KEPT: usize = 995;

/// T10: the job leaves the dossier out.
pub fn left_out(setting: &Setting, dossier: &Dossier) -> Option<Planted> {
    let excluded = dossier.details.storage == CONVERTED || dossier.details.deleted.is_some();
    (setting.profile.portal.job.does("T10") && excluded)
        .then(|| Planted::new("excluded", "", dossier.code.as_str(), "").by("T10"))
}

/// Everything but T10.
pub fn send(planter: &mut Planter, dossier: &Dossier, sent: &mut Sent) {
    let setting = planter.setting;
    let job = &setting.profile.portal.job;
    if job.does("T1") && !names_the_province(setting, &dossier.code) {
        let made_up = planter.made_up_code(dossier);
        let own = std::mem::replace(&mut sent.row.code, made_up);
        sent.reach = Some(Reach::Alternate);
        sent.planted.push(Planted::new("code_rewritten", "code", own, sent.row.code.clone()).by("T1"));
    }
    if job.does("T2") && !matches!(sent.row.id.len(), 9 | 12) {
        let own = std::mem::replace(&mut sent.row.id, PLACEHOLDER_ID.to_owned());
        sent.planted.push(Planted::new("placeholder_id", "id_number", own, PLACEHOLDER_ID).by("T2"));
    }
    let (system, hub) = (System::Portal, sent.row.status);
    let finished = match hub {
        5 | 6 | 8 if job.does("T3") => Some(("status_collapsed", "T3")),
        2 | 4 if job.does("T4") && dossier.no_due => Some(("status_ahead", "T4")),
        _ => None,
    };
    if let Some((kind, cause)) = finished {
        sent.row.status = 9;
        sent.planted.push(Planted::new(kind, "status", system.status(hub), system.status(9)).by(cause));
    }
    if job.does("T5") && sent.row.details.submitted != sent.row.received {
        let submitted = std::mem::replace(&mut sent.row.details.submitted, sent.row.received);
        let (own, written) = (system.stamp(submitted), system.stamp(sent.row.received));
        sent.planted.push(Planted::new("submission_lost", "submitted_at", own, written).by("T5"));
    }
    if job.does("T7") && sent.row.details.summary.chars().count() > SUMMARY_LIMIT {
        let head: String = sent.row.details.summary.chars().take(SUMMARY_KEPT).collect();
        let own = std::mem::replace(&mut sent.row.details.summary, format!("{head}..."));
        let cut = sent.row.details.summary.clone();
        sent.planted.push(Planted::new("summary_cut", "summary", own, cut).by("T7"));
    }
    if job.does("T8") {
        first_file_only(sent);
    }
}

/// T8: the first document alone; and in place of a result that is not there, that document.
fn first_file_only(sent: &mut Sent) {
    let details = &mut sent.row.details;
    if details.documents.len() > 1 {
        let own = details.documents.join("##");
        details.documents.truncate(1);
        let left = details.documents.join("##");
        sent.planted.push(Planted::new("attachment_loss", "documents", own, left).by("T8"));
    }
    if details.results.is_empty() {
        details.results.clone_from(&details.documents);
        let faked = details.results.join("##");
        sent.planted.push(Planted::new("result_file_suspect", "results", "", faked).by("T8"));
    }
}

fn names_the_province(setting: &Setting, code: &str) -> bool {
    code.starts_with(&setting.profile.province_code)
}
