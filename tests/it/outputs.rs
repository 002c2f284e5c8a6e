//! The published Parquet, opened by an independent reader and held against docs/data-formats.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use arrow::array::AsArray;
use arrow::datatypes::{DataType, Int32Type, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::support::{TABLES, generate, part, root, run, table};

/// Tables, their columns and types, as the page tells them.
pub fn documented() -> BTreeMap<String, Vec<(String, String)>> {
    let page = std::fs::read_to_string(root().join("docs/data-formats.md")).expect("the page");
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut current = None;
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            current = Some(name.to_owned());
        } else if let (Some(table), Some(cells)) = (&current, line.strip_prefix("| ")) {
            let cells: Vec<&str> = cells.split(" | ").map(str::trim).collect();
            let name = cells[0].trim_matches('`');
            if cells[1] != "type" && !name.starts_with('-') {
                tables.entry(table.clone()).or_default().push((name.to_owned(), cells[1].to_owned()));
            }
        }
    }
    tables
}

/// The columns of a published table with their types, as the page names types.
pub fn columns(out: &Path, table: &str) -> Vec<(String, String)> {
    let file = File::open(part(out, table)).expect("a part");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let own = |field: &arrow::datatypes::FieldRef| (field.name().clone(), word(field.data_type()).to_owned());
    reader.schema().fields().iter().map(own).collect()
}

fn word(kind: &DataType) -> &'static str {
    match kind {
        DataType::Utf8 => "text",
        DataType::Dictionary(_, _) => "label",
        DataType::Int64 => "int",
        DataType::Float64 => "float",
        DataType::Date32 => "date",
        DataType::Timestamp(TimeUnit::Millisecond, Some(zone)) if zone.as_ref() == "Asia/Ho_Chi_Minh" => {
            "timestamp"
        }
        DataType::Boolean => "flag",
        other => panic!("no table may hold {other}"),
    }
}

#[test]
fn every_column_is_documented_and_every_documented_column_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 1_000, 1, folder.path());
    let out = folder.path().join("out");
    run("pipelines/hoa-binh-2024q1.toml", folder.path(), &out, &[]);
    let pages = documented();
    let systems = ["mot_cua", "dvcqg", "ho_tich", "dat_dai"];
    for name in TABLES {
        let mut expected = Vec::new();
        let (plain, per_system): (Vec<_>, Vec<_>) =
            pages[name].iter().cloned().partition(|(column, _)| !column.starts_with("<system>"));
        expected.extend(plain);
        for system in systems {
            expected.extend(
                per_system.iter().map(|(column, kind)| (column.replace("<system>", system), kind.clone())),
            );
        }
        let actual = columns(&out, name);
        let expected: Vec<(String, String)> = expected
            .into_iter()
            .map(|(column, kind)| (column, if kind == "id" { "text".to_owned() } else { kind }))
            .collect();
        assert_eq!(actual, expected, "table {name}");
    }
}

#[test]
fn ids_have_bloom_filters_and_files_say_which_run_made_them() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 500, 1, folder.path());
    let out = folder.path().join("out");
    run("pipelines/hoa-binh-2024q1.toml", folder.path(), &out, &[]);
    for name in TABLES {
        let file = File::open(part(&out, name)).expect("a part");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
        let metadata = reader.metadata();
        let pairs: BTreeMap<String, Option<String>> = metadata
            .file_metadata()
            .key_value_metadata()
            .expect("key-value metadata")
            .iter()
            .map(|pair| (pair.key.clone(), pair.value.clone()))
            .collect();
        assert_eq!(pairs["doisoat.table"].as_deref(), Some(name));
        for key in ["schema_version", "run_id", "run_date", "as_of", "pipeline", "pipeline_sha256"] {
            assert!(pairs.contains_key(&format!("doisoat.{key}")), "{name} lacks {key}");
        }
        for group in metadata.row_groups() {
            for column in group.columns() {
                if column.column_path().string() == "case_id" {
                    assert!(column.bloom_filter_offset().is_some(), "{name}.case_id has no bloom filter");
                }
            }
        }
    }
}

/// Readers that number the words of a dictionary anew take a word that stands there twice for one.
#[test]
fn no_word_stands_twice_in_a_dictionary() {
    let folder = tempfile::tempdir().expect("a folder");
    // The systems of the sample share words of status.
    run("pipelines/sample.toml", &root().join("sample_data/clean"), folder.path(), &[]);
    let mut shared = 0;
    for name in TABLES {
        let file = File::open(part(folder.path(), name)).expect("a part");
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader");
        for batch in reader.map(|batch| batch.expect("rows")) {
            let schema = batch.schema();
            for (field, column) in schema.fields().iter().zip(batch.columns()) {
                let Some(labels) = column.as_dictionary_opt::<Int32Type>() else { continue };
                let words: Vec<Option<&str>> = labels.values().as_string::<i32>().iter().collect();
                let distinct: BTreeSet<Option<&str>> = words.iter().copied().collect();
                assert_eq!(words.len(), distinct.len(), "{name}.{}: {words:?}", field.name());
                shared += usize::from(field.name() == "status_raw" && words.len() > 1);
            }
        }
    }
    assert!(shared > 0, "no words of status were looked at");
}

#[test]
fn personal_numbers_leave_as_tokens_masks_or_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("hoa-binh-2024q1", 300, 1, folder.path());
    let hub = std::fs::read_to_string(folder.path().join("mot_cua.csv")).expect("the hub");
    let mut reader = csv::Reader::from_reader(hub.as_bytes());
    let known: Vec<String> = reader.records().map(|row| row.expect("a row")[9].to_owned()).collect();
    let pipeline =
        std::fs::read_to_string(root().join("pipelines/hoa-binh-2024q1.toml")).expect("a pipeline");
    std::fs::copy(root().join("pipelines/demo.key"), folder.path().join("demo.key")).expect("the key");
    for way in ["token", "masked", "plain"] {
        let changed = pipeline.replace("identifiers = \"token\"", &format!("identifiers = \"{way}\""));
        let path = folder.path().join(format!("{way}.toml"));
        std::fs::write(&path, changed).expect("written");
        let out = folder.path().join(way);
        run(crate::support::text(&path), folder.path(), &out, &[]);
        let ids: Vec<String> =
            table(&out, "records").iter().filter_map(|row| row.get("id_number").cloned()).collect();
        assert!(ids.len() > 300);
        let plain = ids.iter().filter(|id| known.contains(id)).count();
        assert_eq!(plain > 0, way == "plain", "{way}");
        assert_eq!(ids.iter().all(|id| id.contains('*')), way == "masked", "{way}");
        for name in ["differences", "findings"] {
            for row in table(&out, name) {
                assert!(
                    row.values().all(|value| !known.contains(value)),
                    "{way}: {name} shows a number: {row:?}"
                );
            }
        }
    }
}
