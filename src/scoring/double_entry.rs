//! What the search by score says of two records of one system.

use super::{ScoringError, field_bar, record_name};
use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::engine::linkage::verdict::Verdict;
use crate::report::waterfall::Explanation;
use crate::stages::dedupe::Deduped;
use crate::stages::dedupe::by_score::{Doubles, Objection, is_telling, objection};
use crate::stages::records::Records;

/// The pair among the records of its system, as the run weighs it. Records that only repeat another, or whose
/// procedure is excepted, may be asked about all the same.
pub fn explain(
    plan: &RunPlan,
    deduped: &Deduped,
    records: &[Records<'_>],
    system: usize,
    (a, b): (u32, u32),
) -> Result<Explanation, ScoringError> {
    if plan.duplicates.by_score.is_none() {
        return Err(ScoringError::NotByScore);
    }
    if a == b {
        return Err(ScoringError::OneRecord);
    }
    let own = &records[system];
    let alive = &deduped.active[system];
    let ready = Doubles::new(plan, system, own, |row| alive[row as usize], &[a, b]);
    let (doubles, table) = ready.ok_or(ScoringError::NothingInCommon)?;
    let mut prepared = doubles.prepare(table)?;
    let (model, outcome) = doubles.judge(&mut prepared)?;
    let at = |row: u32| doubles.rows.binary_search(&row).unwrap_or_default() as u32;
    let (l, r) = (at(a).min(at(b)), at(a).max(at(b)));
    let judged =
        outcome.pairs.iter().find(|pair| (pair.left.min(pair.right), pair.left.max(pair.right)) == (l, r));
    let waterfall = prepared.explain(&model, at(a), at(b))?;
    let verdict = waterfall.verdict(judged);
    let telling = waterfall.bars.iter().any(|bar| is_telling(&bar.name, bar.bits));
    let ends = [(system, a), (system, b)];
    let bars = waterfall.bars.into_iter().map(|bar| field_bar(bar, records, ends[0], ends[1])).collect();
    let (earlier, later) = {
        let received = |row: u32| (own.int(FieldName::ReceivedAt, row as usize), row);
        if received(a) <= received(b) { (a, b) } else { (b, a) }
    };
    let objection = objection(own, &plan.duplicates, (earlier, later));
    let objection = objection.or((!telling).then_some(Objection::NameAlone)).map(Objection::code);
    let name_of = |row: u32| record_name(plan, deduped, records, system, row);
    Ok(Explanation {
        linked_before: Vec::new(),
        scores_decide: true,
        left: name_of(a),
        right: name_of(b),
        prior: outcome.prior,
        bars,
        bits: waterfall.bits,
        probability: judged.map_or(waterfall.probability, |pair| pair.probability),
        threshold: outcome.threshold,
        verdict: verdict.map(|verdict| if objection.is_some() { Verdict::Unlinked } else { verdict }.name()),
        certain: judged.is_some_and(|pair| pair.certain) && objection.is_none(),
        runner_up: None,
        objection,
        shipped_names: true,
    })
}
