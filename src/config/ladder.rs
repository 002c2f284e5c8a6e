//! The rungs of `[[ladder]]`, in the order they are climbed.

use std::path::Path;

use chrono::TimeDelta;

use super::pipeline::{read_fields, read_span};
use super::plan::{Rung, SystemPlan};
use super::reader::Section;
use super::scored::{self, ScoredPlan};

/// The ladder, and what its scored rung compares.
pub fn read(
    root: &Section<'_, '_, '_>,
    base: &Path,
    systems: &[SystemPlan],
    without_model: bool,
) -> (Vec<Rung>, Option<ScoredPlan>) {
    #[derive(Clone, Copy)]
    enum Step {
        Exact,
        Alternate,
        Equivalent,
        Identity,
        Scored,
    }
    let choices = [
        ("exact_code", Step::Exact),
        ("alternate_code", Step::Alternate),
        ("equivalent_code", Step::Equivalent),
        ("identity", Step::Identity),
        ("scored", Step::Scored),
    ];
    let (mut ladder, mut scored) = (Vec::new(), None);
    for section in root.sections("ladder", "[[ladder]]") {
        let step = section.need_choice("rung", &choices);
        match step.map(|step| step.value) {
            Some(Step::Exact) => ladder.push(Rung::ExactCode),
            Some(Step::Alternate) => ladder.push(Rung::AlternateCode),
            Some(Step::Equivalent) => ladder.push(Rung::EquivalentCode),
            Some(Step::Scored) if ladder.contains(&Rung::Scored) => {
                section.report(section.line(), "[[ladder]]: a ladder has one scored rung", None);
            }
            Some(Step::Scored) => {
                scored = scored::read(&section, base, systems, without_model);
                ladder.push(Rung::Scored);
            }
            Some(Step::Identity) => {
                let on = read_fields(&section, "on");
                let window = read_span(&section, "window").unwrap_or(TimeDelta::days(5));
                if on.is_empty() {
                    let hint = Some("such as on = [\"id_number\", \"procedure\"]".to_owned());
                    section.report(section.line(), "[[ladder]]: the identity rung needs `on`", hint);
                }
                // A system that lacks one of the fields only does without this rung.
                let (hub, others) = systems.split_at(systems.len().min(1));
                for field in &on {
                    let lacking = |systems: &[SystemPlan]| systems.iter().all(|system| !system.maps(*field));
                    if !systems.is_empty() && (lacking(hub) || lacking(others)) {
                        let whom = if lacking(hub) { "the hub does not map" } else { "no other system maps" };
                        let text =
                            format!("[[ladder]]: the identity rung needs `{}`, which {whom}", field.name());
                        section.report(section.line(), text, None);
                    }
                }
                ladder.push(Rung::Identity { on, window });
            }
            None => {}
        }
        section.check_unknown();
    }
    if ladder.is_empty() {
        ladder.push(Rung::ExactCode);
    }
    (ladder, scored)
}
