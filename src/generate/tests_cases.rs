//! The laws of what a case says beyond its dates: supplements, apologies, catalogue, gaps, the sync job.

use super::row::System;
use super::tests::{csv_rows, figure, make};
use super::*;
use std::collections::BTreeSet;
use std::path::Path;

/// One column of the hub's export, by case; second rows of a case left out.
fn hub_column(out: &Path, name: &str) -> BTreeMap<String, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(out.join("mot_cua.csv")).unwrap();
    let column = reader.headers().unwrap().iter().position(|header| header == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut cells = BTreeMap::new();
    for record in csv_rows(&out.join(truth::RECORDS)).iter().filter(|row| row[0] == "mot_cua") {
        let row: usize = record[3].parse().unwrap();
        if record[5] == "record" {
            cells.entry(record[4].clone()).or_insert_with(|| rows[row - 2][column].to_owned());
        }
    }
    cells
}

#[test]
fn a_supplement_moves_the_due_time_in_every_system() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("hoa-binh-2024q1", Some(3000), 4, out);
    let column = |name: &str| hub_column(out, name);
    let (due, before) = (column("Ngày hẹn trả"), column("Ngày hẹn trả trước"));
    let (extensions, came) = (column("Số lần gia hạn"), column("Ngày bổ sung"));
    let time = |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%d/%m/%Y %H:%M:%S").unwrap();
    let moved: Vec<_> = before.iter().filter(|(_, before)| !before.is_empty()).collect();
    assert!(moved.len() > 20, "{}", moved.len());
    for (case, before) in moved {
        assert!(time(before) < time(&due[case]), "{case}");
        assert_ne!(extensions[case] == "0", came[case].is_empty(), "{case}");
    }
    let portal = std::fs::read_to_string(out.join("dvcqg.ndjson")).unwrap();
    let supplemented: BTreeSet<&String> =
        came.iter().filter(|(_, came)| !came.is_empty()).map(|(case, _)| case).collect();
    let changed: BTreeSet<String> = csv_rows(&out.join(truth::ERRORS))
        .into_iter()
        .filter(|error| error[6] == "due_at" || error[0] == "malformed")
        .map(|error| error[1].clone())
        .collect();
    for record in csv_rows(&out.join(truth::RECORDS)) {
        let (case, row): (_, usize) = (&record[4], record[3].parse().unwrap());
        if record[0] == "dvcqg" && supplemented.contains(case) && !changed.contains(case) {
            let line: serde_json::Value = serde_json::from_str(portal.lines().nth(row - 1).unwrap()).unwrap();
            let there = line["NgayHenTra"].as_str().unwrap();
            assert_eq!(System::Portal.stamp(time(&due[case])), there, "{case}");
        }
    }
}

#[test]
fn late_and_overdue_dossiers_have_an_apology_in_time_unless_it_is_planted() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("all-errors", Some(4000), 6, out);
    let column = |name: &str| hub_column(out, name);
    let (due, apology) = (column("Ngày hẹn trả"), column("Ngày xin lỗi"));
    let (finished, returned) = (column("Ngày kết thúc xử lý"), column("Ngày trả"));
    let time = |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%d/%m/%Y %H:%M:%S").ok();
    let errors = csv_rows(&out.join(truth::ERRORS));
    let planted =
        |kind: &str, case: &String| errors.iter().any(|error| error[0] == kind && error[1] == *case);
    let as_of = time("01/04/2024 02:00:00").unwrap();
    for (case, due) in due {
        let due = time(&due).unwrap();
        let ended = time(&returned[&case]).or(time(&finished[&case]));
        let late = ended.unwrap_or(as_of) > due;
        let apology = time(&apology[&case]);
        assert_eq!(apology.is_some(), late && !planted("no_apology", &case), "{case}");
        let too_late = apology.is_some_and(|apology| apology.date() > due.date());
        assert_eq!(too_late, planted("apology_too_late", &case), "{case}");
    }
}

#[test]
fn the_catalogue_changes_as_the_profile_says() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("hoa-binh-2024q1", Some(300), 1, out);
    let changes = ["new", "amended", "abolished"].map(|change| figure(out, &format!("catalogue_{change}")));
    assert_eq!(changes, [46, 149, 10]);
    make("vinh-thuan-2023h1", Some(300), 1, out);
    let levels = ["district", "commune", "joint_same_level", "joint_cross_level"];
    let in_force = levels.map(|level| figure(out, &format!("catalogue_in_force_{level}")));
    assert_eq!(in_force, [251, 147, 11, 36]);
    let agencies: BTreeSet<String> =
        csv_rows(&out.join("agencies.csv")).into_iter().map(|row| row[0].clone()).collect();
    assert!(agencies.contains("H33") && agencies.contains("H33.42.08"));
}

#[test]
fn versions_of_a_procedure_follow_each_other_without_gap() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("hoa-binh-2024q1", Some(300), 1, out);
    let day = |text: &str| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
    let lines = csv_rows(&out.join("procedures.csv"));
    for pair in lines.windows(2).filter(|pair| pair[0][0] == pair[1][0]) {
        assert_eq!(day(&pair[0][7]).succ_opt(), Some(day(&pair[1][6])), "{pair:?}");
    }
    let own = profile::load("hoa-binh-2024q1").unwrap();
    for procedure in &own.profile.procedure {
        let last = lines.iter().rfind(|line| line[0] == procedure.code).unwrap();
        assert!(last[7].is_empty() && last[8] != "abolished", "{last:?}");
        assert_eq!(last[4], procedure.days.to_string());
    }
}

#[test]
fn nothing_is_synced_on_the_days_of_a_gap_and_nothing_comes_late_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("all-errors", Some(6000), 3, out);
    let errors = csv_rows(&out.join(truth::ERRORS));
    let late: BTreeSet<&String> =
        errors.iter().filter(|error| error[0] == "arrived_late_on_portal").map(|error| &error[1]).collect();
    let moved: BTreeSet<&String> =
        errors.iter().filter(|error| error[6] == "received_at").map(|error| &error[1]).collect();
    assert_eq!(errors.iter().filter(|error| error[0] == "sync_gap").count(), 2);
    let portal = std::fs::read_to_string(out.join("dvcqg.ndjson")).unwrap();
    let lines: Vec<&str> = portal.lines().collect();
    let time = |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").unwrap();
    for record in csv_rows(&out.join(truth::RECORDS)).iter().filter(|row| row[0] == "dvcqg") {
        if record[5] == "malformed" || moved.contains(&record[4]) {
            continue;
        }
        let row: usize = record[3].parse().unwrap();
        let line: serde_json::Value = serde_json::from_str(lines[row - 1]).unwrap();
        let at = |key: &str| time(line[key].as_str().unwrap());
        let (received, synced) = (at("NgayTiepNhan"), at("ThoiDiemDongBo"));
        assert!(!["2024-01-16", "2024-03-12"].contains(&synced.date().to_string().as_str()), "{record:?}");
        let in_time = synced > received && synced - received < chrono::TimeDelta::hours(24);
        assert!(in_time || late.contains(&record[4]), "{record:?}");
    }
}

#[test]
fn a_known_sync_job_does_what_it_does_to_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("sync-job", Some(3000), 2, out);
    let errors = csv_rows(&out.join(truth::ERRORS));
    let causes: BTreeSet<&str> = errors.iter().map(|error| error[9].as_str()).collect();
    assert_eq!(causes, ["", "T1", "T10", "T2", "T3", "T4", "T5", "T7", "T8"].into());
    let status = hub_column(out, "Trạng thái hồ sơ");
    let portal = std::fs::read_to_string(out.join("dvcqg.ndjson")).unwrap();
    let lines: Vec<&str> = portal.lines().collect();
    let excluded: BTreeSet<&String> =
        errors.iter().filter(|error| error[9] == "T10").map(|error| &error[1]).collect();
    let mut waiting = 0;
    for record in csv_rows(&out.join(truth::RECORDS)).iter().filter(|row| row[0] == "dvcqg") {
        let line: serde_json::Value =
            serde_json::from_str(lines[record[3].parse::<usize>().unwrap() - 1]).unwrap();
        assert!(!excluded.contains(&record[4]), "{record:?}");
        // Strays did not come through the job.
        let Some(status) = status.get(&record[4]) else { continue };
        let waits = ["Yêu cầu bổ sung giấy tờ", "Yêu cầu thực hiện nghĩa vụ tài chính", "Dừng xử lý"];
        if waits.contains(&status.as_str()) {
            waiting += 1;
            assert_eq!(line["TrangThaiHoSo"], "9", "{record:?}");
        }
        assert_eq!(line["TaiLieuNop"].as_array().unwrap().len(), 1, "{record:?}");
        assert!(line["TrichYeuHoSo"].as_str().unwrap().chars().count() <= 1000);
        assert!(matches!(line["DinhDanhCHS"][0]["SoDinhDanh"].as_str().unwrap().len(), 9 | 12));
    }
    assert!(waiting > 20);
}

#[test]
fn several_dossiers_of_one_person_keep_their_codes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("all-errors", Some(8000), 5, out);
    let (ids, procedures) = (hub_column(out, "Số giấy tờ"), hub_column(out, "Mã thủ tục"));
    let repeatable = ["2.000815", "2.000884"];
    let mut of_person: BTreeMap<(&String, &String), Vec<&String>> = BTreeMap::new();
    for (case, id) in ids.iter().filter(|(case, _)| !repeatable.contains(&&procedures[*case][..8])) {
        of_person.entry((id, &procedures[case])).or_default().push(case);
    }
    let several: BTreeSet<&String> =
        of_person.values().filter(|cases| cases.len() > 1).flatten().copied().collect();
    assert!(several.len() > 100, "{}", several.len());
    for record in csv_rows(&out.join(truth::RECORDS)) {
        if several.contains(&record[4]) {
            assert!(["", "code", "alternate"].contains(&record[6].as_str()), "{record:?}");
        }
    }
    let objects = (hub_column(out, "Thửa đất"), hub_column(out, "Người được đăng ký"));
    let again: BTreeSet<String> = csv_rows(&out.join(truth::ERRORS))
        .into_iter()
        .filter(|error| error[0] == "resubmission")
        .map(|error| error[1].clone())
        .collect();
    for cases in of_person.values().filter(|cases| cases.len() > 1) {
        let told_apart: BTreeSet<_> =
            cases.iter().map(|case| (&objects.0[*case], &objects.1[*case])).collect();
        let comes_again = cases.iter().any(|case| again.contains(*case));
        assert!(comes_again || told_apart.len() == cases.len(), "{cases:?}");
    }
}

/// Phone, owner, number and procedure of the hub's rows of several owners who share a phone, by phone and day.
fn shared_phones(out: &Path) -> BTreeMap<(String, String), Vec<[String; 4]>> {
    let names = ["Số điện thoại", "Chủ hồ sơ", "Số giấy tờ", "Mã thủ tục"];
    let columns = names.map(|name| hub_column(out, name));
    let received = hub_column(out, "Ngày tiếp nhận");
    let mut of_phone: BTreeMap<(String, String), Vec<[String; 4]>> = BTreeMap::new();
    for (case, at) in &received {
        let row = columns.each_ref().map(|column| column[case].clone());
        let day = at.split(' ').next().unwrap_or_default().to_owned();
        if !row[0].is_empty() {
            of_phone.entry((row[0].clone(), day)).or_default().push(row);
        }
    }
    of_phone.retain(|_, rows| rows.iter().any(|row| row[2] != rows[0][2]));
    of_phone
}

#[test]
fn an_agent_files_for_several_owners_by_one_phone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("all-errors", Some(8000), 5, out);
    let shared = shared_phones(out);
    assert!(shared.len() > 20, "{}", shared.len());
    for rows in shared.values() {
        let each = |column: usize| rows.iter().map(|row| &row[column]).collect::<BTreeSet<_>>().len();
        // Owner by owner another name and number.
        assert_eq!((each(1), each(2)), (rows.len(), rows.len()), "{rows:?}");
    }
    let of_one_procedure = shared.values().filter(|rows| rows.iter().all(|row| row[3] == rows[0][3])).count();
    assert!(of_one_procedure * 10 > shared.len() * 9, "{of_one_procedure} of {}", shared.len());
    // The one who handed them in is told, and is none of them.
    let (agents, owners, phones) = ("Người nộp", "Chủ hồ sơ", "Số điện thoại");
    let [agents, owners, phones] = [agents, owners, phones].map(|name| hub_column(out, name));
    for phone in shared.keys().map(|(phone, _)| phone) {
        let cases: Vec<&String> =
            phones.iter().filter(|(_, own)| *own == phone).map(|(case, _)| case).collect();
        let who: BTreeSet<&String> = cases.iter().map(|case| &agents[*case]).collect();
        assert_eq!(who.len(), 1, "{phone}");
        assert!(cases.iter().all(|case| agents[*case] != owners[*case]), "{phone}");
    }
}

#[test]
fn without_agents_nobody_shares_a_phone() {
    let folder = tempfile::tempdir().unwrap();
    for profile in ["hoa-binh-2024q1", "vinh-thuan-2023h1"] {
        let out = folder.path().join(profile);
        make(profile, Some(2000), 5, &out);
        assert_eq!(shared_phones(&out).len(), 0, "{profile}");
    }
}

#[test]
fn new_rates_change_no_published_total() {
    let folder = tempfile::tempdir().unwrap();
    let mut totals = BTreeSet::new();
    let good = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/hoa-binh-2024q1.toml"));
    let start = good.find("[cases]").unwrap();
    let end = start + good[start..].find("\n[").unwrap();
    for (turn, cases) in ["[cases]\n", "[cases]\nended_in_future = 0.5\ndue_beyond_limit = 0.5\nresubmission = 1.0\nclosed_in_bulk = 0.1\nfinished_at_once = 0.3\nservice_agent = 0.5\n"].iter().enumerate() {
        let path = folder.path().join("profile.toml");
        std::fs::write(&path, format!("{}{cases}{}", &good[..start], &good[end..])).unwrap();
        let out = folder.path().join(turn.to_string());
        make(path.to_str().unwrap(), Some(5000), 1, &out);
        let names = ["received", "resolved", "resolved_early", "resolved_on_time", "resolved_late", "in_process", "received_province", "resolved_late_province"];
        totals.insert(names.map(|name| figure(&out, name)));
    }
    assert_eq!(totals.len(), 1, "{totals:?}");
}
