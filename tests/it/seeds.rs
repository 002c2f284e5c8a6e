//! Five published reports as scenarios: each statement that can be held against records is held against a run.
//!
//! The records are synthetic; the figures are the ones that were printed.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use crate::support::{Row, code, generate, part, root, run, stderr, table};

struct Night {
    _folder: TempDir,
    out: PathBuf,
    exit: i32,
}

impl Night {
    /// A generated set in its full size.
    fn generated(profile: &str, dossiers: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        generate(profile, dossiers, 1, folder.path());
        let input = folder.path().to_owned();
        Self::of(profile, folder, &input)
    }

    /// A set of sample_data.
    fn sample(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::of(name, folder, &root().join("sample_data").join(name))
    }

    fn of(name: &str, folder: TempDir, input: &Path) -> Self {
        let out = folder.path().join("out");
        let output = run(&format!("pipelines/{name}.toml"), input, &out, &[]);
        let exit = code(&output);
        assert!([0, 1].contains(&exit), "{}", stderr(&output));
        Self { _folder: folder, out, exit }
    }

    /// The printed figures that do not tie, with the gap.
    fn gaps(&self) -> BTreeMap<String, f64> {
        let printed = self.summary().into_iter().filter(|row| row["dimension"] == "published");
        let gap = |row: &Row| row["gap"].parse::<f64>().expect("a gap");
        let named =
            printed.map(|row| (format!("{} {}", row["figure"], row.get("key").map_or("", |k| k)), gap(&row)));
        named.filter(|(_, gap)| *gap != 0.0).collect()
    }

    fn summary(&self) -> Vec<Row> {
        table(&self.out, "summary")
    }

    fn figure(&self, dimension: &str, key: &str, figure: &str) -> f64 {
        let row = self.summary().into_iter().find(|row| {
            row["dimension"] == dimension
                && row.get("key").map_or("", |k| k) == key
                && row["figure"] == figure
        });
        row.unwrap_or_else(|| panic!("no {figure} of {dimension} {key}"))["value"].parse().expect("a number")
    }

    /// A line of form II.06a, columns 3 to 13.
    fn form(&self, dimension: &str, key: &str) -> [u64; 11] {
        let line = table(&self.out, "form_06a")
            .into_iter()
            .find(|row| row["dimension"] == dimension && row.get("key").map_or("", |k| k) == key);
        let line = line.unwrap_or_else(|| panic!("no line of {dimension} {key}"));
        assert_eq!(line["ties"], "true");
        let columns: Vec<u64> = line
            .iter()
            .filter_map(|(name, value)| {
                let number: usize = name.strip_prefix('c')?.split('_').next()?.parse().ok()?;
                Some((number, value.parse().expect("a count")))
            })
            .collect::<BTreeMap<usize, u64>>()
            .into_values()
            .collect();
        columns.try_into().expect("eleven columns")
    }

    fn findings(&self, kind: &str) -> Vec<Row> {
        table(&self.out, "findings").into_iter().filter(|row| row["kind"] == kind).collect()
    }

    /// One column of a large table.
    fn column(&self, name: &str, column: &str) -> Vec<Option<String>> {
        let file = File::open(part(&self.out, name)).expect("a part");
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
        let mask = ProjectionMask::columns(builder.parquet_schema(), [column]);
        let reader = builder.with_projection(mask).build().expect("a reader");
        let mut cells = Vec::new();
        for batch in reader {
            let texts = cast(batch.expect("a batch").column(0), &DataType::Utf8).expect("text");
            cells.extend(texts.as_string::<i32>().iter().map(|cell| cell.map(str::to_owned)));
        }
        cells
    }
}

#[test]
fn ha_giang_ties_and_what_was_not_printed_is_derived() {
    let night = Night::generated("ha-giang-2024", 99_191);
    assert_eq!(night.gaps(), BTreeMap::new());
    let [c3, c4, c5, c6, c7, c8, c9, c10, c11, ..] = night.form("total", "");
    assert_eq!((c3, c4 + c5, c6), (99_191, 97_090, 2_101));
    assert_eq!((c7, c8, c9, c10), (91_357, 90_348, 15, 994));
    // The article does not print how many were still in process.
    assert_eq!(c11, 7_834);

    // "15 on time": to the second. By day many more of the early ones are on time.
    let [ts, date, why] = ["timeliness_06_ts", "timeliness_766_date", "timeliness_differs"]
        .map(|column| night.column("cases", column));
    let is = |cells: &[Option<String>], at: usize, word: &str| cells[at].as_deref() == Some(word);
    let by_hour = (0..why.len()).filter(|at| is(&why, *at, "same_day_other_hour"));
    let moved = by_hour.clone().filter(|at| is(&ts, *at, "early") && is(&date, *at, "on_time")).count();
    assert!(moved > 100, "{moved} early by the hour are on time by the day");
    assert!(by_hour.clone().all(|at| is(&date, at, "on_time") && !is(&ts, at, "on_time")));

    // 100 % received and synced: the records say something else, and the three numbers stand beside the ratio.
    let ratio = night.figure("sync", "dvcqg", "sync_ratio");
    let [synced, portal] = ["sync_synced", "sync_portal"].map(|f| night.figure("sync", "dvcqg", f));
    assert!((90.0..100.0).contains(&ratio) && synced < portal, "{ratio} {synced} {portal}");
}

#[test]
fn hoa_binh_ties_by_level_and_the_catalogue_by_its_decisions() {
    let night = Night::generated("hoa-binh-2024q1", 54_156);
    assert_eq!(night.gaps(), BTreeMap::new());
    let [province, district, commune] =
        ["province", "district", "commune"].map(|level| night.form("level", level));
    assert_eq!(province[0], 20_792);
    assert_eq!(district[0] + commune[0], 33_364);
    let [new, amended, abolished] = ["procedures_new", "procedures_amended", "procedures_abolished"]
        .map(|figure| night.figure("catalogue", "", figure));
    assert_eq!((new, amended, abolished, new + amended + abolished), (46.0, 149.0, 10.0, 205.0));
    // One dossier, typed in hub, portal and ministry software under codes of their own.
    let typed_again = night.findings("typed_in_two_systems");
    assert!(typed_again.len() > 50, "{}", typed_again.len());
    assert!(typed_again.iter().all(|row| ["ho_tich", "dat_dai"].contains(&row["system"].as_str())));
    // What was amended in the quarter was in force all the same.
    assert!(night.column("cases", "procedure_standing").iter().flatten().any(|word| word == "in_force"));
}

#[test]
fn hoa_binh_s_petitions_are_24_on_both_sides_and_not_the_same_24() {
    let night = Night::sample("hoa-binh-2024q1-petitions");
    let of = |system: &str| table(&night.out, "records").iter().filter(|row| row["system"] == system).count();
    let systems: Vec<String> = table(&night.out, "feeds").iter().map(|row| row["system"].clone()).collect();
    assert_eq!(systems.iter().map(|system| of(system)).collect::<Vec<_>>(), [24, 24]);
    for kind in ["missing_on_portal", "missing_in_province", "late_hidden", "typed_in_two_systems"] {
        assert_eq!(night.findings(kind).len(), 1, "{kind}");
    }
    // Handled and in time tie; one answer less is published than printed.
    assert_eq!(night.gaps(), BTreeMap::from([("returned ".to_owned(), -1.0)]));
}

#[test]
fn gia_lai_procedures_were_published_at_receipt_but_for_four() {
    let night = Night::sample("gia-lai-2022");
    assert_eq!(night.exit, 0);
    assert_eq!(night.gaps(), BTreeMap::new());
    let count = |kind: &str| night.findings(kind).len();
    assert_eq!(
        [count("procedure_not_in_catalogue"), count("procedure_not_in_force"), count("local_procedure")],
        [1, 2, 1]
    );
    // Late, with and without a letter of apology.
    assert_eq!(count("no_apology"), 2);
    let letters: Vec<String> =
        table(&night.out, "overdue").iter().filter_map(|row| row.get("apology").cloned()).collect();
    let of = |word: &str| letters.iter().filter(|letter| *letter == word).count();
    assert_eq!((of("none"), of("in_time")), (2, 3));
}

#[test]
fn gia_lai_documents_of_the_axis_are_reconciled() {
    let night = Night::sample("gia-lai-2022-documents");
    for kind in
        ["arrived_late_on_portal", "missing_on_portal", "missing_in_province", "repeated_row", "sync_gap"]
    {
        assert_eq!(night.findings(kind).len(), 1, "{kind}");
    }
}

#[test]
fn vinh_thuan_withdrawn_apart_and_183_left_unexplained() {
    let night = Night::generated("vinh-thuan-2023h1", 1_210);
    let total = |figure: &str| night.figure("total", "", figure);
    assert_eq!(
        [total("early"), total("on_time"), total("late"), total("withdrawn")],
        [1_096.0, 85.0, 7.0, 22.0]
    );
    assert_eq!(night.figure("field", "Đất đai", "resolved"), 1_049.0);
    for (level, count) in
        [("district", 251.0), ("commune", 147.0), ("joint_same_level", 11.0), ("joint_cross_level", 36.0)]
    {
        assert_eq!(night.figure("catalogue", level, "procedures"), count, "{level}");
    }
    let contradictions = night.findings("figures_do_not_add_up");
    assert_eq!(contradictions.len(), 1);
    assert!(contradictions[0]["detail"].contains("183"), "{}", contradictions[0]["detail"]);
    assert_eq!(night.gaps().keys().collect::<Vec<_>>(), ["in_time Đất đai"]);
    // The land office knows most of them.
    let land =
        night.column("cases", "dat_dai_verdict").into_iter().flatten().filter(|v| v == "in_sync").count();
    assert!(land > 950, "{land}");
}

#[test]
fn dong_ha_process_against_standard_and_letters_of_apology() {
    let night = Night::sample("dong-ha-2020");
    let count = |kind: &str| night.findings(kind).len();
    assert_eq!([count("process_differs"), count("due_beyond_limit")], [6, 6]);
    assert_eq!([count("no_apology"), count("apology_too_late")], [3, 2]);
    assert_eq!(night.gaps(), BTreeMap::new());
    // Statistics per unit: a line of the form for each, and together the total.
    let lines: Vec<Row> =
        table(&night.out, "form_06a").into_iter().filter(|row| row["dimension"] == "unit").collect();
    assert_eq!(lines.len(), 4);
    let sum: u64 = lines.iter().map(|row| row["c3_received"].parse::<u64>().expect("a count")).sum();
    assert_eq!(sum, night.form("total", "")[0]);
    assert!(lines.iter().any(|row| row.contains_key("mean_days")));
}
