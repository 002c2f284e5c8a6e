//! The truth: which case every written row belongs to, and every error that was planted.

use super::error::GenerateError;
use super::row::{Place, System};
use super::setting::Setting;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

pub const FOLDER: &str = "truth";
pub const RECORDS: &str = "truth/records.csv";
pub const ERRORS: &str = "truth/errors.csv";
pub const FIGURES: &str = "truth/figures.csv";
pub const MARKER: &str = "truth/profile.json";

/// By which key a spoke's row can still be tied to the hub's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Code,
    Alternate,
    Identity,
    None,
}

impl Reach {
    pub fn name(self) -> &'static str {
        match self {
            Reach::Code => "code",
            Reach::Alternate => "alternate",
            Reach::Identity => "identity",
            Reach::None => "none",
        }
    }
}

/// One planted error.
#[derive(Clone)]
pub struct Planted {
    pub kind: &'static str,
    pub field: &'static str,
    pub original: String,
    pub planted: String,
    /// The known transformation that did it, `T1` to `T14`; empty for an error.
    pub cause: &'static str,
}

impl Planted {
    pub fn new(
        kind: &'static str,
        field: &'static str,
        original: impl Into<String>,
        planted: impl Into<String>,
    ) -> Self {
        Planted { kind, field, original: original.into(), planted: planted.into(), cause: "" }
    }

    /// Done by a sync job, to every row it applies to.
    pub fn by(mut self, cause: &'static str) -> Self {
        self.cause = cause;
        self
    }
}

/// What was written in all.
pub struct Counts {
    pub errors_by_kind: BTreeMap<String, u64>,
    pub rows: BTreeMap<System, u64>,
}

pub struct Truth {
    records: CsvFile,
    errors: CsvFile,
    files: BTreeMap<System, String>,
    errors_by_kind: BTreeMap<String, u64>,
    rows: BTreeMap<System, u64>,
}

impl Truth {
    pub fn create(out: &Path, setting: &Setting) -> Result<Self, GenerateError> {
        let mut records = CsvFile::create(out, RECORDS, b',')?;
        records.write(["system", "file", "sheet", "row", "case_id", "fate", "reach"])?;
        let mut errors = CsvFile::create(out, ERRORS, b',')?;
        errors.write([
            "kind", "case_id", "system", "file", "sheet", "row", "field", "original", "planted", "cause",
        ])?;
        let files = System::ALL.into_iter().map(|system| (system, setting.file(system).to_owned())).collect();
        Ok(Truth { records, errors, files, errors_by_kind: BTreeMap::new(), rows: BTreeMap::new() })
    }

    /// A row was written. `reach` is given for a spoke's row whose case the hub has.
    pub fn record(
        &mut self,
        system: System,
        place: Place,
        case: u64,
        malformed: bool,
        reach: Option<Reach>,
    ) -> Result<(), GenerateError> {
        *self.rows.entry(system).or_default() += 1;
        let file = self.files.get(&system).map_or("", String::as_str);
        let (row, case) = (place.row.to_string(), case_id(case));
        let fate = if malformed { "malformed" } else { "record" };
        let reach = reach.filter(|_| !malformed).map_or("", Reach::name);
        self.records.write([system.name(), file, place.sheet, &row, &case, fate, reach])
    }

    /// An error was planted; without a place it is a row that is not there.
    pub fn error(
        &mut self,
        system: System,
        place: Option<Place>,
        case: u64,
        planted: &Planted,
    ) -> Result<(), GenerateError> {
        match self.errors_by_kind.get_mut(planted.kind) {
            Some(count) => *count += 1,
            None => _ = self.errors_by_kind.insert(planted.kind.to_owned(), 1),
        }
        let file = place.and_then(|_| self.files.get(&system)).map_or("", String::as_str);
        let sheet = place.map_or("", |place| place.sheet);
        let row = place.map_or(String::new(), |place| place.row.to_string());
        let Planted { kind, field, original, planted, cause } = planted;
        self.errors.write([
            kind,
            case_id(case).as_str(),
            system.name(),
            file,
            sheet,
            &row,
            field,
            original,
            planted,
            cause,
        ])
    }

    pub fn finish(mut self) -> Result<Counts, GenerateError> {
        self.records.finish()?;
        self.errors.finish()?;
        Ok(Counts { errors_by_kind: self.errors_by_kind, rows: self.rows })
    }
}

/// Empty for 0: an error that is no case's.
pub fn case_id(case: u64) -> String {
    if case == 0 {
        return String::new();
    }
    format!("C{case:08}")
}

/// A CSV file that knows its path and the line it is on.
pub struct CsvFile {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
    lines: u64,
}

impl CsvFile {
    pub fn create(out: &Path, name: &str, delimiter: u8) -> Result<Self, GenerateError> {
        let path = out.join(name);
        let file = File::create(&path).map_err(|source| GenerateError::Io { path: path.clone(), source })?;
        let writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_writer(BufWriter::with_capacity(1 << 18, file));
        Ok(CsvFile { path, writer, lines: 0 })
    }

    pub fn write<I, T>(&mut self, cells: I) -> Result<(), GenerateError>
    where
        I: IntoIterator<Item = T>,
        T: AsRef<[u8]>,
    {
        self.lines += 1;
        self.writer
            .write_record(cells)
            .map_err(|source| GenerateError::Csv { path: self.path.clone(), source })
    }

    /// Number of the line written last, from 1.
    pub fn line(&self) -> u64 {
        self.lines
    }

    pub fn finish(&mut self) -> Result<(), GenerateError> {
        let io = |source| GenerateError::Io { path: self.path.clone(), source };
        self.writer.flush().map_err(io)
    }
}

/// A text file of lines.
pub struct LineFile {
    pub path: PathBuf,
    pub writer: BufWriter<File>,
    pub lines: u64,
}

impl LineFile {
    pub fn create(out: &Path, name: &str) -> Result<Self, GenerateError> {
        let path = out.join(name);
        let file = File::create(&path).map_err(|source| GenerateError::Io { path: path.clone(), source })?;
        Ok(LineFile { path, writer: BufWriter::with_capacity(1 << 18, file), lines: 0 })
    }

    pub fn write(&mut self, line: &[u8]) -> Result<(), GenerateError> {
        self.lines += 1;
        let written = self.writer.write_all(line).and_then(|()| self.writer.write_all(b"\n"));
        written.map_err(|source| GenerateError::Io { path: self.path.clone(), source })
    }

    pub fn finish(&mut self) -> Result<(), GenerateError> {
        self.writer.flush().map_err(|source| GenerateError::Io { path: self.path.clone(), source })
    }
}
