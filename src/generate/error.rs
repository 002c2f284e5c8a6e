//! What can stop a generation. Every text names the file or the profile key; none carries a value of a person.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error("find profile `{name}`: neither a file nor one of the built-in profiles\n  built in are {known}")]
    UnknownProfile { name: String, known: String },
    #[error("read profile {}: {source}", path.display())]
    ReadProfile { path: PathBuf, source: std::io::Error },
    #[error("understand profile {profile}: {source}")]
    ParseProfile { profile: String, source: Box<toml::de::Error> },
    #[error("use profile {profile}: key `{key}`: {problem}")]
    BadKey { profile: String, key: String, problem: String },
    #[error(
        "write into {}: the folder is not empty and holds no earlier generation\n  give an empty folder, or one that holds truth/profile.json",
        path.display()
    )]
    OutNotEmpty { path: PathBuf },
    #[error("write {}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("write {}: {source}", path.display())]
    Csv { path: PathBuf, source: csv::Error },
    #[error("write {}: {source}", path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("write {}: {source}", path.display())]
    Xlsx { path: PathBuf, source: Box<rust_xlsxwriter::XlsxError> },
}

impl GenerateError {
    /// The disk refused, rather than the request being wrong.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::Csv { .. } | Self::Json { .. } | Self::Xlsx { .. })
    }
}
