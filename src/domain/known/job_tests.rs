//! One test a clause of every predicate.

use super::*;
use chrono::NaiveDate;
use proptest::prelude::*;

fn at(day: u32, hour: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2024, 3, day).expect("a date").and_hms_opt(hour, 0, 0).expect("a time")
}

#[test]
fn t1_a_code_without_province_is_replaced() {
    let (bare, other, random) =
        ("000.00.53-240304-0001", "000.00.53.H48-240304-0001", "000.00.53.H48-240304-48213");
    assert!(code_replaced(bare, Some(other), other), "by the other code");
    assert!(code_replaced(bare, None, random), "by a made-up one");
    assert!(code_replaced(bare, Some(other), random));
    assert!(code_replaced(bare, None, "H48.53-240304-10000"), "the least of the made-up ones");
    assert!(code_replaced(bare, None, "H48.53-240304-99999"), "the greatest");
    assert!(!code_replaced(bare, None, "H48.53-240304-09999"), "not from 10000 on");
    assert!(!code_replaced(bare, None, "H48.53-240304-0001"), "four digits, and not known as the other");
    assert!(!code_replaced(bare, Some(other), "FOREIGN"));
    assert!(!code_replaced(bare, Some(bare), bare), "the same code");
}

#[test]
fn t1_a_code_with_its_province_is_sent_as_it_is() {
    let random = "H48.53-240304-48213";
    for whole in ["000.00.53.H48-240304-0001", "H48.53-240304-0001", "H48-240304-0001"] {
        assert!(!code_replaced(whole, None, random), "{whole}");
        assert!(!code_replaced(whole, Some(random), random), "{whole}");
    }
    for bare in
        ["53-240304-0001", "000.00.53-240304-0001", "-240304-0001", "H4.53-240304-0001", "", "48-H48-1"]
    {
        assert!(code_replaced(bare, None, random), "{bare}");
    }
}

#[test]
fn t2_a_number_that_cannot_be_sent_is_filled_in() {
    for hub in [None, Some(""), Some("12345678"), Some("0123456789"), Some("B1234567"), Some("0123456789012")]
    {
        assert!(number_filled_in(hub, FILLED_IN), "{hub:?}");
        assert!(!number_filled_in(hub, "000000000"), "{hub:?}: another placeholder");
    }
    assert!(!number_filled_in(Some("123456780"), FILLED_IN), "9 characters are sent");
    assert!(!number_filled_in(Some("017090000123"), FILLED_IN), "12 characters are sent");
    assert!(!number_filled_in(Some("C12345678"), FILLED_IN), "the job counts characters, not digits");
    assert!(!number_filled_in(None, ""));
}

#[test]
fn t3_waiting_and_stopped_become_finished() {
    for hub in NationalStatus::ALL {
        for there in NationalStatus::ALL {
            let expected = matches!(hub.code(), 5 | 6 | 8) && there.code() == 9;
            assert_eq!(status_collapsed(*hub, *there), expected, "{hub:?} {there:?}");
        }
    }
}

#[test]
fn t4_no_due_time_means_finished() {
    for hub in NationalStatus::ALL {
        for there in NationalStatus::ALL {
            let expected = there.code() == 9 && hub.code() != 9;
            assert_eq!(finished_without_due(*hub, None, *there), expected, "{hub:?} {there:?}");
            assert!(!finished_without_due(*hub, Some(at(1, 8)), *there), "it has a due time");
        }
    }
}

#[test]
fn t5_submission_is_receipt() {
    assert!(submission_overwritten(Some(at(1, 8)), Some(at(1, 8))));
    assert!(!submission_overwritten(Some(at(1, 8)), Some(at(1, 9))));
    assert!(!submission_overwritten(Some(at(1, 8)), None));
    assert!(!submission_overwritten(None, Some(at(1, 8))));
    assert!(!submission_overwritten(None, None), "nothing was written");
}

#[test]
fn t7_the_beginning_and_three_dots() {
    let Cut { limit, kept } = CUT_SUMMARY;
    assert_eq!((limit, kept), (1000, 995), "as seen");
    let over: String = "ồ".repeat(limit + 1);
    let cut = |kept: usize| format!("{}...", "ồ".repeat(kept));
    assert!(truncated(&over, &cut(kept), limit, kept));
    assert!(!truncated(&"ồ".repeat(limit), &cut(kept), limit, kept), "not over the limit");
    assert!(!truncated(&over, &"ồ".repeat(kept), limit, kept), "no dots");
    assert!(!truncated(&over, &cut(kept - 1), limit, kept), "cut too early");
    assert!(!truncated(&over, &cut(kept + 1), limit, kept), "cut too late");
    let other = format!("{}o...", "ồ".repeat(kept - 1));
    assert!(!truncated(&over, &other, limit, kept), "another beginning");
    assert!(!truncated(&over, &over, limit, kept), "not cut");
    assert!(!truncated("", "", 50, 46));
}

#[test]
fn t8_just_the_first_of_several() {
    assert!(only_first_sent("a.pdf; b.pdf; c.pdf", "a.pdf"));
    assert!(!only_first_sent("a.pdf; b.pdf", "b.pdf"), "not the first");
    assert!(!only_first_sent("a.pdf; b.pdf; c.pdf", "a.pdf; b.pdf"), "more than one");
    assert!(!only_first_sent("a.pdf", "a.pdf"), "there was one only");
    assert!(!only_first_sent("a.pdf; b.pdf", ""), "none was sent");
    assert!(!only_first_sent("", ""));
}

#[test]
fn t8_the_first_document_as_result() {
    assert!(result_is_first_document("a.pdf; b.pdf", "a.pdf"));
    assert!(!result_is_first_document("a.pdf; b.pdf", "b.pdf"), "the job takes the first");
    assert!(!result_is_first_document("a.pdf; b.pdf", "a.pdf; kq.pdf"), "there is a result");
    assert!(!result_is_first_document("a.pdf", "kq.pdf"));
    assert!(!result_is_first_document("a.pdf", ""));
    assert!(!result_is_first_document("", ""));
}

#[test]
fn t10_converted_and_deleted() {
    assert!(left_out(Some("Convert"), None));
    assert!(left_out(Some(" convert "), None));
    assert!(left_out(None, Some(at(1, 8))));
    assert!(left_out(Some("Kho 1"), Some(at(1, 8))));
    assert!(!left_out(Some("Kho 1"), None));
    assert!(!left_out(Some("Converted"), None));
    assert!(!left_out(None, None));
}

#[test]
fn t12_a_hundred_per_cent_against_less() {
    assert!(ratio_constant(100.0, 97.3));
    assert!(!ratio_constant(100.0, 100.0));
    assert!(!ratio_constant(97.3, 90.0), "another gap, not the constant");
}

#[test]
fn t13_only_returned_dossiers_are_sent() {
    for status in NationalStatus::ALL {
        assert_eq!(not_sent_yet(*status), status.code() != 10);
    }
}

#[test]
fn t14_at_the_counter_after_the_ministry() {
    let (hub, there) = (("H48.53-240304-0001", at(4, 9)), ("GPLX-77", at(3, 9)));
    assert!(received_again(Some(Channel::Direct), hub, there));
    assert!(!received_again(Some(Channel::Online), hub, there));
    assert!(!received_again(Some(Channel::Post), hub, there));
    assert!(!received_again(None, hub, there), "the channel is not known");
    assert!(!received_again(Some(Channel::Direct), hub, ("GPLX-77", at(5, 9))), "the ministry had it later");
    assert!(!received_again(Some(Channel::Direct), hub, ("GPLX-77", hub.1)), "at the same moment");
    assert!(!received_again(Some(Channel::Direct), hub, (hub.0, at(3, 9))), "one code");
}

proptest! {
    #[test]
    fn what_the_job_cuts_is_seen_as_cut(text in "\\PC{0,80}", limit in 1usize..60, spare in 1usize..5) {
        let kept = limit.saturating_sub(spare);
        let cut: String = text.chars().take(kept).chain("...".chars()).collect();
        let over = text.chars().count() > limit;
        prop_assert_eq!(truncated(&text, &cut, limit, kept), over);
    }

    #[test]
    fn nothing_panics(hub in "\\PC{0,20}", there in "\\PC{0,20}") {
        let _ = (code_replaced(&hub, Some(&there), &there), number_filled_in(Some(&hub), &there));
        let _ = (only_first_sent(&hub, &there), result_is_first_document(&hub, &there));
    }
}
