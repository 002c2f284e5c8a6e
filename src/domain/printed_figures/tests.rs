//! The figures of public reports, each rule, and laws: what ties stays silent, what is moved is found.

use proptest::prelude::*;

use super::*;

fn filter(levels: &[&str], field: &str, channel: &str) -> Filter {
    let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Filter {
        levels: levels.iter().map(|level| (*level).to_owned()).collect(),
        field: named(field),
        channel: named(channel),
    }
}

fn count(what: Word, filter: Filter, value: u32) -> Printed {
    Printed { what, filter, value: f64::from(value), decimals: 0, is_share: false }
}

fn total(what: Word, value: u32) -> Printed {
    count(what, Filter::default(), value)
}

fn share(what: Word, value: f64, decimals: u32) -> Printed {
    Printed { what, filter: Filter::default(), value, decimals, is_share: true }
}

fn found(list: &[Printed]) -> Vec<(&'static str, f64)> {
    contradictions(list).iter().map(|found| (found.rule.code(), found.gap)).collect()
}

/// Hà Giang, 15 December 2023 to 14 May 2024 [S].
fn ha_giang() -> Vec<Printed> {
    vec![
        total(Word::Received, 99_191),
        total(Word::New, 97_090),
        total(Word::CarriedOver, 2_101),
        total(Word::Resolved, 91_357),
        total(Word::Early, 90_348),
        total(Word::OnTime, 15),
        total(Word::Late, 994),
        share(Word::Early, 98.9, 1),
        share(Word::OnTime, 0.02, 2),
        share(Word::Late, 1.09, 2),
    ]
}

/// Hòa Bình, first quarter of 2024 [S].
fn hoa_binh() -> Vec<Printed> {
    let (centre, below) = (|| filter(&["province"], "", ""), || filter(&["district", "commune"], "", ""));
    vec![
        total(Word::Received, 54_156),
        total(Word::Resolved, 49_711),
        total(Word::InProcess, 4_445),
        share(Word::InTime, 99.34, 2),
        count(Word::Received, centre(), 20_792),
        count(Word::Resolved, centre(), 17_467),
        count(Word::InProcess, centre(), 3_325),
        count(Word::Received, below(), 33_364),
        count(Word::Resolved, below(), 32_244),
        count(Word::InProcess, below(), 1_120),
    ]
}

/// Vĩnh Thuận, first half of 2023 [S].
fn vinh_thuan() -> Vec<Printed> {
    vec![
        total(Word::Resolved, 1_210),
        share(Word::Early, 90.58, 2),
        share(Word::OnTime, 7.02, 2),
        share(Word::Late, 0.58, 2),
        share(Word::Withdrawn, 1.82, 2),
        count(Word::Resolved, filter(&[], "Đất đai", ""), 1_049),
        count(Word::Resolved, filter(&[], "Đất đai", "online"), 543),
        count(Word::Resolved, filter(&[], "Đất đai", "direct"), 506),
        count(Word::InTime, filter(&[], "ĐẤT ĐAI", ""), 866),
    ]
}

#[test]
fn reports_that_tie_are_silent() {
    assert_eq!(found(&ha_giang()), []);
    assert_eq!(found(&hoa_binh()), []);
    assert_eq!(found(&vinh_thuan()[..8]), []);
}

#[test]
fn the_land_dossiers_nobody_explains() {
    let found = contradictions(&vinh_thuan());
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule, found[0].gap), (Rule::UnexplainedRest, 183.0));
    assert_eq!(found[0].filter.describe(), "Đất đai");
    assert_eq!(found[0].prints, [0, 3, 4, 5, 8]);
    assert_eq!(
        found[0].detail,
        "Đất đai: resolved 1049 less in_time 866 leaves 183; total: at most 29 not in time"
    );
}

#[test]
fn a_rest_that_can_be_explained_is_none() {
    let mut list = vinh_thuan();
    list[8].value = 1_020.0;
    assert_eq!(found(&list), []);
    list[8].value = 1_019.0;
    assert_eq!(found(&list), [("unexplained_rest", 30.0)]);
    // Where the field prints its own late ones, the sum of the field speaks.
    list[8].value = 866.0;
    list.push(count(Word::Late, filter(&[], "Đất đai", ""), 5));
    assert_eq!(found(&list), [("sum_differs", 178.0)]);
    list.push(count(Word::Withdrawn, filter(&[], "Đất đai", ""), 178));
    assert_eq!(found(&list), [("part_larger_than_whole", -156.0)]);
    // Withdrawn alone leaves the late ones.
    let mut list = vinh_thuan();
    list.push(count(Word::Withdrawn, filter(&[], "Đất đai", ""), 20));
    assert_eq!(found(&list), [("unexplained_rest", 163.0)]);
    // Nothing known of the whole, nothing said.
    assert_eq!(found(&vinh_thuan()[5..]), []);
}

#[test]
fn each_sum_is_checked() {
    for (at, value) in [(0, 99_190), (1, 97_089), (5, 16)] {
        let mut list = ha_giang();
        list[at].value = f64::from(value);
        assert_eq!(found(&list).iter().map(|found| found.0).collect::<Vec<_>>(), ["sum_differs"], "{at}");
    }
    let list = [total(Word::Received, 10), total(Word::Resolved, 7), total(Word::InProcess, 2)];
    assert_eq!(found(&list), [("sum_differs", 1.0)]);
    let list = [total(Word::Resolved, 10), total(Word::InTime, 7), total(Word::Late, 2)];
    assert_eq!(found(&list), [("sum_differs", 1.0)]);
    let list = [total(Word::InTime, 10), total(Word::Early, 7), total(Word::OnTime, 2)];
    assert_eq!(found(&list), [("sum_differs", 1.0)]);
    assert_eq!(contradictions(&list)[0].detail, "total: in_time 10, early 7 + on_time 2 = 9");
}

#[test]
fn withdrawn_stands_apart_or_within() {
    let with = |withdrawn| {
        [total(Word::Resolved, 10), total(Word::Early, 6), total(Word::OnTime, 2), total(Word::Late, 1)]
            .into_iter()
            .chain([total(Word::Withdrawn, withdrawn)])
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&with(1)), []);
    assert_eq!(found(&with(3)), [("sum_differs", 1.0)]);
    let within =
        [total(Word::Resolved, 9), total(Word::InTime, 8), total(Word::Late, 1), total(Word::Withdrawn, 2)];
    assert_eq!(found(&within), []);
}

#[test]
fn shares_add_up_within_their_rounding() {
    let list = |late| [share(Word::Early, 98.9, 1), share(Word::OnTime, 0.02, 2), share(Word::Late, late, 2)];
    assert_eq!(found(&list(1.09)), []);
    assert_eq!(found(&list(1.02)), []);
    assert_eq!(found(&list(1.0)), [("shares_differ", 0.02)]);
    assert_eq!(found(&list(1.2)), [("shares_differ", -0.06)]);
    assert_eq!(found(&[share(Word::Early, 101.0, 0)]), [("part_larger_than_whole", -0.5)]);
    let list = [share(Word::InTime, 97.0, 0), share(Word::Early, 90.0, 0), share(Word::OnTime, 5.0, 0)];
    assert_eq!(found(&list), [("shares_differ", 0.5)]);
    assert_eq!(found(&[share(Word::InTime, 99.34, 2), share(Word::Late, 0.66, 2)]), []);
    assert_eq!(
        found(&[share(Word::Resolved, 91.0, 0), share(Word::InProcess, 4.0, 0)]),
        [("shares_differ", 4.0)]
    );
}

#[test]
fn a_share_and_its_number() {
    let mut list = ha_giang();
    list[7].value = 98.7;
    let contradictions = contradictions(&list);
    assert_eq!(contradictions.len(), 1);
    assert_eq!((contradictions[0].rule, &contradictions[0].prints), (Rule::ShareAndCount, &vec![3, 4, 7]));
    // 19 of 34 cut off to 55 % fits no whole number; the nearest two are taken.
    let list = [total(Word::Received, 34), total(Word::Resolved, 19), share(Word::Resolved, 55.0, 0)];
    assert_eq!(found(&list), []);
}

#[test]
fn one_thing_printed_twice() {
    assert_eq!(found(&[total(Word::Late, 7), total(Word::Late, 7)]), []);
    assert_eq!(found(&[total(Word::Late, 7), total(Word::Late, 9)]), [("printed_twice", -2.0)]);
    assert_eq!(found(&[share(Word::Late, 0.58, 2), share(Word::Late, 0.6, 1)]), []);
    assert_eq!(found(&[total(Word::Late, 7), total(Word::Received, 3), total(Word::Late, 7)]).len(), 1);
}

#[test]
fn levels_add_up_to_the_total() {
    let mut list = hoa_binh();
    list[7].value = 33_365.0;
    assert_eq!(found(&list), [("parts_differ", -1.0), ("sum_differs", 1.0)]);
    assert_eq!(contradictions(&list)[0].prints, [0, 4, 7]);
    // Levels that leave the communes out need not be all.
    let list = |word: &str| {
        [
            total(Word::Received, 10),
            count(Word::Received, filter(&["province"], "", ""), 4),
            count(Word::Received, filter(&[word], "", ""), 5),
        ]
    };
    assert_eq!(found(&list("district")), []);
    assert_eq!(found(&list("commune")), [("parts_differ", 1.0)]);
    // Levels within levels, and levels that overlap.
    let nested = [
        count(Word::Late, filter(&["district", "commune"], "", ""), 9),
        count(Word::Late, filter(&["district"], "", ""), 4),
        count(Word::Late, filter(&["commune"], "", ""), 4),
    ];
    assert_eq!(found(&nested), [("parts_differ", 1.0)]);
    let overlapping = [
        total(Word::Late, 5),
        count(Word::Late, filter(&["district", "commune"], "", ""), 4),
        count(Word::Late, filter(&["province", "commune"], "", ""), 4),
    ];
    assert_eq!(found(&overlapping), []);
}

#[test]
fn channels_and_fields() {
    let mut list = vinh_thuan();
    list[7].value = 505.0;
    list.truncate(8);
    assert_eq!(found(&list), [("parts_differ", 1.0)]);
    let fields = |a, b| {
        [
            total(Word::Resolved, 10),
            count(Word::Resolved, filter(&[], "Đất đai", ""), a),
            count(Word::Resolved, filter(&[], "Hộ tịch", ""), b),
        ]
    };
    assert_eq!(found(&fields(3, 4)), []);
    assert_eq!(found(&fields(6, 5)), [("part_larger_than_whole", -1.0)]);
    assert_eq!(found(&fields(12, 0)), [("part_larger_than_whole", -2.0)]);
}

#[test]
fn a_part_larger_than_its_whole_is_told_once() {
    let list = [total(Word::Received, 20), total(Word::Resolved, 10), total(Word::Early, 25)];
    let found = contradictions(&list);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule, found[0].gap), (Rule::PartLargerThanWhole, -15.0));
    assert_eq!(found[0].detail, "total: resolved 10, total: early 25");
    let two = [total(Word::Resolved, 10), total(Word::Early, 6), total(Word::Late, 6)];
    assert_eq!(super::contradictions(&two)[0].rule, Rule::PartLargerThanWhole);
}

#[test]
fn odd_lists() {
    assert_eq!(found(&[]), []);
    assert_eq!(found(&[Printed { value: f64::NAN, ..total(Word::Late, 1) }, total(Word::Late, 2)]), []);
    assert_eq!(Filter::default().describe(), "total");
    assert_eq!(filter(&["b", "a"], "F", "online").describe(), "a+b, F, online");
    assert!(Word::Early.is_part_of(Word::InTime) && Word::Early.is_part_of(Word::Received));
    assert!(!Word::Late.is_part_of(Word::InTime) && !Word::Received.is_part_of(Word::Received));
}

const WORDS: [Word; 10] = [
    Word::Received,
    Word::New,
    Word::CarriedOver,
    Word::Resolved,
    Word::InProcess,
    Word::InTime,
    Word::Early,
    Word::OnTime,
    Word::Late,
    Word::Withdrawn,
];

/// A report that ties: three levels, each with its six free numbers, in counts and some shares.
fn honest(levels: &[[u32; 6]; 3], decimals: u32, as_share: u16) -> Vec<Printed> {
    let values = |[new_extra, early, on_time, late, withdrawn, in_process]: [u32; 6]| {
        let resolved = early + on_time + late + withdrawn;
        let received = resolved + in_process;
        let carried = received.min(new_extra);
        [
            received,
            received - carried,
            carried,
            resolved,
            in_process,
            early + on_time,
            early,
            on_time,
            late,
            withdrawn,
        ]
    };
    let each = levels.map(values);
    let names = ["province", "district", "commune"];
    let mut list = Vec::new();
    for (at, word) in WORDS.into_iter().enumerate() {
        for (level, values) in names.iter().zip(&each) {
            list.push(count(word, filter(&[level], "", ""), values[at]));
        }
        let sum = |at: usize| each.iter().map(|values| values[at]).sum::<u32>();
        let base = word.base().and_then(|base| WORDS.iter().position(|word| *word == base)).map(sum);
        match base.filter(|base| *base > 0 && as_share & 1 << at != 0) {
            Some(base) => {
                let scale = 10f64.powi(decimals as i32);
                let value = (100.0 * f64::from(sum(at)) / f64::from(base) * scale).round() / scale;
                list.push(share(word, value, decimals));
            }
            None => list.push(total(word, sum(at))),
        }
    }
    list
}

proptest! {
    #[test]
    fn a_report_that_ties_is_silent_in_any_order(
        levels in proptest::array::uniform3(proptest::array::uniform6(0..5_000_u32)),
        decimals in 0..3_u32,
        as_share in 0..1024_u16,
        turn in 0..40_usize,
    ) {
        let mut list = honest(&levels, decimals, as_share);
        let turn = turn % list.len();
        list.rotate_left(turn);
        prop_assert_eq!(contradictions(&list), vec![]);
    }

    #[test]
    fn one_moved_number_is_found(
        levels in proptest::array::uniform3(proptest::array::uniform6(1..5_000_u32)),
        which in 0..40_usize,
        by in 1..50_u32,
    ) {
        let mut list = honest(&levels, 0, 0);
        let which = which % list.len();
        list[which].value += f64::from(by);
        let found = contradictions(&list);
        prop_assert!(!found.is_empty());
        prop_assert!(found.iter().all(|found| found.prints.contains(&which) && found.gap != 0.0));
        let mut turned = list.clone();
        turned.reverse();
        let words = |list: &[Printed]| {
            contradictions(list).into_iter().map(|found| found.detail).collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(words(&list), words(&turned));
    }
}
