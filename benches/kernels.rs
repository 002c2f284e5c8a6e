//! Times the functions that a night calls once a cell, a row or a pair: `cargo bench --bench kernels [FILTER]`.
//!
//! Each is given a thousand made-up values, so that a figure is microseconds a thousand, or nanoseconds each.
#![expect(clippy::expect_used, reason = "a benchmark fails when its values do not fit")]

use divan::{Bencher, black_box};
use doisoat::domain::date::{self, DatePattern};
use doisoat::domain::{dossier_code, money, name, personal_id, text};
use doisoat::engine::assignment::{Candidate, one_to_one};
use doisoat::engine::components::Components;
use doisoat::engine::linkage::text::{edits, jaro_winkler, on_letters};
use doisoat::engine::partition::{self, Keyed};
use doisoat::engine::{id, key};

fn main() {
    divan::main();
}

/// Values of a kernel.
const MANY: usize = 1000;

fn values(make: impl Fn(usize) -> String) -> Vec<String> {
    (0..MANY).map(make).collect()
}

/// The syllables of no person: every combination is as likely.
fn names() -> Vec<String> {
    const SYLLABLES: [&str; 11] =
        ["Nguyễn", "Trần", "Đỗ", "Thị", "Văn", "Hồng", "Ánh", "Tuấn", "Bích", "Quỳnh", "An"];
    values(|at| [at, at / 3 + 1, at / 7 + 2].map(|part| SYLLABLES[part % SYLLABLES.len()]).join(" "))
}

fn codes() -> Vec<String> {
    values(|at| format!("000.{:02}.53.H48-2209{:02}-{:04}", at % 40, 1 + at % 28, at))
}

/// Runs a kernel over all values.
fn over<'v, R>(bencher: Bencher, values: &'v [String], kernel: impl Fn(&'v str) -> R) {
    bencher.bench_local(|| values.iter().for_each(|value| drop(black_box(kernel(black_box(value))))));
}

/// Runs a kernel over neighbours.
fn pairs<R>(bencher: Bencher, values: &[String], kernel: impl Fn(&str, &str) -> R) {
    bencher.bench_local(|| values.windows(2).for_each(|two| drop(black_box(kernel(&two[0], &two[1])))));
}

mod cells {
    use super::*;

    #[divan::bench]
    fn clean_name(bencher: Bencher) {
        over(bencher, &names(), text::clean);
    }

    #[divan::bench]
    fn dossier_code(bencher: Bencher) {
        over(bencher, &codes(), dossier_code::normalise);
    }

    #[divan::bench]
    fn identity_number(bencher: Bencher) {
        over(
            bencher,
            &values(|at| format!("{:03}0{:02}{:06}", 1 + at % 96, at % 90, at)),
            personal_id::normalise,
        );
    }

    #[divan::bench]
    fn amount(bencher: Bencher) {
        over(bencher, &values(|at| format!("{}.{:03}", 1 + at % 999, at)), money::normalise);
    }

    #[divan::bench]
    fn timestamp(bencher: Bencher) {
        let patterns = [DatePattern::parse("dd/MM/yyyy HH:mm:ss").expect("a pattern")];
        let moment = |at: usize| format!("{:02}/{:02}/2024 {:02}:15:00", 1 + at % 28, 1 + at % 12, at % 24);
        over(bencher, &values(moment), |cell| date::timestamp(cell, &patterns));
    }
}

mod compared {
    use super::*;

    #[divan::bench]
    fn name_relation(bencher: Bencher) {
        pairs(bencher, &names(), name::relation);
    }

    #[divan::bench]
    fn name_jaro_winkler(bencher: Bencher) {
        pairs(bencher, &names(), |a, b| on_letters(a, b, jaro_winkler));
    }

    #[divan::bench]
    fn code_edits_up_to_two(bencher: Bencher) {
        pairs(bencher, &codes(), |a, b| on_letters(a, b, |a, b| edits(a, b, 2)));
    }
}

mod rows {
    use super::*;

    #[divan::bench]
    fn id_of_a_record(bencher: Bencher) {
        over(bencher, &codes(), |code| id::of(&["record", "mot_cua", code]));
    }

    /// A hundred thousand rows of two sides, each code twice.
    #[divan::bench]
    fn deal_and_group(bencher: Bencher) {
        let row = |row: u32, keyed: &mut Vec<Keyed>| {
            keyed.push(Keyed::new(key::of(&(row / 2).to_string()), (row % 2) as u16, row));
        };
        let rows = partition::keyed(100_000, row);
        bencher.with_inputs(|| rows.clone()).bench_local_values(|rows| {
            let parts = partition::deal(rows);
            parts.iter().map(|part| partition::groups(part).count()).sum::<usize>()
        });
    }

    /// Ten thousand rows a side, three candidates each.
    #[divan::bench]
    fn assign_one_to_one(bencher: Bencher) {
        let candidate = |at: u32| {
            let (left, by) = (at / 3, at % 3);
            Candidate { cost: i64::from(left * 7919 % 1000 + by * 100), left, right: (left + by) % 10_000 }
        };
        let candidates: Vec<Candidate> = (0..30_000).map(candidate).collect();
        let inputs = || candidates.clone();
        bencher
            .with_inputs(inputs)
            .bench_local_values(|candidates| one_to_one(candidates, |_, _, _| false).len());
    }

    /// A hundred thousand rows in chains of ten.
    #[divan::bench]
    fn connect(bencher: Bencher) {
        bencher.bench_local(|| {
            let mut sets = Components::new(100_000);
            (0..99_999u32).filter(|row| row % 10 != 9).for_each(|row| sets.union(row, row + 1));
            (0..100_000).filter(|row| sets.root(*row) == *row).count()
        });
    }
}
