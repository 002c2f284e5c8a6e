//! What can be asked about a run: evidence, drift, cost.

use std::collections::BTreeMap;

use super::{Row, settings, table, trained, world};
use crate::engine::linkage::decide::Prepared;
use crate::engine::linkage::error::LinkageError;
use crate::engine::linkage::verdict::Verdict;

#[test]
fn evidence_adds_up_to_the_bits_of_its_pair() {
    let (left, right) = world(800);
    let mut wanted = settings("one_to_one");
    wanted.look_alike = toml::from_str::<BTreeMap<String, Vec<_>>>(
        "look = [{ name = \"neighbours\", agree = [\"town\", \"day\"] }]",
    )
    .expect("look-alikes")
    .remove("look")
    .expect("one");
    for tables in [[&left, &right], [&right, &left]] {
        let tables = tables.map(|rows| table(rows)).to_vec();
        let mut prepared = Prepared::new(tables, &wanted, &BTreeMap::new()).expect("tables");
        let model = prepared.train();
        let outcome = prepared.judge(&model).expect("an outcome");
        let evidence = prepared.evidence(&model, &outcome.pairs).expect("evidence");
        let names = prepared.comparisons();
        assert_eq!(names.len(), 5);
        assert_eq!(names[4], ("look-alikes".to_owned(), vec!["neighbours".to_owned()]));
        let mut sums = vec![0.0; outcome.pairs.len()];
        for at in 0..evidence.pair.len() {
            sums[evidence.pair[at] as usize] += evidence.bits[at];
            let levels = &names[evidence.comparison[at] as usize].1;
            assert!((evidence.level[at] as usize) < levels.len());
        }
        for (pair, sum) in outcome.pairs.iter().zip(sums) {
            assert!((pair.bits - sum).abs() < 1e-9, "{pair:?} {sum}");
        }
        // The same as the waterfall of one pair.
        let pair = &outcome.pairs[7];
        let told = prepared.explain(&model, pair.left, pair.right).expect("a waterfall");
        assert!((told.bits - pair.bits).abs() < 1e-12);
        let own: Vec<f64> = (0..evidence.pair.len())
            .filter(|at| evidence.pair[*at] == 7)
            .map(|at| evidence.bits[at])
            .collect();
        let bars: Vec<f64> = told
            .bars
            .iter()
            .filter(|bar| bar.level.is_some() || bar.name == "look-alikes")
            .map(|bar| bar.bits)
            .collect();
        assert_eq!(own, bars);
    }
}

#[test]
fn a_waterfall_names_m_and_u() {
    let (left, right) = world(300);
    let (model, outcome) = trained(&left, &right, "one_to_one");
    let wanted = settings("one_to_one");
    let tables = vec![table(&left), table(&right)];
    let prepared = Prepared::new(tables, &wanted, &BTreeMap::new()).expect("tables");
    let pair = &outcome.pairs[0];
    let told = prepared.explain(&model, pair.left, pair.right).expect("a waterfall");
    for (bar, comparison) in told.bars.iter().zip(&model.comparison) {
        let Some(level) = &bar.level else { continue };
        let known = comparison.level.iter().find(|own| own.name == *level).expect("a level");
        assert!((bar.m.expect("m") - known.m).abs() < 1e-9 && (bar.u.expect("u") - known.u).abs() < 1e-9);
        assert!((bar.bits - bar.from_frequency - known.bits).abs() < 1e-9);
    }
    let none = prepared.explain(&model, 0, 1_000_000).expect_err("no such row");
    assert_eq!(none, LinkageError::NoSuchRow { side: "right", row: 1_000_000 });
    assert_eq!(none.to_string(), "row 1000000 of the right table does not exist");
}

/// A pair that a rule gives and its weight rules out was not judged, and met all the same.
#[test]
fn a_pair_met_whether_or_not_it_was_worth_judging() {
    let (left, right) = world(200);
    let (model, outcome) = trained(&left, &right, "one_to_one");
    let wanted = settings("one_to_one");
    let prepared =
        Prepared::new(vec![table(&left), table(&right)], &wanted, &BTreeMap::new()).expect("tables");
    let (mut judged, mut passed_over, mut strangers) = (0, 0, 0);
    for l in 0..left.len() as u32 {
        for r in 0..right.len() as u32 {
            let pair = outcome.pairs.iter().find(|pair| (pair.left, pair.right) == (l, r));
            let told = prepared.explain(&model, l, r).expect("a waterfall");
            match (told.verdict(pair), pair) {
                (verdict, Some(pair)) => {
                    assert!(told.met && verdict == Some(pair.verdict));
                    judged += 1;
                }
                (Some(verdict), None) => {
                    assert_eq!(verdict, Verdict::Unlinked);
                    passed_over += 1;
                }
                (None, None) => strangers += 1,
            }
        }
    }
    assert!(
        judged == outcome.pairs.len() && passed_over > 0 && strangers > 0,
        "{judged} {passed_over} {strangers}"
    );
}

/// The same world, with the town of every third copy typed differently.
fn drifted(rows: &[Row]) -> Vec<Row> {
    let mut rows = rows.to_vec();
    for row in rows.iter_mut().filter(|row| row.0 % 3 == 0) {
        row.1[1] = row.1[1].as_ref().map(|town| format!("{town} city"));
    }
    rows
}

#[test]
fn drift_names_the_field_that_changed_and_no_other() {
    let (left, right) = world(4000);
    let wanted = settings("one_to_one");
    let changed = drifted(&right);
    let (model, _) = trained(&left, &right, "one_to_one");
    let (other, _) = trained(&left, &changed, "one_to_one");
    let names = |drift: &crate::engine::linkage::drift::Drift| {
        drift.over(0.05, 1.0).iter().map(|c| c.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&model.drift(&other).expect("drift")), ["town"]);
    assert_eq!(names(&model.drift(&model).expect("drift")), Vec::<String>::new());
    for (rows, expected) in [(&right, vec![]), (&changed, vec!["town"])] {
        let tables = vec![table(&left), table(rows)];
        let mut prepared = Prepared::new(tables, &wanted, &BTreeMap::new()).expect("tables");
        let outcome = prepared.judge(&model).expect("an outcome");
        let drift = prepared.drift(&model, &outcome).expect("drift");
        assert_eq!(names(&drift), expected, "{drift:#?}");
    }
}

#[test]
fn the_cost_counts_each_pair_once() {
    let (left, right) = world(600);
    let wanted = settings("one_to_one");
    let tables = vec![table(&left), table(&right)];
    let prepared = Prepared::new(tables, &wanted, &BTreeMap::new()).expect("tables");
    let cost = prepared.cost();
    let frame = &prepared.frame;
    let given = prepared.blocks.visit(true, |_| true, || 0u64, |_, _| 0, |n, _, _, _| *n += 1);
    assert_eq!(cost.pairs, given.iter().sum::<u64>());
    assert_eq!(cost.new_pairs[0], cost.rules[0].pairs);
    assert!(cost.new_pairs.iter().zip(&cost.rules).all(|(new, rule)| *new <= rule.pairs));
    assert!(cost.new_pairs[3] < cost.rules[3].pairs);
    assert_eq!((cost.comparisons, cost.kept, cost.bytes), (cost.pairs * 4, true, cost.pairs * 16));
    assert_eq!(cost.all_pairs, frame.pairs());
}

#[test]
fn values_are_found_again_by_the_rows_of_the_caller() {
    let (left, right) = world(400);
    let settings = settings("one_to_one");
    let mut swaps = Vec::new();
    for sides in [[&left, &right], [&right, &left]] {
        let tables = sides.map(|rows| table(rows)).to_vec();
        let prepared = Prepared::new(tables, &settings, &BTreeMap::new()).expect("tables");
        let values = prepared.values();
        swaps.push(prepared.frame.swapped);
        for (at, name) in ["name", "town", "day", "number"].into_iter().enumerate() {
            let field = values.field(name).expect("a field");
            for (l, r) in [(0, 0), (17, 300), (300, 17)] {
                let cell = |side: usize, row: usize| sides[side][row].1[at].as_deref();
                let pair = values.of(l as u32, r as u32);
                assert_eq!(pair.texts(field), (cell(0, l), cell(1, r)), "{name}");
                assert_eq!(pair.agree(field), cell(0, l) == cell(1, r), "{name}");
            }
        }
        assert_eq!(values.field("colour"), None);
    }
    assert_ne!(swaps[0], swaps[1], "one of the two ways stands turned round inside");
    let alone = {
        let mut one = settings.clone();
        one.decide = crate::engine::linkage::settings::Decide::Cluster;
        one
    };
    let prepared = Prepared::new(vec![table(&left)], &alone, &BTreeMap::new()).expect("a table");
    let values = prepared.values();
    let town = values.field("town").expect("a field");
    assert_eq!(values.of(5, 250).texts(town), (left[5].1[1].as_deref(), left[250].1[1].as_deref()));
}
