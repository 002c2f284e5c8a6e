//! The laws of a generation, checked on small ones: same bytes, exact quotas, every row accounted for.

use super::*;
use std::collections::BTreeSet;
use std::path::Path;

const KINDS: [&str; 62] = [
    "channel_conflict",
    "code_collision",
    "code_date_mismatch",
    "code_malformed",
    "impossible_timeline",
    "status_ahead",
    "apology_too_late",
    "attachment_loss",
    "closed_in_bulk",
    "code_unknown_agency",
    "due_beyond_limit",
    "ended_in_future",
    "extended_twice",
    "finished_at_once",
    "flag_stale",
    "flag_untrue",
    "id_birth_conflict",
    "late_hidden",
    "local_procedure",
    "no_apology",
    "procedure_not_in_catalogue",
    "procedure_not_in_force",
    "process_differs",
    "received_on_day_off",
    "result_file_suspect",
    "resubmission",
    "sync_gap",
    "arrived_late_in_ministry",
    "arrived_late_on_portal",
    "birth_month_lost",
    "code_rewritten",
    "date_conflict",
    "date_shifted",
    "day_month_swapped",
    "due_date_changed",
    "fee_conflict",
    "identity_conflict",
    "late_in_ministry",
    "late_on_portal",
    "leading_zero_restored",
    "malformed",
    "missing_in_ministry",
    "missing_in_province",
    "missing_on_portal",
    "name_conflict",
    "name_variant",
    "not_nfc",
    "phone_conflict",
    "placeholder_id",
    "procedure_conflict",
    "repeated_row",
    "status_behind",
    "status_collapsed",
    "status_conflict",
    "typed_in_two_systems",
    "typed_twice",
    "unit_conflict",
    // Not kinds but shapes: by which key a row can still be tied, and how a row is broken.
    "reach code",
    "reach alternate",
    "reach identity",
    "reach none",
    "fate malformed",
];

pub fn make(profile: &str, dossiers: Option<u64>, seed: u64, out: &Path) -> Generated {
    let request = Request { profile: profile.to_owned(), dossiers, seed, out: out.to_owned() };
    generate(&request, &|_, _| {}).unwrap()
}

pub fn csv_rows(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

pub fn figure(out: &Path, name: &str) -> u64 {
    let rows = csv_rows(&out.join(truth::FIGURES));
    rows.iter().find(|row| row[0] == name).unwrap()[1].parse().unwrap()
}

fn all_bytes(out: &Path) -> Vec<Vec<u8>> {
    let files =
        ["mot_cua.csv", "dvcqg.ndjson", "ho_tich.csv", "dat_dai.xlsx", "procedures.csv", "agencies.csv"];
    let truth = [truth::RECORDS, truth::ERRORS, truth::FIGURES, truth::MARKER];
    files.iter().chain(&truth).map(|name| std::fs::read(out.join(name)).unwrap()).collect()
}

#[test]
fn same_seed_same_bytes_and_another_seed_other_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let first = make("all-errors", Some(1500), 7, &at("a"));
    assert_eq!(first, make("all-errors", Some(1500), 7, &at("b")));
    assert_eq!(all_bytes(&at("a")), all_bytes(&at("b")));
    make("all-errors", Some(1500), 8, &at("c"));
    assert_ne!(all_bytes(&at("a"))[0], all_bytes(&at("c"))[0]);
}

#[test]
fn an_earlier_generation_is_written_over_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    make("all-errors", Some(300), 1, folder.path());
    make("vinh-thuan-2023h1", Some(200), 1, folder.path());
    assert_eq!(figure(folder.path(), "received"), 200);

    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("thesis.doc"), "mine").unwrap();
    let request =
        Request { profile: "all-errors".into(), dossiers: Some(300), seed: 1, out: other.path().to_owned() };
    let refused = generate(&request, &|_, _| {}).unwrap_err();
    assert!(matches!(refused, GenerateError::OutNotEmpty { .. }));
    assert_eq!(std::fs::read_dir(other.path()).unwrap().count(), 1);
}

#[test]
fn quotas_are_exact_at_a_small_number_too() {
    let folder = tempfile::tempdir().unwrap();
    for (profile, dossiers) in
        [("hoa-binh-2024q1", 1003), ("ha-giang-2024", 1500), ("vinh-thuan-2023h1", 1210)]
    {
        let out = folder.path().join(profile);
        make(profile, Some(dossiers), 3, &out);
        let setting = profile::load(profile).unwrap();
        let counts: Vec<u64> = setting.profile.quota.iter().map(|quota| quota.count).collect();
        let scaled = permutation::largest_remainder(&counts, dossiers);
        let of = |outcome| {
            let quotas = setting.profile.quota.iter().zip(&scaled);
            quotas.filter(|(quota, _)| quota.outcome == outcome).map(|(_, count)| count).sum::<u64>()
        };
        assert_eq!(figure(&out, "received"), dossiers);
        assert_eq!(figure(&out, "resolved_early"), of(profile::Outcome::Early));
        assert_eq!(figure(&out, "resolved_on_time"), of(profile::Outcome::OnTime));
        assert_eq!(figure(&out, "resolved_late"), of(profile::Outcome::Late));
        assert_eq!(figure(&out, "in_process"), of(profile::Outcome::InProcess));
        assert_eq!(figure(&out, "rows_mot_cua"), dossiers);
    }
    assert_eq!(figure(&folder.path().join("vinh-thuan-2023h1"), "resolved_land_online"), 543);
    assert_eq!(figure(&folder.path().join("vinh-thuan-2023h1"), "resolved_land_direct"), 506);
}

#[test]
fn every_row_is_in_the_truth_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let generated = make("all-errors", Some(3000), 5, out);
    let mut rows: BTreeMap<(String, String), BTreeSet<u64>> = BTreeMap::new();
    let records = csv_rows(&out.join(truth::RECORDS));
    for row in &records {
        let fresh = rows.entry((row[0].clone(), row[2].clone())).or_default().insert(row[3].parse().unwrap());
        assert!(fresh, "{row:?} is there twice");
    }
    let lines = |name: &str| std::fs::read_to_string(out.join(name)).unwrap().lines().count() as u64;
    let spans = [
        ("mot_cua", "", 2, lines("mot_cua.csv")),
        ("dvcqg", "", 1, lines("dvcqg.ndjson")),
        ("ho_tich", "", 2, lines("ho_tich.csv")),
        ("dat_dai", "Danh sách", 6, generated.files[3].1 + 5),
    ];
    for (system, sheet, first, last) in spans {
        let seen = &rows[&(system.to_owned(), sheet.to_owned())];
        assert_eq!(seen, &(first..=last).collect(), "{system}");
    }
    assert_eq!(records.len() as u64, generated.files[..4].iter().map(|(_, rows)| rows).sum::<u64>());
}

#[test]
fn every_kind_is_planted_and_points_at_a_row_of_its_case() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let generated = make("all-errors", None, 1, out);
    let records = csv_rows(&out.join(truth::RECORDS));
    let shapes = records.iter().flat_map(|row| [format!("fate {}", row[5]), format!("reach {}", row[6])]);
    let seen: BTreeSet<String> = shapes.chain(generated.errors_by_kind.keys().cloned()).collect();
    for kind in KINDS {
        assert!(seen.contains(kind), "{kind} does not occur");
    }
    let cases: BTreeMap<_, _> = records
        .iter()
        .map(|row| ((row[0].clone(), row[2].clone(), row[3].clone()), row[4].clone()))
        .collect();
    let mut fields = BTreeSet::new();
    for error in csv_rows(&out.join(truth::ERRORS)) {
        if error[5].is_empty() {
            let absent = ["missing", "late", "sync_gap"].iter().any(|kind| error[0].starts_with(kind));
            assert!(absent, "{error:?}");
            assert_eq!(error[0] == "sync_gap", error[1].is_empty(), "{error:?}");
            continue;
        }
        let place = (error[2].clone(), error[4].clone(), error[5].clone());
        assert_eq!(cases.get(&place), Some(&error[1]), "{error:?}");
        let once = error[6].is_empty() || fields.insert((place, error[6].clone()));
        assert!(once, "a second error on one field hides the first: {error:?}");
    }
}

#[test]
fn malformed_rows_carry_no_other_error_and_unreachable_rows_no_wrong_value() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("all-errors", Some(8000), 2, out);
    let records = csv_rows(&out.join(truth::RECORDS));
    let mut of_row: BTreeMap<(String, String), Vec<Vec<String>>> = BTreeMap::new();
    for error in csv_rows(&out.join(truth::ERRORS)).into_iter().filter(|error| !error[5].is_empty()) {
        of_row.entry((error[2].clone(), error[5].clone())).or_default().push(error);
    }
    for row in records {
        let errors = of_row.get(&(row[0].clone(), row[3].clone())).map_or(&[][..], Vec::as_slice);
        let fields: Vec<&str> = errors.iter().map(|error| error[6].as_str()).collect();
        if row[5] == "malformed" {
            assert_eq!(errors.len(), 1, "{row:?}, {errors:?}");
        }
        if row[6] == "identity" {
            assert!(
                !fields.iter().any(|field| ["id_number", "procedure", "received_at"].contains(field)),
                "{row:?}"
            );
        }
        if row[6] == "none" {
            assert!(fields.iter().all(|field| ["code", ""].contains(field)), "{row:?}");
        }
    }
}

#[test]
fn hub_codes_are_unique_and_carry_the_day_of_receipt_unless_it_is_planted() {
    let folder = tempfile::tempdir().unwrap();
    make("ha-giang-2024", Some(4000), 9, folder.path());
    let mut seen = BTreeSet::new();
    let stamp = |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%d/%m/%Y %H:%M:%S").unwrap();
    let (opens, closes) = (stamp("15/12/2023 00:00:00"), stamp("15/05/2024 00:00:00"));
    let errors = csv_rows(&folder.path().join(truth::ERRORS));
    let planted = |kind: &str, row: usize| {
        errors
            .iter()
            .any(|error| error[0] == kind && error[2] == "mot_cua" && error[5] == (row + 2).to_string())
    };
    for (number, row) in csv_rows(&folder.path().join("mot_cua.csv")).into_iter().enumerate() {
        let (received, due) = (stamp(&row[12]), stamp(&row[13]));
        let known = row[0].starts_with(&format!("{}-", row[4]));
        assert_ne!(known, planted("code_unknown_agency", number), "{row:?}");
        let of_the_day = row[0].contains(&format!("-{}-", received.format("%y%m%d")));
        let slip = planted("code_malformed", number);
        assert!(of_the_day != planted("code_date_mismatch", number) || slip, "{row:?}");
        assert!(received < due);
        if planted("impossible_timeline", number) {
            continue;
        }
        let finished = (!row[14].is_empty()).then(|| stamp(&row[14]));
        let returned = (!row[15].is_empty()).then(|| stamp(&row[15]));
        assert!(finished.is_none_or(|finished| received <= finished));
        assert!(returned.is_none_or(|returned| finished.is_some_and(|finished| finished <= returned)));
        // Resolved, and not before the period even where it was carried over.
        let inside = finished.or(returned).is_none_or(|ended| (opens..closes).contains(&ended));
        assert!(inside || planted("ended_in_future", number), "{row:?}");
        assert_eq!(row[16] == "Đã trả kết quả", returned.is_some());
        assert_ne!(seen.insert(row[0].clone()), planted("code_collision", number), "{row:?}");
    }
}

#[test]
fn a_bad_profile_is_refused_by_key() {
    let good = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/vinh-thuan-2023h1.toml"));
    let folder = tempfile::tempdir().unwrap();
    let refusal = |from: &str, to: &str| {
        let path = folder.path().join("profile.toml");
        assert!(good.contains(from), "{from}");
        std::fs::write(&path, good.replacen(from, to, 1)).unwrap();
        profile::load(path.to_str().unwrap()).err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(refusal("dossiers = 1210", "dossiers = 1211").contains("`quota`"));
    assert!(refusal("typed_twice = 0.0", "typed_twice = 1.5").contains("`hub.typed_twice`"));
    assert!(refusal("off_hours_share = 0.0", "off_hours_share = 0.1").contains("`quota[4].channel`"));
    assert!(refusal("[hub]", "[hub]\nno_such_kind = 0.1").contains("no_such_kind"));
    assert!(refusal("[ho_tich]", "[ho_tich]\nphone_conflict = 0.1").contains("`ho_tich.phone_conflict`"));
    assert!(refusal("period_start = \"2023-01-01\"", "period_start = \"1/1/2023\"").contains("2024-01-31"));
    assert!(refusal("[hub]", "[hubb]").contains("hubb"));
    let unknown = profile::load("hoa-bin").err().map(|error| error.to_string()).unwrap_or_default();
    assert!(unknown.contains("hoa-binh-2024q1"));
}
