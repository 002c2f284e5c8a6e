//! Rules and known transformations on exports of a few rows, written here: one fault a test, found from outside.

mod case;
mod known;

use std::collections::BTreeSet;

use case::{Case, Cells, HUB, Night, PORTAL, csv};

use crate::support::{Row, code, doisoat, run, stderr, table, text};

const STRANGER: Cells<'static> = &[("owner_name", "Bùi Thị Khác"), ("id_number", "017190000999")];
const A: &str = "H28.36-240108-0001";
const B: &str = "H28.36-240109-0002";

#[test]
fn nothing_wrong_is_nothing_found() {
    Case::new().both(A, &[], &[]).run().is(&[]);
}

#[test]
fn the_two_orders_of_an_agency_are_one_code_when_the_person_agrees() {
    let ascending = "000.00.36.H28-240108-0001";
    Case::new().hub(A, &[]).portal(ascending, &[]).run().is(&[("code_rewritten", A, "agency_order")]);
    // Another person behind the same digits is another dossier.
    let night = Case::new().hub(A, &[]).portal(ascending, STRANGER).run();
    let kinds: BTreeSet<String> = night.findings().into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, BTreeSet::from(["missing_in_province".to_owned(), "missing_on_portal".to_owned()]));
}

#[test]
fn a_malformed_code_comes_with_the_code_that_may_be_meant() {
    let night = Case::new().hub(A, &[]).portal("H28.36-24O108-0001", &[]).run();
    assert_eq!(night.detail("code_malformed"), format!("code_malformed; may be {A}"));
}

#[test]
fn agencies_have_their_time() {
    let after = [("received_at", "2024-01-08 08:00:00")];
    let night = Case::new().both("H99.36-240108-0001", &after, &[]).run();
    assert_eq!(night.detail("code_unknown_agency"), "no agency H99.36 is known");
    let agencies = "code,name,level,parent,valid_from,valid_to,successor,share,source\n\
                    H28.36,UBND huyện Mẫu,district,H28,2020-01-01,2023-12-31,H28.40,whole,synthetic\n\
                    H28.40,UBND huyện Mới,district,H28,2024-01-01,,,whole,synthetic\n";
    let reference = "[reference]\nagencies = \"agencies.csv\"\n";
    // The code names a unit that was gone; the portal shows the unit that took over.
    let night =
        Case::new().both(A, &[], &[("unit", "H28.40")]).file("agencies.csv", agencies).with(reference).run();
    night.is(&[("code_unknown_agency", A, ""), ("unit_conflict", A, "successor_unit")]);
    assert_eq!(night.detail("code_unknown_agency"), "H28.36 was abolished on 2024-01-01");
    let case = &night.table("cases")[0];
    assert_eq!((case["unit_today"].as_str(), case["unit_standing"].as_str()), ("H28.40", "abolished"));
}

const CATALOGUE: &str = "code,name,field,level,max_days,day_kind,valid_from,valid_to,change,decision,source\n\
    1.001193,\"Đăng ký, khai sinh\",Hộ tịch,commune,3,working,2020-01-01,2024-01-14,,QĐ 1,synthetic\n\
    1.001193,Đăng ký khai sinh,Hộ tịch,commune,1,working,2024-01-15,,amended,QĐ 2,synthetic\n\
    1.000894,Đăng ký kết hôn,Hộ tịch,commune,3,working,2020-01-01,,,QĐ 1,synthetic\n\
    1.000894,Đăng ký kết hôn,Hộ tịch,commune,,,2024-01-05,,abolished,QĐ 3,synthetic\n\
    1.000656,Đăng ký khai tử,Hộ tịch,commune,3,working,2024-01-20,,new,QĐ 4,synthetic\n";

#[test]
fn a_procedure_counts_as_it_stood_on_the_day_of_receipt() {
    let reference = "[reference]\nprocedures = \"procedures.csv\"\n";
    let case = |cells: Cells<'_>| {
        Case::new().both(A, cells, &[]).file("procedures.csv", CATALOGUE).with(reference).run()
    };
    // Amended in force: the version of the day counts, three days before, one day after.
    case(&[("process_days", "3")]).is(&[]);
    let later = [
        ("received_at", "2024-01-16 08:00:00"),
        ("due_at", "2024-01-19 08:00:00"),
        ("finished_at", "2024-01-17 08:00:00"),
        ("returned_at", ""),
        ("status", "9"),
        ("process_days", "3"),
    ];
    let night = case(&later);
    assert_eq!(night.detail("due_beyond_limit"), "due 2024-01-19, the limit ends 2024-01-17");
    assert_eq!(night.detail("process_differs"), "3 working days in the software, 1 in the catalogue");
    assert_eq!(night.table("cases")[0]["last_day"], "2024-01-17");
    for (procedure, kind, detail) in [
        ("1.000894", "procedure_not_in_force", "abolished"),
        ("1.000656", "procedure_not_in_force", "not_yet"),
        ("2.009999", "procedure_not_in_catalogue", "not_listed"),
        ("TS_lop1.000.00.00.H28", "local_procedure", "local"),
    ] {
        assert_eq!(case(&[("procedure", procedure)]).detail(kind), detail, "{procedure}");
    }
    // Without a catalogue nothing is said.
    Case::new().both(A, &[("procedure", "2.009999")], &[]).run().is(&[]);
}

#[test]
fn a_moved_due_time_is_explained_by_its_record_alone() {
    let moved = [("due_at", "2024-01-15 08:00:00")];
    let bare = Case::new().hub(A, &moved).portal(A, &[]).run();
    bare.is(&[("due_date_changed", A, "")]);
    let recorded =
        [("due_at", "2024-01-15 08:00:00"), ("due_before", "2024-01-11 08:00:00"), ("supplements", "1")];
    Case::new().hub(A, &recorded).portal(A, &[]).run().is(&[("due_date_changed", A, "recorded_change")]);
    Case::new().both(A, &[("extensions", "2")], &[]).run().is(&[("extended_twice", A, "")]);
    Case::new().both(A, &[("extensions", "2")], &[]).with("[rules]\nmax_extensions = 2\n").run().is(&[]);
}

#[test]
fn lateness_hidden_and_apologies() {
    let late = [("finished_at", "2024-01-16 09:00:00"), ("returned_at", "2024-01-16 10:00:00")];
    let night = Case::new().hub(A, &[]).portal(A, &late).run();
    assert_eq!(night.detail("late_hidden"), "ended 2024-01-10 here and 2024-01-16 there, due 2024-01-11");
    let none: Vec<(&str, &str)> = late.to_vec();
    Case::new().both(A, &none, &[]).run().is(&[("no_apology", A, "")]);
    let with = |day: &'static str| [late[0], late[1], ("apology_at", day)];
    Case::new().both(A, &with("2024-01-11 16:00:00"), &[]).run().is(&[]);
    let night = Case::new().both(A, &with("2024-01-12 08:00:00"), &[]).run();
    night.is(&[("apology_too_late", A, "")]);
    let overdue = night.table("overdue");
    assert_eq!((overdue[0]["overdue_days"].as_str(), overdue[0]["apology"].as_str()), ("3", "too_late"));
}

#[test]
fn a_number_tells_year_and_sex() {
    // 0 in the fourth place: a man of the twentieth century; 90: born 1990.
    Case::new().both(A, &[("birth_date", "1990-05-02"), ("sex", "Nam")], &[]).run().is(&[]);
    let night = Case::new().both(A, &[("birth_date", "1991-05-02"), ("sex", "Nam")], &[]).run();
    assert_eq!(night.detail("id_birth_conflict"), "year");
    let night = Case::new().both(A, &[("birth_date", "1990"), ("sex", "Nữ")], &[]).run();
    assert_eq!(night.detail("id_birth_conflict"), "sex");
}

#[test]
fn several_of_one_person_are_right_for_a_reason() {
    let second = [("received_at", "2024-01-09 08:00:00"), ("finished_at", "2024-01-10 09:16:00")];
    let doubled = |first: Cells<'_>, more: Cells<'_>| {
        let again: Vec<(&str, &str)> = second.iter().chain(more).copied().collect();
        Case::new()
            .both(A, first, &[])
            .both(B, &again, &[])
            .with("[severity]\nseveral_rightly = \"info\"\n")
            .run()
    };
    let kinds =
        |night: &Night| -> BTreeSet<String> { night.findings().into_iter().map(|(kind, ..)| kind).collect() };
    let only = |kind: &str| BTreeSet::from([kind.to_owned()]);
    assert_eq!(kinds(&doubled(&[], &[])), only("typed_twice"));
    let parcels = doubled(&[("object", "thửa 1, tờ 2")], &[("object", "thửa 3, tờ 2")]);
    assert_eq!(parcels.detail("several_rightly"), "other_object");
    let twins = doubled(&[("subject_name", "Quách Thị An")], &[("subject_name", "Quách Thị Ân")]);
    assert_eq!(twins.detail("several_rightly"), "other_subject");
    let withdrawn = [("status", "7"), ("finished_at", "2024-01-08 16:00:00"), ("returned_at", "")];
    let again = doubled(&withdrawn, &[]);
    assert_eq!(again.detail("several_rightly"), "ended_without_result");
    assert_eq!(again.detail("resubmission"), "after a dossier that ended as withdrawn");
    for night in [parcels, twins, again] {
        assert!(!kinds(&night).contains("typed_twice"));
    }
}

#[test]
fn owners_who_share_an_agents_phone_stay_two() {
    let phone = [("phone", "0936571248")];
    let later = [
        phone[0],
        ("received_at", "2024-01-09 08:00:00"),
        ("finished_at", "2024-01-10 09:16:00"),
        ("synced_at", "2024-01-09 09:00:00"),
    ];
    let by_agent = |second: Cells<'_>| {
        let second: Vec<(&str, &str)> = later.iter().chain(second).copied().collect();
        Case::new()
            .both(A, &phone, &[])
            .both(B, &second, &[])
            .twice_by("phone")
            .with("[severity]\nseveral_rightly = \"info\"\n")
    };
    let night = by_agent(STRANGER).run();
    night.is(&[("several_rightly", B, "")]);
    assert_eq!(night.detail("several_rightly"), "other_owner");
    assert_eq!(night.table("cases").len(), 2);
    assert_eq!(night.table("duplicates").len(), 0);
    // Number and name have to differ: either alone may be a slip of one owner.
    for one_owner in [&STRANGER[..1], &STRANGER[1..]] {
        let night = by_agent(one_owner).run();
        night.is(&[("typed_twice", A, "")]);
        assert_eq!(night.table("cases").len(), 1, "{one_owner:?}");
    }
    // The first owner once more, after the other one: found behind the stranger, in one case with its own double.
    let again = [
        phone[0],
        ("received_at", "2024-01-10 08:00:00"),
        ("due_at", "2024-01-15 08:00:00"),
        ("finished_at", "2024-01-11 09:00:00"),
        ("returned_at", "2024-01-11 15:00:00"),
        ("synced_at", "2024-01-10 09:00:00"),
    ];
    let night = by_agent(STRANGER).both("H28.36-240110-0003", &again, &[]).run();
    night.is(&[("several_rightly", B, ""), ("typed_twice", A, "")]);
    assert_eq!(night.table("cases").len(), 2);
}

#[test]
fn files_get_lost_and_results_are_made_up() {
    let files = [("documents", "a##b##c"), ("results", "r")];
    Case::new().both(A, &files, &[("documents", "a; b; c")]).run().is(&[]);
    let lost = Case::new().both(A, &files, &[("documents", "b")]);
    lost.run().is(&[("attachment_loss", A, "")]);
    Case::new().both(A, &files, &[("documents", "a")]).sync("known = [\"T8\"]\n").run().is(&[(
        "attachment_loss",
        A,
        "T8",
    )]);
    // T8 sends the first, so another one alone is not its doing.
    lost.sync("known = [\"T8\"]\n").run().is(&[("attachment_loss", A, "")]);
    let fake = [("documents", "a##b"), ("results", "a")];
    Case::new().both(A, &fake, &[]).run().is(&[("result_file_suspect", A, "")]);
}

#[test]
fn a_silent_day_and_untrue_notes() {
    // Five dossiers a day on the 8th, 9th and 10th; nothing is synced on the 9th.
    let mut case = Case::new();
    let codes: Vec<String> = (0..15).map(|n| format!("H28.36-2401{:02}-{:04}", 8 + n / 5, n + 1)).collect();
    for (number, code) in (0..15).zip(&codes) {
        let day = 8 + number / 5;
        let sync_day = if day == 9 { 10 } else { day };
        let id = format!("0170900{number:05}");
        let (received, synced) =
            (format!("2024-01-{day:02} 10:{number:02}:00"), format!("2024-01-{sync_day:02} 11:00:00"));
        let hub = [
            ("id_number", id.as_str()),
            ("received_at", received.as_str()),
            ("finished_at", ""),
            ("returned_at", ""),
            ("status", "4"),
            ("due_at", "2024-02-20 08:00:00"),
        ];
        case = case.both(code, &hub, &[("synced_at", synced.as_str())]);
    }
    let night = case.run();
    let gaps: Vec<Row> =
        night.table("findings").into_iter().filter(|row| row["kind"] == "sync_gap").collect();
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0]["detail"], "2024-01-09: nothing was synced, 5 dossiers were due");
    Case::new().both(A, &[("sync_flag", "0")], &[]).run().is(&[("flag_stale", A, "")]);
    let untrue = Case::new().hub(A, &[("sync_flag", "1")]).portal(B, STRANGER).run();
    assert_eq!(untrue.detail("flag_untrue"), "noted as synced, and it is not there");
}

#[test]
fn times_that_no_office_keeps() {
    let future = [
        ("finished_at", "2024-03-01 09:00:00"),
        ("returned_at", ""),
        ("due_at", "2024-03-02 09:00:00"),
        ("status", "9"),
    ];
    Case::new().both(A, &future, &[]).run().is(&[("ended_in_future", A, "")]);
    // 7 January 2024 was a Sunday. Online a dossier may come any day.
    let sunday = [("received_at", "2024-01-07 08:00:00"), ("synced_at", "2024-01-07 09:00:00")];
    Case::new()
        .both(A, &sunday, &[])
        .run()
        .is(&[("code_date_mismatch", A, ""), ("received_on_day_off", A, "")]);
    let at_once = [("finished_at", "2024-01-08 08:00:10"), ("returned_at", "2024-01-08 08:00:10")];
    Case::new().both(A, &at_once, &[]).run().is(&[("finished_at_once", A, "")]);
    let mut bulk = Case::new().with("[rules]\nbulk_at_least = 3\n");
    let codes: Vec<String> = (1..=4).map(|n| format!("H28.36-240108-{n:04}")).collect();
    for (number, code) in codes.iter().enumerate() {
        let id = format!("0170900{number:05}");
        let ended = if number == 3 {
            "2024-01-10 11:00:00".to_owned()
        } else {
            format!("2024-01-10 09:15:{number:02}")
        };
        let cells = [
            ("id_number", id.as_str()),
            ("finished_at", ended.as_str()),
            ("returned_at", ""),
            ("status", "9"),
        ];
        bulk = bulk.both(code, &cells, &[]);
    }
    let found: Vec<(&str, &str, &str)> =
        codes[..3].iter().map(|code| ("closed_in_bulk", code.as_str(), "")).collect();
    bulk.run().is(&found);
}

#[test]
fn the_ratio_stands_beside_its_three_numbers() {
    let night = Case::new()
        .both(A, &[], &[])
        .portal(B, STRANGER)
        .with("[reported]\nreceived = 4\n\n[[published]]\nfigure = \"sync_ratio\"\nvalue = 100\n")
        .run();
    let summary = night.table("summary");
    let figure = |name: &str| {
        let row = summary.iter().find(|row| row["dimension"] == "sync" && row["figure"] == name);
        row.unwrap_or_else(|| panic!("no {name}"))["value"].clone()
    };
    assert_eq!(
        (figure("sync_synced"), figure("sync_portal"), figure("sync_reported")),
        ("1.0".into(), "2.0".into(), "4.0".into())
    );
    assert_eq!(figure("sync_ratio"), "25.0");
    assert!(night.detail("published_gap").ends_with("a printed 100 may be a constant (T12)"));
}

#[test]
fn prints_that_contradict_each_other_are_told_whatever_the_records_say() {
    let printed = |figure: &str, field: &str, value: u32| {
        let field = if field.is_empty() { String::new() } else { format!("level = [\"{field}\"]\n") };
        format!("[[published]]\nfigure = \"{figure}\"\n{field}value = {value}\nsource = \"x\"\n\n")
    };
    let night = Case::new()
        .both(A, &[], &[])
        .with(&(printed("received", "", 100) + &printed("resolved", "", 60) + &printed("in_process", "", 30)))
        .run();
    assert!(
        night.detail("figures_do_not_add_up").contains("100"),
        "{}",
        night.detail("figures_do_not_add_up")
    );
}

#[test]
fn a_reference_table_that_is_wrong_is_refused_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = Case::new().both(A, &[], &[]);
    let night = case.run();
    drop(night);
    std::fs::write(folder.path().join("hub.csv"), csv(HUB, &case.hub)).expect("written");
    std::fs::write(folder.path().join("portal.csv"), csv(PORTAL, &case.portal)).expect("written");
    std::fs::write(folder.path().join("p.csv"), "code,name\n1.001193,x\n").expect("written");
    let pipeline = "[pipeline]\nname = \"x\"\nas_of = 2024-02-01\nhub = \"hub\"\n[reference]\nprocedures = \"p.csv\"\n\
        [[system]]\nname = \"hub\"\nrole = \"hub\"\nfiles = [\"hub.csv\"]\n[system.columns]\ncode = \"code\"\nreceived_at = \"received_at\"\n\
        [[system]]\nname = \"portal\"\nrole = \"portal\"\nfiles = [\"portal.csv\"]\n[system.columns]\ncode = \"code\"\nreceived_at = \"received_at\"\n";
    std::fs::write(folder.path().join("x.toml"), pipeline).expect("written");
    let out = folder.path().join("out");
    let output = doisoat(&["run", text(&folder.path().join("x.toml")), "--out", text(&out)]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("p.csv"), "{}", stderr(&output));
    assert!(!out.join("_runs").exists());
    std::fs::remove_file(folder.path().join("p.csv")).expect("removed");
    let output = doisoat(&["run", text(&folder.path().join("x.toml")), "--out", text(&out)]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("[reference]"), "{}", stderr(&output));
}

#[test]
fn every_finding_has_an_id_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    crate::support::generate("all-errors", 6_000, 3, folder.path());
    let out = folder.path().join("out");
    run("pipelines/hoa-binh-2024q1.toml", folder.path(), &out, &[]);
    let mut ids: Vec<String> =
        table(&out, "findings").into_iter().map(|row| row["finding_id"].clone()).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn two_dossiers_of_the_hub_stay_two_whatever_the_portal_says() {
    // Asked for again nine days later; a batch stamps both copies with one receipt.
    let batch = [("received_at", "2024-01-17 20:00:00"), ("synced_at", "2024-01-17 20:05:00")];
    let again = [
        ("received_at", "2024-01-17 08:00:00"),
        ("due_at", "2024-01-22 08:00:00"),
        ("finished_at", "2024-01-18 09:15:00"),
        ("returned_at", "2024-01-18 15:40:00"),
    ];
    let later = "H28.36-240117-0002";
    let night = Case::new().both(A, &[], &batch).both(later, &again, &batch).run();
    let total = night.table("form_06a").into_iter().find(|row| row["dimension"] == "total");
    assert_eq!(total.expect("a total")["c3_received"], "2");
    assert_eq!(night.table("cases").len(), 2);
    assert!(night.findings().iter().any(|(kind, ..)| kind == "typed_twice"));
    // Where the hub knows why there are two, the portal's copies are two as well, in whatever order they come.
    let first = [("status", "7"), ("finished_at", "2024-01-08 16:00:00"), ("returned_at", "")];
    for code in ["H28.36-240109-0002", "H28.05-240109-0002"] {
        let second = [
            ("received_at", "2024-01-09 08:00:00"),
            ("due_at", "2024-01-12 08:00:00"),
            ("synced_at", "2024-01-09 09:00:00"),
        ];
        let same_second = [("received_at", "2024-01-09 08:00:00"), ("synced_at", "2024-01-09 09:00:00")];
        let night = Case::new().both(A, &first, &same_second).both(code, &second, &same_second).run();
        assert!(
            !night.findings().iter().any(|(kind, ..)| kind == "typed_twice"),
            "{code} {:?}",
            night.findings()
        );
        assert_eq!(night.table("cases").len(), 2);
    }
}

#[test]
fn a_result_fetched_late_hides_no_delay() {
    // Ready in time in both; the citizen came a week later, and the portal is not told of that.
    let fetched = [("finished_at", "2024-01-10 09:00:00"), ("returned_at", "2024-01-17 10:00:00")];
    let night = Case::new()
        .hub(A, &fetched)
        .portal(A, &[("returned_at", ""), ("finished_at", "2024-01-10 09:00:00")])
        .run();
    assert!(!night.findings().iter().any(|(kind, ..)| kind == "late_hidden"), "{:?}", night.findings());
}

#[test]
fn a_day_without_an_hour_is_a_day() {
    let days = [("finished_at", "2024-01-08"), ("returned_at", "2024-01-08 15:00:00")];
    Case::new().both(A, &days, &[]).run().is(&[]);
    let due = [("due_at", "2024-01-10")];
    let night = Case::new().both(A, &due, &[]).run();
    night.is(&[]);
    let total = night.table("form_06a").into_iter().find(|row| row["dimension"] == "total").expect("a total");
    assert_eq!((total["c9_on_time"].as_str(), total["c10_late"].as_str()), ("1", "0"));
}

#[test]
fn what_cannot_be_recomputed_is_no_gap() {
    let mistake = |section: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let pipeline =
            crate::support::TWO_SYSTEMS.replace("[duplicates]", &format!("{section}\n[duplicates]"));
        std::fs::write(folder.path().join("x.toml"), pipeline).expect("written");
        let output = doisoat(&["check", text(&folder.path().join("x.toml"))]);
        assert_eq!(code(&output), 2, "{section}");
        stderr(&output)
    };
    for (section, hint) in [
        ("[[published]]\nfigure = \"procedures\"\nvalue = 1500", "needs `[reference] procedures`"),
        ("[[published]]\nfigure = \"sync_reported\"\nvalue = 20", "needs `[reported] received`"),
        ("[[published]]\nfigure = \"sync_ratio\"\nsystem = \"mot_cua\"\nvalue = 20", "is of a portal"),
        (
            "[[published]]\nfigure = \"received\"\nlevel = [\"joint_same_level\"]\nvalue = 20",
            "no joint level",
        ),
        ("[[published]]\nfigure = \"received\"\nvalue = nan", "no number"),
        ("[reported]", "`received` is missing"),
    ] {
        let said = mistake(section);
        assert!(said.contains(hint), "{section}: {said}");
    }
    // A catalogue that failed to export accuses nobody.
    let header = CATALOGUE.lines().next().expect("a header");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("procedures.csv"), header).expect("written");
    let pipeline = format!("{}\n[reference]\nprocedures = \"procedures.csv\"\n", crate::support::TWO_SYSTEMS);
    std::fs::write(folder.path().join("x.toml"), pipeline).expect("written");
    let output = doisoat(&["check", text(&folder.path().join("x.toml"))]);
    assert!(stderr(&output).contains("holds no procedure"), "{}", stderr(&output));
}
