//! A night of a few rows, made by hand: two systems that agree, but for what a test changes.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{Row, code, run, stderr, table, text};

/// Columns of the hub beside code, procedure, owner, number, receipt and status; named as fields.
pub const HUB: &[&str] = &[
    "code",
    "alt_code",
    "procedure",
    "unit",
    "channel",
    "owner_name",
    "id_number",
    "phone",
    "birth_date",
    "sex",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
    "status",
    "summary",
    "object",
    "subject_name",
    "supplements",
    "due_before",
    "extensions",
    "apology_at",
    "process_days",
    "documents",
    "results",
    "sync_flag",
    "storage",
    "deleted_at",
];
pub const PORTAL: &[&str] = &[
    "code",
    "procedure",
    "unit",
    "owner_name",
    "id_number",
    "submitted_at",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
    "synced_at",
    "status",
    "summary",
    "documents",
];

/// One row, cells by field; what is not named is empty.
pub type Cells<'c> = &'c [(&'c str, &'c str)];

/// What both systems say of a dossier when nothing is wrong.
const PLAIN: Cells<'static> = &[
    ("procedure", "1.001193"),
    ("unit", "H28.36"),
    ("channel", "1"),
    ("owner_name", "Quách Văn Mẫu"),
    ("id_number", "017090000123"),
    ("received_at", "2024-01-08 08:00:00"),
    ("due_at", "2024-01-11 08:00:00"),
    ("finished_at", "2024-01-10 09:15:00"),
    ("returned_at", "2024-01-10 15:40:00"),
    ("synced_at", "2024-01-08 09:00:00"),
    ("status", "10"),
];

pub struct Case {
    pub hub: Vec<Vec<(String, String)>>,
    pub portal: Vec<Vec<(String, String)>>,
    files: Vec<(&'static str, String)>,
    more: String,
    portal_keys: String,
    twice_by: &'static str,
}

impl Case {
    pub fn new() -> Self {
        Self {
            hub: vec![],
            portal: vec![],
            files: vec![],
            more: String::new(),
            portal_keys: String::new(),
            twice_by: "id_number",
        }
    }

    pub fn row(code: &str, changed: Cells<'_>) -> Vec<(String, String)> {
        let mut cells = vec![("code".to_owned(), code.to_owned())];
        for (field, value) in PLAIN.iter().chain(changed) {
            cells.retain(|(known, _)| known != field);
            cells.push(((*field).to_owned(), (*value).to_owned()));
        }
        cells
    }

    /// The same dossier in both systems, each with its own changes.
    pub fn both(mut self, code: &str, hub: Cells<'_>, portal: Cells<'_>) -> Self {
        self.hub.push(Self::row(code, hub));
        let shared: Vec<(&str, &str)> = hub.iter().chain(portal).copied().collect();
        self.portal.push(Self::row(code, &shared));
        self
    }

    pub fn hub(mut self, code: &str, cells: Cells<'_>) -> Self {
        self.hub.push(Self::row(code, cells));
        self
    }

    pub fn portal(mut self, code: &str, cells: Cells<'_>) -> Self {
        self.portal.push(Self::row(code, cells));
        self
    }

    pub fn file(mut self, name: &'static str, content: &str) -> Self {
        self.files.push((name, content.to_owned()));
        self
    }

    /// Sections of the pipeline.
    pub fn with(mut self, toml: &str) -> Self {
        self.more.push_str(toml);
        self
    }

    /// Keys of the portal's `[system.sync]`.
    pub fn sync(mut self, toml: &str) -> Self {
        self.portal_keys.push_str(toml);
        self
    }

    /// The field by which, beside the procedure, a dossier counts as typed twice.
    pub fn twice_by(mut self, field: &'static str) -> Self {
        self.twice_by = field;
        self
    }

    pub fn run(&self) -> Night {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, content: &str| {
            std::fs::write(folder.path().join(name), content).expect("written");
        };
        write("hub.csv", &csv(HUB, &self.hub));
        write("portal.csv", &csv(PORTAL, &self.portal));
        self.files.iter().for_each(|(name, content)| write(name, content));
        let columns = |fields: &[&str]| fields.iter().map(|f| format!("{f} = \"{f}\"\n")).collect::<String>();
        let status: String = (1..=10).map(|code| format!("\"{code}\" = {code}\n")).collect();
        let pipeline = format!(
            "[pipeline]\nname = \"rules\"\nas_of = 2024-02-01T02:00:00\nhub = \"hub\"\n\
             period = {{ from = 2024-01-01, to = 2024-01-31 }}\n\n\
             [[system]]\nname = \"hub\"\nrole = \"hub\"\nfiles = [\"hub.csv\"]\n[system.columns]\n{}\
             [system.status]\n{status}\n\
             [[system]]\nname = \"portal\"\nrole = \"portal\"\nfiles = [\"portal.csv\"]\n[system.columns]\n{}\
             [system.status]\n{status}[system.sync]\n{}\n\
             [duplicates]\non = [\"{}\", \"procedure\"]\nwindow = \"72h\"\n\n\
             [[ladder]]\nrung = \"exact_code\"\n[[ladder]]\nrung = \"alternate_code\"\n\
             [[ladder]]\nrung = \"equivalent_code\"\n\
             [[ladder]]\nrung = \"identity\"\non = [\"id_number\", \"procedure\"]\nwindow = \"5d\"\n{}",
            columns(HUB),
            columns(PORTAL),
            self.portal_keys,
            self.twice_by,
            self.more
        );
        write("pipeline.toml", &pipeline);
        let out = folder.path().join("out");
        let output = run(text(&folder.path().join("pipeline.toml")), folder.path(), &out, &[]);
        assert!([0, 1].contains(&code(&output)), "{}", stderr(&output));
        Night { _folder: folder, out }
    }
}

pub fn csv(fields: &[&str], rows: &[Vec<(String, String)>]) -> String {
    let mut text = fields.join(",") + "\n";
    for row in rows {
        let cell = |field: &&str| {
            row.iter()
                .find(|(known, _)| known == field)
                .map_or(String::new(), |(_, value)| format!("\"{value}\""))
        };
        text += &(fields.iter().map(cell).collect::<Vec<_>>().join(",") + "\n");
    }
    text
}

pub struct Night {
    _folder: tempfile::TempDir,
    out: std::path::PathBuf,
}

impl Night {
    pub fn table(&self, name: &str) -> Vec<Row> {
        table(Path::new(&self.out), name)
    }

    /// Kind, case and what explains it.
    pub fn findings(&self) -> BTreeSet<(String, String, String)> {
        let cell = |row: &Row, column: &str| row.get(column).cloned().unwrap_or_default();
        self.table("findings")
            .iter()
            .map(|row| (cell(row, "kind"), cell(row, "case_code"), cell(row, "explained_by")))
            .collect()
    }

    pub fn detail(&self, kind: &str) -> String {
        let found = self.table("findings").into_iter().find(|row| row["kind"] == kind);
        found.unwrap_or_else(|| panic!("no {kind} among {:?}", self.findings()))["detail"].clone()
    }

    #[track_caller]
    pub fn is(&self, expected: &[(&str, &str, &str)]) {
        let expected: BTreeSet<(String, String, String)> = expected
            .iter()
            .map(|(kind, case, why)| ((*kind).to_owned(), (*case).to_owned(), (*why).to_owned()))
            .collect();
        assert_eq!(self.findings(), expected);
    }
}
