//! From links to cases: what the hub says of copies elsewhere, and which records are one dossier.

use std::collections::BTreeSet;

use super::Link;
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
    let is_meant = |duplicate: &Duplicate| {
        matches!(duplicate.kind, DuplicateReason::TypedTwice | DuplicateReason::TypedTwiceByScore)
    };
    if !duplicates.iter().any(is_meant) {
        return Copies { duplicates, excused: Vec::new(), apart: BTreeSet::new() };
    }
    let hub = &records[RunPlan::HUB];
    let partner = hub_partners(records, links);
    let (mut excused, mut apart) = (Vec::new(), BTreeSet::new());
    let duplicates = duplicates.into_iter().filter(|duplicate| {
        let Duplicate { system, survivor, row, kind } = *duplicate;
        if !is_meant(duplicate) {
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
        let by_score = kind == DuplicateReason::TypedTwiceByScore;
        excused.extend(reason.map(|reason| Excused { system, earlier: survivor, row, reason, by_score }));
        reason.is_none()
    });
    Copies { duplicates: duplicates.collect(), excused, apart }
}

/// Every case: the records of all systems that describe one dossier.
///
/// Cases lie one behind the other; a list of its own for each of millions would take longer than finding them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cases {
    /// Where each case begins among the members, and the end.
    starts: Vec<u32>,
    members: Vec<(u16, u32)>,
}

impl Cases {
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Records of all cases.
    pub fn records(&self) -> usize {
        self.members.len()
    }

    /// System and row of the records of a case, the hub's first, in canonical order; duplicates included.
    pub fn of(&self, case: usize) -> impl Iterator<Item = (usize, u32)> + Clone + '_ {
        let within = self.starts[case] as usize..self.starts[case + 1] as usize;
        self.members[within].iter().map(|(system, row)| (usize::from(*system), *row))
    }

    /// Sorts records into cases. `of_row`: per system and row, its case.
    fn sorted(count: usize, of_row: &[Vec<u32>]) -> Self {
        let mut starts = vec![0u32; count + 1];
        for case in of_row.iter().flatten() {
            starts[*case as usize + 1] += 1;
        }
        for case in 0..count {
            starts[case + 1] += starts[case];
        }
        let mut next = starts.clone();
        let mut members = vec![(0, 0); of_row.iter().map(Vec::len).sum()];
        for (system, rows) in of_row.iter().enumerate() {
            for (row, case) in rows.iter().enumerate() {
                let place = &mut next[*case as usize];
                members[*place as usize] = (system as u16, row as u32);
                *place += 1;
            }
        }
        Self { starts, members }
    }
}

/// Cases are the connected components of links and duplicates, in the order of their first member.
pub fn form_cases(
    heights: &[usize],
    links: &[Link],
    duplicates: &[Duplicate],
    apart: &BTreeSet<(usize, u32)>,
) -> (Cases, Vec<Vec<u32>>) {
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
    let (mut count, mut case_of_node) = (0u32, vec![0u32; total]);
    let mut case_of: Vec<Vec<u32>> = heights.iter().map(|height| Vec::with_capacity(*height)).collect();
    for (system, height) in heights.iter().enumerate() {
        for row in 0..*height as u32 {
            let node = offsets[system] + row;
            let root = components.root(node);
            if root == node {
                case_of_node[node as usize] = count;
                count += 1;
            }
            case_of[system].push(case_of_node[root as usize]);
        }
    }
    let cases = Cases::sorted(count as usize, &case_of);
    (cases, case_of)
}
