//! Which of several records that fit are one dossier, and what a clock without seconds may say of them.

use crate::support::{Row, TWO_SYSTEMS, TwoSystems, code, stderr, table};

/// Two systems that share no codes, compared by everything but them.
fn own_codes(hub_columns: &str, portal_columns: &str) -> String {
    TWO_SYSTEMS.replace("[system.status]\n\"Đang", &format!("{hub_columns}[system.status]\n\"Đang")).replace(
        "[system.status]\n\"4\"",
        &format!("{portal_columns}[system.sync]\ncodes = \"own\"\n[system.status]\n\"4\""),
    )
}

fn night(pipeline: &str, hub: &str, portal: &str) -> TwoSystems {
    let night = TwoSystems::new(hub.as_bytes(), portal.as_bytes());
    std::fs::write(night.folder.path().join("pipeline.toml"), pipeline).expect("written");
    let output = night.run(&[]);
    assert!([0, 1].contains(&code(&output)), "{}", stderr(&output));
    night
}

/// One owner hands in two parcels in one morning, and the other system types them in another order.
#[test]
fn two_parcels_of_one_owner_are_not_crossed() {
    let pipeline = own_codes("object = \"Thửa đất\"\n", "object = \"ThuaDat\"\n");
    let hub_row = |code: &str, time: &str, object: &str, fee: u32| {
        format!(
            "H28.05-240105-{code},1.001193,Nguyễn Văn An,017060100001,05/01/2024 {time}:00,Đang xử lý,{fee},{object}\n"
        )
    };
    let portal_row = |code: &str, time: &str, object: &str, fee: u32| {
        format!("BN-{code},1.001193,Nguyễn Văn An,017060100001,20240105{time}00,4,{fee},{object}\n")
    };
    let hub = "Mã hồ sơ,Mã thủ tục,Chủ hồ sơ,Số giấy tờ,Ngày tiếp nhận,Trạng thái,Lệ phí,Thửa đất\n"
        .to_owned()
        + &hub_row("0001", "08:00", "Thửa 12 tờ 5", 50_000)
        + &hub_row("0002", "09:00", "Thửa 31 tờ 7", 80_000);
    let portal = "MaHoSo,MaTTHC,ChuHoSo,SoGiayTo,NgayTiepNhan,TrangThai,Gia,ThuaDat\n".to_owned()
        + &portal_row("1", "0805", "thửa 31 - tờ 7", 80_000)
        + &portal_row("2", "0905", "THỬA 12 TỜ 5", 50_000);
    let night = night(&pipeline, &hub, &portal);
    let records = table(&night.out(), "records");
    let code_of = |id: &str| {
        let record = records.iter().find(|record| record["record_id"] == id).expect("a record");
        record["code"].clone()
    };
    let mut pairs: Vec<(String, String)> = table(&night.out(), "links")
        .iter()
        .map(|link| (code_of(&link["left_record_id"]), code_of(&link["right_record_id"])))
        .collect();
    pairs.sort_unstable();
    let expected = [("H28.05-240105-0001", "BN-2"), ("H28.05-240105-0002", "BN-1")];
    assert_eq!(pairs, expected.map(|(hub, land)| (hub.to_owned(), land.to_owned())));
    let fees: Vec<Row> =
        table(&night.out(), "differences").into_iter().filter(|row| row["field"] == "fee").collect();
    assert!(fees.is_empty(), "{fees:?}");
}

/// Where one system writes no seconds, those of the other are no difference, and seven hours are seven hours.
#[test]
fn moments_are_compared_to_the_minute_where_one_side_has_no_seconds() {
    let pipeline = TWO_SYSTEMS.replace("yyyyMMddHHmmss", "yyyy-MM-dd HH:mm");
    let (mut hub, _) = TwoSystems::exports(0);
    let (_, mut portal) = TwoSystems::exports(0);
    for number in 1..=20_u32 {
        let (code, id) =
            (format!("H28.05-240110-{number:04}"), format!("0170{:02}{:06}", 60 + number, number));
        let hour = if number == 7 { 15 } else { 8 };
        hub.push_str(&format!(
            "{code},1.001193,Nguyễn Văn An,{id},10/01/2024 {hour:02}:{number:02}:{:02},Đang xử lý,1\n",
            number + 20
        ));
        portal.push_str(&format!("{code},1.001193,Nguyễn Văn An,{id},2024-01-10 08:{number:02},4,1\n"));
    }
    let night = night(&pipeline, &hub, &portal);
    let differences = table(&night.out(), "differences");
    let told: Vec<(&str, &str)> =
        differences.iter().map(|row| (&row["field"][..], &row["relation"][..])).collect();
    assert_eq!(told, [("received_at", "shifted_seven_hours")]);
    let findings = table(&night.out(), "findings");
    assert!(findings.iter().any(|finding| finding["kind"] == "date_shifted"), "{findings:?}");
}
