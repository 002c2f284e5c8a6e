//! The kinds of files exports come as.

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Gzip,
    Zstd,
    Archive,
    Csv,
    Ndjson,
    Json,
    Xlsx,
    Xls,
    Ods,
    Html,
    Parquet,
    Arrow,
    /// Known, and not read; the words say what to do instead.
    Foreign(&'static str),
}

impl FileKind {
    /// The word for it in pipelines and in table `feeds`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Archive => "zip",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Ods => "ods",
            Self::Html => "html",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Foreign(_) => "foreign",
        }
    }

    /// What a pipeline may declare.
    pub const CHOICES: &'static [(&'static str, Self)] = &[
        ("csv", Self::Csv),
        ("ndjson", Self::Ndjson),
        ("json", Self::Json),
        ("xlsx", Self::Xlsx),
        ("xls", Self::Xls),
        ("ods", Self::Ods),
        ("html", Self::Html),
        ("parquet", Self::Parquet),
        ("arrow", Self::Arrow),
    ];

    pub fn is_workbook(self) -> bool {
        matches!(self, Self::Xlsx | Self::Xls | Self::Ods)
    }

    /// Whether a file found to be of this kind may be read as the declared one. Text is what one takes
    /// it for; a workbook of one kind is as good as another.
    pub fn serves_as(self, declared: Self) -> bool {
        let is_text = |kind| matches!(kind, Self::Csv | Self::Ndjson | Self::Json | Self::Html);
        match declared {
            Self::Csv | Self::Ndjson => is_text(self),
            Self::Json => matches!(self, Self::Json | Self::Ndjson),
            declared if declared.is_workbook() => self.is_workbook(),
            declared => self == declared,
        }
    }

    /// With an article, for a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Gzip => "a gzip file",
            Self::Zstd => "a zstd file",
            Self::Archive => "a zip archive",
            Self::Csv => "delimited text",
            Self::Ndjson => "JSON lines",
            Self::Json => "a JSON document",
            Self::Xlsx => "an XLSX workbook",
            Self::Xls => "an XLS workbook",
            Self::Ods => "an ODS workbook",
            Self::Html => "an HTML page",
            Self::Parquet => "a Parquet file",
            Self::Arrow => "an Arrow file",
            Self::Foreign(words) => words,
        }
    }
}
