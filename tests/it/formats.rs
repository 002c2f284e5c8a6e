//! Whatever is written in any format, encoding and packing is read back as it was.

use std::path::Path;

use doisoat::config::file_kind::FileKind;
use doisoat::config::plan::{ColumnPlan, SystemPlan, TextPlan};
use doisoat::domain::dossier::FieldName;
use doisoat::stages::load;
use doisoat::stages::load::source::bytes::Bytes;
use doisoat::stages::load::source::unpack;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use crate::writers::cells::{cell_for, rows_for};
use crate::writers::{Charset, Form, Packing, Sheet, cells, fits, write};

const HEADER: [&str; 4] = ["Ma ho so", "Ngay nhan", "Chu ho so", "Ghi chu"];
const FIELDS: [FieldName; 4] =
    [FieldName::Code, FieldName::ReceivedAt, FieldName::OwnerName, FieldName::ProcedureName];

/// Reads the mapped columns of a file, as raw text; what could not be read fails.
fn read(path: &Path, form: Form) -> Vec<Vec<String>> {
    let mut system = SystemPlan::of_nothing();
    system.columns = FIELDS
        .iter()
        .zip(HEADER)
        .map(|(field, header)| ColumnPlan::of_dossier(*field, header.to_owned(), 1))
        .collect();
    system.dates_from_content = true;
    if let Form::Csv(csv) = form {
        // What the content cannot say is declared, as a user would.
        let quote = csv.quote.map(|c| c as u8);
        let delimiter = (csv.delimiter.len() > 1 || csv.quote != Some('"')).then(|| csv.delimiter.to_owned());
        system.text = TextPlan { delimiter, quote, escape: csv.escape.map(|c| c as u8) };
    }
    let length = std::fs::metadata(path).expect("written").len();
    let members = unpack::unpack(Bytes::of_file(path.to_owned(), length), None).expect("unpacked");
    let mut rows = Vec::new();
    let opened: Vec<_> = members
        .iter()
        .filter_map(|member| load::open::open_one(member, &system).ok().map(|o| (member.kind, o)))
        .collect();
    assert_eq!(
        opened.len(),
        1,
        "one member is a table: {:?}",
        members.iter().map(|member| { load::open::open_one(member, &system).err() }).collect::<Vec<_>>()
    );
    for (kind, opened) in &opened {
        assert_ne!(*kind, FileKind::Archive);
        assert_eq!(opened.damage, None);
        for piece in 0..opened.pieces() {
            let batch = opened.piece(piece).expect("a piece");
            assert!(batch.bad.is_empty(), "{:?}", batch.bad);
            for row in 0..batch.rows.len() {
                rows.push(batch.columns.iter().map(|column| column.get(row).to_owned()).collect());
            }
        }
    }
    rows
}

fn round_trip(rows: &[Vec<String>], form: Form, charset: Charset, packing: Packing) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x");
    std::fs::write(&path, write(&Sheet { header: &HEADER, rows }, form, charset, packing)).expect("written");
    read(&path, form)
}

/// Rows with a code and a date in front, without which a row is no record.
fn with_keys(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let key = |(number, row): (usize, Vec<String>)| {
        let day = 1 + number % 28;
        let mut keyed =
            vec![format!("H28.05-2401{day:02}-{number:04}"), format!("{day:02}/01/2024 08:15:00")];
        keyed.extend(row);
        keyed
    };
    rows.into_iter().enumerate().map(key).collect()
}

/// The first cell that is not as it was written.
fn same(read: &[Vec<String>], written: &[Vec<String>]) -> Result<(), TestCaseError> {
    prop_assert_eq!(read.len(), written.len());
    for (read, written) in read.iter().zip(written) {
        for (read, written) in read.iter().zip(written) {
            prop_assert_eq!(read, written);
        }
    }
    Ok(())
}

fn run(cases: u32, test: impl Fn(&mut TestRunner)) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    test(&mut TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    ));
}

#[test]
fn random_tables_are_read_back_from_every_format() {
    let unicode = [
        Charset::Utf8,
        Charset::Utf16Le { bom: true },
        Charset::Utf16Le { bom: false },
        Charset::Utf16Be { bom: true },
        Charset::Utf16Be { bom: false },
    ];
    for form in Form::samples() {
        run(12, |runner| {
            let inputs = (select(unicode.to_vec()), cells::packing());
            let inputs = inputs.prop_flat_map(move |(charset, packing)| {
                (Just(charset), Just(packing), rows_for(form, charset, 2))
            });
            runner
                .run(&inputs, |(charset, packing, rows)| {
                    let rows = with_keys(rows);
                    same(&round_trip(&rows, form, charset, packing), &rows)
                })
                .unwrap_or_else(|error| panic!("{form:?}: {error}"));
        });
    }
}

#[test]
fn random_tables_are_read_back_from_every_encoding() {
    let legacy = [
        Charset::Windows1258,
        Charset::Tcvn3,
        Charset::Viscii,
        Charset::Vni,
        Charset::Viqr,
        Charset::Utf8AsLatin1,
        Charset::Utf8AsWindows1252,
        Charset::Utf8Twice,
    ];
    for charset in legacy {
        run(12, |runner| {
            let words = |form| {
                let cell = cell_for(form, charset).prop_filter("words", |cell| {
                    // In VIQR the signs of file names and codes are left alone.
                    let is_plain = |c: char| c.is_alphabetic() || c == ' ';
                    cell.chars().filter(|c| c.is_alphabetic()).count() > 6
                        && !cell.contains(['\n', '\\', '"', '\''])
                        && (charset != Charset::Viqr || cell.chars().all(is_plain))
                });
                proptest::collection::vec(proptest::collection::vec(cell, 2), 60..80)
            };
            let inputs = (cells::form(), cells::packing())
                .prop_flat_map(move |(form, packing)| (Just(form), Just(packing), words(form)));
            runner
                .run(&inputs, |(form, packing, rows)| {
                    let rows = with_keys(rows);
                    prop_assume!(rows.iter().flatten().all(|cell| fits(cell, form, charset)));
                    // TCVN3 has no capitals with tones: what a capital font showed is raised again.
                    let small = |rows: &[Vec<String>]| -> Vec<Vec<String>> {
                        let raised = |cell: &String| match charset {
                            Charset::Tcvn3 => cell.to_lowercase(),
                            _ => cell.clone(),
                        };
                        rows.iter().map(|row| row.iter().map(raised).collect()).collect()
                    };
                    same(&small(&round_trip(&rows, form, charset, packing)), &small(&rows))
                })
                .unwrap_or_else(|error| panic!("{charset:?}: {error}"));
        });
    }
}
