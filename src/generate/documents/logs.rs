//! The two logs as files, the truth about them, and what the marker of the folder says.
//!
//! The truth has the columns of every other generation, so that one `evaluate` reads them all.

use super::super::Generated;
use super::super::error::GenerateError;
use super::super::out_folder::Marker;
use super::super::row::System;
use super::super::truth::{self, CsvFile, Planted, Reach, case_id};
use super::agencies::AGENCIES;
use super::{Document, PROFILE, plan};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;
use std::path::Path;

/// Which log a row stands in; the sender's is the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Log {
    Sent,
    Received,
}

impl Log {
    pub const ALL: [Self; 2] = [Self::Sent, Self::Received];

    /// Name of the system in the pipeline.
    pub fn system(self) -> &'static str {
        match self {
            Self::Sent => "noi_gui",
            Self::Received => "noi_nhan",
        }
    }

    pub fn file(self) -> &'static str {
        match self {
            Self::Sent => "van_ban_gui.csv",
            Self::Received => "van_ban_nhan.csv",
        }
    }

    fn status(self, code: u8) -> &'static str {
        match (self, code) {
            (Self::Sent, 3) => "Bị từ chối",
            (Self::Sent, 9) => "Đã đến",
            (Self::Sent, 10) => "Đã tiếp nhận",
            (Self::Sent, _) => "Đã gửi",
            (Self::Received, 3) => "02",
            (Self::Received, 10) => "03",
            (Self::Received, _) => "01",
        }
    }
}

/// As the receiver's log writes a time.
pub fn iso(time: NaiveDateTime) -> String {
    System::HoTich.stamp(time)
}

const SENT_HEADER: [&str; 8] = [
    "Mã định danh văn bản",
    "Số, ký hiệu",
    "Mã cơ quan gửi",
    "Cơ quan gửi",
    "Mã cơ quan nhận",
    "Cơ quan nhận",
    "Thời điểm gửi",
    "Trạng thái",
];
const RECEIVED_HEADER: [&str; 5] =
    ["Mã định danh", "Mã cơ quan nhận", "Thời điểm gửi theo gói tin", "Thời điểm nhận", "Mã trạng thái"];

pub struct Logs {
    sent: CsvFile,
    received: CsvFile,
    records: CsvFile,
    errors: CsvFile,
    figures: CsvFile,
    rows: [u64; 2],
    /// Documents of the sender's log, by national status; a second row counts once.
    statuses: BTreeMap<u8, u64>,
    last_case: u64,
    errors_by_kind: BTreeMap<String, u64>,
}

impl Logs {
    pub fn create(out: &Path) -> Result<Self, GenerateError> {
        let open = |name: &str, delimiter, header: &[&str]| {
            let mut file = CsvFile::create(out, name, delimiter)?;
            file.write(header)?;
            Ok(file)
        };
        let places = ["system", "file", "sheet", "row"];
        let errors = [&["kind", "case_id"], &places[..], &["field", "original", "planted", "cause"]].concat();
        Ok(Logs {
            sent: open(Log::Sent.file(), b',', &SENT_HEADER)?,
            received: open(Log::Received.file(), b';', &RECEIVED_HEADER)?,
            records: open(truth::RECORDS, b',', &[&places[..], &["case_id", "fate", "reach"]].concat())?,
            errors: open(truth::ERRORS, b',', &errors)?,
            figures: open(truth::FIGURES, b',', &["name", "value"])?,
            rows: [0; 2],
            statuses: BTreeMap::new(),
            last_case: 0,
            errors_by_kind: BTreeMap::new(),
        })
    }

    /// A row of the sender's log; gives its line.
    pub fn sent(&mut self, document: &Document) -> Result<u64, GenerateError> {
        let (Some(from), Some(to)) = (AGENCIES.get(document.from), AGENCIES.get(document.to)) else {
            return Ok(0);
        };
        // A second row follows the first within the hour, and may be told by its number.
        if document.case > self.last_case {
            self.last_case = document.case;
            *self.statuses.entry(document.status).or_default() += 1;
        }
        let notation = format!("{}/{}", document.number, from.notation);
        let time = System::Hub.stamp(document.sent);
        let status = Log::Sent.status(document.status);
        self.sent.write([
            &document.code,
            &notation,
            from.code,
            from.name,
            to.code,
            to.name,
            &time,
            status,
        ])?;
        let line = self.sent.line();
        self.record(Log::Sent, line, document.case, None)?;
        Ok(line)
    }

    /// A row of the receiver's log; gives its line.
    pub fn received(
        &mut self,
        document: &Document,
        arrived: NaiveDateTime,
        reach: Option<Reach>,
    ) -> Result<u64, GenerateError> {
        let to = AGENCIES.get(document.to).map_or("", |agency| agency.code);
        let status = Log::Received.status(document.status);
        self.received.write([&document.code, to, &iso(document.sent), &iso(arrived), status])?;
        let line = self.received.line();
        self.record(Log::Received, line, document.case, reach)?;
        Ok(line)
    }

    fn record(&mut self, log: Log, line: u64, case: u64, reach: Option<Reach>) -> Result<(), GenerateError> {
        if let Some(rows) = self.rows.get_mut(log as usize) {
            *rows += 1;
        }
        let reach = reach.map_or("", Reach::name);
        self.records.write([log.system(), log.file(), "", &line.to_string(), &case_id(case), "record", reach])
    }

    /// An error was planted: without a line it is a row that is not there, without a case a silent day.
    pub fn error(
        &mut self,
        log: Log,
        line: Option<u64>,
        case: Option<u64>,
        planted: &Planted,
    ) -> Result<(), GenerateError> {
        match self.errors_by_kind.get_mut(planted.kind) {
            Some(count) => *count += 1,
            None => _ = self.errors_by_kind.insert(planted.kind.to_owned(), 1),
        }
        let file = line.map_or("", |_| log.file());
        let line = line.map_or(String::new(), |line| line.to_string());
        let case = case.map_or(String::new(), case_id);
        let Planted { kind, field, original, planted, cause } = planted;
        self.errors.write([
            kind,
            case.as_str(),
            log.system(),
            file,
            "",
            &line,
            field,
            original,
            planted,
            cause,
        ])
    }

    /// The figures last, as the run's table `summary` should say them of the sender's log.
    pub fn finish(mut self, cases: u64) -> Result<Generated, GenerateError> {
        let of = |status: u8| self.statuses.get(&status).copied().unwrap_or(0);
        let documents: u64 = self.statuses.values().sum();
        let mut figures = vec![
            ("received".to_owned(), documents),
            ("resolved".to_owned(), documents - of(2)),
            ("in_process".to_owned(), of(2)),
            ("cases".to_owned(), cases),
        ];
        figures.extend(
            Log::ALL.iter().zip(self.rows).map(|(log, rows)| (format!("rows_{}", log.system()), rows)),
        );
        figures.extend(self.errors_by_kind.iter().map(|(kind, count)| (format!("errors_{kind}"), *count)));
        for (name, value) in &figures {
            self.figures.write([name, &value.to_string()])?;
        }
        let Logs { sent, received, records, errors, figures: file, rows, errors_by_kind, .. } = self;
        for mut file in [sent, received, records, errors, file] {
            file.finish()?;
        }
        let mut files: Vec<(String, u64)> =
            Log::ALL.iter().zip(rows).map(|(log, rows)| (log.file().to_owned(), rows)).collect();
        files.push((truth::RECORDS.to_owned(), rows.iter().sum()));
        files.push((truth::ERRORS.to_owned(), errors_by_kind.values().sum()));
        files.push((truth::FIGURES.to_owned(), figures.len() as u64));
        Ok(Generated { files, cases, errors_by_kind })
    }
}

/// What `truth/profile.json` says of the generation.
pub fn marker(seed: u64, documents: u64) -> Marker {
    Marker {
        name: PROFILE.to_owned(),
        title: "Văn bản điện tử trên Trục liên thông, 8 tháng năm 2022".to_owned(),
        province_code: "H21".to_owned(),
        period_start: plan::first_day().to_string(),
        period_end: plan::last_day().to_string(),
        as_of: plan::as_of().format("%Y-%m-%dT%H:%M:%S").to_string(),
        seed,
        dossiers: documents,
        ..Marker::default()
    }
}
