//! Parses the command line, runs one command, and exits.
#![expect(clippy::print_stderr, reason = "only main talks to the terminal")]
#![expect(clippy::disallowed_methods, reason = "only main looks at a clock, to say how long a command took")]

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode as ProcessExit;
use std::sync::atomic::Ordering;
use std::time::Instant;

use chrono::NaiveDateTime;
use clap::Parser;
use doisoat::check;
use doisoat::cli::{
    CheckArgs, Cli, Command, EvaluateArgs, ExplainArgs, GenerateArgs, InitArgs, InspectArgs, RulesArgs,
    RunArgs, TrainArgs,
};
use doisoat::config::mistakes::Mistakes;
use doisoat::config::pipeline::Overrides;
use doisoat::config::tables::is_of_tables;
use doisoat::domain::finding_kind::FindingKind;
use doisoat::domain::known::Known;
use doisoat::domain::rules;
use doisoat::engine::{publish, whole_file};
use doisoat::exit_code::ExitCode;
use doisoat::guard;
use doisoat::inspect::report::JsonFile;
use doisoat::inspect::{self, InspectError, init};
use doisoat::parts::memory::Ask;
use doisoat::progress::{Progress, Silent};
use doisoat::run::{self, RunRequest};
use doisoat::scoring::{self, Asked, ScoringError};
use doisoat::tables::learnt::BlockingReport;
use doisoat::tables::{self, TablesError};
use doisoat::{evaluate, generate};

mod progress_bar;

/// Keeps freed pages: a run frees and asks for gigabytes, which the system's allocator gives back each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ProcessExit {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !guard::is_inside() {
            report(panic);
        }
    }));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::Usage.into() } else { ExitCode::Clean.into() };
        }
    };
    if let Some(threads) = cli.threads
        && rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().is_err()
    {
        return fail("the worker threads could not be started", ExitCode::Failure);
    }
    // Everything is written beside the outputs; only the short moment of renaming is not interrupted.
    let _ = ctrlc::set_handler(|| {
        if !publish::COMMITTING.load(Ordering::SeqCst) {
            std::process::exit(ExitCode::Interrupted as i32);
        }
    });
    let code = match &cli.command {
        Command::Run(args) => run_night(&cli, args),
        Command::Check(args) => check_pipelines(&cli, args),
        Command::Train(args) => train_model(&cli, args),
        Command::Explain(args) => explain_pair(&cli, args),
        Command::Inspect(args) => inspect_files(&cli, args),
        Command::Init(args) => init_pipeline(&cli, args),
        Command::Generate(args) => generate_exports(&cli, args),
        Command::Evaluate(args) => evaluate_run(&cli, args),
        Command::Rules(args) => print_rules(&cli, args),
    };
    match code {
        Ok(code) => code.into(),
        Err((text, code)) => fail(&text, code),
    }
}

type Outcome = Result<ExitCode, (String, ExitCode)>;

fn fail(text: &str, code: ExitCode) -> ProcessExit {
    eprintln!("doisoat: {}", text.trim_end());
    code.into()
}

fn progress(cli: &Cli) -> Box<dyn Progress> {
    if cli.quiet || !std::io::stderr().is_terminal() {
        Box::new(Silent)
    } else {
        Box::new(progress_bar::Bar::new())
    }
}

/// Prints a result. A reader that has seen enough, such as `head`, is no failure.
fn say(text: &str) -> Result<(), (String, ExitCode)> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err((format!("write to standard output: {error}"), ExitCode::Failure))
        }
        _ => Ok(()),
    }
}

fn json(value: &impl serde::Serialize) -> Result<(), (String, ExitCode)> {
    let text = serde_json::to_string_pretty(value).map_err(|error| (error.to_string(), ExitCode::Failure))?;
    say(&format!("{text}\n"))
}

fn run_night(cli: &Cli, args: &RunArgs) -> Outcome {
    let started = Instant::now();
    let request = RunRequest {
        pipeline: args.pipeline.clone(),
        input: args.input.clone(),
        out: args.out.clone(),
        as_of: args.as_of,
        replace: args.replace,
        lang: args.lang.into(),
        memory: Ask { limit: args.memory, parts: args.parts },
        temp: args.temp.clone(),
    };
    if is_of_tables(&request.pipeline) {
        return run_tables(cli, &request, started);
    }
    let progress = progress(cli);
    let (mut report, code) =
        run::run(&request, progress.as_ref()).map_err(|error| (error.to_string(), error.exit_code()))?;
    drop(progress);
    report.memory.peak = peak();
    if cli.json {
        json(&report)?;
    } else {
        let words = doisoat::report::words::Words::of(args.lang.into());
        let seconds = started.elapsed().as_secs_f64();
        say(&format!("{}  {}: {seconds:.1} s\n", report.text(args.lang.into()), words.took))?;
    }
    Ok(code)
}

/// The most memory that the program has held, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

/// A run over tables that hold no dossiers.
fn run_tables(cli: &Cli, request: &RunRequest, started: Instant) -> Outcome {
    let progress = progress(cli);
    let (report, code) = tables::run(request, progress.as_ref()).map_err(of_tables)?;
    drop(progress);
    if cli.json {
        json(&report)?;
    } else {
        let words = doisoat::report::words::Words::of(request.lang);
        let seconds = started.elapsed().as_secs_f64();
        say(&format!("{}  {}: {seconds:.1} s\n", report.text(request.lang), words.took))?;
    }
    Ok(code)
}

/// Checks one pipeline of tables: what its blocking rules give, where that was asked for, or its mistakes.
fn check_tables(
    cli: &Cli,
    args: &CheckArgs,
    pipeline: &Path,
) -> Result<Result<Option<BlockingReport>, Mistakes>, (String, ExitCode)> {
    let overrides = overrides(args.input.as_ref(), args.as_of, true);
    let checked = match tables::check(pipeline, &overrides) {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(Err(mistakes)),
    };
    if !cli.quiet && !cli.json {
        let tables = match checked.plan.tables.len() {
            1 => "1 table".to_owned(),
            several => format!("{several} tables"),
        };
        say(&format!("{}: in order, {tables}\n", pipeline.display()))?;
        for absent in &checked.absent {
            say(&format!("  not checked, {absent}\n"))?;
        }
    }
    if !args.blocking {
        return Ok(Ok(None));
    }
    let progress = progress(cli);
    let report = tables::blocking(&checked.plan, progress.as_ref()).map_err(of_tables)?;
    drop(progress);
    if !cli.json {
        say(&report.to_string())?;
    }
    Ok(Ok(Some(report)))
}

fn check_pipelines(cli: &Cli, args: &CheckArgs) -> Outcome {
    let (mut code, mut all, mut blocking) = (ExitCode::Clean, Vec::new(), Vec::new());
    for pipeline in &args.pipelines {
        if is_of_tables(pipeline) {
            match check_tables(cli, args, pipeline)? {
                Ok(report) => blocking.extend(report),
                Err(mistakes) => {
                    code = ExitCode::Usage;
                    if !cli.json {
                        eprint!("{mistakes}");
                    }
                    all.push(mistakes);
                }
            }
            continue;
        }
        match check::check(pipeline, args.input.clone(), args.as_of) {
            Ok(checked) => {
                let systems = checked.plan.systems.len();
                if !cli.quiet && !cli.json {
                    say(&format!("{}: in order, {systems} systems\n", pipeline.display()))?;
                    for absent in checked.absent {
                        say(&format!("  columns not checked, {absent}\n"))?;
                    }
                }
                if args.blocking {
                    let asked = Asked {
                        pipeline: pipeline.clone(),
                        input: args.input.clone(),
                        as_of: args.as_of,
                        without_as_of: true,
                    };
                    let report = scoring::blocking(&asked).map_err(scoring_failed)?;
                    if !cli.json {
                        say(&report.to_string())?;
                    }
                    blocking.push(report);
                }
            }
            Err(mistakes) => {
                code = ExitCode::Usage;
                if cli.json {
                    all.push(mistakes);
                } else {
                    eprint!("{mistakes}");
                }
            }
        }
    }
    match (cli.json, args.blocking && all.is_empty()) {
        (false, _) => {}
        (true, true) => json(&blocking)?,
        (true, false) => json(&all)?,
    }
    Ok(code)
}

fn train_model(cli: &Cli, args: &TrainArgs) -> Outcome {
    if is_of_tables(&args.pipeline) {
        let overrides = overrides(args.input.as_ref(), args.as_of, false);
        let progress = progress(cli);
        let report =
            tables::train(&args.pipeline, &overrides, &args.model, progress.as_ref()).map_err(of_tables)?;
        drop(progress);
        if cli.json {
            json(&report)?;
        } else if !cli.quiet {
            say(&report.to_string())?;
        }
        let all = report.pairs.iter().all(|pair| pair.training.converged);
        return Ok(if all { ExitCode::Clean } else { ExitCode::Findings });
    }
    let asked = asked(&args.pipeline, args.input.as_ref(), args.as_of);
    let trained = scoring::train(&asked).map_err(scoring_failed)?;
    let written = whole_file::write(&args.model, &trained.model.to_toml());
    written.map_err(|error| (format!("write {}: {error}", args.model.display()), ExitCode::Failure))?;
    if cli.json {
        json(&serde_json::json!({
            "model": args.model,
            "system": trained.system,
            "rows": trained.rows,
            "converged": trained.model.converged,
            "rounds": trained.model.rounds,
            "pairs": trained.model.trained_on_pairs,
            "kept": trained.kept,
            "doubtful": trained.doubtful,
        }))?;
    } else {
        say(&trained.to_string())?;
    }
    Ok(if trained.model.converged { ExitCode::Clean } else { ExitCode::Findings })
}

fn explain_pair(cli: &Cli, args: &ExplainArgs) -> Outcome {
    let explanation = if is_of_tables(&args.pipeline) {
        let overrides = overrides(args.input.as_ref(), args.as_of, false);
        let progress = progress(cli);
        let names = (args.left.as_str(), args.right.as_str());
        tables::explain(&args.pipeline, &overrides, names, progress.as_ref()).map_err(of_tables)?
    } else {
        let asked = asked(&args.pipeline, args.input.as_ref(), args.as_of);
        scoring::explain(&asked, &args.left, &args.right).map_err(scoring_failed)?
    };
    if cli.json {
        json(&explanation)?;
    } else {
        say(&explanation.text(args.lang.into()))?;
    }
    Ok(ExitCode::Clean)
}

fn asked(pipeline: &Path, input: Option<&PathBuf>, as_of: Option<NaiveDateTime>) -> Asked {
    Asked { pipeline: pipeline.to_owned(), input: input.cloned(), as_of, without_as_of: false }
}

fn scoring_failed(error: ScoringError) -> (String, ExitCode) {
    let code = error.exit_code();
    (error.to_string(), code)
}

fn of_tables(error: TablesError) -> (String, ExitCode) {
    (error.to_string(), error.exit_code())
}

fn overrides(input: Option<&PathBuf>, as_of: Option<NaiveDateTime>, without_as_of: bool) -> Overrides {
    Overrides { as_of, input_dir: input.cloned(), without_as_of, without_model: false }
}

fn inspect_files(cli: &Cli, args: &InspectArgs) -> Outcome {
    let failed = |error: InspectError| (error.to_string(), ExitCode::Usage);
    if !cli.json {
        say(&init::blocks(&args.files).map_err(failed)?)?;
        return Ok(ExitCode::Clean);
    }
    let mut found = Vec::new();
    for path in &args.files {
        found.extend(inspect::inspect(path, &path.display().to_string()).map_err(failed)?);
    }
    json(&found.iter().map(JsonFile::of).collect::<Vec<_>>())?;
    Ok(ExitCode::Clean)
}

fn init_pipeline(cli: &Cli, args: &InitArgs) -> Outcome {
    let failed = |error: InspectError| (error.to_string(), ExitCode::Usage);
    // The pipeline looks for its exports from where it stands.
    let dir = std::path::absolute(&args.dir).unwrap_or_else(|_| args.dir.clone());
    let name =
        dir.file_name().map_or_else(|| "pipeline".to_owned(), |name| name.to_string_lossy().into_owned());
    let initial = init::pipeline(&dir, &name).map_err(failed)?;
    if cli.json {
        json(&initial)?;
    }
    let Some(out) = &args.out else {
        if cli.json {
            return Ok(ExitCode::Clean);
        }
        say(&initial.text)?;
        return Ok(ExitCode::Clean);
    };
    if out.exists() {
        return Err(failed(InspectError::Exists { file: out.display().to_string() }));
    }
    std::fs::write(out, &initial.text)
        .map_err(|error| (format!("write {}: {error}", out.display()), ExitCode::Failure))?;
    if !cli.quiet && !cli.json {
        let systems = initial.systems.join(", ");
        say(&format!("{}: {} systems ({systems})\n", out.display(), initial.systems.len()))?;
        for unused in &initial.unused {
            say(&format!("  not used: {unused}\n"))?;
        }
        say(&format!("next: read it, then doisoat check {0}, doisoat run {0}\n", out.display()))?;
    }
    Ok(ExitCode::Clean)
}

fn generate_exports(cli: &Cli, args: &GenerateArgs) -> Outcome {
    let started = Instant::now();
    let request = generate::Request {
        profile: args.profile.clone(),
        dossiers: args.dossiers,
        seed: args.seed,
        out: args.out.clone(),
    };
    let progress = progress(cli);
    progress.begin("generate", 0);
    let bar = progress_bar::Steps::new(progress.as_ref());
    let generated = generate::generate(&request, &|done, total| bar.at(done, total)).map_err(|error| {
        let code = if error.is_failure() { ExitCode::Failure } else { ExitCode::Usage };
        (error.to_string(), code)
    })?;
    drop(progress);
    if cli.json {
        json(&generated)?;
    } else if !cli.quiet {
        for (file, rows) in &generated.files {
            say(&format!("{}/{file}: {rows} rows\n", args.out.display()))?;
        }
        let planted: u64 = generated.errors_by_kind.values().sum();
        let seconds = started.elapsed().as_secs_f64();
        say(&format!("{} cases, {planted} planted errors, {seconds:.1} s\n", generated.cases))?;
    }
    Ok(ExitCode::Clean)
}

fn evaluate_run(cli: &Cli, args: &EvaluateArgs) -> Outcome {
    let evaluation = evaluate::evaluate(&args.out, &args.truth, args.run_date.as_deref())
        .map_err(|error| (error.to_string(), ExitCode::Usage))?;
    if cli.json {
        json(&evaluation)?;
    } else {
        say(&evaluation.to_string())?;
    }
    Ok(ExitCode::Clean)
}

fn print_rules(cli: &Cli, args: &RulesArgs) -> Outcome {
    if cli.json {
        let kinds: Vec<serde_json::Value> = FindingKind::ALL
            .iter()
            .map(|kind| {
                serde_json::json!({
                    "rule": kind.rule(),
                    "kind": kind.name(),
                    "severity": kind.default_severity().map(|severity| severity.code()),
                    "title": { "en": kind.title_en(), "vi": kind.title_vi() },
                    "when": { "en": kind.when(), "vi": kind.when_vi() },
                    "meaning_not": { "en": kind.meaning_not(), "vi": kind.meaning_not_vi() },
                    "evidence": kind.evidence(),
                })
            })
            .collect();
        let thresholds = rules::RULES.iter().flat_map(|rule| rule.thresholds.iter().map(|t| (rule.id, t)));
        let thresholds: Vec<serde_json::Value> = thresholds
            .map(|(rule, threshold)| {
                serde_json::json!({
                    "rule": rule, "key": threshold.key, "default": threshold.default,
                    "meaning": { "en": threshold.meaning.en, "vi": threshold.meaning.vi },
                })
            })
            .collect();
        let known = Known::ALL.iter().map(|known| {
            let entry = known.entry();
            serde_json::json!({
                "code": known.code(),
                "title": { "en": entry.title.en, "vi": entry.title.vi },
                "does": { "en": entry.does.en, "vi": entry.does.vi },
                "source": entry.mark,
            })
        });
        let known: Vec<serde_json::Value> = known.collect();
        json(&serde_json::json!({ "kinds": kinds, "thresholds": thresholds, "known": known }))?;
    } else {
        say(&rules::markdown(args.lang.into()))?;
    }
    Ok(ExitCode::Clean)
}
