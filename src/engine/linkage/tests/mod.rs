//! The laws of linking, on small tables made here: known parameters come back, nothing depends on order,
//! sides or threads, and fast paths agree with plain ones.

mod blocking;
mod edges;
mod many;
mod reports;

use std::collections::{BTreeMap, BTreeSet};

use super::decide::{Outcome, Prepared};
use super::frame::mix;
use super::marginal::Graph;
use super::model::Model;
use super::score::Scored;
use super::settings::Settings;
use super::table::{Column, Table};

/// A die thrown for one purpose.
fn die(seed: u64, purpose: u64) -> u64 {
    mix(mix(seed.wrapping_mul(1_000_003)) ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// One record: id of the thing, then its cells.
type Row = (u64, Vec<Option<String>>);

/// Things with a name of 50, a town of 20, a day of 1,000 and a number of 5,000; the copy is wrong in the
/// town for 10%, in the day for 20%, and lacks the number for 30%.
fn world(n: u64) -> (Vec<Row>, Vec<Row>) {
    let row = |thing: u64, copy: bool| {
        let wrong = |purpose, percent| copy && die(thing, 100 + purpose) % 100 < percent;
        let pick = |purpose: u64, of: u64, percent| {
            die(thing + if wrong(purpose, percent) { 7_777_777 } else { 0 }, purpose) % of
        };
        let day = pick(3, 1000, 20);
        let cells = vec![
            Some(format!("name{}", pick(1, 50, 0))),
            Some(format!("town{}", pick(2, 20, 10))),
            Some(format!("{}-{:02}-{:02}", 1990 + day / 336, 1 + day / 28 % 12, 1 + day % 28)),
            (!wrong(4, 30)).then(|| format!("{}", pick(5, 5000, 0))),
        ];
        (thing, cells)
    };
    let left =
        (0..n).filter(|thing| !die(*thing, 51).is_multiple_of(10)).map(|thing| row(thing, false)).collect();
    let right =
        (0..n).filter(|thing| !die(*thing, 52).is_multiple_of(10)).map(|thing| row(thing, true)).collect();
    (left, right)
}

fn table(rows: &[Row]) -> Table {
    let mut columns: Vec<Column> = ["name", "town", "day", "number"].map(Column::new).to_vec();
    for (_, cells) in rows {
        for (column, cell) in columns.iter_mut().zip(cells) {
            column.push(cell.as_deref());
        }
    }
    Table::new(columns, rows.iter().map(|row| row.0).collect())
}

fn settings(decide: &str) -> Settings {
    let text = r#"
        decide = "DECIDE"
        comparison = [
            { field = "name", how = "exact", term_frequency = true },
            { field = "town", how = "exact" },
            { field = "day", how = { date = { within = [3] } } },
            { field = "number", how = { damerau_levenshtein = [1] } },
        ]
        block = [{ on = ["number"] }, { on = ["name", "day:year"] }, { on = ["town", "name"] }, { on = ["day"] }]
    "#;
    toml::from_str(&text.replace("DECIDE", decide)).expect("settings")
}

fn run(left: &[Row], right: &[Row], decide: &str) -> Outcome {
    trained(left, right, decide).1
}

fn trained(left: &[Row], right: &[Row], decide: &str) -> (Model, Outcome) {
    let settings = settings(decide);
    let mut prepared =
        Prepared::new(vec![table(left), table(right)], &settings, &BTreeMap::new()).expect("tables");
    let model = prepared.train();
    let outcome = prepared.judge(&model).expect("an outcome");
    (model, outcome)
}

/// Left, right, pattern, bits, probability, linked, certain, margin.
type Told = (u64, u64, u64, u64, u64, bool, bool, u64);

/// Judged pairs by the ids of the things, with every bit of their numbers.
fn told(outcome: &Outcome, left: &[Row], right: &[Row]) -> Vec<Told> {
    let mut out: Vec<_> = outcome
        .pairs
        .iter()
        .map(|p| {
            let ids = (left[p.left as usize].0, right[p.right as usize].0);
            (
                ids.0,
                ids.1,
                p.pattern,
                p.bits.to_bits(),
                p.probability.to_bits(),
                p.verdict.is_linked(),
                p.certain,
                p.runner_up.map_or(0, |other| other.margin.to_bits()),
            )
        })
        .collect();
    out.sort_unstable();
    out
}

fn shuffled(rows: &[Row], salt: u64) -> Vec<Row> {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| die(row.0, salt));
    rows
}

#[test]
fn order_sides_and_threads_change_nothing() {
    let (left, right) = world(3000);
    let (model, outcome) = trained(&left, &right, "one_to_one");
    let (text, first) = (model.to_toml(), told(&outcome, &left, &right));
    assert!(first.iter().filter(|pair| pair.5).count() > 1500);
    let (l, r) = (shuffled(&left, 1), shuffled(&right, 2));
    let (model, outcome) = trained(&l, &r, "one_to_one");
    assert_eq!((&first, &text), (&told(&outcome, &l, &r), &model.to_toml()));
    let (model, outcome) = trained(&r, &l, "one_to_one");
    assert_eq!(text, model.to_toml());
    let mut swapped = told(&outcome, &r, &l);
    swapped.iter_mut().for_each(|pair| (pair.0, pair.1) = (pair.1, pair.0));
    swapped.sort_unstable();
    assert_eq!(first, swapped);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let (model, outcome) = one.install(|| trained(&left, &right, "one_to_one"));
    assert_eq!((first, text), (told(&outcome, &left, &right), model.to_toml()));
}

#[test]
fn known_parameters_come_back() {
    let (left, right) = world(20_000);
    let (model, _) = trained(&left, &right, "one_to_one");
    assert!(model.converged);
    let near =
        |value: f64, expected: f64, by: f64| assert!((value - expected).abs() < by, "{value} {expected}");
    let ids: BTreeSet<u64> = left.iter().map(|row| row.0).collect();
    let matches = right.iter().filter(|row| ids.contains(&row.0)).count() as f64;
    near(model.prior * model.pairs / matches, 1.0, 0.02);
    // A wrong value is drawn anew and may be right by chance.
    near(model.comparison[1].level[0].m, 0.9 + 0.1 / 20.0, 0.01);
    near(model.comparison[2].level[0].m, 0.8 + 0.2 / 1000.0, 0.01);
    near(model.comparison[0].level[0].u * 50.0, 1.0, 0.1);
    near(model.comparison[1].level[0].u * 20.0, 1.0, 0.05);
    near(model.comparison[2].level[0].u * 1000.0, 1.0, 0.1);
    near(model.comparison[3].level[0].u * 5000.0, 1.0, 0.2);
}

#[test]
fn the_probability_keeps_its_word() {
    let (left, right) = world(20_000);
    let outcome = run(&left, &right, "one_to_one");
    let (mut promised, mut kept, mut n) = (0.0, 0.0, 0.0);
    for pair in outcome.pairs.iter().filter(|pair| (0.1..0.95).contains(&pair.probability)) {
        promised += pair.probability;
        kept += f64::from(u8::from(left[pair.left as usize].0 == right[pair.right as usize].0));
        n += 1.0;
    }
    assert!(n > 100.0 && ((promised - kept) / n).abs() < 0.05, "{n} {promised} {kept}");
}

#[test]
fn a_model_is_readable_and_comes_back() {
    let (left, right) = world(500);
    let (model, first) = trained(&left, &right, "one_to_one");
    let text = model.to_toml();
    let read = Model::from_toml(&text).expect("a model");
    assert_eq!(read, model);
    // Judging with the model read from its file gives the same bytes, and bars add up.
    let settings = settings("one_to_one");
    let mut prepared =
        Prepared::new(vec![table(&left), table(&right)], &settings, &BTreeMap::new()).expect("tables");
    let again = prepared.judge(&read).expect("an outcome");
    assert_eq!(told(&first, &left, &right), told(&again, &left, &right));
    assert!(!again.other_data);
    for pair in again.pairs.iter().take(50) {
        let bars = prepared.explain(&model, pair.left, pair.right).expect("bars").bars;
        assert!((bars.iter().map(|bar| bar.bits).sum::<f64>() - pair.bits).abs() < 1e-9);
    }
}

/// The sum over all ways to pair the rest, each worth the product of its odds.
fn ways(pairs: &[(u32, u32, f64)], from: u32, used: u32, lefts: u32) -> f64 {
    if from == lefts {
        return 1.0;
    }
    let rest = ways(pairs, from + 1, used, lefts);
    pairs
        .iter()
        .filter(|(left, right, _)| *left == from && used >> right & 1 == 0)
        .fold(rest, |sum, (_, right, odds)| sum + odds * ways(pairs, from + 1, used | 1 << right, lefts))
}

#[test]
fn probabilities_on_trees_are_exact_and_elsewhere_near() {
    for seed in 0..200 {
        let n = 4u32;
        let cycle = seed % 2 == 1;
        let mut pairs = Vec::new();
        for left in 0..n {
            for right in 0..n {
                if left == right
                    || right == left + 1
                    || cycle && die(seed, u64::from(left * 4 + right)).is_multiple_of(4)
                {
                    let bits = (die(seed, 1000 + u64::from(left * 4 + right)) % 120) as f64 / 10.0 - 6.0;
                    pairs.push(Scored { left, right, pattern: 0, bits });
                }
            }
        }
        let told = Graph::new(&pairs).probabilities(&pairs, 0.0);
        let odds: Vec<(u32, u32, f64)> = pairs.iter().map(|p| (p.left, p.right, p.bits.exp2())).collect();
        let all = ways(&odds, 0, 0, n);
        for (pair, told) in pairs.iter().zip(told) {
            let without: Vec<(u32, u32, f64)> =
                odds.iter().copied().filter(|o| (o.0, o.1) != (pair.left, pair.right)).collect();
            let exact = 1.0 - ways(&without, 0, 0, n) / all;
            let by = if cycle { 0.15 } else { 1e-3 };
            assert!((told - exact).abs() < by, "seed {seed} {pair:?}: {told} {exact}");
        }
    }
}
