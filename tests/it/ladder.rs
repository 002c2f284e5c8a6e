//! Which of several records that fit are one dossier, and what a clock without seconds may say of them.

use crate::support::{Row, TWO_SYSTEMS, TwoSystems, code, doisoat, stderr, stdout, table, text};
use crate::tables_made::Dice;

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

/// The other system stamps its own receipt when a dossier is typed again, minutes to hours later. By what else both
/// say the rung `scored` finds them, with the shipped model and with one learnt from the same night.
#[test]
fn dossiers_typed_again_hours_later_are_found_by_score() {
    let mut dice = Dice::new(11);
    let (mut hub, mut portal) = (String::new(), String::new());
    let header = "ma,tthc,ten,so,dt,ngay\n";
    hub.push_str(header);
    portal.push_str(header);
    let procedures = ["1.001193", "1.004884", "2.000635", "1.004746", "1.000656"];
    for number in 0..400_u32 {
        let person = format!(
            "{} {} {},0{}{:06},09{:08}",
            ["Nguyễn", "Trần", "Phạm", "Lê", "Đỗ"][dice.below(5)],
            ["Văn", "Thị", "Minh", "Ngọc"][dice.below(4)],
            ["Bình", "Hạnh", "Dũng", "Tuyết", "Yến", "Sơn", "Lan"][dice.below(7)],
            17_060 + dice.below(40),
            number * 7919 % 1_000_000,
            dice.below(100_000_000)
        );
        // One in five hands in another dossier within days.
        for nth in 0..1 + u32::from(number % 5 == 0) {
            let procedure = procedures[(number as usize + 2 * nth as usize) % procedures.len()];
            let received = u32::try_from(dice.below(20 * 420)).expect("minutes") + nth;
            let later = received + 1 + u32::try_from(dice.below(90)).expect("minutes");
            let at = |minutes: u32| {
                let (day, minute) = (1 + minutes / 420, 8 * 60 + minutes % 420);
                format!("{day:02}/10/2026 {:02}:{:02}:{:02}", minute / 60, minute % 60, number % 60)
            };
            let code = number * 10 + nth;
            hub.push_str(&format!("H28.05-261001-{code:04},{procedure},{person},{}\n", at(received)));
            portal
                .push_str(&format!("LT-{code:04},{procedure},{person},{}\n", at(later.min(20 * 420 + 419))));
        }
    }
    let columns = "dates = [\"dd/MM/yyyy HH:mm:ss\"]\n[system.columns]\ncode = \"ma\"\nprocedure = \"tthc\"\nowner_name = \"ten\"\n\
                   id_number = \"so\"\nphone = \"dt\"\nreceived_at = \"ngay\"\n";
    let pipeline = |model: &str| {
        format!(
            "[pipeline]\nname = \"again\"\nhub = \"hub\"\nas_of = 2026-11-05T00:00:00\n\
             [[system]]\nname = \"hub\"\nrole = \"hub\"\nfiles = [\"hub.csv\"]\n{columns}\
             [[system]]\nname = \"land\"\nrole = \"ministry\"\nfiles = [\"portal.csv\"]\n{columns}\
             [system.sync]\ncodes = \"own\"\n[[ladder]]\nrung = \"scored\"\n{model}"
        )
    };
    let night = night(&pipeline(""), &hub, &portal);
    let found = |night: &TwoSystems| {
        let records = table(&night.out(), "records");
        let code = |id: &str| {
            let record = records.iter().find(|record| record["record_id"] == id).expect("a record");
            record["code"].rsplit('-').next().expect("a number").to_owned()
        };
        let links = table(&night.out(), "links");
        let linked = links.iter().filter(|link| link["state"] == "linked");
        let (right, wrong): (Vec<&Row>, Vec<&Row>) =
            linked.partition(|link| code(&link["left_record_id"]) == code(&link["right_record_id"]));
        (right.len(), wrong.len())
    };
    let (right, wrong) = found(&night);
    assert!(right >= 478 && wrong <= 1, "{right} of 480, {wrong} wrong");

    let file = night.folder.path().join("pipeline.toml");
    let model = night.folder.path().join("model.toml");
    let trained = doisoat(&["train", text(&file), "--model", text(&model)]);
    assert_eq!(code(&trained), 0, "{}{}", stdout(&trained), stderr(&trained));
    assert!(!stdout(&trained).contains("doubtful"), "{}", stdout(&trained));
    std::fs::write(&file, pipeline("model = \"model.toml\"\n")).expect("written");
    assert!([0, 1].contains(&code(&night.run(&["--replace"]))));
    let (right, wrong) = found(&night);
    assert!(right >= 478 && wrong <= 1, "{right} of 480 by the model of the night, {wrong} wrong");
}
