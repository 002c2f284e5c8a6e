//! One record with many partners, and three tables at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Row, die, settings, shuffled, table, world};
use crate::engine::linkage::decide::{Outcome, Prepared};
use crate::engine::linkage::several::{Cases, Several};
use crate::engine::linkage::verdict::Verdict;

/// Each thing stands once on the left and up to three times on the right.
fn copies(n: u64) -> (Vec<Row>, Vec<Row>) {
    let (left, right) = world(n);
    let copy = |row: &Row| (0..1 + die(row.0, 60) % 3).map(|_| row.clone()).collect::<Vec<Row>>();
    (left, right.iter().flat_map(copy).collect())
}

fn judged(left: &[Row], right: &[Row], decide: &str) -> Outcome {
    let settings = settings(decide);
    let mut prepared =
        Prepared::new(vec![table(left), table(right)], &settings, &BTreeMap::new()).expect("tables");
    let model = prepared.train();
    prepared.judge(&model).expect("an outcome")
}

fn links(outcome: &Outcome) -> Vec<(u32, u32)> {
    outcome.pairs.iter().filter(|p| p.verdict == Verdict::Linked).map(|p| (p.left, p.right)).collect()
}

#[test]
fn one_to_many_and_many_to_one_mirror_each_other() {
    let (left, right) = copies(1500);
    let outcome = judged(&left, &right, "one_to_many");
    let found = links(&outcome);
    let rights: BTreeSet<u32> = found.iter().map(|pair| pair.1).collect();
    let lefts: BTreeSet<u32> = found.iter().map(|pair| pair.0).collect();
    assert_eq!(rights.len(), found.len());
    assert!(lefts.len() * 3 < found.len() * 2, "{} {}", lefts.len(), found.len());
    let mut mirrored: Vec<(u32, u32)> =
        links(&judged(&right, &left, "many_to_one")).into_iter().map(|(l, r)| (r, l)).collect();
    mirrored.sort_unstable();
    assert_eq!(found, mirrored);
    let good = found.iter().filter(|(l, r)| left[*l as usize].0 == right[*r as usize].0).count();
    let ids: BTreeSet<u64> = left.iter().map(|row| row.0).collect();
    let all = right.iter().filter(|row| ids.contains(&row.0)).count();
    assert!(good * 100 > found.len() * 98 && good * 10 > all * 8, "{good} of {} {all}", found.len());
    // The probabilities of a right record's candidates share one.
    let mut sums = BTreeMap::new();
    outcome.pairs.iter().for_each(|p| *sums.entry(p.right).or_insert(0.0) += p.probability);
    assert!(sums.values().all(|sum| *sum <= 1.0 + 1e-9));
    // One to one would leave most copies alone.
    assert!(links(&judged(&left, &right, "one_to_one")).len() < found.len() * 3 / 4);
}

/// Three tables of one world; the third repeats the second with the first's town.
fn three(n: u64) -> [Vec<Row>; 3] {
    let (left, right) = world(n);
    let towns: BTreeMap<u64, Option<String>> = left.iter().map(|row| (row.0, row.1[1].clone())).collect();
    let third = right.iter().filter(|row| !die(row.0, 70).is_multiple_of(4)).cloned().map(|mut row| {
        if let Some(town) = towns.get(&row.0) {
            row.1[1].clone_from(town);
        }
        row
    });
    let third = third.collect();
    [left, right, third]
}

fn gather(tables: &[Vec<Row>]) -> (Cases, Vec<Vec<(usize, u64)>>) {
    let settings = settings("one_to_one");
    let made: Vec<_> = tables.iter().map(|rows| table(rows)).collect();
    let mut several = Several::new(&made, &settings, &BTreeMap::new(), &BTreeMap::new()).expect("tables");
    let models = several.train();
    let cases = several.judge(&models).expect("cases");
    let named = cases.cases.iter().map(|case| {
        case.iter().map(|(table, row)| (*table, tables[*table][*row as usize].0)).collect::<Vec<_>>()
    });
    let named = named.collect();
    (cases, named)
}

#[test]
fn cases_of_three_tables_hold_one_record_of_each() {
    let tables = three(1200);
    let (cases, named) = gather(&tables);
    let mut seen = BTreeSet::new();
    for case in &cases.cases {
        let tables: BTreeSet<usize> = case.iter().map(|(table, _)| *table).collect();
        assert_eq!(tables.len(), case.len());
        assert!(case.iter().all(|member| seen.insert(*member)));
    }
    let pure = named.iter().filter(|case| case.iter().all(|(_, id)| *id == case[0].1)).count();
    let whole = named.iter().filter(|case| case.len() == 3).count();
    assert!(pure * 100 > named.len() * 97, "{pure} of {}", named.len());
    assert!(whole > 500, "{whole}");
    // A linked pair stands in one case, and only there.
    let home: BTreeMap<(usize, u32), usize> = cases
        .cases
        .iter()
        .enumerate()
        .flat_map(|(at, case)| case.iter().map(move |member| (*member, at)))
        .collect();
    for ((first, second), outcome) in &cases.outcomes {
        for pair in &outcome.pairs {
            let (a, b) = (home.get(&(*first, pair.left)), home.get(&(*second, pair.right)));
            assert_eq!(pair.verdict.is_linked(), a.is_some() && a == b);
        }
    }
}

#[test]
fn cases_do_not_follow_the_order_of_rows_or_tables() {
    let [a, b, c] = three(600);
    let told = |tables: &[Vec<Row>], rename: [usize; 3]| {
        let mut cases = gather(tables).1;
        for case in &mut cases {
            case.iter_mut().for_each(|member| member.0 = rename[member.0]);
            case.sort_unstable();
        }
        cases.sort_unstable();
        cases
    };
    let first = told(&[a.clone(), b.clone(), c.clone()], [0, 1, 2]);
    let turned = told(&[shuffled(&c, 5), shuffled(&a, 6), shuffled(&b, 7)], [2, 0, 1]);
    assert!(first.len() > 300);
    assert_eq!(first, turned);
}
