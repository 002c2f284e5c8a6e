//! The command line, as typed.

use std::path::PathBuf;

use chrono::NaiveDateTime;
use clap::{Parser, Subcommand, ValueEnum};

use crate::config::pipeline::parse_moment;
use crate::report::workbook::Lang;

/// Nightly offline reconciliation (đối soát) of administrative dossiers across systems.
#[derive(Debug, Parser)]
#[command(name = "doisoat", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// Worker threads; all cores when left out. The outputs do not depend on it.
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<usize>,
    /// Print results as JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress bar on standard error.
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

const EXIT_CODES: &str = "Exit codes: 0 nothing above the pipeline's threshold; 1 findings above it; \
2 wrong use, configuration or input; 3 internal or I/O failure; 4 partial (a feed missing or unhealthy, \
everything else published); 130 interrupted.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Reconcile one night: read the exports, link, compare, judge, publish.
    Run(RunArgs),
    /// Report every mistake of a pipeline at once, with its line.
    Check(CheckArgs),
    /// Learn what each comparison is worth on tonight's exports, and write it as a model.
    ///
    /// The model is a readable TOML file: m and u probability of every level, and the rows it was trained on.
    /// A pipeline that names it (`model` of the scored rung in `[[ladder]]`, or of `[link]`) judges every night
    /// by the same numbers.
    Train(TrainArgs),
    /// Show why two records were linked or not: every field, what it says, and the sum.
    Explain(ExplainArgs),
    /// Say what an unknown export is, and propose how to read it.
    ///
    /// Prints, as comments, the format, encoding, header and columns of each file, then a `[[system]]`
    /// block. `doisoat check` accepts the whole as it is. Looks at the first 2,000 rows of a table and reads the
    /// file once for the values of its status. No personal value is shown.
    Inspect(InspectArgs),
    /// Write a whole pipeline for a folder of exports, every guess with how sure it is.
    Init(InitArgs),
    /// Make synthetic exports of a province, with the truth beside them.
    Generate(GenerateArgs),
    /// Hold a run's outputs against the truth of generated exports.
    Evaluate(EvaluateArgs),
    /// Print the catalogue of rules and known transformations, as docs/rules.md has it.
    Rules(RulesArgs),
}

#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Pipeline file (TOML).
    pub pipeline: PathBuf,
    /// Folder of the exports, in the place of the pipeline's own.
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// Folder of the outputs.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
    /// The moment the run stands for, such as 2024-04-01T02:00:00, in the place of the pipeline's own.
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    pub as_of: Option<NaiveDateTime>,
    /// Publish in the place of another run of the same date; the other's manifest is kept.
    #[arg(long)]
    pub replace: bool,
    /// Language of the night report and the workbook.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub lang: Language,
    /// Memory to stay within, such as 2GiB or 500MB: a night that would take more is run in parts that wait on disk. The
    /// outputs do not depend on it. A run over tables is always in memory.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// Folder for what waits on disk, with room for about twice the exports; beside the outputs when left out.
    #[arg(long, value_name = "DIR")]
    pub temp: Option<PathBuf>,
    /// Runs in so many parts, whatever the memory.
    #[arg(long, value_name = "N", hide = true)]
    pub parts: Option<usize>,
}

#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Pipeline files (TOML).
    #[arg(required = true)]
    pub pipelines: Vec<PathBuf>,
    /// Folder of the exports, in the place of the pipeline's own.
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// The night whose files are looked for; without it, and without one in the pipeline, the newest.
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    pub as_of: Option<NaiveDateTime>,
    /// Read the exports and say what each blocking rule gives, before anything is scored.
    #[arg(long)]
    pub blocking: bool,
}

#[derive(Debug, clap::Args)]
pub struct TrainArgs {
    /// Pipeline file (TOML).
    pub pipeline: PathBuf,
    /// Model file to write (TOML); written over where it is there.
    #[arg(long, value_name = "FILE")]
    pub model: PathBuf,
    /// Folder of the exports, in the place of the pipeline's own.
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// The night whose files are trained on, in the place of the pipeline's own.
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    pub as_of: Option<NaiveDateTime>,
}

#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// Pipeline file (TOML).
    pub pipeline: PathBuf,
    /// The one record: `system:code` or `table:id`; the code or id alone where nothing else has it.
    pub left: String,
    /// The other record.
    pub right: String,
    /// Folder of the exports, in the place of the pipeline's own.
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// The moment the run stands for, in the place of the pipeline's own.
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    pub as_of: Option<NaiveDateTime>,
    /// Language of the words.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub lang: Language,
}

#[derive(Debug, clap::Args)]
pub struct InspectArgs {
    /// Exports of any format.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// Folder of the exports.
    pub dir: PathBuf,
    /// Pipeline file to write; standard output when left out.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct GenerateArgs {
    /// Name of a built-in profile, or a profile file (TOML).
    pub profile: String,
    /// Dossiers of the hub; the profile's own number when left out.
    #[arg(long, value_name = "N")]
    pub dossiers: Option<u64>,
    /// The same seed gives the same bytes.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Folder to write to.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct EvaluateArgs {
    /// Output folder of a run.
    pub out: PathBuf,
    /// Folder `truth` of the generated exports.
    pub truth: PathBuf,
    /// Date of the run; the latest when left out.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub run_date: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct RulesArgs {
    /// Language of the page.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub lang: Language,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Language {
    Vi,
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Vi => Self::Vi,
            Language::En => Self::En,
        }
    }
}

/// Bytes, as people write them.
fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 7] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("kB", 1_000),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
    ];
    let unit = UNITS.iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?.trim_end(), *bytes)));
    let size = unit.and_then(|(number, bytes)| Some(number.parse::<f64>().ok()? * bytes as f64));
    let size = size.filter(|size| *size >= 1.0 && *size < 1e18);
    size.map(|size| size as u64)
        .ok_or_else(|| "write a number with its unit, such as 2GiB or 500MB".to_owned())
}

fn moment(text: &str) -> Result<NaiveDateTime, String> {
    parse_moment(text).ok_or_else(|| "write 2024-04-01 or 2024-04-01T02:00:00, on the local clock".to_owned())
}
