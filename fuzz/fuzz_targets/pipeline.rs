//! Any text as a pipeline.
#![no_main]

use doisoat::config::pipeline::{self, Overrides};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let path = std::env::temp_dir().join(format!("doisoat-fuzz-{}.toml", std::process::id()));
    if std::fs::write(&path, text).is_ok() {
        let _ = pipeline::load_what_can_be(&path, &Overrides::default());
    }
});
