//! The borders: tables with nothing in them, and every way in which settings are wrong.

use std::collections::BTreeMap;

use super::{Row, settings, table, trained, world};
use crate::engine::linkage::decide::{Outcome, Prepared};
use crate::engine::linkage::error::LinkageError;
use crate::engine::linkage::settings::{How, Near, Settings, Threshold};
use crate::engine::linkage::several::Several;
use crate::engine::linkage::table::{Column, Table};
use crate::engine::linkage::verdict::{Doubt, Verdict};

fn run(left: &[Row], right: &[Row]) -> Outcome {
    let (model, outcome) = trained(left, right, "one_to_one");
    let numbers = model.comparison.iter().flat_map(|c| &c.level).flat_map(|l| [l.m, l.u, l.bits]);
    assert!(numbers.chain([model.prior]).all(f64::is_finite));
    assert!(outcome.pairs.iter().all(|p| (0.0..=1.0).contains(&p.probability) && p.bits.is_finite()));
    outcome
}

fn row(id: u64, cells: [Option<&str>; 4]) -> Row {
    (id, cells.iter().map(|cell| cell.map(str::to_owned)).collect())
}

#[test]
fn tables_with_little_in_them_are_judged_too() {
    let full = [row(1, [Some("an"), Some("town"), Some("2026-01-02"), Some("17")])];
    let blank = [row(2, [None; 4])];
    assert!(run(&[], &[]).pairs.is_empty());
    assert!(run(&full, &[]).pairs.is_empty());
    assert!(run(&[], &[full.clone(), blank.clone()].concat()).pairs.is_empty());
    assert!(run(&[blank.clone(), blank.clone()].concat(), &blank).pairs.is_empty());
    assert!(run(&full, &full).pairs.len() <= 1);
    // All equal: nobody can say which is which, so nothing is linked.
    let equal: Vec<Row> = (0..30).map(|id| (id, full[0].1.clone())).collect();
    let outcome = run(&equal, &equal);
    assert!(outcome.pairs.iter().all(|pair| !pair.verdict.is_linked() && !pair.certain));
    for rows in [vec![], full.to_vec(), [blank.clone(), blank].concat(), equal] {
        let wanted = settings("cluster");
        let mut prepared = Prepared::new(vec![table(&rows)], &wanted, &BTreeMap::new()).expect("a table");
        let model = prepared.train();
        let outcome = prepared.judge(&model).expect("an outcome");
        assert!(outcome.clusters.iter().all(|cluster| cluster.len() <= rows.len()));
    }
}

#[test]
fn a_tie_is_left_to_a_person() {
    let (left, mut right) = world(2000);
    let (_, before) = trained(&left, &right, "one_to_one");
    let pair = *before.pairs.iter().find(|p| p.certain && p.runner_up.is_none()).expect("a certain pair");
    // A second record just like the one that was linked.
    let mut twin = right[pair.right as usize].clone();
    twin.0 = 999_999_999;
    right.push(twin);
    let (_, after) = trained(&left, &right, "one_to_one");
    let both: Vec<_> = after.pairs.iter().filter(|p| p.left == pair.left && p.probability > 0.1).collect();
    assert_eq!(both.len(), 2);
    for pair in both {
        assert_eq!((pair.verdict, pair.certain), (Verdict::Ambiguous(Doubt::Rival), false));
        assert_eq!(pair.runner_up.map(|other| other.margin), Some(0.0));
    }
}

#[test]
fn no_field_makes_a_link_certain_alone() {
    let (left, right) = world(4000);
    let (model, outcome) = trained(&left, &right, "one_to_one");
    let wanted = settings("one_to_one");
    let prepared =
        Prepared::new(vec![table(&left), table(&right)], &wanted, &BTreeMap::new()).expect("tables");
    let (mut certain, mut other) = (0, 0);
    for pair in outcome.pairs.iter().filter(|pair| pair.verdict.is_linked()) {
        let told = prepared.explain(&model, pair.left, pair.right).expect("a waterfall");
        let strongest = told.bars.iter().map(|bar| bar.bits).fold(0.0, f64::max);
        let rest = pair.bits - strongest + outcome.prior;
        let far = pair.runner_up.is_none_or(|other| other.margin >= 10.0);
        assert_eq!(pair.certain, pair.probability >= 0.999 && far && rest >= -1e-9, "{pair:?} {rest}");
        (certain, other) = (certain + u32::from(pair.certain), other + u32::from(!pair.certain));
    }
    assert!(certain > 100 && other > 100, "{certain} {other}");
}

/// What is wrong with the usual settings once they were changed.
fn wrong(change: impl Fn(&mut Settings)) -> LinkageError {
    let mut wanted = settings("one_to_one");
    change(&mut wanted);
    let tables = vec![table(&world(20).0), table(&world(20).1)];
    Prepared::new(tables, &wanted, &BTreeMap::new()).map(|_| ()).expect_err("an error")
}

#[test]
fn every_mistake_is_named() {
    let told = wrong(|s| s.comparison[0].field = "nmae".into()).to_string();
    assert!(
        told.starts_with("comparison `nmae`: no table has a field `nmae`\ndid you mean `name`?"),
        "{told}"
    );
    assert!(matches!(wrong(|s| s.comparison[0].or_in = vec!["x".into()]), LinkageError::UnknownField { .. }));
    let told = wrong(|s| s.comparison[0].how = How::Custom("person".into())).to_string();
    assert_eq!(told, "comparison `name`: no comparator `person`");
    let told = wrong(|s| s.block[1].on[1] = "day:yaer".into()).to_string();
    assert_eq!(told, "blocking rule 2: `day:yaer` is no part of a field\ndid you mean `year`?");
    let told = wrong(|s| s.block[0].split = vec!["name:first".into()]).to_string();
    assert!(told.contains("known: field, field:first3"), "{told}");
    let told = wrong(|s| s.block[0].on = vec!["numbr:last2".into()]).to_string();
    assert!(told.contains("did you mean `number`?"), "{told}");
    assert!(matches!(wrong(|s| s.block[0].on.clear()), LinkageError::Nothing(_)));
    assert!(matches!(wrong(|s| s.block.clear()), LinkageError::Nothing("blocking rules")));
    assert_eq!(wrong(|s| s.comparison.clear()), LinkageError::Nothing("comparisons"));
    let many = |s: &mut Settings| s.block = vec![s.block[0].clone(); 33];
    assert_eq!(wrong(many), LinkageError::TooMany { what: "blocking rules", found: 33, most: 32 });
    let levels = |s: &mut Settings| {
        s.comparison = vec![s.comparison[3].clone(); 32];
        s.comparison.iter_mut().for_each(|c| c.how = How::DamerauLevenshtein(vec![1, 2]));
    };
    assert_eq!(wrong(levels), LinkageError::TooManyLevels("number".into()));
    let near = |from, to, relative| {
        wrong(|s| s.block[0].near = Some(Near { field: "day".into(), from, to, relative }))
    };
    assert!(matches!(near(3.0, 2.0, false), LinkageError::OutOfRange { value: 3.0, .. }));
    assert!(matches!(near(-1.0, 2.0, true), LinkageError::OutOfRange { .. }));
    let never = wrong(|s| drop(s.never_block_on.insert("phone".into(), vec![])));
    assert!(never.to_string().starts_with("never_block_on: no table has a field `phone`"));
    let look = "name = \"x\"\nagree = [\"twon\"]";
    let look = wrong(|s| s.look_alike = vec![toml::from_str(look).expect("a look-alike")]);
    assert_eq!(look.to_string(), "look-alike `x`: `twon` is no comparison\ndid you mean `town`?");
}

#[test]
fn levels_out_of_order_are_named() {
    for how in [
        "jaro_winkler = [0.8, 0.9]",
        "jaro_winkler = [1.2]",
        "damerau_levenshtein = [2, 1]",
        "damerau_levenshtein = [0]",
        "shared_start = [3, 4]",
        "date = { within = [7, 1] }",
        "number = { within = [5, 1] }",
        "number = { relative = [-0.1] }",
        "levels = [\"exact\", \"jaro_winkler 0.8\", \"jaro_winkler 0.9\"]",
    ] {
        let how: How = toml::from_str(how).expect("readable");
        let error = wrong(|s| s.comparison[0].how = how.clone());
        assert!(matches!(error, LinkageError::BadLevels { .. }), "{error:?}");
    }
    let how = How::Levels(vec!["soundex".into()]);
    assert!(matches!(wrong(|s| s.comparison[0].how = how.clone()), LinkageError::BadLevel { .. }));
}

#[test]
fn numbers_out_of_range_are_named() {
    type Change = fn(&mut Settings);
    let changes: [(&str, Change); 10] = [
        ("threshold", |s| s.threshold = Threshold::Probability(1.0)),
        ("ambiguous_from", |s| s.verdict.ambiguous_from = 0.7),
        ("certain", |s| s.verdict.certain = f64::NAN),
        ("margin", |s| s.verdict.margin = -1.0),
        ("certain_margin", |s| s.verdict.certain_margin = -1.0),
        ("most_bits", |s| s.most_bits = 0.0),
        ("plainly_wrong", |s| s.plainly_wrong = 0.0),
        ("block_cap", |s| s.block_cap = 0),
        ("outside_rows", |s| s.outside_rows = -1.0),
        ("most_per_table", |s| s.most_per_table = 0),
    ];
    for (expected, change) in changes {
        let LinkageError::OutOfRange { name, .. } = wrong(change) else { panic!("{expected}") };
        assert_eq!(name, expected);
    }
    let both = wrong(|s| {
        s.block_cap = 0;
        s.comparison[1].field = "contry".into();
    });
    let LinkageError::Several(all) = &both else { panic!("{both:?}") };
    assert_eq!((all.len(), both.to_string().lines().count()), (2, 3));
}

#[test]
fn tables_and_models_that_do_not_fit_are_refused() {
    let wanted = settings("one_to_one");
    let (left, right) = world(200);
    let prepared = |tables: Vec<Table>, wanted: &Settings| {
        Prepared::new(tables, wanted, &BTreeMap::new()).map(|_| ()).expect_err("an error")
    };
    assert!(matches!(prepared(vec![], &wanted), LinkageError::Tables { found: 0, .. }));
    assert!(matches!(prepared(vec![table(&left); 3], &wanted), LinkageError::Tables { found: 3, .. }));
    let error = prepared(vec![table(&left)], &wanted);
    assert_eq!(error, LinkageError::WrongDecide { decide: "one_to_one", tables: 1 });
    let error = prepared(vec![table(&left); 2], &settings("cluster"));
    assert_eq!(error, LinkageError::WrongDecide { decide: "cluster", tables: 2 });
    let (mut model, _) = trained(&left, &right, "one_to_one");
    let judged = |model: &crate::engine::linkage::model::Model| {
        let tables = vec![table(&left), table(&right)];
        let mut prepared = Prepared::new(tables, &wanted, &BTreeMap::new()).expect("tables");
        prepared.judge(model).map(|_| ()).expect_err("an error").to_string()
    };
    model.comparison[0].level[0].name = "equal".into();
    assert_eq!(judged(&model), "the model does not fit the settings: `name` has other levels");
    model.comparison.remove(0);
    assert!(judged(&model).contains("it compares `town`, `day`, `number`, they compare `name`"));
    model.version = 9;
    assert_eq!(judged(&model), "the model has version 9, this program reads version 1");
    let other = trained(&left, &right, "one_to_one").0;
    assert!(matches!(model.drift(&other), Err(LinkageError::ModelMisfit(_))));
    let tables = [table(&left), table(&right), table(&left)];
    let mut several = Several::new(&tables, &wanted, &BTreeMap::new(), &BTreeMap::new()).expect("tables");
    let error = several.judge(&[other]).map(|_| ()).expect_err("an error");
    assert_eq!(error, LinkageError::ModelsAndTables { models: 1, pairs: 3 });
}

#[test]
fn frequencies_that_are_none_are_named() {
    let wanted = settings("one_to_one");
    let told = |field: &str, shares: &[f64]| {
        let shares = shares.iter().enumerate().map(|(at, share)| (format!("name{at}"), *share)).collect();
        let frequencies = BTreeMap::from([(field.to_owned(), shares)]);
        let tables = vec![table(&world(50).0), table(&world(50).1)];
        Prepared::with_frequencies(tables, &wanted, &BTreeMap::new(), &frequencies).map(|_| ())
    };
    assert_eq!(told("name", &[0.5, 0.5]), Ok(()));
    for (field, shares, expected) in [
        ("town", vec![0.5], "term_frequency = true"),
        ("name", vec![0.5, 0.6], "more than 1"),
        ("name", vec![0.0], "above 0"),
        ("name", vec![1.5], "at most at 1"),
    ] {
        let error = told(field, &shares).expect_err("an error").to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_field_that_one_table_lacks_is_empty_there() {
    let (left, right) = world(1500);
    let wanted = settings("one_to_one");
    let mut fewer = table(&right);
    fewer.columns.retain(|column: &Column| column.name != "number");
    let mut prepared = Prepared::new(vec![table(&left), fewer], &wanted, &BTreeMap::new()).expect("tables");
    let model = prepared.train();
    let outcome = prepared.judge(&model).expect("an outcome");
    let linked: Vec<_> = outcome.pairs.iter().filter(|pair| pair.verdict.is_linked()).collect();
    let good = linked.iter().filter(|p| left[p.left as usize].0 == right[p.right as usize].0).count();
    assert!(good > 200 && good * 10 > linked.len() * 9, "{good} of {}", linked.len());
}

#[test]
fn settings_are_restricted_to_the_fields_there_are() {
    let mut wanted = settings("one_to_one");
    wanted.restrict_to(&["name", "town", "day"]);
    assert_eq!(wanted.fields(), ["name", "town", "day"]);
    assert_eq!(wanted.block.len(), 3);
}
