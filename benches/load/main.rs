//! Times the first two stages alone: open, hash, cut, decode, type. `load PIPELINE INPUT` reads a
//! pipeline's exports; `calamine FILE` reads every sheet of a workbook with calamine and nothing else.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a benchmark says what it measured, or fails")]
#![expect(clippy::disallowed_methods, reason = "a benchmark looks at a clock")]

use std::path::PathBuf;
use std::time::Instant;

use calamine::{Reader as _, open_workbook_auto};
use doisoat::config::pipeline::{self, Overrides};
use doisoat::history::History;
use doisoat::progress::Silent;
use doisoat::stages::{load, normalise};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let started = Instant::now();
    let rows = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["load", pipeline, input] => load(pipeline, input),
        ["calamine", file] => {
            let mut book = open_workbook_auto(file).expect("a workbook");
            let ranges = book.worksheets();
            ranges.iter().map(|(_, range)| range.height()).sum()
        }
        _ => {
            println!("usage: load PIPELINE INPUT | calamine FILE");
            return;
        }
    };
    println!("{rows} rows, {:.3} s", started.elapsed().as_secs_f64());
}

fn load(pipeline: &str, input: &str) -> usize {
    let overrides = Overrides { input_dir: Some(PathBuf::from(input)), ..Overrides::default() };
    let plan = pipeline::load(pipeline.as_ref(), &overrides).expect("a pipeline");
    let started = Instant::now();
    let loaded = load::load(&plan, &History::default()).expect("exports that fit");
    println!("open {:.3} s", started.elapsed().as_secs_f64());
    let typed = normalise::normalise(&plan, loaded, &History::default(), &Silent).expect("typed");
    typed.systems.iter().map(|system| system.frame.height()).sum()
}
