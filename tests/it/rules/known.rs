//! Known transformations T1 to T14 of a sync job: each explains, or excuses, exactly what it makes.

use std::collections::BTreeSet;

use super::case::{Case, Cells};
use super::{A, B, STRANGER};

#[test]
fn a_sync_job_explains_only_what_it_would_make() {
    // T3: waiting, sent as finished. Withdrawn, sent as finished, is another thing.
    let waits = [("status", "5"), ("finished_at", ""), ("returned_at", "")];
    let sent = [("status", "9"), ("finished_at", ""), ("returned_at", "")];
    let t3 = |status: Cells<'_>| Case::new().hub(A, status).portal(A, &sent).sync("known = [\"T3\"]\n").run();
    t3(&waits).is(&[("status_collapsed", A, "T3")]);
    t3(&[("status", "7"), ("returned_at", "")]).is(&[("status_conflict", A, "")]);
    // T2: only where the hub has no number that could be sent.
    let filled = [("id_number", "000000001")];
    let t2 = |own: &'static str| {
        let night =
            Case::new().hub(A, &[("id_number", own)]).portal(A, &filled).sync("known = [\"T2\"]\n").run();
        night.findings()
    };
    let placeholder =
        |why: &str| BTreeSet::from([("placeholder_id".to_owned(), A.to_owned(), why.to_owned())]);
    assert_eq!(t2(""), placeholder("T2"));
    assert_eq!(t2("017090000123"), placeholder(""));
    // T7: cut at 995 characters, nowhere else.
    let long = "Đề nghị giải quyết thủ tục theo quy định ".repeat(30);
    let long = long.trim();
    let cut = |kept: usize| long.chars().take(kept).collect::<String>() + "...";
    let t7 = |short: &str| {
        let night = Case::new().hub(A, &[("summary", long)]).portal(A, &[("summary", short)]);
        let night = night.sync("known = [\"T7\"]\n").run();
        night.table("differences")[0].get("explained_by").cloned()
    };
    assert_eq!(t7(&cut(995)).as_deref(), Some("T7"));
    assert_eq!(t7(&cut(500)), None);
    // T10: what the job leaves out is not missing.
    let t10 =
        |cells: Cells<'_>| Case::new().hub(A, cells).portal(B, STRANGER).sync("known = [\"T10\"]\n").run();
    for left_out in [[("storage", "Convert")], [("deleted_at", "2024-01-09 08:00:00")]] {
        let case = t10(&left_out).table("cases").into_iter().find(|case| case["case_code"] == A);
        assert_eq!(case.expect("the case")["portal_reason"], "T10");
    }
}

#[test]
fn what_is_still_open_is_not_expected_where_only_returned_dossiers_are_sent() {
    let t13 = "known = [\"T13\"]\n";
    let standing = |cells: Cells<'_>, known: &str| {
        let night = Case::new().hub(A, cells).portal(B, STRANGER).sync(known).run();
        let missing = night.findings().iter().any(|(kind, case, _)| kind == "missing_on_portal" && case == A);
        let case = night.table("cases").into_iter().find(|case| case["case_code"] == A).expect("the case");
        let cell = |column: &str| case.get(column).cloned().unwrap_or_default();
        (cell("portal_verdict"), cell("portal_reason"), missing)
    };
    let of = |verdict: &str, reason: &str, missing: bool| (verdict.to_owned(), reason.to_owned(), missing);
    let open = [("status", "4"), ("finished_at", ""), ("returned_at", "")];
    let finished = [("status", "9"), ("returned_at", "")];
    for cells in [&open[..], &finished[..]] {
        assert_eq!(standing(cells, t13), of("out_of_scope", "T13", false), "{cells:?}");
        assert_eq!(standing(cells, ""), of("missing", "", true), "{cells:?}: the job sends all");
    }
    assert_eq!(standing(&[], t13), of("missing", "", true), "returned");
    assert_eq!(standing(&[("status", "")], t13), of("no_verdict", "status_unknown", false));
}

#[test]
fn a_dossier_received_again_at_the_counter_keeps_the_code_of_the_ministry() {
    let ministry = "GPLX-2024-000077";
    let before = [("received_at", "2024-01-05 09:00:00")];
    let found = |hub: Cells<'_>, there: Cells<'_>, known: &str| -> Vec<(String, String)> {
        let sync = format!("codes = \"own\"\n{known}");
        let night = Case::new().hub(A, hub).portal(ministry, there).sync(&sync).run();
        let typed = night.findings().into_iter().filter(|(kind, ..)| kind == "typed_in_two_systems");
        typed.map(|(_, case, why)| (case, why)).collect()
    };
    let because = |why: &str| vec![(A.to_owned(), why.to_owned())];
    let t14 = "known = [\"T14\"]\n";
    assert_eq!(found(&[], &before, t14), because("T14"));
    assert_eq!(found(&[], &before, ""), because(""), "not known of this system");
    assert_eq!(found(&[("channel", "2")], &before, t14), because(""), "it came online");
    let after = [("received_at", "2024-01-09 09:00:00")];
    assert_eq!(found(&[], &after, t14), because(""), "the ministry had it later");
    // The hub remembers the ministry's code: nobody typed anything twice.
    assert_eq!(found(&[("alt_code", ministry)], &before, t14), vec![]);
}
