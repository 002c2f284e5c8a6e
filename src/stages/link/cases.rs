//! From links to cases: what the hub says of copies elsewhere, and which records are one dossier.

use std::collections::BTreeSet;

use super::{Case, Link};
use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::domain::rules::r04_typed_twice::DuplicateReason;
use crate::domain::rules::r23_several_rightly::repeat_is_legitimate;
use crate::engine::components::Components;
use crate::stages::dedupe::{Duplicate, Excused, pair};
use crate::stages::records::Records;

/// Per system and row, the record that stands for its duplicates, else itself.
pub fn groups(records: &[Records<'_>], duplicates: &[Duplicate]) -> Vec<Vec<u32>> {
    let mut groups: Vec<Vec<u32>> =
        records.iter().map(|records| (0..records.len() as u32).collect()).collect();
    for duplicate in duplicates {
        groups[duplicate.system][duplicate.row as usize] = duplicate.survivor;
    }
    // A survivor may be a copy of another record itself; nobody is a copy of its own copy.
    for group in &mut groups {
        for row in 0..group.len() {
            let mut last = group[row] as usize;
            while group[last] as usize != last {
                last = group[last] as usize;
            }
            group[row] = last as u32;
        }
    }
    groups
}

/// Per system and row: the hub's record that is linked to it beyond doubt.
pub fn hub_partners(records: &[Records<'_>], links: &[Link]) -> Vec<Vec<Option<u32>>> {
    let mut partner: Vec<Vec<Option<u32>>> =
        records.iter().map(|records| vec![None; records.len()]).collect();
    for link in links.iter().filter(|link| !link.ambiguous && link.left_system == RunPlan::HUB) {
        partner[link.right_system][link.right as usize] = Some(link.left);
    }
    partner
}

/// What the hub says of records of another system that were taken for one dossier typed twice.
pub struct Copies {
    pub duplicates: Vec<Duplicate>,
    pub excused: Vec<Excused>,
    /// System and row of those that are linked to another dossier of the hub than their survivor.
    pub apart: BTreeSet<(usize, u32)>,
}

/// Where the hub knows why two dossiers of one person are two, its copies in another system are two as well: the
/// portal is not told of parcels. Where it does not, the finding stands, but two dossiers of the hub stay two cases.
pub fn as_the_hub_says(
    plan: &RunPlan,
    records: &[Records<'_>],
    links: &[Link],
    duplicates: Vec<Duplicate>,
    survivors: &[u32],
) -> Copies {
    let hub = &records[RunPlan::HUB];
    let partner = hub_partners(records, links);
    let (mut excused, mut apart) = (Vec::new(), BTreeSet::new());
    let duplicates = duplicates.into_iter().filter(|duplicate| {
        let Duplicate { system, survivor, row, kind } = *duplicate;
        if !matches!(kind, DuplicateReason::TypedTwice | DuplicateReason::TypedTwiceByScore) {
            return true;
        }
        let partners = partner[system][survivor as usize].zip(partner[system][row as usize]);
        let of = |row: u32| survivors[row as usize];
        let Some((a, b)) = partners.filter(|(a, b)| of(*a) != of(*b)) else { return true };
        let order = |row: u32| (hub.int(FieldName::ReceivedAt, row as usize), row);
        let (earlier, later) = if order(a) <= order(b) { (a, b) } else { (b, a) };
        let reason = repeat_is_legitimate(&pair(hub, &plan.duplicates, earlier, later));
        if reason.is_none() {
            apart.insert((system, row));
        }
        excused.extend(reason.map(|reason| Excused { system, earlier: survivor, row, reason }));
        reason.is_none()
    });
    Copies { duplicates: duplicates.collect(), excused, apart }
}

/// Cases are the connected components of links and duplicates, in the order of their first member.
pub fn form_cases(
    heights: &[usize],
    links: &[Link],
    duplicates: &[Duplicate],
    apart: &BTreeSet<(usize, u32)>,
) -> (Vec<Case>, Vec<Vec<u32>>) {
    let mut offsets = vec![0u32];
    for height in heights {
        offsets.push(offsets[offsets.len() - 1] + *height as u32);
    }
    let total = offsets[heights.len()] as usize;
    let mut components = Components::new(total);
    for link in links.iter().filter(|link| !link.ambiguous) {
        components.union(offsets[link.left_system] + link.left, offsets[link.right_system] + link.right);
    }
    for duplicate in duplicates.iter().filter(|duplicate| !apart.contains(&(duplicate.system, duplicate.row)))
    {
        let offset = offsets[duplicate.system];
        components.union(offset + duplicate.survivor, offset + duplicate.row);
    }
    let mut cases: Vec<Case> = Vec::new();
    let mut case_of_node = vec![0u32; total];
    let mut case_of: Vec<Vec<u32>> = heights.iter().map(|height| Vec::with_capacity(*height)).collect();
    for (system, height) in heights.iter().enumerate() {
        for row in 0..*height as u32 {
            let node = offsets[system] + row;
            let root = components.root(node);
            if root == node {
                case_of_node[node as usize] = cases.len() as u32;
                cases.push(Case { members: Vec::new() });
            }
            let case = case_of_node[root as usize];
            case_of_node[node as usize] = case;
            cases[case as usize].members.push((system, row));
            case_of[system].push(case);
        }
    }
    (cases, case_of)
}
