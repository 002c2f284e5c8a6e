//! Blocking gives each pair once, and says what it gives up.

use super::{die, settings, table, world};
use crate::engine::linkage::blocking::Blocks;
use crate::engine::linkage::date::day_number;
use crate::engine::linkage::frame::Frame;
use crate::engine::linkage::settings::{BlockSettings, Near, Settings};
use crate::engine::linkage::table::{Column, Table};

#[test]
fn blocks_give_each_pair_once_and_none_is_missing() {
    let (left, right) = world(400);
    let mut wanted = settings("pairs");
    let near = |field: &str, on: &[&str], from, to| BlockSettings {
        on: on.iter().map(|s| (*s).to_owned()).collect(),
        near: Some(Near { field: field.into(), from, to, relative: field == "number" }),
        split: Vec::new(),
        most: None,
    };
    wanted.block.push(near("day", &["town"], -5.0, 20.0));
    wanted.block.push(near("number", &["name"], -0.1, 0.2));
    for tables in [vec![&left, &right], vec![&right, &left], vec![&left]] {
        let one = tables.len() == 1;
        if one {
            // In one table "right less left" has no sides.
            wanted.block.truncate(4);
            wanted.block.push(near("day", &["town"], -10.0, 10.0));
        }
        let frame = Frame::new(tables.iter().map(|rows| table(rows)).collect(), &wanted.fields(), &[]);
        let blocks = Blocks::new(&wanted, &frame).expect("blocks");
        let found =
            blocks.visit(true, |_| true, Vec::new, |_, _| 0, |out: &mut Vec<_>, l, r, _| out.push((l, r)));
        let mut found: Vec<(u32, u32)> =
            found.concat().into_iter().map(|(l, r)| frame.original(l, r)).collect();
        if one {
            found.iter_mut().for_each(|pair| *pair = (pair.0.min(pair.1), pair.0.max(pair.1)));
        }
        found.sort_unstable();
        let total = found.len();
        found.dedup();
        assert_eq!(found.len(), total);
        let (a, b) = (tables[0], tables[tables.len() - 1]);
        let day = |row: &super::Row| row.1[2].as_deref().and_then(day_number);
        let mut plain = Vec::new();
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate().skip(if one { i + 1 } else { 0 }) {
                let same = |at: usize| x.1[at].is_some() && x.1[at] == y.1[at];
                let year = |row: &super::Row| row.1[2].as_ref().map(|day| day[..4].to_owned());
                let apart = day(y).zip(day(x)).map(|(y, x)| y - x);
                let ratio = y.1[3].as_ref().zip(x.1[3].as_ref()).map(|(y, x)| {
                    y.parse::<f64>().expect("a number").ln() - x.parse::<f64>().expect("a number").ln()
                });
                let within = |d: Option<f64>, from: f64, to: f64| d.is_some_and(|d| d >= from && d <= to);
                let windows = if one {
                    same(1) && within(apart, -10.0, 10.0)
                } else {
                    same(1) && within(apart, -5.0, 20.0)
                        || same(0) && within(ratio, (-0.1f64).ln_1p(), 0.2f64.ln_1p())
                };
                if same(3) || same(0) && year(x) == year(y) || same(0) && same(1) || same(2) || windows {
                    plain.push((i as u32, j as u32));
                }
            }
        }
        assert_eq!(found, plain);
    }
}

#[test]
fn a_block_over_the_cap_is_split_or_told() {
    let (left, right) = world(2000);
    let mut wanted = settings("pairs");
    wanted.block_cap = 2_000;
    wanted.block.truncate(1);
    wanted.block[0].on = vec!["town".into()];
    let frame = |wanted: &Settings| Frame::new(vec![table(&left), table(&right)], &wanted.fields(), &[]);
    let plain = Blocks::new(&wanted, &frame(&wanted)).expect("blocks");
    assert_eq!((plain.reports[0].pairs, plain.reports[0].refused), (0, 20));
    assert!(plain.reports[0].refused_pairs > 100_000);
    wanted.block[0].split = vec!["name".into()];
    let split = Blocks::new(&wanted, &frame(&wanted)).expect("blocks");
    assert_eq!((split.reports[0].split, split.reports[0].refused), (20, 0));
    assert!(split.reports[0].pairs > 1000);
}

/// Pairs that the rules give, by the caller's rows.
fn pairs(wanted: &Settings, tables: Vec<Table>) -> (Vec<(u32, u32)>, Blocks) {
    let frame = Frame::new(tables, &wanted.fields(), &[]);
    let blocks = Blocks::new(wanted, &frame).expect("blocks");
    let found =
        blocks.visit(false, |_| true, Vec::new, |_, _| 0, |out: &mut Vec<_>, l, r, _| out.push((l, r)));
    let mut found: Vec<(u32, u32)> = found.concat().into_iter().map(|(l, r)| frame.original(l, r)).collect();
    found.sort_unstable();
    (found, blocks)
}

/// Days of a year, all in one town; name 0 to 9, number 0 to 99.
fn crowd(n: u64, salt: u64) -> Table {
    let mut columns: Vec<Column> = ["name", "town", "day", "number"].map(Column::new).to_vec();
    for row in 0..n {
        let day = die(row, salt) % 336;
        let cells = [
            format!("name{}", die(row, salt + 1) % 10),
            "here".to_owned(),
            format!("2026-{:02}-{:02}", 1 + day / 28, 1 + day % 28),
            format!("{}", die(row, salt + 2) % 100),
        ];
        columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(Some(&cell)));
    }
    Table::new(columns, Vec::new())
}

fn rule(on: &[&str]) -> BlockSettings {
    let on = on.iter().map(|part| (*part).to_owned()).collect();
    BlockSettings { on, near: None, split: Vec::new(), most: None }
}

#[test]
fn a_refused_block_hides_no_pair_from_later_rules() {
    let mut wanted = settings("pairs");
    wanted.block = vec![rule(&["number"])];
    let (alone, _) = pairs(&wanted, vec![crowd(300, 1), crowd(300, 2)]);
    assert!(alone.len() > 500);
    for split in [Vec::new(), vec!["name".to_owned()]] {
        wanted.block = vec![BlockSettings { split: split.clone(), ..rule(&["town"]) }, rule(&["number"])];
        wanted.block_cap = 2_000;
        let (both, blocks) = pairs(&wanted, vec![crowd(300, 1), crowd(300, 2)]);
        assert!(alone.iter().all(|pair| both.binary_search(pair).is_ok()));
        let report = &blocks.reports[0];
        assert_eq!(report.pairs + report.refused_pairs, 90_000);
        assert_eq!(
            (report.largest[0].left, report.largest[0].right, report.largest[0].pairs),
            (300, 300, 90_000)
        );
        assert_eq!(report.pairs == 0, split.is_empty());
    }
}

#[test]
fn a_window_over_the_cap_is_narrowed() {
    let mut wanted = settings("pairs");
    let near = Near { field: "day".into(), from: -30.0, to: 60.0, relative: false };
    wanted.block = vec![BlockSettings { near: Some(near), ..rule(&["town"]) }];
    let (wide, _) = pairs(&wanted, vec![crowd(300, 1), crowd(300, 2)]);
    wanted.block_cap = wide.len() as u64 / 3;
    let (narrow, blocks) = pairs(&wanted, vec![crowd(300, 1), crowd(300, 2)]);
    let report = &blocks.reports[0];
    assert_eq!((report.narrowed, report.refused), (1, 0));
    assert_eq!((report.pairs, report.pairs + report.refused_pairs), (narrow.len() as u64, wide.len() as u64));
    assert!(!narrow.is_empty() && narrow.len() as u64 <= wanted.block_cap);
    // A quarter of the window: what is left are just the pairs that stand that near.
    wanted.block_cap = u64::MAX;
    let near = Near { field: "day".into(), from: -7.5, to: 15.0, relative: false };
    wanted.block[0].near = Some(near);
    assert_eq!(pairs(&wanted, vec![crowd(300, 1), crowd(300, 2)]).0, narrow);
    let swapped = |pairs: &[(u32, u32)]| {
        let mut out: Vec<(u32, u32)> = pairs.iter().map(|(l, r)| (*r, *l)).collect();
        out.sort_unstable();
        out
    };
    let near = Near { field: "day".into(), from: -15.0, to: 7.5, relative: false };
    wanted.block[0].near = Some(near);
    assert_eq!(pairs(&wanted, vec![crowd(300, 2), crowd(300, 1)]).0, swapped(&narrow));
    // Where even equal days are too many, the block is refused.
    wanted.block_cap = 10;
    let (none, blocks) = pairs(&wanted, vec![crowd(300, 1), crowd(300, 2)]);
    assert_eq!((none.len(), blocks.reports[0].refused, blocks.reports[0].narrowed), (0, 1, 0));
}

#[test]
fn a_large_window_block_is_split_by_its_keys_first() {
    let mut wanted = settings("pairs");
    let near = Near { field: "day".into(), from: -30.0, to: 60.0, relative: false };
    wanted.block =
        vec![BlockSettings { near: Some(near.clone()), split: vec!["name".into()], ..rule(&["town"]) }];
    wanted.block_cap = 4_000;
    let (split, blocks) = pairs(&wanted, vec![crowd(300, 1), crowd(300, 2)]);
    assert_eq!((blocks.reports[0].split, blocks.reports[0].refused, blocks.reports[0].narrowed), (1, 0, 0));
    wanted.block = vec![BlockSettings { near: Some(near), ..rule(&["town", "name"]) }];
    assert_eq!(pairs(&wanted, vec![crowd(300, 1), crowd(300, 2)]).0, split);
}

#[test]
fn placeholders_bring_nobody_together() {
    let mut wanted = settings("pairs");
    wanted.block = vec![rule(&["name"])];
    let tables = || vec![crowd(300, 1), crowd(300, 2)];
    let (all, _) = pairs(&wanted, tables());
    wanted.never_block_on.insert("name".into(), vec!["name3".into(), "name4".into()]);
    let (fewer, _) = pairs(&wanted, tables());
    let mut own = settings("pairs");
    own.block = vec![rule(&["name", "number"])];
    assert!(fewer.len() < all.len() && fewer.iter().all(|pair| all.binary_search(pair).is_ok()));
    let holds = |table: &Table, row: u32, name: &str| {
        let column = &table.columns[0];
        column.values.get(column.cells[row as usize]) == name
    };
    let (left, right) = (crowd(300, 1), crowd(300, 2));
    let lost = all.iter().filter(|pair| fewer.binary_search(pair).is_err());
    assert!(lost.clone().all(|(l, _)| holds(&left, *l, "name3") || holds(&left, *l, "name4")));
    assert!(fewer.iter().all(|(_, r)| !holds(&right, *r, "name3") && !holds(&right, *r, "name4")));
    // `most` finds them by their number: 60 of 600 rows carry a name on average.
    wanted.never_block_on.clear();
    wanted.block[0].most = Some(59);
    let (some, blocks) = pairs(&wanted, tables());
    let report = &blocks.reports[0];
    assert!(report.placeholders > 0 && report.placeholder_rows >= 60 * report.placeholders);
    assert_eq!(report.blocks + report.placeholders, 10);
    assert!(some.len() < all.len() && some.len() as u64 == report.pairs);
}
